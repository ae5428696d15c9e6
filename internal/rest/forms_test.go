package rest

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type (
	textInput struct {
		Bucket string `label:"Bucket" required:"true"`
		Policy string `payload:"text" required:"true"`
	}
	textOutput struct {
		Policy string `payload:"text"`
	}
	selfInput struct {
		Key        string    `label:"Key" required:"true"`
		Route      string    `header:"x-route" required:"true"`
		Expression string    `xml:"Expression" required:"true"`
		Range      scanRange `xml:"ScanRange"`
	}
	scanRange struct {
		Start *int64 `xml:"Start"`
		End   int64  `xml:"End"`
	}
	tagging struct {
		Tags []pair `xml:"TagSet>Tag" required:"true"`
	}
	pair struct {
		Key   string `xml:"Key" required:"true"`
		Value string `xml:"Value" required:"true" always:"true"`
	}
	switches struct {
		On  bool `xml:"On" always:"true"`
		Off bool `xml:"Off"`
	}
	choice struct {
		_      struct{} `union:"true"`
		Prefix string   `xml:"Prefix"`
		Tag    pair     `xml:"Tag"`
	}
	chosen struct {
		Filter choice   `xml:"Filter"`
		More   []choice `xml:"More"`
	}
)

func TestTextPayload(t *testing.T) {
	op := Operation[textInput, textOutput]{Name: "PutPolicy", Method: "PUT", URI: "/{Bucket}?policy"}
	req, err := op.Encode(&textInput{Bucket: "b", Policy: `{"a": "<&>"}`}, EncodeOptions{Namespace: s3Namespace})
	require.NoError(t, err)
	require.Equal(t, `{"a": "<&>"}`, string(req.Document))
	require.Equal(t, "text/plain", req.DocumentType)
	_, err = op.Encode(&textInput{Bucket: "b"}, EncodeOptions{})
	require.EqualError(t, err, "rest: PutPolicy: missing required member Policy")

	require.True(t, op.Info().HasDocument)
	require.False(t, op.Info().StreamOutput)
	out, err := op.Decode(&http.Response{}, []byte(" {}\n"))
	require.NoError(t, err)
	require.Equal(t, " {}\n", out.Policy)
}

func TestInputIsTheDocument(t *testing.T) {
	op := Operation[selfInput, empty]{Name: "Select", Method: "POST", URI: "/{Key}?select", HostLabel: "Route"}
	zero := int64(0)
	req, err := op.Encode(&selfInput{Key: "k", Route: "r", Expression: "a < b", Range: scanRange{Start: &zero}}, EncodeOptions{Namespace: s3Namespace})
	require.NoError(t, err)
	require.Equal(t, `<SelectRequest xmlns="`+s3Namespace+`"><Expression>a &lt; b</Expression><ScanRange><Start>0</Start></ScanRange></SelectRequest>`, string(req.Document))
	require.Equal(t, "application/xml", req.DocumentType)
	require.Equal(t, "r", req.HostPrefix)
	require.Equal(t, "r", req.Header.Get("x-route"))

	_, err = op.Encode(&selfInput{Key: "k"}, EncodeOptions{})
	require.EqualError(t, err, "rest: Select: missing required members Route, Expression")
	var refused *MemberError
	_, err = op.Encode(&selfInput{Key: "k", Route: "r", Expression: "\x01"}, EncodeOptions{})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "Expression", refused.Member)
	require.Equal(t, "Select", refused.Operation)
}

func docOp[Doc any]() *Operation[struct {
	Doc *Doc `payload:"xml" xml:"Doc"`
}, empty] {
	return &Operation[struct {
		Doc *Doc `payload:"xml" xml:"Doc"`
	}, empty]{Name: "Op", Method: "PUT", URI: "/"}
}

func encodeDoc[Doc any](d *Doc) (string, error) {
	req, err := docOp[Doc]().Encode(&struct {
		Doc *Doc `payload:"xml" xml:"Doc"`
	}{d}, EncodeOptions{})
	if err != nil {
		return "", err
	}
	return string(req.Document), nil
}

func TestAlways(t *testing.T) {
	doc, err := encodeDoc(&tagging{Tags: []pair{{Key: "a"}}})
	require.NoError(t, err)
	require.Equal(t, "<Doc><TagSet><Tag><Key>a</Key><Value></Value></Tag></TagSet></Doc>", doc)
	_, err = encodeDoc(&tagging{Tags: []pair{{Value: "v"}}})
	require.EqualError(t, err, "rest: Op: missing required member Doc.Tags[0].Key")
	doc, err = encodeDoc(&switches{})
	require.NoError(t, err)
	require.Equal(t, "<Doc><On>false</On></Doc>", doc)
}

// An empty set is a value: it is how all tags are taken away.
func TestRequiredWrappedList(t *testing.T) {
	doc, err := encodeDoc(&tagging{Tags: []pair{}})
	require.NoError(t, err)
	require.Equal(t, "<Doc><TagSet></TagSet></Doc>", doc)
	_, err = encodeDoc(&tagging{})
	require.EqualError(t, err, "rest: Op: missing required member Doc.Tags")
}

func TestUnion(t *testing.T) {
	for _, d := range []*chosen{
		{},
		{Filter: choice{Prefix: "a"}},
		{Filter: choice{Tag: pair{Key: "a"}}, More: []choice{{Prefix: "b"}}},
	} {
		_, err := encodeDoc(d)
		require.NoError(t, err)
	}
	for want, d := range map[string]*chosen{
		"Doc.Filter":  {Filter: choice{Prefix: "a", Tag: pair{Key: "a"}}},
		"Doc.More[1]": {More: []choice{{Prefix: "a"}, {}}},
	} {
		_, err := encodeDoc(d)
		var refused *MemberError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, want, refused.Member)
		require.EqualError(t, err, "rest: Op: "+want+": must have exactly one member set")
	}
	_, err := encodeDoc(&choice{})
	require.EqualError(t, err, "rest: Op: Doc: must have exactly one member set")

	// A missing member is told first: it may be why there is none.
	_, err = encodeDoc(&chosen{Filter: choice{Prefix: "a", Tag: pair{Value: "v"}}})
	require.False(t, errors.As(err, new(*MemberError)))
	require.True(t, strings.HasSuffix(err.Error(), "Doc.Filter.Tag.Key"), err)
}
