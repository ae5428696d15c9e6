package faults

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"sync"
)

// names is a name server on the loopback interface. Every name under .test is 127.0.0.1, but
// those under absent.test, which don't exist, and those under failing.test while they fail.
type names struct {
	socket  net.PacketConn
	running sync.WaitGroup

	mu      sync.Mutex
	failing map[string]bool
}

const (
	absentDomain  = ".absent.test"
	failingDomain = ".failing.test"
)

func newNames() (*names, error) {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &names{socket: socket, failing: make(map[string]bool)}
	n.running.Go(n.serve)
	return n, nil
}

func (n *names) close() {
	_ = n.socket.Close()
	n.running.Wait()
}

// resolver asks this server alone.
func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.socket.LocalAddr().String())
	}}
}

// fail has the server fail for a name, or answer again.
func (n *names) fail(name string, fails bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failing[name] = fails
}

func (n *names) serve() {
	packet := make([]byte, 1500)
	for {
		size, from, err := n.socket.ReadFrom(packet)
		if err != nil {
			return
		}
		if answer := n.answer(packet[:size]); answer != nil {
			_, _ = n.socket.WriteTo(answer, from)
		}
	}
}

// Numbers of the protocol (RFC 1035, section 4.1).
const (
	headerSize     = 12
	typeA          = 1
	flagsAnswer    = 0x8180 // an answer, recursion asked for and available
	serverFailure  = 2
	nameError      = 3
	pointerToFirst = 0xc00c
)

// answer is the answer to a packet with one question.
func (n *names) answer(query []byte) []byte {
	if len(query) < headerSize {
		return nil
	}
	var labels []string
	at := headerSize
	for at < len(query) && query[at] != 0 {
		end := at + 1 + int(query[at])
		if end > len(query) {
			return nil
		}
		labels = append(labels, string(query[at+1:end]))
		at = end
	}
	end := at + 5 // the root, type and class
	if end > len(query) {
		return nil
	}
	kind := binary.BigEndian.Uint16(query[at+1:])
	name := strings.ToLower(strings.Join(labels, "."))
	n.mu.Lock()
	fails := n.failing[name]
	n.mu.Unlock()

	flags, found := uint16(flagsAnswer), false
	switch {
	case fails:
		flags |= serverFailure
	case strings.HasSuffix(name, absentDomain), !strings.HasSuffix(name, ".test"):
		flags |= nameError
	default:
		found = kind == typeA
	}
	answer := make([]byte, headerSize, end+16)
	copy(answer, query[:2])
	binary.BigEndian.PutUint16(answer[2:], flags)
	binary.BigEndian.PutUint16(answer[4:], 1)
	answer = append(answer, query[headerSize:end]...)
	if found {
		binary.BigEndian.PutUint16(answer[6:], 1)
		answer = binary.BigEndian.AppendUint16(answer, pointerToFirst)
		answer = append(answer, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1) // type, class IN, no caching, four bytes
	}
	return answer
}
