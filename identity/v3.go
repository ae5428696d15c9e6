package identity

import (
	"time"
)

// The documents of Identity API v3, "Authentication and token management".

type v3Request struct {
	Auth struct {
		Identity v3Identity `json:"identity"`
		Scope    any        `json:"scope,omitempty"`
	} `json:"auth"`
}

type v3Identity struct {
	Methods               []string                 `json:"methods"`
	Password              *v3Password              `json:"password,omitempty"`
	Token                 *v3TokenMethod           `json:"token,omitempty"`
	ApplicationCredential *v3ApplicationCredential `json:"application_credential,omitempty"`
}

type v3Password struct {
	User v3User `json:"user"`
}

type v3TokenMethod struct {
	ID reveal `json:"id"`
}

type v3ApplicationCredential struct {
	ID     string  `json:"id,omitempty"`
	Name   string  `json:"name,omitempty"`
	User   *v3User `json:"user,omitempty"`
	Secret reveal  `json:"secret"`
}

type v3User struct {
	ID       string  `json:"id,omitempty"`
	Name     string  `json:"name,omitempty"`
	Domain   *v3Name `json:"domain,omitempty"`
	Password reveal  `json:"password,omitempty"`
}

// v3Name names a domain by id or name.
type v3Name struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type v3Scope struct {
	Project *v3Project `json:"project,omitempty"`
	Domain  *v3Name    `json:"domain,omitempty"`
	System  *v3System  `json:"system,omitempty"`
}

type v3Project struct {
	ID     string  `json:"id,omitempty"`
	Name   string  `json:"name,omitempty"`
	Domain *v3Name `json:"domain,omitempty"`
}

type v3System struct {
	All bool `json:"all"`
}

// v3Login is the document that asks for a token.
func v3Login(auth Auth, scope Scope) any {
	var (
		r          v3Request
		userDomain *v3Name
	)
	switch a := auth.(type) {
	case PasswordAuth:
		user := v3UserOf(a.UserID, a.Username, a.UserDomainID, a.UserDomainName)
		user.Password = reveal(a.Password)
		r.Auth.Identity = v3Identity{Methods: []string{"password"}, Password: &v3Password{user}}
		userDomain = user.Domain
	case ApplicationCredentialAuth:
		c := &v3ApplicationCredential{ID: a.ID, Name: a.Name, Secret: reveal(a.Secret)}
		if a.Name != "" {
			user := v3UserOf(a.UserID, a.Username, a.UserDomainID, a.UserDomainName)
			c.User = &user
		}
		r.Auth.Identity = v3Identity{Methods: []string{"application_credential"}, ApplicationCredential: c}
	case TokenAuth:
		r.Auth.Identity = v3Identity{Methods: []string{"token"}, Token: &v3TokenMethod{reveal(a.Token)}}
	}
	switch {
	case scope.ProjectID != "":
		r.Auth.Scope = v3Scope{Project: &v3Project{ID: scope.ProjectID}}
	case scope.ProjectName != "":
		domain := &v3Name{ID: scope.ProjectDomainID, Name: scope.ProjectDomainName}
		if *domain == (v3Name{}) {
			domain = userDomain
		}
		if domain == nil {
			domain = &v3Name{ID: defaultDomain}
		}
		r.Auth.Scope = v3Scope{Project: &v3Project{Name: scope.ProjectName, Domain: domain}}
	case scope.DomainID != "" || scope.DomainName != "":
		r.Auth.Scope = v3Scope{Domain: &v3Name{ID: scope.DomainID, Name: scope.DomainName}}
	case scope.System:
		r.Auth.Scope = v3Scope{System: &v3System{All: true}}
	case scope.Unscoped:
		r.Auth.Scope = "unscoped"
	}
	return r
}

func v3UserOf(id, name, domainID, domainName string) v3User {
	if id != "" {
		return v3User{ID: id}
	}
	domain := &v3Name{ID: domainID, Name: domainName}
	if *domain == (v3Name{}) {
		domain.ID = defaultDomain
	}
	return v3User{Name: name, Domain: domain}
}

type v3Answer struct {
	Token struct {
		Methods   []string  `json:"methods"`
		IssuedAt  timestamp `json:"issued_at"`
		ExpiresAt timestamp `json:"expires_at"`
		User      struct {
			ID                string    `json:"id"`
			Name              string    `json:"name"`
			Domain            Domain    `json:"domain"`
			PasswordExpiresAt timestamp `json:"password_expires_at"`
		} `json:"user"`
		Project struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			Domain Domain `json:"domain"`
		} `json:"project"`
		Domain Domain         `json:"domain"`
		System map[string]any `json:"system"`
		Roles  []Role         `json:"roles"`

		Catalog []struct {
			ID        string `json:"id"`
			Type      string `json:"type"`
			Name      string `json:"name"`
			Endpoints []struct {
				ID        string `json:"id"`
				Region    string `json:"region"`
				RegionID  string `json:"region_id"`
				Interface string `json:"interface"`
				URL       string `json:"url"`
			} `json:"endpoints"`
		} `json:"catalog"`
	} `json:"token"`
}

func decodeV3Token(t *Token) func(*answer) string {
	return func(r *answer) string {
		var a v3Answer
		if wrong := decodeJSON(r, &a); wrong != "" {
			return wrong
		}
		id := r.Header.Get("X-Subject-Token")
		switch {
		case id == "":
			return "no X-Subject-Token"
		case time.Time(a.Token.ExpiresAt).IsZero():
			return "no expires_at"
		}
		*t = Token{
			ID: Secret(id), Methods: a.Token.Methods,
			IssuedAt: time.Time(a.Token.IssuedAt), ExpiresAt: time.Time(a.Token.ExpiresAt),
			User: User{
				ID: a.Token.User.ID, Name: a.Token.User.Name, Domain: a.Token.User.Domain,
				PasswordExpiresAt: time.Time(a.Token.User.PasswordExpiresAt),
			},
			Project: Project(a.Token.Project),
			Domain:  a.Token.Domain,
			System:  len(a.Token.System) > 0,
			Roles:   a.Token.Roles,
		}
		for _, s := range a.Token.Catalog {
			service := Service{ID: s.ID, Type: s.Type, Name: s.Name}
			for _, e := range s.Endpoints {
				region := e.RegionID
				if region == "" {
					region = e.Region
				}
				service.Endpoints = append(service.Endpoints, Endpoint{ID: e.ID, Region: region, Interface: interfaceName(e.Interface), URL: e.URL})
			}
			t.Catalog = append(t.Catalog, service)
		}
		return ""
	}
}

// timestamp reads Keystone's times, which some releases write without a zone: it is UTC.
type timestamp time.Time

func (t *timestamp) UnmarshalText(b []byte) error {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, string(b)); err == nil {
			*t = timestamp(at.UTC())
			return nil
		}
	}
	*t = timestamp{} // who needs it finds it missing
	return nil
}
