package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// keystoneServer is a scripted Keystone of both versions, strict about what their documents
// forbid. It is an http.RoundTripper, so that it also works inside a synctest bubble.
type keystoneServer struct {
	lifetime time.Duration // of a token
	took     time.Duration // how long an answer takes
	skew     time.Duration // of its clock
	// intercept may answer in its place; nil: nothing.
	intercept func(w http.ResponseWriter, r *http.Request) bool

	mu      sync.Mutex
	logins  int
	calls   int
	dead    map[string]bool // tokens that were revoked
	ends    map[string]time.Time
	keys    map[string]string // access -> project
	serial  int
	deleted int
}

const (
	serverUser     = "84db0c80-3c39-11e7-b29c-005056ac1497"
	serverProject  = "84c9e9a51aea402e95389c08ac562ac5"
	serverPassword = "correct horse"
)

func newKeystoneServer() *keystoneServer {
	return &keystoneServer{lifetime: time.Hour, dead: map[string]bool{}, ends: map[string]time.Time{}, keys: map[string]string{}}
}

// client logs in by password, at a version's URL.
func (s *keystoneServer) client(t *testing.T, version Version, fns ...func(*Options)) *Client {
	o := Options{
		AuthURL: "https://keystone.example.com/" + string(version),
		Auth:    PasswordAuth{Username: "demo", Password: serverPassword},
		Scope:   Scope{ProjectID: serverProject},
	}
	o.HTTPClient = &http.Client{Transport: s}
	o.BaseDelay, o.MaxDelay = time.Microsecond, time.Microsecond
	c, err := New(o, fns...)
	require.NoError(t, err)
	return c
}

func (s *keystoneServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.took > 0 {
		select {
		case <-time.After(s.took):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	w := httptest.NewRecorder()
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	w.Header().Set("X-Openstack-Request-Id", "req-1")
	s.mu.Lock()
	s.calls++
	s.mu.Unlock()
	if s.intercept == nil || !s.intercept(w, r) {
		s.serve(w, r)
	}
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func (s *keystoneServer) now() time.Time { return time.Now().Add(s.skew) }

func (s *keystoneServer) loginCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// revoke ends all tokens.
func (s *keystoneServer) revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.ends {
		s.dead[id] = true
	}
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%d,"message":%q,"title":%q}}`, status, message, http.StatusText(status))
}

func (s *keystoneServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.Path
	if r.Body != nil && r.ContentLength > 0 && r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "Content-Type")
		return
	}
	switch {
	case path == "/" || path == "/v3/" && r.Method == http.MethodGet:
		w.WriteHeader(http.StatusMultipleChoices)
		_, _ = io.WriteString(w, `{"versions":{"values":[{"id":"v2.0","status":"deprecated","links":[{"rel":"self","href":"http://10.0.0.1:5000/v2.0/"}]},{"id":"v3.14","status":"stable","links":[{"rel":"describedby"},{"rel":"self","href":"http://10.0.0.1:5000/v3/"}]}]}}`)
	case path == "/v2.0/tokens" && r.Method == http.MethodPost:
		s.v2Token(w, r)
	case path == "/v3/auth/tokens" && r.Method == http.MethodPost:
		s.v3Token(w, r)
	case path == "/v3/auth/tokens":
		s.subject(w, r)
	case strings.Contains(path, "/credentials/OS-EC2"):
		s.ec2(w, r)
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<html><title>404 Not Found</title></html>")
	}
}

// issue makes a token; the lock is held.
func (s *keystoneServer) issue() (id string, issued, ends time.Time) {
	s.logins++
	id = fmt.Sprintf("token-%d", s.logins)
	issued = s.now().UTC()
	ends = issued.Add(s.lifetime)
	s.ends[id] = ends
	return id, issued, ends
}

func (s *keystoneServer) holds(id string) bool {
	ends, known := s.ends[id]
	return known && !s.dead[id] && s.now().Before(ends)
}

func (s *keystoneServer) v3Token(w http.ResponseWriter, r *http.Request) {
	var in v3Request
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		refuse(w, http.StatusBadRequest, "no JSON")
		return
	}
	id := in.Auth.Identity
	ok := len(id.Methods) == 1
	switch {
	case id.Password != nil:
		ok = ok && id.Methods[0] == "password" && id.Password.User.Password == serverPassword
	case id.ApplicationCredential != nil:
		ok = ok && id.Methods[0] == "application_credential" && in.Auth.Scope == nil
	case id.Token != nil:
		ok = ok && id.Methods[0] == "token" && s.holds(string(id.Token.ID))
	}
	if !ok {
		refuse(w, http.StatusUnauthorized, "The request you have made requires authentication.")
		return
	}
	token, issued, ends := s.issue()
	w.Header().Set("X-Subject-Token", token)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"token":{"methods":%q,"issued_at":%q,"expires_at":%q,"user":{"id":%q,"name":"demo"},"project":{"id":%q,"name":"web"},
		"catalog":[{"type":"object-store","name":"swift","endpoints":[{"interface":"public","region":"KR1","url":"https://swift.example.com/v1/AUTH_x"}]}]}}`,
		id.Methods[:1], issued.Format(time.RFC3339Nano), ends.Format(time.RFC3339Nano), serverUser, serverProject)
}

func (s *keystoneServer) v2Token(w http.ResponseWriter, r *http.Request) {
	// Nothing but what v2.0 knows.
	var in struct {
		Auth struct {
			TenantID            string `json:"tenantId"`
			TenantName          string `json:"tenantName"`
			PasswordCredentials *struct {
				Username string `json:"username"`
				UserID   string `json:"userId"`
				Password string `json:"password"`
			} `json:"passwordCredentials"`
			Token *struct {
				ID string `json:"id"`
			} `json:"token"`
		} `json:"auth"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	switch a := in.Auth; {
	case a.PasswordCredentials != nil && a.PasswordCredentials.Password == serverPassword && a.TenantID == serverProject:
	case a.Token != nil && s.holds(a.Token.ID):
	default:
		refuse(w, http.StatusUnauthorized, "Invalid user / password")
		return
	}
	token, issued, ends := s.issue()
	fmt.Fprintf(w, `{"access":{"token":{"id":%q,"issued_at":%q,"expires":%q,"tenant":{"id":%q,"name":"web"}},"user":{"id":%q,"username":"demo","roles":[{"name":"member"}]},
		"serviceCatalog":[{"type":"object-store","name":"swift","endpoints":[{"region":"KR1","publicURL":"https://swift.example.com/v1/AUTH_x"}]}]}}`,
		token, issued.Format("2006-01-02T15:04:05.999999"), ends.Format(time.RFC3339Nano), serverProject, serverUser)
}

func (s *keystoneServer) subject(w http.ResponseWriter, r *http.Request) {
	if !s.holds(r.Header.Get("X-Auth-Token")) {
		refuse(w, http.StatusUnauthorized, "token")
		return
	}
	id := r.Header.Get("X-Subject-Token")
	switch {
	case !s.holds(id):
		refuse(w, http.StatusNotFound, "Failed to validate token")
	case r.Method == http.MethodDelete:
		s.dead[id] = true
		w.WriteHeader(http.StatusNoContent)
	default:
		fmt.Fprintf(w, `{"token":{"expires_at":%q,"user":{"id":%q}}}`, s.ends[id].Format(time.RFC3339Nano), serverUser)
	}
}

func (s *keystoneServer) ec2(w http.ResponseWriter, r *http.Request) {
	if !s.holds(r.Header.Get("X-Auth-Token")) {
		refuse(w, http.StatusUnauthorized, "token")
		return
	}
	at := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // v users {user} credentials OS-EC2 [access]
	if at[2] != serverUser {
		refuse(w, http.StatusForbidden, "not your user id")
		return
	}
	entry := func(access string) string {
		return fmt.Sprintf(`{"access":%q,"secret":"secret-of-%s","tenant_id":%q,"user_id":%q,"trust_id":null}`, access, access, s.keys[access], serverUser)
	}
	switch {
	case r.Method == http.MethodPost && len(at) == 5:
		var in struct {
			TenantID string `json:"tenant_id"`
		}
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.TenantID == "" {
			refuse(w, http.StatusBadRequest, "tenant_id")
			return
		}
		s.serial++
		access := fmt.Sprintf("access-%d", s.serial)
		s.keys[access] = in.TenantID
		if at[0] == "v2.0" {
			fmt.Fprintf(w, `{"credentials":[%s]}`, entry(access))
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"credential":%s}`, entry(access))
	case r.Method == http.MethodGet && len(at) == 5:
		var all []string
		for access := range s.keys {
			all = append(all, entry(access))
		}
		fmt.Fprintf(w, `{"credentials":[%s]}`, strings.Join(all, ","))
	case s.keys[at[len(at)-1]] == "":
		refuse(w, http.StatusNotFound, "Could not find credential")
	case r.Method == http.MethodDelete:
		delete(s.keys, at[5])
		s.deleted++
		w.WriteHeader(http.StatusNoContent)
	default:
		fmt.Fprintf(w, `{"credentials":%s}`, entry(at[5]))
	}
}

func token(t *testing.T, c *Client) *Token {
	t.Helper()
	got, err := c.Token(context.WithoutCancel(t.Context()))
	require.NoError(t, err)
	return got
}
