package clouds

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/identity"
)

// cloud is one entry of clouds.yaml, with all that belongs to it.
type cloud struct {
	file, name string
	mapping
	// profile is one that the entry names and no file has.
	profile string
}

// find reads the files and picks the cloud.
func (l *loader) find() (*cloud, error) {
	d, err := l.cloudsFile()
	if err != nil && !errors.Is(err, identity.ErrNotConfigured) {
		return nil, err
	}
	none := err
	secure, err := l.secureFile()
	if err != nil {
		return nil, err
	}
	switch {
	case d == nil && secure == nil && l.cloudName() == "":
		return nil, none
	case d == nil && secure == nil:
		return nil, fmt.Errorf("%w: %q, and no clouds.yaml in %s", ErrNoCloud, l.cloudName(), strings.Join(l.dirs, ", "))
	case d == nil:
		d = secure
	case secure != nil:
		d.mapping = overlay(d.mapping, secure.mapping)
	}
	all, err := member(d.mapping, "clouds")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.path, err)
	}
	c := &cloud{file: d.path}
	if c.name, err = l.pick(d.path, all); err != nil {
		return nil, err
	}
	var ok bool
	if c.mapping, ok = all[c.name].(mapping); !ok && all[c.name] != nil {
		err = errors.New("want a mapping")
	} else {
		c.mapping, err = underscored(c.mapping)
	}
	if err == nil {
		err = l.complete(c)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cloud %q: %w", c.file, c.name, err)
	}
	return c, nil
}

// pick returns the name of the cloud that is meant.
func (l *loader) pick(file string, all mapping) (string, error) {
	name, names := l.cloudName(), slices.Sorted(maps.Keys(all))
	switch _, there := all[name]; {
	case name == "" && len(names) == 0:
		return "", fmt.Errorf("%s has no clouds: %w", file, identity.ErrNotConfigured)
	case name == "" && len(names) == 1:
		return names[0], nil
	case name == "":
		return "", fmt.Errorf("%s has several clouds, and neither Options.Cloud nor OS_CLOUD names one: %s", file, strings.Join(names, ", "))
	case !there && len(names) == 0:
		return "", fmt.Errorf("%w: %q; %s has none", ErrNoCloud, name, file)
	case !there:
		return "", fmt.Errorf("%w: %q; %s has %s", ErrNoCloud, name, file, strings.Join(names, ", "))
	}
	return name, nil
}

// complete puts the cloud over its profile, and its region's values over the cloud.
func (l *loader) complete(c *cloud) error {
	profile, err := l.profile(c)
	if err != nil {
		return err
	}
	regions, err := regionsOf(c.mapping)
	if err == nil && len(regions) == 0 {
		regions, err = regionsOf(profile)
	}
	if err != nil {
		return err
	}
	c.mapping = overlay(profile, c.mapping)
	name := l.Region
	if name == "" {
		name = l.variable("OS_REGION_NAME")
	}
	r, err := pickRegion(regions, name)
	if err != nil {
		return err
	}
	c.mapping = overlay(c.mapping, r.values)
	c.mapping["region_name"] = r.name
	return nil
}

// profile returns the provider's part of the cloud. One that is not known is no error
// yet: the cloud may say all that is needed.
func (l *loader) profile(c *cloud) (mapping, error) {
	name, _ := c.mapping["profile"].(string)
	if name == "" {
		name, _ = c.mapping["cloud"].(string)
	}
	if name == "" {
		return nil, nil
	}
	d, err := l.publicFile()
	if err != nil {
		return nil, err
	}
	if d != nil {
		all, err := member(d.mapping, "public-clouds")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.path, err)
		}
		if _, there := all[name]; there {
			m, err := member(all, name)
			if err == nil {
				m, err = underscored(m)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", d.path, err)
			}
			return m, nil
		}
	}
	c.profile = name
	return nil, nil
}

// region is one of a cloud's.
type region struct {
	name   string
	values mapping // replace the cloud's
}

// regionsOf returns the regions that a mapping lists.
func regionsOf(m mapping) ([]region, error) {
	key, list := "regions", m["regions"]
	if list == nil {
		key, list = "region_name", m["region_name"]
	}
	var entries []any
	switch v := list.(type) {
	case nil:
	case string:
		for s := range strings.SplitSeq(v, ",") {
			entries = append(entries, strings.TrimSpace(s))
		}
	case []any:
		entries = v
	default:
		return nil, fmt.Errorf("%s: want a list", key)
	}
	var regions []region
	for _, e := range entries {
		var r region
		var err error
		switch v := e.(type) {
		case string:
			r.name = v
		case mapping:
			if r.name, _ = v["name"].(string); r.name == "" {
				return nil, fmt.Errorf("%s: a region without a name", key)
			}
			if r.values, err = member(v, "values"); err == nil {
				r.values, err = underscored(r.values)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		default:
			return nil, fmt.Errorf("%s: want a list of names", key)
		}
		if r.name != "" {
			regions = append(regions, r)
		}
	}
	return regions, nil
}

// pickRegion returns the region of that name, or the first. Where none are known any
// name will do.
func pickRegion(regions []region, name string) (region, error) {
	switch {
	case len(regions) == 0:
		return region{name: name}, nil
	case name == "":
		return regions[0], nil
	}
	var names []string
	for _, r := range regions {
		if r.name == name {
			return r, nil
		}
		names = append(names, r.name)
	}
	return region{}, fmt.Errorf("region_name: %q is not one of the cloud's: %s", name, strings.Join(names, ", "))
}

// member returns a mapping within m, nil if there is none.
func member(m mapping, key string) (mapping, error) {
	switch v := m[key].(type) {
	case nil:
		return nil, nil
	case mapping:
		return v, nil
	}
	return nil, fmt.Errorf("%s: want a mapping", key)
}

// underscored writes the keys of a cloud, and of its auth, with underscores. A key that
// is there in both ways keeps the value of the one with underscores.
func underscored(m mapping) (mapping, error) {
	out := mapping{}
	for k, v := range m {
		if u := strings.ReplaceAll(k, "-", "_"); u == k || m[u] == nil {
			out[u] = v
		}
	}
	auth, err := member(out, "auth")
	if auth != nil {
		out["auth"], err = underscored(auth)
	}
	return out, err
}

// overlay puts over's members over base's, and changes neither.
func overlay(base, over mapping) mapping {
	out := mapping{}
	maps.Copy(out, base)
	for k, v := range over {
		below, _ := out[k].(mapping)
		if m, ok := v.(mapping); ok {
			v = overlay(below, m)
		}
		out[k] = v
	}
	return out
}
