package identity

import (
	"context"
	"sync"

	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/sigv4"
)

// lazyProvider is a provider that is built when it is first asked, from files and
// variables as they are then, and anew when a server refused what it gave.
type lazyProvider struct {
	providerName
	state hidden.Value[*lazyState]
}

type lazyState struct {
	build func() (sigv4.Provider, error)

	mu    sync.Mutex
	built sigv4.Provider    // nil: not yet
	last  sigv4.Credentials // that were handed out
}

func newLazyProvider(name providerName, build func() (sigv4.Provider, error)) lazyProvider {
	return lazyProvider{name, hidden.Of(&lazyState{build: build})}
}

// Retrieve implements sigv4.Provider.
func (l lazyProvider) Retrieve(ctx context.Context) (sigv4.Credentials, error) {
	s := l.state()
	p, err := s.provider()
	if err != nil {
		return sigv4.Credentials{}, l.wrap(err)
	}
	c, err := p.Retrieve(ctx)
	if err != nil {
		return sigv4.Credentials{}, l.wrap(err)
	}
	s.gave(c)
	return c, nil
}

func (s *lazyState) provider() (sigv4.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.built != nil {
		return s.built, nil
	}
	var err error
	s.built, err = s.build()
	return s.built, err
}

func (s *lazyState) gave(c sigv4.Credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = c
}

// Invalidate says that a server refused creds. If they are the last that the provider
// gave, files and variables are read anew when it is next asked.
func (l lazyProvider) Invalidate(creds sigv4.Credentials) {
	s := l.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.built != nil && s.last.AccessKeyID == creds.AccessKeyID && s.last.SessionToken == creds.SessionToken {
		s.built, s.last = nil, sigv4.Credentials{}
	}
}
