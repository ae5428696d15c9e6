package identity

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// What the golden files are made with. The secrets are looked for wherever something is
// printed.
const (
	stsKey           = "AKIDEXAMPLE"
	stsSecret        = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	stsWebToken      = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
	stsSessionKey    = "SESSIONKEYEXAMPLE000"
	stsSessionSecret = "session/Secret+KeyEXAMPLE0123456789abcdef"
	stsSessionToken  = "c2Vzc2lvbi10b2tlbg+/EXAMPLE=="

	stsPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"a + b","Effect":"Allow","Action":["s3:*"],"Resource":["*"]}]}`
)

var stsNow = time.Date(2026, 11, 21, 14, 20, 15, 0, time.UTC)

// newTestSTS is a client that signs with the golden files' keys, at their time, and
// retries without waiting.
func newTestSTS(t testing.TB, rt http.RoundTripper, fns ...func(*STSOptions)) *STS {
	t.Helper()
	s, err := NewSTS(STSOptions{
		HTTPOptions: HTTPOptions{
			HTTPClient: &http.Client{Transport: rt}, BaseDelay: 1,
			Clock: func() time.Time { return stsNow },
		},
		Endpoint:    "http://sts.example.com",
		Credentials: sigv4.Static(stsKey, stsSecret, ""),
	}, fns...)
	require.NoError(t, err)
	return s
}

// stsSession is what the golden answers give, until so long after their time.
func stsSession(life time.Duration) sigv4.Credentials {
	return sigv4.Credentials{
		AccessKeyID: stsSessionKey, SecretAccessKey: stsSessionSecret, SessionToken: stsSessionToken,
		Expires: stsNow.Add(life),
	}
}

func readGolden(t testing.TB, name string) *bufio.Reader {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "sts", filepath.FromSlash(name)))
	require.NoError(t, err)
	return bufio.NewReader(bytes.NewReader(raw))
}

// golden plays the server of one recorded exchange: it compares what comes with the
// request on file and answers as the file has it.
func golden(t *testing.T, name string) roundTripper {
	want, err := http.ReadRequest(readGolden(t, name+".request.http"))
	require.NoError(t, err)
	wantBody, err := io.ReadAll(want.Body)
	require.NoError(t, err)
	return func(got *http.Request) (*http.Response, error) {
		require.Equal(t, want.Method, got.Method)
		require.Equal(t, want.RequestURI, got.URL.RequestURI())
		require.Equal(t, want.Host, got.URL.Host)
		require.Equal(t, want.ContentLength > 0, got.ContentLength > 0)

		header := got.Header.Clone()
		require.True(t, strings.HasPrefix(header.Get("User-Agent"), "stowage-go/"))
		header.Del("User-Agent")
		want.Header.Del("Content-Length")
		require.Equal(t, want.Header, header)

		body, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		require.Len(t, body, int(got.ContentLength))
		if want.Header.Get("Content-Type") == "application/json" {
			require.Equal(t, compactJSON(t, wantBody), string(body))
		} else {
			require.Equal(t, string(wantBody), string(body))
		}
		answer, err := http.ReadResponse(readGolden(t, name+".response.http"), got)
		require.NoError(t, err)
		return answer, nil
	}
}

func (s *STS) mustWebIdentity(t *testing.T, in AssumeRoleWithWebIdentityInput) *AssumeRoleWithWebIdentityOutput {
	out, err := s.AssumeRoleWithWebIdentity(t.Context(), &in)
	require.NoError(t, err)
	return out
}

func TestSTSGolden(t *testing.T) {
	aws := func(o *STSOptions) { o.Endpoint, o.Region = "", "us-west-2" }
	ceph := func(o *STSOptions) { o.Endpoint = "http://rgw.example.com:7480" }
	minio := func(o *STSOptions) { o.Endpoint = "http://minio.example.com:9000/" }
	kakao := func(o *STSOptions) {
		o.Endpoint, o.Dialect = "https://objectstorage.kr-central-2.kakaocloud.com", STSJSON
	}
	federated := "arn:aws:iam::123456789012:role/FederatedWebIdentityRole"

	for name, test := range map[string]struct {
		server func(*STSOptions)
		run    func(*testing.T, *STS)
	}{
		"aws/AssumeRoleWithWebIdentity": {aws, func(t *testing.T, s *STS) {
			require.Equal(t, &AssumeRoleWithWebIdentityOutput{
				AssumedRoleUser: AssumedRoleUser{
					Arn:           "arn:aws:sts::123456789012:assumed-role/FederatedWebIdentityRole/app1",
					AssumedRoleId: "AROACLKWSDQRAOEXAMPLE:app1",
				},
				Audience:                    "client.5498841531868486423.1548@apps.example.com",
				Credentials:                 stsSession(time.Hour),
				PackedPolicySize:            6,
				Provider:                    "www.amazon.com",
				SessionTokenSize:            1024,
				SessionTokenUtilization:     25,
				SourceIdentity:              "SourceIdentityValue",
				SubjectFromWebIdentityToken: "amzn1.account.AF6RHO7KZU5XRVQJGXK6HEXAMPLE",
			}, s.mustWebIdentity(t, AssumeRoleWithWebIdentityInput{
				DurationSeconds: 3600, MinimumSessionTokenSize: 1024, Policy: stsPolicy,
				PolicyArns: []PolicyDescriptorType{{Arn: "arn:aws:iam::123456789012:policy/one"}, {Arn: "arn:aws:iam::123456789012:policy/two"}},
				ProviderId: "www.amazon.com", RoleArn: federated, RoleSessionName: "app1", WebIdentityToken: stsWebToken,
			}))
		}},
		"aws/AssumeRole": {aws, func(t *testing.T, s *STS) {
			out, err := s.AssumeRole(t.Context(), &AssumeRoleInput{
				DurationSeconds: 1800, ExternalId: "123ABC", MinimumSessionTokenSize: 1024, Policy: stsPolicy,
				PolicyArns:       []PolicyDescriptorType{{Arn: "arn:aws:iam::123456789012:policy/one"}},
				ProvidedContexts: []ProvidedContext{{ContextAssertion: "assertion", ProviderArn: "arn:aws:iam::aws:contextProvider/IdentityCenter"}},
				RoleArn:          "arn:aws:iam::123456789012:role/demo", RoleSessionName: "testAR",
				SerialNumber: "arn:aws:iam::123456789012:mfa/user", SourceIdentity: "Alice",
				Tags: []Tag{{"Project", "Pegasus + more"}, {Key: "Empty"}}, TokenCode: "123456",
				TransitiveTagKeys: []string{"Project", "Empty"},
			})
			require.NoError(t, err)
			require.Equal(t, &AssumeRoleOutput{
				AssumedRoleUser: AssumedRoleUser{
					Arn: "arn:aws:sts::123456789012:assumed-role/demo/testAR", AssumedRoleId: "ARO123EXAMPLE123:testAR",
				},
				Credentials: stsSession(30 * time.Minute), PackedPolicySize: 8,
				SessionTokenSize: 1024, SessionTokenUtilization: 25, SourceIdentity: "Alice",
			}, out)
		}},
		"aws/GetSessionToken": {aws, func(t *testing.T, s *STS) {
			out, err := s.GetSessionToken(t.Context(), &GetSessionTokenInput{
				DurationSeconds: 3600, MinimumSessionTokenSize: 1024, SerialNumber: "YourMFADeviceSerialNumber", TokenCode: "123456",
			})
			require.NoError(t, err)
			require.Equal(t, &GetSessionTokenOutput{
				Credentials: stsSession(time.Hour), SessionTokenSize: 1024, SessionTokenUtilization: 25,
			}, out)
		}},
		"aws/GetCallerIdentity": {
			func(o *STSOptions) {
				aws(o)
				o.Credentials = sigv4.Static(stsKey, stsSecret, "caller/Token+EXAMPLE==")
			},
			func(t *testing.T, s *STS) {
				out, err := s.GetCallerIdentity(t.Context(), nil)
				require.NoError(t, err)
				require.Equal(t, &GetCallerIdentityOutput{
					Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/Alice", UserId: "AIDACKCEVSQ6C2EXAMPLE",
				}, out)
			},
		},
		"aws/ExpiredTokenException": {aws, func(t *testing.T, s *STS) {
			_, err := s.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{
				RoleArn: federated, RoleSessionName: "app1", WebIdentityToken: stsWebToken,
			})
			require.ErrorIs(t, err, ErrExpiredToken)
			require.Equal(t, &Error{
				Code:       "ExpiredTokenException",
				Message:    "Token expired: current date/time 1795270815 must be before the expiration date/time 1795267215",
				StatusCode: 400, RequestID: "ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE", Resource: `role "` + federated + `"`,
			}, asSTSError(t, err))
		}},

		"ceph/AssumeRoleWithWebIdentity": {ceph, func(t *testing.T, s *STS) {
			require.Equal(t, &AssumeRoleWithWebIdentityOutput{
				AssumedRoleUser: AssumedRoleUser{
					Arn:           "arn:aws:sts:::assumed-role/WebIdentityRole/golden",
					AssumedRoleId: "331d9714-5963-4645-8ed9-dd243bb056af:golden",
				},
				Audience:    "test-app",
				Credentials: stsSession(15*time.Minute + 350778152),
				Provider:    "http://issuer.example.com", SubjectFromWebIdentityToken: "alice",
			}, s.mustWebIdentity(t, AssumeRoleWithWebIdentityInput{
				DurationSeconds: 900, Policy: stsPolicy, RoleArn: "arn:aws:iam:::role/WebIdentityRole", RoleSessionName: "golden",
				WebIdentityToken: stsWebToken,
			}))
		}},
		"ceph/AssumeRole": {ceph, func(t *testing.T, s *STS) {
			out, err := s.AssumeRole(t.Context(), &AssumeRoleInput{
				DurationSeconds: 900, ExternalId: "abc", RoleArn: "arn:aws:iam:::role/goldenrole", RoleSessionName: "golden",
			})
			require.NoError(t, err)
			require.Equal(t, &AssumeRoleOutput{
				AssumedRoleUser: AssumedRoleUser{
					Arn: "arn:aws:sts:::assumed-role/goldenrole/golden", AssumedRoleId: "b9a5b0ec-a1da-487c-ac58-02a8ebfa8a71:golden",
				},
				Credentials: stsSession(15*time.Minute + 451598821),
			}, out)
		}},
		"ceph/GetSessionToken": {ceph, func(t *testing.T, s *STS) {
			out, err := s.GetSessionToken(t.Context(), &GetSessionTokenInput{DurationSeconds: 900})
			require.NoError(t, err)
			require.Equal(t, &GetSessionTokenOutput{Credentials: stsSession(15*time.Minute + 630814354)}, out)
		}},
		"ceph/AccessDenied": {ceph, func(t *testing.T, s *STS) {
			_, err := s.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{
				RoleArn: "arn:aws:iam:::role/WebIdentityRole", RoleSessionName: "golden", WebIdentityToken: "garbage",
			})
			require.ErrorIs(t, err, ErrAccessDenied)
			require.ErrorIs(t, err, ErrForbidden)
			require.Equal(t, "tx00000e65c7cc16a96d2dc-006b01a89f-3725-default", asSTSError(t, err).RequestID)
		}},
		"ceph/NoSuchEntity": {ceph, func(t *testing.T, s *STS) {
			_, err := s.AssumeRole(t.Context(), &AssumeRoleInput{RoleArn: "arn:aws:iam:::role/goldenrole", RoleSessionName: "golden"})
			require.ErrorIs(t, err, Code("NoSuchEntity"))
			require.ErrorIs(t, err, ErrNotFound)
		}},
		"ceph/MethodNotAllowed": {ceph, func(t *testing.T, s *STS) {
			_, err := s.GetCallerIdentity(t.Context(), &GetCallerIdentityInput{})
			require.ErrorIs(t, err, Code("MethodNotAllowed"))
		}},

		"minio/AssumeRoleWithWebIdentity": {minio, func(t *testing.T, s *STS) {
			require.Equal(t, &AssumeRoleWithWebIdentityOutput{
				Credentials: stsSession(15 * time.Minute), SubjectFromWebIdentityToken: "tester",
			}, s.mustWebIdentity(t, AssumeRoleWithWebIdentityInput{
				DurationSeconds: 900, Policy: stsPolicy, WebIdentityToken: stsWebToken,
			}))
		}},
		"minio/AssumeRole": {minio, func(t *testing.T, s *STS) {
			out, err := s.AssumeRole(t.Context(), &AssumeRoleInput{DurationSeconds: 900})
			require.NoError(t, err)
			require.Equal(t, &AssumeRoleOutput{Credentials: stsSession(15 * time.Minute)}, out)
		}},
		"minio/InvalidParameterValue": {minio, func(t *testing.T, s *STS) {
			_, err := s.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{WebIdentityToken: "garbage"})
			require.Equal(t, &Error{
				Code: "InvalidParameterValue", Message: "token contains an invalid number of segments",
				StatusCode: 400, RequestID: "18EA154B94002FF6",
			}, asSTSError(t, err))
		}},

		"kakaocloud/AssumeRoleWithWebIdentity": {kakao, func(t *testing.T, s *STS) {
			require.Equal(t, &AssumeRoleWithWebIdentityOutput{
				Credentials: stsSession(30*time.Minute + 123456789), Provider: "iam.kakaocloud.com",
				SubjectFromWebIdentityToken: "a1b2c3d4e5f60718293a4b5c6d7e8f90",
			}, s.mustWebIdentity(t, AssumeRoleWithWebIdentityInput{DurationSeconds: 1800, WebIdentityToken: "{x-auth-token}"}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			exchange := golden(t, name)
			s := newTestSTS(t, roundTripper(func(r *http.Request) (*http.Response, error) {
				sent++
				return exchange(r)
			}), test.server)
			test.run(t, s)
			require.Equal(t, 1, sent)
		})
	}
}

// TestSTSGoldenFiles keeps a file from lying about unused.
func TestSTSGoldenFiles(t *testing.T) {
	requests, err := filepath.Glob("testdata/sts/*/*.request.http")
	require.NoError(t, err)
	answers, err := filepath.Glob("testdata/sts/*/*.response.http")
	require.NoError(t, err)
	require.Len(t, requests, 15)
	require.Len(t, answers, len(requests))
}
