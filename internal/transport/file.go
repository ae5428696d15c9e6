package transport

import (
	"io"
	"os"
)

// InFile is a reader at offsets whose bytes lie in a file, as those of a part do.
type InFile interface {
	io.ReaderAt
	// InFile calls send with the file and the place that off has in it, and keeps both as
	// they are meanwhile. It returns what send does, and false without a call when there
	// is no such file, or none any more.
	InFile(off, left int64, send func(f *os.File, at, left int64) int64) (int64, bool)
}

// ownFile is a file itself.
type ownFile struct{ *os.File }

func (o ownFile) InFile(off, left int64, send func(f *os.File, at, left int64) int64) (int64, bool) {
	return send(o.File, off, left), true
}

// inFile finds the file below a reader, and where in it an offset of the reader lies; nil
// when there is none.
func inFile(at io.ReaderAt, off int64) (InFile, int64) {
	for {
		switch v := at.(type) {
		case *os.File:
			return ownFile{v}, off
		case InFile:
			return v, off
		case *io.SectionReader:
			outer, base, _ := v.Outer()
			at, off = outer, off+base
		default:
			return nil, 0
		}
	}
}

// InFile reports whether the body lies in a file, which many systems send without a copy.
func (b *Body) InFile() bool {
	if b == nil || b.at == nil {
		return false
	}
	f, _ := inFile(b.at, b.start)
	return f != nil
}

// fromFile is a body that may be sent by the kernel, straight from its file.
type fromFile interface {
	// inFile reports whether there is a file.
	inFile() bool
	// send calls fn with the file, the place of the next bytes in it and how many there
	// are; fn returns how many went out. The result is the same, and false when the
	// bytes have to be read.
	send(fn func(f *os.File, at, left int64) int64) (int64, bool)
}

func (r *attemptReader) inFile() bool { return r.file != nil }

// send implements fromFile.
func (r *attemptReader) send(fn func(f *os.File, at, left int64) int64) (sent int64, ok bool) {
	left := r.body.length - r.read
	if left <= 0 {
		return 0, false
	}
	r.flush()
	r.body.opened.Store(true)
	sent, ok = r.file.InFile(r.at+r.read, left, fn)
	if sent <= 0 {
		return 0, ok
	}
	r.read += sent
	if s, isSeeker := r.src.(io.Seeker); isSeeker {
		if _, err := s.Seek(sent, io.SeekCurrent); err != nil {
			return sent, false
		}
	}
	r.count(sent)
	return sent, ok
}

func (g *guard) inFile() bool {
	src, ok := g.src.(fromFile)
	return ok && src.inFile()
}

// send implements fromFile: as Read does, it goes no further than the attempt. It never waits,
// since the connection can't be closed meanwhile.
func (g *guard) send(fn func(f *os.File, at, left int64) int64) (int64, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over || g.held != nil {
		return 0, false
	}
	g.read = true
	n, ok := g.src.(fromFile).send(fn) // inFile has seen that it is one
	g.left -= n
	if n > 0 && g.idle != nil {
		g.idle.Reset(g.limit)
	}
	return n, ok
}
