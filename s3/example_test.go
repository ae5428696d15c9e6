package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// bucket stands in for a server: one bucket of a few objects, listed two at a time.
func bucket() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut:
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("ETag", `"9a0364b9e99bb480dd25e1f0284c8555"`)
		case r.URL.Query().Get("continuation-token") == "2":
			_, _ = io.WriteString(w, `<ListBucketResult><Contents><Key>owl.jpg</Key><Size>30</Size></Contents></ListBucketResult>`)
		case r.URL.Query().Has("list-type"):
			_, _ = io.WriteString(w, `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>2</NextContinuationToken>`+
				`<Contents><Key>cat.jpg</Key><Size>10</Size></Contents><Contents><Key>dog.jpg</Key><Size>20</Size></Contents></ListBucketResult>`)
		case r.URL.Path == "/photos/cat.jpg":
			w.Header().Set("ETag", `"1"`)
			_, _ = io.WriteString(w, "a picture")
		default:
			w.Header().Set("X-Amz-Request-Id", "4442587FB7D0A2F9")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`)
		}
	}))
}

func client(server *httptest.Server) *s3.Client {
	c, err := s3.New(s3.Options{
		Endpoint: server.URL, Profile: s3.MinIO(), HTTPClient: server.Client(),
		Credentials: sigv4.Static("access-key", "secret-key", ""),
	})
	if err != nil {
		log.Fatal(err)
	}
	return c
}

func ExampleNew() {
	c, err := s3.New(s3.Options{
		Endpoint:    "https://objects.example.com",
		Credentials: sigv4.Static("access-key", "secret-key", ""),
		Profile:     s3.KakaoCloud(),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c)
	fmt.Println(c.Options().Region, c.Options().MaxAttempts)
	// Output:
	// s3.Client(https://objects.example.com, region kr-central-2, profile KakaoCloud)
	// kr-central-2 4
}

func ExampleClient_GetObject() {
	server := bucket()
	defer server.Close()
	c := client(server)

	out, err := c.GetObject(context.Background(), &s3.GetObjectInput{Bucket: "photos", Key: "cat.jpg"})
	if err != nil {
		log.Fatal(err)
	}
	defer out.Body.Close()
	content, err := io.ReadAll(out.Body)
	fmt.Printf("%s, %d bytes, %v\n", content, out.ContentLength, err)
	// Output: a picture, 9 bytes, <nil>
}

// Errors are tested by code, by class of status, and by what the standard library knows.
func ExampleClient_GetObject_errors() {
	server := bucket()
	defer server.Close()
	c := client(server)

	_, err := c.GetObject(context.Background(), &s3.GetObjectInput{Bucket: "photos", Key: "unicorn.jpg"})
	fmt.Println(errors.Is(err, s3.ErrNoSuchKey), errors.Is(err, s3.ErrNotFound), errors.Is(err, fs.ErrNotExist))
	var e *s3.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.StatusCode, e.RequestID)
	}
	fmt.Println(err)
	// Output:
	// true true true
	// NoSuchKey 404 4442587FB7D0A2F9
	// operation error S3: GetObject, http response error StatusCode: 404, NoSuchKey: The specified key does not exist. (bucket "photos", key "unicorn.jpg", status 404, request id "4442587FB7D0A2F9")
}

func ExampleClient_PutObject() {
	server := bucket()
	defer server.Close()
	c := client(server)

	out, err := c.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: "photos", Key: "cat.jpg", ContentType: "image/jpeg",
		Body:              strings.NewReader("123456789"),
		ChecksumAlgorithm: s3.ChecksumAlgorithmCrc32c,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.ETag, out.ChecksumCRC32C)
	// Output: "9a0364b9e99bb480dd25e1f0284c8555" 4waSgw==
}

// A browser, or curl, can send what Presign answers.
func ExampleClient_Presign() {
	server := bucket()
	defer server.Close()
	c := client(server)

	p, err := c.Presign(context.Background(), &s3.PutObjectInput{
		Bucket: "photos", Key: "from a browser.jpg", ContentType: "image/jpeg",
	}, 15*time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Method, u.EscapedPath())
	fmt.Println(u.Query().Get("X-Amz-Expires"), "seconds, send", p.Header)

	req, err := http.NewRequest(p.Method, p.URL, strings.NewReader("a picture"))
	if err != nil {
		log.Fatal(err)
	}
	req.Header = p.Header
	resp, err := server.Client().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output:
	// PUT /photos/from%20a%20browser.jpg
	// 900 seconds, send map[Content-Type:[image/jpeg]]
	// 200
}

func ExampleClient_ListObjectsV2Pages() {
	server := bucket()
	defer server.Close()
	c := client(server)

	for page, err := range c.ListObjectsV2Pages(context.Background(), &s3.ListObjectsV2Input{Bucket: "photos"}) {
		if err != nil {
			log.Fatal(err)
		}
		for _, object := range page.Contents {
			fmt.Println(object.Key, object.Size)
		}
	}
	// Output:
	// cat.jpg 10
	// dog.jpg 20
	// owl.jpg 30
}

// A page with a form by which a browser uploads one picture below a prefix of the user's.
func ExampleClient_PresignPost() {
	c, err := s3.New(s3.Options{
		Endpoint: "https://objects.example.com", Profile: s3.MinIO(), Credentials: sigv4.Static("access-key", "secret-key", ""),
	})
	if err != nil {
		log.Fatal(err)
	}
	post, err := c.PresignPost(context.Background(), &s3.PresignPostInput{
		Bucket: "photos", Key: "user/42/${filename}", ContentType: "image/jpeg", MaxContentLength: 5 << 20,
	}, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("<form action=%q method=post enctype=multipart/form-data>\n", post.URL)
	for _, f := range post.Fields {
		fmt.Println(f.Name) // for the page: <input type=hidden name={{.Name}} value={{.Value}}>, by html/template
	}
	fmt.Println("<input type=file name=file>") // the last field
	// Output:
	// <form action="https://objects.example.com/photos" method=post enctype=multipart/form-data>
	// key
	// Content-Type
	// policy
	// x-amz-algorithm
	// x-amz-credential
	// x-amz-date
	// x-amz-signature
	// <input type=file name=file>
}
