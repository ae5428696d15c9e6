package swifttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
	"github.com/stowage-go/stowage/swift/transfer"
)

// A program's own function, of which the package's client is one implementation.
func remember(ctx context.Context, store creator, what string) error {
	_, err := store.CreateObject(ctx, &swift.CreateObjectInput{Container: "notes", Object: "today", Body: strings.NewReader(what), IfNoneMatch: "*"})
	if errors.Is(err, swift.ErrPreconditionFailed) {
		return errors.New("there is a note already")
	}
	return err
}

// creator is as much of [swift.Client] as remember needs.
type creator interface {
	CreateObject(context.Context, *swift.CreateObjectInput, ...func(*swift.Options)) (*swift.CreateObjectOutput, error)
}

// A test has NewServer(t), which closes the server at its end.
func ExampleStart() {
	server, err := swifttest.Start(func(o *swifttest.Options) { o.Containers = []string{"notes"} })
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	ctx := context.Background()
	client := server.Client()
	fmt.Println(remember(ctx, client, "buy milk"))
	fmt.Println(remember(ctx, client, "call home"))
	note, _ := server.Object("notes", "today")
	fmt.Printf("%s\n", note.Body)
	// Output:
	// <nil>
	// there is a note already
	// buy milk
}

// A server that is overloaded for a moment, and a token that is over.
func ExampleServer_Inject() {
	server, err := swifttest.Start(func(o *swifttest.Options) { o.Containers = []string{"notes"} })
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx := context.Background()
	client := server.Client()

	server.Inject(swifttest.Fault{Operation: "CreateObject", StatusCode: 503})
	fmt.Println(remember(ctx, client, "buy milk"))
	server.RevokeTokens()
	fmt.Println(remember(ctx, client, "call home"))
	for _, r := range server.Requests() {
		fmt.Println(r.Operation, r.Container, r.Object, r.StatusCode)
	}
	// Output:
	// <nil>
	// there is a note already
	// CreateObject notes today 503
	// CreateObject notes today 201
	// CreateObject notes today 401
	// CreateObject notes today 412
}

// An upload in segments, of which one is stored and its answer lost: nothing of it is left behind.
func ExampleServer_Names() {
	server, err := swifttest.Start(func(o *swifttest.Options) { o.Containers = []string{"backup"} })
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.Inject(swifttest.Fault{Operation: "CreateObject", Skip: 2, Drop: true, After: true})

	uploader, err := transfer.NewUploader(server.Client(), func(o *transfer.Options) { o.PartSize = 1 << 20 })
	if err != nil {
		log.Fatal(err)
	}
	out, err := uploader.UploadSLO(context.Background(), &swift.CreateObjectInput{
		Container: "backup", Object: "disk.img", Body: bytes.NewReader(make([]byte, 5<<20)),
	})
	if err != nil {
		log.Fatal(err)
	}
	stored, _ := server.Object("backup", "disk.img")
	fmt.Println(out.Parts, "segments,", len(stored.Body), "bytes")
	fmt.Println(len(server.Names("backup_segments")), "objects in the container of segments")
	// Output:
	// 5 segments, 5242880 bytes
	// 5 objects in the container of segments
}

// fake is a creator by hand, for a test that is not about storage: no server at all.
type fake struct{ stored bytes.Buffer }

func (f *fake) CreateObject(_ context.Context, in *swift.CreateObjectInput, _ ...func(*swift.Options)) (*swift.CreateObjectOutput, error) {
	_, err := io.Copy(&f.stored, in.Body)
	return new(swift.CreateObjectOutput), err
}

// Small interfaces on the side of who uses them are easy to fake.
func Example_fake() {
	var store fake
	err := remember(context.Background(), &store, "buy milk")
	fmt.Println(store.stored.String(), err)
	// Output: buy milk <nil>
}
