package swift

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/internal/rest"
)

// removeMetadata asks for metadata to be removed: a header of its own for each name.
func removeMetadata(prefix string, names []string, r *rest.Request) error {
	for _, name := range names {
		if !rest.IsToken(name) {
			return fmt.Errorf("swift: RemoveMetadata: %q is no name of a header", name)
		}
		key := http.CanonicalHeaderKey(prefix + name)
		set := http.CanonicalHeaderKey(strings.Replace(prefix, "X-Remove-", "X-", 1) + name)
		if _, both := r.Header[set]; both {
			return fmt.Errorf("swift: RemoveMetadata: %q is set and removed at once", name)
		}
		// The value means nothing, but some proxies drop headers without one.
		r.Header[key] = []string{"x"}
	}
	return nil
}
