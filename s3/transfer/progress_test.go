package transfer

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// steps collects progress and fails on calls that overlap.
type steps struct {
	t    *testing.T
	busy atomic.Bool
	all  []Progress
}

func (s *steps) report(p Progress) {
	if !s.busy.CompareAndSwap(false, true) {
		s.t.Error("calls overlap")
	}
	s.all = append(s.all, p)
	s.busy.Store(false)
}

// falls is the number of steps by which fewer bytes count than before.
func (s *steps) falls() (n int) {
	for i := 1; i < len(s.all); i++ {
		if s.all[i].Bytes < s.all[i-1].Bytes {
			n++
		}
	}
	return n
}

func TestProgress(t *testing.T) {
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW()} {
		for _, secure := range []bool{false, true} {
			for _, kind := range bodies {
				for _, size := range []int{0, 1, partSize, 5*partSize + 1} {
					t.Run(fmt.Sprintf("%s/https=%t/%s/%d", p.Name, secure, kind.name, size), func(t *testing.T) {
						s := startServer(t, small(p), secure)
						got := &steps{t: t}
						in := input(nil)
						kind.make(t, in, pattern(size))
						_, err := newManager(t, s.newClient(t), func(o *Options) { o.Progress, o.ProgressInterval = got.report, -1 }).Upload(t.Context(), in)
						require.NoError(t, err)
						parts := (size + partSize - 1) / partSize
						last := got.all[len(got.all)-1]
						require.Equal(t, Progress{Bytes: int64(size), Total: int64(size), PartsDone: max(parts, 1), Parts: max(parts, 1), Done: true}, last)
						require.Zero(t, got.falls(), "nothing was retried")
						if parts > 1 {
							require.Greater(t, len(got.all), parts, "more often than by parts")
						}
						for i, step := range got.all {
							require.Equal(t, i == len(got.all)-1, step.Done)
							require.LessOrEqual(t, step.Bytes, int64(size))
							require.GreaterOrEqual(t, step.Bytes, int64(0))
							if i > 0 {
								require.GreaterOrEqual(t, step.PartsDone, got.all[i-1].PartsDone)
							}
							known := kind.name != "reader of unknown length"
							if known || parts <= 1 {
								require.EqualValues(t, size, step.Total)
							} else {
								require.Contains(t, []int64{-1, int64(size)}, step.Total)
							}
						}
						if kind.name == "reader of unknown length" && parts > 1 {
							require.EqualValues(t, -1, got.all[0].Total)
							require.Zero(t, got.all[0].Parts)
						}
					})
				}
			}
		}
	}
}

// An attempt that fails is taken back: the sum falls by what it had sent, and the end
// is exact all the same.
func TestProgressOfRetry(t *testing.T) {
	const size, part = 32 * partSize, 8 * partSize
	for _, kind := range bodies {
		for _, whole := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/whole=%t", kind.name, whole), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				s.setBefore(func(e *exchange) *reply {
					if (e.Part == 2 || e.Op == "PutObject") && e.Attempt < 3 {
						return refusal(503, "SlowDown")
					}
					return nil
				})
				got := &steps{t: t}
				in := input(nil)
				kind.make(t, in, pattern(size))
				in.ContentLength = ptr(int64(size))
				up := newManager(t, s.newClient(t), func(o *Options) {
					o.PartSize, o.Progress, o.ProgressInterval, o.Concurrency = part, got.report, -1, 1
					if whole {
						o.Threshold = size
					}
				})
				_, err := up.Upload(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, 2, got.falls())
				last := got.all[len(got.all)-1]
				require.True(t, last.Done)
				require.EqualValues(t, size, last.Bytes)
				require.Equal(t, pattern(size), s.object(objectPath))
			})
		}
	}
}

// After a failure nothing counts as done, and nothing is told once Upload is back.
func TestProgressOfFailure(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		if e.Part == 3 {
			return refusal(403, "AccessDenied")
		}
		return nil
	})
	got := &steps{t: t}
	_, err := newManager(t, s.newClient(t), func(o *Options) { o.Progress, o.ProgressInterval, o.Concurrency = got.report, -1, 1 }).
		Upload(t.Context(), input(bytes.NewReader(pattern(6*partSize))))
	require.Error(t, err)
	told := len(got.all)
	last := got.all[told-1]
	require.False(t, last.Done)
	require.EqualValues(t, 2*partSize, last.Bytes)
	require.Equal(t, 2, last.PartsDone)
}
