//go:build integration

package integration

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func probeObjects(ctx context.Context, p *probe) {
	bucket := p.make()
	const key, body = "dir/a b+ü", "some bytes"
	metadata := map[string]string{"a": "1"}

	put, err := try(ctx, p, (*s3.Client).PutObject, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader(body), ContentType: "text/x-test", Metadata: metadata})
	if err == nil {
		text, lost := p.content(ctx, bucket, key)
		err = all(lost, that(text == body, "stored %q", text))
	}
	p.judge("PutObject", err)
	require.NotNil(p.t, put)

	got, err := try(ctx, p, (*s3.Client).GetObject, &s3.GetObjectInput{Bucket: bucket, Key: key, Range: "bytes=5-7"})
	if err == nil {
		err = all(same(got.Body, []byte(body[5:8])), that(got.ContentRange == "bytes 5-7/10", "Content-Range is %q", got.ContentRange),
			that(got.ContentType == "text/x-test", "answered %+v", got), kept(got.Metadata, metadata))
	}
	p.judge("GetObject", err)

	head, err := try(ctx, p, (*s3.Client).HeadObject, &s3.HeadObjectInput{Bucket: bucket, Key: key})
	if err == nil {
		err = all(that(head.ContentLength == int64(len(body)) && head.ETag == put.ETag, "answered %+v", head), kept(head.Metadata, metadata))
	}
	p.judge("HeadObject", err)

	_, err = try(ctx, p, (*s3.Client).CopyObject, &s3.CopyObjectInput{Bucket: bucket, Key: "copy", CopySource: bucket + "/dir/a%20b%2B%C3%BC"})
	if err == nil {
		text, lost := p.content(ctx, bucket, "copy")
		err = all(lost, that(text == body, "stored %q", text))
	}
	p.judge("CopyObject", err)

	_, err = try(ctx, p, (*s3.Client).DeleteObject, &s3.DeleteObjectInput{Bucket: bucket, Key: key})
	if err == nil {
		_, gone := p.content(ctx, bucket, key)
		err = that(errors.Is(gone, errGone), "it is still there")
	}
	p.judge("DeleteObject", err)

	p.store(bucket, "second", body)
	many, err := try(ctx, p, (*s3.Client).DeleteObjects, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3.Delete{
		Objects: []s3.ObjectIdentifier{{Key: "copy"}, {Key: "second"}},
	}})
	if err == nil {
		left, lost := p.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
		if slices.Equal(left, []string{"dir/"}) {
			left = nil // what Alluxio made for the key; it tells so when it lists
		}
		err = all(lost, that(len(left) == 0 && len(many.Deleted) == 2 && len(many.Errors) == 0, "left %q, answered %+v", left, many))
	}
	p.judge("DeleteObjects", err)
}

// kept compares metadata with what was sent.
func kept(got, want map[string]string) error {
	if len(got) == 0 {
		return remark("without metadata, which is not stored")
	}
	return that(maps.Equal(got, want), "metadata is %v", got)
}

func probeListings(ctx context.Context, p *probe) {
	bucket := p.make()
	want := []string{"a", "b/1", "b/2", "c"}
	for _, key := range want {
		p.store(bucket, key, key)
	}
	keys := func(objects []s3.Object) (keys []string) {
		for _, o := range objects {
			keys = append(keys, o.Key)
		}
		return keys
	}
	v1, err := try(ctx, p, (*s3.Client).ListObjects, &s3.ListObjectsInput{Bucket: bucket, Delimiter: "/"})
	if err == nil {
		err = that(slices.Equal(keys(v1.Contents), []string{"a", "c"}) && len(v1.CommonPrefixes) == 1 && v1.CommonPrefixes[0].Prefix == "b/", "listed %+v", v1)
	}
	p.judge("ListObjects", err)

	var got []string
	var token string
	for {
		v2, err := try(ctx, p, (*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: 3, ContinuationToken: token})
		if err != nil {
			p.judge("ListObjectsV2", err)
			return
		}
		got = append(got, keys(v2.Contents)...)
		if token = v2.NextContinuationToken; !v2.IsTruncated {
			break
		}
	}
	if slices.Equal(got, []string{"a", "b/", "b/1", "b/2", "c"}) {
		p.judge("ListObjectsV2", remark("directories are listed as objects"))
		return
	}
	p.judge("ListObjectsV2", that(slices.Equal(got, want), "listed %q", got))
}

func probeVersions(ctx context.Context, p *probe) {
	bucket := p.make()
	p.keepVersions(ctx, bucket)
	p.store(bucket, "k", "first")
	p.store(bucket, "k", "second")
	_, err := p.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: "k"})
	require.NoError(p.t, err)

	out, err := try(ctx, p, (*s3.Client).ListObjectVersions, &s3.ListObjectVersionsInput{Bucket: bucket})
	if err == nil && p.wire.root() == "ListBucketResult" {
		err = takenFor("ListObjects")
	}
	if err == nil {
		err = that(len(out.Versions) == 2 && len(out.DeleteMarkers) == 1 && out.DeleteMarkers[0].IsLatest, "listed %+v", out)
		var bodies []string
		for _, v := range out.Versions {
			got, lost := p.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: v.Key, VersionId: v.VersionId})
			require.NoError(p.t, lost)
			var text strings.Builder
			require.NoError(p.t, drain(&text, got.Body))
			bodies = append(bodies, text.String())
		}
		err = all(err, that(slices.Equal(bodies, []string{"second", "first"}), "versions are %q", bodies))
	}
	p.judge("ListObjectVersions", err)
}

func probeAttributes(ctx context.Context, p *probe) {
	bucket := p.make()
	p.store(bucket, "k", settingBody)
	head, err := p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
	require.NoError(p.t, err)
	out, err := try(ctx, p, (*s3.Client).GetObjectAttributes, &s3.GetObjectAttributesInput{
		Bucket: bucket, Key: "k", ObjectAttributes: []s3.ObjectAttributes{s3.ObjectAttributesEtag, s3.ObjectAttributesObjectSize},
	})
	if err = p.read(err); err == nil {
		err = that(out.ObjectSize == int64(len(settingBody)) && trim(out.ETag) == trim(head.ETag), "answered %+v", out)
	}
	p.judge("GetObjectAttributes", err)
}

func probeRename(ctx context.Context, p *probe) {
	bucket := p.make()
	p.store(bucket, "old", settingBody)
	_, err := try(ctx, p, (*s3.Client).RenameObject, &s3.RenameObjectInput{Bucket: bucket, Key: "new", RenameSource: bucket + "/old"})
	if err == nil {
		old, gone := p.content(ctx, bucket, "old")
		renamed, lost := p.content(ctx, bucket, "new")
		switch {
		case lost == nil && renamed == "" && old == settingBody:
			err = takenFor("PutObject")
		case errors.Is(lost, errGone) && gone == nil:
			err = noEffect("the object has its old key")
		default:
			err = all(lost, that(errors.Is(gone, errGone) && renamed == settingBody, "old is %q, new is %q", old, renamed))
		}
	}
	p.judge("RenameObject", err)
}

func probeTorrent(ctx context.Context, p *probe) {
	bucket := p.make()
	p.store(bucket, "k", settingBody)
	out, err := try(ctx, p, (*s3.Client).GetObjectTorrent, &s3.GetObjectTorrentInput{Bucket: bucket, Key: "k"})
	if err == nil {
		text := new(strings.Builder)
		if err = p.read(drain(text, out.Body)); err == nil {
			err = that(strings.HasPrefix(text.String(), "d8:announce"), "answered %q", text)
		}
	}
	p.judge("GetObjectTorrent", err)
}

func probeObjectLambda(ctx context.Context, p *probe) {
	_, err := try(ctx, p, (*s3.Client).WriteGetObjectResponse, &s3.WriteGetObjectResponseInput{
		RequestRoute: "io-1", RequestToken: "token", StatusCode: 200, Body: strings.NewReader(settingBody),
	})
	p.judge("WriteGetObjectResponse", err)
}

func probeObjectEncryption(ctx context.Context, p *probe) {
	bucket := p.make()
	p.store(bucket, "k", settingBody)
	_, err := try(ctx, p, (*s3.Client).UpdateObjectEncryption, &s3.UpdateObjectEncryptionInput{
		Bucket: bucket, Key: "k", ObjectEncryption: &s3.ObjectEncryption{SSEKMS: s3.SSEKMSEncryption{KMSKeyArn: "arn:aws:kms:us-east-1:123456789012:key/one"}},
	})
	if err == nil {
		text, lost := p.content(ctx, bucket, "k")
		if err = lost; err == nil && text != settingBody {
			err = takenFor("PutObject")
		}
	}
	if err == nil {
		head, lost := p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
		if err = lost; err == nil && head.ServerSideEncryption != s3.ServerSideEncryptionAwsKms {
			err = noEffect("its encryption is %q", head.ServerSideEncryption)
		}
	}
	p.judge("UpdateObjectEncryption", err)
}
