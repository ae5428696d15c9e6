package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/s3/transfer"
)

// newServer is an S3 server in memory, in whose buckets nobody may write what is called locked.
func newServer() *s3test.Server {
	server, err := s3test.Start(func(o *s3test.Options) { o.Buckets = []string{"backup", "logs", "notes", "www"} })
	if err != nil {
		panic(err)
	}
	server.Inject(s3test.Fault{Key: "locked", StatusCode: 403, Code: "AccessDenied", Times: -1})
	return server
}

func ExampleManager_Upload() {
	server := newServer()
	defer server.Close()
	client := server.Client() // s3.New(s3.Options{Endpoint: ...})
	up, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := up.Upload(context.Background(), &s3.PutObjectInput{
		Bucket: "notes", Key: "today.txt", ContentType: "text/plain", Body: strings.NewReader("small enough for one request"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Size, "bytes,", out.Parts, "parts, ETag", out.ETag)
	// Output: 28 bytes, 0 parts, ETag "64a8b8abc11157ab815eae74d63c2817"
}

// A stream whose length nobody knows goes in parts, with a progress bar of one's own.
func ExampleOptions_progress() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	up, err := transfer.NewManager(client, func(o *transfer.Options) {
		o.PartSize = 5 << 20
		o.Progress = func(p transfer.Progress) {
			if p.Done {
				fmt.Printf("%d of %d bytes in %d parts\n", p.Bytes, p.Total, p.PartsDone)
			}
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	stream := io.LimitReader(strings.NewReader(strings.Repeat("0123456789abcdef", 1<<20)), 12<<20)
	out, err := up.Upload(context.Background(), &s3.PutObjectInput{Bucket: "backup", Key: "dump.sql", Body: stream})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("integrity:", out.Integrity, "size verified:", out.SizeVerified)
	// Output:
	// 12582912 of 12582912 bytes in 3 parts
	// integrity: checksum size verified: true
}

// Errors name the object and, when it was one, the part; what the server said is inside.
func ExampleUploadError() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	up, err := transfer.NewManager(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = up.Upload(context.Background(), &s3.PutObjectInput{Bucket: "notes", Key: "locked", Body: bytes.NewReader([]byte("x"))})
	var failed *transfer.UploadError
	if errors.As(err, &failed) {
		fmt.Println(failed.Bucket, failed.Key, failed.Part, failed.Parts)
	}
	fmt.Println(errors.Is(err, s3.ErrAccessDenied))
	// Output:
	// notes locked 0 no parts
	// true
}

// A stated integrity that the server can't give is refused before anything is sent.
func ExampleIntegrity() {
	server := newServer()
	defer server.Close()
	client := server.Client(func(o *s3.Options) { o.Profile = s3.Generic() })
	up, err := transfer.NewManager(client, func(o *transfer.Options) { o.Integrity = transfer.IntegrityChecksum })
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = up.Upload(context.Background(), &s3.PutObjectInput{Bucket: "notes", Key: "k", Body: strings.NewReader("x")})
	fmt.Println(err)
	// Output: upload of bucket "notes", key "k": Integrity: is checksum, but generic verifies no CRC64NVME, CRC32C or CRC32
}
