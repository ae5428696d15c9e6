package identity

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/sigv4"
)

// CacheOptions configure [NewCache].
type CacheOptions struct {
	// RefreshBefore is how long before their end credentials are fetched anew, while
	// the old ones go on to be handed out. Zero: 5 minutes; never more than a fifth
	// of their life. Up to half of it is added at random, so that processes that
	// started together don't refresh together.
	RefreshBefore time.Duration
	// Logger receives, at warn level, refreshes that failed while the old credentials
	// still hold. Nil: nothing is logged.
	Logger *slog.Logger
	// Clock tells the time that Credentials.Expires is compared with. Nil: time.Now.
	Clock func() time.Time
}

// Cache keeps the credentials of a provider that does not cache, such as a function of
// yours that asks a vault. Credentials that never expire are fetched once. One fetch is
// under way at a time, however many goroutines ask; it does not end with the context of
// the one that began it, but when all who wait have given up, or after 3 minutes. If a
// refresh fails, the old credentials are served while they hold, and after that the
// error.
//
// The providers of this package cache by themselves.
type Cache struct{ cached }

// NewCache makes a Cache of p.
func NewCache(p sigv4.Provider, o CacheOptions) *Cache {
	now := o.Clock
	if now == nil {
		now = time.Now
	}
	return &Cache{newCached("Cache", p.Retrieve, now, o.RefreshBefore, o.Logger)}
}

// cached is what the providers of this package have in common.
type cached struct {
	name  string
	state hidden.Value[*refresher[sigv4.Credentials]]
}

// newCached caches fetch. now must be the clock of whoever says when credentials end.
func newCached(name string, fetch func(context.Context) (sigv4.Credentials, error), now func() time.Time, before time.Duration, l *slog.Logger) cached {
	return cached{name, hidden.Of(&refresher[sigv4.Credentials]{
		fetch:   fetch,
		expires: func(c sigv4.Credentials) time.Time { return c.Expires },
		now:     now, before: before, logger: l, what: name,
	})}
}

// Retrieve implements sigv4.Provider. It returns at once while the credentials hold,
// and waits for a fetch, or for the end of ctx, when they don't.
func (c cached) Retrieve(ctx context.Context) (sigv4.Credentials, error) {
	creds, err := c.state().get(ctx)
	if err != nil {
		return sigv4.Credentials{}, fmt.Errorf("%s: %w", c.name, err)
	}
	return creds, nil
}

// Invalidate says that a server refused creds. They are fetched anew when they are next
// asked for, unless that has happened already.
func (c cached) Invalidate(creds sigv4.Credentials) {
	c.state().drop(func(held sigv4.Credentials) bool {
		return held.AccessKeyID == creds.AccessKeyID && held.SessionToken == creds.SessionToken
	})
}

// String names the kind of provider, and nothing that is secret.
func (c cached) String() string { return "identity." + c.name }

// Format writes String for every verb: package fmt would print unexported fields as
// they are.
func (c cached) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same view as String.
func (c cached) LogValue() slog.Value { return slog.StringValue(c.String()) }
