package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

func (s *server) downloader(t *testing.T, fns ...func(*DownloadOptions)) *Downloader {
	t.Helper()
	d, err := NewDownloader(s.client(t), append([]func(*DownloadOptions){func(o *DownloadOptions) { o.PartSize = 10 }}, fns...)...)
	require.NoError(t, err)
	return d
}

func get() *swift.GetObjectInput { return &swift.GetObjectInput{Container: "c", Object: "o"} }

// stored makes a server with an object of 95 bytes of the kind.
func stored(t *testing.T, kind string) *server {
	t.Helper()
	s := newServer(swift.OpenStack())
	u := s.uploader(t)
	var err error
	switch kind {
	case "plain":
		_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(95))), func(o *Options) { o.Threshold = 1000 })
	case "SLO":
		_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(95))), func(o *Options) { o.PartSize = 11 })
	case "nested":
		_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(95))), func(o *Options) { o.MaxManifestSegments = 4 })
	case "DLO":
		_, err = u.UploadDLO(t.Context(), put(bytes.NewReader(data(95))))
	}
	require.NoError(t, err)
	return s
}

func TestDownload(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"plain", "SLO", "nested", "DLO"} {
		for _, verify := range []bool{false, true} {
			t.Run(kind, func(t *testing.T) {
				t.Parallel()
				s := stored(t, kind)
				var last Progress
				name := filepath.Join(t.TempDir(), "file")
				require.NoError(t, os.WriteFile(name, []byte("former"), 0o600))
				out, err := s.downloader(t, func(o *DownloadOptions) { o.VerifySegments = verify }).DownloadFile(t.Context(), name, get(),
					func(o *DownloadOptions) { o.Progress = func(p Progress) { last = p } })
				require.NoError(t, err)
				got, err := os.ReadFile(name)
				require.NoError(t, err)
				assert.Equal(t, data(95), got)
				large := kind == "SLO" || kind == "nested"
				assert.Equal(t, kind == "plain" || large && verify, out.Verified)
				assert.Equal(t, large, out.StaticLargeObject)
				parts := 10
				if kind == "SLO" && verify {
					parts = 9
				}
				assert.Equal(t, parts, out.Parts)
				assert.Equal(t, Progress{Bytes: 95, Total: 95, PartsDone: parts, Parts: parts, Done: true}, last)
				entries, err := os.ReadDir(filepath.Dir(name))
				require.NoError(t, err)
				assert.Len(t, entries, 1)
			})
		}
	}
}

func TestDownloadInOne(t *testing.T) {
	t.Parallel()
	s := stored(t, "plain")
	var w writer
	out, err := s.downloader(t).Download(t.Context(), &w, get(), func(o *DownloadOptions) { o.PartSize = 0 })
	require.NoError(t, err)
	assert.Equal(t, data(95), w.b)
	assert.Equal(t, 1, out.Parts)
	assert.True(t, out.Verified, "GetObject has compared it")

	// Without ReadAt nothing can be compared in the end.
	w = writer{}
	out, err = s.downloader(t, func(o *DownloadOptions) { o.Concurrency = -1 }).Download(t.Context(), &w, get())
	require.NoError(t, err)
	assert.Equal(t, data(95), w.b)
	assert.False(t, out.Verified)

	for check, want := range map[swift.ETagCheck]bool{swift.ETagCheckAlways: true, swift.ETagCheckNever: false} {
		name := filepath.Join(t.TempDir(), "file")
		out, err = s.downloader(t).DownloadFile(t.Context(), name, get(), func(o *DownloadOptions) {
			o.ClientOptions = []func(*swift.Options){func(o *swift.Options) { o.ETagCheck = check }}
		})
		require.NoError(t, err)
		assert.Equal(t, want, out.Verified)
	}
	s.containers["c"].objects["o"].body, s.containers["c"].objects["o"].etag = nil, sum(nil)
	w = writer{}
	out, err = s.downloader(t).Download(t.Context(), &w, get())
	require.NoError(t, err)
	assert.Empty(t, w.b)
	assert.Zero(t, out.Size)
	s = newServer(swift.OpenStack())
	_, err = s.client(t).CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "o", Segments: []swift.SLOSegment{{Data: []byte("x")}}})
	require.NoError(t, err)
	s.containers["c"].objects["o"].manifest, s.containers["c"].objects["o"].body = []entry{}, nil
	_, err = s.downloader(t).Download(t.Context(), &w, get(), func(o *DownloadOptions) { o.VerifySegments = true })
	require.NoError(t, err)
}

// writer is an io.WriterAt and no more; one request at a time writes to it.
type writer struct{ b []byte }

func (w *writer) WriteAt(p []byte, off int64) (int, error) {
	if need := int(off) + len(p); need > len(w.b) {
		w.b = append(w.b, make([]byte, need-len(w.b))...)
	}
	return copy(w.b[off:], p), nil
}

func TestDownloadMixedManifest(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	c := s.client(t)
	for name, body := range map[string][]byte{"a": data(20), "b": data(30)} {
		_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: name, Body: bytes.NewReader(body)})
		require.NoError(t, err)
	}
	_, err := c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "sub", Segments: []swift.SLOSegment{{Path: "c/a"}, {Path: "c/b"}}})
	require.NoError(t, err)
	_, err = c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{
		Container: "c", Object: "o", Segments: []swift.SLOSegment{{Data: []byte("head")}, {Path: "c/b", Range: "3-5"}, {Path: "c/a"}, {Path: "c/sub", Range: "18-21"}},
	})
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "file")
	out, err := s.downloader(t).DownloadFile(t.Context(), name, get(), func(o *DownloadOptions) { o.VerifySegments = true })
	require.NoError(t, err)
	assert.Equal(t, 4, out.Parts)
	assert.False(t, out.Verified, "nothing compares a range")
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	want := append([]byte("head"), data(30)[3:6]...)
	want = append(want, data(20)...)
	want = append(want, append(data(20), data(30)...)[18:22]...)
	assert.Equal(t, want, got)
}

func TestRangeLength(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]int64{"0-9": 10, "5-": 15, "-5": 5, "-50": 20, "10-99": 10} {
		n, err := lengthOf(spec, 20)
		require.NoError(t, err)
		assert.Equal(t, want, n, spec)
	}
	for _, spec := range []string{"", "x", "20-", "9-5", "20-30", "-", "a-b"} {
		_, err := lengthOf(spec, 20)
		require.Error(t, err, spec)
	}
	_, _, ok := manifestOf("%zz/x")
	assert.False(t, ok)
}

func TestDownloadBadInput(t *testing.T) {
	t.Parallel()
	s := newServer(swift.CephRGW())
	d := s.downloader(t)
	var refused *OptionError
	for field, in := range map[string]*swift.GetObjectInput{
		"Container":         nil,
		"Object":            {Container: "c"},
		"Range":             {Container: "c", Object: "o", Range: "bytes=0-1"},
		"MultipartManifest": {Container: "c", Object: "o", MultipartManifest: "get"},
		"Symlink":           {Container: "c", Object: "o", Symlink: "get"},
	} {
		_, err := d.Download(t.Context(), &writer{}, in)
		require.ErrorAs(t, err, &refused, field)
		assert.Equal(t, field, refused.Field)
	}
	_, err := d.DownloadFile(t.Context(), "", get(), func(o *DownloadOptions) { o.VerifySegments = true })
	require.ErrorAs(t, err, &refused)
	_, err = d.DownloadFile(t.Context(), "", get(), func(o *DownloadOptions) { o.PartSize = -1 })
	require.ErrorAs(t, err, &refused)
	_, err = d.Download(t.Context(), &writer{}, get())
	require.ErrorIs(t, err, swift.ErrNotFound)
	_, err = NewDownloader(nil)
	require.ErrorAs(t, err, &refused)
	_, err = NewDownloader(s.client(t), func(o *DownloadOptions) { o.PartSize = -1 })
	require.ErrorAs(t, err, &refused)
	s = stored(t, "plain")
	_, err = s.downloader(t).Download(t.Context(), nil, get())
	require.ErrorAs(t, err, &refused)
	_, err = s.downloader(t).DownloadFile(t.Context(), filepath.Join(t.TempDir(), "none", "x"), get())
	require.ErrorIs(t, err, os.ErrNotExist)
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "in the way", "x"), 0o700))
	_, err = s.downloader(t).DownloadFile(t.Context(), filepath.Join(dir, "in the way"), get())
	require.Error(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	in := get()
	in.IfMatch = "other"
	_, err = s.downloader(t).Download(t.Context(), &writer{}, in)
	require.ErrorIs(t, err, swift.ErrPreconditionFailed)
}

func TestDownloadOfAChangingObject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   string
		answer func(s *server, a *answer)
	}{
		"replaced":             {"plain", nil},
		"SLO replaced":         {"SLO", nil},
		"DLO replaced":         {"DLO", nil},
		"If-Match overlooked":  {"plain", func(_ *server, a *answer) { a.header.Set("Etag", "other") }},
		"only the time":        {"DLO", func(_ *server, a *answer) { a.header.Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT") }},
		"grown":                {"plain", func(_ *server, a *answer) { a.header.Set("Content-Range", "bytes 30-39/96") }},
		"shrunk to before it":  {"plain", func(_ *server, a *answer) { *a = *say(416, "") }},
		"manifest of the past": {"SLO", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stored(t, c.kind)
			s.setBefore(func(r *request) *answer {
				if r.Method != http.MethodGet || r.Header.Get("Range") != "bytes=30-39" {
					return nil
				}
				if c.answer != nil {
					a := s.serve(r)
					c.answer(s, a)
					return a
				}
				s.mu.Lock()
				delete(s.containers["c"].objects, "o")
				s.containers["c"].objects["o"] = &object{body: data(94), etag: sum(data(94)), header: http.Header{}, modified: s.clock}
				s.mu.Unlock()
				return nil
			})
			name := filepath.Join(t.TempDir(), "file")
			_, err := s.downloader(t, func(o *DownloadOptions) { o.Concurrency = -1 }).DownloadFile(t.Context(), name, get())
			require.ErrorIs(t, err, swift.ErrObjectChanged)
			var failed *DownloadError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, int64(30), failed.Offset)
			assert.Contains(t, err.Error(), `container "c", object "o", 10 bytes at 30`)
			entries, err := os.ReadDir(filepath.Dir(name))
			require.NoError(t, err)
			assert.Empty(t, entries, "nothing half-written")
		})
	}
	t.Run("in one", func(t *testing.T) {
		t.Parallel()
		s := stored(t, "DLO")
		s.setAfter(func(r *request) *answer {
			if r.is(http.MethodHead, "c", "o") {
				a := s.serve(&request{Method: http.MethodHead, Container: "c", Object: "o", Header: r.Header})
				a.header.Set("Content-Length", "96")
				return a
			}
			return nil
		})
		_, err := s.downloader(t).Download(t.Context(), &writer{}, get(), func(o *DownloadOptions) { o.PartSize = 1000 })
		require.ErrorIs(t, err, swift.ErrObjectChanged)
	})
	t.Run("manifest of another size", func(t *testing.T) {
		t.Parallel()
		s := stored(t, "SLO")
		s.containers["c"].objects["o"].manifest[0].Bytes = 12
		_, err := s.downloader(t).Download(t.Context(), &writer{}, get(), func(o *DownloadOptions) { o.VerifySegments = true })
		require.ErrorIs(t, err, swift.ErrObjectChanged)
		s.setBefore(failing(403, func(r *request) bool { return r.Query.Get("multipart-manifest") == "get" }))
		_, err = s.downloader(t).Download(t.Context(), &writer{}, get(), func(o *DownloadOptions) { o.VerifySegments = true })
		require.ErrorIs(t, err, swift.ErrForbidden)
	})
}

func TestDownloadOfWrongRanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*answer){
		"another range": func(a *answer) { a.header.Set("Content-Range", "bytes 31-40/95") },
		"all of it":     func(a *answer) { a.status, a.body = 200, data(95); a.header.Del("Content-Range") },
		"too little":    func(a *answer) { a.body = a.body[:9] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stored(t, "plain")
			s.setBefore(func(r *request) *answer {
				if r.Header.Get("Range") != "bytes=30-39" {
					return nil
				}
				a := s.serve(r)
				change(a)
				return a
			})
			_, err := s.downloader(t).Download(t.Context(), &lockedWriter{}, get())
			require.ErrorIs(t, err, swift.ErrMalformedAnswer)
		})
	}
}

// lockedWriter throws away what is written.
type lockedWriter struct{}

func (lockedWriter) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }

func TestDownloadOfWrongBytes(t *testing.T) {
	t.Parallel()
	spoil := func(s *server) {
		s.setBefore(func(r *request) *answer {
			if r.Method != http.MethodGet || r.Header.Get("Range") == "" {
				return nil
			}
			a := s.serve(r)
			a.body = bytes.Clone(a.body)
			a.body[0]++
			return a
		})
	}
	for _, kind := range []string{"plain", "SLO"} {
		s := stored(t, kind)
		spoil(s)
		name := filepath.Join(t.TempDir(), "file")
		_, err := s.downloader(t).DownloadFile(t.Context(), name, get(), func(o *DownloadOptions) { o.VerifySegments = true })
		require.ErrorIs(t, err, swift.ErrETagMismatch)
		assert.NoFileExists(t, name)
	}
}

func TestDownloadOfChangedSegments(t *testing.T) {
	t.Parallel()
	s := stored(t, "SLO")
	names := s.names("c_segments")
	s.containers["c_segments"].objects[names[2]].etag = "x"
	s.containers["c_segments"].objects[names[3]].body = nil
	delete(s.containers["c_segments"].objects, names[4])
	_, err := s.downloader(t, func(o *DownloadOptions) { o.PartSize, o.Concurrency = 40, -1 }).Download(t.Context(), &writer{}, get())
	require.ErrorIs(t, err, swift.ErrConflict)
	var failed *swift.SLOError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, []swift.SLOSegmentError{
		{Path: "c_segments/" + names[2], Reason: "Etag Mismatch"},
		{Path: "c_segments/" + names[3], Reason: "Size Mismatch"},
	}, failed.Segments, "of the part that failed")
	_, err = s.downloader(t, func(o *DownloadOptions) { o.PartSize, o.Concurrency = 0, -1 }).Download(t.Context(), &writer{}, get())
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, swift.SLOSegmentError{Path: "c_segments/" + names[4], Reason: "404 Not Found"}, failed.Segments[2])

	// Who can't look tells what there was.
	s.setBefore(failing(403, func(r *request) bool { return r.Query.Get("multipart-manifest") == "get" }))
	_, err = s.downloader(t).Download(t.Context(), &writer{}, get())
	require.ErrorIs(t, err, swift.ErrConflict)
}

func TestDownloadDeepManifest(t *testing.T) {
	t.Parallel()
	s := stored(t, "nested")
	top := s.containers["c"].objects["o"].manifest
	name := top[0].Name[len("/c_segments/"):]
	loop := s.containers["c_segments"].objects[name]
	loop.manifest[0] = entry{Name: top[0].Name, Bytes: 10, Hash: loop.etag, SubSLO: true}
	_, err := s.downloader(t).Download(t.Context(), &writer{}, get(), func(o *DownloadOptions) { o.VerifySegments = true })
	require.ErrorContains(t, err, "nested more than 10 times")
}

func TestDownloadCancelled(t *testing.T) {
	t.Parallel()
	stop := errors.New("enough")
	for _, at := range []string{"bytes=0-9", "bytes=50-59", "bytes=90-94"} {
		s := stored(t, "plain")
		ctx, cancel := context.WithCancelCause(t.Context())
		s.setBefore(func(r *request) *answer {
			if r.Header.Get("Range") == at {
				cancel(stop)
			}
			return nil
		})
		name := filepath.Join(t.TempDir(), "file")
		_, err := s.downloader(t).DownloadFile(ctx, name, get())
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, stop)
		entries, err := os.ReadDir(filepath.Dir(name))
		require.NoError(t, err)
		assert.Empty(t, entries)
	}
}

func TestDownloadWriterFails(t *testing.T) {
	t.Parallel()
	s := stored(t, "plain")
	full := errors.New("disk full")
	_, err := s.downloader(t).Download(t.Context(), fullWriter{full}, get())
	require.ErrorIs(t, err, full)

	// What was written can't be read back.
	_, err = s.downloader(t).Download(t.Context(), unreadable{full}, get())
	require.ErrorIs(t, err, full)
	_, err = s.downloader(t).Download(t.Context(), unreadable{io.EOF}, get())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

type fullWriter struct{ err error }

func (w fullWriter) WriteAt([]byte, int64) (int, error) { return 0, w.err }

type unreadable struct{ err error }

func (unreadable) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (u unreadable) ReadAt([]byte, int64) (int, error)    { return 0, u.err }

func TestDownloadTokenRevoked(t *testing.T) {
	t.Parallel()
	s := stored(t, "SLO")
	s.setBefore(func(r *request) *answer {
		if r.Header.Get("Range") == "bytes=50-59" && s.token == 1 {
			s.revoke()
		}
		return nil
	})
	name := filepath.Join(t.TempDir(), "file")
	_, err := s.downloader(t).DownloadFile(t.Context(), name, get())
	require.NoError(t, err)
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, data(95), got)
}
