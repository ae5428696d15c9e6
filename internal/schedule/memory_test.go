package schedule

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const kib = 1 << 10

func mustGet(t *testing.T, m *Memory, size int64) []byte {
	t.Helper()
	buf, err := m.Get(t.Context(), size)
	require.NoError(t, err)
	require.Len(t, buf, int(size))
	return buf
}

func alive(s *Scheduler) int64 { return s.Usage().Memory }

func TestMemoryIsReused(t *testing.T) {
	s := New(Options{Memory: 100})
	m, other := s.Memory(0), s.Memory(0)
	a := mustGet(t, m, 50)
	m.Put(a[:7])
	b := mustGet(t, other, 50)
	require.Same(t, &a[0], &b[0], "of another transfer")
	other.Put(b)
	c := mustGet(t, m, 30) // a last part is smaller
	require.Same(t, &a[0], &c[0])
	m.Put(c)
	d := mustGet(t, m, 10) // but not so small
	require.NotSame(t, &a[0], &d[0])
	require.EqualValues(t, 60, alive(s))
	e := mustGet(t, m, 90) // what is idle makes room
	require.EqualValues(t, 100, alive(s))
	m.Put(d)
	m.Put(e)
	m.Close()
	require.EqualValues(t, 100, alive(s), "the other transfer may want them")
	other.Close()
	other.Close()
	require.Zero(t, alive(s), "nobody is there any more")
	require.EqualValues(t, 100, s.Usage().PeakMemory)
}

// What waits for a slot longer than a buffer is small change; it must not pile up.
func TestIdleBuffersAreFew(t *testing.T) {
	s := New(Options{Memory: 1 << 20})
	m := s.Memory(0)
	defer m.Close()
	bufs := make([][]byte, 3*maxIdle)
	for i := range bufs {
		bufs[i] = mustGet(t, m, int64(1+i))
	}
	for _, buf := range bufs {
		m.Put(buf)
	}
	require.Len(t, s.memory.idle, maxIdle)
	var sum int64
	for _, buf := range s.memory.idle {
		sum += int64(cap(buf))
	}
	require.Equal(t, sum, alive(s))
	m.Put(mustGet(t, m, 0))
	require.Len(t, s.memory.idle, maxIdle)
}

func TestMemoryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Memory: 100})
		m := s.Memory(0)
		defer m.Close()
		a, b := mustGet(t, m, 60), mustGet(t, m, 40)
		other := s.Memory(0)
		defer other.Close()
		var got []byte
		go func() { got, _ = other.Get(context.Background(), 80) }()
		synctest.Wait()
		require.Nil(t, got)
		m.Put(b)
		synctest.Wait()
		require.Nil(t, got, "60 are still in use")
		m.Put(a)
		synctest.Wait()
		require.Len(t, got, 80)
		require.EqualValues(t, 80, alive(s))
	})
}

// A large ask is not overtaken by small ones that would fit.
func TestMemoryIsServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Memory: 100})
		m := s.Memory(0)
		a := mustGet(t, m, 60)
		var order collected[int64]
		for _, size := range []int64{90, 10, 20} {
			go func() {
				m := s.Memory(0)
				defer m.Close()
				buf, err := m.Get(context.Background(), size)
				order.add(size)
				time.Sleep(time.Second)
				if err == nil {
					m.Put(buf)
				}
			}()
			synctest.Wait()
		}
		require.Empty(t, order.get(), "10 would have room, but 90 are first")
		m.Put(a)
		synctest.Wait()
		require.ElementsMatch(t, []int64{90, 10}, order.get())
		time.Sleep(time.Second)
		synctest.Wait()
		require.EqualValues(t, 20, order.get()[2])
		time.Sleep(time.Second)
		m.Close()
	})
}

// What a transfer may have of its own doesn't stop the others.
func TestMemoryOfAShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Memory: 100})
		m, other := s.Memory(30), s.Memory(0)
		defer m.Close()
		defer other.Close()
		a := mustGet(t, m, 20)
		var got []byte
		go func() { got, _ = m.Get(context.Background(), 20) }()
		synctest.Wait()
		require.Nil(t, got)
		mustGet(t, other, 60)
		m.Put(a)
		synctest.Wait()
		require.Len(t, got, 20)

		single := s.Memory(5) // one buffer it may have, whatever its size
		defer single.Close()
		mustGet(t, single, 15)
	})
}

// A part above the budget is lent when nothing else is, and nothing beside it.
func TestMemoryAboveTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, budget := range []int64{100, 0, -1} {
			s := New(Options{Memory: budget})
			m, other := s.Memory(0), s.Memory(0)
			a := mustGet(t, m, 1)
			var big, small []byte
			go func() { big, _ = other.Get(context.Background(), 500) }()
			synctest.Wait()
			require.Nil(t, big)
			m.Put(a)
			synctest.Wait()
			require.Len(t, big, 500)
			go func() { small, _ = m.Get(context.Background(), 1) }()
			synctest.Wait()
			require.Nil(t, small)
			other.Put(big)
			synctest.Wait()
			require.Len(t, small, 1)
			require.EqualValues(t, 500, s.Usage().PeakMemory)
			require.LessOrEqual(t, alive(s), max(budget, 1))
			m.Close()
			other.Close()
		}
	})
}

func TestMemoryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Memory: 100})
		m := s.Memory(0)
		a := mustGet(t, m, 100)
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		var failed collected[error]
		try := func(get func(*Memory) ([]byte, error)) {
			go func() {
				m := s.Memory(0)
				defer m.Close()
				_, err := get(m)
				failed.add(err)
			}()
			synctest.Wait()
		}
		try(func(m *Memory) ([]byte, error) { return m.Get(ctx, 80) })
		try(func(m *Memory) ([]byte, error) { return m.First(ctx, 80) })
		go func() { // for room in its own share
			_, err := m.Get(ctx, 1)
			failed.add(err)
		}()
		var got []byte
		go func() {
			other := s.Memory(0)
			got, _ = other.Get(context.Background(), 10)
		}()
		synctest.Wait()
		cancel(cause)
		synctest.Wait()
		require.Equal(t, []error{cause, cause, cause}, failed.get())
		_, err := s.Memory(0).Get(ctx, 1)
		require.Equal(t, cause, err)
		m.Put(a)
		synctest.Wait()
		require.Len(t, got, 10, "those that gave up are out of the way")
	})
}

func (p *pool) waited() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.others.Len()+p.holders.Len() > 0
}

// A buffer that is granted at the moment the context ends is free for the next.
func TestMemoryOfTheLastMoment(t *testing.T) {
	for i := range 200 {
		s := New(Options{Memory: 1 << 20})
		m := s.Memory(0)
		a := mustGet(t, m, 1<<20)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			other := s.Memory(0)
			defer other.Close()
			if i%2 == 0 {
				_, _ = other.Get(ctx, 1<<20)
			} else {
				_, _ = other.First(ctx, 512*kib)
			}
		}()
		for !s.memory.waited() {
			runtime.Gosched()
		}
		cancel()
		m.Put(a)
		<-ended
		mustGet(t, m, 1<<20)
		m.Close()
		require.Zero(t, alive(s))
		require.Empty(t, s.memory.full)
		require.Zero(t, s.memory.growing)
	}
}

// An error leaves buffers behind; Close gives them back.
func TestCloseGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Memory: 1 << 20})
		m, growing, other := s.Memory(0), s.Memory(0), s.Memory(0)
		a := mustGet(t, m, 600*kib)
		first, err := growing.First(t.Context(), 300*kib)
		require.NoError(t, err)
		require.Len(t, first, 64*kib)
		var got []byte
		go func() { got, _ = other.Get(context.Background(), 1<<20) }()
		synctest.Wait()
		m.Close()
		synctest.Wait()
		require.Nil(t, got)
		growing.Close()
		synctest.Wait()
		require.Len(t, got, 1<<20)
		m.Put(a) // late
		growing.Put(first)
		require.EqualValues(t, 1<<20, alive(s))
		other.Close()
		require.Zero(t, alive(s))
	})
}

func TestGrowth(t *testing.T) {
	s := New(Options{Memory: 64 << 20})
	m := s.Memory(0)
	defer m.Close()
	buf, err := m.First(t.Context(), 16<<20)
	require.NoError(t, err)
	sizes := []int{len(buf)}
	for len(buf) < 16<<20 {
		buf[0], buf[len(buf)-1] = 7, 8
		was := len(buf)
		buf, err = m.Grow(t.Context(), buf)
		require.NoError(t, err)
		require.Equal(t, []byte{7, 8}, []byte{buf[0], buf[was-1]})
		sizes = append(sizes, len(buf))
	}
	require.Equal(t, []int{64 * kib, 512 * kib, 4 << 20, 16 << 20}, sizes)
	require.EqualValues(t, 16<<20, alive(s))
	require.Empty(t, s.memory.full)
	require.Zero(t, s.memory.growing)

	// Without room for both, or where it is small anyway, it is all at once.
	for _, c := range []struct{ budget, share, full int64 }{
		{300 * kib, 0, 256 * kib}, {1 << 20, 300 * kib, 256 * kib}, {1 << 20, 0, 64 * kib}, {1 << 20, 0, 100}, {100, 0, 256 * kib},
	} {
		m := New(Options{Memory: c.budget}).Memory(c.share)
		buf, err := m.First(t.Context(), c.full)
		require.NoError(t, err)
		require.Len(t, buf, int(c.full), "%+v", c)
		m.Close()
	}
}

// Streams that hold a small buffer each and want a full one can't block each other, nor
// can others block them: of any number, one full part can be served.
func TestGrowingBuffersDoNotDeadlock(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		synctest.Test(t, func(t *testing.T) {
			const budget = 1 << 20
			s := New(Options{Memory: budget})
			var wg sync.WaitGroup
			for range 60 {
				full := int64(1+r.IntN(budget/kib)) * kib
				begin, fill := time.Duration(r.IntN(100)), time.Duration(r.IntN(100))
				parts, ends := 1+r.IntN(3), r.IntN(4) == 0
				wg.Go(func() {
					time.Sleep(begin * time.Millisecond)
					m := s.Memory(0)
					defer m.Close()
					buf, err := m.First(context.Background(), full)
					for int64(len(buf)) < full && !ends && err == nil {
						time.Sleep(fill * time.Millisecond)
						buf, err = m.Grow(context.Background(), buf)
					}
					for range parts {
						time.Sleep(fill * time.Millisecond)
						if err == nil && s.Usage().Memory > budget {
							t.Error("budget is exceeded")
						}
						m.Put(buf)
						buf, err = m.Get(context.Background(), full)
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait() // synctest panics on a deadlock
			require.Zero(t, alive(s))
			require.LessOrEqual(t, s.Usage().PeakMemory, int64(budget))
			require.Empty(t, s.memory.full)
			require.Zero(t, s.memory.growing)
		})
	}
}

// Hundreds of streams that trickle hold a small buffer each and leave room for a full part.
func TestManyTricklingStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Memory: 64 << 20})
		for range 500 {
			m := s.Memory(0)
			defer m.Close()
			buf, err := m.First(t.Context(), 16<<20)
			require.NoError(t, err)
			require.Len(t, buf, 64*kib)
		}
		m := s.Memory(0)
		defer m.Close()
		began := time.Now()
		mustGet(t, m, 16<<20)
		require.Zero(t, time.Since(began))
		require.LessOrEqual(t, alive(s), int64(64<<20))
	})
}
