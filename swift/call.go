package swift

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

// call is one invocation under way. It is the pipeline's Handler: which token an attempt
// carries, and what an answer means.
type call struct {
	settings *settings
	info     rest.Info
	request  *rest.Request
	payload  payload
	storage  storageURL
	// storesType: the server would store a Content-Type with the object.
	storesType bool
	decode     func(*transport.Response) error
	refuse     func(*transport.Response, *Error) error // may be nil

	token   string // for the next attempt; empty: to be asked for
	used    string // by the last attempt
	renewed bool
	sent    bool // an attempt is, or was, on its way
	settled bool // its answer told what came of it
	doubt   bool // of some attempt it is not known what came of it
}

// supports is an error for an operation that the profile says the server lacks.
func (s *settings) supports(operation string) error {
	p := &s.options.Profile
	if !s.options.AllowUnsupported && p.Support(operation) == Unsupported {
		return fmt.Errorf("%w: %s has no %s", ErrUnsupported, p.Name, operation)
	}
	return nil
}

// checkOverlooked refuses a request that the server would take for another.
func (k *call) checkOverlooked() error {
	p := &k.settings.options.Profile
	if k.settings.options.AllowUnsupported {
		return nil
	}
	for _, name := range p.Overlooked[k.info.Name] {
		_, header := k.request.Header[name]
		if header || strings.Contains("&"+k.request.RawQuery, "&"+name+"=") {
			return fmt.Errorf("%w: %s overlooks %s", ErrUnsupported, p.Name, name)
		}
	}
	return nil
}

// do sends the call through the pipeline: names, account, payload, attempts.
func (k *call) do(ctx context.Context) (*transport.Response, error) {
	if err := k.checkNames(); err != nil {
		return nil, err
	}
	if err := k.checkOverlooked(); err != nil {
		return nil, err
	}
	if err := k.preparePayload(); err != nil {
		return nil, err
	}
	var err error
	// The token that comes with the account is the first attempt's.
	if k.token, k.storage, err = k.settings.authenticate(ctx); err != nil {
		return nil, err
	}
	k.prepareDigest()
	h := k.request.Header
	h["User-Agent"] = k.settings.userAgent
	// net/http would otherwise ask for gzip on a client of the caller's, and unpack
	// the object behind the back of lengths and checksums.
	h["Accept-Encoding"] = identityEncoding
	r := transport.Request{
		Service:   service,
		Operation: k.info.Name,
		Method:    k.request.Method,
		URL:       k.url(),
		Header:    h,
		Body:      k.payload.body,
		Stream:    k.info.StreamOutput,
		Expect:    k.expectContinue(),
		Sensitive: k.request.Sensitive,
	}
	if k.info.Name != opListObjects.Name && k.info.Name != opListContainers.Name {
		r.MaxDocument = maxReport
	}
	resp, err := k.settings.pipeline.Do(ctx, &r, k)
	if err != nil && k.payload.body.Touched() && errors.Is(err, ErrUnauthorized) {
		k.settings.options.Auth.Invalidate(k.used)
		return nil, fmt.Errorf("%w: %w", ErrBodyConsumed, err)
	}
	return resp, err
}

// maxReport is the longest answer that is read of an operation that lists nothing: a thousand
// failures of one in bulk, with the longest of names, stay below.
const maxReport = 8 << 20

var identityEncoding = []string{"identity"}

// authenticate finds the account, and a token for it.
func (s *settings) authenticate(ctx context.Context) (token string, at storageURL, err error) {
	o := &s.options
	token, url, err := o.Auth.Authenticate(ctx)
	if err != nil {
		return "", storageURL{}, fmt.Errorf("authenticate: %w", err)
	}
	if o.StorageURL != "" {
		url = o.StorageURL
	}
	at, err = s.account.parse(url, o.Account)
	return token, at, err
}

// url puts the account before the path of the operation, which begins with a slash.
func (k *call) url() url.URL {
	base, path := k.storage.base, k.request.Path
	if k.info.Name == opInfo.Name {
		base = k.storage.service()
	}
	if path == "/" {
		path = "" // the account itself
	}
	u := url.URL{Scheme: k.storage.scheme, Host: k.storage.host, Path: base + path, RawQuery: k.request.RawQuery}
	if raw := k.request.RawPath; raw != "" {
		u.RawPath = (&url.URL{Path: base}).EscapedPath() + raw
	}
	return u
}

func (k *call) expectContinue() bool {
	b, from := k.payload.body, k.settings.options.Expect100Continue
	switch {
	case b == nil || b.Len() == 0 || from < 0:
		return false
	case from == 0:
		return !b.Rewindable()
	}
	return b.Len() >= from || b.Len() < 0
}

// Authorize gives an attempt its token.
func (k *call) Authorize(ctx context.Context, a *transport.Attempt) error {
	token := k.token
	if k.token = ""; token == "" {
		var err error
		if token, _, err = k.settings.options.Auth.Authenticate(ctx); err != nil {
			return fmt.Errorf("authenticate: %w", err)
		}
	}
	k.used = token
	k.doubt = k.doubt || k.sent && !k.settled
	k.sent, k.settled = true, false
	a.Request.Header["X-Auth-Token"] = []string{token}
	k.payload.wrap(a)
	return nil
}

// Describe tells a span what the call is about.
func (k *call) Describe(set func(key string, value any)) {
	container, object := k.names()
	if container == "" {
		return
	}
	set("openstack.swift.container", container)
	if object != "" && k.settings.options.TraceObjectNames {
		set("openstack.swift.object", object)
	}
}

// Inspect finds the error in an answer, and decodes it when there is none.
func (k *call) Inspect(r *transport.Response) error {
	k.settled = r.StatusCode < 500 || r.StatusCode == http.StatusServiceUnavailable
	if k.request.Method == http.MethodDelete && k.doubt && r.StatusCode == http.StatusNotFound {
		return k.decode(r) // deleted by the attempt whose answer was lost
	}
	if r.StatusCode >= 300 {
		e := parseError(r)
		e.Container, e.Object = k.names()
		if k.refuse != nil {
			return apierr.Failed(r.Response, k.refuse(r, e))
		}
		return apierr.Failed(r.Response, e)
	}
	err := k.payload.confirm(r.Header)
	if err == nil {
		err = k.decode(r)
	}
	head := k.request.Method == http.MethodHead
	if err == nil && !ofSwift(r.Header) && (head && isWebPage(r.Header) || strings.EqualFold(rest.RootElement(r.Document), "html")) {
		// A portal or a proxy answers for the server, and takes it for a success.
		err = malformed("a web page, and nothing of Swift")
	}
	if k.request.Method == http.MethodDelete && k.doubt && errors.Is(err, ErrNotFound) {
		return nil // the same, told in a document
	}
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		e.Container, e.Object = k.names()
	}
	return apierr.Failed(r.Response, err)
}

// Amend takes a fresh token for one that was refused, once. The refusal may stand in a document
// of 200: bulk operations are authorized path by path.
func (k *call) Amend(_ *transport.Request, _ *transport.Response, err error) bool {
	if k.renewed || !errors.Is(err, ErrUnauthorized) {
		return false
	}
	k.renewed = true
	k.settings.options.Auth.Invalidate(k.used)
	return true
}

// names takes container and object out of the path. Only failures need them, so they are
// not kept beside it.
func (k *call) names() (container, object string) {
	if k.info.Name == opInfo.Name {
		return "", ""
	}
	raw := k.request.RawPath
	if raw == "" {
		container, object, _ = strings.Cut(k.request.Path[1:], "/")
		return container, object
	}
	// Escaped, a slash in the container's name is none between the names. It was this
	// client that escaped them, so there is nothing that can't be read.
	container, object, _ = strings.Cut(raw[1:], "/")
	container, _ = url.PathUnescape(container)
	object, _ = url.PathUnescape(object)
	return container, object
}

// checkNames refuses names that would change the meaning of a path, and those that the
// server would.
func (k *call) checkNames() error {
	container, object := k.names()
	if container == "" {
		return nil
	}
	p := &k.settings.options.Profile
	switch {
	case container == "." || container == "..":
		return fmt.Errorf("swift: Container %q means another path", container)
	case strings.Contains(container, "/"):
		return fmt.Errorf("swift: Container %q has a slash", container)
	case !utf8.ValidString(container):
		return fmt.Errorf("swift: Container %q is not UTF-8", container)
	case !utf8.ValidString(object):
		return fmt.Errorf("swift: Object %q is not UTF-8", object)
	}
	if err := p.checkContainer(container); err != nil {
		return err
	}
	return p.checkObject(object)
}
