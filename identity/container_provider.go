package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// containerHost is where the agent of Amazon ECS answers.
const containerHost = "http://169.254.170.2"

// ContainerProviderOptions configure [NewContainerProvider]. Without a URI everything is
// taken from the environment.
type ContainerProviderOptions struct {
	// HTTPOptions are how the agent is reached. The default HTTPClient uses no proxy
	// for http.
	HTTPOptions

	// URI is where the agent gives credentials: any https URL, or a http URL of this
	// machine (localhost, a loopback address) or of the agents of Amazon ECS
	// (169.254.170.2) and EKS (169.254.170.23, fd00:ec2::23). Empty: the environment's.
	URI string
	// AuthorizationToken is the whole value of the header Authorization. Empty: none
	// with a URI, else the environment's.
	AuthorizationToken Secret
	// AuthorizationTokenFile is the path of a file that holds it, read anew for every
	// request, as EKS replaces it. It outranks AuthorizationToken. Empty: none with a
	// URI, else the environment's.
	AuthorizationTokenFile string
	// RefreshBefore is how long before their end credentials are fetched anew. Zero: 5
	// minutes; never more than a fifth of their life.
	RefreshBefore time.Duration
	// Lookup finds an environment variable. Nil: os.LookupEnv.
	Lookup func(string) (string, bool)
}

// ContainerProvider takes credentials from the agent that a container of Amazon ECS or
// a pod of EKS has beside it (AWS SDKs and Tools Reference Guide, "Container credential
// provider"; Amazon ECS Developer Guide, "Task IAM role"; Amazon EKS User Guide, "EKS
// Pod Identity").
//
// The environment tells where: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is a path on
// http://169.254.170.2 and outranks AWS_CONTAINER_CREDENTIALS_FULL_URI.
// AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE outranks AWS_CONTAINER_AUTHORIZATION_TOKEN.
// Without either URI the provider is [ErrNotConfigured].
//
// An agent that refuses is an [*Error] with its code and message, one that does not
// answer is a plain error, and an answer without keys is [ErrMalformedAnswer]. So is
// one without Expiration, since what an agent gives is temporary.
type ContainerProvider struct{ cached }

// NewContainerProvider makes a provider. It checks the options and sends nothing. The
// environment is looked at when credentials are fetched.
func NewContainerProvider(o ContainerProviderOptions) (*ContainerProvider, error) {
	if o.RefreshBefore < 0 {
		return nil, errors.New("identity: RefreshBefore is negative")
	}
	s := &container{tokenFile: o.AuthorizationTokenFile, token: o.AuthorizationToken, variables: environment(o.Lookup)}
	if o.URI != "" {
		var err error
		if s.uri, err = parseContainerURI("URI", o.URI); err != nil {
			return nil, fmt.Errorf("identity: %w", err)
		}
	}
	var err error
	if s.conn, err = newLinkLocalConnection(o.HTTPOptions); err != nil {
		return nil, err
	}
	return &ContainerProvider{newCached("ContainerProvider", s.fetch, s.conn.now, o.RefreshBefore, o.Logger)}, nil
}

type container struct {
	conn      *connection
	uri       *url.URL // nil: the environment's
	tokenFile string
	token     Secret
	variables variables
}

func (s *container) fetch(ctx context.Context) (sigv4.Credentials, error) {
	u, err := s.resolve()
	if err != nil {
		return sigv4.Credentials{}, err
	}
	k := containerCall{service: s}
	_, err = s.conn.do(ctx, &transport.Request{
		Service: "Container", Operation: "GetCredentials", Method: http.MethodGet, URL: *u,
		Header: http.Header{"Accept": {"application/json"}}, Sensitive: []string{"Authorization"},
	}, &k)
	if err != nil {
		return sigv4.Credentials{}, operationError("Container", "GetCredentials", err)
	}
	return k.credentials, nil
}

// resolve is the URL to ask.
func (s *container) resolve() (*url.URL, error) {
	const relative, full = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	if s.uri != nil {
		return s.uri, nil
	}
	if path := s.variables.get(relative); path != "" {
		if !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf("%s does not begin with a slash", relative)
		}
		return parseContainerURI(relative, containerHost+path)
	}
	if u := s.variables.get(full); u != "" {
		return parseContainerURI(full, u)
	}
	return nil, fmt.Errorf("%w: neither %s nor %s is set", ErrNotConfigured, relative, full)
}

// authorization is the value of the header; empty: none.
func (s *container) authorization() (string, error) {
	file, token := s.tokenFile, string(s.token)
	if file == "" && token == "" && s.uri == nil {
		file = s.variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
		token = s.variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("authorization token: %w", err)
		}
		if token = strings.TrimSpace(string(text)); token == "" {
			return "", fmt.Errorf("authorization token: %s is empty", file)
		}
	}
	if strings.ContainsFunc(token, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		return "", errors.New("authorization token: it holds a line's end or another control character")
	}
	return token, nil
}

// containerCall is one request under way. It is the pipeline's Handler.
type containerCall struct {
	service     *container
	credentials sigv4.Credentials
}

// Authorize gives an attempt its token.
func (k *containerCall) Authorize(_ context.Context, a *transport.Attempt) error {
	token, err := k.service.authorization()
	if err == nil && token != "" {
		a.Request.Header.Set("Authorization", token)
	}
	return err
}

// Inspect finds the error in an answer, and decodes it when there is none.
func (k *containerCall) Inspect(r *answer) error {
	d, wrong := parseCredentialsDocument(r.Document)
	switch {
	case r.StatusCode != http.StatusOK && wrong != "":
		return apierr.Failed(r.Response, newError(r))
	case r.StatusCode != http.StatusOK:
		return apierr.Failed(r.Response, d.refusal(r))
	case wrong != "":
		return apierr.Failed(r.Response, malformed(r, wrong))
	}
	if k.credentials, wrong = d.credentials(); wrong == "" && k.credentials.Expires.IsZero() {
		wrong = "no Expiration"
	}
	if wrong != "" {
		return apierr.Failed(r.Response, malformed(r, wrong))
	}
	return nil
}

// Amend has nothing to change.
func (*containerCall) Amend(*transport.Request, *answer, error) bool { return false }

// parseContainerURI checks that credentials may be asked for there: over plain http
// they don't leave the machine.
func parseContainerURI(name, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL", name)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s needs the scheme http or https", name)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%s has no host", name)
	case u.User != nil:
		return nil, fmt.Errorf("%s holds a user name", name)
	case u.Scheme == "http" && !onThisMachine(u.Hostname()):
		return nil, fmt.Errorf("%s is http to %q: credentials are taken over plain http only from this machine, 169.254.170.2, 169.254.170.23 and fd00:ec2::23", name, u.Hostname())
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func onThisMachine(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	switch a.String() {
	case "169.254.170.2", "169.254.170.23", "fd00:ec2::23":
		return true
	}
	return a.IsLoopback()
}
