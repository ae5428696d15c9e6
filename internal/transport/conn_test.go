package transport

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// countingConn counts the writes that reach the kernel.
type countingConn struct {
	net.Conn
	writes atomic.Int64
	fail   atomic.Bool
}

func (c *countingConn) Write(p []byte) (int, error) {
	if c.fail.Load() {
		return 0, io.ErrClosedPipe
	}
	c.writes.Add(1)
	return c.Conn.Write(p)
}

func hashingServer(t *testing.T, secure bool) (*httptest.Server, *tls.Config) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		_, err := io.Copy(h, r.Body)
		if err != nil {
			w.WriteHeader(500)
			return
		}
		_, _ = w.Write(h.Sum(nil))
	}))
	var cfg *tls.Config
	if secure {
		s.StartTLS()
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		cfg = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s, cfg
}

func TestBodiesArriveWhole(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s, cfg := hashingServer(t, secure)
		hc := NewHTTPClient(cfg)
		defer hc.CloseIdleConnections()
		body := make([]byte, 3<<20+12345)
		seed := rand.NewChaCha8([32]byte{1})
		_, _ = seed.Read(body)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for _, size := range []int{0, 1, 16384, chunkSize, chunkSize + 1, len(body)} {
					// A reader without WriteTo, as the pipeline's guard is.
					req, err := http.NewRequestWithContext(t.Context(), "PUT", s.URL, io.NopCloser(io.MultiReader(bytes.NewReader(body[:size]))))
					if !assertNil(t, err) {
						return
					}
					req.ContentLength = int64(size)
					resp, err := hc.Do(req)
					if !assertNil(t, err) {
						return
					}
					got, err := io.ReadAll(resp.Body)
					resp.Body.Close()
					sum := sha256.Sum256(body[:size])
					if assertNil(t, err) && !bytes.Equal(sum[:], got) {
						t.Errorf("%d bytes arrived changed", size)
					}
				}
			})
		}
		wg.Wait()
	}
}

func assertNil(t *testing.T, err error) bool {
	if err != nil {
		t.Error(err)
	}
	return err == nil
}

func TestRecordsGoTogether(t *testing.T) {
	s, cfg := hashingServer(t, true)
	raw, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	counted := &countingConn{Conn: raw}
	cfg.ServerName = "example.com"
	c := newTLSConn(counted, cfg)
	defer c.Close()
	require.NoError(t, c.HandshakeContext(t.Context()))
	before := counted.writes.Load()
	n, err := c.Write(make([]byte, chunkSize))
	require.NoError(t, err)
	require.Equal(t, chunkSize, n)
	require.EqualValues(t, 1, counted.writes.Load()-before)

	counted.fail.Store(true)
	n, err = c.Write(make([]byte, 16384))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.Zero(t, n)
}

func TestCorkHoldsNoMoreThanItsBuffer(t *testing.T) {
	client, server := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, server) }()
	defer client.Close()
	defer server.Close()
	counted := &countingConn{Conn: client}
	c := &corkedConn{Conn: counted}
	_, err := c.Write([]byte("not held"))
	require.NoError(t, err)
	require.EqualValues(t, 1, counted.writes.Load())
	c.hold()
	for range 3 {
		_, err = c.Write(make([]byte, chunkSize/2+recordRoom))
		require.NoError(t, err)
	}
	require.EqualValues(t, 3, counted.writes.Load())
	_, err = c.Write(make([]byte, chunkSize+recordRoom+1))
	require.NoError(t, err)
	require.NoError(t, c.release())
	require.EqualValues(t, 5, counted.writes.Load())
	require.NoError(t, c.release())

	c.hold()
	_, err = c.Write(make([]byte, chunkSize))
	require.NoError(t, err)
	counted.fail.Store(true)
	_, err = c.Write(make([]byte, chunkSize))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.NoError(t, c.release())
}

func TestSendChunksStopsAtErrors(t *testing.T) {
	boom := errors.New("boom")
	n, err := sendChunks(io.Discard, io.MultiReader(bytes.NewReader(make([]byte, 5)), iotest.ErrReader(boom)))
	require.ErrorIs(t, err, boom)
	require.EqualValues(t, 5, n)
	pr, pw := io.Pipe()
	pr.CloseWithError(boom)
	_, err = sendChunks(pw, bytes.NewReader(make([]byte, 5)))
	require.ErrorIs(t, err, boom)
}

func TestDialFailures(t *testing.T) {
	d := newDialer()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed.Close()
	_, err = dial(d)(t.Context(), "tcp", closed.Addr().String())
	require.Error(t, err)
	_, err = dialTLS(d, &tls.Config{MinVersion: tls.VersionTLS12})(t.Context(), "tcp", closed.Addr().String())
	require.Error(t, err)
	_, err = dialTLS(d, &tls.Config{MinVersion: tls.VersionTLS12})(t.Context(), "tcp", "no port")
	require.Error(t, err)

	// An untrusted certificate.
	s, _ := hashingServer(t, true)
	_, err = dialTLS(d, &tls.Config{MinVersion: tls.VersionTLS12})(t.Context(), "tcp", s.Listener.Addr().String())
	var cert *tls.CertificateVerificationError
	require.ErrorAs(t, err, &cert)
}

func TestHandshakeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The dialer's Control hook can't swap the connection, so a pipe stands in by
		// way of the handshake alone.
		client, server := net.Pipe()
		defer server.Close()
		go func() { _, _ = io.Copy(io.Discard, server) }()
		ctx, cancel := context.WithTimeoutCause(t.Context(), TLSHandshakeTimeout, errHandshakeTimeout)
		defer cancel()
		c := newTLSConn(client, &tls.Config{ServerName: "x", MinVersion: tls.VersionTLS12})
		require.Error(t, c.HandshakeContext(ctx))
		require.Equal(t, errHandshakeTimeout, context.Cause(ctx))
		require.Equal(t, connection, classifyConnection(errHandshakeTimeout))
	})
}
