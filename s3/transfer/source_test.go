package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// sources make a body that yields data from where it stands, and tell what is moved.
var sources = []struct {
	name string
	make func(t *testing.T, in *s3.PutObjectInput, data []byte) (position func() int64)
}{
	{"file", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		f := fileOf(t, data)
		in.Body = f
		return positionOf(t, f)
	}},
	{"file at an offset", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		f := fileOf(t, append([]byte("header"), data...))
		_, err := f.Seek(6, io.SeekStart)
		require.NoError(t, err)
		in.Body = f
		return positionOf(t, f)
	}},
	{"section", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		r := io.NewSectionReader(bytes.NewReader(append([]byte("before"), append(data, "after"...)...)), 4, int64(len(data))+2)
		_, err := r.Seek(2, io.SeekStart)
		require.NoError(t, err)
		in.Body = r
		return positionOf(t, r)
	}},
	{"bytes", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		r := bytes.NewReader(append([]byte("x"), data...))
		_, err := r.ReadByte()
		require.NoError(t, err)
		in.Body = r
		return positionOf(t, r)
	}},
	{"string", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		r := strings.NewReader(string(data))
		in.Body = r
		return positionOf(t, r)
	}},
	{"length stated and right", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body, in.ContentLength = bytes.NewReader(data), ptr(int64(len(data)))
		return nil
	}},
	{"buffer", func(_ *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body = bytes.NewBuffer(bytes.Clone(data))
		return nil
	}},
	{"stream of known length", func(_ *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body, in.ContentLength = plainReader(data), ptr(int64(len(data)))
		return nil
	}},
	{"stream of unknown length", func(_ *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body = plainReader(data)
		return nil
	}},
	// As http.Response has it.
	{"stream of length -1", func(_ *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body, in.ContentLength = plainReader(data), ptr(int64(-1))
		return nil
	}},
	{"byte by byte", func(_ *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body = iotest.OneByteReader(bytes.NewReader(data))
		return nil
	}},
	{"data with the end", func(_ *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		in.Body = iotest.DataErrReader(bytes.NewReader(data))
		return nil
	}},
	{"pipe", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		r, w := io.Pipe()
		go func() {
			_, err := w.Write(data)
			w.CloseWithError(err)
		}()
		t.Cleanup(func() { r.Close() })
		in.Body = r
		return nil
	}},
	{"pipe of the system", func(t *testing.T, in *s3.PutObjectInput, data []byte) func() int64 {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		go func() {
			_, _ = w.Write(data)
			w.Close()
		}()
		t.Cleanup(func() { r.Close() })
		in.Body = r
		return nil
	}},
}

// positionOf checks that the upload leaves the reader where it stood.
func positionOf(t *testing.T, s io.Seeker) func() int64 {
	at := func() int64 {
		n, err := s.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		return n
	}
	began := at()
	return func() int64 { return at() - began }
}

func TestSources(t *testing.T) {
	for _, source := range sources {
		for _, size := range []int{0, 1, partSize - 1, partSize, partSize + 1, 2 * partSize, 6*partSize + 3} {
			t.Run(fmt.Sprintf("%s/%d", source.name, size), func(t *testing.T) {
				data := pattern(size)
				f := newFake(s3.CephRGW())
				in := input(nil)
				moved := source.make(t, in, data)
				out, err := newManager(t, f).Upload(t.Context(), in)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data, f.stored()))
				require.EqualValues(t, size, out.Size)
				if moved != nil {
					require.Zero(t, moved())
				}
				if size <= partSize {
					require.Equal(t, []string{"PutObject"}, f.called())
					require.EqualValues(t, size, *f.put.ContentLength)
					require.Zero(t, out.Parts)
					require.Zero(t, out.PartSize)
					require.Empty(t, out.UploadId)
					return
				}
				require.Equal(t, []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject"}, f.called())
				require.Equal(t, (size+partSize-1)/partSize, out.Parts)
				require.EqualValues(t, partSize, out.PartSize)
				require.Equal(t, "id", out.UploadId)
				for n, part := range f.parts {
					require.EqualValues(t, len(f.bodies[n]), *part.ContentLength)
				}
			})
		}
	}
}

func TestNilBody(t *testing.T) {
	f := newFake(s3.CephRGW())
	out, err := newManager(t, f).Upload(t.Context(), input(nil))
	require.NoError(t, err)
	require.Zero(t, out.Size)
	require.Equal(t, []string{"PutObject"}, f.called())
	require.Zero(t, *f.put.ContentLength)
	require.NotNil(t, f.put.Body)

	in := input(nil)
	in.ContentLength = ptr(int64(5))
	_, err = newManager(t, f).Upload(t.Context(), in)
	var length *LengthError
	require.ErrorAs(t, err, &length)
}

func TestTypedNilBody(t *testing.T) {
	for _, body := range []io.Reader{(*bytes.Reader)(nil), (*strings.Reader)(nil), (*io.SectionReader)(nil)} {
		f := newFake(s3.CephRGW())
		_, err := newManager(t, f).Upload(t.Context(), input(body))
		var option *OptionError
		require.ErrorAs(t, err, &option)
		require.Equal(t, &OptionError{Field: "Body", Reason: fmt.Sprintf("is a nil %T", body)}, option)
		require.Empty(t, f.ops)
	}
	_, err := newManager(t, newFake(s3.CephRGW())).Upload(t.Context(), input((*os.File)(nil)))
	require.ErrorIs(t, err, os.ErrInvalid)
}

func TestFilesThatCannotBe(t *testing.T) {
	closed := fileOf(t, pattern(10))
	require.NoError(t, closed.Close())
	dir, err := os.Open(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	for _, body := range []io.Reader{closed, dir} {
		f := newFake(s3.CephRGW())
		_, err := newManager(t, f).Upload(t.Context(), input(body))
		require.Error(t, err)
		require.Empty(t, f.ops)
	}
}

func TestLengthThatIsWrong(t *testing.T) {
	for _, size := range []int{10, 3 * partSize, 3*partSize + 1} {
		for _, off := range []int{-10, -1, 1, partSize, 1 << 20} {
			for _, plain := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d%+d/stream=%t", size, off, plain), func(t *testing.T) {
					f := newFake(s3.AWS())
					in := input(bytes.NewReader(pattern(size)))
					if plain {
						in.Body = plainReader(pattern(size))
					}
					stated := max(size+off, 0)
					in.ContentLength = ptr(int64(stated))
					_, err := newManager(t, f).Upload(t.Context(), in)
					failed := requireUploadError(t, err)
					var length *LengthError
					require.ErrorAs(t, err, &length)
					require.EqualValues(t, stated, length.Want)
					require.Equal(t, off > 0, errors.Is(err, io.ErrUnexpectedEOF))
					require.Equal(t, off > 0, length.Got < length.Want)
					require.NotContains(t, f.called(), "PutObject")
					require.NotContains(t, f.called(), "CompleteMultipartUpload")
					if !plain {
						require.Empty(t, f.ops, "it was plain from the start")
						require.Equal(t, PartsNone, failed.Parts)
					}
					if len(f.ops) > 0 {
						require.Equal(t, "AbortMultipartUpload", f.ops[len(f.ops)-1])
						require.Equal(t, PartsAborted, failed.Parts)
					}
				})
			}
		}
	}
}

func TestLengthErrorText(t *testing.T) {
	require.EqualError(t, &LengthError{Want: 10, Got: 4}, "the body has 4 bytes where 10 were stated")
	require.EqualError(t, &LengthError{Want: 10, Got: 11}, "the body has more than the 10 bytes that were stated")
}

// A file that loses its end while it is sent fails the part that misses it; nothing
// short is ever stored, and nothing is sent again.
func TestFileThatShrinks(t *testing.T) {
	for _, size := range []int{partSize, 4 * partSize} {
		for _, p := range []s3.Profile{s3.AWS(), s3.Generic()} {
			for _, secure := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d/%s/https=%t", size, p.Name, secure), func(t *testing.T) {
					file := fileOf(t, pattern(size))
					s := startServer(t, small(p), secure)
					shrink := func(*s3.Options) { require.NoError(t, os.Truncate(file.Name(), int64(size-100))) }
					_, err := newManager(t, s.newClient(t), func(o *Options) {
						o.ClientOptions = []func(*s3.Options){shrink}
					}).Upload(t.Context(), input(file))
					failed := requireUploadError(t, err)
					var length *LengthError
					require.ErrorAs(t, err, &length)
					require.Equal(t, LengthError{Want: int64(size), Got: int64(size - 100)}, LengthError{Want: length.Want, Got: length.Got})
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
					require.Nil(t, s.object(p.BasePath+objectPath))
					require.Zero(t, s.open())
					if size > partSize {
						require.Equal(t, 4, failed.Part)
						require.LessOrEqual(t, len(s.of("UploadPart")), 4)
					}
				})
			}
		}
	}
}

func TestReaderThatFails(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, cause := range []error{broken, io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		for _, after := range []int{0, 10, partSize, 2*partSize + 5} {
			for _, known := range []bool{false, true} {
				t.Run(fmt.Sprintf("%v/%d/known=%t", cause, after, known), func(t *testing.T) {
					f := newFake(s3.AWS())
					in := input(io.MultiReader(plainReader(pattern(after)), iotest.ErrReader(cause)))
					if known {
						in.ContentLength = ptr(int64(3 * partSize))
					}
					_, err := newManager(t, f).Upload(t.Context(), in)
					failed := requireUploadError(t, err)
					require.ErrorIs(t, err, cause)
					require.ErrorContains(t, err, fmt.Sprintf("read the body at byte %d: %v", after, cause))
					require.Zero(t, failed.Part)
					require.NotContains(t, f.called(), "PutObject")
					require.NotContains(t, f.called(), "CompleteMultipartUpload")
					if after > partSize {
						require.Equal(t, PartsAborted, failed.Parts)
						require.Equal(t, "AbortMultipartUpload", f.ops[len(f.ops)-1])
					}
				})
			}
		}
	}
}

// errorAt is a file-like source that fails on one byte.
type errorAt struct {
	*bytes.Reader
	at  int64
	err error
}

func (e errorAt) ReadAt(p []byte, off int64) (int, error) {
	if off <= e.at && e.at < off+int64(len(p)) {
		return 0, e.err
	}
	return e.Reader.ReadAt(p, off)
}

// A failing source is the body's fault: named so, with the part, and not tried again.
func TestSectionThatFails(t *testing.T) {
	broken := errors.New("bad sector")
	for _, p := range []s3.Profile{s3.AWS(), s3.Generic()} {
		for _, integrity := range []Integrity{IntegrityAuto, IntegrityMD5} {
			s := startServer(t, small(p), true)
			at := int64(2*partSize + 7)
			source := errorAt{bytes.NewReader(pattern(4 * partSize)), at, broken}
			_, err := newManager(t, s.newClient(t), func(o *Options) { o.Integrity = integrity }).
				Upload(t.Context(), input(io.NewSectionReader(source, 0, 4*partSize)))
			failed := requireUploadError(t, err)
			require.ErrorIs(t, err, broken)
			require.Equal(t, 3, failed.Part)
			require.Contains(t, err.Error(), "read the body at byte 32768: bad sector")
			require.Equal(t, PartsAborted, failed.Parts)
			for _, e := range s.of("UploadPart") {
				require.Equal(t, 1, e.Attempt)
			}
		}
	}
}

// A stream of unknown length that outgrows what its plan can carry fails and is
// aborted; it is never cut off.
func TestStreamOverTheLimit(t *testing.T) {
	p := small(s3.AWS())
	for _, c := range []struct {
		name    string
		size    int
		change  func(*s3.Profile, *Options)
		limit   string
		allowed int64
		calls   int // of UploadPart, at most
	}{
		{"parts", 100 * partSize, func(p *s3.Profile, _ *Options) { p.MaxParts, p.MaxPartSize = 8, 4*partSize }, "MaxParts", 18 * partSize, 8},
		{"parts of one size", 100 * partSize, func(p *s3.Profile, _ *Options) { p.MaxParts, p.MaxPartSize = 8, partSize }, "MaxObjectSize", 8 * partSize, 8},
		{"object", 100 * partSize, func(p *s3.Profile, _ *Options) { p.MaxObjectSize = 5*partSize + 9 }, "MaxObjectSize", 5*partSize + 9, 6},
		{"memory", 1000 * partSize, func(p *s3.Profile, o *Options) { p.MaxParts, o.MemoryBudget, o.Concurrency = 8, 2*partSize, 1 }, "Memory", 4*partSize + 4*2*partSize, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(s3.AWS())
			f.resolved.Profile = p
			up := newManager(t, f, func(o *Options) { c.change(&f.resolved.Profile, o) })
			_, err := up.Upload(t.Context(), input(plainReader(pattern(c.size))))
			failed := requireUploadError(t, err)
			var size *SizeError
			require.ErrorAs(t, err, &size)
			require.Equal(t, c.limit, size.Limit)
			require.Equal(t, c.allowed, size.Allowed)
			require.Greater(t, size.Asked, size.Allowed)
			require.LessOrEqual(t, len(f.parts), c.calls)
			require.Equal(t, PartsAborted, failed.Parts)
			require.Equal(t, "AbortMultipartUpload", f.ops[len(f.ops)-1])

			// Exactly as much is fine.
			f = newFake(s3.AWS())
			up = newManager(t, f, func(o *Options) { c.change(&f.resolved.Profile, o) })
			out, err := up.Upload(t.Context(), input(plainReader(pattern(int(c.allowed)))))
			require.NoError(t, err)
			require.Equal(t, c.allowed, out.Size)
			require.True(t, bytes.Equal(pattern(int(c.allowed)), f.stored()))
		})
	}
}

func TestKnownSizeOverTheLimit(t *testing.T) {
	f := newFake(s3.AWS())
	f.resolved.Profile.MaxObjectSize = 3 * partSize
	for _, body := range []io.Reader{bytes.NewReader(pattern(3*partSize + 1)), plainReader(pattern(3*partSize + 1))} {
		in := input(body)
		in.ContentLength = ptr(int64(3*partSize + 1))
		_, err := newManager(t, f).Upload(t.Context(), in)
		require.Equal(t, PartsNone, requireUploadError(t, err).Parts)
		var size *SizeError
		require.ErrorAs(t, err, &size)
		require.Equal(t, SizeError{Limit: "MaxObjectSize", Allowed: 3 * partSize, Asked: 3*partSize + 1}, *size)
		require.Empty(t, f.ops)
	}
}

// The part size rises with the object so that the number of parts fits.
func TestPartSizeRises(t *testing.T) {
	f := newFake(s3.NHNCloud())
	f.resolved.Profile.MaxParts = 4
	out, err := newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(5*mebibyte+1))))
	require.NoError(t, err)
	require.EqualValues(t, 2*mebibyte, out.PartSize)
	require.Equal(t, 3, out.Parts)
}

const mebibyte = 1 << 20

func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		threshold int64
		size      int
		whole     bool
	}{
		{0, partSize, true},
		{0, partSize + 1, false},
		{4 * partSize, 4 * partSize, true},
		{4 * partSize, 4*partSize + 1, false},
		{-1, 1, false},
		{-1, 0, true},
		{100, 101, false},
	} {
		for _, known := range []bool{false, true} {
			if !known && c.threshold > partSize {
				continue // one part is all that is held before the decision
			}
			f := newFake(s3.AWS())
			in := input(plainReader(pattern(c.size)))
			if known {
				in.ContentLength = ptr(int64(c.size))
			}
			_, err := newManager(t, f, func(o *Options) { o.Threshold = c.threshold }).Upload(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, c.whole, f.called()[0] == "PutObject", "%+v known=%t", c, known)
			require.Len(t, f.stored(), c.size)
		}
	}
}
