package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// slow answers each request with data after a second, and counts those in flight.
type slow struct {
	*fake
	running, peak atomic.Int64
}

func newSlow() *slow {
	s := &slow{fake: newFake(s3.CephRGW())}
	s.hook = func(ctx context.Context, op string, _ any) error {
		if op != "UploadPart" && op != "PutObject" {
			return nil
		}
		s.peak.Store(max(s.peak.Load(), s.running.Add(1)))
		defer s.running.Add(-1)
		select {
		case <-time.After(time.Second):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s
}

// HeadObject is not asked about many objects.
func (s *slow) HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return nil, refused(403, s3.ErrAccessDenied)
}

// Uploads of one manager have its number of requests in flight together, and the single
// request of a small object gets the first slot that comes free.
func TestUploadsShareRequests(t *testing.T) {
	for _, kind := range bodies {
		synctest.Test(t, func(t *testing.T) {
			s := newSlow()
			up := newManager(t, s, func(o *Options) { o.Concurrency, o.MemoryBudget = 3, 64*partSize })
			upload := func(size int) time.Duration {
				in := input(nil)
				kind.make(t, in, pattern(size))
				began := time.Now()
				_, err := up.Upload(t.Context(), in)
				require.NoError(t, err)
				return time.Since(began)
			}
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() { upload(30 * partSize) })
			}
			time.Sleep(500 * time.Millisecond)
			for range 5 {
				require.LessOrEqual(t, upload(10), 2*time.Second, kind.name)
			}
			wg.Wait()
			require.EqualValues(t, 3, s.peak.Load())
		})
	}
}

// Options.Concurrency of a call bounds that upload and no other.
func TestConcurrencyOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlow()
		up := newManager(t, s, func(o *Options) { o.Concurrency = 6 })
		took := make([]time.Duration, 2)
		var wg sync.WaitGroup
		for i, concurrency := range []int{2, 0} {
			wg.Go(func() {
				began := time.Now()
				_, err := up.Upload(t.Context(), input(bytes.NewReader(pattern(12*partSize))), func(o *Options) {
					if concurrency > 0 {
						o.Concurrency = concurrency
					}
				})
				took[i] = time.Since(began)
				require.NoError(t, err)
			})
			synctest.Wait() // in this order
		}
		wg.Wait()
		// Twelve parts of a second each, two at a time and four. What is free for a moment may go
		// to the other one, once.
		require.GreaterOrEqual(t, took[0], 6*time.Second)
		require.LessOrEqual(t, took[0], 7*time.Second)
		require.LessOrEqual(t, took[1], 3*time.Second)
		require.EqualValues(t, 6, s.peak.Load())
	})
}

// counted is a stream without content of its own.
type counted struct {
	left  int64
	pause time.Duration // before each read
}

func (c *counted) Read(p []byte) (int, error) {
	time.Sleep(c.pause)
	n := min(int64(len(p)), c.left)
	c.left -= n
	if c.left == 0 {
		return int(n), io.EOF
	}
	return int(n), nil
}

// Any number of streams at once stay within the one budget, and all get through; nothing
// is kept afterwards.
func TestStreamsShareMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const budget = 10 * partSize
		s := newSlow()
		up := newManager(t, s, func(o *Options) { o.Concurrency, o.MemoryBudget = 8, budget })
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				size := int64(i%7)*partSize/2 + 100
				body := &counted{left: size, pause: time.Duration(i%5) * 100 * time.Millisecond}
				in := input(body)
				if i%3 == 0 {
					in.ContentLength = &size
				}
				out, err := up.Upload(t.Context(), in, func(o *Options) {
					if i%4 == 0 {
						o.MemoryBudget = 2 * partSize
					}
				})
				if err != nil || out.Size != size {
					t.Errorf("upload %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		u := up.shared.Usage()
		require.LessOrEqual(t, u.PeakMemory, int64(budget))
		require.Greater(t, u.PeakMemory, int64(budget-2*partSize), "they could have had it")
		require.Zero(t, u.Memory)
		require.Zero(t, u.InFlight)
	})
}

// An upload that fails, at whatever point, leaves its memory and slots to the others.
func TestFailedUploadsFreeTheirShare(t *testing.T) {
	for _, op := range []string{"CreateMultipartUpload", "UploadPart", "PutObject", "CompleteMultipartUpload", ""} {
		for _, size := range []int64{100, 10 * partSize} {
			t.Run(fmt.Sprint(op, size), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFake(s3.CephRGW())
					f.hook = failOn(op, refused(403, s3.ErrAccessDenied))
					up := newManager(t, f, func(o *Options) { o.Concurrency, o.MemoryBudget = 2, 3*partSize })
					body := io.Reader(&counted{left: size})
					if op == "" {
						body = io.MultiReader(io.LimitReader(body, size-10), brokenReader{})
					}
					_, err := up.Upload(t.Context(), input(body))
					if op == "" {
						require.ErrorIs(t, err, io.ErrUnexpectedEOF)
					}
					require.Equal(t, 2, up.shared.Usage().Width)
					require.Zero(t, up.shared.Usage().InFlight)
					require.Zero(t, up.shared.Usage().Memory)
				})
			})
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A wait, for memory or for a slot, ends with the context.
func TestCancelledWhileWaiting(t *testing.T) {
	for _, size := range []int{10, 5 * partSize} {
		for _, kind := range bodies {
			synctest.Test(t, func(t *testing.T) {
				s := newSlow()
				up := newManager(t, s, func(o *Options) { o.Concurrency, o.MemoryBudget = 1, partSize })
				var wg sync.WaitGroup
				wg.Go(func() {
					in := input(nil)
					kind.make(t, in, pattern(5*partSize))
					_, err := up.Upload(t.Context(), in)
					require.NoError(t, err)
				})
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				in := input(nil)
				kind.make(t, in, pattern(size))
				began := time.Now()
				_, err := up.Upload(ctx, in)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, 100*time.Millisecond, time.Since(began), kind.name)
				wg.Wait()
				require.Zero(t, up.shared.Usage().InFlight)
				require.Zero(t, up.shared.Usage().Memory)
			})
		}
	}
}

// discreet tells of no object, for it keeps account of all together.
type discreet struct{ *swallowing }

func (*discreet) HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return nil, refused(403, s3.ErrAccessDenied)
}

// The memory of long streams side by side, as the runtime sees it.
func TestMemoryOfStreams(t *testing.T) {
	const size, budget = 24 << 20, 16 << 20
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	var peak atomic.Uint64
	swallow := &discreet{&swallowing{fake: newFake(s3.CephRGW())}}
	swallow.during = func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.Store(max(peak.Load(), m.HeapAlloc))
	}
	up := newManager(t, swallow, func(o *Options) { o.PartSize, o.MemoryBudget = 1<<20, budget })
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := up.Upload(t.Context(), input(&counted{left: size}))
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 10*size, swallow.bytes.Load())
	require.Less(t, peak.Load()-before, uint64(3*budget))
	require.LessOrEqual(t, up.shared.Usage().PeakMemory, int64(budget))
}
