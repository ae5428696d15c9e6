// Package signbench: header signing of a GetObject request, presigning, and the
// whole client path of a GetObject / PutObject against a stub RoundTripper.
//
//	go test -bench . -benchmem ./signbench
package signbench

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
	ours "github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
	oursswift "github.com/stowage-go/stowage/swift"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/objects"
	"github.com/minio/minio-go/v7"
	mcred "github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/signer"
	"github.com/ncw/swift/v2"
)

const url = "http://s3.us-east-1.example.com/bench/photos/2026/archive/object-0000012345"

func req() *http.Request {
	r, _ := http.NewRequest("GET", url, nil)
	r.Header.Set("Range", "bytes=0-16777215")
	return r
}

func mac(k []byte, s string) []byte {
	h := hmac.New(sha256.New, k)
	io.WriteString(h, s)
	return h.Sum(nil)
}

// floorSign is a straight SigV4 with a cached signing key and fixed header set.
type floorSign struct {
	day string
	key []byte
	buf []byte
}

func (f *floorSign) sign(r *http.Request, now time.Time) {
	ts := now.UTC().Format("20060102T150405Z")
	day := ts[:8]
	if day != f.day {
		k := mac([]byte("AWS4"+harness.SecretKey), day)
		k = mac(k, harness.Region)
		k = mac(k, "s3")
		f.key, f.day = mac(k, "aws4_request"), day
	}
	const signed = "host;range;x-amz-content-sha256;x-amz-date"
	b := append(f.buf[:0], r.Method...)
	b = append(b, '\n')
	b = append(b, r.URL.EscapedPath()...)
	b = append(b, '\n')
	b = append(b, r.URL.RawQuery...)
	b = append(b, "\nhost:"...)
	b = append(b, r.URL.Host...)
	b = append(b, "\nrange:"...)
	b = append(b, r.Header.Get("Range")...)
	b = append(b, "\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:"...)
	b = append(b, ts...)
	b = append(b, "\n\n"+signed+"\nUNSIGNED-PAYLOAD"...)
	sum := sha256.Sum256(b)
	b = append(b[:0], "AWS4-HMAC-SHA256\n"...)
	b = append(b, ts...)
	b = append(b, '\n')
	b = append(b, day...)
	b = append(b, "/"+harness.Region+"/s3/aws4_request\n"...)
	b = hex.AppendEncode(b, sum[:])
	h := hmac.New(sha256.New, f.key)
	h.Write(b)
	var out [32]byte
	mc := h.Sum(out[:0])
	b = append(b[:0], "AWS4-HMAC-SHA256 Credential="+harness.AccessKey+"/"...)
	b = append(b, day...)
	b = append(b, "/"+harness.Region+"/s3/aws4_request,SignedHeaders="+signed+",Signature="...)
	b = hex.AppendEncode(b, mc)
	f.buf = b
	r.Header["X-Amz-Content-Sha256"] = []string{"UNSIGNED-PAYLOAD"}
	r.Header["X-Amz-Date"] = []string{ts}
	r.Header["Authorization"] = []string{string(b)}
}

func BenchmarkHeaderSign(b *testing.B) {
	now := time.Now()
	b.Run("floor", func(b *testing.B) {
		var f floorSign
		r := req()
		b.ReportAllocs()
		for b.Loop() {
			f.sign(r, now)
		}
	})
	b.Run("aws", func(b *testing.B) {
		s := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
		cr := aws.Credentials{AccessKeyID: harness.AccessKey, SecretAccessKey: harness.SecretKey}
		r := req()
		r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
		ctx := context.Background()
		b.ReportAllocs()
		for b.Loop() {
			if err := s.SignHTTP(ctx, cr, r, "UNSIGNED-PAYLOAD", "s3", harness.Region, now); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours", func(b *testing.B) {
		s := sigv4.NewSigner(sigv4.Options{})
		p := sigv4.Params{
			Credentials: sigv4.Credentials{AccessKeyID: harness.AccessKey, SecretAccessKey: harness.SecretKey},
			Region:      harness.Region, Time: now, PayloadHash: sigv4.UnsignedPayload, SignHeaders: []string{"Range"},
		}
		r := req()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.SignHTTP(r, p); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("minio", func(b *testing.B) {
		r := req()
		r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
		b.ReportAllocs()
		for b.Loop() {
			signer.SignV4(*r, harness.AccessKey, harness.SecretKey, "", harness.Region)
		}
	})
}

type stub struct{}

func (stub) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	h := http.Header{
		"Etag": {`"0123456789abcdef0123456789abcdef"`}, "Content-Type": {"binary/octet-stream"},
		"Last-Modified": {"Mon, 02 Jan 2006 15:04:05 GMT"}, "Content-Length": {"5"},
	}
	code, body, n := 200, "hello", int64(5)
	if r.Method == "PUT" {
		body, n = "", 0
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			code = 201
		}
	}
	return &http.Response{
		StatusCode: code, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, ContentLength: n, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

type ops struct {
	name string
	get  func() (io.ReadCloser, error)
	put  func(b []byte) error
}

func clients(b *testing.B) []ops {
	ctx := context.Background()
	bk, key := "bench", "photos/2026/archive/object-0000012345"
	base := "https://s3.us-east-1.example.com"
	hc := &http.Client{Transport: stub{}}
	ac := s3.New(s3.Options{
		Region: harness.Region, BaseEndpoint: &base, UsePathStyle: true, HTTPClient: hc,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(harness.AccessKey, harness.SecretKey, "")),
	})
	mc, err := minio.New("s3.us-east-1.example.com", &minio.Options{
		Creds:  mcred.NewStaticV4(harness.AccessKey, harness.SecretKey, ""),
		Secure: true, Region: harness.Region, Transport: stub{}, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		b.Fatal(err)
	}
	core := minio.Core{Client: mc}
	oc, err := ours.New(ours.Options{
		Endpoint: base, Region: harness.Region, Profile: ours.AWS(), Addressing: ours.AddressingPath, HTTPClient: hc,
		Credentials: sigv4.Static(harness.AccessKey, harness.SecretKey, ""),
	})
	if err != nil {
		b.Fatal(err)
	}
	os, err := oursswift.New(oursswift.Options{
		Auth: oursswift.StaticToken("t", base+"/v1/AUTH_x"), Profile: oursswift.OpenStack(), HTTPClient: hc,
	})
	if err != nil {
		b.Fatal(err)
	}
	gc := &gophercloud.ServiceClient{ProviderClient: &gophercloud.ProviderClient{TokenID: "t", HTTPClient: *hc}, Endpoint: base + "/v1/AUTH_x/"}
	sw := &swift.Connection{StorageUrl: base + "/v1/AUTH_x", AuthToken: "t", Transport: stub{}}
	var f floorSign
	return []ops{
		{"floor", func() (io.ReadCloser, error) {
			r := req()
			f.sign(r, time.Now())
			resp, err := hc.Do(r)
			if err != nil {
				return nil, err
			}
			return resp.Body, nil
		}, func(p []byte) error {
			r, _ := http.NewRequest("PUT", url, bytes.NewReader(p))
			f.sign(r, time.Now())
			resp, err := hc.Do(r)
			if err == nil {
				resp.Body.Close()
			}
			return err
		}},
		{"ours", func() (io.ReadCloser, error) {
			o, err := oc.GetObject(ctx, &ours.GetObjectInput{Bucket: bk, Key: key})
			if err != nil {
				return nil, err
			}
			return o.Body, nil
		}, func(p []byte) error {
			_, err := oc.PutObject(ctx, &ours.PutObjectInput{Bucket: bk, Key: key, Body: bytes.NewReader(p)})
			return err
		}},
		{"aws", func() (io.ReadCloser, error) {
			o, err := ac.GetObject(ctx, &s3.GetObjectInput{Bucket: &bk, Key: &key})
			if err != nil {
				return nil, err
			}
			return o.Body, nil
		}, func(p []byte) error {
			_, err := ac.PutObject(ctx, &s3.PutObjectInput{Bucket: &bk, Key: &key, Body: bytes.NewReader(p)})
			return err
		}},
		{"minio", func() (io.ReadCloser, error) {
			o, _, _, err := core.GetObject(ctx, bk, key, minio.GetObjectOptions{})
			return o, err
		}, func(p []byte) error {
			_, err := mc.PutObject(ctx, bk, key, bytes.NewReader(p), int64(len(p)), minio.PutObjectOptions{})
			return err
		}},
		{"ours-swift", func() (io.ReadCloser, error) {
			o, err := os.GetObject(ctx, &oursswift.GetObjectInput{Container: bk, Object: key})
			if err != nil {
				return nil, err
			}
			return o.Body, nil
		}, func(p []byte) error {
			_, err := os.CreateObject(ctx, &oursswift.CreateObjectInput{Container: bk, Object: key, Body: bytes.NewReader(p)})
			return err
		}},
		{"gophercloud", func() (io.ReadCloser, error) {
			d := objects.Download(ctx, gc, bk, key, nil)
			return d.Body, d.Err
		}, func(p []byte) error {
			return objects.Create(ctx, gc, bk, key, objects.CreateOpts{Content: bytes.NewReader(p)}).Err
		}},
		{"ncw-swift", func() (io.ReadCloser, error) {
			o, _, err := sw.ObjectOpen(ctx, bk, key, false, nil)
			return o, err
		}, func(p []byte) error { return sw.ObjectPutBytes(ctx, bk, key, p, "application/octet-stream") }},
	}
}

func BenchmarkStubGet(b *testing.B) {
	for _, c := range clients(b) {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rc, err := c.get()
				if err != nil {
					b.Fatal(err)
				}
				io.Copy(io.Discard, rc)
				rc.Close()
			}
		})
	}
}

func BenchmarkStubPut4K(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 4096)
	for _, c := range clients(b) {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.put(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The header-signing floor must be a valid SigV4: same signature as the AWS signer.
func TestFloorMatchesAWS(t *testing.T) {
	now := time.Now()
	a, b := req(), req()
	var f floorSign
	f.sign(a, now)
	b.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	s := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err := s.SignHTTP(context.Background(), aws.Credentials{AccessKeyID: harness.AccessKey, SecretAccessKey: harness.SecretKey},
		b, "UNSIGNED-PAYLOAD", "s3", harness.Region, now); err != nil {
		t.Fatal(err)
	}
	sig := func(r *http.Request) string {
		_, s, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
		return s
	}
	if sig(a) != sig(b) || sig(a) == "" {
		t.Fatalf("floor %q\naws %q", a.Header.Get("Authorization"), b.Header.Get("Authorization"))
	}
}
