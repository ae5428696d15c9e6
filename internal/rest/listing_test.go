package rest

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// versionListing is shaped like the answer of ListObjectVersions, which has two
// lists that take turns.
type versionListing struct {
	IsTruncated   bool            `xml:"IsTruncated"`
	KeyMarker     string          `xml:"KeyMarker" encoding:"url"`
	Versions      []objectVersion `xml:"Version"`
	DeleteMarkers []deleteMarker  `xml:"DeleteMarker"`
	Name          string          `xml:"Name"`
	MaxKeys       int32           `xml:"MaxKeys"`
	EncodingType  string          `xml:"EncodingType"`
}

type objectVersion struct {
	ETag              string         `xml:"ETag"`
	ChecksumAlgorithm []string       `xml:"ChecksumAlgorithm"`
	ChecksumType      string         `xml:"ChecksumType"`
	Size              int64          `xml:"Size"`
	StorageClass      storageClass   `xml:"StorageClass"`
	Key               string         `xml:"Key" encoding:"url"`
	VersionId         string         `xml:"VersionId"`
	IsLatest          bool           `xml:"IsLatest"`
	LastModified      time.Time      `xml:"LastModified"`
	Owner             owner          `xml:"Owner"`
	Restore           *restoreStatus `xml:"RestoreStatus"`
}

type deleteMarker struct {
	Owner        owner     `xml:"Owner"`
	Key          string    `xml:"Key" encoding:"url"`
	VersionId    string    `xml:"VersionId"`
	IsLatest     bool      `xml:"IsLatest"`
	LastModified time.Time `xml:"LastModified"`
}

type restoreStatus struct {
	IsRestoreInProgress bool `xml:"IsRestoreInProgress"`
}

func versionsOp() *Operation[empty, versionListing] {
	return &Operation[empty, versionListing]{Name: "ListObjectVersions", Method: http.MethodGet, URI: "/?versions"}
}

// versionsDocument has n entries, every fourth of them a delete marker.
func versionsDocument(n int) []byte {
	const ownerElement = "<Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID><DisplayName>owner</DisplayName></Owner>"
	var doc strings.Builder
	doc.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<ListVersionsResult xmlns="` + s3Namespace + `"><Name>bucket</Name><KeyMarker/><MaxKeys>1000</MaxKeys>`)
	for i := range n {
		if i%4 == 3 {
			fmt.Fprintf(&doc, "<DeleteMarker><Key>some/key/%05d</Key><VersionId>%032d</VersionId><IsLatest>true</IsLatest>"+
				"<LastModified>2026-01-02T03:04:05.000Z</LastModified>%s</DeleteMarker>", i, i, ownerElement)
			continue
		}
		fmt.Fprintf(&doc, "<Version><Key>some/key/%05d</Key><VersionId>%032d</VersionId><IsLatest>false</IsLatest><LastModified>2026-01-02T03:04:05.000Z</LastModified>"+
			"<ETag>&quot;%032x&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>%d</Size>%s<StorageClass>STANDARD</StorageClass></Version>",
			i, i, i, i, ownerElement)
	}
	doc.WriteString("</ListVersionsResult>")
	return []byte(doc.String())
}

func TestListObjectVersionsAllocations(t *testing.T) {
	op, doc := versionsOp(), versionsDocument(1000)
	out, err := op.Decode(&http.Response{}, doc)
	require.NoError(t, err)
	require.Len(t, out.Versions, 750)
	require.Len(t, out.DeleteMarkers, 250)
	require.Equal(t, deleteMarker{
		Key: "some/key/00999", VersionId: fmt.Sprintf("%032d", 999), IsLatest: true,
		LastModified: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Owner: out.Versions[0].Owner,
	}, out.DeleteMarkers[249])

	each := testing.AllocsPerRun(20, func() { _, _ = op.Decode(&http.Response{}, doc) }) / 1000
	t.Logf("%.2f allocations per entry", each)
	// Key, version, ETag and the list of algorithms; a marker has two of them.
	require.LessOrEqual(t, each, 3.6)
}

// Entries share the strings that they have in common, whatever comes between.
func TestEntriesShareStrings(t *testing.T) {
	var doc strings.Builder
	classes := []storageClass{"STANDARD", "GLACIER", "STANDARD", "STANDARD_IA"}
	long := strings.Repeat("x", maxRecent+1)
	doc.WriteString("<R>")
	for i := range 40 {
		fmt.Fprintf(&doc, "<Contents><Key>%d</Key><StorageClass>%s</StorageClass><Owner><ID>id</ID><DisplayName>%s</DisplayName></Owner></Contents>", i, classes[i%len(classes)], long)
	}
	doc.WriteString("</R>")
	var out listing
	_, err := UnmarshalXML([]byte(doc.String()), &out)
	require.NoError(t, err)
	memory := map[storageClass]*byte{}
	for i, o := range out.Contents {
		require.Equal(t, object{Key: fmt.Sprint(i), Class: classes[i%len(classes)], Owner: &owner{ID: "id", DisplayName: long}}, o)
		require.Same(t, unsafe.StringData(out.Contents[0].Owner.ID), unsafe.StringData(o.Owner.ID))
		if at, ok := memory[o.Class]; ok {
			require.Same(t, at, unsafe.StringData(string(o.Class)), "%d", i)
		}
		memory[o.Class] = unsafe.StringData(string(o.Class))
	}
	require.NotSame(t, unsafe.StringData(out.Contents[0].Owner.DisplayName), unsafe.StringData(out.Contents[1].Owner.DisplayName))
}

// The document is the caller's again when it was read.
func TestNothingOfTheDocumentIsKept(t *testing.T) {
	doc := []byte("<R a='b'><Name>name</Name><Contents><Key>key</Key><Owner><ID>id</ID></Owner></Contents><Names><Member>m</Member></Names></R>")
	var out listing
	root, err := UnmarshalXML(doc, &out)
	require.NoError(t, err)
	clear(doc)
	require.Equal(t, "R", root)
	require.Equal(t, listing{Name: "name", Contents: []object{{Key: "key", Owner: &owner{ID: "id"}}}, Names: []string{"m"}}, out)
}

// Room is made once for a list of the root, and never for more than a page.
func TestReserve(t *testing.T) {
	decode := func(doc string) listing {
		var out listing
		_, err := UnmarshalXML([]byte(doc), &out)
		require.NoError(t, err)
		return out
	}
	const item = "<Contents><Key>k</Key></Contents>"
	for _, n := range []int{1, 2, 10, 999, 1000, 1001, 3000} {
		out := decode("<R>" + strings.Repeat(item, n) + "</R>")
		require.Len(t, out.Contents, n)
		require.LessOrEqual(t, cap(out.Contents), n+n/2+2)
	}
	out := decode("<R>" + strings.Repeat("<Contents/>", 2) + strings.Repeat("<X>"+strings.Repeat("x", 1000)+"</X>", 1000) + "</R>")
	require.Len(t, out.Contents, 2)
	require.LessOrEqual(t, cap(out.Contents), 2*maxReserve)
	out = decode("<R><Contents/>" + strings.Repeat(item, 2) + strings.Repeat("<Names>"+strings.Repeat("<Member>m</Member>", 10)+"</Names>", 2) + "</R>")
	require.Len(t, out.Contents, 3)
	require.Len(t, out.Names, 20)
}

// The search for a member goes around, wherever it begins.
func TestElement(t *testing.T) {
	s, err := newXMLCompiler().layout(reflect.TypeFor[object]())
	require.NoError(t, err)
	for from := range s.elements {
		for i, m := range s.elements {
			require.Equal(t, i, s.element([]byte(m.name), from))
		}
		require.Equal(t, -1, s.element([]byte("Other"), from))
	}
}

func BenchmarkDecodeVersions(b *testing.B) {
	op, doc := versionsOp(), versionsDocument(1000)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.Decode(&http.Response{}, doc); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/key")
}

// What a server left as it is stays so: all of it, or members by their name.
func TestUnescape(t *testing.T) {
	op := versionsOp()
	doc := []byte("<R><KeyMarker>a%41</KeyMarker><EncodingType>url</EncodingType><Version><Key>b%41</Key></Version></R>")
	out, err := op.DecodeEscaped(&http.Response{}, doc)
	require.NoError(t, err)
	require.Equal(t, "a%41", out.KeyMarker)
	require.Equal(t, "b%41", out.Versions[0].Key)
	op.Unescape(out, "KeyMarker")
	require.Equal(t, "a%41", out.KeyMarker)
	require.Equal(t, "bA", out.Versions[0].Key)

	out, err = op.Decode(&http.Response{}, doc)
	require.NoError(t, err)
	require.Equal(t, "aA", out.KeyMarker)
	require.Equal(t, "bA", out.Versions[0].Key)

	op.Unescape(nil)
	out.EncodingType, out.KeyMarker = "", "%41"
	op.Unescape(out)
	require.Equal(t, "%41", out.KeyMarker)

	// In a document that is a member of its own as well.
	type wrapped struct {
		Listing *versionListing `payload:"xml"`
	}
	whole := &Operation[empty, wrapped]{Name: "List", Method: http.MethodGet, URI: "/"}
	got, err := whole.Decode(&http.Response{}, doc)
	require.NoError(t, err)
	require.Equal(t, "aA", got.Listing.KeyMarker)
	whole.Unescape(new(wrapped))

	bad := &Operation[empty, struct{ Field string }]{Name: "Bad", Method: http.MethodGet, URI: "/"}
	bad.Unescape(new(struct{ Field string }))
}
