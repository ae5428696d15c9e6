package rest

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"sync"
)

// Operation describes one API operation as data: its wire facts and, through
// the struct tags of In and Out, where every member travels. It is declared
// once as a package variable and used by pointer; the plans are compiled on
// first use and shared by all calls, so an Operation is safe for concurrent use.
type Operation[In, Out any] struct {
	// Name is the API's own name, such as "PutObject".
	Name string
	// Method is the HTTP method.
	Method string
	// URI is the Smithy http trait's template: "/{Bucket}/{Key+}?uploads".
	// A greedy label ({Key+}) must come last. A static query key without a
	// value is sent as "uploads=", which is also its SigV4-canonical form.
	URI string
	// ChecksumRequired says that a request must carry Content-MD5 or a checksum
	// (Smithy's requestChecksumRequired).
	ChecksumRequired bool
	// HostLabel names the input member that stands as a label in front of the
	// endpoint's host (Smithy's endpoint trait), "" for none. It is a member
	// bound elsewhere as well.
	HostLabel string

	once sync.Once
	plan *plan
	err  error
}

// Info is what a pipeline needs to know about an operation without its types.
type Info struct {
	Name, Method, URI string
	// ChecksumRequired and HostLabel are the Operation's own.
	ChecksumRequired bool
	HostLabel        string
	// StreamInput says that the input has a payload:"body" member.
	StreamInput bool
	// StreamOutput says that the output has a payload:"body" member: the body is
	// handed to the caller and must not be read or closed by the pipeline.
	StreamOutput bool
	// HasDocument says that the answer carries a document, XML or text, which the
	// pipeline reads whole and hands to Decode.
	HasDocument bool
	// Input and Output are the struct types, for inventories that compare
	// them with a model.
	Input, Output reflect.Type
}

// Descriptor is an Operation with its type parameters erased. *Operation
// implements it.
type Descriptor interface {
	// Info returns the operation's facts. The three flags are false when the
	// operation's tags are bad; Check tells.
	Info() Info
	// EncodeAny is Encode for an input held in an interface. in must be the
	// operation's own pointer type.
	EncodeAny(in any, opt EncodeOptions) (*Request, error)
	// Check compiles both plans and reports the first bad tag.
	Check() error
}

// EncodeOptions are the parts of a request that depend on the endpoint and
// not on the operation.
type EncodeOptions struct {
	// BasePath is put before the operation's path by plain concatenation, such
	// as "/api/v1/s3". It is given decoded; a trailing slash is dropped and a
	// missing leading one added.
	BasePath string
	// HostLabel names the label that the host already carries ("Bucket" for
	// virtual-host addressing): its path segment is left out. An operation that
	// has no such label is not affected.
	HostLabel string
	// InHost decides by the label's value whether the host can carry it; nil
	// means always. Where it can't, the path does.
	InHost func(value string) bool
	// Namespace is the xmlns of the document's root element, none when empty.
	Namespace string
}

// Request is an encoded input, ready to be addressed, signed and sent.
type Request struct {
	// Operation and Method are the operation's own.
	Operation, Method string
	// Path is the decoded path and RawPath the escaped one, "" when both are
	// equal: together they make url.URL.EscapedPath return the escaped form.
	Path, RawPath string
	// Label is the value of the label that EncodeOptions.HostLabel names, wherever it
	// stands.
	Label string
	// HostValue is the value of the label that the host carries, "" when none does.
	HostValue string
	// HostPrefix is the value of Operation.HostLabel, "" when it has none.
	HostPrefix string
	// RawQuery is sorted by name and value and escaped as RFC 3986 wants it
	// (space as %20), which is already the SigV4-canonical form.
	RawQuery string
	// Header holds the header members under canonical names. Never nil; owned by
	// the caller.
	Header http.Header
	// Stream is the payload:"body" member, nil when there is none.
	Stream io.Reader
	// Document is the encoded payload:"xml" or payload:"text" member, or the
	// document that the input itself is; nil when there is none.
	Document []byte
	// DocumentType is the media type of Document.
	DocumentType string
	// Sensitive names the headers (canonical) that carry sensitive members,
	// whether or not this request has them. Shared between requests: not to be
	// modified.
	Sensitive []string
}

// Encode checks the input and turns it into a request. It sends nothing.
//
// Missing required members are reported all at once by an error that errors.As
// finds as smithy.InvalidParamsError; a value that can't be carried (control
// characters in a header, characters XML 1.0 doesn't know) by a *MemberError.
func (o *Operation[In, Out]) Encode(in *In, opt EncodeOptions) (*Request, error) {
	p, err := o.compiled()
	if err != nil {
		return nil, err
	}
	if in == nil {
		return nil, fmt.Errorf("rest: %s: nil input", o.Name)
	}
	return p.encode(reflect.ValueOf(in).Elem(), opt)
}

// EncodeAny is Encode for an input held in an interface; in must be a *In.
func (o *Operation[In, Out]) EncodeAny(in any, opt EncodeOptions) (*Request, error) {
	typed, ok := in.(*In)
	if !ok {
		return nil, fmt.Errorf("rest: %s: input is %T, want %T", o.Name, in, typed)
	}
	return o.Encode(typed, opt)
}

// Decode turns an answer into an output. doc is the whole body for outputs
// with a document (Info().HasDocument) and may be empty, which leaves those
// members zero; a payload:"body" member takes resp.Body as it is.
//
// A header or document value that doesn't parse is an error that names it; an
// error for a document that ends too soon matches io.ErrUnexpectedEOF. A date
// that can't be read leaves its member zero.
func (o *Operation[In, Out]) Decode(resp *http.Response, doc []byte) (*Out, error) {
	out, err := o.DecodeEscaped(resp, doc)
	if err != nil {
		return nil, err
	}
	o.Unescape(out)
	return out, nil
}

// DecodeEscaped is Decode without its last step: members with encoding:"url" stay as
// the server wrote them.
func (o *Operation[In, Out]) DecodeEscaped(resp *http.Response, doc []byte) (*Out, error) {
	p, err := o.compiled()
	if err != nil {
		return nil, err
	}
	if resp == nil {
		return nil, fmt.Errorf("rest: %s: nil response", o.Name)
	}
	out := new(Out)
	if err := p.decode(resp, doc, reflect.ValueOf(out).Elem()); err != nil {
		return nil, err
	}
	return out, nil
}

// Unescape undoes the encoding of out's members with encoding:"url" where its
// EncodingType member says url. Top-level members of the document that keep names stay
// as they are.
func (o *Operation[In, Out]) Unescape(out *Out, keep ...string) {
	p, err := o.compiled()
	if err != nil || out == nil {
		return
	}
	v := reflect.ValueOf(out).Elem()
	if p.out.self != nil {
		p.out.self.unescapeRoot(v, keep)
	} else if d := p.out.document; d != nil && !v.Field(d.index).IsNil() {
		d.layout.unescapeRoot(v.Field(d.index).Elem(), keep)
	}
}

// Check compiles both plans and reports the first bad tag or URI.
func (o *Operation[In, Out]) Check() error {
	_, err := o.compiled()
	return err
}

// Info returns the operation's facts.
func (o *Operation[In, Out]) Info() Info {
	info := Info{
		Name: o.Name, Method: o.Method, URI: o.URI,
		ChecksumRequired: o.ChecksumRequired,
		HostLabel:        o.HostLabel,
		Input:            reflect.TypeFor[In](),
		Output:           reflect.TypeFor[Out](),
	}
	if p, err := o.compiled(); err == nil {
		info.StreamInput = p.in.stream >= 0
		info.StreamOutput = p.out.stream >= 0
		info.HasDocument = p.out.document != nil || p.out.self != nil || p.out.text >= 0
	}
	return info
}

func (o *Operation[In, Out]) compiled() (*plan, error) {
	o.once.Do(func() {
		o.plan, o.err = compile(o.Name, o.Method, o.URI, o.HostLabel, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	})
	return o.plan, o.err
}
