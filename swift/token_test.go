package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// tokens hands out token 1, 2, ... and a new one once the last is invalidated.
type tokens struct {
	at string

	mu          sync.Mutex
	n           int
	invalidated []string
	fail        error // what the second login answers
}

func (a *tokens) token() string { return fmt.Sprintf("token-%d", a.n+1) }

func (a *tokens) Authenticate(context.Context) (token, storageURL string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n > 0 && a.fail != nil {
		return "", "", a.fail
	}
	return a.token(), a.at, nil
}

func (a *tokens) Invalidate(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.invalidated = append(a.invalidated, token)
	if token == a.token() {
		a.n++
	}
}

// revoking refuses every token but the last one it is told of.
func revoking(good string) *stub {
	return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		if r.Header.Get("X-Auth-Token") != good {
			return answer(r, 401, nil, "<html><h1>Unauthorized</h1><p>This server could not verify that you are authorized.</p></html>"), nil
		}
		return answer(r, 201, nil, ""), nil
	}}
}

// TestFreshToken: a token that is refused is replaced once, and the call replayed once.
func TestFreshToken(t *testing.T) {
	t.Parallel()
	auth := &tokens{at: testStorage}
	s := revoking("token-2")
	c := newClient(t, s, func(o *Options) { o.Auth, o.MaxAttempts = auth, -1 })
	_, err := c.CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("content")})
	require.NoError(t, err, "the repeat is no retry")
	require.Equal(t, []string{"content", "content"}, s.bodies)
	require.Equal(t, []string{"token-1"}, auth.invalidated)
	_, err = c.HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	require.Equal(t, 3, s.count())

	// Refused again: once is all.
	auth = &tokens{at: testStorage}
	s = revoking("token-9")
	c = newClient(t, s, func(o *Options) { o.Auth = auth })
	_, err = c.HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.ErrorIs(t, err, ErrUnauthorized)
	require.Equal(t, 2, s.count())

	// No login for a fresh one.
	auth = &tokens{at: testStorage, fail: errors.New("keystone is down")}
	s = revoking("token-9")
	c = newClient(t, s, func(o *Options) { o.Auth = auth })
	_, err = c.HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.EqualError(t, err, "operation error Swift: HeadContainer, authenticate: keystone is down")
	require.Equal(t, 1, s.count())

	// A token that can't be replaced.
	s = revoking("another")
	_, err = newClient(t, s).HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.ErrorIs(t, err, ErrUnauthorized)
	require.Equal(t, 2, s.count(), "the owner may have put another in its place")
}

// TestNoLogin: a login that fails sends nothing.
func TestNoLogin(t *testing.T) {
	t.Parallel()
	s := &stub{}
	for _, a := range []Authenticator{StaticToken("", testStorage), StaticToken(testToken, ""), StaticToken(testToken, "swift.example.com")} {
		_, err := newClient(t, s, func(o *Options) { o.Auth = a }).HeadAccount(t.Context(), nil)
		require.Error(t, err)
		require.NotContains(t, err.Error(), testToken)
	}
	require.Zero(t, s.count())
}

// TestBodyConsumed: a body that can be read once is not sent again without its beginning, which
// would store a shorter object, or an empty one.
func TestBodyConsumed(t *testing.T) {
	t.Parallel()
	auth := &tokens{at: testStorage}
	s := revoking("token-2")
	c := newClient(t, s, func(o *Options) { o.Auth, o.Expect100Continue = auth, -1 })
	in := func() *CreateObjectInput {
		return &CreateObjectInput{Container: "c", Object: "o", Body: plain{strings.NewReader("content")}, ContentLength: pointer(int64(7))}
	}
	_, err := c.CreateObject(t.Context(), in())
	require.ErrorIs(t, err, ErrBodyConsumed)
	require.ErrorIs(t, err, ErrUnauthorized)
	require.Equal(t, []string{"content"}, s.bodies, "and nothing after it")
	require.Equal(t, []string{"token-1"}, auth.invalidated)
	_, err = c.CreateObject(t.Context(), in())
	require.NoError(t, err, "the next call has a fresh token")

	// A failure of another kind is told as it is.
	s = answers(text(503, "busy"))
	_, err = newClient(t, s).CreateObject(t.Context(), in())
	require.NotErrorIs(t, err, ErrBodyConsumed)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 503, e.StatusCode)
	require.Equal(t, 1, s.count())
}

// TestExpectContinue: with a server that is asked first, a body that can be read once survives
// a token that is over, since none of it has been read.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	stored := ""
	var expected []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		expected = append(expected, r.Header.Get("Expect"))
		mu.Unlock()
		if r.Header.Get("X-Auth-Token") != "token-2" {
			w.WriteHeader(401) // without a look at the body
			return
		}
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		stored = string(b)
		mu.Unlock()
		w.WriteHeader(201)
	}))
	defer server.Close()
	client := server.Client()
	defer client.CloseIdleConnections()
	client.Transport.(*http.Transport).ExpectContinueTimeout = 1e10
	o := Options{Auth: &tokens{at: server.URL + "/v1/AUTH_test"}, Profile: OpenStack(), HTTPClient: client}
	c, err := New(o)
	require.NoError(t, err)
	_, err = c.CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: plain{strings.NewReader("streamed")}})
	require.NoError(t, err)
	require.Equal(t, "streamed", stored)
	require.Equal(t, []string{"100-continue", "100-continue"}, expected)

	for _, test := range []struct {
		from int64
		body io.Reader
		want string
	}{
		{0, strings.NewReader("rewindable"), ""},
		{0, nil, ""},
		{-1, plain{strings.NewReader("never")}, ""},
		{4, strings.NewReader("five!"), "100-continue"},
		{40, strings.NewReader("five!"), ""},
		{40, plain{strings.NewReader("five!")}, "100-continue"},
	} {
		expected = nil
		_, err = c.CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: test.body}, func(o *Options) { o.Expect100Continue = test.from })
		require.NoError(t, err)
		require.Equal(t, []string{test.want}, expected)
	}
}

// TestLostDelete: a DELETE whose answer was lost finds nothing the second time, which is what
// was wanted.
func TestLostDelete(t *testing.T) {
	t.Parallel()
	lost := broken(io.ErrUnexpectedEOF)
	del := func(c *Client) error {
		_, err := c.DeleteObject(t.Context(), &DeleteObjectInput{Container: "c", Object: "o"})
		return err
	}
	s := answers(lost, status(404))
	require.NoError(t, del(newClient(t, s)))
	require.Equal(t, 2, s.count())
	require.NoError(t, del(newClient(t, answers(text(500, ""), status(404)))), "it may have got through")
	require.ErrorIs(t, del(newClient(t, answers(status(404)))), ErrNotFound)
	require.ErrorIs(t, del(newClient(t, answers(text(503, ""), status(404)))), ErrNotFound, "a server that was too busy did nothing")
	require.ErrorIs(t, del(newClient(t, answers(status(401), status(404)), func(o *Options) { o.Auth = &tokens{at: testStorage} })), ErrNotFound)
	require.ErrorIs(t, del(newClient(t, answers(lost, status(403)))), ErrForbidden)
	_, err := newClient(t, answers(lost, status(404))).HeadObject(t.Context(), &HeadObjectInput{Container: "c", Object: "o"})
	require.ErrorIs(t, err, ErrNotFound, "for DELETE only")
	_, err = newClient(t, answers(lost, status(404))).DeleteContainer(t.Context(), &DeleteContainerInput{Container: "c"})
	require.NoError(t, err)
	_, err = newClient(t, answers(lost, status(404)), func(o *Options) { o.Profile = KakaoCloud() }).AbortMultipartUpload(t.Context(), &AbortMultipartUploadInput{Container: "cccc", Object: "o", UploadId: "u"})
	require.NoError(t, err)
}

// TestRedirect: a token goes only where it was sent.
func TestRedirect(t *testing.T) {
	t.Parallel()
	s := answers(status(302, "Location", "https://evil.example.com/"))
	_, err := newClient(t, s).HeadAccount(t.Context(), nil)
	require.Error(t, err)
	require.Equal(t, 1, s.count())
}
