package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

func TestDownload(t *testing.T) {
	t.Parallel()
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW()} {
		for _, secure := range []bool{false, true} {
			for _, size := range []int{0, 1, partSize, partSize + 1, 5*partSize + 7} {
				t.Run(fmt.Sprintf("%s/https=%t/%d", p.Name, secure, size), func(t *testing.T) {
					t.Parallel()
					s := startShelf(t, p, secure, shelve(pattern(size)).sum(checksum.CRC64NVME).
						with("Content-Type", "text/x-test").with("X-Amz-Meta-A", "1").with("X-Amz-Storage-Class", "GLACIER"))
					got := &steps{t: t}
					var w memoryWriter
					out, err := s.manager(t, func(o *Options) { o.Progress = got.report }).Download(t.Context(), &w, get())
					require.NoError(t, err)
					requireSame(t, pattern(size), w.b)
					parts := max((size+partSize-1)/partSize, 1)
					want := DownloadOutput{
						Size: int64(size), Parts: parts, ETag: s.object.header.Get("Etag"), LastModified: s.object.modified,
						ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}, StorageClass: "GLACIER",
					}
					heads := 0
					if p.Name == "AWS" && (size == 0 || parts > 1) {
						want.Verified, want.ChecksumType = s3.ChecksumAlgorithmCrc64nvme, s3.ChecksumTypeFullObject
						want.ChecksumCRC64NVME = s.object.header.Get("X-Amz-Checksum-Crc64nvme")
						heads = min(parts-1, 1)
					}
					assert.Equal(t, &want, out)
					assert.Len(t, s.requests(http.MethodHead), heads)
					gets := parts
					if size == 0 {
						gets = 2 // no first byte
					}
					assert.Len(t, s.gets(), gets)
					assert.Equal(t, Progress{Bytes: int64(size), Total: int64(size), PartsDone: parts, Parts: parts, Done: true}, got.all[len(got.all)-1])
					assert.Zero(t, got.falls())
					for _, r := range s.requests(http.MethodGet)[1:] {
						if size > 0 {
							assert.Equal(t, want.ETag, r.Header.Get("If-Match"))
						}
					}
				})
			}
		}
	}
}

// Whose size a listing has told is asked for as a whole, and its checksum told.
func TestDownloadOfKnownSize(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]struct {
		gets, heads int
		verified    s3.ChecksumAlgorithm
	}{
		0:            {1, 0, s3.ChecksumAlgorithmCrc32c},
		partSize:     {1, 0, s3.ChecksumAlgorithmCrc32c},
		partSize + 1: {2, 1, s3.ChecksumAlgorithmCrc32c},
	} {
		s := startShelf(t, s3.MinIO(), false, shelve(pattern(size)).sum(checksum.CRC32C))
		var w memoryWriter
		out, err := s.manager(t).Download(t.Context(), &w, get(), func(o *Options) { o.size = ptr(int64(size)) })
		require.NoError(t, err)
		requireSame(t, pattern(size), w.b)
		assert.Equal(t, want.verified, out.Verified)
		assert.Len(t, s.gets(), want.gets)
		assert.Len(t, s.requests(http.MethodHead), want.heads)
	}
	// Or something else is there by now.
	s := startShelf(t, s3.MinIO(), false, shelve(pattern(3*partSize)))
	var w memoryWriter
	out, err := s.manager(t).Download(t.Context(), &w, get(), func(o *Options) { o.size = ptr(int64(7)) })
	require.NoError(t, err)
	requireSame(t, pattern(3*partSize), w.b)
	assert.Equal(t, 1, out.Parts)
}

func TestDownloadIntegrity(t *testing.T) {
	t.Parallel()
	plain := func(data []byte) *shelved { return shelve(data) }
	sum := func(a checksum.Algorithm) func([]byte) *shelved {
		return func(data []byte) *shelved { return shelve(data).sum(a) }
	}
	header := func(name, value string) func([]byte) *shelved {
		return func(data []byte) *shelved { return shelve(data).with(name, value) }
	}
	for _, c := range []struct {
		name     string
		asked    Integrity
		object   func([]byte) *shelved
		one, all s3.ChecksumAlgorithm // in one part, in several
		unread   s3.ChecksumAlgorithm // in several, of a writer that can't be read
	}{
		{"auto, CRC64NVME", IntegrityAuto, sum(checksum.CRC64NVME), "", "CRC64NVME", "CRC64NVME"},
		{"auto, CRC32C", IntegrityAuto, sum(checksum.CRC32C), "", "CRC32C", "CRC32C"},
		{"auto, CRC32", IntegrityAuto, sum(checksum.CRC32), "", "CRC32", "CRC32"},
		{"auto, SHA256", IntegrityAuto, sum(checksum.SHA256), "", "", ""},
		{"auto, none", IntegrityAuto, plain, "", "", ""},
		{"auto, of parts", IntegrityAuto, header("X-Amz-Checksum-Crc32", "AAAAAA==-3"), "", "", ""},
		{"as the uploads", IntegritySignedPayload, sum(checksum.CRC32), "", "CRC32", "CRC32"},
		{"checksum, CRC64NVME", IntegrityChecksum, sum(checksum.CRC64NVME), "CRC64NVME", "CRC64NVME", "CRC64NVME"},
		{"checksum, SHA256", IntegrityChecksum, sum(checksum.SHA256), "SHA256", "SHA256", ""},
		{"checksum, SHA1", IntegrityChecksum, sum(checksum.SHA1), "SHA1", "SHA1", ""},
		{"checksum, none", IntegrityChecksum, plain, "", "", ""},
		{"checksum, composite", IntegrityChecksum, func(b []byte) *shelved {
			return shelve(b).with("X-Amz-Checksum-Sha256", "AAAA").with("X-Amz-Checksum-Type", "COMPOSITE")
		}, "", "", ""},
		{"md5", IntegrityMD5, plain, "MD5", "MD5", ""},
		{"md5, of parts", IntegrityMD5, header("Etag", `"0123456789abcdef0123456789abcdef-2"`), "", "", ""},
		{"md5, KMS", IntegrityMD5, header("X-Amz-Server-Side-Encryption", "aws:kms"), "", "", ""},
		{"transport", IntegrityTransport, sum(checksum.CRC32), "", "", ""},
	} {
		for _, size := range []int{partSize, 3*partSize + 5} {
			t.Run(fmt.Sprint(c.name, "/", size), func(t *testing.T) {
				t.Parallel()
				s := startShelf(t, s3.AWS(), false, c.object(pattern(size)))
				want, unread := c.one, c.one
				if size > partSize {
					want, unread = c.all, c.unread
				}
				var w memoryWriter
				m := s.manager(t, func(o *Options) { o.Integrity = c.asked })
				out, err := m.Download(t.Context(), &w, get())
				require.NoError(t, err)
				requireSame(t, pattern(size), w.b)
				assert.Equal(t, want, out.Verified)

				out, err = m.Download(t.Context(), onlyWriter{&w}, get())
				require.NoError(t, err)
				assert.Equal(t, unread, out.Verified)

				r, err := m.Open(t.Context(), get())
				require.NoError(t, err)
				defer r.Close()
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				requireSame(t, pattern(size), got)
				assert.Equal(t, want, r.Verified)

				// One byte that is not what is stored.
				s.spoil = func(from int64, b []byte) []byte {
					if from+int64(len(b)) == int64(size) {
						b[len(b)-1]++
					}
					return b
				}
				_, err = m.Download(t.Context(), &memoryWriter{}, get())
				require.Equal(t, want != "", errors.Is(err, s3.ErrChecksumMismatch), "%v", err)
				r, err = m.Open(t.Context(), get())
				require.NoError(t, err)
				defer r.Close()
				got, err = io.ReadAll(r)
				require.Equal(t, want != "", errors.Is(err, s3.ErrChecksumMismatch), "%v", err)
				assert.Len(t, got, size)
			})
		}
	}
}

// What can't be compared is no reason to fail, unless it was asked for.
func TestDownloadWithoutHead(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.AWS(), false, shelve(pattern(3*partSize)).sum(checksum.CRC32))
	s.instead(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusForbidden)
		}
		return r.Method == http.MethodHead
	})
	m := s.manager(t)
	out, err := m.Download(t.Context(), &memoryWriter{}, get())
	require.NoError(t, err)
	assert.Empty(t, out.Verified)
	r, err := m.Open(t.Context(), get())
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	asked := func(o *Options) { o.Integrity = IntegrityChecksum }
	_, err = m.Download(t.Context(), &memoryWriter{}, get(), asked)
	require.ErrorIs(t, err, s3.ErrForbidden)
	_, err = m.Open(t.Context(), get(), asked)
	require.ErrorIs(t, err, s3.ErrForbidden)
	s.replace(shelve(pattern(100)))
	_, err = m.Download(t.Context(), &memoryWriter{}, get(), asked)
	require.ErrorIs(t, err, s3.ErrForbidden)
}

// The checksum, too, is that of the state that the download began with.
func TestDownloadChecksumOfAnotherState(t *testing.T) {
	t.Parallel()
	data := pattern(3 * partSize)
	for _, version := range []bool{false, true} {
		s := startShelf(t, s3.AWS(), false, shelve(data).sum(checksum.CRC32))
		s.noIfMatch = !version
		if version {
			s.object.header.Set("X-Amz-Version-Id", "v1")
			s.versions = map[string]*shelved{"v1": s.object}
		}
		s.instead(func(_ http.ResponseWriter, r *http.Request, n int) bool {
			if r.Method == http.MethodHead && n == 1 {
				s.replace(shelve(data[1:]).sum(checksum.CRC32))
			}
			return false
		})
		var w memoryWriter
		out, err := s.manager(t).Download(t.Context(), &w, get(), func(o *Options) { o.Integrity = IntegrityChecksum })
		if !version {
			require.ErrorIs(t, err, s3.ErrObjectChanged)
			continue
		}
		require.NoError(t, err)
		requireSame(t, data, w.b)
		assert.Equal(t, s3.ChecksumAlgorithmCrc32, out.Verified)
	}
}

func TestDownloadBadInput(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, shelve(pattern(10)))
	m := s.manager(t)
	var refused *OptionError
	for field, c := range map[string]struct {
		in *s3.GetObjectInput
		o  func(*Options)
	}{
		"Bucket":     {nil, nil},
		"Key":        {&s3.GetObjectInput{Bucket: "bucket"}, nil},
		"Range":      {&s3.GetObjectInput{Bucket: "bucket", Key: "k", Range: "bytes=0-1"}, nil},
		"PartNumber": {&s3.GetObjectInput{Bucket: "bucket", Key: "k", PartNumber: 1}, nil},
		"PartSize":   {get(), func(o *Options) { o.PartSize = -1 }},
		"Integrity":  {get(), func(o *Options) { o.Integrity = IntegrityChecksum }},
	} {
		o := c.o
		if o == nil {
			o = func(*Options) {}
		}
		_, err := m.Download(t.Context(), &memoryWriter{}, c.in, o)
		require.ErrorAs(t, err, &refused, field)
		assert.Equal(t, field, refused.Field)
		var failed *DownloadError
		require.ErrorAs(t, err, &failed)
		_, err = m.DownloadFile(t.Context(), "x", c.in, o)
		require.ErrorAs(t, err, &refused, field)
		_, err = m.Open(t.Context(), c.in, o)
		require.ErrorAs(t, err, &refused, field)
	}
	_, err := m.Download(t.Context(), nil, get())
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "writer", refused.Field)
	md5 := func(o *Options) { o.Integrity = IntegrityMD5 }
	s.profile = s3.Generic()
	_, err = s.manager(t).Download(t.Context(), &memoryWriter{}, get(), md5)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "Integrity", refused.Field)
	assert.Empty(t, s.log, "nothing was sent")
}

func TestDownloadConditions(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, shelve(pattern(3*partSize)))
	m := s.manager(t)
	etag := s.object.header.Get("Etag")
	for _, c := range []struct {
		match, none string
		want        error
	}{
		{match: `"other"`, want: s3.ErrPreconditionFailed},
		{none: etag, want: s3.ErrNotModified},
		{match: etag, none: `"other"`},
	} {
		s.forget()
		in := get()
		in.IfMatch, in.IfNoneMatch = c.match, c.none
		_, err := m.Download(t.Context(), &memoryWriter{}, in)
		if c.want != nil {
			require.ErrorIs(t, err, c.want)
			require.NotErrorIs(t, err, s3.ErrObjectChanged)
			continue
		}
		require.NoError(t, err)
		for i, r := range s.requests(http.MethodGet) {
			assert.Equal(t, etag, r.Header.Get("If-Match"))
			assert.Equal(t, i == 0, r.Header.Get("If-None-Match") != "", "put once")
		}
	}
	s.replace(nil)
	_, err := m.Download(t.Context(), &memoryWriter{}, get())
	require.ErrorIs(t, err, s3.ErrNoSuchKey)
	require.ErrorContains(t, err, `download of bucket "bucket", key "some/key": `)
	assert.NotContains(t, err.Error(), "\n")
}

const thirdPart = "bytes=32768-49151"

// Whatever the server makes of the condition, no two states of an object are mixed.
func TestDownloadOfAChangingObject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(s *shelf)
		want    error
	}{
		"replaced": {func(s *shelf) {
			s.instead(before(thirdPart, func() { s.replace(shelve(pattern(6*partSize + 1)[1:])) }))
		}, s3.ErrObjectChanged},
		"If-Match overlooked": {func(s *shelf) {
			s.noIfMatch = true
			s.instead(before(thirdPart, func() { s.replace(shelve(pattern(6*partSize + 1)[1:])) }))
		}, s3.ErrObjectChanged},
		"shrunk": {func(s *shelf) {
			s.noIfMatch = true
			s.instead(before(thirdPart, func() { s.replace(shelve(pattern(10))) }))
		}, s3.ErrObjectChanged},
		"only the time": {func(s *shelf) {
			s.instead(s.changing(thirdPart, func(r *httptest.ResponseRecorder) {
				r.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
			}))
		}, s3.ErrObjectChanged},
		"another size": {func(s *shelf) {
			s.instead(s.changing(thirdPart, func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "bytes 32768-49151/9") }))
		}, s3.ErrObjectChanged},
		"another range": {func(s *shelf) {
			s.instead(s.changing(thirdPart, func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "bytes 32769-49152/98304") }))
		}, errMalformed},
		"no range": {func(s *shelf) {
			s.instead(s.changing(thirdPart, func(r *httptest.ResponseRecorder) { r.Header().Del("Content-Range") }))
		}, errMalformed},
		"another length": {func(s *shelf) {
			s.instead(s.changing(thirdPart, func(r *httptest.ResponseRecorder) {
				r.Body.Truncate(5)
				r.Header().Set("Content-Length", "5")
			}))
		}, errMalformed},
		"replaced, but its version is there": {func(s *shelf) {
			s.object.header.Set("X-Amz-Version-Id", "v1")
			s.versions = map[string]*shelved{"v1": s.object}
			s.instead(before(thirdPart, func() { s.replace(shelve(pattern(6*partSize + 1)[1:])) }))
		}, nil},
		"its version is gone, too": {func(s *shelf) {
			s.object.header.Set("X-Amz-Version-Id", "v1")
			s.instead(before(thirdPart, func() { s.replace(shelve(pattern(6*partSize + 1)[1:])) }))
		}, s3.ErrObjectChanged},
		"weak ETag": {func(s *shelf) { s.object.header.Set("Etag", `W/"x"`) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := pattern(6 * partSize)
			s := startShelf(t, s3.CephRGW(), false, shelve(data))
			c.prepare(s)
			m := s.manager(t, func(o *Options) { o.Concurrency = -1 })
			var w memoryWriter
			_, err := m.Download(t.Context(), &w, get())
			if c.want == nil {
				require.NoError(t, err)
				requireSame(t, data, w.b)
				return
			}
			require.ErrorIs(t, err, c.want)
			var failed *DownloadError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, []int64{2 * partSize, partSize}, []int64{failed.Offset, failed.Size})
			assert.Contains(t, err.Error(), "16384 bytes at 32768")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestDownloadFirstAnswer(t *testing.T) {
	t.Parallel()
	const first = "bytes=0-16383"
	for name, change := range map[string]func(*httptest.ResponseRecorder){
		"another range": func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "bytes 1-16384/65536") },
		"less":          func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "bytes 0-9/65536") },
		"no size":       func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "bytes 0-16383/*") },
		"no range":      func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startShelf(t, s3.CephRGW(), false, shelve(pattern(4*partSize)))
			s.instead(s.changing(first, change))
			_, err := s.manager(t).Download(t.Context(), &memoryWriter{}, get())
			require.ErrorIs(t, err, errMalformed)
		})
	}
}

// A server that knows no ranges sends all of it, once.
func TestDownloadWithoutRanges(t *testing.T) {
	t.Parallel()
	for _, asked := range []Integrity{IntegrityAuto, IntegrityMD5} {
		s := startShelf(t, s3.CephRGW(), false, shelve(pattern(5*partSize+7)))
		s.noRange = true
		m := s.manager(t, func(o *Options) { o.Integrity = asked })
		var w memoryWriter
		out, err := m.Download(t.Context(), &w, get())
		require.NoError(t, err)
		requireSame(t, pattern(5*partSize+7), w.b)
		assert.Equal(t, 1, out.Parts)
		assert.Equal(t, int64(len(w.b)), out.Size)
		assert.Equal(t, asked == IntegrityMD5, out.Verified == "MD5")
		assert.Len(t, s.gets(), 1)
		// One that does not even tell the length.
		s.instead(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.Header().Set("ETag", s.object.header.Get("Etag"))
			for _, b := range s.object.data {
				_, _ = w.Write([]byte{b})
			}
			return true
		})
		w = memoryWriter{}
		out, err = m.Download(t.Context(), &w, get())
		require.NoError(t, err)
		requireSame(t, pattern(5*partSize+7), w.b)
		assert.Equal(t, int64(len(w.b)), out.Size)
	}
}

// A connection that breaks is taken up where it broke; what came counts once.
func TestDownloadBrokenConnection(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.AWS(), true, shelve(pattern(4*partSize)).sum(checksum.CRC64NVME))
	s.instead(s.breaking(thirdPart, 5000))
	var w memoryWriter
	out, err := s.manager(t).Download(t.Context(), &w, get())
	require.NoError(t, err)
	requireSame(t, pattern(4*partSize), w.b)
	assert.Equal(t, s3.ChecksumAlgorithmCrc64nvme, out.Verified)
	assert.Contains(t, s.gets(), fmt.Sprintf("bytes=%d-%d", 2*partSize+5000, 3*partSize-1))
}

func TestDownloadConcurrency(t *testing.T) {
	t.Parallel()
	for concurrency, want := range map[int]int{-1: 1, 3: 3} {
		s := startShelf(t, s3.CephRGW(), false, shelve(pattern(40*partSize)))
		_, err := s.manager(t, func(o *Options) { o.Concurrency = 8 }).Download(t.Context(), &memoryWriter{}, get(),
			func(o *Options) { o.Concurrency = concurrency })
		require.NoError(t, err)
		assert.LessOrEqual(t, s.peak, want)
	}
}

func TestDownloadCancelled(t *testing.T) {
	t.Parallel()
	stop := errors.New("enough")
	for _, at := range []string{"bytes=0-16383", thirdPart, "bytes=65536-81919"} {
		s := startShelf(t, s3.AWS(), false, shelve(pattern(5*partSize)))
		ctx, cancel := context.WithCancelCause(t.Context())
		s.instead(before(at, func() { cancel(stop) }))
		_, err := s.manager(t).Download(ctx, &memoryWriter{}, get())
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, stop)
	}
	s := startShelf(t, s3.AWS(), false, shelve(pattern(5*partSize)))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	_, err := s.manager(t).Download(ctx, &memoryWriter{}, get())
	require.ErrorIs(t, err, stop)
	_, err = s.manager(t).Open(ctx, get())
	require.ErrorIs(t, err, stop)
}

type fullWriter struct{ err error }

func (w fullWriter) WriteAt([]byte, int64) (int, error) { return 0, w.err }

type unreadable struct{ err error }

func (unreadable) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (u unreadable) ReadAt([]byte, int64) (int, error)    { return 0, u.err }

func TestDownloadWriterFails(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, shelve(pattern(5*partSize)))
	got := &steps{t: t}
	full := errors.New("disk full")
	_, err := s.manager(t, func(o *Options) { o.Progress = got.report }).Download(t.Context(), fullWriter{full}, get())
	require.ErrorIs(t, err, full)
	for _, p := range got.all {
		assert.False(t, p.Done)
		assert.Zero(t, p.Bytes)
	}
	_, err = s.manager(t, func(o *Options) { o.Integrity = IntegrityMD5 }).Download(t.Context(), unreadable{full}, get())
	require.ErrorIs(t, err, full)
}

// A customer key goes with every request.
func TestDownloadCustomerKey(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.AWS(), true, shelve(pattern(3*partSize)).with("X-Amz-Server-Side-Encryption-Customer-Algorithm", "AES256"))
	in := get()
	in.SSECustomerKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	out, err := s.manager(t, func(o *Options) { o.Integrity = IntegrityMD5 }).Download(t.Context(), &memoryWriter{}, in)
	require.NoError(t, err)
	assert.Empty(t, out.Verified, "the ETag is no MD5 under a key")
	assert.Equal(t, "AES256", out.SSECustomerAlgorithm)
	_, err = s.manager(t).Download(t.Context(), &memoryWriter{}, in)
	require.NoError(t, err)
	assert.Len(t, s.log, 7)
	for _, r := range s.log {
		assert.Equal(t, string(in.SSECustomerKey), r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key"))
	}
	in.SSECustomerKey = "x"
	_, err = s.manager(t).Download(t.Context(), &memoryWriter{}, in)
	require.Error(t, err)
}

func TestReadPartSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    Options
		size int64
		most int
	}{
		{Options{}, 4 << 20, 4},
		{Options{ReadAhead: 64 << 20}, 4 << 20, 16},
		{Options{ReadAhead: 64 << 20, PartSize: 16 << 20}, 4 << 20, 16},
		{Options{PartSize: 1 << 20}, 1 << 20, 16},
		{Options{ReadAhead: 4 << 20}, 1 << 20, 4},
		{Options{ReadAhead: -1}, 4 << 20, 1},
		{Options{ReadAhead: 1}, 1, 1},
		{Options{ReadAhead: math.MaxInt64}, 4 << 20, math.MaxInt32},
	} {
		size, most := c.o.readPartSize()
		assert.Equal(t, c.size, size)
		assert.Equal(t, c.most, most)
	}
}

// Alluxio answers a range of an empty object with 206 and "bytes 0-0/0".
func TestDownloadOfAnEmptyRange(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.Alluxio(), false, shelve(nil))
	s.instead(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Range") == "" {
			return false
		}
		w.Header().Set("Content-Range", "bytes 0-0/0")
		w.WriteHeader(http.StatusPartialContent)
		return true
	})
	w := &memoryWriter{}
	out, err := s.manager(t).Download(t.Context(), w, get())
	require.NoError(t, err)
	assert.Zero(t, out.Size)
	r, err := s.manager(t).Open(t.Context(), get())
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Empty(t, content)
	require.NoError(t, r.Close())
}
