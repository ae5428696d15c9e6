package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const checkpointVersion = 1

// checkpointHeader is the first line of a checkpoint file: which upload it is, of what.
type checkpointHeader struct {
	Version          int       `json:"version"`
	Kind             kind      `json:"kind"`
	Account          string    `json:"account"`
	Container        string    `json:"container"`
	Object           string    `json:"object"`
	SegmentContainer string    `json:"segment_container,omitempty"`
	Prefix           string    `json:"prefix,omitempty"`
	UploadID         string    `json:"upload_id,omitempty"`
	Size             int64     `json:"size"`
	PartSize         int64     `json:"part_size"`
	Modified         time.Time `json:"modified,omitzero"`
	Fingerprint      string    `json:"fingerprint"`
	DeleteAt         time.Time `json:"delete_at,omitzero"`
	// Concurrency is how many segments more than those below may have been sent.
	Concurrency int `json:"concurrency"`
}

// checkpointPart is every other line: a segment that the server has.
type checkpointPart struct {
	Part int    `json:"part"`
	ETag string `json:"etag"`
}

// checkpoint is the file. It is written whole, by renaming, when an upload begins or is taken
// up again; then each segment adds a line. A process that is killed in the midst of a line
// leaves one without an end, which is not read. A nil checkpoint keeps nothing.
type checkpoint struct {
	path   string
	header checkpointHeader
	parts  map[int]string // ETags by number
	loaded bool           // the file was there

	mu   sync.Mutex
	file *os.File
}

// readCheckpoint reads the file; an error that is fs.ErrNotExist when there is none.
func readCheckpoint(path string) (*checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &checkpoint{path: path, parts: map[int]string{}, loaded: true}
	for n := 1; ; n++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			break
		}
		if n == 1 {
			err = json.Unmarshal(line, &c.header)
			if err == nil && c.header.Version != checkpointVersion {
				err = fmt.Errorf("version %d is not known", c.header.Version)
			}
		} else {
			var p checkpointPart
			if err = json.Unmarshal(line, &p); err == nil && p.Part < 1 {
				err = fmt.Errorf("part %d", p.Part)
			}
			c.parts[p.Part] = p.ETag
		}
		if err != nil {
			return nil, fmt.Errorf("checkpoint %s, line %d: %w", path, n, err)
		}
		text = rest
	}
	h := &c.header
	if h.Version == 0 || h.Size <= 0 || h.PartSize <= 0 || h.Prefix == "" && h.UploadID == "" {
		return nil, fmt.Errorf("checkpoint %s: there is no upload in it", path)
	}
	return c, nil
}

// write puts the whole of the checkpoint in the place of the file that is there, and opens it
// for what is added.
func (c *checkpoint) write() error {
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	if err := lines.Encode(c.header); err != nil {
		return err
	}
	for _, number := range slices.Sorted(maps.Keys(c.parts)) {
		if err := lines.Encode(checkpointPart{number, c.parts[number]}); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(c.path), "."+filepath.Base(c.path)+".*")
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	_, err = f.Write(text.Bytes())
	if err == nil {
		err = f.Sync() // before anything is stored that only this file knows of
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		os.Remove(f.Name())
	} else {
		c.file, err = os.OpenFile(c.path, os.O_WRONLY|os.O_APPEND, 0)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// add notes a segment.
func (c *checkpoint) add(s segment) error {
	if c == nil {
		return nil
	}
	line, err := json.Marshal(checkpointPart{s.number, s.etag})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func (c *checkpoint) close() {
	if c != nil && c.file != nil {
		c.file.Close()
	}
}

// remove deletes the file.
func (c *checkpoint) remove() error {
	if c == nil {
		return nil
	}
	c.close()
	if err := os.Remove(c.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// sent are the numbers of the segments that may be stored: those that are noted, and as many
// of the first others as were in flight, since they go out in order.
func (c *checkpoint) sent() []int {
	var numbers []int
	unknown := c.header.Concurrency
	last := int((c.header.Size-1)/c.header.PartSize + 1)
	for n := 1; n <= last && (unknown > 0 || len(numbers) < len(c.parts)+c.header.Concurrency); n++ {
		if _, ok := c.parts[n]; !ok {
			if unknown == 0 {
				continue
			}
			unknown--
		}
		numbers = append(numbers, n)
	}
	return numbers
}

const (
	samples    = 64
	sampleSize = 4 << 10
)

// fingerprint tells a body from another of the same size without reading all of it: the hash
// of samples from its first byte to its last, and when it was changed, for a file.
func fingerprint(body io.Reader, size int64) (sum string, modified time.Time, err error) {
	if f, ok := body.(*os.File); ok {
		info, err := f.Stat()
		if err != nil {
			return "", time.Time{}, err
		}
		modified = info.ModTime().UTC()
	}
	at, ok := body.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return "", time.Time{}, errors.New("fingerprint: the body can't be read at offsets")
	}
	base, err := at.Seek(0, io.SeekCurrent)
	if err != nil {
		return "", time.Time{}, err
	}
	h := sha256.New()
	buf := make([]byte, min(sampleSize, size))
	span := size - int64(len(buf))
	for i := range int64(samples) {
		// In this order span*i can't overflow.
		offset := span/(samples-1)*i + span%(samples-1)*i/(samples-1)
		if _, err := at.ReadAt(buf, base+offset); err != nil && !errors.Is(err, io.EOF) {
			return "", time.Time{}, err
		}
		h.Write(buf)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), modified, nil
}

// accountOf is the last segment of a storage URL's path.
func accountOf(storageURL string) string {
	path := strings.TrimRight(storageURL, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}
