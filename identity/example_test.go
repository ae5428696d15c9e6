package identity_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// openStack stands in for a cloud: Keystone v2.0 and v3, and an S3 endpoint that tells who
// stored what.
func openStack() *httptest.Server {
	ends := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch at := r.Method + " " + r.URL.Path; {
		case at == "POST /v2.0/tokens":
			_, _ = io.WriteString(w, `{"access":{"token":{"id":"t","expires":"`+ends+`","tenant":{"id":"tenant"}},"user":{"id":"user"}}}`)
		case at == "POST /v3/auth/tokens":
			w.Header().Set("X-Subject-Token", "t")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"token":{"expires_at":"`+ends+`","user":{"id":"user"},"project":{"id":"project"},"catalog":[
				{"type":"object-store","endpoints":[{"region":"one","interface":"public","url":"https://swift.example.com/v1/AUTH_project"}]}]}}`)
		case strings.HasSuffix(at, "/OS-EC2") && r.Method == http.MethodPost:
			_, _ = io.WriteString(w, `{"credentials":[{"access":"ACCESS","secret":"SECRET","tenant_id":"tenant"}]}`)
		case strings.HasSuffix(at, "/OS-EC2"):
			_, _ = io.WriteString(w, `{"credentials":[]}`)
		case at == "POST /": // STS of KakaoCloud
			_, _ = io.WriteString(w, `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>TEMPORARY</AccessKeyId>`+
				`<SecretAccessKey>SECRET</SecretAccessKey><SessionToken>SESSION</SessionToken><Expiration>`+ends+`</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`)
		case r.Method == http.MethodPut:
			_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
			key, _, _ := strings.Cut(scope, "/")
			fmt.Println(r.Method, r.URL.Path, "signed by", key)
		}
	}))
}

// NHN Cloud: Identity API v2.0 with the API password; the first EC2 credential of the user
// for the tenant is found, or one is made.
func Example_nhnCloud() {
	server := openStack()
	defer server.Close()
	ctx := context.Background()

	keystone, err := identity.New(identity.Options{
		AuthURL: server.URL + "/v2.0", // https://api-identity-infrastructure.nhncloudservice.com/v2.0
		Auth:    identity.PasswordAuth{Username: "you@example.com", Password: "the API password"},
		Scope:   identity.Scope{ProjectID: "tenant"},
	})
	if err != nil {
		log.Fatal(err)
	}
	keys, err := identity.NewEC2CredentialProvider(identity.EC2CredentialProviderOptions{Client: keystone})
	if err != nil {
		log.Fatal(err)
	}
	client, err := s3.New(s3.Options{
		Endpoint: server.URL, // https://kr1-api-object-storage.nhncloudservice.com
		Region:   "KR1", Profile: s3.NHNCloud(), Credentials: keys,
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: "bucket", Key: "hello.txt", Body: strings.NewReader("hello")})
	if err != nil {
		log.Fatal(err)
	}
	// Output: PUT /bucket/hello.txt signed by ACCESS
}

// KakaoCloud: the Keystone token is traded for temporary credentials, and again before
// they end.
func Example_kakaoCloud() {
	server := openStack()
	defer server.Close()
	ctx := context.Background()

	keystone, err := identity.New(identity.Options{
		AuthURL: server.URL + "/v3",
		Auth:    identity.ApplicationCredentialAuth{ID: "the credential's ID", Secret: "its secret"},
	})
	if err != nil {
		log.Fatal(err)
	}
	sts, err := identity.NewSTS(identity.STSOptions{Endpoint: server.URL /* https://objectstorage.kr-central-2.kakaocloud.com */, Dialect: identity.STSJSON})
	if err != nil {
		log.Fatal(err)
	}
	keys, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{STS: sts, Token: keystone, DurationSeconds: 1800})
	if err != nil {
		log.Fatal(err)
	}
	client, err := s3.New(s3.Options{Endpoint: server.URL, Region: "kr-central-2", Profile: s3.KakaoCloud(), Credentials: keys})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: "bucket", Key: "hello.txt", Body: strings.NewReader("hello")})
	if err != nil {
		log.Fatal(err)
	}
	// Output: PUT /bucket/hello.txt signed by TEMPORARY
}

// Any OpenStack, with the variables of an openrc file: a token and the account's URL for
// Swift, and keys of this process alone for S3, which are deleted at the end.
func Example_openStack() {
	server := openStack()
	defer server.Close()
	ctx := context.Background()

	openrc := map[string]string{"OS_AUTH_URL": server.URL + "/v3", "OS_USERNAME": "demo", "OS_PASSWORD": "secret", "OS_PROJECT_NAME": "web"}
	options, err := identity.OptionsFromEnvironment(func(name string) (string, bool) { // nil: os.LookupEnv
		value, set := openrc[name]
		return value, set
	})
	if err != nil {
		log.Fatal(err)
	}
	keystone, err := identity.New(options)
	if err != nil {
		log.Fatal(err)
	}
	_, storageURL, err := keystone.Authenticate(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(storageURL)

	keys, err := identity.NewEC2CredentialProvider(identity.EC2CredentialProviderOptions{
		Client: keystone, AlwaysCreate: true, DeleteOnClose: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close(ctx)
	client, err := s3.New(s3.Options{Endpoint: server.URL, Credentials: keys})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: "bucket", Key: "hello.txt", Body: strings.NewReader("hello")})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// https://swift.example.com/v1/AUTH_project
	// PUT /bucket/hello.txt signed by ACCESS
}

// AWS: environment, web identity, profiles, container, instance, in that order.
func Example_aws() {
	server := openStack()
	defer server.Close()
	environment := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
	keys, err := identity.NewDefaultChain(identity.DefaultChainOptions{
		Lookup: func(name string) (string, bool) { // nil: os.LookupEnv
			value, set := environment[name]
			return value, set
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := s3.New(s3.Options{
		Endpoint: server.URL, // leave out for Amazon S3
		Region:   "ap-northeast-2", Credentials: keys,
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: "bucket", Key: "hello.txt", Body: strings.NewReader("hello")})
	if err != nil {
		log.Fatal(err)
	}
	// Output: PUT /bucket/hello.txt signed by AKIDEXAMPLE
}

// Credentials from a place of your own, such as a vault, fetched once and again before
// they end.
func ExampleNewCache() {
	vault := sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		fmt.Println("asked the vault")
		return sigv4.Credentials{AccessKeyID: "ACCESS", SecretAccessKey: "SECRET", Expires: time.Now().Add(time.Hour)}, nil
	})
	keys := identity.NewCache(vault, identity.CacheOptions{})
	for range 3 {
		if _, err := keys.Retrieve(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(keys)
	// Output:
	// asked the vault
	// identity.Cache
}
