package transfer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/transport"
)

// DownloadError is any failure of [Manager.Download], [Manager.DownloadFile] and a [Reader].
// errors.Is and errors.As find what caused it: an *s3.Error, s3.ErrObjectChanged when the
// object was replaced in the midst of it, s3.ErrChecksumMismatch when other bytes came than
// were stored, an [OptionError], the error of the writer, or the context's.
type DownloadError struct {
	Bucket, Key string
	// Offset and Size of the part that failed, in bytes; Size is 0 when it was none.
	Offset, Size int64
	// Kept tells that Options.KeepPartial kept what had come beside the file, for the next
	// DownloadFile to go on with. Otherwise nothing is left of it but, after a Download,
	// what is in the writer.
	Kept bool
	// Err is the first failure.
	Err error
}

// Error is one line: object, part, what is left, and the cause.
func (e *DownloadError) Error() string {
	var b strings.Builder
	b.WriteString("download of bucket " + strconv.Quote(e.Bucket) + ", key " + strconv.Quote(e.Key))
	if e.Size > 0 {
		fmt.Fprintf(&b, ", %d bytes at %d", e.Size, e.Offset)
	}
	if e.Kept {
		b.WriteString(", partial file kept")
	}
	b.WriteString(": " + e.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (e *DownloadError) Unwrap() error { return e.Err }

// failed makes a DownloadError of any error, and has it tell of the context when that has
// ended.
func (f *fetch) failed(ctx context.Context, err error) *DownloadError {
	var e *DownloadError
	if !errors.As(err, &e) {
		e = &DownloadError{Bucket: f.in.Bucket, Key: f.in.Key, Err: err}
	}
	if ctx.Err() != nil && (!errors.Is(e.Err, ctx.Err()) || !errors.Is(e.Err, context.Cause(ctx))) {
		e.Err = transport.Ended(ctx)
	}
	return e
}
