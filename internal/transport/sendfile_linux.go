package transport

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// sendfileChunk is the most that one system call is asked to send. The call returns when
// the socket's buffer is full, which is far less.
const sendfileChunk = 4 << 20

// sendFile has the kernel send as much of r as lies in a file, without a copy in user space,
// and returns how many bytes that was. What is left of r, for whatever reason, is for the
// caller to copy: he meets the error, of the file or of the connection, if there is one.
func sendFile(c net.Conn, r io.Reader) (sent int64) {
	limited, ok := r.(*io.LimitedReader) // as net/http wraps a body of known length
	if !ok {
		return 0
	}
	body, ok := limited.R.(fromFile)
	if !ok || !body.inFile() {
		return 0
	}
	socket, ok := c.(syscall.Conn)
	if !ok {
		return 0
	}
	out, err := socket.SyscallConn()
	if err != nil {
		return 0
	}
	f := senders.Get().(*fileSender)
	f.body, f.limited, f.sent = body, limited, 0
	_ = out.Write(f.fillFrom)
	sent = f.sent
	f.body, f.limited, f.file, f.raw = nil, nil, nil, nil
	senders.Put(f)
	return sent
}

// senders keep what is bound once: a closure for every system call would cost an allocation
// each.
var senders = sync.Pool{New: func() any {
	f := new(fileSender)
	f.fillFrom, f.chunkOf, f.fromFile = f.fill, f.chunk, f.from
	return f
}}

// fileSender sends one body.
type fileSender struct {
	body    fromFile
	limited *io.LimitedReader
	sent    int64

	file     *os.File
	raw      syscall.RawConn // of file
	fillFrom func(to uintptr) bool
	chunkOf  func(f *os.File, at, left int64) int64
	fromFile func(fd uintptr)

	// Of the present call.
	to     int
	at     int64
	most   int64
	n      int
	failed error
}

// fill sends until the socket has no more room, and returns false then, or until there is
// nothing more to be sent in this way.
func (s *fileSender) fill(to uintptr) bool {
	s.to = int(to)
	for s.limited.N > 0 {
		s.failed = nil
		n, ok := s.body.send(s.chunkOf)
		s.sent += n
		s.limited.N -= n
		switch {
		case errors.Is(s.failed, syscall.EAGAIN):
			return false
		case !ok || n == 0:
			return true
		}
	}
	return true
}

// chunk is one system call.
func (s *fileSender) chunk(f *os.File, at, left int64) int64 {
	if f != s.file {
		raw, err := f.SyscallConn()
		if err != nil {
			return 0
		}
		s.file, s.raw = f, raw
	}
	s.at, s.most, s.n = at, min(left, s.limited.N, sendfileChunk), 0
	if err := s.raw.Control(s.fromFile); err != nil { // it keeps the file open meanwhile
		return 0
	}
	return int64(max(s.n, 0))
}

func (s *fileSender) from(fd uintptr) {
	for {
		s.n, s.failed = syscall.Sendfile(s.to, int(fd), &s.at, int(s.most))
		if !errors.Is(s.failed, syscall.EINTR) {
			return
		}
	}
}
