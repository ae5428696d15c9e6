//go:build integration

package interop

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

// segments is the container that large objects have their segments in, for every client.
func segments(container string) string { return container + "_segments" }

// ourSwift is this module's client of Swift. Parts are an SLO, and a stream is a DLO.
type ourSwift struct {
	client *swift.Client
	upload *transfer.Uploader
}

// openOurSwift has an account in its URLs where one is given, else that of the login.
func openOurSwift(t *testing.T, name string, env integration.Env, account string) *ourSwift {
	t.Helper()
	o := swift.Options{Profile: swift.OpenStack(), Account: account}
	switch name {
	case "openstack":
		login, err := identity.OptionsFromEnvironment(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		require.NoError(t, err)
		keystone, err := identity.New(login)
		require.NoError(t, err)
		t.Cleanup(func() { _ = keystone.Close(context.Background()) })
		o.Auth = keystone
	case "ceph":
		auth, err := swift.NewTempAuth(swift.TempAuthOptions{AuthURL: env["RGW_SWIFT_AUTH_URL"], User: env["RGW_SWIFT_USER"], Key: swift.Secret(env["RGW_SWIFT_KEY"])})
		require.NoError(t, err)
		o.Auth, o.Profile = auth, swift.CephRGW()
	}
	c, err := swift.New(o)
	require.NoError(t, err)
	u, err := transfer.NewUploader(c, func(o *transfer.Options) { o.PartSize = partSize })
	require.NoError(t, err)
	return &ourSwift{c, u}
}

func (c *ourSwift) input(at place, o object, body io.Reader) *swift.CreateObjectInput {
	return &swift.CreateObjectInput{
		Container: at.bucket, Object: at.key, Body: body, ContentType: o.ContentType, ContentEncoding: o.ContentEncoding,
		ContentDisposition: o.ContentDisposition, Metadata: o.Metadata,
	}
}

func (c *ourSwift) put(ctx context.Context, at place, o object) error {
	_, err := c.client.CreateObject(ctx, c.input(at, o, bytes.NewReader(o.Body)))
	return err
}

func (c *ourSwift) parts(ctx context.Context, at place, o object) error {
	_, err := c.upload.UploadSLO(ctx, c.input(at, o, bytes.NewReader(o.Body)))
	return err
}

func (c *ourSwift) stream(ctx context.Context, at place, o object) error {
	_, err := c.upload.UploadDLO(ctx, c.input(at, o, struct{ io.Reader }{bytes.NewReader(o.Body)}))
	return err
}

func (c *ourSwift) copy(ctx context.Context, from, to place) error {
	_, err := c.client.CopyObject(ctx, &swift.CopyObjectInput{Container: to.bucket, Object: to.key, CopyFrom: from.bucket + "/" + from.key})
	return err
}

func (c *ourSwift) copyParts(context.Context, place, place, int64) error { return errNone }

func (c *ourSwift) get(ctx context.Context, at place) (object, error) {
	out, err := c.client.GetObject(ctx, &swift.GetObjectInput{Container: at.bucket, Object: at.key})
	if err != nil {
		return object{}, err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	return object{
		Body: body, ContentType: out.ContentType, ContentEncoding: out.ContentEncoding, ContentDisposition: out.ContentDisposition,
		Metadata: out.Metadata, ETag: out.ETag,
	}, err
}

func (c *ourSwift) tags(context.Context, place) (map[string]string, error) { return nil, errNone }

func (c *ourSwift) list(ctx context.Context, container, delimiter string) ([]entry, error) {
	var entries []entry
	for page, err := range c.client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: container, Delimiter: delimiter, Limit: pageSize}) {
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			entries = append(entries, entry{o.Name + o.Subdir, o.Bytes, o.Hash})
		}
	}
	return entries, nil
}

// container makes a container that goes with its segments when the test ends.
func (c *ourSwift) container(t *testing.T) string {
	t.Helper()
	name := unique()
	for _, container := range []string{name, segments(name)} {
		_, err := c.client.CreateContainer(t.Context(), &swift.CreateContainerInput{Container: container})
		require.NoError(t, err)
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			require.NoError(t, c.remove(ctx, container))
		})
	}
	return name
}

func (c *ourSwift) remove(ctx context.Context, container string) error {
	for page, err := range c.client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: container}) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			_, err := c.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: container, Object: o.Name})
			if err != nil && !errors.Is(err, swift.ErrNotFound) {
				return err
			}
		}
	}
	_, err := c.client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: container})
	return err
}

// swiftCases are the rows that Swift has, which stores fewer headers and no tags.
func swiftCases() []objectCase {
	names := map[string]string{rowParts: rowSLO, rowStream: rowDLO}
	var cases []objectCase
	for _, oc := range objectCases() {
		oc.row = cmp.Or(names[oc.row], oc.row)
		oc.object.CacheControl, oc.object.ContentLanguage = "", ""
		if slices.Contains(swiftRows(), oc.row) {
			cases = append(cases, oc)
		}
	}
	return cases
}

// TestSwiftObjects is TestObjects over Swift's API.
func TestSwiftObjects(t *testing.T) {
	t.Parallel()
	each(t, swiftBackends, func(t *testing.T, name string) {
		env, err := integration.Load(name)
		require.NoError(t, err)
		us := openOurSwift(t, name, env, "")
		others := map[string]client{"gophercloud": openGophercloud(t, name, env), "ncw/swift": openNCW(t, name, env)}
		judge(t.Context(), t, swiftTitle(name), us, swiftPeers, others, swiftCases(), us.container)
	})
}
