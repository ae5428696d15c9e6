package transfer

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// filled has a distinct value in every member but Body and those left out.
func filled(t *testing.T, leftOut ...string) *s3.PutObjectInput {
	t.Helper()
	in := new(s3.PutObjectInput)
	v := reflect.ValueOf(in).Elem()
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if name == "Body" || slices.Contains(leftOut, name) {
			continue
		}
		n := int64(1000 + i)
		switch f.Interface().(type) {
		case int32:
			f.SetInt(n)
		case *int64:
			f.Set(reflect.ValueOf(&n))
		case *bool:
			f.Set(reflect.ValueOf(ptr(true)))
		case time.Time:
			f.Set(reflect.ValueOf(time.Unix(n, 0).UTC()))
		case map[string]string:
			f.Set(reflect.ValueOf(map[string]string{"key": name}))
		default:
			require.Equal(t, reflect.String, f.Kind(), "no way to fill %s of type %s", name, f.Type())
			f.SetString("value of " + name)
		}
	}
	return in
}

func members(v any) (names []string) {
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		names = append(names, t.Field(i).Name)
	}
	return names
}

// checksumMembers are the Checksum members that hold a value.
func checksumMembers() (names []string) {
	for _, a := range algorithms {
		names = append(names, "Checksum"+string(a))
	}
	return names
}

func TestAlgorithmsAreThoseOfTheModel(t *testing.T) {
	var inModel []string
	for _, name := range members(s3.PutObjectInput{}) {
		if strings.HasPrefix(name, "Checksum") && name != "ChecksumAlgorithm" {
			inModel = append(inModel, name)
		}
	}
	require.ElementsMatch(t, inModel, checksumMembers())
}

// valueOf is a checksum of the right form for the algorithm, and of data where it can
// be computed.
func valueOf(a s3.ChecksumAlgorithm, data []byte) string {
	if checksum.Size(checksum.Algorithm(a)) == 0 {
		return "value of " + string(a)
	}
	return sumOf(checksum.Algorithm(a), data)
}

func TestPutObjectCarriesEveryMember(t *testing.T) {
	for _, a := range algorithms {
		t.Run(string(a), func(t *testing.T) {
			f := newFake(s3.AWS())
			f.resolved.Profile.Checksums = algorithms[:]
			data := pattern(100)
			in := filled(t, checksumMembers()...)
			in.Body, in.ContentLength, in.ChecksumAlgorithm = bytes.NewReader(data), ptr(int64(100)), a
			setChecksum(in, a, valueOf(a, data))
			given := *in
			_, err := newManager(t, f).Upload(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, []string{"PutObject"}, f.called())
			require.Equal(t, data, f.bodies[0])
			require.Equal(t, given, *in, "the caller's input was changed")

			got := f.put
			got.Body = given.Body
			require.Equal(t, given, got)
		})
	}
}

// toCreate are what CreateMultipartUpload says of the object, once for all parts.
var toCreate = []string{
	"ACL", "BucketKeyEnabled", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage",
	"ContentType", "Expires", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP", "Metadata",
	"ObjectLockEventHold", "ObjectLockEventHoldDurationDays", "ObjectLockEventHoldDurationYears",
	"ObjectLockLegalHoldStatus", "ObjectLockMode", "ObjectLockRetainUntilDate", "SSEKMSEncryptionContext",
	"SSEKMSKeyId", "ServerSideEncryption", "StorageClass", "Tagging", "WebsiteRedirectLocation",
}

// conditions are checked when the object is made, not before and not when it is looked at.
var conditions = []string{"IfMatch", "IfNoneMatch"}

// customerKey reads and writes the data, so it goes with every call that touches them.
var customerKey = []string{"SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5"}

// ofParts have one meaning for the object and another for a part. Body and
// ContentLength are cut; the checksum that the caller gives is compared with the one
// that the parts make.
var ofParts = []string{"Body", "ContentLength", "ChecksumAlgorithm", "ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME"}

// wholeOnlyMembers have no meaning for an object in parts, and are refused.
var wholeOnlyMembers = []string{
	"ContentMD5", "WriteOffsetBytes",
	// Not to be had from the parts' checksums.
	"ChecksumSHA1", "ChecksumSHA256", "ChecksumSHA512", "ChecksumMD5", "ChecksumXXHASH64", "ChecksumXXHASH3", "ChecksumXXHASH128",
}

// notCarried are the members of PutObjectInput that do not go to a call of a multipart
// upload. A new member of the model is in none of these, and fails the test until
// somebody has decided.
var notCarried = map[string][]string{
	"CreateMultipartUpload":   slices.Concat(conditions, ofParts, wholeOnlyMembers),
	"UploadPart":              slices.Concat(toCreate, conditions, ofParts, wholeOnlyMembers),
	"CompleteMultipartUpload": slices.Concat(toCreate, ofParts, wholeOnlyMembers),
	"AbortMultipartUpload":    slices.Concat(toCreate, conditions, ofParts, wholeOnlyMembers, customerKey),
	"HeadObject":              slices.Concat(toCreate, conditions, ofParts, wholeOnlyMembers),
	"ListParts":               slices.Concat(toCreate, conditions, ofParts, wholeOnlyMembers),
}

// ownMembers are the members of a call's input that the uploader sets, or, as those for
// which nothing is said, leaves empty.
var ownMembers = map[string]map[string]string{
	"CreateMultipartUpload": {
		"ChecksumAlgorithm": "the upload's", "ChecksumType": "how the object's follows from the parts'",
	},
	"UploadPart": {
		"Body": "the part", "ContentLength": "the part's", "PartNumber": "the part's", "UploadId": "the upload's",
		"ContentMD5": "the part's, of IntegrityMD5", "ChecksumAlgorithm": "the upload's",
		"ChecksumCRC32": "the part's", "ChecksumCRC32C": "the part's", "ChecksumCRC64NVME": "the part's",
		"ChecksumSHA1": "the part's", "ChecksumSHA256": "the part's", "ChecksumSHA512": "the part's", "ChecksumMD5": "the part's",
		"ChecksumXXHASH64": "the part's", "ChecksumXXHASH3": "the part's", "ChecksumXXHASH128": "the part's",
	},
	"CompleteMultipartUpload": {
		"UploadId": "the upload's", "MultipartUpload": "the parts", "MpuObjectSize": "their sum", "ChecksumType": "the upload's",
		"ChecksumCRC32": "the object's", "ChecksumCRC32C": "the object's", "ChecksumCRC64NVME": "the object's",
		"ChecksumSHA1": "the object's", "ChecksumSHA256": "the object's", "ChecksumSHA512": "the object's", "ChecksumMD5": "the object's",
		"ChecksumXXHASH64": "the object's", "ChecksumXXHASH3": "the object's", "ChecksumXXHASH128": "the object's",
	},
	"AbortMultipartUpload": {
		"UploadId": "the upload's", "IfMatchInitiatedTime": "",
	},
	"HeadObject": {
		"VersionId": "the one that was made", "ChecksumMode": "on with IntegrityChecksum",
		"IfMatch": "", "IfNoneMatch": "", "IfModifiedSince": "", "IfUnmodifiedSince": "", "Range": "", "PartNumber": "",
		"ResponseCacheControl": "", "ResponseContentDisposition": "", "ResponseContentEncoding": "", "ResponseContentLanguage": "",
		"ResponseContentType": "", "ResponseExpires": "",
	},
	"ListParts": {
		"UploadId": "the upload's", "MaxParts": "1: only whether it is there", "PartNumberMarker": "",
	},
}

func TestMultipartCarriesEveryMember(t *testing.T) {
	data := pattern(3*partSize + 1)
	in := filled(t, slices.Concat(wholeOnlyMembers, []string{"ChecksumCRC32", "ChecksumCRC32C"})...)
	in.Body, in.ContentLength = bytes.NewReader(data), ptr(int64(len(data)))
	in.ChecksumAlgorithm, in.ChecksumCRC64NVME = s3.ChecksumAlgorithmCrc64nvme, sumOf(checksum.CRC64NVME, data)
	given := *in

	// Twice, since Abort, HeadObject and ListParts go with another end.
	f := newFake(s3.AWS())
	f.answer = func(op string, out any) {
		if op == "CompleteMultipartUpload" {
			out.(*s3.CompleteMultipartUploadOutput).VersionId = "v1"
		}
	}
	_, err := newManager(t, f).Upload(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject"}, f.called())
	require.Equal(t, given, *in, "the caller's input was changed")
	failing := newFake(s3.AWS())
	failing.hook = failOn("CompleteMultipartUpload", refused(500, s3.ErrInternalError))
	failing.answer = func(op string, out any) {
		if op == "HeadObject" {
			out.(*s3.HeadObjectOutput).ContentLength = 0
		}
	}
	_, err = newManager(t, failing).Upload(t.Context(), in)
	require.Error(t, err)
	require.Equal(t, []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "ListParts", "HeadObject", "AbortMultipartUpload"}, failing.called())

	calls := map[string]any{
		"CreateMultipartUpload": f.create, "UploadPart": f.parts[4], "CompleteMultipartUpload": f.done,
		"AbortMultipartUpload": failing.abort, "HeadObject": f.head, "ListParts": failing.list,
	}
	require.Len(t, notCarried, len(calls))
	for op, got := range calls {
		t.Run(op, func(t *testing.T) {
			want, v := reflect.ValueOf(given), reflect.ValueOf(got)
			for _, name := range members(given) {
				f := v.FieldByName(name)
				carried := f.IsValid() && f.Type() == want.FieldByName(name).Type() && reflect.DeepEqual(f.Interface(), want.FieldByName(name).Interface()) && !f.IsZero()
				_, own := ownMembers[op][name]
				switch {
				case own:
					require.Contains(t, notCarried[op], name, "set by the uploader, so not carried")
				case slices.Contains(notCarried[op], name):
					require.False(t, carried, "%s is carried", name)
				default:
					require.True(t, carried, "%s is not carried", name)
				}
			}
			for _, name := range members(got) {
				set, own := ownMembers[op][name]
				if _, same := reflect.TypeFor[s3.PutObjectInput]().FieldByName(name); same && !own {
					continue
				}
				require.True(t, own, "%s is a member for which nothing is decided", name)
				if set == "" {
					require.Zero(t, v.FieldByName(name).Interface(), name)
				}
			}
		})
	}
	require.Equal(t, s3.ChecksumAlgorithmCrc64nvme, f.create.ChecksumAlgorithm)
	require.Equal(t, s3.ChecksumTypeFullObject, f.create.ChecksumType)
	part := f.parts[4]
	require.Equal(t, "id", part.UploadId)
	require.EqualValues(t, 4, part.PartNumber)
	require.EqualValues(t, 1, *part.ContentLength)
	require.Equal(t, data[3*partSize:], f.bodies[4])
	require.Equal(t, s3.ChecksumAlgorithmCrc64nvme, part.ChecksumAlgorithm)
	require.Empty(t, part.ChecksumCRC64NVME, "the object's checksum is no part's")
	require.Equal(t, given.ChecksumCRC64NVME, f.done.ChecksumCRC64NVME)
	require.Equal(t, s3.ChecksumTypeFullObject, f.done.ChecksumType)
	require.EqualValues(t, len(data), *f.done.MpuObjectSize)
	require.Len(t, f.done.MultipartUpload.Parts, 4)
	last := data[3*partSize:]
	require.Equal(t, s3.CompletedPart{
		PartNumber: 4, ETag: quoted(hex.EncodeToString(md5Of(last))), ChecksumCRC64NVME: sumOf(checksum.CRC64NVME, last),
	}, f.done.MultipartUpload.Parts[3])
	require.Equal(t, "v1", f.head.VersionId)
	require.Equal(t, s3.ChecksumModeEnabled, f.head.ChecksumMode)
	require.Equal(t, "id", failing.abort.UploadId)
	require.Equal(t, "id", failing.list.UploadId)
	require.EqualValues(t, 1, failing.list.MaxParts)
}

func TestMembersForWholeObjectsOnly(t *testing.T) {
	for _, name := range wholeOnlyMembers {
		t.Run(name, func(t *testing.T) {
			for _, body := range []string{"known", "unknown"} {
				f := newFake(s3.AWS())
				f.resolved.Profile.Checksums = algorithms[:]
				data := pattern(2 * partSize)
				in := input(bytes.NewReader(data))
				if body == "unknown" {
					in.Body = plainReader(data)
				}
				if a, ok := strings.CutPrefix(name, "Checksum"); ok {
					setChecksum(in, s3.ChecksumAlgorithm(a), valueOf(s3.ChecksumAlgorithm(a), data))
				} else {
					full := filled(t)
					reflect.ValueOf(in).Elem().FieldByName(name).Set(reflect.ValueOf(full).Elem().FieldByName(name))
				}
				_, err := newManager(t, f).Upload(t.Context(), in)
				failed := requireUploadError(t, err)
				require.Equal(t, PartsNone, failed.Parts)
				var option *OptionError
				require.ErrorAs(t, err, &option)
				require.Equal(t, name, option.Field)
				require.Empty(t, f.ops, "sent before it was refused")
			}
		})
	}
}

func TestUploadOutputHasEveryMember(t *testing.T) {
	for _, out := range []any{s3.PutObjectOutput{}, s3.CompleteMultipartUploadOutput{}} {
		ours := reflect.TypeFor[UploadOutput]()
		for i := range reflect.TypeOf(out).NumField() {
			f := reflect.TypeOf(out).Field(i)
			m, ok := ours.FieldByName(f.Name)
			require.True(t, ok, "%T.%s", out, f.Name)
			require.Equal(t, f.Type, m.Type, "%T.%s", out, f.Name)
		}
	}
}

// What a later answer leaves out is not lost: some servers tell the encryption when the
// upload is created and never again.
func TestOutputKeepsWhatWasTold(t *testing.T) {
	f := newFake(s3.AWS())
	f.answer = func(op string, out any) {
		switch o := out.(type) {
		case *s3.CreateMultipartUploadOutput:
			o.ServerSideEncryption, o.SSEKMSKeyId, o.BucketKeyEnabled = s3.ServerSideEncryptionAwsKms, "key", true
		case *s3.CompleteMultipartUploadOutput:
			o.ETag, o.VersionId, o.Location, o.Expiration = `"e-2"`, "v", "http://l", "soon"
		}
	}
	out, err := newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	require.NoError(t, err)
	require.Equal(t, UploadOutput{
		Bucket: "bucket", Key: "some/key", Size: 2 * partSize, PartSize: partSize, Parts: 2, UploadId: "id",
		Integrity: IntegrityChecksum, SizeVerified: true, ETag: `"e-2"`, VersionId: "v", Location: "http://l", Expiration: "soon",
		ServerSideEncryption: s3.ServerSideEncryptionAwsKms, SSEKMSKeyId: "key", BucketKeyEnabled: true,
	}, *out)
}
