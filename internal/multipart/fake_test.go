package multipart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// receipt is what the fake store gives for a part.
type receipt struct {
	number int
	size   int64
}

// fake is a Store and its own Target. Its hooks are called before the default
// behaviour, and an error of theirs is the answer.
type fake struct {
	put      func(ctx context.Context, body Body) error
	begin    func(ctx context.Context, plan Plan) error
	part     func(ctx context.Context, body Body) error
	complete func(ctx context.Context) error
	abort    func(ctx context.Context) error

	mu       sync.Mutex
	whole    []byte // of PutWhole, nil when there was none
	parts    map[int][]byte
	object   []byte // after Complete
	plan     Plan
	begun    int
	aborted  int
	running  int
	peak     int
	receipts []receipt
	misuse   []string
}

func (f *fake) PutWhole(ctx context.Context, body Body) error {
	if f.put != nil {
		if err := f.put(ctx, body); err != nil {
			return err
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expect(body.Number == 0 && body.Offset == 0, "whole body is part %d at %d", body.Number, body.Offset)
	f.expect(f.whole == nil && f.begun == 0, "PutWhole after something else")
	f.whole = append([]byte{}, data...)
	return nil
}

func (f *fake) Begin(ctx context.Context, plan Plan) (Target[receipt], error) {
	if f.begin != nil {
		if err := f.begin(ctx, plan); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun++
	f.plan = plan
	f.parts = map[int][]byte{}
	return f, nil
}

func (f *fake) UploadPart(ctx context.Context, number int, body Body) (receipt, error) {
	f.enter(1)
	defer f.enter(-1)
	if f.part != nil {
		if err := f.part(ctx, body); err != nil {
			return receipt{}, err
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return receipt{}, fmt.Errorf("sending: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expect(number == body.Number, "part %d has the body of %d", number, body.Number)
	f.expect(int64(len(data)) == body.Size(), "part %d has %d bytes of %d", number, len(data), body.Size())
	f.expect(body.Bytes() == nil || bytes.Equal(data, body.Bytes()), "part %d is not its Bytes", number)
	f.expect(f.parts[number] == nil, "part %d is sent twice", number)
	f.parts[number] = data
	return receipt{number, int64(len(data))}, nil
}

func (f *fake) Complete(ctx context.Context, receipts []receipt) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expect(f.running == 0, "Complete while parts run")
	f.receipts = receipts
	if f.complete != nil {
		if err := f.complete(ctx); err != nil {
			return err
		}
	}
	f.object = []byte{}
	for i, r := range receipts {
		f.expect(r.number == i+1, "receipt %d is of part %d", i+1, r.number)
		f.expect(r.size == int64(len(f.parts[r.number])), "receipt %d has the wrong size", i+1)
		f.object = append(f.object, f.parts[r.number]...)
	}
	return nil
}

func (f *fake) Abort(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expect(f.running == 0, "Abort while parts run")
	f.expect(f.object == nil, "Abort after Complete")
	f.aborted++
	if f.abort != nil {
		return f.abort(ctx)
	}
	return nil
}

func (f *fake) enter(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running += n
	f.peak = max(f.peak, f.running)
}

func (f *fake) expect(ok bool, format string, args ...any) {
	if !ok {
		f.misuse = append(f.misuse, fmt.Sprintf(format, args...))
	}
}

// stored is the object, by whichever way it came.
func (f *fake) stored() []byte {
	if f.whole != nil {
		return f.whole
	}
	return f.object
}

// tiny are limits at which a few hundred bytes are a large object.
func tiny() Options {
	return Options{
		Limits:   Limits{MinPartSize: 1, MaxPartSize: 1 << 20, MaxParts: 10_000, MaxPutSize: 1 << 20, MaxObjectSize: 1 << 30},
		PartSize: 10,
	}
}

func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8*13)
	}
	return p
}

// plain hides everything of a reader but Read.
func plain(r io.Reader) io.Reader { return struct{ io.Reader }{r} }

func mustReader(t testing.TB, r io.Reader, size int64) Source {
	t.Helper()
	s, err := ReaderSource(r, size)
	require.NoError(t, err)
	return s
}

// run uploads and checks what holds for every upload, failed or not.
func run(t testing.TB, ctx context.Context, src Source, f *fake, o Options) (Result, error) {
	t.Helper()
	res, err := Upload(ctx, src, f, o)
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Empty(t, f.misuse)
	require.Zero(t, f.running)
	var failed *UploadError
	switch {
	case err == nil:
		require.Zero(t, f.aborted)
		require.NotNil(t, f.stored())
		require.EqualValues(t, len(f.stored()), res.Size)
		require.Equal(t, len(f.parts), res.Parts)
	case errors.As(err, &failed):
		require.Equal(t, 1, f.begun)
		require.Nil(t, f.stored())
		require.Equal(t, Result{}, res)
	default:
		require.Zero(t, f.begun)
		require.Zero(t, f.aborted)
	}
	return res, err
}
