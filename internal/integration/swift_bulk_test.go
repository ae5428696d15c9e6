//go:build integration

package integration

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

func TestSwiftBulkDelete(t *testing.T) {
	eachSigned(t, func(t *testing.T, s *signedServer) {
		container := s.container(t)
		in := func(names ...string) []swift.Path {
			paths := make([]swift.Path, len(names))
			for i, name := range names {
				paths[i] = swift.Path{Container: container, Object: name}
			}
			return paths
		}
		list := func(t *testing.T) []string {
			t.Helper()
			var names []string
			for page, err := range s.client.ListObjectsPages(t.Context(), &swift.ListObjectsInput{Container: container}) {
				require.NoError(t, err)
				for _, o := range page.Objects {
					names = append(names, o.Name)
				}
			}
			return names
		}
		t.Run("names", func(t *testing.T) {
			names := append(slices.Clone(nastyNames), "keep", strings.Repeat("한", 341))
			for _, name := range names {
				s.put(t, container, name, "x")
			}
			// What these would be, wrongly escaped.
			s.put(t, container, "pAq", "x")
			s.put(t, container, "a", "x")
			names = slices.DeleteFunc(names, func(n string) bool { return n == "keep" })
			out, err := s.client.BulkDelete(t.Context(), &swift.BulkDeleteInput{Paths: in(append(names, "none")...)})
			require.NoError(t, err)
			require.EqualValues(t, len(names), out.NumberDeleted)
			require.EqualValues(t, 1, out.NumberNotFound)
			require.NotEmpty(t, out.TransID)
			require.Equal(t, []string{"a", "keep", "pAq"}, list(t))
		})
		t.Run("container", func(t *testing.T) {
			// It goes with its objects, wherever it stands in the list.
			other := bucketName()
			_, err := s.client.CreateContainer(t.Context(), &swift.CreateContainerInput{Container: other})
			require.NoError(t, err)
			s.put(t, other, "o", "x")
			out, err := s.client.BulkDelete(t.Context(), &swift.BulkDeleteInput{Paths: []swift.Path{{Container: other}, {Container: other, Object: "o"}}})
			require.NoError(t, err)
			require.EqualValues(t, 2, out.NumberDeleted)
			_, err = s.client.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: other})
			require.ErrorIs(t, err, swift.ErrNotFound)
		})
		t.Run("failure", func(t *testing.T) {
			s.put(t, container, "gone", "x")
			_, err := s.client.BulkDelete(t.Context(), &swift.BulkDeleteInput{Paths: append([]swift.Path{{Container: container}}, in("gone", "none")...)})
			require.ErrorIs(t, err, swift.ErrConflict)
			var bulk *swift.BulkError
			require.ErrorAs(t, err, &bulk)
			require.EqualValues(t, 1, bulk.NumberDeleted)
			require.EqualValues(t, 1, bulk.NumberNotFound)
			require.Len(t, bulk.Failures, 1)
			require.Equal(t, swift.Path{Container: container}, bulk.Failures[0].Path)
			require.Equal(t, http.StatusConflict, bulk.Failures[0].StatusCode)
			require.NotEmpty(t, bulk.Err.RequestID)
			require.NotContains(t, list(t), "gone")
		})
		t.Run("fresh token", func(t *testing.T) {
			// OpenStack answers 200 with a 401 for each path.
			s.put(t, container, "with a fresh token", "x")
			c := s.with(t, func(o *swift.Options) { o.Auth = &stale{Authenticator: o.Auth} })
			out, err := c.BulkDelete(t.Context(), &swift.BulkDeleteInput{Paths: in("with a fresh token")})
			require.NoError(t, err)
			require.EqualValues(t, 1, out.NumberDeleted)
		})
		t.Run("no token", func(t *testing.T) {
			s.put(t, container, "stays", "x")
			_, at, err := s.options.Auth.Authenticate(t.Context())
			require.NoError(t, err)
			c := s.with(t, func(o *swift.Options) { o.Auth = swift.StaticToken("none", at) })
			_, err = c.BulkDelete(t.Context(), &swift.BulkDeleteInput{Paths: in("stays")})
			require.ErrorIs(t, err, swift.ErrUnauthorized)
			require.Contains(t, list(t), "stays")
		})
		t.Run("all", func(t *testing.T) {
			// More than one request takes on Ceph RGW, where the rest would be dropped silently.
			n := 2500
			if s.name == "openstack" {
				n = 12 // which take a second
			}
			many := func(yield func(swift.Path) bool) {
				for i := range n {
					if !yield(swift.Path{Container: container, Object: fmt.Sprint("none ", i)}) {
						return
					}
				}
			}
			s.put(t, container, "none 0", "x")
			s.put(t, container, fmt.Sprint("none ", n-1), "x")
			out, err := s.client.BulkDeleteAll(t.Context(), many)
			require.NoError(t, err)
			require.EqualValues(t, 2, out.NumberDeleted)
			require.EqualValues(t, n-2, out.NumberNotFound)
		})
		t.Run("one by one", func(t *testing.T) {
			without := func(o *swift.Options) {
				o.Profile.Operations = map[string]swift.Support{"BulkDelete": swift.Unsupported}
			}
			other := bucketName()
			_, err := s.client.CreateContainer(t.Context(), &swift.CreateContainerInput{Container: other})
			require.NoError(t, err)
			paths := []swift.Path{{Container: other}, {Container: container}}
			for i := range 20 {
				paths = append(paths, swift.Path{Container: other, Object: fmt.Sprint(i)})
				if i%2 == 0 {
					s.put(t, other, fmt.Sprint(i), "x")
				}
			}
			_, err = s.client.BulkDeleteAll(t.Context(), slices.Values(paths), without)
			require.ErrorIs(t, err, swift.ErrConflict)
			var bulk *swift.BulkError
			require.ErrorAs(t, err, &bulk)
			require.EqualValues(t, 11, bulk.NumberDeleted)
			require.EqualValues(t, 10, bulk.NumberNotFound)
			require.Len(t, bulk.Failures, 1)
			require.Equal(t, container, bulk.Failures[0].Container)
		})
	})
}

func TestSwiftExtractArchive(t *testing.T) {
	eachSigned(t, func(t *testing.T, s *signedServer) {
		if info, err := s.client.Info(t.Context(), nil); err == nil && s.name == "openstack" && !info.Has("bulk_upload") {
			_, err := s.client.ExtractArchive(t.Context(), &swift.ExtractArchiveInput{Format: swift.ArchiveTar, Body: tarball(t, nil)})
			var e *swift.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, http.StatusNotImplemented, e.StatusCode) // swifttest
			return
		}
		container := s.container(t)
		files := [][2]string{{"dir/a b%+.txt", "first"}, {"한글.txt", "second"}, {"./top", "third"}}
		t.Run("into a container", func(t *testing.T) {
			for _, length := range []bool{true, false} {
				var body io.Reader = tarball(t, files)
				if !length {
					body = plain{body}
				}
				out, err := s.client.ExtractArchive(t.Context(), &swift.ExtractArchiveInput{
					Container: container, Prefix: "un packed%/", Format: swift.ArchiveTar, Body: body,
					DeleteAfter: 3600, Metadata: map[string]string{"by": "archive"},
				})
				if s.name == "ceph" && !length {
					require.ErrorIs(t, err, swift.ErrBadRequest)
					return
				}
				require.NoError(t, err)
				require.EqualValues(t, 3, out.NumberFilesCreated)
				require.Equal(t, "first", s.get(t, container, "un packed%/dir/a b%+.txt"))
				require.Equal(t, "second", s.get(t, container, "un packed%/한글.txt"))
				top := "un packed%/top"
				if s.name == "ceph" {
					top = "un packed%/./top"
				}
				require.Equal(t, "third", s.get(t, container, top))
				head, err := s.client.HeadObject(t.Context(), &swift.HeadObjectInput{Container: container, Object: top})
				require.NoError(t, err)
				if s.name == "openstack" {
					require.Equal(t, "archive", head.Metadata["by"])
					require.WithinDuration(t, time.Now().Add(time.Hour), head.DeleteAt, time.Minute)
				} else {
					require.Empty(t, head.Metadata)
					require.Zero(t, head.DeleteAt)
				}
				_, err = s.client.BulkDelete(t.Context(), &swift.BulkDeleteInput{Paths: []swift.Path{{Container: container, Object: top}}})
				require.NoError(t, err)
			}
		})
		t.Run("compressed", func(t *testing.T) {
			var gz bytes.Buffer
			w := gzip.NewWriter(&gz)
			_, err := io.Copy(w, tarball(t, [][2]string{{"gz", "unzipped"}}))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			bz2, err := base64.StdEncoding.DecodeString(bz2Archive)
			require.NoError(t, err)
			for format, body := range map[swift.ArchiveFormat][]byte{swift.ArchiveTarGz: gz.Bytes(), swift.ArchiveTarBz2: bz2} {
				_, err := s.client.ExtractArchive(t.Context(), &swift.ExtractArchiveInput{Container: container, Format: format, Body: bytes.NewReader(body)})
				if s.name == "ceph" {
					require.ErrorIs(t, err, swift.ErrBadRequest)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, "unzipped", s.get(t, container, strings.TrimPrefix(string(format), "tar.")))
			}
		})
		t.Run("into the account", func(t *testing.T) {
			one, two := bucketName(), bucketName()
			in := &swift.ExtractArchiveInput{Format: swift.ArchiveTar, Body: tarball(t, [][2]string{{one + "/o", "1"}, {two + "/d/o", "2"}, {"none", "3"}})}
			out, err := s.client.ExtractArchive(t.Context(), in)
			if s.name == "ceph" {
				require.ErrorIs(t, err, swift.ErrUnsupported) // it would crash
				return
			}
			require.NoError(t, err)
			defer s.remove(t, one)
			defer s.remove(t, two)
			require.EqualValues(t, 2, out.NumberFilesCreated)
			require.Equal(t, "1", s.get(t, one, "o"))
			require.Equal(t, "2", s.get(t, two, "d/o"))
		})
		t.Run("refused", func(t *testing.T) {
			var bulk *swift.BulkError
			in := &swift.ExtractArchiveInput{Container: container, Format: swift.ArchiveTar, Body: tarball(t, nil)}
			_, err := s.client.ExtractArchive(t.Context(), in)
			require.ErrorIs(t, err, swift.ErrBadRequest)
			require.ErrorAs(t, err, &bulk)
			require.Equal(t, "Invalid Tar File: No Valid Files", bulk.Err.Message)

			in.Body = strings.NewReader("no archive")
			_, err = s.client.ExtractArchive(t.Context(), in)
			require.ErrorIs(t, err, swift.ErrBadRequest)

			// One of the names is too long.
			long := strings.Repeat("x", 1025)
			if s.name == "ceph" {
				return // where a header can't hold a name, the name is lost
			}
			in.Body = tarball(t, [][2]string{{"fits", "x"}, {long, "x"}})
			_, err = s.client.ExtractArchive(t.Context(), in)
			require.ErrorAs(t, err, &bulk)
			require.EqualValues(t, 1, bulk.NumberFilesCreated)
			require.Len(t, bulk.Failures, 1)
			require.Equal(t, swift.Path{Container: container, Object: long}, bulk.Failures[0].Path)
			require.Equal(t, http.StatusBadRequest, bulk.Failures[0].StatusCode)
			require.Equal(t, "x", s.get(t, container, "fits"))
		})
	})
}

func tarball(t *testing.T, files [][2]string) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: f[0], Size: int64(len(f[1])), Mode: 0o600, Format: tar.FormatGNU}))
		_, err := io.WriteString(w, f[1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return bytes.NewReader(b.Bytes())
}

// bz2Archive is a tar.bz2: the standard library reads them, and does not write them.
const bz2Archive = "QlpoOTFBWSZTWe8R5B4AAG57gMqAABBAAH8AAAJ2IV4QCAggAFRGppMgwj1GIzSCRSA0ZAAB9G0ghBpShCJcuwri6kCGDL4SaKGI" +
	"ygCOKokDR+ox3a/Cnf5q5wuZAAi/F3JFOFCQ7xHkHg=="
