package transport

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// firstDialTimeout is how long the address whose turn it is may take, before all that the
// name has are tried.
const firstDialTimeout = 3 * time.Second

// dialer opens connections, to all addresses of a name in turn: a store that has many gets
// its load spread over them, and one address's bandwidth is not the limit.
type dialer struct {
	*net.Dialer
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	turn   atomic.Uint32
}

func newDialer() *dialer {
	return &dialer{
		Dialer: &net.Dialer{Timeout: DialTimeout, KeepAlive: KeepAlive},
		lookup: net.DefaultResolver.LookupNetIP,
	}
}

// DialContext connects to one of the addresses.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if one := d.next(ctx, address); one != "" {
		first, cancel := context.WithTimeout(ctx, firstDialTimeout)
		c, err := d.Dialer.DialContext(first, network, one)
		cancel()
		if err == nil || ctx.Err() != nil {
			return c, err
		}
	}
	return d.Dialer.DialContext(ctx, network, address)
}

// next is the address whose turn it is, of those of the family that the system prefers;
// empty where there is no choice.
func (d *dialer) next(ctx context.Context, address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	all, err := d.lookup(ctx, "ip", host)
	if err != nil || len(all) < 2 {
		return ""
	}
	family := all[:0:0]
	for _, a := range all {
		if a.Unmap().Is4() == all[0].Unmap().Is4() {
			family = append(family, a)
		}
	}
	if len(family) < 2 {
		return ""
	}
	return net.JoinHostPort(family[int(d.turn.Add(1)-1)%len(family)].Unmap().String(), port)
}
