package transport

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fileOf makes a file of n bytes in which no two places are alike.
func fileOf(t *testing.T, n int) (*os.File, []byte) {
	t.Helper()
	content := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(content)
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, content, 0o600))
	f, err := os.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f, content
}

// socketPair is a TCP connection by both ends.
func socketPair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	server, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// windowed is a reader in a file that is not the file.
type windowed struct {
	*os.File
	base int64
}

func (w windowed) ReadAt(p []byte, off int64) (int, error) { return w.File.ReadAt(p, w.base+off) }

func (w windowed) InFile(off, left int64, send func(f *os.File, at, left int64) int64) (int64, bool) {
	return send(w.File, w.base+off, left), true
}

// guarded is a body as net/http has it.
func guarded(t *testing.T, r io.Reader, report func(int64)) (*guard, *io.LimitedReader) {
	t.Helper()
	body, err := NewBody(r, UnknownLength)
	require.NoError(t, err)
	body.Report(report)
	src, err := body.Open()
	require.NoError(t, err)
	g := &guard{src: src, left: body.Len(), wait: true}
	return g, &io.LimitedReader{R: g, N: body.Len()}
}

func TestSendFile(t *testing.T) {
	const size = 9<<20 + 123
	f, content := fileOf(t, size)
	section := func(r io.ReaderAt, off, n int64) io.Reader { return io.NewSectionReader(r, off, n) }
	for name, c := range map[string]struct {
		body       func(*testing.T) io.Reader
		from, upTo int
	}{
		"file": {func(*testing.T) io.Reader { return f }, 0, size},
		"file from where it stands": {func(t *testing.T) io.Reader {
			g, err := os.Open(f.Name())
			require.NoError(t, err)
			t.Cleanup(func() { g.Close() })
			_, err = g.Seek(4321, io.SeekStart)
			require.NoError(t, err)
			return g
		}, 4321, size},
		"section":            {func(*testing.T) io.Reader { return section(f, 77, 5<<20) }, 77, 77 + 5<<20},
		"section of section": {func(*testing.T) io.Reader { return section(section(f, 1000, 8<<20).(io.ReaderAt), 24, 6<<20) }, 1024, 1024 + 6<<20},
		"reader in a file":   {func(*testing.T) io.Reader { return section(windowed{f, 4096}, 1, 3<<20) }, 4097, 4097 + 3<<20},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := socketPair(t)
			var reported atomic.Int64
			g, limited := guarded(t, c.body(t), func(n int64) { reported.Add(n) })
			want := content[c.from:c.upTo]
			got := make(chan []byte, 1)
			go func() {
				b, _ := io.ReadAll(io.LimitReader(server, int64(len(want))))
				got <- b
			}()
			require.EqualValues(t, len(want), sendFile(client, limited), "the kernel sends all of it")
			require.Zero(t, limited.N)
			require.True(t, string(want) == string(<-got), "and these bytes")
			require.EqualValues(t, len(want), reported.Load())
			_, err := g.Read(make([]byte, 1))
			require.Equal(t, io.EOF, err, "nothing is left to be read")
		})
	}
}

func TestSendFileLeavesOtherBodies(t *testing.T) {
	f, _ := fileOf(t, 1000)
	client, _ := socketPair(t)
	for name, r := range map[string]io.Reader{
		"memory":            strings.NewReader("abc"),
		"section of memory": io.NewSectionReader(strings.NewReader("abcdef"), 1, 2),
	} {
		_, limited := guarded(t, r, nil)
		require.Zero(t, sendFile(client, limited), name)
	}
	require.Zero(t, sendFile(client, strings.NewReader("abc")))
	require.Zero(t, sendFile(client, &io.LimitedReader{R: strings.NewReader("abc"), N: 3}))
	_, limited := guarded(t, f, nil)
	require.Zero(t, sendFile(struct{ net.Conn }{client}, limited), "a connection of another kind")
	require.EqualValues(t, 1000, limited.N)
	g, limited := guarded(t, f, nil)
	require.NoError(t, g.end())
	require.Zero(t, sendFile(client, limited), "the attempt is over")
}

// What the kernel can't send is read, and meets its error there.
func TestSendFileLeavesErrorsToTheReader(t *testing.T) {
	t.Run("the file is cut short", func(t *testing.T) {
		f, content := fileOf(t, 3<<20)
		client, server := socketPair(t)
		_, limited := guarded(t, f, nil)
		require.NoError(t, os.Truncate(f.Name(), 1<<20))
		go func() { _, _ = io.Copy(io.Discard, server) }()
		n, err := newPlainConn(client).ReadFrom(limited)
		var body *BodyError
		require.ErrorAs(t, err, &body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.EqualValues(t, 1<<20, n)
		require.Less(t, n, int64(len(content)))
	})
	t.Run("the file is closed", func(t *testing.T) {
		f, _ := fileOf(t, 1<<20)
		client, _ := socketPair(t)
		_, limited := guarded(t, f, nil)
		require.NoError(t, f.Close())
		n, err := newPlainConn(client).ReadFrom(limited)
		require.ErrorIs(t, err, os.ErrClosed)
		require.Zero(t, n)
	})
	t.Run("the connection breaks", func(t *testing.T) {
		f, _ := fileOf(t, 32<<20)
		client, server := socketPair(t)
		_, limited := guarded(t, f, nil)
		go func() {
			_, _ = io.CopyN(io.Discard, server, 1<<20)
			_ = server.(*net.TCPConn).SetLinger(0)
			server.Close()
		}()
		_, err := newPlainConn(client).ReadFrom(limited)
		var op *net.OpError
		require.ErrorAs(t, err, &op)
	})
}

// An attempt that is over sends no further byte, although its connection takes more.
func TestSendFileEndsWithItsAttempt(t *testing.T) {
	f, _ := fileOf(t, 32<<20)
	client, server := socketPair(t)
	filled := make(chan struct{})
	var sent atomic.Int64
	g, limited := guarded(t, f, func(n int64) {
		if sent.Add(n) == n {
			close(filled)
		}
	})
	ended := make(chan error, 1)
	go func() {
		_, err := newPlainConn(client).ReadFrom(limited)
		ended <- err
	}()
	<-filled
	require.NoError(t, g.end())
	before := sent.Load()
	go func() { _, _ = io.Copy(io.Discard, server) }()
	require.ErrorIs(t, <-ended, errAttemptOver)
	require.Equal(t, before, sent.Load())
}

// A file over plain http: whole after a retry, with progress that adds up; and given up when
// the server takes nothing.
func TestFilesOverHTTP(t *testing.T) {
	f, content := fileOf(t, 8<<20)
	request := func(s *httptest.Server, report func(int64)) *Request {
		u, err := url.Parse(s.URL)
		require.NoError(t, err)
		body, err := NewBody(io.NewSectionReader(f, 0, int64(len(content))), UnknownLength)
		require.NoError(t, err)
		body.Report(report)
		return &Request{Operation: "PUT", Method: http.MethodPut, URL: *u, Header: http.Header{}, Body: body}
	}
	pipeline := func() *Pipeline {
		hc := NewHTTPClient(nil)
		t.Cleanup(hc.CloseIdleConnections)
		return &Pipeline{HTTP: hc, Clock: new(Clock), sleep: func(context.Context, time.Duration) error { return nil }}
	}
	t.Run("retried", func(t *testing.T) {
		var calls, reported atomic.Int64
		var got []byte
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			got, _ = io.ReadAll(r.Body)
		}))
		defer s.Close()
		_, err := pipeline().Do(t.Context(), request(s, func(n int64) { reported.Add(n) }), statusHandler{})
		require.NoError(t, err)
		require.EqualValues(t, 2, calls.Load())
		require.True(t, string(content) == string(got))
		require.EqualValues(t, len(content), reported.Load())
	})
	t.Run("nobody reads", func(t *testing.T) {
		release := make(chan struct{})
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		defer s.Close()
		defer close(release)
		p := pipeline()
		p.MaxAttempts, p.Idle = -1, 50*time.Millisecond
		_, err := p.Do(t.Context(), request(s, nil), statusHandler{})
		var idle *IdleError
		require.ErrorAs(t, err, &idle)
		require.True(t, idle.Sending)
	})
}

// statusHandler knows of status codes and nothing else.
type statusHandler struct{}

func (statusHandler) Authorize(context.Context, *Attempt) error { return nil }

func (statusHandler) Inspect(r *Response) error {
	if r.StatusCode >= 300 {
		return errors.New(r.Status)
	}
	return nil
}

func (statusHandler) Amend(*Request, *Response, error) bool { return false }
