package rest

import (
	"errors"
	"io"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

func TestMissingMembers(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   deleteInput
		want []string
	}{
		{"everything", deleteInput{}, []string{"Bucket", "Delete"}},
		{"label", deleteInput{Delete: &deletion{Objects: []identifier{{Key: "a"}}}}, []string{"Bucket"}},
		{"nil list", deleteInput{Bucket: "b", Delete: &deletion{}}, []string{"Delete.Objects"}},
		{"empty list", deleteInput{Bucket: "b", Delete: &deletion{Objects: []identifier{}}}, []string{"Delete.Objects"}},
		{
			"nested",
			deleteInput{Delete: &deletion{Objects: []identifier{{VersionId: "v"}, {Key: "a"}, {}}}},
			[]string{"Bucket", "Delete.Objects[0].Key", "Delete.Objects[2].Key"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := deleteOp().Encode(&tt.in, EncodeOptions{})
			var value smithy.InvalidParamsError
			require.ErrorAs(t, err, &value)
			require.Equal(t, "DeleteObjects", value.Context)
			var fields []string
			for _, e := range value.Errs() {
				var missing *smithy.ParamRequiredError
				require.ErrorAs(t, e, &missing)
				fields = append(fields, missing.Field())
			}
			var want []string
			for _, member := range tt.want {
				want = append(want, "DeleteObjects."+member)
				require.ErrorContains(t, err, member)
			}
			require.Equal(t, want, fields)
			require.NotContains(t, err.Error(), "\n")

			var pointer *smithy.InvalidParamsError
			require.ErrorAs(t, err, &pointer)
			require.Equal(t, len(tt.want), pointer.Len())
			var other *MemberError
			require.False(t, errors.As(err, &other))
		})
	}
}

func TestMissingMessage(t *testing.T) {
	_, err := keyOp().Encode(&keyInput{}, EncodeOptions{HostLabel: "Bucket"})
	require.EqualError(t, err, "rest: GetObject: missing required members Bucket, Key")
	_, err = keyOp().Encode(&keyInput{Bucket: "b"}, EncodeOptions{})
	require.EqualError(t, err, "rest: GetObject: missing required member Key")
}

func TestMissingOfEveryKind(t *testing.T) {
	type inner struct {
		Name string `xml:"Name" required:"true"`
		On   bool   `xml:"On" required:"true"`
	}
	type document struct {
		Value   inner    `xml:"Value" required:"true"`
		Option  inner    `xml:"Option"`
		Pointer *inner   `xml:"Pointer"`
		Wrapped []inner  `xml:"List>Inner" required:"true"`
		Names   []string `xml:"Name" required:"true"`
		Number  *int32   `xml:"Number" required:"true"`
	}
	type input struct {
		Query    string    `url:"q" required:"true"`
		Header   int32     `header:"x-h" required:"true"`
		List     []string  `header:"x-l" required:"true"`
		Document *document `payload:"xml" xml:"D" required:"true"`
	}
	op := &Operation[input, empty]{Name: "Op", Method: "PUT", URI: "/"}
	_, err := op.Encode(&input{}, EncodeOptions{})
	require.EqualError(t, err, "rest: Op: missing required members Query, Header, List, Document")

	in := &input{Query: "q", Header: 1, List: []string{""}, Document: &document{}}
	_, err = op.Encode(in, EncodeOptions{})
	require.EqualError(t, err, "rest: Op: missing required members Document.Value, Document.Wrapped, Document.Names, Document.Number")

	in.Document = &document{
		Value: inner{On: true}, Option: inner{On: true}, Pointer: &inner{},
		Wrapped: []inner{{Name: "n"}, {}}, Names: []string{""}, Number: ptr(int32(0)),
	}
	_, err = op.Encode(in, EncodeOptions{})
	require.EqualError(t, err, "rest: Op: missing required members Document.Value.Name, Document.Option.Name, Document.Pointer.Name, Document.Wrapped[1].Name")

	in.Document = &document{Value: inner{Name: "v"}, Wrapped: []inner{{Name: "w"}}, Names: []string{""}, Number: ptr(int32(0))}
	req, err := op.Encode(in, EncodeOptions{})
	require.NoError(t, err)
	// A required bool has no absent value: it is sent as false.
	require.Equal(t, "<D><Value><Name>v</Name><On>false</On></Value><List><Inner><Name>w</Name><On>false</On></Inner></List>"+
		"<Name></Name><Number>0</Number></D>", string(req.Document))
}

func TestMissingStream(t *testing.T) {
	type input struct {
		Body io.Reader `payload:"body" required:"true"`
	}
	op := &Operation[input, empty]{Name: "Op", Method: "PUT", URI: "/"}
	_, err := op.Encode(&input{}, EncodeOptions{})
	require.EqualError(t, err, "rest: Op: missing required member Body")
}

// A document that contains itself must end in an error, not in a full stack.
func TestEndlessDocument(t *testing.T) {
	type link struct {
		Name string `xml:"Name" required:"true"`
		Next *ring  `xml:"Next"`
	}
	type input struct {
		Link *link `payload:"xml" xml:"Link"`
	}
	loop := &ring{Name: "r"}
	loop.Next = loop
	op := &Operation[input, empty]{Name: "Op", Method: "PUT", URI: "/"}
	_, err := op.Encode(&input{Link: &link{Name: "n", Next: loop}}, EncodeOptions{})
	require.ErrorContains(t, err, "nests deeper than 64 elements")

	type chain struct {
		Name string `xml:"Name" required:"true"`
		Next *chain `xml:"Next"`
	}
	type chained struct {
		Chain *chain `payload:"xml" xml:"Chain"`
	}
	endless := &chain{Name: "c"}
	endless.Next = endless
	chains := &Operation[chained, empty]{Name: "Op", Method: "PUT", URI: "/"}
	_, err = chains.Encode(&chained{Chain: endless}, EncodeOptions{})
	require.ErrorContains(t, err, "nests deeper than 64 elements")
	_, err = chains.Encode(&chained{Chain: &chain{Name: "a", Next: &chain{Next: &chain{}}}}, EncodeOptions{})
	require.EqualError(t, err, "rest: Op: missing required members Chain.Next.Name, Chain.Next.Next.Name")
}
