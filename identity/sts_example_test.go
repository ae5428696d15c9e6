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

// cloud stands in for a server that has STS at the root of its S3 endpoint.
func cloud() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch text := string(body); {
		case r.Method == http.MethodPut:
			fmt.Println("PUT", r.URL.Path, "with a session token:", r.Header.Get("X-Amz-Security-Token") != "")
		case strings.Contains(text, "expired"):
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>Token expired</Message></Error></ErrorResponse>`)
		case strings.Contains(text, "GetCallerIdentity"):
			_, _ = io.WriteString(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/Alice</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		default:
			for _, action := range []string{"AssumeRoleWithWebIdentity", "GetSessionToken", "AssumeRole"} {
				if strings.Contains(text, action) {
					_, _ = fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult><Credentials><AccessKeyId>TEMPORARY</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>`+
						`<SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></%[1]sResult></%[1]sResponse>`, action)
					return
				}
			}
		}
	}))
}

// A pod of Kubernetes trades the token that is mounted into it for credentials of a role,
// and stores an object with them. This is for AWS, Ceph RGW and MinIO.
func ExampleNewWebIdentityProvider() {
	server := cloud() // AWS: leave Endpoint empty
	defer server.Close()
	token := filepath.Join(os.TempDir(), "stowage-example-token")
	if err := os.WriteFile(token, []byte("the pod's token\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	defer os.Remove(token)

	sts, err := identity.NewSTS(identity.STSOptions{Endpoint: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	provider, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{
		STS:     sts,
		Token:   identity.TokenFile(token), // AWS_WEB_IDENTITY_TOKEN_FILE
		RoleArn: "arn:aws:iam::123456789012:role/uploads",
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := s3.New(s3.Options{Endpoint: server.URL, Credentials: provider, Profile: s3.CephRGW()})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: "photos", Key: "cat.jpg", Body: strings.NewReader("a picture")})
	if err != nil {
		log.Fatal(err)
	}
	// Output: PUT /photos/cat.jpg with a session token: true
}

// keystoneToken stands in for the *identity.Client that identity.New makes.
type keystoneToken struct{}

func (keystoneToken) WebIdentityToken(context.Context) (identity.Secret, error) {
	return "gAAAAABo", nil
}

// KakaoCloud gives S3 credentials for a Keystone token. Token is the *Client that is
// logged in to Keystone: it hands out its token, and renews it when KakaoCloud refuses it.
func ExampleNewWebIdentityProvider_kakaoCloud() {
	server := cloud() // https://objectstorage.kr-central-2.kakaocloud.com
	defer server.Close()

	sts, err := identity.NewSTS(identity.STSOptions{Endpoint: server.URL, Dialect: identity.STSJSON})
	if err != nil {
		log.Fatal(err)
	}
	provider, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{
		STS:             sts,
		Token:           keystoneToken{}, // identity.New(...)
		DurationSeconds: 1800,
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := s3.New(s3.Options{Endpoint: server.URL, Credentials: provider, Profile: s3.KakaoCloud()})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: "photos", Key: "cat.jpg", Body: strings.NewReader("a picture")})
	if err != nil {
		log.Fatal(err)
	}
	// Output: PUT /photos/cat.jpg with a session token: true
}

func ExampleNewAssumeRoleProvider() {
	server := cloud()
	defer server.Close()

	sts, err := identity.NewSTS(identity.STSOptions{
		Endpoint:    server.URL,
		Credentials: sigv4.Static("AKIDEXAMPLE", "the user's secret", ""), // or any other provider
	})
	if err != nil {
		log.Fatal(err)
	}
	provider, err := identity.NewAssumeRoleProvider(identity.AssumeRoleProviderOptions{
		STS:             sts,
		RoleArn:         "arn:aws:iam::123456789012:role/reader",
		RoleSessionName: "nightly-report",
	})
	if err != nil {
		log.Fatal(err)
	}
	credentials, err := provider.Retrieve(context.Background()) // s3.Options.Credentials does it
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(credentials)
	// Output: sigv4.Credentials{AccessKeyID: TEMPORARY, SecretAccessKey: REDACTED, SessionToken: REDACTED, Expires: 2099-01-01T00:00:00Z}
}

func ExampleNewSessionTokenProvider() {
	server := cloud()
	defer server.Close()

	sts, err := identity.NewSTS(identity.STSOptions{
		Endpoint:    server.URL,
		Credentials: sigv4.Static("AKIDEXAMPLE", "the user's secret", ""),
	})
	if err != nil {
		log.Fatal(err)
	}
	provider, err := identity.NewSessionTokenProvider(identity.SessionTokenProviderOptions{
		STS:          sts,
		SerialNumber: "arn:aws:iam::123456789012:mfa/alice",
		TokenCode: func(context.Context) (identity.Secret, error) {
			return "123456", nil // ask the user
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	credentials, err := provider.Retrieve(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(credentials.AccessKeyID)
	// Output: TEMPORARY
}

func ExampleSTS_GetCallerIdentity() {
	server := cloud()
	defer server.Close()

	sts, err := identity.NewSTS(identity.STSOptions{
		Endpoint:    server.URL,
		Credentials: sigv4.Static("AKIDEXAMPLE", "the user's secret", ""),
	})
	if err != nil {
		log.Fatal(err)
	}
	caller, err := sts.GetCallerIdentity(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(caller.Arn)
	// Output: arn:aws:iam::123456789012:user/Alice
}

func ExampleSTS_AssumeRoleWithWebIdentity() {
	server := cloud()
	defer server.Close()

	sts, err := identity.NewSTS(identity.STSOptions{Endpoint: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	_, err = sts.AssumeRoleWithWebIdentity(context.Background(), &identity.AssumeRoleWithWebIdentityInput{
		RoleArn:          "arn:aws:iam::123456789012:role/uploads",
		RoleSessionName:  "pod-1",
		WebIdentityToken: "expired token",
	})
	fmt.Println(errors.Is(err, identity.ErrExpiredToken))
	// Output: true
}
