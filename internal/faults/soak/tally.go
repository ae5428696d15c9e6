package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// tally counts what happens. It is safe for concurrent use, and its size does not grow with time:
// all its keys are names.
type tally struct {
	mu         sync.Mutex
	operations map[string]*count
	failures   map[failure]int
	retries    map[string]int
	faults     map[string]*faultCount
	findings   []string
	found      int
	verified   int             // objects, each time it was compared by a stock-taking
	doubts     int             // objects that a stock-taking could not be sure of
	there      int             // those of them that were there
	announced  map[string]bool // keys whose uploads may be left, by errors
	swept      int             // announced uploads that were there, and were aborted
	orphans    int             // uploads that were there, and that no error told of
}

// count is what became of one operation.
type count struct {
	calls, succeeded, failed, cancelled, retries int
	bytes                                        int64
	longest                                      time.Duration
}

// failure is what an error is, by its type and by its cause.
type failure struct{ kind, cause string }

type faultCount struct {
	times int
	lasts time.Duration
}

// maxFindings is how many findings are told one by one.
const maxFindings = 50

func newTally() *tally {
	return &tally{
		operations: make(map[string]*count), failures: make(map[failure]int), retries: make(map[string]int),
		faults: make(map[string]*faultCount), announced: make(map[string]bool),
	}
}

// finding is something that must not be.
func (t *tally) finding(format string, a ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.found++; len(t.findings) < maxFindings {
		t.findings = append(t.findings, fmt.Sprintf(format, a...))
	}
}

func (t *tally) fault(name string, lasted time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.faults[name]
	if c == nil {
		c = new(faultCount)
		t.faults[name] = c
	}
	c.times++
	c.lasts += lasted
}

func (t *tally) retry(err error) {
	cause, _ := causeOf(err)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.retries[cause]++
}

// operation notes the end of a call, and what its error is.
func (t *tally) operation(name string, o *outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.operations[name]
	if c == nil {
		c = new(count)
		t.operations[name] = c
	}
	c.calls++
	c.retries += o.retries
	c.bytes += o.bytes
	c.longest = max(c.longest, o.took)
	switch {
	case o.err == nil:
		c.succeeded++
	case o.cancelled && errors.Is(o.err, context.Canceled):
		c.cancelled++
	default:
		c.failed++
		cause, _ := causeOf(o.err)
		kind, _ := kindOf(o.err)
		t.failures[failure{kind, cause}]++
	}
}

// calls is how many calls there were.
func (t *tally) calls() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total().calls
}

// total adds up all operations.
func (t *tally) total() (sum count) {
	for _, c := range t.operations {
		sum.calls += c.calls
		sum.succeeded += c.succeeded
		sum.failed += c.failed
		sum.cancelled += c.cancelled
		sum.retries += c.retries
		sum.bytes += c.bytes
		sum.longest = max(sum.longest, c.longest)
	}
	return sum
}

func (t *tally) faultsTotal() (n int) {
	for _, f := range t.faults {
		n += f.times
	}
	return n
}

// stock counts what a stock-taking saw of one worker.
func (t *tally) stock(verified, doubts, there int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.verified += verified
	t.doubts += doubts
	t.there += there
}

// sweep notes an upload that was left, and reports whether an error told of it.
func (t *tally) sweep(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.announced[key] {
		t.swept++
		return true
	}
	t.orphans++
	return false
}

// announce notes the uploads that an error says may be left.
func (t *tally) announce(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range leftBehind(err) {
		t.announced[key] = true
	}
}

// leftBehind are the keys whose uploads may be there still, as the error tells. An upload whose
// creation had no answer has no id that could be told.
func leftBehind(err error) (keys []string) {
	var (
		dir  *transfer.DirectoryError
		up   *transfer.UploadError
		copy *transfer.CopyError
	)
	left := func(key string, p transfer.Parts) {
		if p == transfer.PartsUnknown || p == transfer.PartsLeft {
			keys = append(keys, key)
		}
	}
	switch {
	case errors.As(err, &dir):
		for _, f := range dir.Failed {
			keys = append(keys, leftBehind(f.Err)...)
		}
	case errors.As(err, &up):
		left(up.Key, up.Parts)
	case errors.As(err, &copy):
		left(copy.Key, copy.Parts)
	}
	return keys
}

// kindOf is the type of an error, as a caller asks for it, and whether it is one that the library
// documents, or net/http where a link is fetched without the library.
func kindOf(err error) (kind string, documented bool) {
	var (
		dir       *transfer.DirectoryError
		up        *transfer.UploadError
		down      *transfer.DownloadError
		copy      *transfer.CopyError
		operation *smithy.OperationError
		fetched   *url.Error
		status    *statusError
	)
	switch {
	case errors.As(err, &dir):
		return "transfer.DirectoryError", true
	case errors.As(err, &copy):
		return "transfer.CopyError", true
	case errors.As(err, &up):
		return "transfer.UploadError", true
	case errors.As(err, &down):
		return "transfer.DownloadError", true
	case errors.As(err, &operation):
		return "smithy.OperationError", true
	case errors.As(err, &fetched), errors.As(err, &status):
		return "of net/http", true
	}
	return fmt.Sprintf("%T", err), false
}

// causeOf says what an error comes of, and whether a fault of the way to the server can cause it.
// What can't is a finding.
func causeOf(err error) (cause string, byFault bool) {
	var (
		different *differentError
		wrong     *wrongError
		refused   *s3.Error
		idle      *transport.IdleError
		noAnswer  *transport.ConnectionError
		network   net.Error
		status    *statusError
	)
	switch {
	case errors.As(err, &status):
		return fmt.Sprint(status.code), status.code >= 500
	case errors.As(err, &different):
		return "other bytes", false
	case errors.As(err, &wrong):
		return "other state", false
	case errors.Is(err, s3.ErrChecksumMismatch), errors.Is(err, transfer.ErrIncomplete), errors.Is(err, transfer.ErrSourceChanged):
		return "other content", false
	case errors.Is(err, s3.ErrObjectChanged):
		return "object changed", false
	case errors.Is(err, s3.ErrAmbiguous):
		return "ErrAmbiguous", true
	case errors.Is(err, s3.ErrRetryBudget):
		return "ErrRetryBudget", true
	case errors.As(err, &refused):
		cause := fmt.Sprintf("%d %s", refused.StatusCode, refused.Code)
		var operation *smithy.OperationError
		complete := errors.As(err, &operation) && operation.OperationName == "CompleteMultipartUpload"
		return cause, refused.StatusCode >= 500 || ofBrokenRequest[refused.Code] || complete && ofBrokenComplete[refused.Code]
	case errors.Is(err, context.Canceled):
		return "cancelled", true
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline", true
	case errors.As(err, &idle):
		return "idle connection", true
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset", true
	case errors.As(err, &network) && network.Timeout():
		return "timeout", true
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "connection closed", true
	case errors.As(err, &noAnswer):
		return "no answer", true
	case brokenAnswer(err):
		return "malformed answer", true
	}
	return "unknown", false
}

// ofBrokenAnswer is what net/http says of an answer that a fault cut or altered; it has no types
// for it.
var ofBrokenAnswer = []string{
	"malformed MIME header", "malformed HTTP response", "malformed HTTP status code", "malformed HTTP version",
	"unexpected EOF", "transport connection broken",
}

// brokenAnswer tells whether net/http could not read the answer to a link that was fetched without
// the library. The library's own errors have to say more.
func brokenAnswer(err error) bool {
	var (
		operation *smithy.OperationError
		fetched   *url.Error
		protocol  textproto.ProtocolError
	)
	if errors.As(err, &operation) || !errors.As(err, &fetched) {
		return false
	}
	return errors.As(fetched.Err, &protocol) || slices.ContainsFunc(ofBrokenAnswer, func(text string) bool {
		return strings.Contains(fetched.Err.Error(), text)
	})
}

// Codes that a broken connection can be the reason of: of a request that the server did not get
// all of, and of CompleteMultipartUpload. When a connection breaks while MinIO joins parts, it has
// deleted what it knew of them: each further Complete is InvalidPart or NotFound, and
// XAmzContentChecksumMismatch when they were sent again.
var (
	ofBrokenRequest  = map[string]bool{"IncompleteBody": true, "RequestTimeout": true}
	ofBrokenComplete = map[string]bool{"InvalidPart": true, "NotFound": true, "XAmzContentChecksumMismatch": true}
)

// wrongError: the server, or the library, tells of a state that can't be.
type wrongError struct{ what string }

// Error says what is wrong.
func (e *wrongError) Error() string { return e.what }

func wrong(format string, a ...any) error { return &wrongError{fmt.Sprintf(format, a...)} }

// statusError is the answer to a request that was sent without the library.
type statusError struct{ code int }

// Error tells the status.
func (e *statusError) Error() string {
	return fmt.Sprintf("status %d %s", e.code, http.StatusText(e.code))
}
