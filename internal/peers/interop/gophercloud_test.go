//go:build integration

package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/objects"
	"github.com/gophercloud/gophercloud/v2/pagination"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
)

// gopher is gophercloud. It has no helper for large objects: segments and manifests are made by
// hand, as its documentation has it.
type gopher struct{ client *gophercloud.ServiceClient }

func openGophercloud(t *testing.T, name string, env integration.Env) *gopher {
	t.Helper()
	if name == "ceph" { // whose answer to a login, 204, gophercloud does not take: it gets a token
		login := openNCW(t, name, env).client
		provider, err := openstack.NewClient(env["RGW_SWIFT_AUTH_URL"])
		require.NoError(t, err)
		provider.SetToken(login.AuthToken)
		return &gopher{&gophercloud.ServiceClient{ProviderClient: provider, Endpoint: login.StorageUrl + "/"}}
	}
	provider, err := openstack.AuthenticatedClient(t.Context(), gophercloud.AuthOptions{
		IdentityEndpoint: env["OS_AUTH_URL"], Username: env["OS_USERNAME"], Password: env["OS_PASSWORD"],
		DomainName: env["OS_USER_DOMAIN_NAME"], TenantID: env["OS_PROJECT_ID"],
	})
	require.NoError(t, err)
	c, err := openstack.NewObjectStorageV1(provider, gophercloud.EndpointOpts{Region: env["OS_REGION_NAME"]})
	require.NoError(t, err)
	return &gopher{c}
}

func gopherError(err error) error {
	var e gophercloud.ErrUnexpectedResponseCode
	if errors.As(err, &e) {
		return &refusal{Status: e.Actual}
	}
	return err
}

func (c *gopher) create(ctx context.Context, at place, o object, opts objects.CreateOpts) error {
	opts.ContentType, opts.ContentEncoding, opts.ContentDisposition = o.ContentType, o.ContentEncoding, o.ContentDisposition
	opts.Metadata = o.Metadata
	_, err := objects.Create(ctx, c.client, at.bucket, at.key, opts).Extract()
	return gopherError(err)
}

func (c *gopher) put(ctx context.Context, at place, o object) error {
	return c.create(ctx, at, o, objects.CreateOpts{Content: bytes.NewReader(o.Body)})
}

// segment is one of an SLO's manifest.
type segment struct {
	Path string `json:"path"`
	ETag string `json:"etag"`
	Size int    `json:"size_bytes"`
}

func (c *gopher) segments(ctx context.Context, at place, prefix string, body []byte) ([]segment, error) {
	var all []segment
	for from := 0; from < len(body); from += partSize {
		part := body[from:min(from+partSize, len(body))]
		name := fmt.Sprintf("%s%08d", prefix, len(all)+1)
		if err := c.put(ctx, place{segments(at.bucket), name}, object{Body: part}); err != nil {
			return nil, err
		}
		all = append(all, segment{segments(at.bucket) + "/" + name, etag(part), len(part)})
	}
	return all, nil
}

func (c *gopher) parts(ctx context.Context, at place, o object) error {
	all, err := c.segments(ctx, at, at.key+"/slo/", o.Body)
	if err != nil {
		return err
	}
	manifest, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return c.create(ctx, at, o, objects.CreateOpts{Content: bytes.NewReader(manifest), MultipartManifest: "put", NoETag: true})
}

func (c *gopher) stream(ctx context.Context, at place, o object) error {
	prefix := at.key + "/dlo/"
	if _, err := c.segments(ctx, at, prefix, o.Body); err != nil {
		return err
	}
	return c.create(ctx, at, o, objects.CreateOpts{Content: bytes.NewReader(nil), ObjectManifest: segments(at.bucket) + "/" + prefix})
}

func (c *gopher) copy(ctx context.Context, from, to place) error {
	_, err := objects.Copy(ctx, c.client, from.bucket, from.key, objects.CopyOpts{Destination: "/" + to.bucket + "/" + to.key}).Extract()
	return gopherError(err)
}

func (c *gopher) copyParts(context.Context, place, place, int64) error { return errNone }

func (c *gopher) get(ctx context.Context, at place) (object, error) {
	answer := objects.Download(ctx, c.client, at.bucket, at.key, nil)
	header, err := answer.Extract()
	if err != nil {
		return object{}, gopherError(err)
	}
	body, err := answer.ExtractContent()
	metadata := make(map[string]string)
	for name := range answer.Header {
		if key, ok := strings.CutPrefix(name, "X-Object-Meta-"); ok {
			metadata[strings.ToLower(key)] = answer.Header.Get(name)
		}
	}
	return object{
		Body: body, ContentType: header.ContentType, ContentEncoding: header.ContentEncoding, ContentDisposition: header.ContentDisposition,
		Metadata: metadata, ETag: header.ETag,
	}, gopherError(err)
}

func (c *gopher) tags(context.Context, place) (map[string]string, error) { return nil, errNone }

func (c *gopher) list(ctx context.Context, container, delimiter string) ([]entry, error) {
	var entries []entry
	pages := objects.List(c.client, container, objects.ListOpts{Delimiter: delimiter, Limit: pageSize})
	err := pages.EachPage(ctx, func(_ context.Context, page pagination.Page) (bool, error) {
		infos, err := objects.ExtractInfo(page)
		for _, o := range infos {
			entries = append(entries, entry{o.Name + o.Subdir, o.Bytes, o.Hash})
		}
		return true, err
	})
	return entries, gopherError(err)
}
