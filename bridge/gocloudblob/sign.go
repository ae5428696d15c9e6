package gocloudblob

import (
	"context"
	"fmt"
	"net/http"

	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
)

// SignedURL presigns a GetObject, PutObject or DeleteObject. With a Content-Type, which is
// signed, an upload that says another is refused.
func (b *bucket) SignedURL(ctx context.Context, key string, o *driver.SignedURLOptions) (string, error) {
	key = b.keys.escape(key)
	var in s3.Input
	var change func(any) bool
	switch o.Method {
	case http.MethodGet:
		get := &s3.GetObjectInput{Bucket: b.name, Key: key}
		in, change = get, pointer(get)
	case http.MethodPut:
		if o.EnforceAbsentContentType && o.ContentType == "" {
			return "", fmt.Errorf("%w: a signature can't forbid a header: SignedURLOptions.EnforceAbsentContentType", s3.ErrUnsupported)
		}
		put := &s3.PutObjectInput{Bucket: b.name, Key: key, ContentType: o.ContentType}
		in, change = put, pointer(put)
	case http.MethodDelete:
		del := &s3.DeleteObjectInput{Bucket: b.name, Key: key}
		in, change = del, pointer(del)
	default:
		return "", fmt.Errorf("gocloudblob: method %q can't be signed for", o.Method)
	}
	if err := before(o.BeforeSign, change); err != nil {
		return "", err
	}
	signed, err := b.client.Presign(ctx, in, o.Expiry)
	if err != nil {
		return "", err
	}
	return signed.URL, nil
}
