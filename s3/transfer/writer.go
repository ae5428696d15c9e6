package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/stowage-go/stowage/s3"
)

// ErrAborted: the upload was given up by [Writer.Abort].
var ErrAborted = errors.New("aborted by the writer")

// NewWriter makes a writer that stores what is written to it under bucket and key, for
// producers that push: archives, compressors, encoders. Nothing is sent, and nothing runs,
// before the first byte is written or the writer is closed. [Writer.Input] takes metadata
// and the like.
//
//	w, err := m.NewWriter(ctx, "backup", "home.tar.gz")
//	if err != nil {
//		return err
//	}
//	defer w.Abort() // does nothing after Close
//	... write to w, return on an error ...
//	return w.Close()
//
// What is written goes straight into the buffers of parts, of which there are as many as
// the memory allows; while all of them wait to be sent, Write waits. Content that fits one
// part is sent by one PutObject at Close.
//
// A writer that was written to holds its buffers until Close or Abort returns, or ctx ends.
// A forgotten one is freed by ctx alone.
//
// The error is an *[OptionError]. Those that concern Input come from the first Write, or
// from Close.
func (m *Manager) NewWriter(ctx context.Context, bucket, key string, fns ...func(*Options)) (*Writer, error) {
	o := m.optionsOf(fns)
	if err := o.check(); err != nil {
		return nil, err
	}
	w := &Writer{Input: s3.PutObjectInput{Bucket: bucket, Key: key}, manager: m, options: o, ctx: ctx}
	w.data.changed.L = &w.data.mu
	return w, nil
}

// Writer stores what is written to it as one object. It implements io.Writer,
// io.ReaderFrom and io.Closer. [Manager.NewWriter] makes it.
//
// The object appears when Close returns nil, as a whole, and in no other case: not after
// an error of Write or ReadFrom, not after Abort, not after the end of the context. A
// producer that fails has to call Abort, for a writer can't know that what it was given is
// not all; closing it would store the beginning.
//
// It is for one goroutine; Abort may be called from any.
type Writer struct {
	// Input holds the bucket, the key, and everything else that PutObject takes. It may
	// be changed until the first byte is written. Body must be nil; with ContentLength,
	// content of another length is an error.
	Input s3.PutObjectInput

	manager *Manager
	options Options
	ctx     context.Context
	data    handover

	mu     sync.Mutex
	cancel context.CancelCauseFunc // of the upload
	done   chan struct{}           // closed when it has ended; nil before it begins
	closed bool

	// Once done is closed:
	output *UploadOutput
	err    error
}

// Format implements fmt.Formatter: bucket and key, whatever the verb. The rest changes while it is
// printed.
func (w *Writer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "transfer.Writer("+w.Input.Bucket+"/"+w.Input.Key+")")
}

// Write stores p. It returns when p is in the buffers of parts, which is not to say sent.
// After an error nothing more is taken: what has failed is the upload, and its error, an
// *[UploadError], is that of every further call. After Close or Abort the error is
// fs.ErrClosed.
func (w *Writer) Write(p []byte) (int, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	n := w.data.write(p)
	if n < len(p) {
		return n, w.failure()
	}
	return n, nil
}

// ReadFrom stores all that r gives until io.EOF, read into the buffers of parts without a
// copy. io.Copy calls it. An error of r is returned as it is, and fails the upload: Close
// will not store what came before it.
//
// While a Read of r waits, the upload can't end: the end of the context and Abort take
// effect when that Read returns.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	n, err := w.data.readFrom(r)
	switch {
	case errors.Is(err, errGone):
		return n, w.failure()
	case err != nil:
		w.data.end(err)
		<-w.done
	}
	return n, err
}

// Close stores the object, and returns when the server has it. Its error is an
// *[UploadError], that of the first failure; then no object was stored, unless the error
// is [ErrAmbiguous] or [ErrIncomplete]. Further calls return the same.
func (w *Writer) Close() error {
	if err := w.begin(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.data.end(io.EOF)
	<-w.done
	return w.err
}

// Abort gives the upload up and removes what was sent of it. It returns when that is done;
// an error tells that parts may be left, or that it is not known whether the object was
// stored. After a Close that returned nil it does nothing.
func (w *Writer) Abort() error {
	w.mu.Lock()
	w.closed = true
	if w.done == nil {
		w.end(nil, &UploadError{Bucket: w.Input.Bucket, Key: w.Input.Key, Err: ErrAborted})
	}
	cancel := w.cancel
	w.mu.Unlock()
	if cancel != nil {
		cancel(ErrAborted)
	}
	<-w.done
	var failed *UploadError
	if errors.As(w.err, &failed) && failed.Parts != PartsUnknown && failed.Parts != PartsCompleted {
		return nil
	}
	return w.err
}

// Output tells what was stored; nil unless Close has returned nil.
func (w *Writer) Output() *UploadOutput {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.done:
		return w.output
	default:
		return nil
	}
}

// begin starts the upload unless it runs.
func (w *Writer) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.closedError()
	}
	if w.done != nil {
		return nil
	}
	in := w.Input
	if in.Body != nil {
		err := &OptionError{Field: "Body", Reason: "is set, but a Writer stores what is written to it"}
		w.end(nil, &UploadError{Bucket: in.Bucket, Key: in.Key, Err: err})
		return w.err
	}
	in.Body = &w.data
	ctx, cancel := context.WithCancelCause(w.ctx)
	w.cancel, w.done = cancel, make(chan struct{})
	go func() {
		out, err := w.manager.upload(ctx, &in, &w.options)
		cancel(nil)
		w.end(out, err)
	}()
	return nil
}

// end is the end of the upload.
func (w *Writer) end(out *UploadOutput, err error) {
	if w.done == nil {
		w.done = make(chan struct{})
	}
	w.output, w.err = out, err
	w.data.leave()
	close(w.done)
}

func (w *Writer) closedError() error {
	return fmt.Errorf("write to bucket %q, key %q: %w", w.Input.Bucket, w.Input.Key, fs.ErrClosed)
}

// failure is why the upload takes no more.
func (w *Writer) failure() error {
	<-w.done
	if w.err == nil {
		return w.closedError() // by another goroutine
	}
	return w.err
}
