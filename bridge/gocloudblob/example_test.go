package gocloudblob_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/stowage-go/stowage/bridge/gocloudblob"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// newServer stands in for a store: it keeps what is put.
func newServer() *httptest.Server {
	var objects sync.Map
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Method == http.MethodPut {
			content, _ := io.ReadAll(r.Body)
			objects.Store(r.URL.Path, content)
		} else if content, ok := objects.Load(r.URL.Path); ok {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content.([]byte)))
		} else {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
}

func ExampleOpenBucket() {
	server := newServer()
	defer server.Close()
	ctx := context.Background()

	client, err := s3.New(s3.Options{
		Endpoint:    server.URL,
		Credentials: sigv4.Static("AKID", "secret", ""),
	})
	if err != nil {
		log.Fatal(err)
	}
	bucket, err := gocloudblob.OpenBucket(client, "greetings")
	if err != nil {
		log.Fatal(err)
	}
	defer bucket.Close()

	if err := bucket.WriteAll(ctx, "hello.txt", []byte("hello, world"), nil); err != nil {
		log.Fatal(err)
	}
	content, err := bucket.ReadAll(ctx, "hello.txt")
	fmt.Println(string(content), err)

	_, err = bucket.ReadAll(ctx, "bye.txt")
	fmt.Println(gcerrors.Code(err))
	// Output:
	// hello, world <nil>
	// NotFound
}

func ExampleURLOpener() {
	server := newServer()
	defer server.Close()
	ctx := context.Background()

	// Without Credentials here, they are looked for in the environment, the shared files and so on.
	opener := &gocloudblob.URLOpener{Options: s3.Options{Credentials: sigv4.Static("AKID", "secret", "")}}
	mux := new(blob.URLMux) // or blob.DefaultURLMux()
	mux.RegisterBucket(gocloudblob.Scheme, opener)

	bucket, err := mux.OpenBucket(ctx, "s3+stowage://greetings?profile=generic&prefix=2026/&endpoint="+server.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer bucket.Close()
	err = bucket.WriteAll(ctx, "hello.txt", []byte("hello, world"), nil)
	fmt.Println(err)
	attributes, err := bucket.Attributes(ctx, "hello.txt")
	fmt.Println(attributes.Size, err)
	// Output:
	// <nil>
	// 12 <nil>
}
