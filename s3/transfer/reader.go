package transfer

import (
	"context"
	"errors"
	"hash"
	"io"
	"io/fs"
	"math"
	"sync"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// Defaults of what [Manager.Open] reads ahead.
const (
	DefaultReadAhead = 16 << 20 // bytes
	// DefaultReadPartSize is the size of a range, unless Options.PartSize is less.
	DefaultReadPartSize = 4 << 20
)

// Reader is an object that is read in order while its next parts are fetched in parallel. It
// is not safe for concurrent use, but Close may be called at any time.
type Reader struct {
	// DownloadOutput is what the first answer told. Verified and the checksum are set when
	// Read has answered io.EOF.
	DownloadOutput

	*objectReader
}

// objectReader is what a Reader does not show.
type objectReader struct {
	fetch   *fetch
	ctx     context.Context
	cancel  context.CancelCauseFunc
	output  *DownloadOutput
	tracker *multipart.Tracker // of transfer
	// transfer is what watchers see; it ends with the reading, or the closing.
	transfer *transferring
	ended    sync.Once

	parts   []download.Part
	content content
	stored  *DownloadOutput // what HeadObject told, once content is settled
	inOrder hash.Hash       // of what was read, where the hash can't be made of the parts'
	window  window
	direct  io.ReadCloser // in place of a window
	reading sync.Mutex    // of direct
	running sync.WaitGroup

	err    error // what every further Read answers
	closed sync.Once
}

// Open answers an object as an ordered stream, whose next parts are fetched ahead by ranges in
// parallel, into memory. A small object is one request.
//
// At most Options.ReadAhead bytes are held (16 MiB), in ranges of 4 MiB, or Options.PartSize
// or a quarter of ReadAhead, if that is less. The memory comes out of half of the manager's
// MemoryBudget, which all readers share: when that is used up, a reader goes on with the one
// part that it always has. So readers that nobody reads from stop neither other readers nor
// uploads, not even one that sends what a reader reads.
//
// The members of in, and what the content is compared with, are those of [Manager.Download]. A
// stored checksum is compared at the end: then Read fails with s3.ErrChecksumMismatch in place
// of io.EOF. With IntegrityMD5, and with IntegrityChecksum for checksums that can't be made of
// the parts', the reader's goroutine hashes what it reads.
//
// ctx governs the reading, too. The Reader must be closed.
//
// Errors of Open and Read are *[DownloadError]; Read gives all that came before the first byte
// that did not.
func (m *Manager) Open(ctx context.Context, in *s3.GetObjectInput, fns ...func(*Options)) (*Reader, error) {
	o := m.optionsOf(fns)
	f, err := m.newFetch(in, &o)
	if err != nil {
		return nil, f.failed(ctx, err)
	}
	r := &Reader{objectReader: &objectReader{fetch: f}}
	r.output = &r.DownloadOutput
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	if err := r.open(m.readAhead); err != nil {
		r.cancel(nil)
		return nil, f.failed(ctx, err)
	}
	return r, nil
}

// readPartSize is the size of a range, and most how many are held.
func (o *Options) readPartSize() (size int64, most int) {
	ahead := o.ReadAhead
	if ahead == 0 {
		ahead = DefaultReadAhead
	}
	size = DefaultReadPartSize
	if o.PartSize > 0 {
		size = min(size, o.PartSize)
	}
	if ahead < 0 {
		return size, 1
	}
	size = max(min(size, ahead/4), 1)
	return size, int(min(ahead/size, math.MaxInt32))
}

func (r *objectReader) open(memory memory) error {
	slot, err := r.fetch.lane.Acquire(r.ctx)
	if err != nil {
		return err
	}
	size, most := r.fetch.options.readPartSize()
	first, err := r.fetch.first(r.ctx, slot, size)
	if err == nil {
		if err = r.plan(first, size); err != nil {
			first.Body.Close()
		}
	}
	if err != nil {
		slot.Done(0, err)
		return err
	}
	r.transfer = r.fetch.begun()
	r.tracker = r.transfer.Tracker
	r.tracker.Expect(r.output.Size, r.output.Parts)
	if r.fetch.whole {
		// A server that knows no ranges: nothing can be fetched ahead, and a slot would be
		// held for as long as the caller likes.
		slot.Done(0, nil)
		r.direct = first.Body
		return nil
	}
	r.window.init(memory, min(size, r.fetch.state.Size), most)
	r.running.Go(func() { r.fetchAll(first, slot) })
	if r.content.pending {
		r.running.Go(r.expect)
	}
	return nil
}

// plan cuts the object, and decides how the content is compared.
func (r *objectReader) plan(first *s3.GetObjectOutput, size int64) (err error) {
	f, c, asked := r.fetch, &r.content, r.fetch.options.Integrity
	copyFields(r.output, first)
	r.output.Size = f.state.Size
	if f.whole {
		r.output.Parts = 1
		if asked == IntegrityMD5 {
			return r.hashInOrder(f.etagMD5(r.output))
		}
		return nil
	}
	copyChecksums(r.output, new(DownloadOutput)) // of a range, if anything
	if r.parts, err = download.Cut(f.state.Size, size); err != nil {
		return err
	}
	r.output.Parts = len(r.parts)
	c.sums = make([]map[checksum.Algorithm][]byte, len(r.parts))
	switch {
	case asked == IntegrityMD5:
		return r.hashInOrder(f.etagMD5(r.output))
	case asked == IntegrityChecksum:
		stored, err := f.stored(r.ctx)
		if err != nil {
			return err
		}
		copyChecksums(r.output, stored)
		if want := storedChecksum(stored); combinable(s3.ChecksumAlgorithm(want.algorithm)) {
			c.want = want
		} else {
			return r.hashInOrder(want)
		}
	case len(r.parts) > 1 && f.wantsChecksum():
		c.pending = true
		c.settled = make(chan struct{})
	}
	return nil
}

func (r *objectReader) hashInOrder(want expectation) (err error) {
	if want.algorithm == "" {
		return nil
	}
	r.content.want = want
	r.inOrder, err = checksum.New(want.algorithm)
	r.content.read = r.inOrder
	return err
}

// expect asks for the stored checksum beside the parts.
func (r *objectReader) expect() {
	stored, err := r.fetch.stored(r.ctx)
	if err != nil {
		stored = new(DownloadOutput) // the parts tell what is wrong
	}
	r.stored = stored
	r.content.expect(storedChecksum(stored))
	close(r.content.settled)
}

// Read implements io.Reader.
func (r *objectReader) Read(p []byte) (int, error) {
	if len(p) == 0 || r.err != nil {
		return 0, r.err
	}
	if r.direct != nil {
		return r.readDirect(p)
	}
	b, err := r.window.next()
	if err != nil {
		r.err = r.end(err)
		return 0, r.err
	}
	n := copy(p, b)
	r.saw(p[:n])
	r.window.take(n)
	return n, nil
}

func (r *objectReader) readDirect(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	n, err := r.direct.Read(p)
	r.saw(p[:n])
	r.tracker.Add(int64(n))
	if err != nil {
		r.err = r.end(err)
	}
	return n, r.err
}

// WriteTo implements io.WriterTo: it writes out of the buffers that were fetched into.
func (r *objectReader) WriteTo(w io.Writer) (written int64, err error) {
	if r.direct != nil {
		return io.Copy(w, struct{ io.Reader }{r})
	}
	for r.err == nil {
		b, err := r.window.next()
		if err != nil {
			r.err = r.end(err)
			break
		}
		n, err := w.Write(b)
		r.saw(b[:n])
		r.window.take(n)
		written += int64(n)
		if err == nil && n < len(b) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return written, err
		}
	}
	if r.err == io.EOF { //nolint:errorlint // its own
		return written, nil
	}
	return written, r.err
}

func (r *objectReader) saw(p []byte) {
	if r.inOrder != nil {
		r.inOrder.Write(p)
	}
}

// end makes of the end of the data what Read answers: io.EOF, if the content is right.
func (r *objectReader) end(err error) error {
	if err == io.EOF { //nolint:errorlint // the window's own
		// The bytes of a part are here before its body has ended, with what that may say.
		r.running.Wait()
		if late := r.window.failure(); late != nil {
			err = late
		}
	}
	if errors.Is(context.Cause(r.ctx), fs.ErrClosed) {
		return fs.ErrClosed
	}
	if err == io.EOF { //nolint:errorlint // the window's own
		var verified s3.ChecksumAlgorithm
		if verified, err = r.verify(); err == nil {
			r.output.Verified = verified
			r.tracker.Finish(r.output.Size, r.output.Parts)
			r.ended.Do(func() { r.transfer.end(nil) })
			return io.EOF
		}
	}
	err = r.fetch.failed(r.ctx, err)
	r.ended.Do(func() { r.transfer.end(err) })
	return err
}

func (r *objectReader) verify() (s3.ChecksumAlgorithm, error) {
	if r.content.settled != nil {
		<-r.content.settled // ends with the context at the latest
		copyChecksums(r.output, r.stored)
	}
	if r.fetch.whole && r.inOrder == nil {
		return s3.ChecksumAlgorithm(storedChecksum(r.output).algorithm), nil // GetObject has compared it
	}
	return r.content.verify(r.parts)
}

// Close ends all requests and gives the memory back. A Read that waits, and every further
// one, fails with fs.ErrClosed.
func (r *objectReader) Close() error {
	r.closed.Do(func() {
		r.cancel(fs.ErrClosed)
		r.window.close()
		r.running.Wait()
		if r.direct != nil {
			r.reading.Lock()
			defer r.reading.Unlock()
			r.direct.Close()
		}
		r.ended.Do(func() { r.transfer.end(fs.ErrClosed) })
	})
	return nil
}

var _ interface {
	io.ReadCloser
	io.WriterTo
} = (*Reader)(nil)
