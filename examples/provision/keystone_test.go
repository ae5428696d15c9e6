package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// marker is in everything that is secret in these tests.
const marker = "s3cr3t"

const (
	password  = "pass-" + marker
	projectID = "84c9e9a51aea402e95389c08ac562ac5"
	userID    = "84db0c80-3c39-11e7-b29c-005056ac1497"
)

// keystone is a scripted Identity service of one version. It answers what its API
// documents, and fails the test for every other request.
type keystone struct {
	*httptest.Server
	t *testing.T

	mu      sync.Mutex
	tokens  map[string]bool // whether they hold
	keys    []key
	refuse  map[string]bool   // 403, by what logged has
	before  map[string]func() // called, by what logged has
	logged  []string          // what was asked for
	nextKey key               // the next one that is made; zero: any
}

type key struct {
	Access  string `json:"access"`
	Secret  string `json:"secret"`
	User    string `json:"user_id"`
	Project string `json:"tenant_id"`
	Trust   string `json:"trust_id,omitempty"`
}

func newKeystone(t *testing.T, version string) *keystone {
	k := &keystone{t: t, keys: []key{}, tokens: map[string]bool{}, refuse: map[string]bool{}, before: map[string]func(){}}
	mux := http.NewServeMux()
	handle := func(pattern, what string, h http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			// All of it, before a hook ends the call.
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			r.Body = io.NopCloser(bytes.NewReader(body))
			k.mu.Lock()
			defer k.mu.Unlock()
			k.logged = append(k.logged, what)
			if f := k.before[what]; f != nil {
				f()
			}
			switch {
			case what != "login" && !k.tokens[r.Header.Get("X-Auth-Token")]:
				answer(w, http.StatusUnauthorized, `{"error":{"code":401,"title":"Unauthorized","message":"The token does not hold."}}`)
			case k.refuse[what]:
				answer(w, http.StatusForbidden, `{"error":{"code":403,"title":"Forbidden","message":"You are not authorized."}}`)
			default:
				h(w, r)
			}
		})
	}
	if version == "v2.0" {
		handle("POST /v2.0/tokens", "login", k.loginV2)
	} else {
		handle("POST /v3/auth/tokens", "login", k.loginV3)
		handle("DELETE /v3/auth/tokens", "logout", func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, r.Header.Get("X-Auth-Token"), r.Header.Get("X-Subject-Token"))
			k.tokens[r.Header.Get("X-Subject-Token")] = false
			w.WriteHeader(http.StatusNoContent)
		})
	}
	keys := "/" + version + "/users/" + userID + "/credentials/OS-EC2"
	handle("GET "+keys, "list", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"credentials": k.keys})
	})
	handle("POST "+keys, "create", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		assert.JSONEq(t, `{"tenant_id":"`+projectID+`"}`, string(body))
		made := k.nextKey
		if made == (key{}) {
			made = key{Access: fmt.Sprintf("made%d", len(k.logged)), Secret: "made-" + marker}
		}
		made.User, made.Project = userID, projectID
		k.keys = append(k.keys, made)
		if version == "v2.0" {
			answer(w, http.StatusOK, map[string]any{"credentials": []key{made}})
			return
		}
		answer(w, http.StatusCreated, map[string]any{"credential": made})
	})
	handle("DELETE "+keys+"/{access}", "delete", func(w http.ResponseWriter, r *http.Request) {
		n := len(k.keys)
		k.keys = slices.DeleteFunc(k.keys, func(c key) bool { return c.Access == r.PathValue("access") })
		if len(k.keys) == n {
			answer(w, http.StatusNotFound, `{"error":{"code":404,"title":"Not Found","message":"Could not find credential."}}`)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("Keystone %s has no %s %s", version, r.Method, r.URL)
		http.NotFound(w, r)
	})
	k.Server = httptest.NewServer(mux)
	t.Cleanup(k.Close)
	return k
}

func (k *keystone) loginV3(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.Contains(string(body), "wrong") {
		answer(w, http.StatusUnauthorized, `{"error":{"code":401,"title":"Unauthorized","message":"The request you have made requires authentication."}}`)
		return
	}
	assert.JSONEq(k.t, `{"auth":{
		"identity":{"methods":["password"],"password":{"user":{"name":"demo","domain":{"name":"Default"},"password":"`+password+`"}}},
		"scope":{"project":{"id":"`+projectID+`"}}}}`, string(body))
	w.Header().Set("X-Subject-Token", k.token())
	answer(w, http.StatusCreated, map[string]any{"token": map[string]any{
		"methods": []string{"password"}, "expires_at": time.Now().Add(time.Hour).UTC(),
		"user":    map[string]string{"id": userID, "name": "demo"},
		"project": map[string]string{"id": projectID, "name": "web"},
	}})
}

func (k *keystone) loginV2(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	assert.JSONEq(k.t, `{"auth":{"tenantId":"`+projectID+`","passwordCredentials":{"username":"demo","password":"`+password+`"}}}`, string(body))
	answer(w, http.StatusOK, map[string]any{"access": map[string]any{
		"token": map[string]any{
			"id": k.token(), "expires": time.Now().Add(time.Hour).UTC(),
			"tenant": map[string]string{"id": projectID, "name": "web"},
		},
		"user": map[string]string{"id": userID, "name": "demo"},
	}})
}

func (k *keystone) token() string {
	id := fmt.Sprintf("token-%s-%d", marker, len(k.tokens))
	k.tokens[id] = true
	return id
}

// holds tells whether a token holds.
func (k *keystone) holds(token string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tokens[token]
}

// requests are what was asked for, so far.
func (k *keystone) requests() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.logged)
}

// access are the access key IDs that there are.
func (k *keystone) access() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	ids := []string{}
	for _, c := range k.keys {
		ids = append(ids, c.Access)
	}
	return ids
}

// environment are the variables of a user of v3.
func (k *keystone) environment() map[string]string {
	return map[string]string{
		"OS_AUTH_URL": k.URL + "/v3", "OS_USERNAME": "demo", "OS_USER_DOMAIN_NAME": "Default",
		"OS_PASSWORD": password, "OS_PROJECT_ID": projectID,
	}
}

// environmentV2 are the variables of a user of v2.0.
func (k *keystone) environmentV2() map[string]string {
	return map[string]string{
		"OS_AUTH_URL": k.URL + "/v2.0", "OS_USERNAME": "demo", "OS_PASSWORD": password, "OS_TENANT_ID": projectID,
	}
}

func answer(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if text, is := document.(string); is {
		_, _ = io.WriteString(w, text)
		return
	}
	_ = json.NewEncoder(w).Encode(document)
}
