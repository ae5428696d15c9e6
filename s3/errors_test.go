package s3

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// Answers as servers of each kind give them.
const (
	awsError = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>key</Key><RequestId>9XW</RequestId><HostId>aGw=</HostId></Error>`
	rgwError   = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><BucketName>bucket</BucketName><RequestId>tx0000-default</RequestId><HostId>1034-default-default</HostId></Error>`
	swiftError = `<?xml version='1.0' encoding='UTF-8'?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><RequestId>tx6f2c</RequestId><Key>key</Key></Error>`
	minioError = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>key</Key><BucketName>bucket</BucketName><Resource>/bucket/key</Resource><Region>us-east-1</Region><RequestId>17F</RequestId><HostId>dd90</HostId></Error>`
	wrappedError  = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>NoSuchKey</Code><Message>not there</Message></Error><RequestId>w-1</RequestId></ErrorResponse>`
	alluxioError  = `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><RequestId></RequestId><Resource>bucket/key</Resource></Error>`
	htmlError     = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body><center><h1>404 Not Found</h1></center></body></html>"
	brokenError   = `<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The sp`
	foreignError  = `{"error":{"message":"not there"}}`
	verboseError  = "<Error><Code> NoSuch\nKey </Code><Message>\n  line one\n  line two\t\n</Message><RequestId>r</RequestId></Error>"
	namelessError = `<Error><Message>why</Message></Error>`
)

func TestErrorsOfEachKindOfServer(t *testing.T) {
	for _, c := range []struct {
		name, body     string
		header         []string
		code, message  string
		request, hosts string
	}{
		{"AWS", awsError, []string{"X-Amz-Request-Id", "9XW", "X-Amz-Id-2", "aGw="}, "NoSuchKey", "The specified key does not exist.", "9XW", "aGw="},
		{"AWS without headers", awsError, nil, "NoSuchKey", "The specified key does not exist.", "9XW", "aGw="},
		{"RGW", rgwError, []string{"X-Amz-Request-Id", "tx0000-default"}, "NoSuchKey", "", "tx0000-default", "1034-default-default"},
		{"Swift", swiftError, []string{"X-Trans-Id", "tx6f2c", "X-Openstack-Request-Id", "tx6f2c"}, "NoSuchKey", "The specified key does not exist.", "tx6f2c", ""},
		{"MinIO", minioError, []string{"X-Amz-Request-Id", "17F", "X-Amz-Id-2", "dd90"}, "NoSuchKey", "The specified key does not exist.", "17F", "dd90"},
		{"Alluxio", alluxioError, nil, "NoSuchKey", "The specified key does not exist.", "", ""},
		{"ErrorResponse", wrappedError, nil, "NoSuchKey", "not there", "w-1", ""},
		{"byte order mark", "\ufeff" + awsError, nil, "NoSuchKey", "The specified key does not exist.", "9XW", "aGw="},
		{"line breaks", verboseError, nil, "NoSuch Key", "line one line two", "r", ""},
		{"no code", namelessError, nil, "NotFound", "why", "", ""},
		{"HTML", htmlError, []string{"X-Amz-Request-Id", "proxy"}, "NotFound", "", "proxy", ""},
		{"JSON", foreignError, nil, "NotFound", "", "", ""},
		{"broken off", brokenError, nil, "NotFound", "", "", ""},
		{"nothing", "", nil, "NotFound", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newClient(t, always(404, c.body, c.header...)).GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key"})
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, &Error{
				Code: c.code, Message: c.message, StatusCode: 404, RequestID: c.request, HostID: c.hosts,
				Bucket: "bucket", Key: "key", Region: e.Region,
			}, e)
			require.NotContains(t, err.Error(), "\n")
			require.Contains(t, err.Error(), fmt.Sprintf("request id %q", c.request))
			require.True(t, strings.HasPrefix(err.Error(), "operation error S3: GetObject, "), err.Error())
			require.ErrorIs(t, err, ErrNotFound)
			require.ErrorIs(t, err, fs.ErrNotExist)
			require.Equal(t, c.code == "NoSuchKey", errors.Is(err, ErrNoSuchKey))

			// HEAD: the status and the headers are all there is.
			_, err = newClient(t, always(404, "", c.header...)).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
			require.ErrorAs(t, err, &e)
			require.Equal(t, "NotFound", e.Code)
			require.ErrorIs(t, err, ErrNotFound)
			require.NotErrorIs(t, err, ErrNoSuchKey)
		})
	}
}

func TestErrorSentinels(t *testing.T) {
	classes := map[error]int{ErrNotModified: 304, ErrForbidden: 403, ErrNotFound: 404, ErrConflict: 409, ErrPreconditionFailed: 412}
	for _, status := range []int{304, 400, 403, 404, 409, 412, 416, 501, 599} {
		_, err := newClient(t, always(status, "")).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
		for class, of := range classes {
			require.Equal(t, of == status, errors.Is(err, class), "%d is %v", status, class)
		}
		require.Equal(t, status == 404, errors.Is(err, fs.ErrNotExist))
		require.Equal(t, status == 403, errors.Is(err, fs.ErrPermission))
		require.NotErrorIs(t, err, fs.ErrExist)
	}
	require.Equal(t, "not found", ErrNotFound.Error())
	require.Equal(t, "NoSuchKey", ErrNoSuchKey.Error())

	_, err := newClient(t, always(404, errorXML("NoSuchBucket"))).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
	require.ErrorIs(t, err, ErrNoSuchBucket)
	require.ErrorIs(t, err, Code("NoSuchBucket"))
	require.NotErrorIs(t, err, ErrNoSuchKey)
	_, err = newClient(t, always(599, "")).HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.ErrorIs(t, err, Code("Status599"))
}

func TestErrorChain(t *testing.T) {
	_, err := newClient(t, always(403, errorXML("AccessDenied"), "X-Amz-Request-Id", "id-1")).GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key"})
	var operation *smithy.OperationError
	require.ErrorAs(t, err, &operation)
	require.Equal(t, "S3", operation.Service())
	require.Equal(t, "GetObject", operation.Operation())
	var response *smithyhttp.ResponseError
	require.ErrorAs(t, err, &response)
	require.Equal(t, 403, response.HTTPStatusCode())
	require.Equal(t, "id-1", response.HTTPResponse().Header.Get("X-Amz-Request-Id"))
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, "AccessDenied", api.ErrorCode())
	require.Equal(t, "it says AccessDenied", api.ErrorMessage())
	require.Equal(t, smithy.FaultClient, api.ErrorFault())

	for status, fault := range map[int]smithy.ErrorFault{200: smithy.FaultServer, 304: smithy.FaultUnknown, 404: smithy.FaultClient, 500: smithy.FaultServer} {
		e := &Error{StatusCode: status}
		require.Equal(t, fault, e.ErrorFault())
		require.Equal(t, status, e.HTTPStatusCode())
	}

	// What never became a request is an operation's error too.
	_, err = newClient(t, always(200, "")).GetObject(t.Context(), &GetObjectInput{})
	require.ErrorAs(t, err, &operation)
	var missing smithy.InvalidParamsError
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, "Bucket, Key")

	// An answer that can't be read is not a success.
	_, err = newClient(t, always(200, "<ListBucketResult><MaxKeys>many</MaxKeys></ListBucketResult>")).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
	require.ErrorAs(t, err, &response)
	require.ErrorContains(t, err, "MaxKeys")
	_, err = newClient(t, always(200, "content", "X-Amz-Missing-Meta", "many")).GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key"})
	require.ErrorContains(t, err, "X-Amz-Missing-Meta")
}

// secrets are what must never be printed.
var secrets = []string{testSecret, testToken, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "kms-secret-context", "123456 789", "X-Amz-Signature="}

func requireNoSecret(t *testing.T, s string) {
	t.Helper()
	for _, secret := range secrets {
		require.NotContains(t, s, secret)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	list := func(rt http.RoundTripper) error {
		_, err := newClient(t, rt).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
		return err
	}
	err := list(roundTrip(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }))
	require.ErrorIs(t, err, ErrNoAnswer)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	err = list(roundTrip(func(r *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader("<ListBucketResult>"), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: 1000, Request: r}, nil
	}))
	require.ErrorIs(t, err, ErrNoAnswer)
	require.NotErrorIs(t, err, ErrMalformedAnswer)
	require.NotErrorIs(t, list(always(403, errorXML("AccessDenied"))), ErrNoAnswer)
}

func TestErrorsShowNoSecret(t *testing.T) {
	for name, rt := range map[string]http.RoundTripper{
		"refused by the server": always(403, errorXML("AccessDenied"), "Set-Cookie", testSecret),
		"no connection":         roundTrip(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }),
		"broken answer":         always(200, "<", "X-Amz-Missing-Meta", "many"),
		"retried":               always(503, ""),
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			c := newClient(t, rt, func(o *Options) {
				o.Endpoint, o.Credentials = "https://store.example", sigv4.Static(testKey, testSecret, testToken)
				o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
			})
			_, err := c.GetObject(t.Context(), &GetObjectInput{
				Bucket: "bucket", Key: "key", VersionId: "the-version",
				SSECustomerAlgorithm: "AES256", SSECustomerKey: CustomerKey(secrets[2]),
			})
			require.Error(t, err)
			_, err2 := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", SSEKMSEncryptionContext: "kms-secret-context", Body: strings.NewReader("x")})
			_, err3 := c.DeleteObject(t.Context(), &DeleteObjectInput{Bucket: "bucket", Key: "key", MFA: "123456 789"})
			for _, err := range []error{err, err2, err3} {
				for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
					s := fmt.Sprintf(verb, err)
					requireNoSecret(t, s)
					require.NotContains(t, s, "the-version", "no query")
					require.NotContains(t, s, "\n")
				}
			}
			requireNoSecret(t, log.String())
			require.Contains(t, log.String(), "Authorization=[redacted]")
			require.Contains(t, log.String(), "versionId=the-version")
		})
	}
}

func TestPrintingShowsNoSecret(t *testing.T) {
	s := always(200, "content", "Etag", `"e"`)
	c := newClient(t, s, func(o *Options) {
		o.Endpoint, o.Credentials = "https://store.example", sigv4.Static(testKey, testSecret, testToken)
	})
	in := GetObjectInput{Bucket: "bucket", Key: "key", SSECustomerKey: CustomerKey(secrets[2])}
	out, err := c.GetObject(t.Context(), &in)
	require.NoError(t, err)
	defer out.Body.Close()
	type holder struct{ client *Client }
	// Where package fmt asks for no Format.
	type inside struct{ client Client }
	type reading struct{ out *GetObjectOutput }
	for _, v := range []any{c, *c, c.Options(), []any{c, *c}, &holder{c}, holder{c}, inside{*c}, &inside{*c}, reading{out}, struct{ body any }{out.Body}, []inside{{*c}}, map[string]inside{"c": {*c}}, Client{}, out, out.Body, map[string]any{"c": c, "o": c.Options()}, in, &in, []any{in}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			requireNoSecret(t, fmt.Sprintf(verb, v))
			require.NotContains(t, fmt.Sprintf(verb, v), fmt.Sprintf("%x", testSecret))
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", v)
		requireNoSecret(t, log.String())
		doc, err := json.Marshal(v)
		if err == nil {
			requireNoSecret(t, string(doc))
		}
	}
	require.Equal(t, "s3.Client(https://store.example, region us-east-1, profile MinIO)", c.String())
	require.Equal(t, "s3.Client()", Client{}.String())
	require.Equal(t, c.String(), fmt.Sprintf("%#v", c))
	require.Equal(t, c.String(), fmt.Sprintf("%v", *c))
	require.Equal(t, `s3: body of bucket "bucket", key "key", 0 of 7 bytes read`, fmt.Sprint(out.Body))

	// A presigned URL is a secret that the caller asked for; its errors show none of it.
	_, err = c.Presign(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key", VersionId: "v"}, 8*24*time.Hour)
	require.Error(t, err)
	requireNoSecret(t, err.Error())
}
