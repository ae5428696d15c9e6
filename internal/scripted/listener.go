package scripted

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"
)

// quiet is for what net/http has to say about connections that broke.
var quiet = log.New(io.Discard, "", 0)

const expectContinueTimeout = 10 * time.Second

// Listener is a server on the loopback interface.
type Listener struct{ http *httptest.Server }

// Listen starts a server, with https if secure.
func Listen(handler http.HandlerFunc, secure bool) *Listener {
	l := &Listener{httptest.NewUnstartedServer(handler)}
	l.http.Config.ErrorLog = quiet
	if secure {
		l.http.StartTLS()
	} else {
		l.http.Start()
	}
	// Without it a client doesn't wait for the server's word before it sends a body.
	l.http.Client().Transport.(*http.Transport).ExpectContinueTimeout = expectContinueTimeout
	return l
}

// URL is where it listens.
func (l *Listener) URL() string { return l.http.URL }

// Client trusts the server's certificate.
func (l *Listener) Client() *http.Client { return l.http.Client() }

// Close ends the server and all its connections.
func (l *Listener) Close() {
	l.http.CloseClientConnections() // a client's idle ones would hold Close up
	l.http.Close()
}
