package gocloudblob

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// Options configure a bucket.
type Options struct {
	// Manager moves contents, and all buckets and other transfers that share it share its
	// requests, memory and bandwidth. It must be one of the same client. Nil: one of the
	// bucket's own, with the defaults of package transfer.
	Manager *transfer.Manager
	// EscapeKeys are further forms of keys to escape, beside the profile's RewrittenKeys, for
	// a server that refuses them: MinIO those with two slashes in a row, and with ".." between
	// backslashes. Programs of a bucket that escape otherwise don't find each other's keys.
	EscapeKeys s3.KeyForms
}

// OpenBucket opens a bucket. It sends nothing: whether the bucket is there is what
// [blob.Bucket.IsAccessible] tells. Closing it ends neither the client nor the manager. It
// fails without a client or a name.
func OpenBucket(client *s3.Client, name string, fns ...func(*Options)) (*blob.Bucket, error) {
	b, err := openBucket(client, name, fns)
	if err != nil {
		return nil, err
	}
	return blob.NewBucket(b), nil
}

func openBucket(client *s3.Client, name string, fns []func(*Options)) (*bucket, error) {
	if client == nil {
		return nil, errors.New("gocloudblob: client is required")
	}
	if name == "" {
		return nil, errors.New("gocloudblob: name of the bucket is required")
	}
	var o Options
	for _, fn := range fns {
		fn(&o)
	}
	if o.Manager == nil {
		m, err := transfer.NewManager(client)
		if err != nil {
			return nil, err
		}
		o.Manager = m
	}
	profile := client.Options().Profile
	return &bucket{client: client, manager: o.Manager, name: name, profile: profile, keys: escaper(profile.RewrittenKeys | o.EscapeKeys)}, nil
}

// bucket implements driver.Bucket.
type bucket struct {
	client  *s3.Client
	manager *transfer.Manager
	name    string
	profile s3.Profile
	keys    escaper
}

var _ driver.Bucket = (*bucket)(nil)

// As answers the client and the manager.
func (b *bucket) As(i any) bool {
	switch p := i.(type) {
	case **s3.Client:
		*p = b.client
	case **transfer.Manager:
		*p = b.manager
	default:
		return false
	}
	return true
}

// Close has nothing to do: the client is the caller's.
func (b *bucket) Close() error { return nil }

// Attributes are those of a HeadObject.
func (b *bucket) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: b.name, Key: b.keys.escape(key)})
	if err != nil {
		return nil, err
	}
	return &driver.Attributes{
		CacheControl:       out.CacheControl,
		ContentDisposition: out.ContentDisposition,
		ContentEncoding:    out.ContentEncoding,
		ContentLanguage:    out.ContentLanguage,
		ContentType:        out.ContentType,
		Metadata:           unescapeMetadata(out.Metadata),
		ModTime:            out.LastModified,
		Size:               out.ContentLength,
		MD5:                b.md5Of(out),
		ETag:               out.ETag,
		AsFunc:             as(out),
	}, nil
}

// md5Of is the MD5 of an object, nil where its ETag is not known to be that: an object in
// parts has another, and so has one that is encrypted otherwise than by the store itself
// (Amazon S3 User Guide, "Checking object integrity").
func (b *bucket) md5Of(out *s3.HeadObjectOutput) []byte {
	stores := out.ServerSideEncryption == "" || out.ServerSideEncryption == s3.ServerSideEncryptionAes256
	if !b.profile.ETagMD5 || !stores || out.SSECustomerAlgorithm != "" {
		return nil
	}
	sum, err := hex.DecodeString(strings.Trim(out.ETag, `"`))
	if err != nil || len(sum) != 16 {
		return nil
	}
	return sum
}

// Copy copies an object of any size on the server.
func (b *bucket) Copy(ctx context.Context, dstKey, srcKey string, o *driver.CopyOptions) error {
	in := &s3.CopyObjectInput{
		Bucket: b.name, Key: b.keys.escape(dstKey),
		CopySource: s3.CopySource(b.name, b.keys.escape(srcKey), ""),
	}
	var options []func(*transfer.Options)
	if err := before(o.BeforeCopy, pointer(in), pointer(&options)); err != nil {
		return err
	}
	_, err := b.manager.Copy(ctx, in, options...)
	return err
}

// Delete looks whether the object is there, since DeleteObject doesn't tell.
func (b *bucket) Delete(ctx context.Context, key string, o *driver.DeleteOptions) error {
	key = b.keys.escape(key)
	if _, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: b.name, Key: key}); err != nil {
		return err
	}
	in := &s3.DeleteObjectInput{Bucket: b.name, Key: key}
	if err := before(o.BeforeDelete, pointer(in)); err != nil {
		return err
	}
	_, err := b.client.DeleteObject(ctx, in)
	return err
}
