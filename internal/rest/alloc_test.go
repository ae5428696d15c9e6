package rest

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type allocInput struct {
	Bucket        string            `label:"Bucket"`
	Key           string            `label:"Key"`
	Range         string            `header:"Range"`
	IfMatch       string            `header:"If-Match"`
	IfNewer       time.Time         `header:"If-Modified-Since"`
	PartNumber    *int32            `url:"partNumber"`
	VersionId     string            `url:"versionId"`
	Owner         string            `header:"x-amz-expected-bucket-owner"`
	BypassGov     bool              `header:"x-amz-bypass-governance-retention"`
	Attributes    []string          `header:"x-amz-object-attributes"`
	Metadata      map[string]string `headers:"x-amz-meta-"`
	Body          io.Reader         `payload:"body"`
	ContentLength int64             `header:"Content-Length"`
}

type allocOutput struct {
	Body                 io.ReadCloser     `payload:"body"`
	AcceptRanges         string            `header:"accept-ranges"`
	CacheControl         string            `header:"Cache-Control"`
	ContentLength        int64             `header:"Content-Length"`
	ContentRange         string            `header:"Content-Range"`
	ContentType          string            `header:"Content-Type"`
	ETag                 string            `header:"ETag"`
	LastModified         time.Time         `header:"Last-Modified"`
	VersionId            string            `header:"x-amz-version-id"`
	StorageClass         string            `header:"x-amz-storage-class"`
	ServerSideEncryption string            `header:"x-amz-server-side-encryption"`
	Expires              time.Time         `header:"Expires"`
	DeleteMarker         bool              `header:"x-amz-delete-marker"`
	PartsCount           int32             `header:"x-amz-mp-parts-count"`
	Metadata             map[string]string `headers:"x-amz-meta-"`
}

// The ceilings are the budget that leaves a whole GetObject at 45 allocations.
func TestAllocations(t *testing.T) {
	op := &Operation[allocInput, allocOutput]{Name: "GetObject", Method: http.MethodGet, URI: "/{Bucket}/{Key+}"}
	require.NoError(t, op.Check())

	encode := func(in *allocInput) float64 {
		_, err := op.Encode(in, EncodeOptions{})
		require.NoError(t, err)
		return testing.AllocsPerRun(100, func() { _, _ = op.Encode(in, EncodeOptions{}) })
	}
	plain := encode(&allocInput{Bucket: "bucket", Key: "plain/key", Range: "bytes=0-99"})
	escaped := encode(&allocInput{Bucket: "bucket", Key: "an escaped/kéy", Range: "bytes=0-99"})
	none := encode(&allocInput{Bucket: "bucket", Key: "plain/key"})
	five := encode(&allocInput{
		Bucket: "bucket", Key: "plain/key", Range: "bytes=0-99", IfMatch: `"x"`, Owner: "1", BypassGov: true, ContentLength: 5,
	})
	query := encode(&allocInput{Bucket: "bucket", Key: "plain/key", PartNumber: ptr(int32(7)), VersionId: "v"})
	t.Logf("encode: no header %v, one header %v, escaped key %v, five headers %v, two query members %v", none, plain, escaped, five, query)
	require.LessOrEqual(t, query, 30.0)
	require.LessOrEqual(t, none, 3.0)
	require.LessOrEqual(t, plain, 6.0)
	require.LessOrEqual(t, escaped, 6.0)
	require.LessOrEqual(t, five, plain, "a further header of text costs nothing")

	resp := &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{
		"Accept-Ranges":                {"bytes"},
		"Cache-Control":                {"no-cache"},
		"Content-Length":               {"1048576"},
		"Content-Type":                 {"application/octet-stream"},
		"Etag":                         {`"9b2cf535f27731c974343645a3985328"`},
		"Last-Modified":                {"Wed, 12 Oct 2022 17:50:00 GMT"},
		"X-Amz-Version-Id":             {"3HL4kqtJvjVBH40Nrjfkd"},
		"X-Amz-Storage-Class":          {"STANDARD_IA"},
		"X-Amz-Server-Side-Encryption": {"AES256"},
		"X-Amz-Mp-Parts-Count":         {"7"},
	}}
	_, err := op.Decode(resp, nil)
	require.NoError(t, err)
	ten := testing.AllocsPerRun(100, func() { _, _ = op.Decode(resp, nil) })
	resp.Header.Set("X-Amz-Meta-A", "1")
	resp.Header.Set("X-Amz-Meta-B", "2")
	meta := testing.AllocsPerRun(100, func() { _, _ = op.Decode(resp, nil) })
	t.Logf("decode: ten headers %v, with two of metadata %v", ten, meta)
	require.LessOrEqual(t, ten, 3.0)
	require.LessOrEqual(t, meta, 12.0)
}
