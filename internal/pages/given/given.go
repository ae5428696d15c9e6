// Package given is what the readers of a snippet have by then: accounts, clients, files. Tests of
// the pages run the snippets with it.
package given

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
	swifttransfer "github.com/stowage-go/stowage/swift/transfer"
)

// Given are servers with a few objects, and the names by which snippets know them.
type Given struct {
	Endpoint              string // of the S3 server
	AccessKey, SecretKey  string
	APIPassword, TenantID string
	Options               identity.Options
	Keystone              *identity.Client
	Keys                  sigv4.Provider
	File                  *os.File
	Pipe                  io.Reader
	Pool                  *x509.CertPool
	Tomorrow              time.Time
	Paths                 []swift.Path
	Key                   swift.Secret
	S3                    *s3.Client
	Manager               *transfer.Manager
	In                    *s3.PutObjectInput
	Swift                 *swift.Client
}

// New starts the servers, in a folder of the test's own that has the files, and with the
// environment of an openrc file.
func New(t *testing.T) *Given {
	t.Chdir(t.TempDir())
	content := bytes.Repeat([]byte("0123456789abcdef"), 20<<16) // two parts
	require.NoError(t, os.WriteFile("disk.img", content, 0o600))
	require.NoError(t, os.Mkdir("site", 0o700))
	require.NoError(t, os.WriteFile(filepath.Join("site", "index.html"), []byte("<h1>Site</h1>"), 0o600))
	file, err := os.Open("disk.img")
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })

	store := s3test.NewServer(t, func(o *s3test.Options) {
		o.Buckets = []string{"archive", "backup", "inbox", "logs", "photos", "site", "www"}
	})
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	_, err = z.Create("a")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	store.Put("photos", "2026.zip", archive.Bytes())
	for _, object := range []string{"photos/cat.jpg", "photos/2026/a.jpg", "inbox/report.pdf", "logs/2025/01.log", "backup/disk.img", "backup/home.tar.gz", "www/site/old.html"} {
		bucket, key, _ := strings.Cut(object, "/")
		store.Put(bucket, key, []byte("content"))
	}
	keys := store.Options().Credentials
	credentials, err := keys.Retrieve(t.Context())
	require.NoError(t, err)
	client := store.Client()
	manager, err := transfer.NewManager(client)
	require.NoError(t, err)

	const password = "correct horse"
	native := swifttest.NewServer(t, func(o *swifttest.Options) {
		o.User, o.Key, o.Containers = "project:alice", password, []string{"backup", "inbox", "photos"}
	})
	native.Put("photos", "cat.jpg", []byte("content"))
	for name, value := range map[string]string{
		"OS_AUTH_URL": native.IdentityURL(), "OS_USERNAME": "alice", "OS_PASSWORD": password, "OS_PROJECT_NAME": "project",
		"OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default", "OS_CLOUD": "",
	} {
		t.Setenv(name, value)
	}
	options, err := identity.OptionsFromEnvironment(nil)
	require.NoError(t, err)
	keystone, err := identity.New(options)
	require.NoError(t, err)

	return &Given{
		Endpoint: store.URL, AccessKey: credentials.AccessKeyID, SecretKey: credentials.SecretAccessKey,
		APIPassword: password, TenantID: "project", Options: options, Keystone: keystone, Keys: keys,
		File: file, Pipe: io.MultiReader(bytes.NewReader(content)), Pool: x509.NewCertPool(), Tomorrow: time.Now().Add(24 * time.Hour),
		Paths: []swift.Path{{Container: "photos", Object: "cat.jpg"}}, Key: "secret of links",
		S3: client, Manager: manager, In: &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: file},
		Swift: native.Client(),
	}
}

// Backup and Archive are the code of a reader that his tests call.
func Backup(ctx context.Context, client *s3.Client) error {
	manager, err := transfer.NewManager(client)
	if err != nil {
		return err
	}
	_, err = manager.Upload(ctx, &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: bytes.NewReader(make([]byte, 20<<20))})
	return err
}

// Archive stores a Static Large Object.
func Archive(ctx context.Context, client *swift.Client) error {
	uploader, err := swifttransfer.NewUploader(client)
	if err != nil {
		return err
	}
	_, err = uploader.UploadSLO(ctx, &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: bytes.NewReader(make([]byte, 3<<20))},
		func(o *swifttransfer.Options) { o.PartSize = 1 << 20 })
	return err
}
