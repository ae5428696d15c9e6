package transport

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExchange(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			<-r.Context().Done()
		case "/cookie":
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		case "/redirect":
			w.Header().Set("Location", "/other")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/basic":
			user, password, _ := r.BasicAuth()
			_, _ = io.WriteString(w, user+" "+password)
		default:
			_, _ = io.WriteString(w, r.Header.Get("Cookie"))
		}
	}))
	t.Cleanup(s.Close)
	get := func(hc *http.Client, path string) (*http.Response, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		require.NoError(t, err)
		if path == "/basic" {
			req.URL.User = url.UserPassword("me", "secret")
		}
		resp, err := exchange(hc, req)
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp, string(b), nil
	}
	own := WithoutRedirects(s.Client())

	resp, _, err := get(own, "/redirect")
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, resp.StatusCode)

	// What a caller's client has beyond a transport still counts.
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	withJar := *own
	withJar.Jar = jar
	_, _, err = get(&withJar, "/cookie")
	require.NoError(t, err)
	_, got, err := get(&withJar, "/")
	require.NoError(t, err)
	require.Equal(t, "a=1", got)
	_, got, err = get(own, "/basic")
	require.NoError(t, err)
	require.Equal(t, "me secret", got)
	limited := *own
	limited.Timeout = 10 * time.Millisecond
	_, _, err = get(&limited, "/slow")
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	require.True(t, timeout.Timeout())

	_, _, err = get(&http.Client{CheckRedirect: noRedirect}, "/")
	require.NoError(t, err, "the default transport")
}

func TestExchangeWithOddTransports(t *testing.T) {
	over := func(f roundTrip) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://server/", nil)
		require.NoError(t, err)
		return exchange(&http.Client{Transport: f}, req)
	}
	resp, err := over(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 204}, nil })
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Empty(t, b)

	_, err = over(func(*http.Request) (*http.Response, error) { return nil, nil }) //nolint:nilnil // what is tested
	require.ErrorContains(t, err, "answered nothing")
	boom := errors.New("boom")
	_, err = over(func(*http.Request) (*http.Response, error) { return nil, boom })
	require.ErrorIs(t, err, boom)

	// Plain HTTP on a port for TLS.
	record := tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}
	copy(record.RecordHeader[:], "HTTP/1.1")
	_, err = over(func(*http.Request) (*http.Response, error) { return nil, record })
	require.ErrorIs(t, err, http.ErrSchemeMismatch)
	copy(record.RecordHeader[:], strings.Repeat("x", len(record.RecordHeader)))
	_, err = over(func(*http.Request) (*http.Response, error) { return nil, record })
	require.ErrorAs(t, err, &record)
}
