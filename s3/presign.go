package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// PresignedRequest is a request that anyone may send until it expires.
type PresignedRequest struct {
	// Method and URL of the request. The URL opens the object: treat it as a secret.
	Method, URL string
	// Header holds every header that must be sent as it is here, since the signature
	// covers it; nil when there is none but Host.
	Header http.Header
	// Body is the document that must be sent, for operations that have one.
	Body []byte
}

// redacted stands in for a secret wherever a value is printed.
const redacted = "[redacted]"

// String shows the request without what opens the object: print the members for that.
func (p PresignedRequest) String() string {
	target, query, _ := strings.Cut(p.URL, "?")
	names := slices.Sorted(maps.Keys(p.Header))
	return fmt.Sprintf("s3.PresignedRequest(%s %s?%s, header %v, %d bytes of body)", p.Method, target, transport.RedactQuery(query), names, len(p.Body))
}

// Format writes String for every verb.
func (p PresignedRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue gives slog the same view as String.
func (p PresignedRequest) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Presign signs a request for any operation so that someone without credentials can
// send it, for 1 second up to 7 days (API reference, "Authenticating Requests: Using
// Query Parameters"). It sends nothing. The input's Body is not used: whoever sends
// the request brings one, unsigned. Every header that the input asks for is signed
// and returned in Header; ContentLength, when set, is among them and so binds the
// length of the upload (net/http sends Request.ContentLength, not the header: set that).
// No checksum is added: one whose value is in the input is.
//
// Temporary credentials end a URL's life with their own.
func (c *Client) Presign(ctx context.Context, in Input, expires time.Duration, opts ...func(*Options)) (*PresignedRequest, error) {
	if in == nil {
		return nil, errors.New("s3: presign: nil input")
	}
	op := in.operation()
	out, err := c.presign(ctx, in, expires, opts)
	if err != nil {
		return nil, operationError("presign "+op.Info().Name, err)
	}
	return out, nil
}

func (c *Client) presign(ctx context.Context, in Input, expires time.Duration, opts []func(*Options)) (*PresignedRequest, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	op := in.operation()
	req, err := op.EncodeAny(in, s.encodeOptions())
	if err == nil {
		err = s.checkLimits(in)
	}
	if err != nil {
		return nil, err
	}
	k := call{settings: s, info: op.Info(), request: req, region: s.options.Region}
	if err := k.validate(); err != nil {
		return nil, err
	}
	if s.options.Credentials == nil {
		return nil, sigv4.ErrNoCredentials
	}
	creds, err := s.options.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	encodeMetadataHeaders(req.Header)
	encodeTaggingHeader(req.Header)
	u := k.url()
	k.recallRegion(&u)
	k.addContentType()
	delete(req.Header, "X-Amz-Sdk-Checksum-Algorithm")
	k.addContentMD5()
	length, err := transport.TakeContentLength(req.Header)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	names := make([]string, 0, len(req.Header)+1)
	for name := range req.Header {
		names = append(names, name)
	}
	signed := http.Request{Method: req.Method, URL: &u, Header: req.Header}
	if length >= 0 {
		names = append(names, "Content-Length")
		signed.ContentLength = length
	}
	if length > 0 {
		// Never read: it stands for the one that whoever sends the request will bring.
		// Without it the length that is signed would be that of no body.
		signed.Body = io.NopCloser(nil)
	}
	url, header, err := k.signer().PresignHTTP(&signed, sigv4.Params{
		Credentials: creds, Region: k.region, Time: s.pipeline.Clock.Now(),
		PayloadHash: sigv4.UnsignedPayload, SignHeaders: names,
	}, expires)
	if err != nil {
		return nil, err
	}
	return &PresignedRequest{Method: req.Method, URL: url, Header: header, Body: req.Document}, nil
}
