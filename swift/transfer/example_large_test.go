package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
	"github.com/stowage-go/stowage/swift/transfer"
)

// A stream of unknown length, as a Dynamic Large Object: all that is stored below a prefix.
func ExampleUploader_UploadDLO() {
	server := newServer()
	defer server.Close()
	client := server.Client()

	up, err := transfer.NewUploader(client, func(o *transfer.Options) { o.PartSize = 1 << 20 })
	if err != nil {
		log.Fatal(err)
	}
	stream := struct{ io.Reader }{strings.NewReader(strings.Repeat("x", 5<<19))} // such as a pipe: no Seek, no length
	out, err := up.UploadDLO(context.Background(), &swift.CreateObjectInput{Container: "backup", Object: "log", Body: stream})
	if err != nil {
		log.Fatal(err)
	}
	stored, _ := server.Object("backup", "log")
	fmt.Println(out.Parts, "segments in", out.SegmentContainer+",", len(stored.Body), "bytes")
	// Output: 3 segments in backup_segments, 2621440 bytes
}

// An upload that fails goes on where it ended, here or in another process.
func ExampleUploader_UploadSLO_checkpoint() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	name, remove := newImage() // 5 MiB
	defer remove()

	up, err := transfer.NewUploader(client, func(o *transfer.Options) {
		o.PartSize, o.Concurrency = 1<<20, 1
		o.Checkpoint = name + ".checkpoint"
	})
	if err != nil {
		log.Fatal(err)
	}
	upload := func() (*transfer.UploadOutput, error) {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return up.UploadSLO(context.Background(), &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: file})
	}

	server.Inject(swifttest.Fault{Operation: "CreateObject", Skip: 3, Times: -1, StatusCode: 503})
	_, err = upload()
	var failed *transfer.UploadError
	if errors.As(err, &failed) {
		fmt.Println("part", failed.Part, "failed,", failed.Parts)
	}
	server.ClearFaults()
	before := len(server.Names("backup_segments"))
	out, err := upload()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(before, "were there,", out.Parts, "are now")
	// Output:
	// part 4 failed, parts left
	// 3 were there, 5 are now
}

// A failure names the object, the part and what became of the others, and what caused it.
func ExampleUploadError() {
	server := newServer()
	defer server.Close()
	server.Inject(swifttest.Fault{Operation: "CreateObject", Skip: 1, Times: -1, StatusCode: 507})
	client := server.Client()

	up, err := transfer.NewUploader(client, func(o *transfer.Options) { o.PartSize, o.Concurrency = 1<<20, 1 })
	if err != nil {
		log.Fatal(err)
	}
	_, err = up.UploadSLO(context.Background(), &swift.CreateObjectInput{
		Container: "backup", Object: "disk.img", Body: bytes.NewReader(make([]byte, 5<<20)),
	})
	var failed *transfer.UploadError
	if errors.As(err, &failed) {
		fmt.Println(failed.Object, "at", failed.Offset, "of part", failed.Part)
		fmt.Println("full:", errors.Is(err, swift.ErrInsufficientStorage))
		fmt.Println(failed.Parts, len(server.Names("backup_segments")))
	}
	// Output:
	// disk.img at 1048576 of part 2
	// full: true
	// parts deleted 0
}

// What uploads have left that were killed, and large objects that were replaced.
func ExampleUploader_DeleteOrphans() {
	server := newServer()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()

	up, err := transfer.NewUploader(client, func(o *transfer.Options) { o.PartSize = 1 << 20 })
	if err != nil {
		log.Fatal(err)
	}
	for range 2 { // the second takes the place of the first
		in := &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: bytes.NewReader(make([]byte, 3<<20))}
		if _, err := up.UploadSLO(ctx, in); err != nil {
			log.Fatal(err)
		}
	}
	out, err := up.DeleteOrphans(ctx, &transfer.DeleteOrphansInput{
		Container: "backup", Object: "disk.img",
		OlderThan: -1, // none may be under way; the default is 24 hours
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Uploads, "upload,", out.Objects, "segments,", out.Bytes, "bytes")
	// Output: 1 upload, 3 segments, 3145728 bytes
}

// The end of an upload that nobody goes on with.
func ExampleUploader_Abort() {
	server := newServer()
	defer server.Close()
	server.Inject(swifttest.Fault{Operation: "CreateObject", Skip: 2, Times: -1, StatusCode: 503})
	client := server.Client()
	name, remove := newImage()
	defer remove()
	ctx := context.Background()

	file, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	up, err := transfer.NewUploader(client, func(o *transfer.Options) {
		o.PartSize, o.Concurrency, o.Checkpoint = 1<<20, 1, name+".checkpoint"
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = up.UploadSLO(ctx, &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: file})
	fmt.Println(err != nil, len(server.Names("backup_segments")))
	err = up.Abort(ctx, name+".checkpoint")
	fmt.Println(err, len(server.Names("backup_segments")))
	// Output:
	// true 2
	// <nil> 0
}

// Into memory, and with what a progress bar wants.
func ExampleDownloader_Download() {
	server := newServer()
	defer server.Close()
	server.Put("backup", "disk.img", make([]byte, 5<<20))
	client := server.Client()

	var last transfer.Progress
	down, err := transfer.NewDownloader(client, func(o *transfer.DownloadOptions) {
		o.PartSize = 1 << 20
		o.Progress = func(p transfer.Progress) { last = p }
	})
	if err != nil {
		log.Fatal(err)
	}
	memory := make(buffer, 5<<20)
	out, err := down.Download(context.Background(), memory, &swift.GetObjectInput{Container: "backup", Object: "disk.img"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Size, "bytes by", out.Parts, "requests")
	fmt.Println(last.Bytes, "of", last.Total, last.Done)
	// Output:
	// 5242880 bytes by 5 requests
	// 5242880 of 5242880 true
}

// buffer is an io.WriterAt of fixed length.
type buffer []byte

func (b buffer) WriteAt(p []byte, at int64) (int, error) { return copy(b[at:], p), nil }
