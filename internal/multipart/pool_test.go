package multipart

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestPoolReuses(t *testing.T) {
	p := newPool(100, nil)
	a, err := p.get(t.Context(), 50)
	require.NoError(t, err)
	p.put(a[:7])
	b, err := p.get(t.Context(), 50)
	require.NoError(t, err)
	require.Same(t, &a[0], &b[0])
	p.put(b)
	c, err := p.get(t.Context(), 20) // the last part is smaller
	require.NoError(t, err)
	require.Len(t, c, 20)
	require.Same(t, &a[0], &c[0])
	p.put(c)
	require.EqualValues(t, 50, p.alive)
	_, err = p.get(t.Context(), 100) // what is too small makes room
	require.NoError(t, err)
	require.EqualValues(t, 100, p.alive)
}

func TestPoolWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(100, nil)
		a, err := p.get(t.Context(), 60)
		require.NoError(t, err)
		b, err := p.get(t.Context(), 40)
		require.NoError(t, err)
		var got []byte
		go func() { got, _ = p.get(context.Background(), 80) }()
		synctest.Wait()
		require.Nil(t, got)
		p.put(b)
		synctest.Wait()
		require.Nil(t, got, "60 are still alive")
		p.put(a)
		synctest.Wait()
		require.Len(t, got, 80)
		require.EqualValues(t, 80, p.alive)
	})
}

func TestPoolGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(100, nil)
		_, err := p.get(t.Context(), 100)
		require.NoError(t, err)
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() { _, err = p.get(ctx, 1) }()
		synctest.Wait()
		cause := errors.New("enough")
		cancel(cause)
		synctest.Wait()
		require.Equal(t, cause, err)
	})
}
