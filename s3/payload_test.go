package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// payloadContent is longer than three chunks of a signed body, and no multiple of one.
var payloadContent = strings.Repeat("0123456789abcdef", 13_000) + "tail"

func crc32cOf(s string) string {
	sum := crc32.Checksum([]byte(s), crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
}

// bodies are the columns of the table.
var bodies = []struct {
	name string
	make func(t *testing.T) (io.Reader, *int64)
	want string
}{
	{"file", func(t *testing.T) (io.Reader, *int64) {
		// From the middle: what is before is not the body's.
		name := filepath.Join(t.TempDir(), "body")
		require.NoError(t, os.WriteFile(name, []byte("skipped"+payloadContent), 0o600))
		f, err := os.Open(name)
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		_, err = f.Seek(7, io.SeekStart)
		require.NoError(t, err)
		return f, nil
	}, payloadContent},
	{"memory", func(*testing.T) (io.Reader, *int64) {
		r := strings.NewReader("skipped" + payloadContent)
		_, _ = r.Seek(7, io.SeekStart)
		return r, nil
	}, payloadContent},
	{"stream", func(*testing.T) (io.Reader, *int64) {
		return once(payloadContent), length(int64(len(payloadContent)))
	}, payloadContent},
	{"empty", func(*testing.T) (io.Reader, *int64) { return bytes.NewReader(nil), nil }, ""},
	{"nil", func(*testing.T) (io.Reader, *int64) { return nil, nil }, ""},
}

// The cells: how the body is signed, and where its checksum is. "!" is refused before
// anything is sent.
//
//	U  UNSIGNED-PAYLOAD                  H  its SHA-256
//	S  signed chunks                     ST signed chunks and trailer
//	UT unsigned chunks and trailer       +  checksum in a header
//
// Each cell is "without ChecksumAlgorithm / with it".
var payloadTable = []struct {
	profile Profile
	secure  bool
	sign    SignPayload
	cells   [5]string // file, memory, stream, empty, nil
}{
	{AWS(), false, SignPayloadAuto, [5]string{"H/H+", "H/H+", "S/ST", "H/H+", "H/H+"}},
	{AWS(), false, SignPayloadAlways, [5]string{"H/H+", "H/H+", "S/ST", "H/H+", "H/H+"}},
	{AWS(), false, SignPayloadNever, [5]string{"U/U+", "U/U+", "U/UT", "U/U+", "U/U+"}},
	{AWS(), true, SignPayloadAuto, [5]string{"U/UT", "U/U+", "U/UT", "U/U+", "U/U+"}},
	{AWS(), true, SignPayloadAlways, [5]string{"H/H+", "H/H+", "S/ST", "H/H+", "H/H+"}},
	{AWS(), true, SignPayloadNever, [5]string{"U/UT", "U/U+", "U/UT", "U/U+", "U/U+"}},
	{CephRGW(), false, SignPayloadAuto, [5]string{"H/H+", "H/H+", "U/!", "H/H+", "H/H+"}},
	{CephRGW(), false, SignPayloadAlways, [5]string{"H/H+", "H/H+", "!/!", "H/H+", "H/H+"}},
	{CephRGW(), false, SignPayloadNever, [5]string{"U/U+", "U/U+", "U/!", "U/U+", "U/U+"}},
	{CephRGW(), true, SignPayloadAuto, [5]string{"U/U+", "U/U+", "U/!", "U/U+", "U/U+"}},
	{CephRGW(), true, SignPayloadAlways, [5]string{"H/H+", "H/H+", "!/!", "H/H+", "H/H+"}},
	{CephRGW(), true, SignPayloadNever, [5]string{"U/U+", "U/U+", "U/!", "U/U+", "U/U+"}},
}

func TestPayloadOnTheWire(t *testing.T) {
	servers := map[bool]*recorder{false: record(t, false, nil), true: record(t, true, nil)}
	for _, row := range payloadTable {
		for i, b := range bodies {
			for j, cell := range strings.Split(row.cells[i], "/") {
				for _, op := range []string{"PutObject", "UploadPart"} {
					name := fmt.Sprintf("%s/%s/%s/%s/checksum=%d/%s", row.profile.Name, map[bool]string{false: "http", true: "https"}[row.secure],
						[]string{"auto", "always", "never"}[row.sign], b.name, j, op)
					t.Run(name, func(t *testing.T) {
						s := servers[row.secure]
						c := s.client(t, func(o *Options) {
							o.Profile, o.SignPayload = row.profile, row.sign
							o.Expect100Continue = -1
						})
						var alg ChecksumAlgorithm
						if j == 1 {
							alg = ChecksumAlgorithmCrc32c
						}
						body, n := b.make(t)
						var sent string
						var err error
						if op == "PutObject" {
							var out *PutObjectOutput
							out, err = c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: body, ContentLength: n, ChecksumAlgorithm: alg})
							if err == nil {
								sent = out.ChecksumCRC32C
							}
						} else {
							var out *UploadPartOutput
							out, err = c.UploadPart(t.Context(), &UploadPartInput{Bucket: "bucket", Key: "key", PartNumber: 1, UploadId: "u", Body: body, ContentLength: n, ChecksumAlgorithm: alg})
							if err == nil {
								sent = out.ChecksumCRC32C
							}
						}
						if cell == "!" {
							require.Error(t, err)
							require.Empty(t, s.take(), "refused before anything is sent")
							return
						}
						require.NoError(t, err)
						checkPayload(t, s.one(t), cell, b.want, alg)
						if alg != "" {
							require.Equal(t, crc32cOf(b.want), sent, "the output has what was sent")
						} else {
							require.Empty(t, sent)
						}
					})
				}
			}
		}
	}
}

// checkPayload holds a request against a cell of the table.
func checkPayload(t *testing.T, r *received, cell, want string, alg ChecksumAlgorithm) {
	t.Helper()
	require.NoError(t, r.verify(testSecret))
	got, trailer, err := r.content()
	require.NoError(t, err)
	require.True(t, want == string(got), "the body that arrives is the body")
	require.EqualValues(t, len(r.raw), r.ContentLength)
	require.Empty(t, r.TransferEncoding)
	require.Empty(t, r.Header.Values("Content-Md5"), "only where it is asked for")
	require.Equal(t, string(alg), r.Header.Get("X-Amz-Sdk-Checksum-Algorithm"))

	form, inHeader := strings.CutSuffix(cell, "+")
	hash := map[string]string{
		"U": sigv4.UnsignedPayload, "H": hexSHA256([]byte(want)), "S": sigv4.StreamingPayload,
		"ST": sigv4.StreamingPayloadTrailer, "UT": sigv4.StreamingUnsignedPayloadTrailer,
	}[form]
	require.Equal(t, hash, r.Header.Get("X-Amz-Content-Sha256"))
	if form == "U" || form == "H" {
		require.EqualValues(t, len(want), r.ContentLength)
		for _, name := range []string{"Content-Encoding", "X-Amz-Decoded-Content-Length", "X-Amz-Trailer"} {
			require.Empty(t, r.Header.Values(name), name)
		}
	} else {
		require.Equal(t, "aws-chunked", r.Header.Get("Content-Encoding"))
		require.Equal(t, strconv.Itoa(len(want)), r.Header.Get("X-Amz-Decoded-Content-Length"))
		require.Greater(t, r.ContentLength, int64(len(want)))
	}
	if strings.HasSuffix(form, "T") {
		require.Equal(t, "x-amz-checksum-crc32c", r.Header.Get("X-Amz-Trailer"))
		require.Equal(t, map[string]string{"x-amz-checksum-crc32c": crc32cOf(want)}, trailer)
	}
	if inHeader {
		require.Equal(t, crc32cOf(want), r.Header.Get("X-Amz-Checksum-Crc32c"))
	} else {
		require.Empty(t, r.Header.Values("X-Amz-Checksum-Crc32c"))
	}
}

// Every algorithm, computed by the client and given by the caller.
func TestChecksumAlgorithms(t *testing.T) {
	s := record(t, false, nil)
	c := s.client(t)
	// The check values of the CRC catalogue, and of the SHAs.
	for alg, want := range map[ChecksumAlgorithm]string{
		ChecksumAlgorithmCrc32:     "y/Q5Jg==",
		ChecksumAlgorithmCrc32c:    "4waSgw==",
		ChecksumAlgorithmCrc64nvme: "rosUhgp5mIg=",
		ChecksumAlgorithmSha1:      "98O8HYCOBHMq32eZZczDTKeuNEE=",
		ChecksumAlgorithmSha256:    "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	} {
		_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("123456789"), ChecksumAlgorithm: alg})
		require.NoError(t, err)
		r := s.one(t)
		require.NoError(t, r.verify(testSecret))
		require.Equal(t, want, r.Header.Get("X-Amz-Checksum-"+string(alg)))
	}

	_, err := c.PutObject(t.Context(), &PutObjectInput{
		Bucket: "bucket", Key: "key", Body: strings.NewReader("123456789"),
		ChecksumAlgorithm: ChecksumAlgorithmCrc32c, ChecksumCRC32C: "AAAAAA==", ContentMD5: "given==",
	})
	require.NoError(t, err)
	r := s.one(t)
	require.Equal(t, "AAAAAA==", r.Header.Get("X-Amz-Checksum-Crc32c"), "the caller's own is sent as it is")
	require.Equal(t, "given==", r.Header.Get("Content-Md5"))

	for _, body := range []io.Reader{strings.NewReader("x"), once("x")} {
		_, err = c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: body, ContentLength: length(1), ChecksumAlgorithm: "ROT13"})
		require.ErrorContains(t, err, "ROT13")
	}
	_, err = c.DeleteObjects(t.Context(), &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "k"}}}, ChecksumAlgorithm: "ROT13"})
	require.ErrorContains(t, err, "ROT13")
	require.Empty(t, s.take())
}

func TestContentEncodingStaysBesideTheFraming(t *testing.T) {
	s := record(t, false, nil)
	for _, c := range []struct {
		provider sigv4.Provider
		want     string
	}{
		{sigv4.Static(testKey, testSecret, ""), "aws-chunked,gzip"},
		{sigv4.Static("", "", ""), "gzip"}, // nothing to sign the chunks with
		{nil, "gzip"},
	} {
		_, err := s.client(t, func(o *Options) { o.Credentials = c.provider }).PutObject(t.Context(), &PutObjectInput{
			Bucket: "bucket", Key: "key", Body: once("zipped"), ContentLength: length(6), ContentEncoding: "gzip",
		})
		require.NoError(t, err)
		require.Equal(t, c.want, s.one(t).Header.Get("Content-Encoding"))
	}
}

// Without keys nothing is signed: no hash, no chunk signatures, no pass over the body.
func TestAnonymousPayload(t *testing.T) {
	s := record(t, false, nil)
	for name, provider := range map[string]sigv4.Provider{"nil": nil, "empty keys": sigv4.Static("", "", "")} {
		for _, sign := range []SignPayload{SignPayloadAuto, SignPayloadAlways, SignPayloadNever} {
			for _, alg := range []ChecksumAlgorithm{"", ChecksumAlgorithmCrc32c} {
				for _, b := range bodies {
					t.Run(fmt.Sprint(name, "/", sign, "/", alg, "/", b.name), func(t *testing.T) {
						body, n := b.make(t)
						_, err := s.client(t, func(o *Options) { o.Credentials, o.SignPayload = provider, sign }).PutObject(t.Context(), &PutObjectInput{
							Bucket: "bucket", Key: "key", Body: body, ContentLength: n, ChecksumAlgorithm: alg,
						})
						if provider == nil && b.name == "stream" && alg != "" {
							require.Error(t, err)
							require.Empty(t, s.take())
							return
						}
						require.NoError(t, err)
						r := s.one(t)
						for _, h := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
							require.Empty(t, r.Header.Values(h), h)
						}
						r.payload = r.Header.Get("X-Amz-Content-Sha256")
						if r.payload != "" {
							require.Equal(t, sigv4.StreamingUnsignedPayloadTrailer, r.payload)
						} else {
							require.Empty(t, r.Header.Values("Content-Encoding"))
							require.Empty(t, r.Header.Values("X-Amz-Decoded-Content-Length"))
						}
						got, trailer, err := r.content()
						require.NoError(t, err)
						require.True(t, b.want == string(got))
						if alg != "" {
							require.Equal(t, crc32cOf(b.want), r.Header.Get("X-Amz-Checksum-Crc32c")+trailer["x-amz-checksum-crc32c"])
						}
					})
				}
			}
		}
	}
}

func TestDocumentOnTheWire(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := record(t, secure, func(w http.ResponseWriter, _ *received) { _, _ = io.WriteString(w, "<DeleteResult/>") })
		for _, profile := range []Profile{AWS(), CephRGW(), NHNCloud(), KakaoCloud(), Generic()} {
			c := s.client(t, func(o *Options) { o.Profile, o.SignPayload = profile, SignPayloadNever })
			for _, alg := range []ChecksumAlgorithm{"", ChecksumAlgorithmCrc32c} {
				_, err := c.DeleteObjects(t.Context(), &DeleteObjectsInput{
					Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "a<b&c"}}}, ChecksumAlgorithm: alg,
				})
				require.NoError(t, err)
				r := s.one(t)
				require.NoError(t, r.verify(testSecret))
				require.Equal(t, hexSHA256(r.raw), r.payload, "documents are always signed")
				sum := md5.Sum(r.raw)
				require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), r.Header.Get("Content-Md5"))
				require.EqualValues(t, len(r.raw), r.ContentLength)
				require.Contains(t, string(r.raw), "a&lt;b&amp;c")
				want := "application/xml"
				if profile.SubresourceContentType != "" {
					want = profile.SubresourceContentType
				}
				require.Equal(t, want, r.Header.Get("Content-Type"))
				if alg == "" {
					require.Empty(t, r.Header.Values("X-Amz-Checksum-Crc32c"))
				} else {
					require.Equal(t, crc32cOf(string(r.raw)), r.Header.Get("X-Amz-Checksum-Crc32c"))
				}
			}

			// No document, no checksum, no type.
			_, err := c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
			require.NoError(t, err)
			r := s.one(t)
			require.NoError(t, r.verify(testSecret))
			require.Equal(t, sigv4.EmptyPayload, r.payload)
			require.Empty(t, r.Header.Values("Content-Type"))

			_, err = c.GetBucketLocation(t.Context(), &GetBucketLocationInput{Bucket: "bucket"})
			require.NoError(t, err)
			require.Equal(t, profile.SubresourceContentType, s.one(t).Header.Get("Content-Type"))
			_, err = c.PutBucketAcl(t.Context(), &PutBucketAclInput{Bucket: "bucket", ACL: BucketCannedACLPrivate})
			require.NoError(t, err)
			require.Equal(t, "1B2M2Y8AsgTpgAmY7PhCfg==", s.one(t).Header.Get("Content-Md5"), "of no document")
			_, err = c.RestoreObject(t.Context(), &RestoreObjectInput{Bucket: "bucket", Key: "key", ChecksumAlgorithm: ChecksumAlgorithmCrc32c},
				func(o *Options) { o.AllowUnsupported = true })
			require.NoError(t, err)
			require.Equal(t, "AAAAAA==", s.one(t).Header.Get("X-Amz-Checksum-Crc32c"), "of no document")
		}
	}
}

func TestLengths(t *testing.T) {
	s := record(t, false, nil)
	c := s.client(t)
	put := func(body io.Reader, n *int64) error {
		_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: body, ContentLength: n})
		return err
	}
	pipe, w, err := os.Pipe() // an *os.File that can't seek
	require.NoError(t, err)
	defer pipe.Close()
	defer w.Close()
	for _, body := range []io.Reader{once("abc"), pipe} {
		err := put(body, nil)
		require.ErrorIs(t, err, ErrUnknownLength)
		require.ErrorContains(t, err, "PutObject")
		require.Empty(t, s.take(), "nothing is sent")
	}
	for _, n := range []int64{4, 1 << 40} {
		require.ErrorContains(t, put(strings.NewReader("abc"), length(n)), "content length")
	}
	require.ErrorContains(t, put(nil, length(3)), "Body is nil")
	require.ErrorContains(t, put(strings.NewReader("abc"), length(-1)), "-1")
	require.Empty(t, s.take())

	// Shorter is a choice.
	for _, body := range []io.Reader{strings.NewReader("abcdef"), bytes.NewBufferString("abcdef"), once("abcdef")} {
		require.NoError(t, put(body, length(3)))
		r := s.one(t)
		require.NoError(t, r.verify(testSecret))
		got, _, err := r.content()
		require.NoError(t, err)
		require.Equal(t, "abc", string(got))
	}
	require.NoError(t, put(once("ignored"), length(0)))
	require.Empty(t, s.one(t).raw)

	// A stream that ends early is an error, whichever way it is framed.
	for _, sign := range []SignPayload{SignPayloadAuto, SignPayloadNever} {
		c = s.client(t, func(o *Options) { o.SignPayload = sign })
		require.ErrorIs(t, put(once("abc"), length(5)), io.ErrUnexpectedEOF)
		require.Empty(t, s.take(), "no such request arrives whole")
	}
}

func TestBodyIsRetriedFromWhereItStood(t *testing.T) {
	for name, alg := range map[string]ChecksumAlgorithm{"plain": "", "trailer": ChecksumAlgorithmCrc32c} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprint(name, secure), func(t *testing.T) {
				s := record(t, secure, nil)
				n := 0
				s.reply = func(w http.ResponseWriter, _ *received) {
					if n++; n < 3 {
						w.WriteHeader(http.StatusServiceUnavailable)
					}
				}
				var deltas []int64
				var mu sync.Mutex
				c := s.client(t, func(o *Options) {
					o.Profile = AWS()
					o.Progress = func(d int64) {
						mu.Lock()
						deltas = append(deltas, d)
						mu.Unlock()
					}
				})
				body, _ := bodies[0].make(t) // the file, seven bytes in
				_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: body, ChecksumAlgorithm: alg})
				require.NoError(t, err)
				got := s.take()
				require.Len(t, got, 3)
				for _, r := range got {
					require.NoError(t, r.verify(testSecret))
					content, trailer, err := r.content()
					require.NoError(t, err)
					require.True(t, payloadContent == string(content))
					if alg != "" {
						require.Equal(t, crc32cOf(payloadContent), r.Header.Get("X-Amz-Checksum-Crc32c")+trailer["x-amz-checksum-crc32c"],
							"each attempt's checksum is of that attempt")
					}
				}
				var sum, taken int64
				for _, d := range deltas {
					sum += d
					if d < 0 {
						taken -= d
					}
				}
				require.EqualValues(t, len(payloadContent), sum, "deltas sum up to the length")
				require.EqualValues(t, 2*len(payloadContent), taken, "two attempts were taken back")
			})
		}
	}
}

func TestProgressOfAFailedCallIsNothing(t *testing.T) {
	var sum int64
	s := always(404, errorXML("NoSuchBucket"))
	_, err := newClient(t, s, func(o *Options) { o.Progress = func(d int64) { sum += d } }).PutObject(t.Context(),
		&PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content")})
	require.ErrorIs(t, err, ErrNoSuchBucket)
	require.Zero(t, sum)
}

func TestOneShotBodyKeepsTheServersError(t *testing.T) {
	s := always(500, errorXML("InternalError"))
	_, err := newClient(t, s).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: once("abc"), ContentLength: length(3)})
	require.ErrorIs(t, err, ErrInternalError)
	require.Equal(t, 1, s.attempts())

	// One that was never touched goes again.
	n := 0
	s = always(200, "")
	rt := roundTrip(func(r *http.Request) (*http.Response, error) {
		if n++; n < 3 {
			return nil, syscall.ECONNREFUSED
		}
		return s.RoundTrip(r)
	})
	_, err = newClient(t, rt).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: once("abc"), ContentLength: length(3)})
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func TestBodysOwnErrorSurfaces(t *testing.T) {
	boom := errors.New("disk on fire")
	for _, sign := range []SignPayload{SignPayloadAuto, SignPayloadNever} {
		for _, alg := range []ChecksumAlgorithm{"", ChecksumAlgorithmCrc32c} {
			s := record(t, false, nil)
			c := s.client(t, func(o *Options) { o.SignPayload = sign })
			for name, body := range map[string]io.Reader{
				"at once":  iotest.ErrReader(boom),
				"later":    io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(boom)),
				"seekable": &badSeeker{strings.NewReader("abcdef"), boom},
			} {
				_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: body, ContentLength: length(6), ChecksumAlgorithm: alg})
				require.ErrorIs(t, err, boom, name)
				require.Empty(t, s.take())
			}
		}
	}
}

// badSeeker can be rewound but fails half way.
type badSeeker struct {
	io.ReadSeeker
	err error
}

func (b *badSeeker) Read(p []byte) (int, error) {
	n, err := b.ReadSeeker.Read(p[:min(len(p), 3)])
	if n == 0 || err != nil {
		return n, err
	}
	return n, b.err
}

func TestChecksumEcho(t *testing.T) {
	for _, secure := range []bool{false, true} {
		echo := ""
		s := record(t, secure, func(w http.ResponseWriter, _ *received) {
			if echo != "" {
				w.Header().Set("X-Amz-Checksum-Crc32c", echo)
			}
		})
		var progress atomic.Int64
		c := s.client(t, func(o *Options) {
			o.Profile = AWS()
			o.Progress = func(d int64) { progress.Add(d) }
		})
		for _, body := range bodies[:3] {
			for _, given := range []string{"", crc32cOf(body.want), "AAAAAA=="} {
				echo = given
				progress.Store(0)
				b, n := body.make(t)
				out, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: b, ContentLength: n, ChecksumAlgorithm: ChecksumAlgorithmCrc32c})
				if given == "AAAAAA==" {
					require.ErrorIs(t, err, ErrChecksumMismatch)
					require.ErrorContains(t, err, crc32cOf(body.want))
					require.ErrorContains(t, err, given)
					require.Zero(t, progress.Load(), "bytes that went wrong do not count")
				} else {
					require.EqualValues(t, len(body.want), progress.Load())
					require.NoError(t, err)
					require.Equal(t, crc32cOf(body.want), out.ChecksumCRC32C)
				}
				require.Len(t, s.take(), 1, "what is stored wrong is not stored again")
			}
		}
	}
}

// The caller's own value is compared too.
func TestGivenChecksumEcho(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer []string
		offset *int64
		fails  bool
	}{
		{"none", nil, nil, false},
		{"the same", []string{"X-Amz-Checksum-Crc32c", "AAAAAA=="}, nil, false},
		{"another", []string{"X-Amz-Checksum-Crc32c", "AAAAAQ=="}, nil, true},
		{"of another algorithm", []string{"X-Amz-Checksum-Crc32", "AAAAAQ=="}, nil, false},
		{"of checksums", []string{"X-Amz-Checksum-Crc32c", "AAAAAQ==-1"}, nil, false},
		{"of the whole after an append", []string{"X-Amz-Checksum-Crc32c", "AAAAAQ=="}, length(7), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := always(200, "", tt.answer...)
			c := newClient(t, s, func(o *Options) { o.Profile = AWS() })
			_, err := c.PutObject(t.Context(), &PutObjectInput{
				Bucket: "bucket", Key: "key", Body: strings.NewReader("x"), ChecksumCRC32C: "AAAAAA==", WriteOffsetBytes: tt.offset,
			})
			_, err2 := c.UploadPart(t.Context(), &UploadPartInput{
				Bucket: "bucket", Key: "key", UploadId: "u", PartNumber: 1, Body: strings.NewReader("x"), ChecksumCRC32C: "AAAAAA==",
			})
			require.Equal(t, tt.fails, errors.Is(err, ErrChecksumMismatch), err)
			if tt.offset == nil {
				require.Equal(t, tt.fails, errors.Is(err2, ErrChecksumMismatch), err2)
			}
			require.Equal(t, 2, s.attempts(), "what is stored wrong is not stored again")
		})
	}
}

// A server that answers before it has read the body, while the body goes on: what is left
// of it is not waited for, and nothing is shared with it.
func TestEarlyAnswerToATrailingChecksum(t *testing.T) {
	pr, pw := io.Pipe()
	reading, done := make(chan struct{}), make(chan struct{})
	rt := roundTrip(func(r *http.Request) (*http.Response, error) {
		go func() {
			defer close(done)
			close(reading)
			_, _ = io.Copy(io.Discard, r.Body)
		}()
		<-reading
		return answer(r, 200, ""), nil
	})
	go func() {
		_, _ = io.WriteString(pw, "abc")
		pw.Close()
	}()
	_, err := newClient(t, rt, func(o *Options) { o.Endpoint = "https://store.example" }).PutObject(t.Context(),
		&PutObjectInput{Bucket: "bucket", Key: "key", Body: pr, ContentLength: length(3), ChecksumAlgorithm: ChecksumAlgorithmCrc32c})
	require.NoError(t, err)
	pr.Close()
	<-done
}

func TestExpectContinue(t *testing.T) {
	for _, c := range []struct {
		option int64
		body   io.Reader
		length *int64
		want   bool
	}{
		{0, strings.NewReader("abcdef"), nil, false},
		{0, once("abcdef"), length(6), true},
		{0, bytes.NewBufferString("abcdef"), nil, true},
		{0, once(""), length(0), false}, // there is nothing to hold back
		{0, nil, nil, false},
		{6, strings.NewReader("abcdef"), nil, true},
		{7, strings.NewReader("abcdef"), nil, false},
		{7, once("abcdef"), length(6), false},
		{1, nil, nil, false},
		{-1, once("abcdef"), length(6), false},
		{-1, strings.NewReader("abcdef"), nil, false},
	} {
		s := always(200, "")
		_, err := newClient(t, s, func(o *Options) { o.Expect100Continue = c.option }).PutObject(t.Context(),
			&PutObjectInput{Bucket: "bucket", Key: "key", Body: c.body, ContentLength: c.length})
		require.NoError(t, err)
		require.Equal(t, c.want, s.last().Header.Get("Expect") == "100-continue", c)
		require.NotContains(t, s.last().Header.Get("Authorization"), "expect")
	}
}

// A refusal in place of 100 Continue leaves a one-shot body whole, so that the call can
// still be amended.
func TestExpectContinueSavesTheBody(t *testing.T) {
	srv := record(t, false, nil)
	n := 0
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 { // the body is not asked for
			w.Header().Set("X-Amz-Bucket-Region", "far-1")
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		srv.ServeHTTP(w, r)
	})
	hc := srv.Client()
	hc.Transport.(*http.Transport).ExpectContinueTimeout = 1 << 40
	_, err := srv.client(t).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: once("abc"), ContentLength: length(3)})
	require.NoError(t, err)
	r := srv.one(t)
	require.NoError(t, r.verify(testSecret))
	require.Contains(t, r.scope, "far-1")
	got, _, err := r.content()
	require.NoError(t, err)
	require.Equal(t, "abc", string(got))
}

// Keys arrive byte for byte, and signed as a server computes it.
func TestKeysOnTheWire(t *testing.T) {
	keys := []string{
		"a", "a/b", "//", "/", "/lead", "a//b", "trail/", "trail//", ".", "..", "./a", "../a", "a/./b", "a/../b",
		"a+b", "a%b", "a%2Fb", "%", "%zz", "a b", " ", "ünï/码/🚀", "a?b=c&d", "a#b", "a;b:c@d!$'()*,=~", "\\", "a\tb", "\x01\x7f",
		strings.Repeat("k", 1024), strings.Repeat("/", 1024), strings.Repeat("é", 512),
	}
	for _, addressing := range []Addressing{AddressingPath, AddressingVirtualHost} {
		for _, base := range []string{"", "/base path/v1"} {
			s := record(t, false, nil)
			c := s.client(t, func(o *Options) {
				o.Endpoint = "http://localhost" + s.URL[strings.LastIndex(s.URL, ":"):] + strings.ReplaceAll(base, " ", "%20")
				o.Addressing, o.Profile = addressing, CephRGW()
				o.HTTPClient = dialing(t, s)
			})
			for _, key := range keys {
				t.Run(fmt.Sprintf("%d%s/%.20q", addressing, base, key), func(t *testing.T) {
					want := base + "/bucket/" + key
					if addressing == AddressingVirtualHost {
						want = base + "/" + key
					}
					check := func(err error) {
						t.Helper()
						require.NoError(t, err)
						r := s.one(t)
						require.NoError(t, r.verify(testSecret))
						require.Equal(t, want, r.URL.Path)
						require.Equal(t, addressing == AddressingVirtualHost, strings.HasPrefix(r.Host, "bucket."))
					}
					_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: key, Body: strings.NewReader("x")})
					check(err)
					_, err = c.HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: key, VersionId: "a+b/c d="})
					check(err)
					_, err = c.UploadPart(t.Context(), &UploadPartInput{Bucket: "bucket", Key: key, PartNumber: 10, UploadId: "2~x/+ =&", Body: once("x"), ContentLength: length(1)})
					check(err)
				})
			}
		}
	}
	_, err := newClient(t, always(200, "")).DeleteBucket(t.Context(), &DeleteBucketInput{Bucket: ".."})
	require.ErrorIs(t, err, ErrInvalidBucketName)
}

// dialing is a client that finds the server under every name.
func dialing(t *testing.T, s *recorder) *http.Client {
	tr := &http.Transport{DialContext: dialAlways(s.Listener.Addr().String())}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// A session token is signed along, headers of the caller too, and Range only when asked.
func TestSignedHeaders(t *testing.T) {
	s := record(t, false, nil)
	for _, ask := range [][]string{nil, {"Range", "If-Match", "User-Agent"}} {
		c := s.client(t, func(o *Options) {
			o.Credentials = sigv4.Static(testKey, testSecret, testToken)
			o.SignHeaders = ask
		})
		out, err := c.GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key", Range: "bytes=0-1", IfMatch: `"e"`})
		require.NoError(t, err)
		out.Body.Close()
		r := s.one(t)
		require.NoError(t, r.verify(testSecret))
		require.Equal(t, testToken, r.Header.Get("X-Amz-Security-Token"))
		require.Contains(t, r.signed, "x-amz-security-token")
		require.Equal(t, len(ask) > 0, strings.Contains(strings.Join(r.signed, ";"), "range"))
		require.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
		require.True(t, strings.HasPrefix(r.UserAgent(), "stowage-go/"))
	}
}

func TestCredentialsAreAskedForEachAttempt(t *testing.T) {
	n := 0
	p := sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		n++
		return sigv4.Credentials{AccessKeyID: fmt.Sprint("KEY", n), SecretAccessKey: testSecret}, nil
	})
	s := script(says(503, ""), says(200, ""))
	_, err := newClient(t, s, func(o *Options) { o.Credentials = p }).HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.NoError(t, err)
	require.Contains(t, s.reqs[0].Header.Get("Authorization"), "Credential=KEY1/")
	require.Contains(t, s.reqs[1].Header.Get("Authorization"), "Credential=KEY2/")

	gone := errors.New("vault is sealed")
	s = always(200, "")
	_, err = newClient(t, s, func(o *Options) {
		o.Credentials = sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) { return sigv4.Credentials{}, gone })
	}).HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.ErrorIs(t, err, gone)
	require.Zero(t, s.attempts())
}
