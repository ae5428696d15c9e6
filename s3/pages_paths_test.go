package s3

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The answers that Alluxio's document prints ("S3 API", listing a bucket with multiple
// objects): the second repeats the first, for its marker's bucket is misspelt.
const (
	alluxioEntries = `<Contents><LastModified>2021-09-22T15:17:39.579Z</LastModified><Key>key1</Key><Size>27040</Size></Contents>` +
		`<Contents><LastModified>2021-09-22T15:17:41.463Z</LastModified><Key>key2</Key><Size>27040</Size></Contents>`
	alluxioRest  = `<KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><EncodingType>url</EncodingType>`
	alluxioFirst = `<ListBucketResult>` + alluxioEntries + alluxioRest +
		`<NextMarker>/testbucket/key2</NextMarker><IsTruncated>true</IsTruncated><Name>testbucket</Name></ListBucketResult>`
	alluxioAgain = `<ListBucketResult>` + alluxioEntries + `<Marker>/testbucekt/key2</Marker>` + alluxioRest +
		`<NextMarker>/testbucket/key2</NextMarker><IsTruncated>true</IsTruncated><Name>testbucket</Name></ListBucketResult>`
	alluxioLast = `<ListBucketResult><Contents><LastModified>2021-09-22T15:17:42.000Z</LastModified><Key>key3</Key><Size>27040</Size></Contents>` +
		`<Marker>key2</Marker><KeyCount>1</KeyCount><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter><EncodingType>url</EncodingType>` +
		`<IsTruncated>false</IsTruncated><Name>testbucket</Name></ListBucketResult>`
)

func alluxio(t *testing.T, s *stub) *Client {
	return newClient(t, s, func(o *Options) { o.Profile = Alluxio() })
}

func alluxioWalk(t *testing.T, c *Client, in *ListObjectsInput) ([]string, error) {
	return walk(c.ListObjectsPages(t.Context(), in), func(o *ListObjectsOutput) string { return keysOf(o.Contents) })
}

func TestListObjectsOfAlluxio(t *testing.T) {
	in := &ListObjectsInput{Bucket: "testbucket", Delimiter: "/", MaxKeys: 2}
	markers := func(s *stub) (m []string) {
		for _, r := range s.reqs {
			m = append(m, r.URL.Query().Get("marker"))
			require.False(t, r.URL.Query().Has("encoding-type"))
		}
		return m
	}

	s := script(says(200, alluxioFirst), says(200, alluxioLast))
	got, err := alluxioWalk(t, alluxio(t, s), in)
	require.NoError(t, err)
	require.Equal(t, []string{"key1 key2", "key3"}, got)
	require.Equal(t, []string{"", "/testbucket/key2"}, markers(s), "the marker goes back as it came")

	// A page that repeats is no page: the marker has another form there.
	s = script(says(200, alluxioFirst), says(200, alluxioAgain), says(200, alluxioLast))
	got, err = alluxioWalk(t, alluxio(t, s), in)
	require.NoError(t, err)
	require.Equal(t, []string{"key1 key2", "key3"}, got)
	require.Equal(t, []string{"", "/testbucket/key2", "key2"}, markers(s))

	s = script(says(200, alluxioFirst), says(200, alluxioAgain), says(200, alluxioAgain))
	got, err = alluxioWalk(t, alluxio(t, s), in)
	require.ErrorIs(t, err, ErrListingStuck)
	require.ErrorContains(t, err, "ListObjects")
	require.Equal(t, []string{"key1 key2"}, got)

	s = script(says(200, alluxioFirst), says(200, alluxioAgain), says(403, errorXML("AccessDenied")))
	_, err = alluxioWalk(t, alluxio(t, s), in)
	require.ErrorIs(t, err, ErrAccessDenied)

	// So is one of common prefixes.
	repeated := "<ListBucketResult><CommonPrefixes><Prefix>key1/</Prefix></CommonPrefixes><Contents><Key>key3</Key></Contents></ListBucketResult>"
	s = script(says(200, alluxioFirst), says(200, repeated), says(200, alluxioLast))
	got, err = alluxioWalk(t, alluxio(t, s), in)
	require.NoError(t, err)
	require.Equal(t, []string{"key1 key2", "key3"}, got)

	// Elsewhere such a marker is a key.
	s = script(says(200, strings.Replace(alluxioFirst, "<EncodingType>url</EncodingType>", "", 1)), says(200, "<ListBucketResult/>"))
	_, err = alluxioWalk(t, newClient(t, s), &ListObjectsInput{Bucket: "testbucket"})
	require.NoError(t, err)
	require.Equal(t, "/testbucket/key2", s.last().URL.Query().Get("marker"))
}

// Servers that name nothing, or an old place, are asked to go on from the last entry; if
// that leads nowhere, the listing is stuck.
func TestListObjectsOfAlluxioWithoutMarker(t *testing.T) {
	for _, c := range []struct {
		name, page, next string
	}{
		{"none", "<Contents><Key>a</Key></Contents><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>", "b/"},
		{"the last key", "<NextMarker>a</NextMarker><Contents><Key>a</Key></Contents>", "a"},
		{"a path", "<NextMarker>/bucket/b</NextMarker><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>", "/bucket/b"},
		{"a key before the prefixes", "<NextMarker>/bucket/0</NextMarker><Contents><Key>a</Key></Contents><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>", "/bucket/b/"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := script(says(200, "<ListBucketResult><IsTruncated>true</IsTruncated>"+c.page+"</ListBucketResult>"),
				says(200, "<ListBucketResult><Contents><Key>c</Key></Contents></ListBucketResult>"))
			_, err := alluxioWalk(t, alluxio(t, s), &ListObjectsInput{Bucket: "bucket", Marker: map[bool]string{true: "/bucket/0"}[strings.Contains(c.name, "before")]})
			if c.next == "" {
				require.ErrorIs(t, err, ErrListingStuck)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.next, s.last().URL.Query().Get("marker"))
		})
	}
}

// alluxioRelease answers ListObjects and ListObjectsV2 for a directory of files as a
// release of Alluxio does.
type alluxioRelease struct {
	name string
	// paths: markers and tokens are of "/bucket/key" and not of "key".
	paths bool
	// full: a page that is full says that more follows.
	full bool
	// url: EncodingType is url whether asked for or not, and nothing is encoded.
	url bool
}

var alluxioReleases = []alluxioRelease{
	{"2.7", true, true, true},
	{"2.9", false, false, false},
}

func (a alluxioRelease) serve(keys []string) *stub {
	token := func(s string) string { return hex.EncodeToString([]byte(s)) + "-digest" }
	return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		marker, v2 := q.Get("marker"), q.Get("list-type") == "2"
		if v2 {
			hexed, _, _ := strings.Cut(q.Get("continuation-token"), "-")
			text, err := hex.DecodeString(hexed)
			if err != nil {
				return answer(r, 400, errorXML("InvalidArgument")), nil
			}
			marker = string(text)
		}
		limit, _ := strconv.Atoi(q.Get("max-keys"))
		var doc strings.Builder
		doc.WriteString("<ListBucketResult>")
		if a.url {
			doc.WriteString("<EncodingType>url</EncodingType>")
		}
		n, last, more := 0, "", false
		for _, key := range keys {
			place := key
			if a.paths {
				place = "/bucket/" + key
			}
			if comparePaths(place, marker) <= 0 {
				continue
			}
			if n == limit {
				more = true
				break
			}
			n, last = n+1, place
			fmt.Fprintf(&doc, "<Contents><Key>%s</Key><Size>1</Size></Contents>", key)
		}
		if a.full {
			more = n == limit
		}
		fmt.Fprintf(&doc, "<IsTruncated>%t</IsTruncated>", more)
		switch {
		case more && v2:
			doc.WriteString("<NextContinuationToken>" + token(last) + "</NextContinuationToken>")
		case more:
			doc.WriteString("<NextMarker>" + last + "</NextMarker>")
		}
		doc.WriteString("</ListBucketResult>")
		return answer(r, 200, doc.String()), nil
	}}
}

// Every key comes once, in order, from every release, by markers and by tokens, also
// where a key looks encoded, or begins as a path does, and where pages end in between.
func TestAlluxioReleases(t *testing.T) {
	keys := []string{"!a", "+b", "100%25", "a+b", "a%2Fb", "dt=2020-01-01 00%3A00%3A00", "key1", "key2", "z\U0001F600", "z\uFF01"}
	slices.SortFunc(keys, comparePaths)
	require.Less(t, slices.Index(keys, "z\U0001F600"), slices.Index(keys, "z\uFF01"), "as UTF-16 has it")
	for _, release := range alluxioReleases {
		for limit := 1; limit <= len(keys)+1; limit++ {
			t.Run(fmt.Sprint(release.name, " by ", limit), func(t *testing.T) {
				s := release.serve(keys)
				c := alluxio(t, s)
				list := func(marker string) (got []string) {
					for page, err := range c.ListObjectsPages(t.Context(), &ListObjectsInput{Bucket: "bucket", MaxKeys: int32(limit), Marker: marker}) {
						require.NoError(t, err)
						for _, o := range page.Contents {
							got = append(got, o.Key)
						}
					}
					return got
				}
				require.Equal(t, keys, list(""))
				require.LessOrEqual(t, s.attempts(), len(keys)/limit+1, "no page is asked for twice")

				var flat []string
				for page, err := range c.ListObjectsV2Pages(t.Context(), &ListObjectsV2Input{Bucket: "bucket", MaxKeys: int32(limit)}) {
					require.NoError(t, err)
					for _, o := range page.Contents {
						flat = append(flat, o.Key)
					}
				}
				require.Equal(t, keys, flat)

				// Taken up again from a key, whichever form the release means.
				for i, key := range keys {
					require.Equal(t, strings.Join(keys[i+1:], "|"), strings.Join(list(key), "|"), key)
				}
			})
		}
	}
}
