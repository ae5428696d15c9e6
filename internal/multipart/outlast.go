package multipart

import (
	"context"
	"time"
)

// BeginGrace is how long the beginning of an upload goes on when the caller's context has ended.
const BeginGrace = 500 * time.Millisecond

// Outlast is a context that ends [BeginGrace] after ctx, for a request whose answer alone tells
// what there is to remove: a store that has begun an upload, and whose answer nobody waited for,
// keeps it for good.
func Outlast(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() != nil {
		return context.WithCancel(ctx)
	}
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	grace := time.AfterFunc(BeginGrace, func() { cancel(context.Cause(ctx)) })
	grace.Stop()
	stop := context.AfterFunc(ctx, func() { grace.Reset(BeginGrace) })
	return longer, func() {
		stop()
		grace.Stop()
		cancel(context.Canceled)
	}
}
