// Package web serves the pages of an example.
package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Serve answers browsers at address until ctx ends, and then ends what it is answering. Before
// that it tells where it listens, as a URL without a path, and ends with the error if there is one.
func Serve(ctx context.Context, address string, handler http.Handler, tell func(url string) error) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stopped()
	if err := tell("http://" + l.Addr().String()); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
