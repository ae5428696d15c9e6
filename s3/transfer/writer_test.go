package transfer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func newWriter(t testing.TB, c Client, fns ...func(*Options)) *Writer {
	t.Helper()
	w, err := newManager(t, c).NewWriter(t.Context(), "bucket", "some/key", fns...)
	require.NoError(t, err)
	return w
}

// Whatever the sizes of the writes and of the content, the object is what was written.
func TestWriter(t *testing.T) {
	for _, size := range []int{0, 1, partSize - 1, partSize, partSize + 1, 5*partSize + 17} {
		data := pattern(size)
		for name, put := range map[string]func(w *Writer) error{
			"all at once":   func(w *Writer) error { _, err := w.Write(data); return err },
			"a thousand":    func(w *Writer) error { return inPieces(w, data, 1000) },
			"part and more": func(w *Writer) error { return inPieces(w, data, 3*partSize/2) },
			"ReadFrom":      func(w *Writer) error { _, err := w.ReadFrom(bytes.NewReader(data)); return err },
			"io.Copy of half-full reads": func(w *Writer) error {
				_, err := io.Copy(w, iotest.HalfReader(plainReader(data)))
				return err
			},
			"both": func(w *Writer) error {
				_, err := w.Write(data[:size/3])
				if err == nil {
					_, err = w.ReadFrom(iotest.DataErrReader(bytes.NewReader(data[size/3 : size/2])))
				}
				if err == nil {
					_, err = w.Write(data[size/2:])
				}
				return err
			},
		} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				w := newWriter(t, s.newClient(t))
				w.Input.ContentType = "text/x-test"
				require.NoError(t, put(w))
				require.Nil(t, s.object(objectPath), "it is there before Close")
				require.Nil(t, w.Output())
				require.NoError(t, w.Close())
				require.Equal(t, data, s.object(objectPath))
				require.Equal(t, "text/x-test", s.objects[objectPath].header.Get("Content-Type"))
				out := w.Output()
				require.EqualValues(t, size, out.Size)
				require.Equal(t, s.objects[objectPath].etag, out.ETag)
				require.Equal(t, size > partSize, out.Parts > 0)
				require.NoError(t, w.Close(), "twice")
				require.NoError(t, w.Abort(), "it does nothing after Close")
				require.Equal(t, data, s.object(objectPath))
				_, err := w.Write([]byte("x"))
				require.ErrorIs(t, err, fs.ErrClosed)
				_, err = w.ReadFrom(bytes.NewReader(data))
				require.ErrorIs(t, err, fs.ErrClosed)
			})
		}
	}
}

func inPieces(w io.Writer, data []byte, n int) error {
	for len(data) > 0 {
		m, err := w.Write(data[:min(n, len(data))])
		if err != nil {
			return err
		}
		data = data[m:]
	}
	return nil
}

// Writers of the standard library that push.
func TestWriterOfTarAndGzip(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	w := newWriter(t, s.newClient(t))
	z := gzip.NewWriter(w)
	archive := tar.NewWriter(z)
	for i := range 20 {
		data := pattern(i * 1000)
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: fmt.Sprint(i), Mode: 0o600, Size: int64(len(data))}))
		_, err := archive.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(archive.Close(), z.Close(), w.Close()))
	z2, err := gzip.NewReader(bytes.NewReader(s.object(objectPath)))
	require.NoError(t, err)
	entries := tar.NewReader(z2)
	for i := range 20 {
		h, err := entries.Next()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), h.Name)
		data, err := io.ReadAll(entries)
		require.NoError(t, err)
		require.Equal(t, pattern(i*1000), data)
	}
	_, err = entries.Next()
	require.Equal(t, io.EOF, err)
}

// The writer that is not used costs nothing, and sends nothing.
func TestWriterUnused(t *testing.T) {
	f := newFake(s3.AWS())
	w := newWriter(t, f)
	require.NoError(t, w.Abort())
	require.Empty(t, f.ops)
	err := w.Close()
	require.ErrorIs(t, err, ErrAborted)
	requireUploadError(t, err)
	_, err = w.Write([]byte("x"))
	require.ErrorIs(t, err, fs.ErrClosed)
	require.Empty(t, f.ops)
	require.Nil(t, w.Output())
}

// After Abort nothing is stored and nothing is left, wherever the content stood.
func TestWriterAbort(t *testing.T) {
	for _, size := range []int{0, 1, partSize, 3*partSize + 5} {
		s := startServer(t, small(s3.AWS()), true)
		w := newWriter(t, s.newClient(t))
		_, err := w.Write(pattern(size))
		require.NoError(t, err)
		require.NoError(t, w.Abort())
		require.NoError(t, w.Abort(), "twice")
		err = w.Close()
		require.ErrorIs(t, err, ErrAborted)
		requireUploadError(t, err)
		_, err = w.Write([]byte("x"))
		require.ErrorIs(t, err, fs.ErrClosed)
		require.Nil(t, s.object(objectPath))
		require.Zero(t, s.open())
		require.Nil(t, w.Output())
	}
}

// Abort from elsewhere lets a Write go that waits for buffers.
func TestWriterAbortOfAWaitingWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(s3.AWS())
		f.hook = func(ctx context.Context, op string, _ any) error {
			if op == "UploadPart" {
				<-ctx.Done() // the server takes nothing
				return ctx.Err()
			}
			return nil
		}
		m := newManager(t, f)
		w, err := m.NewWriter(t.Context(), "bucket", "key", func(o *Options) { o.MemoryBudget = 2 * partSize })
		require.NoError(t, err)
		wrote := make(chan error)
		go func() {
			_, err := w.Write(pattern(10 * partSize))
			wrote <- err
		}()
		synctest.Wait()
		select {
		case <-wrote:
			t.Fatal("it did not wait for memory")
		default:
		}
		go func() {
			if err := w.Abort(); err != nil {
				t.Error(err)
			}
		}()
		require.ErrorIs(t, <-wrote, ErrAborted)
		require.Equal(t, "id", f.abort.UploadId)
		require.Empty(t, f.done.UploadId)
	})
}

// Parts that can't be removed are told of.
func TestWriterAbortThatFails(t *testing.T) {
	f := newFake(s3.AWS())
	f.hook = failOn("AbortMultipartUpload", refused(403, s3.ErrAccessDenied))
	w := newWriter(t, f)
	_, err := w.Write(pattern(3 * partSize))
	require.NoError(t, err)
	err = w.Abort()
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Equal(t, PartsUnknown, requireUploadError(t, err).Parts)
}

// When the context ends, what was written is not stored.
func TestWriterContext(t *testing.T) {
	cause := errors.New("enough")
	for _, size := range []int{0, 1, 3*partSize + 5} {
		for name, next := range map[string]func(*Writer) error{
			"Close": (*Writer).Close,
			"Write": func(w *Writer) error { _, err := w.Write(pattern(2 * partSize)); return err },
			"ReadFrom": func(w *Writer) error {
				_, err := w.ReadFrom(io.MultiReader(plainReader(pattern(1)), zeros{func() {}}))
				return err
			},
		} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				ctx, cancel := context.WithCancelCause(t.Context())
				w, err := newManager(t, s.newClient(t)).NewWriter(ctx, "bucket", "some/key")
				require.NoError(t, err)
				_, err = w.Write(pattern(size))
				require.NoError(t, err)
				cancel(cause)
				err = next(w)
				require.ErrorIs(t, err, cause)
				require.ErrorIs(t, err, context.Canceled)
				requireUploadError(t, err)
				require.Equal(t, err, w.Close())
				require.Nil(t, s.object(objectPath))
				require.Zero(t, s.open())
			})
		}
	}
}

// A writer that is forgotten is freed when its context ends: goleak would find it.
func TestWriterForgotten(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	ctx, cancel := context.WithCancel(t.Context())
	m := newManager(t, s.newClient(t))
	w, err := m.NewWriter(ctx, "bucket", "some/key")
	require.NoError(t, err)
	_, err = w.Write(pattern(3 * partSize))
	require.NoError(t, err)
	cancel()
	synced(t, func() bool {
		m.events.mu.Lock()
		defer m.events.mu.Unlock()
		return m.events.totals.Failed == 1
	})
	require.Zero(t, s.open())
}

// When a part fails, the writer learns it although it may not write again for a long time.
func TestWriterOfAPartThatFails(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		if e.Part == 2 {
			return refusal(403, "AccessDenied")
		}
		return nil
	})
	w := newWriter(t, s.newClient(t))
	_, err := w.Write(pattern(2*partSize + 1))
	require.NoError(t, err)
	<-w.done // the upload is given up by itself
	require.Zero(t, s.open())
	for range 2 {
		n, err := w.Write(pattern(10))
		require.Zero(t, n)
		require.ErrorIs(t, err, s3.ErrAccessDenied)
		require.Equal(t, 2, requireUploadError(t, err).Part)
		_, again := w.ReadFrom(zeros{func() {}})
		require.Equal(t, err, again)
	}
	for range 2 {
		require.ErrorIs(t, w.Close(), s3.ErrAccessDenied)
	}
	require.Nil(t, s.object(objectPath))
	require.NoError(t, w.Abort(), "nothing is left")
}

// A source that breaks in ReadFrom must not be taken for one that ended.
func TestWriterOfABrokenSource(t *testing.T) {
	broke := errors.New("the tape tore")
	for _, size := range []int{0, 10, 3 * partSize} {
		for name, source := range map[string]struct {
			r    io.Reader
			want error
		}{
			"error":       {iotest.ErrReader(broke), broke},
			"cut off":     {iotest.ErrReader(io.ErrUnexpectedEOF), io.ErrUnexpectedEOF},
			"no progress": {readerFunc(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress},
			"wrapped end": {iotest.ErrReader(fmt.Errorf("not %w", io.EOF)), io.EOF},
		} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				w := newWriter(t, s.newClient(t))
				n, err := io.Copy(w, io.MultiReader(plainReader(pattern(size)), source.r))
				require.ErrorIs(t, err, source.want)
				var failed *UploadError
				require.NotErrorAs(t, err, &failed, "the source's own")
				require.EqualValues(t, size, n)
				err = w.Close()
				require.ErrorIs(t, err, source.want)
				require.ErrorContains(t, requireUploadError(t, err), fmt.Sprintf("read the body at byte %d: ", size))
				_, again := w.Write([]byte("x"))
				require.ErrorIs(t, again, fs.ErrClosed)
				require.Nil(t, s.object(objectPath))
				require.Zero(t, s.open())
			})
		}
	}
	w := newWriter(t, newFake(s3.AWS()))
	_, err := w.ReadFrom(readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }))
	require.ErrorContains(t, err, "transfer.readerFunc.Read returned a count of ")
	require.Error(t, w.Close())
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A source that panics leaves a writer that can be aborted.
func TestWriterOfAPanic(t *testing.T) {
	f := newFake(s3.AWS())
	w := newWriter(t, f)
	require.Panics(t, func() {
		_, _ = w.ReadFrom(readerFunc(func([]byte) (int, error) { panic("oh") }))
	})
	require.NoError(t, w.Abort())
	require.ErrorIs(t, w.Close(), ErrAborted)
	require.Empty(t, f.ops)
}

// A refusal of PutObject is that of Close.
func TestWriterOfARefusal(t *testing.T) {
	f := newFake(s3.AWS())
	f.hook = failOn("PutObject", refused(403, s3.ErrAccessDenied))
	w := newWriter(t, f)
	_, err := w.Write([]byte("small"))
	require.NoError(t, err)
	err = w.Close()
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Equal(t, PartsNone, requireUploadError(t, err).Parts)
	require.Equal(t, err, w.Close())
	require.NoError(t, w.Abort())
}

// The reader's side ends with the writer's, whoever reads.
func TestHandover(t *testing.T) {
	var h handover
	h.changed.L = &h.mu
	read := make(chan string)
	go func() {
		data, err := io.ReadAll(&h)
		read <- fmt.Sprint(string(data), " ", err)
	}()
	require.Equal(t, 5, h.write([]byte("hello")))
	n, err := h.readFrom(bytes.NewReader([]byte(" world")))
	require.NoError(t, err)
	require.EqualValues(t, 6, n)
	h.end(io.EOF)
	h.end(errors.New("too late"))
	require.Equal(t, "hello world <nil>", <-read)
	require.Zero(t, h.write([]byte("x")))
	_, err = h.readFrom(bytes.NewReader(nil))
	require.ErrorIs(t, err, errGone)
}

// A Close from elsewhere, which is not allowed, does not let a Write pass for one that was
// taken.
func TestWriterClosedElsewhere(t *testing.T) {
	w := newWriter(t, newFake(s3.AWS()))
	w.mu.Lock()
	w.end(&UploadOutput{}, nil)
	w.mu.Unlock()
	n, err := w.Write([]byte("x"))
	require.Zero(t, n)
	require.ErrorIs(t, err, fs.ErrClosed)
}

// With a length that was stated, another is an error and nothing is stored.
func TestWriterLength(t *testing.T) {
	for _, want := range []int64{0, 10, 4 * partSize} {
		for _, got := range []int64{want - 1, want, want + 1} {
			if got < 0 {
				continue
			}
			s := startServer(t, small(s3.AWS()), true)
			w := newWriter(t, s.newClient(t))
			w.Input.ContentLength = ptr(want)
			_, err := w.Write(pattern(int(got)))
			if got <= want {
				require.NoError(t, err)
			}
			err = w.Close()
			if got == want {
				require.NoError(t, err)
				require.EqualValues(t, got, w.Output().Size)
				continue
			}
			var length *LengthError
			require.ErrorAs(t, err, &length)
			require.Equal(t, want, length.Want)
			require.Nil(t, s.object(objectPath))
			require.Zero(t, s.open())
		}
	}
}

func TestWriterOptions(t *testing.T) {
	f := newFake(s3.AWS())
	m := newManager(t, f)
	_, err := m.NewWriter(t.Context(), "b", "k", func(o *Options) { o.PartSize = -1 })
	var option *OptionError
	require.ErrorAs(t, err, &option)
	require.Equal(t, "PartSize", option.Field)

	for _, next := range []func(*Writer) error{
		func(w *Writer) error { _, err := w.Write([]byte("x")); return err },
		func(w *Writer) error { _, err := w.ReadFrom(bytes.NewReader(nil)); return err },
		(*Writer).Close,
	} {
		w, err := m.NewWriter(t.Context(), "b", "k")
		require.NoError(t, err)
		w.Input.Body = bytes.NewReader(nil)
		err = next(w)
		require.ErrorAs(t, requireUploadError(t, err), &option)
		require.Equal(t, "Body", option.Field)
		_, again := w.Write([]byte("x"))
		require.Error(t, again)
		require.Equal(t, err, w.Close())
	}
	require.Empty(t, f.ops)
}

// The writer holds as many parts as the memory allows and no more, and goes on as they go.
func TestWriterMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(s3.AWS())
		f.hook = func(_ context.Context, op string, _ any) error {
			if op == "UploadPart" {
				time.Sleep(time.Second)
			}
			return nil
		}
		m := newManager(t, f)
		w, err := m.NewWriter(t.Context(), "bucket", "key", func(o *Options) { o.MemoryBudget = 2 * partSize })
		require.NoError(t, err)
		began := time.Now()
		_, err = w.Write(pattern(2 * partSize))
		require.NoError(t, err)
		require.Zero(t, time.Since(began), "there is room")
		_, err = w.Write(pattern(2 * partSize))
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(began), "there is, once the first parts are sent")
		require.NoError(t, w.Close())
		require.Equal(t, 2*time.Second, time.Since(began))
	})
}

// Bytes are written in place: no goroutine is woken, and nothing allocated, for each.
func TestWriterAllocations(t *testing.T) {
	w := newWriter(t, &swallowing{fake: newFake(s3.CephRGW())}, func(o *Options) { o.PartSize = 1 << 20 })
	_, err := w.Write(make([]byte, 1<<20+1))
	require.NoError(t, err)
	b := make([]byte, 100)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, err := w.Write(b); err != nil {
			t.Error(err)
		}
	}))
	require.NoError(t, w.Close())
}

// A Writer beside an Upload of a reader: the same engine, so that the cost of pushing shows.
func BenchmarkWriter(b *testing.B) {
	const size = 256 << 20
	chunk := make([]byte, 32<<10)
	for name, run := range map[string]func(m *Manager) error{
		"Upload": func(m *Manager) error {
			_, err := m.Upload(context.Background(), input(io.LimitReader(zeros{func() {}}, size)))
			return err
		},
		"ReadFrom": func(m *Manager) error {
			w, err := m.NewWriter(context.Background(), "b", "k")
			if err != nil {
				return err
			}
			if _, err = w.ReadFrom(io.LimitReader(zeros{func() {}}, size)); err != nil {
				return err
			}
			return w.Close()
		},
		"Write 32 KiB":   func(m *Manager) error { return writeAll(m, chunk, size) },
		"Write 512 B":    func(m *Manager) error { return writeAll(m, chunk[:512], size) },
		"io.Pipe 32 KiB": func(m *Manager) error { return pipeAll(m, chunk, size) },
		"io.Pipe 512 B":  func(m *Manager) error { return pipeAll(m, chunk[:512], size) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				m := newManager(b, &swallowing{fake: newFake(s3.CephRGW())}, func(o *Options) { o.PartSize, o.Integrity = 0, IntegrityTransport })
				require.NoError(b, run(m))
			}
		})
	}
}

func writeAll(m *Manager, chunk []byte, size int) error {
	w, err := m.NewWriter(context.Background(), "b", "k")
	if err != nil {
		return err
	}
	for range size / len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
	return w.Close()
}

func pipeAll(m *Manager, chunk []byte, size int) error {
	r, w := io.Pipe()
	var failed atomic.Bool
	go func() {
		for range size / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				failed.Store(true)
				return
			}
		}
		w.Close()
	}()
	_, err := m.Upload(context.Background(), input(r))
	if err == nil && failed.Load() {
		err = io.ErrClosedPipe
	}
	return err
}
