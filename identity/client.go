package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/internal/hidden"
)

// service names Keystone in errors and logs.
const service = "Keystone"

// Client is a client of OpenStack's Identity service, Keystone, v3 and v2.0. It keeps
// one token for all goroutines; make one with [New] and share it.
type Client struct{ state hidden.Value[*keystone] }

type keystone struct {
	options Options
	authURL *url.URL
	conn    *connection
	bases   *refresher[base]
	tokens  *refresher[*Token]
}

// New makes a client. It checks the options and sends nothing.
func New(o Options, fns ...func(*Options)) (*Client, error) {
	for _, fn := range fns {
		fn(&o)
	}
	u, err := o.resolve()
	if err != nil {
		return nil, err
	}
	conn, err := newConnection(o.HTTPOptions)
	if err != nil {
		return nil, err
	}
	k := &keystone{options: o, authURL: u, conn: conn}
	k.bases = &refresher[base]{
		fetch: k.findBase, now: conn.now, expires: func(base) time.Time { return time.Time{} },
	}
	k.tokens = &refresher[*Token]{
		fetch:   func(ctx context.Context) (*Token, error) { return k.issueToken(ctx, o.Auth, o.Scope) },
		expires: func(t *Token) time.Time { return t.ExpiresAt },
		now:     conn.now, before: o.RefreshBefore, logger: o.Logger, what: "Keystone token",
	}
	// What can be told without asking the server is told now.
	if b, ok := knownBase(u, o.Version); ok {
		if err := b.check(o.Auth, o.Scope); err != nil {
			return nil, err
		}
	}
	return &Client{hidden.Of(k)}, nil
}

// String names the service, and nothing that is secret.
func (c Client) String() string { return "identity.Client(" + c.state().options.AuthURL + ")" }

// Format writes String for every verb: package fmt would print unexported fields as
// they are.
func (c Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same view as String.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Token returns the client's token, logging in when there is none that holds. Any
// number of goroutines may ask; one login is under way at a time. It is refreshed behind
// their backs before it ends ([Options.RefreshBefore]); when that fails, the old token
// is used while it holds.
//
// A refused login is an [*Error] that is [ErrUnauthorized].
func (c *Client) Token(ctx context.Context) (*Token, error) {
	t, err := c.state().tokens.get(ctx)
	if err != nil {
		var told *smithy.OperationError
		if !errors.As(err, &told) { // the end of ctx, while the login goes on for others
			err = operationError(service, "IssueToken", err)
		}
		return nil, err
	}
	return t, nil
}

// Invalidate says that a server refused token (401). The next call of [Client.Token]
// logs in anew, unless that has happened already: a caller that comes late, with a
// token that was replaced, changes nothing.
func (c *Client) Invalidate(token string) {
	c.state().tokens.drop(func(held *Token) bool { return string(held.ID) == token })
}

// Authenticate returns the token and the URL of the account in the object store, as
// package swift asks for them.
//
// [ErrNoEndpoint]: the catalog has no object store in [Options.Region].
func (c *Client) Authenticate(ctx context.Context) (token, storageURL string, err error) {
	t, err := c.Token(ctx)
	if err != nil {
		return "", "", err
	}
	e, err := t.Catalog.Endpoint(c.query(ObjectStore))
	if err != nil {
		return "", "", err
	}
	return string(t.ID), e.URL, nil
}

// Endpoint returns the URL of a service of the catalog, such as "object-store", in
// [Options.Region] and for [Options.Interface].
//
// [ErrNoEndpoint]: the catalog has none; the error lists what there is.
func (c *Client) Endpoint(ctx context.Context, serviceType string) (string, error) {
	t, err := c.Token(ctx)
	if err != nil {
		return "", err
	}
	e, err := t.Catalog.Endpoint(c.query(serviceType))
	return e.URL, err
}

func (c *Client) query(serviceType string) EndpointQuery {
	return EndpointQuery{Type: serviceType, Region: c.state().options.Region, Interface: c.state().options.Interface}
}

// WebIdentityToken returns the client's token as the web identity of STS, which is how
// KakaoCloud gives temporary credentials for it: Client is a [WebIdentityTokenSource].
func (c *Client) WebIdentityToken(ctx context.Context) (Secret, error) {
	t, err := c.Token(ctx)
	if err != nil {
		return "", err
	}
	return t.ID, nil
}

// IssueToken logs in and returns a token of its own, which the client does not keep,
// refresh or revoke: to another scope with a [TokenAuth], or as somebody else. On v2.0
// auth is a [PasswordAuth] or a [TokenAuth], and scope a project.
//
// A refused login is an [*Error] that is [ErrUnauthorized]: a wrong password, a disabled
// user, a project without a role. (Identity API v3, "Authentication and token
// management"; v2.0, POST /v2.0/tokens.)
func (c *Client) IssueToken(ctx context.Context, auth Auth, scope Scope) (*Token, error) {
	if err := checkLogin(auth, scope); err != nil {
		return nil, operationError(service, "IssueToken", err)
	}
	return c.state().issueToken(ctx, auth, scope)
}

func (k *keystone) issueToken(ctx context.Context, auth Auth, scope Scope) (*Token, error) {
	fail := func(err error) (*Token, error) { return nil, operationError(service, "IssueToken", err) }
	b, err := k.bases.get(ctx)
	if err != nil {
		return fail(err)
	}
	if err := b.check(auth, scope); err != nil {
		return fail(err)
	}
	t := new(Token)
	call := keystoneCall{
		client: k, operation: "IssueToken", method: http.MethodPost,
		resource: auth.subject() + scope.subject(),
	}
	if b.version == V2 {
		call.path, call.input = b.path("tokens"), v2Login(auth, scope)
		call.success, call.decode = []int{http.StatusOK, http.StatusNonAuthoritativeInfo}, decodeV2Token(t)
	} else {
		call.path, call.input = b.path("auth", "tokens"), v3Login(auth, scope)
		call.success, call.decode = []int{http.StatusCreated}, decodeV3Token(t)
	}
	if err := call.do(ctx); err != nil {
		return fail(err)
	}
	return t, nil
}

// ValidateToken asks Keystone about a token, with the client's own token as the
// authority. Identity API v3 only.
//
// [ErrNotFound]: the token is unknown, expired or revoked. [ErrForbidden]: the client's
// user may not ask about others' tokens. (Identity API v3, "Validate and show
// information for token".)
func (c *Client) ValidateToken(ctx context.Context, token Secret) (*Token, error) {
	t := new(Token)
	err := c.aboutToken(ctx, "ValidateToken", http.MethodGet, token, []int{http.StatusOK}, func(r *answer) string {
		r.Header.Set("X-Subject-Token", string(token)) // some leave it out here
		return decodeV3Token(t)(r)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// RevokeToken ends a token before its time, with the client's own token as the
// authority. Identity API v3 only. A revoked token of the client's own is replaced when
// it is next asked for.
//
// [ErrNotFound]: the token is unknown, expired or revoked. (Identity API v3, "Revoke
// token".)
func (c *Client) RevokeToken(ctx context.Context, token Secret) error {
	if err := c.aboutToken(ctx, "RevokeToken", http.MethodDelete, token, []int{http.StatusNoContent, http.StatusOK}, nil); err != nil {
		return err
	}
	c.Invalidate(string(token))
	return nil
}

func (c *Client) aboutToken(ctx context.Context, operation, method string, token Secret, success []int, decode func(*answer) string) error {
	if token == "" {
		return operationError(service, operation, errMissing("token"))
	}
	b, err := c.state().bases.get(ctx)
	if err != nil {
		return operationError(service, operation, err)
	}
	if b.version == V2 {
		return operationError(service, operation, fmt.Errorf("%w: v2.0 does it for administrators only, and with the token in the URL", ErrUnsupported))
	}
	call := keystoneCall{
		client: c.state(), operation: operation, method: method, path: b.path("auth", "tokens"),
		subject: token, shared: true, success: success, decode: decode, resource: "token", removes: method == http.MethodDelete,
	}
	if err := call.do(ctx); err != nil {
		return operationError(service, operation, err)
	}
	return nil
}

// Close revokes the token that the client holds, if it holds one and the server can.
// A client that is used again logs in again.
func (c *Client) Close(ctx context.Context) error {
	t, held := c.state().tokens.peek()
	if !held || t.Expired(c.state().conn.now()) {
		return nil
	}
	c.Invalidate(string(t.ID))
	b, held := c.state().bases.peek()
	if !held || b.version == V2 {
		return nil
	}
	call := keystoneCall{
		client: c.state(), operation: "RevokeToken", method: http.MethodDelete, path: b.path("auth", "tokens"),
		token: t.ID, subject: t.ID, success: []int{http.StatusNoContent, http.StatusOK}, resource: "token", removes: true,
	}
	if err := call.do(ctx); err != nil {
		return operationError(service, "RevokeToken", err)
	}
	return nil
}
