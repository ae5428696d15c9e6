package s3

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func manyTags(n int) []Tag {
	tags := make([]Tag, n)
	for i := range tags {
		tags[i] = Tag{Key: fmt.Sprint("k", i), Value: "v"}
	}
	return tags
}

func manyKeys(n int) *Delete {
	d := &Delete{Objects: make([]ObjectIdentifier, n)}
	for i := range d.Objects {
		d.Objects[i].Key = fmt.Sprint(i)
	}
	return d
}

// Bad input is told before anything is sent, by the name of the member.
func TestBadInput(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) }
	query := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "&k%d=v", i)
		}
		return b.String()[1:]
	}
	parts := func(numbers ...int32) *CompletedMultipartUpload {
		m := &CompletedMultipartUpload{}
		for _, n := range numbers {
			m.Parts = append(m.Parts, CompletedPart{ETag: "e", PartNumber: n})
		}
		return m
	}
	objectTags := func(tags ...Tag) Input {
		return &PutObjectTaggingInput{Bucket: "b", Key: "k", Tagging: &Tagging{TagSet: tags}}
	}
	bucketTags := func(tags ...Tag) Input { return &PutBucketTaggingInput{Bucket: "b", Tagging: &Tagging{TagSet: tags}} }
	for _, tt := range []struct {
		name string
		in   Input
		want string // "" means that it is sent
	}{
		{"no bucket", &GetBucketCorsInput{}, "missing required member Bucket"},
		{"no key", &GetObjectTaggingInput{Bucket: "b"}, "missing required member Key"},
		{"dots", &GetBucketCorsInput{Bucket: ".."}, `".." is none`},
		{"document", &PutBucketCorsInput{Bucket: "b"}, "missing required member CORSConfiguration"},
		{"inside a document", &PutBucketCorsInput{Bucket: "b", CORSConfiguration: &CORSConfiguration{CORSRules: []CORSRule{{}}}}, "CORSConfiguration.CORSRules[0].AllowedMethods"},
		{"policy", &PutBucketPolicyInput{Bucket: "b"}, "missing required member Policy"},
		{"line end in a header", &PutObjectInput{Bucket: "b", Key: "k", CacheControl: "a\r\nX-Evil: 1"}, "CacheControl: value has a control character"},
		{"line end in metadata", &PutObjectInput{Bucket: "b", Key: "k", Metadata: map[string]string{"a": "b\nc"}}, `Metadata["a"]`},
		{"control character in a document", objectTags(Tag{Key: "a", Value: "\x01"}), "Tagging.TagSet[0].Value"},

		{"negative part", &UploadPartInput{Bucket: "b", Key: "k", UploadId: "u", PartNumber: -1}, "PartNumber: -1 is negative"},
		{"part of an object", &GetObjectInput{Bucket: "b", Key: "k", PartNumber: 10001}, "PartNumber 10001 is not in 1 to 10000"},
		{"negative part of an object", &HeadObjectInput{Bucket: "b", Key: "k", PartNumber: -2}, "PartNumber: -2 is negative"},
		{"last part of an object", &HeadObjectInput{Bucket: "b", Key: "k", PartNumber: 10000}, ""},
		{"negative length", &PutObjectInput{Bucket: "b", Key: "k", ContentLength: length(-1)}, "ContentLength: -1 is negative"},
		{"negative listing", &ListObjectsV2Input{Bucket: "b", MaxKeys: -1}, "MaxKeys: -1 is negative"},
		{"part 0", &UploadPartInput{Bucket: "b", Key: "k", UploadId: "u"}, "missing required member PartNumber"},
		{"part 10001", &UploadPartInput{Bucket: "b", Key: "k", UploadId: "u", PartNumber: 10001}, "PartNumber 10001 is not in 1 to 10000"},
		{"part 10000", &UploadPartInput{Bucket: "b", Key: "k", UploadId: "u", PartNumber: 10000}, ""},
		{"copied part 10001", &UploadPartCopyInput{Bucket: "b", Key: "k", UploadId: "u", CopySource: "b/a", PartNumber: 10001}, "PartNumber 10001"},
		{"completed part 0", &CompleteMultipartUploadInput{Bucket: "b", Key: "k", UploadId: "u", MultipartUpload: parts(0)}, "MultipartUpload.Parts[0]: PartNumber 0"},
		{"parts out of order", &CompleteMultipartUploadInput{Bucket: "b", Key: "k", UploadId: "u", MultipartUpload: parts(2, 1)}, "MultipartUpload.Parts[1]: PartNumber 1 comes after 2"},
		{"part twice", &CompleteMultipartUploadInput{Bucket: "b", Key: "k", UploadId: "u", MultipartUpload: parts(2, 2)}, "MultipartUpload.Parts[1]: PartNumber 2 comes after 2"},
		{"parts", &CompleteMultipartUploadInput{Bucket: "b", Key: "k", UploadId: "u", MultipartUpload: parts(1, 3)}, ""},
		{"no parts", &CompleteMultipartUploadInput{Bucket: "b", Key: "k", UploadId: "u"}, ""},

		{"1001 keys", &DeleteObjectsInput{Bucket: "b", Delete: manyKeys(1001)}, "Delete.Objects has 1001 keys, more than the 1000 of one request: use DeleteAll"},
		{"1000 keys", &DeleteObjectsInput{Bucket: "b", Delete: manyKeys(1000)}, ""},

		{"11 object tags", objectTags(manyTags(11)...), "Tagging.TagSet has 11 tags, more than 10"},
		{"10 object tags", objectTags(manyTags(10)...), ""},
		{"51 bucket tags", bucketTags(manyTags(51)...), "Tagging.TagSet has 51 tags, more than 50"},
		{"50 bucket tags", bucketTags(manyTags(50)...), ""},
		{"51 tags of a new bucket", &CreateBucketInput{Bucket: "bucket", CreateBucketConfiguration: &CreateBucketConfiguration{Tags: manyTags(51)}}, "CreateBucketConfiguration.Tags has 51 tags"},
		{"new bucket", &CreateBucketInput{Bucket: "bucket"}, ""},
		{"tag without a name", objectTags(Tag{Value: "v"}), "missing required member Tagging.TagSet[0].Key"},
		{"tag without a value", objectTags(Tag{Key: "k"}), ""},
		{"long name", objectTags(Tag{Key: "a"}, Tag{Key: long(129)}), "Tagging.TagSet[1]: Key has 129 characters, more than 128"},
		{"long value", bucketTags(Tag{Key: "a", Value: long(257)}), "Tagging.TagSet[0]: Value has 257 characters, more than 256"},
		{"just as long", objectTags(Tag{Key: long(128), Value: long(256)}), ""},
		{"tag twice", objectTags(Tag{Key: "a"}, Tag{Key: "b"}, Tag{Key: "a"}), "Tagging.TagSet[2]: Key is the same as that of [0]"},
		{"tags not given", objectTags(), "missing required member Tagging.TagSet"},
		{"no tags", &PutObjectTaggingInput{Bucket: "b", Key: "k", Tagging: &Tagging{TagSet: []Tag{}}}, ""},
		{"11 tags in a header", &PutObjectInput{Bucket: "b", Key: "k", Tagging: query(11)}, "Tagging has 11 tags, more than 10"},
		{"10 tags in a header", &PutObjectInput{Bucket: "b", Key: "k", Tagging: query(10)}, ""},
		{"long name in a header", &CopyObjectInput{Bucket: "b", Key: "k", CopySource: "b/a", Tagging: long(129) + "=v"}, "Tagging: Key has 129"},
		{"11 tags of an upload", &CreateMultipartUploadInput{Bucket: "b", Key: "k", Tagging: query(11)}, "Tagging has 11 tags"},
		{"tag without a name in a header", &PutObjectInput{Bucket: "b", Key: "k", Tagging: "=v"}, "Tagging has a tag without Key"},
		{"tag twice in a header", &PutObjectInput{Bucket: "b", Key: "k", Tagging: "a=1&a=2"}, `Tagging has the Key "a" twice`},
		{"no query", &PutObjectInput{Bucket: "b", Key: "k", Tagging: "%zz"}, ""},

		{"union with two", &PutBucketMetricsConfigurationInput{Bucket: "b", Id: "i", MetricsConfiguration: &MetricsConfiguration{Id: "i", Filter: MetricsFilter{Prefix: "a", AccessPointArn: "b"}}}, "MetricsConfiguration.Filter: must have exactly one member set"},
		{"union with none", &UpdateObjectEncryptionInput{Bucket: "b", Key: "k", ObjectEncryption: &ObjectEncryption{}}, "ObjectEncryption: must have exactly one member set"},
		{"union with one", &PutBucketAnalyticsConfigurationInput{Bucket: "b", Id: "i", AnalyticsConfiguration: &AnalyticsConfiguration{
			Id: "i", Filter: AnalyticsFilter{Tag: Tag{Key: "a"}}, StorageClassAnalysis: StorageClassAnalysis{DataExport: StorageClassAnalysisDataExport{
				OutputSchemaVersion: StorageClassAnalysisSchemaVersionV1,
				Destination:         AnalyticsExportDestination{S3BucketDestination: AnalyticsS3BucketDestination{Bucket: "arn:aws:s3:::b", Format: AnalyticsS3ExportFileFormatCsv}},
			}},
		}}, ""},
		{"route that leads elsewhere", &WriteGetObjectResponseInput{RequestRoute: "evil.example/", RequestToken: "t"}, "RequestRoute can't be part of a host name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, always(200, ""), func(o *Options) { o.Profile = AWS() })
			_, err := c.Presign(t.Context(), tt.in, time.Minute)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// The same checks stand before a call.
func TestBadInputIsNotSent(t *testing.T) {
	s := always(200, "")
	c := newClient(t, s)
	_, err := c.DeleteObjects(t.Context(), &DeleteObjectsInput{Bucket: "b", Delete: manyKeys(1001)})
	require.ErrorContains(t, err, "use DeleteAll")
	_, err = c.PutObjectTagging(t.Context(), &PutObjectTaggingInput{Bucket: "b", Key: "k", Tagging: &Tagging{TagSet: manyTags(11)}})
	require.ErrorContains(t, err, "more than 10")
	require.Zero(t, s.attempts())
}
