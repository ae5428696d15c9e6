package faults

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/swift"
	swifttransfer "github.com/stowage-go/stowage/swift/transfer"
)

// Kind is a kind of error that a program can tell from the others.
type Kind struct {
	// Name is the word for it in the page.
	Name string
	// Test is how a program tests for it.
	Test string
	is   func(error) bool
	// cell, where there is one, is the word's pattern in cells, and word fills it in.
	cell *regexp.Regexp
	word func(error) string
}

func (k Kind) matches(verdict string) bool {
	if k.cell != nil {
		return k.cell.MatchString(verdict)
	}
	return verdict == k.Name
}

// answered is what every error has that is a server's own.
type answered interface {
	error
	ErrorCode() string
	HTTPStatusCode() int
}

// Kinds are all kinds of errors that an operation may fail with; the first one that an error is
// is its kind.
var Kinds = []Kind{
	{
		Name: "ambiguous", Test: "errors.Is(err, s3.ErrAmbiguous), swift/transfer.ErrAmbiguous",
		is: isAny(s3.ErrAmbiguous, swifttransfer.ErrAmbiguous),
	},
	{
		Name: "deadline", Test: "errors.Is(err, context.DeadlineExceeded), and the context has ended",
		is: func(err error) bool { return isA[ended](err) && errors.Is(err, context.DeadlineExceeded) },
	},
	{
		Name: "other bytes", Test: "errors.Is(err, s3.ErrChecksumMismatch), swift.ErrETagMismatch, s3/transfer.ErrIncomplete, swift/transfer.ErrIncomplete",
		is: isAny(s3.ErrChecksumMismatch, swift.ErrETagMismatch, transfer.ErrIncomplete, swifttransfer.ErrIncomplete),
	},
	{Name: "authority", Test: "errors.As to x509.UnknownAuthorityError", is: isA[x509.UnknownAuthorityError]},
	{Name: "certificate", Test: "errors.As to x509.CertificateInvalidError", is: isA[x509.CertificateInvalidError]},
	{Name: "host name", Test: "errors.As to x509.HostnameError", is: isA[x509.HostnameError]},
	{
		Name: "TLS refused", Test: `errors.As to *net.OpError with Op "remote error"`,
		is: func(err error) bool {
			var op *net.OpError
			return errors.As(err, &op) && op.Op == "remote error"
		},
	},
	{Name: "name", Test: "errors.As to *net.DNSError; IsNotFound tells that there is no such name", is: isA[*net.DNSError]},
	{
		Name: "malformed", Test: "errors.Is(err, s3.ErrMalformedAnswer), swift.ErrMalformedAnswer, identity.ErrMalformedAnswer",
		is: isAny(s3.ErrMalformedAnswer, swift.ErrMalformedAnswer, identity.ErrMalformedAnswer),
	},
	{
		Name: "STATUS CODE", Test: "errors.As to *s3.Error, *swift.Error, *identity.Error; errors.Is(err, s3.ErrSlowDown) and its kin",
		is:   func(err error) bool { return as[answered](err) != nil },
		cell: regexp.MustCompile(`^\d{3} \w+$`),
		word: func(err error) string {
			e := as[answered](err)
			return fmt.Sprintf("%d %s", e.HTTPStatusCode(), e.ErrorCode())
		},
	},
	{Name: "no TLS", Test: "errors.Is(err, http.ErrSchemeMismatch)", is: isAny(http.ErrSchemeMismatch)},
	{
		Name: "connection", Test: "errors.Is(err, s3.ErrNoAnswer), swift.ErrNoAnswer, identity.ErrNoAnswer; of a body under way *net.OpError or io.ErrUnexpectedEOF",
		is: func(err error) bool {
			var op *net.OpError
			return errors.As(err, &op) && !op.Timeout() || isAny(io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE)(err)
		},
	},
	{
		Name: "timeout", Test: "errors.As to net.Error whose Timeout is true, and the context has not ended",
		is: func(err error) bool {
			var e net.Error
			return errors.As(err, &e) && e.Timeout()
		},
	},
}

func isAny(sentinels ...error) func(error) bool {
	return func(err error) bool {
		for _, s := range sentinels {
			if errors.Is(err, s) {
				return true
			}
		}
		return false
	}
}

func as[E error](err error) E {
	var e E
	errors.As(err, &e)
	return e
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// ended is an error that came after the end of the operation's context.
type ended struct{ error }

func (e ended) Unwrap() error { return e.error }

// kindOf is the word for an error of an operation; false when it is of no kind.
func kindOf(ctx context.Context, err error) (string, bool) {
	if ctx.Err() != nil {
		err = ended{err}
	}
	for _, k := range Kinds {
		if !k.is(err) {
			continue
		}
		if k.word != nil {
			return k.word(err), true
		}
		return k.Name, true
	}
	return "", false
}

// Leaving is something that an operation that failed may leave behind.
type Leaving struct{ Name, Meaning string }

// What an operation leaves.
var (
	done       = Leaving{"done", "What the operation was for has happened: the error is of the answer alone. A write of all bytes, a deletion."}
	partsLeft  = Leaving{"parts left", "An upload with its parts, or segments, is still there, and the error says so: Parts of the UploadError or CopyError is PartsUnknown."}
	lostUpload = Leaving{"lost upload", "The answer to CreateMultipartUpload was lost each time that the server made an upload, so that nobody knows its id. Manager.AbortIncomplete sweeps such uploads."}
	Leavings   = []Leaving{done, partsLeft, lostUpload}
)

// status is the status line's text of a code.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}
