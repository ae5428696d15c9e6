package transfer

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checkpoint"
	"github.com/stowage-go/stowage/swift"
)

// with names the checkpoint.
func with(path string) func(*Options) {
	return func(o *Options) { o.Checkpoint = path }
}

// interrupt fails an upload of 100 bytes at its fifth segment, and returns the checkpoint.
func interrupt(t *testing.T, s *server, upload func(*Uploader) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint")
	s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000005") }))
	err := upload(s.uploader(t, with(path)))
	s.setBefore(nil)
	require.ErrorIs(t, err, swift.ErrInsufficientStorage)
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, PartsLeft, failed.Parts)
	return path
}

func slo(t *testing.T) func(*Uploader) error {
	return func(u *Uploader) error {
		_, err := u.UploadSLO(t.Context(), put(bytes.NewReader(data(100))))
		return err
	}
}

func dlo(t *testing.T) func(*Uploader) error {
	return func(u *Uploader) error {
		_, err := u.UploadDLO(t.Context(), put(bytes.NewReader(data(100))))
		return err
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	for name, upload := range map[string]func(*testing.T) func(*Uploader) error{"SLO": slo, "DLO": dlo} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			path := interrupt(t, s, upload(t))
			before := len(s.names("c_segments"))
			require.GreaterOrEqual(t, before, 1)
			kept, err := readCheckpoint(path)
			require.NoError(t, err)
			s.requests = nil
			// Another part size is of no account: the one that was begun with is.
			require.NoError(t, upload(t)(s.uploader(t, with(path), func(o *Options) { o.PartSize, o.Threshold = 20, 1000 })))
			assert.Equal(t, data(100), s.body(t, "c", "o"))
			assert.Len(t, s.names("c_segments"), 10, "no orphan")
			assert.NoFileExists(t, path)
			sent := 0
			for _, r := range s.requests {
				if r.Method == http.MethodPut && r.Container == "c_segments" && r.Object != "" {
					sent++
				}
			}
			assert.Equal(t, 10-len(kept.Receipts), sent, "what is stored is not sent again")
		})
	}
}

func TestResumeLooksAtTheServer(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*server, string){
		"gone":     func(s *server, name string) { delete(s.containers["c_segments"].objects, name) },
		"another":  func(s *server, name string) { s.containers["c_segments"].objects[name].etag = "x" },
		"shorter":  func(s *server, name string) { s.containers["c_segments"].objects[name].body = nil },
		"all gone": func(s *server, _ string) { delete(s.containers, "c_segments") },
		"unlisted": func(s *server, _ string) { s.unlisted = func(string) bool { return true } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			path := interrupt(t, s, func(u *Uploader) error { u.options.Concurrency = -1; return slo(t)(u) })
			names := s.names("c_segments")
			require.Len(t, names, 4)
			change(s, names[1])
			s.requests = nil
			require.NoError(t, slo(t)(s.uploader(t, with(path))))
			assert.Equal(t, data(100), s.body(t, "c", "o"))
			want := 7
			switch name {
			case "unlisted":
				want = 6
			case "all gone":
				want = 10
			}
			sent := 0
			for _, r := range s.requests {
				if r.Method == http.MethodPut && strings.Contains(r.Object, "/slo/") {
					sent++
				}
			}
			assert.Equal(t, want, sent)
		})
	}
}

func TestResumeFails(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*request) *answer{
		"list":      failing(403, func(r *request) bool { return r.is(http.MethodGet, "c_segments", "") }),
		"container": failing(403, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "") && r.Object == "" }),
		"look":      failing(403, func(r *request) bool { return r.is(http.MethodHead, "c_segments", "") && r.Object != "" }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			path := interrupt(t, s, slo(t))
			if name == "container" {
				delete(s.containers, "c_segments")
			}
			s.setBefore(before)
			s.unlisted = func(string) bool { return true }
			require.ErrorIs(t, slo(t)(s.uploader(t, with(path))), swift.ErrForbidden)
			assert.FileExists(t, path)
		})
	}
}

// After the object is complete, the process dies before it can note that.
func TestResumeOfACompleteUpload(t *testing.T) {
	t.Parallel()
	for name, upload := range map[string]func(*testing.T) func(*Uploader) error{"SLO": slo, "DLO": dlo} {
		for _, profile := range []swift.Profile{swift.OpenStack(), swift.CephRGW()} {
			t.Run(name+" "+profile.Name, func(t *testing.T) {
				t.Parallel()
				s := newServer(profile)
				path := filepath.Join(t.TempDir(), "checkpoint")
				var kept []byte
				s.setAfter(func(r *request) *answer {
					if r.is(http.MethodPut, "c", "o") {
						kept, _ = os.ReadFile(path)
					}
					return nil
				})
				u := s.uploader(t, with(path))
				require.NoError(t, upload(t)(u))
				require.NotEmpty(t, kept)

				require.NoError(t, os.WriteFile(path, kept, 0o600))
				require.NoError(t, u.Abort(t.Context(), path))
				assert.Equal(t, data(100), s.body(t, "c", "o"), "its segments are not deleted")
				assert.NoFileExists(t, path)

				require.NoError(t, os.WriteFile(path, kept, 0o600))
				require.NoError(t, upload(t)(u))
				assert.Equal(t, data(100), s.body(t, "c", "o"))
				assert.Len(t, s.names("c_segments"), 10)
			})
		}
	}
}

func TestAbortCheckpoint(t *testing.T) {
	t.Parallel()
	for name, upload := range map[string]func(*testing.T) func(*Uploader) error{"SLO": slo, "DLO": dlo} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.CephRGW())
			path := interrupt(t, s, upload(t))
			u := s.uploader(t)
			require.NotEmpty(t, s.names("c_segments"))

			s.setBefore(failing(403, func(r *request) bool { return r.Method == http.MethodDelete }))
			err := u.Abort(t.Context(), path)
			require.ErrorIs(t, err, swift.ErrForbidden)
			assert.FileExists(t, path)
			s.setBefore(failing(403, func(r *request) bool { return r.is(http.MethodHead, "c", "o") }))
			if name == "DLO" {
				require.ErrorIs(t, u.Abort(t.Context(), path), swift.ErrForbidden)
			}
			s.setBefore(nil)

			// Listings that lag behind hide nothing: the file knows what was sent.
			s.unlisted = func(string) bool { return true }
			require.NoError(t, u.Abort(t.Context(), path, func(o *Options) { o.Concurrency = 2 }))
			assert.Empty(t, s.names("c_segments"))
			assert.NoFileExists(t, path)
			require.ErrorIs(t, u.Abort(t.Context(), path), fs.ErrNotExist)
		})
	}
}

func TestCheckpointOfAnother(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	path := interrupt(t, s, slo(t))
	u := s.uploader(t, with(path))
	var refused *OptionError
	for name, in := range map[string]*swift.CreateObjectInput{
		"container": {Container: "d", Object: "o", Body: bytes.NewReader(data(100))},
		"object":    {Container: "c", Object: "p", Body: bytes.NewReader(data(100))},
	} {
		_, err := u.UploadSLO(t.Context(), in)
		require.ErrorAs(t, err, &refused)
		assert.Contains(t, err.Error(), "its "+name+" is")
	}
	require.ErrorAs(t, dlo(t)(u), &refused)
	_, err := u.UploadSLO(t.Context(), put(bytes.NewReader(data(100))), func(o *Options) { o.SegmentContainer = "x" })
	require.ErrorAs(t, err, &refused)
	for _, account := range []func(*swift.Options){
		func(o *swift.Options) { o.Account = "AUTH_b" },
		func(o *swift.Options) { o.StorageURL = "http://swift.example.com/v1/AUTH_b/" },
	} {
		_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(100))), func(o *Options) { o.ClientOptions = []func(*swift.Options){account} })
		require.ErrorAs(t, err, &refused)
		assert.Contains(t, err.Error(), "account")
		err = u.Abort(t.Context(), path, func(o *Options) { o.ClientOptions = []func(*swift.Options){account} })
		require.ErrorAs(t, err, &refused)
	}

	_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(101))))
	require.ErrorIs(t, err, ErrSourceChanged)
	assert.Contains(t, err.Error(), "it had 100 bytes and has 101")
	other := data(100)
	other[99]++
	_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(other)))
	require.ErrorIs(t, err, ErrSourceChanged)
	assert.FileExists(t, path)

	// The server takes less per manifest now, so that the parts would have to be larger.
	s.profile.NestedManifests = false
	_, err = s.uploader(t, with(path), func(o *Options) { o.MaxManifestSegments = 3 }).UploadSLO(t.Context(), put(bytes.NewReader(data(100))))
	require.ErrorAs(t, err, &refused)
	assert.Contains(t, err.Error(), "has parts of 10 bytes")
}

func TestSourceModified(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	dir := t.TempDir()
	file, path := filepath.Join(dir, "source"), filepath.Join(dir, "checkpoint")
	require.NoError(t, os.WriteFile(file, data(100), 0o600))
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000005") }))
	u := s.uploader(t, with(path))
	in := put(f)
	in.DeleteAfter = 1000
	_, err = u.UploadSLO(t.Context(), in)
	require.Error(t, err)
	s.setBefore(nil)
	require.NoError(t, os.Chtimes(file, time.Time{}, time.Now().Add(time.Hour)))
	_, err = u.UploadSLO(t.Context(), put(f))
	require.ErrorIs(t, err, ErrSourceChanged)
	assert.Contains(t, err.Error(), "modified")

	c, err := readCheckpoint(path)
	require.NoError(t, err)
	require.NoError(t, os.Chtimes(file, time.Time{}, c.Header.Modified))
	s.clock = s.clock.Add(time.Minute)
	_, err = u.UploadSLO(t.Context(), in)
	require.NoError(t, err)
	ends := s.containers["c"].objects["o"].header.Get("X-Delete-At")
	for name, o := range s.containers["c_segments"].objects {
		assert.Equal(t, ends, o.header.Get("X-Delete-At"), name)
	}
	f.Close()
	_, err = u.UploadSLO(t.Context(), in)
	require.Error(t, err)
}

func TestCheckpointFile(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	path := interrupt(t, s, slo(t))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	c, err := readCheckpoint(path)
	require.NoError(t, err)

	// A line without an end is one that a process was killed in.
	require.NoError(t, os.WriteFile(path, append(text, `{"part":7,"et`...), 0o600))
	again, err := readCheckpoint(path)
	require.NoError(t, err)
	assert.Equal(t, c.Receipts, again.Receipts)
	assert.Equal(t, c.Header, again.Header)

	for name, bad := range map[string]string{
		"line 1":                   "{}x\n",
		"version 9":                `{"version":9}` + "\n",
		"there is no upload in it": "",
		"line 2":                   string(text[:bytes.IndexByte(text, '\n')+1]) + `{"part":0}` + "\n",
		"no upload":                `{"version":1}` + "\n",
	} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		err := slo(t)(s.uploader(t, with(path)))
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), name)
		assert.Contains(t, err.Error(), "checkpoint")
		require.Error(t, s.uploader(t).Abort(t.Context(), path))
	}

	// A directory that is not there.
	err = slo(t)(s.uploader(t, with(filepath.Join(t.TempDir(), "none", "checkpoint"))))
	require.ErrorIs(t, err, fs.ErrNotExist)
	// One that is in the way.
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o600))
	c = checkpoint.New[checkpointHeader, checkpointPart](dir, c.Header)
	require.Error(t, c.Write())
	require.Error(t, c.Remove())
	assert.NoFileExists(t, dir+".new", "no temporary file is left")

	// Nothing to keep of an object of no bytes.
	_, err = s.uploader(t, with(path)).UploadSLO(t.Context(), put(nil))
	require.NoError(t, err)
	f, err := os.Create(filepath.Join(t.TempDir(), "empty"))
	require.NoError(t, err)
	defer f.Close()
	_, err = s.uploader(t, with(path)).UploadSLO(t.Context(), put(f))
	require.NoError(t, err)
}

func TestCheckpointSent(t *testing.T) {
	t.Parallel()
	c := &checkpointFile{
		Header:   checkpointHeader{Source: checkpoint.Source{Size: 95}, PartSize: 10, Concurrency: 2},
		Receipts: map[int]checkpointPart{1: {}, 3: {}, 9: {}},
	}
	assert.Equal(t, []int{1, 2, 3, 4, 9}, sent(c))
	c.Header.Concurrency = 100
	assert.Len(t, sent(c), 10)
}

func TestLoginFails(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	no := errors.New("no login")
	var asked atomic.Int64
	c, err := swift.New(swift.Options{Profile: swift.OpenStack(), HTTPClient: &http.Client{Transport: s}, Auth: failingAuth{no, &asked}})
	require.NoError(t, err)
	u, err := NewUploader(c)
	require.NoError(t, err)
	u.limits.known = &limits{slo: true, minSegment: 1, maxSegments: 10, maxFile: 1 << 30}
	_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(10))), with(filepath.Join(t.TempDir(), "x")))
	require.ErrorIs(t, err, no)
}

func TestDeleteOrphans(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	u := s.uploader(t)
	ctx := t.Context()
	in := &DeleteOrphansInput{Container: "c", Object: "o", OlderThan: -1}
	out, err := u.DeleteOrphans(ctx, in)
	require.NoError(t, err)
	assert.Zero(t, *out, "there is no container")

	left := func(o *Options) { o.LeavePartsOnError = true }
	s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000005") }))
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(100))), left, func(o *Options) { o.Concurrency = -1 })
	require.Error(t, err)
	_, err = u.UploadDLO(ctx, put(bytes.NewReader(data(100))), left, func(o *Options) { o.Concurrency = -1 })
	require.Error(t, err)
	s.setBefore(nil)
	// Names that look much like it.
	for _, name := range []string{"o/slo/something", "o/slo/1700000000000-0123456789abcdef/x", "p/slo/1700000000000-0123456789abcdef/00000001"} {
		s.containers["c_segments"].objects[name] = &object{modified: s.clock}
	}
	out, err = u.DeleteOrphans(ctx, &DeleteOrphansInput{Container: "c", Object: "o"})
	require.NoError(t, err)
	assert.Zero(t, *out, "they may be under way")

	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(50))), func(o *Options) { o.MaxManifestSegments = 3 })
	require.NoError(t, err)
	s.setBefore(failing(403, func(r *request) bool { return r.Method == http.MethodDelete }))
	_, err = u.DeleteOrphans(ctx, in)
	require.ErrorIs(t, err, swift.ErrForbidden)
	s.setBefore(nil)
	out, err = u.DeleteOrphans(ctx, in)
	require.NoError(t, err)
	assert.Equal(t, DeleteOrphansOutput{Uploads: 2, Objects: 8, Bytes: 80}, *out)
	assert.Equal(t, data(50), s.body(t, "c", "o"))
	assert.Len(t, s.names("c_segments"), 3+5+2)

	// A version that is not the latest is in use too.
	s.containers["c"].objects["o"].version = "v1"
	s.containers["c"].objects["o?v1"] = s.containers["c"].objects["o"]
	_, err = u.UploadDLO(ctx, put(bytes.NewReader(data(50))))
	require.NoError(t, err)
	s.containers["c"].objects["o"].version = "v2"
	s.containers["c"].objects["o?v2"] = s.containers["c"].objects["o"]
	s.containers["c"].objects["other"] = &object{}
	s.containers["c"].objects["o2?v3"] = &object{version: "v3"}
	s.containers["c"].header.Set("X-Versions-Enabled", "True")
	out, err = u.DeleteOrphans(ctx, in)
	require.NoError(t, err)
	assert.Zero(t, *out)
	s.containers["c"].header.Del("X-Versions-Enabled")
	out, err = u.DeleteOrphans(ctx, in)
	require.NoError(t, err)
	assert.Equal(t, DeleteOrphansOutput{Uploads: 1, Objects: 7, Bytes: 100}, *out)
	assert.Equal(t, data(50), s.body(t, "c", "o"))
	delete(s.containers["c"].objects, "o")
	out, err = u.DeleteOrphans(ctx, in, func(o *Options) { o.SegmentContainer = "c_segments" })
	require.NoError(t, err)
	assert.Equal(t, 5, out.Objects)
	assert.Len(t, s.names("c_segments"), 3)
}

func TestDeleteOrphansRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var refused *OptionError
	_, err := newServer(swift.CephRGW()).uploader(t).DeleteOrphans(ctx, &DeleteOrphansInput{Container: "c", Object: "o"})
	require.ErrorIs(t, err, swift.ErrUnsupported)
	s := newServer(swift.OpenStack())
	u := s.uploader(t)
	_, err = u.DeleteOrphans(ctx, nil)
	require.ErrorAs(t, err, &refused)
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(50))))
	require.NoError(t, err)
	in := &DeleteOrphansInput{Container: "c", Object: "o", OlderThan: -1}
	s.containers["c"].header.Set("X-History-Location", "h")
	_, err = u.DeleteOrphans(ctx, in)
	require.ErrorAs(t, err, &refused)
	s.containers["c"].header.Del("X-History-Location")
	for name, match := range map[string]func(*request) bool{
		"home":     func(r *request) bool { return r.Method == http.MethodHead && r.Container == "c" && r.Object == "" },
		"list":     func(r *request) bool { return r.Method == http.MethodGet && r.Container == "c_segments" },
		"object":   func(r *request) bool { return r.is(http.MethodHead, "c", "o") },
		"manifest": func(r *request) bool { return r.Query.Get("multipart-manifest") == "get" },
		"versions": func(r *request) bool { return r.Query.Get("versions") != "" },
		"version":  func(r *request) bool { return r.Query.Get("version-id") == "v1" },
	} {
		s.containers["c"].header.Del("X-Versions-Enabled")
		if strings.HasPrefix(name, "version") {
			s.containers["c"].header.Set("X-Versions-Enabled", "True")
			s.containers["c"].objects["o?v1"] = &object{version: "v1"}
		}
		s.setBefore(failing(403, match))
		_, err = u.DeleteOrphans(ctx, in)
		require.ErrorIs(t, err, swift.ErrForbidden, name)
		assert.Len(t, s.names("c_segments"), 5)
	}
	s.setBefore(func(r *request) *answer {
		if r.Container == "/info" {
			return &answer{err: io.ErrUnexpectedEOF}
		}
		return nil
	})
	_, err = s.uploader(t).DeleteOrphans(ctx, in)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
