package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
)

// badWay is a way to a server on which each connection breaks, after limit bytes or up to half of
// them sooner.
type badWay struct {
	endpoint string

	listener net.Listener
	to       string // host and port
	limit    int64
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// newBadWay opens one to the server of an http endpoint. It must be closed.
func newBadWay(ctx context.Context, endpoint string, limit int64) (*badWay, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // cleaning up needs it
	w := &badWay{endpoint: "http://" + l.Addr().String(), listener: l, to: u.Host, limit: limit, stop: stop}
	w.running.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			w.running.Go(func() { w.carry(ctx, from) })
		}
	})
	return w, nil
}

// close ends all connections.
func (w *badWay) close() {
	w.stop()
	_ = w.listener.Close()
	w.running.Wait()
}

// carry takes a connection to the server until it breaks.
func (w *badWay) carry(ctx context.Context, from net.Conn) {
	defer from.Close()
	to, err := new(net.Dialer).DialContext(ctx, "tcp", w.to)
	if err != nil {
		return
	}
	defer to.Close()
	stopped := context.AfterFunc(ctx, func() {
		from.Close()
		to.Close()
	})
	defer stopped()
	w.running.Go(func() {
		_, _ = io.Copy(from, to)
		from.Close() // the server has ended it
	})
	// What is unread when it is closed resets it, as a router does that forgets it.
	_, _ = io.CopyN(to, from, w.limit-rand.Int64N(w.limit/2+1))
}
