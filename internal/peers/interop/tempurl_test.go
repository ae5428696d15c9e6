//go:build integration

package interop

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/swift"
)

// tempLinks are what is tried on one server with Swift's API.
type tempLinks struct {
	us        *ourSwift
	key       swift.Secret
	container string
	dir       string
}

// openTempLinks sets the account's second key, since Ceph RGW has none of containers.
func openTempLinks(t *testing.T, name string) *tempLinks {
	t.Helper()
	env, err := integration.Load(name)
	require.NoError(t, err)
	account := ""
	if name == "ceph" { // a user of whom nothing else is asked here, as the keys are the account's
		env["RGW_SWIFT_USER"], env["RGW_SWIFT_KEY"] = env["RGW_PROJECT_SWIFT_USER"], env["RGW_PROJECT_SWIFT_KEY"]
		account = env["RGW_PROJECT_SWIFT_ACCOUNT"] // which forms have to name
	}
	l := &tempLinks{us: openOurSwift(t, name, env, account), key: swift.Secret(unique()), dir: t.TempDir()}
	l.container = l.us.container(t)
	if name == "openstack" {
		_, err = l.us.client.UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: l.container, TempURLKey: l.key})
		require.NoError(t, err)
		return l
	}
	before, err := l.us.client.HeadAccount(t.Context(), nil)
	require.NoError(t, err)
	if before.TempURLKey2 != "" {
		l.key = before.TempURLKey2
		return l
	}
	_, err = l.us.client.UpdateAccount(t.Context(), &swift.UpdateAccountInput{TempURLKey2: l.key})
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := l.us.client.UpdateAccount(context.Background(), &swift.UpdateAccountInput{RemoveMetadata: []string{"Temp-URL-Key-2"}})
		require.NoError(t, err)
	})
	return l
}

func (l *tempLinks) sign(ctx context.Context, o swift.TempURLOptions) (*swift.TempURL, error) {
	o.Key, o.Container, o.Expires = l.key, l.container, time.Now().Add(time.Minute)
	return l.us.client.TempURL(ctx, o)
}

func (l *tempLinks) send(ctx context.Context, method string, body []byte) ([]byte, error) {
	u, err := l.sign(ctx, swift.TempURLOptions{Method: method, Object: linkKey})
	if err != nil {
		return nil, err
	}
	header := make(http.Header)
	if body != nil {
		header.Set("Content-Type", "text/x-test")
		header.Set("X-Object-Meta-Owner", "a b")
	}
	status, answer, err := curl(ctx, l.dir, method, u.URL(), header, body)
	return answer, answered(status, answer, err)
}

func (l *tempLinks) put(ctx context.Context) error {
	want := object{Body: data(60_000), ContentType: "text/x-test", Metadata: map[string]string{"owner": "a b"}}
	if _, err := l.send(ctx, http.MethodPut, want.Body); err != nil {
		return err
	}
	got, err := l.us.get(ctx, place{l.container, linkKey})
	if err != nil {
		return err
	}
	return differences(want, got)
}

func (l *tempLinks) get(ctx context.Context) error {
	answer, err := l.send(ctx, http.MethodGet, nil)
	if err != nil {
		return err
	}
	return differences(object{Body: data(60_000)}, object{Body: answer})
}

func (l *tempLinks) head(ctx context.Context) error {
	_, err := l.send(ctx, http.MethodHead, nil)
	return err
}

func (l *tempLinks) prefix(ctx context.Context) error {
	prefix := "dir/a"
	u, err := l.sign(ctx, swift.TempURLOptions{Prefix: &prefix})
	if err != nil {
		return err
	}
	at, err := u.ForObject(linkKey)
	if err != nil {
		return err
	}
	status, answer, err := curl(ctx, l.dir, http.MethodGet, at, nil, nil)
	if err := answered(status, answer, err); err != nil {
		return err
	}
	return differences(object{Body: data(60_000)}, object{Body: answer})
}

func (l *tempLinks) delete(ctx context.Context) error {
	if _, err := l.send(ctx, http.MethodDelete, nil); err != nil {
		return err
	}
	if _, err := l.us.get(ctx, place{l.container, linkKey}); outcome(err) != "refused: 404" {
		return fmt.Errorf("it is still there: %w", err)
	}
	return nil
}

// form is the one that curl and the browser send.
func (l *tempLinks) form(ctx context.Context, redirect string) (*swift.FormPost, error) {
	return l.us.client.FormPost(ctx, swift.FormPostOptions{
		Key: l.key, Container: l.container, Prefix: "user ü+/", MaxFileSize: 100_000, Expires: time.Now().Add(time.Minute), Redirect: redirect,
	})
}

// uploaded is nil when a form's file is listed with its MD5: on Ceph RGW nobody may read it.
func (l *tempLinks) uploaded(ctx context.Context, name string, body []byte) error {
	page, err := l.us.client.ListObjects(ctx, &swift.ListObjectsInput{Container: l.container, Prefix: "user ü+/" + name})
	if err != nil {
		return err
	}
	if len(page.Objects) != 1 || page.Objects[0].Hash != etag(body) {
		return finding("not stored")
	}
	return nil
}

func (l *tempLinks) post(ctx context.Context) error {
	f, err := l.form(ctx, "")
	if err != nil {
		return err
	}
	body := bytes.Repeat([]byte("by a form\r\n--"), 5000)
	file := filepath.Join(l.dir, "cat picture.bin")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return err
	}
	var fields []string
	for _, field := range f.Fields() {
		fields = append(fields, "--form-string", field.Name+"="+field.Value)
	}
	status, answer, err := curl(ctx, l.dir, http.MethodPost, f.Action, nil, nil, append(fields, "-F", "file=@"+file)...)
	if err := answered(status, answer, err); err != nil {
		return err
	}
	return l.uploaded(ctx, "cat picture.bin", body)
}

// TestTempURLs has curl use what ours has signed for Swift.
func TestTempURLs(t *testing.T) {
	t.Parallel()
	each(t, swiftBackends, func(t *testing.T, name string) {
		l := openTempLinks(t, name)
		for _, link := range []struct {
			row string
			try func(context.Context) error
		}{
			{rowTempPut, l.put}, {rowTempGet, l.get}, {rowTempHead, l.head}, {rowTempPrefix, l.prefix}, {rowTempDelete, l.delete}, {rowFormPost, l.post},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			record(tempTitle, link.row, integration.ServerTitles[name], worked(link.try(ctx)))
			cancel()
		}
	})
}
