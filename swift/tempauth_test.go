package swift

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	tempUser = "account:user"
	tempKey  = "user's-secret-key"
)

// logins answers with token 1, 2, ... that live for so many seconds; zero: it does not tell.
func logins(seconds int) *stub {
	return &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
		if r.Header.Get("X-Auth-User") != tempUser || r.Header.Get("X-Auth-Key") != tempKey {
			return answer(r, 401, nil, "<html><h1>Unauthorized</h1></html>"), nil
		}
		header := []string{"X-Auth-Token", fmt.Sprintf("AUTH_tk%d", n), "X-Storage-Url", testStorage}
		if seconds > 0 {
			header = append(header, "X-Auth-Token-Expires", strconv.Itoa(seconds))
		}
		return answer(r, 200, header, ""), nil
	}}
}

func newTempAuth(t testing.TB, rt http.RoundTripper, fns ...func(*TempAuthOptions)) *TempAuth {
	t.Helper()
	o := TempAuthOptions{AuthURL: "https://swift.example.com/auth/v1.0", User: tempUser, Key: tempKey, HTTPClient: &http.Client{Transport: rt}, MaxAttempts: -1}
	for _, fn := range fns {
		fn(&o)
	}
	a, err := NewTempAuth(o)
	require.NoError(t, err)
	return a
}

func TestTempAuth(t *testing.T) {
	t.Parallel()
	s := logins(0)
	a := newTempAuth(t, s)
	token, at, err := a.Authenticate(t.Context())
	require.NoError(t, err)
	require.Equal(t, "AUTH_tk1", token)
	require.Equal(t, testStorage, at)
	require.Equal(t, "https://swift.example.com/auth/v1.0", s.reqs[0].URL.String())
	require.Contains(t, s.reqs[0].Header.Get("User-Agent"), "stowage")
	token, _, err = a.Authenticate(t.Context())
	require.NoError(t, err)
	require.Equal(t, "AUTH_tk1", token, "it is kept")
	a.Invalidate("AUTH_tk0")
	token, _, _ = a.Authenticate(t.Context())
	require.Equal(t, "AUTH_tk1", token, "that was another")
	a.Invalidate("AUTH_tk1")
	token, _, err = a.Authenticate(t.Context())
	require.NoError(t, err)
	require.Equal(t, "AUTH_tk2", token)
	require.Equal(t, 2, s.count())
}

// TestTempAuthTogether: hundreds at once cost one login, and so does a refusal that all of them
// see.
func TestTempAuthTogether(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	var n atomic.Int32
	a := newTempAuth(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		<-gate
		return answer(r, 200, []string{"X-Auth-Token", fmt.Sprintf("AUTH_tk%d", n.Add(1)), "X-Storage-Url", testStorage}, ""), nil
	}))
	round := func(want string) {
		var wg sync.WaitGroup
		for range 400 {
			wg.Go(func() {
				token, _, err := a.Authenticate(t.Context())
				if err != nil || token != want {
					t.Errorf("%q, %v", token, err)
				}
				a.Invalidate("AUTH_tk0")
			})
		}
		wg.Wait()
	}
	close(gate)
	round("AUTH_tk1")
	var wg sync.WaitGroup
	for range 400 {
		wg.Go(func() { a.Invalidate("AUTH_tk1") })
	}
	wg.Wait()
	round("AUTH_tk2")
	require.EqualValues(t, 2, n.Load())
}

func TestTempAuthExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := logins(3600)
		a := newTempAuth(t, s, func(o *TempAuthOptions) { o.RefreshBefore = 5 * time.Minute })
		for _, step := range []struct {
			wait time.Duration
			want string
		}{{0, "AUTH_tk1"}, {54 * time.Minute, "AUTH_tk1"}, {time.Minute, "AUTH_tk2"}, {54 * time.Minute, "AUTH_tk2"}, {2 * time.Minute, "AUTH_tk3"}} {
			time.Sleep(step.wait)
			token, _, err := a.Authenticate(t.Context())
			require.NoError(t, err)
			require.Equal(t, step.want, token)
		}
	})
}

// TestTempAuthGivenUp: whoever gives up waiting does not fail the others.
func TestTempAuthGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newTempAuth(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return answer(r, 200, []string{"X-Auth-Token", testToken, "X-Storage-Url", testStorage}, ""), nil
		}))
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Millisecond)
			cancel(gone)
		}()
		got := make(chan string)
		go func() {
			time.Sleep(time.Microsecond)
			token, _, _ := a.Authenticate(t.Context())
			got <- token
		}()
		_, _, err := a.Authenticate(ctx)
		require.ErrorIs(t, err, gone)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, testToken, <-got)
	})
}

func TestTempAuthRefused(t *testing.T) {
	t.Parallel()
	s := logins(0)
	a := newTempAuth(t, s, func(o *TempAuthOptions) { o.Key = "wrong-secret" })
	_, _, err := a.Authenticate(t.Context())
	require.ErrorIs(t, err, ErrUnauthorized)
	require.EqualError(t, err, `operation error Swift: TempAuth, http response error StatusCode: 401, Unauthorized (status 401, request id "tx1")`)
	require.NotContains(t, err.Error(), "wrong-secret")
	_, _, err = a.Authenticate(t.Context())
	require.ErrorIs(t, err, ErrUnauthorized, "a failure is not kept")
	require.Equal(t, 2, s.count())

	c := newClient(t, &stub{}, func(o *Options) { o.Auth = a })
	_, err = c.HeadAccount(t.Context(), nil)
	require.ErrorIs(t, err, ErrUnauthorized)

	for _, header := range [][]string{nil, {"X-Auth-Token", testToken}, {"X-Storage-Url", testStorage}} {
		_, _, err = newTempAuth(t, answers(status(200, header...))).Authenticate(t.Context())
		require.ErrorIs(t, err, ErrMalformedAnswer)
		require.NotContains(t, err.Error(), testToken)
	}
	s = answers(broken(io.ErrUnexpectedEOF), status(200, "X-Auth-Token", testToken, "X-Storage-Url", testStorage))
	synctest.Test(t, func(t *testing.T) {
		token, _, err := newTempAuth(t, s, func(o *TempAuthOptions) { o.MaxAttempts = 2 }).Authenticate(t.Context())
		require.NoError(t, err)
		require.Equal(t, testToken, token)
	})
}

func TestTempAuthOptions(t *testing.T) {
	t.Parallel()
	good := TempAuthOptions{AuthURL: "http://rgw.example.com/auth/v1.0", User: tempUser, Key: tempKey}
	a, err := NewTempAuth(good)
	require.NoError(t, err)
	require.Equal(t, "swift.TempAuth(rgw.example.com)", a.String())
	for says, change := range map[string]func(*TempAuthOptions){
		"AuthURL is not a URL":     func(o *TempAuthOptions) { o.AuthURL = "http://[::1" + tempKey },
		"must begin with http":     func(o *TempAuthOptions) { o.AuthURL = "rgw.example.com/auth" },
		"User is missing":          func(o *TempAuthOptions) { o.User = "" },
		"Key is missing":           func(o *TempAuthOptions) { o.Key = "" },
		"for the default HTTPClie": func(o *TempAuthOptions) { o.HTTPClient, o.TLSConfig = http.DefaultClient, &tls.Config{} },
	} {
		o := good
		change(&o)
		_, err := NewTempAuth(o)
		require.ErrorContains(t, err, says)
		require.False(t, strings.Contains(err.Error(), tempKey))
	}
}
