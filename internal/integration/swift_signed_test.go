//go:build integration

package integration

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

// signedServer is a Swift account whose TempURLs and forms are tried by plain net/http.
type signedServer struct {
	name    string
	options swift.Options
	client  *swift.Client
	// key signs, and refused is the answer to a signature that is not right.
	key     swift.Secret
	refused int
	// project: the account is a project's, as Keystone has them.
	project bool
}

// eachSigned runs a test on every picked server that speaks Swift, and on package swifttest, which is
// to do as OpenStack.
func eachSigned(t *testing.T, test func(*testing.T, *signedServer)) {
	t.Run("swifttest", func(t *testing.T) {
		s := &signedServer{name: "openstack", key: swift.Secret("key " + bucketName()), refused: http.StatusUnauthorized, project: true}
		s.options = swifttest.NewServer(t).Options()
		s.client = s.with(t)
		test(t, s)
	})
	t.Run("openstack", func(t *testing.T) {
		k := openKeystone(t)
		s := &signedServer{name: "openstack", key: swift.Secret("key " + bucketName()), refused: http.StatusUnauthorized, project: true}
		s.options = swift.Options{Auth: k.client(t), Profile: swift.OpenStack()}
		s.client = s.with(t)
		test(t, s)
	})
	// Ceph RGW has two kinds of account.
	t.Run("ceph", func(t *testing.T) {
		env := openCeph(t)
		test(t, cephSigned(t, env, "RGW_SWIFT_USER2", "RGW_SWIFT_KEY2", ""))
	})
	t.Run("ceph project", func(t *testing.T) {
		env := openCeph(t)
		test(t, cephSigned(t, env, "RGW_PROJECT_SWIFT_USER", "RGW_PROJECT_SWIFT_KEY", env["RGW_PROJECT_SWIFT_ACCOUNT"]))
	})
}

func cephSigned(t *testing.T, env Env, user, key, account string) *signedServer {
	auth, err := swift.NewTempAuth(swift.TempAuthOptions{AuthURL: env["RGW_SWIFT_AUTH_URL"], User: env[user], Key: swift.Secret(env[key])})
	require.NoError(t, err)
	s := &signedServer{name: "ceph", key: swift.Secret("key " + bucketName()), refused: http.StatusForbidden, project: account != ""}
	s.options = swift.Options{Auth: auth, Account: account, Profile: swift.CephRGW()}
	s.client = s.with(t)
	// It has keys of accounts alone.
	before, err := s.client.HeadAccount(t.Context(), nil)
	require.NoError(t, err)
	_, err = s.client.UpdateAccount(t.Context(), &swift.UpdateAccountInput{TempURLKey2: s.key})
	require.NoError(t, err)
	t.Cleanup(func() {
		in := &swift.UpdateAccountInput{TempURLKey2: before.TempURLKey2}
		if before.TempURLKey2 == "" {
			in.RemoveMetadata = []string{"Temp-URL-Key-2"}
		}
		_, err := s.client.UpdateAccount(context.Background(), in)
		require.NoError(t, err)
	})
	return s
}

func openCeph(t *testing.T) Env {
	if !slices.Contains(Picked(), "ceph") {
		skipped(t, "openCeph")
	}
	env, err := Load("ceph")
	require.NoError(t, err)
	return env
}

func (s *signedServer) with(t *testing.T, change ...func(*swift.Options)) *swift.Client {
	t.Helper()
	c, err := swift.New(s.options, change...)
	require.NoError(t, err)
	return c
}

// container makes a container that has the key where the server knows of such, and that is
// emptied and deleted at the end.
func (s *signedServer) container(t *testing.T) string {
	t.Helper()
	name := bucketName() + " ü%+"
	in := &swift.CreateContainerInput{Container: name}
	if s.name == "openstack" {
		in.TempURLKey2 = s.key
	}
	_, err := s.client.CreateContainer(t.Context(), in)
	require.NoError(t, err)
	t.Cleanup(func() { s.remove(t, name) })
	return name
}

func (s *signedServer) remove(t *testing.T, container string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := s.client.BulkDeleteAll(ctx, func(yield func(swift.Path) bool) {
		for page, err := range s.client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: container}) {
			if err != nil {
				t.Errorf("list %s: %v", container, err)
				return
			}
			for _, o := range page.Objects {
				if !yield(swift.Path{Container: container, Object: o.Name}) {
					return
				}
			}
		}
		yield(swift.Path{Container: container})
	})
	if err != nil {
		t.Errorf("remove container %s: %v", container, err)
	}
}

func (s *signedServer) put(t *testing.T, container, object, body string) {
	t.Helper()
	_, err := s.client.CreateObject(t.Context(), &swift.CreateObjectInput{Container: container, Object: object, Body: strings.NewReader(body), ContentType: "text/plain"})
	require.NoError(t, err)
}

// get is an object's content, or "absent".
func (s *signedServer) get(t *testing.T, container, object string) string {
	t.Helper()
	out, err := s.client.GetObject(t.Context(), &swift.GetObjectInput{Container: container, Object: object})
	if err != nil {
		require.ErrorIs(t, err, swift.ErrNotFound)
		return "absent"
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	require.NoError(t, err)
	return string(b)
}

// reply is an answer without its body.
type reply struct {
	StatusCode    int
	Header        http.Header
	ContentLength int64
}

// anonymous is what somebody without a token does.
func anonymous(t *testing.T, method, url, body string, header http.Header) (reply, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for name, values := range header {
		req.Header[name] = values
	}
	if body == "" && method != http.MethodPut {
		req.Body, req.ContentLength = nil, 0
	}
	resp, err := receiver.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Header, resp.ContentLength}, string(b)
}

// nastyNames are objects whose names mean something to a path, a query, a line or a form.
var nastyNames = []string{
	"a b", " lead and trail ", "a+b", "50%", "p%41q", "a?b=c&d", "a#b", "x//y", "/lead", "trail/", "한글/ü.txt",
	`'"\;:@=$,!*()[]{}|^` + "`~<>", "tab\tnew\nline", "a/./b", "a/../b",
}
