package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
)

// Catalog are the services that a token opens, v2.0's in the form of v3.
type Catalog []Service

// Service is one entry of a catalog, such as the one of type "object-store".
type Service struct {
	ID, Type, Name string
	Endpoints      []Endpoint
}

// Endpoint is one URL of a service.
type Endpoint struct {
	ID string
	// Region is the region's ID.
	Region string
	// Interface is "public", "internal" or "admin".
	Interface string
	URL       string
}

// ObjectStore is the catalog's type for Swift.
const ObjectStore = "object-store"

// EndpointQuery says which endpoint is meant.
type EndpointQuery struct {
	// Type of the service, such as [ObjectStore]. Required.
	Type string
	// Name of the service. Empty: any.
	Name string
	// Region. Empty: the only one that there is.
	Region string
	// Interface, with or without "URL" behind it. Empty: public.
	Interface string
}

// Endpoint returns the one endpoint that q means. It fails with an [*EndpointError],
// which is [ErrNoEndpoint], when there is none, and when there are several regions and q
// names none: which one is right is not for a library to guess.
func (c Catalog) Endpoint(q EndpointQuery) (Endpoint, error) {
	q.Interface = interfaceName(q.Interface)
	if q.Interface == "" {
		q.Interface = "public"
	}
	var found []Endpoint
	for _, s := range c {
		if s.Type != q.Type || q.Name != "" && s.Name != q.Name {
			continue
		}
		for _, e := range s.Endpoints {
			if e.Interface == q.Interface && (q.Region == "" || e.Region == q.Region) {
				found = append(found, e)
			}
		}
	}
	if len(found) == 0 {
		return Endpoint{}, &EndpointError{Query: q, Catalog: c}
	}
	for _, e := range found[1:] {
		if e.Region != found[0].Region {
			return Endpoint{}, &EndpointError{Query: q, Catalog: c, Ambiguous: true}
		}
	}
	return found[0], nil
}

// EndpointError says that a catalog lacks an endpoint, and what it has. It is
// [ErrNoEndpoint].
type EndpointError struct {
	Query   EndpointQuery
	Catalog Catalog
	// Ambiguous: there are endpoints in several regions, and none was named.
	Ambiguous bool
}

// Error tells what was asked for, and what there is of that type, or which types there
// are.
func (e *EndpointError) Error() string {
	q := e.Query
	var b strings.Builder
	if e.Ambiguous {
		fmt.Fprintf(&b, "%s endpoints of %q are in several regions: name one", q.Interface, q.Type)
	} else {
		fmt.Fprintf(&b, "no %s endpoint of %q", q.Interface, q.Type)
		if q.Name != "" {
			fmt.Fprintf(&b, " named %q", q.Name)
		}
		if q.Region != "" {
			fmt.Fprintf(&b, " in region %q", q.Region)
		}
	}
	if len(e.Catalog) == 0 {
		b.WriteString("; the catalog is empty: is the token scoped to a project?")
		return b.String()
	}
	var has, types []string
	for _, s := range e.Catalog {
		types = append(types, s.Type)
		if s.Type != q.Type {
			continue
		}
		for _, p := range s.Endpoints {
			has = append(has, p.Interface+" in "+p.Region)
			if q.Name != "" {
				has[len(has)-1] += " (" + s.Name + ")"
			}
		}
	}
	if has = sorted(has); len(has) > 0 {
		b.WriteString("; there is " + apierr.OneLine(strings.Join(has, ", ")))
	} else {
		b.WriteString("; there are " + apierr.OneLine(strings.Join(sorted(types), ", ")))
	}
	return b.String()
}

// Is matches [ErrNoEndpoint].
func (e *EndpointError) Is(target error) bool { return target == ErrNoEndpoint }

func sorted(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

// interfaceName drops what v2.0's and the command line's names have behind v3's.
func interfaceName(s string) string { return strings.TrimSuffix(strings.ToLower(s), "url") }
