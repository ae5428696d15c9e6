package swift

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/apierr"
)

const (
	jsonType = "application/json; charset=utf-8"
	xmlType  = "application/xml; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

func TestListObjectsFormats(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 19, 4, 44, 38, 302210e3, time.UTC)
	object := Object{Name: "a & b/ü", Bytes: 7, Hash: "9a0364b9e99bb480dd25e1f0284c8555", ContentType: "text/plain", LastModified: at}
	for name, test := range map[string]struct {
		kind, doc string
		want      []Object
	}{
		"json":              {jsonType, `[{"name":"a & b/ü","bytes":7,"hash":"9a0364b9e99bb480dd25e1f0284c8555","content_type":"text/plain","last_modified":"2026-02-19T04:44:38.302210"},{"subdir":"dir/"}]`, []Object{object, {Subdir: "dir/"}}},
		"xml":               {xmlType, `<?xml version="1.0"?><container name="c"><subdir name="dir/"><name>dir/</name></subdir><object><name>a &amp; b/ü</name><hash>9a0364b9e99bb480dd25e1f0284c8555</hash><bytes>7</bytes><content_type>text/plain</content_type><last_modified>2026-02-19T04:44:38.302210</last_modified></object></container>`, []Object{{Subdir: "dir/"}, object}},
		"xml, another type": {"text/xml", `<container/>`, nil},
		"plain":             {textType, "a & b/ü\n b \ndir/\n", []Object{{Name: "a & b/ü"}, {Name: " b "}, {Name: "dir/"}}},
		"nothing":           {textType, "", nil},
		"an empty list":     {jsonType, "[]", []Object{}},
		"slo, symlink, versions": {
			jsonType, `[{"name":"v","bytes":0,"hash":"h","slo_etag":"\"e\"","symlink_path":"/v1/AUTH_x/c/o","version_id":"1771476278.30221","is_latest":true,"last_modified":"never"}]`,
			[]Object{{Name: "v", Hash: "h", SLOETag: "e", SymlinkPath: "/v1/AUTH_x/c/o", VersionID: "1771476278.30221", IsLatest: true}},
		},
	} {
		// What was asked for is not always what comes: the type of the answer decides.
		for _, asked := range []Format{"", FormatJSON, FormatXML, FormatPlain} {
			s := answers(text(200, test.doc, "Content-Type", test.kind, "X-Container-Object-Count", "3", "X-Container-Meta-Color", "red"))
			out, err := newClient(t, s).ListObjects(t.Context(), &ListObjectsInput{Container: "c", Format: asked})
			require.NoError(t, err, name)
			if strings.HasPrefix(test.kind, "application/xml") {
				slices.SortFunc(test.want, func(a, b Object) int { return strings.Compare(a.Name+a.Subdir, b.Name+b.Subdir) })
			}
			require.Equal(t, test.want, out.Objects, name)
			require.Equal(t, int64(3), out.ObjectCount)
			require.Equal(t, map[string]string{"color": "red"}, out.Metadata)
			want := asked
			if want == "" {
				want = FormatJSON
			}
			require.Equal(t, "format="+string(want), s.reqs[0].URL.RawQuery)
		}
	}
	s := &stub{}
	_, err := newClient(t, s).ListObjects(t.Context(), &ListObjectsInput{
		Container: "c", Prefix: "a b", Delimiter: "/", Path: "p", Limit: 5, Marker: "m&", EndMarker: "n", Versions: true, VersionMarker: "7", Reverse: true, Newest: true,
	})
	require.NoError(t, err)
	require.Equal(t, "format=json&delimiter=%2F&end_marker=n&limit=5&marker=m%26&path=p&prefix=a%20b&reverse=true&version_marker=7&versions=true", s.reqs[0].URL.RawQuery)
	require.Equal(t, "true", s.reqs[0].Header.Get("X-Newest"))
}

func TestListContainersFormats(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 19, 4, 44, 38, 302210e3, time.UTC)
	photos := Container{Name: "photos", Count: 2, Bytes: 7, LastModified: at}
	for name, test := range map[string]struct {
		kind, doc string
		want      []Container
	}{
		"json":    {jsonType, `[{"name":"photos","count":2,"bytes":7,"last_modified":"2026-02-19T04:44:38.302210"},{"subdir":"x/"}]`, []Container{photos, {Subdir: "x/"}}},
		"xml":     {xmlType, `<account name="a"><subdir name="x/"><name>x/</name></subdir><container><name>photos</name><count>2</count><bytes>7</bytes><last_modified>2026-02-19T04:44:38.302210</last_modified></container></account>`, []Container{photos, {Subdir: "x/"}}},
		"plain":   {textType, "photos\nx\n", []Container{{Name: "photos"}, {Name: "x"}}},
		"nothing": {textType, "", nil},
	} {
		s := answers(text(200, test.doc, "Content-Type", test.kind, "X-Account-Meta-Temp-Url-Key", "s3cret", "X-Account-Meta-A", "b"))
		out, err := newClient(t, s).ListContainers(t.Context(), &ListContainersInput{Prefix: "p"})
		require.NoError(t, err, name)
		require.Equal(t, test.want, out.Containers, name)
		require.Equal(t, Secret("s3cret"), out.TempURLKey)
		require.Equal(t, map[string]string{"a": "b"}, out.Metadata, "without what has a member of its own")
		require.Equal(t, "/v1/AUTH_test?format=json&prefix=p", s.reqs[0].URL.RequestURI())
	}
}

// TestReversedXML: the entries of two lists come back in the order that was asked for.
func TestReversedXML(t *testing.T) {
	t.Parallel()
	s := answers(text(200, `<container name="c"><object><name>z</name></object><object><name>a</name></object><subdir name="m/"><name>m/</name></subdir></container>`, "Content-Type", xmlType))
	out, err := newClient(t, s).ListObjects(t.Context(), &ListObjectsInput{Container: "c", Reverse: true, Format: FormatXML})
	require.NoError(t, err)
	require.Equal(t, []Object{{Name: "z"}, {Subdir: "m/"}, {Name: "a"}}, out.Objects)
}

func TestMalformedListings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string][3]string{
		"a proxy's page":   {"text/html", "<html>login s3cret</html>", "25 bytes of text/html where a listing was due"},
		"no type":          {"", `[]`, "2 bytes of  where a listing was due"},
		"truncated JSON":   {jsonType, `[{"name":"s3cret"},{"na`, "application/json of 23 bytes: syntax error at byte 23"},
		"another shape":    {jsonType, `{"name":"s3cret"}`, "is of another type"},
		"another type":     {jsonType, `[{"bytes":"s3cret"}]`, "bytes is of another type at byte"},
		"a bad time":       {jsonType, `[{"last_modified":7}]`, "is of another type"},
		"truncated XML":    {xmlType, `<container><object><name>s3cr`, "application/xml of 29 bytes"},
		"a bad number":     {xmlType, `<container><object><bytes>x</bytes></object></container>`, "application/xml of"},
		"a flood of types": {"text/" + strings.Repeat("x", 2000), `x`, "..."},
	} {
		_, err := newClient(t, answers(text(200, test[1], "Content-Type", test[0]))).ListObjects(t.Context(), &ListObjectsInput{Container: "c"})
		require.ErrorIs(t, err, ErrMalformedAnswer, name)
		require.ErrorContains(t, err, test[2], name)
		require.NotContains(t, err.Error(), "s3cret", name)
		require.Less(t, len(err.Error()), 800)
		_, err = newClient(t, answers(text(200, test[1], "Content-Type", test[0]))).ListContainers(t.Context(), nil)
		if name != "a bad number" {
			require.ErrorIs(t, err, ErrMalformedAnswer, name)
		}
	}
}

// listingServer lists names as Swift does, in pages of 2 at most.
func listingServer(names ...string) *stub {
	slices.Sort(names)
	return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		all := slices.Clone(names)
		if q.Get("reverse") == "true" {
			slices.Reverse(all)
		}
		var page []map[string]string
		for _, n := range all {
			behind := n > q.Get("marker")
			if q.Get("reverse") == "true" {
				behind = q.Get("marker") == "" || n < q.Get("marker")
			}
			if behind && len(page) < 2 {
				entry := map[string]string{"name": n}
				if strings.HasSuffix(n, "/") {
					entry = map[string]string{"subdir": n}
				}
				page = append(page, entry)
			}
		}
		doc, _ := json.Marshal(page)
		if page == nil {
			doc = []byte("[]")
		}
		return answer(r, 200, []string{"Content-Type", jsonType}, string(doc)), nil
	}}
}

func TestPages(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b/", "c", "d", "e/"}
	reversed := []string{"e/", "d", "c", "b/", "a"}
	for _, reverse := range []bool{false, true} {
		want := names
		if reverse {
			want = reversed
		}
		s := listingServer(names...)
		c := newClient(t, s)
		var objects, containers []string
		for page, err := range c.ListObjectsPages(t.Context(), &ListObjectsInput{Container: "c", Reverse: reverse}) {
			require.NoError(t, err)
			for _, o := range page.Objects {
				objects = append(objects, o.Name+o.Subdir)
			}
		}
		require.Equal(t, want, objects)
		require.Equal(t, 4, s.count(), "a page without entries is the end, since a server may cut pages short")
		for page, err := range c.ListContainersPages(t.Context(), &ListContainersInput{Reverse: reverse}) {
			require.NoError(t, err)
			for _, e := range page.Containers {
				containers = append(containers, e.Name+e.Subdir)
			}
		}
		require.Equal(t, want, containers)
	}

	pages := 0
	for page, err := range newClient(t, listingServer()).ListContainersPages(t.Context(), nil) {
		require.NoError(t, err)
		require.Empty(t, page.Containers)
		pages++
	}
	require.Equal(t, 1, pages, "the headers of an empty listing are seen")

	// The input is the caller's: it stays as it is. One page is enough for whoever stops.
	s := listingServer(names...)
	in := &ListObjectsInput{Container: "c", Marker: "a"}
	for page, err := range newClient(t, s).ListObjectsPages(t.Context(), in) {
		require.NoError(t, err)
		require.Equal(t, "b/", page.Objects[0].Subdir)
		break
	}
	require.Equal(t, "a", in.Marker)
	require.Equal(t, 1, s.count())

	n := 0
	for _, err := range newClient(t, answers(text(200, `[{"name":"a"}]`, "Content-Type", jsonType), status(403))).ListObjectsPages(t.Context(), &ListObjectsInput{Container: "c"}) {
		if n++; n == 2 {
			require.ErrorIs(t, err, ErrForbidden)
		}
	}
	require.Equal(t, 2, n, "after an error it ends")
}

// TestPrefixAfterLimit: where pages are cut before the prefix is looked at, they begin beside it.
func TestPrefixAfterLimit(t *testing.T) {
	t.Parallel()
	names := []string{"a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"}
	server := func() *stub {
		return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
			q := r.URL.Query()
			all := slices.Clone(names)
			if q.Get("reverse") != "" {
				slices.Reverse(all)
			}
			all = slices.DeleteFunc(all, func(n string) bool {
				return q.Get("marker") != "" && (n <= q.Get("marker")) != (q.Get("reverse") != "") || n == q.Get("marker")
			})
			all = slices.DeleteFunc(all[:min(2, len(all))], func(n string) bool { return !strings.HasPrefix(n, q.Get("prefix")) })
			return answer(r, 200, []string{"Content-Type", textType}, strings.Join(all, "\n")), nil
		}}
	}
	for _, reverse := range []bool{false, true} {
		var got []string
		for page, err := range newClient(t, server(), func(o *Options) { o.Profile = CephRGW() }).ListContainersPages(t.Context(), &ListContainersInput{Prefix: "b", Reverse: reverse}) {
			require.NoError(t, err)
			for _, e := range page.Containers {
				got = append(got, e.Name)
			}
		}
		want := []string{"b1", "b2", "b3"}
		if reverse {
			slices.Reverse(want)
		}
		require.Equal(t, want, got)
	}
	for prefix, want := range map[string]string{"b": "a\U0010FFFF", "xü": "xû\U0010FFFF", "x\x00": "x", "x\uE000": "x\uD7FF\U0010FFFF", "x\xff": "x"} {
		require.Equal(t, want, besidePrefix(prefix, false))
		require.Less(t, want, prefix)
	}
}

// TestVersionPages: more versions of an object than a page holds.
func TestVersionPages(t *testing.T) {
	t.Parallel()
	entry := func(name, version string) string { return fmt.Sprintf(`{"name":%q,"version_id":%q}`, name, version) }
	s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		docs := map[string]string{
			"/":    entry("a", "9") + "," + entry("a", "8"),
			"a/8":  entry("a", "7") + "," + entry("b", "5"),
			"b/5":  entry("b", "4"),
			"b/4":  "",
			"next": "",
		}
		doc, ok := docs[q.Get("marker")+"/"+q.Get("version_marker")]
		if !ok {
			return nil, fmt.Errorf("page %d: %s", n, r.URL.RawQuery)
		}
		return answer(r, 200, []string{"Content-Type", jsonType}, "["+doc+"]"), nil
	}}
	var got []string
	for page, err := range newClient(t, s, func(o *Options) { o.MaxAttempts = -1 }).ListObjectsPages(t.Context(), &ListObjectsInput{Container: "c", Versions: true}) {
		require.NoError(t, err)
		for _, o := range page.Objects {
			got = append(got, o.Name+o.VersionID)
		}
	}
	require.Equal(t, []string{"a9", "a8", "a7", "b5", "b4"}, got)
}

// TestListingStuck: a server that overlooks the marker is not asked for ever.
func TestListingStuck(t *testing.T) {
	t.Parallel()
	kakao := func(o *Options) { o.Profile = KakaoCloud() }
	same := text(200, `[{"name":"a","version_id":"1"},{"name":"b","version_id":"2"}]`, "Content-Type", jsonType)
	parts := `<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>3</NextPartNumberMarker></ListPartsResult>`
	uploads := `<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker></ListMultipartUploadsResult>`
	end := func(page any, err error, seen, stuck *int) {
		if err != nil {
			require.ErrorIs(t, err, ErrListingStuck)
			*stuck++
		} else {
			require.NotNil(t, page)
			*seen++
		}
	}
	for name, walk := range map[string]func(seen, stuck *int){
		"ListObjects": func(seen, stuck *int) {
			for page, err := range newClient(t, answers(same)).ListObjectsPages(t.Context(), &ListObjectsInput{Container: "c"}) {
				end(page, err, seen, stuck)
			}
		},
		"ListObjects, versions": func(seen, stuck *int) {
			for page, err := range newClient(t, answers(same)).ListObjectsPages(t.Context(), &ListObjectsInput{Container: "c", Versions: true}) {
				end(page, err, seen, stuck)
			}
		},
		"ListContainers": func(seen, stuck *int) {
			for page, err := range newClient(t, answers(same)).ListContainersPages(t.Context(), nil) {
				end(page, err, seen, stuck)
			}
		},
		"ListParts": func(seen, stuck *int) {
			for page, err := range newClient(t, answers(text(200, parts)), kakao).ListPartsPages(t.Context(), &ListPartsInput{Container: "cccc", Object: "o", UploadId: "u"}) {
				end(page, err, seen, stuck)
			}
		},
		"ListMultipartUploads": func(seen, stuck *int) {
			for page, err := range newClient(t, answers(text(200, uploads)), kakao).ListMultipartUploadsPages(t.Context(), &ListMultipartUploadsInput{Container: "cccc", Object: "o"}) {
				end(page, err, seen, stuck)
			}
		},
	} {
		seen, stuck := 0, 0
		walk(&seen, &stuck)
		require.Equal(t, 2, seen, name)
		require.Equal(t, 1, stuck, name)
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	doc := `{"Swift":{"VERSION":"2.30.1","Max_File_Size":5368709122,"account_listing_limit":10000,"max_meta_count":90,"policies":[{"name":"silver"},{"name":"gold","default":true},{"name":"bronze"}]},
		"TempURL":{"Methods":["GET","PUT"],"allowed_digests":["sha1","sha256"],"deprecated_digests":["sha1"]},"formpost":{"allowed_digests":["sha512"]},
		"bulk_delete":{"max_deletes_per_request":10000,"max_failed_deletes":1000},"SYMLINK":{"symloop_max":2},"versioned_writes":{}}`
	s := answers(text(200, doc, "Content-Type", jsonType))
	out, err := newClient(t, s).Info(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "https://swift.example.com/info", s.reqs[0].URL.String())
	require.Equal(t, "2.30.1", out.Version)
	require.Equal(t, int64(5368709122), out.MaxFileSize)
	require.Equal(t, 90, out.MaxMetaCount)
	require.Equal(t, []string{"gold", "silver", "bronze"}, out.Policies)
	require.Nil(t, out.SLO, "a section that is not there")
	require.Equal(t, &TempURLInfo{Methods: []string{"GET", "PUT"}, AllowedDigests: []Digest{DigestSHA1, DigestSHA256}, DeprecatedDigests: []Digest{DigestSHA1}}, out.TempURL)
	require.Equal(t, &TempURLInfo{AllowedDigests: []Digest{DigestSHA512}}, out.FormPost)
	require.Equal(t, &BulkDeleteInfo{10000, 1000}, out.BulkDelete)
	require.True(t, out.Has("Symlink"))
	require.False(t, out.Has("slo"))
	require.JSONEq(t, `{"symloop_max":2}`, string(out.Capabilities["symlink"]))

	// Ceph RGW 16.2: beside its API, in words of its own.
	s = answers(text(200, `{"swift":{"max_object_name_size":1024,"max_container_name_length":255},"bulk_delete":{}}`, "Content-Type", jsonType))
	out, err = newClient(t, s, func(o *Options) { o.StorageURL = "http://rgw.example.com/swift/v1/AUTH_x" }).Info(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "http://rgw.example.com/swift/info", s.reqs[0].URL.String())
	require.Equal(t, 1024, out.MaxObjectNameLength)
	require.Equal(t, &BulkDeleteInfo{}, out.BulkDelete)

	_, err = newClient(t, answers(text(200, `{"slo":{"min_segment_size":"x"}}`))).Info(t.Context(), nil)
	require.ErrorIs(t, err, ErrMalformedAnswer)
	require.ErrorContains(t, err, "section slo: min_segment_size is of another type")
	out, err = newClient(t, answers(text(200, `{}`))).Info(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, out.Capabilities)
	_, err = newClient(t, answers(status(404))).Info(t.Context(), nil)
	require.ErrorIs(t, err, ErrNotFound)
	require.NotContains(t, err.Error(), "container")
}

func TestEmptyJSONError(t *testing.T) {
	t.Parallel()
	require.Equal(t, io.EOF, apierr.JSONError(io.EOF), "others pass")
}
