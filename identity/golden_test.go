package identity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// NHN Cloud, API Guide for AWS S3 Compatibility, "EC2 Credentials": every request and answer
// that it prints. The login, which it refers to, is as Identity API v2.0 has it.
func TestNHNCloudGoldens(t *testing.T) {
	o := Options{
		AuthURL: "https://api-identity.infrastructure.cloud.toast.com/v2.0",
		Auth:    PasswordAuth{Username: "user@example.com", Password: "api-password"},
		Scope:   Scope{ProjectID: "84c9e9a51aea402e95389c08ac562ac5"},
	}
	// The document is of 2020, and so is its token.
	o.Clock = func() time.Time { return time.Date(2020, 2, 22, 22, 22, 30, 0, time.UTC) }
	o.HTTPClient = exchanges(t, "nhncloud/issue_token", "nhncloud/create_ec2_credential",
		"nhncloud/list_ec2_credentials", "nhncloud/delete_ec2_credential")
	c, err := New(o)
	require.NoError(t, err)

	token, err := c.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, &Token{
		ID:       "b587ae461278419da6ecc21a2bff0cc9",
		IssuedAt: time.Date(2020, 2, 22, 22, 22, 22, 0, time.UTC), ExpiresAt: time.Date(2020, 2, 23, 10, 22, 22, 0, time.UTC),
		User:    User{ID: "84db0c80-3c39-11e7-b29c-005056ac1497", Name: "user@example.com"},
		Project: Project{ID: "84c9e9a51aea402e95389c08ac562ac5", Name: "web"},
		Roles:   []Role{{Name: "project_admin"}},
		Catalog: Catalog{
			{Type: "object-store", Name: "swift", Endpoints: []Endpoint{
				{ID: "1b2c", Region: "KR1", Interface: "public", URL: "https://kr1-api-object-storage.example.com/v1/AUTH_84c9e9a51aea402e95389c08ac562ac5"},
				{ID: "1b2c", Region: "KR1", Interface: "internal", URL: "https://internal.example.com/v1/AUTH_84c9e9a51aea402e95389c08ac562ac5"},
				{Region: "KR2", Interface: "public", URL: "https://kr2-api-object-storage.example.com/v1/AUTH_84c9e9a51aea402e95389c08ac562ac5"},
			}},
			{Type: "identity", Name: "keystone", Endpoints: []Endpoint{
				{Region: "KR1", Interface: "public", URL: "https://api-identity.infrastructure.cloud.toast.com/v2.0"},
				{Region: "KR1", Interface: "admin", URL: "https://admin.example.com/v2.0"},
			}},
		},
	}, token)
	_, _, err = c.Authenticate(t.Context())
	require.ErrorIs(t, err, ErrNoEndpoint, "KR1 or KR2?")
	require.ErrorContains(t, err, "several regions: name one; there is internal in KR1, public in KR1, public in KR2")

	want := EC2Credential{
		Credentials: sigv4.Credentials{AccessKeyID: "253a3c7ca27f4731a9c757addfac29ca", SecretAccessKey: "be057f235abf45ee8e2ba14edc5fb253"},
		UserID:      "84db0c80-3c39-11e7-b29c-005056ac1497", ProjectID: "84c9e9a51aea402e95389c08ac562ac5",
	}
	made, err := c.CreateEC2Credential(t.Context(), &CreateEC2CredentialInput{})
	require.NoError(t, err)
	require.Equal(t, &want, made)
	all, err := c.ListEC2Credentials(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []EC2Credential{want}, all)
	require.NoError(t, c.DeleteEC2Credential(t.Context(), &DeleteEC2CredentialInput{Access: made.AccessKeyID}))
}

// As Keystone 22 writes it. KakaoCloud's document prints EC2 credentials only as the table of
// the openstack command, which asks the same.
func TestKeystoneGoldens(t *testing.T) {
	o := Options{
		AuthURL: "https://keystone.example.com/v3",
		Auth:    PasswordAuth{Username: "demo", UserDomainName: "Default", Password: "demo-password"},
		Scope:   Scope{ProjectName: "web"}, // in the user's domain
	}
	o.Clock = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC) }
	o.HTTPClient = exchanges(t, "keystone/issue_token", "keystone/create_ec2_credential")
	c, err := New(o)
	require.NoError(t, err)
	token, err := c.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, Secret("gAAAAABscoped"), token.ID)
	require.Equal(t, time.Date(2026, 1, 2, 4, 4, 5, 0, time.UTC), token.ExpiresAt)
	require.Equal(t, User{ID: "6388b77fafb34001aad084e0a79c28bb", Name: "demo", Domain: Domain{"default", "Default"}}, token.User)
	require.Equal(t, Project{ID: "ef8672eb079d4d7e8d9a3c283954fad3", Name: "web", Domain: Domain{"default", "Default"}}, token.Project)
	require.Equal(t, []Role{{"3f0e", "member"}, {"4a1f", "reader"}}, token.Roles)
	require.Len(t, token.Catalog, 2)
	id, storage, err := c.Authenticate(t.Context())
	require.NoError(t, err)
	require.Equal(t, "gAAAAABscoped", id)
	require.Equal(t, "https://swift.example.com/v1/AUTH_ef8672eb079d4d7e8d9a3c283954fad3", storage)

	made, err := c.CreateEC2Credential(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, &EC2Credential{
		Credentials: sigv4.Credentials{AccessKeyID: "72846612789e40859670ff32727b9558", SecretAccessKey: "f2e3975ae32f4e2e87be5b97ffa22978"},
		UserID:      "6388b77fafb34001aad084e0a79c28bb", ProjectID: "ef8672eb079d4d7e8d9a3c283954fad3",
	}, made)
}
