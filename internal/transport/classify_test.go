package transport

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

type refusedError struct{ code string }

func (e refusedError) Error() string     { return e.code }
func (e refusedError) ErrorCode() string { return e.code }

func TestMayHaveWorked(t *testing.T) {
	broken := &ConnectionError{Host: "h", Err: io.ErrUnexpectedEOF}
	undialled := &ConnectionError{Host: "h", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}
	refused := refusedError{"AccessDenied"}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{broken, true},
		{undialled, false},
		{refused, false},
		{&AttemptsError{Attempts: 2, Err: refused}, false},
		{&AttemptsError{Attempts: 2, Ambiguous: true, Err: refused}, true},
		{&AttemptsError{Attempts: 2, Ambiguous: true, Err: undialled}, true},
		{&AttemptsError{Attempts: 4, Err: undialled}, false},
	} {
		require.Equal(t, c.want, MayHaveWorked(c.err), "%v", c.err)
	}
}
