package s3

// SessionMode is what a session may do.
type SessionMode string

// Modes of a session.
const (
	SessionModeReadOnly  SessionMode = "ReadOnly"
	SessionModeReadWrite SessionMode = "ReadWrite"
)

// ObjectAttributes is a member that GetObjectAttributes is asked for.
type ObjectAttributes string

// Members to ask for.
const (
	ObjectAttributesChecksum     ObjectAttributes = "Checksum"
	ObjectAttributesEtag         ObjectAttributes = "ETag"
	ObjectAttributesObjectParts  ObjectAttributes = "ObjectParts"
	ObjectAttributesObjectSize   ObjectAttributes = "ObjectSize"
	ObjectAttributesStorageClass ObjectAttributes = "StorageClass"
)

// ObjectLockEnabled tells that a bucket has Object Lock.
type ObjectLockEnabled string

// The one value there is.
const (
	ObjectLockEnabledEnabled ObjectLockEnabled = "Enabled"
)

// ObjectLockRetentionMode is the mode of a retention.
type ObjectLockRetentionMode string

// Retention modes: callers with a special permission may lift GOVERNANCE;
// nobody may lift COMPLIANCE before its time.
const (
	ObjectLockRetentionModeCompliance ObjectLockRetentionMode = "COMPLIANCE"
	ObjectLockRetentionModeGovernance ObjectLockRetentionMode = "GOVERNANCE"
)

// ObjectVersionStorageClass is the class of an object version.
type ObjectVersionStorageClass string

// The one value that the API names; servers answer others too.
const (
	ObjectVersionStorageClassStandard ObjectVersionStorageClass = "STANDARD"
)

// RestoreRequestType is the kind of a restore.
type RestoreRequestType string

// The one kind that is named: a query.
const (
	RestoreRequestTypeSelect RestoreRequestType = "SELECT"
)

// Tier is how fast an archived object is brought back.
type Tier string

// Speeds: hours, half a day, minutes.
const (
	TierBulk      Tier = "Bulk"
	TierExpedited Tier = "Expedited"
	TierStandard  Tier = "Standard"
)

// ExpressionType is the language of a query.
type ExpressionType string

// The one language there is.
const (
	ExpressionTypeSql ExpressionType = "SQL"
)

// CompressionType is how an object to query is compressed.
type CompressionType string

// Compressions.
const (
	CompressionTypeBzip2 CompressionType = "BZIP2"
	CompressionTypeGzip  CompressionType = "GZIP"
	CompressionTypeNone  CompressionType = "NONE"
)

// FileHeaderInfo is what the first line of an object in CSV form is.
type FileHeaderInfo string

// First lines: names to use, names to pass over, data.
const (
	FileHeaderInfoIgnore FileHeaderInfo = "IGNORE"
	FileHeaderInfoNone   FileHeaderInfo = "NONE"
	FileHeaderInfoUse    FileHeaderInfo = "USE"
)

// JSONType is what an object in JSON form holds.
type JSONType string

// Contents: one value, or one on each line.
const (
	JSONTypeDocument JSONType = "DOCUMENT"
	JSONTypeLines    JSONType = "LINES"
)

// QuoteFields is which values of a result in CSV form are quoted.
type QuoteFields string

// Quoting: all values, or those that need it.
const (
	QuoteFieldsAlways   QuoteFields = "ALWAYS"
	QuoteFieldsAsneeded QuoteFields = "ASNEEDED"
)
