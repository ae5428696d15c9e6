package s3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// walk gathers what a listing yields: one string per page, and its error.
func walk[Out any](pages iter.Seq2[*Out, error], show func(*Out) string) (got []string, err error) {
	for page, perr := range pages {
		if perr != nil {
			if page != nil {
				return got, errors.New("a page beside an error")
			}
			err = perr
			continue // it must end by itself
		}
		if err != nil {
			return got, errors.New("a page after an error")
		}
		got = append(got, show(page))
	}
	return got, err
}

// pagesClient sends every operation, whatever the profile.
func pagesClient(t *testing.T, s *stub, fns ...func(*Options)) *Client {
	return newClient(t, s, append([]func(*Options){func(o *Options) { o.AllowUnsupported = true }}, fns...)...)
}

func keysOf(contents []Object) string {
	var keys []string
	for _, o := range contents {
		keys = append(keys, o.Key)
	}
	return strings.Join(keys, " ")
}

// listing is one of the iterators over a stub.
type listing struct {
	name string
	root string // of its document
	walk func(t *testing.T, c *Client) ([]string, error)
	item func(string) string          // an entry in the document
	more func(mark string) string     // what says that more follows, from there
	mark func(r *http.Request) string // what a request starts from
}

var listings = []listing{
	{
		"ListObjectsV2", "ListBucketResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListObjectsV2Pages(t.Context(), &ListObjectsV2Input{Bucket: "bucket"}), func(o *ListObjectsV2Output) string { return keysOf(o.Contents) })
		},
		func(s string) string { return "<Contents><Key>" + s + "</Key></Contents>" },
		func(mark string) string {
			return "<IsTruncated>true</IsTruncated><NextContinuationToken>" + mark + "</NextContinuationToken>"
		},
		continuation,
	},
	{
		"ListObjects", "ListBucketResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListObjectsPages(t.Context(), &ListObjectsInput{Bucket: "bucket"}), func(o *ListObjectsOutput) string { return keysOf(o.Contents) })
		},
		func(s string) string { return "<Contents><Key>" + s + "</Key></Contents>" },
		func(mark string) string {
			return "<IsTruncated>true</IsTruncated><NextMarker>" + mark + "</NextMarker>"
		},
		func(r *http.Request) string { return r.URL.Query().Get("marker") },
	},
	{
		"ListBuckets", "ListAllMyBucketsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListBucketsPages(t.Context(), nil), func(o *ListBucketsOutput) string {
				var names []string
				for _, b := range o.Buckets {
					names = append(names, b.Name)
				}
				return strings.Join(names, " ")
			})
		},
		func(s string) string { return "<Buckets><Bucket><Name>" + s + "</Name></Bucket></Buckets>" },
		func(mark string) string { return "<ContinuationToken>" + mark + "</ContinuationToken>" },
		continuation,
	},
	{
		"ListParts", "ListPartsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListPartsPages(t.Context(), &ListPartsInput{Bucket: "bucket", Key: "key", UploadId: "u"}), func(o *ListPartsOutput) string {
				var tags []string
				for _, p := range o.Parts {
					tags = append(tags, p.ETag)
				}
				return strings.Join(tags, " ")
			})
		},
		func(s string) string { return "<Part><ETag>" + s + "</ETag></Part>" },
		func(mark string) string {
			return "<IsTruncated>true</IsTruncated><NextPartNumberMarker>" + mark + "</NextPartNumberMarker>"
		},
		func(r *http.Request) string { return r.URL.Query().Get("part-number-marker") },
	},
	{
		"ListMultipartUploads", "ListMultipartUploadsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListMultipartUploadsPages(t.Context(), &ListMultipartUploadsInput{Bucket: "bucket"}), func(o *ListMultipartUploadsOutput) string {
				var keys []string
				for _, u := range o.Uploads {
					keys = append(keys, u.Key)
				}
				return strings.Join(keys, " ")
			})
		},
		func(s string) string { return "<Upload><Key>" + s + "</Key></Upload>" },
		func(mark string) string {
			return "<IsTruncated>true</IsTruncated><NextKeyMarker>" + mark + "</NextKeyMarker><NextUploadIdMarker>id" + mark + "</NextUploadIdMarker>"
		},
		func(r *http.Request) string { return r.URL.Query().Get("key-marker") },
	},
	{
		"ListObjectVersions", "ListVersionsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListObjectVersionsPages(t.Context(), &ListObjectVersionsInput{Bucket: "bucket"}), func(o *ListObjectVersionsOutput) string {
				var keys []string
				for _, v := range o.Versions {
					keys = append(keys, v.Key)
				}
				return strings.Join(keys, " ")
			})
		},
		func(s string) string { return "<Version><Key>" + s + "</Key></Version>" },
		func(mark string) string {
			return "<IsTruncated>true</IsTruncated><NextKeyMarker>" + mark + "</NextKeyMarker><NextVersionIdMarker>id" + mark + "</NextVersionIdMarker>"
		},
		func(r *http.Request) string { return r.URL.Query().Get("key-marker") },
	},
	{
		"ListDirectoryBuckets", "ListAllMyDirectoryBucketsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListDirectoryBucketsPages(t.Context(), nil), func(o *ListDirectoryBucketsOutput) string {
				var names []string
				for _, b := range o.Buckets {
					names = append(names, b.Name)
				}
				return strings.Join(names, " ")
			})
		},
		func(s string) string { return "<Buckets><Bucket><Name>" + s + "</Name></Bucket></Buckets>" },
		func(mark string) string { return "<ContinuationToken>" + mark + "</ContinuationToken>" },
		continuation,
	},
	{
		"ListBucketAnalyticsConfigurations", "ListBucketAnalyticsConfigurationResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListBucketAnalyticsConfigurationsPages(t.Context(), &ListBucketAnalyticsConfigurationsInput{Bucket: "bucket"}), func(o *ListBucketAnalyticsConfigurationsOutput) string {
				var ids []string
				for _, a := range o.AnalyticsConfigurationList {
					ids = append(ids, a.Id)
				}
				return strings.Join(ids, " ")
			})
		},
		func(s string) string { return "<AnalyticsConfiguration><Id>" + s + "</Id></AnalyticsConfiguration>" },
		nextContinuation, continuation,
	},
	{
		"ListBucketIntelligentTieringConfigurations", "ListBucketIntelligentTieringConfigurationsOutput",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListBucketIntelligentTieringConfigurationsPages(t.Context(), &ListBucketIntelligentTieringConfigurationsInput{Bucket: "bucket"}), func(o *ListBucketIntelligentTieringConfigurationsOutput) string {
				var ids []string
				for _, a := range o.IntelligentTieringConfigurationList {
					ids = append(ids, a.Id)
				}
				return strings.Join(ids, " ")
			})
		},
		func(s string) string {
			return "<IntelligentTieringConfiguration><Id>" + s + "</Id></IntelligentTieringConfiguration>"
		},
		nextContinuation, continuation,
	},
	{
		"ListBucketInventoryConfigurations", "ListInventoryConfigurationsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListBucketInventoryConfigurationsPages(t.Context(), &ListBucketInventoryConfigurationsInput{Bucket: "bucket"}), func(o *ListBucketInventoryConfigurationsOutput) string {
				var ids []string
				for _, a := range o.InventoryConfigurationList {
					ids = append(ids, a.Id)
				}
				return strings.Join(ids, " ")
			})
		},
		func(s string) string { return "<InventoryConfiguration><Id>" + s + "</Id></InventoryConfiguration>" },
		nextContinuation, continuation,
	},
	{
		"ListBucketMetricsConfigurations", "ListMetricsConfigurationsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListBucketMetricsConfigurationsPages(t.Context(), &ListBucketMetricsConfigurationsInput{Bucket: "bucket"}), func(o *ListBucketMetricsConfigurationsOutput) string {
				var ids []string
				for _, a := range o.MetricsConfigurationList {
					ids = append(ids, a.Id)
				}
				return strings.Join(ids, " ")
			})
		},
		func(s string) string { return "<MetricsConfiguration><Id>" + s + "</Id></MetricsConfiguration>" },
		nextContinuation, continuation,
	},
	{
		"ListObjectAnnotations", "ListObjectAnnotationsResult",
		func(t *testing.T, c *Client) ([]string, error) {
			return walk(c.ListObjectAnnotationsPages(t.Context(), &ListObjectAnnotationsInput{Bucket: "bucket", Key: "key"}), func(o *ListObjectAnnotationsOutput) string {
				var names []string
				for _, a := range o.Annotations {
					names = append(names, a.AnnotationName)
				}
				return strings.Join(names, " ")
			})
		},
		func(s string) string {
			return "<Annotations><AnnotationEntry><AnnotationName>" + s + "</AnnotationName></AnnotationEntry></Annotations>"
		},
		func(mark string) string { return "<NextContinuationToken>" + mark + "</NextContinuationToken>" },
		continuation,
	},
	{
		"GetObjectAttributes", "GetObjectAttributesResponse",
		func(t *testing.T, c *Client) ([]string, error) {
			in := &GetObjectAttributesInput{Bucket: "bucket", Key: "key", ObjectAttributes: []ObjectAttributes{ObjectAttributesObjectParts}}
			return walk(c.GetObjectAttributesPages(t.Context(), in), func(o *GetObjectAttributesOutput) string {
				var sums []string
				for _, p := range o.ObjectParts.Parts {
					sums = append(sums, p.ChecksumCRC32)
				}
				return strings.Join(sums, " ")
			})
		},
		func(s string) string {
			return "<ObjectParts><Part><ChecksumCRC32>" + s + "</ChecksumCRC32></Part></ObjectParts>"
		},
		func(mark string) string {
			return "<ObjectParts><IsTruncated>true</IsTruncated><NextPartNumberMarker>" + mark + "</NextPartNumberMarker></ObjectParts>"
		},
		func(r *http.Request) string { return r.Header.Get("X-Amz-Part-Number-Marker") },
	},
}

func continuation(r *http.Request) string { return r.URL.Query().Get("continuation-token") }

func nextContinuation(mark string) string {
	return "<IsTruncated>true</IsTruncated><NextContinuationToken>" + mark + "</NextContinuationToken>"
}

// tokenIsMore are the listings whose token alone says that more follows.
var tokenIsMore = []string{"ListBuckets", "ListDirectoryBuckets", "ListObjectAnnotations"}

// TestPagesOfTheModel: every operation of the model that goes on from a token or a marker
// has an iterator over its pages, and it is tested here.
func TestPagesOfTheModel(t *testing.T) {
	m := readModel(t)
	marks := func(shape string, nested bool) map[string]bool {
		names := map[string]bool{}
		shapes := []string{shape}
		if nested {
			for _, member := range m.Shapes[shape].Members {
				if _, ok := m.Shapes[member.Type]; ok {
					shapes = append(shapes, member.Type)
				}
			}
		}
		for _, s := range shapes {
			for name := range m.Shapes[s].Members {
				if strings.HasSuffix(name, "Marker") || strings.HasSuffix(name, "ContinuationToken") {
					names[name] = true
				}
			}
		}
		return names
	}
	paged := map[string]bool{}
	for name, op := range m.Operations {
		answers := marks(op.Output, true)
		for in := range marks(op.Input, false) {
			if !answers["Next"+in] && !answers[in] {
				continue
			}
			paged[name] = true
			method, ok := reflect.TypeFor[*Client]().MethodByName(name + "Pages")
			require.True(t, ok, "%s goes on from %s and has no pages", name, in)
			require.True(t, method.Type.IsVariadic() && method.Type.NumIn() == 4 && method.Type.NumOut() == 1, name)
			require.Equal(t, name+"Output", method.Type.Out(0).In(0).In(0).Elem().Name())
		}
	}
	require.Len(t, paged, 13)
	require.Len(t, listings, len(paged))
	for _, l := range listings {
		require.True(t, paged[l.name], l.name)
	}
}

func named(name string) listing {
	for _, l := range listings {
		if l.name == name {
			return l
		}
	}
	panic(name)
}

// book serves pages of one entry each, "1" to "n", and marks them by number.
func (l listing) book(n int) *stub {
	return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		from := 0
		_, _ = fmt.Sscan(l.mark(r), &from)
		doc := l.item(fmt.Sprint("entry-", from+1))
		if from+1 < n {
			doc += l.more(fmt.Sprint(from + 1))
		}
		return answer(r, 200, "<"+l.root+">"+doc+"</"+l.root+">"), nil
	}}
}

func TestPages(t *testing.T) {
	for _, l := range listings {
		t.Run(l.name, func(t *testing.T) {
			s := l.book(3)
			c := pagesClient(t, s)
			for range 2 { // a listing can be walked again
				got, err := l.walk(t, c)
				require.NoError(t, err)
				require.Equal(t, []string{"entry-1", "entry-2", "entry-3"}, got)
			}
			require.Equal(t, 6, s.attempts())
			switch l.name {
			case "ListMultipartUploads":
				require.Equal(t, "id2", s.last().URL.Query().Get("upload-id-marker"))
			case "ListObjectVersions":
				require.Equal(t, "id2", s.last().URL.Query().Get("version-id-marker"))
			}

			got, err := l.walk(t, pagesClient(t, l.book(1)))
			require.NoError(t, err)
			require.Equal(t, []string{"entry-1"}, got)
			got, err = l.walk(t, pagesClient(t, always(200, "")))
			require.NoError(t, err)
			require.Equal(t, []string{""}, got, "an empty answer is an empty page")
		})
	}
}

func TestPagesThatDoNotAdvance(t *testing.T) {
	for _, l := range listings {
		for _, mark := range []string{"", "1"} {
			if mark == "" && slices.Contains(tokenIsMore, l.name) {
				continue // that is its end
			}
			t.Run(l.name+mark, func(t *testing.T) {
				s := always(200, "<"+l.root+">"+l.more(mark)+"</"+l.root+">")
				got, err := l.walk(t, pagesClient(t, s))
				require.ErrorIs(t, err, ErrListingStuck)
				require.ErrorContains(t, err, l.name)
				pages := map[string]int{"": 1, "1": 2}[mark]
				require.Len(t, got, pages, "what came is yielded")
				require.Equal(t, pages, s.attempts())
			})
		}
	}
	// Markers of an order must also not go back.
	for _, l := range listings {
		if !slices.Contains([]string{"ListObjects", "ListParts", "GetObjectAttributes"}, l.name) {
			continue
		}
		s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
			return answer(r, 200, "<"+l.root+">"+l.more(fmt.Sprint(9-n%2))+"</"+l.root+">"), nil
		}}
		_, err := l.walk(t, pagesClient(t, s))
		require.ErrorIs(t, err, ErrListingStuck)
		require.LessOrEqual(t, s.attempts(), 3)
	}
	// Part numbers count as numbers: 10 is after 9.
	s := script(
		says(200, "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>9</NextPartNumberMarker></ListPartsResult>"),
		says(200, "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>10</NextPartNumberMarker></ListPartsResult>"),
		says(200, "<ListPartsResult/>"))
	_, err := named("ListParts").walk(t, pagesClient(t, s))
	require.NoError(t, err)
}

func TestPagesFailMidWay(t *testing.T) {
	for _, l := range listings {
		t.Run(l.name, func(t *testing.T) {
			book := l.book(5)
			s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
				if n == 3 {
					return answer(r, 403, errorXML("AccessDenied")), nil
				}
				return book.reply(n, r)
			}}
			got, err := l.walk(t, pagesClient(t, s))
			require.ErrorIs(t, err, ErrAccessDenied)
			require.ErrorContains(t, err, l.name)
			require.Equal(t, []string{"entry-1", "entry-2"}, got)
			require.Equal(t, 3, s.attempts())
		})
	}
}

func TestPagesEndEarly(t *testing.T) {
	s := named("ListObjectsV2").book(5)
	in := &ListObjectsV2Input{Bucket: "bucket"}
	pages := pagesClient(t, s).ListObjectsV2Pages(t.Context(), in)
	require.Zero(t, s.attempts(), "nothing is sent before it is walked")
	for range pages {
		break
	}
	require.Equal(t, 1, s.attempts())
	require.Equal(t, &ListObjectsV2Input{Bucket: "bucket"}, in, "the caller's input stays as it is")

	next, stop := iter.Pull2(pages)
	_, err, ok := next()
	require.True(t, ok)
	require.NoError(t, err)
	stop()
	require.Equal(t, 2, s.attempts())

	_, err = walk(pagesClient(t, s).ListObjectsV2Pages(t.Context(), nil), func(*ListObjectsV2Output) string { return "" })
	require.ErrorContains(t, err, "Bucket")
}

// What the input says goes with every page, and a listing goes on where another ended.
func TestPagesKeepTheInput(t *testing.T) {
	s := named("ListObjectsV2").book(4)
	c := newClient(t, s)
	in := &ListObjectsV2Input{Bucket: "bucket", Prefix: "e", Delimiter: "/", MaxKeys: 1, FetchOwner: true, StartAfter: "d", RequestPayer: RequestPayerRequester}
	var token string
	for page, err := range c.ListObjectsV2Pages(t.Context(), in) {
		require.NoError(t, err)
		if token = page.NextContinuationToken; token == "2" {
			break
		}
	}
	in.ContinuationToken = token
	got, err := walk(c.ListObjectsV2Pages(t.Context(), in), func(o *ListObjectsV2Output) string { return keysOf(o.Contents) })
	require.NoError(t, err)
	require.Equal(t, []string{"entry-3", "entry-4"}, got)
	require.Equal(t, 4, s.attempts())
	for _, r := range s.reqs {
		q := r.URL.Query()
		require.Equal(t, []string{"e", "/", "1", "true", "d"}, []string{q.Get("prefix"), q.Get("delimiter"), q.Get("max-keys"), q.Get("fetch-owner"), q.Get("start-after")})
		require.Equal(t, "requester", r.Header.Get("X-Amz-Request-Payer"))
	}

	s = named("ListObjectVersions").book(3)
	versions := &ListObjectVersionsInput{Bucket: "bucket", KeyMarker: "1", VersionIdMarker: "id1", MaxKeys: 1}
	got, err = walk(newClient(t, s).ListObjectVersionsPages(t.Context(), versions), func(o *ListObjectVersionsOutput) string { return o.Versions[0].Key })
	require.NoError(t, err)
	require.Equal(t, []string{"entry-2", "entry-3"}, got)
	require.Equal(t, "id1", s.reqs[0].URL.Query().Get("version-id-marker"))
}

// A context that ends between two pages ends the listing.
func TestPagesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := named("ListObjectsV2").book(5)
	n := 0
	var last error
	for _, err := range newClient(t, s).ListObjectsV2Pages(ctx, &ListObjectsV2Input{Bucket: "bucket"}) {
		if n++; n == 2 {
			cancel()
		}
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Equal(t, 3, n, "two pages and the error")
}

// Where the server names no marker, the last entry of the page is it.
func TestListObjectsWithoutNextMarker(t *testing.T) {
	for _, c := range []struct{ page, marker string }{
		{"<Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents>", "b"},
		{"<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>", "c/"},
		{"<Contents><Key>b</Key></Contents><CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>", "b"},
		{"<Contents><Key>b</Key></Contents><CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>", "c/"},
	} {
		s := script(says(200, "<ListBucketResult><IsTruncated>true</IsTruncated>"+c.page+"</ListBucketResult>"), says(200, "<ListBucketResult/>"))
		_, err := named("ListObjects").walk(t, pagesClient(t, s))
		require.NoError(t, err)
		require.Equal(t, c.marker, named("ListObjects").mark(s.last()))
	}
}

// OpenStack Swift names no place to go on from, or one that is not encoded as the keys are.
func TestListMultipartUploadsOfSwift(t *testing.T) {
	for _, mark := range []string{"", "<NextKeyMarker>a b</NextKeyMarker><NextUploadIdMarker>x</NextUploadIdMarker>"} {
		s := script(
			says(200, "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"+mark+
				"<Upload><Key>a%20b</Key><UploadId>id</UploadId></Upload></ListMultipartUploadsResult>"),
			says(200, "<ListMultipartUploadsResult/>"))
		c := pagesClient(t, s)
		_, err := walk(c.ListMultipartUploadsPages(t.Context(), &ListMultipartUploadsInput{Bucket: "bucket", EncodingType: EncodingTypeUrl}),
			func(*ListMultipartUploadsOutput) string { return "" })
		require.NoError(t, err)
		require.Equal(t, "a b", s.last().URL.Query().Get("key-marker"))
		require.Equal(t, "id", s.last().URL.Query().Get("upload-id-marker"))
		require.Equal(t, "url", s.last().URL.Query().Get("encoding-type"))
	}
}

// Keys that XML can't carry arrive where the server encodes them, and the encoding is
// asked for only where it is known.
func TestListingsAreURLEncoded(t *testing.T) {
	const key = "a%01%20b%2Bc/%E7%A0%81"
	for _, l := range []listing{named("ListObjectsV2"), named("ListObjects"), named("ListMultipartUploads"), named("ListObjectVersions")} {
		t.Run(l.name, func(t *testing.T) {
			s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
				doc := l.item(key)
				if n == 1 {
					doc += l.more(key)
				}
				return answer(r, 200, "<"+l.root+"><EncodingType>url</EncodingType>"+doc+"</"+l.root+">"), nil
			}}
			got, err := l.walk(t, pagesClient(t, s))
			require.NoError(t, err)
			require.Equal(t, []string{"a\x01 b+c/码", "a\x01 b+c/码"}, got)
			// Ceph RGW encodes uploads without saying so, hence there only on request.
			require.Equal(t, l.name != "ListMultipartUploads", s.reqs[0].URL.Query().Get("encoding-type") == "url")
			if l.name != "ListObjectsV2" { // its token is opaque
				require.Equal(t, "a\x01 b+c/码", l.mark(s.last()))
			}

			s = l.book(1)
			_, err = l.walk(t, pagesClient(t, s, func(o *Options) { o.Profile = Generic() }))
			require.NoError(t, err)
			require.False(t, s.last().URL.Query().Has("encoding-type"))
		})
	}
	// A single page is what the caller asks for.
	s := always(200, "<ListBucketResult/>")
	_, err := pagesClient(t, s).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
	require.NoError(t, err)
	require.False(t, s.last().URL.Query().Has("encoding-type"))
}
