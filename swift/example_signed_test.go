package swift_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net/http"
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

// keyed gives the container a key that TempURLs and forms of it are signed with.
func keyed(client *swift.Client) {
	_, err := client.UpdateContainer(context.Background(), &swift.UpdateContainerInput{Container: "photos", TempURLKey: "a secret of your own"})
	if err != nil {
		log.Fatal(err)
	}
}

// A link that opens one object to whoever has it: a browser, curl, any HTTP client.
func ExampleClient_TempURL() {
	server := photos()
	defer server.Close()
	client := server.Client()
	keyed(client)

	link, err := client.TempURL(context.Background(), swift.TempURLOptions{
		Key: "a secret of your own", Container: "photos", Object: "2025/cat.jpg", Expires: time.Now().Add(time.Hour),
	})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := http.Get(link.URL())
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Printf("%s, %s, %v\n", resp.Status, body, err)
	fmt.Println(resp.Header.Get("Content-Disposition"))
	// Output:
	// 200 OK, what is in 2025/cat.jpg, <nil>
	// attachment; filename="cat.jpg"; filename*=UTF-8''cat.jpg
}

// A form with which a browser uploads to Swift itself. Here a program fills it in.
func ExampleClient_FormPost() {
	server := photos()
	defer server.Close()
	client := server.Client()
	keyed(client)

	form, err := client.FormPost(context.Background(), swift.FormPostOptions{
		Key: "a secret of your own", Container: "photos", Prefix: "incoming/", MaxFileSize: 1 << 20, Expires: time.Now().Add(time.Hour),
	})
	if err != nil {
		log.Fatal(err)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, field := range form.Fields() {
		_ = w.WriteField(field.Name, field.Value)
	}
	file, err := w.CreateFormFile("file1", "cow.jpg") // behind the fields
	if err != nil {
		log.Fatal(err)
	}
	_, _ = file.Write([]byte("a picture"))
	_ = w.Close()
	resp, err := http.Post(form.Action, w.FormDataContentType(), &body)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	stored, _ := server.Object("photos", "incoming/cow.jpg")
	fmt.Printf("%s, %s\n", resp.Status, stored.Body)
	// Output: 201 Created, a picture
}
