package s3

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/told"
	"github.com/stowage-go/stowage/sigv4"
)

// failures are the ways in which an attempt fails, as a transport.
func failures() map[string]roundTrip {
	fail := func(err error) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				_, _ = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
			return nil, err
		}
	}
	says := func(status int, body string, header ...string) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				_, _ = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
			return answer(r, status, body, header...), nil
		}
	}
	return map[string]roundTrip{
		"refused connection": fail(&net.OpError{Op: "dial", Err: errors.New("connection refused")}),
		"broken connection":  fail(io.ErrUnexpectedEOF),
		"bad certificate":    fail(x509.UnknownAuthorityError{}),
		"no such host":       fail(&net.DNSError{Name: "store.example", IsNotFound: true}),
		"denied":             says(403, errorXML("AccessDenied")),
		"signature":          says(403, errorXML("SignatureDoesNotMatch", "<StringToSign>AWS4-HMAC-SHA256</StringToSign>")),
		"expired":            says(400, errorXML("ExpiredToken")),
		"broken":             says(500, "<html>"),
		"slow down":          says(503, errorXML("SlowDown")),
		"redirect":           says(307, errorXML("TemporaryRedirect"), "Location", "http://evil.example/"),
		"error in success":   says(200, errorXML("InternalError")),
		"no document":        says(200, "<ListBucketResult><Con"),
		"web page":           says(200, "<html>log in</html>"),
		"not modified":       says(304, ""),
		"precondition":       says(412, errorXML("PreconditionFailed")),
		"too long":           says(200, "", "Content-Length", "99999999999"),
	}
}

// No error and no log record tells a secret, whatever fails, and neither do the client, the input
// and the options that it was called with.
func TestFailuresTellNoSecret(t *testing.T) {
	t.Parallel()
	const secret, session = "swordfish+SECRET/key", "open+SESAME/token=="
	key := base64.StdEncoding.EncodeToString([]byte("a customer's key, of 32 bytes..."))
	secrets := append(told.Forms(secret), told.Forms(session)...)
	secrets = append(append(secrets, told.Forms(key)...), "a customer's key", url.QueryEscape(session), url.QueryEscape(key))
	get := &GetObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: CustomerKey(key)}
	inputs := map[string]any{
		"PutObject":               &PutObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: CustomerKey(key)},
		"GetObject":               get,
		"HeadObject":              &HeadObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: CustomerKey(key)},
		"CopyObject":              &CopyObjectInput{Bucket: "bucket", Key: "k", CopySource: "/bucket/k", SSECustomerKey: CustomerKey(key), CopySourceSSECustomerKey: CustomerKey(key)},
		"UploadPart":              &UploadPartInput{Bucket: "bucket", Key: "k", UploadId: "u", PartNumber: 1, SSECustomerKey: CustomerKey(key)},
		"CompleteMultipartUpload": &CompleteMultipartUploadInput{Bucket: "bucket", Key: "k", UploadId: "u", SSECustomerKey: CustomerKey(key), MultipartUpload: &CompletedMultipartUpload{Parts: []CompletedPart{{PartNumber: 1, ETag: "x"}}}},
		"ListObjectsV2":           &ListObjectsV2Input{Bucket: "bucket"},
		"no bucket":               &PutObjectInput{Key: "k", SSECustomerKey: CustomerKey(key)},
		"half a key":              &PutObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: CustomerKey(key[:20] + key)},
		"another MD5":             &PutObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: CustomerKey(key), SSECustomerKeyMD5: "AAAAAAAAAAAAAAAAAAAAAA=="},
	}
	call := func(ctx context.Context, c *Client, in any) (err error) {
		switch in := in.(type) {
		case *PutObjectInput:
			in.Body = strings.NewReader("data")
			_, err = c.PutObject(ctx, in)
		case *GetObjectInput:
			_, err = getAll(ctx, c, in)
		case *HeadObjectInput:
			_, err = c.HeadObject(ctx, in)
		case *CopyObjectInput:
			_, err = c.CopyObject(ctx, in)
		case *UploadPartInput:
			in.Body = strings.NewReader("data")
			_, err = c.UploadPart(ctx, in)
		case *CompleteMultipartUploadInput:
			_, err = c.CompleteMultipartUpload(ctx, in)
		case *ListObjectsV2Input:
			_, err = c.ListObjectsV2(ctx, in)
		}
		return err
	}
	for failure, rt := range failures() {
		var log told.Log
		c := newClient(t, rt, func(o *Options) {
			o.Endpoint, o.Credentials, o.Logger = "https://store.example", sigv4.Static("AKIDEXAMPLE", secret, session), log.Logger()
			o.Profile = AWS()
			o.MaxDelay = 1
		})
		failed := 0
		for name, in := range inputs {
			if name == "GetObject" && failure == "too long" {
				continue // it is as long as an object may be
			}
			err := call(t.Context(), c, in)
			if err != nil {
				failed++
				told.OneLine(t, err.Error())
			}
			for _, s := range secrets {
				require.NotContains(t, told.Of(err), s, "%s: %s", failure, name)
				require.NotContains(t, told.Of(in), s, "%s: %s", failure, name)
			}
		}
		require.GreaterOrEqual(t, failed, 3, failure)
		presigned, err := c.Presign(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "k"}, time.Hour)
		require.NoError(t, err)
		u, err := url.Parse(presigned.URL)
		require.NoError(t, err)
		// A URL that is signed opens the object: whoever prints or logs the request does not
		// tell it. As JSON it is for the one who is to send it.
		signature := u.Query().Get("X-Amz-Signature")
		require.NotEmpty(t, signature)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %q %x", presigned, *presigned, *presigned, presigned, presigned, *presigned), signature)
		log.Logger().Info("presigned", "request", presigned)
		require.Contains(t, log.String(), "attempt", "there was something to tell")
		for _, s := range append(secrets, signature) {
			require.NotContains(t, log.String(), s, "the log of %s", failure)
			require.NotContains(t, told.Of(c)+told.Of(*c)+told.Of(c.Options()), s, failure)
		}
		require.NotRegexp(t, `Signature=[0-9a-f]`, log.String())
	}
}
