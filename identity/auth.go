package identity

import (
	"errors"
	"fmt"
)

// defaultDomain is the ID of the domain that Keystone begins with.
const defaultDomain = "default"

// Auth is how to log in to Keystone: a [PasswordAuth], an [ApplicationCredentialAuth] or
// a [TokenAuth].
type Auth interface {
	check() error
	// subject names whose login it is, for errors.
	subject() string
}

// PasswordAuth logs in a user by password. The user is named by UserID alone, or by
// Username and the user's domain.
type PasswordAuth struct {
	UserID   string
	Username string
	// UserDomainID or UserDomainName is the domain in which Username is known. Both
	// empty: the domain with the ID "default". v2.0 has no domains.
	UserDomainID, UserDomainName string
	Password                     Secret
}

func (a PasswordAuth) check() error {
	if err := checkUser(a.UserID, a.Username, a.UserDomainID, a.UserDomainName); err != nil {
		return err
	}
	if a.Password == "" {
		return errMissing("Password")
	}
	return nil
}

func (a PasswordAuth) subject() string { return named("user", a.UserID, a.Username) }

// ApplicationCredentialAuth logs in by an application credential of Keystone v3, which
// is bound to one user and one project: no Scope goes with it. It is named by ID alone,
// or by Name and its user.
type ApplicationCredentialAuth struct {
	ID     string
	Name   string
	Secret Secret
	// UserID, or Username with the user's domain, is whose Name it is; not with ID.
	UserID   string
	Username string
	// UserDomainID or UserDomainName is the domain in which Username is known. Both
	// empty: the domain with the ID "default".
	UserDomainID, UserDomainName string
}

func (a ApplicationCredentialAuth) check() error {
	switch {
	case a.Secret == "":
		return errors.New("the application credential's Secret is missing")
	case a.ID == "" && a.Name == "":
		return errors.New("ID or Name of the application credential is missing")
	case a.ID != "" && a.Name != "":
		return errors.New("ID and Name of the application credential exclude each other")
	case a.ID != "" && (a.UserID != "" || a.Username != ""):
		return errors.New("an application credential's ID needs no user")
	case a.Name != "":
		return checkUser(a.UserID, a.Username, a.UserDomainID, a.UserDomainName)
	}
	return nil
}

func (a ApplicationCredentialAuth) subject() string {
	return named("application credential", a.ID, a.Name)
}

// TokenAuth logs in with a token that exists: to another scope, or because someone else
// did the login. The new token ends when the old one does, so a client that has only
// this can't outlive it.
type TokenAuth struct{ Token Secret }

func (a TokenAuth) check() error {
	if a.Token == "" {
		return errMissing("Token")
	}
	return nil
}

func (TokenAuth) subject() string { return "token" }

func checkUser(id, name, domainID, domainName string) error {
	switch {
	case id == "" && name == "":
		return errors.New("UserID or Username is missing")
	case id != "" && name != "":
		return errors.New("UserID and Username exclude each other")
	case id != "" && (domainID != "" || domainName != ""):
		return errors.New("a UserID needs no user domain")
	case domainID != "" && domainName != "":
		return errors.New("UserDomainID and UserDomainName exclude each other")
	}
	return nil
}

// Scope is what a token is to open: a project, a domain, the system, or nothing. The
// zero Scope leaves it to Keystone, which takes the user's default project, if there is
// one.
type Scope struct {
	// ProjectID names a project (v2.0: tenantId).
	ProjectID string
	// ProjectName names a project within a domain (v2.0: tenantName).
	ProjectName string
	// ProjectDomainID or ProjectDomainName is the domain of ProjectName. Both empty:
	// the user's domain, or the domain with the ID "default". v2.0 has no domains.
	ProjectDomainID, ProjectDomainName string
	// DomainID or DomainName names a domain.
	DomainID, DomainName string
	// System asks for the whole deployment.
	System bool
	// Unscoped asks for a token that opens nothing but the way to another scope.
	Unscoped bool
}

func (s Scope) check() error {
	if s.ProjectID != "" && s.ProjectName != "" {
		return errors.New("ProjectID and ProjectName exclude each other")
	}
	if s.ProjectDomainID != "" && s.ProjectDomainName != "" {
		return errors.New("ProjectDomainID and ProjectDomainName exclude each other")
	}
	if (s.ProjectDomainID != "" || s.ProjectDomainName != "") && s.ProjectName == "" {
		return errors.New("a project domain is for a ProjectName")
	}
	if s.DomainID != "" && s.DomainName != "" {
		return errors.New("DomainID and DomainName exclude each other")
	}
	n := 0
	for _, is := range [...]bool{s.ProjectID != "" || s.ProjectName != "", s.DomainID != "" || s.DomainName != "", s.System, s.Unscoped} {
		if is {
			n++
		}
	}
	if n > 1 {
		return errors.New("a Scope is one of a project, a domain, System and Unscoped")
	}
	return nil
}

// subject names the scope for errors.
func (s Scope) subject() string {
	switch {
	case s.ProjectID != "" || s.ProjectName != "":
		return ", " + named("project", s.ProjectID, s.ProjectName)
	case s.DomainID != "" || s.DomainName != "":
		return ", " + named("domain", s.DomainID, s.DomainName)
	case s.System:
		return ", system"
	case s.Unscoped:
		return ", unscoped"
	}
	return ""
}

func named(what, id, name string) string {
	if id == "" {
		id = name
	}
	return fmt.Sprintf("%s %q", what, id)
}
