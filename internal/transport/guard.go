package transport

import (
	"io"
	"sync"
	"time"
)

// guard stands between net/http and an attempt's body. net/http may go on reading
// after it has delivered an answer or an error; the guard ends that before the body
// is rewound or handed back to the caller, and restarts the idle timer at each read.
type guard struct {
	mu     sync.Mutex
	src    io.Reader
	left   int64 // bytes still to come; negative: not known
	over   bool
	failed error
	idle   *time.Timer
	limit  time.Duration
	// wait is set when a Read returns promptly (files, memory), so that closing may
	// wait for one that is under way. A pipe's Read may block for ever.
	wait bool
}

func (g *guard) Read(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return 0, g.ended()
	}
	if g.idle != nil {
		// The source may take its time (a producer behind a pipe): only the way from
		// one read to the next is the connection's.
		g.idle.Stop()
	}
	if !g.wait {
		g.mu.Unlock()
	}
	n, err := g.src.Read(p)
	if !g.wait {
		g.mu.Lock()
		if g.over {
			return 0, g.ended()
		}
	}
	g.left -= int64(n)
	if err == nil && g.idle != nil {
		g.idle.Reset(g.limit)
	}
	if err != nil && err != io.EOF && g.failed == nil {
		g.failed = err
	}
	return n, err
}

// ended is what a read after the end of the attempt gets. When all bytes are out,
// net/http only probes for more: an error would cost the connection.
func (g *guard) ended() error {
	if g.left == 0 {
		return io.EOF
	}
	return errAttemptOver
}

// Close is net/http's: it has no more use for the body.
func (g *guard) Close() error {
	g.end()
	return nil
}

// end stops all reads for good and returns the body's own failure, if it had one.
func (g *guard) end() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		g.over = true
		if g.idle != nil {
			g.idle.Stop()
		}
	}
	return g.failed
}
