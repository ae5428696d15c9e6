package main

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// The presign floor must be a valid SigV4: same signature as the AWS signer.
func TestPresignMatchesAWS(t *testing.T) {
	now := time.Now()
	got, _ := url.Parse(presign("127.0.0.1:9100", "http://127.0.0.1:9100", "/bench/photos/2026/object-7", now))
	r, _ := http.NewRequest("GET", "http://127.0.0.1:9100/bench/photos/2026/object-7?X-Amz-Expires=900", nil)
	s := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	w, _, err := s.PresignHTTP(context.Background(), aws.Credentials{AccessKeyID: harness.AccessKey, SecretAccessKey: harness.SecretKey},
		r, "UNSIGNED-PAYLOAD", "s3", harness.Region, now)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := url.Parse(w)
	if g, e := got.Query().Get("X-Amz-Signature"), want.Query().Get("X-Amz-Signature"); g != e || g == "" {
		t.Fatalf("signature %s, AWS has %s\n%s\n%s", g, e, got, want)
	}
}
