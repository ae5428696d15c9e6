package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/hidden"
)

// TempURLOptions say what a TempURL opens, and until when.
type TempURLOptions struct {
	// Key is one of the account's TempURL keys, or, but for Ceph RGW, of the container's:
	// [Client.UpdateAccount] and [Client.UpdateContainer] set them. Required.
	Key Secret
	// Method is GET, HEAD, PUT, POST or DELETE. Empty: GET. A URL for GET, PUT or POST
	// serves HEAD too.
	Method string
	// Container is required, and so is Object, unless there is a Prefix.
	Container, Object string
	// Prefix opens every object of the container whose name begins with it, and not
	// Object alone, which must be one of them; a pointer to "" opens them all. Nil:
	// Object alone. [TempURL.ForObject] makes the URLs of the others.
	Prefix *string
	// Expires is when the URL ends, in whole seconds. Required.
	Expires time.Time
	// ExpiresISO8601 writes Expires so that people can read it, and not as seconds
	// since 1970.
	ExpiresISO8601 bool
	// Digest of the signature. Empty: the best that the server has, SHA-256 before
	// SHA-512 before SHA-1.
	Digest Digest
	// Base64 writes the signature in base64 behind the digest's name, and not in hex,
	// which makes the URL shorter.
	Base64 bool
	// IPRange is where the URL works from. Zero: from anywhere.
	IPRange netip.Prefix
	// Filename is the name under which a browser saves the object. Empty: the last
	// segment of the object's name. With GET and HEAD only.
	Filename string
	// Inline has a browser show the object and not save it, in which case Ceph RGW drops
	// Filename. With GET and HEAD only.
	Inline bool
}

// TempURL is a URL that needs no token. However it is printed, its signature is not seen:
// whoever knows that may do what the URL is for.
type TempURL struct {
	// Method is what the URL is for, Expires when it ends, Digest what it is signed with.
	Method  string
	Expires time.Time
	Digest  Digest

	state hidden.Value[tempURL]
}

// tempURL is a URL in the parts that it is put together of.
type tempURL struct {
	container string // its URL, escaped, with a slash at the end
	object    string
	prefix    *string
	query     string
}

// TempURL signs a URL with which anybody may read, write or delete an object, or all objects
// that begin with a prefix, until it expires. Nothing is sent, but for the first time that a
// Digest has to be chosen: then the server is asked for its capabilities, and where it does
// not tell, the first of Profile.TempURLDigests is taken.
//
// Whether the key is one of the server's is not checked. With another one, or once it has
// expired, a TempURL is answered with [ErrUnauthorized] (by Ceph RGW with [ErrForbidden] too).
//
// [ErrUnsupported]: the server has no TempURL, or not for the method, or, by the profile, not
// with Base64 or IPRange. (Object Storage API v1, "Temporary URL middleware".)
func (c *Client) TempURL(ctx context.Context, o TempURLOptions, opts ...func(*Options)) (*TempURL, error) {
	t, err := c.tempURL(ctx, o, opts)
	if err != nil {
		return nil, operationError("TempURL", err)
	}
	return t, nil
}

func (c *Client) tempURL(ctx context.Context, o TempURLOptions, opts []func(*Options)) (*TempURL, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	if err := o.check(s.pipeline.Clock.Now()); err != nil {
		return nil, err
	}
	p := &s.options.Profile
	if err := (Path{o.Container, o.Object}).check(p); err != nil {
		return nil, err
	}
	if err := s.supports("TempURL"); err != nil {
		return nil, err
	}
	if extended := o.extended(); extended != "" && !p.TempURLExtensions && !s.options.AllowUnsupported {
		return nil, fmt.Errorf("%w: %s has no TempURL with %s", ErrUnsupported, p.Name, extended)
	}
	_, at, err := s.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	if o.Digest == "" {
		o.Digest, err = c.chooseDigest(ctx, s, at, opts, "TempURL", o.Method)
		if err != nil {
			return nil, err
		}
	}
	return o.sign(at), nil
}

// chooseDigest asks the server which digests it takes for TempURL or FormPost.
func (c *Client) chooseDigest(ctx context.Context, s *settings, at storageURL, opts []func(*Options), what, method string) (Digest, error) {
	info, err := c.capabilities(ctx, at, opts)
	if err != nil {
		return "", err
	}
	p := &s.options.Profile
	section := info.TempURL
	if what == "FormPost" {
		section = info.FormPost
	}
	switch {
	// Ceph RGW has FormPost, with limits, and does not list it.
	case section == nil && info.Capabilities != nil && p.Support(what) == Supported && !s.options.AllowUnsupported:
		return "", fmt.Errorf("%w: the server lists no %s", ErrUnsupported, what)
	case section == nil && len(p.TempURLDigests) > 0:
		return p.TempURLDigests[0], nil
	case section == nil:
		return DigestSHA1, nil
	case method != "" && section.Methods != nil && !slices.Contains(section.Methods, method) && !s.options.AllowUnsupported:
		return "", fmt.Errorf("%w: the server has no TempURL for %s, only for %s", ErrUnsupported, method, strings.Join(section.Methods, ", "))
	}
	return section.choose()
}

// SignTempURL is [Client.TempURL] for those who have a key and the URL of the account, such as
// "https://objects.example.com/v1/AUTH_project", and no client. It sends nothing; an empty
// Digest is SHA-256. Ceph RGW takes SHA-1 alone.
func SignTempURL(storageURL string, o TempURLOptions) (*TempURL, error) {
	at, err := parseStorageURL(storageURL, "")
	if err != nil {
		return nil, err
	}
	if err := o.check(time.Now()); err != nil {
		return nil, err
	}
	if o.Digest == "" {
		o.Digest = DigestSHA256
	}
	return o.sign(at), nil
}

// check refuses what no server takes, and fills in the method.
func (o *TempURLOptions) check(now time.Time) error {
	if o.Method == "" {
		o.Method = http.MethodGet
	}
	switch o.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPut, http.MethodPost, http.MethodDelete:
		if o.Filename != "" || o.Inline {
			return fmt.Errorf("swift: Filename and Inline mean nothing to %s", o.Method)
		}
	default:
		return fmt.Errorf("swift: Method %q is none of GET, HEAD, PUT, POST and DELETE", o.Method)
	}
	if err := checkSigned(o.Key, o.Container, o.Expires, now, o.Digest); err != nil {
		return err
	}
	switch {
	case o.Prefix == nil && strings.Trim(o.Object, "/") == "":
		// Slashes alone are an object's name to Swift, but not to its TempURLs.
		return errors.New("swift: Object is missing")
	case o.Prefix != nil && o.Object != "" && !strings.HasPrefix(o.Object, *o.Prefix):
		return fmt.Errorf("swift: Object %q does not begin with Prefix %q", o.Object, *o.Prefix)
	case o.IPRange != netip.Prefix{} && !o.IPRange.IsValid():
		return errors.New("swift: IPRange is not valid")
	case o.IPRange != o.IPRange.Masked():
		return fmt.Errorf("swift: IPRange %s is no network: %s is", o.IPRange, o.IPRange.Masked())
	}
	return nil
}

// extended names the member that old servers, and those that only resemble Swift, don't know.
func (o *TempURLOptions) extended() string {
	switch {
	case o.Base64:
		return "Base64"
	case o.IPRange.IsValid():
		return "IPRange"
	}
	return ""
}

func (o *TempURLOptions) sign(at storageURL) *TempURL {
	epoch := strconv.FormatInt(o.Expires.Unix(), 10)
	container := at.base + "/" + o.Container + "/"
	// The path as the server decodes it.
	signed := container + o.Object
	if o.Prefix != nil {
		signed = "prefix:" + container + *o.Prefix
	}
	message := o.Method + "\n" + epoch + "\n" + signed
	if o.IPRange.IsValid() {
		message = "ip=" + o.IPRange.String() + "\n" + message
	}
	query := "temp_url_sig=" + escapeQuery(o.Digest.sign(o.Key, message, o.Base64)) + "&temp_url_expires="
	if o.ExpiresISO8601 {
		query += o.Expires.UTC().Format("2006-01-02T15:04:05Z")
	} else {
		query += epoch
	}
	if o.IPRange.IsValid() {
		query += "&temp_url_ip_range=" + escapeQuery(o.IPRange.String())
	}
	if o.Prefix != nil {
		query += "&temp_url_prefix=" + escapeQuery(*o.Prefix)
	}
	if o.Filename != "" {
		query += "&filename=" + escapeQuery(o.Filename)
	}
	if o.Inline {
		query += "&inline"
	}
	object := o.Object
	if object == "" {
		object = *o.Prefix
	}
	return &TempURL{
		Method: o.Method, Expires: time.Unix(o.Expires.Unix(), 0).UTC(), Digest: o.Digest,
		state: hidden.Of(tempURL{container: at.origin() + escapePath(container), object: object, prefix: o.Prefix, query: query}),
	}
}

// URL is the whole URL, signature and all: a secret as long as it lasts. Without an Object it
// ends in the prefix.
func (t TempURL) URL() string {
	if t.state == nil {
		return ""
	}
	s := t.state()
	return s.url(s.object)
}

// ForObject is the URL of another object that the prefix covers. Without a Prefix it is an error.
func (t TempURL) ForObject(object string) (string, error) {
	switch {
	case t.state == nil || t.state().prefix == nil:
		return "", errors.New("swift: the TempURL has no Prefix: it is for one object alone")
	case strings.Trim(object, "/") == "":
		return "", errors.New("swift: Object is missing")
	case !strings.HasPrefix(object, *t.state().prefix):
		return "", fmt.Errorf("swift: Object %q does not begin with Prefix %q", object, *t.state().prefix)
	}
	s := t.state()
	return s.url(object), nil
}

func (s *tempURL) url(object string) string { return s.container + escapePath(object) + "?" + s.query }

// String is method, URL without its query, and end.
func (t TempURL) String() string {
	at, _, _ := strings.Cut(t.URL(), "?")
	return fmt.Sprintf("swift.TempURL(%s %s until %s)", t.Method, at, t.Expires.Format(time.RFC3339))
}

// Format writes String for every verb.
func (t TempURL) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue gives slog the same view as String.
func (t TempURL) LogValue() slog.Value { return slog.StringValue(t.String()) }

// escapeQuery escapes a value of a query, blanks as %20: not every server takes '+' for one.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
