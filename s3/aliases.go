package s3

import "context"

// GetBucketLifecycle is the old name of GetBucketLifecycleConfiguration, which
// KakaoCloud's documentation lists.
//
// Deprecated: use [Client.GetBucketLifecycleConfiguration].
func (c *Client) GetBucketLifecycle(ctx context.Context, in *GetBucketLifecycleConfigurationInput, opts ...func(*Options)) (*GetBucketLifecycleConfigurationOutput, error) {
	return c.GetBucketLifecycleConfiguration(ctx, in, opts...)
}

// PutBucketLifecycle is the old name of PutBucketLifecycleConfiguration, which
// KakaoCloud's documentation lists.
//
// Deprecated: use [Client.PutBucketLifecycleConfiguration].
func (c *Client) PutBucketLifecycle(ctx context.Context, in *PutBucketLifecycleConfigurationInput, opts ...func(*Options)) (*PutBucketLifecycleConfigurationOutput, error) {
	return c.PutBucketLifecycleConfiguration(ctx, in, opts...)
}

// DeleteBucketLifecycleConfiguration is another name of DeleteBucketLifecycle, which
// KakaoCloud's documentation lists.
//
// Deprecated: use [Client.DeleteBucketLifecycle].
func (c *Client) DeleteBucketLifecycleConfiguration(ctx context.Context, in *DeleteBucketLifecycleInput, opts ...func(*Options)) (*DeleteBucketLifecycleOutput, error) {
	return c.DeleteBucketLifecycle(ctx, in, opts...)
}

// GetBucketNotification is the old name of GetBucketNotificationConfiguration, which
// KakaoCloud's documentation lists.
//
// Deprecated: use [Client.GetBucketNotificationConfiguration].
func (c *Client) GetBucketNotification(ctx context.Context, in *GetBucketNotificationConfigurationInput, opts ...func(*Options)) (*GetBucketNotificationConfigurationOutput, error) {
	return c.GetBucketNotificationConfiguration(ctx, in, opts...)
}

// PutBucketNotification is the old name of PutBucketNotificationConfiguration, which
// KakaoCloud's documentation lists.
//
// Deprecated: use [Client.PutBucketNotificationConfiguration].
func (c *Client) PutBucketNotification(ctx context.Context, in *PutBucketNotificationConfigurationInput, opts ...func(*Options)) (*PutBucketNotificationConfigurationOutput, error) {
	return c.PutBucketNotificationConfiguration(ctx, in, opts...)
}
