package s3

// BucketAbacStatus tells whether attribute-based access control is on.
type BucketAbacStatus string

// States of attribute-based access control.
const (
	BucketAbacStatusDisabled BucketAbacStatus = "Disabled"
	BucketAbacStatusEnabled  BucketAbacStatus = "Enabled"
)

// BucketAccelerateStatus is the state of Transfer Acceleration.
type BucketAccelerateStatus string

// States of Transfer Acceleration.
const (
	BucketAccelerateStatusEnabled   BucketAccelerateStatus = "Enabled"
	BucketAccelerateStatusSuspended BucketAccelerateStatus = "Suspended"
)

// StorageClassAnalysisSchemaVersion is the version of an exported analysis.
type StorageClassAnalysisSchemaVersion string

// The one version there is.
const (
	StorageClassAnalysisSchemaVersionV1 StorageClassAnalysisSchemaVersion = "V_1"
)

// AnalyticsS3ExportFileFormat is the form of an exported analysis.
type AnalyticsS3ExportFileFormat string

// The one form there is.
const (
	AnalyticsS3ExportFileFormatCsv AnalyticsS3ExportFileFormat = "CSV"
)

// EncryptionType is what a bucket's new objects may not be encrypted with.
type EncryptionType string

// Encryptions to block: none, or with keys of the caller.
const (
	EncryptionTypeNone EncryptionType = "NONE"
	EncryptionTypeSseC EncryptionType = "SSE-C"
)

// IntelligentTieringStatus tells whether a configuration is in force.
type IntelligentTieringStatus string

// States of an S3 Intelligent-Tiering configuration.
const (
	IntelligentTieringStatusDisabled IntelligentTieringStatus = "Disabled"
	IntelligentTieringStatusEnabled  IntelligentTieringStatus = "Enabled"
)

// IntelligentTieringAccessTier is an archive tier of INTELLIGENT_TIERING.
type IntelligentTieringAccessTier string

// Archive tiers; an object in either must be restored before it can be read.
const (
	IntelligentTieringAccessTierArchiveAccess     IntelligentTieringAccessTier = "ARCHIVE_ACCESS"
	IntelligentTieringAccessTierDeepArchiveAccess IntelligentTieringAccessTier = "DEEP_ARCHIVE_ACCESS"
)

// InventoryFormat is the form of an inventory.
type InventoryFormat string

// Forms of inventories.
const (
	InventoryFormatCsv     InventoryFormat = "CSV"
	InventoryFormatOrc     InventoryFormat = "ORC"
	InventoryFormatParquet InventoryFormat = "Parquet"
)

// InventoryFrequency is how often an inventory is made.
type InventoryFrequency string

// Frequencies of inventories.
const (
	InventoryFrequencyDaily  InventoryFrequency = "Daily"
	InventoryFrequencyWeekly InventoryFrequency = "Weekly"
)

// InventoryIncludedObjectVersions is which versions an inventory lists.
type InventoryIncludedObjectVersions string

// Versions to list: all, or the current ones.
const (
	InventoryIncludedObjectVersionsAll     InventoryIncludedObjectVersions = "All"
	InventoryIncludedObjectVersionsCurrent InventoryIncludedObjectVersions = "Current"
)

// InventoryOptionalField is a column of an inventory.
type InventoryOptionalField string

// Columns beside bucket and key.
const (
	InventoryOptionalFieldBucketKeyStatus                 InventoryOptionalField = "BucketKeyStatus"
	InventoryOptionalFieldChecksumAlgorithm               InventoryOptionalField = "ChecksumAlgorithm"
	InventoryOptionalFieldETag                            InventoryOptionalField = "ETag"
	InventoryOptionalFieldEncryptionStatus                InventoryOptionalField = "EncryptionStatus"
	InventoryOptionalFieldIntelligentTieringAccessTier    InventoryOptionalField = "IntelligentTieringAccessTier"
	InventoryOptionalFieldIntelligentTieringReferenceDate InventoryOptionalField = "IntelligentTieringReferenceDate"
	InventoryOptionalFieldIsMultipartUploaded             InventoryOptionalField = "IsMultipartUploaded"
	InventoryOptionalFieldLastModifiedDate                InventoryOptionalField = "LastModifiedDate"
	InventoryOptionalFieldLifecycleExpirationDate         InventoryOptionalField = "LifecycleExpirationDate"
	InventoryOptionalFieldObjectAccessControlList         InventoryOptionalField = "ObjectAccessControlList"
	InventoryOptionalFieldObjectLockEventHoldDuration     InventoryOptionalField = "ObjectLockEventHoldDuration"
	InventoryOptionalFieldObjectLockEventHoldStatus       InventoryOptionalField = "ObjectLockEventHoldStatus"
	InventoryOptionalFieldObjectLockLegalHoldStatus       InventoryOptionalField = "ObjectLockLegalHoldStatus"
	InventoryOptionalFieldObjectLockMode                  InventoryOptionalField = "ObjectLockMode"
	InventoryOptionalFieldObjectLockRetainUntilDate       InventoryOptionalField = "ObjectLockRetainUntilDate"
	InventoryOptionalFieldObjectOwner                     InventoryOptionalField = "ObjectOwner"
	InventoryOptionalFieldReplicationStatus               InventoryOptionalField = "ReplicationStatus"
	InventoryOptionalFieldSize                            InventoryOptionalField = "Size"
	InventoryOptionalFieldStorageClass                    InventoryOptionalField = "StorageClass"
)

// ExpirationStatus tells whether a lifecycle rule is in force.
type ExpirationStatus string

// States of a lifecycle rule.
const (
	ExpirationStatusDisabled ExpirationStatus = "Disabled"
	ExpirationStatusEnabled  ExpirationStatus = "Enabled"
)

// TransitionStorageClass is a class that lifecycle rules send objects to.
type TransitionStorageClass string

// Classes to send objects to.
const (
	TransitionStorageClassDeepArchive        TransitionStorageClass = "DEEP_ARCHIVE"
	TransitionStorageClassGlacier            TransitionStorageClass = "GLACIER"
	TransitionStorageClassGlacierIr          TransitionStorageClass = "GLACIER_IR"
	TransitionStorageClassIntelligentTiering TransitionStorageClass = "INTELLIGENT_TIERING"
	TransitionStorageClassOnezoneIa          TransitionStorageClass = "ONEZONE_IA"
	TransitionStorageClassStandardIa         TransitionStorageClass = "STANDARD_IA"
)

// TransitionDefaultMinimumObjectSize says which objects stay in their class
// for being small.
type TransitionDefaultMinimumObjectSize string

// Defaults: 128 KiB for all classes, or the limit of each class.
const (
	TransitionDefaultMinimumObjectSizeAllStorageClasses128k TransitionDefaultMinimumObjectSize = "all_storage_classes_128K"
	TransitionDefaultMinimumObjectSizeVariesByStorageClass  TransitionDefaultMinimumObjectSize = "varies_by_storage_class"
)

// BucketLogsPermission is what a grant on the objects of an access log
// allows.
type BucketLogsPermission string

// Permissions on the objects of a log.
const (
	BucketLogsPermissionFullControl BucketLogsPermission = "FULL_CONTROL"
	BucketLogsPermissionRead        BucketLogsPermission = "READ"
	BucketLogsPermissionWrite       BucketLogsPermission = "WRITE"
)

// PartitionDateSource is whose day the keys of an access log have.
type PartitionDateSource string

// Days: that of the requests, or that of the log's writing.
const (
	PartitionDateSourceDeliveryTime PartitionDateSource = "DeliveryTime"
	PartitionDateSourceEventTime    PartitionDateSource = "EventTime"
)

// S3TablesBucketType is who keeps a table bucket.
type S3TablesBucketType string

// Keepers: Amazon S3, or the account.
const (
	S3TablesBucketTypeAws      S3TablesBucketType = "aws"
	S3TablesBucketTypeCustomer S3TablesBucketType = "customer"
)

// TableSseAlgorithm is how a metadata table is encrypted.
type TableSseAlgorithm string

// Encryptions of tables: with keys of the store, or of KMS.
const (
	TableSseAlgorithmAes256 TableSseAlgorithm = "AES256"
	TableSseAlgorithmAwsKms TableSseAlgorithm = "aws:kms"
)

// InventoryConfigurationState tells whether a live inventory table is on.
type InventoryConfigurationState string

// States of a live inventory table.
const (
	InventoryConfigurationStateDisabled InventoryConfigurationState = "DISABLED"
	InventoryConfigurationStateEnabled  InventoryConfigurationState = "ENABLED"
)

// AnnotationConfigurationState tells whether an annotation table is on.
type AnnotationConfigurationState string

// States of an annotation table.
const (
	AnnotationConfigurationStateDisabled AnnotationConfigurationState = "DISABLED"
	AnnotationConfigurationStateEnabled  AnnotationConfigurationState = "ENABLED"
)

// ExpirationState tells whether records of a journal table expire.
type ExpirationState string

// States of a journal's expiration.
const (
	ExpirationStateDisabled ExpirationState = "DISABLED"
	ExpirationStateEnabled  ExpirationState = "ENABLED"
)

// Event is something that happens in a bucket.
type Event string

// Events. Those that end in a colon and a star in the API stand for their
// whole kind, such as EventS3ObjectCreated.
const (
	EventS3IntelligentTiering                           Event = "s3:IntelligentTiering"
	EventS3LifecycleExpiration                          Event = "s3:LifecycleExpiration:*"
	EventS3LifecycleExpirationDelete                    Event = "s3:LifecycleExpiration:Delete"
	EventS3LifecycleExpirationDeleteMarkerCreated       Event = "s3:LifecycleExpiration:DeleteMarkerCreated"
	EventS3LifecycleTransition                          Event = "s3:LifecycleTransition"
	EventS3ObjectAclPut                                 Event = "s3:ObjectAcl:Put"
	EventS3ObjectAnnotation                             Event = "s3:ObjectAnnotation:*"
	EventS3ObjectAnnotationDelete                       Event = "s3:ObjectAnnotation:Delete"
	EventS3ObjectAnnotationPut                          Event = "s3:ObjectAnnotation:Put"
	EventS3ObjectCreated                                Event = "s3:ObjectCreated:*"
	EventS3ObjectCreatedCompleteMultipartUpload         Event = "s3:ObjectCreated:CompleteMultipartUpload"
	EventS3ObjectCreatedCopy                            Event = "s3:ObjectCreated:Copy"
	EventS3ObjectCreatedPost                            Event = "s3:ObjectCreated:Post"
	EventS3ObjectCreatedPut                             Event = "s3:ObjectCreated:Put"
	EventS3ObjectRemoved                                Event = "s3:ObjectRemoved:*"
	EventS3ObjectRemovedDelete                          Event = "s3:ObjectRemoved:Delete"
	EventS3ObjectRemovedDeleteMarkerCreated             Event = "s3:ObjectRemoved:DeleteMarkerCreated"
	EventS3ObjectRestore                                Event = "s3:ObjectRestore:*"
	EventS3ObjectRestoreCompleted                       Event = "s3:ObjectRestore:Completed"
	EventS3ObjectRestoreDelete                          Event = "s3:ObjectRestore:Delete"
	EventS3ObjectRestorePost                            Event = "s3:ObjectRestore:Post"
	EventS3ObjectRetentionPut                           Event = "s3:ObjectRetention:Put"
	EventS3ObjectTagging                                Event = "s3:ObjectTagging:*"
	EventS3ObjectTaggingDelete                          Event = "s3:ObjectTagging:Delete"
	EventS3ObjectTaggingPut                             Event = "s3:ObjectTagging:Put"
	EventS3ReducedRedundancyLostObject                  Event = "s3:ReducedRedundancyLostObject"
	EventS3Replication                                  Event = "s3:Replication:*"
	EventS3ReplicationOperationFailedReplication        Event = "s3:Replication:OperationFailedReplication"
	EventS3ReplicationOperationMissedThreshold          Event = "s3:Replication:OperationMissedThreshold"
	EventS3ReplicationOperationNotTracked               Event = "s3:Replication:OperationNotTracked"
	EventS3ReplicationOperationReplicatedAfterThreshold Event = "s3:Replication:OperationReplicatedAfterThreshold"
)

// FilterRuleName is the end of a key that a condition is on.
type FilterRuleName string

// Ends of a key.
const (
	FilterRuleNamePrefix FilterRuleName = "prefix"
	FilterRuleNameSuffix FilterRuleName = "suffix"
)

// ReplicationRuleStatus tells whether a replication rule is in force.
type ReplicationRuleStatus string

// States of a replication rule.
const (
	ReplicationRuleStatusDisabled ReplicationRuleStatus = "Disabled"
	ReplicationRuleStatusEnabled  ReplicationRuleStatus = "Enabled"
)

// SseKmsEncryptedObjectsStatus tells whether objects with SSE-KMS are
// copied.
type SseKmsEncryptedObjectsStatus string

// States of copying objects with SSE-KMS.
const (
	SseKmsEncryptedObjectsStatusDisabled SseKmsEncryptedObjectsStatus = "Disabled"
	SseKmsEncryptedObjectsStatusEnabled  SseKmsEncryptedObjectsStatus = "Enabled"
)

// ReplicaModificationsStatus tells whether changes of replicas are copied
// back.
type ReplicaModificationsStatus string

// States of copying changes of replicas.
const (
	ReplicaModificationsStatusDisabled ReplicaModificationsStatus = "Disabled"
	ReplicaModificationsStatusEnabled  ReplicaModificationsStatus = "Enabled"
)

// ExistingObjectReplicationStatus tells whether older objects are copied.
type ExistingObjectReplicationStatus string

// States of copying older objects.
const (
	ExistingObjectReplicationStatusDisabled ExistingObjectReplicationStatus = "Disabled"
	ExistingObjectReplicationStatusEnabled  ExistingObjectReplicationStatus = "Enabled"
)

// DeleteMarkerReplicationStatus tells whether delete markers are copied.
type DeleteMarkerReplicationStatus string

// States of copying delete markers.
const (
	DeleteMarkerReplicationStatusDisabled DeleteMarkerReplicationStatus = "Disabled"
	DeleteMarkerReplicationStatusEnabled  DeleteMarkerReplicationStatus = "Enabled"
)

// ReplicationTimeStatus tells whether copies have a time limit.
type ReplicationTimeStatus string

// States of the time limit.
const (
	ReplicationTimeStatusDisabled ReplicationTimeStatus = "Disabled"
	ReplicationTimeStatusEnabled  ReplicationTimeStatus = "Enabled"
)

// MetricsStatus tells whether replication is measured.
type MetricsStatus string

// States of measuring.
const (
	MetricsStatusDisabled MetricsStatus = "Disabled"
	MetricsStatusEnabled  MetricsStatus = "Enabled"
)

// OwnerOverride is who owns replicas.
type OwnerOverride string

// The one value there is: the destination bucket's owner.
const (
	OwnerOverrideDestination OwnerOverride = "Destination"
)

// Payer is who pays for requests and transfers of a bucket.
type Payer string

// Payers.
const (
	PayerBucketOwner Payer = "BucketOwner"
	PayerRequester   Payer = "Requester"
)

// BucketVersioningStatus tells whether a bucket keeps versions.
type BucketVersioningStatus string

// States of versioning.
const (
	BucketVersioningStatusEnabled   BucketVersioningStatus = "Enabled"
	BucketVersioningStatusSuspended BucketVersioningStatus = "Suspended"
)

// MFADelete is whether deleting versions is to take a second factor.
type MFADelete string

// Settings of MFA Delete.
const (
	MFADeleteDisabled MFADelete = "Disabled"
	MFADeleteEnabled  MFADelete = "Enabled"
)

// MFADeleteStatus tells whether deleting versions takes a second factor.
type MFADeleteStatus string

// States of MFA Delete.
const (
	MFADeleteStatusDisabled MFADeleteStatus = "Disabled"
	MFADeleteStatusEnabled  MFADeleteStatus = "Enabled"
)

// Protocol is the scheme of a redirect.
type Protocol string

// Schemes.
const (
	ProtocolHttp  Protocol = "http"
	ProtocolHttps Protocol = "https"
)
