// Package tlsfront puts TLS in front of a plain HTTP server, as every public cloud has it,
// for tests only.
//
// It ends TLS and copies bytes both ways: no HTTP is parsed, so the server gets the client's
// framing, header order and Host (the front's own 127.0.0.1:PORT, which is what the client
// signed) exactly as they were sent. A header such as X-Forwarded-Proto can't be added for the
// same reason.
package tlsfront

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"sync"
	"time"
)

// Front is a running TLS terminator.
type Front struct {
	// URL is where the front listens: https://127.0.0.1:PORT.
	URL string
	// Roots holds the one certificate that the front shows, made at its start.
	Roots *x509.CertPool
	// Certificate is the same as a PEM block, for what reads its roots from a file.
	Certificate []byte

	listener net.Listener
	backend  string
	running  sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

// Start listens on a free port of the loopback interface and forwards every connection to the
// host of backendURL, which must be an http URL (port 80 unless it names one). Close ends it.
// Functions change how the front speaks TLS, such as to show another certificate.
func Start(backendURL string, fns ...func(*tls.Config)) (*Front, error) {
	u, err := url.Parse(backendURL)
	if err != nil {
		return nil, fmt.Errorf("tlsfront: %w", err)
	}
	if u.Scheme != "http" || u.Hostname() == "" {
		return nil, fmt.Errorf("tlsfront: backend %q is not an http URL", backendURL)
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	certificate, roots, err := SelfSigned()
	if err != nil {
		return nil, fmt.Errorf("tlsfront: %w", err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
		// No h2: what is behind speaks HTTP/1.1.
		NextProtos: []string{"http/1.1"},
	}
	for _, fn := range fns {
		fn(config)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, fmt.Errorf("tlsfront: %w", err)
	}
	f := &Front{
		URL:         "https://" + listener.Addr().String(),
		Roots:       roots,
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}),
		listener:    listener,
		backend:     net.JoinHostPort(u.Hostname(), port),
		conns:       make(map[net.Conn]struct{}),
	}
	f.running.Add(1)
	go f.accept()
	return f, nil
}

// Close stops listening, breaks every connection and waits until nothing of the front runs.
func (f *Front) Close() {
	f.mu.Lock()
	f.closed = true
	_ = f.listener.Close()
	for c := range f.conns {
		_ = c.Close()
	}
	f.mu.Unlock()
	f.running.Wait()
}

func (f *Front) accept() {
	defer f.running.Done()
	for {
		c, err := f.listener.Accept()
		if err != nil {
			return // closed, or out of descriptors: the client sees a refused connection
		}
		if !f.hold(c) {
			return
		}
		f.running.Add(1)
		go f.serve(c)
	}
}

// hold registers a connection, so that Close can break it; false, with the connection closed,
// when Close came first.
func (f *Front) hold(c net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		_ = c.Close()
		return false
	}
	f.conns[c] = struct{}{}
	return true
}

func (f *Front) release(c net.Conn) {
	_ = c.Close()
	f.mu.Lock()
	delete(f.conns, c)
	f.mu.Unlock()
}

// lingerLimit is how long a client whose server has hung up may go on sending.
const lingerLimit = 5 * time.Second

// serve copies both ways until both sides have ended; one side's end is passed on as a half
// close, so that an answer to a request that is over still comes through.
func (f *Front) serve(client net.Conn) {
	defer f.running.Done()
	defer f.release(client)
	// Before the dialling, so that a client whose server is away learns that and not that TLS failed.
	if err := client.(*tls.Conn).Handshake(); err != nil {
		return
	}
	server, err := net.Dial("tcp", f.backend)
	if err != nil {
		return
	}
	if !f.hold(server) {
		return
	}
	defer f.release(server)

	var up sync.WaitGroup
	up.Go(func() { send(server.(*net.TCPConn), client) })
	answer(client.(*tls.Conn), server)
	up.Wait()
}

// send passes on what the client says until it ends. A server that refuses a request answers and
// hangs up, however much of the body is still to come: what it no longer takes is read all the
// same, since to close on a client in the middle of a word would take the answer from it.
func send(server *net.TCPConn, client net.Conn) {
	if _, err := io.Copy(server, client); err == nil && server.CloseWrite() == nil {
		return
	}
	_, _ = io.Copy(io.Discard, client)
	_ = server.Close()
}

// answer passes on what the server says until it ends, however it ends.
func answer(client *tls.Conn, server net.Conn) {
	_, err := io.Copy(client, server)
	if end := client.CloseWrite(); end != nil {
		_ = client.Close()
		_ = server.Close()
	}
	if err != nil {
		_ = client.SetReadDeadline(time.Now().Add(lingerLimit))
	}
}

// SelfSigned makes a certificate for the loopback interface that is its own authority, and the
// roots that trust it. Functions change it first, such as to have it expired or for another name.
func SelfSigned(fns ...func(*x509.Certificate)) (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "tlsfront"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{"localhost", "*.localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	for _, fn := range fns {
		fn(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots, nil
}
