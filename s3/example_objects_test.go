package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/s3"
)

func ExampleClient_DeleteAll() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // the listing
			_, _ = io.WriteString(w, `<ListBucketResult><Contents><Key>2024/cat.jpg</Key></Contents>`+
				`<Contents><Key>2024/dog.jpg</Key></Contents><Contents><Key>2024/owl.jpg</Key></Contents></ListBucketResult>`)
			return
		}
		_, _ = io.WriteString(w, `<DeleteResult><Error><Key>2024/dog.jpg</Key><Code>AccessDenied</Code><Message>Under retention.</Message></Error></DeleteResult>`)
	}))
	defer server.Close()
	c := client(server)

	out, err := c.DeleteAll(context.Background(), &s3.DeleteAllInput{Bucket: "photos", Prefix: "2024/"})
	var failed *s3.DeleteAllError
	if errors.As(err, &failed) {
		for _, f := range failed.Failed {
			fmt.Println(f.Key, f.Code, f.Message)
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Deleted, "deleted")
	// Output:
	// 2024/dog.jpg AccessDenied Under retention.
	// 2 deleted
}

// An object that another program is about to write.
func ExampleClient_WaitUntilObjectExists() {
	var looks atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if looks.Add(1) < 3 {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	c := client(server)

	err := c.WaitUntilObjectExists(context.Background(), &s3.HeadObjectInput{Bucket: "photos", Key: "done"},
		s3.WaitOptions{MinDelay: 10 * time.Millisecond, MaxWait: time.Minute})
	if errors.Is(err, context.DeadlineExceeded) {
		log.Fatal("nobody wrote it: ", err)
	}
	fmt.Println(looks.Load(), err)
	// Output: 3 <nil>
}

// history stands in for a bucket with versions: an object that was written twice and then
// deleted.
func history() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, `<ListVersionsResult>
			<DeleteMarker><Key>cat.jpg</Key><VersionId>c3</VersionId><IsLatest>true</IsLatest><LastModified>2026-03-03T00:00:00Z</LastModified></DeleteMarker>
			<Version><Key>cat.jpg</Key><VersionId>b2</VersionId><LastModified>2026-02-02T00:00:00Z</LastModified><Size>20</Size></Version>
			<Version><Key>cat.jpg</Key><VersionId>a1</VersionId><LastModified>2026-01-01T00:00:00Z</LastModified><Size>10</Size></Version>
		</ListVersionsResult>`)
	}))
}

func ExampleClient_ObjectVersions() {
	server := history()
	defer server.Close()
	c := client(server)

	for v, err := range c.ObjectVersions(context.Background(), &s3.ObjectVersionsInput{Bucket: "photos", Key: "cat.jpg"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(v.LastModified.Format(time.DateOnly), v.VersionId, v.DeleteMarker, v.Size)
	}
	// Output:
	// 2026-03-03 c3 true 0
	// 2026-02-02 b2 false 20
	// 2026-01-01 a1 false 10
}

func ExampleClient_UndeleteObject() {
	server := history()
	defer server.Close()
	c := client(server)

	out, err := c.UndeleteObject(context.Background(), &s3.UndeleteObjectInput{Bucket: "photos", Key: "cat.jpg"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("current again:", out.VersionId, "removed:", out.DeleteMarkers)
	// Output: current again: b2 removed: [c3]
}

func ExampleClient_Supports() {
	c, err := s3.New(s3.Options{Endpoint: "https://objects.example.com", Profile: s3.KakaoCloud()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c.Supports("PutObjectTagging"), c.Supports("PutBucketCors"), c.Supports("MakeCoffee"))
	// Output: true false false
}
