package awscredentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

var errVault = errors.New("the vault is closed")

// vault counts how often it is asked, and answers other credentials each time.
type vault struct {
	asked  int
	expire time.Time
	err    error
}

func (v *vault) Retrieve(context.Context) (aws.Credentials, error) {
	v.asked++
	return aws.Credentials{
		AccessKeyID: fmt.Sprint("AKID", v.asked), SecretAccessKey: "Sup3rS3cret", SessionToken: "T0ken",
		Source: "vault", CanExpire: !v.expire.IsZero(), Expires: v.expire,
	}, v.err
}

func TestProvider(t *testing.T) {
	t.Parallel()
	in := time.Now().Add(time.Hour)
	want := sigv4.Credentials{AccessKeyID: "AKID1", SecretAccessKey: "Sup3rS3cret", SessionToken: "T0ken", Expires: in}
	for name, wrap := range map[string]func(aws.CredentialsProvider) aws.CredentialsProvider{
		"without a cache": func(p aws.CredentialsProvider) aws.CredentialsProvider { return p },
		"with a cache":    func(p aws.CredentialsProvider) aws.CredentialsProvider { return aws.NewCredentialsCache(p) },
	} {
		v := &vault{expire: in}
		p := Provider(wrap(v))
		for range 3 {
			got, err := p.Retrieve(t.Context())
			require.NoError(t, err, name)
			require.Equal(t, want, got, name)
		}
		require.Equal(t, 1, v.asked, name)

		// Refused credentials are asked for again, and those that came after them are not.
		for range 2 {
			p.(sigv4.Invalidator).Invalidate(want)
			got, err := p.Retrieve(t.Context())
			require.NoError(t, err, name)
			require.Equal(t, "AKID2", got.AccessKeyID, name)
		}
		require.Equal(t, 2, v.asked, name)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %q", p, p, p, p, p), "Sup3rS3cret", name)

		v = &vault{err: errVault}
		_, err := Provider(wrap(v)).Retrieve(t.Context())
		require.ErrorIs(t, err, errVault, name)
	}
	got, err := Provider(&vault{}).Retrieve(t.Context())
	require.NoError(t, err)
	require.Zero(t, got.Expires)
}

func TestProviderAnonymous(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]aws.CredentialsProvider{
		"nil": nil, "anonymous": aws.AnonymousCredentials{}, "a pointer": &aws.AnonymousCredentials{},
		"a cache": aws.NewCredentialsCache(aws.AnonymousCredentials{}),
	} {
		c, err := Provider(p).Retrieve(t.Context())
		require.NoError(t, err, name)
		require.Zero(t, c, name)
	}
}

func TestCredentialsProvider(t *testing.T) {
	t.Parallel()
	in := time.Now().Add(time.Hour)
	provide := func(c sigv4.Credentials, err error) aws.CredentialsProvider {
		return CredentialsProvider(sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) { return c, err }))
	}
	c := sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "Sup3rS3cret", SessionToken: "T0ken", Expires: in}
	p := provide(c, nil)
	got, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, aws.Credentials{
		AccessKeyID: "AKID", SecretAccessKey: "Sup3rS3cret", SessionToken: "T0ken", Source: Source, CanExpire: true, Expires: in,
	}, got)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %x", p, p, p, p, p), "Sup3rS3cret")

	// There and back again.
	back, err := Provider(p).Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, c, back)

	got, err = CredentialsProvider(sigv4.Static("AKID", "x", "")).Retrieve(t.Context())
	require.NoError(t, err)
	require.False(t, got.CanExpire)

	_, err = provide(sigv4.Credentials{}, errVault).Retrieve(t.Context())
	require.ErrorIs(t, err, errVault)
	_, err = provide(sigv4.Credentials{}, nil).Retrieve(t.Context())
	require.ErrorIs(t, err, sigv4.ErrNoCredentials)
	require.Equal(t, aws.AnonymousCredentials{}, CredentialsProvider(nil))
}

// TestSignature: both sign alike with the same credentials.
func TestSignature(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	theirs := &vault{}
	ours := Provider(theirs)
	sign := func(with func(*http.Request) error) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://objects.example.com/photos/cat.jpg", nil)
		require.NoError(t, err)
		r.Header.Set("X-Amz-Content-Sha256", sigv4.UnsignedPayload)
		require.NoError(t, with(r))
		return r.Header.Get("Authorization")
	}
	a := sign(func(r *http.Request) error {
		c, err := CredentialsProvider(ours).Retrieve(t.Context())
		require.NoError(t, err)
		return v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).
			SignHTTP(t.Context(), c, r, sigv4.UnsignedPayload, "s3", "us-east-1", at)
	})
	b := sign(func(r *http.Request) error {
		c, err := ours.Retrieve(t.Context())
		require.NoError(t, err)
		_, err = sigv4.NewSigner(sigv4.Options{}).SignHTTP(r, sigv4.Params{
			Credentials: c, Region: "us-east-1", Time: at, PayloadHash: sigv4.UnsignedPayload,
		})
		return err
	})
	require.Equal(t, a, b)
	require.Contains(t, a, "Credential=AKID1/20260304/us-east-1/s3/aws4_request")
}
