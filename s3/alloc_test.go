package s3

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a call may allocate, from the method to the closed body. net/http's own client is
// part of it, the connection is not.
const (
	maxGetObject = 45
	maxPresign   = 20
)

// canned answers every request with one response, made again at little cost.
type canned struct {
	header http.Header
	body   string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	return &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: c.header, Request: r,
		ContentLength: int64(len(c.body)), Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}

// objectHeader is what Amazon S3 answers a GetObject with.
func objectHeader() http.Header {
	h := http.Header{}
	for name, v := range map[string]string{
		"X-Amz-Id-2": "eftixk72aD6Ap51TnqcoF8eFidJG9Z/2mkiDFu8yU9AS1ed4OpIszj7UDNEHGran", "X-Amz-Request-Id": "318BC8BC148832E5",
		"Date": "Mon, 03 Oct 2022 22:32:00 GMT", "Last-Modified": "Wed, 12 Oct 2009 17:50:00 GMT", "Etag": `"fba9dede5f27731c9771645a39863328"`,
		"Accept-Ranges": "bytes", "Content-Type": "text/plain", "Content-Length": "7", "Server": "AmazonS3", "X-Amz-Server-Side-Encryption": "AES256",
	} {
		h.Set(name, v)
	}
	return h
}

func getOnce(tb testing.TB, c *Client, in *GetObjectInput, buf []byte) {
	out, err := c.GetObject(tb.Context(), in)
	if err != nil {
		tb.Fatal(err)
	}
	for err == nil {
		_, err = out.Body.Read(buf)
	}
	if err != io.EOF {
		tb.Fatal(err)
	}
	out.Body.Close()
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	at := time.Date(2022, 10, 3, 22, 32, 0, 0, time.UTC)
	c := newClient(t, canned{objectHeader(), "content"}, func(o *Options) { o.Clock = func() time.Time { return at } })
	in := &GetObjectInput{Bucket: "bucket", Key: "photos/2022/cat.jpg"}
	buf := make([]byte, 512)
	get := testing.AllocsPerRun(200, func() { getOnce(t, c, in, buf) })
	t.Logf("GetObject: %v allocations", get)
	require.LessOrEqual(t, get, float64(maxGetObject))

	presign := testing.AllocsPerRun(200, func() {
		if _, err := c.Presign(t.Context(), in, time.Hour); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("Presign of GetObject: %v allocations", presign)
	require.LessOrEqual(t, presign, float64(maxPresign))

	body := bytes.NewReader(make([]byte, 4<<10))
	put := &PutObjectInput{Bucket: "bucket", Key: "photos/2022/cat.jpg", Body: body}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n := testing.AllocsPerRun(200, func() {
		if _, err := c.PutObject(t.Context(), put); err != nil {
			t.Fatal(err)
		}
	})
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / 201
	t.Logf("PutObject of 4 KiB: %v allocations, %d bytes", n, each)
	require.Less(t, each, uint64(16<<10), "hashing ahead takes no buffer of its own")
}

func BenchmarkGetObject(b *testing.B) {
	c := newClient(b, canned{objectHeader(), "content"})
	in := &GetObjectInput{Bucket: "bucket", Key: "photos/2022/cat.jpg"}
	buf := make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		getOnce(b, c, in, buf)
	}
}

func BenchmarkPutObject4K(b *testing.B) {
	c := newClient(b, canned{objectHeader(), ""})
	body := bytes.NewReader(make([]byte, 4<<10))
	in := &PutObjectInput{Bucket: "bucket", Key: "photos/2022/cat.jpg", Body: body}
	b.SetBytes(4 << 10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.PutObject(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPresign(b *testing.B) {
	c := newClient(b, canned{})
	in := &GetObjectInput{Bucket: "bucket", Key: "photos/2022/cat.jpg"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Presign(b.Context(), in, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}
