package multipart

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorsInOneLine(t *testing.T) {
	for want, err := range map[string]error{
		"multipart: 4 is outside the limit MinPartSize (5)":                      &LimitError{LimitMinPartSize, 5, 4},
		"multipart: part 2 (10 bytes at 10): EOF":                                &PartError{2, 10, 10, io.EOF},
		"multipart: reading the source at byte 7: EOF":                           &ReadError{7, io.EOF},
		"multipart: source ended early: expected 9 bytes, got 5":                 &LengthError{9, 5},
		"multipart: source has more than the expected 9 bytes (got at least 10)": &LengthError{9, 10},
		"EOF; upload aborted":                                                    &UploadError{Err: io.EOF, Cleanup: CleanupAborted},
		"EOF; parts left in place":                                               &UploadError{Err: io.EOF, Cleanup: CleanupLeft},
		"EOF; abort failed: unexpected EOF":                                      &UploadError{io.EOF, CleanupFailed, io.ErrUnexpectedEOF},
		"EOF; parts not touched":                                                 &UploadError{Err: io.EOF, Cleanup: CleanupUnknown},
		"EOF; unknown cleanup":                                                   &UploadError{Err: io.EOF},
	} {
		require.EqualError(t, err, want)
		require.False(t, strings.Contains(want, "\n"))
	}
}

func TestErrorsUnwrap(t *testing.T) {
	cause := errors.New("cause")
	for _, err := range []error{
		&PartError{Err: cause},
		&ReadError{Err: cause},
		&UploadError{Err: cause},
		&UploadError{Err: io.EOF, AbortErr: cause},
		&UploadError{Err: &PartError{Err: &ReadError{Err: cause}}},
	} {
		require.ErrorIs(t, err, cause)
	}
	require.ErrorIs(t, &LengthError{Want: 2, Got: 1}, io.ErrUnexpectedEOF)
	require.NotErrorIs(t, &LengthError{Want: 1, Got: 2}, io.ErrUnexpectedEOF)
}
