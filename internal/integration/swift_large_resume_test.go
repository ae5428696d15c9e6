//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

// The environment of a child process that uploads until it is killed.
const (
	childServer    = "STOWAGE_UPLOAD_SERVER"
	childContainer = "STOWAGE_UPLOAD_CONTAINER"
	childFile      = "STOWAGE_UPLOAD_FILE"
	childPart      = "STOWAGE_UPLOAD_PART"
)

// TestSwiftLargeChild is the child process: it uploads a file and says how many parts are
// through. It does nothing in a run of its own.
func TestSwiftLargeChild(t *testing.T) {
	name := os.Getenv(childServer)
	if name == "" {
		return
	}
	s, err := openLarge(name)
	require.NoError(t, err)
	file, err := os.Open(os.Getenv(childFile))
	require.NoError(t, err)
	defer file.Close()
	part, err := strconv.ParseInt(os.Getenv(childPart), 10, 64)
	require.NoError(t, err)
	_, err = s.uploader(t).UploadSLO(t.Context(), &swift.CreateObjectInput{Container: os.Getenv(childContainer), Object: "killed", Body: file},
		func(o *transfer.Options) {
			o.PartSize, o.Checkpoint = part, file.Name()+".checkpoint"
			o.Progress = func(p transfer.Progress) { fmt.Printf("parts %d\n", p.PartsDone) }
		})
	require.NoError(t, err)
}

// uploadAndKill runs the child until it has sent so many parts of that size, or some more, and
// kills it. It returns how many it was.
func (s *largeServer) uploadAndKill(t *testing.T, container, file string, parts int, size int64) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSwiftLargeChild$", "-test.v")
	child.Env = append(os.Environ(), childServer+"="+s.name, childContainer+"="+container, childFile+"="+file,
		childPart+"="+strconv.FormatInt(size, 10))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	seen := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "parts "); ok {
			_, err := fmt.Sscan(n, &seen)
			require.NoError(t, err)
			if seen >= parts {
				break
			}
		}
	}
	require.NoError(t, child.Process.Kill())
	_ = child.Wait() // it was killed
	require.GreaterOrEqual(t, seen, parts)
	return seen
}

func TestSwiftLargeResume(t *testing.T) {
	eachLargeBackend(t, func(t *testing.T, s *largeServer) {
		container := s.container(t)
		body := data(9*mib + 1)
		file := filepath.Join(t.TempDir(), "source")
		require.NoError(t, os.WriteFile(file, body, 0o600))
		checkpoint := file + ".checkpoint"

		require.Equal(t, 3, s.uploadAndKill(t, container, file, 3, mib))
		require.FileExists(t, checkpoint)
		require.Equal(t, 5, s.uploadAndKill(t, container, file, 5, mib)) // and it was resumed in between

		source, err := os.Open(file)
		require.NoError(t, err)
		defer source.Close()
		var sent atomic.Int64
		u := s.uploader(t, func(o *transfer.Options) {
			o.Checkpoint = checkpoint
			o.ClientOptions = append(o.ClientOptions, func(o *swift.Options) { o.Progress = func(n int64) { sent.Add(n) } })
			o.Concurrency = -1
		})
		out, err := u.UploadSLO(t.Context(), &swift.CreateObjectInput{Container: container, Object: "killed", Body: source})
		require.NoError(t, err)
		require.LessOrEqual(t, sent.Load(), int64(5*mib+1), "what was stored is not sent again")
		s.holds(t, container, "killed", body)
		require.NoFileExists(t, checkpoint)
		s.holdsSegmentsOf(t, container, out, 10)
	})
}

func TestSwiftLargeAbortCheckpoint(t *testing.T) {
	eachLargeBackend(t, func(t *testing.T, s *largeServer) {
		container := s.container(t)
		body := data(8 * mib)
		file := filepath.Join(t.TempDir(), "source")
		require.NoError(t, os.WriteFile(file, body, 0o600))
		checkpoint := file + ".checkpoint"
		u := s.uploader(t)

		require.Equal(t, 3, s.uploadAndKill(t, container, file, 3, mib))
		require.NotEmpty(t, s.segments(t, container))
		require.NoError(t, os.WriteFile(file, append(bytes.Clone(body[1:]), 1), 0o600))
		source, err := os.Open(file)
		require.NoError(t, err)
		defer source.Close()
		_, err = u.UploadSLO(t.Context(), &swift.CreateObjectInput{Container: container, Object: "killed", Body: source},
			func(o *transfer.Options) { o.Checkpoint = checkpoint })
		require.ErrorIs(t, err, transfer.ErrSourceChanged)

		require.NoError(t, u.Abort(t.Context(), checkpoint))
		require.Empty(t, s.segments(t, container))
		require.NoFileExists(t, checkpoint)
		require.ErrorIs(t, u.Abort(t.Context(), checkpoint), fs.ErrNotExist)

		// One whose checkpoint is lost leaves orphans.
		require.Equal(t, 2, s.uploadAndKill(t, container, file, 2, mib))
		require.NoError(t, os.Remove(checkpoint))
		sweep := &transfer.DeleteOrphansInput{Container: container, Object: "killed", OlderThan: -1}
		if s.name == "ceph" {
			_, err = u.DeleteOrphans(t.Context(), sweep)
			require.ErrorIs(t, err, swift.ErrUnsupported)
			return
		}
		_, err = u.UploadSLO(t.Context(), largeBody(container, "killed", body[:2*mib]))
		require.NoError(t, err)
		require.Greater(t, len(s.segments(t, container)), 2)
		out, err := u.DeleteOrphans(t.Context(), sweep)
		require.NoError(t, err)
		require.Equal(t, 1, out.Uploads)
		require.Len(t, s.segments(t, container), 2)
		s.holds(t, container, "killed", body[:2*mib])
	})
}
