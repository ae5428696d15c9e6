package transfer

import (
	"context"
	"errors"
	"net/http"

	"github.com/stowage-go/stowage/s3"
)

// copies is the way from a bucket to a bucket.
type copies struct {
	*mirror
	from, to *keyspace
	bin
}

func (c *copies) operation() Operation   { return OperationCopy }
func (c *copies) sides() (from, to side) { return c.from, c.to }
func (c *copies) concurrency() int       { return c.to.manager.options.Concurrency }

func (c *copies) begin(m *mirror) error {
	c.bin = bin{mirror: m, keyspace: c.to}
	return nil
}

func (c *copies) end() {}

func (c *copies) wanted(*entry) bool { return true }

func (c *copies) admit(from *entry) error {
	return checkKeyName(c.to.prefix+from.name, c.to.profile.MaxKeyLength)
}

func (c *copies) stale(from, to *entry) bool { return from.modified.After(to.modified) }

func (c *copies) same(ctx context.Context, from, to *entry) (bool, error) {
	return sameObjects(ctx, c.from, from, c.to, to)
}

func (c *copies) prepare(*entry, *entry) error { return nil }

func (c *copies) transfer(ctx context.Context, from *entry, moved func(int64)) error {
	switch {
	case from.folder:
		return c.mark(ctx, from, moved)
	case !sameClient(c.from.manager.client, c.to.manager.client):
		return c.through(ctx, from, moved)
	}
	in := &s3.CopyObjectInput{}
	if c.options.CopyObject != nil {
		c.options.CopyObject(in)
	}
	in.Bucket, in.Key = c.to.bucket, c.to.prefix+from.name
	in.CopySource = s3.CopySource(c.from.bucket, c.from.prefix+from.name, "")
	_, err := c.to.manager.Copy(ctx, in, c.transferOptions(from.name, moved))
	var refused *s3.Error
	if from.isDirectory() && from.size == 0 && errors.As(err, &refused) && refused.StatusCode == http.StatusBadRequest {
		return c.through(ctx, from, moved) // versitygw copies no markers
	}
	return err
}

// mark makes a marker for a directory, which can't be read.
func (c *copies) mark(ctx context.Context, from *entry, moved func(int64)) error {
	put := &s3.PutObjectInput{}
	if c.options.PutObject != nil {
		c.options.PutObject(put)
	}
	put.Bucket, put.Key, put.Body, put.ContentLength = c.to.bucket, c.to.prefix+from.name, nil, nil
	_, err := c.to.manager.Upload(ctx, put, c.transferOptions(from.name, moved))
	return err
}

// through reads an object from the one server and sends it to the other. The GetObject holds no
// slot: it lasts as long as the upload, which takes slots of the other manager, and two such
// transfers in opposite directions would wait for each other for ever.
func (c *copies) through(ctx context.Context, from *entry, moved func(int64)) error {
	get := &s3.GetObjectInput{}
	if c.options.GetObject != nil {
		c.options.GetObject(get)
	}
	get.Bucket, get.Key = c.from.bucket, c.from.prefix+from.name
	source := c.from.manager
	object, err := source.client.GetObject(ctx, get, source.options.ClientOptions...)
	if err != nil {
		return err
	}
	defer object.Body.Close()
	put := &s3.PutObjectInput{
		CacheControl: object.CacheControl, ContentDisposition: object.ContentDisposition, ContentEncoding: object.ContentEncoding,
		ContentLanguage: object.ContentLanguage, ContentType: object.ContentType, Expires: object.Expires, Metadata: object.Metadata,
		WebsiteRedirectLocation: object.WebsiteRedirectLocation,
	}
	if c.options.PutObject != nil {
		c.options.PutObject(put)
	}
	put.Bucket, put.Key = c.to.bucket, c.to.prefix+from.name
	put.Body, put.ContentLength = source.limiter(&source.options).Reader(ctx, object.Body), &object.ContentLength
	_, err = c.to.manager.Upload(ctx, put, c.transferOptions(from.name, moved))
	return err
}
