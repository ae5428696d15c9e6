//go:build integration

package integration

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// send sends a signed request that the library has no operation for.
func (p *probe) send(ctx context.Context, service, method, path string, header http.Header, body []byte) (status int, answer []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(body))
	require.NoError(p.t, err)
	maps.Copy(r.Header, header)
	sum := sha256.Sum256(body)
	_, err = sigv4.NewSigner(sigv4.Options{Service: service}).SignHTTP(r, sigv4.Params{
		Credentials: sigv4.Credentials{AccessKeyID: p.env["S3_ACCESS_KEY"], SecretAccessKey: p.env["S3_SECRET_KEY"]},
		Region:      p.options.Region, Time: time.Now(), PayloadHash: hex.EncodeToString(sum[:]),
	})
	require.NoError(p.t, err)
	resp, err := wireTransport.RoundTrip(r)
	require.NoError(p.t, err)
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	require.NoError(p.t, err)
	return resp.StatusCode, answer
}

// call is send, and wants success.
func (p *probe) call(ctx context.Context, service, method, path string, header http.Header, body []byte) []byte {
	p.t.Helper()
	status, answer := p.send(ctx, service, method, path, header, body)
	require.Less(p.t, status, 300, "%s %s: %s", method, path, answer)
	return answer
}

// topic makes a topic of Ceph's own notification service (Ceph documentation, "Bucket
// Notifications"), which is deleted when the probe ends, and tells its ARN.
func (p *probe) topic(ctx context.Context) string {
	p.t.Helper()
	sns := func(ctx context.Context, form url.Values) []byte {
		// In a form, this service does not read '+' as a space.
		body := strings.ReplaceAll(form.Encode(), "+", "%20")
		header := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
		return p.call(ctx, "sns", http.MethodPost, "/", header, []byte(body))
	}
	var made struct {
		Arn string `xml:"CreateTopicResult>TopicArn"`
	}
	answer := sns(ctx, url.Values{"Action": {"CreateTopic"}, "Version": {"2010-03-31"}, "Name": {bucketName()}})
	require.NoError(p.t, xml.Unmarshal(answer, &made))
	require.NotEmpty(p.t, made.Arn)
	p.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		sns(ctx, url.Values{"Action": {"DeleteTopic"}, "Version": {"2010-03-31"}, "TopicArn": {made.Arn}})
	})
	return made.Arn
}

// remoteTarget tells MinIO that a bucket may be replicated to another one of the same server, and
// tells the target's ARN. It goes with the bucket.
func (p *probe) remoteTarget(ctx context.Context, from, to string) string {
	p.t.Helper()
	where, err := url.Parse(p.url)
	require.NoError(p.t, err)
	document, err := json.Marshal(map[string]any{
		"sourcebucket": from, "targetbucket": to, "endpoint": where.Host, "secure": false,
		"credentials": map[string]string{"accessKey": p.env["S3_ACCESS_KEY"], "secretKey": p.env["S3_SECRET_KEY"]},
		"type":        "replication", "region": p.options.Region, "api": "s3v4", "path": "auto",
	})
	require.NoError(p.t, err)
	answer := p.call(ctx, "s3", http.MethodPut, "/minio/admin/v3/set-remote-target?bucket="+from, nil, p.sealed(document))
	var arn string
	require.NoError(p.t, json.Unmarshal(answer, &arn))
	return arn
}

// sealed encrypts a document as MinIO's administration API wants it, with a key from the secret
// key: salt, the kind of key and cipher (2: PBKDF2 and AES-256-GCM), nonce, and one last chunk,
// which a document below 16 KiB fits in.
func (p *probe) sealed(document []byte) []byte {
	p.t.Helper()
	const kind, last = 2, 0x80
	salt, nonce := make([]byte, 32), make([]byte, 8)
	_, _ = rand.Read(salt) // never fails
	_, _ = rand.Read(nonce)
	key, err := pbkdf2.Key(sha256.New, p.env["S3_SECRET_KEY"], salt, 8192, 32)
	require.NoError(p.t, err)
	block, err := aes.NewCipher(key)
	require.NoError(p.t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(p.t, err)
	counted := func(n byte) []byte { return append(slices.Clone(nonce), n, 0, 0, 0) }
	data := gcm.Seal([]byte{last}, counted(0), nil, nil)
	return gcm.Seal(slices.Concat(salt, []byte{kind}, nonce), counted(1), document, data)
}
