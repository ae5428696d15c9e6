package identity

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// Whatever Keystone says, of either version, it is a token with an ID and an end, keys with a
// secret, or why not, in a line.
func FuzzKeystone(f *testing.F) {
	f.Add(201, []byte(`{"token":{"expires_at":"2030-01-01T00:00:00.000000Z","user":{"name":"u","domain":{"id":"default"}},"catalog":[{"type":"object-store","endpoints":[{"region_id":"r","interface":"public","url":"http://s/v1"}]}]}}`), "token")
	f.Add(200, []byte(`{"access":{"token":{"id":"t","expires":"2030-01-01T00:00:00Z"},"serviceCatalog":[{"type":"object-store","endpoints":[{"region":"r","publicURL":"http://s/v1"}]}]}}`), "")
	f.Add(300, []byte(`{"versions":{"values":[{"id":"v3.14","links":[{"rel":"self","href":"http://k/v3/"}]},{"id":"a\nb"}]}}`), "")
	f.Add(401, []byte(`{"error":{"code":401,"title":"Unauthorized","message":"a\r\n\u001b[2Jb"}}`), "x")
	f.Add(200, []byte(`{"credentials":[{"access":"a","secret":"s","user_id":"u","tenant_id":"p"}]}`), "")
	f.Add(200, []byte(`{"credential":{"access":"a","secret":"s"},"credentials":{"blob":[1]}}`), "")
	f.Fuzz(func(t *testing.T, status int, doc []byte, id string) {
		r := &answer{Response: &http.Response{StatusCode: status, Header: http.Header{"X-Subject-Token": {id}, "X-Openstack-Request-Id": {id}, "Content-Type": {id}, "Location": {id}}}, Document: doc}
		for _, version := range []func(*Token) func(*answer) string{decodeV2Token, decodeV3Token} {
			var token Token
			if wrong := version(&token)(r); wrong != "" {
				told.OneLine(t, malformed(r, wrong).Error())
				continue
			}
			require.NotEmpty(t, token.ID)
			require.False(t, token.ExpiresAt.IsZero())
			if e, err := token.Catalog.Endpoint(EndpointQuery{Type: ObjectStore}); err != nil {
				told.OneLine(t, err.Error())
			} else {
				require.Equal(t, "public", e.Interface)
			}
			told.OneLine(t, token.String())
		}
		var keys []EC2Credential
		if wrong := decodeEC2(&keys, false)(r); wrong != "" {
			told.OneLine(t, wrong)
		} else {
			for _, k := range keys {
				require.True(t, k.HasKeys())
			}
		}
		told.OneLine(t, keystoneError(r).Error())
		for _, v := range parseVersions(doc) {
			told.OneLine(t, v.ID+v.Status)
		}
	})
}

// Whatever a document of credentials is, as a process, a container's endpoint or a metadata
// service gives it, it holds both keys, or says in a line what is missing and nothing of what is
// there.
func FuzzCredentialsDocument(f *testing.F) {
	const marker = "s3cretMARKER"
	f.Add([]byte(`{"Version":1,"AccessKeyId":"A","SecretAccessKey":"SECRET","SessionToken":"SECRET","Expiration":"2030-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"SECRET","Token":"SECRET","Expiration":"soon"}`))
	f.Add([]byte(`{"AccessKeyId":["SECRET"],"SecretAccessKey":"SECRET"}`))
	f.Add([]byte(`{"AccessKeyId":"A","SecretAccessKey":"SECRET"`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, wrong := parseCredentialsDocument([]byte(strings.ReplaceAll(string(doc), "SECRET", marker)))
		if wrong == "" {
			c, lacks := d.credentials()
			wrong = lacks
			require.Equal(t, wrong == "", c.HasKeys())
			if !strings.Contains(c.AccessKeyID, marker) {
				require.NotContains(t, c.String(), marker)
			}
		}
		if strings.Contains(wrong, marker) {
			t.Fatal(wrong)
		}
		told.OneLine(t, wrong)
	})
}

// Whatever STS answers, it is credentials that are whole, or an error in a line.
func FuzzSTS(f *testing.F) {
	f.Add(200, []byte(stsCredentialsXML("AssumeRoleWithWebIdentity", 1, time.Unix(1767323045, 0))))
	f.Add(200, []byte("<AssumeRoleWithWebIdentityResponse/>"))
	f.Add(400, []byte(stsErrorXML("ExpiredTokenException", "a&#10;b "+stsWebToken)))
	f.Fuzz(func(t *testing.T, status int, doc []byte) {
		e := parseSTSError(&transport.Response{Response: &http.Response{StatusCode: status, Header: http.Header{}}, Document: doc}, stsWebToken)
		told.OneLine(t, e.Error())
		if strings.Contains(e.Error(), stsWebToken) {
			t.Fatal("a token is told")
		}
		var into webIdentityAnswer
		if _, err := rest.UnmarshalXML(doc, &into); err != nil {
			return
		}
		out, err := into.output()
		if err != nil {
			told.OneLine(t, err.Error())
			return
		}
		require.True(t, out.Credentials.HasKeys())
		require.NotEmpty(t, out.Credentials.SessionToken)
	})
}
