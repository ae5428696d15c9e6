package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

const partSize = multipart.DefaultMinPartSize

// partStore keeps the parts of multipart uploads, and puts the objects into a server.
type partStore struct {
	server *server
	fail   func(op string, number int) error // instead of the operation
	after  func(op string) error             // when it is done

	mu      sync.Mutex
	uploads map[string]map[int][]byte
	puts    int
	aborts  int
}

func (p *partStore) begin(op string, number int) error {
	if p.fail != nil {
		return p.fail(op, number)
	}
	return nil
}

func (p *partStore) end(op string) error {
	if p.after != nil {
		return p.after(op)
	}
	return nil
}

// large is the longest body of these tests; others are its beginning.
var large = sync.OnceValue(func() []byte { return data(4*int(partSize) + 7) })

func status(n int) error { return &swift.Error{Code: http.StatusText(n), StatusCode: n} }

func (p *partStore) create(context.Context, string, string, []func(*swift.Options)) (string, error) {
	if err := p.begin("create", 0); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.uploads["2~id"] = map[int][]byte{}
	return "2~id", nil
}

func (p *partStore) put(ctx context.Context, _, _, id string, number int, body io.Reader, size int64, _ []func(*swift.Options)) (string, error) {
	if err := p.begin("put", number); err != nil {
		return "", err
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	b, err := io.ReadAll(body)
	if err != nil || int64(len(b)) != size {
		return "", errors.Join(err, io.ErrUnexpectedEOF)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.puts++
	p.uploads[id][number] = b
	return `"` + sum(b) + `"`, nil
}

func (p *partStore) list(_ context.Context, _, _, id string, _ []func(*swift.Options)) (map[int]segment, error) {
	if err := p.begin("list", 0); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	stored, ok := p.uploads[id]
	if !ok {
		return nil, status(404)
	}
	parts := map[int]segment{}
	for n, b := range stored {
		parts[n] = segment{n, int64(len(b)), sum(b)}
	}
	return parts, nil
}

func (p *partStore) complete(_ context.Context, container, name, id string, parts []segment, _ []func(*swift.Options)) (string, error) {
	if err := p.begin("complete", 0); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	stored, ok := p.uploads[id]
	if !ok {
		return "", status(404)
	}
	var body []byte
	for _, s := range parts {
		if sum(stored[s.number]) != s.etag {
			return "", status(400)
		}
		body = append(body, stored[s.number]...)
	}
	delete(p.uploads, id)
	etag := etagOfParts(parts)
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.server.containers[container].objects[name] = &object{body: body, etag: etag, header: http.Header{}, modified: p.server.clock}
	return etag, p.end("complete")
}

func (p *partStore) abort(_ context.Context, _, _, id string, _ []func(*swift.Options)) error {
	if err := p.begin("abort", 0); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.aborts++
	if _, ok := p.uploads[id]; !ok {
		return status(404)
	}
	delete(p.uploads, id)
	return nil
}

func kakao(t *testing.T, fns ...func(*Options)) (*partStore, *Uploader) {
	t.Helper()
	s := newServer(swift.KakaoCloud())
	s.make("cont")
	p := &partStore{server: s, uploads: map[string]map[int][]byte{}}
	u := s.uploader(t, append([]func(*Options){func(o *Options) { o.PartSize, o.Threshold = partSize, 0 }}, fns...)...)
	u.multipart = p
	return p, u
}

func putPart(body io.Reader) *swift.CreateObjectInput {
	return &swift.CreateObjectInput{Container: "cont", Object: "o", Body: body}
}

func TestUploadMultipart(t *testing.T) {
	t.Parallel()
	p, u := kakao(t)
	body := large()[:2*partSize+7]
	for _, r := range []io.Reader{bytes.NewReader(body), plain{bytes.NewReader(body)}} {
		out, err := u.UploadMultipart(t.Context(), putPart(r))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(body, p.server.body(t, "cont", "o")))
		assert.Equal(t, 3, out.Parts)
		assert.Equal(t, "2~id", out.UploadId)
		assert.True(t, out.Verified)
		assert.Empty(t, out.SegmentContainer)
		assert.Regexp(t, `^[0-9a-f]{32}-3$`, out.ETag)
	}
	out, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(data(10))))
	require.NoError(t, err)
	assert.Zero(t, out.Parts)
	assert.Equal(t, data(10), p.server.body(t, "cont", "o"))

	// Who may not look believes what he is told.
	p.server.setBefore(failing(403, func(r *request) bool { return r.Method == http.MethodHead }))
	out, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	require.NoError(t, err)
	assert.False(t, out.Verified)
}

func TestUploadMultipartBadInput(t *testing.T) {
	t.Parallel()
	_, u := kakao(t, func(o *Options) { o.Threshold = -1 })
	var refused *OptionError
	in := putPart(bytes.NewReader(data(10)))
	in.Metadata = map[string]string{"a": "b"}
	_, err := u.UploadMultipart(t.Context(), in)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "Metadata", refused.Field)

	_, err = newServer(swift.OpenStack()).uploader(t).UploadMultipart(t.Context(), put(bytes.NewReader(data(10))))
	require.ErrorIs(t, err, swift.ErrUnsupported)
}

func TestUploadMultipartFails(t *testing.T) {
	t.Parallel()
	body := large()[:partSize+7]
	fail := func(op string, number int, err error) func(string, int) error {
		return func(o string, n int) error {
			if o == op && n == number {
				return err
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		fail func(string, int) error
		want Parts
		left int
	}{
		"create":           {fail: fail("create", 0, status(403)), want: PartsNone},
		"part":             {fail: fail("put", 2, status(507)), want: PartsAborted},
		"complete refused": {fail: fail("complete", 0, status(400)), want: PartsAborted},
		"complete 5xx":     {fail: fail("complete", 0, status(500)), want: PartsAborted},
		"complete lost":    {fail: fail("complete", 0, io.ErrUnexpectedEOF), want: PartsUnknown, left: 1},
		"upload is gone":   {fail: fail("complete", 0, status(404)), want: PartsAborted},
		"abort fails": {fail: func(op string, n int) error {
			if op == "abort" || op == "put" && n == 1 {
				return status(503)
			}
			return nil
		}, want: PartsUnknown, left: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, u := kakao(t)
			p.fail = c.fail
			_, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
			var failed *UploadError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, c.want, failed.Parts)
			assert.Len(t, p.uploads, c.left)
			assert.Empty(t, p.server.names("cont"))
		})
	}
	t.Run("made, answer lost", func(t *testing.T) {
		t.Parallel()
		for _, lost := range []error{io.ErrUnexpectedEOF, status(502), status(404)} {
			p, u := kakao(t)
			p.after = func(string) error { return lost }
			out, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
			require.NoError(t, err)
			assert.True(t, out.Verified)
		}
	})
	t.Run("made by nobody", func(t *testing.T) {
		t.Parallel()
		p, u := kakao(t)
		p.fail = func(op string, _ int) error {
			if op == "complete" {
				delete(p.uploads, "2~id")
			}
			return nil
		}
		_, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
		require.ErrorIs(t, err, ErrAmbiguous)
		p, u = kakao(t)
		p.fail = fail("complete", 0, status(500))
		p.server.setBefore(failing(403, func(r *request) bool { return r.Method == http.MethodHead }))
		_, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
		require.ErrorIs(t, err, ErrAmbiguous)
	})
	t.Run("another size", func(t *testing.T) {
		t.Parallel()
		p, u := kakao(t)
		p.after = func(string) error {
			o := p.server.containers["cont"].objects["o"]
			o.body = o.body[1:]
			return nil
		}
		_, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
		require.ErrorIs(t, err, ErrIncomplete)
	})
}

func TestUploadMultipartResume(t *testing.T) {
	t.Parallel()
	body := large()
	path := filepath.Join(t.TempDir(), "checkpoint")
	p, u := kakao(t, with(path))
	begin := func() {
		t.Helper()
		p.fail = func(op string, n int) error {
			if op == "put" && n == 4 {
				return status(507)
			}
			return nil
		}
		_, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)), func(o *Options) { o.Concurrency = -1 })
		require.ErrorIs(t, err, swift.ErrInsufficientStorage)
		p.fail, p.puts = nil, 0
		require.FileExists(t, path)
	}
	begin()
	p.uploads["2~id"][2] = []byte("another")
	p.fail = func(op string, _ int) error {
		if op == "list" {
			return status(403)
		}
		return nil
	}
	_, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	require.ErrorIs(t, err, swift.ErrForbidden)
	p.fail = nil
	_, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(body, p.server.body(t, "cont", "o")))
	assert.Equal(t, 3, p.puts, "the one that is another, and the last two")
	assert.NoFileExists(t, path)

	begin()
	require.NoError(t, u.Abort(t.Context(), path))
	assert.Empty(t, p.uploads)
	assert.NoFileExists(t, path)

	begin()
	delete(p.uploads, "2~id")
	_, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	var refused *OptionError
	require.ErrorAs(t, err, &refused)
	assert.Contains(t, err.Error(), "is over")
	u.multipart = nil
	require.ErrorIs(t, u.Abort(t.Context(), path), swift.ErrUnsupported)
	u.multipart = p
	require.NoError(t, u.Abort(t.Context(), path))

	// The file can't be written: the upload that nobody knows of is given up.
	_, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)), with(filepath.Join(t.TempDir(), "none", "x")))
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.Empty(t, p.uploads)

	begin()
	c, err := readCheckpoint(path)
	require.NoError(t, err)
	require.ErrorAs(t, fits(c, multipart.Plan{PartSize: 1}), &refused)
}

func TestETagOfParts(t *testing.T) {
	t.Parallel()
	assert.Empty(t, etagOfParts([]segment{{etag: "x"}}))
	assert.Empty(t, etagOf([]swift.SLOSegment{{}}))
	assert.Equal(t, "59adb24ef3cdbe0297f05b395827453f-1", etagOfParts([]segment{{etag: "d41d8cd98f00b204e9800998ecf8427e"}}))
}
