package download

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
)

// Partial is a file of which parts may be there from before. Beside it is another that tells
// which, and of which state of which object: a line of JSON for that, and one for each part,
// added once the part is written. A process that is killed loses the parts that were under
// way.
type Partial struct {
	File
	state State
	parts []Part
	sums  map[int][]byte // of those that are there

	mu  sync.Mutex
	log *os.File
}

// State is what a [Partial] is of.
type State struct {
	Version int `json:"version"`
	// Source names the object.
	Source       string    `json:"source"`
	ETag         string    `json:"etag"`
	LastModified time.Time `json:"last_modified"`
	Size         int64     `json:"size"`
	PartSize     int64     `json:"part_size"`
}

const stateVersion = 1

// maxState is how much is read of what notes the parts: a million of them stay below.
const maxState = 128 << 20

// partLine is a part that is there.
type partLine struct {
	Part int    `json:"part"` // from 0
	Sum  string `json:"crc64nvme"`
}

func partialName(name string) string { return beside(name, ".partial") }
func stateName(name string) string   { return beside(name, ".partial.json") }

// CreatePartial begins a file anew.
func CreatePartial(root *os.Root, name string, s State) (*Partial, error) {
	if err := replaceable(root, name); err != nil {
		return nil, err
	}
	if err := RemovePartial(root, name); err != nil {
		return nil, err
	}
	s.Version = stateVersion
	line, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	f, err := root.OpenFile(partialName(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	p := &Partial{File: File{f, root, name, partialName(name)}, state: s, sums: map[int][]byte{}}
	err = f.Truncate(s.Size)
	if err == nil {
		p.log, err = root.OpenFile(stateName(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, mode)
	}
	if err == nil {
		_, err = p.log.Write(append(line, '\n'))
	}
	if err != nil {
		return nil, first(err, p.Discard())
	}
	return p, nil
}

// OpenPartial opens what is there of a file. It is nil where there is nothing, or nothing
// that can be read, or of another source.
func OpenPartial(root *os.Root, name, source string) (*Partial, error) {
	if err := replaceable(root, name); err != nil {
		return nil, err
	}
	for _, n := range []string{partialName(name), stateName(name)} {
		info, err := root.Lstat(n)
		if err != nil || !info.Mode().IsRegular() {
			return nil, nil //nolint:nilerr,nilnil // as documented
		}
	}
	f, err := root.OpenFile(partialName(name), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	p := &Partial{File: File{f, root, name, partialName(name)}, sums: map[int][]byte{}}
	whole, err := p.load(source)
	if err != nil {
		return nil, first(err, f.Close())
	}
	if !whole {
		return nil, f.Close()
	}
	return p, nil
}

// load reads the state, and is false where it is of no use.
func (p *Partial) load(source string) (bool, error) {
	log, err := p.root.OpenFile(stateName(p.name), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return false, err
	}
	p.log = log
	text, err := io.ReadAll(io.LimitReader(log, maxState))
	if err != nil {
		return false, first(err, log.Close())
	}
	info, err := p.Stat()
	if err != nil {
		return false, first(err, log.Close())
	}
	read := p.parse(text)
	s := &p.state
	if read < 0 || s.Version != stateVersion || s.Source != source || s.Size != info.Size() || s.Size <= 0 || s.PartSize <= 0 {
		return false, log.Close()
	}
	if p.parts, err = Cut(s.Size, s.PartSize); err != nil {
		return false, log.Close()
	}
	if err := log.Truncate(int64(read)); err != nil {
		return false, first(err, log.Close())
	}
	return true, nil
}

// parse reads the lines that are whole, and answers how many bytes those are; -1 when there
// is none. A process may have ended in the midst of one.
func (p *Partial) parse(text []byte) int {
	read := -1
	for n := 0; ; n++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return read
		}
		if n == 0 {
			if json.Unmarshal(line, &p.state) != nil {
				return -1
			}
			read = 0
		} else {
			var l partLine
			if json.Unmarshal(line, &l) != nil {
				return read
			}
			sum, err := checksum.Decode(checksum.CRC64NVME, l.Sum)
			if err != nil {
				return read
			}
			p.sums[l.Part] = sum
		}
		read += len(line) + 1
		text = rest
	}
}

// State is what the file is of.
func (p *Partial) State() State { return p.state }

// Parts are all that there are to be.
func (p *Partial) Parts() []Part { return p.parts }

// LeaveOne forgets the last part if all are there.
func (p *Partial) LeaveOne() {
	for i := range p.parts {
		if _, ok := p.sums[i]; !ok {
			return
		}
	}
	delete(p.sums, len(p.parts)-1)
}

// Check reads the parts that are there and forgets those that are not what came: what was
// written before the power failed may be lost. seen is given the bytes of each, and settled
// what became of it. What is left, is there.
func (p *Partial) Check(ctx context.Context, seen func([]byte), settled func(i int, ok bool)) error {
	for i, part := range p.parts {
		want, ok := p.sums[i]
		if !ok {
			continue
		}
		h, err := checksum.New(checksum.CRC64NVME)
		if err != nil {
			return err
		}
		if err := Read(ctx, p, part, func(b []byte) { h.Write(b); seen(b) }); err != nil {
			return err
		}
		ok = bytes.Equal(h.Sum(nil), want)
		if !ok {
			delete(p.sums, i)
		}
		settled(i, ok)
	}
	return nil
}

// Has reports whether part i is there.
func (p *Partial) Has(i int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.sums[i]
	return ok
}

// Note takes note that part i is written. sum is its CRC-64/NVME.
func (p *Partial) Note(i int, sum []byte) error {
	line, err := json.Marshal(partLine{i, checksum.Encode(sum)})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.log.Write(append(line, '\n')); err != nil {
		return err
	}
	p.sums[i] = sum
	return nil
}

// Commit gives the file its name, and deletes what told of its parts.
func (p *Partial) Commit(sync bool) error {
	here, err := p.Stat()
	if err != nil {
		return err
	}
	// Another download to the same name may have begun anew, or be through.
	there, err := p.root.Lstat(p.temporary)
	if err != nil {
		return err
	}
	if !os.SameFile(here, there) {
		return fmt.Errorf("%s was replaced by another download", p.temporary)
	}
	if err := p.File.Commit(sync); err != nil {
		return err
	}
	return first(p.log.Close(), p.root.Remove(stateName(p.name)))
}

// Keep closes the file and leaves what is there.
func (p *Partial) Keep() error { return first(closeFile(p.File.File), closeFile(p.log)) }

// Discard closes and deletes both files.
func (p *Partial) Discard() error {
	err := closeFile(p.File.File)
	if p.log != nil {
		err = first(err, closeFile(p.log))
	}
	return first(err, RemovePartial(p.root, p.name))
}

// RemovePartial deletes what may be there of a file.
func RemovePartial(root *os.Root, name string) error {
	for _, n := range []string{stateName(name), partialName(name)} {
		if err := root.Remove(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
