package swift

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// No error and no log record tells a token, a key or a signature, whatever fails, and neither do
// the client, the input and the options that it was called with.
func TestFailuresTellNoSecret(t *testing.T) {
	t.Parallel()
	const password, token, key = "correct+HORSE/battery", "gAAAAAB-open-SESAME", "temp+URL/key"
	var secrets []string
	for _, s := range []string{password, token, key} {
		secrets = append(append(secrets, told.Forms(s)...), url.QueryEscape(s))
	}
	for failure, reply := range map[string]func(*http.Request) (*http.Response, error){
		"refused connection": broken(&net.OpError{Op: "dial", Err: errors.New("connection refused")}),
		"broken connection":  broken(io.ErrUnexpectedEOF),
		"bad certificate":    broken(x509.UnknownAuthorityError{}),
		"no such host":       broken(&net.DNSError{Name: "swift.example", IsNotFound: true}),
		"unauthorized":       text(401, "<html><h1>Unauthorized</h1><p>This server could not verify that you are authorized</p></html>"),
		"forbidden":          text(403, `{"Code":"AccessDenied","Message":"no"}`, "Content-Type", "application/json"),
		"broken":             text(500, "<html>"),
		"unavailable":        status(503),
		"redirect":           status(302, "Location", "http://evil.example/?temp_url_sig=x"),
		"no document":        text(200, `[{"name":`, "Content-Type", "application/json"),
		"web page":           text(200, "<html>log in</html>", "Content-Type", "text/html"),
		"too long":           status(200, "Content-Length", "99999999999"),
	} {
		for _, during := range []string{"login", "call"} {
			var log told.Log
			logins := status(200, "X-Auth-Token", token, "X-Storage-Url", "https://swift.example/v1/AUTH_a")
			if during == "login" {
				logins = reply
			}
			auth := newTempAuth(t, answers(logins), func(o *TempAuthOptions) {
				o.Key, o.Logger, o.MaxAttempts = password, log.Logger(), 2
			})
			c := newClient(t, answers(reply), func(o *Options) { o.Auth, o.Logger = auth, log.Logger() })
			inputs := []any{
				&UpdateAccountInput{TempURLKey: key, TempURLKey2: key},
				&UpdateContainerInput{Container: "c", TempURLKey: key, SyncKey: key},
				&UpdateContainerInput{TempURLKey: key},
				&ListObjectsInput{Container: "c"},
				&CreateObjectInput{Container: "c", Object: "o"},
				&GetSLOManifestInput{Container: "c", Object: "o"},
			}
			failed := 0
			for _, in := range inputs {
				err := func(ctx context.Context) (err error) {
					switch in := in.(type) {
					case *UpdateAccountInput:
						_, err = c.UpdateAccount(ctx, in)
					case *UpdateContainerInput:
						_, err = c.UpdateContainer(ctx, in)
					case *ListObjectsInput:
						_, err = c.ListObjects(ctx, in)
					case *CreateObjectInput:
						in.Body = strings.NewReader("x")
						_, err = c.CreateObject(ctx, in)
					case *GetSLOManifestInput:
						_, err = c.GetSLOManifest(ctx, in)
					}
					return err
				}(t.Context())
				if err != nil {
					failed++
					told.OneLine(t, err.Error())
				}
				for _, s := range secrets {
					require.NotContains(t, told.Of(err), s, "%s, %s of %T", failure, during, in)
					require.NotContains(t, told.Of(in), s, "%s, %s of %T", failure, during, in)
				}
			}
			require.Positive(t, failed, failure)
			require.Contains(t, log.String(), "attempt")
			for _, s := range secrets {
				require.NotContains(t, log.String(), s, "the log of %s, %s", failure, during)
				require.NotContains(t, told.Of(c)+told.Of(*c)+told.Of(auth), s)
			}
		}
	}
	// What a key signs opens the object: whoever prints it does not tell it.
	good := TempURLOptions{Key: key, Method: "GET", Container: "c", Object: "o", Expires: time.Now().Add(time.Hour), Digest: DigestSHA256}
	signed, err := SignTempURL("https://swift.example/v1/AUTH_a", good)
	require.NoError(t, err)
	u, err := url.Parse(signed.URL())
	require.NoError(t, err)
	signature := u.Query().Get("temp_url_sig")
	require.NotEmpty(t, signature)
	for _, s := range append(secrets, signature) {
		require.NotContains(t, told.Of(signed)+told.Of(*signed)+told.Of(good), s)
	}
	for member, change := range map[string]func(*TempURLOptions){
		"Method":  func(o *TempURLOptions) { o.Method = "BREW" },
		"Object":  func(o *TempURLOptions) { o.Object = "" },
		"Expires": func(o *TempURLOptions) { o.Expires = time.Time{} },
		"Digest":  func(o *TempURLOptions) { o.Digest = "crc" },
	} {
		bad := good
		change(&bad)
		_, err := SignTempURL("https://swift.example/v1/AUTH_a", bad)
		require.ErrorContains(t, err, member)
		require.NotContains(t, told.Of(err), key)
	}
}
