package s3

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
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

// checksumRequired names the operations whose document S3 refuses without
// Content-MD5 or a checksum. The facts file does not tell them apart.
var checksumRequired = []string{
	"CreateBucketMetadataConfiguration", "CreateBucketMetadataTableConfiguration", "DeleteObjects", "PutBucketAcl", "PutBucketCors",
	"PutBucketEncryption", "PutBucketLifecycleConfiguration", "PutBucketLogging", "PutBucketOwnershipControls", "PutBucketPolicy",
	"PutBucketReplication", "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite", "PutObjectAcl",
	"PutObjectLegalHold", "PutObjectLockConfiguration", "PutObjectRetention", "PutObjectTagging", "PutPublicAccessBlock",
	"UpdateBucketMetadataAnnotationTableConfiguration", "UpdateBucketMetadataInventoryTableConfiguration",
	"UpdateBucketMetadataJournalTableConfiguration", "UpdateObjectEncryption",
}

// difference is what sets a member apart from what the model would make of it.
type difference struct {
	change change
	reason string
}

type change int

const (
	asPointer   change = iota // a pointer where the rule is a plain value
	asAlways                  // sent also when it is zero
	asSensitive               // redacted though the model does not ask for it
	asChardata                // the text of the document's root
	asStream                  // a reader where the model has events
)

// differences are the members, by struct and name, that deliberately differ from the
// model. A line that no member needs fails the test.
var differences = map[string]difference{
	"CORSRule.MaxAgeSeconds":                                            {asPointer, "0 forbids caching, absent leaves it to the browser"},
	"CopyObjectInput.BucketKeyEnabled":                                  {asPointer, "absent means the bucket's setting"},
	"CreateMultipartUploadInput.BucketKeyEnabled":                       {asPointer, "absent means the bucket's setting"},
	"CreateSessionInput.BucketKeyEnabled":                               {asPointer, "absent means true"},
	"DeleteObjectInput.IfMatchSize":                                     {asPointer, "0 is a size to match"},
	"InputSerialization.CSV":                                            {asPointer, "an element without members is a choice"},
	"InputSerialization.JSON":                                           {asPointer, "an element without members is a choice"},
	"InputSerialization.Parquet":                                        {asPointer, "an element without members is a choice"},
	"InventoryEncryption.SSES3":                                         {asPointer, "an element without members is a choice"},
	"LifecycleRule.Filter":                                              {asPointer, "an empty filter picks all objects"},
	"LifecycleRule.Prefix":                                              {asPointer, "an empty prefix picks all objects"},
	"LifecycleRuleAndOperator.ObjectSizeGreaterThan":                    {asPointer, "0 is a size"},
	"LifecycleRuleFilter.ObjectSizeGreaterThan":                         {asPointer, "0 is a size"},
	"LifecycleRuleFilter.Prefix":                                        {asPointer, "an empty prefix picks all objects"},
	"NoncurrentVersionTransition.NoncurrentDays":                        {asPointer, "0 means at once"},
	"NotificationConfiguration.EventBridgeConfiguration":                {asPointer, "an element without members is a choice"},
	"GetBucketNotificationConfigurationOutput.EventBridgeConfiguration": {asPointer, "an element without members is a choice"},
	"ObjectIdentifier.Size":                                             {asPointer, "0 is a size to match"},
	"OutputSerialization.CSV":                                           {asPointer, "an element without members is a choice"},
	"OutputSerialization.JSON":                                          {asPointer, "an element without members is a choice"},
	"PutObjectInput.BucketKeyEnabled":                                   {asPointer, "absent means the bucket's setting"},
	"CompleteMultipartUploadInput.MpuObjectSize":                        {asPointer, "0 is a size"},
	"PutObjectInput.WriteOffsetBytes":                                   {asPointer, "0 is an offset"},
	"PutObjectInput.ContentLength":                                      {asPointer, "0 is a length"},
	"ReplicationRule.Filter":                                            {asPointer, "an empty filter picks all objects"},
	"ReplicationRule.Prefix":                                            {asPointer, "an empty prefix picks all objects"},
	"ReplicationRule.Priority":                                          {asPointer, "0 is a priority"},
	"ReplicationRuleFilter.Prefix":                                      {asPointer, "an empty prefix picks all objects"},
	"ScanRange.End":                                                     {asPointer, "0 is an offset"},
	"ScanRange.Start":                                                   {asPointer, "0 is an offset"},
	"TargetObjectKeyFormat.PartitionedPrefix":                           {asPointer, "an element without members is a choice"},
	"TargetObjectKeyFormat.SimplePrefix":                                {asPointer, "an element without members is a choice"},
	"Transition.Days":                                                   {asPointer, "0 means at once"},
	"UploadPartInput.ContentLength":                                     {asPointer, "0 is a length"},
	"WriteGetObjectResponseInput.ContentLength":                         {asPointer, "0 is a length"},

	"Delete.Quiet":                                         {asAlways, "Alluxio takes its absence for true"},
	"LoggingEnabled.TargetPrefix":                          {asAlways, "required, and may be empty"},
	"PublicAccessBlockConfiguration.BlockPublicAcls":       {asAlways, "a document without members is refused"},
	"PublicAccessBlockConfiguration.BlockPublicPolicy":     {asAlways, "a document without members is refused"},
	"PublicAccessBlockConfiguration.IgnorePublicAcls":      {asAlways, "a document without members is refused"},
	"PublicAccessBlockConfiguration.RestrictPublicBuckets": {asAlways, "a document without members is refused"},
	"Tag.Value": {asAlways, "required, and may be empty"},

	"DeleteObjectInput.MFA":                    {asSensitive, "a one-time code"},
	"DeleteObjectsInput.MFA":                   {asSensitive, "a one-time code"},
	"PutBucketVersioningInput.MFA":             {asSensitive, "a one-time code"},
	"WriteGetObjectResponseInput.RequestToken": {asSensitive, "it lets anyone answer the request"},

	"GetBucketLocationOutput.LocationConstraint": {asChardata, "the facts leave out that it is the text of the root"},
	"SelectObjectContentOutput.Payload":          {asStream, "Events decodes it"},
}

// renamedShapes are the shapes whose Go type has another name than the model's, since
// Error is in this package the error of a whole call.
var renamedShapes = map[string]string{"Error": "DeleteError"}

// hostLabels are the members that stand in front of the host.
var hostLabels = map[string]string{"WriteGetObjectResponse": "RequestRoute"}

// aliases are the methods that are other names of an operation.
var aliases = map[string]string{
	"DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle",
	"GetBucketLifecycle":                 "GetBucketLifecycleConfiguration",
	"GetBucketNotification":              "GetBucketNotificationConfiguration",
	"PutBucketLifecycle":                 "PutBucketLifecycleConfiguration",
	"PutBucketNotification":              "PutBucketNotificationConfiguration",
}

// urlEncodedMembers are the members that S3 encodes in an answer whose
// EncodingType is url.
var urlEncodedMembers = []string{"Delimiter", "Key", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter"}

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
	Kind     string                 `json:"kind"`
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

// declared is the operations of the client's methods, found through their inputs. A method
// that takes an input of this package belongs to an operation, and has its name, unless it
// opens a handle.
func declared(t *testing.T) map[string]rest.Descriptor {
	t.Helper()
	client := reflect.TypeFor[*Client]()
	ops := map[string]rest.Descriptor{}
	for i := range client.NumMethod() {
		method := client.Method(i)
		if method.Type.NumIn() < 3 || method.Type.NumOut() != 2 || method.Type.In(2).Kind() != reflect.Pointer ||
			method.Type.Out(0) == reflect.TypeFor[*ObjectHandle]() {
			continue
		}
		in, ok := reflect.New(method.Type.In(2).Elem()).Interface().(Input)
		if !ok {
			continue
		}
		op := in.operation()
		name := op.Info().Name
		require.Equal(t, orElse(aliases[method.Name], method.Name), name)
		require.Equal(t, name+"Output", method.Type.Out(0).Elem().Name(), method.Name)
		if method.Name == name {
			ops[name] = op
		}
	}
	return ops
}

func TestOperationsMatchModel(t *testing.T) {
	m := readModel(t)
	ops := declared(t)
	require.Len(t, ops, 112)
	require.ElementsMatch(t, slices.Collect(maps.Keys(m.Operations)), slices.Collect(maps.Keys(ops)))
	client := reflect.TypeFor[*Client]()
	for alias := range aliases {
		_, ok := client.MethodByName(alias)
		require.True(t, ok, alias)
	}
	used := map[string]bool{}
	for name, op := range ops {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, op.Check())
			facts, info := m.Operations[name], op.Info()
			require.Equal(t, facts.Method, info.Method)
			require.Equal(t, bucketURI(m, facts), info.URI)
			require.Equal(t, slices.Contains(checksumRequired, name), info.ChecksumRequired)
			require.Equal(t, hostLabels[name], info.HostLabel)
			require.Equal(t, name+"Input", info.Input.Name())
			require.Equal(t, name+"Output", info.Output.Name())

			in := comparison{t: t, model: m, input: true, used: used, seen: map[reflect.Type]bool{}}
			in.structure(info.Input, facts.Input)
			_, listing := m.Shapes[facts.Output].Members["EncodingType"]
			out := comparison{t: t, model: m, listing: listing, used: used, seen: map[reflect.Type]bool{}}
			out.structure(info.Output, facts.Output)
		})
	}
	for where, d := range differences {
		require.True(t, used[where], "%s no longer differs from the model", where)
		require.NotEmpty(t, d.reason, where)
	}
}

// TestEventsMatchModel compares the events of SelectObjectContent, which are no members of
// a document.
func TestEventsMatchModel(t *testing.T) {
	m := readModel(t)
	events := map[string]reflect.Type{
		"Records":  reflect.TypeFor[RecordsEvent](),
		"Stats":    reflect.TypeFor[StatsEvent](),
		"Progress": reflect.TypeFor[ProgressEvent](),
		"Cont":     reflect.TypeFor[ContinuationEvent](),
		"End":      reflect.TypeFor[EndEvent](),
	}
	members := m.Shapes["SelectObjectContentEventStream"].Members
	require.ElementsMatch(t, slices.Collect(maps.Keys(members)), slices.Collect(maps.Keys(events)))
	for name, typ := range events {
		require.Equal(t, members[name].Type, typ.Name())
		shape := m.Shapes[typ.Name()]
		require.Equal(t, len(shape.Members), typ.NumField(), typ)
		for member, facts := range shape.Members {
			field, ok := typ.FieldByName(member)
			require.True(t, ok, "%s lacks %s", typ, member)
			if facts.Type == "blob" {
				require.Equal(t, reflect.TypeFor[[]byte](), field.Type)
				continue
			}
			require.Equal(t, facts.Type, field.Type.Name())
			c := comparison{t: t, model: m, seen: map[reflect.Type]bool{}}
			c.structure(field.Type, facts.Type)
		}
	}
}

// bucketURI is the model's URI with the bucket as the first label, for the
// model has it in the host, and without x-id, which names the operation for
// nobody but a log.
func bucketURI(m model, op modelOperation) string {
	uri := regexp.MustCompile(`[?&]x-id=\w+`).ReplaceAllString(op.URI, "")
	if _, ok := m.Shapes[op.Input].Members["Bucket"]; !ok {
		return uri
	}
	return "/{Bucket}" + strings.TrimSuffix(strings.Replace(uri, "/?", "?", 1), "/")
}

// comparison walks a Go struct and its shape side by side.
type comparison struct {
	t       *testing.T
	model   model
	input   bool // the walk started at an input
	listing bool // the walk started at an answer with an EncodingType
	used    map[string]bool
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

	marker, union := typ.FieldByName("_")
	require.Equal(c.t, shape.Kind == "union", union && marker.Tag == `union:"true"`, "%s: union or not", typ)
	for i := range typ.NumField() {
		field := typ.Field(i)
		if field.Name == "_" {
			continue
		}
		where := typ.Name() + "." + field.Name
		member, ok := shape.Members[field.Name]
		require.True(c.t, ok, "%s: the model has no such member", where)
		require.True(c.t, field.IsExported() && !field.Anonymous, where)
		required := slices.Contains(shape.Required, field.Name)
		require.Equal(c.t, c.tags(where, field.Name, member, required), structTags(c.t, field.Tag), "tags of %s", where)
		c.value(where, field.Type, member)
	}
	for member := range shape.Members {
		_, ok := typ.FieldByName(member)
		require.True(c.t, ok, "%s lacks the member %s", typ, member)
	}
}

// tags are those that the contract of internal/rest gives a member.
func (c *comparison) tags(where, name string, m modelMember, required bool) map[string]string {
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
	case m.Type == "streaming-blob", c.differs(where, asStream):
		tags["payload"] = "body"
	case m.HTTPPayload != 0 && m.Type == "string":
		tags["payload"] = "text"
	case m.HTTPPayload != 0:
		tags["payload"] = "xml"
		tags["xml"] = orElse(m.XMLName, name)
	case c.differs(where, asChardata):
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
	if c.differs(where, asAlways) {
		tags["always"] = "true"
	}
	if m.Sensitive != 0 || c.differs(where, asSensitive) {
		tags["sensitive"] = "true"
	}
	return tags
}

// differs looks a deliberate difference up, and notes that it is one.
func (c *comparison) differs(where string, change change) bool {
	d, ok := differences[where]
	if !ok || d.change != change {
		return false
	}
	if c.used != nil {
		c.used[where] = true
	}
	return true
}

// bytesNumber matches the numbers that count bytes; the others count things.
var bytesNumber = regexp.MustCompile(`(Size|Length|Bytes|GreaterThan|LessThan|BytesScanned|BytesProcessed|BytesReturned|ScanRange\.(Start|End))$`)

// value compares a member's Go type with the model's type.
func (c *comparison) value(where string, typ reflect.Type, m modelMember) {
	c.t.Helper()
	document := m.HTTPPayload != 0 && m.Type != "streaming-blob" && m.Type != "string" && !c.differs(where, asStream)
	require.Equal(c.t, document || c.differs(where, asPointer), typ.Kind() == reflect.Pointer,
		"%s: a pointer is for documents, and for members whose zero has a meaning", where)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case c.differs(where, asStream):
		require.Equal(c.t, reflect.TypeFor[io.ReadCloser](), typ, where)
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
	case m.Type == "list<string>", m.ListOf != nil && m.ListOf.Type == "string":
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
	if strings.HasSuffix(where, "SSECustomerKey") {
		require.Equal(c.t, reflect.TypeFor[CustomerKey](), typ, where)
		return
	}
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
	files, err := filepath.Glob("enums*.go")
	require.NoError(t, err)
	var decls []ast.Decl
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		decls = append(decls, file.Decls...)
	}

	types := []string{}
	values := map[string][]string{}
	for _, decl := range decls {
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
	require.ElementsMatch(t, slices.Collect(maps.Keys(m.Enums)), types)
	for _, typ := range types {
		require.NotEmpty(t, m.Enums[typ], "the model has no enumeration %s", typ)
		require.ElementsMatch(t, m.Enums[typ], values[typ], typ)
	}
}

// plain is a name without what Go can't have in it.
func plain(name string) string {
	return strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]`).ReplaceAllString(name, ""))
}
