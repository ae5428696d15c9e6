package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// verify recomputes the signature of a request as a server does, and the hash of its body.
func verify(t *testing.T, o Options, secret string, r *http.Request) {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	require.NoError(t, err)
	hash := r.Header.Get("X-Amz-Content-Sha256")
	sum := sha256.Sum256(body)
	switch hash {
	case "":
		hash = hex.EncodeToString(sum[:])
	case UnsignedPayload:
	default:
		require.Equal(t, hex.EncodeToString(sum[:]), hash)
	}
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	require.NoError(t, err)
	_, list, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	for name := range strings.SplitSeq(list, ";") {
		if name != "content-length" && r.Header.Get(name) != "" {
			again.Header.Set(name, r.Header.Get(name))
		}
	}
	if !strings.Contains(list, "content-length") {
		again.ContentLength = 0
	}
	_, err = NewSigner(o).SignHTTP(again, Params{
		Credentials: Credentials{AccessKeyID: "AKID", SecretAccessKey: secret, SessionToken: r.Header.Get("X-Amz-Security-Token")},
		Region:      "eu-1", Time: at, PayloadHash: hash, SignHeaders: []string{"Range"},
	})
	require.NoError(t, err)
	require.Equal(t, again.Header.Get("Authorization"), r.Header.Get("Authorization"))
}

func TestTransport(t *testing.T) {
	type sent struct {
		method, path string
		body         func() io.Reader
		header       http.Header
	}
	text := func() io.Reader { return strings.NewReader("a body") }
	once := func() io.Reader { return io.MultiReader(strings.NewReader("a body")) }
	sum := sha256.Sum256([]byte("a body"))
	for _, c := range []struct {
		name   string
		o      Options
		secure bool
		sent
		hash string // what the server gets in X-Amz-Content-Sha256
		err  string
	}{
		{name: "S3, no body", sent: sent{method: "GET", path: "/b/k%20%2B?prefix=a+b&x"}, hash: EmptyPayload},
		{name: "S3, a header more", sent: sent{method: "GET", path: "/b/k", header: http.Header{"Range": {"bytes=0-1"}}}, hash: EmptyPayload},
		{name: "S3, body over http", sent: sent{method: "PUT", path: "/b/k", body: text}, hash: hex.EncodeToString(sum[:])},
		{name: "S3, body over https", secure: true, sent: sent{method: "PUT", path: "/b/k", body: text}, hash: UnsignedPayload},
		{name: "S3, body once", sent: sent{method: "PUT", path: "/b/k", body: once}, hash: UnsignedPayload},
		{name: "generic", o: Options{Service: "es", Generic: true}, secure: true, sent: sent{method: "POST", path: "/_search", body: text}},
		{name: "generic, no body", o: Options{Service: "es", Generic: true}, sent: sent{method: "GET", path: "/a//b"}},
		{
			name: "generic, hash told", o: Options{Service: "es", Generic: true}, hash: hex.EncodeToString(sum[:]),
			sent: sent{method: "POST", path: "/", body: once, header: http.Header{"X-Amz-Content-Sha256": {hex.EncodeToString(sum[:])}}},
		},
		{
			name: "generic, body once", o: Options{Service: "es", Generic: true}, sent: sent{method: "POST", path: "/", body: once},
			err: "sigv4: the request's body can be read only once",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got int
			h := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got++
				verify(t, c.o, "secret", r)
				require.Equal(t, c.hash, r.Header.Get("X-Amz-Content-Sha256"))
				require.Equal(t, "session", r.Header.Get("X-Amz-Security-Token"))
			}))
			if c.secure {
				h.StartTLS()
			} else {
				h.Start()
			}
			defer h.Close()
			signing, err := NewTransport(TransportOptions{
				Options: c.o, Credentials: Static("AKID", "secret", "session"), Region: "eu-1",
				SignHeaders: []string{"Range"}, Base: h.Client().Transport,
			})
			require.NoError(t, err)
			var body io.Reader
			if c.body != nil {
				body = c.body()
			}
			r, err := http.NewRequestWithContext(t.Context(), c.method, h.URL+c.path, body)
			require.NoError(t, err)
			for name, values := range c.header {
				r.Header[name] = values
			}
			before := r.Header.Clone()
			client := &http.Client{Transport: signing}
			answer, err := client.Do(r)
			require.Equal(t, before, r.Header, "the caller's request stays as it was")
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, 1, got)
			client.CloseIdleConnections()
		})
	}
}

// roundTrips is a transport of a function.
type roundTrips func(*http.Request) (*http.Response, error)

func (f roundTrips) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTransportSignsNoRedirectElsewhere(t *testing.T) {
	for to, want := range map[string]string{
		"https://other.example.com/x":    "leads to another host, other.example.com",
		"http://example.com/x":           "leads from https to http",
		"https://example.com:8443/x":     "leads to another host, example.com:8443",
		"https://EXAMPLE.com/elsewhere":  "",
		"/elsewhere":                     "",
		"https://example.com/elsewhere?": "",
	} {
		var seen []string
		base := roundTrips(func(r *http.Request) (*http.Response, error) {
			require.Contains(t, r.Header.Get("Authorization"), "Signature=")
			seen = append(seen, r.URL.String())
			answer := &http.Response{StatusCode: 200, Body: http.NoBody, Request: r, Header: http.Header{}}
			if len(seen) == 1 {
				answer.StatusCode = 307
				answer.Header.Set("Location", to)
			}
			return answer, nil
		})
		signing, err := NewTransport(TransportOptions{Credentials: Static("AKID", "secret", ""), Region: "eu-1", Base: base})
		require.NoError(t, err)
		answer, err := (&http.Client{Transport: signing}).Get("https://example.com/")
		if want == "" {
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Len(t, seen, 2)
			continue
		}
		require.ErrorContains(t, err, want)
		require.Len(t, seen, 1)
	}
}

// closed tells whether it was.
type closed struct {
	io.Reader
	yes bool
}

func (c *closed) Close() error { c.yes = true; return nil }

func TestTransportFails(t *testing.T) {
	_, err := NewTransport(TransportOptions{Region: "eu-1"})
	require.EqualError(t, err, "sigv4: TransportOptions.Credentials is required")
	_, err = NewTransport(TransportOptions{Credentials: Static("AKID", "secret", "")})
	require.EqualError(t, err, "sigv4: TransportOptions.Region is required")

	lost := errors.New("lost")
	attempt := func(t *testing.T, o TransportOptions, change func(*http.Request)) error {
		t.Helper()
		o.Region = "eu-1"
		o.Base = roundTrips(func(*http.Request) (*http.Response, error) { panic("sent") })
		signing, err := NewTransport(o)
		require.NoError(t, err)
		body := &closed{Reader: strings.NewReader("x")}
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://example.com/", body)
		require.NoError(t, err)
		change(r)
		answer, err := signing.RoundTrip(r)
		if answer != nil {
			require.NoError(t, answer.Body.Close())
		}
		require.True(t, body.yes, "a RoundTripper closes the body")
		signing.CloseIdleConnections() // of a base that has no such thing
		return err
	}
	keys := Static("AKID", "secret", "")
	err = attempt(t, TransportOptions{Credentials: ProviderFunc(func(context.Context) (Credentials, error) {
		return Credentials{}, lost
	})}, func(*http.Request) {})
	require.ErrorIs(t, err, lost)
	err = attempt(t, TransportOptions{Credentials: keys}, func(r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return nil, lost }
	})
	require.ErrorIs(t, err, lost)
	err = attempt(t, TransportOptions{Credentials: keys}, func(r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(failing{lost}), nil }
	})
	require.ErrorIs(t, err, lost)
	err = attempt(t, TransportOptions{Credentials: Static("AKID", "", "")}, func(*http.Request) {})
	require.ErrorIs(t, err, ErrNoCredentials)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestTransportAnonymous(t *testing.T) {
	base := roundTrips(func(r *http.Request) (*http.Response, error) {
		require.Empty(t, r.Header)
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	})
	signing, err := NewTransport(TransportOptions{Credentials: Static("", "", ""), Region: "eu-1", Base: base})
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://example.com/", nil)
	require.NoError(t, err)
	answer, err := signing.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
}
