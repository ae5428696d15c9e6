package download

import (
	"fmt"

	"github.com/stowage-go/stowage/internal/ranged"
)

// Part is the bytes of an object that one request is for.
type Part struct {
	Offset, Size int64
}

// Range is the header for it.
func (p Part) Range() string { return ranged.Header(p.Offset, p.Size) }

// maxParts bounds the memory that the parts of an object take, whatever size a server tells:
// of 16 MiB it is 64 TiB.
const maxParts = 1 << 22

// Cut makes parts of partSize bytes of an object; the last one may be smaller. Of an empty
// object there is none. More than four million are an error.
func Cut(size, partSize int64) ([]Part, error) {
	if size <= 0 {
		return nil, nil
	}
	count := (size-1)/partSize + 1
	if count > maxParts {
		return nil, fmt.Errorf("%d bytes are more than %d parts of %d: a larger PartSize is needed", size, maxParts, partSize)
	}
	parts := make([]Part, count)
	for i := range parts {
		offset := int64(i) * partSize
		parts[i] = Part{Offset: offset, Size: min(partSize, size-offset)}
	}
	return parts, nil
}
