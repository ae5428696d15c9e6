package s3

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// guide is the client of one provider's document and its golden files.
type guide struct {
	dir      string
	endpoint string
	profile  Profile
	token    string
}

// exchanged calls one operation, holds its request against the golden one, and returns
// what was read from the golden answer.
func exchanged[In, Out any](t *testing.T, d guide, name string, call func(*Client, context.Context, *In, ...func(*Options)) (*Out, error), in *In) *Out {
	t.Helper()
	name = d.dir + "/" + name
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) { return goldenResponse(t, name, r), nil }}
	c := newClient(t, s, func(o *Options) {
		o.Endpoint, o.Profile, o.Region = d.endpoint, d.profile, ""
		o.Credentials = sigv4.Static(testKey, testSecret, d.token)
	})
	out, err := call(c, t.Context(), in)
	require.NoError(t, err, name)
	require.Len(t, s.reqs, 1)
	goldenRequest(t, name).compare(t, s.reqs[0], s.bodies[0])
	require.Contains(t, s.reqs[0].Header.Get("Authorization"), "/"+d.profile.Region+"/s3/aws4_request")
	return out
}

const (
	kakaoUser   = "8a2e5d8c8f0f4a7b9c3d2e1f0a9b8c7d"
	kakaoUpload = "2~7HdUyr3lqN3Ze9MwWxCyxqGBVc_2BoU"
	kakaoETag   = "6805f2cfc46c0f04559748bb039d69ae"
	allUsers    = "http://acs.amazonaws.com/groups/global/AllUsers"
)

// TestKakaoCloudDocument is every S3 request and answer that KakaoCloud's document ("S3")
// prints, with values in the places of its words String, Integer and Timestamp.
//
// Where the golden requests differ from the document:
//   - It prints a slash before a bucket's subresource ("/bucket/?acl"), and once an empty
//     parameter ("?&uploadId="). Both are the same resource; ours is the canonical form.
//   - It prints CreateMultipartUpload as "/bucket/key/?uploads", which is the key "key/":
//     its own answer has no slash.
//   - It prints GetObjectTagging with the bucket twice.
//   - It asks for Content-Type text/html everywhere. It is sent with subresources and
//     documents. PutObject, CopyObject and CreateMultipartUpload would store it with the
//     object, and a presigned GET or PUT would not work without it.
//   - It prints WRITE-ACP and READ-ACP beside WRITE_ACP and READ_ACP; the API has the
//     latter.
//   - It says that UploadPart has no body.
//   - It prints no Content-MD5 for DeleteObjects and PutObjectTagging, which the API
//     demands.
//
// Its answers may begin with blanks and hold the element Tenant; both are read.
func TestKakaoCloudDocument(t *testing.T) {
	d := guide{"kakaocloud", "https://objectstorage.kr-central-2.kakaocloud.com", KakaoCloud(), testToken}
	written := time.Date(2026, 1, 1, 1, 2, 3, 456e6, time.UTC)

	buckets := exchanged(t, d, "ListBuckets", (*Client).ListBuckets, nil)
	require.Equal(t, &ListBucketsOutput{
		Owner:   Owner{DisplayName: "user-name", ID: kakaoUser},
		Buckets: []Bucket{{Name: "photos", CreationDate: written}},
	}, buckets)
	require.Equal(t, &HeadBucketOutput{}, exchanged(t, d, "HeadBucket", (*Client).HeadBucket, &HeadBucketInput{Bucket: "photos"}))
	require.Equal(t, &CreateBucketOutput{}, exchanged(t, d, "CreateBucket", (*Client).CreateBucket, &CreateBucketInput{Bucket: "photos"}))
	exchanged(t, d, "DeleteBucket", (*Client).DeleteBucket, &DeleteBucketInput{Bucket: "photos"})

	require.Equal(t, &GetBucketAclOutput{
		Owner:  Owner{DisplayName: "user-name", ID: kakaoUser},
		Grants: []Grant{{Grantee: Grantee{Type: TypeGroup, ID: "all", DisplayName: "everyone"}, Permission: PermissionRead}},
	}, exchanged(t, d, "GetBucketAcl", (*Client).GetBucketAcl, &GetBucketAclInput{Bucket: "photos"}))
	exchanged(t, d, "PutBucketAcl", (*Client).PutBucketAcl, &PutBucketAclInput{Bucket: "photos", AccessControlPolicy: &AccessControlPolicy{
		Grants: []Grant{{Grantee: Grantee{Type: TypeCanonicalUser, ID: kakaoUser}, Permission: PermissionFullControl}},
	}})
	exchanged(t, d, "PutBucketAcl-headers", (*Client).PutBucketAcl, &PutBucketAclInput{Bucket: "photos", GrantFullControl: "id=" + kakaoUser, GrantRead: "uri=" + allUsers})
	exchanged(t, d, "PutBucketAcl-canned", (*Client).PutBucketAcl, &PutBucketAclInput{Bucket: "photos", ACL: BucketCannedACLPublicRead})

	encryption := &ServerSideEncryptionConfiguration{Rules: []ServerSideEncryptionRule{{
		ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault{SSEAlgorithm: ServerSideEncryptionAes256},
	}}}
	require.Equal(t, &GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: encryption},
		exchanged(t, d, "GetBucketEncryption", (*Client).GetBucketEncryption, &GetBucketEncryptionInput{Bucket: "photos"}))
	exchanged(t, d, "PutBucketEncryption", (*Client).PutBucketEncryption, &PutBucketEncryptionInput{Bucket: "photos", ServerSideEncryptionConfiguration: encryption})

	rules := []LifecycleRule{{
		ID: "old logs", Status: ExpirationStatusEnabled, Expiration: LifecycleExpiration{Days: 30},
		Filter: &LifecycleRuleFilter{And: LifecycleRuleAndOperator{Prefix: "logs/", Tags: []Tag{{Key: "keep", Value: "no"}}}},
	}}
	require.Equal(t, &GetBucketLifecycleConfigurationOutput{Rules: rules},
		exchanged(t, d, "GetBucketLifecycleConfiguration", (*Client).GetBucketLifecycle, &GetBucketLifecycleConfigurationInput{Bucket: "photos"}))
	exchanged(t, d, "PutBucketLifecycleConfiguration", (*Client).PutBucketLifecycle,
		&PutBucketLifecycleConfigurationInput{Bucket: "photos", LifecycleConfiguration: &BucketLifecycleConfiguration{Rules: rules}})
	exchanged(t, d, "DeleteBucketLifecycle", (*Client).DeleteBucketLifecycleConfiguration, &DeleteBucketLifecycleInput{Bucket: "photos"})
	require.Equal(t, &GetBucketLocationOutput{LocationConstraint: "kr-central-2"},
		exchanged(t, d, "GetBucketLocation", (*Client).GetBucketLocation, &GetBucketLocationInput{Bucket: "photos"}))

	key := "dir/a b.jpg"
	modified := written.Truncate(time.Second)
	object := exchanged(t, d, "GetObject", (*Client).GetObject, &GetObjectInput{Bucket: "photos", Key: key})
	content, err := io.ReadAll(object.Body)
	require.NoError(t, err)
	require.Equal(t, "jpeg bytes", string(content))
	object.Body = nil
	require.Equal(t, &GetObjectOutput{ContentLength: 10, ContentType: "image/jpeg", ETag: `"` + kakaoETag + `"`, LastModified: modified}, object)
	require.Equal(t, &ListObjectsV2Output{
		Name: "photos", MaxKeys: 1000, KeyCount: 1,
		Contents: []Object{{Key: key, LastModified: written, ETag: `"` + kakaoETag + `"`, Size: 5 << 40, StorageClass: ObjectStorageClassStandard}},
	}, exchanged(t, d, "ListObjectsV2", (*Client).ListObjectsV2, &ListObjectsV2Input{Bucket: "photos"}))
	require.Equal(t, &HeadObjectOutput{
		AcceptRanges: "bytes", ContentLength: 10, ContentType: "image/jpeg", ETag: `"` + kakaoETag + `"`, LastModified: modified,
		Expiration: `expiry-date="Fri, 02 Jan 2026 00:00:00 GMT", rule-id="old logs"`,
	}, exchanged(t, d, "HeadObject", (*Client).HeadObject, &HeadObjectInput{Bucket: "photos", Key: key}))
	require.Equal(t, &PutObjectOutput{ETag: `"` + kakaoETag + `"`}, exchanged(t, d, "PutObject", (*Client).PutObject, &PutObjectInput{
		Bucket: "photos", Key: key, ContentType: "text/html", Tagging: "Key1=Value1&Key2=Value2",
		Metadata: map[string]string{"key": "value"}, Body: strings.NewReader("jpeg bytes"),
	}))
	require.Equal(t, &CopyObjectOutput{CopyObjectResult: &CopyObjectResult{ETag: kakaoETag, LastModified: written}},
		exchanged(t, d, "CopyObject", (*Client).CopyObject, &CopyObjectInput{Bucket: "photos", Key: "copy.jpg", CopySource: "photos/dir/a%20b.jpg"}))
	exchanged(t, d, "DeleteObject", (*Client).DeleteObject, &DeleteObjectInput{Bucket: "photos", Key: "copy.jpg"})
	require.Equal(t, &DeleteObjectsOutput{Deleted: []DeletedObject{{Key: "a"}, {Key: "b"}}},
		exchanged(t, d, "DeleteObjects", (*Client).DeleteObjects, &DeleteObjectsInput{Bucket: "photos", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "a"}, {Key: "b"}}}}))

	require.Equal(t, &CreateMultipartUploadOutput{Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload},
		exchanged(t, d, "CreateMultipartUpload", (*Client).CreateMultipartUpload, &CreateMultipartUploadInput{Bucket: "photos", Key: "multipart2"}))
	const one, two = "0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"
	require.Equal(t, &UploadPartOutput{ETag: `"` + one + `"`}, exchanged(t, d, "UploadPart", (*Client).UploadPart,
		&UploadPartInput{Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload, PartNumber: 1, Body: strings.NewReader("part one")}))
	part := func(n int32, etag string, size int64) Part {
		return Part{PartNumber: n, ETag: `"` + etag + `"`, Size: size, LastModified: time.Date(2026, 1, 1, 1, int(n), 3, 456e6, time.UTC)}
	}
	require.Equal(t, &ListPartsOutput{
		Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload, StorageClass: StorageClassStandard,
		PartNumberMarker: "0", NextPartNumberMarker: "3", MaxParts: 1000, Owner: Owner{ID: kakaoUser, DisplayName: "project-name"},
		Parts: []Part{part(1, one, 8<<20), part(2, two, 8<<20), part(3, "4a8a08f09d37b73795649038408b5f33", 17)},
	}, exchanged(t, d, "ListParts", (*Client).ListParts, &ListPartsInput{Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload}))
	require.Equal(t, &ListMultipartUploadsOutput{
		Bucket: "photos", NextKeyMarker: "multipart2", NextUploadIdMarker: kakaoUpload, MaxUploads: 10,
		Uploads: []MultipartUpload{{
			Key: "multipart2", UploadId: kakaoUpload, StorageClass: StorageClassStandard, Initiated: written,
			Initiator: Initiator{ID: kakaoUser, DisplayName: "project-name"}, Owner: Owner{ID: kakaoUser, DisplayName: "project-name"},
		}},
	}, exchanged(t, d, "ListMultipartUploads", (*Client).ListMultipartUploads, &ListMultipartUploadsInput{Bucket: "photos", MaxUploads: 10}))
	require.Equal(t, &UploadPartCopyOutput{CopyPartResult: &CopyPartResult{ETag: two, LastModified: written}},
		exchanged(t, d, "UploadPartCopy", (*Client).UploadPartCopy,
			&UploadPartCopyInput{Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload, PartNumber: 2, CopySource: "photos/dir/a%20b.jpg"}))
	require.Equal(t, &CompleteMultipartUploadOutput{
		Location: "objectstorage.kr-central-2.kakaocloud.com/photos/multipart2", Bucket: "photos", Key: "multipart2", ETag: "b026324c6904b2a9cb4b88d6d61c81d1-2",
	}, exchanged(t, d, "CompleteMultipartUpload", (*Client).CompleteMultipartUpload, &CompleteMultipartUploadInput{
		Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload,
		MultipartUpload: &CompletedMultipartUpload{Parts: []CompletedPart{{PartNumber: 1, ETag: `"` + one + `"`}, {PartNumber: 2, ETag: two}}},
	}))
	exchanged(t, d, "AbortMultipartUpload", (*Client).AbortMultipartUpload, &AbortMultipartUploadInput{Bucket: "photos", Key: "multipart2", UploadId: kakaoUpload})

	tags := []Tag{{Key: "color", Value: "blue"}}
	require.Equal(t, &GetObjectTaggingOutput{TagSet: tags}, exchanged(t, d, "GetObjectTagging", (*Client).GetObjectTagging, &GetObjectTaggingInput{Bucket: "photos", Key: key}))
	exchanged(t, d, "PutObjectTagging", (*Client).PutObjectTagging, &PutObjectTaggingInput{Bucket: "photos", Key: key, Tagging: &Tagging{TagSet: tags}})
	exchanged(t, d, "DeleteObjectTagging", (*Client).DeleteObjectTagging, &DeleteObjectTaggingInput{Bucket: "photos", Key: key})
}

// TestNHNCloudDocument is every S3 request and answer that NHN Cloud's document ("API
// Guide for AWS S3 Compatibility") prints. Its answers are results of boto3, so that the
// documents are built from their members: s3api's own form.
//
// Where the golden files differ from the document:
//   - Its Authorization is that of Signature Version 2 ("AWS access:signature"), and its
//     Date too; its text demands Version 4, which is what is sent.
//   - Its dates are out of order ("22:22:22 GMT, Sat, 22 Feb 2020", "T22:22:22+00:00,22 Feb
//     2020"); a server sends HTTP dates and ISO 8601.
//   - It prints a PUT for the download, and says that the upload has no body.
//   - It prints "encoding-type" in the answer to the listing only; boto3 asks for it.
//   - The lengths that it prints for listings are of answers with more entries.
func TestNHNCloudDocument(t *testing.T) {
	d := guide{"nhncloud", "https://kr1-api-object-storage.nhncloudservice.com", NHNCloud(), ""}
	at := time.Date(2020, 2, 22, 22, 22, 22, 0, time.UTC)
	const etag = `"01463f775ef4f4dbbc7525f88120df09"`

	require.Equal(t, &CreateBucketOutput{Location: "/new-container"},
		exchanged(t, d, "CreateBucket", (*Client).CreateBucket, &CreateBucketInput{Bucket: "new-container"}))
	require.Equal(t, &ListBucketsOutput{Buckets: []Bucket{{Name: "new-container", CreationDate: at}}},
		exchanged(t, d, "ListBuckets", (*Client).ListBuckets, nil))
	require.Equal(t, &ListObjectsOutput{
		Name: "new-container", MaxKeys: 1000, EncodingType: EncodingTypeUrl,
		Contents: []Object{{
			Key: "benjamin-ashton-Af9X4A8qMtM-unsplash.jpg", LastModified: at.Add(222222 * time.Microsecond),
			ETag: `"2e95b028564c14371939358d3e88a771"`, Size: 3267226, StorageClass: ObjectStorageClassStandard,
		}},
	}, exchanged(t, d, "ListObjects", (*Client).ListObjects, &ListObjectsInput{Bucket: "new-container", EncodingType: EncodingTypeUrl}))
	exchanged(t, d, "DeleteBucket", (*Client).DeleteBucket, &DeleteBucketInput{Bucket: "new-container"})

	require.Equal(t, &PutObjectOutput{ETag: etag},
		exchanged(t, d, "PutObject", (*Client).PutObject, &PutObjectInput{Bucket: "new-container", Key: "image.jpg", Body: strings.NewReader("jpeg bytes")}))
	object := exchanged(t, d, "GetObject", (*Client).GetObject, &GetObjectInput{Bucket: "new-container", Key: "image.jpg"})
	n, err := io.Copy(io.Discard, object.Body)
	require.NoError(t, err)
	require.EqualValues(t, 124352, n)
	object.Body = nil
	require.Equal(t, &GetObjectOutput{LastModified: at, ContentLength: 124352, ETag: etag, ContentType: "image/jpeg"}, object)
	exchanged(t, d, "DeleteObject", (*Client).DeleteObject, &DeleteObjectInput{Bucket: "new-container", Key: "image.jpg"})
}

// Request ids are read from the headers that the document prints.
func TestNHNCloudRequestID(t *testing.T) {
	s := always(404, errorXML("NoSuchKey"), "x-amz-request-id", "tx1", "x-amz-id-2", "tx1", "x-trans-id", "tx1")
	c := newClient(t, s, func(o *Options) { o.Profile = NHNCloud() })
	_, err := c.GetObject(t.Context(), &GetObjectInput{Bucket: "b", Key: "k"})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "tx1", e.RequestID)
	require.Equal(t, "tx1", e.HostID)
}
