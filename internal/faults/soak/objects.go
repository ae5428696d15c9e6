package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/stowage-go/stowage/s3"
)

func (w *worker) put(t *try) {
	o := w.make("", w.small())
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		_, err := w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: w.bucket, Key: o.key, Body: o.reader()}, counted)
		return o.size, err
	}))
}

// putStream sends a body that can be sent once only.
func (w *worker) putStream(t *try) {
	o := w.make("", w.small())
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		_, err := w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: w.bucket, Key: o.key, Body: o.stream(), ContentLength: &o.size}, counted)
		return o.size, err
	}))
}

func (w *worker) get(t *try) {
	o := w.any()
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		return w.read(ctx, counted, o, &s3.GetObjectInput{}, 0, o.size)
	})
}

func (w *worker) getRange(t *try) {
	o := w.any()
	if o.size == 0 {
		return // no range of it can be satisfied
	}
	from := w.random.Int64N(o.size)
	end := from + 1 + w.random.Int64N(o.size-from)
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		return w.read(ctx, counted, o, &s3.GetObjectInput{Range: fmt.Sprintf("bytes=%d-%d", from, end-1)}, from, end)
	})
}

func (w *worker) read(ctx context.Context, counted func(*s3.Options), o *object, in *s3.GetObjectInput, from, end int64) (int64, error) {
	in.Bucket, in.Key = w.bucket, o.key
	out, err := w.client.GetObject(ctx, in, counted)
	if err != nil {
		return 0, err
	}
	defer out.Body.Close()
	return end - from, o.compare(out.Body, from, end)
}

func (w *worker) head(t *try) {
	o := w.any()
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		out, err := w.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: w.bucket, Key: o.key}, counted)
		if err == nil && out.ContentLength != o.size {
			err = wrong("key %q has %d bytes, not %d", o.key, out.ContentLength, o.size)
		}
		return 0, err
	})
}

func (w *worker) list(t *try) {
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		sizes := make(map[string]int64)
		in := &s3.ListObjectsV2Input{Bucket: w.bucket, Prefix: w.prefix, MaxKeys: 10}
		for page, err := range w.client.ListObjectsV2Pages(ctx, in, counted) {
			if err != nil {
				return 0, err
			}
			for _, o := range page.Contents {
				sizes[o.Key] = o.Size
			}
		}
		return 0, w.listed(sizes)
	})
}

func (w *worker) remove(t *try) {
	o := w.any()
	w.deleting(o)
	out := t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		_, err := w.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: w.bucket, Key: o.key}, counted)
		return 0, err
	})
	w.deleted(o, out.err)
}

// removeSome deletes the older half.
func (w *worker) removeSome(t *try) {
	all := w.sorted()
	all = all[:(len(all)+1)/2]
	in := &s3.DeleteObjectsInput{Bucket: w.bucket, Delete: new(s3.Delete)}
	for _, o := range all {
		w.deleting(o)
		in.Delete.Objects = append(in.Delete.Objects, s3.ObjectIdentifier{Key: o.key})
	}
	out := t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		out, err := w.client.DeleteObjects(ctx, in, counted)
		if err == nil && len(out.Errors) > 0 {
			err = wrong("DeleteObjects: %d of %d keys failed, the first with %s", len(out.Errors), len(all), out.Errors[0].Code)
		}
		return 0, err
	})
	for _, o := range all {
		w.deleted(o, out.err)
	}
}

func (w *worker) copyObject(t *try) {
	from := w.any()
	o := w.copyOf(from)
	w.written(o, t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		_, err := w.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: w.bucket, Key: o.key, CopySource: s3.CopySource(w.bucket, from.key, "")}, counted)
		return o.size, err
	}))
}

// fetch gets an object as somebody does who has nothing but a link.
func (w *worker) fetch(t *try) {
	o := w.any()
	t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
		signed, err := w.client.Presign(ctx, &s3.GetObjectInput{Bucket: w.bucket, Key: o.key}, time.Minute, counted)
		if err != nil {
			return 0, err
		}
		req, err := http.NewRequestWithContext(ctx, signed.Method, signed.URL, nil)
		if err != nil {
			return 0, err
		}
		resp, err := w.client.Options().HTTPClient.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return 0, &statusError{resp.StatusCode}
		}
		if err := o.compare(resp.Body, 0, o.size); err != nil {
			return 0, &url.Error{Op: signed.Method, URL: o.key, Err: err} // as net/http has it
		}
		return o.size, nil
	})
}
