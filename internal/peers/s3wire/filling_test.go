package s3wire

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// filling fills structures with values that can go over the wire, and that no client
// has a reason to refuse.
type filling struct {
	model *model
	// random picks members and values. Nil: every member, with values made of its name.
	random *rand.Rand
	// odds is how seldom random picks an optional member: one of so many.
	odds int
	// minimal: required members only.
	minimal bool
	// algorithm, when minimal: asked for, and computed by the client.
	algorithm string
	// bodiless, with an algorithm: no body beside it, unless it is required.
	bodiless bool
	// choice is the member that unions get.
	choice int
	// secure: the request goes over TLS, so it may hold a customer's key.
	secure bool
	// answer: the structure is an output.
	answer bool

	body content // of the stream that is being filled
	n    int     // of values
}

func (f *filling) String() string {
	switch {
	case f.algorithm != "":
		return "required members and " + f.algorithm
	case f.minimal:
		return "required members"
	case f.random != nil:
		return fmt.Sprintf("random members, one of %d", f.odds)
	}
	return fmt.Sprintf("every member, unions by member %d", f.choice)
}

// fill makes a structure. ours is its type in package s3, which says where a zero is a
// value and how wide a number is.
func (f *filling) fill(name string, ours reflect.Type) object {
	s := f.model.Shapes[name]
	if s.hasStream() {
		f.body = content(f.text("content"))
		if f.random != nil {
			f.body = make(content, f.random.IntN(2)*f.random.IntN(3000))
			for i := range f.body {
				f.body[i] = byte(f.random.Uint32())
			}
		}
	}
	return f.structure(name, ours, 0)
}

func (f *filling) structure(name string, ours reflect.Type, index int) object {
	s, o := f.model.Shapes[name], object{}
	if s.Kind == "union" {
		f.choose(o, s.Members, ours)
		return o
	}
	skipKey, skipSourceKey := !f.picks(), !f.picks()
	for _, m := range s.Members {
		picked := f.picks()
		switch {
		case strings.HasPrefix(m.Name, "CopySourceSSECustomer"):
			picked = !skipSourceKey // the three of them or none
		case strings.HasPrefix(m.Name, "SSECustomer"):
			picked = !skipKey
		case m.Type == stream && (f.random != nil || f.answer), m.Name == "ContentLength" && f.answer && s.hasStream():
			picked = true // other members are its checksums and its length
		case f.algorithm != "" && (m.HTTPPayload != 0 && !f.bodiless || m.HTTPHeader == algorithmHeader):
			picked = true
		case m.Name == "ExpiresString":
			continue // the header Expires as it came
		}
		if !f.answer {
			// The order of parts is checked, and keys are not for plain http.
			picked = m.Name == "PartNumber" || picked && (f.secure || !m.inKey())
		}
		if !picked && !s.requires(m.Name) {
			continue
		}
		zero := f.random != nil && f.carriesZero(s, m, ours) && f.random.IntN(4) == 0
		o[m.Name] = f.value(m, fieldType(ours, m.Name), zero, index)
	}
	if t, ok := o["Expires"].(time.Time); ok && f.answer && slices.ContainsFunc(s.Members, func(m member) bool { return m.Name == "ExpiresString" }) {
		o["ExpiresString"] = t.Format(http.TimeFormat)
	}
	return o
}

// inKey: the member is part of a customer's key, which is not for plain http.
func (m member) inKey() bool {
	return strings.HasPrefix(strings.TrimPrefix(m.Name, "CopySource"), "SSECustomer")
}

// picks decides on a member that may be left out.
func (f *filling) picks() bool {
	return !f.minimal && (f.random == nil || f.random.IntN(f.odds) == 0)
}

// choose sets one member of a union.
func (f *filling) choose(o object, ms members, ours reflect.Type) {
	i := f.choice
	if f.random != nil {
		i = f.random.IntN(len(ms))
	}
	m := ms[i%len(ms)]
	o[m.Name] = f.value(m, fieldType(ours, m.Name), false, 0)
}

// fieldType is the type of a member in package s3, and string where it has none: the
// names are compared elsewhere.
func fieldType(t reflect.Type, name string) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		if f, ok := t.FieldByName(name); ok {
			return f.Type
		}
	}
	return reflect.TypeFor[string]()
}

// carriesZero: at ours a zero is a value of the member's own, and not its absence.
func (f *filling) carriesZero(s shape, m member, ours reflect.Type) bool {
	if f.answer {
		return true
	}
	if ours.Kind() == reflect.Pointer {
		ours = ours.Elem()
	}
	field, ok := ours.FieldByName(m.Name)
	if !ok {
		return false
	}
	return field.Type.Kind() == reflect.Pointer || field.Tag.Get("always") != "" || s.requires(m.Name) && field.Type.Kind() == reflect.Bool
}

// value is a member's value; not zero, unless it may be.
func (f *filling) value(m member, t reflect.Type, zero bool, index int) any {
	f.n++
	switch {
	case m.item() != "":
		return f.list(m, t, zero)
	case m.Type == stream:
		return f.body
	case m.Type == "map<string>":
		return f.metadata()
	case m.Type == "string":
		if zero && m.HTTPHeader == "" && f.enum(t) == nil {
			return ""
		}
		return f.string(m, t, index)
	case m.Type == "number":
		return f.number(m, t, zero, index)
	case m.Type == "boolean":
		return !zero
	case strings.HasPrefix(m.Type, "timestamp"):
		return f.time(m)
	}
	o := f.structure(m.Type, t, index)
	if ms := f.model.Shapes[m.Type].Members; len(o) == 0 && len(ms) > 0 && !f.answer && t.Kind() != reflect.Pointer {
		one := ms[0] // a plain structure without members is absent
		if f.random != nil {
			one = ms[f.random.IntN(len(ms))]
		}
		o[one.Name] = f.value(one, fieldType(t, one.Name), false, index)
	}
	return o
}

func (f *filling) list(m member, t reflect.Type, zero bool) list {
	n := 2
	switch {
	case f.minimal:
		n = 1
	case zero && m.XMLFlattened == 0 && m.HTTPHeader == "":
		n = 0 // a wrapper without items
	case f.random != nil:
		n = 1 + f.random.IntN(4)
	}
	l := list{}
	for i := range n {
		if _, ok := f.model.Shapes[m.item()]; ok {
			l = append(l, f.structure(m.item(), t.Elem(), i))
		} else {
			l = append(l, f.string(member{Name: m.Name, Type: m.item(), HTTPHeader: m.HTTPHeader}, t.Elem(), i))
		}
	}
	return l
}

func (f *filling) enum(t reflect.Type) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.model.Enums[t.Name()]
}

// The customer's key, its MD5 beside it.
var customerKey = sha256.Sum256([]byte("a customer's key"))

// string is a value that the member takes in its place.
func (f *filling) string(m member, t reflect.Type, index int) string {
	switch {
	case f.answer:
	case m.Name == "Bucket" && m.HTTPLabel != 0:
		return "bucket-1"
	case m.Name == "RequestRoute":
		return "route-1"
	case m.Name == "CopySource":
		return "source-bucket/dir/a%20b%2B%C3%A9?versionId=v.1_x"
	case m.Name == "RenameSource":
		return "/bucket-1/dir/a%20b%2B%C3%A9"
	case m.HTTPHeader == "x-amz-tagging":
		return "a=b%20c&d=e%26%2B"
	case m.HTTPHeader == "x-amz-expected-bucket-owner", m.HTTPHeader == "x-amz-source-expected-bucket-owner":
		return "123456789012"
	case m.Name == "Range", m.Name == "CopySourceRange":
		return "bytes=3-9"
	case strings.HasSuffix(m.Name, "SSECustomerAlgorithm"):
		return "AES256"
	case strings.HasSuffix(m.Name, "SSECustomerKey"):
		return base64.StdEncoding.EncodeToString(customerKey[:])
	case strings.HasSuffix(m.Name, "SSECustomerKeyMD5"):
		sum := md5.Sum(customerKey[:])
		return base64.StdEncoding.EncodeToString(sum[:])
	case m.Name == "ContentMD5" && f.body == nil:
		return digestHeader("Content-MD5", nil) // the document is not known here
	case m.HTTPHeader == algorithmHeader && f.algorithm != "":
		return f.algorithm
	case m.HTTPHeader == algorithmHeader:
		return f.one(slices.Sorted(maps.Keys(digests)))
	case m.Name == "ContentType":
		return "text/x-test; charset=utf-8"
	case m.HTTPLabel != 0:
		return strings.Map(printable, f.text(m.Name))
	case m.Name == "Key":
		return fmt.Sprintf("%d %s", index, f.text("Key")) // tags must differ
	}
	if m.HTTPHeader != "" && f.body != nil {
		if sum := digestHeader(strings.TrimPrefix(m.HTTPHeader, "x-amz-fwd-header-"), f.body); sum != "" {
			return sum
		}
	}
	if values := f.enum(t); values != nil {
		if f.random != nil {
			return values[f.random.IntN(len(values))]
		}
		return values[f.n%len(values)]
	}
	switch {
	case m.HTTPHeader != "":
		return f.headerText(m.Name)
	case f.answer && m.HTTPPayload != 0:
		return f.text(m.Name)
	}
	return f.text(m.Name)
}

func (f *filling) one(values []string) string {
	if f.random != nil {
		return values[f.random.IntN(len(values))]
	}
	return values[0]
}

// pieces are what has to be escaped somewhere, and what may not be.
var pieces = []string{
	"a", "Z", "0", " ", "+", "%", "%20", "&", "=", "?", "#", "/", "//", "é", "한", "😀", "~", "-", "_", ".", "*", "'", "(", ")", "!", ":", ";",
	"@", "$", ",", "<", ">", `"`, "[", "]", "{", "}", "|", `\`, "^", "`", "]]>", "&amp;", "\t", "\n", "\r\n",
}

// text is any text that XML can carry.
func (f *filling) text(name string) string {
	if f.random == nil {
		return name + " +&=%2B/é😀~*'()!<\"]]>\n\t" + name
	}
	var b strings.Builder
	for range 1 + f.random.IntN(12) {
		b.WriteString(pieces[f.random.IntN(len(pieces))])
	}
	return b.String()
}

// headerText is text that a header can carry, with no blanks at its ends.
func (f *filling) headerText(name string) string {
	if f.random == nil {
		return name + " +&=%2B/é~*'()!;,\"" + name
	}
	return "x" + strings.Map(printable, f.text(name)) + "x"
}

func printable(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

func (f *filling) metadata() map[string]string {
	if f.random == nil {
		return map[string]string{"one": f.headerText("one"), "two-words": "2"}
	}
	m := map[string]string{}
	for i := range 1 + f.random.IntN(3) {
		m[fmt.Sprintf("name-%d_%c", i, 'a'+f.random.IntN(26))] = f.headerText("")
	}
	return m
}

func (f *filling) number(m member, t reflect.Type, zero bool, index int) int64 {
	if m.Name == "ContentLength" && f.body != nil {
		return int64(len(f.body))
	}
	if m.Name == "PartNumber" && !f.answer {
		return int64(index) + 1
	}
	if zero {
		return 0
	}
	if f.random == nil {
		return int64(900 + f.n)
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	widest := int64(math.MaxInt32)
	if t.Kind() == reflect.Int64 {
		widest = math.MaxInt64
	}
	n := 1 + f.random.Int64N([...]int64{10, 1e6, widest}[f.random.IntN(3)])
	if f.answer && m.HTTPHeader == "" && f.random.IntN(8) == 0 {
		return -n
	}
	return n
}

// time has the precision of its place.
func (f *filling) time(m member) time.Time {
	t := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC).AddDate(0, 0, f.n)
	if f.random != nil {
		t = time.Unix(f.random.Int64N(4e9), 0).UTC()
		if m.timestamp() == "date-time" && f.random.IntN(2) == 0 {
			t = t.Add(time.Duration(f.random.IntN(1000)) * time.Millisecond)
		}
	}
	return t
}

// algorithmHeader asks the client for a checksum.
const algorithmHeader = "x-amz-sdk-checksum-algorithm"

// digests are the checksums that both clients compute, by their names in the API.
var digests = map[string]func() hash.Hash{
	"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"CRC64NVME": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c_9329_ac4b_c9b5)) },
	"SHA1":      sha1.New,
	"SHA256":    sha256.New,
	"SHA512":    sha512.New,
}

// digestHeader is what a checksum's header must say of a body, "" when the header is none
// or of a kind that nobody computes.
func digestHeader(header string, body []byte) string {
	header = strings.ToLower(header)
	algorithm, ok := strings.CutPrefix(header, "x-amz-checksum-")
	h := digests[strings.ToUpper(algorithm)]
	switch {
	case header == "content-md5", algorithm == "md5":
		h = md5.New
	case !ok || h == nil:
		return ""
	}
	d := h()
	d.Write(body)
	return base64.StdEncoding.EncodeToString(d.Sum(nil))
}

// The deterministic fillings together leave no member of any input or output out.
func TestFillingsAreFull(t *testing.T) {
	m := theModel(t)
	ours := ourClient(t, "https")
	for name, op := range m.Operations {
		for shape, typ := range map[string]reflect.Type{op.Input: ours.input(t, name), op.Output: ours.output(t, name)} {
			filled := map[string]bool{}
			for i := range m.choices(shape) {
				f := &filling{model: m, choice: i, secure: true, answer: shape == op.Output}
				m.members(shape, f.fill(shape, typ), filled)
			}
			every := map[string]bool{}
			m.members(shape, nil, every)
			require.Equal(t, every, filled, name)
		}
	}
}

// members notes the members that an object has, and with no object all that there are.
func (m *model) members(name string, o object, into map[string]bool) {
	for _, x := range m.Shapes[name].Members {
		value, ok := o[x.Name]
		if o != nil && !ok || x.Type == "SelectObjectContentEventStream" {
			continue
		}
		into[name+"."+x.Name] = true
		below := x.Type
		if x.item() != "" {
			below = x.item()
		}
		items, ok := value.(list)
		if !ok {
			items = list{value}
		}
		for _, item := range items {
			next, _ := item.(object)
			if o == nil || next != nil {
				m.members(below, next, into)
			}
		}
	}
}
