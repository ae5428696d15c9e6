package identity

import (
	"fmt"
	"time"
)

// The documents of Identity API v2.0, POST /v2.0/tokens, as NHN Cloud has them (API
// Guide of Object Storage, "Get a Token").

type v2Request struct {
	Auth v2Auth `json:"auth"`
}

type v2Auth struct {
	TenantID            string         `json:"tenantId,omitempty"`
	TenantName          string         `json:"tenantName,omitempty"`
	PasswordCredentials *v2Password    `json:"passwordCredentials,omitempty"`
	Token               *v3TokenMethod `json:"token,omitempty"`
}

type v2Password struct {
	UserID   string `json:"userId,omitempty"`
	Username string `json:"username,omitempty"`
	Password reveal `json:"password"`
}

// checkV2 refuses what v2.0 has no words for.
func checkV2(auth Auth, s Scope) error {
	lacks := func(what string) error {
		return fmt.Errorf("identity: %w by Identity API v2.0: %s", ErrUnsupported, what)
	}
	switch a := auth.(type) {
	case PasswordAuth:
		if a.UserDomainID != "" || a.UserDomainName != "" {
			return lacks("user domains")
		}
	case ApplicationCredentialAuth:
		return lacks("application credentials")
	}
	switch {
	case s.ProjectDomainID != "" || s.ProjectDomainName != "":
		return lacks("project domains")
	case s.DomainID != "" || s.DomainName != "":
		return lacks("a scope of a domain")
	case s.System:
		return lacks("a scope of the system")
	}
	return nil
}

// v2Login is the document that asks for a token.
func v2Login(auth Auth, s Scope) any {
	a := v2Auth{TenantID: s.ProjectID, TenantName: s.ProjectName}
	switch l := auth.(type) {
	case PasswordAuth:
		a.PasswordCredentials = &v2Password{UserID: l.UserID, Username: l.Username, Password: reveal(l.Password)}
	case TokenAuth:
		a.Token = &v3TokenMethod{reveal(l.Token)}
	}
	return v2Request{a}
}

type v2Answer struct {
	Access struct {
		Token struct {
			ID       string    `json:"id"`
			IssuedAt timestamp `json:"issued_at"`
			Expires  timestamp `json:"expires"`
			Tenant   struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"tenant"`
		} `json:"token"`
		User struct {
			ID       string `json:"id"`
			Name     string `json:"name"`
			Username string `json:"username"`
			Roles    []Role `json:"roles"`
		} `json:"user"`
		ServiceCatalog []struct {
			Type      string `json:"type"`
			Name      string `json:"name"`
			Endpoints []struct {
				ID          string `json:"id"`
				Region      string `json:"region"`
				PublicURL   string `json:"publicURL"`
				InternalURL string `json:"internalURL"`
				AdminURL    string `json:"adminURL"`
			} `json:"endpoints"`
		} `json:"serviceCatalog"`
	} `json:"access"`
}

func decodeV2Token(t *Token) func(*answer) string {
	return func(r *answer) string {
		var a v2Answer
		if wrong := decodeJSON(r, &a); wrong != "" {
			return wrong
		}
		token, user := &a.Access.Token, &a.Access.User
		switch {
		case token.ID == "":
			return "no access.token.id"
		case time.Time(token.Expires).IsZero():
			return "no access.token.expires"
		}
		*t = Token{
			ID: Secret(token.ID), IssuedAt: time.Time(token.IssuedAt), ExpiresAt: time.Time(token.Expires),
			User:    User{ID: user.ID, Name: user.Name},
			Project: Project{ID: token.Tenant.ID, Name: token.Tenant.Name},
			Roles:   user.Roles,
		}
		if t.User.Name == "" {
			t.User.Name = user.Username
		}
		for _, s := range a.Access.ServiceCatalog {
			service := Service{Type: s.Type, Name: s.Name}
			for _, e := range s.Endpoints {
				for _, u := range [...]struct{ name, url string }{{"public", e.PublicURL}, {"internal", e.InternalURL}, {"admin", e.AdminURL}} {
					if u.url != "" {
						service.Endpoints = append(service.Endpoints, Endpoint{ID: e.ID, Region: e.Region, Interface: u.name, URL: u.url})
					}
				}
			}
			t.Catalog = append(t.Catalog, service)
		}
		return ""
	}
}
