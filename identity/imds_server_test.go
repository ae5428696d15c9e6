package identity

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// imdsServer is a scripted instance metadata service that takes version 2 alone, and refuses
// what the service refuses (Amazon EC2 User Guide, "Use the Instance Metadata Service").
type imdsServer struct {
	role     string        // of the instance; empty: none
	lifetime time.Duration // of the credentials
	longest  time.Duration // life of a token; zero: what is asked for
	took     time.Duration // how long an answer takes
	// intercept may answer in its place; nil: nothing.
	intercept func(w http.ResponseWriter, r *http.Request) bool

	mu     sync.Mutex
	tokens map[string]time.Time // by their end
	puts   int
	gets   []string // paths that were opened
	serial int
}

func newIMDSServer() *imdsServer {
	return &imdsServer{role: "web", lifetime: 6 * time.Hour, tokens: map[string]time.Time{}}
}

func (s *imdsServer) provider(t *testing.T, fns ...func(*IMDSProviderOptions)) *IMDSProvider {
	t.Helper()
	o := IMDSProviderOptions{Lookup: variablesOf(nil)}
	o.HTTPClient = &http.Client{Transport: s}
	o.BaseDelay, o.MaxDelay = time.Microsecond, time.Microsecond
	for _, fn := range fns {
		fn(&o)
	}
	p, err := NewIMDSProvider(o)
	require.NoError(t, err)
	return p
}

func (s *imdsServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.took > 0 {
		select {
		case <-time.After(s.took):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	w := httptest.NewRecorder()
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if s.intercept == nil || !s.intercept(w, r) {
		s.serve(w, r)
	}
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func (s *imdsServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == imdsTokenPath {
		s.putToken(w, r)
		return
	}
	if r.Method != http.MethodGet {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if ends, ok := s.tokens[r.Header.Get("X-aws-ec2-metadata-token")]; !ok || !time.Now().Before(ends) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "<?xml version=\"1.0\"?><html><head><title>401 - Unauthorized</title></head></html>")
		return
	}
	s.gets = append(s.gets, r.URL.Path)
	switch {
	case s.role != "" && r.URL.Path == imdsCredentials:
		_, _ = io.WriteString(w, s.role+"\n")
	case s.role != "" && r.URL.Path == imdsCredentials+s.role:
		s.serial++
		_, _ = fmt.Fprintf(w, `{"Code":"Success","LastUpdated":"2026-01-02T03:04:05Z","Type":"AWS-HMAC","AccessKeyId":"ASIA%d",`+
			`"SecretAccessKey":"instance-secret","Token":"instance-token","Expiration":%q}`, s.serial, time.Now().Add(s.lifetime).UTC().Format(time.RFC3339))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *imdsServer) putToken(w http.ResponseWriter, r *http.Request) {
	life, err := strconv.Atoi(r.Header.Get("X-aws-ec2-metadata-token-ttl-seconds"))
	switch {
	case r.Method != http.MethodPut:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case r.Header.Get("X-Forwarded-For") != "":
		w.WriteHeader(http.StatusForbidden)
		return
	case err != nil || life < 1 || life > 21600:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.puts++
	granted := time.Duration(life) * time.Second
	if s.longest > 0 {
		granted = min(granted, s.longest)
	}
	token := "metadata-token-" + strconv.Itoa(s.puts)
	s.tokens[token] = time.Now().Add(granted)
	w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", strconv.Itoa(int(granted.Seconds())))
	_, _ = io.WriteString(w, token)
}

// forget ends all tokens, as a restart does.
func (s *imdsServer) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// counts are how many tokens and how many credentials were given.
func (s *imdsServer) counts() (puts, credentials int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.puts, s.serial
}
