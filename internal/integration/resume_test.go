//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// counting adds up the bytes of all bodies that are sent.
func counting(n *atomic.Int64) func(*transfer.Options) {
	return func(o *transfer.Options) {
		o.ClientOptions = append(o.ClientOptions, func(o *s3.Options) { o.Progress = func(d int64) { n.Add(d) } })
	}
}

// interrupted is an upload of a file in parts that is cancelled when so many are through.
func (s *server) interrupted(ctx context.Context, bucket, key, file string, parts int) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cause := errors.New("enough")
	m, err := transfer.NewManager(s.client, inParts)
	if err != nil {
		return err
	}
	_, err = m.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: f, ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}},
		func(o *transfer.Options) {
			o.Checkpoint, o.Concurrency = file+".checkpoint", -1
			o.Progress = func(p transfer.Progress) {
				if p.PartsDone >= parts {
					cancel(cause)
				}
			}
		})
	var failed *transfer.UploadError
	if errors.As(err, &failed) && failed.Parts != transfer.PartsLeft {
		return fmt.Errorf("what is left: %w", err)
	}
	if s.name == "versitygw" && failed != nil {
		return all(expect(err, cause), s.arrived(context.WithoutCancel(ctx), bucket, key, failed.UploadId))
	}
	return expect(err, cause)
}

// arrived waits for the part that was under way when an upload was cancelled: the server may have
// got all of it. One that versitygw stores when the upload is gone makes it anew.
func (s *server) arrived(ctx context.Context, bucket, key, id string) error {
	for parts, quiet := -1, 0; quiet < 3; quiet++ {
		out, err := s.client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: id})
		if err != nil {
			return err
		}
		if len(out.Parts) != parts {
			parts, quiet = len(out.Parts), 0
		}
		time.Sleep(300 * time.Millisecond)
	}
	return nil
}

func TestResume(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(4*minPart + 12345)
		file := filepath.Join(t.TempDir(), "source")
		require.NoError(t, os.WriteFile(file, body, 0o600))
		checkpoint := file + ".checkpoint"
		m, err := transfer.NewManager(s.client, inParts)
		require.NoError(t, err)
		open := func() *os.File {
			f, err := os.Open(file)
			require.NoError(t, err)
			t.Cleanup(func() { f.Close() })
			return f
		}
		whole := func(ctx context.Context, key string) error {
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
			if err != nil {
				return err
			}
			left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: key})
			_, gone := os.Stat(checkpoint)
			return all(err, s.holds(ctx, bucket, key, body),
				that(head.ContentType == "text/x-test" && (head.Metadata["a"] == "1") == s.describes(), "Content-Type %q, metadata %v", head.ContentType, head.Metadata),
				that(len(left) == 0, "uploads are left: %q", left),
				that(errors.Is(gone, fs.ErrNotExist), "the checkpoint is left: %v", gone))
		}
		s.check(t, "upload resumed", func(ctx context.Context, _ *testing.T) error {
			if err := s.interrupted(ctx, bucket, "resumed", file, 2); err != nil {
				return err
			}
			var sent atomic.Int64
			out, err := m.Resume(ctx, checkpoint, &s3.PutObjectInput{Body: open()}, counting(&sent))
			if err != nil {
				return err
			}
			return all(whole(ctx, "resumed"), that(out.SizeVerified && out.Parts == 5, "output is %+v", out),
				that(sent.Load() <= 2*minPart+12345, "%d bytes were sent again", sent.Load()))
		})
		s.check(t, "upload resumed without receipts", func(ctx context.Context, _ *testing.T) error {
			if err := s.interrupted(ctx, bucket, "unnoted", file, 3); err != nil {
				return err
			}
			text, err := os.ReadFile(checkpoint)
			if err != nil {
				return err
			}
			if err := os.WriteFile(checkpoint, text[:bytes.IndexByte(text, '\n')+1], 0o600); err != nil {
				return err
			}
			var sent atomic.Int64
			_, err = m.Resume(ctx, checkpoint, &s3.PutObjectInput{Body: open()}, counting(&sent))
			return all(err, whole(ctx, "unnoted"), that(sent.Load() <= minPart+12345, "%d bytes were sent again", sent.Load()))
		})
		s.check(t, "upload resumed after its completion", func(ctx context.Context, _ *testing.T) error {
			var noted []byte
			_, err := m.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "complete", Body: open(), ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}},
				func(o *transfer.Options) {
					o.Checkpoint = checkpoint
					o.Progress = func(p transfer.Progress) {
						if p.PartsDone == 5 && !p.Done {
							noted, _ = os.ReadFile(checkpoint)
						}
					}
				})
			if err := all(err, os.WriteFile(checkpoint, noted, 0o600)); err != nil {
				return err
			}
			var sent atomic.Int64
			out, err := m.Resume(ctx, checkpoint, &s3.PutObjectInput{Body: open()}, counting(&sent))
			return all(err, whole(ctx, "complete"), that(sent.Load() == 0, "%d bytes were sent again", sent.Load()),
				that(out != nil && out.SizeVerified, "output is %+v", out))
		})
		s.check(t, "upload that somebody aborted", func(ctx context.Context, _ *testing.T) error {
			if err := s.interrupted(ctx, bucket, "aborted", file, 2); err != nil {
				return err
			}
			if _, err := m.AbortIncomplete(ctx, bucket, "aborted", -1); err != nil {
				return err
			}
			_, err := m.Resume(ctx, checkpoint, &s3.PutObjectInput{Body: open()})
			if err := expect(err, s3.ErrNoSuchUpload); err != nil {
				return err
			}
			_, err = m.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "aborted", Body: open(), ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}},
				func(o *transfer.Options) { o.Checkpoint = checkpoint })
			return all(err, whole(ctx, "aborted"))
		})
		s.check(t, "upload given up by its checkpoint", func(ctx context.Context, _ *testing.T) error {
			if err := s.interrupted(ctx, bucket, "given up", file, 2); err != nil {
				return err
			}
			if err := os.WriteFile(file, body[1:], 0o600); err != nil {
				return err
			}
			_, err := m.Resume(ctx, checkpoint, &s3.PutObjectInput{Body: open()})
			if err := all(expect(err, transfer.ErrSourceChanged), os.WriteFile(file, body, 0o600), m.AbortCheckpoint(ctx, checkpoint)); err != nil {
				return err
			}
			left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: "given up"})
			return all(err, that(len(left) == 0, "uploads are left: %q", left), expect(m.AbortCheckpoint(ctx, checkpoint), fs.ErrNotExist))
		})
	})
}

func TestIncompleteUploads(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		m, err := transfer.NewManager(s.client)
		require.NoError(t, err)
		list := func(ctx context.Context, prefix string) (keys []string, last transfer.IncompleteUpload, err error) {
			for u, err := range m.ListIncomplete(ctx, bucket, prefix) {
				if err != nil {
					return nil, last, err
				}
				keys, last = append(keys, u.Key), u
			}
			slices.Sort(keys)
			return keys, last, nil
		}
		s.check(t, "uploads that were left", func(ctx context.Context, _ *testing.T) error {
			var id string
			for _, key := range []string{"p/a", "p/a", "p/b c", "q"} {
				var err error
				if id, err = s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key}); err != nil {
					return err
				}
			}
			if _, err := s.parts(ctx, bucket, "q", id, data(minPart), data(100)); err != nil {
				return err
			}
			everything, _, err := list(ctx, "")
			below, _, err2 := list(ctx, "p/")
			one, q, err3 := list(ctx, "q")
			if err := all(err, err2, err3,
				that(slices.Equal(everything, []string{"p/a", "p/a", "p/b c", "q"}), "listed %q", everything),
				that(slices.Equal(below, []string{"p/a", "p/a", "p/b c"}), "listed %q", below),
				that(slices.Equal(one, []string{"q"}) && q.UploadId == id, "listed %q", one)); err != nil {
				return err
			}
			var size int64
			for p, err := range m.ListIncompleteParts(ctx, q) {
				if err != nil {
					return err
				}
				size += p.Size
			}
			if err := that(size == minPart+100, "it has %d bytes", size); err != nil {
				return err
			}
			young, err := m.AbortIncomplete(ctx, bucket, "", time.Hour)
			if err := all(err, that(young.Aborted == 0 && young.Spared == 4, "of the young: %+v", young)); err != nil {
				return err
			}
			some, err := m.AbortIncomplete(ctx, bucket, "p/", -1)
			if err := all(err, that(some.Aborted == 3 && some.Spared == 0, "of a prefix: %+v", some)); err != nil {
				return err
			}
			rest, err := m.AbortIncomplete(ctx, bucket, "", -1)
			none, _, err2 := list(ctx, "")
			return all(err, err2, that(rest.Aborted == 1, "of the rest: %+v", rest), that(len(none) == 0, "still there: %q", none))
		})
	})
}

func TestPlans(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(5*minPart + 12345)
		m, err := transfer.NewManager(s.client, inParts)
		require.NoError(t, err)
		s.check(t, "upload by several processes", func(ctx context.Context, _ *testing.T) error {
			plan, err := m.Plan(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "planned", Body: bytes.NewReader(body), Metadata: map[string]string{"a": "1"}})
			if err != nil {
				return err
			}
			text, err := json.Marshal(plan)
			if err != nil {
				return err
			}
			var all3 []transfer.Receipts
			for _, share := range plan.Split(3) {
				other, err := transfer.NewManager(s.client)
				if err != nil {
					return err
				}
				there := new(transfer.Plan)
				if err := json.Unmarshal(text, there); err != nil {
					return err
				}
				receipts, err := other.UploadShare(ctx, there, share, bytes.NewReader(body))
				if err != nil {
					return err
				}
				all3 = append(all3, receipts)
			}
			var again atomic.Int64
			share := plan.Split(3)[1]
			twice, err := m.UploadShare(ctx, plan, share, bytes.NewReader(body), counting(&again))
			if err != nil {
				return err
			}
			merged, err := plan.Merge(append(all3, twice)...)
			if err != nil {
				return err
			}
			out, err := m.CompletePlan(ctx, plan, merged)
			if err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "planned"})
			if err != nil {
				return err
			}
			_, err = m.CompletePlan(ctx, plan, merged)
			return all(s.holds(ctx, bucket, "planned", body), that(out.SizeVerified && out.Parts == 6, "output is %+v", out),
				that(again.Load() == 0, "%d bytes were sent twice", again.Load()),
				that((head.Metadata["a"] == "1") == s.describes(), "metadata %v", head.Metadata), err)
		})
		s.check(t, "upload by several processes, given up", func(ctx context.Context, _ *testing.T) error {
			plan, err := m.Plan(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "planned not", Body: bytes.NewReader(body)})
			if err != nil {
				return err
			}
			receipts, err := m.UploadShare(ctx, plan, transfer.Share{First: 2, Last: 2}, bytes.NewReader(body))
			if err != nil {
				return err
			}
			_, err = m.CompletePlan(ctx, plan, receipts)
			var missing *transfer.MissingPartsError
			if !errors.As(err, &missing) {
				return fmt.Errorf("completed without all parts: %w", err)
			}
			if err := m.AbortPlan(ctx, plan); err != nil {
				return err
			}
			left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: "planned not"})
			return all(err, that(len(left) == 0, "uploads are left: %q", left))
		})
	})
}
