package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/s3"
)

// bin deletes objects, many by one request where the server can.
type bin struct {
	mirror   *mirror
	keyspace *keyspace
	batch    []entry
	folders  []entry // that go last, each after those in it
}

// maxDeleteObjects is the API's limit for one request.
const maxDeleteObjects = 1000

func (b *bin) pass(*entry, bool) {}

func (b *bin) remove(ctx context.Context, to *entry) {
	if to.folder {
		b.folders = append(b.folders, *to)
		return
	}
	b.batch = append(b.batch, *to)
	limit := b.keyspace.profile.DeleteObjectsKeys
	if limit <= 0 || limit > maxDeleteObjects {
		limit = maxDeleteObjects
	}
	if len(b.batch) >= limit {
		b.flush(ctx)
	}
}

// flush deletes what has been gathered, beside the transfers.
func (b *bin) flush(ctx context.Context) {
	batch := b.batch
	b.batch = nil
	if len(batch) == 0 {
		return
	}
	b.mirror.objects.Go(func() {
		many := make([]entry, 0, len(batch))
		for i := range batch {
			if e := &batch[i]; b.keyspace.single || !rest.XMLCarries(b.keyspace.prefix+e.name) {
				b.one(ctx, e)
			} else {
				many = append(many, *e)
			}
		}
		if len(many) > 0 {
			b.all(ctx, many)
		}
	})
}

// finish deletes the server's directories, when they are empty.
func (b *bin) finish(ctx context.Context) {
	for i := range b.folders {
		b.one(ctx, &b.folders[len(b.folders)-1-i])
	}
}

func (b *bin) one(ctx context.Context, e *entry) {
	if ctx.Err() != nil {
		return
	}
	m := b.keyspace.manager
	_, err := m.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b.keyspace.bucket, Key: b.keyspace.prefix + e.name}, m.options.ClientOptions...)
	b.deleted(ctx, e, err)
}

func (b *bin) all(ctx context.Context, batch []entry) {
	if ctx.Err() != nil {
		return
	}
	in := &s3.DeleteObjectsInput{Bucket: b.keyspace.bucket, Delete: &s3.Delete{Quiet: true, Objects: make([]s3.ObjectIdentifier, len(batch))}}
	for i := range batch {
		in.Delete.Objects[i].Key = b.keyspace.prefix + batch[i].name
	}
	m := b.keyspace.manager
	out, err := m.client.DeleteObjects(ctx, in, m.options.ClientOptions...)
	failed := make(map[string]error)
	if err == nil {
		for _, f := range out.Errors {
			failed[f.Key] = fmt.Errorf("%w: %s", s3.Code(f.Code), f.Message)
		}
	}
	for i := range batch {
		why := err
		if why == nil {
			why = failed[in.Delete.Objects[i].Key]
		}
		b.deleted(ctx, &batch[i], why)
	}
}

// deleted counts. What is gone already is as good as deleted.
func (b *bin) deleted(ctx context.Context, e *entry, err error) {
	switch {
	case errors.Is(err, s3.ErrNoSuchKey):
		err = nil
	case err != nil && ctx.Err() != nil:
		return
	}
	b.mirror.deleted(e, err)
}
