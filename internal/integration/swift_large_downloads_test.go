//go:build integration

package integration

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

func (s *largeServer) downloader(t *testing.T, fns ...func(*transfer.DownloadOptions)) *transfer.Downloader {
	t.Helper()
	d, err := transfer.NewDownloader(s.client, append([]func(*transfer.DownloadOptions){func(o *transfer.DownloadOptions) { o.PartSize = mib }}, fns...)...)
	require.NoError(t, err)
	return d
}

func TestSwiftLargeDownloads(t *testing.T) {
	eachLarge(t, func(t *testing.T, s *largeServer) {
		container := s.container(t)
		body := data(3*mib + 777)
		u := s.uploader(t, func(o *transfer.Options) { o.PartSize = mib + 5 })
		_, err := u.UploadSLO(t.Context(), largeBody(container, "slo", body))
		require.NoError(t, err)
		_, err = u.UploadDLO(t.Context(), largeBody(container, "dlo", body))
		require.NoError(t, err)
		_, err = s.client.CreateObject(t.Context(), largeBody(container, "plain", body))
		require.NoError(t, err)
		_, err = s.client.CreateObject(t.Context(), largeBody(container, "empty", nil))
		require.NoError(t, err)
		objects := []string{"plain", "slo", "dlo", "empty"}
		if s.name == "openstack" {
			objects = append(objects, "nested")
			_, err = u.UploadSLO(t.Context(), largeBody(container, "nested", body), func(o *transfer.Options) { o.MaxManifestSegments = 2 })
			require.NoError(t, err)
		}
		for _, object := range objects {
			t.Run(object, func(t *testing.T) {
				want := body
				if object == "empty" {
					want = nil
				}
				name := filepath.Join(t.TempDir(), "file")
				verify := s.name == "openstack"
				out, err := s.downloader(t).DownloadFile(t.Context(), name, &swift.GetObjectInput{Container: container, Object: object},
					func(o *transfer.DownloadOptions) { o.VerifySegments = verify })
				require.NoError(t, err)
				got, err := os.ReadFile(name)
				require.NoError(t, err)
				require.True(t, bytes.Equal(want, got))
				require.Equal(t, int64(len(want)), out.Size)
				large := object == "slo" || object == "nested"
				require.Equal(t, !large && object != "dlo" || large && verify, out.Verified)
				if object != "empty" {
					require.Equal(t, 4, out.Parts)
				}
			})
		}
		t.Run("changed", func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "file")
			first := true
			_, err := s.downloader(t, func(o *transfer.DownloadOptions) { o.Concurrency = -1 }).DownloadFile(t.Context(), name,
				&swift.GetObjectInput{Container: container, Object: "plain"}, func(o *transfer.DownloadOptions) {
					o.Progress = func(transfer.Progress) {
						if first {
							first = false
							_, err := s.client.CreateObject(t.Context(), largeBody(container, "plain", body[1:]))
							require.NoError(t, err)
						}
					}
				})
			require.ErrorIs(t, err, swift.ErrObjectChanged)
			entries, err := os.ReadDir(filepath.Dir(name))
			require.NoError(t, err)
			require.Empty(t, entries)
		})
		if s.name != "openstack" {
			return
		}
		t.Run("segment changed", func(t *testing.T) {
			segment := s.segments(t, container)
			m, err := s.client.GetSLOManifest(t.Context(), &swift.GetSLOManifestInput{Container: container, Object: "slo"})
			require.NoError(t, err)
			require.NotEmpty(t, segment)
			path := m.Segments[1].Path
			_, err = s.client.CreateObject(t.Context(), largeBody(container+"_segments", path[len(container+"_segments/"):], data(9)))
			require.NoError(t, err)
			_, err = s.downloader(t).DownloadFile(t.Context(), filepath.Join(t.TempDir(), "file"), &swift.GetObjectInput{Container: container, Object: "slo"})
			var failed *swift.SLOError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, []swift.SLOSegmentError{{Path: path, Reason: "Size Mismatch"}}, failed.Segments)
		})
	})
}
