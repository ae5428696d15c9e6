package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// tapped counts what passes.
type tapped struct {
	io.Reader
	n *atomic.Int64
}

func (r tapped) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n.Add(int64(n))
	return n, err
}

// Every attempt's body passes LimitBody, as it goes out, and nothing else does: no pass that
// hashes ahead, no document.
func TestLimitBody(t *testing.T) {
	for _, p := range []Profile{AWS(), CephRGW()} {
		for _, secure := range []bool{false, true} {
			refusals := 0
			s := record(t, secure, func(w http.ResponseWriter, r *received) {
				if refusals > 0 {
					refusals--
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			})
			for _, body := range bodies {
				for _, again := range []int{0, 2} {
					b, n := body.make(t)
					if again > 0 && body.name == "stream" {
						continue // it can be sent once
					}
					refusals = again
					var passed, readers atomic.Int64
					c := s.client(t, func(o *Options) {
						o.Profile, o.Addressing = p, AddressingPath
						o.LimitBody = func(ctx context.Context, r io.Reader) io.Reader {
							require.NoError(t, ctx.Err())
							readers.Add(1)
							return tapped{r, &passed}
						}
					})
					_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: b, ContentLength: n})
					require.NoError(t, err)
					got := s.take()
					require.Len(t, got, 1+again)
					var sent int64
					for _, r := range got {
						sent += int64(len(r.raw))
					}
					require.Equal(t, sent, passed.Load(), "%s, %s", p.Name, body.name)
					if body.want == "" {
						require.Zero(t, readers.Load())
					} else {
						require.EqualValues(t, 1+again, readers.Load())
					}
					_, err = c.DeleteObjects(t.Context(), &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "k"}}}})
					require.NoError(t, err)
					require.Equal(t, sent, passed.Load(), "a document is none")
					s.take()
				}
			}
		}
	}
}

// A wait in LimitBody ends with the context.
func TestLimitBodyWaits(t *testing.T) {
	cause := errors.New("user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := record(t, false, nil)
	c := s.client(t, func(o *Options) {
		o.LimitBody = func(ctx context.Context, _ io.Reader) io.Reader {
			return readerFunc(func([]byte) (int, error) {
				cancel(cause)
				<-ctx.Done()
				return 0, context.Cause(ctx)
			})
		}
	})
	_, err := c.PutObject(ctx, &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content")})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, cause)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// OnRetry is told of what is overcome, and of nothing that ends the call.
func TestOnRetry(t *testing.T) {
	for _, c := range []struct {
		statuses []int
		told     []int
	}{
		{[]int{200}, nil},
		{[]int{503, 500, 200}, []int{503, 500}},
		{[]int{403}, nil},
		{[]int{503, 503, 503, 503}, []int{503, 503, 503}},
	} {
		s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: c.statuses[n-1], Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}}
		var told []int
		_, err := newClient(t, s, func(o *Options) {
			o.OnRetry = func(err error) {
				var refused *Error
				require.ErrorAs(t, err, &refused)
				told = append(told, refused.StatusCode)
			}
		}).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content")})
		require.Equal(t, c.statuses[len(c.statuses)-1] != 200, err != nil)
		require.Equal(t, c.told, told)
	}
}

// What is known to take two requests for one part at the same time.
func TestRepeatParts(t *testing.T) {
	for _, p := range []Profile{AWS(), MinIO(), NHNCloud()} {
		require.True(t, p.RepeatParts, p.Name)
	}
	for _, p := range []Profile{CephRGW(), KakaoCloud(), Alluxio(), Generic()} {
		require.False(t, p.RepeatParts, p.Name)
	}
}
