//go:build integration

package integration

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

// sloGiB makes TestSwiftLargeSize one of so many GiB in segments of 64 MiB, as make large has it.
const sloGiB = "STOWAGE_SLO_GIB"

// sparseFile makes a file of that size whose bytes are holes but for some of each segment.
func sparseFile(t *testing.T, size, part int64) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "source")
	f, err := os.Create(name)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Truncate(size))
	mark := data(4096)
	for at := int64(0); at < size; at += part {
		_, err = f.WriteAt(mark[rand.IntN(2048):], at+rand.Int64N(part-int64(len(mark))))
		require.NoError(t, err)
	}
	return name
}

// sameFiles compares two files that may be larger than the memory.
func sameFiles(t *testing.T, name, other string) {
	t.Helper()
	a, err := os.Open(name)
	require.NoError(t, err)
	defer a.Close()
	b, err := os.Open(other)
	require.NoError(t, err)
	defer b.Close()
	for bufA, bufB := make([]byte, mib), make([]byte, mib); ; {
		n, errA := io.ReadFull(a, bufA)
		m, errB := io.ReadFull(b, bufB)
		require.True(t, bytes.Equal(bufA[:n], bufB[:m]), "the files differ")
		if errA != nil || errB != nil {
			require.True(t, errors.Is(errA, io.EOF) || errors.Is(errA, io.ErrUnexpectedEOF), "%v", errA)
			require.Equal(t, errA, errB)
			return
		}
	}
}

// TestSwiftLargeSize stores a large file as an SLO, eight segments at once: as it is, with the
// token revoked half-way, and killed half-way and gone on with.
func TestSwiftLargeSize(t *testing.T) {
	s := openLargeKeystone(t)
	size, part := int64(24*mib), int64(mib)
	if gib := os.Getenv(sloGiB); gib != "" {
		n, err := strconv.ParseInt(gib, 10, 64)
		require.NoError(t, err)
		size, part = n<<30, 64*mib
	}
	parts := int(size / part)
	container := s.container(t)
	name := sparseFile(t, size, part)
	eight := func(o *transfer.Options) { o.PartSize, o.Concurrency = part, 8 }
	d, err := transfer.NewDownloader(s.client, func(o *transfer.DownloadOptions) { o.PartSize, o.Concurrency = part, 8 })
	require.NoError(t, err)
	// stored reads the object back, looks at what lies beside it, and deletes it.
	stored := func(t *testing.T, object string, out *transfer.UploadOutput) {
		t.Helper()
		require.Equal(t, parts, out.Parts)
		require.Equal(t, size, out.Size)
		s.holdsSegmentsOf(t, container, out, parts)
		back := filepath.Join(t.TempDir(), "back")
		began := time.Now()
		_, err := d.DownloadFile(t.Context(), back, &swift.GetObjectInput{Container: container, Object: object})
		require.NoError(t, err)
		t.Logf("downloaded in %v", time.Since(began).Round(time.Millisecond))
		sameFiles(t, name, back)
		require.NoError(t, os.Remove(back))
		_, err = s.client.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: container, Object: object})
		require.NoError(t, err)
		require.Empty(t, s.segments(t, container))
	}
	upload := func(t *testing.T, object string, fns ...func(*transfer.Options)) *transfer.UploadOutput {
		t.Helper()
		f, err := os.Open(name)
		require.NoError(t, err)
		defer f.Close()
		began := time.Now()
		out, err := s.uploader(t, append([]func(*transfer.Options){eight}, fns...)...).UploadSLO(t.Context(),
			&swift.CreateObjectInput{Container: container, Object: object, Body: f})
		require.NoError(t, err)
		t.Logf("uploaded in %v", time.Since(began).Round(time.Millisecond))
		return out
	}

	t.Run("as it is", func(t *testing.T) { stored(t, "whole", upload(t, "whole")) })
	t.Run("token revoked half-way", func(t *testing.T) {
		var revoked atomic.Bool
		out := upload(t, "revoked", func(o *transfer.Options) {
			o.Progress = func(p transfer.Progress) {
				if p.PartsDone >= parts/2 && revoked.CompareAndSwap(false, true) {
					s.revoke(t)
				}
			}
		})
		require.True(t, revoked.Load())
		stored(t, "revoked", out)
	})
	t.Run("killed half-way", func(t *testing.T) {
		done := s.uploadAndKill(t, container, name, parts/2, part)
		var sent atomic.Int64
		out := upload(t, "killed", func(o *transfer.Options) {
			o.Checkpoint = name + ".checkpoint"
			o.ClientOptions = append(o.ClientOptions, func(o *swift.Options) { o.Progress = func(n int64) { sent.Add(n) } })
		})
		t.Logf("killed after %d of %d segments, %d MiB sent again", done, parts, sent.Load()/mib)
		require.LessOrEqual(t, sent.Load(), size-int64(done)*part+mib, "what was stored is not sent again")
		stored(t, "killed", out)
	})
}
