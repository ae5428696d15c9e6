//go:build integration

package integration

import (
	"context"
	"slices"

	"github.com/stowage-go/stowage/s3"
)

func probeBuckets(ctx context.Context, p *probe) {
	name := bucketName()
	p.removeAtEnd(name)
	_, err := try(ctx, p, (*s3.Client).CreateBucket, &s3.CreateBucketInput{Bucket: name})
	if err == nil {
		err = that(p.exists(ctx, name), "there is none")
	}
	p.judge("CreateBucket", err)

	_, err = try(ctx, p, (*s3.Client).HeadBucket, &s3.HeadBucketInput{Bucket: name})
	if err == nil {
		_, absent := try(ctx, p, (*s3.Client).HeadBucket, &s3.HeadBucketInput{Bucket: bucketName()})
		err = expect(absent, s3.ErrNotFound)
	}
	p.judge("HeadBucket", err)

	out, err := try(ctx, p, (*s3.Client).ListBuckets, &s3.ListBucketsInput{})
	if err == nil {
		err = that(slices.ContainsFunc(out.Buckets, func(b s3.Bucket) bool { return b.Name == name }), "it is not listed")
	}
	p.judge("ListBuckets", err)

	location, err := try(ctx, p, (*s3.Client).GetBucketLocation, &s3.GetBucketLocationInput{Bucket: name})
	if err == nil {
		got := string(location.LocationConstraint) // us-east-1 is told as nothing at all
		err = that(got == p.options.Region || got == "" && p.options.Region == "us-east-1", "location is %q", got)
	}
	p.judge("GetBucketLocation", err)

	_, err = try(ctx, p, (*s3.Client).DeleteBucket, &s3.DeleteBucketInput{Bucket: name})
	if err == nil {
		err = that(!p.exists(ctx, name), "it is still there")
	}
	p.judge("DeleteBucket", err)
}

func probeDirectoryBuckets(ctx context.Context, p *probe) {
	bucket := p.make()
	list, err := try(ctx, p, (*s3.Client).ListDirectoryBuckets, &s3.ListDirectoryBucketsInput{})
	if err = p.read(err); err == nil {
		err = that(len(list.Buckets) > 0, "answered %+v", list)
	}
	p.judge("ListDirectoryBuckets", err)

	session, err := try(ctx, p, (*s3.Client).CreateSession, &s3.CreateSessionInput{Bucket: bucket})
	if err = p.read(err); err == nil {
		err = that(session.Credentials.AccessKeyId != "", "no credentials")
	}
	p.judge("CreateSession", err)
}
