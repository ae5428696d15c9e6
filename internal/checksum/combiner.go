package checksum

import (
	"fmt"
	"hash"
	"strconv"
)

// Type is a ChecksumType of the S3 API: how the object's checksum comes from
// those of its parts ("Checking object integrity in Amazon S3", user guide).
type Type string

const (
	// FullObject is the checksum of the object's bytes: CRC32, CRC32C, CRC64NVME.
	FullObject Type = "FULL_OBJECT"
	// Composite is the checksum of the parts' checksums one after the other, with
	// "-" and the number of parts behind it: every algorithm but CRC64NVME.
	Composite Type = "COMPOSITE"
)

// Combiner makes the object's checksum from those of its parts, which are added
// in part order. Not safe for concurrent use.
type Combiner struct {
	algorithm Algorithm
	composite hash.Hash // nil for FullObject
	sum       []byte    // of FullObject so far; nil before the first part
	parts     int
	size      int64
}

// NewCombiner returns a Combiner, or an error matching [ErrUnsupported] when
// the algorithm can't be combined in this way.
func NewCombiner(a Algorithm, t Type) (*Combiner, error) {
	h, err := New(a)
	if err != nil {
		return nil, err
	}
	switch {
	case t == FullObject && combines(a):
		return &Combiner{algorithm: a}, nil
	case t == Composite && a != CRC64NVME:
		return &Combiner{algorithm: a, composite: h}, nil
	default:
		return nil, fmt.Errorf("%w: %s as %s", ErrUnsupported, a, t)
	}
}

// Add appends the next part: its sum, and its size in bytes.
func (c *Combiner) Add(sum []byte, size int64) error {
	if want := Size(c.algorithm); len(sum) != want {
		return fmt.Errorf("checksum: part %d: %s of %d bytes, not %d", c.parts+1, c.algorithm, len(sum), want)
	}
	if size < 0 {
		return fmt.Errorf("checksum: part %d: negative size %d", c.parts+1, size)
	}
	switch {
	case c.composite != nil:
		c.composite.Write(sum)
	case c.sum == nil:
		c.sum = append([]byte(nil), sum...)
	default:
		combined, err := Combine(c.algorithm, c.sum, sum, size)
		if err != nil {
			return err
		}
		c.sum = combined
	}
	c.parts++
	c.size += size
	return nil
}

// Parts returns how many were added.
func (c *Combiner) Parts() int { return c.parts }

// Size returns the bytes of all parts.
func (c *Combiner) Size() int64 { return c.size }

// Sum returns the object's sum. Without parts it is that of no bytes.
func (c *Combiner) Sum() []byte {
	switch {
	case c.composite != nil:
		return c.composite.Sum(nil)
	case c.sum == nil:
		return make([]byte, Size(c.algorithm)) // a CRC of nothing is 0
	default:
		return append([]byte(nil), c.sum...)
	}
}

// String returns the sum as S3 writes it: base64, with "-N" behind a composite.
func (c *Combiner) String() string {
	if c.composite != nil {
		return Encode(c.Sum()) + "-" + strconv.Itoa(c.parts)
	}
	return Encode(c.Sum())
}
