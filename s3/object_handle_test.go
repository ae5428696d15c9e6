package s3

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// noise is n bytes, each of which tells where it is from.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return string(b)
}

func open(t testing.TB, c *Client, key string, opts ...func(*Options)) *ObjectHandle {
	t.Helper()
	o, err := c.OpenObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: key}, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return o
}

func readAhead(n int64) func(*Options) { return func(o *Options) { o.ReadAhead = n } }

func TestObjectHandleIsAReader(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 9, 1000} {
		for _, ahead := range []int64{0, 1, 2, 7, 64, 1000, -1} {
			t.Run(fmt.Sprintf("%d bytes, %d ahead", size, ahead), func(t *testing.T) {
				t.Parallel()
				m := newMemory()
				content := noise(size)
				m.put("k", content)
				require.NoError(t, iotest.TestReader(open(t, m.client(t), "k", readAhead(ahead)), []byte(content)))
				// The interfaces one at a time, as a server takes them that overlooks ranges.
				m.noRange = true
				require.NoError(t, iotest.TestReader(struct{ io.Reader }{open(t, m.client(t), "k", readAhead(ahead))}, []byte(content)))
				section := io.NewSectionReader(open(t, m.client(t), "k", readAhead(ahead)), int64(size/3), int64(size/2))
				require.NoError(t, iotest.TestReader(section, []byte(content[size/3:size/3+size/2])))
			})
		}
	}
}

// With random calls a handle does what bytes.Reader does.
func TestObjectHandleIsLikeBytesReader(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		content := noise(random.IntN(3000))
		m := newMemory()
		m.put("k", content)
		o := open(t, m.client(t), "k", readAhead(random.Int64N(300)-1))
		want := bytes.NewReader([]byte(content))
		for range 60 {
			p, q := make([]byte, random.IntN(400)), make([]byte, 400)
			q = q[:len(p)]
			offset := random.Int64N(int64(len(content)) + 10)
			switch random.IntN(5) {
			case 0, 1: // As bytes.Reader never answers less than it could.
				n, err := io.ReadFull(o, p)
				wantN, wantErr := io.ReadFull(want, q)
				require.Equal(t, wantErr, err)
				require.Equal(t, wantN, n)
				require.True(t, bytes.Equal(q, p))
			case 2:
				n, err := o.ReadAt(p, offset)
				wantN, wantErr := want.ReadAt(q, offset)
				if len(p) > 0 {
					require.Equal(t, wantErr, err)
				}
				require.Equal(t, wantN, n)
				require.True(t, bytes.Equal(q, p))
			case 3:
				whence := random.IntN(3)
				offset -= random.Int64N(20)
				got, err := o.Seek(offset, whence)
				wanted, wantErr := want.Seek(offset, whence)
				require.Equal(t, wantErr == nil, err == nil)
				require.Equal(t, wanted, got)
			case 4:
				if random.IntN(4) > 0 {
					continue
				}
				var got, wanted bytes.Buffer
				n, err := io.Copy(&got, o)
				require.NoError(t, err)
				wantN, _ := io.Copy(&wanted, want)
				require.Equal(t, wantN, n)
				require.True(t, bytes.Equal(wanted.Bytes(), got.Bytes()))
			}
		}
	}
}

func TestObjectHandleRequests(t *testing.T) {
	t.Parallel()
	const size = 8 * mebibyte
	content := noise(size)
	m := newMemory()
	m.put("k", content)
	c := m.client(t)
	read := func(o *ObjectHandle, n int) {
		t.Helper()
		offset, err := o.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		p := make([]byte, n)
		_, err = io.ReadFull(o, p)
		require.NoError(t, err)
		require.True(t, content[offset:offset+int64(n)] == string(p), "at %d", offset)
	}
	seek := func(o *ObjectHandle, offset int64) {
		t.Helper()
		_, err := o.Seek(offset, io.SeekStart)
		require.NoError(t, err)
	}

	t.Run("windows grow", func(t *testing.T) {
		o := open(t, c, "k")
		require.Equal(t, int64(size), o.Size())
		read(o, 10)
		require.Equal(t, []string{"HEAD k", "GET k bytes=0-262143"}, m.take())
		read(o, firstWindow-10)
		require.Empty(t, m.take())
		read(o, size-firstWindow)
		require.Equal(t, []string{
			"GET k bytes=262144-786431", "GET k bytes=786432-1835007", "GET k bytes=1835008-3932159", "GET k bytes=3932160-8126463",
			"GET k bytes=8126464-8388607",
		}, m.take(), "up to 4 MiB")
	})
	t.Run("windows are as large as they may be", func(t *testing.T) {
		o := open(t, c, "k", readAhead(3*mebibyte))
		read(o, size)
		require.Equal(t, []string{
			"HEAD k", "GET k bytes=0-262143", "GET k bytes=262144-786431", "GET k bytes=786432-1835007", "GET k bytes=1835008-3932159",
			"GET k bytes=3932160-7077887", "GET k bytes=7077888-8388607",
		}, m.take())
		o = open(t, c, "k", readAhead(1000))
		read(o, 500)
		require.Equal(t, []string{"HEAD k", "GET k bytes=0-999"}, m.take())
	})
	t.Run("the next window is on its way", func(t *testing.T) {
		o := open(t, c, "k", readAhead(1000))
		read(o, 1001)
		<-o.window.next.done
		require.Equal(t, []string{"HEAD k", "GET k bytes=0-999", "GET k bytes=1000-1999", "GET k bytes=2000-2999"}, m.take())
		seek(o, 2500)
		read(o, 10)
		<-o.window.next.done
		require.Equal(t, []string{"GET k bytes=3000-3999"}, m.take(), "a seek into it goes on")
		require.LessOrEqual(t, cap(o.window.current.data)+cap(o.window.next.data)+cap(o.window.spare), 2000)
		seek(o, 10_000)
		read(o, 10)
		require.Nil(t, o.window.next)
		require.Equal(t, []string{"GET k bytes=10000-10999"}, m.take(), "a seek elsewhere drops it")
	})
	t.Run("seeks within the window", func(t *testing.T) {
		o := open(t, c, "k")
		read(o, 1000)
		m.take()
		for _, offset := range []int64{0, firstWindow - 100, 5, 100_000} {
			seek(o, offset)
			read(o, 100)
		}
		seek(o, size) // and back, as who asks for the size
		seek(o, 7)
		read(o, 100)
		p := make([]byte, 50)
		_, err := o.ReadAt(p, 33)
		require.NoError(t, err)
		require.Equal(t, content[33:83], string(p))
		require.Empty(t, m.take())
		_, err = o.ReadAt(p, firstWindow-10)
		require.NoError(t, err)
		require.Equal(t, content[firstWindow-10:firstWindow+40], string(p))
		require.Equal(t, []string{"GET k bytes=262134-262183"}, m.take(), "the very bytes")
		read(o, 100)
		require.Empty(t, m.take(), "ReadAt leaves the window alone")
	})
	t.Run("no read-ahead", func(t *testing.T) {
		o := open(t, c, "k", readAhead(-1))
		read(o, 10)
		read(o, 10)
		require.Equal(t, []string{"HEAD k", "GET k bytes=0-9", "GET k bytes=10-19"}, m.take())
	})
	t.Run("WriteTo", func(t *testing.T) {
		o := open(t, c, "k")
		var got bytes.Buffer
		n, err := io.Copy(&got, o)
		require.NoError(t, err)
		require.Equal(t, int64(size), n)
		require.True(t, content == got.String())
		require.Equal(t, []string{"HEAD k", "GET k"}, m.take(), "without a range")

		seek(o, 1000)
		read(o, 10)
		m.take()
		n, err = o.WriteTo(io.Discard)
		require.NoError(t, err)
		require.Equal(t, int64(size-1010), n)
		require.Equal(t, []string{"GET k bytes=263144-8388607"}, m.take(), "after what the window holds")
		n, err = o.WriteTo(io.Discard)
		require.NoError(t, err)
		require.Zero(t, n)

		seek(o, size-100)
		read(o, 10)
		m.take()
		n, err = o.WriteTo(io.Discard)
		require.NoError(t, err)
		require.Equal(t, int64(90), n)
		require.Empty(t, m.take())
	})
	t.Run("an empty object is not asked for", func(t *testing.T) {
		m.put("empty", "")
		o := open(t, c, "empty")
		n, err := o.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.Zero(t, n)
		_, err = o.ReadAt(make([]byte, 1), 0)
		require.Equal(t, io.EOF, err)
		_, err = o.WriteTo(io.Discard)
		require.NoError(t, err)
		require.Equal(t, []string{"HEAD empty"}, m.take())
	})
}

func TestObjectHandleArguments(t *testing.T) {
	t.Parallel()
	m := newMemory("k")
	c := m.client(t)
	for member, in := range map[string]*GetObjectInput{
		"Range":      {Bucket: "bucket", Key: "k", Range: "bytes=0-1"},
		"PartNumber": {Bucket: "bucket", Key: "k", PartNumber: 1},
		"Bucket":     nil,
		"Key":        {Bucket: "bucket"},
	} {
		_, err := c.OpenObject(t.Context(), in)
		require.ErrorContains(t, err, member)
	}
	_, err := c.OpenObject(t.Context(), nil, func(o *Options) { o.Endpoint = "ftp://store.example" })
	require.ErrorContains(t, err, "OpenObject")
	require.ErrorContains(t, err, "scheme")
	require.Empty(t, m.take())

	_, err = c.OpenObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "missing"})
	require.ErrorIs(t, err, ErrNotFound)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = c.OpenObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "k", IfMatch: `"other"`})
	require.ErrorIs(t, err, ErrPreconditionFailed)
	for _, length := range []string{"", "-1"} {
		_, err = newClient(t, always(200, "", "Content-Length", length)).OpenObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "k"})
		require.ErrorContains(t, err, "size")
	}

	o := open(t, c, "k")
	_, err = o.ReadAt(make([]byte, 1), -1)
	require.ErrorContains(t, err, "offset -1 is negative")
	_, err = o.Seek(-1, io.SeekStart)
	require.ErrorContains(t, err, "offset -1 is negative")
	_, err = o.Seek(0, 3)
	require.ErrorContains(t, err, "whence 3")
	n, err := o.ReadAt(nil, 3)
	require.NoError(t, err)
	require.Zero(t, n)
	at, err := o.Seek(5, io.SeekEnd)
	require.NoError(t, err)
	require.Equal(t, o.Size()+5, at)
	_, err = o.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)

	info, err := o.Stat()
	require.NoError(t, err)
	require.Equal(t, "-r--r--r-- 12 2026-03-04 05:06:07 k", fmt.Sprint(info))
	require.Equal(t, "text/x-test", info.Sys().(*HeadObjectOutput).ContentType)
	require.Equal(t, "text/x-test", o.Head().ContentType)
}

func TestObjectHandleSendsMembers(t *testing.T) {
	t.Parallel()
	m := newMemory("k")
	const secret = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	in := &GetObjectInput{
		Bucket: "bucket", Key: "k", RequestPayer: RequestPayerRequester,
		SSECustomerAlgorithm: "AES256", SSECustomerKey: secret,
		IfNoneMatch: `"other"`, IfModifiedSince: memoryTime.Add(-time.Hour), IfUnmodifiedSince: memoryTime.Add(time.Hour),
		ResponseContentType: "text/other",
	}
	o, err := m.client(t, func(o *Options) { o.Endpoint = "https://store.example" }).OpenObject(t.Context(), in)
	require.NoError(t, err)
	defer o.Close()
	_, err = o.ReadAt(make([]byte, 3), 0)
	require.NoError(t, err)
	head, get := m.log[0], m.log[1]
	for _, r := range []*http.Request{head, get} {
		require.Equal(t, "requester", r.Header.Get("X-Amz-Request-Payer"))
		require.Equal(t, secret, r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key"))
		require.Equal(t, "AES256", r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm"))
		require.NotEmpty(t, r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5"))
		require.Equal(t, "text/other", r.URL.Query().Get("response-content-type"))
	}
	for name, value := range map[string]string{"If-None-Match": `"other"`, "If-Modified-Since": "Wed, 04 Mar 2026 04:06:07 GMT", "If-Unmodified-Since": "Wed, 04 Mar 2026 06:06:07 GMT"} {
		require.Equal(t, value, head.Header.Get(name))
		require.Empty(t, get.Header.Get(name), "asked as it was opened")
	}
	require.Equal(t, o.Head().ETag, get.Header.Get("If-Match"))

	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{o, struct{ o *ObjectHandle }{o}} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, secret, verb)
			require.NotContains(t, text, testSecret, verb)
		}
	}
	require.Equal(t, `s3.ObjectHandle(bucket "bucket", key "k", 12 bytes)`, fmt.Sprint(o))
}

// reads are the ways to read a handle, each beyond what it read before.
var reads = map[string]func(*ObjectHandle) error{
	"Read":    func(o *ObjectHandle) error { _, err := o.Read(make([]byte, 10)); return err },
	"ReadAt":  func(o *ObjectHandle) error { _, err := o.ReadAt(make([]byte, 10), 90); return err },
	"WriteTo": func(o *ObjectHandle) error { _, err := o.WriteTo(io.Discard); return err },
}

func TestObjectHandleOfAChangedObject(t *testing.T) {
	t.Parallel()
	first := noise(100)
	servers := map[string]func(*memory){
		"":                          func(*memory) {},
		", If-Match is overlooked":  func(m *memory) { m.noIfMatch = true },
		", no ETag":                 func(m *memory) { m.noETag = true },
		", ranges are overlooked":   func(m *memory) { m.noIfMatch, m.noRange = true, true },
		", no ETag, ranges as well": func(m *memory) { m.noETag, m.noRange = true, true },
	}
	changes := map[string]func(*stored){
		"same size": func(o *stored) {
			o.content = bytes.ToUpper(o.content)
			o.modified = o.modified.Add(time.Second)
		},
		"longer":  func(o *stored) { o.content = append(o.content, "more"...) },
		"shorter": func(o *stored) { o.content = o.content[:95] },
		"cut":     func(o *stored) { o.content = o.content[:5] },
	}
	for how, read := range reads {
		for what, change := range changes {
			for which, server := range servers {
				t.Run(how+", "+what+which, func(t *testing.T) {
					t.Parallel()
					m := newMemory()
					server(m)
					m.put("k", first)
					o := open(t, m.client(t), "k", readAhead(10))
					p := make([]byte, 10)
					_, err := o.Read(p)
					require.NoError(t, err)
					require.Equal(t, first[:10], string(p))
					m.change("k", change)
					err = read(o)
					require.ErrorIs(t, err, ErrObjectChanged)
					require.ErrorIs(t, err, ErrPreconditionFailed)
					require.NotErrorIs(t, err, fs.ErrNotExist)
				})
			}
		}
		t.Run(how+", in a bucket with versions", func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.versions = make(map[string]stored)
			m.put("k", first)
			o := open(t, m.client(t), "k", readAhead(10))
			m.put("k", noise(200)[100:])
			require.NoError(t, read(o), "the version is still there")
			require.Len(t, m.take(), 3)
			got, err := io.ReadAll(io.NewSectionReader(o.WithContext(t.Context()), 0, 100))
			require.NoError(t, err)
			require.Equal(t, first, string(got))
			for _, r := range m.log {
				require.Equal(t, "version-1", r.URL.Query().Get("versionId"), "and is asked for at once from then on")
			}

			other := open(t, m.client(t), "k", readAhead(10))
			m.put("k", first)
			delete(m.versions, "version-2")
			err = read(other)
			require.ErrorIs(t, err, ErrObjectChanged)
			require.ErrorIs(t, err, ErrNoSuchKey)
		})
		t.Run(how+", deleted", func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.put("k", first)
			o := open(t, m.client(t), "k")
			delete(m.objects, "k")
			require.ErrorIs(t, read(o), fs.ErrNotExist)
		})
	}
	t.Run("a version", func(t *testing.T) {
		m := newMemory()
		m.versions = make(map[string]stored)
		m.put("k", first)
		m.put("k", "second")
		o, err := m.client(t).OpenObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "k", VersionId: "version-1"})
		require.NoError(t, err)
		got, err := io.ReadAll(o)
		require.NoError(t, err)
		require.Equal(t, first, string(got))
		require.NoError(t, o.Close())
	})
}

func TestObjectHandleOfOddAnswers(t *testing.T) {
	t.Parallel()
	const etag = `"e"`
	head := says(200, "", "Content-Length", "100", "ETag", etag, "Last-Modified", "Wed, 04 Mar 2026 05:06:07 GMT")
	for name, c := range map[string]struct {
		status      int
		size        int
		header      []string
		want        error
		wantMessage string
	}{
		"another range":                        {206, 10, []string{"ETag", etag, "Content-Range", "bytes 0-9/100"}, nil, `the server answered with "bytes 0-9" in place of "bytes 90-99"`},
		"a shorter range":                      {206, 5, []string{"ETag", etag, "Content-Range", "bytes 90-94/100"}, nil, `the server answered with "bytes 90-94"`},
		"a range of no known size":             {206, 10, []string{"ETag", etag, "Content-Range", "bytes 90-99/*"}, nil, ""},
		"an ETag without quotes":               {206, 10, []string{"ETag", "e", "Content-Range", "bytes 90-99/100"}, nil, ""},
		"no ETag":                              {206, 10, []string{"Last-Modified", "Wed, 04 Mar 2026 05:06:07 GMT", "Content-Range", "bytes 90-99/100"}, nil, ""},
		"no ETag, another time":                {206, 10, []string{"Last-Modified", "Wed, 04 Mar 2026 05:06:08 GMT", "Content-Range", "bytes 90-99/100"}, ErrObjectChanged, ""},
		"no ETag, another size":                {206, 10, []string{"Last-Modified", "Wed, 04 Mar 2026 05:06:07 GMT", "Content-Range", "bytes 90-99/101"}, ErrObjectChanged, ""},
		"no ETag, no size that is one":         {206, 10, []string{"Last-Modified", "Wed, 04 Mar 2026 05:06:07 GMT", "Content-Range", "bytes 90-99/x"}, ErrObjectChanged, ""},
		"another ETag":                         {206, 10, []string{"ETag", `"f"`, "Content-Range", "bytes 90-99/100"}, ErrObjectChanged, ""},
		"fewer bytes than the range":           {206, 5, []string{"ETag", etag, "Content-Range", "bytes 90-99/100"}, io.ErrUnexpectedEOF, ""},
		"a range that is not told":             {206, 10, []string{"ETag", etag, "Content-Length", "10"}, io.ErrUnexpectedEOF, ""},
		"the whole object":                     {200, 100, []string{"ETag", etag, "Content-Length", "100"}, nil, ""},
		"the range is not satisfiable, no XML": {416, 10, nil, ErrObjectChanged, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := noise(c.size)
			s := script(head, says(c.status, content, c.header...))
			o := open(t, newClient(t, s, func(o *Options) { o.MaxAttempts = -1 }), "k", readAhead(-1))
			_, err := o.Seek(90, io.SeekStart)
			require.NoError(t, err)
			p := make([]byte, 10)
			_, err = o.Read(p)
			switch {
			case c.want != nil:
				require.ErrorIs(t, err, c.want)
			case c.wantMessage != "":
				require.ErrorContains(t, err, c.wantMessage)
			default:
				require.NoError(t, err)
				require.Equal(t, content[len(content)-10:], string(p))
			}
		})
	}
	t.Run("a short answer to WriteTo", func(t *testing.T) {
		t.Parallel()
		s := script(head, says(200, noise(50), "ETag", etag))
		o := open(t, newClient(t, s), "k")
		n, err := o.WriteTo(io.Discard)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, int64(50), n)
	})
	t.Run("a body that breaks off", func(t *testing.T) {
		t.Parallel()
		s := script(head, func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 206, noise(50), "ETag", etag, "Content-Range", "bytes 0-98/100")
			resp.ContentLength = 99
			return resp, nil
		})
		o := open(t, newClient(t, s, func(o *Options) { o.MaxAttempts = -1 }), "k")
		n, err := o.ReadAt(make([]byte, 99), 0)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NotErrorIs(t, err, io.EOF)
		require.Equal(t, 50, n)
	})
	t.Run("a checksum that is wrong", func(t *testing.T) {
		t.Parallel()
		wrong := says(200, noise(100), "ETag", etag, "X-Amz-Checksum-Crc32c", "AAAAAA==")
		s := script(head, wrong, wrong, wrong)
		o, err := newClient(t, s).OpenObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "k", ChecksumMode: ChecksumModeEnabled})
		require.NoError(t, err)
		_, err = o.Read(make([]byte, 10))
		require.ErrorIs(t, err, ErrChecksumMismatch)
		_, err = o.ReadAt(make([]byte, 100), 0)
		require.ErrorIs(t, err, ErrChecksumMismatch)
		_, err = o.WriteTo(io.Discard)
		require.ErrorIs(t, err, ErrChecksumMismatch)
		require.NoError(t, o.Close())
	})
	t.Run("a writer that fails", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		m.put("k", noise(100))
		o := open(t, m.client(t), "k", readAhead(10))
		broken := errors.New("broken")
		_, err := o.Read(make([]byte, 5))
		require.NoError(t, err)
		for range 2 { // with bytes held, and without
			pr, pw := io.Pipe()
			require.NoError(t, pr.CloseWithError(broken))
			_, err = o.WriteTo(pw)
			require.ErrorIs(t, err, broken)
			_, err = o.Seek(50, io.SeekStart)
			require.NoError(t, err)
		}
	})
	t.Run("a fetch that fails is fetched again", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		content := noise(100)
		m.put("k", content)
		var down atomic.Bool
		m.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if down.Load() {
				refuse(w, r, 403, "AccessDenied")
			}
			return down.Load()
		}
		o := open(t, m.client(t), "k", readAhead(10))
		_, err := io.ReadFull(o, make([]byte, 20)) // and the third window on its way
		require.NoError(t, err)
		<-o.window.next.done
		down.Store(true)
		for _, offset := range []int64{20, 30, 80} { // still right; the fourth failed ahead; the ninth fails
			_, err = o.Seek(offset, io.SeekStart)
			require.NoError(t, err)
			n, err := o.Read(make([]byte, 10))
			if offset == 20 {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, fs.ErrPermission)
			require.Zero(t, n)
		}
		down.Store(false)
		rest, err := io.ReadAll(o)
		require.NoError(t, err)
		require.Equal(t, content[80:], string(rest))
	})
}

func TestObjectHandleEnds(t *testing.T) {
	t.Parallel()
	content := noise(1000)
	for how, read := range reads {
		t.Run(how+" of a closed handle", func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.put("k", content)
			o := open(t, m.client(t), "k", readAhead(100))
			_, err := o.Read(make([]byte, 10))
			require.NoError(t, err)
			require.NoError(t, o.Close())
			require.NoError(t, o.Close())
			err = read(o)
			require.ErrorIs(t, err, fs.ErrClosed)
			require.ErrorContains(t, err, `bucket "bucket", key "k"`)
			_, err = o.Seek(0, io.SeekStart)
			require.ErrorIs(t, err, fs.ErrClosed)

			// Another handle on it is not closed.
			other := o.WithContext(t.Context())
			defer other.Close()
			require.NoError(t, read(other))
		})
		t.Run(how+" after the context", func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.put("k", content)
			why := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			o := open(t, m.client(t), "k", readAhead(100)).WithContext(ctx)
			defer o.Close()
			_, err := o.Read(make([]byte, 10))
			require.NoError(t, err)
			cancel(why)
			err = read(o)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, why)
		})
		t.Run(how+" that is under way", func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.put("k", content)
			arrived, leave := make(chan struct{}), make(chan struct{})
			server := httptest.NewServer(m)
			t.Cleanup(server.Close)
			t.Cleanup(func() { close(leave) })
			c := m.client(t, func(o *Options) { o.Endpoint, o.HTTPClient = server.URL, server.Client() })
			o := open(t, c, "k", readAhead(50))
			m.hook = func(http.ResponseWriter, *http.Request) bool {
				close(arrived)
				<-leave
				return true
			}
			done := make(chan error)
			go func() { done <- read(o) }()
			<-arrived
			require.NoError(t, o.Close())
			require.ErrorIs(t, <-done, fs.ErrClosed)
		})
	}
	t.Run("what is fetched ahead", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		m.put("k", content)
		begun := make(chan struct{}, 10)
		server := httptest.NewServer(m)
		t.Cleanup(server.Close)
		c := m.client(t, func(o *Options) { o.Endpoint, o.HTTPClient = server.URL, server.Client() })
		base := open(t, c, "k", readAhead(100))
		m.hook = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Range") < "bytes=200" {
				return false
			}
			begun <- struct{}{}
			<-r.Context().Done() // until the client goes away
			return true
		}
		ends := map[string]func(*ObjectHandle, context.CancelFunc){
			"Close": func(o *ObjectHandle, _ context.CancelFunc) { require.NoError(t, o.Close()) },
			"context": func(_ *ObjectHandle, cancel context.CancelFunc) {
				cancel()
			},
			"Seek elsewhere": func(o *ObjectHandle, _ context.CancelFunc) {
				_, err := o.Seek(0, io.SeekStart)
				require.NoError(t, err)
				_, err = o.Read(make([]byte, 10))
				require.NoError(t, err)
			},
			"WriteTo": func(o *ObjectHandle, _ context.CancelFunc) {
				_, err := o.Seek(0, io.SeekStart)
				require.NoError(t, err)
				_, err = o.WriteTo(io.Discard)
				require.NoError(t, err)
			},
		}
		for name, end := range ends {
			ctx, cancel := context.WithCancel(t.Context())
			o := base.WithContext(ctx)
			_, err := io.ReadFull(o, make([]byte, 150))
			require.NoError(t, err)
			<-begun
			next := o.window.next
			end(o, cancel)
			<-next.done
			require.Error(t, next.err, name)
			require.NoError(t, o.Close())
			cancel()
		}
	})
}

func TestObjectHandleIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	m := newMemory()
	content := noise(300_000)
	m.put("k", content)
	o := open(t, m.client(t), "k", readAhead(20_000))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 2))
			for range 100 {
				p := make([]byte, 1+random.IntN(3000))
				off := random.Int64N(int64(len(content)))
				n, err := o.ReadAt(p, off)
				if err != nil && (err != io.EOF || off+int64(n) != int64(len(content))) || content[off:off+int64(n)] != string(p[:n]) {
					t.Errorf("ReadAt(%d, %d): %d bytes, %v", len(p), off, n, err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			_, err := o.Seek(0, io.SeekStart)
			require.NoError(t, err)
			require.NoError(t, iotest.TestReader(struct{ io.Reader }{o}, []byte(content)))
		}
	})
	wg.Wait()
}

// A broken connection is not seen from outside.
func TestObjectHandleResumes(t *testing.T) {
	t.Parallel()
	m := newMemory()
	content := noise(200_000)
	m.put("k", content)
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	var broken atomic.Int32
	m.hook = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead || broken.Add(1)%2 == 0 {
			return false
		}
		m.get(&half{w, 1000}, r, "k")
		return true
	}
	c := m.client(t, func(o *Options) { o.Endpoint, o.HTTPClient = server.URL, server.Client() })
	o := open(t, c, "k")
	var got bytes.Buffer
	_, err := o.WriteTo(&got)
	require.NoError(t, err)
	require.True(t, content == got.String())
	p := make([]byte, 50_000)
	_, err = o.ReadAt(p, 70_000)
	require.NoError(t, err)
	require.True(t, content[70_000:120_000] == string(p))
	require.GreaterOrEqual(t, broken.Load(), int32(4))
}

// half breaks the connection after so many bytes.
type half struct {
	http.ResponseWriter
	left int
}

func (h *half) Write(p []byte) (int, error) {
	_, _ = h.ResponseWriter.Write(p[:min(h.left, len(p))])
	if h.left -= len(p); h.left <= 0 {
		_ = http.NewResponseController(h.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return len(p), nil
}

// Requests follow each other over one connection.
func TestObjectHandleKeepsConnections(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.put("k", noise(200_000))
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	var fresh atomic.Int32
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if !i.Reused {
			fresh.Add(1)
		}
	}})
	c := m.client(t, func(o *Options) { o.Endpoint, o.HTTPClient = server.URL, server.Client() })
	o := open(t, c, "k").WithContext(ctx)
	defer o.Close()
	for i := range 20 {
		_, err := o.ReadAt(make([]byte, 5000), int64(i*7000))
		require.NoError(t, err)
	}
	_, err := io.Copy(io.Discard, struct{ io.Reader }{o})
	require.NoError(t, err)
	require.LessOrEqual(t, fresh.Load(), int32(1))
}

func TestObjectHandleAsAnArchive(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for i := range 20 {
		f, err := w.Create(fmt.Sprintf("dir/%d.txt", i))
		require.NoError(t, err)
		_, err = io.WriteString(f, strings.Repeat(noise(1000), i))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	m := newMemory()
	m.put("k.zip", archive.String())
	o := open(t, m.client(t), "k.zip")
	r, err := zip.NewReader(o, o.Size())
	require.NoError(t, err)
	got, err := fs.ReadFile(r, "dir/7.txt")
	require.NoError(t, err)
	require.Equal(t, strings.Repeat(noise(1000), 7), string(got))
	require.Less(t, len(m.take()), 10, "and not all of it was read")
}

// One ReadAt of 64 KiB, without a network.
func BenchmarkObjectHandleReadAt(b *testing.B) {
	const size = 64 << 10
	content := noise(1 << 20)
	c := newClient(b, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodHead {
			return answer(r, 200, "", "Content-Length", fmt.Sprint(len(content)), "ETag", `"e"`), nil
		}
		resp := answer(r, 206, content[:size], "ETag", `"e"`, "Content-Range", fmt.Sprintf("bytes 0-%d/%d", size-1, len(content)))
		return resp, nil
	}))
	o, err := c.OpenObject(b.Context(), &GetObjectInput{Bucket: "bucket", Key: "k"})
	require.NoError(b, err)
	defer o.Close()
	p := make([]byte, size)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.ReadAt(p, 0); err != nil {
			b.Fatal(err)
		}
	}
}
