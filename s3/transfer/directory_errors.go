package transfer

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnsorted: a listing does not come in the order of its keys, so that it can't be compared
// with another: of a directory bucket, or of a server unlike its profile. Nothing more was
// transferred or deleted.
var ErrUnsorted = errors.New("the listing is not in the order of its keys")

// KeyError is a key that can't be the name of a file here, or a name that can't be a key there.
// errors.As finds it.
type KeyError struct {
	// Key is the key, or the name below the directory.
	Key    string
	Reason string
}

// Error names the key and says why.
func (e *KeyError) Error() string { return strconv.Quote(e.Key) + " " + e.Reason }

// ObjectError is the failure of one object or file of a directory's transfer.
type ObjectError struct {
	// Operation that failed; 0: to list or to look at it.
	Operation Operation
	// Name is below the directory or the prefix.
	Name string
	// Err is the cause: an *[UploadError] and its like, a *[KeyError], an *s3.Error, an error
	// of the file system.
	Err error
}

// Error is one line: operation, name and cause.
func (e *ObjectError) Error() string {
	what := "list"
	if e.Operation != 0 {
		what = e.Operation.String()
	}
	return what + " " + strconv.Quote(e.Name) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ObjectError) Unwrap() error { return e.Err }

// maxFailed is how many failures a DirectoryError keeps.
const maxFailed = 1000

// DirectoryError says what a directory's transfer could not do. All the rest is done, unless
// Err says otherwise; it can be called again. errors.Is and errors.As look into Err and Failed.
type DirectoryError struct {
	// Failed are the failures in the order in which they came, the first 1000. What Err cut off
	// is among them only where something is left of it, such as the parts of an upload.
	Failed []*ObjectError
	// Failures is how many there were in all.
	Failures int64
	// Err is what ended it before its end: a listing that failed, a bucket that is not
	// there, keys that the server refuses, a cancellation, or with StopOnError the first failure.
	// Nil: every name was come to.
	Err error
}

// Error is one line: what ended it, how many failed, and the first of them.
func (e *DirectoryError) Error() string {
	var b strings.Builder
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	}
	if e.Failures == 0 {
		return b.String()
	}
	if e.Err != nil {
		if e.Failures == 1 && errors.Is(e.Err, e.Failed[0]) {
			return b.String() // of StopOnError
		}
		b.WriteString("; ")
	}
	fmt.Fprintf(&b, "%d failed", e.Failures)
	if e.Failures > 1 {
		b.WriteString(", the first")
	}
	b.WriteString(": " + e.Failed[0].Error())
	return b.String()
}

// Unwrap returns Err and Failed.
func (e *DirectoryError) Unwrap() []error {
	errs := make([]error, 0, len(e.Failed)+1)
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	for _, f := range e.Failed {
		errs = append(errs, f)
	}
	return errs
}
