//go:build integration

package integration

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/tlsfront"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// server is one server behind one scheme, with a client at default options.
type server struct {
	name, scheme string
	env          Env
	url          string
	options      s3.Options
	client       *s3.Client
	differs      *differences
}

// differences are the behaviours in which a server is not as Amazon S3 documents it, by the
// name of the check, with what happens instead. What is not in it must be "ok".
type differences struct {
	behaviour map[string]string

	mu   sync.Mutex
	seen map[string]bool
}

func (d *differences) want(check string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w, ok := d.behaviour[check]; ok {
		d.seen[check] = true
		return w
	}
	return "ok"
}

// afterAll is what make integration runs last, by itself: it knows no behaviours.
const afterAll = "^TestOperations$"

// servers is filled by TestMain: each backend that was picked, over http and over https.
var servers []*server

func TestMain(m *testing.M) {
	flag.Parse()
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		status = 1
	}
	os.Exit(status)
}

// behavioursOf are those of a server; one that ends TLS itself (TLS=1 up.sh) is as the plain one,
// but for the lines of its own.
func behavioursOf(name string) map[string]string {
	plain, ok := strings.CutSuffix(name, "-tls")
	if !ok {
		return behaviours[name]
	}
	all := maps.Clone(behaviours[plain])
	for check, want := range behaviours[name] {
		if all[check] = want; want == "ok" {
			delete(all, check)
		}
	}
	return all
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "stowage-integration-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)

	var roots bytes.Buffer
	known := make(map[string]*differences)
	for _, name := range Picked() {
		env, err := Load(name)
		if err != nil {
			return 0, err
		}
		profile, ok := profiles[strings.TrimSuffix(name, "-tls")]
		if !ok {
			return 0, fmt.Errorf("backend %s has no profile here", name)
		}
		type address struct{ scheme, url string }
		addresses := []address{{"https", env["S3_ENDPOINT"]}}
		if file := env["S3_CA_FILE"]; file != "" {
			certificate, err := os.ReadFile(file)
			if err != nil {
				return 0, err
			}
			roots.Write(certificate)
		} else {
			front, err := tlsfront.Start(env["S3_ENDPOINT"])
			if err != nil {
				return 0, err
			}
			defer front.Close()
			roots.Write(front.Certificate)
			addresses = []address{{"http", env["S3_ENDPOINT"]}, {"https", front.URL}}
		}
		known[name] = &differences{behaviour: behavioursOf(name), seen: make(map[string]bool)}
		for _, at := range addresses {
			servers = append(servers, &server{
				name: name, scheme: at.scheme, env: env, url: at.url, differs: known[name],
				options: s3.Options{
					Endpoint:    at.url,
					Region:      env["S3_REGION"],
					Credentials: sigv4.Static(env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], ""),
					Profile:     profile(),
				},
			})
		}
	}
	// The fronts' certificates become the system's roots of this process, so that the clients
	// under test need no option for them: their HTTP client stays the library's own.
	file := filepath.Join(dir, "roots.pem")
	if err := os.WriteFile(file, roots.Bytes(), 0o600); err != nil {
		return 0, err
	}
	if err := os.Setenv("SSL_CERT_FILE", file); err != nil {
		return 0, err
	}
	for _, s := range servers {
		if s.client, err = s3.New(s.options); err != nil {
			return 0, err
		}
	}

	status := m.Run()
	skipped := flag.Lookup("test.skip").Value.String()
	whole := flag.Lookup("test.run").Value.String() == "" && (skipped == "" || skipped == afterAll)
	for _, name := range slices.Sorted(maps.Keys(known)) {
		for _, check := range slices.Sorted(maps.Keys(known[name].behaviour)) {
			if whole && !known[name].seen[check] {
				return 1, fmt.Errorf("%s: a behaviour is written down for %q, but nothing checks that", name, check)
			}
		}
	}
	return status, nil
}

// eachServer runs a test against every server over every scheme; different servers at the same
// time, since most of it is waiting for them.
func eachServer(t *testing.T, test func(*testing.T, *server)) {
	for _, name := range Picked() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range servers {
				if s.name == name {
					t.Run(s.scheme, func(t *testing.T) { test(t, s) })
				}
			}
		})
	}
}

// with is another client for the server.
func (s *server) with(t *testing.T, change func(*s3.Options)) *s3.Client {
	t.Helper()
	c, err := s3.New(s.options, change)
	require.NoError(t, err)
	return c
}

// check runs one behaviour and compares what comes of it with what is known of the server.
func (s *server) check(t *testing.T, name string, behave func(context.Context, *testing.T) error) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		err := behave(ctx, t)
		require.Equal(t, s.differs.want(name), outcome(err), "in full: %v", err)
	})
}

// outcome is "ok", or an error in a form that is the same every time.
func outcome(err error) string {
	var e *s3.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("%d %s", e.StatusCode, e.Code)
	}
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, s3.ErrUnsupported):
		return "unsupported"
	}
	return err.Error()
}

// expect is nil when err is the failure that was wanted.
func expect(err error, sentinels ...error) error {
	if err == nil {
		return fmt.Errorf("no error, wanted %v", sentinels)
	}
	for _, want := range sentinels {
		if !errors.Is(err, want) {
			return fmt.Errorf("is not %q: %w", want.Error(), err)
		}
	}
	return nil
}

// bucket makes a bucket that is emptied and deleted when the test ends.
func (s *server) bucket(t *testing.T) string {
	t.Helper()
	name := bucketName()
	_, err := s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: name})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.remove(ctx, name); err != nil {
			t.Errorf("remove bucket %s: %v", name, err)
		}
	})
	return name
}

func bucketName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return "stowage-" + hex.EncodeToString(b[:])
}

// remove deletes a bucket with all that is in it.
func (s *server) remove(ctx context.Context, bucket string) error {
	for page, err := range s.client.ListMultipartUploadsPages(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket}) {
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			if _, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: u.Key, UploadId: u.UploadId}); err != nil {
				return err
			}
		}
	}
	keys, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
	if err != nil {
		return err
	}
	for _, key := range slices.Backward(keys) { // Alluxio lists directories, before what is in them
		if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key}); err != nil {
			return err
		}
	}
	_, err = s.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	return err
}

// keys lists all keys, page after page.
func (s *server) keys(ctx context.Context, in *s3.ListObjectsV2Input) ([]string, error) {
	var keys []string
	for page, err := range s.client.ListObjectsV2Pages(ctx, in) {
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			keys = append(keys, o.Key)
		}
	}
	return keys, nil
}

// put stores an object of n bytes and returns them.
func (s *server) put(t *testing.T, bucket, key string, n int) []byte {
	t.Helper()
	body := data(n)
	_, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(body)})
	require.NoError(t, err)
	return body
}

// holds is nil when the object's bytes are these.
func (s *server) holds(ctx context.Context, bucket, key string, want []byte) error {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
	if err != nil {
		return err
	}
	return same(out.Body, want)
}

// same reads a body to its end and compares it.
func same(body io.ReadCloser, want []byte) error {
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%d bytes came back that differ from the %d sent", len(got), len(want))
	}
	return nil
}

// data is n bytes that no server can compress or guess, the same for the same n.
func data(n int) []byte {
	var seed [32]byte
	copy(seed[:], fmt.Sprint("stowage ", n))
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8(seed).Read(b) // never fails
	return b
}

// plain hides everything of a reader but Read.
type plain struct{ io.Reader }

func pointer[T any](v T) *T { return &v }

// all is the first failure.
func all(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// that is nil when ok, else an error that says what is wrong.
func that(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func trim(etag string) string { return strings.Trim(etag, `"`) }
