package transport

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A small body in memory goes out in one piece with the header; a longer one follows it.
func TestSmallBodiesGoWithTheHeader(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s, cfg := hashingServer(t, secure)
		var counted *countingConn
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			counted = &countingConn{Conn: c}
			return counted, err
		}
		tr := NewHTTPTransport(cfg)
		defer tr.CloseIdleConnections()
		tr.DialContext = dial
		tr.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			cfg.ServerName = "example.com"
			secured := newTLSConn(c, cfg)
			return secured, secured.HandshakeContext(ctx)
		}
		p := &Pipeline{HTTP: &http.Client{Transport: tr, CheckRedirect: noRedirect}, Clock: &Clock{}, MaxAttempts: -1}
		u, err := url.Parse(s.URL)
		require.NoError(t, err)
		send := func(body io.Reader) int64 {
			r := put(body, UnknownLength)
			r.URL = *u
			sum := sha256.New()
			require.NoError(t, r.Body.ReadAhead(sum))
			var before int64
			if counted != nil {
				before = counted.writes.Load()
			}
			resp, err := p.Do(t.Context(), r, &handler{})
			require.NoError(t, err)
			require.Equal(t, sum.Sum(nil), resp.Document)
			return counted.writes.Load() - before
		}
		send(strings.NewReader("a handshake comes first"))
		require.EqualValues(t, 1, send(strings.NewReader("abc")))
		require.EqualValues(t, 1, send(bytes.NewReader(make([]byte, smallBody))))
		require.EqualValues(t, 2, send(bytes.NewReader(make([]byte, smallBody+1))))
	}
}

// lost is a reader in memory whose bytes have gone since it told their number.
type lost struct{ *bytes.Reader }

func (lost) ReadAt([]byte, int64) (int, error) { return 0, errors.New("unmapped") }

func TestSmallBodyFailureIsTheCallers(t *testing.T) {
	r := newRig(t)
	_, err := r.Do(t.Context(), put(lost{bytes.NewReader(make([]byte, 3))}, UnknownLength), &handler{})
	var be *BodyError
	require.ErrorAs(t, err, &be)
	require.ErrorContains(t, err, "unmapped")
	require.Empty(t, r.waits)
}

// What can be read only once is not read before there is a connection.
func TestBufferOutlivesAFailedDial(t *testing.T) {
	refused := broken(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
	r := newRig(t)
	attempts := 0
	r.HTTP.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
		if attempts++; attempts == 1 {
			return refused(req)
		}
		b, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		require.Equal(t, "abc", string(b))
		return answer(200)(req)
	})
	_, err := r.Do(t.Context(), put(bytes.NewBufferString("abc"), UnknownLength), &handler{})
	require.NoError(t, err)
	require.Equal(t, 2, attempts)
}
