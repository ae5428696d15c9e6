package rest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHeaderEncode(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	at := time.Date(2026, 1, 2, 12, 4, 5, 678_999_999, seoul)
	for _, tt := range []struct {
		name string
		in   kitchenInput
		want http.Header
	}{
		{"nothing", kitchenInput{notTravelling: 1}, http.Header{}},
		{"string", kitchenInput{ContentType: "text/plain; charset=utf-8"}, http.Header{"Content-Type": {"text/plain; charset=utf-8"}}},
		{"named string", kitchenInput{ACL: "public-read"}, http.Header{"X-Amz-Acl": {"public-read"}}},
		{"tab and non-ASCII", kitchenInput{ContentType: "a\té사\xff"}, http.Header{"Content-Type": {"a\té사\xff"}}},
		{"int64", kitchenInput{Size: 5 << 40}, http.Header{"X-Amz-Size": {"5497558138880"}}},
		{"pointer", kitchenInput{Days: ptr(int32(7))}, http.Header{"X-Amz-Days": {"7"}}},
		{"pointer to zero", kitchenInput{Days: ptr(int32(0))}, http.Header{"X-Amz-Days": {"0"}}},
		{"bool", kitchenInput{Governance: true}, http.Header{"X-Amz-Bypass": {"true"}}},
		{"http-date", kitchenInput{IfModified: at}, http.Header{"If-Modified-Since": {"Fri, 02 Jan 2026 03:04:05 GMT"}}},
		{"date-time", kitchenInput{RetainUntil: at}, http.Header{"X-Amz-Retain": {"2026-01-02T03:04:05.678Z"}}},
		{"date-time, whole", kitchenInput{RetainUntil: at.Truncate(time.Second)}, http.Header{"X-Amz-Retain": {"2026-01-02T03:04:05Z"}}},
		{"epoch", kitchenInput{Stamp: &at}, http.Header{"X-Amz-Stamp": {"1767323045"}}},
		{"list", kitchenInput{Attributes: []storageClass{"ETag", `a,"b\`, ""}}, http.Header{"X-Amz-Attributes": {`ETag,"a,\"b\\",`}}},
		{
			"metadata",
			kitchenInput{Metadata: map[string]string{"Author": "é", "empty": "", "x-y_z": "1"}},
			http.Header{"X-Amz-Meta-Author": {"é"}, "X-Amz-Meta-Empty": {""}, "X-Amz-Meta-X-Y_z": {"1"}},
		},
		{
			"together",
			kitchenInput{ACL: "private", Size: 1, Metadata: map[string]string{"a": "b"}},
			http.Header{"X-Amz-Acl": {"private"}, "X-Amz-Size": {"1"}, "X-Amz-Meta-A": {"b"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket, tt.in.Key = "b", "k"
			req, err := kitchenOp().Encode(&tt.in, EncodeOptions{})
			require.NoError(t, err)
			require.Equal(t, tt.want, req.Header)
			for key := range req.Header {
				require.Equal(t, http.CanonicalHeaderKey(key), key)
			}
		})
	}
}

// The values share one slice: appending to one must not change its neighbour.
func TestHeaderValuesDoNotAlias(t *testing.T) {
	req, err := kitchenOp().Encode(&kitchenInput{Bucket: "b", Key: "k", ACL: "private", ContentType: "text/plain"}, EncodeOptions{})
	require.NoError(t, err)
	for key := range req.Header {
		req.Header.Add(key, "more")
	}
	require.Equal(t, http.Header{"X-Amz-Acl": {"private", "more"}, "Content-Type": {"text/plain", "more"}}, req.Header)
}

func TestHeaderEncodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		in     kitchenInput
		member string
		reason string
	}{
		{"CR", kitchenInput{ContentType: "a\rb"}, "ContentType", errHeaderValue},
		{"LF", kitchenInput{ACL: "a\nX-Amz-Acl: public-read"}, "ACL", errHeaderValue},
		{"NUL", kitchenInput{ACL: "a\x00"}, "ACL", errHeaderValue},
		{"DEL", kitchenInput{ACL: "a\x7f"}, "ACL", errHeaderValue},
		{"control", kitchenInput{ACL: "\x1b[0m"}, "ACL", errHeaderValue},
		{"list", kitchenInput{Attributes: []storageClass{"a", "b\r\n"}}, "Attributes", errHeaderValue},
		{"negative", kitchenInput{Size: -1}, "Size", "-1 is negative"},
		{"negative, by a pointer", kitchenInput{Days: ptr(int32(-7))}, "Days", "-7 is negative"},
		{"year", kitchenInput{IfModified: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "IfModified", errYear},
		{"metadata value", kitchenInput{Metadata: map[string]string{"k": "v\n"}}, `Metadata["k"]`, errHeaderValue},
		{"metadata name with a blank", kitchenInput{Metadata: map[string]string{"a b": "v"}}, `Metadata["a b"]`, "name is no header token"},
		{"metadata name with a colon", kitchenInput{Metadata: map[string]string{"a:": "v"}}, `Metadata["a:"]`, "name is no header token"},
		{"metadata name with CRLF", kitchenInput{Metadata: map[string]string{"a\r\nb": "v"}}, `Metadata["a\r\nb"]`, "name is no header token"},
		{"metadata name not ASCII", kitchenInput{Metadata: map[string]string{"é": "v"}}, `Metadata["é"]`, "name is no header token"},
		{"metadata name empty", kitchenInput{Metadata: map[string]string{"": "v"}}, `Metadata[""]`, "name is no header token"},
		{"the first of several", kitchenInput{Metadata: map[string]string{"b ": "v", "a ": "v", "c": "\n"}}, `Metadata["a "]`, "name is no header token"},
		{"same header twice", kitchenInput{Metadata: map[string]string{"Name": "1", "name": "2", "other": "3"}}, `Metadata["name"]`, `is the same header as "Name"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket, tt.in.Key = "b", "k"
			_, err := kitchenOp().Encode(&tt.in, EncodeOptions{})
			var member *MemberError
			require.ErrorAs(t, err, &member)
			require.Equal(t, MemberError{Operation: "Cook", Member: tt.member, Reason: tt.reason}, *member)
			require.Equal(t, "rest: Cook: "+tt.member+": "+tt.reason, err.Error())
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestSensitive(t *testing.T) {
	const key = "X-Amz-Server-Side-Encryption-Customer-Key"
	op := kitchenOp()
	req, err := op.Encode(&kitchenInput{Bucket: "b", Key: "k", Key256: "secret"}, EncodeOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{key}, req.Sensitive)
	require.Equal(t, "secret", req.Header.Get(key))

	_, err = op.Encode(&kitchenInput{Bucket: "b", Key: "k", Key256: "hush\n"}, EncodeOptions{})
	require.ErrorContains(t, err, "Key256")
	require.NotContains(t, err.Error(), "hush")

	type input struct {
		Token string            `header:"x-token" sensitive:"true"`
		Tags  map[string]string `headers:"x-tag-" sensitive:"true"`
		Plain map[string]string `headers:"x-plain-"`
	}
	tags := &Operation[input, empty]{Name: "Op", Method: "PUT", URI: "/"}
	for range 2 { // the second call sees whether the first changed what is shared
		req, err = tags.Encode(&input{Tags: map[string]string{"b": "1", "a": "2"}, Plain: map[string]string{"c": "3"}}, EncodeOptions{})
		require.NoError(t, err)
		require.Equal(t, []string{"X-Token", "X-Tag-A", "X-Tag-B"}, req.Sensitive)
	}
}

func TestRequiredBoolHeaderIsAlwaysSent(t *testing.T) {
	type input struct {
		Flag bool  `header:"x-flag" required:"true"`
		Tri  *bool `header:"x-tri" required:"true"`
	}
	op := &Operation[input, empty]{Name: "Op", Method: "PUT", URI: "/"}
	req, err := op.Encode(&input{Tri: ptr(false)}, EncodeOptions{})
	require.NoError(t, err)
	require.Equal(t, http.Header{"X-Flag": {"false"}, "X-Tri": {"false"}}, req.Header)
	_, err = op.Encode(&input{}, EncodeOptions{})
	require.EqualError(t, err, "rest: Op: missing required member Tri")
}

func TestHeaderDecode(t *testing.T) {
	date := time.Date(2022, 10, 12, 17, 50, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		header http.Header
		length int64
		want   kitchenOutput
	}{
		{"nothing", nil, -1, kitchenOutput{}},
		{"string", http.Header{"X-Amz-Acl": {"private"}}, -1, kitchenOutput{ACL: "private"}},
		{"string repeated", http.Header{"X-Amz-Acl": {"a", "b"}}, -1, kitchenOutput{ACL: "a, b"}},
		{"string with blanks", http.Header{"X-Amz-Acl": {" a "}}, -1, kitchenOutput{ACL: " a "}},
		{"no values", http.Header{"X-Amz-Acl": {}, "X-Amz-Meta-A": {}}, -1, kitchenOutput{}},
		{"length of the header", http.Header{"Content-Length": {"12"}}, 99, kitchenOutput{ContentLength: 12}},
		{"length of the framing", nil, 99, kitchenOutput{ContentLength: 99}},
		{"pointer", http.Header{"X-Amz-Length": {" 0 "}}, -1, kitchenOutput{Length: ptr(int64(0))}},
		{"empty number", http.Header{"X-Amz-Length": {""}, "X-Amz-Parts": {" "}}, -1, kitchenOutput{}},
		{"number repeated", http.Header{"X-Amz-Parts": {"3", "3"}}, -1, kitchenOutput{Parts: 3}},
		{"bool", http.Header{"X-Amz-Delete-Marker": {"True"}}, -1, kitchenOutput{Deleted: true}},
		{"bool as digit", http.Header{"X-Amz-Delete-Marker": {"1"}}, -1, kitchenOutput{Deleted: true}},
		{"false", http.Header{"X-Amz-Delete-Marker": {"FALSE"}}, -1, kitchenOutput{}},
		{"false as digit", http.Header{"X-Amz-Delete-Marker": {"0"}}, -1, kitchenOutput{}},
		{"date", http.Header{"Last-Modified": {"Wed, 12 Oct 2022 17:50:00 GMT"}}, -1, kitchenOutput{Modified: date}},
		{"date in another format", http.Header{"Expires": {"2022-10-12T17:50:00Z"}}, -1, kitchenOutput{Expires: &date}},
		{"no date", http.Header{"Last-Modified": {"yesterday"}, "Expires": {"-"}}, -1, kitchenOutput{}},
		{"list", http.Header{"X-Amz-Attributes": {` ETag, "a,\"b\\" ,, "" `, "c"}}, -1, kitchenOutput{Attributes: []storageClass{"ETag", `a,"b\`, "", "c"}}},
		{"empty list", http.Header{"X-Amz-Attributes": {" , "}}, -1, kitchenOutput{}},
		{
			"metadata",
			http.Header{"X-Amz-Meta-Author": {"é"}, "x-amz-META-Two-Words": {"a", "b"}, "X-Amz-Meta-": {"no name"}, "X-Amz-Metadata": {"other"}},
			-1,
			kitchenOutput{Metadata: map[string]string{"author": "é", "two-words": "a, b"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Body, tt.want.internal = http.NoBody, 0
			out, err := kitchenOp().Decode(&http.Response{Header: tt.header, ContentLength: tt.length}, nil)
			require.NoError(t, err)
			require.Equal(t, &tt.want, out)
		})
	}
}

func TestHeaderDecodeErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		header http.Header
		want   string
	}{
		"number":       {http.Header{"Content-Length": {"12x"}}, `rest: Cook: header Content-Length: "12x" is no number`},
		"fraction":     {http.Header{"X-Amz-Parts": {"1.5"}}, `rest: Cook: header X-Amz-Parts: "1.5" is no number`},
		"out of range": {http.Header{"X-Amz-Parts": {"2147483648"}}, `rest: Cook: header X-Amz-Parts: number "2147483648" is out of range`},
		"bool":         {http.Header{"X-Amz-Delete-Marker": {"yes"}}, `rest: Cook: header X-Amz-Delete-Marker: "yes" is no boolean`},
		"long":         {http.Header{"X-Amz-Parts": {strings.Repeat("x", 500)}}, `rest: Cook: header X-Amz-Parts: "` + strings.Repeat("x", 40) + `"... is no number`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kitchenOp().Decode(&http.Response{Header: tt.header}, nil)
			require.EqualError(t, err, tt.want)
		})
	}

	type output struct {
		Length int32 `header:"Content-Length"`
	}
	op := &Operation[empty, output]{Name: "Op", Method: "GET", URI: "/"}
	_, err := op.Decode(&http.Response{ContentLength: 1 << 40}, nil)
	require.ErrorContains(t, err, "header Content-Length: number \"1099511627776\" is out of range")
}

// What is encoded must arrive over a real connection, metadata in lower case.
func TestHeadersOnTheWire(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for key, values := range r.Header {
			if strings.HasPrefix(key, "X-Amz-") {
				w.Header()[key] = values
			}
		}
		w.Header().Set("Content-Length", strconv.Itoa(len("body")))
		_, _ = io.WriteString(w, "body")
	}))
	t.Cleanup(server.Close)
	op := kitchenOp()
	in := &kitchenInput{
		Bucket: "b", Key: "k", ACL: "private", Attributes: []storageClass{"a", "b,c"},
		Metadata: map[string]string{"Author": "사진 é", "tab": "a\tb", "empty": ""},
	}
	req, err := op.Encode(in, EncodeOptions{})
	require.NoError(t, err)
	hr, err := http.NewRequest(req.Method, server.URL, nil)
	require.NoError(t, err)
	hr.Header = req.Header
	resp, err := server.Client().Do(hr)
	require.NoError(t, err)
	out, err := op.Decode(resp, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(out.Body)
	require.NoError(t, err)
	require.NoError(t, out.Body.Close())
	require.Equal(t, "body", string(body))
	require.Equal(t, map[string]string{"author": "사진 é", "tab": "a\tb", "empty": ""}, out.Metadata)
	require.Equal(t, storageClass("private"), out.ACL)
	require.Equal(t, []storageClass{"a", "b,c"}, out.Attributes)
	require.Equal(t, int64(4), out.ContentLength)
}

func FuzzHeaderList(f *testing.F) {
	f.Add("a", "b,c", `"`)
	f.Add(`\`, " a ", "")
	op := kitchenOp()
	f.Fuzz(func(t *testing.T, a, b, c string) {
		in := &kitchenInput{Bucket: "b", Key: "k", Attributes: []storageClass{storageClass(a), storageClass(b), storageClass(c)}}
		req, err := op.Encode(in, EncodeOptions{})
		if err != nil {
			require.False(t, validHeaderValue(a+b+c))
			return
		}
		require.True(t, validHeaderValue(a+b+c))
		out, err := op.Decode(&http.Response{Header: req.Header}, nil)
		require.NoError(t, err)
		var want []storageClass
		for _, item := range []string{a, b, c} {
			// Only a quoted item keeps its blanks, or being empty.
			if !strings.ContainsAny(item, `",`) {
				item = strings.TrimSpace(item)
				if item == "" {
					continue
				}
			}
			want = append(want, storageClass(item))
		}
		require.Equal(t, want, out.Attributes)
	})
}

// A header with a member of its own is not in the map of its prefix, whichever way it goes.
func TestHeaderUnderAPrefix(t *testing.T) {
	type message struct {
		Quota    *int64            `header:"X-Meta-Quota-Bytes"`
		Metadata map[string]string `headers:"x-meta-"`
		Other    func()            `rest:"-"`
	}
	op := &Operation[message, message]{Name: "Op", Method: "POST", URI: "/"}
	in := message{Quota: ptr(int64(7)), Metadata: map[string]string{"color": "red"}}
	req, err := op.Encode(&in, EncodeOptions{})
	require.NoError(t, err)
	require.Equal(t, http.Header{"X-Meta-Quota-Bytes": {"7"}, "X-Meta-Color": {"red"}}, req.Header)

	out, err := op.Decode(&http.Response{Header: req.Header}, nil)
	require.NoError(t, err)
	require.Equal(t, in, *out)

	in.Metadata["quota-Bytes"] = "8"
	_, err = op.Encode(&in, EncodeOptions{})
	require.EqualError(t, err, `rest: Op: Metadata["quota-Bytes"]: has a member of its own`)
}
