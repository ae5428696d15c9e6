package swift_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

// photos is a Swift in memory, with a container of four objects.
func photos() *swifttest.Server {
	server, err := swifttest.Start()
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"2025/cat.jpg", "2025/dog.jpg", "2026/owl.jpg", "index.html"} {
		server.Put("photos", name, []byte("what is in "+name))
	}
	return server
}

// With Keystone: package identity has the token, and finds the account in the catalog.
func ExampleNew() {
	server, err := swifttest.Start(func(o *swifttest.Options) { o.User, o.Key = "web:alice", "secret" })
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx := context.Background()

	keystone, err := identity.New(identity.Options{
		AuthURL: server.IdentityURL(), // https://keystone.example.com/v3
		Auth:    identity.PasswordAuth{Username: "alice", Password: "secret"},
		Scope:   identity.Scope{ProjectName: "web"},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := swift.New(swift.Options{Auth: keystone, Profile: swift.OpenStack()})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateContainer(ctx, &swift.CreateContainerInput{Container: "photos"})
	fmt.Println(err)
	fmt.Println(server.Operations())
	// Output:
	// <nil>
	// [IssueToken CreateContainer]
}

// The login of Ceph RGW, and of a Swift without Keystone.
func ExampleNewTempAuth() {
	server := photos()
	defer server.Close()
	login := server.TempAuth() // its AuthURL, User and Key

	auth, err := swift.NewTempAuth(swift.TempAuthOptions{AuthURL: login.AuthURL, User: login.User, Key: login.Key})
	if err != nil {
		log.Fatal(err)
	}
	client, err := swift.New(swift.Options{Auth: auth, Profile: swift.OpenStack()}) // or swift.CephRGW()
	if err != nil {
		log.Fatal(err)
	}
	out, err := client.HeadContainer(context.Background(), &swift.HeadContainerInput{Container: "photos"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.ObjectCount, "objects")
	fmt.Println(server.Operations())
	// Output:
	// 4 objects
	// [TempAuth HeadContainer]
}

// A token that ends before its time is replaced, and the request sent once more.
func ExampleAuthenticator() {
	server := photos()
	defer server.Close()
	auth, err := swift.NewTempAuth(server.TempAuth())
	if err != nil {
		log.Fatal(err)
	}
	client := server.Client(func(o *swift.Options) { o.Auth = auth })
	ctx := context.Background()

	for range 2 {
		if _, err := client.HeadObject(ctx, &swift.HeadObjectInput{Container: "photos", Object: "index.html"}); err != nil {
			log.Fatal(err)
		}
		server.RevokeTokens() // behind the client's back
	}
	for _, r := range server.Requests() {
		fmt.Println(r.Operation, r.StatusCode)
	}
	// Output:
	// TempAuth 200
	// HeadObject 200
	// HeadObject 401
	// TempAuth 200
	// HeadObject 200
}

// What went wrong is found by the class of the status, or by what fs.ErrNotExist and
// fs.ErrPermission stand for; the rest is in the Error.
func ExampleError() {
	server := photos()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()

	_, err := client.HeadObject(ctx, &swift.HeadObjectInput{Container: "photos", Object: "cow.jpg"})
	fmt.Println(errors.Is(err, swift.ErrNotFound), errors.Is(err, fs.ErrNotExist))

	_, err = client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: "photos"})
	var e *swift.Error
	if errors.As(err, &e) {
		fmt.Println(e.StatusCode, e.Code, e.Container, errors.Is(err, swift.ErrConflict))
	}
	// Output:
	// true true
	// 409 Conflict photos true
}

// size is a program's own function. It asks for no more of [swift.Client] than it needs.
func size(ctx context.Context, store header, container, object string) (int64, error) {
	out, err := store.HeadObject(ctx, &swift.HeadObjectInput{Container: container, Object: object})
	if errors.Is(err, swift.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return out.ContentLength, nil
}

type header interface {
	HeadObject(context.Context, *swift.HeadObjectInput, ...func(*swift.Options)) (*swift.HeadObjectOutput, error)
}

// sizes is a header by hand, of objects and their sizes.
type sizes map[string]int64

func (s sizes) HeadObject(_ context.Context, in *swift.HeadObjectInput, _ ...func(*swift.Options)) (*swift.HeadObjectOutput, error) {
	n, ok := s[in.Object]
	if !ok {
		return nil, swift.ErrNotFound
	}
	return &swift.HeadObjectOutput{ContentLength: n}, nil
}

// An interface on the side of who uses it is easy to fake, and the client is one all the same.
func Example_fake() {
	ctx := context.Background()
	fmt.Println(size(ctx, sizes{"cat.jpg": 12}, "photos", "cat.jpg"))
	fmt.Println(size(ctx, sizes{}, "photos", "cow.jpg"))

	server := photos()
	defer server.Close()
	fmt.Println(size(ctx, server.Client(), "photos", "index.html"))
	// Output:
	// 12 <nil>
	// 0 <nil>
	// 21 <nil>
}
