//go:build integration

package integration

import (
	"context"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func probeObjectTagging(ctx context.Context, p *probe) {
	tags := []s3.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2 =+"}}
	(&setting{
		put: writes((*s3.Client).PutObjectTagging, func(at target) *s3.PutObjectTaggingInput {
			return &s3.PutObjectTaggingInput{Bucket: at.bucket, Key: at.key, Tagging: &s3.Tagging{TagSet: tags}}
		}),
		get: reads((*s3.Client).GetObjectTagging, func(at target) *s3.GetObjectTaggingInput {
			return &s3.GetObjectTaggingInput{Bucket: at.bucket, Key: at.key}
		}, func(out *s3.GetObjectTaggingOutput) any { return byKey(out.TagSet) }),
		delete: writes((*s3.Client).DeleteObjectTagging, func(at target) *s3.DeleteObjectTaggingInput {
			return &s3.DeleteObjectTaggingInput{Bucket: at.bucket, Key: at.key}
		}),
		want: tags, unset: []s3.Tag(nil),
	}).probe(ctx, p, target{p.make(), "k"})
}

func probeAnnotations(ctx context.Context, p *probe) {
	const name, text = "note", "an annotation"
	(&setting{
		put: writes((*s3.Client).PutObjectAnnotation, func(at target) *s3.PutObjectAnnotationInput {
			return &s3.PutObjectAnnotationInput{Bucket: at.bucket, Key: at.key, AnnotationName: name, AnnotationPayload: strings.NewReader(text)}
		}),
		get: reads((*s3.Client).GetObjectAnnotation, func(at target) *s3.GetObjectAnnotationInput {
			return &s3.GetObjectAnnotationInput{Bucket: at.bucket, Key: at.key, AnnotationName: name}
		}, func(out *s3.GetObjectAnnotationOutput) any {
			var b strings.Builder
			require.NoError(p.t, drain(&b, out.AnnotationPayload))
			return b.String()
		}),
		list: reads((*s3.Client).ListObjectAnnotations, func(at target) *s3.ListObjectAnnotationsInput {
			return &s3.ListObjectAnnotationsInput{Bucket: at.bucket, Key: at.key}
		}, func(out *s3.ListObjectAnnotationsOutput) any {
			return contains(out.Annotations, func(a s3.AnnotationEntry) bool { return a.AnnotationName == name })
		}),
		delete: writes((*s3.Client).DeleteObjectAnnotation, func(at target) *s3.DeleteObjectAnnotationInput {
			return &s3.DeleteObjectAnnotationInput{Bucket: at.bucket, Key: at.key, AnnotationName: name}
		}),
		want: text, unset: s3.Code("NoSuchAnnotation"),
	}).probe(ctx, p, target{p.make(), "k"})
}

// probeObjectLock is for a bucket that is made for it; what can't be, is as any other.
func probeObjectLock(ctx context.Context, p *probe) {
	bucket := p.lockable(ctx)
	want := s3.ObjectLockConfiguration{
		ObjectLockEnabled: s3.ObjectLockEnabledEnabled,
		Rule:              s3.ObjectLockRule{DefaultRetention: s3.DefaultRetention{Mode: s3.ObjectLockRetentionModeGovernance, Days: 1}},
	}
	(&setting{
		put: writes((*s3.Client).PutObjectLockConfiguration, func(at target) *s3.PutObjectLockConfigurationInput {
			return &s3.PutObjectLockConfigurationInput{Bucket: at.bucket, ObjectLockConfiguration: &want}
		}),
		get: reads((*s3.Client).GetObjectLockConfiguration, func(at target) *s3.GetObjectLockConfigurationInput {
			return &s3.GetObjectLockConfigurationInput{Bucket: at.bucket}
		}, func(out *s3.GetObjectLockConfigurationOutput) any {
			if out.ObjectLockConfiguration == nil {
				return nil
			}
			return *out.ObjectLockConfiguration
		}),
		want: want, unset: s3.ObjectLockConfiguration{ObjectLockEnabled: s3.ObjectLockEnabledEnabled},
	}).probe(ctx, p, target{bucket: bucket})

	bucket = p.lockable(ctx) // without a default
	p.hold(ctx, bucket, &setting{
		put: writes((*s3.Client).PutObjectLegalHold, func(at target) *s3.PutObjectLegalHoldInput {
			return &s3.PutObjectLegalHoldInput{Bucket: at.bucket, Key: at.key, LegalHold: &s3.ObjectLockLegalHold{Status: s3.ObjectLockLegalHoldStatusOn}}
		}),
		get: reads((*s3.Client).GetObjectLegalHold, func(at target) *s3.GetObjectLegalHoldInput {
			return &s3.GetObjectLegalHoldInput{Bucket: at.bucket, Key: at.key}
		}, func(out *s3.GetObjectLegalHoldOutput) any {
			if out.LegalHold == nil {
				return nil
			}
			return out.LegalHold.Status
		}),
		want: s3.ObjectLockLegalHoldStatusOn, unset: s3.Code("NoSuchObjectLockConfiguration"),
	}, "held")
	_, _ = p.client.PutObjectLegalHold(ctx, &s3.PutObjectLegalHoldInput{Bucket: bucket, Key: "held", LegalHold: &s3.ObjectLockLegalHold{Status: s3.ObjectLockLegalHoldStatusOff}})

	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	p.hold(ctx, bucket, &setting{
		put: writes((*s3.Client).PutObjectRetention, func(at target) *s3.PutObjectRetentionInput {
			return &s3.PutObjectRetentionInput{Bucket: at.bucket, Key: at.key, Retention: &s3.ObjectLockRetention{Mode: s3.ObjectLockRetentionModeGovernance, RetainUntilDate: until}}
		}),
		get: reads((*s3.Client).GetObjectRetention, func(at target) *s3.GetObjectRetentionInput {
			return &s3.GetObjectRetentionInput{Bucket: at.bucket, Key: at.key}
		}, func(out *s3.GetObjectRetentionOutput) any {
			if out.Retention == nil {
				return nil
			}
			r := *out.Retention
			r.RetainUntilDate = r.RetainUntilDate.UTC()
			return r
		}),
		want: s3.ObjectLockRetention{Mode: s3.ObjectLockRetentionModeGovernance, RetainUntilDate: until}, unset: s3.Code("NoSuchObjectLockConfiguration"),
	}, "retained")
}

// lockable is a bucket whose objects can be locked, where the server has such.
func (p *probe) lockable(ctx context.Context) string {
	p.t.Helper()
	bucket := bucketName()
	p.removeAtEnd(bucket)
	in := &s3.CreateBucketInput{Bucket: bucket, ObjectLockEnabledForBucket: true}
	if _, err := p.client.CreateBucket(ctx, in); err != nil {
		in.ObjectLockEnabledForBucket = false
		_, err = p.client.CreateBucket(ctx, in)
		require.NoError(p.t, err)
	}
	return bucket
}

// hold probes a lock on an object, and that it holds: its version can't be deleted.
func (p *probe) hold(ctx context.Context, bucket string, lock *setting, key string) {
	p.t.Helper()
	lock.alike = func(want, got any) (string, bool) {
		if want != got {
			return "", false
		}
		head, err := p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
		require.NoError(p.t, err)
		_, err = p.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: head.VersionId})
		if err == nil {
			p.store(bucket, key, settingBody)
			return "it is told, and its version can be deleted all the same", true
		}
		return "", true
	}
	lock.probe(ctx, p, target{bucket, key})
}
