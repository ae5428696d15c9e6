package migration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/ec2credentials"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/objects"
	"github.com/gophercloud/gophercloud/v2/pagination"
	ncw "github.com/ncw/swift/v2"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

// GopherClient is gophercloud's way.
func GopherClient(ctx context.Context) (*gophercloud.ServiceClient, error) {
	auth, err := openstack.AuthOptionsFromEnv()
	if err != nil {
		return nil, err
	}
	auth.AllowReauth = true
	provider, err := openstack.AuthenticatedClient(ctx, auth)
	if err != nil {
		return nil, err
	}
	return openstack.NewObjectStorageV1(provider, gophercloud.EndpointOpts{Region: "RegionOne"})
}

// GopherClientOurs is the same with Stowage.
func GopherClientOurs(context.Context) (*swift.Client, error) {
	options, err := identity.OptionsFromEnvironment(nil) // or clouds.FromEnvironment, for clouds.yaml
	if err != nil {
		return nil, err
	}
	options.Region = "RegionOne"
	keystone, err := identity.New(options)
	if err != nil {
		return nil, err
	}
	return swift.New(swift.Options{Auth: keystone, Profile: swift.OpenStack()})
}

// GopherPut is gophercloud's way.
func GopherPut(ctx context.Context, client *gophercloud.ServiceClient, r io.Reader) (string, error) {
	out, err := objects.Create(ctx, client, "backup", "notes.txt", objects.CreateOpts{
		Content: r, ContentType: "text/plain", Metadata: map[string]string{"by": "me"},
	}).Extract()
	if err != nil {
		return "", err
	}
	return out.ETag, nil
}

// GopherPutOurs is the same with Stowage.
func GopherPutOurs(ctx context.Context, client *swift.Client, r io.Reader) (string, error) {
	out, err := client.CreateObject(ctx, &swift.CreateObjectInput{
		Container: "backup", Object: "notes.txt", Body: r,
		ContentType: "text/plain", Metadata: map[string]string{"by": "me"},
	})
	if err != nil {
		return "", err
	}
	return out.ETag, nil
}

// GopherGet is gophercloud's way.
func GopherGet(ctx context.Context, client *gophercloud.ServiceClient) ([]byte, error) {
	out := objects.Download(ctx, client, "backup", "notes.txt", nil)
	if gophercloud.ResponseCodeIs(out.Err, 404) {
		return nil, os.ErrNotExist
	}
	return out.ExtractContent()
}

// GopherGetOurs is the same with Stowage.
func GopherGetOurs(ctx context.Context, client *swift.Client) ([]byte, error) {
	out, err := client.GetObject(ctx, &swift.GetObjectInput{Container: "backup", Object: "notes.txt"})
	if errors.Is(err, swift.ErrNotFound) {
		return nil, os.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body) // its length and its MD5 are compared
}

// GopherList is gophercloud's way.
func GopherList(ctx context.Context, client *gophercloud.ServiceClient) error {
	return objects.List(client, "photos", objects.ListOpts{Prefix: "2026/"}).EachPage(ctx, func(_ context.Context, page pagination.Page) (bool, error) {
		all, err := objects.ExtractInfo(page)
		for _, o := range all {
			fmt.Println(o.Name, o.Bytes)
		}
		return true, err
	})
}

// GopherListOurs is the same with Stowage.
func GopherListOurs(ctx context.Context, client *swift.Client) error {
	for page, err := range client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: "photos", Prefix: "2026/"}) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			fmt.Println(o.Name, o.Bytes)
		}
	}
	return nil
}

// GopherTempURL is gophercloud's way.
func GopherTempURL(ctx context.Context, client *gophercloud.ServiceClient) (string, error) {
	return objects.CreateTempURL(ctx, client, "photos", "cat.jpg", objects.CreateTempURLOpts{
		Method: objects.GET, TTL: 3600, Digest: "sha256",
	})
}

// GopherTempURLOurs is the same with Stowage.
func GopherTempURLOurs(ctx context.Context, client *swift.Client, key swift.Secret) (string, error) {
	link, err := client.TempURL(ctx, swift.TempURLOptions{
		Container: "photos", Object: "cat.jpg", Key: key, Expires: time.Now().Add(time.Hour),
	})
	if err != nil {
		return "", err
	}
	return link.URL(), nil
}

// GopherBulkDelete is gophercloud's way.
func GopherBulkDelete(ctx context.Context, client *gophercloud.ServiceClient) error {
	out, err := objects.BulkDelete(ctx, client, "logs", []string{"a", "b"}).Extract()
	if err != nil {
		return err
	}
	if len(out.Errors) > 0 { // a 200 that says failure
		return fmt.Errorf("%d objects are still there", len(out.Errors))
	}
	return nil
}

// GopherBulkDeleteOurs is the same with Stowage.
func GopherBulkDeleteOurs(ctx context.Context, client *swift.Client) error {
	_, err := client.BulkDelete(ctx, &swift.BulkDeleteInput{Paths: []swift.Path{
		{Container: "logs", Object: "a"}, {Container: "logs", Object: "b"},
	}})
	return err // names each that is still there
}

// GopherEC2 is gophercloud's way.
func GopherEC2(ctx context.Context, client *gophercloud.ServiceClient, userID, projectID string) (string, string, error) {
	c, err := ec2credentials.Create(ctx, client, userID, ec2credentials.CreateOpts{TenantID: projectID}).Extract()
	if err != nil {
		return "", "", err
	}
	return c.Access, c.Secret, nil
}

// GopherEC2Ours is the same with Stowage.
func GopherEC2Ours(ctx context.Context, keystone *identity.Client, projectID string) (string, string, error) {
	c, err := keystone.CreateEC2Credential(ctx, &identity.CreateEC2CredentialInput{ProjectID: projectID})
	if err != nil {
		return "", "", err
	}
	return c.AccessKeyID, c.SecretAccessKey, nil
}

// NcwClient is ncw/swift's way.
func NcwClient(ctx context.Context, password string) (*ncw.Connection, error) {
	c := &ncw.Connection{
		AuthUrl: "https://keystone.example.com/v3", AuthVersion: 3,
		UserName: "me", ApiKey: password, Domain: "Default", Tenant: "project",
	}
	return c, c.Authenticate(ctx)
}

// NcwClientOurs is the same with Stowage.
func NcwClientOurs(_ context.Context, password string) (*swift.Client, error) {
	keystone, err := identity.New(identity.Options{
		AuthURL: "https://keystone.example.com/v3",
		Auth:    identity.PasswordAuth{Username: "me", Password: identity.Secret(password), UserDomainName: "Default"},
		Scope:   identity.Scope{ProjectName: "project", ProjectDomainName: "Default"},
	})
	if err != nil {
		return nil, err
	}
	return swift.New(swift.Options{Auth: keystone}) // logs in at the first request
}

// NcwLarge is ncw/swift's way.
func NcwLarge(ctx context.Context, c *ncw.Connection, r io.Reader) error {
	w, err := c.StaticLargeObjectCreate(ctx, &ncw.LargeObjectOpts{
		Container: "backup", ObjectName: "disk.img", SegmentContainer: "backup_segments", ChunkSize: 64 << 20, CheckHash: true,
	})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil { // one segment after the other
		return errors.Join(err, w.CloseWithContext(ctx))
	}
	return w.CloseWithContext(ctx)
}

// NcwLargeOurs is the same with Stowage.
func NcwLargeOurs(ctx context.Context, client *swift.Client, r io.Reader) error {
	uploads, err := transfer.NewUploader(client)
	if err != nil {
		return err
	}
	_, err = uploads.UploadSLO(ctx, &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: r})
	return err // segments go in parallel; of a failure nothing is left
}

// NcwGet is ncw/swift's way.
func NcwGet(ctx context.Context, c *ncw.Connection, w io.Writer) error {
	_, err := c.ObjectGet(ctx, "backup", "disk.img", w, true, nil)
	if errors.Is(err, ncw.ObjectNotFound) {
		return os.ErrNotExist
	}
	return err
}

// NcwGetOurs is the same with Stowage.
func NcwGetOurs(ctx context.Context, client *swift.Client, w io.Writer) error {
	out, err := client.GetObject(ctx, &swift.GetObjectInput{Container: "backup", Object: "disk.img"})
	if errors.Is(err, swift.ErrNotFound) {
		return os.ErrNotExist
	}
	if err != nil {
		return err
	}
	defer out.Body.Close()
	_, err = io.Copy(w, out.Body) // goes on after a broken connection
	return err
}

// NcwList is ncw/swift's way.
func NcwList(ctx context.Context, c *ncw.Connection) ([]string, error) {
	return c.ObjectNamesAll(ctx, "photos", &ncw.ObjectsOpts{Prefix: "2026/"})
}

// NcwListOurs is the same with Stowage.
func NcwListOurs(ctx context.Context, client *swift.Client) (names []string, err error) {
	for page, err := range client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: "photos", Prefix: "2026/"}) {
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

// NcwTempURL is ncw/swift's way.
func NcwTempURL(c *ncw.Connection, key string) string {
	return c.ObjectTempUrl("photos", "cat.jpg", key, "GET", time.Now().Add(time.Hour)) // SHA-1
}

// NcwTempURLOurs is the same with Stowage.
func NcwTempURLOurs(ctx context.Context, client *swift.Client, key swift.Secret) (string, error) {
	link, err := client.TempURL(ctx, swift.TempURLOptions{
		Container: "photos", Object: "cat.jpg", Key: key, Expires: time.Now().Add(time.Hour),
	}) // the strongest digest that the server knows
	if err != nil {
		return "", err
	}
	return link.URL(), nil
}
