package testserver

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3/s3test"
)

func openAWS(t *testing.T, s *s3test.Server, fns ...func(*s3.Options)) *s3.Client {
	t.Helper()
	k := keysOf(t, s)
	return s3.New(s3.Options{
		BaseEndpoint: &s.URL, Region: s.Options().Region, UsePathStyle: true, HTTPClient: s.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, ""),
		Retryer:     aws.NopRetryer{},
		// What aws/config sets where nothing else is said.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}, fns...)
}

// refusedAWS wants an error of a status and a code. HEAD's answers have no document, hence no code.
func refusedAWS(t *testing.T, err error, status int, code string) {
	t.Helper()
	var answered *awshttp.ResponseError
	require.ErrorAs(t, err, &answered)
	require.Equal(t, status, answered.HTTPStatusCode(), "%v", err)
	require.NotEmpty(t, answered.RequestID)
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, code, api.ErrorCode())
}

func readAWS(t *testing.T, c *s3.Client, in *s3.GetObjectInput) (*s3.GetObjectOutput, []byte) {
	t.Helper()
	in.Bucket = aws.String(bucket)
	in.ChecksumMode = types.ChecksumModeEnabled
	out, err := c.GetObject(t.Context(), in)
	require.NoError(t, err)
	body, err := io.ReadAll(out.Body)
	require.NoError(t, err)
	require.NoError(t, out.Body.Close())
	return out, body
}

func TestAWSBuckets(t *testing.T) {
	t.Parallel()
	c := openAWS(t, start(t))
	_, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("new")})
	require.NoError(t, err)
	_, err = c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("new")})
	require.NoError(t, err)
	_, err = openAWS(t, start(t, elsewhere)).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	var owned *types.BucketAlreadyOwnedByYou
	require.ErrorAs(t, err, &owned)
	_, err = c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("new")})
	require.NoError(t, err)
	require.NoError(t, s3.NewBucketExistsWaiter(c).Wait(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("new")}, time.Second))
	_, err = c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("old")})
	var none *types.NotFound
	require.ErrorAs(t, err, &none)
	_, err = c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("old")})
	var noBucket *types.NoSuchBucket
	require.ErrorAs(t, err, &noBucket)
	place, err := c.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("new")})
	require.NoError(t, err)
	require.Empty(t, place.LocationConstraint)

	var names []string
	for pages := s3.NewListBucketsPaginator(c, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		require.Len(t, page.Buckets, 1)
		names = append(names, *page.Buckets[0].Name)
	}
	require.Equal(t, []string{bucket, "new"}, names)

	_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("new"), Key: aws.String("k")})
	require.NoError(t, err)
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("new")})
	refusedAWS(t, err, http.StatusConflict, "BucketNotEmpty")
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("new"), Key: aws.String("k")})
	require.NoError(t, err)
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("new")})
	require.NoError(t, err)
}

func TestAWSObjects(t *testing.T) {
	t.Parallel()
	schemes(t, func(t *testing.T, s *s3test.Server) {
		c, data := openAWS(t, s), pattern(100_000)
		put, err := c.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String(key), Body: bytes.NewReader(data), ContentType: aws.String("text/plain"),
			ContentEncoding: aws.String("gzip"), CacheControl: aws.String("no-store"), Metadata: map[string]string{"by": "me", "two": "a  b"},
			Tagging: aws.String("a=1&b=x%20y"), StorageClass: types.StorageClassStandardIa,
		})
		require.NoError(t, err)
		require.NotEmpty(t, put.ChecksumCRC32) // its default
		require.Equal(t, types.ChecksumTypeFullObject, put.ChecksumType)
		require.Equal(t, data, stored(t, s, key))

		head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), ChecksumMode: types.ChecksumModeEnabled})
		require.NoError(t, err)
		require.Equal(t, int64(len(data)), *head.ContentLength)
		require.Equal(t, *put.ETag, *head.ETag)
		require.Equal(t, *put.ChecksumCRC32, *head.ChecksumCRC32)
		require.Equal(t, []string{"text/plain", "gzip", "no-store"}, []string{*head.ContentType, *head.ContentEncoding, *head.CacheControl})
		require.Equal(t, types.StorageClassStandardIa, head.StorageClass)
		require.Equal(t, "me", head.Metadata["by"])
		require.WithinDuration(t, time.Now(), *head.LastModified, time.Minute)

		got, body := readAWS(t, c, &s3.GetObjectInput{Key: aws.String(key)})
		require.Equal(t, data, body)
		require.Equal(t, int32(2), *got.TagCount)
		got, body = readAWS(t, c, &s3.GetObjectInput{Key: aws.String(key), Range: aws.String("bytes=10-19")})
		require.Equal(t, data[10:20], body)
		require.Equal(t, "bytes 10-19/100000", *got.ContentRange)
		_, body = readAWS(t, c, &s3.GetObjectInput{Key: aws.String(key), Range: aws.String("bytes=-7")})
		require.Equal(t, data[len(data)-7:], body)
		_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Range: aws.String("bytes=100000-")})
		refusedAWS(t, err, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")

		_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
		require.NoError(t, err)
		_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
		var none *types.NoSuchKey
		require.ErrorAs(t, err, &none)
		_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
		refusedAWS(t, err, http.StatusNotFound, "NotFound")
	})
}

// Every algorithm, before the body and after it, of bodies that can be sought and those that can't.
func TestAWSChecksums(t *testing.T) {
	t.Parallel()
	schemes(t, func(t *testing.T, s *s3test.Server) {
		c, data := openAWS(t, s), pattern(200_000)
		for _, a := range []types.ChecksumAlgorithm{
			"", types.ChecksumAlgorithmCrc32, types.ChecksumAlgorithmCrc32c, types.ChecksumAlgorithmCrc64nvme, types.ChecksumAlgorithmSha1, types.ChecksumAlgorithmSha256,
		} {
			_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("k" + string(a)), Body: bytes.NewReader(data), ChecksumAlgorithm: a})
			require.NoError(t, err, a)
			require.Equal(t, data, stored(t, s, "k"+string(a)))
			readAWS(t, c, &s3.GetObjectInput{Key: aws.String("k" + string(a))}) // verifies it
			if overTLS(s) {                                                     // over http it reads the body twice
				_, err = c.PutObject(t.Context(), &s3.PutObjectInput{
					Bucket: aws.String(bucket), Key: aws.String("s"), Body: io.MultiReader(bytes.NewReader(data)), ContentLength: aws.Int64(int64(len(data))), ChecksumAlgorithm: a,
				})
				require.NoError(t, err, a)
				require.Equal(t, data, stored(t, s, "s"))
			}
		}
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("wrong"), Body: bytes.NewReader(data), ChecksumCRC32: aws.String("AAAAAA=="),
		})
		refusedAWS(t, err, http.StatusBadRequest, "BadDigest")
		_, err = c.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("wrong"), Body: bytes.NewReader(data), ContentMD5: aws.String("AAAAAAAAAAAAAAAAAAAAAA=="),
		})
		refusedAWS(t, err, http.StatusBadRequest, "BadDigest")
	})
}

func TestAWSConditions(t *testing.T) {
	t.Parallel()
	c := openAWS(t, start(t))
	put := func(in s3.PutObjectInput) (*s3.PutObjectOutput, error) {
		in.Bucket, in.Key, in.Body = aws.String(bucket), aws.String(key), strings.NewReader("text")
		return c.PutObject(t.Context(), &in)
	}
	get := func(in s3.GetObjectInput) error {
		in.Bucket, in.Key = aws.String(bucket), aws.String(key)
		out, err := c.GetObject(t.Context(), &in)
		if err == nil {
			err = out.Body.Close()
		}
		return err
	}
	_, err := put(s3.PutObjectInput{IfMatch: aws.String(`"x"`)})
	refusedAWS(t, err, http.StatusNotFound, "NoSuchKey")
	out, err := put(s3.PutObjectInput{IfNoneMatch: aws.String("*")})
	require.NoError(t, err)
	_, err = put(s3.PutObjectInput{IfNoneMatch: aws.String("*")})
	refusedAWS(t, err, http.StatusPreconditionFailed, "PreconditionFailed")
	_, err = put(s3.PutObjectInput{IfNoneMatch: out.ETag}) // only * has a meaning here
	refusedAWS(t, err, http.StatusNotImplemented, "NotImplemented")
	_, err = put(s3.PutObjectInput{IfMatch: aws.String(`"x"`)})
	refusedAWS(t, err, http.StatusPreconditionFailed, "PreconditionFailed")
	_, err = put(s3.PutObjectInput{IfMatch: out.ETag})
	require.NoError(t, err)

	past, future := aws.Time(time.Now().Add(-time.Hour)), aws.Time(time.Now().Add(time.Hour))
	require.NoError(t, get(s3.GetObjectInput{IfMatch: out.ETag, IfUnmodifiedSince: past}))
	refusedAWS(t, get(s3.GetObjectInput{IfMatch: aws.String(`"x"`)}), http.StatusPreconditionFailed, "PreconditionFailed")
	refusedAWS(t, get(s3.GetObjectInput{IfUnmodifiedSince: past}), http.StatusPreconditionFailed, "PreconditionFailed")
	for _, in := range []s3.GetObjectInput{{IfNoneMatch: out.ETag}, {IfModifiedSince: future}} {
		var answered *awshttp.ResponseError
		require.ErrorAs(t, get(in), &answered)
		require.Equal(t, http.StatusNotModified, answered.HTTPStatusCode())
	}
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), IfMatch: aws.String(`"x"`)})
	var answered *awshttp.ResponseError
	require.ErrorAs(t, err, &answered)
	require.Equal(t, http.StatusPreconditionFailed, answered.HTTPStatusCode())
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), IfMatch: aws.String(`"x"`)})
	refusedAWS(t, err, http.StatusPreconditionFailed, "PreconditionFailed")
}

func TestAWSCopy(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := openAWS(t, s)
	put, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader("text"), Metadata: map[string]string{"by": "me"}, Tagging: aws.String("a=1"),
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	})
	require.NoError(t, err)
	from := aws.String((&url.URL{Path: bucket + "/" + key}).EscapedPath())
	copied, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: aws.String("copy"), CopySource: from, CopySourceIfMatch: put.ETag})
	require.NoError(t, err)
	require.Equal(t, *put.ETag, *copied.CopyObjectResult.ETag)
	require.NotNil(t, copied.CopyObjectResult.ChecksumSHA256)
	require.Equal(t, *put.ChecksumSHA256, *copied.CopyObjectResult.ChecksumSHA256)
	require.WithinDuration(t, time.Now(), *copied.CopyObjectResult.LastModified, time.Minute)
	got, body := readAWS(t, c, &s3.GetObjectInput{Key: aws.String("copy")})
	require.Equal(t, "text", string(body))
	require.Equal(t, map[string]string{"by": "me"}, got.Metadata)
	require.Equal(t, int32(1), *got.TagCount)

	replaced, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("copy"), CopySource: from, MetadataDirective: types.MetadataDirectiveReplace,
		Metadata: map[string]string{"by": "you"}, TaggingDirective: types.TaggingDirectiveReplace, Tagging: aws.String("b=2&c=3"),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32c,
	})
	require.NoError(t, err)
	require.NotNil(t, replaced.CopyObjectResult.ChecksumCRC32C)
	got, _ = readAWS(t, c, &s3.GetObjectInput{Key: aws.String("copy")})
	require.Equal(t, *replaced.CopyObjectResult.ChecksumCRC32C, *got.ChecksumCRC32C)
	require.Equal(t, map[string]string{"by": "you"}, got.Metadata)
	require.Equal(t, int32(2), *got.TagCount)

	_, err = c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), CopySource: from})
	refusedAWS(t, err, http.StatusBadRequest, "InvalidRequest")
	past, future := aws.Time(time.Now().Add(-time.Hour)), aws.Time(time.Now().Add(time.Hour))
	for _, in := range []s3.CopyObjectInput{
		{CopySourceIfMatch: aws.String(`"x"`)}, {CopySourceIfNoneMatch: put.ETag}, {CopySourceIfUnmodifiedSince: past}, {CopySourceIfModifiedSince: future},
	} {
		in.Bucket, in.Key, in.CopySource = aws.String(bucket), aws.String("copy"), from
		_, err = c.CopyObject(t.Context(), &in)
		refusedAWS(t, err, http.StatusPreconditionFailed, "PreconditionFailed")
	}
	_, err = c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: aws.String("copy"), CopySource: aws.String(bucket + "/none")})
	refusedAWS(t, err, http.StatusNotFound, "NoSuchKey")
}

func TestAWSListings(t *testing.T) {
	t.Parallel()
	s := start(t)
	all := fill(s)
	c := openAWS(t, s)
	for _, encoding := range []types.EncodingType{"", types.EncodingTypeUrl} {
		plain := func(name *string) string {
			text := *name
			if encoding != "" { // which the SDK leaves to its callers
				var err error
				text, err = url.QueryUnescape(text)
				require.NoError(t, err)
			}
			return text
		}
		v2 := func(delimiter *string) (keys, prefixes []string) {
			pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{
				Bucket: aws.String(bucket), MaxKeys: aws.Int32(2), Delimiter: delimiter, EncodingType: encoding, FetchOwner: aws.Bool(true),
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				require.NoError(t, err)
				require.LessOrEqual(t, len(page.Contents)+len(page.CommonPrefixes), 2)
				require.Equal(t, len(page.Contents)+len(page.CommonPrefixes), int(*page.KeyCount))
				for _, o := range page.Contents {
					require.NotEmpty(t, *o.Owner.ID)
					keys = append(keys, plain(o.Key))
					require.Equal(t, int64(len(keys[len(keys)-1])), *o.Size)
				}
				for _, p := range page.CommonPrefixes {
					prefixes = append(prefixes, plain(p.Prefix))
				}
			}
			return keys, prefixes
		}
		v1 := func(delimiter *string) (keys, prefixes []string) {
			for in := (&s3.ListObjectsInput{Bucket: aws.String(bucket), MaxKeys: aws.Int32(2), Delimiter: delimiter, EncodingType: encoding}); ; {
				page, err := c.ListObjects(t.Context(), in)
				require.NoError(t, err)
				for _, o := range page.Contents {
					keys = append(keys, plain(o.Key))
				}
				for _, p := range page.CommonPrefixes {
					prefixes = append(prefixes, plain(p.Prefix))
				}
				if !*page.IsTruncated {
					return keys, prefixes
				}
				in.Marker = aws.String(keys[len(keys)-1])
				if delimiter != nil {
					in.Marker = aws.String(plain(page.NextMarker))
				} else {
					require.Nil(t, page.NextMarker)
				}
			}
		}
		for _, list := range []func(*string) ([]string, []string){v1, v2} {
			keys, prefixes := list(nil)
			require.Equal(t, all, keys)
			require.Empty(t, prefixes)
			keys, prefixes = list(aws.String("/"))
			require.Equal(t, rolledKeys, keys)
			require.Equal(t, rolledPrefixes, prefixes)
		}
	}
	page, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket), StartAfter: aws.String("c"), Prefix: aws.String("e")})
	require.NoError(t, err)
	require.Len(t, page.Contents, 1)
	_, err = c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket), ContinuationToken: aws.String("no token!")})
	refusedAWS(t, err, http.StatusBadRequest, "InvalidArgument")
}

func TestAWSMultipart(t *testing.T) {
	t.Parallel()
	schemes(t, func(t *testing.T, s *s3test.Server) {
		c, data := openAWS(t, s), pattern(partSize+partSize/2)
		for _, kind := range []struct {
			algorithm types.ChecksumAlgorithm
			whole     types.ChecksumType
		}{
			{}, {types.ChecksumAlgorithmCrc32, types.ChecksumTypeFullObject}, {types.ChecksumAlgorithmSha256, types.ChecksumTypeComposite}, {types.ChecksumAlgorithmCrc64nvme, ""},
		} {
			up, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{
				Bucket: aws.String(bucket), Key: aws.String(key), Metadata: map[string]string{"by": "me"}, ChecksumAlgorithm: kind.algorithm, ChecksumType: kind.whole,
			})
			require.NoError(t, err)
			var parts []types.CompletedPart
			for i, body := range [][]byte{data[:partSize], data[partSize:]} {
				n := aws.Int32(int32(i + 1))
				part, err := c.UploadPart(t.Context(), &s3.UploadPartInput{
					Bucket: aws.String(bucket), Key: aws.String(key), UploadId: up.UploadId, PartNumber: n, Body: bytes.NewReader(body), ChecksumAlgorithm: kind.algorithm,
				})
				require.NoError(t, err)
				parts = append(parts, types.CompletedPart{
					PartNumber: n, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32, ChecksumSHA256: part.ChecksumSHA256, ChecksumCRC64NVME: part.ChecksumCRC64NVME,
				})
			}
			var listed []int32
			for pages := s3.NewListPartsPaginator(c, &s3.ListPartsInput{Bucket: aws.String(bucket), Key: aws.String(key), UploadId: up.UploadId, MaxParts: aws.Int32(1)}); pages.HasMorePages(); {
				page, err := pages.NextPage(t.Context())
				require.NoError(t, err)
				for _, p := range page.Parts {
					listed = append(listed, *p.PartNumber)
					require.Equal(t, *parts[*p.PartNumber-1].ETag, *p.ETag)
				}
			}
			require.Equal(t, []int32{1, 2}, listed)
			_, err = c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
				Bucket: aws.String(bucket), Key: aws.String(key), UploadId: up.UploadId,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{parts[1], parts[0]}},
			})
			refusedAWS(t, err, http.StatusBadRequest, "InvalidPartOrder")
			done, err := c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
				Bucket: aws.String(bucket), Key: aws.String(key), UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
				MpuObjectSize: aws.Int64(int64(len(data))), ChecksumType: kind.whole,
			})
			require.NoError(t, err)
			require.Contains(t, *done.ETag, `-2"`)
			got, body := readAWS(t, c, &s3.GetObjectInput{Key: aws.String(key)})
			require.True(t, bytes.Equal(data, body))
			require.Equal(t, done.ChecksumType, got.ChecksumType)
			require.Equal(t, map[string]string{"by": "me"}, got.Metadata)

			got, body = readAWS(t, c, &s3.GetObjectInput{Key: aws.String(key), PartNumber: aws.Int32(2)})
			require.True(t, bytes.Equal(data[partSize:], body))
			require.Equal(t, int32(2), *got.PartsCount)
			head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), PartNumber: aws.Int32(1)})
			require.NoError(t, err)
			require.Equal(t, []int64{partSize, 2}, []int64{*head.ContentLength, int64(*head.PartsCount)})
			_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), PartNumber: aws.Int32(3)})
			refusedAWS(t, err, http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber")
		}
	})
}

func TestAWSMultipartCopyAndAbort(t *testing.T) {
	t.Parallel()
	s := start(t)
	c, data := openAWS(t, s), pattern(partSize+7)
	s.Put(bucket, "from", data)
	up, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	require.NoError(t, err)
	var parts []types.CompletedPart
	for i, span := range []string{"bytes=0-5242879", "bytes=5242880-5242886"} {
		n := aws.Int32(int32(i + 1))
		out, err := c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
			Bucket: aws.String(bucket), Key: aws.String(key), UploadId: up.UploadId, PartNumber: n, CopySource: aws.String(bucket + "/from"), CopySourceRange: &span,
		})
		require.NoError(t, err)
		parts = append(parts, types.CompletedPart{PartNumber: n, ETag: out.CopyPartResult.ETag, ChecksumCRC32: out.CopyPartResult.ChecksumCRC32})
	}
	_, err = c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: aws.String(bucket), Key: aws.String(key), UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, stored(t, s, key)))

	var ids []string
	for _, k := range []string{"a/1", "a/2", "b"} {
		up, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: &k})
		require.NoError(t, err)
		ids = append(ids, *up.UploadId)
	}
	var seen []string
	for pages := s3.NewListMultipartUploadsPaginator(c, &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket), MaxUploads: aws.Int32(1)}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, u := range page.Uploads {
			seen = append(seen, *u.UploadId)
		}
	}
	require.Equal(t, ids, seen)
	rolled, err := c.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket), Delimiter: aws.String("/")})
	require.NoError(t, err)
	require.Len(t, rolled.Uploads, 1)
	require.Len(t, rolled.CommonPrefixes, 1)
	for i, k := range []string{"a/1", "a/2", "b"} {
		_, err := c.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: aws.String(bucket), Key: &k, UploadId: &ids[i]})
		require.NoError(t, err)
		_, err = c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: aws.String(bucket), Key: &k, UploadId: &ids[i]})
		refusedAWS(t, err, http.StatusNotFound, "NoSuchUpload")
	}
	require.Empty(t, s.Uploads())
}

// The transfer manager in its default settings, up and down.
func TestAWSTransferManager(t *testing.T) {
	t.Parallel()
	schemes(t, func(t *testing.T, s *s3test.Server) {
		m := transfermanager.New(openAWS(t, s))
		data := pattern(17 << 20)
		for name, body := range map[string]io.Reader{"sought": bytes.NewReader(data), "streamed": io.MultiReader(bytes.NewReader(data))} {
			_, err := m.UploadObject(t.Context(), &transfermanager.UploadObjectInput{Bucket: aws.String(bucket), Key: &name, Body: body})
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, stored(t, s, name)))
			out, err := m.GetObject(t.Context(), &transfermanager.GetObjectInput{Bucket: aws.String(bucket), Key: &name})
			require.NoError(t, err)
			got, err := io.ReadAll(out.Body)
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, got))
		}
		require.Empty(t, s.Uploads())
	})
}

func TestAWSTags(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Put(bucket, key, nil)
	c := openAWS(t, s)
	_, err := c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(key), Tagging: &types.Tagging{TagSet: []types.Tag{
		{Key: aws.String("a"), Value: aws.String("1 &<")}, {Key: aws.String("b"), Value: aws.String("")},
	}}})
	require.NoError(t, err)
	out, err := c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	require.NoError(t, err)
	require.Len(t, out.TagSet, 2)
	require.Equal(t, "1 &<", *out.TagSet[0].Value)
	_, err = c.DeleteObjectTagging(t.Context(), &s3.DeleteObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	require.NoError(t, err)
	out, err = c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	require.NoError(t, err)
	require.Empty(t, out.TagSet)
}

func TestAWSPresigned(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s3.NewPresignClient(openAWS(t, s))
	put, err := p.PresignPutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), ContentType: aws.String("text/plain"), Metadata: map[string]string{"by": "me"},
	})
	require.NoError(t, err)
	send(t, s, http.StatusOK, put.Method, put.URL, put.SignedHeader, []byte("text"))
	o, _ := s.Object(bucket, key)
	require.Equal(t, []string{"text", "text/plain", "me"}, []string{string(o.Body), o.ContentType, o.Metadata["by"]})
	get, err := p.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), ResponseContentDisposition: aws.String("attachment")})
	require.NoError(t, err)
	require.Equal(t, "text", string(send(t, s, http.StatusOK, get.Method, get.URL, get.SignedHeader, nil)))
	send(t, s, http.StatusForbidden, get.Method, get.URL+"0", nil, nil)
	form, err := p.PresignPostObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("posted")}, func(o *s3.PresignPostOptions) {
		o.Conditions = []any{[]any{"content-length-range", 1, 4}}
	})
	require.NoError(t, err)
	post(t, s, http.StatusNoContent, form.URL, form.Values, []byte("form"))
	require.Equal(t, "form", string(stored(t, s, "posted")))
	post(t, s, http.StatusBadRequest, form.URL, form.Values, []byte("too large"))
}

func TestAWSDeleteObjects(t *testing.T) {
	t.Parallel()
	s := start(t)
	fill(s)
	c := openAWS(t, s)
	out, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("a")}, {Key: aws.String("none")}, {Key: aws.String("c"), ETag: aws.String(`"x"`)}, {Key: aws.String("d e+%é")},
	}}})
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
	require.Len(t, out.Errors, 1)
	require.Equal(t, "c", *out.Errors[0].Key)
	require.Equal(t, []string{"b/1", "b/2", "b/3/x", "c", "e/1", "f"}, s.Keys(bucket))
	_, err = c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{}})
	require.Error(t, err)
}

func TestAWSRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	list := func(fn func(*s3.Options)) error {
		_, err := openAWS(t, s, fn).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
		return err
	}
	k := keysOf(t, s)
	refusedAWS(t, list(func(o *s3.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(k.AccessKeyID, "other", "")
	}), http.StatusForbidden, "SignatureDoesNotMatch")
	refusedAWS(t, list(func(o *s3.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider("other", k.SecretAccessKey, "")
	}), http.StatusForbidden, "InvalidAccessKeyId")
	refusedAWS(t, list(func(o *s3.Options) { o.Credentials = aws.AnonymousCredentials{} }), http.StatusForbidden, "AccessDenied")
	refusedAWS(t, list(func(o *s3.Options) { o.Region = "eu-west-1" }), http.StatusBadRequest, "AuthorizationHeaderMalformed")
	_, err := openAWS(t, s).GetObjectAttributes(t.Context(), &s3.GetObjectAttributesInput{
		Bucket: aws.String(bucket), Key: aws.String(key), ObjectAttributes: []types.ObjectAttributes{types.ObjectAttributesEtag},
	})
	refusedAWS(t, err, http.StatusNotImplemented, "NotImplemented")
}

func TestAWSCustomerKeys(t *testing.T) {
	t.Parallel()
	c, data := openAWS(t, start(t, secure)), pattern(100_000)
	texts := func(raw []byte) (key, sum *string) {
		md := md5.Sum(raw)
		return aws.String(base64.StdEncoding.EncodeToString(raw)), aws.String(base64.StdEncoding.EncodeToString(md[:]))
	}
	algorithm := aws.String("AES256")
	own, sum := texts(data[:32])
	put, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), Body: bytes.NewReader(data),
		SSECustomerAlgorithm: algorithm, SSECustomerKey: own, SSECustomerKeyMD5: sum,
	})
	require.NoError(t, err)
	require.Equal(t, *sum, *put.SSECustomerKeyMD5)
	_, body := readAWS(t, c, &s3.GetObjectInput{Key: aws.String(key), SSECustomerAlgorithm: algorithm, SSECustomerKey: own, SSECustomerKeyMD5: sum})
	require.Equal(t, data, body)
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	refusedAWS(t, err, http.StatusBadRequest, "InvalidRequest")
	other, sum := texts(data[32:64])
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), SSECustomerAlgorithm: algorithm, SSECustomerKey: other, SSECustomerKeyMD5: sum,
	})
	refusedAWS(t, err, http.StatusForbidden, "AccessDenied")
}
