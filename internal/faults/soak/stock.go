package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
	return s.checkUploads(ctx, workers, t)
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

// checkUploads finds uploads that are left and that no error has told of. Those of the bucket are
// listed, and those of every key that was sent in parts: MinIO lists the former from memory, where
// an upload is missing whose creation was broken off, and stays whose completion was.
func (s *store) checkUploads(ctx context.Context, workers []*worker, t *tally) error {
	prefixes := []string{""}
	stored := make(map[string]bool)
	for _, w := range workers {
		for key := range w.stored {
			stored[key] = true
		}
		prefixes = append(prefixes, w.parted...)
		w.parted = nil
	}
	var mu sync.Mutex
	seen := make(map[string]bool)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, prefix := range prefixes {
		g.Go(func() error {
			for u, err := range s.manager.ListIncomplete(ctx, s.bucket, prefix) {
				if err != nil {
					return fmt.Errorf("list the uploads of %s: %w", s.name, err)
				}
				mu.Lock()
				known := seen[u.UploadId]
				seen[u.UploadId] = true
				mu.Unlock()
				if known {
					continue
				}
				if err := s.checkUpload(ctx, u, stored[u.Key], t); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// checkUpload looks at one that is listed, and aborts it.
func (s *store) checkUpload(ctx context.Context, u transfer.IncompleteUpload, stored bool, t *tally) error {
	parts := 0
	for _, err := range s.manager.ListIncompleteParts(ctx, u) {
		if errors.Is(err, s3.ErrNoSuchUpload) {
			return nil
		}
		if err != nil {
			return err
		}
		parts++
	}
	if !t.sweep(u.Key) {
		t.finding("stock of %s: the upload %q of key %q, begun at %s, is left with %d parts, and no error has told of it (the object is stored: %t)",
			s.name, u.UploadId, u.Key, u.Initiated.Format(time.TimeOnly), parts, stored)
	}
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: u.Bucket, Key: u.Key, UploadId: u.UploadId})
	return err
}
