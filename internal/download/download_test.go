package download

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/internal/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size, part int64
		want       []Part
	}{
		{0, 10, nil},
		{1, 10, []Part{{0, 1}}},
		{10, 10, []Part{{0, 10}}},
		{25, 10, []Part{{0, 10}, {10, 10}, {20, 5}}},
		{math.MaxInt64, math.MaxInt64 - 1, []Part{{0, math.MaxInt64 - 1}, {math.MaxInt64 - 1, 1}}},
	} {
		got, err := Cut(c.size, c.part)
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
	_, err := Cut(math.MaxInt64, 16<<20)
	require.ErrorContains(t, err, "a larger PartSize is needed")
	assert.Equal(t, "bytes=10-19", Part{10, 10}.Range())
}

func TestObject(t *testing.T) {
	t.Parallel()
	changed, malformed := errors.New("changed"), errors.New("malformed")
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := &Object{Size: 100, ETag: "e", LastModified: at, Changed: changed, Malformed: malformed}
	part := Part{10, 10}
	good := Answer{ETag: "e", LastModified: at, ContentLength: 10, ContentRange: "bytes 10-19/100"}
	with := func(change func(*Answer)) Answer {
		a := good
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		a    Answer
		want error
	}{
		"good":           {good, nil},
		"chunked":        {with(func(a *Answer) { a.ContentLength = -1 }), nil},
		"no total":       {with(func(a *Answer) { a.ContentRange = "bytes 10-19/*" }), nil},
		"ETag":           {with(func(a *Answer) { a.ETag = "f" }), changed},
		"time":           {with(func(a *Answer) { a.LastModified = at.Add(time.Second) }), changed},
		"total":          {with(func(a *Answer) { a.ContentRange = "bytes 10-19/101" }), changed},
		"length":         {with(func(a *Answer) { a.ContentLength = 9 }), malformed},
		"first":          {with(func(a *Answer) { a.ContentRange = "bytes 9-19/100" }), malformed},
		"last":           {with(func(a *Answer) { a.ContentRange = "bytes 10-18/100" }), malformed},
		"no range":       {with(func(a *Answer) { a.ContentRange = "" }), malformed},
		"another header": {with(func(a *Answer) { a.ContentRange = "items 10-19/100" }), malformed},
	} {
		require.ErrorIs(t, o.Part(part, c.a), c.want, name)
	}
	whole := with(func(a *Answer) { a.ContentLength, a.ContentRange = 100, "" })
	require.NoError(t, o.Whole(whole))
	whole.ContentLength = -1
	require.NoError(t, o.Whole(whole))
	whole.ContentLength = 99
	require.ErrorIs(t, o.Whole(whole), changed)
	whole.ETag = "f"
	require.ErrorIs(t, o.Whole(whole), changed)
}

// writes is an io.WriterAt that notes the sizes.
type writes struct {
	b     []byte
	sizes []int
	full  int
}

var errFull = errors.New("disk full")

func (w *writes) WriteAt(p []byte, off int64) (int, error) {
	w.sizes = append(w.sizes, len(p))
	if need := int(off) + len(p); need > len(w.b) {
		w.b = append(w.b, make([]byte, need-len(w.b))...)
	}
	if w.full > 0 && int(off)+len(p) > w.full {
		return copy(w.b[off:], p[:w.full-int(off)]), errFull
	}
	return copy(w.b[off:], p), nil
}

func TestCopy(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789"), bufferSize/4)
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		body io.Reader
		size int64
		full int
		want error
		n    int
	}{
		"all":          {bytes.NewReader(data), int64(len(data)), 0, nil, len(data)},
		"in bits":      {iotest.HalfReader(bytes.NewReader(data)), int64(len(data)), 0, nil, len(data)},
		"EOF with it":  {iotest.DataErrReader(bytes.NewReader(data)), int64(len(data)), 0, nil, len(data)},
		"unknown size": {bytes.NewReader(data), -1, 0, nil, len(data)},
		"nothing":      {strings.NewReader(""), 0, 0, nil, 0},
		"too short":    {bytes.NewReader(data[:len(data)-1]), int64(len(data)), 0, io.ErrUnexpectedEOF, len(data) - 1},
		"broken":       {io.MultiReader(bytes.NewReader(data[:10]), iotest.ErrReader(broken)), int64(len(data)), 0, broken, 10},
		"full":         {bytes.NewReader(data), int64(len(data)), 110, errFull, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &writes{full: c.full}
			var seen []byte
			n, err := Copy(w, Part{100, c.size}, c.body, func(b []byte) { seen = append(seen, b...) })
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, int64(c.n), n)
			assert.True(t, bytes.Equal(data[:c.n], seen))
			if c.n > 0 {
				assert.True(t, bytes.Equal(data[:c.n], w.b[100:100+c.n]))
			}
			if c.want == nil && c.n > 0 {
				assert.Equal(t, []int{bufferSize, bufferSize, bufferSize / 2}, w.sizes[:3], "in large writes")
			}
		})
	}
	_, err := Copy(&writes{}, Part{0, 5}, strings.NewReader("012345"), func([]byte) {})
	require.ErrorContains(t, err, "goes on after its 5 bytes")
}

func TestWorkers(t *testing.T) {
	t.Parallel()
	lane := schedule.New(schedule.Options{Concurrency: 2}).Lane(0)
	w, ctx := NewWorkers(t.Context(), lane)
	slot, err := lane.Acquire(ctx)
	require.NoError(t, err)
	w.FetchIn(slot, func(*schedule.Slot) (int64, error) { return 1, nil })
	for range 5 {
		require.True(t, w.Fetch(func(*schedule.Slot) (int64, error) { return 1, nil }))
	}
	w.Go(func() error { return nil })
	require.NoError(t, w.Wait())

	// The first failure ends the others, and no more are begun.
	broken := errors.New("broken")
	w, ctx = NewWorkers(t.Context(), lane)
	require.True(t, w.Fetch(func(*schedule.Slot) (int64, error) {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}))
	require.True(t, w.Fetch(func(*schedule.Slot) (int64, error) { return 0, broken }))
	<-ctx.Done()
	assert.False(t, w.Fetch(func(*schedule.Slot) (int64, error) { return 0, nil }))
	require.ErrorIs(t, w.Wait(), broken)
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789"), bufferSize/4)
	parts, err := Cut(int64(len(data)), 100_000)
	require.NoError(t, err)
	r := NewReadBack(bytes.NewReader(data), parts)
	go func() {
		for i := range parts {
			r.Done(len(parts) - 1 - i)
		}
	}()
	h := md5.New()
	require.NoError(t, r.Run(t.Context(), h))
	want := md5.Sum(data)
	assert.Equal(t, want[:], h.Sum(nil))
	(*ReadBack)(nil).Done(1)

	stop := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	r = NewReadBack(bytes.NewReader(data), parts)
	r.Done(0)
	go cancel(stop)
	require.ErrorIs(t, r.Run(ctx, md5.New()), stop)
	require.ErrorIs(t, Read(ctx, bytes.NewReader(data), parts[0], func([]byte) {}), stop)

	r = NewReadBack(bytes.NewReader(data[:10]), parts)
	r.Done(0)
	require.ErrorIs(t, r.Run(t.Context(), md5.New()), io.ErrUnexpectedEOF)
	require.ErrorIs(t, Read(t.Context(), broken{errFull}, parts[0], func([]byte) {}), errFull)
}

type broken struct{ err error }

func (b broken) ReadAt([]byte, int64) (int, error) { return 0, b.err }
