package multipart

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAbortFailsToo(t *testing.T) {
	broken, gone := errors.New("broken"), errors.New("no such upload")
	f := &fake{
		part:  func(context.Context, Body) error { return broken },
		abort: func(context.Context) error { return gone },
	}
	_, err := run(t, t.Context(), sources(t)["sections"], f, tiny())
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, gone)
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, CleanupFailed, failed.Cleanup)
	require.Equal(t, gone, failed.AbortErr)
	require.ErrorContains(t, err, "broken; abort failed: no such upload")
	require.NotContains(t, err.Error(), "\n")
}

func TestAbortTimeout(t *testing.T) {
	for _, c := range []struct{ set, want time.Duration }{
		{0, 30 * time.Second}, {time.Minute, time.Minute}, {-1, 24 * time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{
				part: func(context.Context, Body) error { return errors.New("broken") },
				abort: func(ctx context.Context) error {
					select {
					case <-ctx.Done():
						return ctx.Err()
					case <-time.After(24 * time.Hour):
						return errors.New("nobody stopped it")
					}
				},
			}
			o := tiny()
			o.AbortTimeout = c.set
			begin := time.Now()
			_, err := run(t, t.Context(), sources(t)["sections"], f, o)
			require.Equal(t, c.want, time.Since(begin))
			require.Equal(t, c.set >= 0, errors.Is(err, context.DeadlineExceeded))
		})
	}
}

// Values of the caller's context, such as a trace, reach Abort.
func TestAbortKeepsContextValues(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "trace"))
	var got any
	f := &fake{
		part:  func(context.Context, Body) error { cancel(); return errors.New("broken") },
		abort: func(ctx context.Context) error { got = ctx.Value(key{}); return ctx.Err() },
	}
	_, err := run(t, ctx, sources(t)["sections"], f, tiny())
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, f.aborted)
	require.Equal(t, "trace", got)
}

func TestCompleteFails(t *testing.T) {
	refused := errors.New("400 invalid part")
	for name, src := range sources(t) {
		f := &fake{complete: func(context.Context) error { return refused }}
		_, err := run(t, t.Context(), src, f, tiny())
		var failed *UploadError
		require.ErrorAs(t, err, &failed, name)
		require.Equal(t, &UploadError{Err: refused, Cleanup: CleanupAborted}, failed)
		require.Equal(t, 1, f.aborted)
	}
}

// An Abort after a Complete that may have worked could destroy the object.
func TestCompleteIsAmbiguous(t *testing.T) {
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		lost := fmt.Errorf("answer lost: %w", ErrAmbiguous)
		f := &fake{complete: func(context.Context) error {
			if cancelled {
				cancel()
			}
			return lost
		}}
		_, err := run(t, ctx, sources(t)["sections"], f, tiny())
		var failed *UploadError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, &UploadError{Err: lost, Cleanup: CleanupUnknown}, failed)
		require.Zero(t, f.aborted)
		require.ErrorContains(t, err, "parts not touched")
		cancel()
	}
}

// Only Complete's word counts: a part can't keep its upload from being aborted.
func TestCancelledDuringComplete(t *testing.T) {
	cause := errors.New("user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	f := &fake{complete: func(ctx context.Context) error {
		cancel(cause)
		return ctx.Err()
	}}
	_, err := run(t, ctx, sources(t)["sections"], f, tiny())
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, &UploadError{Err: cause, Cleanup: CleanupAborted}, failed)

	// Complete that worked is a success, whatever the caller did meanwhile.
	ctx, cancel = context.WithCancelCause(t.Context())
	f = &fake{complete: func(context.Context) error { cancel(cause); return nil }}
	_, err = run(t, ctx, sources(t)["sections"], f, tiny())
	require.NoError(t, err)
}

func TestVerify(t *testing.T) {
	part := func(number int, offset, size int64) piece { return piece{number: number, offset: offset, size: size} }
	known := Plan{Size: 25, PartSize: 10, Parts: 3, Capacity: 25}
	for _, c := range []struct {
		name  string
		plan  Plan
		parts []piece
		err   string
	}{
		{"all", known, []piece{part(3, 20, 5), part(1, 0, 10), part(2, 10, 10)}, ""},
		{"stream", Plan{Size: -1}, []piece{part(1, 0, 10), part(2, 10, 3)}, ""},
		{"missing in between", known, []piece{part(1, 0, 10), part(3, 20, 5)}, "part 2 has no receipt"},
		{"missing at the end", known, []piece{part(1, 0, 10), part(2, 10, 10)}, "sent 20 bytes in 2 parts, planned 25 in 3"},
		{"overlap", known, []piece{part(1, 0, 10), part(2, 5, 10), part(3, 20, 5)}, "part 2 begins at 5, not at 10"},
		{"too few bytes", known, []piece{part(1, 0, 10), part(2, 10, 10), part(3, 20, 4)}, "sent 24 bytes"},
		{"stream with a gap", Plan{Size: -1}, []piece{part(2, 10, 3)}, "part 1 has no receipt"},
		{"nothing", known, nil, "sent 0 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{}
			fin := finisher[receipt]{target: f, plan: c.plan}
			for _, p := range c.parts {
				fin.ledger.add(p, receipt{p.number, p.size})
			}
			receipts, err := fin.verify()
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				require.Error(t, fin.complete(t.Context()))
				require.Nil(t, f.object)
				return
			}
			require.NoError(t, err)
			for i, r := range receipts {
				require.Equal(t, i+1, r.number)
			}
		})
	}
}
