package swifttest_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

func TestManifests(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	for name, body := range map[string]string{"1": "one ", "2": "two ", "3": "three", "empty": ""} {
		s.Put("segments", name, []byte(body))
	}
	put := func(manifest string, header ...string) string {
		t.Helper()
		resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put", manifest, header...)
		return fmt.Sprint(resp.StatusCode, " ", body)
	}
	for manifest, want := range map[string]string{
		`{`:                                 "400 Manifest must be valid JSON.\n",
		`{}`:                                "400 Manifest must be a list.\n",
		`[1]`:                               "400 Index 0: not a JSON object\n",
		`[{"path":1}]`:                      "400 Index 0: \"path\" must be a string\n",
		`[{"path":"c/o","size_bytes":"x"}]`: "400 Index 0: invalid size_bytes\n",
		`[{}]`:                              "400 Index 0: expected keys to include one of \"path\" or \"data\"\n",
		`[{"path":"c/o","x":1}]`:            "400 Index 0: extraneous keys \"x\"\n",
		`[{"path":"c"}]`:                    "400 Index 0: path does not refer to an object. Path must be of the form /container/object.\n",
		`[{"path":"/c/slo"}]`:               "400 Index 0: manifest must not include itself as a segment\n",
		`[{"path":"c/o","size_bytes":0},{"path":"c/o"}]`:      "400 Index 0: too small; each segment must be at least 1 byte.\n",
		`[{"path":"c/o","range":"x"}]`:                        "400 Index 0: invalid range\n",
		`[{"path":"c/o","range":"1-2,4-5"}]`:                  "400 Index 0: multiple ranges (only one allowed)\n",
		`[{"path":"c/o","range":"5-","size_bytes":4}]`:        "400 Index 0: unsatisfiable range\n",
		`[{"path":"c/o"},{"data":"="}]`:                       "400 Index 1: data must be valid base64\n",
		`[{"path":"c/o"},{"data":""}]`:                        "400 Index 1: too small; each segment must be at least 1 byte.\n",
		`[{"path":"c/o"},{"data":"aGk=","etag":"x"}]`:         "400 Index 1: extraneous keys\n",
		`[{"data":"aGk="}]`:                                   "400 Inline data segments require at least one object-backed segment.\n",
		`[{"path":"segments/1","etag":"x","size_bytes":9}]`:   "400 Errors:\nsegments/1, Size Mismatch\nsegments/1, Etag Mismatch\n",
		`[{"path":"segments/1","range":"9-"}]`:                "400 Errors:\nsegments/1, Unsatisfiable Range\n",
		`[{"path":"segments/none"},{"path":"/segments/a b"}]`: "400 Errors:\nsegments/none, 404 Not Found\n/segments/a%20b, 404 Not Found\n",
		`[{"path":"segments/empty"},{"path":"segments/1"}]`:   "400 Errors:\nsegments/empty, Too small; each segment must be at least 1 byte.\n",
	} {
		require.Equal(t, want, put(manifest), manifest)
	}
	const whole = `[{"path":"/segments/1","size_bytes":4},{"path":"segments/2"},{"data":"aGk="},{"path":"segments/3","range":"1-2"}]`
	require.Contains(t, put(whole, "Etag", "x"), "422 ")
	resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put&heartbeat=on", whole, "Etag", "x", "Accept", "application/json")
	require.Equal(t, 202, resp.StatusCode)
	require.Equal(t, " \r\n\r\n"+`{"Errors":[],"Response Body":"Unprocessable Entity\nUnable to process the contained instructions","Response Status":"422 Unprocessable Entity"}`, body)
	_, body = raw(t, s, "PUT", "/c/slo?multipart-manifest=put&heartbeat=on", whole)
	require.Regexp(t, "^ \r\n\r\nEtag: \"[0-9a-f]{32}\"\nLast Modified: .* GMT\nResponse Body: \nResponse Status: 201 Created\nErrors:\n$", body)
	require.Equal(t, "201 ", put(whole, "X-Object-Meta-By", "me", "Content-Type", "text/x"))
	resp, _ = raw(t, s, "PUT", "/none/slo?multipart-manifest=put", whole)
	require.Equal(t, 404, resp.StatusCode)

	c := s.Client()
	out, content := get(t, c, swift.GetObjectInput{Container: "c", Object: "slo"})
	require.Equal(t, "one two hihr", content)
	require.True(t, out.StaticLargeObject)
	require.Equal(t, "text/x", out.ContentType)
	require.NotEmpty(t, out.ManifestETag)
	_, content = get(t, c, swift.GetObjectInput{Container: "c", Object: "slo", Range: "bytes=5-10"})
	require.Equal(t, "wo hih", content)
	o, _ := s.Object("c", "slo")
	require.Equal(t, []string{"segments/1", "segments/2", "", "segments/3"}, o.Segments)
	require.Equal(t, out.ETag, o.ETag)
	for _, rawForm := range []bool{false, true} {
		m, err := c.GetSLOManifest(t.Context(), &swift.GetSLOManifestInput{Container: "c", Object: "slo", Raw: rawForm})
		require.NoError(t, err)
		require.Len(t, m.Segments, 4)
		require.Equal(t, "segments/1", m.Segments[0].Path)
		require.EqualValues(t, 4, m.Segments[0].SizeBytes)
		require.Equal(t, []byte("hi"), m.Segments[2].Data)
		require.Equal(t, "1-2", m.Segments[3].Range)
		require.Equal(t, rawForm, m.Segments[0].ContentType == "")
	}
	list, err := c.ListObjects(t.Context(), &swift.ListObjectsInput{Container: "c"})
	require.NoError(t, err)
	require.EqualValues(t, 12, list.Objects[0].Bytes)
	require.Equal(t, strings.Trim(out.ETag, `"`), list.Objects[0].SLOETag)

	// A manifest in another, and copies of both kinds.
	_, err = c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "nested", Segments: []swift.SLOSegment{{Path: "c/slo"}, {Path: "segments/3"}}})
	require.NoError(t, err)
	_, content = get(t, c, swift.GetObjectInput{Container: "c", Object: "nested", Range: "bytes=10-13"})
	require.Equal(t, "hrth", content)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "flat", CopyFrom: "c/nested"})
	require.NoError(t, err)
	flat, _ := s.Object("c", "flat")
	require.Equal(t, "one two hihrthree", string(flat.Body))
	require.Empty(t, flat.Segments)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "twin", CopyFrom: "c/slo", MultipartManifest: "get"})
	require.NoError(t, err)
	twin, _ := s.Object("c", "twin")
	require.Len(t, twin.Segments, 4)
	require.Equal(t, o.ETag, twin.ETag)

	// A segment that is another now: the content ends where it begins.
	s.Put("segments", "2", []byte("TWO "))
	_, err = c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "slo", Range: "bytes=4-5"})
	require.ErrorIs(t, err, swift.ErrConflict)
	got, err := c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "slo"})
	require.NoError(t, err)
	b, err := io.ReadAll(got.Body)
	require.Error(t, err)
	require.Equal(t, "one ", string(b))
	require.NoError(t, got.Body.Close())
	resp, _ = raw(t, s, "PUT", "/c/x", "", "X-Copy-From", "c/slo")
	require.Equal(t, 499, resp.StatusCode)

	deleted, err := c.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: "c", Object: "nested"})
	require.NoError(t, err)
	require.Equal(t, swift.DeleteSLOOutput{NumberDeleted: 5, NumberNotFound: 1, TransID: deleted.TransID}, *deleted)
	require.Equal(t, []string{"empty"}, s.Names("segments"))
	_, body = raw(t, s, "DELETE", "/c/flat?multipart-manifest=delete", "", "Accept", "application/json")
	require.JSONEq(t, `{"Errors":[["/c/flat","Not an SLO manifest"]],"Number Deleted":0,"Number Not Found":0,"Response Body":"","Response Status":"400 Bad Request"}`, body)
	_, err = c.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: "c", Object: "none"})
	require.ErrorIs(t, err, swift.ErrNotFound)
}

// A manifest that holds itself by another has no end, but Swift has one.
func TestManifestCycle(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "a", []byte("x"))
	s.Put("c", "b", []byte("y"))
	for _, manifest := range [][2]string{{"b", "a"}, {"a", "b"}} {
		resp, body := raw(t, s, "PUT", "/c/"+manifest[0]+"?multipart-manifest=put", `[{"path":"c/`+manifest[1]+`"}]`)
		require.Equal(t, 201, resp.StatusCode, body)
	}
	resp, _ := raw(t, s, "GET", "/c/a", "")
	require.Equal(t, 409, resp.StatusCode)
}

func TestDynamic(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	for i, body := range []string{"one ", "two"} {
		s.Put("c", fmt.Sprint("seg ment/", i), []byte(body))
	}
	c := s.Client()
	_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "dlo", ObjectManifest: "c/seg ment/"})
	require.NoError(t, err)
	out, body := get(t, c, swift.GetObjectInput{Container: "c", Object: "dlo"})
	require.Equal(t, "one two", body)
	require.Regexp(t, `^"[0-9a-f]{32}"$`, out.ETag)
	require.Equal(t, "c/seg%20ment/", out.ObjectManifest)
	_, body = get(t, c, swift.GetObjectInput{Container: "c", Object: "dlo", MultipartManifest: "get"})
	require.Empty(t, body)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "twin", CopyFrom: "c/dlo", MultipartManifest: "get"})
	require.NoError(t, err)
	twin, _ := s.Object("c", "twin")
	require.Equal(t, "one two", string(twin.Body))
	require.Equal(t, "c/seg%20ment/", twin.ObjectManifest)
	_, err = c.UpdateObject(t.Context(), &swift.UpdateObjectInput{Container: "c", Object: "twin", ContentType: "text/x"})
	require.NoError(t, err)
	twin, _ = s.Object("c", "twin")
	require.Empty(t, twin.Body, "what the update does not name is gone")
	require.Equal(t, "text/x", twin.ContentType)

	_, err = c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "lost", ObjectManifest: "none/x"})
	require.NoError(t, err)
	_, err = c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "lost"})
	require.ErrorIs(t, err, swift.ErrNotFound)
	_, ok := s.Object("c", "lost")
	require.True(t, ok)
	resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put", `[{"path":"c/lost"}]`)
	require.Equal(t, "400 Errors:\nc/lost, 404 Not Found\n", fmt.Sprint(resp.StatusCode, " ", body))
}
