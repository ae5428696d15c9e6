package s3

import (
	"context"
	"encoding/xml"
	"errors"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/internal/wiretest/hostile"
	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// Whatever a server answers, a call ends soon, with an error of one line, and takes no more memory
// than is written down in SECURITY.md.
func TestHostileServer(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("moves half a gigabyte, and counts memory")
	}
	calls := map[string]func(context.Context, *Client) error{
		"ListObjectsV2": func(ctx context.Context, c *Client) error {
			_, err := c.ListObjectsV2(ctx, &ListObjectsV2Input{Bucket: "bucket"})
			return err
		},
		"PutObject": func(ctx context.Context, c *Client) error {
			_, err := c.PutObject(ctx, &PutObjectInput{Bucket: "bucket", Key: "k", Body: strings.NewReader("x")})
			return err
		},
	}
	for _, a := range hostile.Attacks("application/xml", "<ListBucketResult>", "<Contents/>") {
		for name, call := range calls {
			if name == "PutObject" && strings.HasPrefix(a.Name, "document") && !strings.HasSuffix(a.Name, "end") {
				continue // it reads none
			}
			t.Run(a.Name+"/"+name, func(t *testing.T) {
				err := hostile.Survive(t, a, 512<<20, func(ctx context.Context, url string) error {
					return call(ctx, newClient(t, nil, func(o *Options) {
						o.Endpoint, o.HTTPClient, o.IdleTimeout = url, transport.NewHTTPClient(nil), 200*time.Millisecond
					}))
				})
				if err == nil {
					require.Equal(t, "PutObject", name, "whose answer says nothing")
				}
			})
		}
	}
}

// Signed requests go to no other service, to no other scheme, and no cookie comes back.
func TestRedirectsElsewhere(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{
			"https://evil.example/bucket/k", "http://evil.example/bucket/k", "https://store.example/bucket/k", "//evil.example/",
			"http://store.example.evil.example/", "http://evilstore.example/", "http://store.example@evil.example/", "http://store.example:81/", "file:///etc/passwd",
		} {
			s := always(code, errorXML("TemporaryRedirect", "<Endpoint>evil.example</Endpoint>"), "Location", to, "Set-Cookie", "session=1")
			c := newClient(t, s)
			for range 2 {
				_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "k", Body: strings.NewReader("x")})
				var refused *Error
				require.ErrorAs(t, err, &refused)
				require.Equal(t, code, refused.StatusCode)
			}
			require.Equal(t, 2, s.attempts())
			for _, r := range s.reqs {
				require.Equal(t, "http://store.example/bucket/k", r.URL.String())
				require.Empty(t, r.Header.Get("Cookie"))
			}
		}
	}
}

// Hosts below amazonaws.com are not all Amazon's.
func TestIsAWSHost(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"s3.amazonaws.com", "bucket.s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "a.b.s3.eu-west-1.amazonaws.com", "bucket.s3-us-west-2.amazonaws.com",
		"s3.dualstack.us-gov-west-1.amazonaws.com", "s3-accelerate.amazonaws.com", "bucket.s3-accelerate.dualstack.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn",
		"b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "s3-fips.us-east-1.amazonaws.com",
	} {
		require.True(t, isAWSHost(host), host)
	}
	for _, host := range []string{
		"amazonaws.com", "evil.example", "s3.amazonaws.com.evil.example", "evilamazonaws.com", "s3.evil.example.amazonaws.com", "s3-1234.us-east-1.elb.amazonaws.com",
		"ec2-1-2-3-4.us-west-2.compute.amazonaws.com", "x.execute-api.us-east-1.amazonaws.com", "s3.x.execute-api.us-east-1.amazonaws.com", "s3db.abc.us-east-1.rds.amazonaws.com", "",
	} {
		require.False(t, isAWSHost(host), host)
	}
}

// Keys, metadata and header values stay what they are: no header, no parameter and no element of
// a document can be made of them.
func TestInjection(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"a\r\nX-Amz-Acl: public-read", "a\nb", "a\rb", "a\x00b"} {
		for name, in := range map[string]*PutObjectInput{
			"value":        {Metadata: map[string]string{"a": evil}},
			"name":         {Metadata: map[string]string{evil: "a"}},
			"ContentType":  {ContentType: evil},
			"Tagging":      {Tagging: evil},
			"CacheControl": {CacheControl: evil},
		} {
			s := always(200, "")
			in.Bucket, in.Key, in.Body = "bucket", "k", strings.NewReader("x")
			_, err := newClient(t, s).PutObject(t.Context(), in)
			if err != nil {
				told.OneLine(t, err.Error())
				require.Zero(t, s.attempts(), name)
				continue
			}
			require.Empty(t, s.last().Header.Get("X-Amz-Acl"), name)
			for _, values := range s.last().Header {
				for _, v := range values {
					require.False(t, strings.ContainsAny(v, "\r\n\x00"), "%s: %q", name, v)
				}
			}
		}
	}
	for _, key := range []string{"k?acl", "k#x", "k%3Facl", "../other/k", "k&x=1", "k\r\nX-Amz-Acl: public-read", "k\x00", "a//b", "?"} {
		s := always(200, "")
		_, err := newClient(t, s).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: key})
		if s.attempts() == 0 {
			require.Error(t, err)
			told.OneLine(t, err.Error())
			continue
		}
		sent, err := http.NewRequest(http.MethodHead, s.last().URL.String(), nil)
		require.NoError(t, err)
		require.Equal(t, "/bucket/"+key, sent.URL.Path, "as a server reads it")
		require.Empty(t, sent.URL.RawQuery)
	}
	for _, key := range []string{"</Key><Key>b", "]]>", "<!--", "&lt;", "a\r\nb"} {
		s := always(200, "<DeleteResult/>")
		_, err := newClient(t, s).DeleteObjects(t.Context(), &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: key}}}})
		require.NoError(t, err)
		var sent struct {
			Object []struct{ Key string }
		}
		require.NoError(t, xml.Unmarshal([]byte(s.bodies[0]), &sent))
		require.Len(t, sent.Object, 1)
		require.Equal(t, key, sent.Object[0].Key)
	}
}

// A listing that goes round ends: every iterator over pages notices a place that it was at before.
func TestListingsThatGoRound(t *testing.T) {
	t.Parallel()
	for name, walk := range map[string]func(*Client) error{
		"ListBuckets": func(c *Client) error { return ends(c.ListBucketsPages(t.Context(), nil)) },
		"ListObjects": func(c *Client) error { return ends(c.ListObjectsPages(t.Context(), &ListObjectsInput{Bucket: "b"})) },
		"ListObjectsV2": func(c *Client) error {
			return ends(c.ListObjectsV2Pages(t.Context(), &ListObjectsV2Input{Bucket: "b"}))
		},
		"ListObjectVersions": func(c *Client) error {
			return ends(c.ListObjectVersionsPages(t.Context(), &ListObjectVersionsInput{Bucket: "b"}))
		},
		"ListMultipartUploads": func(c *Client) error {
			return ends(c.ListMultipartUploadsPages(t.Context(), &ListMultipartUploadsInput{Bucket: "b"}))
		},
		"ListParts": func(c *Client) error {
			return ends(c.ListPartsPages(t.Context(), &ListPartsInput{Bucket: "b", Key: "k", UploadId: "u"}))
		},
	} {
		for round := range 4 {
			n := 0
			s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
				n++
				place := strconv.Itoa(1 + n%(round+1))
				return answer(r, 200, "<R><IsTruncated>true</IsTruncated><ContinuationToken>"+place+"</ContinuationToken><NextContinuationToken>"+place+"</NextContinuationToken>"+
					"<NextMarker>"+place+"</NextMarker><NextKeyMarker>"+place+"</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker><NextUploadIdMarker>u</NextUploadIdMarker>"+
					"<NextPartNumberMarker>"+place+"</NextPartNumberMarker></R>"), nil
			}}
			require.ErrorIs(t, walk(newClient(t, s)), ErrListingStuck, "%s, %d", name, round)
			require.Less(t, s.attempts(), 40, "%s, %d", name, round)
		}
	}
}

// ends walks a listing for a while, to its error.
func ends[Out any](pages iter.Seq2[Out, error]) error {
	n := 0
	for _, err := range pages {
		if err != nil {
			return err
		}
		if n++; n > 1000 {
			return errors.New("it goes on for ever")
		}
	}
	return nil
}
