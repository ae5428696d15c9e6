package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// service names the API in errors, logs, spans and metrics.
const service = "S3"

// namespace is the XML namespace of every document of the S3 API.
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// Client is an S3 client. It is safe for concurrent use; make one with [New] and
// share it.
type Client struct {
	// Where package fmt does not get to ask Format, it finds nothing either.
	state hidden.Value[*settings]
}

// String names the endpoint, the region and the profile. A client shows none of its
// credentials, however it is printed.
func (c Client) String() string {
	if c.state == nil {
		return "s3.Client()"
	}
	o := &c.settings().options
	return "s3.Client(" + o.Endpoint + ", region " + o.Region + ", profile " + o.Profile.Name + ")"
}

// Format writes String for every verb: package fmt would print unexported fields as
// they are.
func (c Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same view as String.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

func (c *Client) settings() *settings { return c.state() }

// settings are Options and what follows from them.
type settings struct {
	options   Options
	endpoint  endpoint
	userAgent []string // a header value, shared by all requests
	pipeline  transport.Pipeline

	// Of the client, whatever the options of one call.
	signer  *sigv4.Signer
	lambda  *sigv4.Signer // of WriteGetObjectResponse
	regions *sync.Map     // regionKey -> region that a server told
}

// Input is the input of any operation: a pointer to one of this package's Input
// structs.
type Input interface {
	operation() rest.Descriptor
}

// New makes a client. It checks the options and sends nothing.
func New(o Options, fns ...func(*Options)) (*Client, error) {
	o = o.clone()
	for _, fn := range fns {
		fn(&o)
	}
	s := &settings{
		signer:  sigv4.NewSigner(sigv4.Options{Service: "s3"}),
		lambda:  sigv4.NewSigner(sigv4.Options{Service: objectLambda}),
		regions: new(sync.Map),
	}
	budget := o.RetryBudget
	if budget == 0 {
		budget = transport.DefaultBudget
	}
	if budget > 0 {
		s.pipeline.Budget = transport.NewBudget(budget)
	}
	s.pipeline.Clock = &transport.Clock{Local: o.Clock}
	switch {
	case o.HTTPClient == nil:
		// It is in the client now: Options that are used again name one or the other.
		o.HTTPClient, o.TLSConfig = transport.NewHTTPClient(o.TLSConfig), nil
	case o.TLSConfig != nil:
		return nil, errors.New("s3: TLSConfig is for the default HTTPClient; give yours its own")
	}
	var err error
	if s.pipeline.Telemetry, err = transport.NewTelemetry("github.com/stowage-go/stowage/s3", o.TracerProvider, o.MeterProvider); err != nil {
		return nil, fmt.Errorf("s3: MeterProvider: %w", err)
	}
	if err := s.set(o); err != nil {
		return nil, err
	}
	return &Client{hidden.Of(s)}, nil
}

// set derives all settings from o. Budget and clock stay.
func (s *settings) set(o Options) error {
	ep, err := o.resolve()
	if err != nil {
		return err
	}
	if s.options.UserAgent != o.UserAgent || s.userAgent == nil {
		s.userAgent = []string{transport.UserAgent(o.UserAgent)}
	}
	if s.options.HTTPClient != o.HTTPClient {
		if o.HTTPClient == nil {
			return errors.New("s3: HTTPClient is nil")
		}
		s.pipeline.HTTP = transport.WithoutRedirects(o.HTTPClient)
	}
	s.options, s.endpoint = o, ep
	s.pipeline.MaxAttempts = o.MaxAttempts
	s.pipeline.Backoff = transport.Backoff{Base: o.BaseDelay, Max: o.MaxDelay}
	s.pipeline.Idle = o.IdleTimeout
	s.pipeline.Logger = o.Logger
	s.pipeline.OnRetry = o.OnRetry
	s.pipeline.TraceObjectNames = o.TraceObjectNames
	s.pipeline.Timings = o.AttemptTimings
	return nil
}

// Options returns a copy of the client's options with every default filled in:
// Endpoint, Region and Profile are never empty.
func (c *Client) Options() Options { return c.settings().options.clone() }

// with returns the settings for one call.
func (c *Client) with(fns []func(*Options)) (*settings, error) {
	if len(fns) == 0 {
		return c.settings(), nil
	}
	s := *c.settings()
	o := s.options.clone()
	region, endpoint := o.Region, o.Endpoint
	for _, fn := range fns {
		fn(&o)
	}
	// AWS's own endpoint follows the region.
	if s.endpoint.aws && o.Region != region && o.Endpoint == endpoint {
		o.Endpoint = ""
	}
	if err := s.set(o); err != nil {
		return nil, err
	}
	return &s, nil
}

// invoke is the whole of an operation, top to bottom.
func invoke[In, Out any](ctx context.Context, c *Client, op *rest.Operation[In, Out], in *In, opts []func(*Options)) (*Out, error) {
	out, _, err := do(ctx, c, op, in, opts)
	if err != nil {
		return nil, operationError(op.Name, err)
	}
	return out, nil
}

func do[In, Out any](ctx context.Context, c *Client, op *rest.Operation[In, Out], in *In, opts []func(*Options)) (*Out, *transport.Response, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, nil, err
	}
	if in == nil {
		in = new(In) // so that the members it lacks are named, if it lacks any
	}
	req, err := op.Encode(in, s.encodeOptions())
	if err == nil {
		err = s.checkLimits(in)
	}
	if err != nil {
		return nil, nil, err
	}
	k := call{settings: s, info: op.Info(), request: req}
	resp, err := k.do(ctx)
	if err != nil {
		return nil, nil, k.lost(ctx, in, err)
	}
	out, err := decode(op, resp)
	if err != nil {
		return nil, nil, err
	}
	if keep, ok := unescaped(in, out, s.options.Profile.EncodingTypeIfAsked); !ok {
		op.Unescape(out, keep...)
	}
	return out, resp, nil
}

// decode reads an answer; names that are url-encoded stay so.
func decode[In, Out any](op *rest.Operation[In, Out], resp *transport.Response) (*Out, error) {
	expiresString(resp)
	if op.Name == opGetObject.Name || op.Name == opHeadObject.Name {
		if isWebPage(resp.Header) {
			resp.Body.Close()
			return nil, apierr.Failed(resp.Response, errWebPage)
		}
		decodeMetadataHeaders(resp.Header)
	}
	out, err := op.DecodeEscaped(resp.Response, resp.Document)
	if err != nil {
		resp.Body.Close()
		return nil, apierr.Failed(resp.Response, fmt.Errorf("%w: %w", ErrMalformedAnswer, err))
	}
	return out, nil
}

func (s *settings) encodeOptions() rest.EncodeOptions {
	o := rest.EncodeOptions{BasePath: s.endpoint.basePath, Namespace: namespace, HostLabel: "Bucket", InHost: inPath}
	if s.endpoint.virtualHost {
		o.InHost = s.endpoint.inHost
	}
	return o
}

// validate refuses what the profile says the server lacks, and names that would
// change the meaning of a path.
func (k *call) validate() error {
	p := &k.settings.options.Profile
	if !k.settings.options.AllowUnsupported {
		if p.Support(k.info.Name) == Unsupported {
			return fmt.Errorf("%w: %s has no %s", ErrUnsupported, p.Name, k.info.Name)
		}
		if !p.ExpectedBucketOwner {
			for _, name := range [...]string{"X-Amz-Expected-Bucket-Owner", "X-Amz-Source-Expected-Bucket-Owner"} {
				if _, ok := k.request.Header[name]; ok {
					return fmt.Errorf("%w: %s ignores the expected bucket owner (%s)", ErrUnsupported, p.Name, strings.ToLower(name))
				}
			}
		}
		if k.conditional() {
			if err := k.settings.checkCondition(k.info.Name); err != nil {
				return err
			}
		}
		if _, ok := k.request.Header["X-Amz-Copy-Source-Range"]; ok && !p.RangedPartCopy {
			return fmt.Errorf("%w: %s may copy the whole source in place of CopySourceRange", ErrUnsupported, p.Name)
		}
	}
	if err := k.prepareCustomerKeys(); err != nil {
		return err
	}
	bucket, key := k.object()
	if err := k.settings.checkBucket(bucket); err != nil {
		return err
	}
	if err := k.settings.checkKey(key); err != nil {
		return memberError("Key", err)
	}
	if err := k.settings.checkMetadata(k.request.Header); err != nil {
		return err
	}
	if p := k.request.HostPrefix; p != "" && !validRegion(p) {
		return errors.New("s3: RequestRoute can't be part of a host name")
	}
	return nil
}

func inPath(string) bool { return false }

// object is the bucket, and the key that is taken out of the path.
func (k *call) object() (bucket, key string) {
	bucket = k.request.Label
	if bucket == "" {
		return "", "" // a listing of buckets, or an answer for an object that is not told
	}
	path := strings.TrimPrefix(k.request.Path, k.settings.endpoint.basePath)
	path = strings.TrimPrefix(path, "/")
	if k.request.HostValue == "" {
		path = strings.TrimPrefix(path, bucket)
		path = strings.TrimPrefix(path, "/")
	}
	return bucket, path
}
