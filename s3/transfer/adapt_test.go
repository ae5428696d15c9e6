package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

func TestThrottled(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{refused(503, s3.ErrSlowDown), true},
		{refused(503, "Anything"), true},
		{refused(429, "TooManyRequests"), true},
		{refused(200, s3.ErrSlowDown), true},
		{refused(400, s3.ErrRequestTimeout), true},
		{refused(408, "Anything"), true},
		{fmt.Errorf("%w: %w", transport.ErrBudget, refused(503, s3.ErrSlowDown)), true},
		{&transport.AttemptsError{Attempts: 4, Err: refused(503, s3.ErrServiceUnavailable)}, true},
		{&transport.ConnectionError{Err: &transport.IdleError{Limit: time.Minute}}, true},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		{refused(500, s3.ErrInternalError), false},
		{refused(403, s3.ErrAccessDenied), false},
		{&transport.ConnectionError{Err: io.ErrUnexpectedEOF}, false},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, false},
		{context.Canceled, false},
		{context.DeadlineExceeded, false},
	} {
		require.Equal(t, c.want, throttled(c.err), "%v", c.err)
	}
}

func TestConcurrencyOfTheManager(t *testing.T) {
	for _, c := range []struct {
		set         func(*Options)
		start, most int
		adapt       bool
	}{
		{func(*Options) {}, 4, 16, true},
		{func(o *Options) { o.FixedConcurrency = true }, 4, 4, false},
		{func(o *Options) { o.Concurrency = 9 }, 9, 9, true},
		{func(o *Options) { o.Concurrency, o.FixedConcurrency = 9, true }, 9, 9, false},
		{func(o *Options) { o.Concurrency = -1 }, 1, 1, true},
	} {
		o := newManager(t, newFake(s3.AWS()), c.set).shared.Options()
		require.Equal(t, c.start, o.Start)
		require.Equal(t, c.most, o.Concurrency)
		require.Equal(t, c.adapt, o.Adapt)
	}
}

// A manager without a number of its own takes what the way gives: here each connection the
// same, so that more of them move more.
func TestConcurrencyGrowsWithThroughput(t *testing.T) {
	for _, fixed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newSlow()
			up := newManager(t, s, func(o *Options) { o.FixedConcurrency = fixed })
			_, err := up.Upload(t.Context(), input(bytes.NewReader(pattern(150*partSize))))
			require.NoError(t, err)
			if fixed {
				require.EqualValues(t, 4, s.peak.Load())
				return
			}
			require.EqualValues(t, 16, s.peak.Load())
		})
	}
}

// Refusals that the client's retries overcome make a manager narrower all the same.
func TestConcurrencyFallsWithThrottling(t *testing.T) {
	for _, fixed := range []bool{false, true} {
		s := startServer(t, small(s3.AWS()), false)
		s.setBefore(func(e *exchange) *reply {
			if e.Op == "UploadPart" && e.Attempt == 1 {
				return refusal(503, "SlowDown")
			}
			return nil
		})
		var own atomic.Int64
		client := s.newClient(t, func(o *s3.Options) { o.OnRetry = func(error) { own.Add(1) } })
		up := newManager(t, client, func(o *Options) { o.Concurrency, o.FixedConcurrency = 10, fixed })
		_, err := up.Upload(t.Context(), input(bytes.NewReader(pattern(20*partSize))))
		require.NoError(t, err)
		require.EqualValues(t, 20, own.Load(), "the client's own hook is called as well")
		require.Equal(t, map[bool]int{false: 7, true: 10}[fixed], up.shared.Usage().Width)
	}
}

// metered is a fake that reads bodies as the client does: through LimitBody, in pieces, and
// again for each attempt.
type metered struct {
	*fake
	attempts int
	bytes    atomic.Int64
}

func (m *metered) read(ctx context.Context, body io.Reader, fns []func(*s3.Options)) error {
	o := m.resolved
	for _, fn := range fns {
		fn(&o)
	}
	for range m.attempts {
		if _, err := body.(io.Seeker).Seek(0, io.SeekStart); err != nil {
			return err
		}
		r := body
		if o.LimitBody != nil {
			r = o.LimitBody(ctx, r)
		}
		n, err := io.Copy(io.Discard, struct{ io.Reader }{r})
		m.bytes.Add(n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *metered) PutObject(ctx context.Context, in *s3.PutObjectInput, fns ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return &s3.PutObjectOutput{}, m.read(ctx, in.Body, fns)
}

func (m *metered) UploadPart(ctx context.Context, in *s3.UploadPartInput, fns ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	return &s3.UploadPartOutput{ETag: `"x"`}, m.read(ctx, in.Body, fns)
}

func (m *metered) HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return nil, refused(403, s3.ErrAccessDenied)
}

func TestBandwidthOfUploads(t *testing.T) {
	const rate = 10 * partSize
	for _, c := range []struct {
		name     string
		manager  int64
		call     int64
		uploads  int
		attempts int
		seconds  float64
	}{
		{"of the manager", rate, 0, 1, 1, 6},
		{"shared by its uploads", rate, 0, 3, 1, 18},
		{"retries count", rate, 0, 1, 2, 12},
		{"of a call", 0, rate, 1, 1, 6},
		{"of calls, each its own", 0, rate, 3, 1, 6},
		{"of a call within the manager's", 2 * rate, rate, 1, 1, 6},
		{"of a call beyond the manager's", rate, 2 * rate, 1, 1, 6},
		{"none", 0, 0, 1, 1, 0},
	} {
		for _, kind := range bodies {
			t.Run(c.name+"/"+kind.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := &metered{fake: newFake(s3.CephRGW()), attempts: c.attempts}
					up := newManager(t, m, func(o *Options) { o.Bandwidth, o.Concurrency = c.manager, 200 })
					began := time.Now()
					var wg sync.WaitGroup
					for range c.uploads {
						in := input(nil)
						kind.make(t, in, pattern(60*partSize))
						wg.Go(func() {
							_, err := up.Upload(t.Context(), in, func(o *Options) {
								if c.call > 0 {
									o.Bandwidth = c.call
								}
							})
							require.NoError(t, err)
						})
					}
					wg.Wait()
					require.InDelta(t, c.seconds, time.Since(began).Seconds(), 0.05*c.seconds)
					require.EqualValues(t, 60*partSize*c.uploads*c.attempts, m.bytes.Load())
				})
			})
		}
	}
}

// A wait for bandwidth ends with the context.
func TestCancelledWhileLimited(t *testing.T) {
	for _, size := range []int{partSize, 10 * partSize} {
		synctest.Test(t, func(t *testing.T) {
			m := &metered{fake: newFake(s3.CephRGW()), attempts: 1}
			up := newManager(t, m, func(o *Options) { o.Bandwidth = 100 })
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			began := time.Now()
			_, err := up.Upload(ctx, input(bytes.NewReader(pattern(size))))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, 3*time.Second, time.Since(began))
		})
	}
}

// A client's own LimitBody stays beside the manager's; without a limit the client has none.
func TestLimitBodyOfTheClient(t *testing.T) {
	for _, bandwidth := range []int64{0, 1 << 30} {
		f := newFake(s3.CephRGW())
		var own atomic.Int64
		f.resolved.LimitBody = func(_ context.Context, r io.Reader) io.Reader {
			own.Add(1)
			return r
		}
		m := &metered{fake: f, attempts: 1}
		_, err := newManager(t, m, func(o *Options) { o.Bandwidth = bandwidth }).Upload(t.Context(), input(bytes.NewReader(pattern(3*partSize))))
		require.NoError(t, err)
		require.EqualValues(t, 3, own.Load())
	}
	f := newFake(s3.CephRGW())
	_, err := newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(3*partSize))))
	require.NoError(t, err)
	for i, o := range f.options {
		require.Nil(t, o.LimitBody, f.ops[i])
	}
	for _, in := range f.parts {
		require.IsType(t, (*io.SectionReader)(nil), in.Body, "the client has the section as it is")
	}
}

// stalling holds one part up until its request is given up.
func stalling(f *fake, number int32) (requests *atomic.Int64) {
	requests = new(atomic.Int64)
	f.hook = func(ctx context.Context, op string, in any) error {
		part, ok := in.(*s3.UploadPartInput)
		if !ok {
			return nil
		}
		if part.PartNumber == number && requests.Add(1) == 1 {
			select {
			case <-time.After(10 * time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		time.Sleep(time.Second / 2)
		return nil
	}
	return requests
}

// One stalled part costs a second or two, where it may be repeated, and its whole time
// where not.
func TestStalledPart(t *testing.T) {
	nhn := s3.NHNCloud()
	for _, c := range []struct {
		name    string
		profile s3.Profile
		set     func(*Options)
		in      func(*s3.PutObjectInput)
		answer  func(op string, out any)
		again   bool
	}{
		{"AWS", s3.AWS(), nil, nil, nil, true},
		{"MinIO", s3.MinIO(), nil, nil, nil, true},
		{"NHN Cloud", nhn, nil, nil, nil, true},
		{"Ceph RGW", s3.CephRGW(), nil, nil, nil, false},
		{"option", s3.AWS(), func(o *Options) { o.NoRepeat = true }, nil, nil, false},
		{"KMS", s3.AWS(), nil, func(in *s3.PutObjectInput) { in.ServerSideEncryption = s3.ServerSideEncryptionAwsKms }, nil, false},
		{"KMS by the bucket's default", s3.AWS(), nil, nil, func(op string, out any) {
			if created, ok := out.(*s3.CreateMultipartUploadOutput); ok {
				created.ServerSideEncryption = s3.ServerSideEncryptionAwsKms
			}
		}, false},
		{"key of the caller", s3.AWS(), nil, func(in *s3.PutObjectInput) { in.SSECustomerKey = "k" }, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(c.profile)
				f.answer = c.answer
				requests := stalling(f, 30)
				in := input(bytes.NewReader(pattern(40 * partSize)))
				if c.in != nil {
					c.in(in)
				}
				got := &steps{t: t}
				began := time.Now()
				_, err := newManager(t, f, func(o *Options) {
					o.Concurrency, o.Progress = 10, got.report
					if c.set != nil {
						c.set(o)
					}
				}).Upload(t.Context(), in)
				require.NoError(t, err)
				if c.again {
					require.Less(t, time.Since(began), 5*time.Second)
					require.EqualValues(t, 2, requests.Load())
				} else {
					require.Greater(t, time.Since(began), 10*time.Minute)
					require.EqualValues(t, 1, requests.Load())
				}
				require.True(t, bytes.Equal(pattern(40*partSize), f.stored()))
				require.Zero(t, got.falls())
			})
		})
	}
}
