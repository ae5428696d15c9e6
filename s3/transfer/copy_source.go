package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// look learns what the source is, and holds all that follows to it.
func (c *copying) look(ctx context.Context) error {
	in := c.headInput()
	in.IfMatch, in.IfNoneMatch = c.in.CopySourceIfMatch, c.in.CopySourceIfNoneMatch
	in.IfModifiedSince, in.IfUnmodifiedSince = c.in.CopySourceIfModifiedSince, c.in.CopySourceIfUnmodifiedSince
	head, err := c.from.HeadObject(ctx, in, c.fromOptions...)
	if errors.Is(err, s3.ErrNotModified) {
		err = fmt.Errorf("%w: %w", s3.ErrPreconditionFailed, err) // what it is called of a copy
	}
	if err != nil {
		return fmt.Errorf("look at the source: %w", err)
	}
	if !c.holds(head) {
		return fmt.Errorf("look at the source: %w: its ETag is %s, its time %s", s3.ErrPreconditionFailed, head.ETag, head.LastModified.Format(time.RFC3339))
	}
	c.head = head
	if head.ETag != "" {
		// The conditions hold. From here on it is this object or none.
		c.in.CopySourceIfMatch, c.in.CopySourceIfNoneMatch = head.ETag, ""
		c.in.CopySourceIfModifiedSince, c.in.CopySourceIfUnmodifiedSince = time.Time{}, time.Time{}
	}
	return nil
}

// holds puts the conditions to what the server told, since some overlook them.
func (c *copying) holds(head *s3.HeadObjectOutput) bool {
	in, etag, at := &c.in, unquoted(head.ETag), head.LastModified
	match := func(want string) bool { return want == "*" || unquoted(want) == etag }
	switch {
	case etag == "" || at.IsZero():
		return true // nothing is told
	case in.CopySourceIfMatch != "" && !match(in.CopySourceIfMatch):
		return false
	case in.CopySourceIfMatch == "" && !in.CopySourceIfUnmodifiedSince.IsZero() && at.After(in.CopySourceIfUnmodifiedSince):
		return false
	case in.CopySourceIfNoneMatch != "":
		return !match(in.CopySourceIfNoneMatch)
	}
	return in.CopySourceIfModifiedSince.IsZero() || at.After(in.CopySourceIfModifiedSince.Truncate(time.Second))
}

func (c *copying) headInput() *s3.HeadObjectInput {
	in := &s3.HeadObjectInput{
		Bucket: c.bucket, Key: c.key, VersionId: c.version, RequestPayer: c.in.RequestPayer, ExpectedBucketOwner: c.in.ExpectedSourceBucketOwner,
		SSECustomerAlgorithm: c.in.CopySourceSSECustomerAlgorithm, SSECustomerKey: c.in.CopySourceSSECustomerKey, SSECustomerKeyMD5: c.in.CopySourceSSECustomerKeyMD5,
	}
	if len(c.fromProfile.Checksums) > 0 {
		in.ChecksumMode = s3.ChecksumModeEnabled
	}
	return in
}

// pin is what holds a request to the object that was looked at: its version, or its ETag.
func (c *copying) pin() (version, etag string) {
	switch {
	case immutable(c.version):
		return c.version, ""
	case c.byVersion.Load():
		return c.head.VersionId, ""
	case c.unpinned.Load():
		return c.version, ""
	}
	return c.version, c.head.ETag
}

// immutable: the version is and remains one object.
func immutable(version string) bool { return version != "" && version != "null" }

// pinned makes a request that is held to the source by pin. When another object has taken
// the source's place, the version that was looked at is asked for: not at once, since that
// takes a permission of its own. conditional: the request has another condition, too.
func (c *copying) pinned(ctx context.Context, conditional bool, request func(version, etag string) error) error {
	version, etag := c.pin()
	err := request(version, etag)
	if etag == "" || !errors.Is(err, s3.ErrPreconditionFailed) {
		return err
	}
	changed := c.unchanged(ctx)
	switch {
	case changed == nil && conditional:
		return err
	case changed == nil:
		// OpenStack Swift compares the condition of an object in parts with another ETag
		// than it tells. Whether it changes is looked at in the end.
		c.unpinned.Store(true)
		return request(version, "")
	case !errors.Is(changed, s3.ErrObjectChanged):
		return err
	case !immutable(c.head.VersionId):
		return fmt.Errorf("%w: %w", s3.ErrObjectChanged, err)
	}
	c.byVersion.Store(true)
	return request(c.head.VersionId, "")
}

// sameSource finds out, in the end, whether all requests had the same source: some servers
// overlook the condition.
func (c *copying) sameSource(ctx context.Context) error {
	if immutable(c.version) || c.byVersion.Load() {
		return nil
	}
	return c.unchanged(ctx)
}

// unchanged finds out whether the source is still what was looked at.
func (c *copying) unchanged(ctx context.Context) error {
	now, err := c.from.HeadObject(ctx, c.headInput(), c.fromOptions...)
	switch {
	case errors.Is(err, s3.ErrNotFound):
		return fmt.Errorf("%w: the source is gone: %w", s3.ErrObjectChanged, err)
	case err != nil:
		return fmt.Errorf("look at the source again: %w", err)
	case now.ETag != c.head.ETag || now.ContentLength != c.head.ContentLength || !now.LastModified.Equal(c.head.LastModified):
		return fmt.Errorf("%w: the source has ETag %s and %d bytes, it had %s and %d", s3.ErrObjectChanged,
			now.ETag, now.ContentLength, c.head.ETag, c.head.ContentLength)
	}
	return nil
}
