package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
)

func mac(k []byte, s string) []byte {
	h := hmac.New(sha256.New, k)
	io.WriteString(h, s)
	return h.Sum(nil)
}

var (
	keyDay string
	keyVal []byte
)

// presign is SigV4 query signing with a cached signing key (path needs no escaping here).
func presign(host, base, path string, now time.Time) string {
	ts := now.UTC().Format("20060102T150405Z")
	day := ts[:8]
	if day != keyDay {
		k := mac([]byte("AWS4"+harness.SecretKey), day)
		k = mac(k, harness.Region)
		k = mac(k, "s3")
		keyVal, keyDay = mac(k, "aws4_request"), day
	}
	scope := day + "/" + harness.Region + "/s3/aws4_request"
	q := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + harness.AccessKey + "%2F" + strings.ReplaceAll(scope, "/", "%2F") +
		"&X-Amz-Date=" + ts + "&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
	cr := "GET\n" + path + "\n" + q + "\nhost:" + host + "\n\nhost\nUNSIGNED-PAYLOAD"
	sum := sha256.Sum256([]byte(cr))
	var hx [64]byte
	hex.Encode(hx[:], sum[:])
	sig := mac(keyVal, "AWS4-HMAC-SHA256\n"+ts+"\n"+scope+"\n"+string(hx[:]))
	hex.Encode(hx[:], sig)
	return base + path + "?" + q + "&X-Amz-Signature=" + string(hx[:])
}
