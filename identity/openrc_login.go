package identity

import (
	"errors"
	"fmt"
	"strings"
)

// applicationCredential is the name that keystoneauth has for this login.
const applicationCredential = "v3applicationcredential"

var logins = []string{"password", "token", applicationCredential, "v2password", "v2token", "v3password", "v3token"}

// login returns OS_AUTH_TYPE, or what the other variables amount to.
func (rc openrc) login() (string, error) {
	names := rc.set("OS_AUTH_TYPE", "OS_AUTH_PLUGIN")
	kind := rc.first(names...)
	for _, known := range logins {
		if kind == known {
			return kind, nil
		}
	}
	switch {
	case kind != "":
		return "", &VariableError{names[:1], fmt.Errorf("%w: %q, want one of %s", ErrUnsupported, kind, strings.Join(logins, ", "))}
	case rc.get("OS_PASSWORD") != "":
		return "password", nil
	case rc.first("OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME", "OS_APPLICATION_CREDENTIAL_SECRET") != "":
		return applicationCredential, nil
	case rc.first("OS_TOKEN", "OS_AUTH_TOKEN") != "":
		return "token", nil
	}
	return "password", nil
}

// login reads who logs in, and to what.
type login struct {
	openrc
	kind string
	// v2: there are no domains.
	v2 bool
}

func (l login) auth() (Auth, error) {
	switch strings.TrimLeft(l.kind, "v23") {
	case "password":
		return l.password()
	case "token":
		if t := l.first("OS_TOKEN", "OS_AUTH_TOKEN"); t != "" {
			return TokenAuth{Token: Secret(t)}, nil
		}
		return nil, missing("OS_TOKEN")
	}
	return l.applicationCredential()
}

func (l login) password() (Auth, error) {
	a := PasswordAuth{Password: Secret(l.get("OS_PASSWORD"))}
	if a.UserID, a.Username = l.user(); a.UserID == "" && a.Username == "" {
		return nil, &VariableError{[]string{"OS_USERNAME", "OS_USER_ID"}, errors.New("one of them is missing")}
	}
	if a.Password == "" {
		return nil, missing("OS_PASSWORD")
	}
	if a.Username != "" {
		a.UserDomainID, a.UserDomainName = l.domainOf("USER")
	}
	return a, nil
}

func (l login) applicationCredential() (Auth, error) {
	a := ApplicationCredentialAuth{
		ID:     l.get("OS_APPLICATION_CREDENTIAL_ID"),
		Secret: Secret(l.get("OS_APPLICATION_CREDENTIAL_SECRET")),
	}
	if a.Secret == "" {
		return nil, missing("OS_APPLICATION_CREDENTIAL_SECRET")
	}
	if a.ID != "" {
		return a, nil
	}
	if a.Name = l.get("OS_APPLICATION_CREDENTIAL_NAME"); a.Name == "" {
		return nil, &VariableError{[]string{"OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME"}, errors.New("one of them is missing")}
	}
	if a.UserID, a.Username = l.user(); a.UserID == "" && a.Username == "" {
		return nil, &VariableError{[]string{"OS_USERNAME", "OS_USER_ID"}, errors.New("one of them is missing, for the name of an application credential is its user's")}
	}
	if a.Username != "" {
		a.UserDomainID, a.UserDomainName = l.domainOf("USER")
	}
	return a, nil
}

// user returns one of the two. The ID goes before the name, except on v2.0, where
// keystoneauth has it the other way.
func (l login) user() (id, name string) {
	id, name = l.get("OS_USER_ID"), l.first("OS_USERNAME", "OS_USER_NAME")
	if l.v2 {
		name, id = oneOf(name, id)
		return id, name
	}
	return oneOf(id, name)
}

// project returns one of the two.
func (l login) project() (id, name string) {
	if l.kind == "v2password" {
		return oneOf(l.first("OS_TENANT_ID", "OS_PROJECT_ID"), l.first("OS_TENANT_NAME", "OS_PROJECT_NAME"))
	}
	return oneOf(l.first("OS_PROJECT_ID", "OS_TENANT_ID"), l.first("OS_PROJECT_NAME", "OS_TENANT_NAME"))
}

// domainOf returns the ID or the name of the domain of the USER or the PROJECT.
func (l login) domainOf(owner string) (id, name string) {
	if l.v2 {
		return "", ""
	}
	prefixes := []string{"OS_" + owner + "_DOMAIN", "OS_DOMAIN", "OS_DEFAULT_DOMAIN"}
	if id, name := l.project(); id == "" && name == "" {
		prefixes = []string{prefixes[0], prefixes[2]} // OS_DOMAIN_* is the scope
	}
	for _, p := range prefixes {
		if id, name := oneOf(l.get(p+"_ID"), l.get(p+"_NAME")); id != "" || name != "" {
			return id, name
		}
	}
	return l.get("OS_DEFAULT_DOMAIN"), ""
}

var (
	projectVariables = []string{"OS_PROJECT_ID", "OS_PROJECT_NAME", "OS_TENANT_ID", "OS_TENANT_NAME"}
	domainVariables  = []string{"OS_DOMAIN_ID", "OS_DOMAIN_NAME"}
)

func (l login) scope() (Scope, error) {
	const system = "OS_SYSTEM_SCOPE"
	var s Scope
	project, domain, all := l.set(projectVariables...), l.set(domainVariables...), l.set(system)
	if l.v2 {
		domain = nil
	}
	if trust := l.set("OS_TRUST_ID"); len(trust) > 0 {
		return s, &VariableError{trust, fmt.Errorf("%w: trusts", ErrUnsupported)}
	}
	switch {
	case l.kind == applicationCredential:
		if set := append(append(project, domain...), all...); len(set) > 0 {
			return s, &VariableError{set, errors.New("an application credential has its project already: no scope goes with it")}
		}
	case len(all) > 0 && len(project)+len(domain) > 0:
		return s, &VariableError{append(append(all, project...), domain...), errors.New("a scope is one of the system, a project and a domain")}
	case len(all) > 0 && l.v2:
		return s, &VariableError{all, fmt.Errorf("%w by Identity API v2.0", ErrUnsupported)}
	case len(all) > 0:
		if v := l.get(system); v != "all" {
			return s, &VariableError{all, fmt.Errorf("%q is not a scope, want all", v)}
		}
		s.System = true
	case len(project) > 0:
		if s.ProjectID, s.ProjectName = l.project(); s.ProjectName != "" {
			s.ProjectDomainID, s.ProjectDomainName = l.domainOf("PROJECT")
		}
	case len(domain) > 0:
		s.DomainID, s.DomainName = oneOf(l.get("OS_DOMAIN_ID"), l.get("OS_DOMAIN_NAME"))
	}
	return s, nil
}

// oneOf drops the second where there is the first.
func oneOf(a, b string) (string, string) {
	if a != "" {
		return a, ""
	}
	return "", b
}
