package swifttest

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stowage-go/stowage/swift"
)

// token is what a login gave.
type token struct {
	expires time.Time
	scoped  bool // to the project
}

// newToken makes a token, with the lock held.
func (s *Server) newToken(scoped bool) (id string, t token) {
	id, t = "AUTH_tk"+strings.ToLower(rand.Text()), token{s.options.Clock().Add(s.options.TokenLifetime), scoped}
	s.tokens[id] = t
	return id, t
}

// holds tells a token that is good now, with the lock held.
func (s *Server) holds(id string, now time.Time) (token, bool) {
	t, ok := s.tokens[id]
	return t, ok && now.Before(t.expires)
}

// RevokeTokens ends all tokens at once. A request with one of them is refused with status 401, by
// which a client knows that it needs another.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// session is a swift.Authenticator that has its tokens without a request.
type session struct {
	server *Server
	mu     sync.Mutex
	token  string
}

func (c *session) Authenticate(context.Context) (token, storageURL string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == "" {
		c.server.mu.Lock()
		c.token, _ = c.server.newToken(true)
		c.server.mu.Unlock()
	}
	return c.token, c.server.StorageURL(), nil
}

func (c *session) Invalidate(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}

// TempAuth are options of [swift.NewTempAuth] for this server: for programs that log in, which is
// the operation TempAuth.
func (s *Server) TempAuth() swift.TempAuthOptions {
	return swift.TempAuthOptions{
		AuthURL: s.URL + "/auth/v1.0", User: s.options.User, Key: s.options.Key, HTTPClient: s.listener.Client(), Clock: s.options.Clock,
	}
}

// logIn is TempAuth's.
func (q *request) logIn() *answer {
	user, key := q.Header.Get("X-Auth-User"), q.Header.Get("X-Auth-Key")
	if user == "" {
		user, key = q.Header.Get("X-Storage-User"), q.Header.Get("X-Storage-Pass")
	}
	if user != q.server.options.User || key != string(q.server.options.Key) {
		return page(http.StatusUnauthorized).Set("Www-Authenticate", `Swift realm="unknown"`)
	}
	id, _ := q.server.newToken(true)
	return empty(http.StatusOK).Set("X-Auth-Token", id).Set("X-Storage-Token", id).
		Set("X-Auth-Token-Expires", strconv.Itoa(int(q.server.options.TokenLifetime/time.Second))).
		Set("X-Storage-Url", q.server.StorageURL())
}

// authorize lets a request in: by its signature, its token, or because all may read.
func (q *request) authorize() *answer {
	if q.tempURL {
		return q.verifyTempURL()
	}
	if q.form != "" || q.Method == http.MethodOptions { // whose signature is in the body, which has none
		return nil
	}
	id := q.Header.Get("X-Auth-Token")
	if id == "" {
		id = q.Header.Get("X-Storage-Token")
	}
	t, ok := q.server.holds(id, q.now)
	switch {
	case ok && t.scoped && q.account == q.server.account:
		q.owner = true
		return nil
	case ok:
		return page(http.StatusForbidden)
	case q.public():
		return nil
	}
	refusal := page(http.StatusUnauthorized).Set("Www-Authenticate", `Swift realm="`+q.account+`"`)
	switch q.Operation() {
	case "BulkDelete", "CreateSLOManifest":
		// These look at each path by itself, whoever asks, and then say what became of it.
		q.denied = refusal
		return nil
	}
	return refusal
}

// public tells what the container's ACL lets everybody read (".r:*", ".rlistings").
func (q *request) public() bool {
	c := q.server.containers[q.container]
	if c == nil || q.account != q.server.account || q.Method != http.MethodGet && q.Method != http.MethodHead {
		return false
	}
	all, listings := false, false
	for entry := range strings.SplitSeq(c.header.Get("X-Container-Read"), ",") {
		entry = strings.TrimSpace(entry)
		all = all || slices.Contains(everybody, entry)
		listings = listings || entry == rlistings
	}
	return all && (q.object != "" || listings)
}
