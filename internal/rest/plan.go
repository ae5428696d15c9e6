package rest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// plan is an operation's compiled tags: all that reflection has to find out
// about the types is found out once.
type plan struct {
	name, method string
	path         pathPlan
	query        queryPlan
	in, out      bodyPlan
	inHeaders    headerPlan
	outHeaders   headerPlan
	checks       []check
	hostField    int // of the label in front of the host, -1 when there is none
}

// bodyPlan says what a message's body is.
type bodyPlan struct {
	stream   int           // index of the payload:"body" field, -1 when there is none
	text     int           // index of the payload:"text" field, -1 when there is none
	document *documentPlan // the payload:"xml" field
	self     *xmlStruct    // the input or output itself, when it has members of a document
}

// documentPlan is a payload:"xml" field.
type documentPlan struct {
	index  int
	name   string // of the Go field
	root   string
	decl   string // namespace declaration for the root
	layout *xmlStruct
}

func compile(name, method, uri, hostLabel string, in, out reflect.Type) (*plan, error) {
	p := &plan{name: name, method: method, hostField: -1}
	p.in.stream, p.out.stream = -1, -1
	p.in.text, p.out.text = -1, -1
	if err := p.compile(uri, hostLabel, in, out); err != nil {
		if name == "" {
			name = "operation without a name"
		}
		return nil, fmt.Errorf("rest: %s: %w", name, err)
	}
	return p, nil
}

func (p *plan) compile(uri, hostLabel string, in, out reflect.Type) error {
	if p.name == "" || p.method == "" {
		return errors.New("name and method must be set")
	}
	if in.Kind() != reflect.Struct || out.Kind() != reflect.Struct {
		return fmt.Errorf("input %s and output %s must be structs", in, out)
	}
	path, static, _ := strings.Cut(uri, "?")
	var err error
	if p.path, err = parsePath(path); err != nil {
		return err
	}
	if err := p.query.parseStatic(static); err != nil {
		return err
	}
	if err := p.compileInput(in); err != nil {
		return err
	}
	if hostLabel != "" {
		f, ok := in.FieldByName(hostLabel)
		if !ok || f.Type.Kind() != reflect.String {
			return fmt.Errorf("host label %s is no string in %s", hostLabel, in)
		}
		p.hostField = f.Index[0]
	}
	for _, part := range p.path {
		if part.label != "" && part.field < 0 {
			return fmt.Errorf("label %s of the URI has no field in %s", part.label, in)
		}
	}
	return p.compileOutput(out)
}

func (p *plan) compileInput(t reflect.Type) error {
	qb := queryBuilder{plan: &p.query, seen: map[string]bool{}}
	xc := newXMLCompiler()
	members := false
	for f := range exportedFields(t) {
		b, err := bindingOf(f)
		switch {
		case err == nil && b.kind == bindXML:
			members = true
		case err == nil:
			err = p.inputField(f, b, &qb, xc)
		case err == errElsewhere: //nolint:errorlint // bindingOf's own, as it is
			continue
		}
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
	}
	qb.finish()
	var err error
	if p.in.self, err = p.in.members(t, members, xc); err != nil {
		return err
	}
	xc.finish(p.in.self)
	// Shared by all requests: an append must not write into it.
	p.inHeaders.sensitive = slices.Clip(p.inHeaders.sensitive)
	return p.inHeaders.conflicts()
}

func (p *plan) inputField(f reflect.StructField, b binding, qb *queryBuilder, xc *xmlCompiler) error {
	var layout *xmlStruct
	var err error
	switch b.kind {
	case bindLabel:
		b.required = true
		err = p.labelField(f, b)
	case bindQuery:
		err = qb.add(f, b)
	case bindHeader:
		err = p.inHeaders.add(f, b)
	case bindPrefix:
		err = p.inHeaders.addPrefix(f, b)
	case bindStream:
		err = p.in.setStream(f, f.Type.Kind() == reflect.Interface && f.Type.Implements(reflect.TypeFor[io.Reader]()))
	case bindText:
		err = p.in.setText(f)
	case bindDocument:
		if !isName(b.name) {
			return fmt.Errorf("the document needs a root element: xml:%q", b.name)
		}
		if err = p.in.setDocument(f, b, xc); err == nil {
			layout = p.in.document.layout
		}
	}
	if err != nil {
		return err
	}
	// A plain bool has no absent value, so it can't be missing.
	required := b.required && f.Type.Kind() != reflect.Bool
	if required || layout != nil {
		p.checks = append(p.checks, check{index: f.Index[0], name: f.Name, required: required, layout: layout})
	}
	return nil
}

func (p *plan) labelField(f reflect.StructField, b binding) error {
	if f.Type.Kind() != reflect.String {
		return fmt.Errorf("unsupported type %s", f.Type)
	}
	for i := range p.path {
		part := &p.path[i]
		if part.label == "" || part.label != b.name {
			continue
		}
		if part.field >= 0 {
			return fmt.Errorf("label %s is bound twice", b.name)
		}
		part.field = f.Index[0]
		return nil
	}
	return fmt.Errorf("label %q is not in the URI", b.name)
}

func (p *plan) compileOutput(t reflect.Type) error {
	xc := newXMLCompiler()
	members := false
	for f := range exportedFields(t) {
		b, err := bindingOf(f)
		if err == errElsewhere { //nolint:errorlint // bindingOf's own, as it is
			continue
		}
		if err == nil {
			switch b.kind {
			case bindHeader:
				err = p.outHeaders.add(f, b)
			case bindPrefix:
				err = p.outHeaders.addPrefix(f, b)
			case bindStream:
				err = p.out.setStream(f, f.Type == reflect.TypeFor[io.ReadCloser]())
			case bindText:
				err = p.out.setText(f)
			case bindDocument:
				err = p.out.setDocument(f, b, xc)
			case bindXML:
				members = true
			default:
				err = errors.New("an output has no labels or query parameters")
			}
		}
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
	}
	var err error
	if p.out.self, err = p.out.members(t, members, xc); err != nil {
		return err
	}
	xc.finish(p.out.self)
	return p.outHeaders.conflicts()
}

// members compiles the layout of a message that is a document itself, nil when it has no
// members of one.
func (bp *bodyPlan) members(t reflect.Type, any bool, xc *xmlCompiler) (*xmlStruct, error) {
	if !any {
		return nil, nil
	}
	if bp.payload() {
		return nil, fmt.Errorf("%s: has a payload and members of a document beside it", t)
	}
	return xc.root(t)
}

// payload: one of the members is the body.
func (bp *bodyPlan) payload() bool { return bp.stream >= 0 || bp.text >= 0 || bp.document != nil }

func (bp *bodyPlan) setText(f reflect.StructField) error {
	switch {
	case f.Type.Kind() != reflect.String:
		return fmt.Errorf("unsupported type %s for a text", f.Type)
	case bp.payload():
		return errors.New("a second payload")
	}
	bp.text = f.Index[0]
	return nil
}

func (bp *bodyPlan) setStream(f reflect.StructField, supported bool) error {
	switch {
	case !supported:
		return fmt.Errorf("unsupported type %s for a stream", f.Type)
	case bp.payload():
		return errors.New("a second payload")
	}
	bp.stream = f.Index[0]
	return nil
}

func (bp *bodyPlan) setDocument(f reflect.StructField, b binding, xc *xmlCompiler) error {
	switch {
	case f.Type.Kind() != reflect.Pointer || f.Type.Elem().Kind() != reflect.Struct || f.Type.Elem() == timeType:
		return fmt.Errorf("unsupported type %s for a document, want a pointer to a struct", f.Type)
	case bp.payload():
		return errors.New("a second payload")
	}
	layout, err := xc.layout(f.Type.Elem())
	if err != nil {
		return err
	}
	if err := layout.declares(b.prefix); err != nil {
		return err
	}
	bp.document = &documentPlan{index: f.Index[0], name: f.Name, root: b.name, decl: declaration(b), layout: layout}
	return nil
}

// exportedFields yields the fields that can travel.
func exportedFields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			// An embedded struct promotes its fields even when its type is not
			// exported, so it is not to be passed over in silence.
			if f := t.Field(i); (f.IsExported() || f.Anonymous) && !yield(f) {
				return
			}
		}
	}
}

// encode builds the request of one input.
func (p *plan) encode(in reflect.Value, opt EncodeOptions) (*Request, error) {
	if err := p.validate(in); err != nil {
		return nil, err
	}
	req := &Request{Operation: p.name, Method: p.method, Sensitive: p.inHeaders.sensitive}
	hostLabel := opt.HostLabel
	if hostLabel != "" {
		req.Label = p.path.label(in, hostLabel)
		if req.Label == "" || opt.InHost != nil && !opt.InHost(req.Label) {
			hostLabel = ""
		} else {
			req.HostValue = req.Label
		}
	}
	if p.hostField >= 0 {
		req.HostPrefix = in.Field(p.hostField).String()
	}
	req.Path, req.RawPath = p.path.build(in, opt.BasePath, hostLabel)
	var err error
	if req.RawQuery, err = p.query.encode(in); err != nil {
		return nil, p.failed(err)
	}
	if req.Header, err = p.inHeaders.encode(in); err != nil {
		return nil, p.failed(err)
	}
	for i := range p.inHeaders.prefixes {
		if f := &p.inHeaders.prefixes[i]; f.sensitive {
			req.Sensitive = f.names(req.Sensitive, in)
		}
	}
	if p.in.stream >= 0 {
		req.Stream, _ = in.Field(p.in.stream).Interface().(io.Reader)
	}
	if err := p.encodeDocument(req, in, opt.Namespace); err != nil {
		return nil, err
	}
	return req, nil
}

// encodeDocument writes the body that is held in memory, if there is one.
func (p *plan) encodeDocument(req *Request, in reflect.Value, namespace string) error {
	var refused *MemberError
	switch d := p.in.document; {
	case p.in.text >= 0:
		req.Document, req.DocumentType = []byte(in.Field(p.in.text).String()), "text/plain"
		return nil
	case p.in.self != nil:
		req.Document, refused = marshal(p.name+"Request", namespace, "", p.in.self, in)
	case d != nil && !in.Field(d.index).IsNil():
		if req.Document, refused = marshal(d.root, namespace, d.decl, d.layout, in.Field(d.index).Elem()); refused != nil {
			refused = refused.within(d.name)
		}
	default:
		return nil
	}
	if refused != nil {
		return p.failed(refused)
	}
	req.DocumentType = "application/xml"
	return nil
}

// failed puts the operation's name on an error.
func (p *plan) failed(err error) error {
	if m, ok := err.(*MemberError); ok { //nolint:errorlint // made by this package and not wrapped yet
		m.Operation = p.name
		return m
	}
	return fmt.Errorf("rest: %s: %w", p.name, err)
}

// decode fills one output.
func (p *plan) decode(resp *http.Response, doc []byte, out reflect.Value) error {
	if err := p.outHeaders.decode(resp, out); err != nil {
		return p.failed(err)
	}
	switch {
	case p.out.stream >= 0:
		body := resp.Body
		if body == nil {
			body = http.NoBody
		}
		*out.Field(p.out.stream).Addr().Interface().(*io.ReadCloser) = body
	case p.out.text >= 0:
		out.Field(p.out.text).SetString(string(doc))
	case p.out.self != nil:
		if _, err := unmarshal(doc, p.out.self, out); err != nil {
			return p.failed(err)
		}
	case p.out.document != nil && !blank(doc):
		d := p.out.document
		v := reflect.New(out.Field(d.index).Type().Elem())
		if _, err := unmarshal(doc, d.layout, v.Elem()); err != nil {
			return p.failed(err)
		}
		out.Field(d.index).Set(v)
	}
	return nil
}
