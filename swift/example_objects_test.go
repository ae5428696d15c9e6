package swift_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/stowage-go/stowage/swift"
)

func ExampleClient_CreateObject() {
	server := photos()
	defer server.Close()
	client := server.Client() // swift.New(swift.Options{Auth: ...})

	out, err := client.CreateObject(context.Background(), &swift.CreateObjectInput{
		Container: "photos", Object: "cow.jpg", Body: strings.NewReader("a picture"), ContentType: "image/jpeg",
		Metadata: map[string]string{"by": "Alice"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.ETag) // the MD5 of what was stored
	// Output: 101a0e3e2f58188b3e2ffc1057316c13
}

// Of several who write at once, one wins.
func ExampleClient_CreateObject_conditional() {
	server := photos()
	defer server.Close()
	client := server.Client()

	for _, who := range []string{"Alice", "Bob"} {
		_, err := client.CreateObject(context.Background(), &swift.CreateObjectInput{
			Container: "photos", Object: "lock", Body: strings.NewReader(who), IfNoneMatch: "*",
		})
		switch {
		case errors.Is(err, swift.ErrPreconditionFailed):
			fmt.Println(who, "comes too late")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(who, "has it")
		}
	}
	// Output:
	// Alice has it
	// Bob comes too late
}

func ExampleClient_GetObject() {
	server := photos()
	defer server.Close()
	client := server.Client()

	out, err := client.GetObject(context.Background(), &swift.GetObjectInput{Container: "photos", Object: "index.html"})
	if err != nil {
		log.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body) // goes on after a broken connection
	fmt.Printf("%s, %d bytes of %s, %v\n", body, out.ContentLength, out.ContentType, err)
	// Output: what is in index.html, 21 bytes of text/html, <nil>
}

// Metadata is told in lower case. UpdateObject replaces all of it.
func ExampleClient_HeadObject() {
	server := photos()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()

	_, err := client.UpdateObject(ctx, &swift.UpdateObjectInput{
		Container: "photos", Object: "index.html", Metadata: map[string]string{"By": "Alice", "Seen": "3"},
	})
	if err != nil {
		log.Fatal(err)
	}
	out, err := client.HeadObject(ctx, &swift.HeadObjectInput{Container: "photos", Object: "index.html"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.ContentLength, out.ContentType, out.Metadata)
	// Output: 21 text/html map[by:Alice seen:3]
}

// One level of a tree: what has the delimiter behind the prefix is rolled up.
func ExampleClient_ListObjectsPages() {
	server := photos()
	defer server.Close()
	client := server.Client()

	for _, prefix := range []string{"", "2025/"} {
		for page, err := range client.ListObjectsPages(context.Background(), &swift.ListObjectsInput{
			Container: "photos", Prefix: prefix, Delimiter: "/",
			Limit: 2, // of one page; the default is the server's
		}) {
			if err != nil {
				log.Fatal(err)
			}
			for _, o := range page.Objects {
				if o.Subdir != "" {
					fmt.Println(o.Subdir)
				} else {
					fmt.Println(o.Name, o.Bytes)
				}
			}
		}
	}
	// Output:
	// 2025/
	// 2026/
	// index.html 21
	// 2025/cat.jpg 23
	// 2025/dog.jpg 23
}

func ExampleClient_ListContainers() {
	server := photos()
	defer server.Close()
	server.Put("videos", "cat.mp4", []byte("moving pictures"))
	client := server.Client()

	out, err := client.ListContainers(context.Background(), &swift.ListContainersInput{})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range out.Containers {
		fmt.Println(c.Name, c.Count, c.Bytes)
	}
	fmt.Println(out.ObjectCount, "objects in all")
	// Output:
	// photos 4 90
	// videos 1 15
	// 5 objects in all
}

// The server copies by itself. What the request names is put over the source's metadata.
func ExampleClient_CopyObject() {
	server := photos()
	defer server.Close()
	client := server.Client()

	out, err := client.CopyObject(context.Background(), &swift.CopyObjectInput{
		Container: "photos", Object: "2026/cat.jpg", CopyFrom: "photos/2025/cat.jpg",
		Metadata: map[string]string{"from": "last year"},
	})
	if err != nil {
		log.Fatal(err)
	}
	stored, _ := server.Object("photos", "2026/cat.jpg")
	fmt.Println(out.CopiedFrom)
	fmt.Printf("%s %v\n", stored.Body, stored.Metadata)
	// Output:
	// photos/2025/cat.jpg
	// what is in 2025/cat.jpg map[from:last year]
}

// The answer is 200 whatever becomes of each path: what failed is in the error.
func ExampleClient_BulkDelete() {
	server := photos()
	defer server.Close()
	client := server.Client()

	out, err := client.BulkDelete(context.Background(), &swift.BulkDeleteInput{Paths: []swift.Path{
		{Container: "photos", Object: "2025/cat.jpg"},
		{Container: "photos", Object: "2025/cow.jpg"},
		{Container: "photos"}, // which has others in it
	}})
	var failed *swift.BulkError
	switch {
	case errors.As(err, &failed):
		fmt.Println(failed.NumberDeleted, "deleted,", failed.NumberNotFound, "not found")
		for _, f := range failed.Failures {
			fmt.Println(f.Path, f.Status, errors.Is(f, swift.ErrConflict))
		}
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(out.NumberDeleted, "deleted")
	}
	// Output:
	// 1 deleted, 1 not found
	// photos 409 Conflict true
}

// What a server can do, and up to where.
func ExampleClient_Info() {
	server := photos()
	defer server.Close()
	client := server.Client()

	info, err := client.Info(context.Background(), &swift.InfoInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("objects of", info.MaxFileSize, "bytes, names of", info.MaxObjectNameLength)
	fmt.Println("policies", info.Policies)
	if info.SLO != nil {
		fmt.Println("large objects of", info.SLO.MaxManifestSegments, "segments")
	}
	if info.BulkDelete != nil {
		fmt.Println("deletions of", info.BulkDelete.MaxDeletesPerRequest)
	}
	fmt.Println("symlinks:", info.Has("symlink"))
	// Output:
	// objects of 5368709122 bytes, names of 1024
	// policies [Policy-0]
	// large objects of 1000 segments
	// deletions of 10000
	// symlinks: false
}
