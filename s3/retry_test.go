package s3

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

// The retry table: every operation of subjects meets every fault, and the number of times
// that it is sent is part of the fault. Options are the defaults: four attempts.

// trait is what sets a subject apart in the table.
type trait int

const (
	head     trait = 1 << iota // its answers have no body
	oneShot                    // its body can be sent once
	late                       // the server may say 200 before it knows
	document                   // its answer is a document
)

type subject struct {
	name   string
	traits trait
	good   string // body of a good answer
	call   func(context.Context, *Client) error
}

var subjects = []subject{
	{"GetObject", 0, "content", func(ctx context.Context, c *Client) error {
		_, err := getAll(ctx, c, &GetObjectInput{Bucket: "bucket", Key: "key"})
		return err
	}},
	{"HeadObject", head, "", func(ctx context.Context, c *Client) error {
		_, err := c.HeadObject(ctx, &HeadObjectInput{Bucket: "bucket", Key: "key"})
		return err
	}},
	{"ListObjectsV2", document, "<ListBucketResult/>", func(ctx context.Context, c *Client) error {
		_, err := c.ListObjectsV2(ctx, &ListObjectsV2Input{Bucket: "bucket"})
		return err
	}},
	{"PutObject seekable", 0, "", func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content")})
		return err
	}},
	{"PutObject one-shot", oneShot, "", func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, &PutObjectInput{Bucket: "bucket", Key: "key", Body: once("content"), ContentLength: length(7)},
			func(o *Options) { o.Expect100Continue = -1 })
		return err
	}},
	{"DeleteObjects", document, "<DeleteResult/>", func(ctx context.Context, c *Client) error {
		_, err := c.DeleteObjects(ctx, &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "key"}}}})
		return err
	}},
	{"CopyObject", document | late, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>", func(ctx context.Context, c *Client) error {
		_, err := c.CopyObject(ctx, &CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/source"})
		return err
	}},
	{"UploadPartCopy", document | late, "<CopyPartResult><ETag>e</ETag></CopyPartResult>", func(ctx context.Context, c *Client) error {
		_, err := c.UploadPartCopy(ctx, &UploadPartCopyInput{Bucket: "bucket", Key: "key", CopySource: "bucket/source", PartNumber: 1, UploadId: "u"})
		return err
	}},
	{"CompleteMultipartUpload", document | late, "<CompleteMultipartUploadResult/>", func(ctx context.Context, c *Client) error {
		_, err := c.CompleteMultipartUpload(ctx, &CompleteMultipartUploadInput{
			Bucket: "bucket", Key: "key", UploadId: "u",
			MultipartUpload: &CompletedMultipartUpload{Parts: []CompletedPart{{ETag: "e", PartNumber: 1}}},
		})
		return err
	}},
	{"CreateBucket", 0, "", func(ctx context.Context, c *Client) error {
		_, err := c.CreateBucket(ctx, &CreateBucketInput{Bucket: "bucket"})
		return err
	}},
}

const (
	single = 1 // not retried
	all    = 4 // retried as often as is allowed
)

// refusals are the faults that are answers. The HEAD column differs where only the body
// tells.
var refusals = []struct {
	status         int
	code           string
	attempts, head int
	want           error
}{
	{400, "InvalidArgument", single, single, ErrInvalidArgument},
	{400, "RequestTimeout", all, single, ErrRequestTimeout},
	{400, "SlowDown", all, single, ErrSlowDown},
	{400, "Throttling", all, single, Code("Throttling")},
	{400, "ThrottlingException", all, single, Code("ThrottlingException")},
	{400, "RequestLimitExceeded", all, single, Code("RequestLimitExceeded")},
	{400, "BandwidthLimitExceeded", all, single, Code("BandwidthLimitExceeded")},
	{403, "AccessDenied", single, single, ErrForbidden},
	{403, "SignatureDoesNotMatch", single, single, ErrForbidden},
	{404, "NoSuchKey", single, single, ErrNotFound},
	{408, "", all, all, Code("RequestTimeout")},
	{409, "OperationAborted", single, single, ErrConflict},
	{412, "PreconditionFailed", single, single, ErrPreconditionFailed},
	{429, "TooManyRequests", all, all, Code("TooManyRequests")},
	{500, "InternalError", all, all, nil},
	{500, "", all, all, Code("InternalServerError")},
	{501, "NotImplemented", single, single, ErrNotImplemented},
	{502, "", all, all, Code("BadGateway")},
	{503, "SlowDown", all, all, nil},
	{503, "ServiceUnavailable", all, all, ErrServiceUnavailable},
	{504, "", all, all, Code("GatewayTimeout")},
}

func TestRetryTableOfAnswers(t *testing.T) {
	for _, f := range refusals {
		for _, op := range subjects {
			t.Run(fmt.Sprintf("%d %s/%s", f.status, f.code, op.name), func(t *testing.T) {
				body := "<html><body>" + http.StatusText(f.status) + "</body></html>"
				if f.code != "" {
					body = errorXML(f.code)
				}
				s := always(f.status, body, "X-Amz-Request-Id", "id-1")
				err := op.call(t.Context(), newClient(t, s))

				attempts := f.attempts
				switch {
				case op.traits&head != 0:
					attempts = f.head
				case op.traits&oneShot != 0:
					attempts = single
				}
				require.Equal(t, attempts, s.attempts())
				require.Error(t, err)
				var e *Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, f.status, e.StatusCode)
				require.Equal(t, "id-1", e.RequestID)
				if op.traits&head == 0 {
					if f.want != nil {
						require.ErrorIs(t, err, f.want)
					}
					if f.code != "" {
						require.ErrorIs(t, err, Code(f.code))
					}
				}
				require.Equal(t, attempts > 1, strings.Contains(err.Error(), "(after 4 attempts)"), err.Error())
			})
		}
	}
}

// TestRetryTableOfLateErrors: 200 with an error inside, with and without the blanks that
// keep a connection alive.
func TestRetryTableOfLateErrors(t *testing.T) {
	for _, f := range []struct {
		code     string
		attempts int
	}{
		{"InternalError", all},
		{"SlowDown", all},
		{"RequestTimeout", all},
		{"NoSuchKey", single},
		{"NoSuchUpload", single},
		{"AccessDenied", single},
		{"InvalidPart", single},
	} {
		for _, blanks := range []string{"", " ", "\n \r\n\t   \n"} {
			for _, op := range subjects {
				if op.traits&late == 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s after %q/%s", f.code, blanks, op.name), func(t *testing.T) {
					s := always(200, blanks+errorXML(f.code))
					err := op.call(t.Context(), newClient(t, s))
					require.ErrorIs(t, err, Code(f.code))
					require.Equal(t, f.attempts, s.attempts())
					var e *Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, 200, e.StatusCode)
					require.Equal(t, "doc-id", e.RequestID)
					require.NotErrorIs(t, err, ErrNotFound, "the status is that of the answer")

					// The good answer after it counts.
					s = script(says(200, blanks+errorXML("InternalError")), says(200, blanks+op.good))
					require.NoError(t, op.call(t.Context(), newClient(t, s)))
					require.Equal(t, 2, s.attempts())
				})
			}
		}
	}
}

// An object may well be somebody's error document.
func TestObjectThatLooksLikeAnError(t *testing.T) {
	s := always(200, errorXML("InternalError"), "Etag", `"e"`)
	b, err := getAll(t.Context(), newClient(t, s), &GetObjectInput{Bucket: "bucket", Key: "key"})
	require.NoError(t, err)
	require.Equal(t, errorXML("InternalError"), string(b))
	require.Equal(t, 1, s.attempts())
}

// network is a place where requests go wrong without an answer.
type network struct {
	name              string
	attempts, oneShot int
	only              trait // 0: every subject
	want              func(t *testing.T, err error)
	place             func(t *testing.T) (endpoint string, hc *http.Client)
}

var networks = []network{
	{"connection refused", all, all, 0, nil, func(t *testing.T) (string, *http.Client) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, l.Close())
		return "http://" + l.Addr().String(), plainClient(t)
	}},
	{"reset after request", all, single, 0, nil, func(t *testing.T) (string, *http.Client) {
		return "http://" + listen(t, func(c net.Conn, r *http.Request) {
			_ = c.(*net.TCPConn).SetLinger(0)
		}), plainClient(t)
	}},
	{"EOF before headers", all, single, 0, nil, func(t *testing.T) (string, *http.Client) {
		return "http://" + listen(t, func(net.Conn, *http.Request) {}), plainClient(t)
	}},
	{"EOF within headers", all, single, 0, nil, func(t *testing.T) (string, *http.Client) {
		return "http://" + listen(t, func(c net.Conn, _ *http.Request) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le")
		}), plainClient(t)
	}},
	{"TLS handshake broken off", all, all, 0, nil, func(t *testing.T) (string, *http.Client) {
		return "https://" + listen(t, nil), plainClient(t)
	}},
	{"untrusted certificate", single, single, 0, func(t *testing.T, err error) {
		require.ErrorContains(t, err, "certificate")
	}, func(t *testing.T) (string, *http.Client) {
		srv := httptest.NewUnstartedServer(http.NotFoundHandler())
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		t.Cleanup(srv.Close)
		return srv.URL, plainClient(t)
	}},
	{"answer breaks off", all, 0, document, func(t *testing.T, err error) {
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}, func(t *testing.T) (string, *http.Client) {
		return "http://" + listen(t, func(c net.Conn, _ *http.Request) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<ListBucketResult><Name>bucket</Name>")
		}), plainClient(t)
	}},
}

func TestRetryTableOfConnections(t *testing.T) {
	for _, f := range networks {
		for _, op := range subjects {
			if f.only != 0 && op.traits&f.only == 0 {
				continue
			}
			t.Run(f.name+"/"+op.name, func(t *testing.T) {
				endpoint, hc := f.place(t)
				count := &counting{RoundTripper: hc.Transport}
				c := newClient(t, count, func(o *Options) { o.Endpoint = endpoint })
				err := op.call(t.Context(), c)
				require.Error(t, err)
				attempts := f.attempts
				if op.traits&oneShot != 0 {
					attempts = f.oneShot
				}
				require.EqualValues(t, attempts, count.n.Load(), err.Error())
				require.NotContains(t, err.Error(), "rewind")
				var re *smithyhttp.ResponseError
				require.False(t, errors.As(err, &re) && f.only == 0, "there was no answer")
				if f.want != nil {
					f.want(t, err)
				}
			})
		}
	}
}

// counting counts requests on their way to the network.
type counting struct {
	http.RoundTripper
	n atomic.Int32
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

func plainClient(t *testing.T) *http.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// listen serves connections by hand: each one gets one request, read to its end, and is
// closed after serve. Without serve it is closed as it comes.
func listen(t *testing.T, serve func(net.Conn, *http.Request)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				if serve == nil {
					return
				}
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				serve(c, r)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return l.Addr().String()
}

const amzDate = "20060102T150405Z"

// skewedServer refuses what is not signed within 15 minutes of its own time, as S3 does.
func skewedServer(now func() time.Time, good string) *stub {
	return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		date := now().UTC()
		signed, err := time.Parse(amzDate, r.Header.Get("X-Amz-Date"))
		if err != nil || signed.Sub(date).Abs() > 15*time.Minute {
			return answer(r, 403, errorXML("RequestTimeTooSkewed"), "Date", date.Format(http.TimeFormat)), nil
		}
		return answer(r, 200, good, "Date", date.Format(http.TimeFormat), "Etag", `"e"`), nil
	}}
}

func TestRetryTableOfClockSkew(t *testing.T) {
	local := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 20 * time.Minute} {
		for _, op := range subjects {
			t.Run(fmt.Sprintf("%v/%s", ahead, op.name), func(t *testing.T) {
				server := local.Add(ahead)
				s := skewedServer(func() time.Time { return server }, op.good)
				c := newClient(t, s, func(o *Options) {
					o.Clock = func() time.Time { return local }
					o.BaseDelay = time.Hour // it goes again at once, or the test hangs
				})
				err := op.call(t.Context(), c)
				first := 2
				if op.traits&oneShot != 0 {
					require.ErrorIs(t, err, ErrRequestTimeTooSkewed)
					first = 1
				} else {
					require.NoError(t, err)
				}
				require.Equal(t, first, s.attempts())
				require.Equal(t, local.Format(amzDate), s.reqs[0].Header.Get("X-Amz-Date"))

				// The offset is kept.
				require.NoError(t, op.call(t.Context(), c))
				require.Equal(t, first+1, s.attempts())
				require.Equal(t, server.Format(amzDate), s.last().Header.Get("X-Amz-Date"))

				// And estimated anew: our clock is put right.
				wrong := local
				local = server
				defer func() { local = wrong }()
				_ = op.call(t.Context(), c) // a body that is gone can't be signed anew
				require.NoError(t, op.call(t.Context(), c))
				require.Equal(t, server.Format(amzDate), s.last().Header.Get("X-Amz-Date"))
			})
		}
	}
}

// A HEAD answer has no code: a Date that is far off tells as much.
func TestSkewOfHeadWithoutCode(t *testing.T) {
	local := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, c := range []struct {
		off      time.Duration
		attempts int
	}{{time.Hour, 2}, {-time.Hour, 2}, {10 * time.Second, 1}, {0, 1}} {
		s := always(403, "", "Date", local.Add(c.off).Format(http.TimeFormat))
		client := newClient(t, s, func(o *Options) { o.Clock = func() time.Time { return local } })
		_, err := client.HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
		require.ErrorIs(t, err, ErrForbidden)
		require.Equal(t, c.attempts, s.attempts(), c.off)
	}
}

var scope = regexp.MustCompile(`Credential=` + testKey + `/\d{8}/([^/]*)/s3/aws4_request`)

func signedRegion(r *http.Request) string {
	if m := scope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		return m[1]
	}
	return ""
}

func TestRetryTableOfRegions(t *testing.T) {
	const home = "eu-central-1"
	for _, f := range []struct {
		name   string
		status int
		body   string
		header string
		head   bool // a HEAD sees it too
	}{
		{"301 with a header", 301, errorXML("PermanentRedirect"), home, true},
		{"301 with a body", 301, errorXML("PermanentRedirect", "<Region>"+home+"</Region>"), "", false},
		{"307 with a header", 307, errorXML("TemporaryRedirect"), home, true},
		{"307 with a body", 307, errorXML("TemporaryRedirect", "<Region>"+home+"</Region>"), "", false},
		{"400 with a body", 400, errorXML("AuthorizationHeaderMalformed", "<Region>"+home+"</Region>"), "", false},
		{"400 with a header", 400, errorXML("AuthorizationHeaderMalformed"), home, true},
	} {
		for _, place := range []string{"", "http://store.example"} {
			for _, op := range subjects {
				t.Run(f.name+"/"+place+"/"+op.name, func(t *testing.T) {
					s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
						if signedRegion(r) == home {
							return answer(r, 200, op.good, "Etag", `"e"`), nil
						}
						resp := answer(r, f.status, f.body)
						if f.header != "" {
							resp.Header.Set("X-Amz-Bucket-Region", f.header)
						}
						return resp, nil
					}}
					c := newClient(t, s, func(o *Options) {
						o.Endpoint = place
						if place == "" {
							o.Profile = AWS()
						}
						o.BaseDelay = time.Hour // it goes again at once, or the test hangs
					})
					err := op.call(t.Context(), c)
					if op.traits&head != 0 && !f.head {
						require.Error(t, err)
						require.Equal(t, 1, s.attempts())
						return
					}
					first := 2
					if op.traits&oneShot != 0 {
						// The bytes are gone. (By default they would not be: such a body waits for
						// the server's 100 Continue.)
						require.Error(t, err)
						require.Equal(t, 1, s.attempts())
						return
					}
					require.NoError(t, err)
					require.Equal(t, first, s.attempts())
					require.Equal(t, testRegion, signedRegion(s.reqs[0]))

					require.NoError(t, op.call(t.Context(), c))
					require.Equal(t, first+1, s.attempts(), "the region is remembered")
					require.Equal(t, home, signedRegion(s.last()))
					if place == "" {
						require.Equal(t, "bucket.s3."+home+".amazonaws.com", s.last().URL.Host)
					} else {
						require.Equal(t, "store.example", s.last().URL.Host)
					}
				})
			}
		}
	}
}

func TestRegionIsRememberedPerBucketAndServer(t *testing.T) {
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		if r.URL.Host == "store.example" && strings.HasPrefix(r.URL.Path, "/far") && signedRegion(r) != "far-1" {
			return answer(r, 301, "", "X-Amz-Bucket-Region", "far-1"), nil
		}
		return answer(r, 200, ""), nil
	}}
	c := newClient(t, s)
	for _, step := range []struct {
		bucket, endpoint, region string
		attempts                 int
	}{
		{"far", "http://store.example", "far-1", 2},
		{"near", "http://store.example", testRegion, 1},
		{"far", "http://other.example", testRegion, 1},
		{"far", "http://store.example", "far-1", 1},
	} {
		before := s.attempts()
		_, err := c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: step.bucket}, func(o *Options) { o.Endpoint = step.endpoint })
		require.NoError(t, err)
		require.Equal(t, step.attempts, s.attempts()-before, step)
		require.Equal(t, step.region, signedRegion(s.last()), step)
	}
}

// Two servers that send each other's clients around are left after two moves, and a
// region that is none is not followed.
func TestRedirectsAreBounded(t *testing.T) {
	s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
		return answer(r, 301, "", "X-Amz-Bucket-Region", fmt.Sprint("region-", n)), nil
	}}
	_, err := newClient(t, s).HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.Error(t, err)
	require.Equal(t, 3, s.attempts())

	for _, region := range []string{"evil.example/#", "a b", testRegion} {
		s = always(301, "", "X-Amz-Bucket-Region", region)
		_, err = newClient(t, s, func(o *Options) { o.Endpoint, o.Profile = "", AWS() }).HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
		require.Error(t, err)
		require.Equal(t, 1, s.attempts(), region)
	}
}

// A temporary redirect to another host of the same service is followed, and none that
// would carry the request elsewhere.
func TestTemporaryRedirectToAHost(t *testing.T) {
	for _, c := range []struct {
		endpoint, location string
		followed           string
	}{
		{"https://store.example", "https://node7.store.example/bucket", "node7.store.example"},
		{"https://store.example", "https://store.example/bucket", ""},
		{"https://store.example", "https://evil.example/bucket", ""},
		{"https://store.example", "https://evilstore.example/bucket", ""},
		{"https://store.example", "http://node7.store.example/bucket", ""},
		{"https://store.example", "/elsewhere", ""},
		{"", "https://bucket.s3-eu-west-1.amazonaws.com/", "bucket.s3-eu-west-1.amazonaws.com"},
		{"", "https://amazonaws.com.evil.example/", ""},
	} {
		s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				return answer(r, 307, "", "Location", c.location), nil
			}
			return answer(r, 200, ""), nil
		}}
		client := newClient(t, s, func(o *Options) {
			if o.Endpoint = c.endpoint; o.Endpoint == "" {
				o.Profile = AWS()
			}
		})
		_, err := client.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
		if c.followed == "" {
			require.Error(t, err, c.location)
			require.Equal(t, 1, s.attempts(), c.location)
			continue
		}
		require.NoError(t, err, c.location)
		require.Equal(t, 2, s.attempts())
		require.Equal(t, c.followed, s.last().URL.Host)
		require.NotEqual(t, s.reqs[0].Header.Get("Authorization"), s.reqs[1].Header.Get("Authorization"), "signed for the other host")
	}
}

func TestAttemptsOption(t *testing.T) {
	for _, c := range []struct{ client, call, attempts int }{
		{0, 0, 4}, {-1, 0, 1}, {2, 0, 2}, {2, 3, 3}, {0, -1, 1}, {0, 1, 1},
	} {
		s := always(503, errorXML("SlowDown"))
		client := newClient(t, s, func(o *Options) { o.MaxAttempts = c.client })
		var opts []func(*Options)
		if c.call != 0 {
			opts = append(opts, func(o *Options) { o.MaxAttempts = c.call })
		}
		_, err := client.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"}, opts...)
		require.Error(t, err)
		require.Equal(t, c.attempts, s.attempts(), c)
	}
}

func TestRetryBudgetIsShared(t *testing.T) {
	s := always(500, "")
	c := newClient(t, s, func(o *Options) { o.RetryBudget = 20 })
	in := &HeadBucketInput{Bucket: "bucket"}
	_, err := c.HeadBucket(t.Context(), in) // three retries of 5
	require.NotErrorIs(t, err, ErrRetryBudget)
	_, err = c.HeadBucket(t.Context(), in) // one
	require.ErrorIs(t, err, ErrRetryBudget)
	var e *Error
	require.ErrorAs(t, err, &e, "what was to be retried stays visible")
	require.Equal(t, 500, e.StatusCode)
	_, err = c.HeadBucket(t.Context(), in, func(o *Options) { o.RetryBudget = 500 })
	require.ErrorIs(t, err, ErrRetryBudget, "the budget is the client's")
	require.Equal(t, 4+2+1, s.attempts())

	s = always(500, "")
	c = newClient(t, s, func(o *Options) { o.RetryBudget = -1 })
	for range 50 {
		_, err = c.HeadBucket(t.Context(), in)
		require.NotErrorIs(t, err, ErrRetryBudget)
	}
	require.Equal(t, 200, s.attempts())
}

func TestServerSetsThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := script(
			says(503, errorXML("SlowDown"), "Retry-After", "3"),
			says(503, errorXML("SlowDown"), "X-Amz-Retry-After", "1500"),
			says(200, ""))
		began := time.Now()
		_, err := newClient(t, s).HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
		require.NoError(t, err)
		require.Equal(t, 4500*time.Millisecond, time.Since(began))

		// The context is stronger.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s = always(503, errorXML("SlowDown"), "Retry-After", "60")
		began = time.Now()
		_, err = newClient(t, s).ListObjectsV2(ctx, &ListObjectsV2Input{Bucket: "bucket"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, ErrSlowDown, "and so is what it cut short")
		require.Equal(t, time.Second, time.Since(began))
		require.Equal(t, 1, s.attempts())
	})
}

func TestContextEndsACall(t *testing.T) {
	why := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		cancel(why)
		return nil, r.Context().Err()
	}}
	_, err := newClient(t, s).HeadBucket(ctx, &HeadBucketInput{Bucket: "bucket"})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	require.Equal(t, 1, s.attempts())
}
