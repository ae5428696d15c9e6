package s3

import (
	"context"
	"iter"
)

// ListBucketsPages yields the pages of [Client.ListBuckets], from in's place on. in may
// be nil. After an error it ends. Servers that know no pages answer one.
func (c *Client) ListBucketsPages(ctx context.Context, in *ListBucketsInput, opts ...func(*Options)) iter.Seq2[*ListBucketsOutput, error] {
	return pages("ListBuckets", in, func(in *ListBucketsInput) (*ListBucketsOutput, error) {
		return c.ListBuckets(ctx, in, opts...)
	}, func(in *ListBucketsInput, out *ListBucketsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.ContinuationToken, out.ContinuationToken != "")
	})
}

// ListDirectoryBucketsPages yields the pages of [Client.ListDirectoryBuckets], from in's
// place on. in may be nil. After an error it ends.
func (c *Client) ListDirectoryBucketsPages(ctx context.Context, in *ListDirectoryBucketsInput, opts ...func(*Options)) iter.Seq2[*ListDirectoryBucketsOutput, error] {
	return pages("ListDirectoryBuckets", in, func(in *ListDirectoryBucketsInput) (*ListDirectoryBucketsOutput, error) {
		return c.ListDirectoryBuckets(ctx, in, opts...)
	}, func(in *ListDirectoryBucketsInput, out *ListDirectoryBucketsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.ContinuationToken, out.ContinuationToken != "")
	})
}

// ListBucketAnalyticsConfigurationsPages yields the pages of
// [Client.ListBucketAnalyticsConfigurations], from in's place on, each with up to 100
// configurations. After an error it ends.
func (c *Client) ListBucketAnalyticsConfigurationsPages(ctx context.Context, in *ListBucketAnalyticsConfigurationsInput, opts ...func(*Options)) iter.Seq2[*ListBucketAnalyticsConfigurationsOutput, error] {
	return pages("ListBucketAnalyticsConfigurations", in, func(in *ListBucketAnalyticsConfigurationsInput) (*ListBucketAnalyticsConfigurationsOutput, error) {
		return c.ListBucketAnalyticsConfigurations(ctx, in, opts...)
	}, func(in *ListBucketAnalyticsConfigurationsInput, out *ListBucketAnalyticsConfigurationsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.NextContinuationToken, out.IsTruncated)
	})
}

// ListBucketIntelligentTieringConfigurationsPages yields the pages of
// [Client.ListBucketIntelligentTieringConfigurations], from in's place on. After an
// error it ends.
func (c *Client) ListBucketIntelligentTieringConfigurationsPages(ctx context.Context, in *ListBucketIntelligentTieringConfigurationsInput, opts ...func(*Options)) iter.Seq2[*ListBucketIntelligentTieringConfigurationsOutput, error] {
	return pages("ListBucketIntelligentTieringConfigurations", in, func(in *ListBucketIntelligentTieringConfigurationsInput) (*ListBucketIntelligentTieringConfigurationsOutput, error) {
		return c.ListBucketIntelligentTieringConfigurations(ctx, in, opts...)
	}, func(in *ListBucketIntelligentTieringConfigurationsInput, out *ListBucketIntelligentTieringConfigurationsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.NextContinuationToken, out.IsTruncated)
	})
}

// ListBucketInventoryConfigurationsPages yields the pages of
// [Client.ListBucketInventoryConfigurations], from in's place on, each with up to 100
// configurations. After an error it ends.
func (c *Client) ListBucketInventoryConfigurationsPages(ctx context.Context, in *ListBucketInventoryConfigurationsInput, opts ...func(*Options)) iter.Seq2[*ListBucketInventoryConfigurationsOutput, error] {
	return pages("ListBucketInventoryConfigurations", in, func(in *ListBucketInventoryConfigurationsInput) (*ListBucketInventoryConfigurationsOutput, error) {
		return c.ListBucketInventoryConfigurations(ctx, in, opts...)
	}, func(in *ListBucketInventoryConfigurationsInput, out *ListBucketInventoryConfigurationsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.NextContinuationToken, out.IsTruncated)
	})
}

// ListBucketMetricsConfigurationsPages yields the pages of
// [Client.ListBucketMetricsConfigurations], from in's place on, each with up to 100
// configurations. After an error it ends.
func (c *Client) ListBucketMetricsConfigurationsPages(ctx context.Context, in *ListBucketMetricsConfigurationsInput, opts ...func(*Options)) iter.Seq2[*ListBucketMetricsConfigurationsOutput, error] {
	return pages("ListBucketMetricsConfigurations", in, func(in *ListBucketMetricsConfigurationsInput) (*ListBucketMetricsConfigurationsOutput, error) {
		return c.ListBucketMetricsConfigurations(ctx, in, opts...)
	}, func(in *ListBucketMetricsConfigurationsInput, out *ListBucketMetricsConfigurationsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.NextContinuationToken, out.IsTruncated)
	})
}
