//go:build integration

package integration

import (
	"context"

	"github.com/stowage-go/stowage/s3"
)

// noConfiguration is the code for a configuration that a bucket does not have by that id.
const noConfiguration = s3.Code("NoSuchConfiguration")

func probeAnalytics(ctx context.Context, p *probe) {
	want := s3.AnalyticsConfiguration{
		Id: "one", Filter: s3.AnalyticsFilter{Prefix: "logs/"},
		StorageClassAnalysis: s3.StorageClassAnalysis{DataExport: s3.StorageClassAnalysisDataExport{
			OutputSchemaVersion: s3.StorageClassAnalysisSchemaVersionV1,
			Destination: s3.AnalyticsExportDestination{S3BucketDestination: s3.AnalyticsS3BucketDestination{
				Bucket: "arn:aws:s3:::stowage-analytics", Format: s3.AnalyticsS3ExportFileFormatCsv,
			}},
		}},
	}
	(&setting{
		put: writes((*s3.Client).PutBucketAnalyticsConfiguration, func(at target) *s3.PutBucketAnalyticsConfigurationInput {
			return &s3.PutBucketAnalyticsConfigurationInput{Bucket: at.bucket, Id: want.Id, AnalyticsConfiguration: &want}
		}),
		get: reads((*s3.Client).GetBucketAnalyticsConfiguration, func(at target) *s3.GetBucketAnalyticsConfigurationInput {
			return &s3.GetBucketAnalyticsConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}, func(out *s3.GetBucketAnalyticsConfigurationOutput) any {
			if out.AnalyticsConfiguration == nil {
				return nil
			}
			return *out.AnalyticsConfiguration
		}),
		list: reads((*s3.Client).ListBucketAnalyticsConfigurations, func(at target) *s3.ListBucketAnalyticsConfigurationsInput {
			return &s3.ListBucketAnalyticsConfigurationsInput{Bucket: at.bucket}
		}, func(out *s3.ListBucketAnalyticsConfigurationsOutput) any {
			return contains(out.AnalyticsConfigurationList, func(c s3.AnalyticsConfiguration) bool { return c.Id == want.Id })
		}),
		delete: writes((*s3.Client).DeleteBucketAnalyticsConfiguration, func(at target) *s3.DeleteBucketAnalyticsConfigurationInput {
			return &s3.DeleteBucketAnalyticsConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}),
		want: want, unset: noConfiguration,
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeIntelligentTiering(ctx context.Context, p *probe) {
	want := s3.IntelligentTieringConfiguration{
		Id: "one", Status: s3.IntelligentTieringStatusEnabled,
		Tierings: []s3.Tiering{{Days: 90, AccessTier: s3.IntelligentTieringAccessTierArchiveAccess}},
	}
	(&setting{
		put: writes((*s3.Client).PutBucketIntelligentTieringConfiguration, func(at target) *s3.PutBucketIntelligentTieringConfigurationInput {
			return &s3.PutBucketIntelligentTieringConfigurationInput{Bucket: at.bucket, Id: want.Id, IntelligentTieringConfiguration: &want}
		}),
		get: reads((*s3.Client).GetBucketIntelligentTieringConfiguration, func(at target) *s3.GetBucketIntelligentTieringConfigurationInput {
			return &s3.GetBucketIntelligentTieringConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}, func(out *s3.GetBucketIntelligentTieringConfigurationOutput) any {
			if out.IntelligentTieringConfiguration == nil {
				return nil
			}
			return *out.IntelligentTieringConfiguration
		}),
		list: reads((*s3.Client).ListBucketIntelligentTieringConfigurations, func(at target) *s3.ListBucketIntelligentTieringConfigurationsInput {
			return &s3.ListBucketIntelligentTieringConfigurationsInput{Bucket: at.bucket}
		}, func(out *s3.ListBucketIntelligentTieringConfigurationsOutput) any {
			return contains(out.IntelligentTieringConfigurationList, func(c s3.IntelligentTieringConfiguration) bool { return c.Id == want.Id })
		}),
		delete: writes((*s3.Client).DeleteBucketIntelligentTieringConfiguration, func(at target) *s3.DeleteBucketIntelligentTieringConfigurationInput {
			return &s3.DeleteBucketIntelligentTieringConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}),
		want: want, unset: noConfiguration,
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeInventory(ctx context.Context, p *probe) {
	want := s3.InventoryConfiguration{
		Id: "one", IsEnabled: true, IncludedObjectVersions: s3.InventoryIncludedObjectVersionsCurrent,
		Schedule: s3.InventorySchedule{Frequency: s3.InventoryFrequencyDaily},
		Destination: s3.InventoryDestination{S3BucketDestination: s3.InventoryS3BucketDestination{
			Bucket: "arn:aws:s3:::stowage-inventory", Format: s3.InventoryFormatCsv,
		}},
	}
	(&setting{
		put: writes((*s3.Client).PutBucketInventoryConfiguration, func(at target) *s3.PutBucketInventoryConfigurationInput {
			return &s3.PutBucketInventoryConfigurationInput{Bucket: at.bucket, Id: want.Id, InventoryConfiguration: &want}
		}),
		get: reads((*s3.Client).GetBucketInventoryConfiguration, func(at target) *s3.GetBucketInventoryConfigurationInput {
			return &s3.GetBucketInventoryConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}, func(out *s3.GetBucketInventoryConfigurationOutput) any {
			if out.InventoryConfiguration == nil {
				return nil
			}
			return *out.InventoryConfiguration
		}),
		list: reads((*s3.Client).ListBucketInventoryConfigurations, func(at target) *s3.ListBucketInventoryConfigurationsInput {
			return &s3.ListBucketInventoryConfigurationsInput{Bucket: at.bucket}
		}, func(out *s3.ListBucketInventoryConfigurationsOutput) any {
			return contains(out.InventoryConfigurationList, func(c s3.InventoryConfiguration) bool { return c.Id == want.Id })
		}),
		delete: writes((*s3.Client).DeleteBucketInventoryConfiguration, func(at target) *s3.DeleteBucketInventoryConfigurationInput {
			return &s3.DeleteBucketInventoryConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}),
		want: want, unset: noConfiguration,
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeMetrics(ctx context.Context, p *probe) {
	want := s3.MetricsConfiguration{Id: "one", Filter: s3.MetricsFilter{Prefix: "logs/"}}
	(&setting{
		put: writes((*s3.Client).PutBucketMetricsConfiguration, func(at target) *s3.PutBucketMetricsConfigurationInput {
			return &s3.PutBucketMetricsConfigurationInput{Bucket: at.bucket, Id: want.Id, MetricsConfiguration: &want}
		}),
		get: reads((*s3.Client).GetBucketMetricsConfiguration, func(at target) *s3.GetBucketMetricsConfigurationInput {
			return &s3.GetBucketMetricsConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}, func(out *s3.GetBucketMetricsConfigurationOutput) any {
			if out.MetricsConfiguration == nil {
				return nil
			}
			return *out.MetricsConfiguration
		}),
		list: reads((*s3.Client).ListBucketMetricsConfigurations, func(at target) *s3.ListBucketMetricsConfigurationsInput {
			return &s3.ListBucketMetricsConfigurationsInput{Bucket: at.bucket}
		}, func(out *s3.ListBucketMetricsConfigurationsOutput) any {
			return contains(out.MetricsConfigurationList, func(c s3.MetricsConfiguration) bool { return c.Id == want.Id })
		}),
		delete: writes((*s3.Client).DeleteBucketMetricsConfiguration, func(at target) *s3.DeleteBucketMetricsConfigurationInput {
			return &s3.DeleteBucketMetricsConfigurationInput{Bucket: at.bucket, Id: want.Id}
		}),
		want: want, unset: noConfiguration,
	}).probe(ctx, p, target{bucket: p.make()})
}
