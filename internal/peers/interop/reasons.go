package interop

import "github.com/stowage-go/stowage/internal/integration"

var (
	onMinIO     = title("minio")
	onCeph      = title("ceph")
	onVersitygw = title("versitygw")
	onOpenStack = title("openstack")
	swiftOnCeph = swiftTitle("ceph")
)

// reasons tell of every cell that is not a good one why it is so. The first that fits is a cell's.
var reasons = []Reason{
	// What other clients do everywhere.
	{Row: rowMetadataBeyond, Cell: `metadata name "=?UTF-8?b?7KCA7J6l7IaMIMO8?="`, Why: "This library writes encoded words (RFC 2047), as Amazon S3 documents it; aws-sdk-go-v2, boto3 and the AWS command line leave them as they are, minio-go and this library decode them."},
	{Row: rowMetadataBeyond, Column: writes("boto3"), Cell: "fails: ParamValidationError, by itself too", Why: "boto3 refuses metadata beyond ASCII."},
	{Row: rowMetadataBeyond, Column: writes("AWS CLI"), Cell: "fails: Parameter validation failed, by itself too", Why: "The AWS command line refuses metadata beyond ASCII."},
	{Table: onOpenStack, Row: rowMetadataBeyond, Cell: "refused: SignatureDoesNotMatch, by itself too", Why: "aws-sdk-go-v2 and minio-go sign the raw bytes, which OpenStack Swift reads in another encoding."},
	{Row: rowCopyParts, Cell: `Content-Type "binary/octet-stream", no metadata n, no metadata owner, by itself too`, Why: "A copy in parts by boto3 or version 1 of the AWS command line takes neither metadata nor Content-Type along unless it is told them."},
	{Table: onOpenStack, Row: rowCopyParts, Column: writes("boto3"), Cell: "fails: S3CopyFailedError, by itself too", Why: "boto3 copies parts on condition of the ETag that HeadObject told, which OpenStack Swift finds to be another for an object in parts."},
	{Table: onOpenStack, Row: rowCopyParts, Column: writes("AWS CLI"), Cell: "fails: copy failed, by itself too", Why: "The AWS command line does as boto3."},
	{Row: rowSLO, Column: writes("ncw/swift"), Cell: `Content-Type "application/octet-stream", by itself too`, Why: "ncw/swift writes manifests of its own Content-Type."},
	{Row: rowDLO, Column: writes("ncw/swift"), Cell: `Content-Type "application/octet-stream", by itself too`, Why: "As the manifests of static large objects."},

	// Checksums.
	{Table: onMinIO, Row: rowCRC64Parts, Column: writes("aws-sdk-go-v2"), Cell: "refused: InvalidPart, by itself too", Why: "The transfer manager of aws-sdk-go-v2 asks for CRC-64/NVME and joins the parts without it."},
	{Table: onVersitygw, Row: rowCRC64Parts, Column: writes("aws-sdk-go-v2"), Cell: "refused: InvalidRequest, by itself too", Why: "As on MinIO."},
	{Table: onVersitygw, Column: writes("minio-go"), Cell: None, Why: "minio-go sends checksums behind the body, in a form that versitygw refuses as BadDigest; it was told to send none."},
	{Table: onCeph, Cell: None, Why: "Ceph RGW 16 keeps no checksums."},
	{Table: onOpenStack, Cell: None, Why: "OpenStack Swift keeps no checksums."},

	// Tags.
	{Table: onCeph, Row: rowTags, Cell: `tag a "1+++2", by itself too`, Why: "aws-sdk-go-v2 sends what url.Values.Encode makes, and minio-go does so itself, with '+' for a blank; Ceph RGW takes that for what it is. This library sends %20."},
	{Table: onOpenStack, Row: rowTags, Cell: "refused: NotImplemented, by itself too", Why: "OpenStack Swift has no tags."},

	// Keys.
	{Table: onMinIO, Row: "key: //", Cell: "refused: XMinioInvalidObjectName, by itself too", Why: "MinIO has no such keys."},
	{Table: onMinIO, Row: "key: ../ inside", Cell: "refused: XMinioInvalidResourceName, by itself too", Why: "MinIO has no such keys."},
	{Table: onMinIO, Row: "key: ..", Cell: "refused: XMinioInvalidResourceName, by itself too", Why: "MinIO has no such keys."},
	{Table: onMinIO, Row: "key: a leading slash", Cell: "not sent", Why: "MinIO drops the slash: the object would be another's."},
	{Table: onVersitygw, Row: "key: ..", Cell: "refused: 400, by itself too", Why: "versitygw has no such keys."},
	{Table: onVersitygw, Cell: "not sent", Why: "The generic profile, the strictest, refuses keys that some server takes for others: versitygw, whose keys are paths, does so with all of these but the one with URL syntax."},

	// Servers' own ways.
	{Table: onVersitygw, Row: rowHeaders, Column: writes("minio-go"), Cell: `Content-Encoding "aws-chunked,x-none", by itself too`, Why: "versitygw stores the aws-chunked that minio-go's framing is announced by."},
	{Table: swiftOnCeph, Row: rowSLO, Cell: "metadata static-large-object too many, by itself too", Why: "Ceph RGW says that an object is a static large one as if it were metadata."},
	{Table: swiftOnCeph, Row: rowSLO, Cell: "metadata static-large-object too many", Why: "So it does to all clients."},
	{Table: swiftOnCeph, Row: rowSLO, Column: writes("ncw/swift"), Cell: `Content-Type "application/octet-stream", metadata static-large-object too many, by itself too`, Why: "Both."},
	{Table: swiftOnCeph, Row: rowDelimiter, Cell: "4 entries for 20", Why: "Ceph RGW answers fewer entries than asked for when a delimiter joins some, and ncw/swift takes a page that is not full for the last one."},

	// Links and forms.
	{Table: linksTitle, Column: integration.ServerTitles["openstack"], Cell: "not sent", Why: "OpenStack Swift's S3 API has no forms; FormPost, below, is its own."},
	{Table: linksTitle, Column: integration.ServerTitles["versitygw"], Cell: "refused: NoSuchKey", Why: "versitygw does not put the file's name in place of ${filename}, but stores that as it is."},
	{Table: linksTitle, Row: rowBrowserPut, Column: integration.ServerTitles["openstack"], Cell: "the browser shows blocked: Failed to fetch", Why: "Pages of other origins are let in to the S3 API by the operator's cors_preflight_allow_origin alone, which this server does not have."},
	{Table: tempTitle, Row: rowBrowserTempPut, Column: integration.ServerTitles["ceph"], Cell: "the browser shows blocked: Failed to fetch", Why: "Ceph RGW holds the browser's preflight, an OPTIONS, against the signature for PUT, and refuses it."},
}
