package identity

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// As the Amazon EC2 User Guide prints them, in "Retrieve security credentials from instance
// metadata".
func TestIMDSGoldens(t *testing.T) {
	t.Parallel()
	o := IMDSProviderOptions{Lookup: variablesOf(nil)}
	o.HTTPClient = exchanges(t, "imds/GetToken", "imds/GetRole", "imds/GetCredentials")
	o.Clock = func() time.Time { return time.Date(2017, 5, 17, 9, 9, 54, 0, time.UTC) }
	p, err := NewIMDSProvider(o)
	require.NoError(t, err)
	for range 2 { // the second is from the cache
		got, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, sigv4.Credentials{
			AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SessionToken: "token",
			Expires: time.Date(2017, 5, 17, 15, 9, 54, 0, time.UTC),
		}, got)
	}
}

func TestIMDSTokenIsReusedAndReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIMDSServer()
		s.lifetime = time.Hour
		p := s.provider(t)
		retrieve := func() {
			t.Helper()
			got, err := p.Retrieve(t.Context())
			require.NoError(t, err)
			require.True(t, time.Now().Before(got.Expires))
			synctest.Wait() // a refresh may be under way
		}
		retrieve()
		require.Equal(t, []string{imdsCredentials, imdsCredentials + "web"}, s.gets)
		// In front of their end the credentials are fetched anew, with the same token.
		time.Sleep(56 * time.Minute)
		retrieve()
		puts, creds := s.counts()
		require.Equal(t, []int{1, 2}, []int{puts, creds})
		// The token lasts for 6 hours.
		for range 10 {
			time.Sleep(55 * time.Minute)
			retrieve()
		}
		puts, _ = s.counts()
		require.Equal(t, 2, puts)
	})
}

func TestIMDSBelievesTheTokensLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIMDSServer()
		s.longest, s.lifetime = time.Minute, 10*time.Minute
		p := s.provider(t)
		for range 3 {
			_, err := p.Retrieve(t.Context())
			require.NoError(t, err)
			time.Sleep(s.lifetime)
		}
		puts, creds := s.counts()
		require.Equal(t, []int{3, 3}, []int{puts, creds})
		require.Len(t, s.gets, 6, "no token was refused")
	})
}

func TestIMDSTakesOneNewTokenForARefusedOne(t *testing.T) {
	t.Parallel()
	s := newIMDSServer()
	p := s.provider(t)
	one, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	s.forget()
	p.Invalidate(one)
	two, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, one.AccessKeyID, two.AccessKeyID)
	puts, _ := s.counts()
	require.Equal(t, 2, puts)

	// One that is refused again is not asked for for ever.
	refusals := 0
	s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			refusals++
			w.WriteHeader(http.StatusUnauthorized)
		}
		return r.Method == http.MethodGet
	}
	p.Invalidate(two)
	_, err = p.Retrieve(t.Context())
	require.ErrorIs(t, err, ErrUnauthorized)
	require.False(t, isNotConfigured(err))
	require.Equal(t, 2, refusals)
	puts, _ = s.counts()
	require.Equal(t, 3, puts)
}

func TestIMDSRole(t *testing.T) {
	t.Parallel()
	s := newIMDSServer()
	_, err := s.provider(t, func(o *IMDSProviderOptions) { o.Role = "web" }).Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{imdsCredentials + "web"}, s.gets)

	_, err = s.provider(t, func(o *IMDSProviderOptions) { o.Role = "other" }).Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotFound)
	require.False(t, isNotConfigured(err), "somebody has named it")
	var operation *smithy.OperationError
	require.ErrorAs(t, err, &operation)
	require.Equal(t, "GetMetadata", operation.Operation())

	s.role = ""
	_, err = s.provider(t).Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotConfigured)
	require.ErrorContains(t, err, "the instance has no role")

	s.role = " "
	_, err = s.provider(t).Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotConfigured)
	require.ErrorContains(t, err, "the instance has no role")
}

func TestIMDSRefusals(t *testing.T) {
	t.Parallel()
	// through changes what the provider sends on its way.
	through := func(s *imdsServer, change func(http.Header)) func(*IMDSProviderOptions) {
		return func(o *IMDSProviderOptions) {
			o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				r = r.Clone(r.Context())
				change(r.Header)
				return s.RoundTrip(r)
			})}
		}
	}
	s := newIMDSServer()
	_, err := s.provider(t, through(s, func(h http.Header) { h.Set("X-Forwarded-For", "10.0.0.1") })).Retrieve(t.Context())
	require.ErrorIs(t, err, ErrForbidden)
	require.ErrorIs(t, err, ErrNotConfigured)
	require.ErrorContains(t, err, "turned off")
	_, err = s.provider(t, through(s, func(h http.Header) { h.Del("X-aws-ec2-metadata-token-ttl-seconds") })).Retrieve(t.Context())
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, http.StatusBadRequest, e.StatusCode)
	require.False(t, isNotConfigured(err))
	_, err = s.provider(t, through(s, func(h http.Header) { h.Del("X-aws-ec2-metadata-token") })).Retrieve(t.Context())
	require.ErrorIs(t, err, ErrUnauthorized)

	answer := func(method string, status int, document string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method || r.URL.Path == imdsCredentials {
				return false
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, document)
			return true
		}
	}
	const keys = `"AccessKeyId":"ASIA","SecretAccessKey":"s3cret","Token":"t0ken"`
	for _, c := range []struct {
		method   string
		status   int
		document string
		is       error
		wrong    string
	}{
		// Another service at that address, such as OpenStack's.
		{http.MethodPut, 404, "", ErrNotConfigured, "no metadata service of version 2"},
		{http.MethodPut, 405, "", ErrNotConfigured, "status 405"},
		{http.MethodPut, 500, "", Code("InternalServerError"), "operation error IMDS: GetToken"},
		{http.MethodPut, 200, " \n", ErrMalformedAnswer, "no token"},
		{http.MethodGet, 302, "", Code("Found"), "status 302"},
		{http.MethodGet, 503, "", Code("ServiceUnavailable"), "after 3 attempts"},
		{
			http.MethodGet, 200, `{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume\nthe role web."}`,
			Code("AssumeRoleUnauthorizedAccess"), "EC2 cannot assume the role web.",
		},
		{http.MethodGet, 200, `<html>s3cret</html>`, ErrMalformedAnswer, "no JSON"},
		{http.MethodGet, 200, `{"Code":"Success",` + keys + `,"Expiration":"2026-`, ErrMalformedAnswer, "no JSON"},
		{http.MethodGet, 200, `{"Code":"Success",` + keys + `}`, ErrMalformedAnswer, "no Expiration"},
		{http.MethodGet, 200, `{"Code":"Success",` + keys + `,"Expiration":"soon"}`, ErrMalformedAnswer, "an Expiration that is no time"},
		{http.MethodGet, 200, `{"Code":"Success"}`, ErrMalformedAnswer, "no AccessKeyId"},
	} {
		s := newIMDSServer()
		s.intercept = answer(c.method, c.status, c.document)
		_, err := s.provider(t).Retrieve(t.Context())
		require.ErrorIs(t, err, c.is, "%v", c)
		require.ErrorContains(t, err, c.wrong)
		require.NotContains(t, err.Error(), "s3cret")
		require.NotContains(t, err.Error(), "\n")
		require.Equal(t, c.is == ErrNotConfigured, isNotConfigured(err), "%v", err)
		require.ErrorAs(t, err, &e)
		require.Equal(t, c.status, e.StatusCode)
	}
}

func TestIMDSThatIsNotThere(t *testing.T) {
	t.Parallel()
	down := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
	s, up, tries := newIMDSServer(), false, 0
	p := s.provider(t, func(o *IMDSProviderOptions) {
		o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if tries++; up {
				return s.RoundTrip(r)
			}
			return nil, down
		})}
	})
	_, err := p.Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotConfigured)
	require.ErrorIs(t, err, down)
	require.ErrorContains(t, err, "no answer from 169.254.169.254")
	require.Equal(t, DefaultIMDSMaxAttempts, tries)

	up = true
	c, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	// It has been there: that it is gone now is a fault, for metadata and for tokens.
	up = false
	p.Invalidate(c)
	_, err = p.Retrieve(t.Context())
	require.ErrorIs(t, err, down)
	require.ErrorContains(t, err, "GetMetadata")
	require.False(t, isNotConfigured(err))
	up = true
	s.intercept = func(http.ResponseWriter, *http.Request) bool {
		up = false
		s.forget()
		return false
	}
	_, err = p.Retrieve(t.Context())
	require.ErrorIs(t, err, down)
	require.ErrorContains(t, err, "GetToken")
	require.False(t, isNotConfigured(err))
}

func TestIMDSIsNotWaitedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newIMDSServer()
		s.took = time.Hour
		began := time.Now()
		_, err := s.provider(t).Retrieve(t.Context())
		require.ErrorIs(t, err, ErrNotConfigured)
		require.InDelta(t, 3, time.Since(began).Seconds(), 0.1)

		// The caller's client has its own limit, and so may the options.
		for _, fn := range []func(*IMDSProviderOptions){
			func(o *IMDSProviderOptions) { o.HTTPClient.Timeout = 5 * time.Second; o.MaxAttempts = -1 },
			func(o *IMDSProviderOptions) { o.Timeout = 5 * time.Second; o.MaxAttempts = 1 },
		} {
			began = time.Now()
			_, err = s.provider(t, fn).Retrieve(t.Context())
			require.ErrorIs(t, err, ErrNotConfigured)
			require.Equal(t, 5*time.Second, time.Since(began))
		}
	})
}

func TestIMDSEndpoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoint string
		set      map[string]string
		want     string // the URL of the first request; empty: there is none
		wrong    string
	}{
		{want: "http://169.254.169.254/latest/api/token"},
		{set: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4"}, want: "http://169.254.169.254/latest/api/token"},
		{set: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}, want: "http://[fd00:ec2::254]/latest/api/token"},
		{set: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"}, wrong: `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is "IPv5", want IPv4 or IPv6`},
		{
			set:  map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/mock/", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"},
			want: "http://127.0.0.1:1338/mock/latest/api/token",
		},
		{set: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "169.254.169.254"}, wrong: "AWS_EC2_METADATA_SERVICE_ENDPOINT"},
		{endpoint: "http://10.0.0.1", set: map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://10.0.0.2"}, want: "http://10.0.0.1/latest/api/token"},
		{endpoint: "http://10.0.0.1", set: map[string]string{"AWS_EC2_METADATA_DISABLED": "TRUE"}, wrong: "not configured: AWS_EC2_METADATA_DISABLED is true"},
		{set: map[string]string{"AWS_EC2_METADATA_DISABLED": "false"}, want: "http://169.254.169.254/latest/api/token"},
	} {
		s, sent := newIMDSServer(), ""
		s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			if sent == "" {
				sent = r.URL.String()
			}
			r.URL.Path = strings.TrimPrefix(r.URL.Path, "/mock")
			return false
		}
		_, err := s.provider(t, func(o *IMDSProviderOptions) { o.Endpoint, o.Lookup = c.endpoint, variablesOf(c.set) }).Retrieve(t.Context())
		require.Equal(t, c.want, sent)
		if c.wrong == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.wrong)
		require.Equal(t, c.set["AWS_EC2_METADATA_DISABLED"] != "", isNotConfigured(err))
	}
}

func TestIMDSEnvironmentThatChanges(t *testing.T) {
	t.Parallel()
	// A token is fetched on its own as well: there the environment may be another.
	s, set := newIMDSServer(), map[string]string{}
	s.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			set["AWS_EC2_METADATA_DISABLED"] = "true"
			s.forget()
		}
		return false
	}
	p := s.provider(t, func(o *IMDSProviderOptions) { o.Lookup = variablesOf(set) })
	_, err := p.Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotConfigured)
	puts, _ := s.counts()
	require.Equal(t, 1, puts)
}

func TestIMDSOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := NewIMDSProvider(IMDSProviderOptions{Endpoint: "169.254.169.254"})
	require.ErrorContains(t, err, "identity: Endpoint")
	_, err = NewIMDSProvider(IMDSProviderOptions{RefreshBefore: -1})
	require.EqualError(t, err, "identity: RefreshBefore is negative")
	o := IMDSProviderOptions{}
	o.HTTPClient, o.TLSConfig = http.DefaultClient, linkLocalClient(nil).Transport.(*http.Transport).TLSClientConfig
	_, err = NewIMDSProvider(o)
	require.ErrorContains(t, err, "TLSConfig is for the default HTTPClient")
}

// Over a real connection: what net/http puts on the wire.
func TestIMDSOverHTTP(t *testing.T) {
	s := newIMDSServer()
	var wire []string
	s.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		wire = append(wire, fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.ContentLength))
		return false
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.intercept(w, r)
		s.serve(w, r)
	}))
	defer server.Close()
	// A proxy would see the keys.
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	p, err := NewIMDSProvider(IMDSProviderOptions{Endpoint: server.URL, Lookup: variablesOf(nil)})
	require.NoError(t, err)
	got, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "instance-token", got.SessionToken)
	require.Equal(t, []string{"PUT /latest/api/token 0", "GET /latest/meta-data/iam/security-credentials/ 0", "GET /latest/meta-data/iam/security-credentials/web 0"}, wire)
}

func TestNoProxyForThisMachine(t *testing.T) {
	t.Parallel()
	proxy := linkLocalClient(nil).Transport.(*http.Transport).Proxy
	u, err := proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: "169.254.169.254"}})
	require.NoError(t, err)
	require.Nil(t, u)
	_, err = proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: "agent.example.com"}})
	require.NoError(t, err)
}
