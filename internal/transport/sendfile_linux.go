package transport

import (
	"errors"
	"io"
	"net"
	"os"
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
	return sendTo(out, body, limited)
}

// sendTo is apart so that bodies of other kinds pay for none of its closures.
func sendTo(out syscall.RawConn, body fromFile, limited *io.LimitedReader) (sent int64) {
	var (
		in   syscall.RawConn // of file
		file *os.File
		err  error
	)
	_ = out.Write(func(to uintptr) bool {
		for limited.N > 0 {
			full := false
			n, ok := body.send(func(f *os.File, at, left int64) int64 {
				if f != file {
					if in, err = f.SyscallConn(); err != nil {
						return 0
					}
					file = f
				}
				var n int
				var failed error
				// Control keeps the file open meanwhile.
				err := in.Control(func(from uintptr) {
					for {
						n, failed = syscall.Sendfile(int(to), int(from), &at, int(min(left, limited.N, sendfileChunk)))
						if !errors.Is(failed, syscall.EINTR) {
							return
						}
					}
				})
				if err != nil {
					return 0
				}
				full = errors.Is(failed, syscall.EAGAIN)
				return int64(max(n, 0))
			})
			sent += n
			limited.N -= n
			switch {
			case full:
				return false // wait until there is room
			case !ok || n == 0:
				return true
			}
		}
		return true
	})
	return sent
}
