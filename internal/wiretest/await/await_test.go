package await

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/internal/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// send posts a body, and writes the answer to w.
func send(ctx context.Context, c *http.Client, body io.Reader, w io.WriterAt) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://server.example.com/", body)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err == nil {
		defer resp.Body.Close()
		var answer []byte
		if answer, err = io.ReadAll(resp.Body); err == nil {
			_, err = w.WriteAt(answer, 0)
		}
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), context.Cause(ctx))
	}
	return err
}

var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })

type target struct{ got []byte }

func (w *target) WriteAt(p []byte, _ int64) (int, error) {
	w.got = bytes.Clone(p)
	return len(p), nil
}

// Every comes to each point, in each mode, and stalls where it says so.
func TestEveryPointIsComeTo(t *testing.T) {
	t.Parallel()
	modes := map[string]map[Mode]int{}
	Every(t, func(t *testing.T, r *Run) {
		got := new(target)
		c := r.Client(echo)
		err := r.Call(func(ctx context.Context) error {
			body := io.NewSectionReader(r.ReaderAt(strings.NewReader("hello")), 0, 5)
			return send(ctx, c, r.Reader(body), r.WriterAt(got))
		})
		if err == nil {
			require.Equal(t, "hello", string(got.got))
		}
		if r.mode == Never {
			require.NoError(t, err)
			require.True(t, r.ended.IsZero())
		}
		require.Equal(t, r.mode == Stalled, r.Stalls())
		name, _, _ := strings.Cut(r.point, " at ")
		if modes[name] == nil {
			modes[name] = map[Mode]int{}
		}
		modes[name][r.mode]++
	})
	delete(modes, "") // to its end
	for _, what := range []string{"dial", "write of a request", "read of an answer", "read of the body", "write"} {
		for _, mode := range []Mode{At, Behind, Stalled} {
			require.NotZero(t, modes[what][mode], "%s, %s: %v", what, mode, modes)
		}
	}
}

// The server does what it was asked although nobody waits for it, but not by half.
func TestTheServerGoesOnAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &Run{t: t, over: make(chan struct{})}
		var done atomic.Int64
		c := r.Client(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { done.Add(1) }))
		for _, sent := range []struct {
			body io.Reader
			want int64
		}{
			{strings.NewReader("hello"), 1},
			{io.MultiReader(strings.NewReader("hel"), broken{}), 1},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), storing/2)
			require.Error(t, send(ctx, c, sent.body, new(target)))
			cancel()
			time.Sleep(settled)
			require.Equal(t, sent.want, done.Load())
		}
		close(r.over)
		for _, stop := range r.stops {
			stop()
		}
		synctest.Wait()
		_, err := (&listener{run: r}).dial(t.Context(), "", "")
		require.Error(t, err)
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// What a call leaves is found: goroutines of the library in this bubble, and files.
func TestWhatIsLeftIsFound(t *testing.T) {
	t.Parallel()
	stacks := make([]byte, 1<<20)
	synctest.Test(t, func(t *testing.T) {
		require.Empty(t, goroutines(stacks))
		lane := schedule.New(schedule.Options{Concurrency: 1}).Lane(0)
		slot, err := lane.Acquire(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = lane.Acquire(ctx) }()
		synctest.Wait()
		require.Len(t, goroutines(stacks), 1)
		cancel()
		synctest.Wait()
		require.Empty(t, goroutines(stacks))
		slot.Done(0, nil)
	})
	if runtime.GOOS != "linux" {
		return
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "file"))
	require.NoError(t, err)
	require.Equal(t, []string{f.Name()}, files(dir))
	require.NoError(t, f.Close())
	require.Empty(t, files(dir))
	require.Empty(t, files(""))
}
