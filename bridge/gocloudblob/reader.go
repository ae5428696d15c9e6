package gocloudblob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// parallelSize is what a download must be larger than to go by ranges in parallel. The
// request that learns the size is given up for them, and that is to be worth it.
const parallelSize = 2 * transfer.DefaultReadPartSize

// NewRangeReader gets the object, or the part of it. A range of no bytes, which the API has
// none of, is a HeadObject.
func (b *bucket) NewRangeReader(ctx context.Context, key string, offset, length int64, o *driver.ReaderOptions) (driver.Reader, error) {
	in := &s3.GetObjectInput{Bucket: b.name, Key: b.keys.escape(key)}
	switch {
	case length > 0:
		in.Range = fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
	case length < 0 && offset > 0:
		in.Range = fmt.Sprintf("bytes=%d-", offset)
	}
	var options []func(*s3.Options)
	if err := before(o.BeforeRead, pointer(in), pointer(&options)); err != nil {
		return nil, err
	}
	if length == 0 {
		return b.readNothing(ctx, in, offset, options)
	}
	out, err := b.client.GetObject(ctx, in, options...)
	if err != nil {
		var failed *s3.Error
		if errors.As(err, &failed) && failed.StatusCode == http.StatusRequestedRangeNotSatisfiable {
			// Behind the last byte there is nothing to read, which is no failure.
			if r, nothing := b.readNothing(ctx, in, offset, options); nothing == nil {
				return r, nil
			}
		}
		return nil, err
	}
	size := out.ContentLength
	if in.Range != "" && (out.ContentRange != "" || size > 0) { // an empty object may be sent as it is
		if size, err = wholeSize(out.ContentRange); err != nil {
			return nil, errors.Join(err, out.Body.Close())
		}
	}
	return &reader{
		ReadCloser: out.Body, bucket: b, ctx: ctx, in: in, options: options,
		attributes: attributes(out.ContentType, out.LastModified, size), as: as(out),
	}, nil
}

// readNothing is a reader of no bytes at an offset in the object, or at its end.
func (b *bucket) readNothing(ctx context.Context, in *s3.GetObjectInput, offset int64, options []func(*s3.Options)) (driver.Reader, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: in.Bucket, Key: in.Key, VersionId: in.VersionId,
		IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch,
		IfModifiedSince: in.IfModifiedSince, IfUnmodifiedSince: in.IfUnmodifiedSince,
		SSECustomerAlgorithm: in.SSECustomerAlgorithm, SSECustomerKey: in.SSECustomerKey, SSECustomerKeyMD5: in.SSECustomerKeyMD5,
		RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner, ChecksumMode: in.ChecksumMode,
	}, options...)
	if err != nil {
		return nil, err
	}
	if offset > out.ContentLength {
		return nil, fmt.Errorf("%w: offset %d is behind the end, %d", s3.ErrInvalidRange, offset, out.ContentLength)
	}
	return &reader{
		ReadCloser: http.NoBody, bucket: b, ctx: ctx, in: in, options: options,
		attributes: attributes(out.ContentType, out.LastModified, out.ContentLength), as: as(out),
	}, nil
}

func attributes(contentType string, modTime time.Time, size int64) driver.ReaderAttributes {
	return driver.ReaderAttributes{ContentType: cmp.Or(contentType, "application/octet-stream"), ModTime: modTime, Size: size}
}

// wholeSize is that of the object of which a range was sent.
func wholeSize(contentRange string) (int64, error) {
	_, whole, _ := strings.Cut(contentRange, "/")
	size, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("gocloudblob: the server was asked for a range, and answered with Content-Range %q", contentRange)
	}
	return size, nil
}

// reader implements driver.Reader and driver.Downloader.
type reader struct {
	io.ReadCloser

	bucket     *bucket
	ctx        context.Context
	in         *s3.GetObjectInput
	options    []func(*s3.Options)
	attributes driver.ReaderAttributes
	as         func(any) bool
}

var _ driver.Downloader = (*reader)(nil)

func (r *reader) Attributes() *driver.ReaderAttributes { return &r.attributes }

func (r *reader) As(i any) bool { return r.as(i) }

// Download writes all of the object, which the reader is of and nothing of which was read.
func (r *reader) Download(w io.Writer) error {
	if r.attributes.Size <= parallelSize || r.in.Range != "" || r.in.PartNumber != 0 {
		_, err := io.Copy(w, r.ReadCloser)
		return err
	}
	if err := r.ReadCloser.Close(); err != nil {
		return err
	}
	r.ReadCloser = http.NoBody
	ahead, err := r.bucket.manager.Open(r.ctx, r.in, func(o *transfer.Options) {
		o.ClientOptions = append(o.ClientOptions, r.options...)
	})
	if err != nil {
		return err
	}
	_, err = ahead.WriteTo(w)
	return errors.Join(err, ahead.Close())
}
