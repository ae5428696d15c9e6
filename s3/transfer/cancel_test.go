package transfer

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/await"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// wholeServer lists and deletes, beside what a copyServer does.
type wholeServer struct{ *copyServer }

func (s *wholeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case q.Get("list-type") == "2":
		s.mu.Lock()
		defer s.mu.Unlock()
		bucket := strings.TrimSuffix(r.URL.Path, "/") + "/"
		fmt.Fprint(w, "<ListBucketResult>")
		for _, path := range slices.Sorted(maps.Keys(s.objects)) {
			if key, ok := strings.CutPrefix(path, bucket); ok && strings.HasPrefix(key, q.Get("prefix")) {
				o := s.objects[path]
				fmt.Fprintf(w, "<Contents><Key>%s</Key><Size>%d</Size><ETag>%s</ETag><LastModified>2026-01-02T15:04:05Z</LastModified></Contents>", html.EscapeString(key), len(o.data), html.EscapeString(o.etag))
			}
		}
		fmt.Fprint(w, "</ListBucketResult>")
	case r.Method == http.MethodPost && q.Has("delete"):
		var doc struct {
			Object []struct{ Key string }
		}
		if err := xml.NewDecoder(r.Body).Decode(&doc); err != nil {
			panic(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, o := range doc.Object {
			delete(s.objects, strings.TrimSuffix(r.URL.Path, "/")+"/"+o.Key)
		}
		fmt.Fprint(w, "<DeleteResult></DeleteResult>")
	default:
		s.copyServer.ServeHTTP(w, r)
	}
}

// stand is what a cancelled call works with.
type stand struct {
	*wholeServer
	*Manager
	run  *await.Run
	data []byte
	dir  string
}

func newStand(t *testing.T, r *await.Run, p s3.Profile, fns ...func(*Options)) *stand {
	t.Helper()
	s := &stand{wholeServer: &wholeServer{newCopyServer(small(p))}, run: r, data: pattern(2*partSize + 100), dir: t.TempDir()}
	r.Dir = s.dir
	c, err := s3.New(s3.Options{
		Endpoint: "http://s3.example.com", Profile: s.profile, Addressing: s3.AddressingPath, HTTPClient: r.Client(s.wholeServer),
		Credentials: sigv4.Static("AKIDEXAMPLE", "secret", ""),
	})
	require.NoError(t, err)
	s.Manager, err = NewManager(c, func(o *Options) {
		o.PartSize = partSize
		for _, fn := range fns {
			if fn != nil {
				fn(o)
			}
		}
	})
	require.NoError(t, err)
	return s
}

// file writes one into the directory.
func (s *stand) file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// files are those below the directory.
func (s *stand) files(t *testing.T) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, filepath.ToSlash(path[len(s.dir)+1:]))
		}
		return err
	}))
	return names
}

// uploaded: all of it is there, or nothing, and no upload is open that the error does not tell of.
func (s *stand) uploaded(t *testing.T, err error) {
	t.Helper()
	var parts Parts
	var up *UploadError
	var cp *CopyError
	switch {
	case errors.As(err, &up):
		parts = up.Parts
	case errors.As(err, &cp):
		parts = cp.Parts
	}
	if err == nil {
		requireSame(t, s.data, s.object(objectPath))
	} else if made := s.object(objectPath); made != nil {
		requireSame(t, s.data, made)
	}
	require.NotEqual(t, PartsCompleted, parts, "%v", err)
	if !s.run.Stalls() {
		require.NotEqual(t, PartsUnknown, parts, "%v", err)
	}
	if parts != PartsLeft && parts != PartsUnknown {
		require.Zero(t, s.open(), "%v", err)
	}
	require.Zero(t, s.shared.Usage().InFlight)
	require.Zero(t, s.shared.Usage().Memory)
}

// busy answers every request for a part once by SlowDown, so that there are pauses to end.
func busy(op string, _, attempt int) *reply {
	if attempt == 1 && (op == "UploadPart" || op == "PutObject" || op == "UploadPartCopy" || op == "GetObject") {
		return refusal(503, "SlowDown")
	}
	return nil
}

// The context of an upload ends at every moment at which it waits.
func TestUploadIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		profile s3.Profile
		set     func(*Options)
		instead func(op string, part, attempt int) *reply
		body    func(t *testing.T, s *stand) io.Reader
	}{
		{"a file", s3.AWS(), nil, nil, nil},
		{"a small object", s3.AWS(), func(o *Options) { o.PartSize = 8 * partSize }, nil, nil},
		{"one request at a time", s3.CephRGW(), func(o *Options) { o.Concurrency = 1 }, nil, nil},
		{"a busy server", s3.MinIO(), nil, busy, nil},
		{"a narrow way", s3.AWS(), func(o *Options) { o.Bandwidth = 256 << 10 }, nil, nil},
		{"a reader at offsets", s3.AWS(), nil, nil, func(_ *testing.T, s *stand) io.Reader {
			return io.NewSectionReader(s.run.ReaderAt(bytes.NewReader(s.data)), 0, int64(len(s.data)))
		}},
		{"a stream", s3.AWS(), nil, nil, func(_ *testing.T, s *stand) io.Reader {
			return s.run.Reader(plainReader(s.data))
		}},
		{"a stream and little memory", s3.AWS(), func(o *Options) { o.MemoryBudget = partSize }, nil, func(_ *testing.T, s *stand) io.Reader {
			return s.run.Reader(plainReader(s.data))
		}},
		{"parts that are to be left", s3.AWS(), func(o *Options) { o.LeavePartsOnError = true }, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, c.profile, c.set)
				s.instead = c.instead
				var body io.Reader
				if c.body != nil {
					body = c.body(t, s)
				} else {
					f, err := os.Open(s.file(t, "source", s.data))
					require.NoError(t, err)
					defer f.Close()
					body = f
				}
				err := r.Call(func(ctx context.Context) error {
					_, err := s.Upload(ctx, input(body))
					return err
				})
				s.uploaded(t, err)
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
				s := newStand(t, r, s3.AWS())
				path, noted := s.file(t, "source", s.data), filepath.Join(s.dir, "checkpoint")
				f, err := os.Open(path)
				require.NoError(t, err)
				defer f.Close()
				upload := func(ctx context.Context) error {
					_, err := s.Upload(ctx, input(f), func(o *Options) { o.Checkpoint = noted })
					return err
				}
				if resumed {
					var over atomic.Bool
					s.instead = func(op string, part, _ int) *reply {
						if op == "UploadPart" && part == 3 && !over.Load() {
							return refusal(403, "AccessDenied")
						}
						return nil
					}
					require.ErrorIs(t, upload(t.Context()), s3.ErrAccessDenied)
					over.Store(true)
				}
				err = r.Call(upload)
				s.uploaded(t, err)
				if err != nil {
					require.LessOrEqual(t, s.open(), 1)
					require.NoError(t, upload(t.Context()), "it can be taken up")
				}
				requireSame(t, s.data, s.object(objectPath))
				require.Equal(t, []string{"source"}, s.files(t))
			})
		})
	}
}

// A writer's calls return as well, the producer's own Read excepted.
func TestWriterIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, from := range []bool{false, true} {
		t.Run(fmt.Sprintf("ReadFrom %v", from), func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, s3.AWS(), func(o *Options) { o.MemoryBudget = 2 * partSize })
				err := r.Call(func(ctx context.Context) error {
					w, err := s.NewWriter(ctx, "bucket", "some/key")
					require.NoError(t, err)
					if from {
						_, err = w.ReadFrom(r.Reader(plainReader(s.data)))
					} else {
						_, err = w.Write(s.data)
					}
					if err == nil {
						err = w.Close()
					}
					aborted := w.Abort()
					if err == nil || !r.Stalls() {
						require.NoError(t, aborted)
					}
					return err
				})
				s.uploaded(t, err)
			})
		})
	}
}

// Downloads, to whatever they go.
func TestDownloadIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	writer := func(ctx context.Context, s *stand) ([]byte, error) {
		w := new(memoryWriter)
		_, err := s.Download(ctx, s.run.WriterAt(w), get())
		return w.b, err
	}
	file := func(ctx context.Context, s *stand) ([]byte, error) {
		if _, err := s.DownloadFile(ctx, filepath.Join(s.dir, "target"), get()); err != nil {
			return nil, err
		}
		return os.ReadFile(filepath.Join(s.dir, "target"))
	}
	reader := func(ctx context.Context, s *stand) ([]byte, error) {
		in, err := s.Open(ctx, get())
		if err != nil {
			return nil, err
		}
		defer in.Close()
		return io.ReadAll(in)
	}
	oneAtATime := func(o *Options) { o.Concurrency = 1 }
	whole := func(o *Options) { o.PartSize = 8 * partSize }
	narrow := func(o *Options) { o.Bandwidth = 256 << 10 }
	for _, c := range []struct {
		name    string
		profile s3.Profile
		call    func(ctx context.Context, s *stand) (data []byte, err error)
		set     func(*Options)
		instead func(op string, part, attempt int) *reply
	}{
		{"in parts to a writer", s3.AWS(), writer, nil, nil},
		{"one by one to a writer", s3.CephRGW(), writer, oneAtATime, nil},
		{"from a busy server to a writer", s3.MinIO(), writer, nil, busy},
		{"in parts to a file", s3.AWS(), file, nil, nil},
		{"whole to a file", s3.AWS(), file, whole, nil},
		{"in parts to a reader", s3.AWS(), reader, nil, nil},
		{"whole to a reader", s3.AWS(), reader, whole, nil},
		{"on a narrow way to a reader", s3.CephRGW(), reader, narrow, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, c.profile, c.set)
				s.add(objectPath, s.data, nil)
				s.instead = c.instead
				var data []byte
				err := r.Call(func(ctx context.Context) (err error) {
					data, err = c.call(ctx, s)
					return err
				})
				if err == nil {
					requireSame(t, s.data, data)
				} else {
					require.ErrorAs(t, err, new(*DownloadError))
					require.Empty(t, s.files(t))
				}
				require.Zero(t, s.shared.Usage().InFlight)
				require.Zero(t, s.shared.Usage().Memory)
			})
		})
	}
}

// A file that is to be kept in part is there in part, if the error says so, or not at all, and
// can be taken up.
func TestPartialDownloadIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, resumed := range []bool{false, true} {
		t.Run(fmt.Sprintf("resumed %v", resumed), func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, s3.AWS(), func(o *Options) { o.KeepPartial, o.Fsync = true, true })
				s.add(objectPath, s.data, nil)
				download := func(ctx context.Context) error {
					_, err := s.DownloadFile(ctx, filepath.Join(s.dir, "target"), get())
					return err
				}
				if resumed {
					var asked, over atomic.Int64
					s.instead = func(op string, _, _ int) *reply {
						if asked.Add(1) > 2 && op == "GetObject" && over.Load() == 0 {
							return refusal(403, "AccessDenied")
						}
						return nil
					}
					require.ErrorIs(t, download(t.Context()), s3.ErrAccessDenied)
					over.Store(1)
				}
				err := r.Call(download)
				if err != nil {
					var failed *DownloadError
					require.ErrorAs(t, err, &failed)
					kept := []string{".target.partial", ".target.partial.json"}
					if !failed.Kept {
						kept = nil
					}
					require.Equal(t, kept, s.files(t))
					require.NoError(t, download(t.Context()))
				}
				require.Equal(t, []string{"target"}, s.files(t))
				data, err := os.ReadFile(filepath.Join(s.dir, "target"))
				require.NoError(t, err)
				requireSame(t, s.data, data)
			})
		})
	}
}

// Copies, by the server and through this process.
func TestCopyIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		profile s3.Profile
		set     func(*Options)
		instead func(op string, part, attempt int) *reply
	}{
		{"by one request", s3.AWS(), func(o *Options) { o.PartSize = 8 * partSize }, nil},
		{"in parts", s3.AWS(), func(o *Options) { o.Threshold = -1 }, nil},
		{"through this process", s3.AWS(), func(o *Options) { o.StreamCopies = true }, nil},
		{"through this process in ranges", s3.AWS(), func(o *Options) {
			o.StreamCopies, o.Integrity = true, IntegrityTransport
			o.ClientOptions = []func(*s3.Options){func(o *s3.Options) { o.Credentials = nil }}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, c.profile, c.set)
				s.mostCopied = 10 * partSize
				s.add("/bucket/source", s.data, map[string]string{"X-Amz-Meta-A": "b"})
				s.instead = c.instead
				err := r.Call(func(ctx context.Context) error {
					_, err := s.Copy(ctx, &s3.CopyObjectInput{Bucket: "bucket", Key: "some/key", CopySource: s3.CopySource("bucket", "source", "")})
					return err
				})
				s.uploaded(t, err)
			})
		})
	}
}

// Directories both ways, and between buckets.
func TestDirectoryIsCancelledAnywhere(t *testing.T) {
	t.Parallel()
	tree := func(s *stand) map[string][]byte {
		return map[string][]byte{"a": []byte("small"), "b/c": s.data, "b/d": []byte("another")}
	}
	local := func(t *testing.T, s *stand) {
		for name, data := range tree(s) {
			s.file(t, "local/"+name, data)
		}
	}
	remote := func(_ *testing.T, s *stand) {
		for name, data := range tree(s) {
			s.add("/bucket/from/"+name, data, nil)
		}
	}
	for _, c := range []struct {
		name   string
		before func(t *testing.T, s *stand)
		call   func(ctx context.Context, s *stand, fns ...func(*DirectoryOptions)) error
	}{
		{"upload", local, func(ctx context.Context, s *stand, fns ...func(*DirectoryOptions)) error {
			_, err := s.UploadDirectory(ctx, &UploadDirectoryInput{Directory: filepath.Join(s.dir, "local"), Bucket: "bucket", Prefix: "to"}, fns...)
			return err
		}},
		{"download", remote, func(ctx context.Context, s *stand, fns ...func(*DirectoryOptions)) error {
			_, err := s.DownloadDirectory(ctx, &DownloadDirectoryInput{Directory: filepath.Join(s.dir, "local"), Bucket: "bucket", Prefix: "from"}, fns...)
			return err
		}},
		{"sync up", func(t *testing.T, s *stand) {
			local(t, s)
			s.add("/bucket/to/extra", []byte("to be deleted"), nil)
			s.add("/bucket/to/a", []byte("older"), nil)
		}, func(ctx context.Context, s *stand, fns ...func(*DirectoryOptions)) error {
			_, err := s.Sync(ctx, &SyncInput{From: Place{Directory: filepath.Join(s.dir, "local")}, To: Place{Bucket: "bucket", Prefix: "to"}}, fns...)
			return err
		}},
		{"sync down", func(t *testing.T, s *stand) {
			remote(t, s)
			s.file(t, "local/extra", []byte("to be deleted"))
			s.file(t, "local/a", []byte("other"))
		}, func(ctx context.Context, s *stand, fns ...func(*DirectoryOptions)) error {
			_, err := s.Sync(ctx, &SyncInput{From: Place{Bucket: "bucket", Prefix: "from"}, To: Place{Directory: filepath.Join(s.dir, "local")}}, fns...)
			return err
		}},
		{"sync across", func(t *testing.T, s *stand) {
			remote(t, s)
			s.add("/bucket/to/extra", []byte("to be deleted"), nil)
		}, func(ctx context.Context, s *stand, fns ...func(*DirectoryOptions)) error {
			_, err := s.Sync(ctx, &SyncInput{From: Place{Bucket: "bucket", Prefix: "from"}, To: Place{Bucket: "bucket", Prefix: "to"}}, fns...)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			await.Every(t, func(t *testing.T, r *await.Run) {
				s := newStand(t, r, s3.AWS())
				s.mostCopied = 10 * partSize
				c.before(t, s)
				checked := func(o *DirectoryOptions) {
					if strings.HasPrefix(c.name, "sync") {
						o.Delete, o.Compare = true, CompareChecksum
					}
				}
				err := r.Call(func(ctx context.Context) error { return c.call(ctx, s, checked) })
				// Each name is whole, as it was or as it is to be.
				for name, data := range tree(s) {
					for _, made := range [][]byte{s.object("/bucket/to/" + name), s.read(t, "local/"+name)} {
						if made != nil && len(made) != len("older") {
							requireSame(t, data, made)
						}
					}
				}
				for _, name := range s.files(t) {
					require.NotContains(t, name, "/.", "a temporary file")
				}
				var (
					up *UploadError
					cp *CopyError
				)
				if !s.run.Stalls() || !errors.As(err, &up) && !errors.As(err, &cp) {
					require.Zero(t, s.open(), "%v", err)
				}
				require.Zero(t, s.shared.Usage().InFlight)
				require.Zero(t, s.shared.Usage().Memory)
				if err == nil {
					require.Nil(t, s.object("/bucket/to/extra"))
				} else {
					require.ErrorAs(t, err, new(*DirectoryError))
				}
				require.NoError(t, c.call(t.Context(), s, checked), "the same again does the rest")
			})
		})
	}
}

// read is a file of the directory, nil for none.
func (s *stand) read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	return data
}
