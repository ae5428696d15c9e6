package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func (w *worker) uploadFile(t *try) {
	o := w.makeLarge(w.large())
	f, err := w.source(o)
	if t.local(err) {
		return
	}
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		_, err := w.manager.Upload(ctx, &s3.PutObjectInput{Bucket: w.bucket, Key: o.key, Body: f}, options(counted))
		return o.size, err
	}))
	t.local(errors.Join(f.Close(), os.Remove(f.Name())))
	t.empty()
}

// source is an open file of the object's content.
func (w *worker) source(o *object) (*os.File, error) {
	path, err := w.file("upload", o.content)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

func (w *worker) uploadStream(t *try) {
	o := w.makeLarge(w.large())
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		_, err := w.manager.Upload(ctx, &s3.PutObjectInput{Bucket: w.bucket, Key: o.key, Body: o.stream()}, options(counted))
		return o.size, err
	}))
}

func (w *worker) write(t *try) {
	o := w.makeLarge(w.large())
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		wr, err := w.manager.NewWriter(ctx, w.bucket, o.key, options(counted))
		if err != nil {
			return 0, err
		}
		if _, err := io.Copy(wr, o.stream()); err != nil {
			return 0, errors.Join(err, wr.Abort())
		}
		return o.size, wr.Close()
	}))
}

// tries is how often a transfer is taken up again.
const tries = 6

// resume cancels an upload at any moment, and takes it up again.
func (w *worker) resume(t *try) {
	o := w.makeLarge(w.large())
	f, err := w.source(o)
	if t.local(err) {
		return
	}
	checkpoint := filepath.Join(w.dir, "checkpoint")
	all := new(outcome)
	for n := range tries {
		out := t.callUntil(w.moment(n), func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
			_, err := w.manager.Upload(ctx, &s3.PutObjectInput{Bucket: w.bucket, Key: o.key, Body: f}, options(counted), func(to *transfer.Options) { to.Checkpoint = checkpoint })
			return o.size, err
		})
		all.retries += out.retries
		if all.err = out.err; out.err == nil {
			break
		}
		all.retries++ // what was given up may arrive late
	}
	if all.err != nil {
		t.callUntil(-1, func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
			err := w.manager.AbortCheckpoint(ctx, checkpoint, options(counted))
			if errors.Is(err, fs.ErrNotExist) {
				err = nil // it failed before there was an upload
			}
			return 0, err
		})
		if err := os.Remove(checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.local(err)
		}
	}
	w.written(o, all)
	t.local(errors.Join(f.Close(), os.Remove(f.Name())))
	t.empty()
}

// moment is when the try of that number is cancelled; the last ones are not.
func (w *worker) moment(n int) time.Duration {
	if n >= tries/2 {
		return -1
	}
	return time.Duration(w.random.IntN(400)) * time.Millisecond
}

func (w *worker) copy(t *try) {
	from := w.any()
	o := w.copyOf(from)
	w.parted = append(w.parted, o.key)
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		in := &s3.CopyObjectInput{Bucket: w.bucket, Key: o.key, CopySource: s3.CopySource(w.bucket, from.key, "")}
		_, err := w.manager.Copy(ctx, in, options(counted), func(to *transfer.Options) { to.Threshold = partSize })
		return o.size, err
	}))
}

// object as a download asks for it.
func (w *worker) input(o *object) *s3.GetObjectInput {
	return &s3.GetObjectInput{Bucket: w.bucket, Key: o.key}
}

// parts has downloads go by small parts.
func parts(o *transfer.Options) { o.PartSize = 1 << 20 }

func (w *worker) download(t *try) {
	o := w.any()
	f, err := os.OpenFile(filepath.Join(w.dir, "download"), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if t.local(err) {
		return
	}
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		if _, err := w.manager.Download(ctx, f, w.input(o), options(counted), parts); err != nil {
			return 0, err
		}
		return o.size, o.compare(io.NewSectionReader(f, 0, 1<<62), 0, o.size)
	})
	t.local(errors.Join(f.Close(), os.Remove(f.Name())))
	t.empty()
}

// same compares a file with the object.
func (o *object) same(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return o.compare(f, 0, o.size)
}

func (w *worker) downloadFile(t *try) {
	o := w.any()
	path := filepath.Join(w.dir, "download")
	out := t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		if _, err := w.manager.DownloadFile(ctx, path, w.input(o), options(counted), parts); err != nil {
			return 0, err
		}
		return o.size, o.same(path)
	})
	if out.err == nil {
		t.local(os.Remove(path))
	}
	t.empty()
}

// resumeDownload cancels a download at any moment, and takes it up again.
func (w *worker) resumeDownload(t *try) {
	o := w.any()
	path := filepath.Join(w.dir, "download")
	for n := range tries {
		out := t.callUntil(w.moment(n), func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
			if _, err := w.manager.DownloadFile(ctx, path, w.input(o), options(counted), parts, func(to *transfer.Options) { to.KeepPartial = true }); err != nil {
				return 0, err
			}
			return o.size, o.same(path)
		})
		if out.err == nil {
			t.local(os.Remove(path))
			t.empty()
			return
		}
	}
	for _, left := range []string{".download.partial", ".download.partial.json"} { // as documented
		if err := os.Remove(filepath.Join(w.dir, left)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.local(err)
		}
	}
	t.empty()
}

func (w *worker) open(t *try) {
	o := w.any()
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		r, err := w.manager.Open(ctx, w.input(o), options(counted), parts)
		if err != nil {
			return 0, err
		}
		return o.size, errors.Join(o.compare(r, 0, o.size), r.Close())
	})
}
