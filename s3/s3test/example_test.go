package s3test_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
)

// A program's own function, of which the package's client is one implementation.
func remember(ctx context.Context, store putter, what string) error {
	_, err := store.PutObject(ctx, &s3.PutObjectInput{Bucket: "notes", Key: "today", Body: strings.NewReader(what), IfNoneMatch: "*"})
	if errors.Is(err, s3.ErrPreconditionFailed) {
		return errors.New("there is a note already")
	}
	return err
}

// putter is as much of [s3.Client] as remember needs.
type putter interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// A test has NewServer(t), which closes the server at its end.
func ExampleStart() {
	server, err := s3test.Start(func(o *s3test.Options) { o.Buckets = []string{"notes"} })
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

// A server that is overloaded for a moment, and whose answer is lost once.
func ExampleServer_Inject() {
	server, err := s3test.Start(func(o *s3test.Options) { o.Buckets = []string{"notes"} })
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.Inject(
		s3test.Fault{StatusCode: 503, Code: "SlowDown"},
		s3test.Fault{Operation: "GetObject", CutAfter: 2},
	)
	server.Put("notes", "today", []byte("buy milk"))

	out, err := server.Client().GetObject(context.Background(), &s3.GetObjectInput{Bucket: "notes", Key: "today"})
	if err != nil {
		log.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	fmt.Printf("%s, %v\n", body, err)
	for _, r := range server.Requests() {
		fmt.Printf("%s %q: %d%s\n", r.Operation, r.Header.Get("Range"), r.StatusCode, r.Code)
	}
	// Output:
	// buy milk, <nil>
	// GetObject "": 503SlowDown
	// GetObject "": 200
	// GetObject "bytes=2-7": 206
}

// fake is a putter by hand, for a test that is not about storage: no server at all.
type fake struct{ stored bytes.Buffer }

func (f *fake) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	_, err := f.stored.ReadFrom(in.Body)
	return new(s3.PutObjectOutput), err
}

// Small interfaces on the side of who uses them are easy to fake.
func Example_fake() {
	var store fake
	err := remember(context.Background(), &store, "buy milk")
	fmt.Println(store.stored.String(), err)
	// Output: buy milk <nil>
}
