package swift

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
)

// page is a listing of n objects as OpenStack Swift writes it.
func page(n int) []byte {
	entry := `{"bytes": 4096, "hash": "5d41402abc4b2a76b9719d911017c592", "name": "photos/2026/object-0000012345.jpg", "content_type": "image/jpeg", "last_modified": "2026-11-21T15:59:59.890270"}`
	return []byte("[" + strings.TrimSuffix(strings.Repeat(entry+", ", n), ", ") + "]")
}

func decoded(t testing.TB, doc []byte) (*ListObjectsOutput, error) {
	t.Helper()
	out := new(ListObjectsOutput)
	err := decodeObjects(&transport.Response{
		Response: &http.Response{Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}, Document: doc,
	}, out)
	return out, err
}

func TestListingAllocations(t *testing.T) {
	const n = 1000
	doc := page(n)
	require.LessOrEqual(t, testing.AllocsPerRun(10, func() {
		out, err := decoded(t, doc)
		require.NoError(t, err)
		require.Len(t, out.Objects, n)
	})/n, 2.1, "name and hash")
}

// The scanner reads a document as encoding/json does, or leaves it to it.
func FuzzListing(f *testing.F) {
	for _, s := range []string{
		"[]", " [ ] ", "[{}]", string(page(2)),
		`[{"subdir": "a/"}, {"name": "b", "bytes": 0}]`,
		`[{"name": "\u00e9\"\\", "hash": "x"}]`, `[{"name": "é", "NAME": "f"}]`,
		`[{"name": null}]`, `[{"bytes": 1e3}]`, `[{"bytes": 01}]`, `[{"bytes": -1}]`, `[{"bytes": 9223372036854775807}]`,
		`[{"name": "a",}]`, `[{"name": "a"},]`, `[{"name": "a"}`, `[{"name": "a" "bytes": 1}]`, `{}`, `[1]`, `[{"a": {"b": [1]}}]`,
		`[{"last_modified": "2026-02-19T04:44:38.302Z"}]`, `[{"last_modified": "2026-02-19T04:44:38"}]`, `[{"last_modified": "2026-02-19T04:44:38.3+09:00"}]`,
		`[{"last_modified": ""}]`, `[{"last_modified": "x"}]`, "[{\"name\": \"a\nb\"}]", "[{\"name\": \"\xff\"}]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := scanEntries(doc, scanObject)
		if err != nil {
			return
		}
		var want []jsonObject
		require.NoError(t, json.Unmarshal(doc, &want))
		require.Len(t, got, len(want))
		for i, w := range want {
			g := got[i]
			require.True(t, w.LastModified.Equal(g.LastModified), "%v %v", w.LastModified, g.LastModified)
			g.LastModified = w.LastModified.Time
			require.Equal(t, Object{
				Name: w.Name, Bytes: w.Bytes, Hash: w.Hash, ContentType: w.ContentType, LastModified: w.LastModified.Time, Subdir: w.Subdir,
			}, g)
		}
	})
}

func BenchmarkListing(b *testing.B) {
	doc := page(1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decoded(b, doc); err != nil {
			b.Fatal(err)
		}
	}
}
