package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// newKakaoCloud is a scripted S3 endpoint of KakaoCloud, of which it has the STS alone.
// It takes tokens that k has given out and that hold. want is the document's
// DurationSeconds; zero: none.
func newKakaoCloud(t *testing.T, k *keystone, duration int, ends time.Time) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		assert.Equal(t, "POST /", r.Method+" "+r.URL.String())
		assert.Equal(t, "*/*", r.Header.Get("Accept"))
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		assert.Empty(t, r.Header.Get("Authorization"))
		var document struct{ WebIdentityToken string }
		assert.NoError(t, json.Unmarshal(body, &document))
		asked := fmt.Sprintf(`{"Action":"AssumeRoleWithWebIdentity","DurationSeconds":%d,"ProviderId":"iam.kakaocloud.com","WebIdentityToken":%q}`,
			duration, document.WebIdentityToken)
		if duration == 0 {
			asked = strings.Replace(asked, `"DurationSeconds":0,`, "", 1)
		}
		assert.Equal(t, asked, string(body))
		w.Header().Set("Content-Type", "application/xml")
		if !k.holds(document.WebIdentityToken) || k.refuse["sts"] {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<Error><Code>Forbidden</Code><Message>Permission denied</Message></Error>`)
			return
		}
		_, _ = fmt.Fprintf(w, `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>
<SubjectFromWebIdentityToken>%s</SubjectFromWebIdentityToken>
<Credentials>
<SessionToken>session-%s</SessionToken>
<SecretAccessKey>temporary-%s</SecretAccessKey>
<Expiration>%s</Expiration>
<AccessKeyId>temporary</AccessKeyId>
</Credentials>
<Provider>iam.kakaocloud.com</Provider>
</AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`,
			userID, marker, marker, ends.Format(time.RFC3339Nano))
	}))
	t.Cleanup(s.Close)
	return s
}
