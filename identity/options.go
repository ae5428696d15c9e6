package identity

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Version is a version of the Identity API.
type Version string

const (
	// VersionAuto takes the version from AuthURL's path, and asks the server where the
	// path does not tell. The default.
	VersionAuto Version = ""
	// V2 is Identity API v2.0, as NHN Cloud has it: tenants, no domains.
	V2 Version = "v2.0"
	// V3 is Identity API v3.
	V3 Version = "v3"
)

// Options configure a [Client]. The zero value of each field is its documented default.
type Options struct {
	HTTPOptions

	// AuthURL is the Identity service's URL, with its version's path or without, such
	// as "https://keystone.example.com/v3". Required.
	AuthURL string
	// Version of the API. Empty: as AuthURL ends; else the newest that the server
	// names and the library knows.
	Version Version
	// Auth is how to log in. Required.
	Auth Auth
	// Scope is what the token is to open. Zero: the user's default project.
	Scope Scope

	// Region is where endpoints are looked for in the catalog. Empty: the only one that
	// there is.
	Region string
	// Interface is the kind of endpoint: "public", "internal" or "admin", with or
	// without "URL" behind it. Empty: public.
	Interface string
	// RefreshBefore is how long before its end the token is replaced, while the old one
	// goes on to be used. Zero: 5 minutes; never more than a fifth of its life. Up to
	// half of it is added at random.
	RefreshBefore time.Duration
}

// resolve checks the whole and returns the URL that requests start from.
func (o *Options) resolve() (*url.URL, error) {
	if o.AuthURL == "" {
		return nil, errors.New("identity: AuthURL is missing")
	}
	u, err := parseEndpoint("AuthURL", o.AuthURL)
	if err != nil {
		return nil, err
	}
	switch o.Version {
	case VersionAuto, V2, V3:
	default:
		return nil, fmt.Errorf("identity: Version is %q, want %q or %q", o.Version, V2, V3)
	}
	for _, tail := range [...]string{"/auth/tokens", "/tokens"} {
		if strings.HasSuffix(u.Path, tail) {
			return nil, fmt.Errorf("identity: AuthURL is wanted without %s", tail)
		}
	}
	if in := versionOfPath(u.Path); in != VersionAuto && o.Version != VersionAuto && in != o.Version {
		return nil, fmt.Errorf("identity: AuthURL is of %s, and Version %s", in, o.Version)
	}
	o.Interface = interfaceName(o.Interface)
	if o.Interface == "" {
		o.Interface = "public"
	}
	switch o.Interface {
	case "public", "internal", "admin":
	default:
		return nil, fmt.Errorf("identity: Interface is %q, want public, internal or admin", o.Interface)
	}
	if o.RefreshBefore < 0 {
		return nil, errors.New("identity: RefreshBefore is negative")
	}
	return u, checkLogin(o.Auth, o.Scope)
}

func checkLogin(a Auth, s Scope) error {
	if a == nil {
		return errors.New("identity: Auth is missing")
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if _, is := a.(ApplicationCredentialAuth); is && s != (Scope{}) {
		return errors.New("identity: an application credential has its project already: no Scope goes with it")
	}
	return nil
}
