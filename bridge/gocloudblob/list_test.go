package gocloudblob

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
)

// listed makes a listing of keys, and of prefixes, which end in a slash or a bar.
func listed(truncated bool, names ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<ListBucketResult>")
		for _, name := range names {
			if end := name[len(name)-1]; end == '/' || end == '|' {
				fmt.Fprintf(w, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", name)
			} else {
				fmt.Fprintf(w, "<Contents><Key>%s</Key><Size>7</Size></Contents>", name)
			}
		}
		if truncated {
			_, _ = io.WriteString(w, "<IsTruncated>true</IsTruncated><NextContinuationToken>token</NextContinuationToken><NextMarker>marker</NextMarker>")
		}
		_, _ = io.WriteString(w, "</ListBucketResult>")
	}
}

func one(p *s3.Profile) { p.ListVersion = 1 }

func TestList(t *testing.T) {
	t.Parallel()
	v2 := func(*s3.Profile) {}
	for name, c := range map[string]struct {
		profile func(*s3.Profile)
		options driver.ListOptions
		answer  http.HandlerFunc
		query   string // beside list-type and encoding-type
		keys    []string
		token   string
	}{
		"all of it": {
			v2, driver.ListOptions{}, listed(false, "a", "b/"), "", []string{"a", "b/"}, "",
		},
		"a page": {
			v2,
			driver.ListOptions{Prefix: "p\n", Delimiter: "/", PageSize: 2, PageToken: []byte("token:t")},
			listed(true, "a", "b/"), "prefix=p__0xa__&delimiter=/&max-keys=2&continuation-token=t",
			[]string{"a", "b/"},
			"token:token",
		},
		"one, of two": {
			v2, driver.ListOptions{PageSize: 1}, listed(true, "a", "b"), "max-keys=2", []string{"a"}, "after:a",
		},
		"one, of two prefixes": {
			v2, driver.ListOptions{PageSize: 1, Delimiter: "/"}, listed(false, "a/", "b"), "max-keys=2&delimiter=/", []string{"a/"}, "after:a/\U0010ffff",
		},
		"the last one": {
			v2, driver.ListOptions{PageSize: 1, PageToken: []byte("after:a")}, listed(false, "b"), "max-keys=2&start-after=a", []string{"b"}, "",
		},
		"another delimiter": {
			v2, driver.ListOptions{Delimiter: "|"}, listed(true, "a", "b|"), "delimiter=|", []string{"a", "b|"}, "after:b|\U0010ffff",
		},
		"another delimiter, no prefix at the end": {
			v2, driver.ListOptions{Delimiter: "|"}, listed(true, "a|", "b"), "delimiter=|", []string{"a|", "b"}, "token:token",
		},
		"escaped keys in order": {
			v2, driver.ListOptions{}, listed(false, "a__0x1__", "aB"), "", []string{"a\x01", "aB"}, "",
		},
		"nothing": {
			v2, driver.ListOptions{}, listed(false), "", []string{}, "",
		},
		"version 1": {
			one,
			driver.ListOptions{Prefix: "p", Delimiter: "/", PageSize: 2, PageToken: []byte("after:m")},
			listed(true, "pa", "pb"), "prefix=p&delimiter=/&max-keys=2&marker=m",
			[]string{"pa", "pb"},
			"after:pb",
		},
		"version 1, a prefix at the end": {
			one, driver.ListOptions{Delimiter: "/"}, listed(true, "a", "b/"), "delimiter=/", []string{"a", "b/"}, "after:b/\U0010ffff",
		},
		"version 1, an empty page": {
			one, driver.ListOptions{}, listed(true), "", []string{}, "after:marker",
		},
		"version 1, the end": {
			one, driver.ListOptions{}, listed(false, "a"), "", []string{"a"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := serve(t, c.answer, func(o *s3.Options) { c.profile(&o.Profile) })
			page, err := b.ListPaged(t.Context(), &c.options)
			require.NoError(t, err)
			keys := []string{}
			for _, o := range page.Objects {
				keys = append(keys, o.Key)
				require.Equal(t, !o.IsDir, o.AsFunc(new(s3.Object)), o.Key)
				require.Equal(t, o.IsDir, o.AsFunc(new(s3.CommonPrefix)), o.Key)
				if !o.IsDir {
					require.EqualValues(t, 7, o.Size)
				}
			}
			require.Equal(t, c.keys, keys)
			require.Equal(t, c.token, string(page.NextPageToken))

			requests, _ := s.take()
			require.Len(t, requests, 1)
			u, err := url.Parse(requests[0][len("GET "):])
			require.NoError(t, err)
			query := u.Query()
			query.Del("list-type")
			query.Del("encoding-type")
			want, err := url.ParseQuery(c.query)
			require.NoError(t, err)
			require.Equal(t, want, query)
		})
	}
}

func TestListFails(t *testing.T) {
	t.Parallel()
	for name, profile := range map[string]func(*s3.Profile){"version 1": one, "version 2": func(*s3.Profile) {}} {
		b, s := serve(t, status(http.StatusForbidden), func(o *s3.Options) { profile(&o.Profile) })
		_, err := b.ListPaged(t.Context(), &driver.ListOptions{})
		require.ErrorIs(t, err, s3.ErrForbidden, name)
		s.take()
		_, err = b.ListPaged(t.Context(), &driver.ListOptions{BeforeList: refuse})
		require.ErrorIs(t, err, errBefore, name)
		requests, _ := s.take()
		require.Empty(t, requests, name)
	}
}
