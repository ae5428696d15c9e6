package download

import (
	"fmt"
	"time"

	"github.com/stowage-go/stowage/internal/ranged"
)

// Object is the state of an object that every answer must be of.
type Object struct {
	Size         int64
	ETag         string
	LastModified time.Time
	// Changed is what the service calls an object that was replaced meanwhile, and
	// Malformed an answer that is for something else than was asked.
	Changed, Malformed error
}

// Answer is what an answer tells of itself.
type Answer struct {
	ETag         string
	LastModified time.Time
	// ContentLength is negative where it is not known; ContentRange is empty in the
	// answer to a request without a range.
	ContentLength int64
	ContentRange  string
}

// Whole makes sure that an answer is all of the object.
func (o *Object) Whole(a Answer) error {
	if err := o.same(a); err != nil {
		return err
	}
	if a.ContentLength >= 0 && a.ContentLength != o.Size {
		return fmt.Errorf("%w: %d bytes, now %d", o.Changed, o.Size, a.ContentLength)
	}
	return nil
}

// Part makes sure that an answer is that part of the object.
func (o *Object) Part(p Part, a Answer) error {
	if err := o.same(a); err != nil {
		return err
	}
	if a.ContentLength >= 0 && a.ContentLength != p.Size {
		return fmt.Errorf("%w: %d bytes for a range of %d", o.Malformed, a.ContentLength, p.Size)
	}
	span, ok := ranged.ParseContentRange(a.ContentRange)
	switch {
	case !ok || span.First != p.Offset || span.Last != p.Offset+p.Size-1:
		return fmt.Errorf("%w: range %q for the %d bytes at %d", o.Malformed, a.ContentRange, p.Size, p.Offset)
	case span.Size >= 0 && span.Size != o.Size:
		return fmt.Errorf("%w: %d bytes, now %d", o.Changed, o.Size, span.Size)
	}
	return nil
}

func (o *Object) same(a Answer) error {
	switch {
	case a.ETag != o.ETag:
		return fmt.Errorf("%w: ETag %s, now %s", o.Changed, o.ETag, a.ETag)
	case !a.LastModified.Equal(o.LastModified):
		return fmt.Errorf("%w: last modified %v, now %v", o.Changed, o.LastModified, a.LastModified)
	}
	return nil
}
