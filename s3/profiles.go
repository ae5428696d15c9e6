package s3

import "maps"

const (
	mebibyte = 1 << 20
	gibibyte = 1 << 30
	tebibyte = 1 << 40

	profileAWS = "AWS"
)

// AWS is Amazon S3 itself (Amazon S3 User Guide, "Amazon S3 multipart upload
// limits"): all checksums, aws-chunked, virtual hosts, 10,000 parts of 5 MiB to
// 5 GiB, objects up to 5 TiB.
func AWS() Profile {
	return Profile{
		Name:           profileAWS,
		Addressing:     AddressingVirtualHost,
		Region:         DefaultRegion,
		DNSBucketNames: true, MaxKeyLength: 1024, MaxMetadata: 2 << 10,
		Checksums: []ChecksumAlgorithm{
			ChecksumAlgorithmCrc64nvme, ChecksumAlgorithmCrc32c, ChecksumAlgorithmCrc32, ChecksumAlgorithmSha256, ChecksumAlgorithmSha1,
		},
		AWSChunked: true, PayloadHash: true, ContentMD5: true, ETagMD5: true,
		MaxParts: 10000, MinPartSize: 5 * mebibyte, MaxPartSize: 5 * gibibyte,
		MaxPutSize: 5 * gibibyte, MaxObjectSize: 5 * tebibyte,
		RangedPartCopy: true, RepeatParts: true, PartCopyChecksums: true, MultipartTagging: true,
		ListVersion: 2, EncodingTypeURL: true, ExpectedBucketOwner: true, CustomerKeys: true,
		ConditionalWrites: []string{
			"PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject", "DeleteObjects", "RenameObject", "PutObjectAnnotation", "DeleteObjectAnnotation",
		},
		Operations: map[string]Support{"GetObjectTorrent": Unsupported},
	}
}

// Generic is a server of which nothing is known: the strictest choice everywhere. No
// checksums, no framing, path addressing, 1000 parts, ETags that are not trusted, and
// no operation on those subresources that some servers overlook, since without its
// subresource DELETE /bucket?encryption is DELETE /bucket, and PUT /bucket/key?retention
// is PUT /bucket/key. For a server that is known to have them, change Operations of the
// copy; docs/s3-operations.md tells which do.
func Generic() Profile {
	return Profile{
		Name:           "generic",
		Addressing:     AddressingPath,
		DNSBucketNames: true, MaxKeyLength: 1024, MaxMetadata: 2 << 10,
		RewrittenKeys: KeyLeadingSlash | KeyDoubleSlash | KeyDotSegment | KeyBackslash | KeyQuestionMark,
		MaxParts:      1000, MinPartSize: 5 * mebibyte, MaxPartSize: 5 * gibibyte,
		MaxPutSize: 5 * gibibyte, MaxObjectSize: 1000 * 5 * gibibyte,
		PartCopyDecodesTwice: true, ListVersion: 2,
		Operations: supported(Unsupported, append(overlookedSubresources(),
			// MinIO's DELETE /bucket?publicAccessBlock deletes the bucket.
			"GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock",
			// So do these in Swift 2.30; its PUT of a retention or a legal hold replaces the
			// object, and its GETs are listings or the object.
			"GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle",
			"GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication",
			"GetObjectLockConfiguration", "PutObjectLockConfiguration",
			"GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold",
			"GetBucketPolicyStatus")...),
	}
}

// overlookedSubresources are the operations whose subresource Ceph RGW 16 does not
// know and therefore ignores: seen there, DELETE deletes the bucket and PUT creates it.
func overlookedSubresources() []string {
	return []string{
		"GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption",
		"GetBucketOwnershipControls", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls",
		"GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration",
		"GetBucketMetricsConfiguration", "PutBucketMetricsConfiguration", "DeleteBucketMetricsConfiguration", "ListBucketMetricsConfigurations",
		"GetBucketInventoryConfiguration", "PutBucketInventoryConfiguration", "DeleteBucketInventoryConfiguration", "ListBucketInventoryConfigurations",
		"GetBucketAnalyticsConfiguration", "PutBucketAnalyticsConfiguration", "DeleteBucketAnalyticsConfiguration", "ListBucketAnalyticsConfigurations",
		"GetBucketIntelligentTieringConfiguration", "PutBucketIntelligentTieringConfiguration",
		"DeleteBucketIntelligentTieringConfiguration", "ListBucketIntelligentTieringConfigurations",
		"CreateBucketMetadataConfiguration", "GetBucketMetadataConfiguration", "DeleteBucketMetadataConfiguration",
		"CreateBucketMetadataTableConfiguration", "GetBucketMetadataTableConfiguration", "DeleteBucketMetadataTableConfiguration",
		"UpdateBucketMetadataInventoryTableConfiguration", "UpdateBucketMetadataJournalTableConfiguration",
		"UpdateBucketMetadataAnnotationTableConfiguration",
		"PutObjectAnnotation", "GetObjectAnnotation", "DeleteObjectAnnotation", "ListObjectAnnotations",
		"GetBucketAbac", "PutBucketAbac",
		"GetObjectAttributes", "CreateSession", "ListDirectoryBuckets", "RenameObject",
		"WriteGetObjectResponse", "GetObjectTorrent", "UpdateObjectEncryption",
	}
}

// CephRGW is a Ceph RADOS Gateway (Ceph documentation, "Ceph Object Gateway S3 API"):
// path addressing, Content-MD5 and SHA-256 verified, x-amz-checksum-* ignored, trailers
// refused. Operations are as release 16.2.15 was seen to have them; of replication that is
// one without a sync policy in its zone group, which refuses to set it.
func CephRGW() Profile {
	p := Profile{
		Name:            "Ceph RGW",
		Addressing:      AddressingPath,
		BucketNameChars: ":", DNSBucketNames: true, MaxKeyLength: 1024,
		PayloadHash: true, ContentMD5: true, ETagMD5: true,
		MaxParts: 10000, MinPartSize: 5 * mebibyte, MaxPartSize: 5 * gibibyte,
		MaxPutSize: 5 * gibibyte, MaxObjectSize: 5 * tebibyte,
		RangedPartCopy: true, PartCopyDecodesTwice: true,
		ListVersion: 2, EncodingTypeURL: true, CustomerKeys: true, ConditionalWrites: []string{"PutObject"},
		Operations: supported(Unsupported, append(overlookedSubresources(),
			"PutBucketLogging", "RestoreObject", "PutBucketReplication", "DeleteBucketReplication")...),
	}
	// Nothing can be set, and that is what they tell.
	maps.Copy(p.Operations, supported(PartiallySupported, "GetBucketLogging", "GetBucketReplication"))
	// Its queries know a part of SQL, its records are wrapped in XML, and its streams end
	// without an End event.
	p.Operations["SelectObjectContent"] = PartiallySupported
	return p
}

// KakaoCloud is KakaoCloud's Object Storage (KakaoCloud documentation, "S3 API"): a
// Ceph RGW with a narrower list of operations and a Content-Type of its own on a
// bucket's subresources. Bucket names may hold a project: "project:bucket".
func KakaoCloud() Profile {
	p := CephRGW()
	p.Name, p.Region, p.SubresourceContentType = "KakaoCloud", "kr-central-2", "text/html"
	p.MaxMetadata, p.MaxMetadataValue = 4<<10, 512
	p.OtherOperations = Unsupported
	p.Operations = supported(Supported,
		"ListBuckets", "HeadBucket", "GetBucketAcl", "GetBucketEncryption", "GetBucketLifecycle", "GetBucketLifecycleConfiguration",
		"GetBucketLocation", "GetBucketLogging", "PutBucketLogging", "ListObjects", "ListObjectsV2", "ListMultipartUploads",
		"CreateBucket", "DeleteBucket", "DeleteBucketLifecycle", "DeleteBucketLifecycleConfiguration", "DeleteObject", "DeleteObjects",
		"HeadObject", "GetObject", "PutObject", "CopyObject", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging",
		"CreateMultipartUpload", "UploadPart", "UploadPartCopy", "ListParts", "CompleteMultipartUpload", "AbortMultipartUpload")
	maps.Copy(p.Operations, supported(PartiallySupported,
		"PutBucketAcl", "PutBucketEncryption", "PutBucketLifecycle", "PutBucketLifecycleConfiguration"))
	return p
}

// NHNCloud is NHN Cloud's Object Storage (NHN Cloud documentation, "Amazon S3
// compatible API guide"): OpenStack Swift behind its s3api. Parts end at number 1000,
// aws-chunked is refused with 501, Content-MD5 is demanded on DeleteObjects.
func NHNCloud() Profile {
	p := Profile{
		Name:           "NHN Cloud",
		Addressing:     AddressingPath,
		DNSBucketNames: true, MaxKeyLength: 1024, MaxMetadata: 4 << 10, MaxMetadataValue: 256,
		Region:      "KR1",
		PayloadHash: true, ContentMD5: true, ETagMD5: true,
		MaxParts: 1000, MinPartSize: 5 * mebibyte, MaxPartSize: 5 * gibibyte,
		MaxPutSize: 5 * gibibyte, MaxObjectSize: 1000 * 5 * gibibyte,
		RangedPartCopy: true, RepeatParts: true, ListVersion: 2, EncodingTypeURL: true, ConditionalWrites: []string{"CompleteMultipartUpload", "DeleteObject"},
		// Swift deletes a request's keys almost one by one: 1000 were seen to take 56 s.
		DeleteObjectsKeys: 100,
		OtherOperations:   Unsupported,
	}
	p.Operations = supported(Supported,
		"ListBuckets", "CreateBucket", "HeadBucket", "DeleteBucket", "GetBucketAcl", "GetBucketLocation",
		"ListObjects", "ListObjectsV2", "GetObject", "HeadObject", "PutObject", "CopyObject", "DeleteObject", "DeleteObjects",
		"CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload",
		"ListParts", "ListMultipartUploads", "GetObjectAcl", "GetBucketVersioning", "PutBucketVersioning", "ListObjectVersions")
	maps.Copy(p.Operations, supported(PartiallySupported, "PutBucketAcl"))
	return p
}

// Alluxio is the S3 API of the Alluxio proxy (Alluxio documentation, "S3 API"), with the
// operations that release 2.9.4 was seen to have: below /api/v1/s3, by path only, buckets may
// name nested directories ("a:b:c"). Directories are listed as objects without content, parts
// of unfinished uploads as objects below "key_" and the upload's id. The server drops metadata
// and every header but the Content-Type, overlooks conditions, and takes no presigned URL.
// Part copies of a range are not trusted: 2.9.4 honours it, and earlier releases copied all.
func Alluxio() Profile {
	return Profile{
		Name:            "Alluxio",
		Addressing:      AddressingPath,
		BucketNameChars: ":", MaxMetadata: 2 << 10,
		RewrittenKeys: KeyLeadingSlash | KeyDoubleSlash | KeyDotSegment | KeyBackslash | KeyQuestionMark,
		BasePath:      "/api/v1/s3",
		ContentMD5:    true,
		MaxParts:      10000, MinPartSize: 5 * mebibyte, MaxPartSize: 5 * gibibyte,
		MaxPutSize: 5 * gibibyte, MaxObjectSize: 5 * tebibyte,
		// Releases up to 2.9.1 say EncodingType url whether asked or not, and never encode.
		ListVersion: 2, EncodingTypeIfAsked: true, MarkerWithBucket: true, LengthInCharacters: true,
		// The second is how 2.9.4 does it, the first how releases before did.
		UploadDirectories: "_s3_multipart_tmp", UploadIDDirectories: true, ListsDirectories: true, ContentTypeOnly: true,
		OtherOperations: Unsupported,
		Operations: supported(Supported,
			"AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateBucket", "CreateMultipartUpload", "DeleteBucket",
			"DeleteBucketTagging", "DeleteObject", "DeleteObjects", "DeleteObjectTagging", "GetBucketTagging", "GetObject",
			"GetObjectTagging", "HeadBucket", "HeadObject", "ListBuckets", "ListMultipartUploads", "ListObjects", "ListObjectsV2",
			"ListParts", "PutBucketTagging",
			"PutObject", "PutObjectTagging", "UploadPart", "UploadPartCopy"),
	}
}

// MinIO is a MinIO server (version 2026-02-12 seen): every checksum verified and stored,
// aws-chunked decoded, path addressing, 10,000 parts. It lacks ACLs, CORS and websites: what
// it tells of them is that nothing is set.
func MinIO() Profile {
	p := AWS()
	p.Name, p.Addressing, p.ExpectedBucketOwner, p.PartCopyChecksums = "MinIO", AddressingPath, false, false
	p.RewrittenKeys = KeyLeadingSlash
	p.ConditionalWrites = []string{"PutObject", "CompleteMultipartUpload"}
	p.Operations = supported(Unsupported, overlookedSubresources()...)
	maps.Copy(p.Operations, supported(Unsupported,
		"PutBucketCors", "DeleteBucketCors", "PutBucketWebsite", "DeleteBucketWebsite", "PutBucketLogging",
		"PutBucketRequestPayment", "GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock"))
	maps.Copy(p.Operations, supported(Supported,
		"GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption", "GetObjectAttributes"))
	maps.Copy(p.Operations, supported(PartiallySupported,
		"GetBucketAccelerateConfiguration", "GetBucketCors", "GetBucketLogging", "GetBucketRequestPayment", "GetBucketWebsite",
		// The list of what is private, and no other.
		"GetBucketAcl", "PutBucketAcl", "GetObjectAcl", "PutObjectAcl",
		// Public is what anybody may read and write.
		"GetBucketPolicyStatus",
		// Of one whole key, never of a prefix.
		"ListMultipartUploads"))
	return p
}
