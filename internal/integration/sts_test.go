//go:build integration

package integration

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// issuer is an OpenID Connect issuer as a source of tokens: a new one each time.
type issuer struct {
	url string // that answers with a token

	mu    sync.Mutex
	asked int
	spoil string // added to the URL of the first token
}

func (i *issuer) WebIdentityToken(ctx context.Context) (identity.Secret, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	u := i.url
	if i.asked++; i.asked == 1 {
		u += i.spoil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	token, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the issuer answered %d", resp.StatusCode)
	}
	return identity.Secret(token), err
}

// webIdentity is one way into a server by a token.
type webIdentity struct {
	name, tokenURL, roleArn string
	refusal                 error // of a token
	wrongRole               error // nil: the role is not looked at
}

// webIdentities are all ways into a server. MinIO has one for tokens that name a policy,
// without a role.
func (s *server) webIdentities() []webIdentity {
	switch s.name {
	case "ceph":
		return []webIdentity{
			{"role", s.env["RGW_OIDC_TOKEN_URL"], s.env["RGW_STS_ROLE_ARN"], identity.ErrAccessDenied, identity.ErrAccessDenied},
		}
	case "minio":
		invalid := identity.Code("InvalidParameterValue")
		return []webIdentity{
			{"role", s.env["OIDC_ROLE_TOKEN_URL"], s.env["STS_ROLE_ARN"], invalid, invalid},
			{"no role", s.env["OIDC_TOKEN_URL"], "", invalid, nil},
		}
	}
	return nil
}

func eachWebIdentity(t *testing.T, test func(*testing.T, *server, webIdentity)) {
	eachSTS(t, func(t *testing.T, s *server) {
		for _, w := range s.webIdentities() {
			t.Run(w.name, func(t *testing.T) { test(t, s, w) })
		}
	})
}

// eachSTS runs a test against every server that has STS.
func eachSTS(t *testing.T, test func(*testing.T, *server)) {
	found := false
	for _, s := range servers {
		if s.webIdentities() != nil {
			found = true
			t.Run(s.name+"/"+s.scheme, func(t *testing.T) { test(t, s) })
		}
	}
	if !found {
		skipped(t, "eachSTS")
	}
}

// sts is a client of the server's STS, with the user's permanent keys.
func (s *server) sts(t *testing.T, fns ...func(*identity.STSOptions)) *identity.STS {
	t.Helper()
	c, err := identity.NewSTS(identity.STSOptions{
		Endpoint: s.url, Region: s.env["S3_REGION"],
		Credentials: sigv4.Static(s.env["S3_ACCESS_KEY"], s.env["S3_SECRET_KEY"], ""),
	}, fns...)
	require.NoError(t, err)
	return c
}

// as is the server as another user sees it.
func (s *server) as(t *testing.T, p sigv4.Provider) *server {
	t.Helper()
	other := *s
	other.options.Credentials = p
	other.client = other.with(t, func(*s3.Options) {})
	return &other
}

// trip puts an object and gets it back.
func (s *server) trip(ctx context.Context, bucket, key string) error {
	body := data(1000)
	if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(body)}); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	return s.holds(ctx, bucket, key, body)
}

// used notes the credentials that a provider gives out.
type used struct {
	provider sigv4.Provider

	mu   sync.Mutex
	keys []sigv4.Credentials // each once, in order
}

func (u *used) Retrieve(ctx context.Context) (sigv4.Credentials, error) {
	c, err := u.provider.Retrieve(ctx)
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := len(u.keys); err == nil && (n == 0 || u.keys[n-1].AccessKeyID != c.AccessKeyID) {
		u.keys = append(u.keys, c)
	}
	return c, err
}

func (u *used) all() []sigv4.Credentials {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]sigv4.Credentials(nil), u.keys...)
}

// movable is a clock that can be put forward.
type movable struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (m *movable) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Add(m.ahead)
}

func (m *movable) move(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ahead += d
}

// Objects come and go with credentials for a token, before and after these end.
func TestWebIdentity(t *testing.T) {
	eachWebIdentity(t, func(t *testing.T, s *server, w webIdentity) {
		clock, source := new(movable), &issuer{url: w.tokenURL}
		p, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{
			STS:   s.sts(t, func(o *identity.STSOptions) { o.Clock, o.Credentials = clock.now, nil }),
			Token: source, RoleArn: w.roleArn, DurationSeconds: 900,
		})
		require.NoError(t, err)
		u := &used{provider: p}
		session := s.as(t, u)
		bucket := session.bucket(t)
		for n := range 3 {
			for range 3 {
				require.NoError(t, session.trip(t.Context(), bucket, "dir/a b+c.bin"))
			}
			require.Len(t, u.all(), n+1)
			require.Equal(t, n+1, source.asked)
			clock.move(16 * time.Minute)
		}
		for _, c := range u.all() {
			require.NotEmpty(t, c.SessionToken)
			require.WithinDuration(t, time.Now().Add(15*time.Minute), c.Expires, time.Minute, "the server's time, whatever ours is")
		}
	})
}

// The answer tells who one is.
func TestWebIdentityAnswer(t *testing.T) {
	eachWebIdentity(t, func(t *testing.T, s *server, w webIdentity) {
		token, err := (&issuer{url: w.tokenURL}).WebIdentityToken(t.Context())
		require.NoError(t, err)
		out, err := s.sts(t).AssumeRoleWithWebIdentity(t.Context(), &identity.AssumeRoleWithWebIdentityInput{
			RoleArn: w.roleArn, RoleSessionName: "who=am,I@home", WebIdentityToken: token,
		})
		require.NoError(t, err)
		if s.name == "ceph" {
			require.Equal(t, "alice", out.SubjectFromWebIdentityToken)
			require.Equal(t, "test-app", out.Audience)
			require.Equal(t, s.env["RGW_OIDC_ISSUER"], out.Provider)
			require.Regexp(t, `^arn:aws:sts:::assumed-role/\w+/who=am,I@home$`, out.AssumedRoleUser.Arn)
			require.Regexp(t, ":who=am,I@home$", out.AssumedRoleUser.AssumedRoleId)
		} else {
			require.Equal(t, "tester", out.SubjectFromWebIdentityToken)
		}
	})
}

// A session policy narrows what the token opens. It lets through only the key whose name
// has the characters that forms get wrong.
func TestWebIdentityPolicy(t *testing.T) {
	const key = "only this + that &=%2B?"
	eachWebIdentity(t, func(t *testing.T, s *server, w webIdentity) {
		provider := func(policy string) sigv4.Provider {
			p, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{
				STS: s.sts(t), Token: &issuer{url: w.tokenURL}, RoleArn: w.roleArn, RoleSessionName: "narrow", Policy: policy,
			})
			require.NoError(t, err)
			return p
		}
		whole := s.as(t, provider(""))
		bucket := whole.bucket(t)
		narrow := s.as(t, provider(fmt.Sprintf(`{
			"Version": "2012-10-17",
			"Statement": [{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": ["arn:aws:s3:::%s/only this + that*"]}]
		}`, bucket)))
		require.NoError(t, narrow.trip(t.Context(), bucket, key))
		// Not by code: Ceph RGW refuses before it has the body, and its words may get lost.
		require.ErrorIs(t, narrow.trip(t.Context(), bucket, "only this   that"), s3.ErrForbidden)
		require.ErrorIs(t, narrow.trip(t.Context(), bucket, "only+this+++that"), s3.ErrForbidden)
		_, err := narrow.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
		require.ErrorIs(t, err, s3.ErrForbidden)
	})
}

func TestWebIdentityRefused(t *testing.T) {
	eachWebIdentity(t, func(t *testing.T, s *server, w webIdentity) {
		good, err := (&issuer{url: w.tokenURL}).WebIdentityToken(t.Context())
		require.NoError(t, err)
		expired, err := (&issuer{url: w.tokenURL + "&ttl=-60"}).WebIdentityToken(t.Context())
		require.NoError(t, err)
		forged, err := (&issuer{url: w.tokenURL + "&bad=sig"}).WebIdentityToken(t.Context())
		require.NoError(t, err)
		for name, in := range map[string]struct {
			token identity.Secret
			role  string
			want  error
		}{
			"garbage":    {"garbage", w.roleArn, w.refusal},
			"expired":    {expired, w.roleArn, w.refusal},
			"forged":     {forged, w.roleArn, w.refusal},
			"wrong role": {good, "arn:aws:iam:::role/of-nobody", w.wrongRole},
		} {
			_, err := s.sts(t).AssumeRoleWithWebIdentity(t.Context(), &identity.AssumeRoleWithWebIdentityInput{
				RoleArn: in.role, RoleSessionName: "refused", WebIdentityToken: in.token,
			})
			if in.want == nil {
				require.NoError(t, err, name)
				continue
			}
			require.ErrorIs(t, err, in.want, name)
			var e *identity.Error
			require.ErrorAs(t, err, &e, name)
			require.NotEmpty(t, e.RequestID, name)
			require.NotContains(t, err.Error(), string(in.token)+".", name)
			t.Log(name, err)
		}
	})
}

// A token that ended is replaced by a fresh one behind the caller's back.
func TestWebIdentityFreshToken(t *testing.T) {
	eachWebIdentity(t, func(t *testing.T, s *server, w webIdentity) {
		source := &issuer{url: w.tokenURL, spoil: "&ttl=-60"}
		p, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{STS: s.sts(t), Token: source, RoleArn: w.roleArn})
		require.NoError(t, err)
		_, err = p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, source.asked)
	})
}

// Credentials that really end: those of MinIO live as long as the token. No request fails,
// though the first credentials are worth nothing any more.
func TestWebIdentityExpiry(t *testing.T) {
	eachWebIdentity(t, func(t *testing.T, s *server, w webIdentity) {
		if s.name != "minio" {
			skipped(t, "TestWebIdentityExpiry")
		}
		if s.scheme != "http" {
			skipped(t, "TestWebIdentityExpiry, https")
		}
		p, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{
			STS: s.sts(t), Token: &issuer{url: w.tokenURL + "&ttl=3"}, RoleArn: w.roleArn,
		})
		require.NoError(t, err)
		u := &used{provider: p}
		session := s.as(t, u)
		bucket := s.bucket(t)
		end := time.Now().Add(7 * time.Second)
		requests := 0
		for ; time.Now().Before(end); requests++ {
			require.NoError(t, session.trip(t.Context(), bucket, "key"))
			time.Sleep(50 * time.Millisecond)
		}
		keys := u.all()
		require.GreaterOrEqual(t, len(keys), 3)
		t.Logf("%d round trips with %d credentials", requests, len(keys))

		first := keys[0]
		err = s.as(t, sigv4.Static(first.AccessKeyID, first.SecretAccessKey, first.SessionToken)).trip(t.Context(), bucket, "key")
		require.Error(t, err)
		require.ErrorIs(t, err, s3.ErrForbidden)
	})
}

// iam sends one request of the IAM API, which Ceph RGW has roles and policies by.
func (s *server) iam(ctx context.Context, members url.Values) error {
	members.Set("Version", "2010-05-08")
	body := strings.ReplaceAll(members.Encode(), "+", "%20")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.env["S3_ENDPOINT"]+"/", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	if _, err := sigv4.NewSigner(sigv4.Options{Service: "iam", Generic: true}).SignHTTP(r, sigv4.Params{
		Credentials: sigv4.Credentials{AccessKeyID: s.env["S3_ACCESS_KEY"], SecretAccessKey: s.env["S3_SECRET_KEY"]},
		Region:      "us-east-1", PayloadHash: hex.EncodeToString(sum[:]),
	}); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s answered %d %.200q", members.Get("Action"), resp.StatusCode, answer)
	}
	return nil
}

// iamUntilEnd sends a request now and another when the test ends.
func (s *server) iamUntilEnd(t *testing.T, now, then url.Values) {
	t.Helper()
	require.NoError(t, s.iam(t.Context(), now))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.iam(ctx, then); err != nil {
			t.Error(err)
		}
	})
}

// role makes a role that the user may assume, and that may do anything in S3. MinIO has no
// roles to make: AssumeRole gives what the caller has.
func (s *server) role(t *testing.T) string {
	t.Helper()
	if s.name != "ceph" {
		return ""
	}
	name := bucketName()
	s.iamUntilEnd(t, url.Values{
		"Action": {"CreateRole"}, "RoleName": {name}, "Path": {"/"},
		"AssumeRolePolicyDocument": {fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
			`"Principal":{"AWS":["arn:aws:iam:::user/%s"]},"Action":["sts:AssumeRole"]}]}`, s.env["RGW_USER_ID"])},
	}, url.Values{"Action": {"DeleteRole"}, "RoleName": {name}})
	s.iamUntilEnd(t, url.Values{
		"Action": {"PutRolePolicy"}, "RoleName": {name}, "PolicyName": {"all"},
		"PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}`},
	}, url.Values{"Action": {"DeleteRolePolicy"}, "RoleName": {name}, "PolicyName": {"all"}})
	return "arn:aws:iam:::role/" + name
}

func TestAssumeRole(t *testing.T) {
	eachSTS(t, func(t *testing.T, s *server) {
		clock := new(movable)
		p, err := identity.NewAssumeRoleProvider(identity.AssumeRoleProviderOptions{
			STS:     s.sts(t, func(o *identity.STSOptions) { o.Clock = clock.now }),
			RoleArn: s.role(t), DurationSeconds: 900, ExternalId: "external",
		})
		require.NoError(t, err)
		u := &used{provider: p}
		session := s.as(t, u)
		bucket := session.bucket(t)
		require.NoError(t, session.trip(t.Context(), bucket, "key"))
		clock.move(16 * time.Minute)
		require.NoError(t, session.trip(t.Context(), bucket, "key"))
		require.Len(t, u.all(), 2)
	})
}

// A role with a session policy that lets nothing be written.
func TestAssumeRolePolicy(t *testing.T) {
	eachSTS(t, func(t *testing.T, s *server) {
		options := identity.AssumeRoleProviderOptions{STS: s.sts(t), RoleArn: s.role(t)}
		whole, err := identity.NewAssumeRoleProvider(options)
		require.NoError(t, err)
		session := s.as(t, whole)
		bucket := session.bucket(t)
		body := session.put(t, bucket, "key", 100)
		options.Policy = `{"Version": "2012-10-17", "Statement": [{"Sid": "read+only", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}]}`
		narrow, err := identity.NewAssumeRoleProvider(options)
		require.NoError(t, err)
		reader := s.as(t, narrow)
		require.NoError(t, reader.holds(t.Context(), bucket, "key", body))
		require.ErrorIs(t, reader.trip(t.Context(), bucket, "key"), s3.ErrForbidden)
	})
}

func TestAssumeRoleRefused(t *testing.T) {
	eachSTS(t, func(t *testing.T, s *server) {
		in := &identity.AssumeRoleInput{RoleArn: s.role(t)}
		if in.RoleArn != "" {
			in.RoleSessionName = "refused"
		}
		_, err := s.sts(t, func(o *identity.STSOptions) {
			o.Credentials = sigv4.Static(s.env["S3_ACCESS_KEY"], "wrong", "")
		}).AssumeRole(t.Context(), in)
		require.Error(t, err)
		require.ErrorIs(t, err, identity.ErrForbidden)
		t.Log(err)
		if s.name != "ceph" {
			return
		}
		_, err = s.sts(t, func(o *identity.STSOptions) {
			o.Credentials = sigv4.Static(s.env["RGW_ACCESS_KEY2"], s.env["RGW_SECRET_KEY2"], "")
		}).AssumeRole(t.Context(), in)
		require.ErrorIs(t, err, identity.ErrAccessDenied, "another user is not trusted")
		in.RoleArn += "-not"
		_, err = s.sts(t).AssumeRole(t.Context(), in)
		require.ErrorIs(t, err, identity.Code("NoSuchEntity"))
		require.ErrorIs(t, err, identity.ErrNotFound)
	})
}

func TestSessionToken(t *testing.T) {
	eachSTS(t, func(t *testing.T, s *server) {
		if s.name == "minio" {
			_, err := s.sts(t).GetSessionToken(t.Context(), nil)
			require.ErrorIs(t, err, identity.Code("InvalidParameterValue"), "MinIO has it now?")
			return
		}
		_, err := s.sts(t).GetSessionToken(t.Context(), nil)
		require.ErrorIs(t, err, identity.ErrAccessDenied, "no policy allows it")
		name := bucketName()
		s.iamUntilEnd(t, url.Values{
			"Action": {"PutUserPolicy"}, "UserName": {s.env["RGW_USER_ID"]}, "PolicyName": {name},
			"PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetSessionToken"],"Resource":["*"]}]}`},
		}, url.Values{"Action": {"DeleteUserPolicy"}, "UserName": {s.env["RGW_USER_ID"]}, "PolicyName": {name}})

		clock := new(movable)
		p, err := identity.NewSessionTokenProvider(identity.SessionTokenProviderOptions{
			STS: s.sts(t, func(o *identity.STSOptions) { o.Clock = clock.now }), DurationSeconds: 900,
		})
		require.NoError(t, err)
		u := &used{provider: p}
		session := s.as(t, u)
		bucket := s.bucket(t) // it is the same user
		require.NoError(t, session.trip(t.Context(), bucket, "key"))
		clock.move(16 * time.Minute)
		require.NoError(t, session.trip(t.Context(), bucket, "key"))
		require.Len(t, u.all(), 2)
	})
}

// Neither server has it: the error says so.
func TestCallerIdentity(t *testing.T) {
	eachSTS(t, func(t *testing.T, s *server) {
		_, err := s.sts(t).GetCallerIdentity(t.Context(), nil)
		var e *identity.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, map[string]string{"ceph": "MethodNotAllowed", "minio": "InvalidParameterValue"}[s.name], e.Code)
	})
}
