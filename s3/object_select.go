package s3

import (
	"context"
	"io"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opSelectObjectContent = rest.Operation[SelectObjectContentInput, SelectObjectContentOutput]{
	Name: "SelectObjectContent", Method: http.MethodPost, URI: "/{Bucket}/{Key+}?select&select-type=2",
}

// SelectObjectContentInput is the request of [Client.SelectObjectContent].
type SelectObjectContentInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// Expression is the query, up to 256 KB, such as SELECT s.name FROM
	// S3Object s.
	Expression string `xml:"Expression" required:"true"`
	// ExpressionType is SQL.
	ExpressionType ExpressionType `xml:"ExpressionType" required:"true"`
	// InputSerialization is the object's form.
	InputSerialization InputSerialization `xml:"InputSerialization" required:"true"`
	// OutputSerialization is the result's form.
	OutputSerialization OutputSerialization `xml:"OutputSerialization" required:"true"`
	// SSECustomerAlgorithm is AES256 when the object is encrypted with a key of
	// the caller.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the base64 key that the object was encrypted with. It
	// is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// RequestProgress asks for progress events.
	RequestProgress RequestProgress `xml:"RequestProgress"`
	// ScanRange restricts the query to records that begin in a range of bytes.
	ScanRange ScanRange `xml:"ScanRange"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*SelectObjectContentInput) operation() rest.Descriptor { return &opSelectObjectContent }

// SelectObjectContentOutput is the answer of [Client.SelectObjectContent].
type SelectObjectContentOutput struct {
	// Payload is the event stream as it comes;
	// [SelectObjectContentOutput.Events] decodes it.
	Payload io.ReadCloser `payload:"body"`
}

// SelectObjectContent runs an SQL query over one object in CSV, JSON or
// Parquet form. The answer is a stream of events: range over Events, and
// close it.
//
// Source: SelectObjectContent (Amazon S3 API Reference).
func (c *Client) SelectObjectContent(ctx context.Context, in *SelectObjectContentInput, opts ...func(*Options)) (*SelectObjectContentOutput, error) {
	return invoke(ctx, c, &opSelectObjectContent, in, opts)
}

// SelectParameters is the query of a restore.
type SelectParameters struct {
	// InputSerialization is the object's form.
	InputSerialization InputSerialization `xml:"InputSerialization" required:"true"`
	// ExpressionType is SQL.
	ExpressionType ExpressionType `xml:"ExpressionType" required:"true"`
	// Expression is the query.
	Expression string `xml:"Expression" required:"true"`
	// OutputSerialization is the result's form.
	OutputSerialization OutputSerialization `xml:"OutputSerialization" required:"true"`
}

// InputSerialization is the form of an object to query: one of CSV, JSON and
// Parquet.
type InputSerialization struct {
	// CSV, when not nil, is text with separators.
	CSV *CSVInput `xml:"CSV"`
	// CompressionType is how the object is compressed; empty means NONE.
	// Parquet compresses within.
	CompressionType CompressionType `xml:"CompressionType"`
	// JSON, when not nil, is JSON.
	JSON *JSONInput `xml:"JSON"`
	// Parquet, when not nil, is Apache Parquet.
	Parquet *ParquetInput `xml:"Parquet"`
}

// CSVInput is how an object in CSV form is read.
type CSVInput struct {
	// FileHeaderInfo is what the first line is: NONE (data), IGNORE or USE
	// (names); empty means NONE.
	FileHeaderInfo FileHeaderInfo `xml:"FileHeaderInfo"`
	// Comments is the character that begins a line to pass over; empty means #.
	Comments string `xml:"Comments"`
	// QuoteEscapeCharacter escapes a quote within a value; empty means ".
	QuoteEscapeCharacter string `xml:"QuoteEscapeCharacter"`
	// RecordDelimiter ends a record; empty means a line feed.
	RecordDelimiter string `xml:"RecordDelimiter"`
	// FieldDelimiter separates fields; empty means a comma.
	FieldDelimiter string `xml:"FieldDelimiter"`
	// QuoteCharacter encloses values; empty means ".
	QuoteCharacter string `xml:"QuoteCharacter"`
	// AllowQuotedRecordDelimiter says that values may hold the record
	// delimiter, which makes the query slower.
	AllowQuotedRecordDelimiter bool `xml:"AllowQuotedRecordDelimiter"`
}

// JSONInput is how an object in JSON form is read.
type JSONInput struct {
	// Type is DOCUMENT (one value) or LINES (one on each line).
	Type JSONType `xml:"Type"`
}

// ParquetInput is an object in Parquet form. It has no members.
type ParquetInput struct{}

// OutputSerialization is the form of a result: CSV or JSON.
type OutputSerialization struct {
	// CSV, when not nil, is text with separators.
	CSV *CSVOutput `xml:"CSV"`
	// JSON, when not nil, is JSON.
	JSON *JSONOutput `xml:"JSON"`
}

// CSVOutput is how a result in CSV form is written.
type CSVOutput struct {
	// QuoteFields is ALWAYS or ASNEEDED; empty means ASNEEDED.
	QuoteFields QuoteFields `xml:"QuoteFields"`
	// QuoteEscapeCharacter escapes a quote within a value; empty means ".
	QuoteEscapeCharacter string `xml:"QuoteEscapeCharacter"`
	// RecordDelimiter ends a record; empty means a line feed.
	RecordDelimiter string `xml:"RecordDelimiter"`
	// FieldDelimiter separates fields; empty means a comma.
	FieldDelimiter string `xml:"FieldDelimiter"`
	// QuoteCharacter encloses values; empty means ".
	QuoteCharacter string `xml:"QuoteCharacter"`
}

// JSONOutput is how a result in JSON form is written.
type JSONOutput struct {
	// RecordDelimiter ends a record; empty means a line feed.
	RecordDelimiter string `xml:"RecordDelimiter"`
}

// RequestProgress asks for progress events.
type RequestProgress struct {
	// Enabled asks for them, about one a minute.
	Enabled bool `xml:"Enabled"`
}

// ScanRange is a range of bytes. The record that begins in it last is
// processed whole.
type ScanRange struct {
	// Start is the first byte; nil with End means the last End bytes.
	Start *int64 `xml:"Start"`
	// End is the last byte; nil means to the end.
	End *int64 `xml:"End"`
}
