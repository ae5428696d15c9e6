package multipart

import (
	"errors"
	"io"
	"os"
	"sync"

	"github.com/stowage-go/stowage/internal/schedule"
)

// Body is the data of one part, or of the whole object. The embedded
// SectionReader reads, seeks and reads at offsets within the part, and its
// Size is the part's; it stands at 0 when a Target gets it. It may be handed to
// an HTTP client as it is, and rewound for each attempt.
//
// A Body is valid until UploadPart or PutWhole returns. A read that comes later,
// as from a transport that lets go of a request slowly, gets an error and never
// the bytes of another part.
type Body struct {
	*io.SectionReader
	// Number of the part from 1; 0 for the whole object.
	Number int
	// Offset of the part's first byte in bytes from where the upload began.
	Offset int64

	data     []byte
	progress *partProgress
	attempt  int            // 0, or 1 for the repeat of a slow part
	slot     *schedule.Slot // nil in a test's own
}

// Bytes returns the part's bytes when they are in memory, as those of a plain
// reader are, and nil when they are read from the source. Hash from it without
// a second pass, but send through the reader: the bytes are reused as soon as
// UploadPart returns.
func (b Body) Bytes() []byte { return b.data }

// Sent reports bytes of the part that went out, and with a negative delta those
// of an attempt that is rolled back. It is optional: what a finished part left
// unreported is added when it ends, and what a failed one reported is taken
// back. Safe for concurrent use; ignored once the part has ended.
func (b Body) Sent(delta int64) { b.progress.sent(b.attempt, delta) }

// Retried reports that an attempt to send the part failed with err and that the store makes
// another. It is how the scheduler learns of a server that asks for less. Optional.
func (b Body) Retried(err error) {
	if b.slot != nil {
		b.slot.Retried(err)
	}
}

// Progress is Sent for whoever has a function for progress of his own already: own, which may
// be nil, is called first.
func (b Body) Progress(own func(delta int64)) func(delta int64) {
	if own == nil {
		return b.Sent
	}
	return func(delta int64) {
		own(delta)
		b.Sent(delta)
	}
}

// piece is a part on its way from source to worker, with what has to be
// released at its end.
type piece struct {
	number       int
	offset, size int64
	window       *window
	buf          []byte // nil unless pooled
}

// body is the piece for one request, which is the first for it (0) or its repeat (1).
func (p piece) body(progress *partProgress, attempt int, slot *schedule.Slot) Body {
	return Body{
		SectionReader: io.NewSectionReader(p.window, 0, p.size),
		Number:        p.number,
		Offset:        p.offset,
		data:          p.buf,
		progress:      progress,
		attempt:       attempt,
		slot:          slot,
	}
}

// window is one part of a source: reads that end before the part does are
// errors, never a short part, and none gets through after close.
type window struct {
	mu     sync.RWMutex
	src    io.ReaderAt // nil once closed
	base   int64       // of the part in src
	offset int64       // of the part in the upload
	total  int64       // bytes of the upload
}

// ReadAt implements io.ReaderAt. The section reader above it never asks beyond
// the part's end.
func (w *window) ReadAt(p []byte, off int64) (int, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.src == nil {
		return 0, errReleased
	}
	n, err := w.src.ReadAt(p, w.base+off)
	if n == len(p) {
		return n, nil
	}
	at := w.offset + off + int64(n)
	switch {
	case errors.Is(err, io.EOF):
		err = &LengthError{Want: w.total, Got: at}
	case err == nil:
		err = io.ErrNoProgress // io.ReaderAt forbids it, and a short part would follow
	}
	return n, &ReadError{Offset: at, Err: err}
}

// InFile calls send with the file that the part lies in and the place of off in it, and closes
// no sooner than send returns; false without a call where there is no file.
func (w *window) InFile(off, left int64, send func(f *os.File, at, left int64) int64) (int64, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	src, at := w.src, w.base+off
	for {
		switch v := src.(type) {
		case *os.File:
			return send(v, at, left), true
		case *io.SectionReader:
			outer, base, _ := v.Outer()
			src, at = outer, base+at
		default:
			return 0, false
		}
	}
}

// close waits for reads that are under way and lets no further one through.
func (w *window) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.src = nil
}
