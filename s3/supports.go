package s3

// Supports reports whether the provider has the operation of that name, such as
// "PutObjectTagging", as the profile tells it: true for [Supported] and
// [PartiallySupported]. It sends nothing. It is false for a name that is no operation of
// the API; the deprecated names are those of the operations that they stand for.
//
// Options.AllowUnsupported changes what is sent and not what is answered here. What sets
// partial support apart is Options().Profile.Support.
func (c *Client) Supports(operation string, opts ...func(*Options)) bool {
	s, err := c.with(opts)
	if err != nil {
		return false
	}
	name := operationName(operation)
	return name != "" && s.options.Profile.Support(name) != Unsupported
}

// operationName is the API's present name of an operation, "" for what is none.
func operationName(name string) string {
	switch name {
	case "GetBucketLifecycle":
		return "GetBucketLifecycleConfiguration"
	case "PutBucketLifecycle":
		return "PutBucketLifecycleConfiguration"
	case "DeleteBucketLifecycleConfiguration":
		return "DeleteBucketLifecycle"
	case "GetBucketNotification":
		return "GetBucketNotificationConfiguration"
	case "PutBucketNotification":
		return "PutBucketNotificationConfiguration"
	case "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateBucket",
		"CreateBucketMetadataConfiguration", "CreateBucketMetadataTableConfiguration", "CreateMultipartUpload",
		"CreateSession", "DeleteBucket", "DeleteBucketAnalyticsConfiguration", "DeleteBucketCors",
		"DeleteBucketEncryption", "DeleteBucketIntelligentTieringConfiguration",
		"DeleteBucketInventoryConfiguration", "DeleteBucketLifecycle", "DeleteBucketMetadataConfiguration",
		"DeleteBucketMetadataTableConfiguration", "DeleteBucketMetricsConfiguration",
		"DeleteBucketOwnershipControls", "DeleteBucketPolicy", "DeleteBucketReplication", "DeleteBucketTagging",
		"DeleteBucketWebsite", "DeleteObject", "DeleteObjectAnnotation", "DeleteObjectTagging", "DeleteObjects",
		"DeletePublicAccessBlock", "GetBucketAbac", "GetBucketAccelerateConfiguration", "GetBucketAcl",
		"GetBucketAnalyticsConfiguration", "GetBucketCors", "GetBucketEncryption",
		"GetBucketIntelligentTieringConfiguration", "GetBucketInventoryConfiguration",
		"GetBucketLifecycleConfiguration", "GetBucketLocation", "GetBucketLogging", "GetBucketMetadataConfiguration",
		"GetBucketMetadataTableConfiguration", "GetBucketMetricsConfiguration", "GetBucketNotificationConfiguration",
		"GetBucketOwnershipControls", "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketReplication",
		"GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite", "GetObject",
		"GetObjectAcl", "GetObjectAnnotation", "GetObjectAttributes", "GetObjectLegalHold",
		"GetObjectLockConfiguration", "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent",
		"GetPublicAccessBlock", "HeadBucket", "HeadObject", "ListBucketAnalyticsConfigurations",
		"ListBucketIntelligentTieringConfigurations", "ListBucketInventoryConfigurations",
		"ListBucketMetricsConfigurations", "ListBuckets", "ListDirectoryBuckets", "ListMultipartUploads",
		"ListObjectAnnotations", "ListObjectVersions", "ListObjects", "ListObjectsV2", "ListParts", "PutBucketAbac",
		"PutBucketAccelerateConfiguration", "PutBucketAcl", "PutBucketAnalyticsConfiguration", "PutBucketCors",
		"PutBucketEncryption", "PutBucketIntelligentTieringConfiguration", "PutBucketInventoryConfiguration",
		"PutBucketLifecycleConfiguration", "PutBucketLogging", "PutBucketMetricsConfiguration",
		"PutBucketNotificationConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy",
		"PutBucketReplication", "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning",
		"PutBucketWebsite", "PutObject", "PutObjectAcl", "PutObjectAnnotation", "PutObjectLegalHold",
		"PutObjectLockConfiguration", "PutObjectRetention", "PutObjectTagging", "PutPublicAccessBlock",
		"RenameObject", "RestoreObject", "SelectObjectContent", "UpdateBucketMetadataAnnotationTableConfiguration",
		"UpdateBucketMetadataInventoryTableConfiguration", "UpdateBucketMetadataJournalTableConfiguration",
		"UpdateObjectEncryption", "UploadPart", "UploadPartCopy", "WriteGetObjectResponse":
		return name
	}
	return ""
}
