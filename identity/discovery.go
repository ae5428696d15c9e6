package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
)

// base is where one version of the API begins.
type base struct {
	version Version
	url     *url.URL
}

// path returns the URL of a resource; its segments may hold any character.
func (b base) path(segments ...string) *url.URL {
	u := *b.url
	raw := u.EscapedPath()
	for _, s := range segments {
		u.Path += "/" + s
		raw += "/" + url.PathEscape(s)
	}
	u.RawPath = raw
	return &u
}

// check refuses what the version has no words for.
func (b base) check(a Auth, s Scope) error {
	if b.version == V2 {
		return checkV2(a, s)
	}
	return nil
}

// knownBase tells where requests go when AuthURL or the option says so.
func knownBase(authURL *url.URL, v Version) (base, bool) {
	if inPath := versionOfPath(authURL.Path); inPath != VersionAuto {
		return base{inPath, authURL}, true
	}
	if v != VersionAuto {
		return base{v, appendVersion(authURL, v)}, true
	}
	return base{}, false
}

func versionOfPath(path string) Version {
	switch path[strings.LastIndexByte(path, '/')+1:] {
	case "v3":
		return V3
	case "v2.0":
		return V2
	}
	return VersionAuto
}

func appendVersion(u *url.URL, v Version) *url.URL { return base{url: u}.path(string(v)) }

// findBase asks the server for its versions where nothing else tells.
func (k *keystone) findBase(ctx context.Context) (base, error) {
	if b, ok := knownBase(k.authURL, k.options.Version); ok {
		return b, nil
	}
	versions, err := k.versions(ctx)
	if err != nil {
		return base{}, operationError(service, "ListVersions", err)
	}
	for _, want := range [...]Version{V3, V2} {
		for _, v := range versions {
			if v.matches(want) {
				return base{want, k.versionURL(v, want)}, nil
			}
		}
	}
	return base{}, operationError(service, "ListVersions", fmt.Errorf("%w: the server has neither %s nor %s, but %s", ErrUnsupported, V3, V2, versionNames(versions)))
}

// APIVersion is a version of the Identity API that a server has.
type APIVersion struct {
	// ID is such as "v3.14" or "v2.0".
	ID string
	// Status is "stable" or "CURRENT", "SUPPORTED", "deprecated" and such.
	Status string
	// URL is where the server says the version begins.
	URL string
}

func (v APIVersion) matches(want Version) bool {
	major, _, _ := strings.Cut(string(want), ".")
	return v.ID == major || strings.HasPrefix(v.ID, major+".")
}

// ListVersions asks the server which versions of the Identity API it has. It needs no
// login. (Identity API v3, "List versions".)
func (c *Client) ListVersions(ctx context.Context) ([]APIVersion, error) {
	versions, err := c.state().versions(ctx)
	if err != nil {
		return nil, operationError(service, "ListVersions", err)
	}
	return versions, nil
}

func (k *keystone) versions(ctx context.Context) ([]APIVersion, error) {
	root := *k.authURL
	if v := versionOfPath(root.Path); v != VersionAuto {
		root.Path = strings.TrimSuffix(root.Path, "/"+string(v))
		root.RawPath = strings.TrimSuffix(root.RawPath, "/"+string(v))
	}
	root.Path += "/"
	if root.RawPath != "" {
		root.RawPath += "/"
	}
	var versions []APIVersion
	call := keystoneCall{
		client: k, operation: "ListVersions", method: http.MethodGet, path: &root,
		success: []int{http.StatusOK, http.StatusMultipleChoices},
		decode: func(r *answer) string {
			if versions = parseVersions(r.Document); len(versions) == 0 {
				return notJSON(r, errors.New("no versions"))
			}
			return ""
		},
	}
	return versions, call.do(ctx)
}

// versionURL is where v begins. The server's own link counts only on the host that the
// caller named: a password is not sent where a document says.
func (k *keystone) versionURL(v APIVersion, want Version) *url.URL {
	if u, err := parseEndpoint("link", v.URL); err == nil && u.Host == k.authURL.Host && u.Scheme == k.authURL.Scheme {
		return u
	}
	return appendVersion(k.authURL, want)
}

func parseVersions(document []byte) []APIVersion {
	type link struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	}
	type version struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Links  []link `json:"links"`
	}
	var root struct {
		Versions json.RawMessage `json:"versions"`
		Version  *version        `json:"version"`
	}
	if json.Unmarshal(document, &root) != nil {
		return nil
	}
	var values struct {
		Values []version `json:"values"`
	}
	// Keystone's root wraps the list once more; other services, and gateways, don't.
	if json.Unmarshal(root.Versions, &values) != nil {
		_ = json.Unmarshal(root.Versions, &values.Values)
	}
	if root.Version != nil {
		values.Values = append(values.Values, *root.Version)
	}
	var all []APIVersion
	for _, v := range values.Values {
		if v.ID == "" {
			continue
		}
		a := APIVersion{ID: apierr.OneLine(v.ID), Status: apierr.OneLine(v.Status)}
		if i := slices.IndexFunc(v.Links, func(l link) bool { return l.Rel == "self" }); i >= 0 {
			a.URL = v.Links[i].Href
		}
		all = append(all, a)
	}
	return all
}

func versionNames(versions []APIVersion) string {
	names := make([]string, len(versions))
	for i, v := range versions {
		names[i] = v.ID
	}
	return apierr.OneLine(strings.Join(names, ", "))
}
