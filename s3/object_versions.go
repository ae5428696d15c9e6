package s3

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/internal/rest"
)

// ObjectVersionsInput is what [Client.ObjectVersions] lists.
type ObjectVersionsInput struct {
	// Bucket is the bucket's name. Required.
	Bucket string
	// Key is the object's key, byte for byte. Required.
	Key string
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the requests on a
	// bucket whose owner doesn't.
	RequestPayer RequestPayer
	// ExpectedBucketOwner is the account id that must own the bucket. With a [Profile]
	// whose server ignores it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string
}

// VersionEntry is a version or a delete marker of an object.
type VersionEntry struct {
	// ObjectVersion is the version. A delete marker has Key, VersionId, IsLatest,
	// LastModified and Owner only.
	ObjectVersion
	// DeleteMarker tells that it is a delete marker.
	DeleteMarker bool
}

// ObjectVersions yields the versions and delete markers of one object, newest first. After
// an error it ends; an object that never was yields nothing. A page of
// [Client.ListObjectVersions] is asked for as it is needed.
//
// The server lists versions and delete markers apart; they are put in order by
// LastModified. Where a server's clock ticks too coarsely to tell (Swift: seconds), the
// latest comes first and the others by VersionId, descending.
func (c *Client) ObjectVersions(ctx context.Context, in *ObjectVersionsInput, opts ...func(*Options)) iter.Seq2[*VersionEntry, error] {
	return func(yield func(*VersionEntry, error) bool) {
		if in == nil {
			in = new(ObjectVersionsInput)
		}
		if err := missingKey("ObjectVersions", in.Bucket, in.Key); err != nil {
			yield(nil, err)
			return
		}
		pages := c.ListObjectVersionsPages(ctx, &ListObjectVersionsInput{
			Bucket: in.Bucket, Prefix: in.Key, RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner,
		}, opts...)
		for page, err := range pages {
			if err != nil {
				yield(nil, err)
				return
			}
			entries, more := versionsOf(page, in.Key)
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
			if !more {
				return
			}
		}
	}
}

// versionsOf are the entries of a key on a page, and whether the next may have more. The
// key is the first of those that begin with it.
func versionsOf(page *ListObjectVersionsOutput, key string) (entries []*VersionEntry, more bool) {
	for _, v := range page.Versions {
		entries = append(entries, versionEntry(v))
	}
	for _, m := range page.DeleteMarkers {
		entries = append(entries, markerEntry(m))
	}
	n := len(entries)
	entries = slices.DeleteFunc(entries, func(e *VersionEntry) bool { return e.Key != key })
	more = len(entries) == n
	slices.SortStableFunc(entries, newestFirst)
	return entries, more
}

func versionEntry(v ObjectVersion) *VersionEntry { return &VersionEntry{ObjectVersion: v} }

func markerEntry(m DeleteMarkerEntry) *VersionEntry {
	return &VersionEntry{DeleteMarker: true, ObjectVersion: ObjectVersion{
		Key: m.Key, VersionId: m.VersionId, IsLatest: m.IsLatest, LastModified: m.LastModified, Owner: m.Owner,
	}}
}

// newestFirst orders the entries of a key. Those of one list stay as the server has them
// where their times are the same.
func newestFirst(a, b *VersionEntry) int {
	switch {
	case a.IsLatest != b.IsLatest:
		if a.IsLatest {
			return -1
		}
		return 1
	case !a.LastModified.Equal(b.LastModified):
		return b.LastModified.Compare(a.LastModified)
	case a.DeleteMarker != b.DeleteMarker:
		return strings.Compare(b.VersionId, a.VersionId)
	}
	return 0
}

func missingKey(call, bucket, key string) error {
	var members []string
	if bucket == "" {
		members = append(members, "Bucket")
	}
	if key == "" {
		members = append(members, "Key")
	}
	if len(members) == 0 {
		return nil
	}
	return operationError(call, rest.Missing(call, members...))
}

// UndeleteObjectInput is what [Client.UndeleteObject] brings back.
type UndeleteObjectInput struct {
	// Bucket is the bucket's name. Required.
	Bucket string
	// Key is the object's key, byte for byte. Required.
	Key string
	// MFA is the serial number of the caller's authentication device, a space and its
	// current code; needed in a bucket with MFA Delete. It goes into no log and no error.
	MFA string
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the requests on a
	// bucket whose owner doesn't.
	RequestPayer RequestPayer
	// ExpectedBucketOwner is the account id that must own the bucket. With a [Profile]
	// whose server ignores it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string
}

// UndeleteObjectOutput is the outcome of [Client.UndeleteObject].
type UndeleteObjectOutput struct {
	// VersionId is the version that is the current one now; on OpenStack Swift it is a new
	// one.
	VersionId string
	// DeleteMarkers are the ids of the delete markers that were removed, newest first;
	// empty for an object that was not deleted.
	DeleteMarkers []string
}

// UndeleteObject brings back a deleted object of a bucket with versions: it removes the
// delete markers that are newer than the newest version. An object that is not deleted
// stays as it is. OpenStack Swift does not turn to the version below when a delete marker
// goes, so where the object is still not there, the version is copied onto its key as
// [Client.RevertObject] does. Where there is no version to bring back, nothing is removed, and the
// error matches [ErrNoSuchVersion] and fs.ErrNotExist with errors.Is.
//
// Source: Working with delete markers (Amazon S3 User Guide).
func (c *Client) UndeleteObject(ctx context.Context, in *UndeleteObjectInput, opts ...func(*Options)) (*UndeleteObjectOutput, error) {
	if in == nil {
		in = new(UndeleteObjectInput)
	}
	if err := missingKey("UndeleteObject", in.Bucket, in.Key); err != nil {
		return nil, err
	}
	var out UndeleteObjectOutput
	found := false
	for e, err := range c.ObjectVersions(ctx, &ObjectVersionsInput{
		Bucket: in.Bucket, Key: in.Key, RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner,
	}, opts...) {
		if err != nil {
			return nil, err
		}
		if found = !e.DeleteMarker; found {
			out.VersionId = e.VersionId
			break
		}
		out.DeleteMarkers = append(out.DeleteMarkers, e.VersionId)
	}
	if !found {
		return nil, operationError("UndeleteObject", fmt.Errorf("bucket %q, key %q: %w: %w", in.Bucket, in.Key, ErrNoSuchVersion, fs.ErrNotExist))
	}
	if len(out.DeleteMarkers) == 0 {
		return &out, nil
	}
	// The newest goes last: until then the object is deleted, not half way back.
	for _, id := range slices.Backward(out.DeleteMarkers) {
		_, err := c.DeleteObject(ctx, &DeleteObjectInput{
			Bucket: in.Bucket, Key: in.Key, VersionId: id,
			MFA: in.MFA, RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner,
		}, opts...)
		if e, ok := asError(err); err != nil && (!ok || !isGone(e.Code)) {
			return nil, err
		}
	}
	_, err := c.HeadObject(ctx, &HeadObjectInput{
		Bucket: in.Bucket, Key: in.Key, RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner,
	}, opts...)
	if !errors.Is(err, ErrNotFound) {
		return &out, nil // also where HEAD needs more, such as a customer's key
	}
	copied, err := c.RevertObject(ctx, &RevertObjectInput{
		Bucket: in.Bucket, Key: in.Key, VersionId: out.VersionId, RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner,
	}, opts...)
	if err != nil {
		return nil, err
	}
	if copied.VersionId != "" {
		out.VersionId = copied.VersionId
	}
	return &out, nil
}

// RevertObjectInput is what [Client.RevertObject] makes the current version.
type RevertObjectInput struct {
	// Bucket is the bucket's name. Required.
	Bucket string
	// Key is the object's key, byte for byte. Required.
	Key string
	// VersionId is the version to bring back. Required.
	VersionId string
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request on a
	// bucket whose owner doesn't.
	RequestPayer RequestPayer
	// ExpectedBucketOwner is the account id that must own the bucket. With a [Profile]
	// whose server ignores it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string
}

// RevertObject makes an old version the current one by a copy of it onto its own key, on
// the server: the versions since then stay, and the answer's VersionId is the new one
// (empty from Ceph RGW, which does not tell). Metadata and tags come along; ACL, encryption and storage class are the defaults of a
// new object. For these, and for objects over 5 GB, copy with [Client.CopyObject] or in
// parts.
//
// Test with errors.Is for [ErrNoSuchVersion] (404) and [ErrAccessDenied] (403). A version
// that is a delete marker is refused by the server.
//
// Source: Restoring previous versions (Amazon S3 User Guide).
func (c *Client) RevertObject(ctx context.Context, in *RevertObjectInput, opts ...func(*Options)) (*CopyObjectOutput, error) {
	if in == nil {
		in = new(RevertObjectInput)
	}
	if err := missingKey("RevertObject", in.Bucket, in.Key); err != nil {
		return nil, err
	}
	if in.VersionId == "" {
		return nil, operationError("RevertObject", rest.Missing("RevertObject", "VersionId"))
	}
	return c.CopyObject(ctx, &CopyObjectInput{
		Bucket: in.Bucket, Key: in.Key, CopySource: CopySource(in.Bucket, in.Key, in.VersionId),
		RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner, ExpectedSourceBucketOwner: in.ExpectedBucketOwner,
	}, opts...)
}
