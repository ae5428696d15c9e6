package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// countedMemory tells what is lent.
type countedMemory struct {
	mu             sync.Mutex
	all, out, peak int64
}

func (m *countedMemory) TryAcquire(n int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out+n > m.all {
		return false
	}
	m.out += n
	m.peak = max(m.peak, m.out)
	return true
}

func (m *countedMemory) Release(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.out -= n
}

func TestReader(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, partSize, partSize + 1, 9*partSize + 7} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/https=%t", size, secure), func(t *testing.T) {
				t.Parallel()
				data := pattern(size)
				s := startShelf(t, s3.AWS(), secure, shelve(data).sum(checksum.CRC64NVME).with("Content-Type", "text/x-test"))
				got := &steps{t: t}
				m := s.manager(t, func(o *Options) { o.Progress = got.report })
				r, err := m.Open(t.Context(), get())
				require.NoError(t, err)
				defer r.Close()
				assert.Equal(t, int64(size), r.Size)
				assert.Equal(t, "text/x-test", r.ContentType)
				assert.Empty(t, r.Verified, "not yet")
				if size > 0 {
					require.NoError(t, iotest.TestReader(r, data))
				} else {
					_, err := r.Read(make([]byte, 1))
					require.Equal(t, io.EOF, err)
				}
				parts := max((size+partSize-1)/partSize, 1)
				assert.Equal(t, parts, r.Parts)
				assert.Equal(t, size == 0 || parts > 1, r.Verified == s3.ChecksumAlgorithmCrc64nvme)
				assert.Equal(t, Progress{Bytes: int64(size), Total: int64(size), PartsDone: parts, Parts: parts, Done: true}, got.all[len(got.all)-1])
				assert.Len(t, s.gets(), max(parts, 2-min(size, 1)))
				require.NoError(t, r.Close())
				require.NoError(t, r.Close())
				_, err = r.Read(make([]byte, 1))
				require.Equal(t, io.EOF, err, "an end is for good")

				r, err = m.Open(t.Context(), get())
				require.NoError(t, err)
				defer r.Close()
				var b bytes.Buffer
				n, err := r.WriteTo(&b)
				require.NoError(t, err)
				assert.Equal(t, int64(size), n)
				requireSame(t, data, b.Bytes())
				n, err = r.WriteTo(&b)
				require.NoError(t, err)
				assert.Zero(t, n)
			})
		}
	}
}

// A reader holds what it may hold, and asks for no more while nobody reads.
func TestReaderWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		budget, ahead int64
		held          int // parts
	}{
		{1 << 30, 4 * partSize, 4},
		{1 << 30, 6 * partSize, 6},
		{2 * partSize, 6 * partSize, 3},
		{0, 6 * partSize, 1},
		{1 << 30, -1, 1},
	} {
		data := pattern(20 * partSize)
		s := startShelf(t, s3.CephRGW(), false, shelve(data))
		m := s.manager(t, func(o *Options) { o.Concurrency, o.ReadAhead = 20, c.ahead })
		memory := &countedMemory{all: c.budget}
		m.readAhead = memory
		full := make(chan struct{})
		var asked atomic.Int64
		s.instead(func(http.ResponseWriter, *http.Request, int) bool {
			if asked.Add(1) == int64(c.held) {
				close(full)
			}
			return false
		})
		r, err := m.Open(t.Context(), get())
		require.NoError(t, err)
		<-full
		require.Len(t, s.gets(), c.held)
		assert.Equal(t, int64(c.held-1)*partSize, memory.out)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		requireSame(t, data, got)
		assert.Equal(t, int64(c.held-1)*partSize, memory.peak)
		require.NoError(t, r.Close())
		assert.Zero(t, memory.out)
	}
}

// Readers that nobody reads from keep neither others nor uploads from going on.
func TestReadersDoNotStarve(t *testing.T) {
	t.Parallel()
	data := pattern(20 * partSize)
	s := startShelf(t, s3.CephRGW(), false, shelve(data))
	m := s.manager(t, func(o *Options) { o.Concurrency, o.MemoryBudget, o.ReadAhead = 2, 4*partSize, 4*partSize })
	for range 5 {
		r, err := m.Open(t.Context(), get())
		require.NoError(t, err)
		defer r.Close()
	}
	r, err := m.Open(t.Context(), get())
	require.NoError(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	requireSame(t, data, got)
}

func TestReaderClosedEarly(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.AWS(), false, shelve(pattern(20*partSize)))
	m := s.manager(t)
	for _, n := range []int64{0, 1, partSize, 3*partSize + 1} {
		r, err := m.Open(t.Context(), get())
		require.NoError(t, err)
		_, err = io.CopyN(io.Discard, r, n)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		_, err = r.Read(make([]byte, 1))
		require.Equal(t, fs.ErrClosed, err)
		_, err = r.WriteTo(io.Discard)
		require.Equal(t, fs.ErrClosed, err)
	}
}

func TestReaderClosedWhileItWaits(t *testing.T) {
	t.Parallel()
	for _, noRange := range []bool{false, true} {
		s := startShelf(t, s3.CephRGW(), false, shelve(pattern(20*partSize)))
		var once sync.Once
		release, closed := make(chan struct{}), make(chan struct{})
		s.instead(func(w http.ResponseWriter, q *http.Request, _ int) bool {
			if noRange {
				w.Header().Set("Content-Length", "10")
				w.(http.Flusher).Flush()
			}
			if noRange || q.Header.Get("Range") == thirdPart {
				once.Do(func() { close(release) })
				<-q.Context().Done()
				return true
			}
			return false
		})
		r, err := s.manager(t).Open(t.Context(), get())
		require.NoError(t, err)
		go func() {
			defer close(closed)
			<-release
			_ = r.Close()
		}()
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, fs.ErrClosed)
		<-closed
	}
}

// All that came before the first bad byte is given, and nothing of what is behind.
func TestReaderFails(t *testing.T) {
	t.Parallel()
	data := pattern(6 * partSize)
	for name, c := range map[string]struct {
		prepare func(s *shelf)
		good    int
		want    error
	}{
		"refused": {func(s *shelf) {
			s.instead(func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if r.Header.Get("Range") == thirdPart {
					w.WriteHeader(http.StatusForbidden)
				}
				return r.Header.Get("Range") == thirdPart
			})
		}, 2 * partSize, s3.ErrForbidden},
		"replaced": {func(s *shelf) {
			s.instead(before(thirdPart, func() { s.replace(shelve(data[1:])) }))
		}, 2 * partSize, s3.ErrObjectChanged},
		"broken, and replaced": {func(s *shelf) {
			breaks := s.breaking(thirdPart, 1000)
			s.instead(func(w http.ResponseWriter, r *http.Request, n int) bool {
				if r.Header.Get("Range") == thirdPart {
					defer s.replace(shelve(data[1:]))
				}
				return breaks(w, r, n)
			})
		}, 2*partSize + 1000, s3.ErrObjectChanged},
		"broken": {func(s *shelf) { s.instead(s.breaking(thirdPart, 1000)) }, 6 * partSize, nil},
		"another range": {func(s *shelf) {
			s.instead(s.changing(thirdPart, func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Range", "bytes 1-2/3") }))
		}, 2 * partSize, errMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, through := range []func(io.Reader) ([]byte, error){
				io.ReadAll,
				func(r io.Reader) ([]byte, error) {
					var b bytes.Buffer
					_, err := io.Copy(&b, r)
					return b.Bytes(), err
				},
			} {
				s := startShelf(t, s3.CephRGW(), false, shelve(data))
				c.prepare(s)
				r, err := s.manager(t, func(o *Options) { o.Concurrency = -1 }).Open(t.Context(), get())
				require.NoError(t, err)
				defer r.Close()
				got, err := through(r)
				requireSame(t, data[:c.good], got)
				if c.want == nil {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, c.want)
				var failed *DownloadError
				require.ErrorAs(t, err, &failed)
				assert.Equal(t, int64(2*partSize), failed.Offset)
				_, again := r.Read(make([]byte, 1))
				assert.Equal(t, err, again)
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, nil)
	_, err := s.manager(t).Open(t.Context(), get())
	require.ErrorIs(t, err, s3.ErrNoSuchKey)
	var failed *DownloadError
	require.ErrorAs(t, err, &failed)
}

func TestReaderCancelled(t *testing.T) {
	t.Parallel()
	stop := errors.New("enough")
	for _, pending := range []s3.Profile{s3.AWS(), s3.CephRGW()} {
		s := startShelf(t, pending, false, shelve(pattern(20*partSize)))
		ctx, cancel := context.WithCancelCause(t.Context())
		s.instead(before(thirdPart, func() { cancel(stop) }))
		r, err := s.manager(t).Open(ctx, get())
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, stop)
		require.NoError(t, r.Close())
	}
}

// A server that knows no ranges is read as it sends.
func TestReaderWithoutRanges(t *testing.T) {
	t.Parallel()
	data := pattern(5 * partSize)
	for _, asked := range []Integrity{IntegrityAuto, IntegrityMD5} {
		s := startShelf(t, s3.AWS(), false, shelve(data).sum(checksum.SHA256))
		s.noRange = true
		m := s.manager(t, func(o *Options) { o.Integrity = asked })
		for _, through := range []func(io.Reader, io.Writer) error{
			func(r io.Reader, w io.Writer) error {
				_, err := io.Copy(w, struct{ io.Reader }{r})
				return err
			},
			func(r io.Reader, w io.Writer) error {
				_, err := io.Copy(w, r)
				return err
			},
		} {
			r, err := m.Open(t.Context(), get())
			require.NoError(t, err)
			var b bytes.Buffer
			require.NoError(t, through(r, &b))
			requireSame(t, data, b.Bytes())
			assert.Equal(t, map[Integrity]s3.ChecksumAlgorithm{IntegrityAuto: "SHA256", IntegrityMD5: "MD5"}[asked], r.Verified)
			require.NoError(t, r.Close())
			assert.Equal(t, 1, r.Parts)
		}
		s.spoil = func(_ int64, b []byte) []byte {
			b[0]++
			return b
		}
		r, err := m.Open(t.Context(), get())
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, s3.ErrChecksumMismatch)
		require.NoError(t, r.Close())
	}
}

type failingWriter struct {
	n   int
	err error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.n)
	w.n -= n
	if n < len(p) {
		return n, w.err
	}
	return n, nil
}

// What a writer did not take is still to be read.
func TestReaderWriteToFails(t *testing.T) {
	t.Parallel()
	data := pattern(5 * partSize)
	s := startShelf(t, s3.CephRGW(), false, shelve(data))
	full := errors.New("full")
	for _, c := range []struct{ err, want error }{{full, full}, {nil, io.ErrShortWrite}} {
		r, err := s.manager(t).Open(t.Context(), get())
		require.NoError(t, err)
		n, err := r.WriteTo(&failingWriter{partSize + 10, c.err})
		require.ErrorIs(t, err, c.want)
		assert.Equal(t, int64(partSize+10), n)
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		requireSame(t, data[partSize+10:], rest)
		require.NoError(t, r.Close())
	}
}

// What a reader reads may be sent by the manager that reads it.
func TestReaderFeedsUpload(t *testing.T) {
	t.Parallel()
	data := pattern(30 * partSize)
	from := startShelf(t, s3.AWS(), false, shelve(data).sum(checksum.CRC32))
	to := startServer(t, small(s3.AWS()), false)
	m := newManager(t, &two{Client: to.newClient(t), from: from.manager(t).client}, func(o *Options) {
		o.Concurrency, o.MemoryBudget = 1, 4*partSize
	})
	r, err := m.Open(t.Context(), get())
	require.NoError(t, err)
	defer r.Close()
	_, err = m.Upload(t.Context(), input(r))
	require.NoError(t, err)
	requireSame(t, data, to.object(objectPath))
	assert.Equal(t, s3.ChecksumAlgorithmCrc32, r.Verified)
}

// two is a client that reads from one server and writes to another.
type two struct {
	Client
	from Client
}

func (c *two) GetObject(ctx context.Context, in *s3.GetObjectInput, fns ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return c.from.GetObject(ctx, in, fns...)
}

func (c *two) HeadObject(ctx context.Context, in *s3.HeadObjectInput, fns ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	if in.ChecksumMode != "" && in.IfMatch != "" {
		return c.from.HeadObject(ctx, in, fns...)
	}
	return c.Client.HeadObject(ctx, in, fns...)
}

// Bodies that are not as long as their client says.
func TestWindowFill(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, c := range []struct {
		body io.Reader
		text string
		want error
	}{
		{strings.NewReader("01234"), "", nil},
		{iotest.DataErrReader(strings.NewReader("01234")), "", nil},
		{strings.NewReader("0123"), "", io.ErrUnexpectedEOF},
		{strings.NewReader("012345"), "goes on after its 5 bytes", nil},
		{io.MultiReader(strings.NewReader("012"), iotest.ErrReader(broken)), "", broken},
		{io.MultiReader(strings.NewReader("01234"), iotest.ErrReader(broken)), "", broken},
	} {
		var w window
		w.init(&countedMemory{}, 5, 1)
		part := w.room(5)
		err := w.fill(part, c.body, func([]byte) {})
		if c.text != "" {
			require.ErrorContains(t, err, c.text)
			continue
		}
		require.ErrorIs(t, err, c.want)
		w.close()
		w.take(1)
		_, err = w.next()
		require.Equal(t, fs.ErrClosed, err)
		require.Nil(t, w.room(5))
	}
}

// noMemory has none to give: a window goes with its first buffer.
type noMemory struct{}

func (noMemory) TryAcquire(int64) bool { return false }
func (noMemory) Release(int64)         {}

// The last bytes of a part are there to be read before its end is: what is compared, or fails, at
// that end must not be missed by a reader that is quick.
func TestWindowWaitsForTheEndOfParts(t *testing.T) {
	for name, broken := range map[string]error{"": nil, "breaks": errors.New("lost")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var w window
				w.init(noMemory{}, 4, 1)
				part := w.room(4)
				r, body := io.Pipe()
				var ended bool
				go func() {
					err := w.fill(part, r, func([]byte) {})
					ended = true
					if err != nil {
						w.fail(part, err)
						return
					}
					w.end(part)
				}()
				w.finish(io.EOF)
				_, err := body.Write([]byte("abcd"))
				require.NoError(t, err)
				b, err := w.next()
				require.NoError(t, err)
				require.Equal(t, "abcd", string(b))
				w.take(4)
				time.AfterFunc(time.Second, func() { body.CloseWithError(broken) })
				_, err = w.next()
				require.True(t, ended)
				if broken == nil {
					require.Equal(t, io.EOF, err)
				} else {
					require.ErrorIs(t, err, broken)
				}
				w.close()
			})
		})
	}
}

// lateEnd is a Client whose bodies end, with an error if there is one, a second after their last
// byte.
type lateEnd struct {
	*storeroom
	err error
}

func (c lateEnd) GetObject(ctx context.Context, in *s3.GetObjectInput, fns ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	out, err := c.storeroom.GetObject(ctx, in, fns...)
	if err == nil {
		end := func([]byte) (int, error) {
			time.Sleep(time.Second)
			return 0, c.err
		}
		out.Body = io.NopCloser(io.MultiReader(out.Body, readerFunc(end)))
	}
	return out, err
}

// All of the bytes are not the end: the checksum of the last part is there when its body has
// ended, and so is what was wrong with it.
func TestReaderWaitsForTheEndOfBodies(t *testing.T) {
	late := errors.New("another checksum")
	for _, failure := range []error{io.EOF, late} {
		synctest.Test(t, func(t *testing.T) {
			room := newStoreroom(s3.AWS())
			_, err := newManager(t, room).Upload(t.Context(), input(bytes.NewReader(pattern(3*partSize+1))))
			require.NoError(t, err)
			r, err := newManager(t, lateEnd{room, failure}).Open(t.Context(), get(), func(o *Options) { o.Integrity = IntegrityChecksum })
			require.NoError(t, err)
			defer r.Close()
			data, err := io.ReadAll(r)
			if failure == late {
				require.ErrorIs(t, err, late)
				return
			}
			require.NoError(t, err)
			requireSame(t, pattern(3*partSize+1), data)
			require.Equal(t, s3.ChecksumAlgorithmCrc64nvme, r.Verified)
		})
	}
}
