package s3

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/rest"
)

// What servers other than Amazon S3 make of its answers.

// callGolden calls an operation with its golden input, every member set.
func callGolden(t *testing.T, name string, info rest.Info, rt http.RoundTripper) error {
	t.Helper()
	in := reflect.New(info.Input)
	readJSON(t, name+".input.json", in.Interface())
	if info.StreamInput {
		streamOf(in.Elem()).Set(reflect.ValueOf(strings.NewReader(goldenRequest(t, name).body)))
	}
	c := newClient(t, rt, func(o *Options) {
		o.Endpoint, o.Profile, o.Addressing, o.AllowUnsupported = "https://s3.example.com", AWS(), AddressingPath, true
	})
	results := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
	err, _ := results[1].Interface().(error)
	return err
}

// Every operation that is answered by a document finds the error in a success.
func TestErrorInsideASuccess(t *testing.T) {
	for name, op := range declared(t) {
		info := op.Info()
		if info.StreamOutput || info.Method == http.MethodHead {
			continue // the body is the caller's, or there is none
		}
		t.Run(name, func(t *testing.T) {
			for _, prolog := range []string{"", " ", "  \n\r\n\t ", "<?xml version=\"1.0\"?>\n", " \n<?xml version=\"1.0\"?>\n  ", "<!-- kept alive -->"} {
				for _, status := range []int{200, 201, 204} {
					doc := "<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>r</RequestId></Error>"
					if prolog == "<!-- kept alive -->" {
						doc = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"
					}
					s := always(status, prolog+doc)
					err := callGolden(t, name, info, s)
					require.ErrorIs(t, err, ErrAccessDenied, "%d %q", status, prolog)
					var e *Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, "r", e.RequestID)
					require.Equal(t, 1, s.attempts())
				}
			}
			// Read as a document, a page would be an empty one, and read as nothing a success.
			for _, page := range []string{"<html><body>log in</body></html>", "<!DOCTYPE html>\n<HTML lang=\"en\">", "\n<html/>"} {
				err := callGolden(t, name, info, always(200, page))
				require.ErrorIs(t, err, ErrMalformedAnswer)
				require.ErrorContains(t, err, "web page")
			}
		})
	}
}

// An object that is a web page is told from a page that a portal sends instead of an object.
func TestWebPageForAnObject(t *testing.T) {
	page := func(header ...string) *Client {
		return newClient(t, always(200, "<html/>", append(header, "Content-Type", "text/html; charset=utf-8")...))
	}
	_, err := getAll(t.Context(), page(), &GetObjectInput{Bucket: "bucket", Key: "key"})
	require.ErrorIs(t, err, ErrMalformedAnswer)
	_, err = page().HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
	require.ErrorIs(t, err, ErrMalformedAnswer)
	for _, name := range []string{"ETag", "Last-Modified", "X-Amz-Request-Id"} {
		body, err := getAll(t.Context(), page(name, "Mon, 02 Jan 2006 15:04:05 GMT"), &GetObjectInput{Bucket: "bucket", Key: "key"})
		require.NoError(t, err, name)
		require.Equal(t, "<html/>", string(body), name)
	}
}

func TestMalformedAnswer(t *testing.T) {
	for _, document := range []string{"<ListBucketResult><Contents>", "<ListBucketResult><MaxKeys>many</MaxKeys></ListBucketResult>", "{}"} {
		_, err := newClient(t, always(200, document)).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
		require.ErrorIs(t, err, ErrMalformedAnswer, document)
	}
}

func TestETagsOfEachKindOfServer(t *testing.T) {
	for sent, want := range map[string]string{
		`"e"`: `"e"`, "e": "e", "": "", `W/"e"`: `W/"e"`, `"9b2cf535f27731c974343645a3985328-3"`: `"9b2cf535f27731c974343645a3985328-3"`,
	} {
		head, err := newClient(t, always(200, "", "Etag", sent)).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
		require.NoError(t, err)
		require.Equal(t, want, head.ETag)
		put, err := newClient(t, always(200, "", "Etag", sent)).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key"})
		require.NoError(t, err)
		require.Equal(t, want, put.ETag)
		for _, written := range []string{strings.ReplaceAll(sent, `"`, "&quot;"), strings.ReplaceAll(sent, `"`, "&#34;"), sent, "<![CDATA[" + sent + "]]>"} {
			list, err := newClient(t, always(200, "<ListBucketResult><Contents><Key>k</Key><ETag>"+written+"</ETag></Contents></ListBucketResult>")).
				ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
			require.NoError(t, err)
			require.Equal(t, want, list.Contents[0].ETag, written)
			copied, err := newClient(t, always(200, "<CopyObjectResult><ETag>"+written+"</ETag></CopyObjectResult>")).
				CopyObject(t.Context(), &CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/a"})
			require.NoError(t, err)
			require.Equal(t, want, copied.CopyObjectResult.ETag)
			done, err := newClient(t, always(200, " \n<CompleteMultipartUploadResult><ETag>"+written+"</ETag></CompleteMultipartUploadResult>")).
				CompleteMultipartUpload(t.Context(), &CompleteMultipartUploadInput{Bucket: "bucket", Key: "key", UploadId: "u"})
			require.NoError(t, err)
			require.Equal(t, want, done.ETag)
		}
	}
	// Missing altogether: all the rest is there.
	out, err := newClient(t, always(200, "content")).GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key"})
	require.NoError(t, err)
	require.Empty(t, out.ETag)
	require.EqualValues(t, 7, out.ContentLength)
	require.NoError(t, out.Body.Close())
	list, err := newClient(t, always(200, "<ListBucketResult><Contents><Key>k</Key><Size>3</Size></Contents></ListBucketResult>")).
		ListObjects(t.Context(), &ListObjectsInput{Bucket: "bucket"})
	require.NoError(t, err)
	require.Equal(t, []Object{{Key: "k", Size: 3}}, list.Contents)
}

// An object without an ETag, or with one that is not quoted, is read on after a break only
// when it can be told that it is the same.
func TestBodyResumesByTheETagAsItCame(t *testing.T) {
	s := letters()
	s.etag, s.breaks = "v1", []int{3}
	b, err := getAll(t.Context(), newClient(t, s), &object)
	require.NoError(t, err)
	require.Equal(t, alphabet, string(b))
	require.Equal(t, []string{"", "v1"}, s.matches)
	s = letters()
	s.etag, s.breaks = "", []int{3}
	_, err = getAll(t.Context(), newClient(t, s), &object)
	require.Error(t, err)
	require.Len(t, s.ranges, 1)
}

func TestTimesOfEachKindOfServer(t *testing.T) {
	want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for written, fraction := range map[string]time.Duration{
		"2026-01-02T03:04:05.000Z": 0, "2026-01-02T03:04:05Z": 0, "2026-01-02T03:04:05": 0, "2026-01-02T03:04:05.123456789Z": 123456789,
		"2026-01-02T03:04:05.123456789": 123456789, "2026-01-02T12:04:05+09:00": 0, "2026-01-02T12:04:05.5+0900": 500 * time.Millisecond,
		"2026-01-02 03:04:05": 0, "20260102T030405Z": 0, "1767323045": 0, "1767323045.25": 250 * time.Millisecond, " 2026-01-02T03:04:05Z\n": 0,
		"Fri, 02 Jan 2026 03:04:05 GMT": 0,
	} {
		list, err := newClient(t, always(200, "<ListBucketResult><Contents><Key>k</Key><LastModified>"+written+"</LastModified></Contents></ListBucketResult>")).
			ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
		require.NoError(t, err)
		require.Equal(t, want.Add(fraction), list.Contents[0].LastModified, written)
	}
	for _, written := range []string{
		"Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 2 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 12:04:05 +0900", "Fri, 02 Jan 2026 03:04:05 UTC",
		"Fri, 02 Jan 2026 03:04:05", "2026-01-02T03:04:05Z", "Friday, 02-Jan-26 03:04:05 GMT", "Fri Jan  2 03:04:05 2026",
	} {
		head, err := newClient(t, always(200, "", "Last-Modified", written)).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
		require.NoError(t, err)
		require.Equal(t, want, head.LastModified, written)
	}
	// A date that is none is not worth the rest.
	head, err := newClient(t, always(200, "", "Last-Modified", "yesterday", "Etag", "e")).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
	require.NoError(t, err)
	require.Zero(t, head.LastModified)
	require.Equal(t, "e", head.ETag)
}

// What an answer holds beside the API's elements is passed over, wherever it stands, and the
// name of the root does not matter.
func TestStrangersInAnswers(t *testing.T) {
	const strangers = `<Tenant></Tenant><Type>Normal</Type><x:Extra xmlns:x="urn:x" a="1"><Key>not this one</Key><Contents><Key>nor this</Key></Contents></x:Extra><!-- note -->`
	for _, root := range []string{"ListBucketResult", "ListBucketResponse", "rgw:ListBucketResult", "Result"} {
		open := root
		if strings.HasPrefix(root, "rgw:") {
			open += ` xmlns:rgw="urn:rgw"`
		}
		doc := "\ufeff<?xml version='1.0' encoding='utf-8'?>\n<" + open + ">" + strangers + "<Name>bucket</Name>" + strangers +
			"<Contents>" + strangers + "<Key>k</Key><Size>3</Size><Owner>" + strangers + "<ID>o</ID></Owner>" + strangers + "</Contents>" +
			"<CommonPrefixes>" + strangers + "<Prefix>p/</Prefix></CommonPrefixes><IsTruncated>FALSE</IsTruncated></" + root + ">\n"
		list, err := newClient(t, always(200, doc)).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
		require.NoError(t, err, root)
		require.Equal(t, "bucket", list.Name)
		require.Equal(t, []Object{{Key: "k", Size: 3, Owner: Owner{ID: "o"}}}, list.Contents)
		require.Equal(t, []CommonPrefix{{Prefix: "p/"}}, list.CommonPrefixes)
		require.False(t, list.IsTruncated)
	}
	c := newClient(t, always(200, "<PublicAccessBlockResult><BlockPublicAcls>true</BlockPublicAcls><Type/></PublicAccessBlockResult>"), func(o *Options) { o.Profile = AWS() })
	block, err := c.GetPublicAccessBlock(t.Context(), &GetPublicAccessBlockInput{Bucket: "bucket"})
	require.NoError(t, err)
	require.True(t, block.PublicAccessBlockConfiguration.BlockPublicAcls)
}

// Refusals without a body of S3's, over every operation that has a body to read.
func TestRefusalsWithoutADocument(t *testing.T) {
	for name, op := range declared(t) {
		info := op.Info()
		for status, body := range map[int]string{403: "", 404: "<html><body><h1>Not Found</h1></body></html>", 400: "Bad Request", 409: `{"code":"Conflict"}`, 412: "\n"} {
			err := callGolden(t, name, info, always(status, body, "X-Amz-Request-Id", "id"))
			var e *Error
			require.ErrorAs(t, err, &e, name)
			require.Equal(t, status, e.StatusCode)
			require.Equal(t, strings.ReplaceAll(http.StatusText(status), " ", ""), e.Code)
			require.Equal(t, "id", e.RequestID)
			require.NotContains(t, err.Error(), "<")
			require.NotContains(t, err.Error(), "\n")
		}
	}
}
