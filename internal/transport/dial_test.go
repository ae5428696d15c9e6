package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// named makes a dialer to whom every name has these addresses.
func named(err error, addresses ...string) *dialer {
	d := newDialer()
	d.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
		var all []netip.Addr
		for _, a := range addresses {
			all = append(all, netip.MustParseAddr(a))
		}
		return all, err
	}
	return d
}

func TestDialerTakesAddressesInTurn(t *testing.T) {
	d := named(nil, "192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.3")
	for _, want := range []string{"192.0.2.1:443", "192.0.2.2:443", "192.0.2.3:443", "192.0.2.1:443"} {
		require.Equal(t, want, d.next(t.Context(), "store.example:443"), "of the family that comes first")
	}
	d = named(nil, "2001:db8::1", "192.0.2.1", "2001:db8::2")
	require.Equal(t, "[2001:db8::1]:80", d.next(t.Context(), "store.example:80"))
	require.Equal(t, "[2001:db8::2]:80", d.next(t.Context(), "store.example:80"))

	for name, d := range map[string]*dialer{
		"one address":               named(nil, "192.0.2.1"),
		"one of each family":        named(nil, "192.0.2.1", "2001:db8::1"),
		"a name that is not known":  named(errors.New("no such host")),
		"a name without an address": named(nil),
	} {
		require.Empty(t, d.next(t.Context(), "store.example:443"), name)
	}
	d = named(nil, "192.0.2.1", "192.0.2.2")
	require.Empty(t, d.next(t.Context(), "198.51.100.7:443"), "an address is no name")
	require.Empty(t, d.next(t.Context(), "[2001:db8::7]:443"))
	require.Empty(t, d.next(t.Context(), "no port"))
}

func TestDialerGoesOnWithoutADeadAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	d := named(nil, "127.0.0.1", "127.0.0.77") // nobody listens on the second
	for range 4 {
		c, err := d.DialContext(t.Context(), "tcp", "localhost:"+port)
		require.NoError(t, err)
		require.Equal(t, l.Addr().String(), c.RemoteAddr().String())
		c.Close()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.DialContext(ctx, "tcp", "localhost:"+port)
	require.ErrorIs(t, err, context.Canceled)
}
