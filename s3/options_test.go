package s3

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

func TestOptionsAreResolved(t *testing.T) {
	for _, c := range []struct {
		name                      string
		in                        Options
		endpoint, region, profile string
		addressing                Addressing
	}{
		{"nothing", Options{}, "https://s3.us-east-1.amazonaws.com", "us-east-1", "AWS", AddressingVirtualHost},
		{"region", Options{Region: "ap-northeast-2"}, "https://s3.ap-northeast-2.amazonaws.com", "ap-northeast-2", "AWS", AddressingVirtualHost},
		{"endpoint", Options{Endpoint: "http://store.example"}, "http://store.example", "us-east-1", "generic", AddressingPath},
		{"AWS's endpoint", Options{Endpoint: "https://s3.dualstack.us-west-2.amazonaws.com", Region: "us-west-2"}, "https://s3.dualstack.us-west-2.amazonaws.com", "us-west-2", "AWS", AddressingVirtualHost},
		{"China's endpoint", Options{Endpoint: "https://s3.cn-north-1.amazonaws.com.cn", Region: "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1", "AWS", AddressingVirtualHost},
		{"not AWS's endpoint", Options{Endpoint: "https://amazonaws.com.example"}, "https://amazonaws.com.example", "us-east-1", "generic", AddressingPath},
		{"profile's region", Options{Endpoint: "https://store.example", Profile: NHNCloud()}, "https://store.example", "KR1", "NHN Cloud", AddressingPath},
		{"own region", Options{Endpoint: "https://store.example", Profile: KakaoCloud(), Region: "kr-1"}, "https://store.example", "kr-1", "KakaoCloud", AddressingPath},
		{"own addressing", Options{Endpoint: "https://store.example", Profile: MinIO(), Addressing: AddressingVirtualHost}, "https://store.example", "us-east-1", "MinIO", AddressingVirtualHost},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, err := New(c.in)
			require.NoError(t, err)
			o := client.Options()
			require.Equal(t, c.endpoint, o.Endpoint)
			require.Equal(t, c.region, o.Region)
			require.Equal(t, c.profile, o.Profile.Name)
			require.Equal(t, c.addressing, o.Addressing)
			require.Equal(t, 4, o.MaxAttempts)
			require.Equal(t, time.Minute, o.IdleTimeout)
			require.NotNil(t, o.HTTPClient)
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"store.example":            {Endpoint: "store.example"},
		"scheme":                   {Endpoint: "ftp://store.example"},
		"has no host":              {Endpoint: "https://"},
		"no host":                  {Endpoint: "http://:9000"},
		"is not a URL":             {Endpoint: "http://sec\x7fret"},
		"user name":                {Endpoint: "http://user:s3cret@store.example"},
		"query":                    {Endpoint: "http://store.example/?token=s3cret"},
		"fragment":                 {Endpoint: "http://store.example/#s3cret"},
		"MinIO needs an Endpoint":  {Profile: MinIO()},
		"host name":                {Region: "us east/1"},
		"give yours its own":       {Endpoint: "http://store.example", HTTPClient: http.DefaultClient, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13}},
		"needs the scheme http or": {Endpoint: "//store.example"},
	} {
		_, err := New(o)
		require.ErrorContains(t, err, "s3: ", name)
		require.NotContains(t, err.Error(), "s3cret")
		if name != "store.example" {
			require.ErrorContains(t, err, name)
		}
	}
	c := newClient(t, always(200, ""))
	for _, bad := range []func(*Options){
		func(o *Options) { o.Endpoint = "ftp://store.example" },
		func(o *Options) { o.HTTPClient = nil },
	} {
		_, err := c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"}, bad)
		require.ErrorContains(t, err, "HeadBucket")
		_, err = c.Presign(t.Context(), &HeadBucketInput{Bucket: "bucket"}, time.Minute, bad)
		require.ErrorContains(t, err, "HeadBucket")
	}
}

// Options are copied on the way in and on the way out, and functions of one call change
// that call only.
func TestOptionsAreTheClientsOwn(t *testing.T) {
	s := always(200, "")
	o := Options{Endpoint: "http://store.example", Profile: CephRGW(), SignHeaders: []string{"Range"}, HTTPClient: &http.Client{Transport: s}}
	o.Profile.Checksums = []ChecksumAlgorithm{ChecksumAlgorithmCrc32}
	c, err := New(o, func(o *Options) { o.Region = "from-a-function" })
	require.NoError(t, err)
	before := c.Options()
	require.Equal(t, "from-a-function", before.Region)

	spoil := func(o *Options) {
		o.SignHeaders[0] = "X"
		o.Profile.Checksums[0] = "X"
		o.Profile.Operations["HeadBucket"] = Unsupported
		o.Region, o.Endpoint, o.AllowUnsupported = "elsewhere", "http://other.example", false
	}
	spoil(&o)
	out := c.Options()
	spoil(&out)
	_, err = c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"}, spoil)
	require.ErrorIs(t, err, ErrUnsupported)
	require.Equal(t, before.Profile, c.Options().Profile)
	require.Equal(t, []string{"Range"}, c.Options().SignHeaders)
	require.Equal(t, "from-a-function", c.Options().Region)
	_, err = c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.NoError(t, err)
	require.Equal(t, "store.example", s.last().URL.Host)
}

func TestOptionsOfOneCall(t *testing.T) {
	s := always(200, "")
	c := newClient(t, s, func(o *Options) { o.Endpoint, o.Profile = "", AWS() })
	for _, step := range []struct {
		name         string
		fns          []func(*Options)
		host, region string
		ua           string
	}{
		{"none", nil, "bucket.s3.us-east-1.amazonaws.com", "us-east-1", ""},
		{"region", []func(*Options){func(o *Options) { o.Region = "eu-west-1" }}, "bucket.s3.eu-west-1.amazonaws.com", "eu-west-1", ""},
		{"region of China", []func(*Options){func(o *Options) { o.Region = "cn-north-1" }}, "bucket.s3.cn-north-1.amazonaws.com.cn", "cn-north-1", ""},
		{"endpoint", []func(*Options){func(o *Options) { o.Endpoint = "https://store.example" }}, "bucket.store.example", "us-east-1", ""},
		{"endpoint and region", []func(*Options){func(o *Options) { o.Endpoint, o.Region = "https://store.example", "x-1" }}, "bucket.store.example", "x-1", ""},
		{"two functions", []func(*Options){func(o *Options) { o.Region = "eu-west-1" }, func(o *Options) { o.Addressing = AddressingPath }}, "s3.eu-west-1.amazonaws.com", "eu-west-1", ""},
		{"user agent", []func(*Options){func(o *Options) { o.UserAgent = "app/2" }}, "bucket.s3.us-east-1.amazonaws.com", "us-east-1", " app/2"},
		{"none again", nil, "bucket.s3.us-east-1.amazonaws.com", "us-east-1", ""},
	} {
		_, err := c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"}, step.fns...)
		require.NoError(t, err)
		require.Equal(t, step.host, s.last().URL.Host, step.name)
		require.Equal(t, step.region, signedRegion(s.last()), step.name)
		require.True(t, strings.HasSuffix(s.last().UserAgent(), ")"+step.ua), s.last().UserAgent())
	}

	// A call with options follows a redirect like any other.
	s.reply = func(_ int, r *http.Request) (*http.Response, error) {
		if signedRegion(r) != "eu-west-1" {
			return answer(r, 301, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		}
		return answer(r, 200, ""), nil
	}
	_, err := c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"}, func(o *Options) { o.MaxAttempts = 2 })
	require.NoError(t, err)
	require.Equal(t, "bucket.s3.eu-west-1.amazonaws.com", s.last().URL.Host)
}

func TestAnonymous(t *testing.T) {
	for _, p := range []sigv4.Provider{nil, sigv4.Static("", "", ""), sigv4.Static(testKey, "", "")} {
		s := always(200, "content", "Etag", `"e"`)
		b, err := getAll(t.Context(), newClient(t, s, func(o *Options) { o.Credentials = p }), &GetObjectInput{Bucket: "bucket", Key: "key"})
		require.NoError(t, err)
		require.Equal(t, "content", string(b))
		for name := range s.last().Header {
			require.NotContains(t, []string{"Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"}, name)
		}
	}
}

// The default HTTP client takes a private cloud's roots.
func TestTLSConfig(t *testing.T) {
	s := record(t, true, nil)
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c := newClient(t, nil, func(o *Options) {
		o.Endpoint, o.HTTPClient = s.URL, nil
		o.TLSConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	})
	t.Cleanup(c.Options().HTTPClient.CloseIdleConnections)
	_, err := c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.NoError(t, err)
	again, err := New(c.Options())
	require.NoError(t, err)
	_, err = again.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.NoError(t, err)
	require.Len(t, s.take(), 2)
}
