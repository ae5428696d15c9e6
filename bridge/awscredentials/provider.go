package awscredentials

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/sigv4"
)

// Provider is an SDK's provider as one of this library, which asks it before every attempt.
// So what p answers is kept: by p itself if it is an *[aws.CredentialsCache], as that of an
// [aws.Config] is, and by an [identity.Cache] otherwise, which asks anew 5 minutes before the
// end. It is a [sigv4.Invalidator]: credentials that a server refuses are asked for once more.
//
// Without p, and of [aws.AnonymousCredentials], the credentials are empty: requests go
// unsigned. Errors are those of p, wrapped.
func Provider(p aws.CredentialsProvider) sigv4.Provider {
	if p == nil || aws.IsCredentialsProvider(p, aws.AnonymousCredentials{}) {
		return sigv4.Static("", "", "")
	}
	retrieve := func(ctx context.Context) (sigv4.Credentials, error) {
		c, err := p.Retrieve(ctx)
		if err != nil {
			return sigv4.Credentials{}, err
		}
		credentials := sigv4.Credentials{
			AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
		}
		if c.CanExpire {
			credentials.Expires = c.Expires
		}
		return credentials, nil
	}
	if cache, ok := p.(*aws.CredentialsCache); ok {
		return &cached{retrieve, cache}
	}
	return identity.NewCache(sigv4.ProviderFunc(retrieve), identity.CacheOptions{})
}

// cached is a provider that the SDK caches.
type cached struct {
	sigv4.ProviderFunc

	cache *aws.CredentialsCache
}

// Invalidate has the cache ask for others, unless it has others already.
func (c *cached) Invalidate(refused sigv4.Credentials) {
	// The cache asks nobody for what it holds, and an ended context waits for nothing else.
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	held, err := c.Retrieve(ended)
	if err == nil && held != refused {
		return
	}
	c.cache.Invalidate()
}

// Format writes a name for every verb: for some, package fmt would print what the cache holds.
func (c *cached) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awscredentials.Provider") }

var _ sigv4.Invalidator = (*cached)(nil)
