package transfer

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// missing are the members of one struct that another lacks, or has of another type.
func missing(from, to any) (names []string) {
	dst := reflect.TypeOf(to)
	src := reflect.TypeOf(from)
	for i := range src.NumField() {
		f := src.Field(i)
		if d, ok := dst.FieldByName(f.Name); !ok || d.Type != f.Type {
			names = append(names, f.Name)
		}
	}
	return names
}

// What CopyObject is told, the upload of the same object is told, but for what is of the
// source or of the copying itself; and so with each part.
func TestCopyCarriesEveryMember(t *testing.T) {
	require.ElementsMatch(t, []string{
		"AnnotationDirective", "MetadataDirective", "TaggingDirective", "ExpectedSourceBucketOwner",
		"CopySource", "CopySourceIfMatch", "CopySourceIfModifiedSince", "CopySourceIfNoneMatch", "CopySourceIfUnmodifiedSince",
		"CopySourceSSECustomerAlgorithm", "CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5",
	}, missing(s3.CopyObjectInput{}, s3.PutObjectInput{}))
	require.ElementsMatch(t, []string{"PartNumber", "UploadId", "CopySourceRange"}, missing(s3.UploadPartCopyInput{}, s3.CopyObjectInput{}))
	require.ElementsMatch(t, []string{"CopySourceVersionId", "CopyObjectResult"}, missing(s3.CopyObjectOutput{}, UploadOutput{}))
	require.Equal(t, []string{"LastModified"}, missing(s3.CopyObjectResult{}, CopyOutput{}))
	require.Empty(t, missing(s3.GetObjectInput{}, s3.HeadObjectInput{}))
}
