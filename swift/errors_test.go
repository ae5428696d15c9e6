package swift

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

// TestErrorClasses: every status that Swift answers has a class, and the error tells what it is
// about.
func TestErrorClasses(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]struct {
		class error
		name  string
		fault smithy.ErrorFault
	}{
		304: {ErrNotModified, "NotModified", smithy.FaultUnknown},
		400: {ErrBadRequest, "BadRequest", smithy.FaultClient},
		401: {ErrUnauthorized, "Unauthorized", smithy.FaultClient},
		403: {ErrForbidden, "Forbidden", smithy.FaultClient},
		404: {ErrNotFound, "NotFound", smithy.FaultClient},
		409: {ErrConflict, "Conflict", smithy.FaultClient},
		411: {ErrLengthRequired, "LengthRequired", smithy.FaultClient},
		412: {ErrPreconditionFailed, "PreconditionFailed", smithy.FaultClient},
		413: {ErrTooLarge, "RequestEntityTooLarge", smithy.FaultClient},
		416: {ErrRangeNotSatisfiable, "RequestedRangeNotSatisfiable", smithy.FaultClient},
		422: {ErrUnprocessable, "UnprocessableEntity", smithy.FaultClient},
		498: {nil, "Status498", smithy.FaultClient}, // OpenStack's rate limit
		507: {ErrInsufficientStorage, "InsufficientStorage", smithy.FaultServer},
		500: {nil, "InternalServerError", smithy.FaultServer},
	} {
		s := answers(text(code, "<html><h1>Heading</h1><p>The server says &lt;no&gt;.</p></html>", "Content-Type", "text/html"))
		_, err := newClient(t, s, func(o *Options) { o.MaxAttempts = -1 }).CreateObject(t.Context(), &CreateObjectInput{Container: "con tainer", Object: "a/b?"})
		var e *Error
		require.ErrorAs(t, err, &e, code)
		require.Equal(t, want.name, e.Code)
		require.Equal(t, code, e.HTTPStatusCode())
		require.Equal(t, Error{Code: want.name, Message: "The server says <no>.", StatusCode: code, RequestID: "tx1", Container: "con tainer", Object: "a/b?"}, *e)
		require.Contains(t, err.Error(), `(container "con tainer", object "a/b?", status `, "whose it is")
		require.Contains(t, err.Error(), `request id "tx1"`)
		require.NotContains(t, err.Error(), "\n")
		require.Equal(t, want.fault, e.ErrorFault())
		var api smithy.APIError
		require.ErrorAs(t, err, &api)
		require.Equal(t, want.name, api.ErrorCode())
		require.Equal(t, "The server says <no>.", api.ErrorMessage())
		var resp *smithyhttp.ResponseError
		require.ErrorAs(t, err, &resp)
		require.Equal(t, code, resp.HTTPStatusCode())
		for _, class := range []error{
			ErrNotModified, ErrBadRequest, ErrUnauthorized, ErrForbidden, ErrNotFound, ErrConflict, ErrLengthRequired, ErrPreconditionFailed,
			ErrTooLarge, ErrRangeNotSatisfiable, ErrUnprocessable, ErrInsufficientStorage,
		} {
			require.Equal(t, class == want.class, errors.Is(err, class), "%d is %v", code, class)
			require.NotEmpty(t, class.Error())
		}
		require.Equal(t, code == 404, errors.Is(err, fs.ErrNotExist))
		require.Equal(t, code == 401 || code == 403, errors.Is(err, fs.ErrPermission))
	}
}

// TestErrorBodies: whatever a server, or a proxy before it, explains itself with.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 400)
	for name, test := range map[string]struct {
		body string
		want Error
	}{
		"nothing":            {"", Error{Code: "NotFound"}},
		"text":               {"Resource\n not  found\r\n", Error{Code: "NotFound", Message: "Resource not found"}},
		"Ceph's XML":         {`<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>no</Message><RequestId>r</RequestId></Error>`, Error{Code: "NoSuchBucket", Message: "no"}},
		"XML without a code": {"<Error><Message>no</Message></Error>", Error{Code: "NotFound", Message: "no"}},
		"a proxy's page":     {"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad</h1>upstream</body>", Error{Code: "NotFound", Message: "upstream"}},
		"a flood":            {long, Error{Code: "NotFound", Message: strings.Repeat("ü", 250) + "..."}},
		"Ceph's text":        {"NoSuchBucket", Error{Code: "NoSuchBucket"}},
		"one word":           {"Forbidden", Error{Code: "NotFound", Message: "Forbidden"}},
		"other JSON":         {`{"error":"x"}`, Error{Code: "NotFound", Message: `{"error":"x"}`}},
		"Ceph's JSON":        {`{"Code":"NoSuchKey","RequestId":"r","HostId":"h"}`, Error{Code: "NoSuchKey"}},
	} {
		s := answers(text(404, test.body))
		_, err := newClient(t, s).DeleteContainer(t.Context(), &DeleteContainerInput{Container: "c"})
		var e *Error
		require.ErrorAs(t, err, &e, name)
		test.want.StatusCode, test.want.RequestID, test.want.Container = 404, "tx1", "c"
		require.Equal(t, test.want, *e, name)
		require.ErrorIs(t, err, ErrNotFound)
	}
	e := parseErrorOf(t, `<Error><Code>X</Code><RequestId>own</RequestId></Error>`)
	require.Equal(t, "own", e.RequestID, "where no header has it")
	require.Equal(t, `X (container "c", status 404, request id "own")`, e.Error())
}

func parseErrorOf(t *testing.T, body string) *Error {
	t.Helper()
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		resp := answer(r, 404, nil, body)
		resp.Header = http.Header{}
		return resp, nil
	}}
	_, err := newClient(t, s).DeleteContainer(t.Context(), &DeleteContainerInput{Container: "c"})
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

// TestErrorInSuccess: an answer of 200 that tells of a failure, or is not what was asked for.
func TestErrorInSuccess(t *testing.T) {
	t.Parallel()
	kakao := func(o *Options) { o.Profile = KakaoCloud() }
	complete := func(c *Client) error {
		_, err := c.CompleteMultipartUpload(t.Context(), &CompleteMultipartUploadInput{Container: "cccc", Object: "o", UploadId: "u", MultipartUpload: &CompletedMultipartUpload{[]CompletedPart{{1, "e"}}}})
		return err
	}
	err := complete(newClient(t, answers(text(200, "  <Error><Code>InternalError</Code><Message>oops</Message></Error>")), kakao, func(o *Options) { o.MaxAttempts = -1 }))
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, Error{Code: "InternalError", Message: "oops", StatusCode: 200, RequestID: "tx1", Container: "cccc", Object: "o"}, *e)
	require.Equal(t, smithy.FaultServer, e.ErrorFault())
	require.NoError(t, complete(newClient(t, answers(text(200, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")), kakao)))

	page := text(200, "<html>hello</html>", "Content-Type", "text/html")
	for name, call := range map[string]func(*Client) error{
		"CompleteMultipartUpload": complete,
		"CreateMultipartUpload": func(c *Client) error {
			_, err := c.CreateMultipartUpload(t.Context(), &CreateMultipartUploadInput{Container: "cccc", Object: "o"})
			return err
		},
		"ListParts": func(c *Client) error {
			_, err := c.ListParts(t.Context(), &ListPartsInput{Container: "cccc", Object: "o", UploadId: "u"})
			return err
		},
		"ListMultipartUploads": func(c *Client) error {
			_, err := c.ListMultipartUploads(t.Context(), &ListMultipartUploadsInput{Container: "cccc", Object: "o"})
			return err
		},
		"GetObjectTempURL": func(c *Client) error {
			_, err := c.GetObjectTempURL(t.Context(), &GetObjectTempURLInput{Container: "cccc", Object: "o", TempURLExpires: sometime})
			return err
		},
		"Info":           func(c *Client) error { _, err := c.Info(t.Context(), nil); return err },
		"ListContainers": func(c *Client) error { _, err := c.ListContainers(t.Context(), nil); return err },
	} {
		err := call(newClient(t, answers(page), kakao))
		require.ErrorIs(t, err, ErrMalformedAnswer, name)
		require.NotContains(t, err.Error(), "hello", name)
		err = call(newClient(t, answers(text(200, "<Initiate", "Content-Type", "application/xml")), kakao))
		require.ErrorIs(t, err, ErrMalformedAnswer, name+", cut short")
	}
	_, err = newClient(t, answers(text(200, "<InitiateMultipartUploadResult/>")), kakao).CreateMultipartUpload(t.Context(), &CreateMultipartUploadInput{Container: "cccc", Object: "o"})
	require.ErrorIs(t, err, ErrMalformedAnswer, "no id")
	_, err = newClient(t, answers(status(200, "X-Container-Object-Count", "many"))).HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.ErrorIs(t, err, ErrMalformedAnswer)
	require.ErrorContains(t, err, "X-Container-Object-Count")
	_, err = newClient(t, answers(status(200, "X-Static-Large-Object", "perhaps"))).GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"})
	require.ErrorIs(t, err, ErrMalformedAnswer)

	for name, test := range map[string]struct {
		url, says string
	}{
		"longer than asked for": {`{"url":"/v1/a/cccc/o?temp_url_sig=s3cret&temp_url_expires=4102444800"}`, "the URL ends at 2100-01-01T00:00:00Z, and 2033-05-18T03:33:20Z was asked for"},
		"no signature":          {`{"url":"/v1/a/cccc/o?x=s3cret"}`, "no TempURL"},
		"no path":               {`{"url":"?temp_url_sig=s3cret"}`, "no TempURL"},
		"no URL":                {`{"url":"http://[s3cret"}`, "no TempURL"},
		"another type":          {`{"url":7}`, "is of another type"},
	} {
		_, err := newClient(t, answers(text(200, test.url)), kakao).GetObjectTempURL(t.Context(), &GetObjectTempURLInput{Container: "cccc", Object: "o", TempURLExpires: sometime})
		require.ErrorIs(t, err, ErrMalformedAnswer, name)
		require.ErrorContains(t, err, test.says, name)
		require.NotContains(t, err.Error(), "s3cret", name)
	}
	out, err := newClient(t, answers(text(200, `{"url":"https://other.example.com/v1/a/cccc/a%20b?temp_url_sig=s"}`)), kakao).GetObjectTempURL(t.Context(), &GetObjectTempURLInput{Container: "cccc", Object: "a b", TempURLExpires: sometime})
	require.NoError(t, err)
	require.Equal(t, Secret("https://other.example.com/v1/a/cccc/a%20b?temp_url_sig=s"), out.URL, "one that is absolute stays")
	require.Zero(t, out.Expires)
}

// TestBrokenAnswers: an answer that ends too soon is asked for again.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	cut := func(r *http.Request) (*http.Response, error) {
		resp := answer(r, 200, []string{"Content-Type", "application/json"}, `[{"name":`)
		resp.ContentLength = 100
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`[{"name":`), failing{io.ErrUnexpectedEOF}))
		return resp, nil
	}
	s := answers(cut, text(200, `[{"name":"o","bytes":3,"last_modified":"2026-02-19T04:44:38.302210"}]`, "Content-Type", "application/json"))
	out, err := newClient(t, s).ListObjects(t.Context(), &ListObjectsInput{Container: "c"})
	require.NoError(t, err)
	require.Equal(t, "o", out.Objects[0].Name)
	require.Equal(t, 2, s.count())

	_, err = newClient(t, answers(cut), func(o *Options) { o.MaxAttempts = -1 }).ListObjects(t.Context(), &ListObjectsInput{Container: "c"})
	require.ErrorIs(t, err, ErrNoAnswer)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	s = answers(text(503, "busy"), text(500, ""), status(200))
	_, err = newClient(t, s).HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	require.Equal(t, 3, s.count())
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A portal or a proxy that answers for the server with a page is no success.
func TestWebPages(t *testing.T) {
	page := func(header ...string) *Client {
		return newClient(t, answers(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, append(header, "Content-Type", "text/html; charset=utf-8"), "<!DOCTYPE html>\n<HTML></HTML>")
			if len(header) == 0 {
				resp.Header.Del("X-Trans-Id")
			}
			return resp, nil
		}))
	}
	for name, call := range map[string]func() error{
		"put": func() error {
			_, err := page().CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("x")})
			return err
		},
		"delete": func() error {
			_, err := page().DeleteObject(t.Context(), &DeleteObjectInput{Container: "c", Object: "o"})
			return err
		},
		"head": func() error {
			_, err := page().HeadObject(t.Context(), &HeadObjectInput{Container: "c", Object: "o"})
			return err
		},
		"get": func() error {
			_, err := page().GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"})
			return err
		},
	} {
		err := call()
		require.ErrorIs(t, err, ErrMalformedAnswer, name)
		require.ErrorContains(t, err, "web page", name)
	}
	// OpenStack accepts with a page of its own.
	_, err := page("X-Trans-Id", "t").UpdateObject(t.Context(), &UpdateObjectInput{Container: "c", Object: "o"})
	require.NoError(t, err)
	for name, value := range map[string]string{"Etag": "e", "Last-Modified": "Mon, 02 Jan 2006 15:04:05 GMT", "X-Timestamp": "1136214245.00000", "X-Trans-Id": "t"} {
		out, err := page(name, value).GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"})
		require.NoError(t, err, name)
		require.NoError(t, out.Body.Close())
	}
}
