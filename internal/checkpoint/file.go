package checkpoint

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// What a file may hold. The largest true one has a million lines of less than 100 bytes.
const (
	maxLine = 64 << 10
	maxFile = 256 << 20
)

// Header is the first line: which transfer it is, of what.
type Header interface {
	// Check refuses what no transfer has.
	Check() error
	// Parts is how many parts there are.
	Parts() int
}

// Receipt is every other line: a part that is through.
type Receipt interface {
	// Number of the part, from 1.
	Number() int
}

// File is a checkpoint. Header and Receipts are the caller's; nothing of them is on disk
// before Write. Add is safe for concurrent use. A nil *File keeps nothing.
type File[H Header, R Receipt] struct {
	Header H
	// Receipts by the part's number.
	Receipts map[int]R
	// Loaded: the file was there.
	Loaded bool

	path string
	mu   sync.Mutex
	file *os.File
	err  error // of the first Add that failed
}

// New makes a checkpoint that is not on disk yet.
func New[H Header, R Receipt](path string, header H) *File[H, R] {
	return &File[H, R]{Header: header, Receipts: map[int]R{}, path: path}
}

// Read reads the file. An error that is fs.ErrNotExist: there is none.
func Read[H Header, R Receipt](path string) (*File[H, R], error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		// A pipe would keep it waiting.
		return nil, fmt.Errorf("checkpoint %s: is no file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := Decode[H, R](f)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s%w", path, err)
	}
	c.path = path
	return c, nil
}

// Decode reads the content of a file. What it returns has no place on disk.
func Decode[H Header, R Receipt](r io.Reader) (*File[H, R], error) {
	c := &File[H, R]{Receipts: map[int]R{}, Loaded: true}
	return c, c.decode(r, maxFile)
}

// lineError is what is wrong in a line; 0 is the file as a whole.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string {
	if e.line == 0 {
		return ": " + e.err.Error()
	}
	return fmt.Sprintf(", line %d: %v", e.line, e.err)
}

func (e *lineError) Unwrap() error { return e.err }

func (c *File[H, R]) decode(r io.Reader, most int) error {
	lines := bufio.NewReaderSize(r, maxLine)
	read := 0
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		if read += len(line); read > most {
			return &lineError{n, fmt.Errorf("the file is larger than %d bytes", most)}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return &lineError{n, fmt.Errorf("is longer than %d bytes", maxLine)}
		case errors.Is(err, io.EOF) && n == 1:
			if err = c.Header.Check(); err == nil {
				err = errors.New("is empty")
			}
			return &lineError{0, err}
		case errors.Is(err, io.EOF):
			return nil // a line without an end is one that was not finished
		case err != nil:
			return &lineError{n, err}
		}
		if n == 1 {
			err = json.Unmarshal(line, &c.Header)
			if err == nil {
				err = c.Header.Check()
			}
		} else {
			err = c.decodeReceipt(line)
		}
		if err != nil {
			return &lineError{n, err}
		}
	}
}

func (c *File[H, R]) decodeReceipt(line []byte) error {
	var r R
	if err := json.Unmarshal(line, &r); err != nil {
		return err
	}
	if n := r.Number(); n < 1 || n > c.Header.Parts() {
		return fmt.Errorf("part %d of %d", n, c.Header.Parts())
	}
	c.Receipts[r.Number()] = r
	return nil
}

// Path of the file.
func (c *File[H, R]) Path() string { return c.path }

// Write puts the whole of the checkpoint in the place of the file that is there, and opens it
// for what is added. When it returns, the file outlives the machine, so that something may be
// stored that only the file knows of.
func (c *File[H, R]) Write() error {
	if c == nil {
		return nil
	}
	c.Close()
	err := c.replace()
	if err == nil {
		c.file, err = os.OpenFile(c.path, os.O_WRONLY|os.O_APPEND, 0)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func (c *File[H, R]) replace() error {
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	if err := lines.Encode(c.Header); err != nil {
		return err
	}
	for _, number := range slices.Sorted(maps.Keys(c.Receipts)) {
		if err := lines.Encode(c.Receipts[number]); err != nil {
			return err
		}
	}
	// One name, so that what a killed process leaves is replaced, and nothing of another's is
	// written to.
	f, err := os.OpenFile(c.path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) && os.Remove(c.path+".new") == nil {
		f, err = os.OpenFile(c.path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	syncDir(filepath.Dir(c.path))
	return nil
}

// syncDir makes the new name last. Not every system can, and then there is nothing to be done.
func syncDir(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// Add notes a part. After an Add that failed, which may have left half a line, every other
// fails too.
func (c *File[H, R]) Add(r R) error {
	if c == nil {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		if _, err := c.file.Write(append(line, '\n')); err != nil {
			c.err = fmt.Errorf("checkpoint: %w", err)
		}
	}
	return c.err
}

// Close lets go of the file, which stays.
func (c *File[H, R]) Close() {
	if c != nil && c.file != nil {
		c.file.Close()
	}
}

// Remove deletes the file. One that is gone is no error.
func (c *File[H, R]) Remove() error {
	if c == nil {
		return nil
	}
	c.Close()
	if err := os.Remove(c.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}
