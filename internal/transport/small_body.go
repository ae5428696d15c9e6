package transport

import (
	"bytes"
	"io"
)

// smallBody is the longest body that goes out in one piece with the request's header, and leaves
// it room in the buffer: net/http writes the header ahead of any reader that it does not know to
// be in memory, and it does not know a guard.
const smallBody = BufferSize / 2

// small reports whether the body, of that length as it is sent, may be copied for that. A copy can
// be read after the call has ended; what can be read only once is left for a connection that is
// there.
func (b *Body) small(length int64) bool { return b.memory && b.seeker != nil && length <= smallBody }

// inOnePiece reads the attempt's body now, and sends the copy.
func (a *Attempt) inOnePiece() error {
	whole := make([]byte, a.Request.ContentLength)
	if _, err := io.ReadFull(a.Body, whole); err != nil {
		return err
	}
	a.Request.Body = io.NopCloser(bytes.NewReader(whole))
	return nil
}
