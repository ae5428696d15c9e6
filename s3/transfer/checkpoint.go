package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/stowage-go/stowage/internal/checkpoint"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// ErrSourceChanged: the body is not the one that the upload was begun with. The error tells what
// is another: the size, the time of the file's change, or the content. Give the body of before,
// or end the upload by [Manager.AbortCheckpoint] or [Manager.AbortPlan].
var ErrSourceChanged = errors.New("the body is not the one that the upload was begun with")

func changed(was, now checkpoint.Source) error {
	if what := was.Changed(now); what != "" {
		return fmt.Errorf("%w: %s", ErrSourceChanged, what)
	}
	return nil
}

const (
	notReadableAgain = "must be one that can be read at offsets: a file, a bytes.Reader, strings.Reader or io.SectionReader"
	keyMissing       = "is missing: the upload was begun with a customer key, which is never written down"
)

// maxLost bounds how many beginnings without an answer a checkpoint remembers.
const maxLost = 16

// checkpointHeader is the first line of a checkpoint file; the others are each a [Receipt].
type checkpointHeader struct {
	// Plan of the upload. Its UploadId is empty from before CreateMultipartUpload until its
	// answer is noted.
	Plan     Plan   `json:"plan"`
	Endpoint string `json:"endpoint"`
	// Begun is when CreateMultipartUpload was about to be sent; zero when it was not.
	Begun time.Time `json:"begun,omitzero"`
	// Lost are the times of those before, whose answer no process lived to note.
	Lost []time.Time `json:"lost,omitempty"`
}

// Check implements checkpoint.Header.
func (h checkpointHeader) Check() error {
	if len(h.Lost) > maxLost {
		return fmt.Errorf("%d uploads are lost", len(h.Lost))
	}
	return h.Plan.check()
}

// Parts implements checkpoint.Header.
func (h checkpointHeader) Parts() int { return h.Plan.Parts() }

// checkpointFile is an upload's checkpoint; nil when it keeps none.
type checkpointFile = checkpoint.File[checkpointHeader, Receipt]

func readCheckpoint(path string) (*checkpointFile, error) {
	return checkpoint.Read[checkpointHeader, Receipt](path)
}

// noCheckpoint refuses the option where there is no use for it.
func (o *Options) noCheckpoint() error {
	if o.Checkpoint != "" {
		return &OptionError{Field: "Checkpoint", Reason: "is of one Upload"}
	}
	return nil
}

// openCheckpoint reads the checkpoint that the options name, if it is there, and holds it against
// what is asked for. What the upload was begun with then replaces what the caller left open, in
// in and in the integrity that it returns.
func (o *Options) openCheckpoint(in *s3.PutObjectInput, src multipart.Source, endpoint string) (*checkpointFile, Integrity, error) {
	asked := o.Integrity
	switch {
	case o.Checkpoint == "" || (src.Size() == 0 || checkpoint.Empty(in.Body)) && !o.resumeOnly:
		return nil, asked, nil
	case src.Buffered():
		return nil, asked, &OptionError{Field: "Checkpoint", Reason: "needs a body that can be read again; it " + notReadableAgain}
	case in.Bucket == "":
		return nil, asked, &OptionError{Field: "Bucket", Reason: "is missing"}
	case in.Key == "":
		return nil, asked, &OptionError{Field: "Key", Reason: "is missing"}
	}
	now, err := checkpoint.SourceOf(in.Body, src.Size())
	if err != nil {
		return nil, asked, fmt.Errorf("checkpoint: %w", err)
	}
	c, err := readCheckpoint(o.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) && !o.resumeOnly {
		c = checkpoint.New[checkpointHeader, Receipt](o.Checkpoint, checkpointHeader{Plan: newPlan(in, protection{}, now), Endpoint: endpoint})
		return c, asked, nil
	}
	if err != nil {
		return nil, asked, err
	}
	h := &c.Header
	if err := h.same(in, now, endpoint); err != nil {
		return nil, asked, err
	}
	if asked == IntegrityAuto && in.ChecksumAlgorithm == "" {
		asked = h.Plan.Integrity
	}
	if _, sum := givenChecksum(in); sum == "" && in.ChecksumAlgorithm == "" && asked == IntegrityChecksum {
		in.ChecksumAlgorithm = h.Plan.ChecksumAlgorithm
	}
	return c, asked, nil
}

// same refuses to go on with another upload, or another body.
func (h *checkpointHeader) same(in *s3.PutObjectInput, now checkpoint.Source, endpoint string) error {
	if err := h.isAt(endpoint); err != nil {
		return err
	}
	switch {
	case h.Plan.Bucket != in.Bucket:
		return another("bucket", h.Plan.Bucket, in.Bucket)
	case h.Plan.Key != in.Key:
		return another("key", h.Plan.Key, in.Key)
	case h.Plan.CustomerKey && in.SSECustomerKey == "":
		return &OptionError{Field: "SSECustomerKey", Reason: keyMissing}
	case !h.Plan.CustomerKey && in.SSECustomerKey != "":
		return &OptionError{Field: "SSECustomerKey", Reason: "is set, but the upload was begun without one"}
	}
	return changed(h.Plan.source(), now)
}

// isAt compares the server.
func (h *checkpointHeader) isAt(endpoint string) error {
	if h.Endpoint != endpoint {
		return another("endpoint", h.Endpoint, endpoint)
	}
	return nil
}

func another(name, got, want string) error {
	return &OptionError{Field: "Checkpoint", Reason: fmt.Sprintf("is of another upload: its %s is %q, not %q", name, got, want)}
}

// agree notes the protection in a new checkpoint, and compares it with that of one that was there.
func agree(c *checkpointFile, p protection) error {
	if c == nil {
		return nil
	}
	plan := &c.Header.Plan
	if !c.Loaded {
		plan.Integrity, plan.ChecksumAlgorithm = p.mode, p.algorithm
		return nil
	}
	if plan.Integrity != p.mode || plan.ChecksumAlgorithm != p.algorithm {
		return another("integrity", describe(plan.Integrity, plan.ChecksumAlgorithm), describe(p.mode, p.algorithm))
	}
	return nil
}

func describe(i Integrity, a s3.ChecksumAlgorithm) string {
	if a == "" {
		return i.String()
	}
	return i.String() + " " + string(a)
}
