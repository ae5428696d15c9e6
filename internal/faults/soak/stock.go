package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// settleTime is what the server gets to end what had reached it when the proxies broke off.
const settleTime = 2 * time.Second

// stockLimit bounds a stock-taking.
const stockLimit = 5 * time.Minute

// takeStock compares all that a server has with what the workers know, byte by byte, through a
// client of its own that no fault reaches. What is in doubt is deleted, and so forgotten.
func (s *store) takeStock(workers []*worker, t *tally) error {
	ctx, cancel := context.WithTimeout(context.Background(), stockLimit)
	defer cancel()
	g, each := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, w := range workers {
		g.Go(func() error { return s.check(each, w, t) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("take stock of %s: %w", s.name, err)
	}
	return s.checkUploads(ctx, t)
}

// check compares what one worker has.
func (s *store) check(ctx context.Context, w *worker, t *tally) error {
	there := make(map[string]bool)
	var back []s3.ObjectIdentifier
	for page, err := range s.client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: s.bucket, Prefix: w.prefix}) {
		if err != nil {
			return err
		}
		for i := range page.Contents {
			o := &page.Contents[i]
			if err := s.compare(ctx, o); err != nil {
				t.finding("stock of %s: key %q: %v", s.name, o.Key, err)
			}
			there[o.Key] = true
			if w.stored[o.Key] != nil {
				continue
			}
			if w.doubts[o.Key] == nil {
				t.finding("stock of %s: key %q was deleted, and is there", s.name, o.Key)
			}
			back = append(back, s3.ObjectIdentifier{Key: o.Key})
		}
	}
	for key := range w.stored {
		if !there[key] {
			t.finding("stock of %s: key %q was stored, and is lost", s.name, key)
			w.deleting(w.stored[key])
		}
	}
	t.stock(len(there), len(w.doubts), len(back))
	clear(w.doubts)
	for _, o := range back {
		if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: s.bucket, Key: o.Key}); err != nil {
			return err
		}
	}
	return nil
}

// compare reads one object.
func (s *store) compare(ctx context.Context, o *s3.Object) error {
	c, err := contentOf(o.Key)
	if err != nil {
		return err
	}
	if o.Size != c.size {
		return wrong("it is listed with %d bytes, not %d", o.Size, c.size)
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: s.bucket, Key: o.Key})
	if err != nil {
		return err
	}
	defer out.Body.Close()
	return c.compare(out.Body, 0, c.size)
}

// checkUploads finds uploads that are left and that no error has told of.
func (s *store) checkUploads(ctx context.Context, t *tally) error {
	var left []transfer.IncompleteUpload
	for u, err := range s.manager.ListIncomplete(ctx, s.bucket, "") {
		if err != nil {
			return fmt.Errorf("list the uploads of %s: %w", s.name, err)
		}
		left = append(left, u)
	}
	for _, u := range left {
		if !t.sweep(u.UploadId) {
			n := 0
			for _, err := range s.manager.ListIncompleteParts(ctx, u) {
				if err != nil {
					break
				}
				n++
			}
			t.finding("stock of %s: the upload of key %q begun at %s is left with %d parts, and no error has told of it", s.name, u.Key, u.Initiated.Format(time.TimeOnly), n)
		}
		_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: u.Bucket, Key: u.Key, UploadId: u.UploadId})
		if err != nil {
			return err
		}
	}
	return nil
}
