package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/stowage-go/stowage/internal/hidden"
)

// defaultProfile is the name of the profile that is taken where none is named.
const defaultProfile = "default"

// SharedConfigOptions configure [LoadSharedConfig].
type SharedConfigOptions struct {
	// ConfigFile is the path of the config file. Empty: AWS_CONFIG_FILE, or
	// .aws/config in the home folder.
	ConfigFile string
	// CredentialsFile is the path of the credentials file. Empty:
	// AWS_SHARED_CREDENTIALS_FILE, or .aws/credentials in the home folder.
	CredentialsFile string
	// Lookup finds an environment variable. Nil: os.LookupEnv.
	Lookup func(string) (string, bool)
}

// SharedConfig is what AWS's command line and SDKs share: the profiles of the config
// file and of the credentials file. It prints without what is in them.
type SharedConfig struct {
	providerName
	state hidden.Value[*sharedConfig]
}

type sharedConfig struct {
	files     []string // where the profiles were looked for
	variables variables
	profiles  map[string]sharedSection
	services  map[string]sharedSection
}

// LoadSharedConfig reads both files, as they are described in the AWS SDKs and Tools
// Reference Guide, "Shared config and credentials files".
//
// In the config file a profile is [default] or [profile NAME], with quotes around a
// name that holds blanks; [profile default] outranks [default]. In the credentials file
// it is [NAME]. Where both files have a profile, it is one, and the credentials file's
// settings count; its keys replace the other's as a whole, with their session token.
// Comments begin with '#' or ';' at the start of a line or behind a blank. Sections that
// are neither profiles nor [services NAME] are passed over.
//
// ~ at the start of a path is the home folder: HOME, or USERPROFILE, or HOMEDRIVE and
// HOMEPATH. A file that is not there is as an empty one, unless ConfigFile or
// CredentialsFile names it: then it is an error (fs.ErrNotExist). A file that can't be
// read or parsed is one always; it tells the line's number and not its text.
func LoadSharedConfig(o SharedConfigOptions) (*SharedConfig, error) {
	v := environment(o.Lookup)
	c := &sharedConfig{variables: v, profiles: make(map[string]sharedSection), services: make(map[string]sharedSection)}
	config, err := c.read(o.ConfigFile, "AWS_CONFIG_FILE", "config")
	if err != nil {
		return nil, err
	}
	credentials, err := c.read(o.CredentialsFile, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
	if err != nil {
		return nil, err
	}
	c.addConfig(config)
	c.addCredentials(credentials)
	return &SharedConfig{"SharedConfig", hidden.Of(c)}, nil
}

// read parses one of the files: the one that is named, or the variable's, or the one of
// that name in the home folder.
func (c *sharedConfig) read(path, variable, name string) (map[string]sharedSection, error) {
	home := homeFolder(c.variables)
	required := path != ""
	if path == "" {
		path = c.variables.get(variable)
	}
	if path == "" {
		if home == "" {
			return nil, nil
		}
		path = filepath.Join(home, ".aws", name)
	}
	if rest, ok := strings.CutPrefix(path, "~"); ok && home != "" && (rest == "" || os.IsPathSeparator(rest[0])) {
		path = home + rest
	}
	c.files = append(c.files, path)
	text, err := os.ReadFile(path)
	switch {
	case !required && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)):
		return nil, nil // a HOME of /dev/null is none
	case err != nil:
		return nil, fmt.Errorf("identity: AWS %s file: %w", name, err)
	}
	sections, err := parseSharedFile(string(text))
	if err != nil {
		return nil, fmt.Errorf("identity: AWS %s file %s: %w", name, path, err)
	}
	return sections, nil
}

func homeFolder(v variables) string {
	if home := v.first("HOME", "USERPROFILE"); home != "" {
		return home
	}
	return v.get("HOMEDRIVE") + v.get("HOMEPATH")
}

// addConfig takes profiles and services from the sections of the config file.
func (c *sharedConfig) addConfig(sections map[string]sharedSection) {
	// In a fixed order: quotes make two titles of one name.
	for _, title := range slices.Sorted(maps.Keys(sections)) {
		kind, name := sectionName(title)
		switch kind {
		case "profile":
			merge(c.profiles, name, sections[title])
		case "services":
			merge(c.services, name, sections[title])
		}
	}
	if section, ok := sections[defaultProfile]; ok && c.profiles[defaultProfile] == nil {
		c.profiles[defaultProfile] = section
	}
}

// addCredentials takes the sections of the credentials file, whose titles are the
// profiles' names.
func (c *sharedConfig) addCredentials(sections map[string]sharedSection) {
	keys := [...]string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
	for name, section := range sections {
		if slices.ContainsFunc(keys[:], func(key string) bool { return section[key].value != "" }) {
			// A session token goes with its own keys, or not at all.
			for _, key := range keys {
				delete(c.profiles[name], key)
			}
		}
		merge(c.profiles, name, section)
	}
}

// merge adds a section's settings to those that the name has, over them.
func merge(into map[string]sharedSection, name string, section sharedSection) {
	if into[name] == nil {
		into[name] = make(sharedSection)
	}
	maps.Copy(into[name], section)
}

// sectionName takes `profile "a b"` apart. Both are empty if it is not of that kind, or
// if a name with blanks has no quotes.
func sectionName(title string) (kind, name string) {
	i := strings.IndexAny(title, " \t")
	if i < 0 {
		return "", ""
	}
	words, err := splitCommand(title[i:], false)
	if err != nil || len(words) != 1 {
		return "", ""
	}
	return title[:i], words[0]
}

// Profile returns a profile. An empty name is AWS_PROFILE, or "default".
//
// A profile that is in neither file is an error that tells which there are. It is
// [ErrNotConfigured] only for "default" where no name was given.
func (c *SharedConfig) Profile(name string) (*Profile, error) {
	s := c.state()
	if name == "" {
		name = s.variables.get("AWS_PROFILE")
	}
	given := name != ""
	if !given {
		name = defaultProfile
	}
	settings, ok := s.profiles[name]
	if !ok {
		return nil, s.noProfile(name, given)
	}
	found := &profile{settings: settings}
	p := &Profile{Name: name, Region: settings["region"].value, state: hidden.Of(found)}
	if services := settings["services"].value; services != "" {
		if found.services, ok = s.services[services]; !ok {
			return nil, fmt.Errorf("identity: profile %q: services %q is not in %s", name, services, strings.Join(s.files, " or "))
		}
	}
	return p, nil
}

func (s *sharedConfig) noProfile(name string, given bool) error {
	where := strings.Join(s.files, " or ")
	if where == "" {
		where = "any file: there is no home folder"
	}
	if !given {
		return fmt.Errorf("identity: %w: profile %q is not in %s", ErrNotConfigured, name, where)
	}
	there := ""
	if len(s.profiles) > 0 {
		there = fmt.Sprintf("; there is %q", slices.Sorted(maps.Keys(s.profiles)))
	}
	return fmt.Errorf("identity: profile %q is not in %s%s", name, where, there)
}

// Profile is one profile of a [SharedConfig]. It prints without its settings.
type Profile struct {
	// Name is the profile's.
	Name string
	// Region is the setting region; empty if there is none.
	Region string
	state  hidden.Value[*profile]
}

type profile struct {
	settings sharedSection
	services sharedSection
}

// Setting returns the value of a setting, such as "aws_access_key_id", in any case;
// empty if there is none.
func (p *Profile) Setting(name string) string { return p.setting(name).value }

// NestedSetting returns the value of a setting within a block, such as
// "addressing_style" of "s3"; empty if there is none.
func (p *Profile) NestedSetting(block, name string) string {
	return p.setting(block).block[strings.ToLower(name)]
}

func (p *Profile) setting(name string) sharedSetting {
	if p.state == nil {
		return sharedSetting{}
	}
	return p.state().settings[strings.ToLower(name)]
}

// EndpointURL returns the URL that the profile has for a service, "s3" or "sts": that of
// the service in the section that the setting services names, or else the profile's own
// endpoint_url. It is empty if there is neither, or if the profile has
// ignore_configured_endpoint_urls = true (AWS SDKs and Tools Reference Guide,
// "Service-specific endpoints"). The variables AWS_ENDPOINT_URL_S3 and
// AWS_ENDPOINT_URL, which outrank files, are not looked at.
func (p *Profile) EndpointURL(service string) string {
	if p.state == nil || strings.EqualFold(p.Setting("ignore_configured_endpoint_urls"), "true") {
		return ""
	}
	if u := p.state().services[strings.ToLower(service)].block["endpoint_url"]; u != "" {
		return u
	}
	return p.Setting("endpoint_url")
}
