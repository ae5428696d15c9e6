package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// A program has one manager, and as many uploads at once as it likes: they share its
// requests and its memory, small ones are not stuck behind large ones, and each reports
// for itself.
func ExampleManager_Upload_many() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	manager, err := transfer.NewManager(client, func(o *transfer.Options) {
		o.Concurrency = 8          // requests in flight of all uploads together, at the most
		o.MemoryBudget = 100 << 20 // of all of them, too
		o.Bandwidth = 1 << 30      // bytes per second
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	bodies := map[string]io.Reader{
		"small.txt": strings.NewReader("one request"),
		"pipe.log":  io.LimitReader(strings.NewReader(strings.Repeat("0123456789abcdef", 1<<20)), 12<<20),
		"locked":    strings.NewReader("not allowed"),
	}
	var uploads sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	for key, body := range bodies {
		uploads.Go(func() {
			_, err := manager.Upload(context.Background(), &s3.PutObjectInput{Bucket: "notes", Key: key, Body: body})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, err)
			}
		})
	}
	uploads.Wait()
	fmt.Println(len(bodies)-len(failed), "stored")
	for _, err := range failed {
		var one *transfer.UploadError
		if errors.As(err, &one) {
			fmt.Println("failed:", one.Key, errors.Is(err, s3.ErrAccessDenied))
		}
	}
	// Output:
	// 2 stored
	// failed: locked true
}

// Options of a call are that upload's own: a backup in the background takes two requests at
// a time and 10 MiB per second, whatever else the manager is doing.
func ExampleOptions_background() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	manager, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := manager.Upload(context.Background(), &s3.PutObjectInput{
		Bucket: "backup", Key: "disk.img", Body: strings.NewReader("sectors"),
	}, func(o *transfer.Options) {
		o.Concurrency = 2
		o.Bandwidth = 10 << 20
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Size, "bytes")
	// Output: 7 bytes
}
