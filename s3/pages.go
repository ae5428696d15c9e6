package s3

import (
	"errors"
	"iter"

	"github.com/stowage-go/stowage/internal/rest"
)

// ErrListingStuck: a server says that a listing goes on but names a place to go on
// from that is not after the last, or that the listing was at before. The entries so far have been yielded.
var ErrListingStuck = errors.New("listing does not advance")

// pages walks a listing. next moves the input to the page after out, and reports
// false at the end.
func pages[In, Out any](operation string, in *In, fetch func(*In) (*Out, error), next func(*In, *Out) (bool, error)) iter.Seq2[*Out, error] {
	return func(yield func(*Out, error) bool) {
		var page In
		if in != nil {
			page = *in
		}
		var round rest.Round[In]
		for {
			out, err := fetch(&page)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(out, nil) {
				return
			}
			more, err := next(&page, out)
			if err == nil && more && round.Closed(page) {
				err = ErrListingStuck
			}
			if err != nil {
				yield(nil, operationError(operation, err))
				return
			}
			if !more {
				return
			}
		}
	}
}

// advance moves a token, which is opaque, to the next. more tells that the server says
// that entries follow; one that says so only by naming a token has more == (next != "").
func advance(token *string, next string, more bool) (bool, error) {
	switch {
	case !more:
		return false, nil
	case next == "" || next == *token:
		return false, ErrListingStuck
	}
	*token = next
	return true, nil
}

// listingEncoding asks for url-encoded keys where the server knows how, since XML can't
// carry every key.
func (c *Client) listingEncoding(opts []func(*Options)) EncodingType {
	if s, err := c.with(opts); err == nil && s.options.Profile.EncodingTypeURL {
		return EncodingTypeUrl
	}
	return ""
}
