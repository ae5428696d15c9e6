package s3

import "slices"

// Support is what a provider makes of an operation.
type Support int

const (
	// Supported: it works as the API reference says.
	Supported Support = iota
	// PartiallySupported: it works within the provider's documented limits.
	PartiallySupported
	// Unsupported: it is refused, ignored, or, worse, taken for another operation.
	Unsupported
)

// String is the word for it.
func (s Support) String() string {
	switch s {
	case Supported:
		return "supported"
	case PartiallySupported:
		return "partially supported"
	}
	return "unsupported"
}

// Profile is what sets one provider apart from another, as data. Take one of [AWS],
// [NHNCloud], [KakaoCloud], [Alluxio], [CephRGW], [MinIO] and [Generic], and change
// fields of the copy where a server differs.
type Profile struct {
	// Name of the provider, as errors show it. Never empty in a usable profile.
	Name string
	// Addressing of buckets; never AddressingProfile.
	Addressing Addressing
	// BasePath is put before every path when the endpoint has none.
	BasePath string
	// Region to sign for when Options name none.
	Region string

	// BucketNameChars may stand in the name of a bucket beside letters, digits, '-', '.' and
	// '_', such as the ':' between a tenant and its bucket.
	BucketNameChars string
	// DNSBucketNames: CreateBucket takes only what a DNS name may hold: 3 to 63 lower-case
	// letters, digits, '-' and '.', a letter or a digit first, last and beside every '.', and
	// no IP address.
	DNSBucketNames bool
	// MaxKeyLength bounds a key, in bytes; 0 where no limit is known.
	MaxKeyLength int
	// RewrittenKeys are the forms of keys that the server takes for another key. Such a
	// key fails with [ErrUnsupported].
	RewrittenKeys KeyForms
	// MaxMetadata bounds the names and values of an object's user metadata together, and
	// MaxMetadataValue each value as it travels, in bytes; 0 where no limit is known.
	MaxMetadata, MaxMetadataValue int

	// Checksums are the x-amz-checksum-* algorithms that the server verifies and
	// stores. Empty: it ignores or refuses them.
	Checksums []ChecksumAlgorithm
	// AWSChunked: the server decodes aws-chunked bodies, trailers included. Others
	// refuse them, or store the framing as data.
	AWSChunked bool
	// PayloadHash: the server compares a signed body with its SHA-256.
	PayloadHash bool
	// ContentMD5: the server compares a body with Content-MD5.
	ContentMD5 bool
	// ETagMD5: the ETag of an unencrypted PutObject or UploadPart is the MD5 of its
	// body in hex.
	ETagMD5 bool

	// MaxParts is the highest part number of a multipart upload.
	MaxParts int32
	// MinPartSize and MaxPartSize bound every part but the last, in bytes.
	MinPartSize, MaxPartSize int64
	// MaxPutSize bounds one PutObject and MaxObjectSize an object, in bytes.
	MaxPutSize, MaxObjectSize int64
	// RangedPartCopy: UploadPartCopy honours CopySourceRange. Where it doesn't, each
	// part would hold the whole source: such a call fails with [ErrUnsupported].
	RangedPartCopy bool
	// RepeatParts: a part may be sent twice at the same time, whichever arrives last. Where
	// that is not known to do no harm, package s3/transfer waits for a slow part in place
	// of sending it once more.
	RepeatParts bool
	// PartCopyDecodesTwice: UploadPartCopy percent-decodes CopySource twice, and so takes
	// a key with % or ? for another one, or breaks down over it: such a call fails with
	// [ErrUnsupported]. CopyObject is right.
	PartCopyDecodesTwice bool
	// PartCopyChecksums: UploadPartCopy computes the checksum that CreateMultipartUpload
	// asked for. Elsewhere such an upload takes no part that is copied.
	PartCopyChecksums bool
	// MultipartTagging: an object in parts has the Tagging of CreateMultipartUpload.
	// Elsewhere PutObjectTagging has to follow.
	MultipartTagging bool

	// ListVersion is the listing operation to prefer: 2 for ListObjectsV2, 1 for
	// ListObjects.
	ListVersion int
	// EncodingTypeURL: listings understand encoding-type=url. The iterators over pages
	// then ask for it.
	EncodingTypeURL bool
	// EncodingTypeIfAsked: a listing that says EncodingType url has encoded keys only if
	// the request asked for them. Elsewhere what an answer says is believed.
	EncodingTypeIfAsked bool
	// LengthInCharacters: the server states the length of an XML answer in characters where
	// bytes are due, so that one with names beyond ASCII ends too soon. Where only end tags can
	// be missing they are filled in, and the iterators over objects ask once more with
	// encoding-type=url; what else is cut off fails, and errors.Is finds io.ErrUnexpectedEOF.
	LengthInCharacters bool
	// MarkerWithBucket: a ListObjects marker may be "/bucket/key" in place of "key",
	// depending on the server's release, and keys are ordered by their UTF-16 units.
	MarkerWithBucket bool
	// UploadDirectories is how the names of directories end in which the server keeps the
	// parts of unfinished uploads, and which it lists among the objects; empty: it lists none.
	UploadDirectories string
	// UploadIDDirectories: the parts of unfinished uploads lie, and are listed, in directories
	// beside their object, named by its key, "_" and the upload's id, a UUID. Directories of
	// others that are named so, with objects whose names are numbers, pass for such.
	UploadIDDirectories bool
	// ListsDirectories: a directory is listed as an object without content whose key ends with
	// a slash. It is made with the first object in it, can't be read or copied, and is deleted
	// only when it is empty.
	ListsDirectories bool
	// ContentTypeOnly: of what describes an object the server keeps its Content-Type. Metadata,
	// Cache-Control and the like are overlooked.
	ContentTypeOnly bool
	// DeleteObjectsKeys is how many keys [Client.DeleteAll] puts into one DeleteObjects
	// unless it is told; zero means 1000, the API's limit.
	DeleteObjectsKeys int
	// SubresourceContentType is the Content-Type that operations on a bucket's
	// subresource must carry, where the provider insists on one.
	SubresourceContentType string
	// ExpectedBucketOwner: the server honours x-amz-expected-bucket-owner. Where it is
	// ignored, a guard would seem to hold that doesn't: such a call fails with
	// [ErrUnsupported].
	ExpectedBucketOwner bool
	// ConditionalWrites are the operations of which the server honours If-Match and
	// If-None-Match, and for DeleteObjects the ETag, size and time of each object. With
	// others a write would go ahead whatever is there, or always be
	// refused: such a call fails with [ErrUnsupported].
	ConditionalWrites []string
	// CustomerKeys: the server encrypts with the caller's own keys (SSE-C). Where they are
	// ignored, objects would lie there in clear: such a call fails with [ErrUnsupported].
	CustomerKeys bool

	// Operations tells the support of each operation by its name; one that is not in
	// it has OtherOperations.
	Operations map[string]Support
	// OtherOperations is the support of operations that Operations does not name.
	OtherOperations Support
}

// Support tells what the provider makes of the operation of that name.
func (p Profile) Support(operation string) Support {
	if s, ok := p.Operations[operation]; ok {
		return s
	}
	return p.OtherOperations
}

// TakesChecksum reports whether the server verifies checksums of that algorithm.
func (p Profile) TakesChecksum(a ChecksumAlgorithm) bool {
	return slices.Contains(p.Checksums, a)
}

func supported(s Support, names ...string) map[string]Support {
	m := make(map[string]Support, len(names))
	for _, n := range names {
		m[n] = s
	}
	return m
}
