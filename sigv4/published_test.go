package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The examples of the S3 API reference, "Signature Calculations for the
// Authorization Header" (in a single chunk, in multiple chunks, with trailing
// headers), "Authenticating Requests: Using Query Parameters" and "Browser-Based
// Uploads Using HTTP POST".

var published = Params{
	Credentials: Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
	Region:      "us-east-1",
	Time:        time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC),
}

func TestPublishedHeaders(t *testing.T) {
	tests := []struct {
		name, method, url string
		header            map[string]string
		body              string
		sign              []string
		names             string
		signature         string
	}{
		{
			name: "get object with range", method: "GET", url: "https://examplebucket.s3.amazonaws.com/test.txt",
			header: map[string]string{"Range": "bytes=0-9"}, sign: []string{"range"},
			names:     "host;range;x-amz-content-sha256;x-amz-date",
			signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		},
		{
			name: "put object", method: "PUT", url: "https://examplebucket.s3.amazonaws.com/test$file.text",
			header: map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY"},
			body:   "Welcome to Amazon S3.", sign: []string{"Date"},
			names:     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
			signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		},
		{
			name: "get bucket lifecycle", method: "GET", url: "https://examplebucket.s3.amazonaws.com/?lifecycle",
			names:     "host;x-amz-content-sha256;x-amz-date",
			signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		},
		{
			name: "list objects", method: "GET", url: "https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2",
			names:     "host;x-amz-content-sha256;x-amz-date",
			signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
		},
	}
	signer := NewSigner(Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(tt.method, tt.url, strings.NewReader(tt.body))
			require.NoError(t, err)
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			p := published
			p.SignHeaders = tt.sign
			if tt.body != "" {
				sum := sha256.Sum256([]byte(tt.body))
				p.PayloadHash = hex.EncodeToString(sum[:])
			}
			sig, err := signer.SignHTTP(r, p)
			require.NoError(t, err)
			require.Equal(t, tt.signature, sig.Hex())
			require.Equal(t, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders="+
				tt.names+", Signature="+tt.signature, r.Header.Get("Authorization"))
			require.Equal(t, "20130524T000000Z", r.Header.Get("X-Amz-Date"))
		})
	}
}

func TestPublishedPresign(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "https://examplebucket.s3.amazonaws.com/test.txt", nil)
	require.NoError(t, err)
	got, signed, err := NewSigner(Options{}).PresignHTTP(r, published, 24*time.Hour)
	require.NoError(t, err)
	require.Nil(t, signed)
	require.Equal(t, "https://examplebucket.s3.amazonaws.com/test.txt"+
		"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"+
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"+
		"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", got)
}

func TestPublishedChunks(t *testing.T) {
	body := strings.Repeat("a", 65*1024)
	a, b := body[:64<<10], body[64<<10:]
	crc := crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli))
	trailer := &Trailer{Name: "X-Amz-Checksum-Crc32c", Size: 8, Value: func() string {
		return base64.StdEncoding.EncodeToString([]byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
	}}
	tests := []struct {
		name   string
		chunks Chunked
		sign   []string
		seed   string
		want   string
		length int64
	}{
		{
			name: "signed", chunks: Chunked{Mode: StreamingPayload}, sign: []string{"Content-Encoding", "Content-Length"},
			seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
			want: "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + a + "\r\n" +
				"400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + b + "\r\n" +
				"0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
			length: 66824,
		},
		{
			name: "signed with trailer", chunks: Chunked{Mode: StreamingPayloadTrailer, Trailer: trailer}, sign: []string{"Content-Encoding"},
			seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
			want: "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" + a + "\r\n" +
				"400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" + b + "\r\n" +
				"0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n" +
				"x-amz-checksum-crc32c:sOO8/Q==\r\n" +
				"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
			length: 66946,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPut, "https://s3.amazonaws.com/examplebucket/chunkObject.txt", io.NopCloser(strings.NewReader("")))
			require.NoError(t, err)
			r.ContentLength = tt.chunks.EncodedLength(int64(len(body)))
			require.Equal(t, tt.length, r.ContentLength)
			r.Header.Set("X-Amz-Storage-Class", "REDUCED_REDUNDANCY")
			r.Header.Set("Content-Encoding", "aws-chunked")
			r.Header.Set("X-Amz-Decoded-Content-Length", "66560")
			if tt.chunks.Trailer != nil {
				r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32c")
			}
			p := published
			p.PayloadHash = tt.chunks.Mode
			p.SignHeaders = tt.sign
			seed, err := NewSigner(Options{}).SignHTTP(r, p)
			require.NoError(t, err)
			require.Equal(t, tt.seed, seed.Hex())
			got, err := io.ReadAll(tt.chunks.NewReader(strings.NewReader(body), int64(len(body)), seed))
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got))
		})
	}
}

// The published policy has line breaks and spaces, so its signature is checked
// over those bytes, and what SignPost writes is compared as JSON.
func TestPublishedPost(t *testing.T) {
	policy := strings.ReplaceAll(`{ "expiration": "2015-12-30T12:00:00.000Z",
  "conditions": [
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],

    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z" }
  ]
}`, "\n", "\r\n")
	p := published
	p.Time = time.Date(2015, 12, 29, 0, 0, 0, 0, time.UTC)
	at, err := formatTime(p.Time)
	require.NoError(t, err)
	signer := NewSigner(Options{})
	require.Equal(t, "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e",
		signer.signPolicy(base64.StdEncoding.EncodeToString([]byte(policy)), p, at))

	fields, err := signer.SignPost(PostPolicy{
		Expiration: time.Date(2015, 12, 30, 12, 0, 0, 0, time.UTC),
		Bucket:     "sigv4examplebucket",
		KeyPrefix:  "user/user1/",
		Conditions: []PostCondition{
			PostEquals("acl", "public-read"),
			PostEquals("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
			PostStartsWith("Content-Type", "image/"),
			PostEquals("x-amz-meta-uuid", "14365123651274"),
			PostEquals("x-amz-server-side-encryption", "AES256"),
			PostStartsWith("x-amz-meta-tag", ""),
		},
	}, p)
	require.NoError(t, err)
	document, err := base64.StdEncoding.DecodeString(fields["policy"])
	require.NoError(t, err)
	require.JSONEq(t, policy, string(document))
	require.Equal(t, slowPolicySignature(fields["policy"], p, "20151229", "s3"), fields["x-amz-signature"])
	delete(fields, "policy")
	delete(fields, "x-amz-signature")
	require.Equal(t, map[string]string{
		"key":                          "user/user1/${filename}",
		"acl":                          "public-read",
		"success_action_redirect":      "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
		"x-amz-meta-uuid":              "14365123651274",
		"x-amz-server-side-encryption": "AES256",
		"x-amz-credential":             "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
		"x-amz-algorithm":              "AWS4-HMAC-SHA256",
		"x-amz-date":                   "20151229T000000Z",
	}, fields)
}
