package transport

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// lastWordLimit is how long a failed write waits for what the server said before it hung up.
const lastWordLimit = 500 * time.Millisecond

// lastWord has a write that fails wait until the other direction is read to its end. A server
// that refuses a request answers and closes, however much of the body is still to come; what is
// sent after that breaks the connection, and net/http would take the broken write for the end
// while the answer is already here.
type lastWord struct {
	once *sync.Once
	over chan struct{}
}

func newLastWord() lastWord { return lastWord{once: new(sync.Once), over: make(chan struct{})} }

// read takes note of the end of the reading side, which closing the connection brings as well.
func (l lastWord) read(err error) error {
	if err != nil {
		l.once.Do(func() { close(l.over) })
	}
	return err
}

// await returns err, the end of the writing side, when nothing more can be read.
func (l lastWord) await(err error) error {
	if err == nil || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	limit := time.NewTimer(lastWordLimit)
	defer limit.Stop()
	select {
	case <-l.over:
	case <-limit.C:
	}
	return err
}
