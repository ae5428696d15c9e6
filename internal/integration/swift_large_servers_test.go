//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
	"github.com/stowage-go/stowage/swift/transfer"
)

// mib is the size of the segments here: small, so that there are many.
const mib = 1 << 20

// largeServer is a Swift API that large objects are stored on.
type largeServer struct {
	name   string
	client *swift.Client
	// keystone is the client's authenticator; nil on a server without Keystone.
	keystone *identity.Client
}

// largeServers are the servers with a Swift API among those that were picked.
func largeServers() []string {
	return slices.DeleteFunc(Picked(), func(name string) bool { return name != "openstack" && name != "ceph" })
}

func openLarge(name string, fns ...func(*swift.Options)) (*largeServer, error) {
	env, err := Load(name)
	if err != nil {
		return nil, err
	}
	s := &largeServer{name: name}
	var o swift.Options
	if name == "openstack" {
		s.keystone, err = identity.New(keystone{env}.options())
		o = swift.Options{Auth: s.keystone, Profile: swift.OpenStack()}
	} else {
		var auth *swift.TempAuth
		auth, err = swift.NewTempAuth(swift.TempAuthOptions{
			AuthURL: env["RGW_SWIFT_AUTH_URL"], User: env["RGW_SWIFT_USER"], Key: swift.Secret(env["RGW_SWIFT_KEY"]),
		})
		o = swift.Options{Auth: auth, Profile: swift.CephRGW()}
	}
	if err == nil {
		s.client, err = swift.New(o, fns...)
	}
	return s, err
}

// eachLarge runs a test on every picked server, and on package swifttest, which is to do as OpenStack.
func eachLarge(t *testing.T, test func(*testing.T, *largeServer)) {
	t.Run("swifttest", func(t *testing.T) {
		t.Parallel()
		test(t, &largeServer{name: "openstack", client: swifttest.NewServer(t).Client()})
	})
	eachLargeBackend(t, test)
}

// eachLargeBackend leaves out swifttest, which other processes can't open by its name.
func eachLargeBackend(t *testing.T, test func(*testing.T, *largeServer)) {
	for _, name := range largeServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := openLarge(name)
			require.NoError(t, err)
			test(t, s)
		})
	}
}

// container makes a container; it is deleted with that of its segments when the test ends.
func (s *largeServer) container(t *testing.T) string {
	t.Helper()
	name := bucketName()
	_, err := s.client.CreateContainer(t.Context(), &swift.CreateContainerInput{Container: name})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		require.NoError(t, s.removeContainer(ctx, name))
		require.NoError(t, s.removeContainer(ctx, name+"_segments"))
	})
	return name
}

// removeContainer deletes a container with all that is in it, if it is there.
func (s *largeServer) removeContainer(ctx context.Context, name string) error {
	names, err := s.names(ctx, name, "")
	if err != nil {
		return err
	}
	for _, object := range names {
		if _, err := s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: name, Object: object}); err != nil && !errors.Is(err, swift.ErrNotFound) {
			return err
		}
	}
	if _, err := s.client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: name}); err != nil && !errors.Is(err, swift.ErrNotFound) {
		return err
	}
	return nil
}

// names lists objects; none where there is no container.
func (s *largeServer) names(ctx context.Context, container, prefix string) ([]string, error) {
	var names []string
	for page, err := range s.client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: container, Prefix: prefix}) {
		if errors.Is(err, swift.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

// segments lists the segments that are stored for a container.
func (s *largeServer) segments(t *testing.T, container string) []string {
	t.Helper()
	names, err := s.names(t.Context(), container+"_segments", "")
	require.NoError(t, err)
	return names
}

// holdsSegmentsOf looks whether the segments that are stored are the upload's, so many, and no other.
func (s *largeServer) holdsSegmentsOf(t *testing.T, container string, out *transfer.UploadOutput, parts int) {
	t.Helper()
	names := s.segments(t, container)
	require.Len(t, names, parts, "all segments are the object's")
	for _, name := range names {
		require.True(t, strings.HasPrefix(name, out.SegmentPrefix))
	}
}

// holds reads the object in one piece and compares it.
func (s *largeServer) holds(t *testing.T, container, object string, want []byte) {
	t.Helper()
	out, err := s.client.GetObject(t.Context(), &swift.GetObjectInput{Container: container, Object: object})
	require.NoError(t, err)
	require.NoError(t, same(out.Body, want))
}

func (s *largeServer) uploader(t *testing.T, fns ...func(*transfer.Options)) *transfer.Uploader {
	t.Helper()
	u, err := transfer.NewUploader(s.client, append([]func(*transfer.Options){inSegments}, fns...)...)
	require.NoError(t, err)
	return u
}

// inSegments makes every object but the empty one a large one of small segments.
func inSegments(o *transfer.Options) { o.PartSize, o.Threshold = mib, -1 }

func largeBody(container, object string, body []byte) *swift.CreateObjectInput {
	return &swift.CreateObjectInput{Container: container, Object: object, Body: bytes.NewReader(body)}
}
