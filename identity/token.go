package identity

import (
	"fmt"
	"strings"
	"time"
)

// Token is what a login brought: who it is for, what it opens, and until when. One that
// a [Client] hands out is shared: read it, don't change it.
//
// It prints without its ID.
type Token struct {
	// ID is the token itself, the value of X-Auth-Token.
	ID Secret
	// Methods are the ways in which it was obtained, such as "password" and "token".
	// Empty on v2.0.
	Methods []string
	// IssuedAt and ExpiresAt are the server's times. IssuedAt is zero where the answer
	// has none (v2.0 of some providers).
	IssuedAt, ExpiresAt time.Time
	User                User
	// Project is what the token is scoped to (v2.0: tenant); zero when it is scoped to
	// a domain, to the system, or to nothing.
	Project Project
	// Domain is the domain that the token is scoped to; zero for any other scope.
	Domain Domain
	// System says that the token is scoped to the system.
	System bool
	Roles  []Role
	// Catalog are the services that the token opens. Empty for an unscoped token.
	Catalog Catalog
}

// User is whom a token stands for.
type User struct {
	ID, Name string
	// Domain is the user's. Zero on v2.0.
	Domain Domain
	// PasswordExpiresAt is when the password ends; zero: never, or not told.
	PasswordExpiresAt time.Time
}

// Project is a project, or a tenant as v2.0 calls it.
type Project struct {
	ID, Name string
	// Domain is the one that owns the project. Zero on v2.0.
	Domain Domain
}

// Domain is a name space of users and projects.
type Domain struct{ ID, Name string }

// Role is what a user may be in a project. v2.0 tells names only.
type Role struct{ ID, Name string }

// String tells user, project and expiry, and nothing that is secret.
func (t Token) String() string {
	s := "identity.Token{ID: " + t.ID.String() + fmt.Sprintf(", User: %q", t.User.Name)
	if t.Project.ID != "" {
		s += fmt.Sprintf(", Project: %q", t.Project.Name)
	}
	return s + ", ExpiresAt: " + t.ExpiresAt.UTC().Format(time.RFC3339) + "}"
}

// Expired tells whether the token has ended at the given time.
func (t *Token) Expired(at time.Time) bool { return !t.ExpiresAt.IsZero() && !at.Before(t.ExpiresAt) }

// HasRole tells whether one of the roles has that name, in any case, as Keystone
// compares them.
func (t *Token) HasRole(name string) bool {
	for _, r := range t.Roles {
		if strings.EqualFold(r.Name, name) {
			return true
		}
	}
	return false
}
