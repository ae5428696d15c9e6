package transfer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stowage-go/stowage/internal/checksum"
)

// Receipt is what the server gave for a part.
type Receipt struct {
	// PartNumber from 1.
	PartNumber int `json:"part"`
	// Size in bytes.
	Size int64 `json:"size"`
	// ETag as the server sent it; ETagMD5 tells that it is known to be the part's MD5.
	ETag    string `json:"etag"`
	ETagMD5 bool   `json:"etag_md5,omitempty"`
	// Checksum of the plan's algorithm, base64; empty without one.
	Checksum string `json:"checksum,omitempty"`
}

// Number implements checkpoint.Receipt.
func (r Receipt) Number() int { return r.PartNumber }

// receipt is r for the engine. Its number was compared with the plan's, which are below 2^31.
func (r Receipt) receipt() receipt {
	return receipt{number: int32(r.PartNumber), size: r.Size, etag: r.ETag, etagMD5: r.ETagMD5, checksum: r.Checksum}
}

func (r *receipt) public() Receipt {
	return Receipt{PartNumber: int(r.number), Size: r.size, ETag: r.etag, ETagMD5: r.etagMD5, Checksum: r.checksum}
}

// Receipts are those of some parts of a [Plan], by number. They travel as JSON;
// [Plan.Merge] checks and joins them.
type Receipts struct {
	// UploadId is the plan's.
	UploadId string    `json:"upload_id"`
	Parts    []Receipt `json:"parts"`
}

// ConflictError: two receipts of one part differ, since the part was sent twice. The server has
// the one that came last, which neither tells. Leave both out, and send the part's share again.
type ConflictError struct {
	One, Other Receipt
}

// Error names the part and both ETags.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("part %d has two receipts that differ: ETag %q of %d bytes, and %q of %d", e.One.PartNumber, e.One.ETag, e.One.Size, e.Other.ETag, e.Other.Size)
}

// MissingPartsError: parts of a plan have no receipt, or the server has them no more, or not as
// the receipts tell. Send the shares again.
type MissingPartsError struct {
	// Shares that are missing, in order.
	Shares []Share
}

// Error names the first of them and how many parts there are.
func (e *MissingPartsError) Error() string {
	n := 0
	for _, s := range e.Shares {
		n += s.Last - s.First + 1
	}
	return fmt.Sprintf("%d parts are missing, or not as they were sent: the first is part %d", n, e.Shares[0].First)
}

// Merge joins receipts of the plan, in any order, as JSON brought them or from
// [Manager.UploadShare]. One that is there twice counts once. Errors: an [OptionError] for
// receipts of another upload, or of parts that the plan does not have; a [ConflictError] for two
// that differ.
func (p *Plan) Merge(receipts ...Receipts) (Receipts, error) {
	byNumber := map[int]Receipt{}
	for _, some := range receipts {
		if some.UploadId != p.UploadId {
			return Receipts{}, &OptionError{Field: "Receipts", Reason: fmt.Sprintf("are of upload %q, not %q", some.UploadId, p.UploadId)}
		}
		for _, r := range some.Parts {
			if !p.has(r) {
				return Receipts{}, &OptionError{Field: "Receipts", Reason: fmt.Sprintf("have a part %d of %d bytes, which is none of the plan's", r.PartNumber, r.Size)}
			}
			old, twice := byNumber[r.PartNumber]
			if twice && (unquoted(old.ETag) != unquoted(r.ETag) || contradicts(old.Checksum, r.Checksum)) {
				return Receipts{}, &ConflictError{old, r}
			}
			if !twice || old.Checksum == "" {
				byNumber[r.PartNumber] = r
			}
		}
	}
	all := Receipts{UploadId: p.UploadId}
	for _, number := range slices.Sorted(maps.Keys(byNumber)) {
		all.Parts = append(all.Parts, byNumber[number])
	}
	return all, nil
}

// has reports whether it can be a receipt of the plan's.
func (p *Plan) has(r Receipt) bool {
	if r.PartNumber < 1 || r.PartNumber > p.Parts() || r.Size != p.part(r.PartNumber) {
		return false
	}
	if p.ChecksumAlgorithm == "" {
		return true
	}
	_, err := checksum.Decode(checksum.Algorithm(p.ChecksumAlgorithm), r.Checksum)
	return err == nil
}

// Missing are the parts of the plan that have no receipt, as shares in order; none when all
// have one.
func (p *Plan) Missing(receipts Receipts) []Share {
	have := make(map[int]bool, len(receipts.Parts))
	for _, r := range receipts.Parts {
		have[r.PartNumber] = p.has(r)
	}
	return p.without(have)
}

// without are the shares of the parts that are not in have.
func (p *Plan) without(have map[int]bool) []Share {
	var shares []Share
	next := 1
	for _, number := range slices.Sorted(maps.Keys(have)) {
		if !have[number] {
			continue
		}
		if number > next {
			shares = append(shares, Share{next, number - 1})
		}
		next = number + 1
	}
	if next <= p.Parts() {
		shares = append(shares, Share{next, p.Parts()})
	}
	return shares
}
