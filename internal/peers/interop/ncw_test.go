//go:build integration

package interop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/ncw/swift/v2"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
)

// ncw is ncw/swift, which rclone uses.
type ncw struct{ client *swift.Connection }

func openNCW(t *testing.T, name string, env integration.Env) *ncw {
	t.Helper()
	c := &swift.Connection{
		UserName: env["OS_USERNAME"], ApiKey: env["OS_PASSWORD"], AuthUrl: env["OS_AUTH_URL"], Region: env["OS_REGION_NAME"],
		Domain: env["OS_USER_DOMAIN_NAME"], TenantId: env["OS_PROJECT_ID"], AuthVersion: 3,
	}
	if name == "ceph" {
		c = &swift.Connection{UserName: env["RGW_SWIFT_USER"], ApiKey: env["RGW_SWIFT_KEY"], AuthUrl: env["RGW_SWIFT_AUTH_URL"], AuthVersion: 1}
	}
	require.NoError(t, c.Authenticate(t.Context()))
	return &ncw{c}
}

func ncwError(err error) error {
	var e *swift.Error
	if errors.As(err, &e) && e.StatusCode != 0 {
		return &refusal{Status: e.StatusCode}
	}
	return err
}

func ncwHeaders(o object) swift.Headers {
	h := swift.Metadata(o.Metadata).ObjectHeaders()
	if o.ContentEncoding != "" {
		h["Content-Encoding"] = o.ContentEncoding
	}
	if o.ContentDisposition != "" {
		h["Content-Disposition"] = o.ContentDisposition
	}
	return h
}

func (c *ncw) put(ctx context.Context, at place, o object) error {
	_, err := c.client.ObjectPut(ctx, at.bucket, at.key, bytes.NewReader(o.Body), true, "", o.ContentType, ncwHeaders(o))
	return ncwError(err)
}

func (c *ncw) large(ctx context.Context, at place, o object, create func(context.Context, *swift.LargeObjectOpts) (swift.LargeObjectFile, error)) error {
	file, err := create(ctx, &swift.LargeObjectOpts{
		Container: at.bucket, ObjectName: at.key, CheckHash: true, ContentType: o.ContentType, Headers: ncwHeaders(o),
		ChunkSize: partSize, SegmentContainer: segments(at.bucket),
	})
	if err != nil {
		return ncwError(err)
	}
	_, err = io.Copy(file, struct{ io.Reader }{bytes.NewReader(o.Body)})
	return ncwError(errors.Join(err, file.CloseWithContext(ctx)))
}

func (c *ncw) parts(ctx context.Context, at place, o object) error {
	return c.large(ctx, at, o, c.client.StaticLargeObjectCreate)
}

func (c *ncw) stream(ctx context.Context, at place, o object) error {
	return c.large(ctx, at, o, c.client.DynamicLargeObjectCreate)
}

func (c *ncw) copy(ctx context.Context, from, to place) error {
	_, err := c.client.ObjectCopy(ctx, from.bucket, from.key, to.bucket, to.key, nil)
	return ncwError(err)
}

func (c *ncw) copyParts(context.Context, place, place, int64) error { return errNone }

func (c *ncw) get(ctx context.Context, at place) (object, error) {
	var body bytes.Buffer
	headers, err := c.client.ObjectGet(ctx, at.bucket, at.key, &body, true, nil)
	return object{
		Body: body.Bytes(), ContentType: headers["Content-Type"], ContentEncoding: headers["Content-Encoding"],
		ContentDisposition: headers["Content-Disposition"], Metadata: headers.ObjectMetadata(), ETag: headers["Etag"],
	}, ncwError(err)
}

func (c *ncw) tags(context.Context, place) (map[string]string, error) { return nil, errNone }

func (c *ncw) list(ctx context.Context, container, delimiter string) ([]entry, error) {
	opts := &swift.ObjectsOpts{Limit: pageSize}
	if delimiter != "" {
		opts.Delimiter = rune(delimiter[0])
	}
	all, err := c.client.ObjectsAll(ctx, container, opts)
	var entries []entry
	for _, o := range all {
		e := entry{o.Name, o.Bytes, o.Hash}
		if o.PseudoDirectory {
			e = entry{Key: o.Name}
		}
		entries = append(entries, e)
	}
	return entries, ncwError(err)
}
