package transport

import (
	"context"
	"errors"
	"io"
	"time"
)

// answerBody is an answer's body with the idle limit on each read. Between reads the
// caller may take any time. Closing it releases the attempt's context.
type answerBody struct {
	src    io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	limit  time.Duration
	idle   *time.Timer
	done   bool

	observed *observedAttempt // nil: nobody looks
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.done {
		return 0, io.EOF
	}
	if b.limit > 0 {
		if b.idle == nil {
			b.idle = time.AfterFunc(b.limit, func() { b.cancel(&IdleError{Limit: b.limit}) })
		} else {
			b.idle.Reset(b.limit)
		}
	}
	n, err := b.src.Read(p)
	if b.idle != nil {
		b.idle.Stop()
	}
	if b.observed != nil {
		b.observed.received.Add(int64(n))
	}
	switch {
	case errors.Is(err, io.EOF):
		b.done = true
		b.observed.finish(nil)
	case err != nil:
		if idle := idleCause(b.ctx); idle != nil {
			err = idle
		}
		b.observed.finish(&ConnectionError{Err: err})
	}
	return n, err
}

func (b *answerBody) Close() error {
	err := b.src.Close()
	b.cancel(nil)
	b.observed.finish(nil)
	return err
}
