package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/await"
	"github.com/stowage-go/stowage/swift"
)

// stand is what a cancelled call works with: a server over HTTP, and a directory.
type stand struct {
	*server
	run  *await.Run
	data []byte
	dir  string
}

func newStand(t *testing.T, r *await.Run, p swift.Profile) *stand {
	t.Helper()
	s := &stand{server: newServer(p), run: r, data: data(47), dir: t.TempDir()}
	s.make("c_segments")
	s.logins = s.token
	r.Dir = s.dir
	return s
}

// ServeHTTP works on a request to its end, whether somebody waits for it or not.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp, err := s.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	maps.Copy(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

func (s *stand) newClient(t *testing.T) *swift.Client {
	t.Helper()
	c, err := swift.New(swift.Options{Auth: s, Profile: s.profile, HTTPClient: s.run.Client(s)})
	require.NoError(t, err)
	return c
}

func (s *stand) newUploader(t *testing.T, set func(*Options)) *Uploader {
	t.Helper()
	u, err := NewUploader(s.newClient(t), func(o *Options) {
		o.PartSize, o.Threshold = 10, -1
		if set != nil {
			set(o)
		}
	})
	require.NoError(t, err)
	u.leastPart = 1
	return u
}

// source is a file with the data.
func (s *stand) source(t *testing.T) *os.File {
	t.Helper()
	path := filepath.Join(s.dir, "source")
	require.NoError(t, os.WriteFile(path, s.data, 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// uploaded: all of it is there, or nothing, and no segments but those that the error tells of.
func (s *stand) uploaded(t *testing.T, err error) {
	t.Helper()
	var failed *UploadError
	made := len(s.names("c")) > 0
	if err == nil {
		require.True(t, made)
	} else {
		require.ErrorAs(t, err, &failed)
	}
	if made {
		require.Equal(t, s.data, s.body(t, "c", "o"))
		return
	}
	if failed.Parts == PartsUnknown {
		require.True(t, s.run.Stalls(), "%v", err)
	}
	if failed.Parts != PartsLeft && failed.Parts != PartsUnknown {
		require.Empty(t, s.names("c_segments"), "%v", err)
	}
}

// busyOnce answers the first request for each object by 503.
func busyOnce() func(*request) *answer {
	var asked sync.Map
	return func(r *request) *answer {
		if _, again := asked.LoadOrStore(r.Method+r.Object, true); again || r.Object == "" {
			return nil
		}
		return say(503, "")
	}
}

// The context of an upload ends at every moment at which it waits.
func TestUploadIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	type call func(u *Uploader, ctx context.Context, in *swift.CreateObjectInput, fns ...func(*Options)) (*UploadOutput, error)
	for _, c := range []struct {
		name    string
		profile swift.Profile
		call    call
		set     func(*Options)
		busy    bool
		body    func(s *stand) io.Reader
	}{
		{"an SLO", swift.OpenStack(), (*Uploader).UploadSLO, nil, false, nil},
		{"an SLO of a busy server", swift.OpenStack(), (*Uploader).UploadSLO, nil, true, nil},
		{"an SLO one by one", swift.CephRGW(), (*Uploader).UploadSLO, func(o *Options) { o.Concurrency = -1 }, false, nil},
		{"an SLO of manifests", swift.OpenStack(), (*Uploader).UploadSLO, func(o *Options) { o.MaxManifestSegments = 3 }, false, nil},
		{"an SLO from a stream", swift.OpenStack(), (*Uploader).UploadSLO, func(o *Options) { o.MemoryBudget = 10 }, false, func(s *stand) io.Reader {
			return s.run.Reader(plain{bytes.NewReader(s.data)})
		}},
		{"an SLO whose segments are to be left", swift.OpenStack(), (*Uploader).UploadSLO, func(o *Options) { o.LeavePartsOnError = true }, false, nil},
		{"a small object", swift.OpenStack(), (*Uploader).UploadSLO, func(o *Options) { o.Threshold = 100 }, false, nil},
		{"a DLO", swift.OpenStack(), (*Uploader).UploadDLO, nil, false, nil},
		{"a DLO from a stream", swift.OpenStack(), (*Uploader).UploadDLO, nil, false, func(s *stand) io.Reader {
			return s.run.Reader(plain{bytes.NewReader(s.data)})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, c.profile)
				if c.busy {
					s.before = busyOnce()
				}
				var body io.Reader = s.source(t)
				if c.body != nil {
					body = c.body(s)
				}
				u := s.newUploader(t, c.set)
				err := r.Call(func(ctx context.Context) error {
					_, err := c.call(u, ctx, put(body))
					return err
				})
				s.uploaded(t, err)
			})
		})
	}
}

// KakaoCloud's multipart uploads are begun, and aborted, as S3's are.
func TestUploadMultipartIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, checkpoint := range []bool{false, true} {
		t.Run(fmt.Sprintf("checkpoint %v", checkpoint), func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, swift.KakaoCloud())
				s.make("cont")
				k := &kakaoServer{server: s.server}
				s.before = k.answer
				path := filepath.Join(s.dir, "checkpoint")
				u := s.newUploader(t, func(o *Options) {
					if checkpoint {
						o.Checkpoint = path
					}
				})
				source := s.source(t)
				upload := func(ctx context.Context) error {
					_, err := u.UploadMultipart(ctx, putPart(source))
					return err
				}
				err := r.Call(upload)
				var failed *UploadError
				switch {
				case err == nil:
					require.Equal(t, s.data, s.body(t, "cont", "o"))
				case !errors.As(err, &failed):
					require.Fail(t, "no UploadError", "%v", err)
				case failed.Parts == PartsUnknown:
					require.True(t, r.Stalls(), "%v", err)
				case failed.Parts != PartsLeft:
					require.Nil(t, k.parts, "%v", err)
				}
				if err != nil && checkpoint && len(s.names("cont")) == 0 {
					require.NoError(t, upload(t.Context()), "it can be taken up")
				}
			})
		})
	}
}

// An upload with a checkpoint leaves what the next one goes on with, and nothing else.
func TestCheckpointIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, resumed := range []bool{false, true} {
		t.Run(fmt.Sprintf("resumed %v", resumed), func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, swift.OpenStack())
				u := s.newUploader(t, func(o *Options) { o.Checkpoint = filepath.Join(s.dir, "checkpoint") })
				source := s.source(t)
				upload := func(ctx context.Context) error {
					_, err := u.UploadSLO(ctx, put(source))
					return err
				}
				if resumed {
					s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000003") }))
					require.Error(t, upload(t.Context()))
					s.setBefore(nil)
				}
				err := r.Call(upload)
				s.uploaded(t, err)
				if err != nil {
					require.NoError(t, upload(t.Context()), "it can be taken up")
				}
				require.Equal(t, s.data, s.body(t, "c", "o"))
				require.NoFileExists(t, filepath.Join(s.dir, "checkpoint"))
			})
		})
	}
}

// Downloads, to a writer and to a file.
func TestDownloadIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		set    func(*DownloadOptions)
		busy   bool
		toFile bool
	}{
		{"in parts to a file", nil, false, true},
		{"in parts to a writer", nil, false, false},
		{"one by one to a file", func(o *DownloadOptions) { o.Concurrency = -1 }, false, true},
		{"whole to a file", func(o *DownloadOptions) { o.PartSize = 100 }, false, true},
		{"from a busy server to a file", nil, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, swift.OpenStack())
				s.containers["c"].objects["o"] = &object{body: s.data, etag: sum(s.data), header: http.Header{}, modified: time.Now()}
				if c.busy {
					s.before = busyOnce()
				}
				d, err := NewDownloader(s.newClient(t), func(o *DownloadOptions) {
					o.PartSize = 10
					if c.set != nil {
						c.set(o)
					}
				})
				require.NoError(t, err)
				in := &swift.GetObjectInput{Container: "c", Object: "o"}
				path := filepath.Join(s.dir, "target")
				err = r.Call(func(ctx context.Context) error {
					if c.toFile {
						_, err := d.DownloadFile(ctx, path, in)
						return err
					}
					f, err := os.Create(path)
					require.NoError(t, err)
					defer f.Close()
					_, err = d.Download(ctx, r.WriterAt(f), in)
					return err
				})
				if err == nil {
					got, err := os.ReadFile(path)
					require.NoError(t, err)
					require.Equal(t, s.data, got)
					return
				}
				require.ErrorAs(t, err, new(*DownloadError))
				if c.toFile {
					left, err := os.ReadDir(s.dir)
					require.NoError(t, err)
					require.Empty(t, left)
				}
			})
		})
	}
}
