package identity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestToken(t *testing.T) {
	token := Token{
		ID: "x", User: User{Name: "demo"}, Project: Project{ID: "p", Name: "web"},
		ExpiresAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Roles: []Role{{Name: "Member"}},
	}
	require.Equal(t, `identity.Token{ID: REDACTED, User: "demo", Project: "web", ExpiresAt: 2026-01-02T03:04:05Z}`, token.String())
	require.True(t, token.HasRole("member"))
	require.False(t, token.HasRole("admin"))
	require.False(t, token.Expired(token.ExpiresAt.Add(-1)))
	require.True(t, token.Expired(token.ExpiresAt))
	require.False(t, (&Token{}).Expired(time.Now()))
}

func TestCatalogEndpoint(t *testing.T) {
	catalog := Catalog{
		{Type: "object-store", Name: "swift", Endpoints: []Endpoint{
			{Region: "A", Interface: "public", URL: "https://a"}, {Region: "A", Interface: "internal", URL: "http://a"}, {Region: "B", Interface: "public", URL: "https://b"},
		}},
		{Type: "object-store", Name: "other", Endpoints: []Endpoint{{Region: "A", Interface: "public", URL: "https://other"}}},
		{Type: "image", Name: "glance", Endpoints: []Endpoint{{Region: "A", Interface: "public", URL: "https://i"}, {Region: "A", Interface: "public", URL: "https://i2"}}},
	}
	for _, c := range []struct {
		query EndpointQuery
		url   string
		says  string
	}{
		{EndpointQuery{Type: "object-store", Region: "B"}, "https://b", ""},
		{EndpointQuery{Type: "object-store", Region: "A"}, "https://a", ""},
		{EndpointQuery{Type: "object-store", Region: "A", Name: "other"}, "https://other", ""},
		{EndpointQuery{Type: "object-store", Interface: "internalURL"}, "http://a", ""},
		{EndpointQuery{Type: "image"}, "https://i", ""},
		{EndpointQuery{Type: "object-store"}, "", `public endpoints of "object-store" are in several regions: name one; there is internal in A, public in A, public in B`},
		{EndpointQuery{Type: "object-store", Region: "C"}, "", `no public endpoint of "object-store" in region "C"; there is internal in A, public in A, public in B`},
		{EndpointQuery{Type: "object-store", Name: "ceph"}, "", `no public endpoint of "object-store" named "ceph"; there is internal in A (swift), public in A (other), public in A (swift), public in B (swift)`},
		{EndpointQuery{Type: "volume", Interface: "admin"}, "", `no admin endpoint of "volume"; there are image, object-store`},
	} {
		e, err := catalog.Endpoint(c.query)
		if c.says != "" {
			require.EqualError(t, err, c.says)
			require.ErrorIs(t, err, ErrNoEndpoint)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.url, e.URL)
	}
	_, err := Catalog(nil).Endpoint(EndpointQuery{Type: "object-store"})
	require.ErrorContains(t, err, "the catalog is empty: is the token scoped to a project?")
}
