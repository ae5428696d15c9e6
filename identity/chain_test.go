package identity

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

func isNotConfigured(err error) bool { return errors.Is(err, ErrNotConfigured) }

// link is a provider in a chain.
type link struct {
	creds   sigv4.Credentials
	err     error
	asked   int
	refused []sigv4.Credentials
}

func (l *link) Retrieve(context.Context) (sigv4.Credentials, error) {
	l.asked++
	return l.creds, l.err
}

func (l *link) Invalidate(c sigv4.Credentials) { l.refused = append(l.refused, c) }

func TestChainStaysWithTheFirstThatAnswers(t *testing.T) {
	t.Parallel()
	none := &link{err: fmt.Errorf("%w: nothing is set", ErrNotConfigured)}
	one := &link{creds: sigv4.Credentials{AccessKeyID: "one", SecretAccessKey: "s"}}
	two := &link{creds: sigv4.Credentials{AccessKeyID: "two", SecretAccessKey: "s"}}
	c := NewChain(nil, none, one, two)
	c.Invalidate(one.creds) // nobody gave them yet
	for range 3 {
		got, err := c.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, one.creds, got)
	}
	require.Equal(t, []int{1, 3, 0}, []int{none.asked, one.asked, two.asked})

	c.Invalidate(one.creds)
	require.Equal(t, []sigv4.Credentials{one.creds}, one.refused)
	require.Empty(t, two.refused)

	// What it has found it does not leave.
	one.err = fmt.Errorf("%w: gone", ErrNotConfigured)
	_, err := c.Retrieve(t.Context())
	require.ErrorIs(t, err, one.err)
	require.Zero(t, two.asked)

	NewChain(sigv4.Static("a", "b", "")).Invalidate(one.creds)
	static := NewChain(sigv4.Static("a", "b", ""))
	_, err = static.Retrieve(t.Context())
	require.NoError(t, err)
	static.Invalidate(one.creds) // it does not want to know
}

func TestChainStopsAtAFault(t *testing.T) {
	t.Parallel()
	broken := &link{err: errors.New("half set")}
	next := &link{creds: sigv4.Credentials{AccessKeyID: "next", SecretAccessKey: "s"}}
	c := NewChain(broken, next)
	_, err := c.Retrieve(t.Context())
	require.Equal(t, broken.err, err)
	require.False(t, isNotConfigured(err))
	require.Zero(t, next.asked)
	// Once it is put right, it is as if nothing had been.
	broken.err, broken.creds = nil, sigv4.Credentials{AccessKeyID: "first", SecretAccessKey: "s"}
	got, err := c.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, broken.creds, got)
}

func TestChainOfNothing(t *testing.T) {
	t.Parallel()
	_, err := NewChain().Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotConfigured)
	require.EqualError(t, err, "Chain: not configured: no provider is in it")

	a := &link{err: fmt.Errorf("A: %w: no file", ErrNotConfigured)}
	b := &link{err: fmt.Errorf("B: %w: no service", ErrNotConfigured)}
	c := NewChain(a, b)
	for range 2 {
		_, err = c.Retrieve(t.Context())
		require.ErrorIs(t, err, ErrNotConfigured)
		require.EqualError(t, err, "Chain: not configured: A: no file; B: no service")
	}
	require.Equal(t, []int{2, 2}, []int{a.asked, b.asked})
}
