package transfer

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/told"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/sigv4"
)

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// hushed are secrets, in all forms in which they may be told.
type hushed struct{ key, session, secret, customer string }

func (h hushed) forms() []string {
	raw, _ := base64.StdEncoding.DecodeString(h.customer)
	all := []string{string(raw), "X-Amz-Signature", "x-amz-signature", "AWS4-HMAC-SHA256 ", "Signature="}
	for _, s := range []string{h.session, h.secret, h.customer} {
		all = append(append(all, told.Forms(s)...), url.QueryEscape(s))
	}
	return all
}

// TestTransfersTellNoSecret: no error, no record of a log at any level, no value of the package's
// types and no file that is left tells the secret key, the session token, a customer's key or a
// signature, whatever fails.
func TestTransfersTellNoSecret(t *testing.T) {
	t.Parallel()
	h := hushed{
		key: "AKIDEXAMPLE", secret: "swordfish+SECRET/key", session: "open+SESAME/token==",
		customer: base64.StdEncoding.EncodeToString([]byte("a customer's key, of 32 bytes...")),
	}
	// Where the work of a part fails, or all of it, or nothing.
	failures := map[string]struct {
		fault   *s3test.Fault
		err     error
		recover bool // nothing fails in the end
	}{
		"nothing":             {recover: true},
		"denied":              {fault: &s3test.Fault{StatusCode: 403, Code: "AccessDenied", Times: -1}},
		"signature":           {fault: &s3test.Fault{StatusCode: 403, Code: "SignatureDoesNotMatch", Skip: 3, Times: -1}},
		"expired":             {fault: &s3test.Fault{StatusCode: 400, Code: "ExpiredToken", Skip: 2, Times: -1}},
		"part denied":         {fault: &s3test.Fault{Operation: "UploadPart", StatusCode: 403, Code: "AccessDenied", Skip: 2, Times: -1}},
		"completion lost":     {fault: &s3test.Fault{Operation: "CompleteMultipartUpload", Drop: true, After: true, Times: -1}, recover: true},
		"broken connection":   {fault: &s3test.Fault{Skip: 3, Drop: true, Times: -1}},
		"broken body":         {fault: &s3test.Fault{Operation: "GetObject", CutAfter: 100, Times: 8}, recover: true},
		"unavailable":         {fault: &s3test.Fault{StatusCode: 503, Code: "SlowDown", Times: -1}},
		"refused connection":  {err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}},
		"untrusted authority": {err: x509.UnknownAuthorityError{}},
		"no such host":        {err: &net.DNSError{Name: "store.example", IsNotFound: true}},
		"cut answer":          {err: io.ErrUnexpectedEOF},
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log told.Log
			server := s3test.NewServer(t, func(o *s3test.Options) {
				o.Buckets, o.TLS, o.MinPartSize = []string{"bucket"}, true, partSize
				o.Credentials = sigv4.Credentials{AccessKeyID: h.key, SecretAccessKey: h.secret, SessionToken: h.session}
			})
			_, err := server.Client().PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: "bucket", Key: "from", Body: bytes.NewReader(pattern(3 * partSize)), SSECustomerKey: s3.CustomerKey(h.customer),
			})
			require.NoError(t, err)
			if failure.fault != nil {
				server.Inject(*failure.fault)
			}
			client := server.Client(func(o *s3.Options) {
				o.Logger, o.MaxAttempts = log.Logger(), 2
				if failure.err != nil {
					o.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
						if r.Body != nil {
							_, _ = io.Copy(io.Discard, r.Body)
							_ = r.Body.Close()
						}
						return nil, failure.err
					})}
				}
			})
			w := &witness{t: t, dir: t.TempDir(), secrets: h.forms()}
			m := newManager(t, client, func(o *Options) {
				o.PartSize, o.Threshold, o.AbortTimeout, o.SourceClient = partSize, partSize, time.Second, client
				o.Progress = func(p Progress) { w.hear(p) }
				w.hear(*o)
			})
			for _, e := range watched(t, m, func() { w.transfer(t.Context(), m, s3.CustomerKey(h.customer)) }) {
				w.hear(e)
			}
			w.hear(m, *m)
			w.files()
			require.Contains(t, log.String(), "attempt", "there was something to tell")
			for _, s := range w.secrets {
				require.NotContains(t, log.String(), s)
			}
			require.Equal(t, failure.recover, w.failed == 0, "%d failed", w.failed)
		})
	}
}

// witness hears what transfers tell.
type witness struct {
	t       *testing.T
	dir     string
	secrets []string
	failed  int
}

// hear holds values to telling no secret, on whatever goroutine.
func (w *witness) hear(values ...any) {
	for _, v := range values {
		text := told.Of(v)
		for _, s := range w.secrets {
			assert.NotContains(w.t, text, s, "%T", v)
		}
	}
}

// read holds a file to telling no secret, and to being its owner's alone.
func (w *witness) read(path string) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	assert.NoError(w.t, err)
	for _, s := range w.secrets {
		assert.NotContains(w.t, string(text), s, path)
	}
	if info, err := os.Stat(path); err == nil && !strings.Contains(path, ".partial") { // which becomes the file that was asked for
		assert.Equal(w.t, fs.FileMode(0o600), info.Mode().Perm(), path)
	}
}

// result hears the error of a transfer, and what else it was called with and gave.
func (w *witness) result(err error, values ...any) {
	if err != nil {
		w.failed++
		require.NotContains(w.t, err.Error(), "\n")
	}
	w.hear(append(values, err)...)
}

// files are read, all that are left.
func (w *witness) files() {
	require.NoError(w.t, filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			w.read(path)
		}
		return err
	}))
}

// transfer runs each operation of the package once, with a customer's key where it takes one.
func (w *witness) transfer(ctx context.Context, m *Manager, key s3.CustomerKey) {
	data := pattern(5 * partSize)
	source := filepath.Join(w.dir, "source")
	require.NoError(w.t, os.WriteFile(source, data, 0o600))
	checkpoint := filepath.Join(w.dir, "checkpoint")
	kept := false
	in := &s3.PutObjectInput{Bucket: "bucket", Key: "k", Body: bytes.NewReader(data), SSECustomerKey: key}
	out, err := m.Upload(ctx, in, func(o *Options) {
		o.Checkpoint, o.ProgressInterval = checkpoint, -1
		o.Progress = func(Progress) { // while it is written to
			if _, err := os.Stat(checkpoint); err == nil {
				kept = true
				w.read(checkpoint)
			}
		}
	})
	if w.result(err, in, *in, out); err == nil {
		require.True(w.t, kept, "there was a file to look at")
	} else if _, gone := os.Stat(checkpoint); gone == nil {
		w.read(checkpoint)
		again, err := m.Resume(ctx, checkpoint, in)
		w.result(err, again)
		w.hear(m.AbortCheckpoint(ctx, checkpoint))
	}
	up, err := m.Resume(ctx, filepath.Join(w.dir, "nothing"), in)
	require.ErrorIs(w.t, err, fs.ErrNotExist)
	w.hear(err, up)

	wr, err := m.NewWriter(ctx, "bucket", "written")
	require.NoError(w.t, err)
	wr.Input.SSECustomerKey = key
	w.hear(wr)
	_, err = wr.Write(data)
	w.hear(err, wr) // while it is being sent
	w.result(wr.Close(), wr.Output(), wr)
	require.Equal(w.t, "transfer.Writer(bucket/written)", fmt.Sprint(wr))

	copied := &s3.CopyObjectInput{Bucket: "bucket", Key: "copy", CopySource: s3.CopySource("bucket", "from", ""), SSECustomerKey: key, CopySourceSSECustomerKey: key}
	copyOut, err := m.Copy(ctx, copied)
	w.result(err, copied, *copied, copyOut)

	get := &s3.GetObjectInput{Bucket: "bucket", Key: "from", SSECustomerKey: key}
	var sink writerAt
	down, err := m.Download(ctx, &sink, get)
	w.result(err, get, *get, down)
	file, err := m.DownloadFile(ctx, filepath.Join(w.dir, "download"), get, func(o *Options) { o.KeepPartial = true })
	w.result(err, file)
	if err == nil { // as the process's umask has it, and no business of this
		require.NoError(w.t, os.Remove(filepath.Join(w.dir, "download")))
	}
	r, err := m.Open(ctx, get)
	w.hear(err)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
		w.result(errors.Join(err, r.Close()), *r, r)
	}

	planned := &s3.PutObjectInput{Bucket: "bucket", Key: "planned", Body: bytes.NewReader(data), SSECustomerKey: key}
	plan, err := m.Plan(ctx, planned)
	w.result(err, planned, plan)
	if err == nil {
		text, err := json.Marshal(plan)
		require.NoError(w.t, err)
		require.Contains(w.t, string(text), `"customer_key":true`)
		w.hear(*plan, string(text), plan.Split(2))
		receipts, err := m.UploadShare(ctx, plan, plan.Split(1)[0], bytes.NewReader(data))
		w.result(err, receipts)
		done, err := m.CompletePlan(ctx, plan, receipts)
		w.hear(err, done)
		w.hear(m.AbortPlan(ctx, plan))
	}

	folder := filepath.Join(w.dir, "folder")
	require.NoError(w.t, os.Mkdir(folder, 0o700))
	require.NoError(w.t, os.WriteFile(filepath.Join(folder, "file"), data[:10], 0o600))
	withKey := func(o *DirectoryOptions) {
		o.PutObject = func(in *s3.PutObjectInput) { in.SSECustomerKey = key }
		o.GetObject = func(in *s3.GetObjectInput) { in.SSECustomerKey = key }
		o.Report = func(a Action) { w.hear(a) }
		o.Progress = func(p DirectoryProgress) { w.hear(p) }
		w.hear(*o)
	}
	all := &UploadDirectoryInput{Directory: folder, Bucket: "bucket", Prefix: "d"}
	sent, err := m.UploadDirectory(ctx, all, withKey)
	w.result(err, all, sent)
	back := &DownloadDirectoryInput{Bucket: "bucket", Prefix: "d", Directory: filepath.Join(w.dir, "back")}
	got, err := m.DownloadDirectory(ctx, back, withKey)
	w.result(err, back, got)
	require.NoError(w.t, os.RemoveAll(back.Directory))
	sync := &SyncInput{From: Place{Directory: folder}, To: Place{Bucket: "bucket", Prefix: "s"}}
	synced, err := m.Sync(ctx, sync, withKey)
	w.result(err, sync, synced)

	left, err := m.AbortIncomplete(ctx, "bucket", "", 0)
	w.result(err, left)
	for u, err := range m.ListIncomplete(ctx, "bucket", "") {
		w.result(err, u)
	}
	for field, in := range map[string]*s3.PutObjectInput{
		"Bucket": {Key: "k", Body: bytes.NewReader(data), SSECustomerKey: key},
		"Key":    {Bucket: "bucket", Body: bytes.NewReader(data), SSECustomerKey: key + key},
	} {
		_, err := m.Upload(ctx, in)
		require.ErrorContains(w.t, err, field)
		w.hear(err, fmt.Sprintf("%+v", in))
	}
}

// writerAt takes what is written to it, and forgets it.
type writerAt struct{}

func (writerAt) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
