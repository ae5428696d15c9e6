//go:build integration

package integration

import (
	"context"

	"github.com/stowage-go/stowage/s3"
)

func probeMetadata(ctx context.Context, p *probe) {
	bucket := p.make()
	get := reads((*s3.Client).GetBucketMetadataConfiguration, func(at target) *s3.GetBucketMetadataConfigurationInput {
		return &s3.GetBucketMetadataConfigurationInput{Bucket: at.bucket}
	}, func(out *s3.GetBucketMetadataConfigurationOutput) any {
		if out.GetBucketMetadataConfigurationResult == nil {
			return nil
		}
		return out.GetBucketMetadataConfigurationResult.MetadataConfigurationResult
	})
	journal := func(days int32) s3.RecordExpiration {
		return s3.RecordExpiration{Expiration: s3.ExpirationStateEnabled, Days: days}
	}
	create := writes((*s3.Client).CreateBucketMetadataConfiguration, func(at target) *s3.CreateBucketMetadataConfigurationInput {
		return &s3.CreateBucketMetadataConfigurationInput{Bucket: at.bucket, MetadataConfiguration: &s3.MetadataConfiguration{
			JournalTableConfiguration: s3.JournalTableConfiguration{RecordExpiration: journal(7)},
		}}
	})
	updates := []struct {
		write
		done func(s3.MetadataConfigurationResult) bool
	}{
		{writes((*s3.Client).UpdateBucketMetadataJournalTableConfiguration, func(at target) *s3.UpdateBucketMetadataJournalTableConfigurationInput {
			return &s3.UpdateBucketMetadataJournalTableConfigurationInput{Bucket: at.bucket, JournalTableConfiguration: &s3.JournalTableConfigurationUpdates{RecordExpiration: journal(30)}}
		}), func(r s3.MetadataConfigurationResult) bool {
			return r.JournalTableConfigurationResult.RecordExpiration == journal(30)
		}},
		{writes((*s3.Client).UpdateBucketMetadataInventoryTableConfiguration, func(at target) *s3.UpdateBucketMetadataInventoryTableConfigurationInput {
			return &s3.UpdateBucketMetadataInventoryTableConfigurationInput{Bucket: at.bucket, InventoryTableConfiguration: &s3.InventoryTableConfigurationUpdates{ConfigurationState: s3.InventoryConfigurationStateEnabled}}
		}), func(r s3.MetadataConfigurationResult) bool {
			return r.InventoryTableConfigurationResult.ConfigurationState == s3.InventoryConfigurationStateEnabled
		}},
		{writes((*s3.Client).UpdateBucketMetadataAnnotationTableConfiguration, func(at target) *s3.UpdateBucketMetadataAnnotationTableConfigurationInput {
			return &s3.UpdateBucketMetadataAnnotationTableConfigurationInput{Bucket: at.bucket, AnnotationTableConfiguration: &s3.AnnotationTableConfigurationUpdates{ConfigurationState: s3.AnnotationConfigurationStateEnabled}}
		}), func(r s3.MetadataConfigurationResult) bool {
			return r.AnnotationTableConfigurationResult.ConfigurationState == s3.AnnotationConfigurationStateEnabled
		}},
	}
	for _, u := range updates {
		err := p.overlooked(ctx, u.do(ctx, p, target{bucket: bucket}))
		if err == nil {
			if p.creates(ctx, u.write) {
				err = takenFor("CreateBucket")
			} else if value, lost := get.do(ctx, p, target{bucket: bucket}); lost != nil {
				err = noEffect("GetBucketMetadataConfiguration: %s", outcome(lost))
			} else if result, ok := value.(s3.MetadataConfigurationResult); !ok || !u.done(result) {
				err = noEffect("GetBucketMetadataConfiguration tells nothing of it")
			}
		}
		p.judge(u.operation, err)
	}
	(&setting{
		put: create, get: get,
		delete: writes((*s3.Client).DeleteBucketMetadataConfiguration, func(at target) *s3.DeleteBucketMetadataConfigurationInput {
			return &s3.DeleteBucketMetadataConfigurationInput{Bucket: at.bucket}
		}),
		alike: func(_, got any) (string, bool) {
			result, ok := got.(s3.MetadataConfigurationResult)
			return "", ok && result.JournalTableConfigurationResult.RecordExpiration == journal(7)
		},
		unset: s3.Code("MetadataConfigurationNotFound"),
	}).probe(ctx, p, target{bucket: bucket})
}

func probeMetadataTable(ctx context.Context, p *probe) {
	destination := s3.S3TablesDestination{TableBucketArn: "arn:aws:s3tables:us-east-1:123456789012:bucket/stowage", TableName: "objects"}
	(&setting{
		put: writes((*s3.Client).CreateBucketMetadataTableConfiguration, func(at target) *s3.CreateBucketMetadataTableConfigurationInput {
			return &s3.CreateBucketMetadataTableConfigurationInput{Bucket: at.bucket, MetadataTableConfiguration: &s3.MetadataTableConfiguration{S3TablesDestination: destination}}
		}),
		get: reads((*s3.Client).GetBucketMetadataTableConfiguration, func(at target) *s3.GetBucketMetadataTableConfigurationInput {
			return &s3.GetBucketMetadataTableConfigurationInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketMetadataTableConfigurationOutput) any {
			if out.GetBucketMetadataTableConfigurationResult == nil {
				return nil
			}
			return out.GetBucketMetadataTableConfigurationResult.MetadataTableConfigurationResult.S3TablesDestinationResult.TableName
		}),
		delete: writes((*s3.Client).DeleteBucketMetadataTableConfiguration, func(at target) *s3.DeleteBucketMetadataTableConfigurationInput {
			return &s3.DeleteBucketMetadataTableConfigurationInput{Bucket: at.bucket}
		}),
		want: destination.TableName, unset: s3.Code("MetadataTableConfigurationNotFound"),
	}).probe(ctx, p, target{bucket: p.make()})
}
