package faults

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNames(t *testing.T) {
	n, err := newNames()
	require.NoError(t, err)
	defer n.close()
	r := n.resolver()
	addresses, err := r.LookupHost(t.Context(), "endpoint.test.")
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1"}, addresses)

	_, err = r.LookupHost(t.Context(), "endpoint"+absentDomain+".")
	require.ErrorContains(t, err, "no such host")

	name := "endpoint" + failingDomain
	n.fail(name, true)
	_, err = r.LookupHost(t.Context(), name+".")
	require.ErrorContains(t, err, "server misbehaving")
	n.fail(name, false)
	_, err = r.LookupHost(t.Context(), name+".")
	require.NoError(t, err)

	for _, short := range [][]byte{nil, make([]byte, headerSize), append(make([]byte, headerSize), 9, 'a'), append(make([]byte, headerSize), 0, 0)} {
		require.Nil(t, n.answer(short))
	}
}
