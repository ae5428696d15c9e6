package sigv4

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ceilings of allocations. What is there today is less; a change that comes
// near them wants a second look.
const (
	maxSignAllocs    = 15
	maxPresignAllocs = 10
)

// benchRequest is a PutObject with what usually goes with one.
func benchRequest(tb testing.TB) (*http.Request, Params) {
	r := newRequest(tb, "PUT", "https://examplebucket.s3.amazonaws.com/photos/2026/a%20b.jpg?partNumber=1&uploadId=abc", nil)
	r.Header.Set("Content-Type", "image/jpeg")
	r.Header.Set("Content-Md5", "1B2M2Y8AsgTpgAmY7PhCfg==")
	r.Header.Set("X-Amz-Meta-Owner", "somebody")
	r.Header.Set("User-Agent", "bench")
	p := published
	p.PayloadHash = UnsignedPayload
	p.Credentials.SessionToken = "token"
	return r, p
}

// fresh is the request before it was signed, without the cost of making one.
func fresh(r *http.Request) {
	for _, name := range []string{headerAuthorization, headerDate, headerToken, headerContentSHA256} {
		delete(r.Header, name)
	}
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets at random")
	}
	signer := NewSigner(Options{})
	r, p := benchRequest(t)
	signs := testing.AllocsPerRun(200, func() {
		fresh(r)
		if _, err := signer.SignHTTP(r, p); err != nil {
			t.Error(err)
		}
	})
	get := newRequest(t, "GET", "https://examplebucket.s3.amazonaws.com/test.txt?versionId=1", nil)
	presigns := testing.AllocsPerRun(200, func() {
		if _, _, err := signer.PresignHTTP(get, p, time.Hour); err != nil {
			t.Error(err)
		}
	})
	fresh(r)
	presignsHeaders := testing.AllocsPerRun(200, func() {
		if _, _, err := signer.PresignHTTP(r, p, time.Hour); err != nil {
			t.Error(err)
		}
	})
	t.Logf("allocations: header %v, presign %v, presign with headers %v", signs, presigns, presignsHeaders)
	require.LessOrEqual(t, signs, float64(maxSignAllocs))
	require.LessOrEqual(t, presigns, float64(maxPresignAllocs))
	require.LessOrEqual(t, presignsHeaders, float64(maxPresignAllocs))
}

func BenchmarkSignHeader(b *testing.B) {
	signer := NewSigner(Options{})
	r, p := benchRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		fresh(r)
		if _, err := signer.SignHTTP(r, p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignHeaderParallel(b *testing.B) {
	signer := NewSigner(Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r, p := benchRequest(b)
		for pb.Next() {
			fresh(r)
			if _, err := signer.SignHTTP(r, p); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkPresign(b *testing.B) {
	signer := NewSigner(Options{})
	r := newRequest(b, "GET", "https://examplebucket.s3.amazonaws.com/test.txt?versionId=1", nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := signer.PresignHTTP(r, published, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChunked(b *testing.B) {
	body := make([]byte, 8<<20)
	out := make([]byte, 64<<10)
	for name, c := range chunkModes() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				r := c.NewReader(bytes.NewReader(body), int64(len(body)), seed)
				if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
