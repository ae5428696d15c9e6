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

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// The server sees as many parts at once as it is told, no more and no fewer.
func TestConcurrencyOnTheServer(t *testing.T) {
	for _, c := range []struct{ set, want int }{{0, 4}, {-1, 1}, {1, 1}, {3, 3}, {9, 9}, {50, 12}} {
		for _, kind := range bodies {
			t.Run(fmt.Sprintf("%d/%s", c.set, kind.name), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), false)
				// The first ones wait for each other, so that all have to be there.
				var here atomic.Int64
				all := make(chan struct{})
				s.setDuring(func(*exchange) {
					if here.Add(1) == int64(c.want) {
						close(all)
					}
					<-all
				})
				in := input(nil)
				kind.make(t, in, pattern(12*partSize))
				_, err := newManager(t, s.newClient(t), func(o *Options) { o.Concurrency = c.set }).Upload(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, c.want, s.peak)
			})
		}
	}
}

// Parts side by side take as long as one, in a time that does not pass.
func TestPartsRunSideBySide(t *testing.T) {
	for _, c := range []struct{ set, seconds int }{{1, 10}, {0, 3}, {5, 2}, {10, 1}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(s3.AWS())
			f.hook = func(_ context.Context, op string, _ any) error {
				if op == "UploadPart" {
					time.Sleep(time.Second)
				}
				return nil
			}
			began := time.Now()
			_, err := newManager(t, f, func(o *Options) { o.Concurrency = c.set }).Upload(t.Context(), input(bytes.NewReader(pattern(10*partSize))))
			require.NoError(t, err)
			require.Equal(t, time.Duration(c.seconds)*time.Second, time.Since(began))
		})
	}
}

// One uploader, eight uploads of all kinds at once: none sees anything of another.
func TestManagerIsSharedSafely(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	var own atomic.Int64
	// A slice with room behind it, into which a careless append would write.
	shared := make([]func(*s3.Options), 1, 8)
	shared[0] = func(*s3.Options) { own.Add(1) }
	up := newManager(t, s.newClient(t), func(o *Options) { o.ClientOptions = shared })
	var wg sync.WaitGroup
	for i := range 8 {
		data := pattern(i*partSize + i*1000)
		data = append(data, byte(i))
		in := input(nil)
		in.Key = fmt.Sprint("key", i)
		bodies[i%len(bodies)].make(t, in, data)
		wg.Go(func() {
			var mine atomic.Int64
			out, err := up.Upload(t.Context(), in, func(o *Options) {
				o.Concurrency = 1 + i%3
				o.ClientOptions = append(o.ClientOptions, func(*s3.Options) { mine.Add(1) })
				o.ClientOptions = append(o.ClientOptions, func(*s3.Options) {}) // with room behind it
			})
			if err != nil {
				t.Error(err)
				return
			}
			if out.Key != in.Key || out.Size != int64(len(data)) || out.ChecksumCRC64NVME != sumOf(checksum.CRC64NVME, data) {
				t.Errorf("upload %d: %+v", i, out)
			}
			// Once to decide, and once for each request.
			requests := max(out.Parts, 1) + 1
			if out.Parts > 0 {
				requests += 2
			}
			if mine.Load() != int64(requests) {
				t.Errorf("upload %d: own options were applied %d times, not %d", i, mine.Load(), requests)
			}
		})
	}
	wg.Wait()
	for i := range 8 {
		require.Equal(t, append(pattern(i*partSize+i*1000), byte(i)), s.object(fmt.Sprint("/bucket/key", i)))
	}
	require.Zero(t, s.open())
	require.Nil(t, shared[:2][1], "an append of one upload reached the others' options")
}

// zeros is an endless body that is not held anywhere.
type zeros struct{ watch func() }

func (z zeros) Read(p []byte) (int, error) {
	clear(p)
	z.watch()
	return len(p), nil
}

// A long stream stays within its budget. The bound is generous: heap that is garbage but
// not collected counts as well.
func TestMemoryOfStream(t *testing.T) {
	const size, budget = 256 << 20, 64 << 20
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, uint64(0)
	watch := func() {
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	}
	swallow := &swallowing{fake: newFake(s3.CephRGW())}
	out, err := newManager(t, swallow, func(o *Options) {
		o.PartSize, o.MemoryBudget = 0, budget
	}).Upload(t.Context(), input(io.LimitReader(zeros{watch}, size)))
	require.NoError(t, err)
	require.EqualValues(t, size, out.Size)
	require.EqualValues(t, size, swallow.bytes.Load())
	require.Less(t, peak-before, uint64(2*budget))
	require.Greater(t, peak-before, uint64(budget/4), "the measure is broken")
}

// swallowing is a fake that keeps no bodies.
type swallowing struct {
	*fake
	bytes  atomic.Int64
	during func()
}

func (s *swallowing) UploadPart(_ context.Context, in *s3.UploadPartInput, _ ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	if s.during != nil {
		s.during()
	}
	n, err := io.Copy(io.Discard, in.Body)
	s.bytes.Add(n)
	return &s3.UploadPartOutput{ETag: `"x"`}, err
}

func (s *swallowing) HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return &s3.HeadObjectOutput{ContentLength: s.bytes.Load()}, nil
}

// A tiny stream of unknown length costs a tiny buffer.
func TestMemoryOfTinyStream(t *testing.T) {
	f := newFake(s3.CephRGW())
	up := newManager(t, f, func(o *Options) { o.PartSize = 0 })
	one := func() {
		_, err := up.Upload(t.Context(), input(plainReader([]byte("hello"))))
		require.NoError(t, err)
	}
	one()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	one()
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

// A file is sent as it is: its parts are in no buffer of ours.
func TestMemoryOfFile(t *testing.T) {
	const size = 64 << 20
	file := fileOf(t, make([]byte, size))
	swallow := &swallowing{fake: newFake(s3.CephRGW())}
	up := newManager(t, swallow, func(o *Options) { o.PartSize = 0 })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := up.Upload(t.Context(), input(file))
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.EqualValues(t, size, swallow.bytes.Load())
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20))
}
