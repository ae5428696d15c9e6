//go:build integration

package integration

import (
	"context"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func probeMultipart(ctx context.Context, p *probe) {
	bucket := p.make()
	const source, key = "source", "dir/whole"
	first := strings.Repeat("first part ", minPart/11+1)
	p.store(bucket, source, "the second part")

	made, err := try(ctx, p, (*s3.Client).CreateMultipartUpload, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err == nil {
		err = that(made.UploadId != "", "no upload id")
	}
	p.judge("CreateMultipartUpload", err)
	require.NotNil(p.t, made)

	put, err := try(ctx, p, (*s3.Client).UploadPart, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: made.UploadId, PartNumber: 1, Body: strings.NewReader(first)})
	require.NoError(p.t, err)
	copied, err := try(ctx, p, (*s3.Client).UploadPartCopy, &s3.UploadPartCopyInput{Bucket: bucket, Key: key, UploadId: made.UploadId, PartNumber: 2, CopySource: bucket + "/" + source})
	require.NoError(p.t, err)

	list, err := try(ctx, p, (*s3.Client).ListParts, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: made.UploadId})
	if err == nil {
		err = that(len(list.Parts) == 2 && list.Parts[0].Size == int64(len(first)) && list.Parts[1].PartNumber == 2, "listed %+v", list)
		if err == nil && trim(list.Parts[1].ETag) != trim(copied.CopyPartResult.ETag) {
			err = remark("the ETag of a part that was copied is told as %q", trim(list.Parts[1].ETag))
		}
	}
	p.judge("ListParts", err)

	listed := func(prefix string) bool {
		uploads, e := try(ctx, p, (*s3.Client).ListMultipartUploads, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: prefix})
		if err = e; err != nil {
			return false
		}
		return slices.ContainsFunc(uploads.Uploads, func(u s3.MultipartUpload) bool { return u.Key == key && u.UploadId == made.UploadId })
	}
	if !listed("dir/") && err == nil {
		err = noEffect("an upload is not listed")
		if listed(key) {
			err = remark("Prefix must be a whole key: uploads are not listed by the beginning of theirs")
		}
	}
	p.judge("ListMultipartUploads", err)

	_, err = try(ctx, p, (*s3.Client).CompleteMultipartUpload, &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: key, UploadId: made.UploadId,
		MultipartUpload: &s3.CompletedMultipartUpload{Parts: []s3.CompletedPart{{PartNumber: 1, ETag: put.ETag}, {PartNumber: 2, ETag: copied.CopyPartResult.ETag}}},
	})
	whole := err
	if err == nil {
		text, lost := p.content(ctx, bucket, key)
		whole = all(lost, that(text == first+"the second part", "%d bytes came back that differ", len(text)))
	}
	p.judge("CompleteMultipartUpload", whole)
	if err == nil { // what was uploaded is in it
		p.judge("UploadPart", whole)
		p.judge("UploadPartCopy", whole)
	}

	other, err := p.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "aborted"})
	require.NoError(p.t, err)
	_, err = try(ctx, p, (*s3.Client).AbortMultipartUpload, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: "aborted", UploadId: other.UploadId})
	if err == nil {
		_, gone := p.client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: "aborted", UploadId: other.UploadId})
		err = expect(gone, s3.ErrNotFound)
	}
	p.judge("AbortMultipartUpload", err)
}
