package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// Body is what a call sends, for as many attempts as its reader allows: from where
// the caller handed it over, every time.
type Body struct {
	reader io.Reader
	at     io.ReaderAt // non-nil: every attempt reads through a section of its own
	seeker io.Seeker   // non-nil: can be rewound
	memory bool
	whole  bool // the length is all that the reader has
	start  int64
	length int64
	opened atomic.Bool
	report func(int64) // may be nil

	current *attemptReader
}

// UnknownLength is the length of a body that can't tell.
const UnknownLength = -1

// TakeContentLength takes the length that a caller stated out of the header, where net/http
// would not look for it. It is [UnknownLength] when none is stated.
func TakeContentLength(h http.Header) (int64, error) {
	v := h.Get("Content-Length")
	if v == "" {
		return UnknownLength, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("ContentLength %s is not a length", v)
	}
	delete(h, "Content-Length")
	return n, nil
}

// BytesBody is a body over a document in memory.
func BytesBody(doc []byte) *Body {
	r := bytes.NewReader(doc)
	return &Body{reader: r, at: r, seeker: r, memory: true, length: int64(len(doc))}
}

// NewBody wraps the caller's reader. length is what the caller stated, or
// [UnknownLength]; then it is taken from the reader, if that can tell: by Len, as
// bytes.Buffer has it, or by seeking to its end. A stated length longer than what
// a seekable reader holds is an error.
func NewBody(r io.Reader, length int64) (*Body, error) {
	b := &Body{reader: r, length: length}
	if l, ok := r.(interface{ Len() int }); ok {
		b.memory = true
		if b.length < 0 {
			b.length = int64(l.Len())
		}
	}
	s, ok := r.(io.Seeker)
	if !ok {
		return b, nil
	}
	start, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		// A pipe is an *os.File too: it has the method but not the ability.
		return b, nil
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return b, nil
	}
	if _, err := s.Seek(start, io.SeekStart); err != nil {
		return nil, &BodyError{fmt.Errorf("seek back: %w", err)}
	}
	b.seeker, b.start = s, start
	rest := max(end-start, 0)
	switch {
	case b.length < 0:
		b.length = rest
	case b.length > rest:
		return nil, &BodyError{fmt.Errorf("content length %d is stated but the reader holds %d bytes", b.length, rest)}
	}
	b.whole = b.length == rest
	if at, ok := r.(io.ReaderAt); ok {
		b.at = at
	}
	return b, nil
}

// Len is the length in bytes, or [UnknownLength].
func (b *Body) Len() int64 {
	if b == nil {
		return 0
	}
	return b.length
}

// Rewindable reports whether the body can be read more than once.
func (b *Body) Rewindable() bool { return b == nil || b.seeker != nil }

// InMemory reports whether reading the body costs no input or output.
func (b *Body) InMemory() bool { return b == nil || b.memory }

// Report has delta called with the bytes that reach the connection as they do, and
// with the negative of what an attempt sent when that attempt is given up.
func (b *Body) Report(delta func(int64)) { b.report = delta }

// Touched reports whether a body that can't be rewound has been read from.
func (b *Body) Touched() bool { return b != nil && b.opened.Load() && b.seeker == nil }

// ReadAhead writes all of the body to w once, ahead of its sending, as hashing needs it.
func (b *Body) ReadAhead(w io.Writer) error {
	if b.seeker == nil {
		return &BodyError{errors.New("can't be rewound")}
	}
	if to, ok := b.reader.(io.WriterTo); ok && b.memory && b.whole {
		return b.writeAhead(to, w)
	}
	r, err := b.open()
	if err != nil {
		return err
	}
	buf := chunks.Get().(*[chunkSize]byte)
	defer chunks.Put(buf)
	n, err := io.CopyBuffer(w, r, buf[:])
	if err != nil {
		return &BodyError{err}
	}
	if n != b.length {
		return &BodyError{fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, n, b.length)}
	}
	return nil
}

// writeAhead is ReadAhead without a copy: a reader in memory writes its bytes itself.
func (b *Body) writeAhead(to io.WriterTo, w io.Writer) error {
	if _, err := b.seeker.Seek(b.start, io.SeekStart); err != nil {
		return &BodyError{fmt.Errorf("rewind: %w", err)}
	}
	n, err := to.WriteTo(w)
	if err == nil && n != b.length {
		err = fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, n, b.length)
	}
	if err != nil {
		return &BodyError{err}
	}
	return nil
}

// open positions the body at its start and limits it to its length.
func (b *Body) open() (io.Reader, error) {
	if b.at != nil {
		return io.NewSectionReader(b.at, b.start, b.length), nil
	}
	if b.seeker != nil {
		if _, err := b.seeker.Seek(b.start, io.SeekStart); err != nil {
			return nil, &BodyError{fmt.Errorf("rewind: %w", err)}
		}
	}
	if b.length < 0 {
		return b.reader, nil
	}
	return io.LimitReader(b.reader, b.length), nil
}

// Open starts an attempt's reading: counted, complete or an error.
func (b *Body) Open() (io.Reader, error) {
	r, err := b.open()
	if err != nil {
		return nil, err
	}
	b.current = &attemptReader{body: b, src: r}
	if b.at != nil {
		b.current.file, b.current.at = inFile(b.at, b.start)
	}
	return b.current, nil
}

// rollBack takes back what the running attempt reported.
func (b *Body) rollBack() {
	if b != nil && b.current != nil {
		b.current.rollBack()
	}
}

// confirm reports what the attempt's last read gave, now that an answer is here.
func (b *Body) confirm() {
	if b != nil && b.current != nil {
		b.current.flush()
	}
}

// sent is how many bytes of the last attempt reached the connection.
func (b *Body) sent() int64 {
	if b == nil || b.current == nil {
		return 0
	}
	b.current.mu.Lock()
	defer b.current.mu.Unlock()
	return b.current.sent
}

// attemptReader reads the body for one attempt. A chunk counts as sent when the
// next one is asked for: then net/http has written it.
type attemptReader struct {
	body *Body
	src  io.Reader
	read int64

	file InFile // non-nil: the bytes lie in a file, from at on
	at   int64

	mu            sync.Mutex
	pending, sent int64
	over          bool
}

func (r *attemptReader) Read(p []byte) (int, error) {
	r.flush()
	r.body.opened.Store(true)
	n, err := r.src.Read(p)
	r.read += int64(n)
	r.mu.Lock()
	r.pending = int64(n)
	r.mu.Unlock()
	if err == io.EOF {
		if want := r.body.length; want >= 0 && r.read < want {
			return n, &BodyError{fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, r.read, want)}
		}
		r.flush()
		return n, io.EOF
	}
	if err != nil {
		err = &BodyError{err}
	}
	return n, err
}

func (r *attemptReader) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending == 0 || r.over {
		return
	}
	n := r.pending
	r.pending = 0
	r.add(n)
}

// count reports bytes that are out without having been read.
func (r *attemptReader) count(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.add(n)
	}
}

// add runs under mu.
func (r *attemptReader) add(n int64) {
	r.sent += n
	if r.body.report != nil {
		r.body.report(n)
	}
}

func (r *attemptReader) rollBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	r.over = true
	if r.sent != 0 && r.body.report != nil {
		r.body.report(-r.sent)
	}
}
