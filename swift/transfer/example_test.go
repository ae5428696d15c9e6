package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

var client *swift.Client // made by swift.New

func ExampleUploader_UploadSLO() {
	ctx := context.Background()
	file, err := os.Open("disk.img")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	up, err := transfer.NewUploader(client, func(o *transfer.Options) {
		o.PartSize = 64 << 20
		o.Concurrency = 8
		o.DeleteOldSegments = true // of the object that is replaced
		// An upload that fails, or is killed, goes on from here when it is called again.
		o.Checkpoint = "disk.img.checkpoint"
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := up.UploadSLO(ctx, &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: file})
	if errors.Is(err, transfer.ErrSourceChanged) {
		// The file is another one by now: what was sent of the first is of no use.
		err = up.Abort(ctx, "disk.img.checkpoint")
	}
	if err != nil {
		fmt.Println(err) // names the object, the segments and what became of them
		return
	}
	fmt.Println(out.Parts, "segments under", out.SegmentPrefix)
}

func ExampleDownloader_DownloadFile() {
	down, err := transfer.NewDownloader(client, func(o *transfer.DownloadOptions) {
		o.Concurrency = 8
		o.VerifySegments = true // compares the MD5 of each
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := down.DownloadFile(context.Background(), "disk.img", &swift.GetObjectInput{Container: "backup", Object: "disk.img"})
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
}
