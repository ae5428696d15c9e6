package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/hidden"
)

// FormPostOptions say what a form may upload, where to, and until when.
type FormPostOptions struct {
	// Key is one of the TempURL keys of the account or of the container. Required.
	Key Secret
	// Container takes the files. Required.
	Container string
	// Prefix is put before the name that the browser gives a file: "photos/" and
	// "cat.jpg" make the object "photos/cat.jpg". It may be empty.
	Prefix string
	// Redirect is the URL that the browser goes to afterwards; Swift adds status and
	// message to its query. Empty: Swift answers with the status as text.
	Redirect string
	// MaxFileSize bounds each file, in bytes; more is 400. Required.
	MaxFileSize int64
	// MaxFileCount is the most files of one form. Zero: 1.
	MaxFileCount int
	// Expires is when the form ends, in whole seconds. Required.
	Expires time.Time
	// Digest of the signature. Empty: the best that the server has, SHA-256 before
	// SHA-512 before SHA-1.
	Digest Digest
	// Base64 writes the signature in base64 behind the digest's name, and not in hex.
	Base64 bool

	// DeleteAt or DeleteAfter (in seconds) is when the objects end, ContentType and
	// ContentEncoding what they are stored with. They are fields of the form that the
	// signature does not cover: whoever sends the form may change them.
	DeleteAt        time.Time
	DeleteAfter     int64
	ContentType     string
	ContentEncoding string
}

// FormPost is a signed form with which a browser uploads files to Swift itself.
type FormPost struct {
	// Action is the form's URL. Its method is POST and its enctype multipart/form-data.
	Action string
	// Expires is when the form ends, Digest what it is signed with.
	Expires time.Time
	Digest  Digest

	fields hidden.Value[[]FormField]
}

// FormField is a field of a form. Printed, the value of the signature is not seen; templates and
// encoding/json, which bring it to the browser, write it.
type FormField struct{ Name, Value string }

// FormPost signs a form (RFC 7578) with which anybody may upload files below a prefix until it
// expires. Nothing is sent, but for the first time that a Digest has to be chosen, as with
// [Client.TempURL]. Swift refuses a form with another key, or an expired one, with 401.
//
// Ceph RGW finds the container of a form only where the account is that of a project, as
// Keystone has them, answers 200 where Swift answers 201, and does not let the account's owner
// read what was uploaded, but only list and delete it.
//
// [ErrUnsupported]: the server has no FormPost, or not with so many files. (Object Storage API v1,
// "Form POST middleware".)
func (c *Client) FormPost(ctx context.Context, o FormPostOptions, opts ...func(*Options)) (*FormPost, error) {
	f, err := c.formPost(ctx, o, opts)
	if err != nil {
		return nil, operationError("FormPost", err)
	}
	return f, nil
}

func (c *Client) formPost(ctx context.Context, o FormPostOptions, opts []func(*Options)) (*FormPost, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	if err := o.check(s.pipeline.Clock.Now()); err != nil {
		return nil, err
	}
	if err := (Path{o.Container, o.Prefix}).check(&s.options.Profile); err != nil {
		return nil, err
	}
	if err := s.supports("FormPost"); err != nil {
		return nil, err
	}
	if most := s.options.Profile.MaxFormFiles; most > 0 && o.MaxFileCount > most && !s.options.AllowUnsupported {
		return nil, fmt.Errorf("%w: %s has no FormPost with a MaxFileCount above %d", ErrUnsupported, s.options.Profile.Name, most)
	}
	_, at, err := s.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	if o.Digest == "" {
		o.Digest, err = c.chooseDigest(ctx, s, at, opts, "FormPost", "")
		if err != nil {
			return nil, err
		}
	}
	return o.sign(at, s.options.Profile.FormPostEscapedPath), nil
}

// SignFormPost is [Client.FormPost] for those who have a key and the URL of the account, and no
// client. It sends nothing; an empty Digest is SHA-256. Ceph RGW takes SHA-1 alone, and here only
// containers and prefixes whose names need no escaping.
func SignFormPost(storageURL string, o FormPostOptions) (*FormPost, error) {
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
	return o.sign(at, false), nil
}

// check refuses what no server takes, and fills in the count.
func (o *FormPostOptions) check(now time.Time) error {
	if o.MaxFileCount == 0 {
		o.MaxFileCount = 1
	}
	if err := checkSigned(o.Key, o.Container, o.Expires, now, o.Digest); err != nil {
		return err
	}
	switch {
	case o.MaxFileSize <= 0:
		return errors.New("swift: MaxFileSize must be above 0")
	case o.MaxFileCount < 0:
		return errors.New("swift: MaxFileCount is negative")
	case o.DeleteAfter < 0:
		return errors.New("swift: DeleteAfter is negative")
	case o.DeleteAfter > 0 && !o.DeleteAt.IsZero():
		return errors.New("swift: DeleteAt and DeleteAfter exclude each other")
	}
	for _, f := range []FormField{{"Redirect", o.Redirect}, {"ContentType", o.ContentType}, {"ContentEncoding", o.ContentEncoding}} {
		if err := checkField(f.Name, f.Value); err != nil {
			return err
		}
	}
	if u, err := url.Parse(o.Redirect); err != nil || o.Redirect != "" && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return errors.New("swift: Redirect must begin with http:// or https:// and a host")
	}
	return nil
}

// maxFieldValue is what Swift reads of a field; the rest it drops, and the signature is void.
const maxFieldValue = 4096

func checkField(member, value string) error {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("swift: %s has a control character", member)
	case len(value) > maxFieldValue:
		return fmt.Errorf("swift: %s has %d bytes, more than the %d of a field", member, len(value), maxFieldValue)
	case strings.HasSuffix(value, "-"):
		return fmt.Errorf(`swift: %s ends in "-", which Swift takes for the end of the form and cuts off; write "%%2D" in a URL`, member)
	}
	return nil
}

func (o *FormPostOptions) sign(at storageURL, escaped bool) *FormPost {
	path := at.base + "/" + o.Container + "/" + o.Prefix
	inURL := escapePath(path)
	if escaped {
		path = inURL
	}
	size, count := strconv.FormatInt(o.MaxFileSize, 10), strconv.Itoa(o.MaxFileCount)
	epoch := strconv.FormatInt(o.Expires.Unix(), 10)
	message := path + "\n" + o.Redirect + "\n" + size + "\n" + count + "\n" + epoch
	all := []FormField{
		{"redirect", o.Redirect},
		{"max_file_size", size},
		{"max_file_count", count},
		{"expires", epoch},
		{"signature", o.Digest.sign(o.Key, message, o.Base64)},
		{"content-type", o.ContentType},
		{"content-encoding", o.ContentEncoding},
	}
	if !o.DeleteAt.IsZero() {
		all = append(all, FormField{"x_delete_at", strconv.FormatInt(o.DeleteAt.Unix(), 10)})
	}
	if o.DeleteAfter > 0 {
		all = append(all, FormField{"x_delete_after", strconv.FormatInt(o.DeleteAfter, 10)})
	}
	fields := make([]FormField, 0, len(all))
	for _, f := range all {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return &FormPost{
		Action: at.origin() + inURL, Expires: time.Unix(o.Expires.Unix(), 0).UTC(), Digest: o.Digest,
		fields: hidden.Of(fields),
	}
}

// Fields are the form's hidden fields, in order, the signature among them. They must stand
// before the files, which Swift takes in whatever name: it reads the form once, and ignores
// what comes later.
func (f FormPost) Fields() []FormField {
	if f.fields == nil {
		return nil
	}
	return append([]FormField(nil), f.fields()...)
}

// String is the URL and the end.
func (f FormPost) String() string {
	return fmt.Sprintf("swift.FormPost(%s %s until %s)", http.MethodPost, f.Action, f.Expires.Format(time.RFC3339))
}

// Format writes String for every verb.
func (f FormPost) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue gives slog the same view as String.
func (f FormPost) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String is "name=value", or "signature=REDACTED".
func (f FormField) String() string {
	if f.Name == "signature" {
		return f.Name + "=" + Secret(f.Value).String()
	}
	return f.Name + "=" + f.Value
}

// Format writes String for every verb.
func (f FormField) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue gives slog the same view as String.
func (f FormField) LogValue() slog.Value { return slog.StringValue(f.String()) }
