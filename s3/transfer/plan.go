package transfer

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/stowage-go/stowage/internal/checkpoint"
	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

const planVersion = 1

// Plan is a multipart upload that several processes or hosts send: which upload it is, and how
// the object is cut. [Manager.Plan] begins one. It travels as JSON and holds no secret; one that
// was decoded is checked, and may come from anywhere: the worst that it can do is to name
// another object of the bucket's owner.
//
//	plan, err := m.Plan(ctx, &s3.PutObjectInput{Bucket: "b", Key: "k", Body: file})
//	shares := plan.Split(3)                                  // send plan and share as JSON
//	receipts, err := m.UploadShare(ctx, plan, share, file)   // in each process
//	all, err := plan.Merge(first, second, third)             // in any of them
//	out, err := m.CompletePlan(ctx, plan, all)
type Plan struct {
	// Version of the format, 1.
	Version int `json:"version"`
	// Bucket, Key and UploadId name the upload.
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
	UploadId string `json:"upload_id"`
	// Size of the object, and of every part but the last, in bytes.
	Size     int64 `json:"size"`
	PartSize int64 `json:"part_size"`
	// Modified and Fingerprint tell the source from another of the same size, where it was
	// at hand when the plan was made: see [Plan.VerifySource].
	Modified    time.Time `json:"modified,omitzero"`
	Fingerprint string    `json:"fingerprint,omitempty"`
	// Integrity that the upload was begun with, never IntegrityAuto, and the algorithm of
	// IntegrityChecksum.
	Integrity         Integrity            `json:"integrity"`
	ChecksumAlgorithm s3.ChecksumAlgorithm `json:"checksum_algorithm,omitempty"`
	// Checksum of the whole object, base64, where PutObjectInput stated one. The upload is
	// not completed unless the parts make it.
	Checksum string `json:"checksum,omitempty"`
	// IfMatch and IfNoneMatch are the conditions of PutObjectInput, which are checked when
	// the upload is completed.
	IfMatch     string `json:"if_match,omitempty"`
	IfNoneMatch string `json:"if_none_match,omitempty"`
	// RequestPayer and ExpectedBucketOwner go with every request.
	RequestPayer        s3.RequestPayer `json:"request_payer,omitempty"`
	ExpectedBucketOwner string          `json:"expected_bucket_owner,omitempty"`
	// CustomerKey: the object is encrypted with a key of the caller's. Set SSECustomerKey
	// to it wherever the plan was decoded.
	CustomerKey bool `json:"customer_key,omitempty"`
	// SSECustomerKey is the key itself. It is never encoded.
	SSECustomerKey s3.CustomerKey `json:"-"`
}

// newPlan is the plan of an upload that has yet to be begun.
func newPlan(in *s3.PutObjectInput, p protection, src checkpoint.Source) Plan {
	_, sum := givenChecksum(in)
	return Plan{
		Version: planVersion, Bucket: in.Bucket, Key: in.Key,
		Size: src.Size, Modified: src.Modified, Fingerprint: src.Fingerprint,
		Integrity: p.mode, ChecksumAlgorithm: p.algorithm, Checksum: sum, IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch,
		RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner,
		CustomerKey: in.SSECustomerKey != "", SSECustomerKey: in.SSECustomerKey,
	}
}

// UnmarshalJSON implements json.Unmarshaler. An [OptionError] names what can't be.
func (p *Plan) UnmarshalJSON(text []byte) error {
	type bare Plan
	var b bare
	if err := json.Unmarshal(text, &b); err != nil {
		return err
	}
	*p = Plan(b)
	return p.check()
}

// check refuses what no upload has, but for the id, which one that has yet to begin lacks.
func (p *Plan) check() error {
	bad := func(format string, args ...any) error {
		return &OptionError{Field: "Plan", Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case p == nil:
		return bad("is nil")
	case p.Version != planVersion:
		return bad("version %d is not known", p.Version)
	case p.Bucket == "" || p.Key == "":
		return bad("names no object")
	case p.Size <= 0 || p.PartSize <= 0:
		return bad("has %d bytes in parts of %d", p.Size, p.PartSize)
	case (p.Size-1)/p.PartSize >= math.MaxInt32:
		return bad("has %d bytes in parts of %d: too many parts", p.Size, p.PartSize)
	case p.Integrity <= IntegrityAuto || p.Integrity > IntegrityTransport:
		return bad("has no integrity")
	case (p.Integrity == IntegrityChecksum) != (p.ChecksumAlgorithm != ""):
		return bad("has integrity %v and checksum algorithm %q", p.Integrity, p.ChecksumAlgorithm)
	case p.ChecksumAlgorithm != "" && checksum.Size(checksum.Algorithm(p.ChecksumAlgorithm)) == 0:
		return bad("has checksum algorithm %q, which can't be computed here", p.ChecksumAlgorithm)
	case p.Checksum != "" && !combinable(p.ChecksumAlgorithm):
		return bad("has a checksum, but no algorithm for a whole object")
	}
	if p.Checksum != "" {
		if _, err := checksum.Decode(checksum.Algorithm(p.ChecksumAlgorithm), p.Checksum); err != nil {
			return bad("has a checksum that is none: %v", err)
		}
	}
	return nil
}

// fill adds what the plan knows to an input that may lack it.
func (p *Plan) fill(in *s3.PutObjectInput) {
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&in.Bucket, p.Bucket},
		{&in.Key, p.Key},
		{&in.IfMatch, p.IfMatch},
		{&in.IfNoneMatch, p.IfNoneMatch},
		{(*string)(&in.RequestPayer), string(p.RequestPayer)},
		{&in.ExpectedBucketOwner, p.ExpectedBucketOwner},
	} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	if _, sum := givenChecksum(in); sum == "" && p.Checksum != "" {
		setChecksum(in, p.ChecksumAlgorithm, p.Checksum)
	}
}

// Parts is how many parts the object is cut into.
func (p *Plan) Parts() int {
	if p.Size <= 0 || p.PartSize <= 0 {
		return 0
	}
	return int((p.Size-1)/p.PartSize + 1)
}

// part is the size of a part that there is.
func (p *Plan) part(number int) int64 {
	return min(p.PartSize, p.Size-int64(number-1)*p.PartSize)
}

// VerifySource compares a body with the one that the plan was made of, by its size, its time of
// change if both are files, and a hash of samples, at most 256 KiB: an error that is
// [ErrSourceChanged] tells what is another. It is for who has the whole of it; a plan that was
// made without a body compares the size alone. The body must be readable at offsets, as *os.File,
// *bytes.Reader, *strings.Reader and *io.SectionReader are, and is read from where it stands.
func (p *Plan) VerifySource(body io.Reader) error {
	src, err := multipart.ReaderSource(body, -1)
	if err != nil {
		return translate(err)
	}
	if src.Buffered() {
		return &OptionError{Field: "Body", Reason: notReadableAgain}
	}
	now := checkpoint.Source{Size: src.Size()}
	was := p.source()
	if p.Fingerprint != "" {
		if now, err = checkpoint.SourceOf(body, src.Size()); err != nil {
			return err
		}
	}
	if now.Modified.IsZero() {
		was.Modified = time.Time{}
	}
	return changed(was, now)
}

func (p *Plan) source() checkpoint.Source {
	return checkpoint.Source{Size: p.Size, Modified: p.Modified, Fingerprint: p.Fingerprint}
}
