package multipart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/schedule"
)

func TestStreams(t *testing.T) {
	for _, c := range []struct {
		size, parts int
	}{
		{0, 0},
		{1, 0},
		{9, 0},
		{10, 0}, // exactly the threshold
		{11, 2},
		{19, 2},
		{20, 2}, // an exact multiple makes no empty part
		{21, 3},
		{200, 20},
	} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"plain":         plain,
			"one byte":      iotest.OneByteReader,
			"half":          iotest.HalfReader,
			"end with data": iotest.DataErrReader,
		} {
			for _, known := range []bool{true, false} {
				t.Run(fmt.Sprintf("%d %s known %v", c.size, name, known), func(t *testing.T) {
					declared := int64(-1)
					if known {
						declared = int64(c.size)
					}
					f := &fake{part: func(_ context.Context, b Body) error {
						if b.Bytes() == nil {
							return errors.New("the part is not in memory")
						}
						return nil
					}}
					res, err := run(t, t.Context(), mustReader(t, wrap(bytes.NewReader(pattern(c.size))), declared), f, tiny())
					require.NoError(t, err)
					require.Equal(t, pattern(c.size), f.stored())
					require.Equal(t, c.parts, res.Parts)
					require.Equal(t, c.parts > 0, f.begun == 1)
					if c.parts > 0 {
						require.Equal(t, declared, f.plan.Size)
						require.EqualValues(t, 10, res.PartSize)
					}
				})
			}
		}
	}
}

func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		name         string
		size         int
		known, plain bool
		change       func(*Options)
		parts        int
	}{
		{"larger, file", 50, true, false, func(o *Options) { o.Threshold = 50 }, 0},
		{"larger, file, one more", 51, true, false, func(o *Options) { o.Threshold = 50 }, 6},
		{"larger, known stream", 50, true, true, func(o *Options) { o.Threshold = 50 }, 0},
		{"larger than memory, known stream", 50, true, true, func(o *Options) { o.Threshold = 50; o.Memory = 49 }, 5},
		{"larger than a part, unknown stream", 11, false, true, func(o *Options) { o.Threshold = 50 }, 2},
		{"smaller, file", 9, true, false, func(o *Options) { o.Threshold = 8 }, 1},
		{"smaller, known stream", 9, true, true, func(o *Options) { o.Threshold = 8 }, 1},
		{"smaller, unknown stream", 9, false, true, func(o *Options) { o.Threshold = 8 }, 1},
		{"never, file", 1, true, false, func(o *Options) { o.Threshold = -1 }, 1},
		{"never, unknown stream", 1, false, true, func(o *Options) { o.Threshold = -1 }, 1},
		{"above MaxPutSize", 9, true, false, func(o *Options) { o.Limits.MaxPutSize = 8 }, 1},
		{"above MaxPutSize, unknown stream", 9, false, true, func(o *Options) { o.Limits.MaxPutSize = 8 }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := tiny()
			c.change(&o)
			var r io.Reader = bytes.NewReader(pattern(c.size))
			size := int64(-1)
			if c.plain {
				r = plain(r)
			}
			if c.known {
				size = int64(c.size)
			}
			f := &fake{}
			res, err := run(t, t.Context(), mustReader(t, r, size), f, o)
			require.NoError(t, err)
			require.Equal(t, pattern(c.size), f.stored())
			require.Equal(t, c.parts, res.Parts)
		})
	}
}

// What a reader says instead of io.EOF is a failure, whatever it looks like.
func TestBrokenStreams(t *testing.T) {
	network := errors.New("connection reset")
	for _, end := range []error{
		io.ErrUnexpectedEOF, network, fmt.Errorf("proxy: %w", io.EOF),
	} {
		for _, good := range []int{0, 5, 10, 15, 20, 25} {
			for _, declared := range []int64{-1, 5, 10, 25, 100} {
				r := io.MultiReader(bytes.NewReader(pattern(good)), iotest.ErrReader(end))
				f := &fake{}
				_, err := run(t, t.Context(), mustReader(t, r, declared), f, tiny())
				name := fmt.Sprintf("%v after %d of %d", end, good, declared)
				if declared >= 0 && declared < int64(good) {
					var length *LengthError
					require.ErrorAs(t, err, &length, name)
					continue
				}
				require.ErrorIs(t, err, end, name)
				var read *ReadError
				require.ErrorAs(t, err, &read, name)
				require.EqualValues(t, good, read.Offset, name)
				require.Equal(t, f.begun, f.aborted, name)
			}
		}
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestImpossibleReaders(t *testing.T) {
	for name, c := range map[string]struct {
		r    readerFunc
		want error
	}{
		"negative":    {func([]byte) (int, error) { return -1, nil }, errBadRead},
		"too many":    {func(p []byte) (int, error) { return len(p) + 1, nil }, errBadRead},
		"no progress": {func([]byte) (int, error) { return 0, nil }, io.ErrNoProgress},
	} {
		for _, size := range []int64{-1, 5, 50} {
			_, err := run(t, t.Context(), mustReader(t, c.r, size), &fake{}, tiny())
			require.ErrorIs(t, err, c.want, name)
			var read *ReadError
			require.ErrorAs(t, err, &read)
		}
	}
}

// Empty reads are allowed, as long as there are not too many in a row.
func TestEmptyReads(t *testing.T) {
	src, calls := bytes.NewReader(pattern(95)), 0
	r := readerFunc(func(p []byte) (int, error) {
		if calls++; calls%3 != 0 {
			return 0, nil
		}
		return src.Read(p[:1])
	})
	o := tiny()
	o.PartSize = 1000
	f := &fake{}
	_, err := run(t, t.Context(), mustReader(t, r, -1), f, o)
	require.NoError(t, err)
	require.Equal(t, pattern(95), f.stored())
	require.Greater(t, calls, 2*maxEmptyReads)
}

func TestDeclaredLengthIsWrong(t *testing.T) {
	for _, c := range []struct {
		has, declared int
		got           int64
		begun         int
	}{
		{0, 1, 0, 0},
		{9, 10, 9, 0},
		{11, 10, 11, 0},
		{50, 10, 11, 0},
		{1, 0, 1, 0},
		{5, 95, 5, 0},
		{10, 95, 10, 1},
		{15, 95, 15, 1},
		{94, 95, 94, 1},
		{96, 95, 96, 1},
		{500, 95, 96, 1},
		{90, 95, 90, 1}, // ends with a part
		{91, 90, 91, 1},
	} {
		f := &fake{}
		_, err := run(t, t.Context(), mustReader(t, plain(bytes.NewReader(pattern(c.has))), int64(c.declared)), f, tiny())
		var length *LengthError
		require.ErrorAs(t, err, &length, "%+v", c)
		require.Equal(t, LengthError{Want: int64(c.declared), Got: c.got}, *length)
		require.ErrorContains(t, err, fmt.Sprint(c.declared))
		require.ErrorContains(t, err, fmt.Sprint(c.got))
		require.Equal(t, c.got < int64(c.declared), errors.Is(err, io.ErrUnexpectedEOF))
		require.Equal(t, c.begun, f.begun, "%+v", c)
		require.Equal(t, c.begun, f.aborted)
	}
}

// io.EOF is final: some readers start over when read again.
func TestStreamIsNotReadAfterItsEnd(t *testing.T) {
	for _, size := range []int{0, 5, 10, 15, 20} {
		for _, declared := range []int64{-1, int64(size)} {
			src := bytes.NewReader(pattern(size))
			ended := false
			r := readerFunc(func(p []byte) (int, error) {
				require.False(t, ended, "read after io.EOF")
				n, err := src.Read(p)
				ended = err != nil
				return n, err
			})
			f := &fake{}
			_, err := run(t, t.Context(), mustReader(t, r, declared), f, tiny())
			require.NoError(t, err)
			require.True(t, ended)
			require.Equal(t, pattern(size), f.stored())
		}
	}
}

func TestStreamGrowsItsParts(t *testing.T) {
	o := tiny()
	o.Limits.MaxParts = 8 // 4 of 10, then 20, 40, 80, 160
	f := &fake{}
	res, err := run(t, t.Context(), mustReader(t, plain(bytes.NewReader(pattern(340))), -1), f, o)
	require.NoError(t, err)
	require.Equal(t, pattern(340), f.stored())
	require.Equal(t, Result{Size: 340, Parts: 8, PartSize: 10}, res)
	var sizes []int64
	for _, r := range f.receipts {
		sizes = append(sizes, r.size)
	}
	require.Equal(t, []int64{10, 10, 10, 10, 20, 40, 80, 160}, sizes)
	require.EqualValues(t, 340, f.plan.Capacity)
}

func TestStreamOutgrowsItsPlan(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*Options)
		limit    Limit
		capacity int64
		begun    int
	}{
		{"MaxParts", func(*Options) {}, LimitMaxParts, 340, 1},
		{"MaxPartSize", func(o *Options) { o.Limits.MaxPartSize = 30 }, LimitMaxParts, 150, 1},
		{"Memory", func(o *Options) { o.Memory = 30 }, LimitMemory, 150, 1},
		{"Memory of one part", func(o *Options) { o.Memory = -1 }, LimitMemory, 80, 1},
		{"MaxObjectSize", func(o *Options) { o.Limits.MaxObjectSize = 95 }, LimitMaxObjectSize, 95, 1},
		{"MaxObjectSize at the end of a part", func(o *Options) { o.Limits.MaxObjectSize = 60 }, LimitMaxObjectSize, 60, 1},
		{"MaxObjectSize within the first part", func(o *Options) { o.Limits.MaxObjectSize = 7 }, LimitMaxObjectSize, 7, 0},
		{"MaxObjectSize of the first part", func(o *Options) { o.Limits.MaxObjectSize = 10 }, LimitMaxObjectSize, 10, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := tiny()
			o.Limits.MaxParts = 8
			c.change(&o)

			f := &fake{}
			_, err := run(t, t.Context(), mustReader(t, plain(bytes.NewReader(pattern(int(c.capacity)))), -1), f, o)
			require.NoError(t, err, "it fits exactly")
			require.Len(t, f.stored(), int(c.capacity))

			f = &fake{}
			_, err = run(t, t.Context(), mustReader(t, plain(bytes.NewReader(pattern(int(c.capacity)+1))), -1), f, o)
			var limit *LimitError
			require.ErrorAs(t, err, &limit)
			require.Equal(t, LimitError{Limit: c.limit, Allowed: c.capacity, Asked: c.capacity + 1}, *limit)
			require.Equal(t, c.begun, f.begun)
			require.Equal(t, c.begun, f.aborted)
		})
	}
}

// peakOf uploads over a scheduler, and returns the most bytes of buffers that were alive
// at once.
func peakOf(t *testing.T, src Source, store Store[receipt], o Options) int64 {
	t.Helper()
	concurrency := o.Concurrency
	if concurrency == 0 {
		concurrency = DefaultConcurrency
	}
	o.Scheduler = schedule.New(schedule.Options{Concurrency: concurrency, Memory: o.Memory})
	_, err := Upload(t.Context(), src, store, o)
	require.NoError(t, err)
	u := o.Scheduler.Usage()
	require.Zero(t, u.InFlight)
	require.Zero(t, u.Memory, "an idle scheduler keeps buffers")
	return u.PeakMemory
}

// hashing reads every byte of a part and keeps none.
type hashing struct{ discard }

func (hashing) Begin(context.Context, Plan) (Target[receipt], error) { return hashing{}, nil }

func (hashing) UploadPart(_ context.Context, number int, b Body) (receipt, error) {
	n, err := io.Copy(io.Discard, b)
	return receipt{number, n}, err
}

func TestMemoryBudget(t *testing.T) {
	const kib = 1 << 10
	for _, c := range []struct {
		name       string
		size       int64
		known      bool
		part       int64
		memory     int64
		most, less int64 // bounds of the peak
	}{
		{"four parts", 4 * mib, true, 256 * kib, mib, mib, 512 * kib},
		{"four parts, unknown", 4 * mib, false, 256 * kib, mib, mib, 512 * kib},
		{"odd budget", 4 * mib, false, 256 * kib, 700 * kib, 700 * kib, 256 * kib},
		{"one part", 2 * mib, false, 256 * kib, 256 * kib, 256 * kib, 256 * kib},
		{"less than one part", 2 * mib, false, 256 * kib, 1, 256 * kib, 256 * kib},
		{"less than one part, known", 2 * mib, true, 256 * kib, 1, 256 * kib, 256 * kib},
		{"no room to grow in", mib, false, 256 * kib, 300 * kib, 300 * kib, 256 * kib},
		{"tiny stream, tiny buffer", 100, false, 16 * mib, 64 * mib, 64 * kib, 1},
		{"buffer grows", 100 * kib, false, 16 * mib, 64 * mib, 576 * kib, 512 * kib},
		{"buffer grows twice", 3 * mib, false, 16 * mib, 64 * mib, 4608 * kib, 4 * mib},
		{"tiny known", 100, true, 16 * mib, 64 * mib, 100, 100},
		{"more budget than workers", 16 * mib, true, 256 * kib, 64 * mib, 5 * 256 * kib, 256 * kib},
		{"part raised above the budget", 4 * mib, true, 16 * kib, 64 * kib, mib, mib},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{
				Limits:   Limits{MinPartSize: 1, MaxPartSize: 64 * mib},
				PartSize: c.part, Memory: c.memory,
			}
			if c.name == "part raised above the budget" {
				o.Limits.MaxParts = 4
			}
			src, err := ReaderAtSource(zeros{}, c.size)
			require.NoError(t, err)
			require.Zero(t, peakOf(t, src, hashing{}, o), "no buffers for a source with ReadAt")

			declared := int64(-1)
			if c.known {
				declared = c.size
			}
			r := plain(io.NewSectionReader(zeros{}, 0, c.size))
			peak := peakOf(t, mustReader(t, r, declared), hashing{}, o)
			require.LessOrEqual(t, peak, c.most)
			require.GreaterOrEqual(t, peak, c.less)
		})
	}
}

// Growing parts cost parallelism, never memory.
func TestMemoryBudgetWithGrowingParts(t *testing.T) {
	const kib = 1 << 10
	o := Options{
		Limits:   Limits{MinPartSize: 1, MaxParts: 64},
		PartSize: 16 * kib, Memory: 100 * kib,
	}
	size := int64(3 * mib)
	p, err := NewPlan(-1, o)
	require.NoError(t, err)
	require.Greater(t, p.Capacity, size)
	peak := peakOf(t, mustReader(t, plain(io.NewSectionReader(zeros{}, 0, size)), -1), hashing{}, o)
	require.LessOrEqual(t, peak, o.Memory)
	require.Greater(t, peak, int64(64*kib))
}

// waiting is a source that would wait for ever.
type waiting struct{ data io.Reader }

func (w waiting) Read([]byte) (int, error) { panic("ReadContext is there") }

func (w waiting) ReadContext(ctx context.Context, p []byte) (int, error) {
	if n, err := w.data.Read(p); err == nil {
		return n, nil
	}
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// A source that takes a context is let go when a part fails, or when the caller is gone.
func TestContextReader(t *testing.T) {
	broken := errors.New("broken")
	fail := func(_ context.Context, b Body) error {
		if b.Number == 2 {
			return broken
		}
		return nil
	}
	_, err := run(t, t.Context(), mustReader(t, waiting{bytes.NewReader(pattern(25))}, -1), &fake{part: fail}, tiny())
	var part *PartError
	require.ErrorAs(t, err, &part)
	require.Equal(t, 2, part.Number)
	require.ErrorIs(t, err, broken)

	for _, size := range []int{0, 25} {
		ctx, cancel := context.WithCancelCause(t.Context())
		go cancel(broken)
		_, err = run(t, ctx, mustReader(t, waiting{bytes.NewReader(pattern(size))}, -1), &fake{}, tiny())
		require.ErrorIs(t, err, broken)
		require.NotErrorAs(t, err, &part)
	}
}
