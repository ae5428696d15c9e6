package clouds

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/identity"
)

// settings stand beside auth, and only there.
var settings = []string{
	"auth_plugin", "auth_type", "cacert", "cert", "endpoint_type", "identity_api_version",
	"insecure", "interface", "key", "region_name", "verify",
}

// overrides are those members of auth which, standing beside it, go before what it has.
// With the others it is the other way round (openstacksdk does so).
var overrides = []string{
	"auth_token", "domain_id", "domain_name", "project_domain_id", "project_domain_name",
	"project_id", "project_name", "tenant_id", "tenant_name", "token", "user_domain_id",
	"user_domain_name",
}

// variables shows a cloud as the OS_* variables that would say the same.
type variables struct {
	*cloud
	environment func(string) (string, bool)
	// err is the first value that is of no use.
	err error
	// found are the keys at which values were found, by variable.
	found map[string]string
}

func (l *loader) options(c *cloud) (identity.Options, error) {
	v := &variables{c, l.Lookup, nil, map[string]string{}}
	o, err := identity.OptionsFromEnvironment(v.lookup)
	if v.err != nil {
		return o, v.err
	}
	return o, v.explain(err)
}

// lookup finds the value of a variable in the cloud.
func (v *variables) lookup(name string) (string, bool) {
	key, ok := strings.CutPrefix(name, "OS_")
	if !ok { // HOME, for files
		return v.environment(name)
	}
	key = strings.ToLower(key)
	s, path := v.value(key)
	switch key {
	case "auth_url":
		s = v.expand(s)
	case "insecure":
		s, path = v.insecure(s, path)
	}
	v.found[name] = path
	return s, s != ""
}

// value returns the text at a key, and where that is.
func (v *variables) value(key string) (text, path string) {
	auth, _ := v.mapping["auth"].(mapping)
	inside, beside := auth[key], v.mapping[key]
	path = "auth." + key
	switch {
	case slices.Contains(settings, key):
		inside, path = beside, key
	case beside != nil && (inside == nil || slices.Contains(overrides, key)):
		inside, path = beside, key
	}
	switch t := inside.(type) {
	case nil:
	case string:
		return t, path
	default:
		v.fail(path, "want one value")
	}
	return "", path
}

func (v *variables) fail(path, problem string) {
	if v.err == nil {
		v.err = fmt.Errorf("%s: %s", path, problem)
	}
}

// expand puts the region where auth_url asks for it.
func (v *variables) expand(url string) string {
	const region = "{region_name}"
	if !strings.Contains(url, region) {
		return url
	}
	name, _ := v.value("region_name")
	if name == "" {
		v.fail("region_name", "missing, and auth_url asks for it")
	}
	return strings.ReplaceAll(url, region, name)
}

// insecure is what insecure says, unless verify is false.
func (v *variables) insecure(s, path string) (insecure, at string) {
	verify, _ := v.value("verify")
	switch strings.ToLower(verify) {
	case "", "true", "1", "yes", "on", "y", "t":
	case "false", "0", "no", "off", "n", "f":
		return "true", "verify"
	default:
		v.fail("verify", "not a truth value, want true or false; a file of certificates is cacert's")
	}
	return s, path
}

// explain puts the file's keys for the names of variables.
func (v *variables) explain(err error) error {
	var wrong *identity.VariableError
	switch {
	case errors.As(err, &wrong):
	case errors.Is(err, identity.ErrNotConfigured):
		wrong = &identity.VariableError{Names: []string{"OS_AUTH_URL"}, Err: errors.New("missing")}
	default:
		return err
	}
	keys := make([]string, len(wrong.Names))
	for i, n := range wrong.Names {
		keys[i] = v.found[n]
	}
	hint := ""
	if v.profile != "" {
		hint = fmt.Sprintf("; the profile %q is in no clouds-public.yaml", v.profile)
	}
	return &keyError{strings.Join(keys, ", "), hint, wrong}
}

// keyError is a VariableError of a file.
type keyError struct {
	keys, hint string
	err        *identity.VariableError
}

func (e *keyError) Error() string { return e.keys + ": " + e.err.Err.Error() + e.hint }
func (e *keyError) Unwrap() error { return e.err }
