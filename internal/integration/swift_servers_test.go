//go:build integration

package integration

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/internal/wiretest/tlsfront"
	"github.com/stowage-go/stowage/swift"
)

// swiftServer is one server with Swift's API behind one scheme.
type swiftServer struct {
	name, scheme string
	t            *testing.T // for cleaning up
	url          string     // of the account
	client       *swift.Client
	// other is a client of another account. otherAccount and otherGrant name it in URLs and in
	// ACLs, and account and grant the client's own.
	other                                    *swift.Client
	account, grant, otherAccount, otherGrant string
	// admin may set quotas of the other account; nil where nobody can.
	admin *swift.Client
	// revoke ends the client's token behind its back; nil where nobody can.
	revoke func(context.Context) error

	shared string                // a container for what needs none of its own
	once   map[string]*swiftMade // and what rows share, once made
}

// swiftBackends are the backends that have Swift's API, as the columns of the table.
var swiftBackends = []string{"openstack", "ceph"}

// swiftOpen opens a server over one scheme.
func swiftOpen(t *testing.T, name, scheme string) *swiftServer {
	t.Helper()
	env, err := Load(name)
	require.NoError(t, err)
	at := env["S3_ENDPOINT"]
	options := swift.Options{}
	if scheme == "https" {
		front, err := tlsfront.Start(at)
		require.NoError(t, err)
		t.Cleanup(front.Close)
		at, options.TLSConfig = front.URL, &tls.Config{RootCAs: front.Roots}
	}
	s := &swiftServer{name: name, scheme: scheme, t: t, once: map[string]*swiftMade{}}
	open := func(auth swift.Authenticator, account string) *swift.Client {
		o := options
		o.Auth, o.Account = auth, account
		o.StorageURL = at + "/v1/AUTH_x"
		o.Profile = swift.OpenStack()
		if name == "ceph" {
			o.StorageURL = at + "/swift/v1/AUTH_x"
			o.Profile = swift.CephRGW()
		}
		c, err := swift.New(o)
		require.NoError(t, err)
		return c
	}
	switch name {
	case "openstack":
		k := keystone{env}
		own := k.client(t)
		s.account, s.grant = "AUTH_"+env["OS_PROJECT_ID"], env["OS_PROJECT_ID"]+":*"
		s.otherAccount, s.otherGrant = "AUTH_"+env["OS_PROJECT2_ID"], env["OS_PROJECT2_ID"]+":*"
		s.client = open(own, s.account)
		s.other = open(k.client(t, func(o *identity.Options) { o.Scope = identity.Scope{ProjectID: env["OS_PROJECT2_ID"]} }), s.otherAccount)
		s.admin = open(k.admin(t), s.otherAccount)
		revoker := k.client(t)
		s.revoke = func(ctx context.Context) error {
			token, err := own.Token(ctx)
			if err != nil {
				return err
			}
			return revoker.RevokeToken(ctx, token.ID)
		}
	case "ceph":
		login := func(user, key string) swift.Authenticator {
			a, err := swift.NewTempAuth(swift.TempAuthOptions{AuthURL: at + "/auth/v1.0", User: user, Key: swift.Secret(key), TLSConfig: options.TLSConfig})
			require.NoError(t, err)
			return a
		}
		// A user in a tenant of its own, as Keystone's projects are in Ceph: only there does
		// a URL with an account serve anonymous requests.
		id := env["RGW_PROJECT_ID"]
		s.account, s.grant = env["RGW_PROJECT_SWIFT_ACCOUNT"], id+"$"+id
		s.otherAccount, s.otherGrant = "AUTH_"+env["RGW_USER_ID2"], env["RGW_USER_ID2"]
		s.client = open(login(env["RGW_PROJECT_SWIFT_USER"], env["RGW_PROJECT_SWIFT_KEY"]), s.account)
		s.other = open(login(env["RGW_SWIFT_USER2"], env["RGW_SWIFT_KEY2"]), s.otherAccount)
	}
	u, err := url.Parse(s.client.Options().StorageURL)
	require.NoError(t, err)
	s.url = at + strings.TrimSuffix(u.Path, "/AUTH_x") + "/" + s.account
	s.shared, err = s.container(t.Context(), nil)
	require.NoError(t, err)
	return s
}

// container makes a container that is emptied and deleted when the test ends.
func (s *swiftServer) container(ctx context.Context, in *swift.CreateContainerInput) (string, error) {
	return s.containerOf(ctx, s.client, in)
}

func (s *swiftServer) containerOf(ctx context.Context, c *swift.Client, in *swift.CreateContainerInput) (string, error) {
	if in == nil {
		in = &swift.CreateContainerInput{}
	}
	in.Container = swiftName()
	if _, err := c.CreateContainer(ctx, in); err != nil {
		return "", err
	}
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := swiftRemove(ctx, c, in.Container); err != nil {
			s.t.Errorf("remove container %s: %v", in.Container, err)
		}
	})
	return in.Container, nil
}

func swiftName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return "stowage-" + hex.EncodeToString(b[:])
}

// swiftRemove deletes a container with all that is in it, versions too.
func swiftRemove(ctx context.Context, c *swift.Client, container string) error {
	head, err := c.HeadContainer(ctx, &swift.HeadContainerInput{Container: container})
	if errors.Is(err, swift.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if head.VersionsLocation != "" || head.HistoryLocation != "" {
		in := &swift.UpdateContainerInput{Container: container, RemoveVersionsLocation: true, RemoveHistoryLocation: true}
		if _, err := c.UpdateContainer(ctx, in); err != nil {
			return err
		}
	}
	for page, err := range c.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: container, Versions: head.VersionsEnabled}) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			if _, err := c.DeleteObject(ctx, &swift.DeleteObjectInput{Container: container, Object: o.Name, VersionID: o.VersionID}); err != nil && !errors.Is(err, swift.ErrNotFound) {
				return err
			}
		}
	}
	_, err = c.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: container})
	return err
}

// put stores text under a name.
func (s *swiftServer) put(ctx context.Context, container, object, text string) error {
	_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: container, Object: object, Body: strings.NewReader(text)})
	return err
}

// holds is nil when the object's bytes are these.
func (s *swiftServer) holds(ctx context.Context, container, object, want string) error {
	return s.holdsVersion(ctx, container, object, "", want)
}

func (s *swiftServer) holdsVersion(ctx context.Context, container, object, version, want string) error {
	out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: container, Object: object, VersionID: version})
	if err != nil {
		return err
	}
	return same(out.Body, []byte(want))
}

// anonymous sends a request without a token and returns status and body.
func (s *swiftServer) anonymous(ctx context.Context, method, path string, header http.Header) (int, http.Header, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, nil)
	if err != nil {
		return 0, nil, "", err
	}
	if header != nil {
		r.Header = header
	}
	resp, err := s.client.Options().HTTPClient.Do(r)
	if err != nil {
		return 0, nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(b), err
}

// swiftMade is something that several rows need and none changes.
type swiftMade struct {
	values []string
	err    error
}

// make makes it for the first row that asks.
func (s *swiftServer) make(what string, build func() ([]string, error)) ([]string, error) {
	m := s.once[what]
	if m == nil {
		m = &swiftMade{}
		m.values, m.err = build()
		s.once[what] = m
	}
	return m.values, m.err
}

// errNoEffect: the server said yes and did nothing.
var errNoEffect = errors.New("no effect")

// effect is errNoEffect unless ok.
func effect(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: %s", errNoEffect, fmt.Sprintf(format, args...))
}

// swiftRefused is nil when err is the refusal that was wanted.
func swiftRefused(err, want error) error {
	if err == nil {
		return effect(false, "not refused, wanted %v", want)
	}
	return expect(err, want)
}

// swiftOutcome is a cell of the table.
func swiftOutcome(err error) string {
	var e *swift.Error
	switch {
	case err == nil:
		return "works"
	case errors.Is(err, errNoEffect):
		return "no effect"
	case errors.Is(err, swift.ErrUnsupported):
		return "not sent"
	case errors.Is(err, swift.ErrMalformedAnswer):
		return "malformed answer"
	case errors.As(err, &e) && e.StatusCode != 500 && e.StatusCode != 502 && e.StatusCode != 503 && e.StatusCode != 504:
		return fmt.Sprintf("refused with %d", e.StatusCode)
	}
	return "fails: " + strings.ReplaceAll(err.Error(), "\n", " ")
}

// names are the names in a listing, those of subdirectories too.
func (s *swiftServer) names(ctx context.Context, in *swift.ListObjectsInput) ([]string, error) {
	out, err := s.client.ListObjects(ctx, in)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(out.Objects))
	for _, o := range out.Objects {
		names = append(names, o.Name+o.Subdir)
	}
	return names, nil
}

// lists is nil when the listing has these names, in this order.
func (s *swiftServer) lists(ctx context.Context, in *swift.ListObjectsInput, want ...string) error {
	got, err := s.names(ctx, in)
	if err != nil {
		return err
	}
	return effect(slices.Equal(got, want), "listed %q", got)
}

// eventually repeats a check that the server needs a moment for.
func eventually(ctx context.Context, check func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		ok, err := check()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errNoEffect
		case <-time.After(200 * time.Millisecond):
		}
	}
}
