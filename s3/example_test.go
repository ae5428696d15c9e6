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
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/sigv4"
)

// photos is a server in memory, with a bucket of three objects.
func photos() *s3test.Server {
	server, err := s3test.Start()
	if err != nil {
		log.Fatal(err)
	}
	for key, content := range map[string]string{"cat.jpg": "a picture", "dog.jpg": "another picture", "owl.jpg": "the third of them"} {
		server.Put("photos", key, []byte(content))
	}
	return server
}

// client is one of a server that an example scripts.
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
	server := photos()
	defer server.Close()
	c := server.Client() // s3.New(s3.Options{Endpoint: ...})

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
	server := photos()
	defer server.Close()
	c := server.Client() // s3.New(s3.Options{Endpoint: ...})

	_, err := c.GetObject(context.Background(), &s3.GetObjectInput{Bucket: "photos", Key: "unicorn.jpg"})
	fmt.Println(errors.Is(err, s3.ErrNoSuchKey), errors.Is(err, s3.ErrNotFound), errors.Is(err, fs.ErrNotExist))
	var e *s3.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.StatusCode, e.RequestID)
	}
	fmt.Println(err)
	// Output:
	// true true true
	// NoSuchKey 404 S3TEST0000000001
	// operation error S3: GetObject, http response error StatusCode: 404, NoSuchKey: The specified key does not exist. (bucket "photos", key "unicorn.jpg", status 404, request id "S3TEST0000000001")
}

func ExampleClient_PutObject() {
	server := photos()
	defer server.Close()
	c := server.Client() // s3.New(s3.Options{Endpoint: ...})

	out, err := c.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: "photos", Key: "cat.jpg", ContentType: "image/jpeg",
		Body:              strings.NewReader("123456789"),
		ChecksumAlgorithm: s3.ChecksumAlgorithmCrc32c,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.ETag, out.ChecksumCRC32C)
	// Output: "25f9e794323b453885f5181f1b624d0b" 4waSgw==
}

// A browser, or curl, can send what Presign answers.
func ExampleClient_Presign() {
	server := photos()
	defer server.Close()
	c := server.Client() // s3.New(s3.Options{Endpoint: ...})

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
	resp, err := server.HTTPClient().Do(req)
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
	server := photos()
	defer server.Close()
	c := server.Client() // s3.New(s3.Options{Endpoint: ...})

	for page, err := range c.ListObjectsV2Pages(context.Background(), &s3.ListObjectsV2Input{Bucket: "photos", MaxKeys: 2}) {
		if err != nil {
			log.Fatal(err)
		}
		for _, object := range page.Contents {
			fmt.Println(object.Key, object.Size)
		}
	}
	// Output:
	// cat.jpg 9
	// dog.jpg 15
	// owl.jpg 17
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
