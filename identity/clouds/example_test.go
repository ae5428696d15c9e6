package clouds_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/identity/clouds"
)

// A cloud of two regions, its password in a file apart.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "clouds")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for name, content := range map[string]string{
		"clouds.yaml": `
clouds:
  example:
    auth:
      auth_url: https://keystone.example.com/v3
      username: demo
      user_domain_name: Default
      project_name: photos
      project_domain_name: Default
    regions: [seoul, busan]
    interface: internal
`,
		"secure.yaml": `
clouds:
  example:
    auth: {password: correct horse}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			log.Fatal(err)
		}
	}

	o, err := clouds.Load(clouds.Options{
		Cloud: "example", Region: "busan",
		Files: []string{filepath.Join(dir, "clouds.yaml")}, // without it: the usual places
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(o.AuthURL, o.Region, o.Interface)
	fmt.Printf("%+v\n", o.Auth)

	client, err := identity.New(o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client)
	// Output:
	// https://keystone.example.com/v3 busan internal
	// {UserID: Username:demo UserDomainID: UserDomainName:Default Password:REDACTED}
	// identity.Client(https://keystone.example.com/v3)
}

// What an openrc file has set, for there is no OS_CLOUD.
func ExampleFromEnvironment() {
	environment := map[string]string{ // os.LookupEnv, if Options has no Lookup
		"OS_AUTH_URL":            "https://keystone.example.com/v3",
		"OS_USERNAME":            "demo",
		"OS_PASSWORD":            "correct horse",
		"OS_USER_DOMAIN_NAME":    "Default",
		"OS_PROJECT_NAME":        "photos",
		"OS_PROJECT_DOMAIN_NAME": "Default",
		"OS_REGION_NAME":         "seoul",
	}
	o, err := clouds.FromEnvironment(clouds.Options{Lookup: func(name string) (string, bool) {
		v, ok := environment[name]
		return v, ok
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(o.AuthURL, o.Region)
	fmt.Printf("%+v\n", o.Auth)
	// Output:
	// https://keystone.example.com/v3 seoul
	// {UserID: Username:demo UserDomainID: UserDomainName:Default Password:REDACTED}
}
