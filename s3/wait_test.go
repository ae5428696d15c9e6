package s3

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type wait struct {
	name   string
	exists bool
	run    func(context.Context, *Client, WaitOptions) error
}

var waits = []wait{
	{"WaitUntilBucketExists", true, func(ctx context.Context, c *Client, o WaitOptions) error {
		return c.WaitUntilBucketExists(ctx, &HeadBucketInput{Bucket: "bucket"}, o)
	}},
	{"WaitUntilBucketNotExists", false, func(ctx context.Context, c *Client, o WaitOptions) error {
		return c.WaitUntilBucketNotExists(ctx, &HeadBucketInput{Bucket: "bucket"}, o)
	}},
	{"WaitUntilObjectExists", true, func(ctx context.Context, c *Client, o WaitOptions) error {
		return c.WaitUntilObjectExists(ctx, &HeadObjectInput{Bucket: "bucket", Key: "key"}, o)
	}},
	{"WaitUntilObjectNotExists", false, func(ctx context.Context, c *Client, o WaitOptions) error {
		return c.WaitUntilObjectNotExists(ctx, &HeadObjectInput{Bucket: "bucket", Key: "key"}, o)
	}},
}

// What ends a wait, and what makes it look again.
func TestWaitVerdicts(t *testing.T) {
	const again, done, failed = 2, 1, 0
	for _, c := range []struct {
		status int
		want   [4]int // of waits
	}{
		{200, [4]int{done, again, done, again}},
		{301, [4]int{done, failed, failed, failed}},
		{400, [4]int{failed, failed, failed, failed}},
		{403, [4]int{done, failed, failed, failed}},
		{404, [4]int{again, done, again, done}},
		{412, [4]int{failed, failed, failed, failed}},
		{503, [4]int{failed, failed, failed, failed}},
	} {
		for i, w := range waits {
			synctest.Test(t, func(t *testing.T) {
				other := map[bool]int{true: 200, false: 404}[w.exists]
				s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
					if n == 1 {
						return answer(r, c.status, ""), nil
					}
					return answer(r, other, ""), nil
				}}
				err := w.run(t.Context(), newClient(t, s, func(o *Options) { o.MaxAttempts = -1 }), WaitOptions{})
				if c.want[i] == failed {
					var e *Error
					require.ErrorAs(t, err, &e, "%s %d", w.name, c.status)
					require.Equal(t, c.status, e.StatusCode)
					require.ErrorContains(t, err, w.name)
					require.NotErrorIs(t, err, context.DeadlineExceeded)
					require.Equal(t, 1, s.attempts())
					return
				}
				require.NoError(t, err, "%s %d", w.name, c.status)
				require.Equal(t, c.want[i], s.attempts(), "%s %d", w.name, c.status)
			})
		}
	}
}

// The pauses grow from MinDelay to MaxDelay, and the last look comes before the end.
func TestWaitPauses(t *testing.T) {
	for _, w := range waits {
		synctest.Test(t, func(t *testing.T) {
			var looks []time.Time
			s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
				looks = append(looks, time.Now())
				return answer(r, map[bool]int{true: 404, false: 200}[w.exists], ""), nil
			}}
			start := time.Now()
			err := w.run(t.Context(), newClient(t, s), WaitOptions{})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, w.name+", bucket \"bucket\"")
			require.Equal(t, w.exists, errors.Is(err, ErrNotFound), "the server's last answer is in it")
			require.LessOrEqual(t, time.Since(start), DefaultMaxWait)
			require.GreaterOrEqual(t, time.Since(start), DefaultMaxWait-DefaultWaitMinDelay)

			require.Equal(t, start, looks[0], "the first is at once")
			var apart []time.Duration
			for i, at := range looks[1:] {
				pause := at.Sub(looks[i])
				apart = append(apart, pause)
				require.LessOrEqual(t, pause, min(DefaultWaitMaxDelay, DefaultWaitMinDelay<<i))
				if i < len(looks)-2 {
					require.GreaterOrEqual(t, pause, DefaultWaitMinDelay)
				}
			}
			require.Equal(t, DefaultWaitMinDelay, apart[0])
			require.Greater(t, len(apart), 10, "%v", apart)
			require.Less(t, len(apart), 60, "%v", apart)
		})
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	missing := func() *stub { return always(404, "") }
	look := waits[2].run

	synctest.Test(t, func(t *testing.T) { // its deadline is the earlier one
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		err := look(ctx, newClient(t, missing()), WaitOptions{MaxWait: time.Hour})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, ErrNotFound)
		require.ErrorContains(t, err, `bucket "bucket", key "key": not there (looked `)
		require.NotContains(t, err.Error(), "\n")
		require.GreaterOrEqual(t, time.Since(start), 3*time.Second-DefaultWaitMinDelay)
		require.LessOrEqual(t, time.Since(start), 3*time.Second)
	})
	synctest.Test(t, func(t *testing.T) { // cancelled in a pause
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(700*time.Millisecond, cancel)
		start := time.Now()
		err := look(ctx, newClient(t, missing()), WaitOptions{MaxWait: -1})
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, ErrNotFound)
		require.Equal(t, 700*time.Millisecond, time.Since(start))
	})
	synctest.Test(t, func(t *testing.T) { // while it looks
		s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				return answer(r, 404, ""), nil
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		err := look(t.Context(), newClient(t, s), WaitOptions{MaxWait: 20 * time.Second})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, ErrNotFound, "of the look before")
		require.Equal(t, 2, s.attempts())
	})
	synctest.Test(t, func(t *testing.T) { // less time than a pause
		s := missing()
		start := time.Now()
		err := look(t.Context(), newClient(t, s), WaitOptions{MaxWait: 100 * time.Millisecond})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 2, s.attempts())
		require.Equal(t, 50*time.Millisecond, time.Since(start))
	})
	synctest.Test(t, func(t *testing.T) { // no end but success
		s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
			return answer(r, map[bool]int{true: 404, false: 200}[n < 200], ""), nil
		}}
		start := time.Now()
		require.NoError(t, look(t.Context(), newClient(t, s), WaitOptions{MinDelay: 5 * time.Second, MaxDelay: 5 * time.Second, MaxWait: -1}))
		require.Equal(t, 199*5*time.Second, time.Since(start))
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := look(ctx, newClient(t, missing()), WaitOptions{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestWaitOptions(t *testing.T) {
	for _, c := range []struct{ in, want WaitOptions }{
		{WaitOptions{}, WaitOptions{500 * time.Millisecond, 10 * time.Second, 2 * time.Minute}},
		{WaitOptions{MinDelay: time.Minute}, WaitOptions{time.Minute, time.Minute, 2 * time.Minute}},
		{WaitOptions{MaxDelay: time.Millisecond}, WaitOptions{time.Millisecond, time.Millisecond, 2 * time.Minute}},
		{WaitOptions{MaxDelay: time.Hour, MaxWait: -1}, WaitOptions{500 * time.Millisecond, time.Hour, -1}},
	} {
		got, err := c.in.resolve()
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	s := always(200, "")
	for member, o := range map[string]WaitOptions{
		"MinDelay is negative":     {MinDelay: -1},
		"MaxDelay is negative":     {MaxDelay: -1},
		"is shorter than MinDelay": {MinDelay: time.Second, MaxDelay: time.Millisecond},
	} {
		for _, w := range waits {
			err := w.run(t.Context(), newClient(t, s), o)
			require.ErrorContains(t, err, member)
			require.ErrorContains(t, err, w.name)
		}
	}
	require.Zero(t, s.attempts())
	// Missing members are named, as in any call.
	c := newClient(t, s)
	require.ErrorContains(t, c.WaitUntilBucketExists(t.Context(), nil, WaitOptions{}), "Bucket")
	require.ErrorContains(t, c.WaitUntilBucketNotExists(t.Context(), nil, WaitOptions{}), "Bucket")
	require.ErrorContains(t, c.WaitUntilObjectExists(t.Context(), &HeadObjectInput{Bucket: "b"}, WaitOptions{}), "Key")
	require.ErrorContains(t, c.WaitUntilObjectNotExists(t.Context(), nil, WaitOptions{}), "Key")
	require.Zero(t, s.attempts())
	_, final := WaitOptions{MinDelay: 1, MaxDelay: 2}.pause(t.Context(), 1000)
	require.False(t, final)
}
