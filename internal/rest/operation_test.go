package rest

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var _ = []Descriptor{(*Operation[kitchenInput, kitchenOutput])(nil), (*Operation[empty, empty])(nil)}

func TestEncodeStream(t *testing.T) {
	body := strings.NewReader("data")
	req, err := kitchenOp().Encode(&kitchenInput{Bucket: "b", Key: "k", Body: body}, EncodeOptions{})
	require.NoError(t, err)
	require.Same(t, body, req.Stream)
	require.Nil(t, req.Document)
	require.Equal(t, "Cook", req.Operation)
	require.Equal(t, http.MethodPut, req.Method)

	req, err = kitchenOp().Encode(&kitchenInput{Bucket: "b", Key: "k"}, EncodeOptions{})
	require.NoError(t, err)
	require.Nil(t, req.Stream)
}

func TestEncodeDocument(t *testing.T) {
	req, err := deleteOp().Encode(&deleteInput{
		Bucket: "b", MFA: "1",
		Delete: &deletion{Objects: []identifier{{Key: "a&b"}, {Key: "c", VersionId: "v"}}, Quiet: true},
	}, EncodeOptions{Namespace: "http://s3.amazonaws.com/doc/2006-03-01/"})
	require.NoError(t, err)
	require.Equal(t, `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a&amp;b</Key></Object>`+
		`<Object><Key>c</Key><VersionId>v</VersionId></Object><Quiet>true</Quiet></Delete>`, string(req.Document))
	require.Equal(t, "delete=", req.RawQuery)
	require.Equal(t, http.Header{"X-Amz-Mfa": {"1"}}, req.Header)
	require.Nil(t, req.Stream)
}

func TestEncodeOptionalDocument(t *testing.T) {
	type input struct {
		Bucket string    `label:"Bucket"`
		Config *location `payload:"xml" xml:"Configuration"`
	}
	op := &Operation[input, empty]{Name: "CreateBucket", Method: "PUT", URI: "/{Bucket}"}
	req, err := op.Encode(&input{Bucket: "b"}, EncodeOptions{Namespace: "urn:x"})
	require.NoError(t, err)
	require.Nil(t, req.Document)
	req, err = op.Encode(&input{Bucket: "b", Config: &location{}}, EncodeOptions{Namespace: "urn:x"})
	require.NoError(t, err)
	require.Equal(t, `<Configuration xmlns="urn:x"></Configuration>`, string(req.Document))
}

func TestEncodeDocumentErrors(t *testing.T) {
	op := deleteOp()
	in := &deleteInput{Bucket: "b", Delete: &deletion{Objects: []identifier{{Key: "a"}, {Key: "b"}, {Key: "c"}, {Key: "d\x01"}}}}
	_, err := op.Encode(in, EncodeOptions{})
	var member *MemberError
	require.ErrorAs(t, err, &member)
	require.Equal(t, "Delete.Objects[3].Key", member.Member)
	require.EqualError(t, err, "rest: DeleteObjects: Delete.Objects[3].Key: has the character U+0001, which XML can't carry")

	in.Delete.Objects[3].Key = "d"
	_, err = op.Encode(in, EncodeOptions{Namespace: "\x00"})
	require.EqualError(t, err, "rest: DeleteObjects: Delete.xmlns: has the character U+0000, which XML can't carry")
}

func TestEncodeAny(t *testing.T) {
	var d Descriptor = keyOp()
	req, err := d.EncodeAny(&keyInput{Bucket: "b", Key: "k"}, EncodeOptions{})
	require.NoError(t, err)
	require.Equal(t, "/b/k", req.Path)
	for _, in := range []any{nil, keyInput{Bucket: "b", Key: "k"}, &bucketInput{}, "x"} {
		_, err = d.EncodeAny(in, EncodeOptions{})
		require.ErrorContains(t, err, "rest: GetObject: input is ")
		require.ErrorContains(t, err, "want *rest.keyInput")
	}
	_, err = d.EncodeAny((*keyInput)(nil), EncodeOptions{})
	require.EqualError(t, err, "rest: GetObject: nil input")
}

func TestInfo(t *testing.T) {
	require.Equal(t, Info{
		Name: "Cook", Method: "PUT", URI: "/{Bucket}/{Key+}", StreamInput: true, StreamOutput: true,
		Input: reflect.TypeFor[kitchenInput](), Output: reflect.TypeFor[kitchenOutput](),
	}, kitchenOp().Info())
	require.Equal(t, Info{
		Name: "DeleteObjects", Method: "POST", URI: "/{Bucket}?delete", ChecksumRequired: true, HasDocument: true,
		Input: reflect.TypeFor[deleteInput](), Output: reflect.TypeFor[deleteOutput](),
	}, deleteOp().Info())
	require.True(t, (&Operation[empty, copyOutput]{Name: "Op", Method: "PUT", URI: "/"}).Info().HasDocument)
	require.Equal(t, Info{
		Name: "Op", Input: reflect.TypeFor[empty](), Output: reflect.TypeFor[copyOutput](),
	}, (&Operation[empty, copyOutput]{Name: "Op"}).Info())
}

func TestDecodeSelf(t *testing.T) {
	op := deleteOp()
	resp := &http.Response{Header: http.Header{"X-Amz-Request-Charged": {"requester"}}}
	out, err := op.Decode(resp, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code></Error>
<Deleted><Key>c</Key><DeleteMarker>true</DeleteMarker></Deleted></DeleteResult>`))
	require.NoError(t, err)
	require.Equal(t, "requester", out.Charged)
	require.Len(t, out.Deleted, 2)
	require.Equal(t, "c", out.Deleted[1].Key)
	require.True(t, out.Deleted[1].Marker)
	require.Len(t, out.Errors, 1)
	require.Equal(t, "AccessDenied", out.Errors[0].Code)

	for _, doc := range []string{"", " \r\n", "\xEF\xBB\xBF"} {
		out, err = op.Decode(resp, []byte(doc))
		require.NoError(t, err)
		require.Equal(t, &deleteOutput{Charged: "requester"}, out)
	}

	_, err = op.Decode(resp, []byte(`<DeleteResult><Deleted>`))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualError(t, err, `rest: DeleteObjects: document "DeleteResult": Deleted[0]: ends too soon: unexpected EOF`)
}

func TestDecodePayload(t *testing.T) {
	op := &Operation[empty, copyOutput]{Name: "CopyObject", Method: "PUT", URI: "/"}
	resp := &http.Response{Header: http.Header{"X-Amz-Version-Id": {"v"}}}
	out, err := op.Decode(resp, []byte(`<CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>`))
	require.NoError(t, err)
	require.Equal(t, &copyOutput{Result: &copyResult{ETag: `"x"`}, VersionId: "v"}, out)

	out, err = op.Decode(resp, []byte("\n"))
	require.NoError(t, err)
	require.Equal(t, &copyOutput{VersionId: "v"}, out)

	_, err = op.Decode(resp, []byte(`<html>`))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, `rest: CopyObject: document "html"`)
	_, err = op.Decode(resp, []byte(`{"error":1}`))
	require.EqualError(t, err, "rest: CopyObject: document: has text before the root element")
	_, err = op.Decode(nil, nil)
	require.EqualError(t, err, "rest: CopyObject: nil response")
}

func TestDecodeStream(t *testing.T) {
	body := io.NopCloser(strings.NewReader("x"))
	out, err := kitchenOp().Decode(&http.Response{Body: body}, nil)
	require.NoError(t, err)
	require.Equal(t, body, out.Body)
}

func TestBadOperationFailsEveryCall(t *testing.T) {
	op := &Operation[keyInput, empty]{Name: "Op", Method: "GET", URI: "/{Bucket}"}
	want := `rest: Op: rest.keyInput.Key: label "Key" is not in the URI`
	require.EqualError(t, op.Check(), want)
	_, err := op.Encode(&keyInput{}, EncodeOptions{})
	require.EqualError(t, err, want)
	_, err = op.Decode(&http.Response{}, nil)
	require.EqualError(t, err, want)
	_, err = op.EncodeAny(&keyInput{}, EncodeOptions{})
	require.EqualError(t, err, want)
}

// The plan is compiled by whichever call comes first.
func TestConcurrentFirstUse(t *testing.T) {
	op := kitchenOp()
	op.URI += "?uploads"
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			in := &kitchenInput{Bucket: "b", Key: "k", Prefix: "p", ACL: "private", Metadata: map[string]string{"a": "b"}}
			req, err := op.Encode(in, EncodeOptions{})
			if err == nil && (req.RawQuery != "prefix=p&uploads=" || len(req.Header) != 2) {
				err = errors.New(req.RawQuery)
			}
			_, err2 := op.Decode(&http.Response{Header: http.Header{"X-Amz-Parts": {"1"}}}, nil)
			errs[i] = errors.Join(err, err2)
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
}
