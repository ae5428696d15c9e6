package transfer

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/stowage-go/stowage/internal/download"
)

// target is where a download goes.
type target interface {
	// begin is told what comes, once the first answer is here, and gives the writer.
	begin(state download.Object, partSize int64) (io.WriterAt, error)
	// done takes note of a part that is written. sum is its CRC-64/NVME, where content.note
	// asks for it.
	done(i int, sum []byte) error
}

// writerTarget is the caller's writer.
type writerTarget struct{ io.WriterAt }

func (t *writerTarget) begin(download.Object, int64) (io.WriterAt, error) { return t.WriterAt, nil }
func (t *writerTarget) done(int, []byte) error                            { return nil }

// fileTarget is a temporary file.
type fileTarget struct {
	root *os.Root
	name string
	file *download.File
}

func (t *fileTarget) begin(state download.Object, _ int64) (io.WriterAt, error) {
	var err error
	if t.file, err = download.Create(t.root, t.name); err != nil {
		return nil, err
	}
	return t.file, t.file.Truncate(state.Size)
}

func (t *fileTarget) done(int, []byte) error { return nil }

// intoFile downloads to a file.
func (f *fetch) intoFile(ctx context.Context, root *os.Root, name string) (*DownloadOutput, error) {
	if f.options.KeepPartial {
		return f.intoPartial(ctx, root, name)
	}
	t := &fileTarget{root: root, name: name}
	out, err := (&objectDownload{fetch: f, target: t}).run(ctx)
	if err == nil {
		err = t.file.Commit(f.options.Fsync)
	}
	if err == nil {
		return out, nil
	}
	failed := f.failed(ctx, err)
	if t.file != nil {
		if derr := t.file.Discard(); derr != nil {
			failed.Err = fmt.Errorf("%w; delete the temporary file: %w", failed.Err, derr)
		}
	}
	return nil, failed
}

// partialTarget is a file that may be there in part.
type partialTarget struct {
	root    *os.Root
	name    string
	source  string
	partial *download.Partial
}

func (t *partialTarget) begin(state download.Object, partSize int64) (io.WriterAt, error) {
	if t.partial != nil {
		return t.partial, nil
	}
	var err error
	t.partial, err = download.CreatePartial(t.root, t.name, download.State{
		Source: t.source, ETag: state.ETag, LastModified: state.LastModified, Size: state.Size, PartSize: partSize,
	})
	return t.partial, err
}

func (t *partialTarget) done(i int, sum []byte) error { return t.partial.Note(i, sum) }

// source names the object in the state of a partial file. The endpoint is not in it: the same
// server may have several, and what tells objects apart is their ETag and time.
func (f *fetch) source() string {
	return fmt.Sprintf("bucket %q key %q version %q", f.in.Bucket, f.in.Key, f.in.VersionId)
}

// intoPartial downloads to a file that is kept when that fails, and may be there from before.
func (f *fetch) intoPartial(ctx context.Context, root *os.Root, name string) (*DownloadOutput, error) {
	t := &partialTarget{root: root, name: name, source: f.source()}
	var err error
	if t.partial, err = download.OpenPartial(root, name, t.source); err != nil {
		return nil, f.failed(ctx, err)
	}
	var out *DownloadOutput
	for {
		d := &objectDownload{fetch: f, target: t, partial: t.partial, content: content{note: true}}
		out, err = d.run(ctx)
		if !d.outdated {
			break
		}
		// Of the object that is there now, nothing is here.
		if err = t.partial.Discard(); err != nil {
			return nil, f.failed(ctx, err)
		}
		t.partial = nil
	}
	if err == nil {
		err = t.partial.Commit(f.options.Fsync)
	}
	if err == nil {
		return out, nil
	}
	failed := f.failed(ctx, err)
	if t.partial == nil {
		return nil, failed
	}
	failed.Kept = true
	leave := t.partial.Keep
	if spoilt(err) {
		failed.Kept, leave = false, t.partial.Discard
	}
	if lerr := leave(); lerr != nil {
		failed.Err = fmt.Errorf("%w; %w", failed.Err, lerr)
	}
	return nil, failed
}
