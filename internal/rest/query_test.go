package rest

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuery(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	for _, tt := range []struct {
		name, static string
		in           kitchenInput
		want         string
	}{
		{"nothing", "", kitchenInput{}, ""},
		{"static key", "?uploads", kitchenInput{}, "uploads="},
		{"static pair", "?list-type=2", kitchenInput{}, "list-type=2"},
		{"static sorted", "?x-id=Y&acl&list-type=2", kitchenInput{}, "acl=&list-type=2&x-id=Y"},
		{"static escaped", "?a=b c+d%20e", kitchenInput{}, "a=b%20c%2Bd%20e"},
		{"static and member", "?uploads", kitchenInput{VersionId: "v", Prefix: "p"}, "prefix=p&uploads=&versionId=v"},
		{"zero without omitempty is absent too", "", kitchenInput{VersionId: "v"}, "versionId=v"},
		{"escaping", "", kitchenInput{Prefix: "a b+c/d&e=f%~é\xff*"}, "prefix=a%20b%2Bc%2Fd%26e%3Df%25~%C3%A9%FF%2A"},
		{"int", "", kitchenInput{PartNumber: 10000}, "partNumber=10000"},
		{"pointer to int", "", kitchenInput{Limit: ptr(int32(0))}, "limit=0"},
		{"bool", "", kitchenInput{FetchOwner: true}, "fetch-owner=true"},
		{"pointer", "", kitchenInput{Marker: ptr("m n")}, "marker=m%20n"},
		{"pointer to zero", "", kitchenInput{Marker: ptr("")}, "marker="},
		{"named string", "", kitchenInput{Class: "GLACIER"}, "class=GLACIER"},
		{"http-date in UTC", "", kitchenInput{Expires: time.Date(2026, 1, 2, 12, 4, 5, 0, seoul)}, "response-expires=Fri%2C%2002%20Jan%202026%2003%3A04%3A05%20GMT"},
		{"date-time in UTC", "", kitchenInput{Since: time.Date(2026, 1, 2, 12, 4, 5, 600e6, seoul)}, "since=2026-01-02T03%3A04%3A05.600Z"},
		{"repeated, sorted by value", "", kitchenInput{Fields: []string{"b", "a b", "a", "a-b"}}, "field=a&field=a%20b&field=a-b&field=b"},
		{"joined", "", kitchenInput{Joined: []string{"b", "a"}}, "joined=b%2Ca"},
		{"delimited", "", kitchenInput{Delimited: []string{"b", "a"}}, "delimited=b%7Ca"},
		{"empty list", "", kitchenInput{Fields: []string{}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := kitchenOp()
			op.URI += tt.static
			tt.in.Bucket, tt.in.Key = "b", "k"
			tt.in.ContentType = "text/plain" // a header member must not leak into the query
			req, err := op.Encode(&tt.in, EncodeOptions{})
			require.NoError(t, err)
			require.Equal(t, tt.want, req.RawQuery)
			_, err = url.ParseQuery(req.RawQuery)
			require.NoError(t, err)
		})
	}
}

func TestQuerySortsByNameFirst(t *testing.T) {
	type input struct {
		A  string `url:"a"`
		AB string `url:"a-b"`
		AP string `url:"a+"`
	}
	op := &Operation[input, empty]{Name: "Op", Method: "GET", URI: "/?a.c"}
	req, err := op.Encode(&input{A: "1", AB: "2", AP: "3"}, EncodeOptions{})
	require.NoError(t, err)
	// By the whole pair "a-b=2" would come before "a=1"; by the bare name "a+"
	// would too, but the escaped name counts.
	require.Equal(t, "a=1&a%2B=3&a-b=2&a.c=", req.RawQuery)
}

func TestQueryStaticCostsNothing(t *testing.T) {
	op := kitchenOp()
	op.URI += "?uploads"
	in := &kitchenInput{Bucket: "b", Key: "k"}
	_, err := op.Encode(in, EncodeOptions{})
	require.NoError(t, err)
	with := testing.AllocsPerRun(50, func() { _, _ = op.Encode(in, EncodeOptions{}) })
	bare := kitchenOp()
	_, err = bare.Encode(in, EncodeOptions{})
	require.NoError(t, err)
	without := testing.AllocsPerRun(50, func() { _, _ = bare.Encode(in, EncodeOptions{}) })
	require.InDelta(t, without, with, 0)
	require.LessOrEqual(t, with, 3.0)
}

func TestQueryRequiredBoolIsAlwaysSent(t *testing.T) {
	type input struct {
		Flag bool `url:"flag" required:"true"`
	}
	op := &Operation[input, empty]{Name: "Op", Method: http.MethodGet, URI: "/"}
	for flag, want := range map[bool]string{false: "flag=false", true: "flag=true"} {
		req, err := op.Encode(&input{Flag: flag}, EncodeOptions{})
		require.NoError(t, err)
		require.Equal(t, want, req.RawQuery)
	}
}

// shy prints itself otherwise than it is.
type shy string

func (shy) String() string { return "***" }

func TestQuerySendsTheValueNotItsString(t *testing.T) {
	type input struct {
		Value   shy   `url:"a"`
		Pointer *shy  `url:"b"`
		List    []shy `url:"c"`
	}
	op := &Operation[input, empty]{Name: "Op", Method: "GET", URI: "/"}
	req, err := op.Encode(&input{Value: "x", Pointer: ptr(shy("y")), List: []shy{"z"}}, EncodeOptions{})
	require.NoError(t, err)
	require.Equal(t, "a=x&b=y&c=z", req.RawQuery)
}

func TestQueryTimeOutOfRange(t *testing.T) {
	_, err := kitchenOp().Encode(&kitchenInput{Bucket: "b", Key: "k", Since: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, EncodeOptions{})
	var member *MemberError
	require.ErrorAs(t, err, &member)
	require.Equal(t, MemberError{Operation: "Cook", Member: "Since", Reason: errYear}, *member)
}

func FuzzQuery(f *testing.F) {
	f.Add("a b", "+", "~*")
	f.Add("", "é", "\xff&=")
	op := kitchenOp()
	op.URI += "?list-type=2"
	f.Fuzz(func(t *testing.T, a, b, c string) {
		req, err := op.Encode(&kitchenInput{Bucket: "b", Key: "k", Prefix: a, Fields: []string{b, c}}, EncodeOptions{})
		require.NoError(t, err)
		first, second := slowEscape(b, false), slowEscape(c, false)
		if second < first {
			first, second = second, first
		}
		want := "field=" + first + "&field=" + second + "&list-type=2"
		if a != "" {
			want += "&prefix=" + slowEscape(a, false)
		}
		require.Equal(t, want, req.RawQuery)
	})
}

// Scalars alone are written without go-querystring, as it would write them: a list beside them,
// which it is needed for, changes nothing.
func TestQueryOfScalarsIsGoQuerystrings(t *testing.T) {
	for _, in := range []kitchenInput{
		{VersionId: "v", Prefix: "a b+/&=~\xff", PartNumber: 7},
		{Limit: ptr(int32(0)), Marker: ptr(""), FetchOwner: true, Class: "GLACIER"},
		{Expires: time.Unix(1, 0), Since: time.Unix(2, 5e8)},
	} {
		op := kitchenOp()
		op.URI += "?list-type=2"
		in.Bucket, in.Key = "b", "k"
		plain, err := op.Encode(&in, EncodeOptions{})
		require.NoError(t, err)
		in.Fields = []string{"x"}
		mixed, err := op.Encode(&in, EncodeOptions{})
		require.NoError(t, err)
		want, err := url.ParseQuery(mixed.RawQuery)
		require.NoError(t, err)
		want.Del("field")
		got, err := url.ParseQuery(plain.RawQuery)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
