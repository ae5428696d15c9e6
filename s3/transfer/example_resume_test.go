package transfer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/s3/transfer"
)

// The same call begins an upload and goes on with it, whatever became of the process before.
func ExampleManager_Upload_checkpoint() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	file, err := os.Open("disk.img")
	if err != nil {
		fmt.Println("there is no file:", errors.Is(err, fs.ErrNotExist))
		return
	}
	defer file.Close()
	in := &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: file}
	_, err = m.Upload(ctx, in, func(o *transfer.Options) { o.Checkpoint = "disk.img.checkpoint" })
	if errors.Is(err, transfer.ErrSourceChanged) {
		// What was sent is of no use any more.
		err = m.AbortCheckpoint(ctx, "disk.img.checkpoint")
	}
	if err != nil {
		fmt.Println(err) // the next run goes on
	}
	// Output: there is no file: true
}

// A nightly sweep of what nobody will complete.
func ExampleManager_AbortIncomplete() {
	now := time.Now().Add(-8 * 24 * time.Hour)
	server, err := s3test.Start(func(o *s3test.Options) { o.Buckets, o.Clock = []string{"backup"}, func() time.Time { return now } })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := server.Client()
	ctx := context.Background()
	for _, key := range []string{"logs/1", "logs/2"} { // the first is older than a week
		if _, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: "backup", Key: key}); err != nil {
			fmt.Println(err)
			return
		}
		now = time.Now()
	}
	m, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := m.AbortIncomplete(ctx, "backup", "logs/", 7*24*time.Hour)
	fmt.Println(out.Aborted, "aborted,", out.Spared, "younger than a week,", err)
	// Output: 1 aborted, 1 younger than a week, <nil>
}

// Two processes send one object. Plan, share and receipts travel as JSON.
func ExampleManager_Plan() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	m, err := transfer.NewManager(client, func(o *transfer.Options) { o.PartSize = 5 << 20 })
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	content := bytes.NewReader([]byte(strings.Repeat("0123456789abcdef", 12<<16)))
	plan, err := m.Plan(ctx, &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: content})
	if err != nil {
		fmt.Println(err)
		return
	}
	var all []transfer.Receipts
	for _, share := range plan.Split(2) {
		receipts, err := m.UploadShare(ctx, plan, share, content) // in a process of its own
		if err != nil {
			fmt.Println(err)
			return
		}
		all = append(all, receipts)
	}
	text, err := json.Marshal(all[1])
	fmt.Println(string(text), err)
	merged, err := plan.Merge(all...)
	fmt.Println(len(merged.Parts), "of", plan.Parts(), "parts,", len(plan.Missing(merged)), "shares missing,", err)
	// Output:
	// {"upload_id":"s3test-upload-1","parts":[{"part":3,"size":2097152,"etag":"\"3d1fac9a0e90cdd71f19e717128c8bc6\"","etag_md5":true,"checksum":"5VolKiFpEQU="}]} <nil>
	// 3 of 3 parts, 0 shares missing, <nil>
}
