package s3

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
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

func keysOf(contents []Object) string {
	var keys []string
	for _, o := range contents {
		keys = append(keys, o.Key)
	}
	return strings.Join(keys, " ")
}

// listing is one of the five iterators over a stub.
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
		func(r *http.Request) string { return r.URL.Query().Get("continuation-token") },
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
		func(r *http.Request) string { return r.URL.Query().Get("continuation-token") },
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
			c := newClient(t, s)
			for range 2 { // a listing can be walked again
				got, err := l.walk(t, c)
				require.NoError(t, err)
				require.Equal(t, []string{"entry-1", "entry-2", "entry-3"}, got)
			}
			require.Equal(t, 6, s.attempts())
			if l.name == "ListMultipartUploads" {
				require.Equal(t, "id2", s.last().URL.Query().Get("upload-id-marker"))
			}

			got, err := l.walk(t, newClient(t, l.book(1)))
			require.NoError(t, err)
			require.Equal(t, []string{"entry-1"}, got)
			got, err = l.walk(t, newClient(t, always(200, "")))
			require.NoError(t, err)
			require.Equal(t, []string{""}, got, "an empty answer is an empty page")
		})
	}
}

func TestPagesThatDoNotAdvance(t *testing.T) {
	for _, l := range listings {
		for _, mark := range []string{"", "1"} {
			if mark == "" && l.name == "ListBuckets" {
				continue // that is its end
			}
			t.Run(l.name+mark, func(t *testing.T) {
				s := always(200, "<"+l.root+">"+l.more(mark)+"</"+l.root+">")
				got, err := l.walk(t, newClient(t, s))
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
		if l.name != "ListObjects" && l.name != "ListParts" {
			continue
		}
		s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
			return answer(r, 200, "<"+l.root+">"+l.more(fmt.Sprint(9-n%2))+"</"+l.root+">"), nil
		}}
		_, err := l.walk(t, newClient(t, s))
		require.ErrorIs(t, err, ErrListingStuck)
		require.LessOrEqual(t, s.attempts(), 3)
	}
	// Part numbers count as numbers: 10 is after 9.
	s := script(
		says(200, "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>9</NextPartNumberMarker></ListPartsResult>"),
		says(200, "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>10</NextPartNumberMarker></ListPartsResult>"),
		says(200, "<ListPartsResult/>"))
	_, err := listings[3].walk(t, newClient(t, s))
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
			got, err := l.walk(t, newClient(t, s))
			require.ErrorIs(t, err, ErrAccessDenied)
			require.ErrorContains(t, err, l.name)
			require.Equal(t, []string{"entry-1", "entry-2"}, got)
			require.Equal(t, 3, s.attempts())
		})
	}
}

func TestPagesEndEarly(t *testing.T) {
	s := listings[0].book(5)
	in := &ListObjectsV2Input{Bucket: "bucket"}
	pages := newClient(t, s).ListObjectsV2Pages(t.Context(), in)
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

	_, err = walk(newClient(t, s).ListObjectsV2Pages(t.Context(), nil), func(*ListObjectsV2Output) string { return "" })
	require.ErrorContains(t, err, "Bucket")
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
		_, err := listings[1].walk(t, newClient(t, s))
		require.NoError(t, err)
		require.Equal(t, c.marker, listings[1].mark(s.last()))
	}
}

// Alluxio's markers are paths.
func TestListObjectsOfAlluxio(t *testing.T) {
	s := script(
		says(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>/bucket/dir/a</NextMarker></ListBucketResult>"),
		says(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>dir/b</NextMarker></ListBucketResult>"),
		says(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>/bucket/dir/b</NextMarker></ListBucketResult>"))
	_, err := listings[1].walk(t, newClient(t, s, func(o *Options) { o.Profile = Alluxio() }))
	require.ErrorIs(t, err, ErrListingStuck, "the last two are the same place")
	require.Equal(t, "dir/a", listings[1].mark(s.reqs[1]))
	require.Equal(t, "dir/b", listings[1].mark(s.reqs[2]))

	// Elsewhere such a marker is a key.
	s = script(
		says(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>/bucket/a</NextMarker></ListBucketResult>"),
		says(200, "<ListBucketResult/>"))
	_, err = listings[1].walk(t, newClient(t, s))
	require.NoError(t, err)
	require.Equal(t, "/bucket/a", listings[1].mark(s.last()))
}

// OpenStack Swift names no place to go on from, or one that is not encoded as the keys are.
func TestListMultipartUploadsOfSwift(t *testing.T) {
	for _, mark := range []string{"", "<NextKeyMarker>a b</NextKeyMarker><NextUploadIdMarker>x</NextUploadIdMarker>"} {
		s := script(
			says(200, "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"+mark+
				"<Upload><Key>a%20b</Key><UploadId>id</UploadId></Upload></ListMultipartUploadsResult>"),
			says(200, "<ListMultipartUploadsResult/>"))
		c := newClient(t, s)
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
	for _, l := range []listing{listings[0], listings[1], listings[4]} {
		t.Run(l.name, func(t *testing.T) {
			s := &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
				doc := l.item(key)
				if n == 1 {
					doc += l.more(key)
				}
				return answer(r, 200, "<"+l.root+"><EncodingType>url</EncodingType>"+doc+"</"+l.root+">"), nil
			}}
			got, err := l.walk(t, newClient(t, s))
			require.NoError(t, err)
			require.Equal(t, []string{"a\x01 b+c/码", "a\x01 b+c/码"}, got)
			// Ceph RGW encodes uploads without saying so, hence there only on request.
			require.Equal(t, l.name != "ListMultipartUploads", s.reqs[0].URL.Query().Get("encoding-type") == "url")
			if l.name != "ListObjectsV2" { // its token is opaque
				require.Equal(t, "a\x01 b+c/码", l.mark(s.last()))
			}

			s = l.book(1)
			_, err = l.walk(t, newClient(t, s, func(o *Options) { o.Profile = Generic() }))
			require.NoError(t, err)
			require.False(t, s.last().URL.Query().Has("encoding-type"))
		})
	}
	// A single page is what the caller asks for.
	s := always(200, "<ListBucketResult/>")
	_, err := newClient(t, s).ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "bucket"})
	require.NoError(t, err)
	require.False(t, s.last().URL.Query().Has("encoding-type"))
}
