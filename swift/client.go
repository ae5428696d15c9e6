package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

// Client is a client of one account. It is safe for concurrent use; make one with [New]
// and share it.
type Client struct{ state hidden.Value[*settings] }

// scope names the library to providers of spans and metrics.
const scope = "github.com/stowage-go/stowage/swift"

// settings are Options and what follows from them.
type settings struct {
	options   Options
	userAgent []string // a header value, shared by all requests
	pipeline  transport.Pipeline
	account   *lastAccount
	// capabilities of servers, shared by all calls
	capabilities *capabilities
}

// New makes a client. It checks the options and sends nothing.
func New(o Options, fns ...func(*Options)) (*Client, error) {
	for _, fn := range fns {
		fn(&o)
	}
	s := &settings{account: new(lastAccount), capabilities: &capabilities{told: make(map[string]*InfoOutput)}}
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
		return nil, errors.New("swift: TLSConfig is for the default HTTPClient; give yours its own")
	}
	var err error
	if s.pipeline.Telemetry, err = transport.NewTelemetry(scope, o.TracerProvider, o.MeterProvider); err != nil {
		return nil, fmt.Errorf("swift: MeterProvider: %w", err)
	}
	if err := s.set(o); err != nil {
		return nil, err
	}
	return &Client{hidden.Of(s)}, nil
}

// set derives all settings from o. Budget and clock stay.
func (s *settings) set(o Options) error {
	if err := o.resolve(); err != nil {
		return err
	}
	if s.options.UserAgent != o.UserAgent || s.userAgent == nil {
		s.userAgent = []string{transport.UserAgent(o.UserAgent)}
	}
	if s.options.HTTPClient != o.HTTPClient {
		if o.HTTPClient == nil {
			return errors.New("swift: HTTPClient is nil")
		}
		s.pipeline.HTTP = transport.WithoutRedirects(o.HTTPClient)
	}
	s.options = o
	s.pipeline.MaxAttempts = o.MaxAttempts
	s.pipeline.Backoff = transport.Backoff{Base: o.BaseDelay, Max: o.MaxDelay}
	s.pipeline.Idle = o.IdleTimeout
	s.pipeline.Logger = o.Logger
	s.pipeline.TraceObjectNames = o.TraceObjectNames
	s.pipeline.Timings = o.AttemptTimings
	return nil
}

// with returns the settings for one call.
func (c *Client) with(fns []func(*Options)) (*settings, error) {
	if len(fns) == 0 {
		return c.state(), nil
	}
	s := *c.state()
	o := s.options
	for _, fn := range fns {
		fn(&o)
	}
	if err := s.set(o); err != nil {
		return nil, err
	}
	return &s, nil
}

// Options returns a copy of the client's options with every default filled in.
func (c *Client) Options() Options { return c.state().options }

// String names the profile and the account, if one was named. A client shows no token,
// however it is printed.
func (c Client) String() string {
	o := &c.state().options
	return "swift.Client(profile " + o.Profile.Name + ", account " + o.Account + ")"
}

// Format writes String for every verb: package fmt would print unexported fields as
// they are.
func (c Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same view as String.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// operation is an operation as package rest has it, and the code for what no tag can say.
type operation[In, Out any] struct {
	rest.Operation[In, Out]
	// storesType: a Content-Type would become the object's, so that none is added.
	storesType bool
	// encode completes the request; it may refuse the input. Nil: nothing to do.
	encode func(in *In, r *rest.Request) error
	// decode completes the output from the answer's document. Nil: nothing to do. Its
	// failures are answers that are not what the API promises.
	decode func(r *transport.Response, out *Out) error
	// refuse makes more of a refusal whose document says more. Nil: nothing to do.
	refuse func(r *transport.Response, e *Error) error
}

// invoke is the whole of an operation, top to bottom.
func invoke[In, Out any](ctx context.Context, c *Client, op *operation[In, Out], in *In, opts []func(*Options)) (*Out, error) {
	out, _, err := do(ctx, c, op, in, opts)
	if err != nil {
		return nil, operationError(op.Name, err)
	}
	return out, nil
}

func do[In, Out any](ctx context.Context, c *Client, op *operation[In, Out], in *In, opts []func(*Options)) (*Out, *transport.Response, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, nil, err
	}
	if in == nil {
		in = new(In) // so that the members it lacks are named, if it lacks any
	}
	k := call{settings: s, info: op.Info(), refuse: op.refuse, storesType: op.storesType}
	if err := s.supports(op.Name); err != nil {
		return nil, nil, err
	}
	if k.request, err = op.Encode(in, rest.EncodeOptions{}); err != nil {
		return nil, nil, err
	}
	if op.encode != nil {
		if err := op.encode(in, k.request); err != nil {
			return nil, nil, err
		}
	}
	var out *Out
	k.decode = func(r *transport.Response) error {
		decoded, err := op.Decode(r.Response, r.Document)
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrMalformedAnswer, err)
		} else if op.decode != nil {
			err = op.decode(r, decoded)
		}
		if err == nil {
			out = decoded
		}
		return err
	}
	resp, err := k.do(ctx)
	if err != nil {
		return nil, nil, err
	}
	if k.info.StreamOutput {
		// Not seen by Inspect: the pipeline hands its body over unread.
		err := k.decode(resp)
		if isWebPage(resp.Header) {
			err = malformed("a web page, and no object")
		}
		if err != nil {
			resp.Body.Close()
			return nil, nil, apierr.Failed(resp.Response, err)
		}
	}
	return out, resp, nil
}
