package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShelf(t *testing.T) {
	t.Parallel()
	s := newShelf("w00/", 1)
	lost := errors.New("lost")
	plain, failed, late := s.make("", 3), s.make("", 4), s.makeLarge(5)
	again := s.copyOf(plain)
	require.Equal(t, plain.content, again.content)
	require.Equal(t, []string{late.key}, s.parted)
	keys := map[string]bool{plain.key: true, failed.key: true, late.key: true, again.key: true}
	require.Len(t, keys, 4, "no key twice")

	s.written(plain, &outcome{})
	s.written(again, &outcome{})
	s.written(failed, &outcome{err: lost})
	s.written(late, &outcome{retries: 1})
	require.Equal(t, []*object{plain, late, again}, s.sorted())
	require.EqualValues(t, 3+3+5, s.bytes)

	all := map[string]int64{plain.key: 3, again.key: 3, late.key: 5}
	require.NoError(t, s.listed(all))
	all[failed.key] = 4
	require.NoError(t, s.listed(all), "what failed may be there")
	require.ErrorContains(t, s.listed(map[string]int64{plain.key: 3, again.key: 3}), "is not listed")
	require.ErrorContains(t, s.listed(map[string]int64{plain.key: 2, again.key: 3, late.key: 5}), "with 2 bytes")

	for _, o := range []*object{plain, late} {
		s.deleting(o)
		s.deleted(o, nil)
	}
	require.EqualValues(t, 3, s.bytes)
	require.NoError(t, s.listed(map[string]int64{again.key: 3, late.key: 5}), "an attempt that was given up may arrive")
	require.ErrorContains(t, s.listed(map[string]int64{again.key: 3, plain.key: 3}), "was deleted")
	s.deleting(again)
	s.deleted(again, lost)
	require.NoError(t, s.listed(map[string]int64{again.key: 3}))
	require.NoError(t, s.listed(nil))
}
