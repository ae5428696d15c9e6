package sigv4

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// Provider hands out the credentials to sign with. Retrieve is called for every
// attempt of every request and from many goroutines at once, so a provider that
// fetches credentials keeps them until shortly before they expire.
//
// Credentials without keys (see [Credentials.HasKeys]) stand for anonymous
// access.
type Provider interface {
	Retrieve(ctx context.Context) (Credentials, error)
}

// Invalidator is a Provider that can be told that a server refused its credentials. What
// signs with it tells it so, and retrieves again.
type Invalidator interface {
	Provider
	// Invalidate gives up credentials, if the provider still has those: a caller that
	// comes late, with some that were replaced, changes nothing.
	Invalidate(Credentials)
}

// ProviderFunc makes a Provider of a function.
type ProviderFunc func(context.Context) (Credentials, error)

// Retrieve calls f.
func (f ProviderFunc) Retrieve(ctx context.Context) (Credentials, error) { return f(ctx) }

// Static is a Provider that always answers the same credentials, which never
// expire. sessionToken is empty for permanent keys. Two static providers are
// equal (==) when they answer the same credentials, and Retrieve allocates
// nothing. It prints and marshals redacted, like [Credentials].
func Static(accessKeyID, secretAccessKey, sessionToken string) Provider {
	return static{accessKeyID, secretAccessKey, sessionToken}
}

type static struct{ accessKeyID, secretAccessKey, sessionToken string }

func (s static) Retrieve(context.Context) (Credentials, error) { return s.credentials(), nil }

func (s static) credentials() Credentials {
	return Credentials{AccessKeyID: s.accessKeyID, SecretAccessKey: s.secretAccessKey, SessionToken: s.sessionToken}
}

func (s static) String() string               { return "static " + s.credentials().String() }
func (s static) GoString() string             { return s.String() }
func (s static) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, s.String()) }
func (s static) LogValue() slog.Value         { return s.credentials().LogValue() }
func (s static) MarshalJSON() ([]byte, error) { return s.credentials().MarshalJSON() }
