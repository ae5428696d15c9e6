package s3_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// files stands in for a server with a bucket of these objects, and tells of each GET.
func files(tell bool, objects map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.URL.Path, "/site/")
		content, ok := objects[key]
		switch {
		case r.URL.Query().Has("list-type"):
			prefix := r.URL.Query().Get("prefix")
			_, _ = io.WriteString(w, "<ListBucketResult>")
			for key, content := range objects {
				name, ok := strings.CutPrefix(key, prefix)
				if dir, _, is := strings.Cut(name, "/"); is && ok {
					fmt.Fprintf(w, "<CommonPrefixes><Prefix>%s/</Prefix></CommonPrefixes>", prefix+dir)
				} else if ok {
					fmt.Fprintf(w, "<Contents><Key>%s</Key><Size>%d</Size></Contents>", key, len(content))
				}
			}
			_, _ = io.WriteString(w, "</ListBucketResult>")
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		default:
			if tell && r.Method == http.MethodGet {
				fmt.Println(r.Method, key, r.Header.Get("Range"))
			}
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, key, time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), strings.NewReader(content))
		}
	}))
}

// archive is a zip file of large, hello.txt and large2, without compression.
func archive() string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range []struct{ name, content string }{
		{"large", strings.Repeat("x", 500_000)}, {"hello.txt", "hello from inside"}, {"large2", strings.Repeat("y", 500_000)},
	} {
		e, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := io.WriteString(e, f.content); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	return b.String()
}

// One file out of an archive of a megabyte, without fetching the archive.
func ExampleClient_OpenObject() {
	server := files(false, map[string]string{"archive.zip": archive()})
	defer server.Close()
	c := client(server)

	o, err := c.OpenObject(context.Background(), &s3.GetObjectInput{Bucket: "site", Key: "archive.zip"})
	if err != nil {
		log.Fatal(err)
	}
	defer o.Close()
	r, err := zip.NewReader(o, o.Size())
	if err != nil {
		log.Fatal(err)
	}
	// By itself package flate reads 4 KiB at a time, and each ReadAt is a request.
	r.RegisterDecompressor(zip.Deflate, func(compressed io.Reader) io.ReadCloser {
		return flate.NewReader(bufio.NewReaderSize(compressed, 1<<20))
	})
	content, err := fs.ReadFile(r, "hello.txt")
	fmt.Printf("%s, %v\n", content, err)
	// Output: hello from inside, <nil>
}

func ExampleObjectHandle_ReadAt() {
	server := files(true, map[string]string{"data.bin": strings.Repeat("0123456789", 1000)})
	defer server.Close()
	c := client(server)

	o, err := c.OpenObject(context.Background(), &s3.GetObjectInput{Bucket: "site", Key: "data.bin"})
	if err != nil {
		log.Fatal(err)
	}
	defer o.Close()
	p := make([]byte, 5)
	_, err = o.ReadAt(p, 2003)
	fmt.Printf("%s, %v\n", p, err)
	n, err := o.ReadAt(p, o.Size()-2)
	fmt.Printf("%s, %v\n", p[:n], err)
	// Output:
	// GET data.bin bytes=2003-2007
	// 34567, <nil>
	// GET data.bin bytes=9998-9999
	// 89, EOF
}

func ExampleFS() {
	server := files(false, map[string]string{"index.html": "welcome", "css/site.css": "a {}", "css/print/page.css": "b {}"})
	defer server.Close()
	fsys := s3.FS(client(server), "site")

	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		fmt.Println(name, d.IsDir())
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	content, err := fs.ReadFile(fsys, "css/site.css")
	fmt.Printf("%s, %v\n", content, err)
	_, err = fsys.Open("missing")
	fmt.Println(errors.Is(err, fs.ErrNotExist), errors.Is(err, s3.ErrNotFound))
	// Output:
	// . true
	// css true
	// css/print true
	// css/print/page.css false
	// css/site.css false
	// index.html false
	// a {}, <nil>
	// true true
}

// A bucket as a web site, with ranges and conditions.
func ExampleFS_http() {
	server := files(false, map[string]string{"index.html": "welcome", "video.mp4": strings.Repeat("0123456789", 1000)})
	defer server.Close()
	site := httptest.NewServer(http.FileServerFS(s3.FS(client(server), "site")))
	defer site.Close()

	req, err := http.NewRequest(http.MethodGet, site.URL+"/video.mp4", nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Range", "bytes=5000-5004")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, resp.Header.Get("Content-Range"), string(content), err)
	// Output: 206 bytes 5000-5004/10000 01234 <nil>
}
