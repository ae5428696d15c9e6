package transfer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checkpoint"
)

const checkpointVersion = 1

// maxInFlight bounds the segments that a checkpoint may know nothing of: each is deleted by its
// name when the upload is given up.
const maxInFlight = 1 << 16

// checkpointHeader is the first line of a checkpoint file: which upload it is, of what.
type checkpointHeader struct {
	checkpoint.Source

	Version          int       `json:"version"`
	Kind             kind      `json:"kind"`
	Account          string    `json:"account"`
	Container        string    `json:"container"`
	Object           string    `json:"object"`
	SegmentContainer string    `json:"segment_container,omitempty"`
	Prefix           string    `json:"prefix,omitempty"`
	UploadID         string    `json:"upload_id,omitempty"`
	PartSize         int64     `json:"part_size"`
	DeleteAt         time.Time `json:"delete_at,omitzero"`
	// Concurrency is how many segments more than those below may have been sent.
	Concurrency int `json:"concurrency"`
}

// Check implements checkpoint.Header.
func (h checkpointHeader) Check() error {
	switch {
	case h.Version != 0 && h.Version != checkpointVersion:
		return fmt.Errorf("version %d is not known", h.Version)
	case h.Version == 0 || h.Size <= 0 || h.PartSize <= 0 || h.Prefix == "" && h.UploadID == "":
		return errors.New("there is no upload in it")
	case (h.Size-1)/h.PartSize >= maxNumber || h.Concurrency < 0 || h.Concurrency > maxInFlight:
		return fmt.Errorf("%d bytes in parts of %d, %d at once: there is no such upload", h.Size, h.PartSize, h.Concurrency)
	}
	return nil
}

// Parts implements checkpoint.Header.
func (h checkpointHeader) Parts() int { return int((h.Size-1)/h.PartSize + 1) }

// checkpointPart is every other line: a segment that the server has.
type checkpointPart struct {
	Part int    `json:"part"`
	ETag string `json:"etag"`
}

// Number implements checkpoint.Receipt.
func (p checkpointPart) Number() int { return p.Part }

// checkpointFile is an upload's checkpoint; nil when it keeps none.
type checkpointFile = checkpoint.File[checkpointHeader, checkpointPart]

// readCheckpoint reads the file; an error that is fs.ErrNotExist when there is none.
func readCheckpoint(path string) (*checkpointFile, error) {
	return checkpoint.Read[checkpointHeader, checkpointPart](path)
}

// noted is what a checkpoint keeps of a segment.
func (s segment) noted() checkpointPart { return checkpointPart{s.number, s.etag} }

// sent are the numbers of the segments that may be stored: those that are noted, and as many
// of the first others as were in flight, since they go out in order.
func sent(c *checkpointFile) []int {
	var numbers []int
	unknown := c.Header.Concurrency
	last := c.Header.Parts()
	for n := 1; n <= last && (unknown > 0 || len(numbers) < len(c.Receipts)+c.Header.Concurrency); n++ {
		if _, ok := c.Receipts[n]; !ok {
			if unknown == 0 {
				continue
			}
			unknown--
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// accountOf is the last segment of a storage URL's path.
func accountOf(storageURL string) string {
	path := strings.TrimRight(storageURL, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}
