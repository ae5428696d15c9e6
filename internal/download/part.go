package download

import "github.com/stowage-go/stowage/internal/ranged"

// Part is the bytes of an object that one request is for.
type Part struct {
	Offset, Size int64
}

// Range is the header for it.
func (p Part) Range() string { return ranged.Header(p.Offset, p.Size) }

// Cut makes parts of partSize bytes of an object; the last one may be smaller. Of an empty
// object there is none.
func Cut(size, partSize int64) []Part {
	if size <= 0 {
		return nil
	}
	parts := make([]Part, 0, (size-1)/partSize+1)
	for offset := int64(0); offset < size; offset += partSize {
		parts = append(parts, Part{Offset: offset, Size: min(partSize, size-offset)})
	}
	return parts
}
