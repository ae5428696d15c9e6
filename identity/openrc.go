package identity

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// OptionsFromEnvironment makes Options of the OS_* variables that an openrc file sets, as
// OpenStack's own tools read them (python-openstackclient, "Environment Variables";
// keystoneauth, "Authentication Plugins"). lookup finds a variable; nil: os.LookupEnv. A
// variable that is empty counts as one that is not set.
//
//	OS_AUTH_URL                  the Identity service's URL; required
//	OS_IDENTITY_API_VERSION      2, 2.0 or 3, with or without a v, as the URL ends if it ends in
//	                             a version; not set: so, or as the server says
//	OS_AUTH_TYPE                 how to log in: password, token, v3applicationcredential,
//	                             v2password, v2token, v3password, v3token
//	OS_USERNAME, OS_USER_ID, OS_PASSWORD
//	OS_USER_DOMAIN_ID, OS_USER_DOMAIN_NAME
//	OS_TOKEN, OS_AUTH_TOKEN
//	OS_APPLICATION_CREDENTIAL_ID, _NAME, _SECRET
//	OS_PROJECT_ID, OS_PROJECT_NAME, or OS_TENANT_ID, OS_TENANT_NAME
//	OS_PROJECT_DOMAIN_ID, OS_PROJECT_DOMAIN_NAME
//	OS_DOMAIN_ID, OS_DOMAIN_NAME with a project: the domain of user and project where they
//	                             have none of their own; without: the scope
//	OS_DEFAULT_DOMAIN_ID, _NAME, OS_DEFAULT_DOMAIN (an ID)
//	                             the domain of user and project where nothing else says one
//	OS_SYSTEM_SCOPE              all
//	OS_REGION_NAME
//	OS_INTERFACE, OS_ENDPOINT_TYPE
//	                             public, internal or admin, with or without URL behind
//	OS_CACERT                    a file of CA certificates (PEM); not set: the system's
//	OS_CERT, OS_KEY              a client certificate and its key (PEM); OS_CERT may hold both
//	OS_INSECURE                  true, 1, yes or on: servers' certificates are NOT VERIFIED, and
//	                             anybody in between can read the password
//
// Where several say the same: an ID goes before a name, PROJECT before TENANT (with
// v2password after it), TOKEN before AUTH_TOKEN, ENDPOINT_TYPE before INTERFACE. Without
// OS_AUTH_TYPE it is password where there is a password, else the application credential,
// else the token. v2.0 knows no domains; variables that name some are passed over.
//
// The files are read now, and a leading ~/ is $HOME. TLS is 1.2 at least.
//
// It fails with [ErrNotConfigured] when no variable says where or how to log in. What is
// wrong with those that do is a [*VariableError], which is [ErrUnsupported] for a login
// that the library lacks. Errors hold no secret.
func OptionsFromEnvironment(lookup func(string) (string, bool)) (Options, error) {
	o, err := openrc{environment(lookup)}.options()
	if err != nil {
		return Options{}, fmt.Errorf("identity: %w", err)
	}
	return o, nil
}

// VariableError says which OS_* variables are wrong: missing, of no use, or at odds with
// each other.
type VariableError struct {
	// Names of the variables, the decisive one first.
	Names []string
	Err   error
}

// Error names the variables, and holds no value that is secret.
func (e *VariableError) Error() string { return strings.Join(e.Names, ", ") + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *VariableError) Unwrap() error { return e.Err }

func missing(name string) error { return &VariableError{[]string{name}, errors.New("missing")} }

// openrc reads the variables.
type openrc struct{ variables }

// set returns those of the variables that are set.
func (rc openrc) set(names ...string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return rc.get(n) == "" })
}

func (rc openrc) options() (Options, error) {
	if len(rc.set("OS_AUTH_URL", "OS_AUTH_TYPE", "OS_AUTH_PLUGIN",
		"OS_USERNAME", "OS_USER_NAME", "OS_USER_ID", "OS_PASSWORD", "OS_TOKEN", "OS_AUTH_TOKEN",
		"OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME", "OS_APPLICATION_CREDENTIAL_SECRET",
		"OS_PROJECT_ID", "OS_PROJECT_NAME", "OS_TENANT_ID", "OS_TENANT_NAME", "OS_SYSTEM_SCOPE")) == 0 {
		return Options{}, fmt.Errorf("OS_AUTH_URL and the variables of a login are not set: %w", ErrNotConfigured)
	}
	o := Options{AuthURL: rc.get("OS_AUTH_URL"), Region: rc.get("OS_REGION_NAME")}
	inPath, err := rc.authURL()
	if err != nil {
		return o, err
	}
	kind, err := rc.login()
	if err != nil {
		return o, err
	}
	if o.Version, err = rc.version(kind, inPath); err != nil {
		return o, err
	}
	l := login{openrc: rc, kind: kind, v2: cmp.Or(o.Version, inPath) == V2}
	if o.Scope, err = l.scope(); err != nil {
		return o, err
	}
	if o.Auth, err = l.auth(); err != nil {
		return o, err
	}
	if o.Interface, err = rc.endpointInterface(); err != nil {
		return o, err
	}
	o.TLSConfig, err = rc.tlsConfig()
	return o, err
}

// authURL checks the URL and returns the version that its path names.
func (rc openrc) authURL() (Version, error) {
	const name = "OS_AUTH_URL"
	raw := rc.get(name)
	if raw == "" {
		return VersionAuto, missing(name)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil: // url.Error repeats the input, which may hold a password
		err = errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		err = errors.New("not a URL of http or https")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		err = errors.New("the URL has more than a host and a path")
	default:
		return versionOfPath(strings.TrimRight(u.Path, "/")), nil
	}
	return VersionAuto, &VariableError{[]string{name}, err}
}

// version reads OS_IDENTITY_API_VERSION, which neither the kind of login nor the URL's
// path may contradict.
func (rc openrc) version(kind string, inPath Version) (Version, error) {
	const name = "OS_IDENTITY_API_VERSION"
	var version, ofKind Version
	raw := rc.get(name)
	switch major, minor, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(raw), "v"), "."); {
	case raw == "":
	case major == "2" && strings.Trim(minor, "0") == "":
		version = V2
	case major == "3" && strings.Trim(minor, "0123456789") == "":
		version = V3
	default:
		return "", &VariableError{[]string{name}, fmt.Errorf("%q is not a version, want 2.0 or 3", raw)}
	}
	switch {
	case strings.HasPrefix(kind, "v2"):
		ofKind = V2
	case strings.HasPrefix(kind, "v3"):
		ofKind = V3
	}
	differ := func(a, b Version) bool { return a != "" && b != "" && a != b }
	const authURL = "OS_AUTH_URL"
	switch {
	case differ(version, inPath):
		return "", &VariableError{[]string{name, authURL}, fmt.Errorf("version %s has no URL of %s", version, inPath)}
	case differ(ofKind, version), differ(ofKind, inPath):
		names := rc.set("OS_AUTH_TYPE", "OS_AUTH_PLUGIN", "OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME", name, authURL)
		return "", &VariableError{names, fmt.Errorf("version %s has no %s", cmp.Or(version, inPath), kind)}
	}
	return cmp.Or(version, ofKind), nil
}

func (rc openrc) endpointInterface() (string, error) {
	// In this order openstacksdk takes them.
	names := rc.set("OS_ENDPOINT_TYPE", "OS_INTERFACE")
	if len(names) == 0 {
		return "", nil
	}
	raw := rc.first(names...)
	switch i := interfaceName(raw); i {
	case "public", "internal", "admin":
		return i, nil
	}
	return "", &VariableError{names[:1], fmt.Errorf("%q is not an interface, want public, internal or admin", raw)}
}
