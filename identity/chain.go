package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/sigv4"
)

// Chain asks one provider after the other, and stays with the first that answers. It
// passes over those that are [ErrNotConfigured], and over no other: what somebody has
// set up, and what then fails, is an error and no reason to sign as somebody else.
//
// If none is configured the error is ErrNotConfigured and tells what each one misses.
// The next call begins anew.
type Chain struct {
	providerName
	state hidden.Value[*chainState]
}

type chainState struct {
	providers []sigv4.Provider
	chosen    atomic.Pointer[sigv4.Provider]
}

// NewChain makes a Chain. Providers that are nil are left out.
func NewChain(providers ...sigv4.Provider) *Chain {
	providers = slices.DeleteFunc(slices.Clone(providers), func(p sigv4.Provider) bool { return p == nil })
	return &Chain{"Chain", hidden.Of(&chainState{providers: providers})}
}

// Retrieve implements sigv4.Provider.
func (c *Chain) Retrieve(ctx context.Context) (sigv4.Credentials, error) {
	s := c.state()
	if p := s.chosen.Load(); p != nil {
		return (*p).Retrieve(ctx)
	}
	var lacks []string
	for _, p := range s.providers {
		creds, err := p.Retrieve(ctx)
		switch {
		case err == nil:
			s.chosen.Store(&p)
			return creds, nil
		case !errors.Is(err, ErrNotConfigured):
			return sigv4.Credentials{}, err
		}
		lacks = append(lacks, strings.ReplaceAll(err.Error(), ErrNotConfigured.Error()+": ", ""))
	}
	if len(lacks) == 0 {
		lacks = []string{"no provider is in it"}
	}
	return sigv4.Credentials{}, c.wrap(fmt.Errorf("%w: %s", ErrNotConfigured, strings.Join(lacks, "; ")))
}

// Invalidate says that a server refused creds: the provider that they came from is told
// so, if it caches.
func (c *Chain) Invalidate(creds sigv4.Credentials) {
	if p := c.state().chosen.Load(); p != nil {
		invalidate(*p, creds)
	}
}

// invalidate tells a provider that a server refused creds, if it wants to know.
func invalidate(p sigv4.Provider, creds sigv4.Credentials) {
	if i, ok := p.(interface{ Invalidate(sigv4.Credentials) }); ok {
		i.Invalidate(creds)
	}
}
