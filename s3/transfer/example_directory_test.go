package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func website() string {
	dir, err := os.MkdirTemp("", "website")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"index.html", "style.css"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			panic(err)
		}
	}
	return dir
}

// A bucket is made to hold what a directory holds.
func ExampleManager_Sync() {
	server := newServer()
	defer server.Close()
	server.Put("www", "site/old.html", []byte("gone?"))
	client := server.Client() // s3.New(s3.Options{Endpoint: ...})
	dir := website()
	defer os.RemoveAll(dir)
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	var done []string
	out, err := m.Sync(context.Background(), &transfer.SyncInput{
		From: transfer.Place{Directory: dir},
		To:   transfer.Place{Bucket: "www", Prefix: "site"},
	}, func(o *transfer.DirectoryOptions) {
		o.Delete = true
		o.Report = func(a transfer.Action) { done = append(done, fmt.Sprintf("%v %s: %v", a.Operation, a.Name, a.Reason)) }
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	slices.Sort(done) // several are under way at once
	for _, line := range done {
		fmt.Println(line)
	}
	fmt.Println(out.Uploaded, "uploaded,", out.Deleted, "deleted,", out.Bytes, "bytes")
	// Output:
	// delete old.html: extra
	// upload index.html: missing
	// upload style.css: missing
	// 2 uploaded, 1 deleted, 19 bytes
}

// What fails keeps nothing else from being sent, and is told by its name.
func ExampleDirectoryError() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	dir := website()
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "locked"), nil, 0o600); err != nil {
		panic(err)
	}
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := m.UploadDirectory(context.Background(), &transfer.UploadDirectoryInput{Directory: dir, Bucket: "www"})
	var failed *transfer.DirectoryError
	if errors.As(err, &failed) {
		for _, f := range failed.Failed {
			fmt.Println(f.Operation, f.Name, errors.Is(f, s3.ErrAccessDenied))
		}
	}
	fmt.Println(out.Uploaded, "uploaded,", out.Failed, "failed")
	// Output:
	// upload locked true
	// 2 uploaded, 1 failed
}
