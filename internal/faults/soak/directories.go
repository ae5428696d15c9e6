package main

import (
	"context"
	"os"
	"path"
	"path/filepath"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// treeFiles is how many files a directory has.
const treeFiles = 6

// sync sends a directory, fetches it into another, and deletes half of it in the store.
func (w *worker) sync(t *try) {
	dir := w.shelf.dir()
	there := transfer.Place{Bucket: w.bucket, Prefix: w.prefix + dir}
	here := func(name string) transfer.Place { return transfer.Place{Directory: filepath.Join(w.dir, name)} }
	sync := func(from, to transfer.Place, fns ...func(*transfer.DirectoryOptions)) *outcome {
		return t.call(func(ctx context.Context, counted func(*s3.Options)) (int64, error) {
			out, err := w.manager.Sync(ctx, &transfer.SyncInput{From: from, To: to}, append(fns, func(o *transfer.DirectoryOptions) {
				o.Concurrency = 4
				o.Transfer = func(_ string, to *transfer.Options) { options(counted)(to) }
			})...)
			return out.Bytes, err
		})
	}
	defer func() {
		for _, name := range []string{"up", "down"} {
			t.local(os.RemoveAll(filepath.Join(w.dir, name)))
		}
		t.empty()
	}()

	files := make([]*object, treeFiles)
	for i := range files {
		files[i] = w.make(dir, w.small())
		if _, err := w.file("up/"+path.Base(files[i].key), files[i].content); t.local(err) {
			return
		}
	}
	out := sync(here("up"), there)
	for _, o := range files {
		w.written(o, out)
	}
	if out.err != nil {
		return
	}
	if sync(there, here("down")).err != nil {
		return
	}
	for _, o := range files {
		if err := o.same(filepath.Join(w.dir, "down", path.Base(o.key))); err != nil {
			t.tally.finding("%s: key %q: %v", t.name, o.key, err)
		}
	}
	gone := files[:treeFiles/2]
	for _, o := range gone {
		t.local(os.Remove(filepath.Join(w.dir, "up", path.Base(o.key))))
		w.deleting(o)
	}
	out = sync(here("up"), there, func(o *transfer.DirectoryOptions) { o.Delete = true })
	for _, o := range gone {
		w.deleted(o, out.err)
	}
}
