package multipart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/schedule"
)

// sources are the two ways of reading 95 bytes, which are ten parts.
func sources(t testing.TB) map[string]Source {
	t.Helper()
	return map[string]Source{
		"sections":       mustReader(t, bytes.NewReader(pattern(95)), -1),
		"known length":   mustReader(t, plain(bytes.NewReader(pattern(95))), 95),
		"unknown length": mustReader(t, plain(bytes.NewReader(pattern(95))), -1),
	}
}

// inBubbles runs a test for each source under fake time.
func inBubbles(t *testing.T, test func(t *testing.T, src Source)) {
	t.Helper()
	for _, name := range []string{"sections", "known length", "unknown length"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, sources(t)[name]) })
		})
	}
}

func TestConcurrency(t *testing.T) {
	for _, c := range []struct{ set, want int }{{0, 4}, {1, 1}, {-3, 1}, {7, 7}, {10, 10}, {50, 10}} {
		inBubbles(t, func(t *testing.T, src Source) {
			f := &fake{part: func(context.Context, Body) error {
				time.Sleep(time.Second)
				return nil
			}}
			o := tiny()
			o.Concurrency = c.set
			begin := time.Now()
			_, err := run(t, t.Context(), src, f, o)
			require.NoError(t, err)
			require.Equal(t, pattern(95), f.stored())
			require.Equal(t, c.want, f.peak)
			require.Equal(t, time.Duration((10+c.want-1)/c.want)*time.Second, time.Since(begin))
		})
	}
}

// Parts that end in any order make the object in theirs.
func TestPartsInAnyOrder(t *testing.T) {
	inBubbles(t, func(t *testing.T, src Source) {
		f := &fake{part: func(_ context.Context, b Body) error {
			time.Sleep(time.Duration(20-b.Number) * time.Second)
			return nil
		}}
		o := tiny()
		o.Concurrency = 10
		_, err := run(t, t.Context(), src, f, o)
		require.NoError(t, err)
		require.Equal(t, pattern(95), f.stored())
		require.Len(t, f.receipts, 10)
		require.Equal(t, receipt{10, 5}, f.receipts[9])
	})
}

func TestFailingPart(t *testing.T) {
	broken := errors.New("503 slow down")
	for _, leave := range []bool{false, true} {
		inBubbles(t, func(t *testing.T, src Source) {
			var cancelled atomic.Int64
			f := &fake{part: func(ctx context.Context, b Body) error {
				switch {
				case b.Number < 3:
					return nil
				case b.Number == 3:
					time.Sleep(time.Second)
					return broken
				}
				<-ctx.Done()
				cancelled.Add(1)
				time.Sleep(time.Minute) // Abort has to wait for this
				return fmt.Errorf("part %d: %w", b.Number, ctx.Err())
			}}
			o := tiny()
			o.LeavePartsOnError = leave
			begin := time.Now()
			_, err := run(t, t.Context(), src, f, o)
			require.Equal(t, time.Second+time.Minute, time.Since(begin))
			require.ErrorIs(t, err, broken)
			require.NotErrorIs(t, err, context.Canceled)
			var part *PartError
			require.ErrorAs(t, err, &part)
			require.Equal(t, PartError{Number: 3, Offset: 20, Size: 10, Err: broken}, *part)
			require.EqualValues(t, 3, cancelled.Load())
			require.Len(t, f.parts, 2, "no part was begun after the failure")

			var failed *UploadError
			require.ErrorAs(t, err, &failed)
			require.NoError(t, failed.AbortErr)
			if leave {
				require.Equal(t, CleanupLeft, failed.Cleanup)
				require.Zero(t, f.aborted)
				require.EqualError(t, err, "multipart: part 3 (10 bytes at 20): 503 slow down; parts left in place")
			} else {
				require.Equal(t, CleanupAborted, failed.Cleanup)
				require.Equal(t, 1, f.aborted)
				require.EqualError(t, err, "multipart: part 3 (10 bytes at 20): 503 slow down; upload aborted")
			}
		})
	}
}

// A store that times out by itself was not cancelled by the caller.
func TestStoreTimeoutNamesThePart(t *testing.T) {
	f := &fake{part: func(context.Context, Body) error { return context.DeadlineExceeded }}
	_, err := run(t, t.Context(), sources(t)["sections"], f, tiny())
	var part *PartError
	require.ErrorAs(t, err, &part)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestCancelledByTheCaller(t *testing.T) {
	cause := errors.New("user pressed ^C")
	inBubbles(t, func(t *testing.T, src Source) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		f := &fake{
			part: func(ctx context.Context, _ Body) error {
				<-ctx.Done()
				return fmt.Errorf("sending: %w", ctx.Err())
			},
			abort: func(ctx context.Context) error {
				deadline, ok := ctx.Deadline()
				if ctx.Err() != nil || !ok || time.Until(deadline) != 30*time.Second {
					return errors.New("abort has no time")
				}
				return nil
			},
		}
		_, err := run(t, ctx, src, f, tiny())
		var failed *UploadError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, &UploadError{Err: cause, Cleanup: CleanupAborted}, failed)
		require.Equal(t, 1, f.aborted)
	})
}

func TestDeadlineOfTheCaller(t *testing.T) {
	inBubbles(t, func(t *testing.T, src Source) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		f := &fake{part: func(context.Context, Body) error {
			time.Sleep(3 * time.Second) // succeeds, whatever the context says
			return nil
		}}
		o := tiny()
		o.Concurrency = 1
		_, err := run(t, ctx, src, f, o)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Len(t, f.parts, 4)
		require.Equal(t, 1, f.aborted)
	})
}

// The last part may end well although the caller is gone.
func TestCancelledAfterTheLastPart(t *testing.T) {
	inBubbles(t, func(t *testing.T, src Source) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fake{part: func(_ context.Context, b Body) error {
			if b.Number == 10 {
				time.Sleep(time.Second) // all others have ended
				cancel()
			}
			return nil
		}}
		o := tiny()
		o.Concurrency = 10
		_, err := run(t, ctx, src, f, o)
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, f.receipts, "Complete was called")
		require.Equal(t, 1, f.aborted)
	})
}

func TestCancelledBeforeItBegins(t *testing.T) {
	cause := errors.New("too late")
	for name, src := range sources(t) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		_, err := run(t, ctx, src, &fake{}, tiny())
		require.Equal(t, cause, err, name)
	}
}

// A reader that trickles notices the end of the context between two reads.
func TestCancelledWhileReading(t *testing.T) {
	cause := errors.New("enough")
	for _, after := range []int{1, 15} {
		for _, size := range []int64{-1, 95, 5} {
			ctx, cancel := context.WithCancelCause(t.Context())
			n := 0
			r := readerFunc(func(p []byte) (int, error) {
				if n++; n >= after {
					cancel(cause)
				}
				return 1, nil
			})
			_, err := run(t, ctx, mustReader(t, r, size), &fake{}, tiny())
			if size == 5 && after > 5 {
				var length *LengthError
				require.ErrorAs(t, err, &length)
			} else {
				require.ErrorIs(t, err, cause)
				require.LessOrEqual(t, n, after)
			}
			cancel(nil)
		}
	}
}

// A part that fails while the reader is blocked ends the upload as soon as that
// Read returns.
func TestPartFailsDuringARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		src := bytes.NewReader(pattern(95))
		reads := 0
		r := readerFunc(func(p []byte) (int, error) {
			if src.Len() < 50 {
				reads++
				time.Sleep(time.Hour)
			}
			return src.Read(p[:min(len(p), 5)])
		})
		f := &fake{part: func(context.Context, Body) error {
			time.Sleep(time.Second)
			return broken
		}}
		o := tiny()
		o.Concurrency = 20
		begin := time.Now()
		_, err := run(t, t.Context(), mustReader(t, r, -1), f, o)
		require.ErrorIs(t, err, broken)
		require.Equal(t, time.Hour, time.Since(begin))
		require.Equal(t, 1, reads)
	})
}

// The source failing cancels the parts in flight, and is the error.
func TestSourceFailsWhilePartsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("pipe broke")
		r := io.MultiReader(bytes.NewReader(pattern(25)), readerFunc(func([]byte) (int, error) {
			synctest.Wait() // both parts are on their way
			return 0, broken
		}))
		var seen atomic.Int64
		f := &fake{part: func(ctx context.Context, _ Body) error {
			<-ctx.Done()
			if errors.Is(context.Cause(ctx), broken) {
				seen.Add(1)
			}
			return ctx.Err()
		}}
		_, err := run(t, t.Context(), mustReader(t, r, -1), f, tiny())
		require.ErrorIs(t, err, broken)
		var part *PartError
		require.False(t, errors.As(err, &part), "no part failed by itself")
		require.EqualValues(t, 2, seen.Load())
		require.Equal(t, 1, f.aborted)
	})
}

func TestStoreErrorsBeforeParts(t *testing.T) {
	denied := errors.New("403 access denied")
	for name, src := range sources(t) {
		f := &fake{begin: func(context.Context, Plan) error { return denied }}
		_, err := run(t, t.Context(), src, f, tiny())
		require.Equal(t, denied, err, name)

		f = &fake{put: func(context.Context, Body) error { return denied }}
		_, err = run(t, t.Context(), mustReader(t, plain(bytes.NewReader(pattern(5))), -1), f, tiny())
		require.Equal(t, denied, err, name)
	}
}

func TestCancelledDuringBeginAndPutWhole(t *testing.T) {
	cause := errors.New("user left")
	for _, size := range []int{5, 95} {
		ctx, cancel := context.WithCancelCause(t.Context())
		leave := func() error { cancel(cause); return errors.New("request canceled") }
		f := &fake{
			put:   func(context.Context, Body) error { return leave() },
			begin: func(context.Context, Plan) error { return leave() },
		}
		_, err := run(t, ctx, mustReader(t, bytes.NewReader(pattern(size)), -1), f, tiny())
		require.Equal(t, cause, err)
	}
}

func TestUploadRefusesBeforeAnythingIsSent(t *testing.T) {
	o := tiny()
	o.Limits.MaxObjectSize = 94
	for _, name := range []string{"sections", "known length"} {
		_, err := run(t, t.Context(), sources(t)[name], &fake{}, o)
		var limit *LimitError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, LimitMaxObjectSize, limit.Limit)
	}
	_, err := run(t, t.Context(), sources(t)["sections"], &fake{}, Options{PartSize: -1})
	require.ErrorIs(t, err, ErrOptions)
}

// Random failures at random moments: whatever happens, the object is whole or
// absent, nothing runs on, and the fake finds no misuse.
func TestRandomFailures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		synctest.Test(t, func(t *testing.T) {
			size := r.IntN(400)
			delays := make([]time.Duration, 100)
			for i := range delays {
				delays[i] = time.Duration(r.IntN(1000)) * time.Millisecond
			}
			failing, sourceEnd := r.IntN(60), r.IntN(800)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(20_000))*time.Millisecond)
			defer cancel()

			f := &fake{part: func(ctx context.Context, b Body) error {
				select {
				case <-time.After(delays[b.Number]):
				case <-ctx.Done():
					return ctx.Err()
				}
				if b.Number == failing {
					return errors.New("it is this one")
				}
				return nil
			}}
			var src io.Reader = bytes.NewReader(pattern(size))
			declared := int64(-1)
			switch r.IntN(4) {
			case 0:
				src = plain(src)
			case 1:
				src, declared = plain(src), int64(size)
			case 2:
				src = io.MultiReader(io.LimitReader(src, int64(sourceEnd)), readerFunc(func([]byte) (int, error) {
					if sourceEnd >= size {
						return 0, io.EOF
					}
					return 0, io.ErrUnexpectedEOF
				}))
			}
			o := tiny()
			o.Concurrency = 1 + r.IntN(8)
			o.Memory = int64(1 + r.IntN(100))
			o.LeavePartsOnError = r.IntN(3) == 0
			_, err := run(t, ctx, mustReader(t, src, declared), f, o)
			if err == nil {
				require.Equal(t, pattern(size), f.stored())
			}
		})
	}
}

func FuzzUpload(f *testing.F) {
	f.Add(95, 10, 0, 4, 100, 1000, uint8(0))
	f.Add(100, 10, -1, 1, 1, 8, uint8(1))
	f.Add(0, 1, 5, 0, 0, 1, uint8(2))
	f.Fuzz(func(t *testing.T, size, part, threshold, concurrency, memory, parts int, kind uint8) {
		size = min(max(size, 0), 5000)
		o := tiny()
		o.PartSize = int64(min(max(part, 1), 1000))
		o.Threshold = int64(threshold)
		o.Concurrency = min(concurrency, 20)
		o.Memory = int64(memory)
		o.Limits.MaxParts = min(max(parts, 1), 10_000)
		var r io.Reader = bytes.NewReader(pattern(size))
		declared := int64(-1)
		switch kind % 3 {
		case 1:
			r = plain(r)
		case 2:
			r, declared = plain(r), int64(size)
		}
		var mu sync.Mutex
		var last Progress
		o.Tracker = every(func(p Progress) { mu.Lock(); last = p; mu.Unlock() })
		store := &fake{}
		res, err := run(t, t.Context(), mustReader(t, r, declared), store, o)
		var limit *LimitError
		if errors.As(err, &limit) {
			require.EqualValues(t, -1, mustReader(t, r, declared).Size(), "a known size fits these limits")
			require.Greater(t, int64(size), limit.Allowed)
			return
		}
		require.NoError(t, err)
		require.True(t, bytes.Equal(pattern(size), store.stored()))
		require.LessOrEqual(t, res.Parts, o.Limits.MaxParts)
		require.True(t, last.Done)
		require.Equal(t, last.Total, last.Bytes)
		require.EqualValues(t, size, last.Total)
	})
}

// Uploads that share a scheduler and fail at random, or stall: each object is whole or
// absent, none takes anything of another, and nothing is left in use.
func TestRandomFailuresOfUploadsTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			shared := schedule.New(schedule.Options{
				Concurrency: 1 + r.IntN(12), Start: 1 + r.IntN(4), Adapt: r.IntN(2) == 0, Memory: int64(20 + r.IntN(300)),
				Throttled: func(err error) bool { return err != nil && err.Error() == "slow down" },
			})
			var uploads sync.WaitGroup
			for range 12 {
				size, failing, stalls := r.IntN(600), 1+r.IntN(90), 1+r.IntN(60)
				begins, lasts := time.Duration(r.IntN(3000))*time.Millisecond, time.Duration(r.IntN(60_000))*time.Millisecond
				f := newRepeating(stalls)
				f.forbidden = r.IntN(3) == 0
				f.takes = time.Duration(r.IntN(800)) * time.Millisecond
				inner := f.part
				f.part = func(ctx context.Context, b Body) error {
					if b.Number%5 == 0 {
						b.Retried(errors.New("slow down"))
					}
					if b.Number == failing {
						return errors.New("it is this one")
					}
					return inner(ctx, b)
				}
				src, declared := io.Reader(bytes.NewReader(pattern(size))), int64(-1)
				if kind := r.IntN(3); kind > 0 {
					src = plain(src)
					declared += int64((size + 1) * (kind - 1))
				}
				o := tiny()
				o.Scheduler, o.Concurrency, o.Memory = shared, r.IntN(5), int64(r.IntN(100))
				uploads.Go(func() {
					time.Sleep(begins)
					ctx, cancel := context.WithTimeout(t.Context(), lasts)
					defer cancel()
					source, err := ReaderSource(src, declared)
					if err == nil {
						_, err = Upload(ctx, source, f, o)
					}
					if err == nil && !bytes.Equal(pattern(size), f.stored()) || len(f.misuse) > 0 || f.running != 0 {
						t.Errorf("%v, %v, %d run", err, f.misuse, f.running)
					}
				})
			}
			uploads.Wait()
			u := shared.Usage()
			require.Zero(t, u.InFlight)
			require.Zero(t, u.Memory)
			require.LessOrEqual(t, u.PeakMemory, shared.Options().Memory)
		})
	}
}
