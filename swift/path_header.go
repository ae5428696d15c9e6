package swift

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/stowage-go/stowage/internal/rest"
)

// setPath puts "container/object" into a header, escaped as Swift reads it, with a slash
// before it if value has one. member is whose value it is; an empty one sets nothing.
func setPath(r *rest.Request, header, member, value string) error {
	if value == "" {
		return nil
	}
	container, object, ok := strings.Cut(strings.TrimPrefix(value, "/"), "/")
	if !ok || container == "" || object == "" {
		return fmt.Errorf("swift: %s %q is no container/object", member, value)
	}
	r.Header[header] = []string{escapePath(value)}
	return nil
}

// escapePath escapes all but slashes.
func escapePath(s string) string {
	// A leading segment without a colon keeps EscapedPath from adding "./".
	u := url.URL{Path: "/" + s}
	return strings.ReplaceAll(strings.TrimPrefix(u.EscapedPath(), "/"), "+", "%2B")
}
