package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
)

// store serves one object over connections that break.
type store struct {
	data, etag, version string
	part                [2]int // what partNumber=2 is of it
	header              []string
	// breaks tells after how many bytes each connection breaks; none beyond its end.
	breaks []int
	cause  error // how they break; nil: io.ErrUnexpectedEOF

	ignoreRange, ignoreMatch bool
	// swap changes a request's answer; n counts from 1.
	swap func(n int, r *http.Request, resp *http.Response) *http.Response

	ranges, matches, queries []string
	open                     atomic.Int32
}

func (s *store) RoundTrip(r *http.Request) (*http.Response, error) {
	s.ranges = append(s.ranges, r.Header.Get("Range"))
	s.matches = append(s.matches, r.Header.Get("If-Match"))
	s.queries = append(s.queries, r.URL.RawQuery)
	n := len(s.ranges)
	if m := r.Header.Get("If-Match"); m != "" && m != s.etag && !s.ignoreMatch {
		return answer(r, 412, errorXML("PreconditionFailed")), nil
	}
	first, last, status := 0, len(s.data)-1, 200
	if spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && !s.ignoreRange {
		a, b, _ := strings.Cut(spec, "-")
		status = 206
		switch {
		case a == "":
			k, _ := strconv.Atoi(b)
			first = len(s.data) - k
		case b == "":
			first, _ = strconv.Atoi(a)
		default:
			first, _ = strconv.Atoi(a)
			last, _ = strconv.Atoi(b)
		}
	}
	if r.URL.Query().Get("partNumber") == "2" {
		first, last, status = s.part[0], s.part[1], 206
	}
	resp := answer(r, status, s.data[first:last+1], append([]string{"Etag", s.etag, "X-Amz-Version-Id", s.version}, s.header...)...)
	for name, v := range resp.Header {
		if v[0] == "" {
			delete(resp.Header, name)
		}
	}
	if status == 206 {
		resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(s.data)))
	}
	body := resp.Body.(io.Reader)
	if n <= len(s.breaks) {
		cause := s.cause
		if cause == nil {
			cause = io.ErrUnexpectedEOF
		}
		body = io.MultiReader(io.LimitReader(body, int64(s.breaks[n-1])), iotest.ErrReader(cause))
	}
	s.open.Add(1)
	resp.Body = &closing{body, s}
	if s.swap != nil {
		resp = s.swap(n, r, resp)
	}
	return resp, nil
}

type closing struct {
	io.Reader
	store *store
}

func (c *closing) Close() error {
	if c.store != nil {
		c.store.open.Add(-1)
	}
	c.store = nil
	return nil
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

func letters() *store { return &store{data: alphabet, etag: `"v1"`} }

var object = GetObjectInput{Bucket: "bucket", Key: "key"}

func TestBodyResumes(t *testing.T) {
	for _, c := range []struct {
		name   string
		in     GetObjectInput
		breaks []int
		want   string
		ranges []string
	}{
		{"unbroken", GetObjectInput{}, nil, alphabet, []string{""}},
		{"before the first byte", GetObjectInput{}, []int{0}, alphabet, []string{"", "bytes=0-25"}},
		{"after the first byte", GetObjectInput{}, []int{1}, alphabet, []string{"", "bytes=1-25"}},
		{"before the last byte", GetObjectInput{}, []int{25}, alphabet, []string{"", "bytes=25-25"}},
		{"after the last byte", GetObjectInput{}, []int{26}, alphabet, []string{""}},
		{"again and again", GetObjectInput{}, []int{5, 1, 1, 1, 1, 1, 1, 1, 1}, alphabet, []string{
			"", "bytes=5-25", "bytes=6-25", "bytes=7-25", "bytes=8-25", "bytes=9-25", "bytes=10-25", "bytes=11-25", "bytes=12-25", "bytes=13-25",
		}},
		{"stalls between progress", GetObjectInput{}, []int{5, 0, 0, 1, 0, 0, 1}, alphabet, []string{
			"", "bytes=5-25", "bytes=5-25", "bytes=5-25", "bytes=6-25", "bytes=6-25", "bytes=6-25", "bytes=7-25",
		}},
		{"range", GetObjectInput{Range: "bytes=10-19"}, []int{3, 3}, alphabet[10:20], []string{"bytes=10-19", "bytes=13-19", "bytes=16-19"}},
		{"range to the end", GetObjectInput{Range: "bytes=20-"}, []int{3}, alphabet[20:], []string{"bytes=20-", "bytes=23-25"}},
		{"suffix", GetObjectInput{Range: "bytes=-5"}, []int{3}, alphabet[21:], []string{"bytes=-5", "bytes=24-25"}},
		{"part", GetObjectInput{PartNumber: 2}, []int{3}, alphabet[8:16], []string{"", "bytes=11-15"}},
	} {
		for name, reader := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader} {
			for _, cause := range []error{io.ErrUnexpectedEOF, io.EOF, errors.New("connection reset by peer")} {
				t.Run(fmt.Sprint(c.name, "/", name, "/", cause), func(t *testing.T) {
					s := letters()
					s.breaks, s.cause, s.part = c.breaks, cause, [2]int{8, 15}
					in := c.in
					in.Bucket, in.Key = "bucket", "key"
					out, err := newClient(t, s).GetObject(t.Context(), &in)
					require.NoError(t, err)
					got, err := io.ReadAll(reader(out.Body))
					require.NoError(t, err)
					require.Equal(t, c.want, string(got))
					require.Equal(t, c.ranges, s.ranges)
					require.EqualValues(t, len(c.want), out.ContentLength)
					for i, m := range s.matches {
						require.Equal(t, i > 0, m == `"v1"`, "the rest is of the same object")
						require.Equal(t, i == 0 && in.PartNumber == 2, s.queries[i] == "partNumber=2", "a range is of the object, not of the part")
					}
					_, err = out.Body.Read(make([]byte, 1))
					require.Equal(t, io.EOF, err)
					require.NoError(t, out.Body.Close())
					require.Zero(t, s.open.Load(), "every connection is closed")
				})
			}
		}
	}
}

func TestBodyResumesTheSameVersion(t *testing.T) {
	s := letters()
	s.version, s.breaks = "v-1", []int{3}
	in := object
	in.IfNoneMatch, in.ResponseContentType = `"other"`, "text/plain"
	b, err := getAll(t.Context(), newClient(t, s), &in)
	require.NoError(t, err)
	require.Equal(t, alphabet, string(b))
	require.Equal(t, []string{"response-content-type=text%2Fplain", "response-content-type=text%2Fplain"}, s.queries, "a version takes another permission")

	// Replaced meanwhile: the version that was begun is still there.
	s = letters()
	s.version, s.breaks = "v-1", []int{3}
	s.swap = func(_ int, r *http.Request, resp *http.Response) *http.Response {
		if r.Header.Get("If-Match") != "" && r.URL.Query().Get("versionId") != "v-1" {
			resp.Body.Close()
			return answer(r, 412, errorXML("PreconditionFailed"))
		}
		return resp
	}
	b, err = getAll(t.Context(), newClient(t, s), &object)
	require.NoError(t, err)
	require.Equal(t, alphabet, string(b))
	require.Equal(t, []string{"", "", "versionId=v-1"}, s.queries)

	s = letters()
	s.breaks = []int{3}
	in = object
	in.VersionId = "asked"
	_, err = getAll(t.Context(), newClient(t, s), &in)
	require.NoError(t, err)
	require.Equal(t, []string{"versionId=asked", "versionId=asked"}, s.queries)
}

// A server, or a cache before it, that knows no ranges sends all of it again.
func TestBodyResumesWithoutRanges(t *testing.T) {
	for _, breaks := range [][]int{{0}, {1}, {10}, {25}, {10, 5, 12}} {
		s := letters()
		s.ignoreRange, s.breaks = true, breaks
		b, err := getAll(t.Context(), newClient(t, s), &object)
		require.NoError(t, err)
		require.Equal(t, alphabet, string(b))
	}

	// The range was honoured once, and then not: what is behind it is cut off.
	s := letters()
	s.breaks = []int{3}
	s.swap = func(_ int, _ *http.Request, resp *http.Response) *http.Response {
		s.ignoreRange = true
		return resp
	}
	b, err := getAll(t.Context(), newClient(t, s), &GetObjectInput{Bucket: "bucket", Key: "key", Range: "bytes=10-19"})
	require.NoError(t, err)
	require.Equal(t, alphabet[10:20], string(b))

	// It never gets as far as the place: not an endless loop.
	s = letters()
	s.ignoreRange, s.breaks = true, []int{10, 1, 1, 1, 1, 1, 1, 1}
	b, err = getAll(t.Context(), newClient(t, s), &object)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, alphabet[:10], string(b))
	require.Len(t, s.ranges, 4)
}

func TestBodyOfAnObjectThatChanged(t *testing.T) {
	for name, ignore := range map[string]bool{"412": false, "no conditions": true} {
		t.Run(name, func(t *testing.T) {
			s := letters()
			s.ignoreMatch, s.breaks = ignore, []int{5}
			s.swap = func(_ int, _ *http.Request, resp *http.Response) *http.Response {
				s.etag, s.data = `"v2"`, strings.ToUpper(alphabet)
				return resp
			}
			out, err := newClient(t, s).GetObject(t.Context(), &object)
			require.NoError(t, err)
			b, err := io.ReadAll(out.Body)
			require.ErrorIs(t, err, ErrObjectChanged)
			require.ErrorContains(t, err, "5 of 26")
			require.ErrorIs(t, err, ErrPreconditionFailed)
			_, answered := asError(err)
			require.Equal(t, !ignore, answered)
			require.Equal(t, alphabet[:5], string(b), "nothing of the other object")
			_, again := out.Body.Read(make([]byte, 1))
			require.Equal(t, err, again)
			require.NoError(t, out.Body.Close())
			require.Zero(t, s.open.Load())
		})
	}
}

// Never short in silence.
func TestBodyThatCannotResume(t *testing.T) {
	reset := errors.New("connection reset by peer")
	for _, c := range []struct {
		name     string
		prepare  func(*store)
		in       GetObjectInput
		opts     func(*Options)
		attempts int
		want     error
	}{
		{"no ETag", func(s *store) { s.etag = "" }, object, nil, 1, io.ErrUnexpectedEOF},
		{"no ETag, reset", func(s *store) { s.etag, s.cause = "", reset }, object, nil, 1, reset},
		{"no ETag, ends early", func(s *store) { s.etag, s.cause = "", io.EOF }, object, nil, 1, io.ErrUnexpectedEOF},
		{"ends early", func(s *store) { s.cause = io.EOF }, object, nil, 4, io.ErrUnexpectedEOF},
		{"unknown length", func(s *store) {
			s.swap = func(_ int, _ *http.Request, resp *http.Response) *http.Response {
				resp.ContentLength = -1
				return resp
			}
		}, object, nil, 1, io.ErrUnexpectedEOF},
		{"several ranges", func(s *store) {
			s.ignoreRange = true
			s.swap = func(_ int, _ *http.Request, resp *http.Response) *http.Response {
				resp.StatusCode = 206
				resp.Header.Set("Content-Type", "multipart/byteranges; boundary=x")
				resp.Header.Del("Content-Range")
				return resp
			}
		}, GetObjectInput{Bucket: "bucket", Key: "key", Range: "bytes=0-1,5-6"}, nil, 1, io.ErrUnexpectedEOF},
		{"stalls", func(*store) {}, object, nil, 4, io.ErrUnexpectedEOF},
		{"stalls, two attempts", func(*store) {}, object, func(o *Options) { o.MaxAttempts = 2 }, 2, io.ErrUnexpectedEOF},
		{"one attempt", func(*store) {}, object, func(o *Options) { o.MaxAttempts = -1 }, 1, io.ErrUnexpectedEOF},
		{"gone", func(s *store) {
			s.swap = func(n int, r *http.Request, resp *http.Response) *http.Response {
				if n == 1 {
					return resp
				}
				resp.Body.Close()
				return answer(r, 404, errorXML("NoSuchKey"))
			}
		}, object, nil, 2, ErrNoSuchKey},
		{"gone, and why it mattered", func(s *store) {
			s.cause = reset
			s.swap = func(n int, r *http.Request, resp *http.Response) *http.Response {
				if n == 1 {
					return resp
				}
				resp.Body.Close()
				return answer(r, 403, errorXML("AccessDenied"))
			}
		}, object, nil, 2, reset},
		{"another range", func(s *store) {
			s.swap = func(n int, _ *http.Request, resp *http.Response) *http.Response {
				if n > 1 {
					resp.Header.Set("Content-Range", "bytes 7-25/26")
				}
				return resp
			}
		}, object, nil, 2, nil},
		{"a range that is none", func(s *store) {
			s.swap = func(n int, _ *http.Request, resp *http.Response) *http.Response {
				if n > 1 {
					resp.Header.Set("Content-Range", "lines 5-25/26")
				}
				return resp
			}
		}, object, nil, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := letters()
			s.breaks = []int{5, 0, 0, 0, 0, 0}
			c.prepare(s)
			cl := newClient(t, s)
			var opts []func(*Options)
			if c.opts != nil {
				opts = append(opts, c.opts)
			}
			out, err := cl.GetObject(t.Context(), &c.in, opts...)
			require.NoError(t, err)
			b, err := io.ReadAll(out.Body)
			require.Error(t, err)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			require.ErrorContains(t, err, "operation error S3: GetObject")
			require.ErrorContains(t, err, `key "key"`)
			require.NotContains(t, err.Error(), "\n")
			require.Equal(t, alphabet[:5], string(b))
			require.Len(t, s.ranges, c.attempts)
			require.NoError(t, out.Body.Close())
			require.Zero(t, s.open.Load())
		})
	}
}

// More than was announced is a lie about the length, not content.
func TestBodyThatIsTooLong(t *testing.T) {
	s := letters()
	s.swap = func(_ int, _ *http.Request, resp *http.Response) *http.Response {
		resp.ContentLength = 10
		return resp
	}
	_, err := getAll(t.Context(), newClient(t, s), &object)
	require.ErrorContains(t, err, "more than the 10 bytes")
}

func TestBodyOfUnknownLength(t *testing.T) {
	s := letters()
	s.swap = func(_ int, _ *http.Request, resp *http.Response) *http.Response {
		resp.ContentLength = -1
		return resp
	}
	b, err := getAll(t.Context(), newClient(t, s), &object)
	require.NoError(t, err)
	require.Equal(t, alphabet, string(b))
}

// Every algorithm that can be computed is compared, in the order of cost.
func TestBodyChecksumAlgorithms(t *testing.T) {
	for i, a := range verified {
		h, err := checksum.New(a)
		require.NoError(t, err)
		h.Write([]byte(alphabet))
		s := letters()
		s.header = []string{checksum.Header(a), checksum.Encode(h.Sum(nil))}
		if i+1 < len(verified) {
			s.header = append(s.header, checksum.Header(verified[i+1]), "AAAA")
		}
		_, err = getAll(t.Context(), newClient(t, s), &object)
		require.NoError(t, err, a)
		s.header[1] = checksum.Encode(make([]byte, h.Size()))
		_, err = getAll(t.Context(), newClient(t, s), &object)
		require.ErrorIs(t, err, ErrChecksumMismatch, a)
		require.ErrorContains(t, err, strings.ToLower(checksum.Header(a)))
		require.ErrorContains(t, err, `bucket "bucket", key "key"`)
	}
}

func TestAnnotationChecksum(t *testing.T) {
	in := &GetObjectAnnotationInput{Bucket: "bucket", Key: "key", AnnotationName: "note"}
	for want, fails := range map[string]bool{crc32cOf("text"): false, "AAAAAA==": true, "": false} {
		s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "text", "X-Amz-Checksum-Crc32c", want)
			if want == "" {
				delete(resp.Header, "X-Amz-Checksum-Crc32c")
			}
			return resp, nil
		}}
		out, err := newClient(t, s, func(o *Options) { o.Profile = AWS() }).GetObjectAnnotation(t.Context(), in)
		require.NoError(t, err)
		b, err := io.ReadAll(out.AnnotationPayload)
		require.NoError(t, out.AnnotationPayload.Close())
		require.Equal(t, "text", string(b))
		require.Equal(t, fails, errors.Is(err, ErrChecksumMismatch), err)
		if fails {
			require.ErrorContains(t, err, `GetObjectAnnotation, read annotation "note" of bucket "bucket", key "key"`)
		}
	}
	_, err := newClient(t, always(404, errorXML("NoSuchAnnotation")), func(o *Options) { o.Profile = AWS() }).GetObjectAnnotation(t.Context(), in)
	require.ErrorIs(t, err, Code("NoSuchAnnotation"))
}

func TestBodyChecksum(t *testing.T) {
	good := crc32cOf(alphabet)
	for _, c := range []struct {
		name   string
		header []string
		in     GetObjectInput
		breaks []int
		fails  bool
	}{
		{"right", []string{"X-Amz-Checksum-Crc32c", good}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, nil, false},
		{"right over two connections", []string{"X-Amz-Checksum-Crc32c", good}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, []int{7}, false},
		{"right, rough end", []string{"X-Amz-Checksum-Crc32c", good}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, []int{26}, false},
		{"wrong", []string{"X-Amz-Checksum-Crc32c", "AAAAAA=="}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, nil, true},
		{"wrong over two connections", []string{"X-Amz-Checksum-Crc32c", "AAAAAA=="}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, []int{7}, true},
		{"wrong, rough end", []string{"X-Amz-Checksum-Crc32c", "AAAAAA=="}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, []int{26}, true},
		{"another algorithm", []string{"X-Amz-Checksum-Sha256", "AAAA"}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, nil, true},
		{"not asked for, wrong", []string{"X-Amz-Checksum-Crc32c", "AAAAAA=="}, GetObjectInput{}, nil, true},
		{"not asked for, right", []string{"X-Amz-Checksum-Crc32c", good}, GetObjectInput{}, []int{7}, false},
		{"of checksums, by its type", []string{"X-Amz-Checksum-Crc32c", "AAAAAA==", "X-Amz-Checksum-Type", "COMPOSITE"}, GetObjectInput{}, nil, false},
		{"of the whole, by its type", []string{"X-Amz-Checksum-Crc32c", "AAAAAA==", "X-Amz-Checksum-Type", "FULL_OBJECT"}, GetObjectInput{}, nil, true},
		{"of checksums", []string{"X-Amz-Checksum-Crc32c", "AAAAAA==-7"}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, nil, false},
		{"of the whole, not the range", []string{"X-Amz-Checksum-Crc32c", good}, GetObjectInput{ChecksumMode: ChecksumModeEnabled, Range: "bytes=1-5"}, nil, false},
		{"of none that is known", []string{"X-Amz-Checksum-Xxhash64", "AAAAAAAAAAA="}, GetObjectInput{ChecksumMode: ChecksumModeEnabled}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := letters()
			s.header, s.breaks = c.header, c.breaks
			in := c.in
			in.Bucket, in.Key = "bucket", "key"
			_, err := getAll(t.Context(), newClient(t, s), &in)
			require.Equal(t, c.fails, errors.Is(err, ErrChecksumMismatch), err)
			if !c.fails {
				require.NoError(t, err)
			}
		})
	}
}

func TestBodyClose(t *testing.T) {
	s := letters()
	s.breaks = []int{3}
	out, err := newClient(t, s).GetObject(t.Context(), &object)
	require.NoError(t, err)
	n, err := out.Body.Read(make([]byte, 2))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.NoError(t, out.Body.Close())
	require.NoError(t, out.Body.Close())
	require.Zero(t, s.open.Load())
	_, err = out.Body.Read(make([]byte, 2))
	require.ErrorIs(t, err, http.ErrBodyReadAfterClose)
	require.Len(t, s.ranges, 1, "what is closed is not resumed")

	// A read of nothing is nothing.
	out, err = newClient(t, letters()).GetObject(t.Context(), &object)
	require.NoError(t, err)
	n, err = out.Body.Read(nil)
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, out.Body.Close())
}

func TestBodyAndContext(t *testing.T) {
	why := errors.New("shutting down")
	for _, cause := range []error{nil, why} {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := letters()
		s.breaks = []int{5}
		out, err := newClient(t, s).GetObject(ctx, &object)
		require.NoError(t, err)
		_, err = io.ReadFull(out.Body, make([]byte, 5))
		require.NoError(t, err)
		cancel(cause)
		_, err = io.ReadAll(out.Body)
		require.ErrorIs(t, err, context.Canceled)
		if cause != nil {
			require.ErrorIs(t, err, why)
		}
		require.Len(t, s.ranges, 1, "not resumed")
		require.NoError(t, out.Body.Close())
	}
}

// The same over real connections: each one is cut off after 100,000 bytes.
func TestBodyResumesOverConnections(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 35_000)
	addr := listen(t, func(c net.Conn, r *http.Request) {
		from := 0
		status := "200 OK"
		if spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
			a, _, _ := strings.Cut(spec, "-")
			from, _ = strconv.Atoi(a)
			status = fmt.Sprintf("206 Partial Content\r\nContent-Range: bytes %d-%d/%d", from, len(data)-1, len(data))
		}
		rest := data[from:]
		fmt.Fprintf(c, "HTTP/1.1 %s\r\nEtag: \"e\"\r\nContent-Length: %d\r\n\r\n", status, len(rest))
		_, _ = c.Write(rest[:min(len(rest), 100_000)])
	})
	count := &counting{RoundTripper: plainClient(t).Transport}
	b, err := getAll(t.Context(), newClient(t, count, func(o *Options) { o.Endpoint = "http://" + addr }), &object)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, b))
	require.EqualValues(t, 4, count.n.Load())
}

func TestExpiresAsItCame(t *testing.T) {
	for _, v := range []string{"never", "Thu, 01 Jan 2026 00:00:00 GMT"} {
		out, err := newClient(t, always(200, "", "Expires", v)).GetObject(t.Context(), &object)
		require.NoError(t, err)
		require.Equal(t, v, out.ExpiresString)
		require.Equal(t, v == "never", out.Expires.IsZero())
		require.NoError(t, out.Body.Close())
	}
}
