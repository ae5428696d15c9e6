package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

func TestEC2Credentials(t *testing.T) {
	for _, v := range []Version{V2, V3} {
		s := newKeystoneServer()
		c := s.client(t, v)
		made, err := c.CreateEC2Credential(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, &EC2Credential{
			Credentials: sigv4.Credentials{AccessKeyID: "access-1", SecretAccessKey: "secret-of-access-1"},
			UserID:      serverUser, ProjectID: serverProject,
		}, made)
		creds, err := made.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, made.Credentials, creds)

		got, err := c.GetEC2Credential(t.Context(), &GetEC2CredentialInput{Access: "access-1"})
		require.NoError(t, err)
		require.Equal(t, made, got)
		_, err = c.GetEC2Credential(t.Context(), &GetEC2CredentialInput{Access: "access-2"})
		require.ErrorIs(t, err, ErrNotFound)
		require.ErrorContains(t, err, `user "`+serverUser+`", credential "access-2"`)

		other, err := c.CreateEC2Credential(t.Context(), &CreateEC2CredentialInput{UserID: serverUser, ProjectID: "another"})
		require.NoError(t, err)
		require.Equal(t, "another", other.ProjectID)
		all, err := c.ListEC2Credentials(t.Context(), &ListEC2CredentialsInput{UserID: serverUser})
		require.NoError(t, err)
		require.ElementsMatch(t, []EC2Credential{*made, *other}, all)

		// An e-mail address is no user ID.
		_, err = c.ListEC2Credentials(t.Context(), &ListEC2CredentialsInput{UserID: "user@example.com"})
		require.ErrorIs(t, err, ErrForbidden)

		require.NoError(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{Access: "access-1"}))
		require.ErrorIs(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{Access: "access-1"}), ErrNotFound)
	}
}

func TestEC2AnswersInThreeForms(t *testing.T) {
	const entry = `{"access":"a","secret":"s","tenant_id":"t","user_id":"u","trust_id":"r"}`
	want := EC2Credential{Credentials: sigv4.Credentials{AccessKeyID: "a", SecretAccessKey: "s"}, UserID: "u", ProjectID: "t", TrustID: "r"}
	for document, wrong := range map[string]string{
		`{"credential":` + entry + `}`:    "",
		`{"credentials":` + entry + `}`:   "",
		`{"credentials":[` + entry + `]}`: "",
		`{"credential":{"access":"a","secret":"s","project_id":"t","user_id":"u","trust_id":"r"}}`: "",
		`{"credentials":[]}`:                            "0 credentials where one was due",
		`{"credentials":[` + entry + `,` + entry + `]}`: "2 credentials where one was due",
		`{"credentials":null}`:                          "0 credentials where one was due",
		`{"credentials":"swordfish"}`:                   "of another type",
		`{"credentials":["swordfish"]}`:                 "of another type",
		`{}`:                                            "neither credential nor credentials",
		`{"credential":{"access":"a"}}`:                 "a credential without access or secret",
		`<html>`:                                        "no JSON as the API has it",
	} {
		s := newKeystoneServer()
		s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/v3/auth/tokens" {
				return false
			}
			_, _ = io.WriteString(w, document)
			return true
		}
		got, err := s.client(t, V3).GetEC2Credential(t.Context(), &GetEC2CredentialInput{Access: "a"})
		if wrong != "" {
			require.ErrorIs(t, err, ErrMalformedAnswer, document)
			require.ErrorContains(t, err, wrong)
			require.NotContains(t, err.Error(), "swordfish")
			continue
		}
		require.NoError(t, err, document)
		require.Equal(t, &want, got)
	}
}

func TestNoEC2Credentials(t *testing.T) {
	for _, document := range []string{`{"credentials":[]}`, `{"credentials":null}`} {
		s := newKeystoneServer()
		s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				return false
			}
			_, _ = io.WriteString(w, document)
			return true
		}
		all, err := s.client(t, V3).ListEC2Credentials(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, all)
	}
}

func TestEC2InputIsChecked(t *testing.T) {
	s := newKeystoneServer()
	c := s.client(t, V3)
	token(t, c)
	calls := s.calls
	_, err := c.GetEC2Credential(t.Context(), nil)
	require.ErrorContains(t, err, "Access is missing")
	require.ErrorContains(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{}), "Access is missing")
	_, err = c.ListEC2Credentials(t.Context(), &ListEC2CredentialsInput{UserID: ".."})
	require.ErrorContains(t, err, `".." is no ID`)
	require.ErrorContains(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{Access: "."}), `"." is no ID`)
	require.Equal(t, calls, s.calls)

	// Any other character is a character of the segment.
	var path string
	s.intercept = func(_ http.ResponseWriter, r *http.Request) bool { path = r.URL.EscapedPath(); return false }
	_ = c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{UserID: "a/../b", Access: "c?d e"})
	require.Equal(t, "/v3/users/a%2F..%2Fb/credentials/OS-EC2/c%3Fd%20e", path)

	s = newKeystoneServer()
	s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("X-Subject-Token", "unscoped")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"token":{"expires_at":"2999-01-01T00:00:00Z","user":{"id":"u"}}}`)
		return true
	}
	_, err = s.client(t, V3).CreateEC2Credential(t.Context(), nil)
	require.ErrorContains(t, err, "the token is not scoped to a project")
	require.Equal(t, 1, s.calls)
}

// faulty lets every first request to OS-EC2 end in a fault.
func (s *keystoneServer) faulty(fault func(http.ResponseWriter, *http.Request, *keystoneServer) error) *http.Client {
	n := 0
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/v3/auth/tokens" {
			return s.RoundTrip(r)
		}
		if n++; n > 1 {
			return s.RoundTrip(r)
		}
		if err := fault(nil, r, s); err != nil {
			return nil, err
		}
		return s.RoundTrip(r)
	})}
}

func TestCredentialIsNotMadeTwice(t *testing.T) {
	reset := &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request, *keystoneServer) error
		made  int
		says  string // of the error; empty: success
	}{
		"answer lost": {func(_ http.ResponseWriter, r *http.Request, s *keystoneServer) error {
			_, _ = s.RoundTrip(r)
			return reset
		}, 1, "one may have been made all the same"},
		"no connection": {func(http.ResponseWriter, *http.Request, *keystoneServer) error { return refused }, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newKeystoneServer()
			client := s.client(t, V3, func(o *Options) { o.HTTPClient = s.faulty(c.fault) })
			_, err := client.CreateEC2Credential(t.Context(), nil)
			if c.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.says)
			}
			require.Len(t, s.keys, c.made)
		})
	}
	for status, sent := range map[int]int{500: 1, 502: 1, 504: 1, 503: 4, 429: 4, 403: 1} {
		s := newKeystoneServer()
		n := 0
		s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/v3/auth/tokens" {
				return false
			}
			n++
			refuse(w, status, "no")
			return true
		}
		_, err := s.client(t, V3).CreateEC2Credential(t.Context(), nil)
		require.Error(t, err)
		require.Equal(t, sent, n, "status %d", status)
		says := "one may have been made all the same"
		if status == 500 || status == 502 || status == 504 {
			require.ErrorContains(t, err, says)
		} else {
			require.NotContains(t, err.Error(), says, "status %d", status)
		}
	}
}

func TestDeletionWhoseAnswerWasLost(t *testing.T) {
	s := newKeystoneServer()
	s.keys["a"] = serverProject
	c := s.client(t, V3, func(o *Options) {
		o.HTTPClient = s.faulty(func(_ http.ResponseWriter, r *http.Request, s *keystoneServer) error {
			_, _ = s.RoundTrip(r)
			return io.ErrUnexpectedEOF
		})
	})
	require.NoError(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{Access: "a"}), "the second attempt finds it gone")
	require.Empty(t, s.keys)

	// A refused token leaves no doubt.
	c = s.client(t, V3)
	token(t, c)
	s.revoke()
	require.ErrorIs(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{Access: "a"}), ErrNotFound)
}

func TestEC2CredentialProvider(t *testing.T) {
	_, err := NewEC2CredentialProvider(EC2CredentialProviderOptions{})
	require.ErrorContains(t, err, "Client is missing")

	s := newKeystoneServer()
	c := s.client(t, V3)
	s.keys["elsewhere"] = "another project"
	o := EC2CredentialProviderOptions{Client: c, DeleteOnClose: true}
	p, err := NewEC2CredentialProvider(o)
	require.NoError(t, err)
	require.Zero(t, s.calls)

	made, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "access-1", made.AccessKeyID)
	require.True(t, p.Created())
	calls := s.calls
	for range 3 {
		again, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, made, again)
	}
	require.Equal(t, calls, s.calls, "it is kept")

	// The next process finds it, and leaves it.
	finder, err := NewEC2CredentialProvider(o)
	require.NoError(t, err)
	found, err := finder.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, made, found)
	require.False(t, finder.Created())
	require.NoError(t, finder.Close(t.Context()))
	require.Contains(t, s.keys, "access-1")
	_, err = finder.Retrieve(t.Context())
	require.ErrorContains(t, err, "used after Close")

	// Refused, though Keystone has it: not made anew.
	p.Invalidate(made)
	again, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, made, again)
	// Refused, because it is gone.
	delete(s.keys, "access-1")
	p.Invalidate(made)
	fresh, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "access-2", fresh.AccessKeyID)

	// One of its own.
	o.AlwaysCreate, o.ProjectID = true, serverProject
	own, err := NewEC2CredentialProvider(o)
	require.NoError(t, err)
	third, err := own.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "access-3", third.AccessKeyID)
	own.Invalidate(third)
	again, err = own.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, third, again)

	// A deletion that fails is told, and can be tried again.
	s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodDelete {
			return false
		}
		refuse(w, http.StatusForbidden, "not now")
		return true
	}
	require.ErrorIs(t, own.Close(t.Context()), ErrForbidden)
	s.intercept = nil
	require.NoError(t, own.Close(t.Context()))
	require.NoError(t, own.Close(t.Context()))
	require.NoError(t, p.Close(t.Context()))
	require.Equal(t, map[string]string{"elsewhere": "another project"}, s.keys)

	o.AlwaysCreate, o.DeleteOnClose = false, false
	keeper, err := NewEC2CredentialProvider(o)
	require.NoError(t, err)
	_, err = keeper.Retrieve(t.Context())
	require.NoError(t, err)
	require.NoError(t, keeper.Close(t.Context()))
	require.Contains(t, s.keys, "access-4")
}

func TestEC2CredentialProviderFails(t *testing.T) {
	for _, stage := range []string{http.MethodPost + " /v3/auth/tokens", http.MethodGet + " /v3/users", http.MethodPost + " /v3/users"} {
		s := newKeystoneServer()
		s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			at := r.Method + " " + r.URL.Path
			if len(at) < len(stage) || at[:len(stage)] != stage {
				return false
			}
			refuse(w, http.StatusForbidden, "no")
			return true
		}
		p, err := NewEC2CredentialProvider(EC2CredentialProviderOptions{Client: s.client(t, V3)})
		require.NoError(t, err)
		_, err = p.Retrieve(context.WithoutCancel(t.Context()))
		require.ErrorIs(t, err, ErrForbidden, stage)
		require.ErrorContains(t, err, "EC2CredentialProvider: ")
	}
}

func ExampleEC2Credential() {
	c := EC2Credential{
		Credentials: sigv4.Credentials{AccessKeyID: "253a3c7c", SecretAccessKey: "be057f23"},
		UserID:      "84db0c80", ProjectID: "84c9e9a5",
	}
	fmt.Println(c)
	// Output: identity.EC2Credential{sigv4.Credentials{AccessKeyID: 253a3c7c, SecretAccessKey: REDACTED, SessionToken: }, UserID: 84db0c80, ProjectID: 84c9e9a5}
}
