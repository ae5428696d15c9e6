package sigv4_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// The keys of the examples in Amazon's documentation, and its date.
var params = sigv4.Params{
	Credentials: sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
	Region:      "us-east-1",
	Time:        time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC), // leave it out to sign for now
}

func ExampleSigner_SignHTTP() {
	signer := sigv4.NewSigner(sigv4.Options{})
	r, err := http.NewRequest(http.MethodGet, "https://examplebucket.s3.amazonaws.com/?lifecycle", nil)
	if err != nil {
		panic(err)
	}
	if _, err := signer.SignHTTP(r, params); err != nil {
		panic(err)
	}
	fmt.Println(r.Header.Get("X-Amz-Date"))
	fmt.Println(r.Header.Get("X-Amz-Content-Sha256"))
	for field := range strings.SplitSeq(r.Header.Get("Authorization"), ", ") {
		fmt.Println(field)
	}
	// Output:
	// 20130524T000000Z
	// e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
	// AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request
	// SignedHeaders=host;x-amz-content-sha256;x-amz-date
	// Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543
}

func ExampleSigner_PresignHTTP() {
	signer := sigv4.NewSigner(sigv4.Options{})
	r, err := http.NewRequest(http.MethodPut, "https://examplebucket.s3.amazonaws.com/upload.txt", nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	url, mustSend, err := signer.PresignHTTP(r, params, 15*time.Minute)
	if err != nil {
		panic(err)
	}
	fmt.Println(strings.ReplaceAll(url, "&", "\n&"))
	fmt.Println(mustSend)
	// Output:
	// https://examplebucket.s3.amazonaws.com/upload.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256
	// &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request
	// &X-Amz-Date=20130524T000000Z
	// &X-Amz-Expires=900
	// &X-Amz-SignedHeaders=content-type%3Bhost
	// &X-Amz-Signature=21a6ffe590050746ee37ce58874145c3dd138ac2625c6bc1ea772f48477fff5e
	// map[Content-Type:[text/plain]]
}

// A body of known length goes out in one pass: its checksum is computed while
// it is sent, and follows it.
func ExampleChunked() {
	const body = "Welcome to Amazon S3."
	crc := crc32.NewIEEE()
	chunks := sigv4.Chunked{
		Mode: sigv4.StreamingUnsignedPayloadTrailer,
		Trailer: &sigv4.Trailer{
			Name: "x-amz-checksum-crc32",
			Size: base64.StdEncoding.EncodedLen(crc32.Size),
			Value: func() string {
				return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc.Sum32()))
			},
		},
	}

	r, err := http.NewRequest(http.MethodPut, "https://examplebucket.s3.amazonaws.com/key", nil)
	if err != nil {
		panic(err)
	}
	r.ContentLength = chunks.EncodedLength(int64(len(body)))
	r.Header.Set("Content-Encoding", "aws-chunked")
	r.Header.Set("X-Amz-Decoded-Content-Length", strconv.Itoa(len(body)))
	r.Header.Set("X-Amz-Trailer", chunks.Trailer.Name)

	p := params
	p.PayloadHash = chunks.Mode
	signature, err := sigv4.NewSigner(sigv4.Options{}).SignHTTP(r, p)
	if err != nil {
		panic(err)
	}
	r.Body = io.NopCloser(chunks.NewReader(io.TeeReader(strings.NewReader(body), crc), int64(len(body)), signature))

	framed, err := io.ReadAll(r.Body) // what the http client sends
	if err != nil {
		panic(err)
	}
	fmt.Println(r.ContentLength == int64(len(framed)))
	fmt.Println(strings.TrimSpace(strings.ReplaceAll(string(framed), "\r\n", "\n")))
	// Output:
	// true
	// 15
	// Welcome to Amazon S3.
	// 0
	// x-amz-checksum-crc32:Ox7nCg==
}

func ExampleSigner_SignPost() {
	signer := sigv4.NewSigner(sigv4.Options{})
	fields, err := signer.SignPost(sigv4.PostPolicy{
		Expiration: params.Time.Add(time.Hour),
		Bucket:     "examplebucket",
		KeyPrefix:  "user/user1/",
		Conditions: []sigv4.PostCondition{
			sigv4.PostEquals("acl", "private"),
			sigv4.PostStartsWith("Content-Type", "image/"), // the form has such a field
			sigv4.PostLengthRange(1, 10<<20),
		},
	}, params)
	if err != nil {
		panic(err)
	}
	policy, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil {
		panic(err)
	}
	fmt.Println(fields["key"], fields["acl"])
	fmt.Println(strings.ReplaceAll(string(policy), ",[", ",\n["))
	// Output:
	// user/user1/${filename} private
	// {"expiration":"2013-05-24T01:00:00.000Z","conditions":[{"bucket":"examplebucket"},
	// ["starts-with","$key","user/user1/"],{"acl":"private"},
	// ["starts-with","$Content-Type","image/"],
	// ["content-length-range",1,10485760],{"x-amz-credential":"AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"},{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-date":"20130524T000000Z"}]}
}

func ExampleStatic() {
	fmt.Println(sigv4.Static("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""))
	// Output:
	// static sigv4.Credentials{AccessKeyID: AKIAIOSFODNN7EXAMPLE, SecretAccessKey: REDACTED, SessionToken: }
}

// Any service that takes Signature V4, through an http.Client that signs.
func ExampleTransport() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization, _, _ := strings.Cut(r.Header.Get("Authorization"), ", Signature=")
		fmt.Fprintln(w, authorization)
	}))
	defer service.Close()

	signing, err := sigv4.NewTransport(sigv4.TransportOptions{
		Options:     sigv4.Options{Service: "es", Generic: true},
		Credentials: sigv4.Static("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""),
		Region:      "us-east-1",
		Clock:       func() time.Time { return params.Time }, // leave it out to sign for now
	})
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: signing}
	answer, err := client.Post(service.URL+"/_search", "application/json", strings.NewReader("{}"))
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(os.Stdout, answer.Body)
	// Output:
	// AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/es/aws4_request, SignedHeaders=content-type;host;x-amz-date
}
