package s3

import (
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// story is the versions of a key, newest first: "2" or, for a delete marker, "-2".
func story(t *testing.T, versions iter.Seq2[*VersionEntry, error]) (ids []string) {
	t.Helper()
	for v, err := range versions {
		require.NoError(t, err)
		id := v.VersionId
		if v.DeleteMarker {
			id = "-" + id
		}
		require.Equal(t, len(ids) == 0, v.IsLatest, id)
		ids = append(ids, id)
	}
	return ids
}

func TestObjectVersions(t *testing.T) {
	s := &shelf{}
	s.add("key", false)
	s.add("key", true)
	s.add("key", true)
	s.add("key", false)
	s.add("key", false)
	s.add("key", true)
	s.add("key-2", false)
	s.add("ke", false)
	c := newClient(t, s)
	in := &ObjectVersionsInput{Bucket: "bucket", Key: "key"}
	require.Equal(t, []string{"-v6", "v5", "v4", "-v3", "-v2", "v1"}, story(t, c.ObjectVersions(t.Context(), in)))
	require.Equal(t, 1, s.asked("GET versions"), "another key ends it")
	require.Empty(t, story(t, c.ObjectVersions(t.Context(), &ObjectVersionsInput{Bucket: "bucket", Key: "k"})))

	// Over pages, of which no more are asked for than needed.
	s = &shelf{}
	for i := range 2345 {
		s.add("key", i%3 == 1)
	}
	for i := range 2000 {
		s.add(fmt.Sprintf("key%04d", i), false)
	}
	c = newClient(t, s)
	ids := story(t, c.ObjectVersions(t.Context(), in))
	require.Len(t, ids, 2345)
	for i, id := range ids {
		n := 2345 - i
		want := fmt.Sprint("v", n)
		if (n-1)%3 == 1 {
			want = "-" + want
		}
		require.Equal(t, want, id)
	}
	require.Equal(t, 3, s.asked("GET versions"))
	for range c.ObjectVersions(t.Context(), in) {
		break
	}
	require.Equal(t, 4, s.asked("GET versions"))
}

// Swift's times are of seconds, its version ids finer.
func TestObjectVersionsOfOneSecond(t *testing.T) {
	entry := func(tag, id string, latest bool) string {
		return fmt.Sprintf("<%s><Key>k</Key><VersionId>%s</VersionId><IsLatest>%t</IsLatest><LastModified>2026-01-02T03:04:05Z</LastModified></%s>", tag, id, latest, tag)
	}
	s := always(200, "<R>"+entry("Version", "1700000000.4", false)+entry("Version", "1700000000.2", false)+
		entry("DeleteMarker", "1700000000.1", true)+entry("DeleteMarker", "1700000000.3", false)+"</R>")
	got := story(t, newClient(t, s).ObjectVersions(t.Context(), &ObjectVersionsInput{Bucket: "bucket", Key: "k"}))
	require.Equal(t, []string{"-1700000000.1", "1700000000.4", "-1700000000.3", "1700000000.2"}, got)
}

func TestUndeleteObject(t *testing.T) {
	s := &shelf{}
	s.add("key", true)
	version := s.add("key", false)
	var markers []string
	for range 3 {
		markers = append([]string{s.add("key", true)}, markers...)
	}
	c := newClient(t, s)
	in := &UndeleteObjectInput{Bucket: "bucket", Key: "key", MFA: "serial 123456", RequestPayer: RequestPayerRequester}
	out, err := c.UndeleteObject(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, &UndeleteObjectOutput{VersionId: version, DeleteMarkers: markers}, out)
	require.Equal(t, version, s.entries[0].version)
	require.Equal(t, 2, s.size(), "older delete markers stay")
	require.Equal(t, "serial 123456", s.headers[1].Get("X-Amz-Mfa"))
	require.Equal(t, "requester", s.headers[0].Get("X-Amz-Request-Payer"))

	out, err = c.UndeleteObject(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, &UndeleteObjectOutput{VersionId: version}, out, "it is there")
	require.Equal(t, 3, s.asked("DELETE"))
	require.Equal(t, 1, s.asked("HEAD"))
	require.Zero(t, s.asked("PUT"))

	// No version to bring back: the markers stay.
	s.entries = nil
	s.add("key", true)
	for _, key := range []string{"key", "none"} {
		_, err = c.UndeleteObject(t.Context(), &UndeleteObjectInput{Bucket: "bucket", Key: key})
		require.ErrorIs(t, err, ErrNoSuchVersion)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorContains(t, err, "UndeleteObject")
		require.ErrorContains(t, err, key)
	}
	require.Equal(t, 1, s.size())

	// A marker that another has removed is no failure; one that can't be removed is.
	for code, want := range map[string]error{"NoSuchVersion": nil, "AccessDenied": ErrAccessDenied} {
		s = &shelf{deny: func(string, string) string { return code }}
		s.add("key", false)
		s.add("key", true)
		_, err = newClient(t, s).UndeleteObject(t.Context(), in)
		require.ErrorIs(t, err, want)
	}
	s = &shelf{refuse: func(_ int, r *http.Request, _ string) *http.Response { return answer(r, 404, errorXML("NoSuchBucket")) }}
	_, err = newClient(t, s).UndeleteObject(t.Context(), in)
	require.ErrorIs(t, err, ErrNoSuchBucket)
}

// OpenStack Swift keeps an object deleted when its delete marker goes.
func TestUndeleteObjectOfSwift(t *testing.T) {
	s := &shelf{swift: true}
	s.add("key", false)
	version := s.add("key", false)
	marker := s.add("key", true)
	c := newClient(t, s)
	out, err := c.UndeleteObject(t.Context(), &UndeleteObjectInput{Bucket: "bucket", Key: "key"})
	require.NoError(t, err)
	require.Equal(t, &UndeleteObjectOutput{VersionId: s.entries[0].version, DeleteMarkers: []string{marker}}, out)
	require.NotEqual(t, version, out.VersionId)
	require.Equal(t, 1, s.asked("PUT"))
	require.Equal(t, "bucket/key?versionId="+version, s.headers[len(s.headers)-1].Get("X-Amz-Copy-Source"))
	require.Len(t, story(t, c.ObjectVersions(t.Context(), &ObjectVersionsInput{Bucket: "bucket", Key: "key"})), 3)

	s.add("key", true)
	s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
		if r.Method == http.MethodPut {
			return answer(r, 403, errorXML("AccessDenied"))
		}
		return nil
	}
	_, err = c.UndeleteObject(t.Context(), &UndeleteObjectInput{Bucket: "bucket", Key: "key"})
	require.ErrorIs(t, err, ErrAccessDenied)
}

// A page may end within the versions of a key, where OpenStack Swift does not say which
// was the last. None must be left out, none come twice.
func TestListObjectVersionsOfSwift(t *testing.T) {
	for _, swift := range []bool{false, true} {
		s := &shelf{swift: swift}
		for i := range 40 {
			for n := range 1 + i%7 {
				s.add(fmt.Sprint("key-", i), n%2 == 1)
			}
		}
		c := newClient(t, s)
		for limit := range int32(12) {
			seen := map[string]bool{}
			for page, err := range c.ListObjectVersionsPages(t.Context(), &ListObjectVersionsInput{Bucket: "bucket", MaxKeys: limit + 1}) {
				require.NoError(t, err)
				require.LessOrEqual(t, len(page.Versions)+len(page.DeleteMarkers), int(limit+1))
				for _, v := range page.Versions {
					require.False(t, seen[v.VersionId])
					seen[v.VersionId] = true
				}
				for _, m := range page.DeleteMarkers {
					require.False(t, seen[m.VersionId])
					seen[m.VersionId] = true
				}
			}
			require.Len(t, seen, s.size())
		}

		s = &shelf{swift: swift}
		for _, key := range []string{"a", "b/1", "b/2", "b0", "c/1", "d"} {
			s.add(key, false)
		}
		var got []string
		for page, err := range newClient(t, s).ListObjectVersionsPages(t.Context(), &ListObjectVersionsInput{Bucket: "bucket", Delimiter: "/", MaxKeys: 1}) {
			require.NoError(t, err)
			for _, p := range page.CommonPrefixes {
				got = append(got, p.Prefix)
			}
			for _, v := range page.Versions {
				got = append(got, v.Key)
			}
		}
		require.Equal(t, []string{"a", "b/", "b0", "c/", "d"}, got)
	}
}

// versitygw begins a page with the version that the marker names.
func TestListObjectVersionsOfVersitygw(t *testing.T) {
	entry := func(tag, id string) string {
		return "<" + tag + "><Key>k</Key><VersionId>" + id + "</VersionId></" + tag + ">"
	}
	more := func(id string) string {
		return "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>" + id + "</NextVersionIdMarker>"
	}
	s := script(
		says(200, "<R>"+entry("Version", "4")+entry("Version", "3")+more("3")+"</R>"),
		says(200, "<R>"+entry("Version", "3")+entry("DeleteMarker", "2")+more("2")+"</R>"),
		says(200, "<R>"+entry("DeleteMarker", "2")+entry("Version", "1")+"</R>"))
	var ids []string
	for page, err := range newClient(t, s).ListObjectVersionsPages(t.Context(), &ListObjectVersionsInput{Bucket: "bucket", MaxKeys: 2}) {
		require.NoError(t, err)
		for _, v := range page.Versions {
			ids = append(ids, v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			ids = append(ids, "-"+m.VersionId)
		}
	}
	require.Equal(t, []string{"4", "3", "-2", "1"}, ids)
}

func TestRevertObject(t *testing.T) {
	s := &shelf{}
	c := newClient(t, s, func(o *Options) { o.Profile, o.Addressing = AWS(), AddressingPath })
	out, err := c.RevertObject(t.Context(), &RevertObjectInput{
		Bucket: "bucket", Key: "dir/a+b c%ü?", VersionId: "v/1+2=", ExpectedBucketOwner: "111122223333", RequestPayer: RequestPayerRequester,
	})
	require.NoError(t, err)
	require.Equal(t, "v1", out.VersionId)
	require.Equal(t, "dir/a+b c%ü?", s.entries[0].key)
	h := s.headers[0]
	require.Equal(t, "bucket/dir/a%2Bb%20c%25%C3%BC%3F?versionId=v%2F1%2B2%3D", h.Get("X-Amz-Copy-Source"))
	require.Equal(t, "111122223333", h.Get("X-Amz-Expected-Bucket-Owner"))
	require.Equal(t, "111122223333", h.Get("X-Amz-Source-Expected-Bucket-Owner"))
	require.Equal(t, "requester", h.Get("X-Amz-Request-Payer"))
}

func TestVersionHelpersMissingMembers(t *testing.T) {
	s := always(500, "")
	c := newClient(t, s)
	ctx := t.Context()
	versions := func(in *ObjectVersionsInput) (err error) {
		for _, err = range c.ObjectVersions(ctx, in) {
		}
		return err
	}
	undelete := func(in *UndeleteObjectInput) error { _, err := c.UndeleteObject(ctx, in); return err }
	revert := func(in *RevertObjectInput) error { _, err := c.RevertObject(ctx, in); return err }
	for want, err := range map[string]error{
		"ObjectVersions: missing required members Bucket, Key": versions(nil),
		"ObjectVersions: missing required member Key":          versions(&ObjectVersionsInput{Bucket: "b"}),
		"UndeleteObject: missing required members Bucket, Key": undelete(nil),
		"UndeleteObject: missing required member Bucket":       undelete(&UndeleteObjectInput{Key: "k"}),
		"RevertObject: missing required members Bucket, Key":   revert(nil),
		"RevertObject: missing required member VersionId":      revert(&RevertObjectInput{Bucket: "b", Key: "k"}),
	} {
		require.ErrorContains(t, err, want)
		var missing smithy.InvalidParamsError
		require.ErrorAs(t, err, &missing)
	}
	require.Zero(t, s.attempts())
}
