//go:build integration

package integration

import (
	"context"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/s3"
)

func probeCors(ctx context.Context, p *probe) {
	rules := []s3.CORSRule{{
		ID: "one", AllowedMethods: []string{"GET", "PUT"}, AllowedOrigins: []string{"https://example.com"},
		AllowedHeaders: []string{"x-test"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: pointer(int32(300)),
	}}
	(&setting{
		put: writes((*s3.Client).PutBucketCors, func(at target) *s3.PutBucketCorsInput {
			return &s3.PutBucketCorsInput{Bucket: at.bucket, CORSConfiguration: &s3.CORSConfiguration{CORSRules: rules}}
		}),
		get: reads((*s3.Client).GetBucketCors, func(at target) *s3.GetBucketCorsInput {
			return &s3.GetBucketCorsInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketCorsOutput) any { return out.CORSRules }),
		delete: writes((*s3.Client).DeleteBucketCors, func(at target) *s3.DeleteBucketCorsInput {
			return &s3.DeleteBucketCorsInput{Bucket: at.bucket}
		}),
		want: rules, unset: s3.Code("NoSuchCORSConfiguration"),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeEncryption(ctx context.Context, p *probe) {
	rules := []s3.ServerSideEncryptionRule{{
		ApplyServerSideEncryptionByDefault: s3.ServerSideEncryptionByDefault{SSEAlgorithm: s3.ServerSideEncryptionAes256},
	}}
	(&setting{
		put: writes((*s3.Client).PutBucketEncryption, func(at target) *s3.PutBucketEncryptionInput {
			return &s3.PutBucketEncryptionInput{Bucket: at.bucket, ServerSideEncryptionConfiguration: &s3.ServerSideEncryptionConfiguration{Rules: rules}}
		}),
		get: reads((*s3.Client).GetBucketEncryption, func(at target) *s3.GetBucketEncryptionInput {
			return &s3.GetBucketEncryptionInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketEncryptionOutput) any {
			if out.ServerSideEncryptionConfiguration == nil {
				return nil
			}
			return out.ServerSideEncryptionConfiguration.Rules
		}),
		delete: writes((*s3.Client).DeleteBucketEncryption, func(at target) *s3.DeleteBucketEncryptionInput {
			return &s3.DeleteBucketEncryptionInput{Bucket: at.bucket}
		}),
		want: rules, unset: s3.Code("ServerSideEncryptionConfigurationNotFoundError"),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeLifecycle(ctx context.Context, p *probe) {
	rules := []s3.LifecycleRule{{
		ID: "one", Status: s3.ExpirationStatusEnabled,
		Filter:     &s3.LifecycleRuleFilter{Prefix: pointer("old/")},
		Expiration: s3.LifecycleExpiration{Days: 30},
	}}
	(&setting{
		put: writes((*s3.Client).PutBucketLifecycleConfiguration, func(at target) *s3.PutBucketLifecycleConfigurationInput {
			return &s3.PutBucketLifecycleConfigurationInput{Bucket: at.bucket, LifecycleConfiguration: &s3.BucketLifecycleConfiguration{Rules: rules}}
		}),
		get: reads((*s3.Client).GetBucketLifecycleConfiguration, func(at target) *s3.GetBucketLifecycleConfigurationInput {
			return &s3.GetBucketLifecycleConfigurationInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketLifecycleConfigurationOutput) any { return out.Rules }),
		delete: writes((*s3.Client).DeleteBucketLifecycle, func(at target) *s3.DeleteBucketLifecycleInput {
			return &s3.DeleteBucketLifecycleInput{Bucket: at.bucket}
		}),
		want: rules, unset: s3.Code("NoSuchLifecycleConfiguration"),
	}).probe(ctx, p, target{bucket: p.make()})
}

// byKey sorts tags, whose order means nothing.
func byKey(tags []s3.Tag) []s3.Tag {
	return slices.SortedFunc(slices.Values(tags), func(a, b s3.Tag) int { return strings.Compare(a.Key, b.Key) })
}

func probeTagging(ctx context.Context, p *probe) {
	tags := []s3.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2 =+"}}
	(&setting{
		put: writes((*s3.Client).PutBucketTagging, func(at target) *s3.PutBucketTaggingInput {
			return &s3.PutBucketTaggingInput{Bucket: at.bucket, Tagging: &s3.Tagging{TagSet: tags}}
		}),
		get: reads((*s3.Client).GetBucketTagging, func(at target) *s3.GetBucketTaggingInput {
			return &s3.GetBucketTaggingInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketTaggingOutput) any { return byKey(out.TagSet) }),
		delete: writes((*s3.Client).DeleteBucketTagging, func(at target) *s3.DeleteBucketTaggingInput {
			return &s3.DeleteBucketTaggingInput{Bucket: at.bucket}
		}),
		want: tags, unset: s3.Code("NoSuchTagSet"),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeVersioning(ctx context.Context, p *probe) {
	(&setting{
		put: writes((*s3.Client).PutBucketVersioning, func(at target) *s3.PutBucketVersioningInput {
			return &s3.PutBucketVersioningInput{Bucket: at.bucket, VersioningConfiguration: &s3.VersioningConfiguration{Status: s3.BucketVersioningStatusEnabled}}
		}),
		get: reads((*s3.Client).GetBucketVersioning, func(at target) *s3.GetBucketVersioningInput {
			return &s3.GetBucketVersioningInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketVersioningOutput) any { return out.Status }),
		want: s3.BucketVersioningStatusEnabled, unset: s3.BucketVersioningStatus(""),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeWebsite(ctx context.Context, p *probe) {
	type website struct {
		index s3.IndexDocument
		error s3.ErrorDocument
	}
	want := website{s3.IndexDocument{Suffix: "index.html"}, s3.ErrorDocument{Key: "error.html"}}
	(&setting{
		put: writes((*s3.Client).PutBucketWebsite, func(at target) *s3.PutBucketWebsiteInput {
			return &s3.PutBucketWebsiteInput{Bucket: at.bucket, WebsiteConfiguration: &s3.WebsiteConfiguration{IndexDocument: want.index, ErrorDocument: want.error}}
		}),
		get: reads((*s3.Client).GetBucketWebsite, func(at target) *s3.GetBucketWebsiteInput {
			return &s3.GetBucketWebsiteInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketWebsiteOutput) any { return website{out.IndexDocument, out.ErrorDocument} }),
		delete: writes((*s3.Client).DeleteBucketWebsite, func(at target) *s3.DeleteBucketWebsiteInput {
			return &s3.DeleteBucketWebsiteInput{Bucket: at.bucket}
		}),
		want: want, unset: s3.Code("NoSuchWebsiteConfiguration"),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeAccelerate(ctx context.Context, p *probe) {
	(&setting{
		put: writes((*s3.Client).PutBucketAccelerateConfiguration, func(at target) *s3.PutBucketAccelerateConfigurationInput {
			return &s3.PutBucketAccelerateConfigurationInput{Bucket: at.bucket, AccelerateConfiguration: &s3.AccelerateConfiguration{Status: s3.BucketAccelerateStatusEnabled}}
		}),
		get: reads((*s3.Client).GetBucketAccelerateConfiguration, func(at target) *s3.GetBucketAccelerateConfigurationInput {
			return &s3.GetBucketAccelerateConfigurationInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketAccelerateConfigurationOutput) any { return out.Status }),
		want: s3.BucketAccelerateStatusEnabled, unset: s3.BucketAccelerateStatus(""),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeRequestPayment(ctx context.Context, p *probe) {
	(&setting{
		put: writes((*s3.Client).PutBucketRequestPayment, func(at target) *s3.PutBucketRequestPaymentInput {
			return &s3.PutBucketRequestPaymentInput{Bucket: at.bucket, RequestPaymentConfiguration: &s3.RequestPaymentConfiguration{Payer: s3.PayerRequester}}
		}),
		get: reads((*s3.Client).GetBucketRequestPayment, func(at target) *s3.GetBucketRequestPaymentInput {
			return &s3.GetBucketRequestPaymentInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketRequestPaymentOutput) any { return out.Payer }),
		want: s3.PayerRequester, unset: s3.PayerBucketOwner,
	}).probe(ctx, p, target{bucket: p.make()})
}
