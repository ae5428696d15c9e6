package swift

import (
	"fmt"
	"iter"

	"github.com/stowage-go/stowage/internal/rest"
)

// pages walks a listing. next moves the input to the page after out and reports false at the
// end, which is a page without entries: Swift does not tell whether there is more, and a
// server may cut a page shorter than it was asked for.
func pages[In, Out any](operation string, in *In, fetch func(*In) (*Out, error), next func(*In, *Out) (bool, error)) iter.Seq2[*Out, error] {
	return func(yield func(*Out, error) bool) {
		var page In
		if in != nil {
			page = *in
		}
		for first := true; ; first = false {
			out, err := fetch(&page)
			if err != nil {
				yield(nil, err)
				return
			}
			more, err := next(&page, out)
			if (more || first) && !yield(out, nil) {
				return
			}
			if err != nil {
				yield(nil, operationError(operation, err))
			}
			if err != nil || !more {
				return
			}
		}
	}
}

// advance moves a marker to the last entry of a page, which must lie behind it.
func advance(marker *string, last string, reverse bool) error {
	if *marker != "" && (last <= *marker) != reverse {
		return ErrListingStuck
	}
	*marker = last
	return nil
}

// askFormat asks for JSON unless another form is asked for.
func askFormat(f Format, limit int64, r *rest.Request) error {
	switch f {
	case "":
		if r.RawQuery != "" {
			r.RawQuery = "&" + r.RawQuery
		}
		r.RawQuery = "format=json" + r.RawQuery
	case FormatJSON, FormatXML, FormatPlain:
	default:
		return fmt.Errorf("swift: Format %q is none of json, xml and plain", string(f))
	}
	if limit < 0 {
		return fmt.Errorf("swift: Limit %d is negative", limit)
	}
	return nil
}
