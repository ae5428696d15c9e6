//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// The environment of a child process that uploads a file until it is killed.
const (
	killedServer = "STOWAGE_KILLED_SERVER"
	killedBucket = "STOWAGE_KILLED_BUCKET"
	killedKey    = "STOWAGE_KILLED_KEY"
	killedFile   = "STOWAGE_KILLED_FILE"
)

// TestKilledChild is the child process. It does nothing in a run of its own.
func TestKilledChild(t *testing.T) {
	name := os.Getenv(killedServer)
	if name == "" {
		return
	}
	file, err := os.Open(os.Getenv(killedFile))
	require.NoError(t, err)
	defer file.Close()
	parts, err := os.OpenFile(file.Name()+".parts", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer parts.Close()
	for _, s := range servers {
		if s.name != name || s.scheme != "http" {
			continue
		}
		client := s.with(t, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: noting{parts}} })
		m, err := transfer.NewManager(client, inParts)
		require.NoError(t, err)
		fmt.Println("child begins")
		_, err = m.Upload(t.Context(), &s3.PutObjectInput{
			Bucket: os.Getenv(killedBucket), Key: os.Getenv(killedKey), Body: file, Metadata: map[string]string{"a": "1"},
		}, func(o *transfer.Options) { o.Checkpoint = file.Name() + ".checkpoint" })
		require.NoError(t, err)
		fmt.Println("child is through")
	}
}

// noting writes a byte for each part that is sent.
type noting struct{ to io.Writer }

func (n noting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Has("partNumber") {
		if _, err := n.to.Write([]byte{'.'}); err != nil {
			return nil, err
		}
	}
	return wireTransport.RoundTrip(r)
}

// child runs the child process and kills it after that time; negative: never. It reports whether
// the upload was through before.
func (s *server) child(t *testing.T, bucket, key, file string, after time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledChild$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), killedServer+"="+s.name, killedBucket+"="+bucket, killedKey+"="+key, killedFile+"="+file, "BACKENDS="+s.name)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	var all strings.Builder
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && lines.Text() != "child begins" {
		all.WriteString(lines.Text() + "\n")
	}
	if after >= 0 {
		kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
	}
	through := false
	for lines.Scan() {
		through = through || lines.Text() == "child is through"
		all.WriteString(lines.Text() + "\n")
	}
	err = cmd.Wait()
	killed := cmd.ProcessState != nil && !cmd.ProcessState.Exited()
	require.True(t, killed || err == nil, "%s%s", all.String(), stderr.String())
	return through
}

// killed counts what the kills of a server came to.
type killed struct {
	kills, beforeFile, beforeAnswer, afterCompletion int
	orphans, sent, parts                             int
}

// note looks at what a kill has left, and returns the upload's id.
func (k *killed) note(t *testing.T, checkpoint string, complete bool) (id string) {
	t.Helper()
	k.kills++
	text, err := os.ReadFile(checkpoint)
	if complete {
		k.afterCompletion++
	}
	switch {
	case err != nil && !complete:
		k.beforeFile++
	case err == nil:
		var header struct {
			Plan struct {
				UploadId string `json:"upload_id"`
			} `json:"plan"`
		}
		line, _, _ := bytes.Cut(text, []byte("\n"))
		require.NoError(t, json.Unmarshal(line, &header), "a checkpoint is never half written")
		if id = header.Plan.UploadId; id == "" {
			k.beforeAnswer++
		}
	}
	return id
}

// An upload that is killed at random moments, and each time taken up again, leaves one object,
// bit by bit the file's, and nothing else. STOWAGE_KILLS is the number of such uploads, 5 unless
// it is set.
func TestKilledUploads(t *testing.T) {
	rounds := 5
	if n := os.Getenv("STOWAGE_KILLS"); n != "" {
		var err error
		rounds, err = strconv.Atoi(n)
		require.NoError(t, err)
	}
	eachServer(t, func(t *testing.T, s *server) {
		if s.scheme != "http" {
			skipped(t, "TestKilledUploads")
		}
		bucket := s.bucket(t)
		const parts = 14
		body := data((parts-1)*minPart + 12345)
		dir := t.TempDir()
		file := filepath.Join(dir, "source")
		require.NoError(t, os.WriteFile(file, body, 0o600))
		checkpoint := file + ".checkpoint"

		began := time.Now()
		require.True(t, s.child(t, bucket, "whole", file, -1))
		whole := time.Since(began)
		seed := uint64(time.Now().UnixNano())
		random := mathrand.New(mathrand.NewPCG(seed, 0))
		t.Logf("an upload takes %v; seed %d", whole, seed)
		var k killed
		for round := range rounds {
			key := fmt.Sprintf("killed/%d", round)
			require.NoError(t, os.Remove(file+".parts"))
			orphans := map[string]bool{}
			for kills := 1 + random.IntN(3); ; kills-- {
				after := time.Duration(-1)
				switch {
				case kills <= 0:
				case random.IntN(3) == 0: // about where it is created
					after = time.Duration(random.Int64N(int64(12 * time.Millisecond)))
				default:
					after = time.Duration(random.Int64N(int64(whole)))
				}
				if s.child(t, bucket, key, file, after) {
					require.NoFileExists(t, checkpoint)
					break
				}
				_, err := s.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: key})
				noted := k.note(t, checkpoint, err == nil)
				open, _, err := s.uploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: key})
				require.NoError(t, err)
				for _, upload := range open {
					if lost, _ := strings.CutPrefix(upload, key+" "); lost != noted && !orphans[lost] {
						orphans[lost] = true
						k.orphans++
					}
				}
			}
			sent, err := os.ReadFile(file + ".parts")
			require.NoError(t, err)
			k.sent += len(sent)
			k.parts += parts

			require.NoError(t, s.holds(t.Context(), bucket, key, body), "round %d", round)
			left, _, err := s.uploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: key})
			require.NoError(t, err)
			require.Empty(t, left, "round %d", round)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, entries, 2, "beside the source and the count nothing is left")
			_, err = s.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key})
			require.NoError(t, err)
		}
		t.Logf("%s: %d uploads of %d parts, %d kills: %d before the checkpoint, %d before CreateMultipartUpload was noted, which left %d uploads that nobody knew, %d after completion; %.2f parts sent again for each kill",
			s.name, rounds, parts, k.kills, k.beforeFile, k.beforeAnswer, k.orphans, k.afterCompletion, float64(k.sent-k.parts)/float64(max(k.kills, 1)))
	})
}
