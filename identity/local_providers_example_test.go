package identity_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// show prints whose credentials they are. They print without their secrets.
func show(p sigv4.Provider) {
	c, err := p.Retrieve(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c)
}

// variables stand in for the environment.
func variables(set map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := set[name]
		return value, ok
	}
}

// machine stands in for the services beside a program: an instance's metadata and a
// container's agent.
func machine() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut:
			_, _ = io.WriteString(w, "metadata token")
		case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
			_, _ = io.WriteString(w, "web")
		default:
			_, _ = io.WriteString(w, `{"Code":"Success","AccessKeyId":"TEMPORARY","SecretAccessKey":"secret","Token":"session","Expiration":"2099-01-01T00:00:00Z"}`)
		}
	}))
}

// The order in which AWS's SDKs look for credentials, for a client of S3.
func ExampleNewDefaultChain() {
	provider, err := identity.NewDefaultChain(identity.DefaultChainOptions{
		Lookup: variables(map[string]string{ // leave it out
			"AWS_ACCESS_KEY_ID":     "AKIDEXAMPLE",
			"AWS_SECRET_ACCESS_KEY": "secret",
		}),
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := s3.New(s3.Options{Endpoint: "https://objects.example.com", Credentials: provider, Profile: s3.MinIO()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client)
	show(provider)
	// Output:
	// s3.Client(https://objects.example.com, region us-east-1, profile MinIO)
	// sigv4.Credentials{AccessKeyID: AKIDEXAMPLE, SecretAccessKey: REDACTED, SessionToken: }
}

// The environment if it has keys, or else a vault of one's own, which is asked again
// before its answer ends.
func ExampleNewChain() {
	vault := sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		return sigv4.Credentials{AccessKeyID: "VAULT", SecretAccessKey: "secret"}, nil
	})
	nothing := variables(nil) // nil: the process's environment
	show(identity.NewChain(
		identity.NewEnvironmentProvider(nothing),
		identity.NewCache(vault, identity.CacheOptions{}),
	))
	_, err := identity.NewChain(identity.NewEnvironmentProvider(nothing)).Retrieve(context.Background())
	fmt.Println(errors.Is(err, identity.ErrNotConfigured), err)
	// Output:
	// sigv4.Credentials{AccessKeyID: VAULT, SecretAccessKey: REDACTED, SessionToken: }
	// true Chain: not configured: EnvironmentProvider: AWS_ACCESS_KEY_ID is not set
}

func ExampleNewEnvironmentProvider() {
	provider := identity.NewEnvironmentProvider(variables(map[string]string{ // nil: the process's environment
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
	}))
	_, err := provider.Retrieve(context.Background())
	fmt.Println(err)
	// Output:
	// EnvironmentProvider: AWS_SECRET_ACCESS_KEY is missing
}

// A profile that assumes a role with another profile's keys.
func ExampleNewProfileProvider() {
	server := cloud() // stands in for STS
	defer server.Close()
	config := filepath.Join(os.TempDir(), "stowage-example-config")
	if err := os.WriteFile(config, []byte(`
[profile base]
aws_access_key_id     = AKIDEXAMPLE
aws_secret_access_key = secret

[profile deploy]
role_arn       = arn:aws:iam::123456789012:role/deploy
source_profile = base
region         = us-west-2
`), 0o600); err != nil {
		log.Fatal(err)
	}
	defer os.Remove(config)

	provider, err := identity.NewProfileProvider(identity.ProfileProviderOptions{
		Name:        "deploy",
		ConfigFile:  config,         // leave it empty for ~/.aws/config
		STSEndpoint: server.URL,     // and this for AWS
		Lookup:      variables(nil), // leave it out
	})
	if err != nil {
		log.Fatal(err)
	}
	show(provider)
	// Output:
	// sigv4.Credentials{AccessKeyID: TEMPORARY, SecretAccessKey: REDACTED, SessionToken: REDACTED, Expires: 2099-01-01T00:00:00Z}
}

// What else a profile has, for a client of S3.
func ExampleLoadSharedConfig() {
	config := filepath.Join(os.TempDir(), "stowage-example-shared-config")
	if err := os.WriteFile(config, []byte(`
[default]
region   = kr-central-2
services = local
s3 =
  addressing_style = path

[services local]
s3 =
  endpoint_url = http://127.0.0.1:9000
`), 0o600); err != nil {
		log.Fatal(err)
	}
	defer os.Remove(config)

	shared, err := identity.LoadSharedConfig(identity.SharedConfigOptions{
		ConfigFile: config,         // leave it empty for ~/.aws/config
		Lookup:     variables(nil), // leave it out
	})
	if err != nil {
		log.Fatal(err)
	}
	profile, err := shared.Profile("default")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(profile.Region, profile.EndpointURL("s3"), profile.NestedSetting("s3", "addressing_style"))
	// Output:
	// kr-central-2 http://127.0.0.1:9000 path
}

func ExampleNewProcessProvider() {
	tool := os.Args[0] // such as "/opt/my tools/credentials"
	provider, err := identity.NewProcessProvider(identity.ProcessProviderOptions{
		Command: `"` + tool + `" credential-process keys`,
		Stderr:  os.Stderr,
	})
	if err != nil {
		log.Fatal(err)
	}
	show(provider)
	// Output:
	// sigv4.Credentials{AccessKeyID: AKIDPROCESS, SecretAccessKey: REDACTED, SessionToken: }
}

func ExampleNewIMDSProvider() {
	server := machine()
	defer server.Close()
	provider, err := identity.NewIMDSProvider(identity.IMDSProviderOptions{
		Endpoint: server.URL,     // leave it empty on an instance
		Lookup:   variables(nil), // and this
	})
	if err != nil {
		log.Fatal(err)
	}
	show(provider)
	// Output:
	// sigv4.Credentials{AccessKeyID: TEMPORARY, SecretAccessKey: REDACTED, SessionToken: REDACTED, Expires: 2099-01-01T00:00:00Z}
}

func ExampleNewContainerProvider() {
	server := machine()
	defer server.Close()
	provider, err := identity.NewContainerProvider(identity.ContainerProviderOptions{
		URI:                server.URL + "/v1/credentials", // leave it empty in a container of ECS or EKS
		AuthorizationToken: "Basic abcd",                   // and this
	})
	if err != nil {
		log.Fatal(err)
	}
	show(provider)
	// Output:
	// sigv4.Credentials{AccessKeyID: TEMPORARY, SecretAccessKey: REDACTED, SessionToken: REDACTED, Expires: 2099-01-01T00:00:00Z}
}
