package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// standIn answers as a store would, as far as the examples go.
func standIn(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	q := r.URL.Query()
	switch {
	case strings.HasSuffix(r.URL.Path, "/locked"):
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>42</RequestId></Error>`)
	case q.Has("uploads"):
		fmt.Fprint(w, `<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>`)
	case r.Method == http.MethodPost:
		fmt.Fprint(w, `<CompleteMultipartUploadResult><ETag>"of-three-parts"</ETag></CompleteMultipartUploadResult>`)
	case r.Method == http.MethodHead:
		w.Header().Set("Content-Length", "12582912")
		w.Header().Set("ETag", `"of-three-parts"`)
	case r.Method == http.MethodPut:
		w.Header().Set("ETag", `"tag"`)
	}
}

func newStandIn() (*s3.Client, func()) { return newClient(standIn) }

// newClient makes a client of a server that answers so.
func newClient(answer http.HandlerFunc) (*s3.Client, func()) {
	server := httptest.NewServer(answer)
	client, err := s3.New(s3.Options{
		Endpoint: server.URL, Credentials: sigv4.Static("access", "secret", ""), HTTPClient: server.Client(),
	})
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

func ExampleManager_Upload() {
	client, stop := newStandIn() // s3.New(s3.Options{Endpoint: ...})
	defer stop()
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
	// Output: 28 bytes, 0 parts, ETag "tag"
}

// A stream whose length nobody knows goes in parts, with a progress bar of one's own.
func ExampleOptions_progress() {
	client, stop := newStandIn()
	defer stop()
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
	// integrity: transport size verified: true
}

// Errors name the object and, when it was one, the part; what the server said is inside.
func ExampleUploadError() {
	client, stop := newStandIn()
	defer stop()
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
	client, stop := newStandIn()
	defer stop()
	up, err := transfer.NewManager(client, func(o *transfer.Options) { o.Integrity = transfer.IntegrityChecksum })
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = up.Upload(context.Background(), &s3.PutObjectInput{Bucket: "b", Key: "k", Body: strings.NewReader("x")})
	fmt.Println(err)
	// Output: upload of bucket "b", key "k": Integrity: is checksum, but generic verifies no CRC64NVME, CRC32C or CRC32
}
