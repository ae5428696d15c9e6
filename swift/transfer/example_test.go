package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
	"github.com/stowage-go/stowage/swift/transfer"
)

// newServer is a Swift in memory with the container backup.
func newServer() *swifttest.Server {
	server, err := swifttest.Start(func(o *swifttest.Options) { o.Containers = []string{"backup"} })
	if err != nil {
		log.Fatal(err)
	}
	return server
}

// newImage is a file of 5 MiB, in a folder of its own.
func newImage() (name string, remove func()) {
	folder, err := os.MkdirTemp("", "stowage-")
	if err != nil {
		log.Fatal(err)
	}
	name = filepath.Join(folder, "disk.img")
	if err := os.WriteFile(name, make([]byte, 5<<20), 0o600); err != nil {
		log.Fatal(err)
	}
	return name, func() { _ = os.RemoveAll(folder) }
}

func ExampleUploader_UploadSLO() {
	server := newServer()
	defer server.Close()
	client := server.Client() // swift.New(swift.Options{Auth: ...})
	name, remove := newImage()
	defer remove()

	ctx := context.Background()
	file, err := os.Open(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	up, err := transfer.NewUploader(client, func(o *transfer.Options) {
		o.PartSize = 2 << 20
		o.Concurrency = 8
		o.DeleteOldSegments = true // of the object that is replaced
		// An upload that fails, or is killed, goes on from here when it is called again.
		o.Checkpoint = name + ".checkpoint"
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := up.UploadSLO(ctx, &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: file})
	if errors.Is(err, transfer.ErrSourceChanged) {
		// The file is another one by now: what was sent of the first is of no use.
		err = up.Abort(ctx, name+".checkpoint")
	}
	if err != nil {
		fmt.Println(err) // names the object, the segments and what became of them
		return
	}
	fmt.Println(out.Parts, "segments in", out.SegmentContainer+",", out.Size, "bytes, verified:", out.Verified)
	// Output: 3 segments in backup_segments, 5242880 bytes, verified: true
}

func ExampleDownloader_DownloadFile() {
	server := newServer()
	defer server.Close()
	server.Put("backup", "disk.img", make([]byte, 5<<20))
	client := server.Client()
	folder, err := os.MkdirTemp("", "stowage-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)

	down, err := transfer.NewDownloader(client, func(o *transfer.DownloadOptions) {
		o.Concurrency = 8
		o.VerifySegments = true // compares the MD5 of each
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := down.DownloadFile(context.Background(), filepath.Join(folder, "disk.img"), &swift.GetObjectInput{Container: "backup", Object: "disk.img"})
	var changed *swift.SLOError
	switch {
	case errors.Is(err, swift.ErrObjectChanged):
		fmt.Println("replaced while it was read: try again")
	case errors.As(err, &changed):
		fmt.Println("segments are not those of the manifest:", changed.Segments)
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(out.Size, "bytes, compared:", out.Verified)
	}
	// Output: 5242880 bytes, compared: true
}
