package transfer_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/s3/transfer"
)

// newLog is a server with one object of 200,000 bytes, 20 to a line.
func newLog() *s3test.Server {
	server := newServer()
	server.Put("logs", "yesterday.log", []byte(strings.Repeat("nothing happened...\n", 10_000)))
	return server
}

// A download that fails, or is killed, goes on where it was when it is called again.
func ExampleManager_DownloadFile() {
	server := newLog()
	defer server.Close()
	client := server.Client() // s3.New(s3.Options{Endpoint: ...})
	m, err := transfer.NewManager(client, func(o *transfer.Options) { o.KeepPartial = true })
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "yesterday.log")
	out, err := m.DownloadFile(context.Background(), name, &s3.GetObjectInput{Bucket: "logs", Key: "yesterday.log"})
	var failed *transfer.DownloadError
	switch {
	case errors.Is(err, s3.ErrNoSuchKey):
		fmt.Println("there is none")
	case errors.As(err, &failed) && failed.Kept:
		fmt.Println("call it again:", err)
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(out.Size, "bytes,", out.Resumed, "of them from before")
	}
	// Output: 200000 bytes, 0 of them from before
}

// An object is read line by line while its next parts are on their way.
func ExampleManager_Open() {
	server := newLog()
	defer server.Close()
	client := server.Client()
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := m.Open(context.Background(), &s3.GetObjectInput{Bucket: "logs", Key: "yesterday.log"}, func(o *transfer.Options) {
		o.PartSize = 64 << 10
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	n := 0
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		n++
	}
	fmt.Println(n, "lines of", r.Size, "bytes,", r.Parts, "parts, error:", lines.Err())
	// Output: 10000 lines of 200000 bytes, 4 parts, error: <nil>
}
