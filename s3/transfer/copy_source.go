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
	c.head = head
	if head.ETag != "" {
		// The conditions hold. From here on it is this object or none.
		c.in.CopySourceIfMatch, c.in.CopySourceIfNoneMatch = head.ETag, ""
		c.in.CopySourceIfModifiedSince, c.in.CopySourceIfUnmodifiedSince = time.Time{}, time.Time{}
	}
	return nil
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

// pinned makes a request that is held to the source's ETag, with the version to ask for:
// that of the caller, and, when another object has taken its place, the one that was looked
// at. That is not asked for at once, since it takes a permission of its own.
func (c *copying) pinned(ctx context.Context, request func(version string) error) error {
	version := c.version
	if c.byVersion.Load() {
		version = c.head.VersionId
	}
	err := request(version)
	if !errors.Is(err, s3.ErrPreconditionFailed) || c.unchanged(ctx) == nil {
		return err
	}
	if version == "" && c.head.VersionId != "" {
		c.byVersion.Store(true)
		if versioned := request(c.head.VersionId); !errors.Is(versioned, s3.ErrPreconditionFailed) {
			return versioned
		}
	}
	return fmt.Errorf("%w: %w", s3.ErrObjectChanged, err)
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
