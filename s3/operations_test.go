package s3

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/rest"
)

// operations is the inventory of the package: an operation is covered by every
// test of this file as soon as it stands here.
var operations = []rest.Descriptor{
	&opAbortMultipartUpload,
	&opCompleteMultipartUpload,
	&opCopyObject,
	&opCreateBucket,
	&opCreateMultipartUpload,
	&opDeleteBucket,
	&opDeleteObject,
	&opDeleteObjects,
	&opGetBucketAcl,
	&opGetBucketLocation,
	&opGetObject,
	&opHeadBucket,
	&opHeadObject,
	&opListBuckets,
	&opListMultipartUploads,
	&opListObjects,
	&opListObjectsV2,
	&opListParts,
	&opPutBucketAcl,
	&opPutObject,
	&opUploadPart,
	&opUploadPartCopy,
}

// checksumRequired names the operations whose document S3 refuses without
// Content-MD5 or a checksum. The facts file does not tell them apart.
var checksumRequired = []string{"DeleteObjects", "PutBucketAcl"}

// renamedShapes are the shapes whose Go type has another name than the model's.
var renamedShapes = map[string]string{"Error": "DeleteError"}

// urlEncodedMembers are the members that S3 encodes in an answer whose
// EncodingType is url.
var urlEncodedMembers = []string{"Delimiter", "Key", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter"}

// alsoSensitive are members that we redact though the model doesn't say so.
var alsoSensitive = []string{"MFA"}

// model is the form of testdata/s3-model.json.
type model struct {
	Source     string                    `json:"source"`
	Operations map[string]modelOperation `json:"operations"`
	Shapes     map[string]modelShape     `json:"shapes"`
	Enums      map[string][]string       `json:"enums"`
}

type modelOperation struct {
	Method string `json:"method"`
	URI    string `json:"uri"`
	Input  string `json:"input"`
	Output string `json:"output"`
}

type modelShape struct {
	Required []string               `json:"required"`
	Members  map[string]modelMember `json:"members"`
}

type modelMember struct {
	Type              string       `json:"type"`
	ListOf            *modelMember `json:"listOf"`
	HTTPLabel         int          `json:"httpLabel"`
	HTTPQuery         string       `json:"httpQuery"`
	HTTPHeader        string       `json:"httpHeader"`
	HTTPPrefixHeaders string       `json:"httpPrefixHeaders"`
	HTTPPayload       int          `json:"httpPayload"`
	XMLName           string       `json:"xmlName"`
	XMLFlattened      int          `json:"xmlFlattened"`
	XMLAttribute      int          `json:"xmlAttribute"`
	XMLNamespace      []string     `json:"xmlNamespace"`
	Sensitive         int          `json:"sensitive"`
}

func readModel(t *testing.T) model {
	t.Helper()
	doc, err := os.ReadFile("../testdata/s3-model.json")
	require.NoError(t, err)
	var m model
	require.NoError(t, json.Unmarshal(doc, &m))
	return m
}

func TestOperationsMatchModel(t *testing.T) {
	m := readModel(t)
	for _, op := range operations {
		info := op.Info()
		t.Run(info.Name, func(t *testing.T) {
			require.NoError(t, op.Check())
			facts, ok := m.Operations[info.Name]
			require.True(t, ok, "the model has no such operation")

			require.Equal(t, facts.Method, info.Method)
			require.Equal(t, bucketURI(info.Name, facts.URI), info.URI)
			require.Equal(t, slices.Contains(checksumRequired, info.Name), info.ChecksumRequired)

			require.Equal(t, info.Name+"Input", info.Input.Name())
			require.Equal(t, info.Name+"Output", info.Output.Name())
			in, ok := reflect.New(info.Input).Interface().(interface{ operation() rest.Descriptor })
			require.True(t, ok, "the input does not name its operation")
			require.Same(t, op, in.operation())

			compareInput(t, m, info.Input, facts.Input)
			compareOutput(t, m, info.Output, facts.Output)
		})
	}
}

// TestOperationsComplete holds the inventory and the client's methods together:
// neither may have an operation that the other lacks.
func TestOperationsComplete(t *testing.T) {
	m := readModel(t)
	client := reflect.TypeFor[*Client]()
	listed := map[string]bool{}
	for _, op := range operations {
		name := op.Info().Name
		require.False(t, listed[name], "%s stands twice in the inventory", name)
		listed[name] = true
	}
	for name := range m.Operations {
		method, ok := client.MethodByName(name)
		require.Equal(t, ok, listed[name], "%s: a method of Client and in the inventory, or neither", name)
		if !ok {
			continue
		}
		require.Equal(t, name+"Input", method.Type.In(2).Elem().Name())
		require.Equal(t, name+"Output", method.Type.Out(0).Elem().Name())
	}
}

// bucketURI is the model's URI with the bucket as the first label, for the
// model has it in the host, and without x-id, which names the operation for
// nobody but a log.
func bucketURI(name, uri string) string {
	uri = regexp.MustCompile(`[?&]x-id=\w+`).ReplaceAllString(uri, "")
	if name == "ListBuckets" {
		return uri
	}
	return "/{Bucket}" + strings.TrimSuffix(strings.Replace(uri, "/?", "?", 1), "/")
}

func compareInput(t *testing.T, m model, typ reflect.Type, shape string) {
	t.Helper()
	c := comparison{t: t, model: m, input: true, seen: map[reflect.Type]bool{}}
	c.structure(typ, shape)
}

func compareOutput(t *testing.T, m model, typ reflect.Type, shape string) {
	t.Helper()
	_, listing := m.Shapes[shape].Members["EncodingType"]
	c := comparison{t: t, model: m, listing: listing, seen: map[reflect.Type]bool{}}
	c.structure(typ, shape)
}

// comparison walks a Go struct and its shape side by side.
type comparison struct {
	t       *testing.T
	model   model
	input   bool // the walk started at an input
	listing bool // the walk started at an answer with an EncodingType
	seen    map[reflect.Type]bool
}

func (c *comparison) structure(typ reflect.Type, name string) {
	c.t.Helper()
	if c.seen[typ] {
		return
	}
	c.seen[typ] = true
	require.Equal(c.t, reflect.Struct, typ.Kind(), "%s", typ)
	if name == "unit" {
		require.Zero(c.t, typ.NumField(), "%s: the model has no members", typ)
		return
	}
	shape, ok := c.model.Shapes[name]
	require.True(c.t, ok, "the model has no shape %s", name)

	for i := range typ.NumField() {
		field := typ.Field(i)
		where := typ.Name() + "." + field.Name
		member, ok := shape.Members[field.Name]
		require.True(c.t, ok, "%s: the model has no such member", where)
		require.True(c.t, field.IsExported() && !field.Anonymous, where)
		required := slices.Contains(shape.Required, field.Name)
		require.Equal(c.t, c.tags(name, field.Name, member, required), structTags(c.t, field.Tag), "tags of %s", where)
		c.value(where, field.Type, member)
	}
	for member := range shape.Members {
		_, ok := typ.FieldByName(member)
		require.True(c.t, ok, "%s lacks the member %s", typ, member)
	}
}

// tags are those that the contract of internal/rest gives a member.
func (c *comparison) tags(shape, name string, m modelMember, required bool) map[string]string {
	tags := map[string]string{}
	format := strings.TrimSuffix(strings.TrimPrefix(m.Type, "timestamp("), ")")
	usual := "date-time"
	switch {
	case m.HTTPLabel != 0:
		tags["label"] = name
	case m.HTTPQuery != "":
		tags["url"] = m.HTTPQuery
		if !required {
			tags["url"] += ",omitempty"
		}
	case m.HTTPHeader != "":
		tags["header"] = m.HTTPHeader
		usual = "http-date"
	case m.HTTPPrefixHeaders != "":
		tags["headers"] = m.HTTPPrefixHeaders
	case m.Type == "streaming-blob":
		tags["payload"] = "body"
	case m.HTTPPayload != 0:
		tags["payload"] = "xml"
		tags["xml"] = orElse(m.XMLName, name)
	case shape == "GetBucketLocationOutput":
		// The facts leave out that this member is the text of the root.
		tags["xml"] = ",chardata"
	case m.XMLAttribute != 0:
		tags["xml"] = m.XMLName + ",attr"
	case m.ListOf != nil && m.XMLFlattened == 0:
		tags["xml"] = orElse(m.XMLName, name) + ">" + orElse(m.ListOf.XMLName, "member")
	default:
		tags["xml"] = orElse(m.XMLName, name)
	}
	if required {
		tags["required"] = "true"
	}
	if strings.HasPrefix(m.Type, "timestamp(") && format != usual {
		tags["timestamp"] = format
	}
	if len(m.XMLNamespace) > 0 {
		tags["namespace"] = strings.Join(m.XMLNamespace, " ")
	}
	if c.listing && slices.Contains(urlEncodedMembers, name) {
		tags["encoding"] = "url"
	}
	if m.Sensitive != 0 || slices.Contains(alsoSensitive, name) {
		tags["sensitive"] = "true"
	}
	return tags
}

// bytesNumber matches the numbers that count bytes; the others count things.
var bytesNumber = regexp.MustCompile(`(Size|Length|Bytes)$`)

// value compares a member's Go type with the model's type.
func (c *comparison) value(where string, typ reflect.Type, m modelMember) {
	c.t.Helper()
	payload := m.HTTPPayload != 0 && m.Type != "streaming-blob"
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
		require.True(c.t, payload || c.input, "%s: outputs hold plain values", where)
		require.True(c.t, payload || typ.Kind() == reflect.Bool || typ.Kind() == reflect.Int32 || typ.Kind() == reflect.Int64,
			"%s: a pointer is for members whose zero has a meaning", where)
	} else {
		require.False(c.t, payload, "%s: a document is a pointer", where)
	}
	switch {
	case m.Type == "string":
		c.text(where, typ)
	case m.Type == "number":
		want := reflect.TypeFor[int32]()
		if bytesNumber.MatchString(where) {
			want = reflect.TypeFor[int64]()
		}
		require.Equal(c.t, want, typ, where)
	case m.Type == "boolean":
		require.Equal(c.t, reflect.TypeFor[bool](), typ, where)
	case strings.HasPrefix(m.Type, "timestamp"):
		require.Equal(c.t, reflect.TypeFor[time.Time](), typ, where)
	case m.Type == "map<string>":
		require.Equal(c.t, reflect.TypeFor[map[string]string](), typ, where)
	case m.Type == "list<string>":
		require.Equal(c.t, reflect.Slice, typ.Kind(), where)
		c.text(where, typ.Elem())
	case m.Type == "streaming-blob" && c.input:
		require.Equal(c.t, reflect.TypeFor[io.Reader](), typ, where)
	case m.Type == "streaming-blob":
		require.Equal(c.t, reflect.TypeFor[io.ReadCloser](), typ, where)
	case m.ListOf != nil:
		require.Equal(c.t, reflect.Slice, typ.Kind(), where)
		c.nested(where, typ.Elem(), m.ListOf.Type)
	default:
		c.nested(where, typ, m.Type)
	}
}

// text checks a string. A member named like an enumeration must be one.
func (c *comparison) text(where string, typ reflect.Type) {
	c.t.Helper()
	require.Equal(c.t, reflect.String, typ.Kind(), where)
	if typ.Name() != "string" {
		_, ok := c.model.Enums[typ.Name()]
		require.True(c.t, ok, "%s: the model has no enumeration %s", where, typ.Name())
		return
	}
	member := where[strings.LastIndexByte(where, '.')+1:]
	_, enumeration := c.model.Enums[member]
	require.False(c.t, enumeration, "%s has the name of an enumeration and is a plain string", where)
}

func (c *comparison) nested(where string, typ reflect.Type, shape string) {
	c.t.Helper()
	require.Equal(c.t, orElse(renamedShapes[shape], shape), typ.Name(), where)
	c.structure(typ, shape)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var structTag = regexp.MustCompile(`^([a-z]+):("[^"]*") ?`)

// structTags reads a whole tag, so that a misspelt one is noticed too.
func structTags(t *testing.T, tag reflect.StructTag) map[string]string {
	t.Helper()
	tags := map[string]string{}
	for rest := string(tag); rest != ""; {
		m := structTag.FindStringSubmatch(rest)
		require.NotNil(t, m, "tag %s", tag)
		require.NotContains(t, tags, m[1], "tag %s", tag)
		value, err := strconv.Unquote(m[2])
		require.NoError(t, err, "tag %s", tag)
		tags[m[1]] = value
		rest = rest[len(m[0]):]
	}
	return tags
}

// TestEnumerationsMatchModel reads the constants from the source, for
// reflection doesn't see them: each enumeration has exactly the model's values.
func TestEnumerationsMatchModel(t *testing.T) {
	m := readModel(t)
	file, err := parser.ParseFile(token.NewFileSet(), "enums.go", nil, 0)
	require.NoError(t, err)

	types := []string{}
	values := map[string][]string{}
	for _, decl := range file.Decls {
		for _, spec := range decl.(*ast.GenDecl).Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				types = append(types, spec.Name.Name)
			case *ast.ValueSpec:
				require.Len(t, spec.Names, 1)
				constant := spec.Names[0].Name
				typ, ok := spec.Type.(*ast.Ident)
				require.True(t, ok, "%s has no type", constant)
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				require.Equal(t, plain(typ.Name+value), plain(constant), "a constant is named by its type and its value")
				values[typ.Name] = append(values[typ.Name], value)
			}
		}
	}
	require.NotEmpty(t, types)
	for _, typ := range types {
		require.NotEmpty(t, m.Enums[typ], "the model has no enumeration %s", typ)
		require.ElementsMatch(t, m.Enums[typ], values[typ], typ)
	}
}

// plain is a name without what Go can't have in it.
func plain(name string) string {
	return strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]`).ReplaceAllString(name, ""))
}
