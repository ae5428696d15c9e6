package transfer

import "fmt"

// Share is a run of parts of a [Plan], to be sent by one call of [Manager.UploadShare]: from
// part First to part Last, both included, counted from 1. Any will do; [Plan.Split] makes
// even ones.
type Share struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// Split cuts the plan into n shares that differ by one part at most, or into as many as there
// are parts if that is less. Below 1, n is 1.
func (p *Plan) Split(n int) []Share {
	parts := p.Parts()
	n = min(max(n, 1), parts)
	shares := make([]Share, n)
	first := 1
	for i := range shares {
		size := parts / n
		if i < parts%n {
			size++
		}
		shares[i] = Share{first, first + size - 1}
		first += size
	}
	return shares
}

// Range is what a share is of the object: where it begins and how long it is, in bytes. It is
// 0, 0 for a share that the plan does not have.
func (p *Plan) Range(s Share) (offset, size int64) {
	if p.checkShare(s) != nil {
		return 0, 0
	}
	offset = int64(s.First-1) * p.PartSize
	return offset, int64(s.Last-s.First)*p.PartSize + p.part(s.Last)
}

func (p *Plan) checkShare(s Share) error {
	if s.First < 1 || s.Last < s.First || s.Last > p.Parts() {
		return &OptionError{Field: "Share", Reason: fmt.Sprintf("is parts %d to %d of %d", s.First, s.Last, p.Parts())}
	}
	return nil
}
