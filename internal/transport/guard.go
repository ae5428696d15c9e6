package transport

import (
	"context"
	"io"
	"net/http/httptrace"
	"sync"
	"time"
)

// holdLimit is how long a read is held at most: an answer that has begun is mostly here.
const holdLimit = time.Second

// guard stands between net/http and an attempt's body. net/http may go on reading
// after it has delivered an answer or an error; the guard ends that before the body
// is rewound or handed back to the caller, and restarts the idle timer at each read.
//
// While an answer comes that wants no body, the guard holds reads up: a body that can be sent
// once is then whole for the next attempt, and the connection, which does not outlive a body
// that ends early, stays until the answer is read.
type guard struct {
	mu     sync.Mutex
	src    io.Reader
	left   int64 // bytes still to come; negative: not known
	read   bool  // some of it
	over   bool
	failed error
	held   chan struct{} // closed when reads may go on; nil: they may
	lapse  *time.Timer   // ends held
	idle   *time.Timer
	limit  time.Duration
	// wait is set when a Read returns promptly (files, memory), so that closing may
	// wait for one that is under way. A pipe's Read may block for ever.
	wait bool
}

// guarded sends the attempt's body under a guard.
func (p *Pipeline) guarded(a *Attempt, r *Request, cancel context.CancelCauseFunc) *guard {
	limit := p.idle()
	g := &guard{src: a.Body, left: a.Request.ContentLength, wait: r.Body.Rewindable() || r.Body.InMemory(), limit: limit}
	if limit > 0 {
		g.idle = time.AfterFunc(limit, func() { cancel(&IdleError{Sending: true, Limit: limit}) })
		g.idle.Stop()
	}
	a.Request.Body = g
	if r.Expect {
		a.Request = a.Request.WithContext(g.awaitConsent(a.Request.Context()))
	}
	return g
}

func (g *guard) Read(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.idle != nil {
		// The source may take its time (a producer behind a pipe): only the way from
		// one read to the next is the connection's.
		g.idle.Stop()
	}
	for g.held != nil && g.left != 0 {
		held := g.held
		g.mu.Unlock()
		<-held
		g.mu.Lock()
	}
	if g.over {
		return 0, g.ended()
	}
	g.read = true
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
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		g.over = true
		if g.idle != nil {
			g.idle.Stop()
		}
		g.release()
	}
	return g.failed
}

// hold holds up reads until the end, free or holdLimit.
func (g *guard) hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over || g.held != nil || g.left == 0 {
		return
	}
	g.held = make(chan struct{})
	g.lapse = time.AfterFunc(holdLimit, g.free)
}

// free lets reads go on.
func (g *guard) free() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.release()
}

func (g *guard) release() {
	if g.held != nil {
		g.lapse.Stop()
		close(g.held)
		g.held = nil
	}
}

// awaitConsent is for a request that asks by Expect: 100-continue. net/http sends the body after
// a refusal as well, where the server would keep the connection: an answer that has begun holds
// the first read until it turns out to be 100 Continue.
func (g *guard) awaitConsent(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotFirstResponseByte: func() {
			g.mu.Lock()
			read := g.read
			g.mu.Unlock()
			if !read { // it has not waited for the server any longer otherwise
				g.hold()
			}
		},
		Got100Continue: g.free,
	})
}
