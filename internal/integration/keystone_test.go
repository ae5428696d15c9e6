//go:build integration

package integration

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/internal/wiretest/tlsfront"
	"github.com/stowage-go/stowage/s3"
)

// keystone is the Keystone of the openstack backend.
type keystone struct {
	env Env
}

func openKeystone(t *testing.T) keystone {
	if !slices.Contains(Picked(), "openstack") {
		skipped(t, "openKeystone")
	}
	env, err := Load("openstack")
	require.NoError(t, err)
	return keystone{env}
}

// options log in the ordinary user, to its project.
func (k keystone) options() identity.Options {
	return identity.Options{
		AuthURL: k.env["OS_AUTH_URL"],
		Auth:    identity.PasswordAuth{Username: k.env["OS_USERNAME"], UserDomainName: "Default", Password: identity.Secret(k.env["OS_PASSWORD"])},
		Scope:   identity.Scope{ProjectName: k.env["OS_PROJECT_NAME"], ProjectDomainName: "Default"},
	}
}

func (k keystone) client(t *testing.T, fns ...func(*identity.Options)) *identity.Client {
	c, err := identity.New(k.options(), fns...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

// admin is the administrator of the whole.
func (k keystone) admin(t *testing.T) *identity.Client {
	return k.client(t, func(o *identity.Options) {
		o.Auth = identity.PasswordAuth{Username: k.env["OS_ADMIN_USERNAME"], Password: identity.Secret(k.env["OS_ADMIN_PASSWORD"])}
		o.Scope = identity.Scope{ProjectName: k.env["OS_ADMIN_PROJECT_NAME"]}
	})
}

// ask sends a request that the library has no operation for.
func (k keystone) ask(t *testing.T, c *identity.Client, method, path string, in, out any) {
	var document []byte
	if in != nil {
		var err error
		document, err = json.Marshal(in)
		require.NoError(t, err)
	}
	ctx := context.WithoutCancel(t.Context()) // also for cleaning up
	token, err := c.Token(ctx)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(ctx, method, k.env["OS_AUTH_URL"]+path, bytes.NewReader(document))
	require.NoError(t, err)
	req.Header.Set("X-Auth-Token", string(token.ID))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Less(t, resp.StatusCode, 300, "%s %s: %s", method, path, body)
	if out != nil {
		require.NoError(t, json.Unmarshal(body, out))
	}
}

func TestKeystonePassword(t *testing.T) {
	k := openKeystone(t)
	for name, auth := range map[string]identity.PasswordAuth{
		"by id":                   {UserID: k.env["OS_USER_ID"]},
		"by name, default domain": {Username: k.env["OS_USERNAME"]},
		"by name, domain's id":    {Username: k.env["OS_USERNAME"], UserDomainID: "default"},
		"by name, domain's name":  {Username: k.env["OS_USERNAME"], UserDomainName: "Default"},
	} {
		auth.Password = identity.Secret(k.env["OS_PASSWORD"])
		for scopeName, scope := range map[string]identity.Scope{
			"id":   {ProjectID: k.env["OS_PROJECT_ID"]},
			"name": {ProjectName: k.env["OS_PROJECT_NAME"]},
		} {
			t.Run(name+", project by "+scopeName, func(t *testing.T) {
				c := k.client(t, func(o *identity.Options) { o.Auth, o.Scope = auth, scope })
				token, err := c.Token(t.Context())
				require.NoError(t, err)
				require.NotEmpty(t, token.ID)
				require.Equal(t, k.env["OS_USER_ID"], token.User.ID)
				require.Equal(t, k.env["OS_USERNAME"], token.User.Name)
				require.Equal(t, identity.Domain{ID: "default", Name: "Default"}, token.User.Domain)
				require.Equal(t, k.env["OS_PROJECT_ID"], token.Project.ID)
				require.Equal(t, []string{"password"}, token.Methods)
				require.True(t, token.HasRole("member"), "%v", token.Roles)
				require.WithinDuration(t, time.Now(), token.IssuedAt, time.Minute)
				require.Greater(t, time.Until(token.ExpiresAt), 10*time.Minute)

				again, err := c.Token(t.Context())
				require.NoError(t, err)
				require.Same(t, token, again)

				id, storage, err := c.Authenticate(t.Context())
				require.NoError(t, err)
				require.Equal(t, string(token.ID), id)
				require.Equal(t, k.env["SWIFT_STORAGE_URL"], storage)
			})
		}
	}
}

func TestKeystoneScopes(t *testing.T) {
	k := openKeystone(t)
	c := k.client(t)
	auth := k.options().Auth

	unscoped, err := c.IssueToken(t.Context(), auth, identity.Scope{Unscoped: true})
	require.NoError(t, err)
	require.Empty(t, unscoped.Catalog)
	require.Zero(t, unscoped.Project)
	_, err = unscoped.Catalog.Endpoint(identity.EndpointQuery{Type: identity.ObjectStore})
	require.ErrorIs(t, err, identity.ErrNoEndpoint)
	require.ErrorContains(t, err, "is the token scoped to a project?")

	for _, project := range []string{k.env["OS_PROJECT_ID"], k.env["OS_PROJECT2_ID"]} {
		token, err := c.IssueToken(t.Context(), identity.TokenAuth{Token: unscoped.ID}, identity.Scope{ProjectID: project})
		require.NoError(t, err)
		require.Equal(t, project, token.Project.ID)
		require.ElementsMatch(t, []string{"password", "token"}, token.Methods)
		require.NotEmpty(t, token.Catalog)
		require.False(t, token.ExpiresAt.After(unscoped.ExpiresAt))
	}

	admin := k.admin(t)
	system, err := admin.IssueToken(t.Context(), identity.PasswordAuth{Username: k.env["OS_ADMIN_USERNAME"], Password: identity.Secret(k.env["OS_ADMIN_PASSWORD"])}, identity.Scope{System: true})
	require.NoError(t, err)
	require.True(t, system.System)
	require.Zero(t, system.Project)

	// The ordinary user has no role in its domain.
	_, err = c.IssueToken(t.Context(), auth, identity.Scope{DomainName: "Default"})
	require.ErrorIs(t, err, identity.ErrUnauthorized)
}

func TestKeystoneApplicationCredential(t *testing.T) {
	k := openKeystone(t)
	c := k.client(t)
	var made struct {
		Credential struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			Secret string `json:"secret"`
		} `json:"application_credential"`
	}
	path := "/users/" + k.env["OS_USER_ID"] + "/application_credentials"
	k.ask(t, c, http.MethodPost, path, map[string]any{"application_credential": map[string]string{"name": bucketName()}}, &made)
	t.Cleanup(func() { k.ask(t, c, http.MethodDelete, path+"/"+made.Credential.ID, nil, nil) })

	for name, auth := range map[string]identity.ApplicationCredentialAuth{
		"by id":                 {ID: made.Credential.ID},
		"by name and user id":   {Name: made.Credential.Name, UserID: k.env["OS_USER_ID"]},
		"by name and user name": {Name: made.Credential.Name, Username: k.env["OS_USERNAME"], UserDomainName: "Default"},
	} {
		t.Run(name, func(t *testing.T) {
			auth.Secret = identity.Secret(made.Credential.Secret)
			o := identity.Options{AuthURL: k.env["OS_AUTH_URL"], Auth: auth}
			ac, err := identity.New(o)
			require.NoError(t, err)
			token, err := ac.Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, k.env["OS_PROJECT_ID"], token.Project.ID)
			require.Equal(t, []string{"application_credential"}, token.Methods)

			// It is restricted: EC2 credentials are not for it.
			_, err = ac.CreateEC2Credential(t.Context(), nil)
			require.ErrorIs(t, err, identity.ErrForbidden)

			o.Auth = identity.ApplicationCredentialAuth{ID: made.Credential.ID, Secret: "wrong"}
			ac, err = identity.New(o)
			require.NoError(t, err)
			_, err = ac.Token(t.Context())
			require.ErrorIs(t, err, identity.ErrUnauthorized)
		})
	}
}

func TestKeystoneRefusals(t *testing.T) {
	k := openKeystone(t)
	admin := k.admin(t)
	var user struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	disabled := bucketName()
	k.ask(t, admin, http.MethodPost, "/users", map[string]any{"user": map[string]any{"name": disabled, "password": "secret-of-" + disabled, "enabled": false}}, &user)
	t.Cleanup(func() { k.ask(t, admin, http.MethodDelete, "/users/"+user.User.ID, nil, nil) })

	for name, change := range map[string]func(*identity.Options){
		"wrong password": func(o *identity.Options) {
			o.Auth = identity.PasswordAuth{Username: k.env["OS_USERNAME"], Password: "never-this-one"}
		},
		"unknown user": func(o *identity.Options) {
			o.Auth = identity.PasswordAuth{Username: "nobody", Password: "never-this-one"}
		},
		"unknown domain": func(o *identity.Options) {
			o.Auth = identity.PasswordAuth{Username: k.env["OS_USERNAME"], UserDomainName: "nowhere", Password: "never-this-one"}
		},
		"disabled user": func(o *identity.Options) {
			o.Auth = identity.PasswordAuth{UserID: user.User.ID, Password: identity.Secret("secret-of-" + disabled)}
		},
		"project without role": func(o *identity.Options) { o.Scope = identity.Scope{ProjectID: k.env["OS_ADMIN_PROJECT_ID"]} },
		"unknown project":      func(o *identity.Options) { o.Scope = identity.Scope{ProjectName: "nothing"} },
		"garbage token":        func(o *identity.Options) { o.Auth = identity.TokenAuth{Token: "never-this-one"} },
	} {
		t.Run(name, func(t *testing.T) {
			c := k.client(t, change)
			_, err := c.Token(t.Context())
			var e *identity.Error
			require.ErrorAs(t, err, &e)
			t.Log(err)
			if name == "garbage token" {
				require.ErrorIs(t, err, identity.ErrNotFound)
			} else {
				require.ErrorIs(t, err, identity.ErrUnauthorized)
				require.ErrorIs(t, err, fs.ErrPermission)
				require.Equal(t, "Unauthorized", e.Code)
			}
			require.NotEmpty(t, e.Message)
			require.NotEmpty(t, e.RequestID)
			require.NotEmpty(t, e.Resource)
			require.NotContains(t, err.Error(), "never-this-one")
			require.NotContains(t, err.Error(), "secret-of-")
		})
	}
}

func TestKeystoneDiscovery(t *testing.T) {
	k := openKeystone(t)
	root := strings.TrimSuffix(k.env["OS_AUTH_URL"], "/v3")
	for _, at := range []string{root, root + "/", root + "/v3/"} {
		c := k.client(t, func(o *identity.Options) { o.AuthURL = at })
		token, err := c.Token(t.Context())
		require.NoError(t, err, at)
		require.Equal(t, k.env["OS_PROJECT_ID"], token.Project.ID)
		versions, err := c.ListVersions(t.Context())
		require.NoError(t, err)
		require.Len(t, versions, 1)
		require.Equal(t, "v3.14", versions[0].ID)
		require.Equal(t, "stable", versions[0].Status)
	}

	// Behind TLS, where the document's links name the server behind it.
	front, err := tlsfront.Start(root)
	require.NoError(t, err)
	defer front.Close()
	c := k.client(t, func(o *identity.Options) { o.AuthURL, o.TLSConfig = front.URL, &tls.Config{RootCAs: front.Roots} })
	_, err = c.Token(t.Context())
	require.NoError(t, err)

	// This Keystone has no v2.0: HTML.
	c = k.client(t, func(o *identity.Options) {
		o.AuthURL = root + "/v2.0"
		o.Auth = identity.PasswordAuth{Username: k.env["OS_USERNAME"], Password: identity.Secret(k.env["OS_PASSWORD"])}
		o.Scope = identity.Scope{ProjectName: k.env["OS_PROJECT_NAME"]}
	})
	_, err = c.Token(t.Context())
	var e *identity.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, http.StatusNotFound, e.StatusCode)
	require.Contains(t, e.Message, "text/html")
}

func TestKeystoneEndpoints(t *testing.T) {
	k := openKeystone(t)
	c := k.client(t, func(o *identity.Options) { o.Region = k.env["OS_REGION_NAME"] })
	at, err := c.Endpoint(t.Context(), identity.ObjectStore)
	require.NoError(t, err)
	require.Equal(t, k.env["SWIFT_STORAGE_URL"], at)

	_, err = c.Endpoint(t.Context(), "teapot")
	require.ErrorIs(t, err, identity.ErrNoEndpoint)
	require.ErrorContains(t, err, identity.ObjectStore)

	c = k.client(t, func(o *identity.Options) { o.Region = "Atlantis" })
	_, _, err = c.Authenticate(t.Context())
	require.ErrorIs(t, err, identity.ErrNoEndpoint)
	require.ErrorContains(t, err, k.env["OS_REGION_NAME"])
}

func TestKeystoneValidateAndRevoke(t *testing.T) {
	k := openKeystone(t)
	c := k.client(t)
	other, err := c.IssueToken(t.Context(), k.options().Auth, k.options().Scope)
	require.NoError(t, err)

	seen, err := c.ValidateToken(t.Context(), other.ID)
	require.NoError(t, err)
	require.Equal(t, other, seen)

	require.NoError(t, c.RevokeToken(t.Context(), other.ID))
	_, err = c.ValidateToken(t.Context(), other.ID)
	require.ErrorIs(t, err, identity.ErrNotFound)
	require.ErrorIs(t, c.RevokeToken(t.Context(), other.ID), identity.ErrNotFound)

	// A login by a revoked token, and a client that has nothing else.
	dead := k.client(t, func(o *identity.Options) { o.Auth = identity.TokenAuth{Token: other.ID} })
	_, err = dead.Token(t.Context())
	require.ErrorIs(t, err, identity.ErrNotFound)

	// The client's own: revoked behind its back, then by itself.
	mine, err := c.Token(t.Context())
	require.NoError(t, err)
	revoker := k.client(t)
	require.NoError(t, revoker.RevokeToken(t.Context(), mine.ID))
	list, err := c.ListEC2Credentials(t.Context(), nil)
	require.NoError(t, err, "a refused token is replaced")
	require.NotNil(t, list)
	fresh, err := c.Token(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, mine.ID, fresh.ID)
	c.Invalidate(string(mine.ID)) // late
	same, err := c.Token(t.Context())
	require.NoError(t, err)
	require.Same(t, fresh, same)

	require.NoError(t, c.Close(t.Context()))
	_, err = revoker.ValidateToken(t.Context(), fresh.ID)
	require.ErrorIs(t, err, identity.ErrNotFound)
	_, err = c.Token(t.Context())
	require.NoError(t, err, "a closed client logs in again")
}

func TestKeystoneEC2Credentials(t *testing.T) {
	k := openKeystone(t)
	c := k.client(t)
	made, err := c.CreateEC2Credential(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, made.HasKeys())
	require.Equal(t, k.env["OS_USER_ID"], made.UserID)
	require.Equal(t, k.env["OS_PROJECT_ID"], made.ProjectID)
	t.Cleanup(func() {
		_ = c.DeleteEC2Credential(context.WithoutCancel(t.Context()), &identity.DeleteEC2CredentialInput{Access: made.AccessKeyID})
	})

	got, err := c.GetEC2Credential(t.Context(), &identity.GetEC2CredentialInput{Access: made.AccessKeyID})
	require.NoError(t, err)
	require.Equal(t, made, got)
	list, err := c.ListEC2Credentials(t.Context(), nil)
	require.NoError(t, err)
	require.Contains(t, list, *made)

	// In another project, by ID.
	other, err := c.CreateEC2Credential(t.Context(), &identity.CreateEC2CredentialInput{UserID: k.env["OS_USER_ID"], ProjectID: k.env["OS_PROJECT2_ID"]})
	require.NoError(t, err)
	require.Equal(t, k.env["OS_PROJECT2_ID"], other.ProjectID)
	require.NoError(t, c.DeleteEC2Credential(t.Context(), &identity.DeleteEC2CredentialInput{Access: other.AccessKeyID}))

	// S3 signed with it.
	client, err := s3.New(s3.Options{Endpoint: k.env["S3_ENDPOINT"], Region: k.env["S3_REGION"], Profile: s3.NHNCloud(), Credentials: made})
	require.NoError(t, err)
	_, err = client.ListBuckets(t.Context(), nil)
	require.NoError(t, err)

	require.NoError(t, c.DeleteEC2Credential(t.Context(), &identity.DeleteEC2CredentialInput{Access: made.AccessKeyID}))
	err = c.DeleteEC2Credential(t.Context(), &identity.DeleteEC2CredentialInput{Access: made.AccessKeyID})
	require.ErrorIs(t, err, identity.ErrNotFound)
	_, err = c.GetEC2Credential(t.Context(), &identity.GetEC2CredentialInput{Access: made.AccessKeyID})
	require.ErrorIs(t, err, fs.ErrNotExist)
	// Somebody else's.
	_, err = c.ListEC2Credentials(t.Context(), &identity.ListEC2CredentialsInput{UserID: "0123456789abcdef0123456789abcdef"})
	require.Error(t, err)
}

func TestKeystoneEC2CredentialProvider(t *testing.T) {
	k := openKeystone(t)
	// A project of its own for the user, so that nobody else's keys are found.
	c := k.client(t, func(o *identity.Options) { o.Scope = identity.Scope{ProjectID: k.env["OS_PROJECT2_ID"]} })
	o := identity.EC2CredentialProviderOptions{Client: c, AlwaysCreate: true, DeleteOnClose: true}
	maker, err := identity.NewEC2CredentialProvider(o)
	require.NoError(t, err)
	creds, err := maker.Retrieve(t.Context())
	require.NoError(t, err)
	require.True(t, maker.Created())

	o.AlwaysCreate = false
	finder, err := identity.NewEC2CredentialProvider(o)
	require.NoError(t, err)
	found, err := finder.Retrieve(t.Context())
	require.NoError(t, err)
	require.False(t, finder.Created())
	require.True(t, found.HasKeys())
	require.NoError(t, finder.Close(t.Context()), "what was found is not deleted")

	client, err := s3.New(s3.Options{Endpoint: k.env["S3_ENDPOINT"], Region: k.env["S3_REGION"], Profile: s3.NHNCloud(), Credentials: maker})
	require.NoError(t, err)
	_, err = client.ListBuckets(t.Context(), nil)
	require.NoError(t, err)

	// Deleted behind its back: found missing, and made anew.
	require.NoError(t, c.DeleteEC2Credential(t.Context(), &identity.DeleteEC2CredentialInput{Access: creds.AccessKeyID}))
	maker.Invalidate(creds)
	fresh, err := maker.Retrieve(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, creds.AccessKeyID, fresh.AccessKeyID)

	require.NoError(t, maker.Close(t.Context()))
	_, err = c.GetEC2Credential(t.Context(), &identity.GetEC2CredentialInput{Access: fresh.AccessKeyID})
	require.ErrorIs(t, err, identity.ErrNotFound)
}

// TestKeystoneRevokedInMidRun revokes the shared token again and again while goroutines work
// with it on Keystone and on Swift: none of them may see a failure.
func TestKeystoneRevokedInMidRun(t *testing.T) {
	k := openKeystone(t)
	c := k.client(t)
	revoker := k.client(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a busy machine takes one
	defer cancel()

	var wg sync.WaitGroup
	errs := make(chan error, 16)
	// A token is revoked after so many requests, and not after so much time: on a slow machine
	// the next one would be gone before it is used.
	worked := make(chan struct{}, 8*40)
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := c.ListEC2Credentials(ctx, nil); err != nil {
					errs <- err
					return
				}
				worked <- struct{}{}
				if err := headAccount(ctx, c); err != nil {
					errs <- err
					return
				}
				worked <- struct{}{}
			}
		})
	}
	done := make(chan struct{})
	revoked := make(chan int)
	go func() {
		n := 0
		defer func() { revoked <- n }()
		for seen := 1; ; seen++ {
			select {
			case <-done:
				return
			case <-worked:
			}
			if seen%60 != 0 {
				continue
			}
			token, err := c.Token(ctx)
			if err == nil && revoker.RevokeToken(ctx, token.ID) == nil {
				n++
			}
		}
	}()
	wg.Wait()
	close(done)
	n := <-revoked
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	require.Positive(t, n)
	t.Logf("%d tokens were revoked", n)
}

// headAccount asks Swift for the account, as package swift does: a token that is refused is
// replaced, once.
func headAccount(ctx context.Context, c *identity.Client) error {
	for attempt := 0; ; attempt++ {
		token, at, err := c.Authenticate(ctx)
		if err != nil {
			return err
		}
		u, err := url.Parse(at)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do((&http.Request{Method: http.MethodHead, URL: u, Header: http.Header{"X-Auth-Token": {token}}}).WithContext(ctx))
		if err != nil {
			return err
		}
		resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusUnauthorized && attempt < 3: // the next may be revoked by now, too
			c.Invalidate(token)
		case resp.StatusCode >= 300:
			return fmt.Errorf("HEAD of the account: %s", resp.Status)
		default:
			return nil
		}
	}
}
