package transfer

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checkpoint"
)

// Whatever a manifest says of a segment's range, it is refused or a length within the segment.
func FuzzSegmentRange(f *testing.F) {
	for _, s := range []string{"0-9", "5-", "-5", "-0", "--5", "+1-2", "9-5", "0-9223372036854775807", "-9223372036854775808", ""} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, spec string, size int64) {
		n, err := lengthOf(spec, size)
		if err != nil {
			require.Zero(t, n)
			return
		}
		require.Positive(t, n)
		require.LessOrEqual(t, n, size)
	})
}

// Whatever X-Object-Manifest says, container and prefix lead back to it.
func FuzzManifestHeader(f *testing.F) {
	for _, s := range []string{"c/p", "/c/p/", "c%2Fp", "c/%zz", "c/%00", "../x/y", "c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		container, prefix, ok := manifestOf(header)
		if !ok {
			return
		}
		require.NotContains(t, container, "/")
		plain, err := url.PathUnescape(strings.TrimPrefix(header, "/"))
		require.NoError(t, err)
		require.Equal(t, plain, container+"/"+prefix)
	})
}

// Whatever is in a checkpoint, it is refused, or what may have been sent is bounded and of the upload.
func FuzzCheckpoint(f *testing.F) {
	path := filepath.Join(f.TempDir(), "checkpoint")
	c := checkpoint.New[checkpointHeader, checkpointPart](path, checkpointHeader{
		Version: checkpointVersion, Kind: kindSLO, Account: "AUTH_a", Container: "c", Object: "o", SegmentContainer: "c_segments",
		Prefix: "o/_slo/1/95/10/", PartSize: 10, Concurrency: 4, Source: checkpoint.Source{Size: 95},
	})
	require.NoError(f, c.Write())
	require.NoError(f, c.Add(checkpointPart{1, "d41d8cd98f00b204e9800998ecf8427e"}))
	c.Close()
	good, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(`"part":1`), []byte(`"part":0`), 1))
	f.Add(bytes.Replace(good, []byte(`"part_size":10`), []byte(`"part_size":1`), 1))
	f.Add(bytes.Replace(good, []byte(`"concurrency":`), []byte(`"concurrency":9999999`), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := checkpoint.Decode[checkpointHeader, checkpointPart](bytes.NewReader(text))
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(sent(c)), len(c.Receipts)+maxInFlight)
		for _, n := range sent(c) {
			require.Positive(t, n)
			require.LessOrEqual(t, n, c.Header.Parts())
		}
	})
}
