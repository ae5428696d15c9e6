package transfer

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/told"
	"github.com/stowage-go/stowage/swift"
)

// The secrets of a login.
const (
	hushToken    = "gAAAAAB-open+SESAME/=="
	hushPassword = "correct+HORSE/battery"
)

// login is TempAuth in front of a server, which gets its own token for the one that is secret.
type login struct{ *server }

// RoundTrip implements http.RoundTripper.
func (l login) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/auth/v1.0" {
		return &http.Response{
			StatusCode: http.StatusOK, Body: http.NoBody, Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"X-Auth-Token": {hushToken}, "X-Storage-Url": {"http://swift.example.com/v1/AUTH_a"}},
		}, nil
	}
	if r.Header.Get("X-Auth-Token") == hushToken {
		r = r.Clone(r.Context())
		r.Header.Set("X-Auth-Token", "token-1")
	}
	return l.server.RoundTrip(r)
}

// TestTransfersTellNoSecret: no error, no record of a log at any level, no value of the package's
// types and no file that is left tells the token or the password, whatever fails.
func TestTransfersTellNoSecret(t *testing.T) {
	t.Parallel()
	part := func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000005") }
	broken := func(err error) func(*request) *answer {
		return func(*request) *answer { return &answer{err: err} }
	}
	for name, failure := range map[string]struct {
		before, after func(*request) *answer
		recover       bool // nothing fails in the end
	}{
		"nothing":             {recover: true},
		"unauthorized":        {before: failing(401, func(*request) bool { return true })},
		"forbidden":           {before: failing(403, func(*request) bool { return true })},
		"part refused":        {before: failing(507, part)},
		"manifest refused":    {before: failing(403, func(r *request) bool { return r.is(http.MethodPut, "c", "") })},
		"unavailable":         {before: failing(503, func(*request) bool { return true })},
		"manifest lost":       {after: failing(502, func(r *request) bool { return r.is(http.MethodPut, "c", "o") }), recover: true},
		"refused connection":  {before: broken(&net.OpError{Op: "dial", Err: errors.New("connection refused")})},
		"untrusted authority": {before: broken(x509.UnknownAuthorityError{})},
		"cut answer":          {before: broken(io.ErrUnexpectedEOF)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log told.Log
			w := &witness{t: t, dir: t.TempDir()}
			s := newServer(swift.OpenStack())
			s.make("c_segments")
			s.containers["c"].objects["from"] = &object{body: data(100), etag: sum(data(100)), header: http.Header{}, modified: s.clock}
			s.setBefore(failure.before)
			s.setAfter(failure.after)
			client, auth := s.secretive(t, &log)
			w.transfer(client)
			w.hear(client, auth)
			w.files()
			w.log(&log)
			require.Equal(t, failure.recover, w.failed == 0, "%d failed", w.failed)
		})
	}
}

// Neither do KakaoCloud's uploads in parts.
func TestMultipartTellsNoSecret(t *testing.T) {
	t.Parallel()
	for name, failed := range map[string]func(*request) bool{
		"nothing":      func(*request) bool { return false },
		"part refused": func(r *request) bool { return r.Query.Get("partNumber") == "3" },
		"forbidden":    func(*request) bool { return true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log told.Log
			w := &witness{t: t, dir: t.TempDir()}
			s := newServer(swift.KakaoCloud())
			s.make("cont")
			k := &kakaoServer{server: s}
			s.setBefore(func(r *request) *answer { return cmp.Or(failing(403, failed)(r), k.answer(r)) })
			client, auth := s.secretive(t, &log)
			u, err := NewUploader(client, with(filepath.Join(w.dir, "checkpoint")), func(o *Options) { o.PartSize, o.Concurrency = partSize, -1 })
			require.NoError(t, err)
			in := putPart(bytes.NewReader(large()))
			out, err := u.UploadMultipart(t.Context(), in)
			in.Body = nil // 25 MB to print
			w.result(err, in, out, u, *u, client, auth)
			w.files()
			w.log(&log)
			require.Equal(t, name == "nothing", w.failed == 0, "%v", err)
		})
	}
}

// secretive is a client that logs in by what no one must see, and logs everything.
func (s *server) secretive(t *testing.T, log *told.Log) (*swift.Client, *swift.TempAuth) {
	t.Helper()
	hc := &http.Client{Transport: login{s}}
	auth, err := swift.NewTempAuth(swift.TempAuthOptions{
		AuthURL: "http://swift.example.com/auth/v1.0", User: "u", Key: hushPassword, HTTPClient: hc, Logger: log.Logger(),
	})
	require.NoError(t, err)
	return s.client(t, func(o *swift.Options) { o.Auth, o.HTTPClient, o.Logger = auth, hc, log.Logger() }), auth
}

// secrets are those above, in all forms in which they may be told.
func secrets() (all []string) {
	for _, s := range []string{hushToken, hushPassword} {
		all = append(append(all, told.Forms(s)...), url.QueryEscape(s))
	}
	return all
}

// witness hears what transfers tell.
type witness struct {
	t      *testing.T
	dir    string
	failed int
}

// hear holds values to telling no secret, on whatever goroutine.
func (w *witness) hear(values ...any) {
	for _, v := range values {
		text := told.Of(v)
		for _, s := range secrets() {
			assert.NotContains(w.t, text, s, "%T", v)
		}
	}
}

// result hears the error of a transfer, and what else it was called with and gave.
func (w *witness) result(err error, values ...any) {
	if err != nil {
		w.failed++
		told.OneLine(w.t, err.Error())
	}
	w.hear(append(values, err)...)
}

// read holds a file to telling no secret, and to being its owner's alone.
func (w *witness) read(path string) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	assert.NoError(w.t, err)
	for _, s := range secrets() {
		assert.NotContains(w.t, string(text), s, path)
	}
	if info, err := os.Stat(path); err == nil {
		assert.Equal(w.t, fs.FileMode(0o600), info.Mode().Perm(), path)
	}
}

// log holds a log to telling no secret.
func (w *witness) log(log *told.Log) {
	require.Contains(w.t, log.String(), "attempt", "there was something to tell")
	for _, s := range secrets() {
		require.NotContains(w.t, log.String(), s)
	}
}

// files are read, all that are left.
func (w *witness) files() {
	left, err := filepath.Glob(filepath.Join(w.dir, "*"))
	require.NoError(w.t, err)
	for _, path := range left {
		w.read(path)
	}
}

// transfer runs each operation of the package once.
func (w *witness) transfer(client *swift.Client) {
	ctx, checkpoint, kept := w.t.Context(), filepath.Join(w.dir, "checkpoint"), false
	u, err := NewUploader(client, func(o *Options) {
		o.PartSize, o.Threshold = 10, -1
		o.Progress = func(p Progress) {
			if _, err := os.Stat(checkpoint); err == nil { // while it is written to
				kept = true
				w.read(checkpoint)
			}
			w.hear(p)
		}
		w.hear(*o)
	})
	require.NoError(w.t, err)
	u.pause = 1
	for name, upload := range map[string]func(*swift.CreateObjectInput, ...func(*Options)) (*UploadOutput, error){
		"SLO": func(in *swift.CreateObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
			return u.UploadSLO(ctx, in, fns...)
		},
		"DLO": func(in *swift.CreateObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
			return u.UploadDLO(ctx, in, fns...)
		},
	} {
		in := put(bytes.NewReader(data(100)))
		out, err := upload(in, with(checkpoint))
		w.result(err, in, *in, out)
		if err == nil {
			require.True(w.t, kept, "%s: there was a file to look at", name)
			continue
		}
		if _, gone := os.Stat(checkpoint); gone == nil {
			w.read(checkpoint)
			w.hear(u.Abort(ctx, checkpoint))
			_ = os.Remove(checkpoint)
		}
	}
	streamed := put(io.MultiReader(bytes.NewReader(data(100))))
	out, err := u.UploadDLO(ctx, streamed)
	w.result(err, streamed, out)

	d, err := NewDownloader(client, func(o *DownloadOptions) {
		o.PartSize, o.Progress = 10, func(p Progress) { w.hear(p) }
		w.hear(*o)
	})
	require.NoError(w.t, err)
	get := &swift.GetObjectInput{Container: "c", Object: "from"}
	var sink writerAt
	got, err := d.Download(ctx, &sink, get)
	w.result(err, get, got)
	got, err = d.DownloadFile(ctx, filepath.Join(w.dir, "download"), get)
	w.hear(err, got)
	if err == nil { // as the process's umask has it, and no business of this
		require.NoError(w.t, os.Remove(filepath.Join(w.dir, "download")))
	}
	orphans := &DeleteOrphansInput{Container: "c", Object: "o", OlderThan: -1}
	gone, err := u.DeleteOrphans(ctx, orphans)
	w.result(err, orphans, gone)

	bad := put(bytes.NewReader(data(100)))
	bad.Container = ""
	_, err = u.UploadSLO(ctx, bad)
	require.ErrorContains(w.t, err, "Container")
	w.hear(err, bad, u, *u, d, *d)
}

// writerAt takes what is written to it, and forgets it.
type writerAt struct{}

func (writerAt) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
