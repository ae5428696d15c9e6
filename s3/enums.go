package s3

// ObjectCannedACL is a ready-made ACL for an object.
type ObjectCannedACL string

// Ready-made ACLs for objects. Private gives the owner full control and nobody
// else anything; the others add to it what their names say.
const (
	ObjectCannedACLPrivate                ObjectCannedACL = "private"
	ObjectCannedACLPublicRead             ObjectCannedACL = "public-read"
	ObjectCannedACLPublicReadWrite        ObjectCannedACL = "public-read-write"
	ObjectCannedACLAuthenticatedRead      ObjectCannedACL = "authenticated-read"
	ObjectCannedACLAwsExecRead            ObjectCannedACL = "aws-exec-read"
	ObjectCannedACLBucketOwnerRead        ObjectCannedACL = "bucket-owner-read"
	ObjectCannedACLBucketOwnerFullControl ObjectCannedACL = "bucket-owner-full-control"
)

// BucketCannedACL is a ready-made ACL for a bucket.
type BucketCannedACL string

// Ready-made ACLs for buckets. Private gives the owner full control and nobody
// else anything; the others add to it what their names say.
const (
	BucketCannedACLPrivate           BucketCannedACL = "private"
	BucketCannedACLPublicRead        BucketCannedACL = "public-read"
	BucketCannedACLPublicReadWrite   BucketCannedACL = "public-read-write"
	BucketCannedACLAuthenticatedRead BucketCannedACL = "authenticated-read"
)

// Permission is what a [Grant] allows.
type Permission string

// Permissions. On a bucket READ is to list it and WRITE to create objects in
// it; on an object READ is to get it and WRITE has no effect. READ_ACP and
// WRITE_ACP are for the ACL itself.
const (
	PermissionFullControl Permission = "FULL_CONTROL"
	PermissionRead        Permission = "READ"
	PermissionReadAcp     Permission = "READ_ACP"
	PermissionWrite       Permission = "WRITE"
	PermissionWriteAcp    Permission = "WRITE_ACP"
)

// Type is the kind of a [Grantee].
type Type string

// Kinds of grantees: an account by its id, an account by its mail address (in
// the older regions of Amazon S3 only), a group by its URI.
const (
	TypeCanonicalUser         Type = "CanonicalUser"
	TypeAmazonCustomerByEmail Type = "AmazonCustomerByEmail"
	TypeGroup                 Type = "Group"
)

// ObjectOwnership says who owns the objects of a bucket that others write.
type ObjectOwnership string

// Ownership rules: always the bucket's owner and ACLs off (the default of new
// buckets); the bucket's owner when the writer gives the ACL
// bucket-owner-full-control; the writer.
const (
	ObjectOwnershipBucketOwnerEnforced  ObjectOwnership = "BucketOwnerEnforced"
	ObjectOwnershipBucketOwnerPreferred ObjectOwnership = "BucketOwnerPreferred"
	ObjectOwnershipObjectWriter         ObjectOwnership = "ObjectWriter"
)

// StorageClass is the class that an object is to be stored in. Providers add
// names of their own, which may be used as well.
type StorageClass string

// Storage classes. GLACIER and DEEP_ARCHIVE must be restored before they can be
// read; GLACIER_IR is read at once. The last seven belong to other services
// that speak S3.
const (
	StorageClassStandard             StorageClass = "STANDARD"
	StorageClassStandardIa           StorageClass = "STANDARD_IA"
	StorageClassOnezoneIa            StorageClass = "ONEZONE_IA"
	StorageClassIntelligentTiering   StorageClass = "INTELLIGENT_TIERING"
	StorageClassReducedRedundancy    StorageClass = "REDUCED_REDUNDANCY"
	StorageClassGlacierIr            StorageClass = "GLACIER_IR"
	StorageClassGlacier              StorageClass = "GLACIER"
	StorageClassDeepArchive          StorageClass = "DEEP_ARCHIVE"
	StorageClassExpressOnezone       StorageClass = "EXPRESS_ONEZONE"
	StorageClassOutposts             StorageClass = "OUTPOSTS"
	StorageClassSnow                 StorageClass = "SNOW"
	StorageClassFsxOpenzfs           StorageClass = "FSX_OPENZFS"
	StorageClassFsxOntap             StorageClass = "FSX_ONTAP"
	StorageClassAwsBackupWarm        StorageClass = "AWS_BACKUP_WARM"
	StorageClassAwsBackupLowCostWarm StorageClass = "AWS_BACKUP_LOW_COST_WARM"
)

// ObjectStorageClass is the class that a listed object is stored in.
type ObjectStorageClass string

// Storage classes as listings answer them; the same as those of [StorageClass].
const (
	ObjectStorageClassStandard             ObjectStorageClass = "STANDARD"
	ObjectStorageClassStandardIa           ObjectStorageClass = "STANDARD_IA"
	ObjectStorageClassOnezoneIa            ObjectStorageClass = "ONEZONE_IA"
	ObjectStorageClassIntelligentTiering   ObjectStorageClass = "INTELLIGENT_TIERING"
	ObjectStorageClassReducedRedundancy    ObjectStorageClass = "REDUCED_REDUNDANCY"
	ObjectStorageClassGlacierIr            ObjectStorageClass = "GLACIER_IR"
	ObjectStorageClassGlacier              ObjectStorageClass = "GLACIER"
	ObjectStorageClassDeepArchive          ObjectStorageClass = "DEEP_ARCHIVE"
	ObjectStorageClassExpressOnezone       ObjectStorageClass = "EXPRESS_ONEZONE"
	ObjectStorageClassOutposts             ObjectStorageClass = "OUTPOSTS"
	ObjectStorageClassSnow                 ObjectStorageClass = "SNOW"
	ObjectStorageClassFsxOpenzfs           ObjectStorageClass = "FSX_OPENZFS"
	ObjectStorageClassFsxOntap             ObjectStorageClass = "FSX_ONTAP"
	ObjectStorageClassAwsBackupWarm        ObjectStorageClass = "AWS_BACKUP_WARM"
	ObjectStorageClassAwsBackupLowCostWarm ObjectStorageClass = "AWS_BACKUP_LOW_COST_WARM"
)

// ArchiveStatus is the archive tier of an object in INTELLIGENT_TIERING.
type ArchiveStatus string

// Archive tiers; an object in either must be restored before it can be read.
const (
	ArchiveStatusArchiveAccess     ArchiveStatus = "ARCHIVE_ACCESS"
	ArchiveStatusDeepArchiveAccess ArchiveStatus = "DEEP_ARCHIVE_ACCESS"
)

// ServerSideEncryption is how the server encrypts an object at rest.
type ServerSideEncryption string

// Encryption with keys of the store, of KMS, of KMS in two layers, and of the
// services FSx and Backup.
const (
	ServerSideEncryptionAes256     ServerSideEncryption = "AES256"
	ServerSideEncryptionAwsKms     ServerSideEncryption = "aws:kms"
	ServerSideEncryptionAwsKmsDsse ServerSideEncryption = "aws:kms:dsse"
	ServerSideEncryptionAwsFsx     ServerSideEncryption = "aws:fsx"
	ServerSideEncryptionAwsBackup  ServerSideEncryption = "aws:backup"
)

// ChecksumAlgorithm is the algorithm of a checksum that travels with a body.
type ChecksumAlgorithm string

// Checksum algorithms. The client computes the first five; of the others the
// caller gives the value.
const (
	ChecksumAlgorithmCrc32     ChecksumAlgorithm = "CRC32"
	ChecksumAlgorithmCrc32c    ChecksumAlgorithm = "CRC32C"
	ChecksumAlgorithmCrc64nvme ChecksumAlgorithm = "CRC64NVME"
	ChecksumAlgorithmSha1      ChecksumAlgorithm = "SHA1"
	ChecksumAlgorithmSha256    ChecksumAlgorithm = "SHA256"
	ChecksumAlgorithmSha512    ChecksumAlgorithm = "SHA512"
	ChecksumAlgorithmMd5       ChecksumAlgorithm = "MD5"
	ChecksumAlgorithmXxhash64  ChecksumAlgorithm = "XXHASH64"
	ChecksumAlgorithmXxhash3   ChecksumAlgorithm = "XXHASH3"
	ChecksumAlgorithmXxhash128 ChecksumAlgorithm = "XXHASH128"
)

// ChecksumType says what the checksum of an object uploaded in parts is of.
type ChecksumType string

// Checksum types: of the parts' checksums, or of the full content.
const (
	ChecksumTypeComposite  ChecksumType = "COMPOSITE"
	ChecksumTypeFullObject ChecksumType = "FULL_OBJECT"
)

// ChecksumMode says whether GetObject and HeadObject answer checksums.
type ChecksumMode string

// Checksum modes; the other one is to leave the member empty.
const (
	ChecksumModeEnabled ChecksumMode = "ENABLED"
)

// ObjectLockMode is the retention mode of an object version.
type ObjectLockMode string

// Retention modes: callers with a special permission may lift GOVERNANCE;
// nobody may lift COMPLIANCE before its time.
const (
	ObjectLockModeGovernance ObjectLockMode = "GOVERNANCE"
	ObjectLockModeCompliance ObjectLockMode = "COMPLIANCE"
)

// ObjectLockLegalHoldStatus tells whether a legal hold is on an object version.
type ObjectLockLegalHoldStatus string

// Legal hold states.
const (
	ObjectLockLegalHoldStatusOn  ObjectLockLegalHoldStatus = "ON"
	ObjectLockLegalHoldStatusOff ObjectLockLegalHoldStatus = "OFF"
)

// ObjectLockEventHold tells whether an event hold is on an object version.
type ObjectLockEventHold string

// Event hold states.
const (
	ObjectLockEventHoldOn  ObjectLockEventHold = "ON"
	ObjectLockEventHoldOff ObjectLockEventHold = "OFF"
)

// MetadataDirective says where a copy's metadata comes from.
type MetadataDirective string

// Metadata directives: the source's, or the request's.
const (
	MetadataDirectiveCopy    MetadataDirective = "COPY"
	MetadataDirectiveReplace MetadataDirective = "REPLACE"
)

// TaggingDirective says where a copy's tags come from.
type TaggingDirective string

// Tagging directives: the source's, or the request's.
const (
	TaggingDirectiveCopy    TaggingDirective = "COPY"
	TaggingDirectiveReplace TaggingDirective = "REPLACE"
)

// AnnotationDirective says whether a copy takes the source's annotations along.
type AnnotationDirective string

// Annotation directives.
const (
	AnnotationDirectiveCopy    AnnotationDirective = "COPY"
	AnnotationDirectiveExclude AnnotationDirective = "EXCLUDE"
)

// ReplicationStatus is where an object stands in a bucket's replication.
type ReplicationStatus string

// Replication states. REPLICA marks the copies that replication made. Servers
// write COMPLETED, older documents COMPLETE.
const (
	ReplicationStatusPending   ReplicationStatus = "PENDING"
	ReplicationStatusCompleted ReplicationStatus = "COMPLETED"
	ReplicationStatusComplete  ReplicationStatus = "COMPLETE"
	ReplicationStatusFailed    ReplicationStatus = "FAILED"
	ReplicationStatusReplica   ReplicationStatus = "REPLICA"
)

// EncodingType is how a listing encodes keys.
type EncodingType string

// Key encodings; the other one is none, the empty value.
const (
	EncodingTypeUrl EncodingType = "url"
)

// OptionalObjectAttributes is a member of [Object] that a listing answers only
// when asked.
type OptionalObjectAttributes string

// Members of Object to ask for.
const (
	OptionalObjectAttributesRestoreStatus OptionalObjectAttributes = "RestoreStatus"
)

// RequestPayer is the caller's consent to pay for a request.
type RequestPayer string

// The one value there is.
const (
	RequestPayerRequester RequestPayer = "requester"
)

// RequestCharged tells who paid for a request.
type RequestCharged string

// The one value there is; empty is the bucket's owner.
const (
	RequestChargedRequester RequestCharged = "requester"
)

// BucketLocationConstraint is the region of a bucket. Any other region name may
// be used as well, with providers that have their own.
type BucketLocationConstraint string

// Regions of Amazon S3. There is none for us-east-1, which is the empty value;
// EU is an old name of eu-west-1.
const (
	BucketLocationConstraintEu           BucketLocationConstraint = "EU"
	BucketLocationConstraintAfSouth1     BucketLocationConstraint = "af-south-1"
	BucketLocationConstraintApEast1      BucketLocationConstraint = "ap-east-1"
	BucketLocationConstraintApEast2      BucketLocationConstraint = "ap-east-2"
	BucketLocationConstraintApNortheast1 BucketLocationConstraint = "ap-northeast-1"
	BucketLocationConstraintApNortheast2 BucketLocationConstraint = "ap-northeast-2"
	BucketLocationConstraintApNortheast3 BucketLocationConstraint = "ap-northeast-3"
	BucketLocationConstraintApSouth1     BucketLocationConstraint = "ap-south-1"
	BucketLocationConstraintApSouth2     BucketLocationConstraint = "ap-south-2"
	BucketLocationConstraintApSoutheast1 BucketLocationConstraint = "ap-southeast-1"
	BucketLocationConstraintApSoutheast2 BucketLocationConstraint = "ap-southeast-2"
	BucketLocationConstraintApSoutheast3 BucketLocationConstraint = "ap-southeast-3"
	BucketLocationConstraintApSoutheast4 BucketLocationConstraint = "ap-southeast-4"
	BucketLocationConstraintApSoutheast5 BucketLocationConstraint = "ap-southeast-5"
	BucketLocationConstraintApSoutheast6 BucketLocationConstraint = "ap-southeast-6"
	BucketLocationConstraintApSoutheast7 BucketLocationConstraint = "ap-southeast-7"
	BucketLocationConstraintCaCentral1   BucketLocationConstraint = "ca-central-1"
	BucketLocationConstraintCaWest1      BucketLocationConstraint = "ca-west-1"
	BucketLocationConstraintCnNorth1     BucketLocationConstraint = "cn-north-1"
	BucketLocationConstraintCnNorthwest1 BucketLocationConstraint = "cn-northwest-1"
	BucketLocationConstraintEuCentral1   BucketLocationConstraint = "eu-central-1"
	BucketLocationConstraintEuCentral2   BucketLocationConstraint = "eu-central-2"
	BucketLocationConstraintEuNorth1     BucketLocationConstraint = "eu-north-1"
	BucketLocationConstraintEuSouth1     BucketLocationConstraint = "eu-south-1"
	BucketLocationConstraintEuSouth2     BucketLocationConstraint = "eu-south-2"
	BucketLocationConstraintEuWest1      BucketLocationConstraint = "eu-west-1"
	BucketLocationConstraintEuWest2      BucketLocationConstraint = "eu-west-2"
	BucketLocationConstraintEuWest3      BucketLocationConstraint = "eu-west-3"
	BucketLocationConstraintIlCentral1   BucketLocationConstraint = "il-central-1"
	BucketLocationConstraintMeCentral1   BucketLocationConstraint = "me-central-1"
	BucketLocationConstraintMeSouth1     BucketLocationConstraint = "me-south-1"
	BucketLocationConstraintMxCentral1   BucketLocationConstraint = "mx-central-1"
	BucketLocationConstraintSaEast1      BucketLocationConstraint = "sa-east-1"
	BucketLocationConstraintUsEast2      BucketLocationConstraint = "us-east-2"
	BucketLocationConstraintUsGovEast1   BucketLocationConstraint = "us-gov-east-1"
	BucketLocationConstraintUsGovWest1   BucketLocationConstraint = "us-gov-west-1"
	BucketLocationConstraintUsWest1      BucketLocationConstraint = "us-west-1"
	BucketLocationConstraintUsWest2      BucketLocationConstraint = "us-west-2"
)

// BucketNamespace is where a bucket's name must be unique.
type BucketNamespace string

// Namespaces: all accounts, or one account in one region.
const (
	BucketNamespaceGlobal          BucketNamespace = "global"
	BucketNamespaceAccountRegional BucketNamespace = "account-regional"
)

// BucketType is the kind of a bucket.
type BucketType string

// The one kind that is named; the other one, general purpose, is the empty
// value.
const (
	BucketTypeDirectory BucketType = "Directory"
)

// DataRedundancy is the number and kind of zones that hold the data of a
// directory bucket.
type DataRedundancy string

// Redundancies.
const (
	DataRedundancySingleAvailabilityZone DataRedundancy = "SingleAvailabilityZone"
	DataRedundancySingleLocalZone        DataRedundancy = "SingleLocalZone"
)

// LocationType is the kind of zone that a directory bucket lives in.
type LocationType string

// Kinds of zones.
const (
	LocationTypeAvailabilityZone LocationType = "AvailabilityZone"
	LocationTypeLocalZone        LocationType = "LocalZone"
)
