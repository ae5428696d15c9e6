//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// downloadPart makes four parts of the objects here.
const downloadPart = 1 << 20

func (s *server) downloads(t *testing.T, fns ...func(*transfer.Options)) *transfer.Manager {
	t.Helper()
	m, err := transfer.NewManager(s.client, append([]func(*transfer.Options){func(o *transfer.Options) { o.PartSize = downloadPart }}, fns...)...)
	require.NoError(t, err)
	return m
}

func object(bucket, key string) *s3.GetObjectInput {
	return &s3.GetObjectInput{Bucket: bucket, Key: key}
}

func TestDownloads(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		bodies := map[string][]byte{
			"empty": nil, "small": data(777), "one part": data(downloadPart), "several parts": data(3*downloadPart + 777), "uploaded in parts": data(minPart + 777),
		}
		for key, body := range bodies {
			_, err := s.upload(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(body), ContentType: "text/x-test"},
				func(o *transfer.Options) {
					if key == "uploaded in parts" {
						o.PartSize, o.Threshold = minPart, -1
					}
				})
			require.NoError(t, err)
		}
		for key, body := range bodies {
			for _, asked := range []transfer.Integrity{transfer.IntegrityAuto, transfer.IntegrityChecksum, transfer.IntegrityMD5} {
				if asked == transfer.IntegrityChecksum && len(s.options.Profile.Checksums) == 0 || asked == transfer.IntegrityMD5 && !s.options.Profile.ETagMD5 {
					continue
				}
				single := len(body) <= downloadPart
				verified := s3.ChecksumAlgorithm("")
				switch {
				case asked == transfer.IntegrityMD5:
					if key != "uploaded in parts" {
						verified = s3.ChecksumAlgorithmMd5
					}
				case len(s.options.Profile.Checksums) > 0 && (asked == transfer.IntegrityChecksum || !single):
					verified = s3.ChecksumAlgorithmCrc64nvme
				}
				integrity := func(o *transfer.Options) { o.Integrity = asked }
				s.check(t, "download, "+key+", "+asked.String(), func(ctx context.Context, t *testing.T) error {
					name := filepath.Join(t.TempDir(), "file")
					var last transfer.Progress
					out, err := s.downloads(t, integrity, func(o *transfer.Options) {
						o.Progress = func(p transfer.Progress) { last = p }
					}).DownloadFile(ctx, name, object(bucket, key))
					if err != nil {
						return err
					}
					got, err := os.ReadFile(name)
					return all(err, that(bytes.Equal(got, body), "%d bytes that differ from the %d stored", len(got), len(body)),
						that(out.Size == int64(len(body)) && out.ContentType == "text/x-test", "output is %+v", out),
						that(out.Verified == verified || key == "empty", "verified by %q", out.Verified),
						that(last.Done && last.Bytes == out.Size && last.Parts == out.Parts, "progress ended at %+v", last))
				})
				s.check(t, "open, "+key+", "+asked.String(), func(ctx context.Context, t *testing.T) error {
					r, err := s.downloads(t, integrity).Open(ctx, object(bucket, key))
					if err != nil {
						return err
					}
					return all(same(r, body), that(r.Verified == verified || key == "empty", "verified by %q", r.Verified))
				})
			}
		}
		s.check(t, "download, no such key", func(ctx context.Context, t *testing.T) error {
			dir := t.TempDir()
			_, err := s.downloads(t).DownloadFile(ctx, filepath.Join(dir, "file"), object(bucket, "none"))
			left, _ := os.ReadDir(dir)
			return all(expect(err, s3.ErrNoSuchKey), that(len(left) == 0, "files are left: %v", left))
		})
	})
}

// replacing puts another object in the place of one once bytes of it have come.
func (s *server) replacing(t *testing.T, bucket, key string, body []byte) func(*transfer.Options) {
	var once sync.Once
	return func(o *transfer.Options) {
		o.Concurrency, o.ReadAhead, o.ProgressInterval = -1, downloadPart, -1
		o.Progress = func(p transfer.Progress) {
			if p.Bytes > 0 {
				once.Do(func() {
					_, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(body)})
					require.NoError(t, err)
				})
			}
		}
	}
}

func TestDownloadsOfReplacedObjects(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := s.put(t, bucket, "replaced", 4*downloadPart)
		s.check(t, "download, replaced midway", func(ctx context.Context, t *testing.T) error {
			dir := t.TempDir()
			_, err := s.downloads(t, s.replacing(t, bucket, "replaced", body[1:])).DownloadFile(ctx, filepath.Join(dir, "file"), object(bucket, "replaced"))
			left, _ := os.ReadDir(dir)
			return all(expect(err, s3.ErrObjectChanged), that(len(left) == 0, "files are left: %v", left))
		})
		s.check(t, "open, replaced midway", func(ctx context.Context, t *testing.T) error {
			r, err := s.downloads(t, s.replacing(t, bucket, "replaced", body)).Open(ctx, object(bucket, "replaced"))
			if err != nil {
				return err
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			return all(expect(err, s3.ErrObjectChanged), that(bytes.HasPrefix(body[1:], got), "%d bytes that were not there", len(got)))
		})
	})
}

// The environment of a child process that downloads until it is killed.
const (
	childDownload       = "STOWAGE_DOWNLOAD_SERVER"
	childDownloadBucket = "STOWAGE_DOWNLOAD_BUCKET"
	childDownloadFile   = "STOWAGE_DOWNLOAD_FILE"
)

// killedAfter is how many parts the child downloads.
const killedAfter = 3

func keepPartial(o *transfer.Options) {
	o.KeepPartial, o.Concurrency, o.ProgressInterval = true, 1, -1
}

// TestDownloadChild is the child process. It does nothing in a run of its own.
func TestDownloadChild(t *testing.T) {
	name := os.Getenv(childDownload)
	if name == "" {
		return
	}
	i := slices.IndexFunc(servers, func(s *server) bool { return s.name+" "+s.scheme == name })
	require.GreaterOrEqual(t, i, 0)
	_, err := servers[i].downloads(t, keepPartial, func(o *transfer.Options) {
		o.Progress = func(p transfer.Progress) {
			if p.PartsDone == killedAfter {
				fmt.Println("ready")
				select {}
			}
		}
	}).DownloadFile(t.Context(), os.Getenv(childDownloadFile), object(os.Getenv(childDownloadBucket), "killed"))
	require.NoError(t, err)
}

func TestDownloadsResumed(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := s.put(t, bucket, "killed", 5*downloadPart+1)
		for _, replaced := range []bool{false, true} {
			s.check(t, fmt.Sprintf("download, killed and resumed, replaced=%t", replaced), func(ctx context.Context, t *testing.T) error {
				dir := t.TempDir()
				name := filepath.Join(dir, "file")
				child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestDownloadChild$", "-test.v")
				child.Env = append(os.Environ(), childDownload+"="+s.name+" "+s.scheme, childDownloadBucket+"="+bucket, childDownloadFile+"="+name, "BACKENDS="+s.name)
				out, err := child.StdoutPipe()
				if err := all(err, child.Start()); err != nil {
					return err
				}
				ready := false
				for lines := bufio.NewScanner(out); !ready && lines.Scan(); {
					ready = strings.TrimSpace(lines.Text()) == "ready"
				}
				err = child.Process.Kill()
				_ = child.Wait() // it was killed
				if err := all(err, that(ready, "the child has ended")); err != nil {
					return err
				}
				want, resumed := body, int64(killedAfter*downloadPart)
				if replaced {
					want, resumed = s.put(t, bucket, "killed", 2*downloadPart), 0
				}
				got, err := s.downloads(t, keepPartial).DownloadFile(ctx, name, object(bucket, "killed"))
				if err != nil {
					return err
				}
				file, err := os.ReadFile(name)
				left, _ := os.ReadDir(dir)
				return all(err, that(bytes.Equal(file, want), "%d bytes that differ from the %d stored", len(file), len(want)),
					that(got.Resumed == resumed, "%d bytes were there", got.Resumed), that(len(left) == 1, "files are left: %v", left))
			})
		}
	})
}

// TestCustomerKeysDownload runs where TestCustomerKeys does.
func TestCustomerKeysDownload(t *testing.T) {
	key := s3.CustomerKey(base64.StdEncoding.EncodeToString(data(32)))
	eachServer(t, func(t *testing.T, s *server) {
		if s.scheme != "https" || !s.options.Profile.CustomerKeys {
			return
		}
		bucket := s.bucket(t)
		body := data(3*downloadPart + 777)
		put := &s3.PutObjectInput{Bucket: bucket, Key: "k", Body: bytes.NewReader(body), SSECustomerKey: key}
		if _, err := s.client.PutObject(t.Context(), put); err != nil {
			var refused *s3.Error
			require.True(t, errors.As(err, &refused), "%v", err)
			return // it takes keys over TLS of its own only
		}
		s.check(t, "customer key, download", func(ctx context.Context, t *testing.T) error {
			name := filepath.Join(t.TempDir(), "file")
			in := object(bucket, "k")
			in.SSECustomerKey = key
			out, err := s.downloads(t).DownloadFile(ctx, name, in)
			if err != nil {
				return err
			}
			got, err := os.ReadFile(name)
			return all(err, that(bytes.Equal(got, body), "%d bytes that differ", len(got)), that(out.SSECustomerAlgorithm == "AES256", "output is %+v", out))
		})
		s.check(t, "customer key, open", func(ctx context.Context, t *testing.T) error {
			in := object(bucket, "k")
			in.SSECustomerKey = key
			r, err := s.downloads(t).Open(ctx, in)
			if err != nil {
				return err
			}
			return same(r, body)
		})
		s.check(t, "customer key, download without it", func(ctx context.Context, t *testing.T) error {
			_, err := s.downloads(t).DownloadFile(ctx, filepath.Join(t.TempDir(), "file"), object(bucket, "k"))
			var e *s3.Error
			return that(errors.As(err, &e) && e.StatusCode == 400, "answered %v", err)
		})
	})
}
