package swift_test

import (
	"fmt"
	"log"
	"time"

	"github.com/stowage-go/stowage/swift"
)

// A link to one object that needs no token. With a client, [swift.Client.TempURL] finds out
// where the account is and which digest the server takes.
func ExampleSignTempURL() {
	link, err := swift.SignTempURL("https://objects.example.com/v1/AUTH_project", swift.TempURLOptions{
		Key: "the account's TempURL key", Container: "reports", Object: "2026/year end.pdf",
		Expires: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), Filename: "report.pdf",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link) // for logs; link.URL() is what opens the object
	// Output: swift.TempURL(GET https://objects.example.com/v1/AUTH_project/reports/2026/year%20end.pdf until 2099-01-01T00:00:00Z)
}

// The fields of a form that uploads below a prefix.
func ExampleSignFormPost() {
	form, err := swift.SignFormPost("https://objects.example.com/v1/AUTH_project", swift.FormPostOptions{
		Key: "the container's TempURL key", Container: "uploads", Prefix: "incoming/",
		MaxFileSize: 10 << 20, Expires: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(form.Action)
	for _, field := range form.Fields() {
		fmt.Println(field) // a template writes .Name and .Value
	}
	// Output:
	// https://objects.example.com/v1/AUTH_project/uploads/incoming/
	// max_file_size=10485760
	// max_file_count=1
	// expires=4070908800
	// signature=REDACTED
}
