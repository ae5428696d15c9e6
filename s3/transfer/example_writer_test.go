package transfer_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// archive stores a file tree as one object, tarred and compressed on the way: no file in
// between, and no more memory than the manager has.
func archive(ctx context.Context, m *transfer.Manager, bucket, key string, tree fs.FS) error {
	w, err := m.NewWriter(ctx, bucket, key)
	if err != nil {
		return err
	}
	defer w.Abort() // does nothing after Close; before, nothing half-written is stored
	w.Input.ContentType = "application/gzip"
	w.Input.Metadata = map[string]string{"made-by": "archive"}

	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	if err := t.AddFS(tree); err != nil {
		return err
	}
	if err := errors.Join(t.Close(), z.Close()); err != nil {
		return err
	}
	return w.Close()
}

func ExampleWriter() {
	server := newServer()
	defer server.Close()
	client := server.Client() // s3.New(s3.Options{Endpoint: ...})
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	home := fstest.MapFS{"notes/today.txt": {Data: []byte("buy milk")}, "todo": {Data: []byte("nothing")}}
	fmt.Println(archive(context.Background(), m, "backup", "home.tar.gz", home))
	// Output: <nil>
}

// A display of everything that a manager does.
func ExampleManager_Watch() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, end := context.WithCancel(context.Background())
	events := m.Watch(ctx) // from here on
	var display sync.WaitGroup
	display.Go(func() {
		for e := range events {
			if e.Kind == transfer.EventFinished {
				fmt.Printf("%s of %s: %d bytes; %d done, %d running\n", e.Operation, e.Key, e.Bytes, e.Totals.Finished, e.Totals.Running)
			}
		}
	})
	for _, key := range []string{"one", "two"} {
		if _, err := m.Upload(ctx, &s3.PutObjectInput{Bucket: "notes", Key: key, Body: strings.NewReader(key)}); err != nil {
			fmt.Println(err)
		}
	}
	end()
	display.Wait()
	// Output:
	// upload of one: 3 bytes; 1 done, 0 running
	// upload of two: 3 bytes; 2 done, 0 running
}
