package swift

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a call may allocate, from the method to the closed body. net/http's own client is part
// of it, the connection is not.
const (
	maxGetObject    = 40
	maxCreateObject = 40
)

// canned answers every request with one response, made again at little cost.
type canned struct {
	status int
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
		StatusCode: c.status, ProtoMajor: 1, ProtoMinor: 1, Header: c.header, Request: r,
		ContentLength: int64(len(c.body)), Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}

// objectHeader is what OpenStack Swift answers a GetObject with.
func objectHeader() http.Header {
	h := http.Header{}
	for name, v := range map[string]string{
		"Content-Type": "text/plain", "Content-Length": "7", "Etag": "9a0364b9e99bb480dd25e1f0284c8555", "Last-Modified": "Thu, 19 Feb 2026 04:44:39 GMT",
		"X-Timestamp": "1771476278.30221", "X-Object-Meta-Color": "red", "Accept-Ranges": "bytes", "Date": "Thu, 19 Feb 2026 04:44:46 GMT",
		"X-Trans-Id": "tx3f0e4a1f2b6d4c6f8a5e1-0069968f3e", "X-Openstack-Request-Id": "tx3f0e4a1f2b6d4c6f8a5e1-0069968f3e",
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
	for name, check := range map[string]ETagCheck{"over https": ETagCheckAuto, "with the MD5": ETagCheckAlways} {
		c := newClient(t, canned{200, objectHeader(), "content"}, func(o *Options) { o.ETagCheck = check })
		in := &GetObjectInput{Container: "container", Object: "photos/2022/cat.jpg"}
		buf := make([]byte, 512)
		get := testing.AllocsPerRun(200, func() { getOnce(t, c, in, buf) })
		t.Logf("GetObject %s: %v allocations", name, get)
		require.LessOrEqual(t, get, float64(maxGetObject))

		c = newClient(t, canned{201, http.Header{"Etag": {"620f0b67a91f7f74151bc5be745b7110"}}, ""}, func(o *Options) { o.ETagCheck = check })
		put := &CreateObjectInput{Container: "container", Object: "photos/2022/cat.jpg", Body: bytes.NewReader(make([]byte, 4<<10))}
		n := testing.AllocsPerRun(200, func() {
			if _, err := c.CreateObject(t.Context(), put); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("CreateObject of 4 KiB %s: %v allocations", name, n)
		require.LessOrEqual(t, n, float64(maxCreateObject))
	}
}

func BenchmarkGetObject(b *testing.B) {
	c := newClient(b, canned{200, objectHeader(), "content"})
	in := &GetObjectInput{Container: "container", Object: "photos/2022/cat.jpg"}
	buf := make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		getOnce(b, c, in, buf)
	}
}

func BenchmarkCreateObject4K(b *testing.B) {
	c := newClient(b, canned{201, http.Header{}, ""})
	in := &CreateObjectInput{Container: "container", Object: "photos/2022/cat.jpg", Body: bytes.NewReader(make([]byte, 4<<10))}
	b.SetBytes(4 << 10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.CreateObject(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
