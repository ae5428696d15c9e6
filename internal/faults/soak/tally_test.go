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
	"syscall"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func TestCauses(t *testing.T) {
	t.Parallel()
	operation := func(err error) error { return &smithy.OperationError{Err: err} }
	refused := func(status int, code string) error { return operation(&s3.Error{StatusCode: status, Code: code}) }
	for _, c := range []struct {
		err        error
		cause      string
		byFault    bool
		kind       string
		documented bool
	}{
		{operation(syscall.ECONNRESET), "connection reset", true, "smithy.OperationError", true},
		{&transfer.UploadError{Err: operation(syscall.ECONNREFUSED)}, "connection refused", true, "transfer.UploadError", true},
		{&transfer.CopyError{Err: io.ErrUnexpectedEOF}, "connection closed", true, "transfer.CopyError", true},
		{&transfer.DownloadError{Err: context.DeadlineExceeded}, "deadline", true, "transfer.DownloadError", true},
		{&transfer.DownloadError{Err: context.Canceled}, "cancelled", true, "transfer.DownloadError", true},
		{&transfer.DirectoryError{Err: s3.ErrRetryBudget}, "ErrRetryBudget", true, "transfer.DirectoryError", true},
		{&transfer.UploadError{Err: transfer.ErrAmbiguous}, "ErrAmbiguous", true, "transfer.UploadError", true},
		{operation(&transport.IdleError{}), "idle connection", true, "smithy.OperationError", true},
		{operation(&net.DNSError{IsTimeout: true}), "timeout", true, "smithy.OperationError", true},
		{operation(&transport.ConnectionError{Err: errors.New("odd")}), "no answer", true, "smithy.OperationError", true},
		{refused(503, "SlowDown"), "503 SlowDown", true, "smithy.OperationError", true},
		{refused(400, "IncompleteBody"), "400 IncompleteBody", true, "smithy.OperationError", true},
		{&url.Error{Err: io.EOF}, "connection closed", true, "of net/http", true},
		{&statusError{502}, "502", true, "of net/http", true},
		{&url.Error{Err: textproto.ProtocolError("malformed MIME header: missing colon: \"Et\"")}, "malformed answer", true, "of net/http", true},
		{&url.Error{Err: fmt.Errorf("net/http: HTTP/1.x transport connection broken: %w", errors.New("odd"))}, "malformed answer", true, "of net/http", true},

		{
			&smithy.OperationError{OperationName: "CompleteMultipartUpload", Err: &s3.Error{StatusCode: 400, Code: "InvalidPart"}},
			"400 InvalidPart", true, "smithy.OperationError", true,
		},

		{refused(400, "XAmzContentChecksumMismatch"), "400 XAmzContentChecksumMismatch", false, "smithy.OperationError", true},
		{&statusError{403}, "403", false, "of net/http", true},
		{refused(404, "NoSuchKey"), "404 NoSuchKey", false, "smithy.OperationError", true},
		{refused(403, "SignatureDoesNotMatch"), "403 SignatureDoesNotMatch", false, "smithy.OperationError", true},
		{&transfer.DownloadError{Err: s3.ErrChecksumMismatch}, "other content", false, "transfer.DownloadError", true},
		{&transfer.UploadError{Err: transfer.ErrIncomplete}, "other content", false, "transfer.UploadError", true},
		{&transfer.DownloadError{Err: s3.ErrObjectChanged}, "object changed", false, "transfer.DownloadError", true},
		{&differentError{}, "other bytes", false, "*main.differentError", false},
		{wrong("a"), "other state", false, "*main.wrongError", false},
		{&url.Error{Err: &differentError{}}, "other bytes", false, "of net/http", true},
		{&url.Error{Err: errors.New("x509: unknown authority")}, "unknown", false, "of net/http", true},
		{operation(errors.New("malformed HTTP response")), "unknown", false, "smithy.OperationError", true},
		{operation(&url.Error{Err: textproto.ProtocolError("malformed MIME header")}), "unknown", false, "smithy.OperationError", true},
		{errors.New("odd"), "unknown", false, "*errors.errorString", false},
	} {
		cause, byFault := causeOf(c.err)
		require.Equal(t, c.cause, cause)
		require.Equal(t, c.byFault, byFault, c.cause)
		kind, documented := kindOf(c.err)
		require.Equal(t, c.kind, kind)
		require.Equal(t, c.documented, documented, c.kind)
	}
}

// What net/http itself says of answers that broke, to a client that is not the library's.
func TestAnswersThatBroke(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"response":    "nonsense\r\n\r\n",
		"version":     "HTTP/x.y 200 OK\r\n\r\n",
		"status code": "HTTP/1.1 2x0 OK\r\n\r\n",
		"header":      "HTTP/1.1 200 OK\r\nContent-Le\r\n\r\n",
		"cut header":  "HTTP/1.1 200 OK\r\nContent-Le",
		"framing":     "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go func() {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1<<10))
			_, _ = io.WriteString(c, answer)
			_ = c.Close()
		}()
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + listener.Addr().String())
		if err == nil {
			_ = resp.Body.Close()
		}
		require.Error(t, err, name)
		_, byFault := causeOf(err)
		require.True(t, byFault, "%s: %v", name, err)
		_ = listener.Close()
	}
}

func TestLeftBehind(t *testing.T) {
	t.Parallel()
	up := func(key string, p transfer.Parts) error {
		return &transfer.UploadError{Key: key, Parts: p, Err: io.EOF}
	}
	require.Empty(t, leftBehind(io.EOF))
	require.Empty(t, leftBehind(up("a", transfer.PartsAborted)))
	require.Equal(t, []string{"a"}, leftBehind(up("a", transfer.PartsUnknown)))
	require.Equal(t, []string{"a"}, leftBehind(&transfer.CopyError{Key: "a", Parts: transfer.PartsLeft, Err: io.EOF}))
	require.Equal(t, []string{"b", "c"}, leftBehind(&transfer.DirectoryError{Failed: []*transfer.ObjectError{
		{Err: up("a", transfer.PartsNone)}, {Err: up("b", transfer.PartsUnknown)}, {Err: up("c", transfer.PartsLeft)},
	}}))
}

func TestTally(t *testing.T) {
	t.Parallel()
	c := newTally()
	c.operation("PutObject", &outcome{bytes: 5, took: 2 * time.Second, retries: 1})
	c.operation("PutObject", &outcome{err: &transfer.UploadError{Err: syscall.ECONNRESET}, took: time.Second})
	c.operation("GetObject", &outcome{err: context.Canceled, cancelled: true})
	require.Equal(t, count{calls: 3, succeeded: 1, failed: 1, cancelled: 1, retries: 1, bytes: 5, longest: 2 * time.Second}, c.total())
	require.Equal(t, map[failure]int{{"transfer.UploadError", "connection reset"}: 1}, c.failures)
	c.announce(&transfer.UploadError{Key: "a", Parts: transfer.PartsUnknown, Err: io.EOF})
	require.True(t, c.sweep("a"))
	require.False(t, c.sweep("b"))
	for i := range maxFindings + 5 {
		c.finding("%d", i)
	}
	require.Len(t, c.findings, maxFindings)
	require.Equal(t, maxFindings+5, c.found)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	reset := &transfer.UploadError{Err: syscall.ECONNRESET}
	for name, c := range map[string]struct {
		outcome
		limit time.Duration
		found int
	}{
		"fine":                {outcome{}, short, 0},
		"reset":               {outcome{err: reset}, short, 0},
		"lost":                {outcome{err: &smithy.OperationError{Err: s3.ErrChecksumMismatch}}, short, 1},
		"undocumented":        {outcome{err: syscall.ECONNRESET}, short, 1},
		"both":                {outcome{err: fmt.Errorf("odd")}, short, 2},
		"cancelled":           {outcome{err: &transfer.UploadError{Err: context.Canceled}, cancelled: true}, short, 0},
		"cancelled by nobody": {outcome{err: &transfer.UploadError{Err: context.Canceled}}, short, 1},
		"late":                {outcome{err: reset, took: short + grace + 1}, short, 1},
		"aborting":            {outcome{err: reset, took: long + grace + 1}, long, 0},
	} {
		counted := newTally()
		tr := &try{worker: &worker{tally: counted}, operation: &operation{name: name, limit: c.limit}}
		tr.judge(&c.outcome, c.limit)
		require.Equal(t, c.found, counted.found, "%s: %v", name, counted.findings)
		require.Equal(t, c.err != nil, tr.failed)
	}
}
