package swift

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
)

const hush = "h0sh-h0sh"

// TestRedaction: no secret is seen, whatever it is in and however that is printed.
func TestRedaction(t *testing.T) {
	t.Parallel()
	header := []string{
		"X-Account-Meta-Temp-Url-Key", hush, "X-Account-Meta-Temp-Url-Key-2", hush, "X-Container-Meta-Temp-Url-Key", hush, "X-Container-Meta-Temp-Url-Key-2", hush,
		"X-Container-Sync-Key", hush, "Content-Type", jsonType,
	}
	rt := answers(text(200, `[]`, header...))
	auth := newTempAuth(t, answers(status(200, "X-Auth-Token", hush, "X-Storage-Url", testStorage)), func(o *TempAuthOptions) { o.Key = hush })
	static := StaticToken(hush, testStorage)
	c := newClient(t, rt, func(o *Options) { o.Auth, o.Account = auth, "AUTH_x" })
	account, err := c.HeadAccount(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, hush, string(account.TempURLKey), "it is there for whoever asks")
	container, err := c.HeadContainer(t.Context(), &HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	objects, err := c.ListObjects(t.Context(), &ListObjectsInput{Container: "c"})
	require.NoError(t, err)
	containers, err := c.ListContainers(t.Context(), nil)
	require.NoError(t, err)
	body, err := c.GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"})
	require.NoError(t, err)
	defer body.Body.Close()
	link := &GetObjectTempURLOutput{URL: hush, Sig: hush}
	for _, v := range []any{
		c, *c, auth, *auth, static, Secret(hush), account, *account, container, *container, objects, containers, link, *link, body,
		TempAuthOptions{User: "u", Key: hush},
		UpdateAccountInput{TempURLKey: hush},
		UpdateContainerInput{SyncKey: hush},
		CreateContainerInput{TempURLKey2: hush},
		Options{Auth: static},
		c.Options(),
		struct{ C *Client }{c},
		[]any{auth, static},
		map[string]any{"a": *account},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			require.NotContains(t, fmt.Sprintf(verb, v), hush, "%s of %T", verb, v)
			require.NotContains(t, fmt.Sprintf(verb, v), fmt.Sprintf("%x", hush), "%s of %T", verb, v)
		}
		for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
			"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b bytes.Buffer
			slog.New(handler(&b)).Info("m", "v", v)
			require.NotContains(t, b.String(), hush, "slog %s of %T", name, v)
		}
		if doc, err := json.Marshal(v); err == nil {
			require.NotContains(t, string(doc), hush, "json of %T", v)
		}
		if doc, err := xml.Marshal(v); err == nil {
			require.NotContains(t, string(doc), hush, "xml of %T", v)
		}
	}
	require.Equal(t, "swift.Client(profile OpenStack, account AUTH_x)", fmt.Sprint(c))
	require.Equal(t, "swift.StaticToken", fmt.Sprint(static))
	require.Equal(t, "REDACTED", fmt.Sprint(Secret(hush)))
	require.Empty(t, fmt.Sprint(Secret("")))
	require.Contains(t, fmt.Sprint(body.Body), `body of "o", 0 of 2 bytes read`)
}

// TestLogs: what a call logs at its most talkative.
func TestLogs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: transport.LevelWire}))
	rt := answers(text(503, "busy"), status(204, "X-Container-Sync-Key", hush))
	c := newClient(t, rt, func(o *Options) { o.Auth, o.Logger = StaticToken(hush, testStorage), logger })
	_, err := c.UpdateContainer(t.Context(), &UpdateContainerInput{Container: "c", TempURLKey: hush, SyncKey: hush, Metadata: map[string]string{"color": "red"}})
	require.NoError(t, err)
	log := b.String()
	require.Contains(t, log, "service=Swift operation=UpdateContainer")
	require.Contains(t, log, "X-Container-Meta-Color=red")
	require.Contains(t, log, "status=204")
	require.Contains(t, log, "request_id=tx1")
	require.Contains(t, log, "retry")
	require.NotContains(t, log, hush)

	b.Reset()
	link := fmt.Sprintf(`{"url":"/v1/a/cccc/o?temp_url_sig=%s","sig":%[1]q}`, hush)
	c = newClient(t, answers(text(200, link)), func(o *Options) { o.Profile, o.Logger = KakaoCloud(), logger })
	_, err = c.GetObjectTempURL(t.Context(), &GetObjectTempURLInput{Container: "cccc", Object: "o", TempURLExpires: sometime})
	require.NoError(t, err)
	require.NotContains(t, b.String(), hush)

	b.Reset()
	a, err := NewTempAuth(TempAuthOptions{AuthURL: testStorage, User: "u", Key: hush, Logger: logger, HTTPClient: &http.Client{Transport: answers(status(200, "X-Auth-Token", hush, "X-Storage-Url", testStorage, "X-Storage-Token", hush))}})
	require.NoError(t, err)
	_, _, err = a.Authenticate(t.Context())
	require.NoError(t, err)
	require.Contains(t, b.String(), "service=Swift operation=TempAuth")
	require.NotContains(t, b.String(), hush)
}
