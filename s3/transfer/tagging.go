package transfer

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/stowage-go/stowage/s3"
)

// tag adds the tags to an object in parts where CreateMultipartUpload forgets them, as
// Ceph RGW does.
func (u *upload) tag(ctx context.Context) error {
	if u.in.Tagging == "" || u.profile.MultipartTagging || u.profile.Support("PutObjectTagging") == s3.Unsupported {
		return nil
	}
	values, err := url.ParseQuery(u.in.Tagging)
	if err != nil {
		return nil //nolint:nilerr // CreateMultipartUpload has taken it for what it is
	}
	var tags []s3.Tag
	for _, key := range slices.Sorted(maps.Keys(values)) {
		tags = append(tags, s3.Tag{Key: key, Value: values.Get(key)})
	}
	_, err = u.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
		Bucket: u.in.Bucket, Key: u.in.Key, VersionId: u.output.VersionId, Tagging: &s3.Tagging{TagSet: tags},
		ExpectedBucketOwner: u.in.ExpectedBucketOwner, RequestPayer: u.in.RequestPayer,
	}, u.requestOptions(nil)...)
	if err != nil {
		return settled{fmt.Errorf("%w: its tags are missing: %w", ErrIncomplete, err)}
	}
	return nil
}
