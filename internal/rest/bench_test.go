package rest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func BenchmarkEncode(b *testing.B) {
	op := &Operation[allocInput, allocOutput]{Name: "GetObject", Method: http.MethodGet, URI: "/{Bucket}/{Key+}"}
	in := &allocInput{Bucket: "bucket", Key: "some/plain/key", Range: "bytes=0-99"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.Encode(in, EncodeOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeListing(b *testing.B) {
	op := &Operation[empty, listing]{Name: "ListObjects", Method: http.MethodGet, URI: "/"}
	var doc strings.Builder
	doc.WriteString("<ListBucketResult><Name>bucket</Name>")
	for i := range 1000 {
		fmt.Fprintf(&doc, "<Contents><Key>some/key/%04d</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><Size>%d</Size>"+
			"<StorageClass>STANDARD</StorageClass><Owner><ID>75aa57f09aa0c8ca</ID></Owner></Contents>", i, i)
	}
	doc.WriteString("</ListBucketResult>")
	resp := &http.Response{}
	b.SetBytes(int64(doc.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.Decode(resp, []byte(doc.String())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeDocument(b *testing.B) {
	op := deleteOp()
	in := &deleteInput{Bucket: "b", Delete: &deletion{Objects: make([]identifier, 1000)}}
	for i := range in.Delete.Objects {
		in.Delete.Objects[i].Key = fmt.Sprintf("some/key/%04d", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.Encode(in, EncodeOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
