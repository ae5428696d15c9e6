package s3

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listingKeys is the most that servers put on a page.
const listingKeys = 1000

// maxListing is how many allocations an entry of an answer may cost: the
// strings that no other entry has, and the lists inside it. The call itself
// is in the figure, a tenth of an allocation per entry.
const maxListing = 5

// listingCase is an operation whose answer has many entries of one kind.
type listingCase struct {
	name string
	// ceiling is what the entries below cost, with some room for the call.
	ceiling float64
	root    string
	head    string
	// entry writes the entry of a number, with every element that Amazon S3 sends.
	entry func(w io.Writer, i int)
	// call returns the number of entries that arrived.
	call func(ctx context.Context, c *Client) (int, error)
}

var listingCases = []listingCase{
	{
		name: "ListObjectsV2", ceiling: 3.3, root: "ListBucketResult",
		head:  "<Name>bucket</Name><Prefix/><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>",
		entry: writeObject,
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.ListObjectsV2(ctx, &ListObjectsV2Input{Bucket: "bucket", FetchOwner: true})
			if err != nil {
				return 0, err
			}
			return len(out.Contents), nil
		},
	},
	{
		name: "ListObjectsV2, url", ceiling: 4.3, root: "ListBucketResult",
		head:  "<Name>bucket</Name><Prefix/><EncodingType>url</EncodingType><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>",
		entry: writeObject,
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.ListObjectsV2(ctx, &ListObjectsV2Input{Bucket: "bucket", EncodingType: EncodingTypeUrl})
			if err != nil {
				return 0, err
			}
			return len(out.Contents), nil
		},
	},
	{
		name: "ListObjects", ceiling: 3.3, root: "ListBucketResult",
		head:  "<Name>bucket</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>",
		entry: writeObject,
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.ListObjects(ctx, &ListObjectsInput{Bucket: "bucket"})
			if err != nil {
				return 0, err
			}
			return len(out.Contents), nil
		},
	},
	{
		name: "ListObjectVersions", ceiling: 4.1, root: "ListVersionsResult",
		head: "<Name>bucket</Name><Prefix/><KeyMarker/><VersionIdMarker/><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>",
		entry: func(w io.Writer, i int) {
			const owner = "<Owner><ID>" + canonicalID + "</ID><DisplayName>owner</DisplayName></Owner>"
			if i%4 == 3 {
				fmt.Fprintf(w, "<DeleteMarker><Key>photos/2026/archive/object-%010d</Key><VersionId>3sL4kqtJlcpXroDTDmJ+rmSpXd3dIb%08d</VersionId>"+
					"<IsLatest>true</IsLatest><LastModified>2026-01-02T03:04:05.000Z</LastModified>%s</DeleteMarker>", i, i, owner)
				return
			}
			fmt.Fprintf(w, "<Version><Key>photos/2026/archive/object-%010d</Key><VersionId>3sL4kqtJlcpXroDTDmJ+rmSpXd3dIb%08d</VersionId><IsLatest>false</IsLatest>"+
				"<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;%032x&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"+
				"<ChecksumType>FULL_OBJECT</ChecksumType><Size>%d</Size>%s<StorageClass>STANDARD</StorageClass></Version>", i, i, i, i, owner)
		},
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.ListObjectVersions(ctx, &ListObjectVersionsInput{Bucket: "bucket"})
			if err != nil {
				return 0, err
			}
			return len(out.Versions) + len(out.DeleteMarkers), nil
		},
	},
	{
		name: "ListParts", ceiling: 3.3, root: "ListPartsResult",
		head: "<Bucket>bucket</Bucket><Key>key</Key><UploadId>u</UploadId><MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated>",
		entry: func(w io.Writer, i int) {
			fmt.Fprintf(w, "<Part><PartNumber>%d</PartNumber><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;%032x&quot;</ETag>"+
				"<Size>16777216</Size><ChecksumCRC64NVME>%011d=</ChecksumCRC64NVME></Part>", i+1, i, i)
		},
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.ListParts(ctx, &ListPartsInput{Bucket: "bucket", Key: "key", UploadId: "u"})
			if err != nil {
				return 0, err
			}
			return len(out.Parts), nil
		},
	},
	{
		name: "ListMultipartUploads", ceiling: 2.3, root: "ListMultipartUploadsResult",
		head: "<Bucket>bucket</Bucket><KeyMarker/><UploadIdMarker/><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>",
		entry: func(w io.Writer, i int) {
			fmt.Fprintf(w, "<Upload><Key>photos/2026/archive/object-%010d</Key><UploadId>VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1t%08d</UploadId>"+
				"<Initiator><ID>%s</ID><DisplayName>owner</DisplayName></Initiator><Owner><ID>%[3]s</ID><DisplayName>owner</DisplayName></Owner>"+
				"<StorageClass>STANDARD</StorageClass><Initiated>2026-01-02T03:04:05.000Z</Initiated>"+
				"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType></Upload>", i, i, canonicalID)
		},
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.ListMultipartUploads(ctx, &ListMultipartUploadsInput{Bucket: "bucket"})
			if err != nil {
				return 0, err
			}
			return len(out.Uploads), nil
		},
	},
	{
		name: "DeleteObjects", ceiling: 4.3, root: "DeleteResult",
		entry: func(w io.Writer, i int) {
			fmt.Fprintf(w, "<Deleted><Key>photos/2026/archive/object-%010d</Key><VersionId>3sL4kqtJlcpXroDTDmJ+rmSpXd3dIb%08d</VersionId>"+
				"<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>3HL4kqtJvjVBH40Nrjfkd+rmSpXd3d%08d</DeleteMarkerVersionId></Deleted>", i, i, i)
		},
		call: func(ctx context.Context, c *Client) (int, error) {
			out, err := c.DeleteObjects(ctx, &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "key"}}}})
			if err != nil {
				return 0, err
			}
			return len(out.Deleted), nil
		},
	},
}

const canonicalID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"

func writeObject(w io.Writer, i int) {
	class := ObjectStorageClassStandard
	if i%7 == 0 {
		class = ObjectStorageClassGlacier
	}
	fmt.Fprintf(w, "<Contents><Key>photos/2026/a+b%%20c/object-%010d</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;%032x&quot;</ETag>"+
		"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>%d</Size>"+
		"<Owner><ID>%s</ID><DisplayName>owner</DisplayName></Owner><StorageClass>%s</StorageClass></Contents>", i, i, i*7919, canonicalID, class)
}

func (l *listingCase) document() string {
	var doc strings.Builder
	fmt.Fprintf(&doc, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<%s xmlns="http://s3.amazonaws.com/doc/2006-03-01/">%s`, l.root, l.head)
	for i := range listingKeys {
		l.entry(&doc, i)
	}
	fmt.Fprintf(&doc, "</%s>", l.root)
	return doc.String()
}

func (l *listingCase) client(tb testing.TB) *Client {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return newClient(tb, canned{objectHeader(), l.document()}, func(o *Options) { o.Clock = func() time.Time { return at } })
}

func TestListingAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	for i := range listingCases {
		l := &listingCases[i]
		t.Run(l.name, func(t *testing.T) {
			c := l.client(t)
			n := 0
			var err error
			each := testing.AllocsPerRun(20, func() { n, err = l.call(t.Context(), c) }) / listingKeys
			require.NoError(t, err)
			require.Equal(t, listingKeys, n)
			t.Logf("%.2f allocations per entry", each)
			require.LessOrEqual(t, each, l.ceiling)
			require.LessOrEqual(t, l.ceiling, float64(maxListing))
		})
	}
}

func BenchmarkListing(b *testing.B) {
	for i := range listingCases {
		l := &listingCases[i]
		b.Run(l.name, func(b *testing.B) {
			c := l.client(b)
			b.ReportAllocs()
			for b.Loop() {
				if n, err := l.call(b.Context(), c); err != nil || n != listingKeys {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/listingKeys, "ns/key")
		})
	}
}
