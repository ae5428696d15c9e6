// Package clouds configures package identity from clouds.yaml, the file in which
// OpenStack's users keep the clouds that they know, as openstacksdk reads it
// (openstacksdk, "Configuring OpenStack SDK Applications"). It is a package of its own
// because it needs a YAML library.
//
//	clouds:
//	  example:
//	    auth:
//	      auth_url: https://keystone.example.com/v3
//	      username: demo
//	      password: secret
//	      user_domain_name: Default
//	      project_name: photos
//	      project_domain_name: Default
//	    region_name: RegionOne
//
// The whole of a program that logs in as the openstack command would:
//
//	o, err := clouds.FromEnvironment(clouds.Options{})
//	if err != nil {
//		return err
//	}
//	c, err := identity.New(o)
//	if err != nil {
//		return err
//	}
//	token, err := c.Token(ctx)
//
// # Files
//
// clouds.yaml, clouds.yml and clouds.json, in this order, are looked for in the working
// directory, in $XDG_CONFIG_HOME/openstack, in ~/.config/openstack, in openstack of each of
// $XDG_CONFIG_DIRS (/etc/xdg) and in /etc/openstack; on macOS and Windows in the places of
// these systems too. The first that exists is read, and no other; OS_CLIENT_CONFIG_FILE
// names one that goes before them all.
//
// secure.yaml (.yml, .json; OS_CLIENT_SECURE_FILE) is looked for in the same way. It looks
// like clouds.yaml and is put over it, member by member, so that passwords can be kept
// apart. clouds-public.yaml (.yml, .json) holds, below public-clouds, what a provider's
// clouds have in common; a cloud takes it over with profile (formerly cloud), and what it
// says itself goes before it. The profiles that openstacksdk has built in are not known
// here.
//
// # Keys
//
// The members of auth, and auth_type, region_name, interface (endpoint_type),
// identity_api_version, cacert, cert, key, insecure and verify, mean what the variable of
// their name means to [identity.OptionsFromEnvironment]: user_domain_name is
// OS_USER_DOMAIN_NAME. An auth member may also stand beside auth, and dashes may stand for
// underscores. auth_url may hold {region_name}. "verify: false" is "insecure: true": servers'
// certificates are NOT VERIFIED. A value is taken as it is written, so a password of 0123
// needs no quotes. Other keys are for other programs and passed over.
//
// regions lists the regions that a cloud has, each a name, or a name with values that
// replace the cloud's; so does region_name with commas. The first is taken where none is
// named.
//
// # Variables beside a cloud
//
// A cloud comes from a file or from variables, never from both: with OS_CLOUD set, a
// password or project that an openrc file left in the environment is not sent to the
// cloud of the file. openstacksdk does the same; the openstack command alone lets each OS_*
// variable replace the cloud's value. Only OS_REGION_NAME chooses among the cloud's regions,
// as it does for that command.
package clouds

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/stowage-go/stowage/identity"
)

// ErrNoCloud: there is no cloud of the name that was asked for. The error lists those
// that there are.
var ErrNoCloud = errors.New("no such cloud")

// Options say which cloud is meant. The zero value of each field is its documented
// default.
type Options struct {
	// Cloud is the cloud's name. Empty: OS_CLOUD, and without it the only cloud that
	// there is.
	Cloud string
	// Region is one of the cloud's. Empty: OS_REGION_NAME, and without it the first.
	Region string
	// Files are looked for in this order in place of the search path and of
	// OS_CLIENT_CONFIG_FILE, and the first that exists is read; secure.yaml and
	// clouds-public.yaml are then looked for beside them. One that ends in .json is
	// JSON. Empty: the search path.
	Files []string
	// Lookup finds a variable of the environment: those named here, and HOME. Nil:
	// os.LookupEnv.
	Lookup func(string) (string, bool)
}

// Load reads a cloud of clouds.yaml.
//
// It fails with [identity.ErrNotConfigured] when no cloud was asked for and there is
// none, with [ErrNoCloud] when there is none of that name, with fs.ErrNotExist when a file
// that was asked for is not there, and with an [*identity.VariableError] in terms of
// OS_* variables, its own message in terms of the file, when a cloud can't be used.
// Errors name the file, the line of bad syntax or the key, and hold no secret.
func Load(o Options) (identity.Options, error) { return newLoader(o).load() }

// FromEnvironment returns what the environment of the process says, as the openstack
// command and openstacksdk find their cloud:
//
//  1. the cloud of clouds.yaml that Options.Cloud or OS_CLOUD names;
//  2. else the OS_* variables, when they say where or how to log in
//     ([identity.OptionsFromEnvironment]); the name "envvars", or what OS_CLOUD_NAME has
//     in its place, asks for them too;
//  3. else the only cloud of clouds.yaml.
//
// It fails as [Load] and [identity.OptionsFromEnvironment] do, with
// [identity.ErrNotConfigured] when there is none of the three.
func FromEnvironment(o Options) (identity.Options, error) { return newLoader(o).fromEnvironment() }

type loader struct {
	Options
	dirs []string // the search path
}

func newLoader(o Options) *loader {
	if o.Lookup == nil {
		o.Lookup = os.LookupEnv
	}
	return &loader{o, searchPath(o.Lookup, runtime.GOOS)}
}

func (l *loader) variable(name string) string {
	v, _ := l.Lookup(name)
	return v
}

func (l *loader) fromEnvironment() (identity.Options, error) {
	name, variables := l.cloudName(), l.variable("OS_CLOUD_NAME")
	if variables == "" {
		variables = "envvars"
	}
	if name != "" && name != variables {
		return l.load()
	}
	o, err := identity.OptionsFromEnvironment(l.Lookup)
	if name == "" && errors.Is(err, identity.ErrNotConfigured) {
		if o, err = l.load(); errors.Is(err, identity.ErrNotConfigured) {
			err = fmt.Errorf("%w, nor is OS_AUTH_URL", err)
		}
		return o, err
	}
	if err != nil {
		return identity.Options{}, err
	}
	if l.Region != "" {
		o.Region = l.Region
	}
	return o, nil
}

func (l *loader) cloudName() string {
	if l.Cloud != "" {
		return l.Cloud
	}
	return l.variable("OS_CLOUD")
}

func (l *loader) load() (identity.Options, error) {
	c, err := l.find()
	if err != nil {
		return identity.Options{}, fmt.Errorf("clouds: %w", err)
	}
	o, err := l.options(c)
	if err != nil {
		return identity.Options{}, fmt.Errorf("clouds: %s: cloud %q: %w", c.file, c.name, err)
	}
	return o, nil
}
