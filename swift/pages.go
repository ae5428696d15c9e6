package swift

import (
	"fmt"
	"iter"

	"github.com/stowage-go/stowage/internal/rest"
)

// step is what a page says of the next.
type step int

const (
	more step = iota // there may be another
	last             // this is the last
	past             // this lies behind the end: shown only when it is all there is
)

// pages walks a listing. next moves the input to the page after out.
func pages[In, Out any](operation string, in *In, fetch func(*In) (*Out, error), next func(*In, *Out) (step, error)) iter.Seq2[*Out, error] {
	return func(yield func(*Out, error) bool) {
		var page In
		if in != nil {
			page = *in
		}
		var round rest.Round[In]
		for first := true; ; first = false {
			out, err := fetch(&page)
			if err != nil {
				yield(nil, err)
				return
			}
			to, err := next(&page, out)
			if err == nil && to == more && round.Closed(page) {
				err = ErrListingStuck
			}
			if (to != past || first) && !yield(out, nil) {
				return
			}
			if err != nil {
				yield(nil, operationError(operation, err))
			}
			if err != nil || to != more {
				return
			}
		}
	}
}

// advance moves a marker to the last entry of a page, which must lie behind it.
func advance(marker *string, entry string, reverse bool) (step, error) {
	if *marker != "" && (entry <= *marker) != reverse {
		return last, ErrListingStuck
	}
	*marker = entry
	return more, nil
}

// askFormat asks for JSON unless another form is asked for.
func askFormat(f Format, r *rest.Request) error {
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
	return nil
}
