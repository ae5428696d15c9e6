package s3

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Deprecated names send what the present operations send.
func TestAliases(t *testing.T) {
	for alias, name := range aliases {
		s := always(200, "")
		c := reflect.ValueOf(newClient(t, s, func(o *Options) { o.Profile = AWS() }))
		for _, method := range []string{alias, name} {
			in := reflect.New(c.MethodByName(method).Type().In(1).Elem())
			readJSON(t, name+".input.json", in.Interface())
			out := c.MethodByName(method).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
			require.True(t, out[1].IsNil(), "%s: %v", method, out[1])
		}
		require.Len(t, s.reqs, 2)
		require.Equal(t, s.reqs[1].Method, s.reqs[0].Method, alias)
		require.Equal(t, s.reqs[1].URL.String(), s.reqs[0].URL.String(), alias)
		require.Equal(t, s.bodies[1], s.bodies[0], alias)
	}
}

func TestSessionCredentialsArePrintedWithoutSecrets(t *testing.T) {
	c := SessionCredentials{AccessKeyId: testKey, SecretAccessKey: testSecret, SessionToken: testToken, Expiration: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	out := CreateSessionOutput{Credentials: c}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{c, &c, out, &out} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, testSecret, verb)
			require.NotContains(t, text, testToken, verb)
		}
	}
	require.Equal(t, "s3.SessionCredentials("+testKey+", until 2026-01-02T03:04:05Z)", c.String())
}

// A rename that is sent again must not be another rename.
func TestRenameObjectToken(t *testing.T) {
	s := script(says(503, errorXML("SlowDown")), says(200, ""), says(200, ""), says(200, ""))
	c := newClient(t, s, func(o *Options) { o.Profile = AWS() })
	in := &RenameObjectInput{Bucket: "b", Key: "new", RenameSource: "b/old"}
	for range 2 {
		_, err := c.RenameObject(t.Context(), in)
		require.NoError(t, err)
	}
	require.Empty(t, in.ClientToken, "the caller's input stays as it is")
	token := func(i int) string { return s.reqs[i].Header.Get("X-Amz-Client-Token") }
	require.NotEmpty(t, token(0))
	require.Equal(t, token(0), token(1), "a retry has the same")
	require.NotEqual(t, token(0), token(2), "another call has another")

	in.ClientToken = "mine"
	_, err := c.RenameObject(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "mine", token(3))
	_, err = c.RenameObject(t.Context(), nil)
	require.ErrorContains(t, err, "missing required members")
}

// An Object Lambda answer goes to a host and a service of its own.
func TestWriteGetObjectResponseHost(t *testing.T) {
	for _, tt := range []struct{ endpoint, region, host string }{
		{"", "eu-west-1", "io-1.s3-object-lambda.eu-west-1.amazonaws.com"},
		{"https://store.example:8443", "us-east-1", "io-1.store.example:8443"},
		{"http://store.example", "us-east-1", "io-1.store.example"},
		{"http://127.0.0.1:9000", "us-east-1", "127.0.0.1:9000"},
		{"http://[::1]:9000", "us-east-1", "[::1]:9000"},
		{"http://127.0.0.1", "us-east-1", "127.0.0.1"},
	} {
		s := always(200, "")
		c := newClient(t, s, func(o *Options) { o.Endpoint, o.Region, o.Profile = tt.endpoint, tt.region, AWS() })
		_, err := c.WriteGetObjectResponse(t.Context(), &WriteGetObjectResponseInput{RequestRoute: "io-1", RequestToken: "t", Body: strings.NewReader("body")})
		require.NoError(t, err)
		r := s.last()
		require.Equal(t, tt.host, r.URL.Host)
		require.Equal(t, "/WriteGetObjectResponse", r.URL.EscapedPath())
		require.Equal(t, "UNSIGNED-PAYLOAD", r.Header.Get("X-Amz-Content-Sha256"))
		require.Contains(t, r.Header.Get("Authorization"), "/"+tt.region+"/s3-object-lambda/aws4_request")
	}
	s := always(403, errorXML("AccessDenied"))
	_, err := newClient(t, s, func(o *Options) { o.Profile = AWS() }).WriteGetObjectResponse(t.Context(), &WriteGetObjectResponseInput{RequestRoute: "io-1", RequestToken: "t"})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Empty(t, e.Bucket)
}

// The type that KakaoCloud insists on goes with subresources of buckets and objects, and
// not where Content-Type is the object's own.
func TestSubresourceContentType(t *testing.T) {
	s := always(200, "")
	c := newClient(t, s, func(o *Options) { o.Profile = KakaoCloud() })
	for _, tt := range []struct {
		call func() error
		want string
	}{
		{func() error { _, err := c.GetBucketAcl(t.Context(), &GetBucketAclInput{Bucket: "b"}); return err }, "text/html"},
		{func() error {
			_, err := c.PutObjectTagging(t.Context(), &PutObjectTaggingInput{Bucket: "b", Key: "k", Tagging: &Tagging{TagSet: []Tag{}}})
			return err
		}, "text/html"},
		{func() error {
			_, err := c.CreateMultipartUpload(t.Context(), &CreateMultipartUploadInput{Bucket: "b", Key: "k"})
			return err
		}, ""},
		{func() error {
			_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "b", Key: "k", ContentType: "image/png"})
			return err
		}, "image/png"},
		{func() error {
			_, err := c.ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "b"})
			return err
		}, ""},
	} {
		require.NoError(t, tt.call())
		require.Equal(t, tt.want, s.last().Header.Get("Content-Type"), s.last().URL)
	}
}
