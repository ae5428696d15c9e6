package swift

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	kakaoToken   = "gAAAAABproject-token"
	kakaoAccount = "84c9e9a51aea402e95389c08ac562ac5"
	kakaoHost    = "https://objectstorage.kr-central-2.kakaocloud.com"
	kakaoUpload  = "2~7HdUyr3lqN3Ze9MwWxCyxqGBVc_2BoU"
	kakaoTransID = "tx00000a1b2c3d4e5f60718-0069968f3e-5c1a2b-default"
	appleETag    = "1f3870be274f6c49b3e31a0c6728957f" // MD5 of "apple"
)

// TestKakaoCloudDocument is every request and answer that KakaoCloud's document ("Swift API")
// prints, with values in the places of its words.
//
// Where the golden files differ from the document's print:
//   - List Containers: a slash follows the account, of which its own table knows nothing; the
//     names of the answer stand in brackets without quotes or commas, which is no format. Both
//     formats with names are here. The default is plain text, so JSON is asked for.
//   - List Objects: the answer has a comma behind its last entry.
//   - List Capability: a token is sent with it; the document leaves open whether one is needed.
//   - List Part, List Multipart Uploads: no Content-Type is printed. What is fixed for the
//     requests around them is sent with these, too. No answer of List Part is printed.
//   - Copy Object: its table asks for a Content-Length "fixed to application/json".
//   - Update Object Metadata: the printed Content-Type would become the object's: it is sent
//     when the caller says so.
//   - Delete Object: the table says that multipart-manifest is required, the print is without.
//     DeleteSLO has it.
//   - Complete Multipart Upload: no answer is printed.
//   - Create SLO Manifest: JSON is asked for, should a segment be refused.
//   - Download Object using Temp URL: a token and a type are printed, although the point of
//     the URL is that it needs none, and
//     its table "Method" has the query of the issue.
//   - Answers of XML and JSON begin with blanks, which are read.
func TestKakaoCloudDocument(t *testing.T) {
	t.Parallel()
	o := Options{Auth: StaticToken(kakaoToken, kakaoHost+"/v1/"+kakaoAccount), Profile: KakaoCloud()}
	written := time.Date(2026, 2, 19, 4, 44, 38, 302e6, time.UTC)
	modified := written.Truncate(time.Second)
	const container, object = "my-bucket-01", "image/apple1.JPG"

	require.Equal(t, &HeadContainerOutput{
		ObjectCount: 3, BytesUsed: 5099268, BytesUsedActual: 5103616, StoragePolicy: "Policy-0",
		Timestamp: time.Date(2026, 2, 19, 4, 44, 38, 302210e3, time.UTC), TransID: kakaoTransID,
	}, exchanged(t, "kakaocloud/HeadContainer", o, (*Client).HeadContainer, &HeadContainerInput{Container: container}))

	account := ListContainersOutput{
		ContainerCount: 5, ObjectCount: 12, BytesUsed: 20397072, BytesUsedActual: 20414464,
		StoragePolicy: map[string]string{
			"default-placement-container-count": "5", "default-placement-object-count": "12",
			"default-placement-bytes-used": "20397072", "default-placement-bytes-used-actual": "20414464",
		},
		Timestamp: time.Date(2026, 2, 19, 4, 44, 46, 533100e3, time.UTC), TransID: kakaoTransID,
	}
	asJSON, asPlain := account, account
	for i, name := range []string{"my-bucket-01", "my-bucket-02", "my-bucket-03", "my-bucket-04", "my-bucket-05"} {
		n := int64(i + 1)
		asJSON.Containers = append(asJSON.Containers, Container{Name: name, Count: n, Bytes: n * 1699756})
		asPlain.Containers = append(asPlain.Containers, Container{Name: name})
	}
	require.Equal(t, &asJSON, exchanged(t, "kakaocloud/ListContainers", o, (*Client).ListContainers, nil))
	require.Equal(t, &asPlain, exchanged(t, "kakaocloud/ListContainers-plain", o, (*Client).ListContainers, &ListContainersInput{Format: FormatPlain}))

	info := exchanged(t, "kakaocloud/Info", o, (*Client).Info, nil)
	require.JSONEq(t, `{}`, string(info.Capabilities["tempauth"]))
	info.Capabilities = map[string]json.RawMessage{}
	require.Equal(t, &InfoOutput{
		Version: "objectstorage-api-v2.0.21-126", MaxFileSize: 5 * gib, MaxMetaNameLength: 64, MaxMetaValueLength: 512, MaxMetaOverallSize: 4096,
		MaxObjectNameLength: 396, MaxContainerNameLength: 63, MinContainerNameLength: 4,
		ContainerListingLimit: 1000, AccountListingLimit: 1000, Policies: []string{"default-placement"},
		SLO:          &SLOInfo{MaxManifestSegments: 1000, MaxManifestSize: 8392704, MinSegmentSize: 1},
		TempURL:      &TempURLInfo{Methods: []string{"GET"}},
		Capabilities: map[string]json.RawMessage{},
	}, info)

	require.Equal(t, &CreateContainerOutput{kakaoTransID}, exchanged(t, "kakaocloud/CreateContainer", o, (*Client).CreateContainer, &CreateContainerInput{Container: container}))
	require.Equal(t, &DeleteContainerOutput{kakaoTransID}, exchanged(t, "kakaocloud/DeleteContainer", o, (*Client).DeleteContainer, &DeleteContainerInput{Container: container}))
	require.Equal(t, &UpdateContainerOutput{kakaoTransID}, exchanged(t, "kakaocloud/UpdateContainer", o, (*Client).UpdateContainer,
		&UpdateContainerInput{Container: container, Metadata: map[string]string{"key": "Value"}, RemoveMetadata: []string{"old"}}))

	got := exchanged(t, "kakaocloud/GetObject", o, (*Client).GetObject, &GetObjectInput{Container: container, Object: object})
	require.Equal(t, "apple", read(t, got.Body))
	got.Body = nil
	require.Equal(t, &GetObjectOutput{
		ContentLength: 5, ContentType: "image/jpeg", ETag: appleETag, LastModified: modified, TransID: kakaoTransID,
	}, got)
	require.Equal(t, &HeadObjectOutput{
		ContentLength: 5, ContentType: "image/jpeg", ETag: appleETag, LastModified: modified, TransID: kakaoTransID,
	}, exchanged(t, "kakaocloud/HeadObject", o, (*Client).HeadObject, &HeadObjectInput{Container: container, Object: object}))

	listing := ListObjectsOutput{ObjectCount: 3, BytesUsed: 5099268, TransID: kakaoTransID}
	entry := Object{Name: "apple1.JPG", Hash: "4fabff2e18b68ae780cf0bc54d1fec82", Bytes: 1699756, ContentType: "image/jpeg", LastModified: written}
	listing.Objects = []Object{entry}
	require.Equal(t, &listing, exchanged(t, "kakaocloud/ListObjects", o, (*Client).ListObjects, &ListObjectsInput{Container: container}))
	listing.Objects = []Object{entry, {Subdir: "image/"}}
	require.Equal(t, &listing, exchanged(t, "kakaocloud/ListObjects-xml", o, (*Client).ListObjects, &ListObjectsInput{Container: container, Format: FormatXML}))
	listing.Objects = []Object{{Subdir: "image/small/"}}
	require.Equal(t, &listing, exchanged(t, "kakaocloud/ListObjects-query", o, (*Client).ListObjects,
		&ListObjectsInput{Container: container, Prefix: "image/small", Delimiter: "/", Limit: 1000, Marker: "apple1.JPG", Format: FormatJSON}))

	require.Equal(t, &CreateObjectOutput{ETag: appleETag, TransID: kakaoTransID}, exchanged(t, "kakaocloud/CreateObject", o, (*Client).CreateObject, &CreateObjectInput{
		Container: container, Object: object, ContentType: "application/json", Metadata: map[string]string{"color": "red"}, Body: strings.NewReader("apple"),
	}))
	require.Equal(t, &UpdateObjectOutput{kakaoTransID}, exchanged(t, "kakaocloud/UpdateObject", o, (*Client).UpdateObject,
		&UpdateObjectInput{Container: container, Object: object, ContentType: "application/json", Metadata: map[string]string{"color": "green"}}))
	require.Equal(t, &DeleteObjectOutput{TransID: kakaoTransID}, exchanged(t, "kakaocloud/DeleteObject", o, (*Client).DeleteObject, &DeleteObjectInput{Container: container, Object: object}))
	require.Equal(t, &DeleteSLOOutput{TransID: kakaoTransID}, exchanged(t, "kakaocloud/DeleteObject-segments", o, (*Client).DeleteSLO,
		&DeleteSLOInput{Container: container, Object: object}))
	require.Equal(t, &CopyObjectOutput{ETag: appleETag, TransID: kakaoTransID}, exchanged(t, "kakaocloud/CopyObject", o, (*Client).CopyObject,
		&CopyObjectInput{Container: "my-bucket-02", Object: "apple2.JPG", CopyFrom: container + "/" + object}))
	exchanged(t, "kakaocloud/CopyObject-fresh", o, (*Client).CopyObject, &CopyObjectInput{
		Container: "my-bucket-02", Object: "apple2.JPG", CopyFrom: "/" + container + "/" + object, FreshMetadata: true, Metadata: map[string]string{"color": "blue"},
	})

	require.Equal(t, &CreateMultipartUploadOutput{Tenant: kakaoAccount, Container: container, Object: object, UploadId: kakaoUpload, TransID: kakaoTransID},
		exchanged(t, "kakaocloud/CreateMultipartUpload", o, (*Client).CreateMultipartUpload, &CreateMultipartUploadInput{Container: container, Object: object}))
	require.Equal(t, &UploadPartOutput{ETag: appleETag, TransID: kakaoTransID}, exchanged(t, "kakaocloud/UploadPart", o, (*Client).UploadPart,
		&UploadPartInput{Container: container, Object: object, UploadId: kakaoUpload, PartNumber: 1, Body: strings.NewReader("apple")}))
	project := Owner{ID: kakaoAccount, DisplayName: "project-name"}
	require.Equal(t, &ListPartsOutput{
		Tenant: kakaoAccount, Container: container, Object: object, UploadId: kakaoUpload, StorageClass: "STANDARD",
		PartNumberMarker: "0", NextPartNumberMarker: "1", MaxParts: 1000, Owner: project, TransID: kakaoTransID,
		Parts: []Part{{PartNumber: 1, LastModified: written, ETag: `"` + appleETag + `"`, Size: 5}},
	}, exchanged(t, "kakaocloud/ListParts", o, (*Client).ListParts, &ListPartsInput{Container: container, Object: object, UploadId: kakaoUpload}))
	require.Equal(t, &ListMultipartUploadsOutput{
		Tenant: kakaoAccount, Container: container, NextKeyMarker: object, NextUploadIdMarker: kakaoUpload, MaxUploads: 1000, TransID: kakaoTransID,
		Uploads: []MultipartUpload{{Object: object, UploadId: kakaoUpload, Initiator: project, Owner: project, StorageClass: "STANDARD", Initiated: written}},
	}, exchanged(t, "kakaocloud/ListMultipartUploads", o, (*Client).ListMultipartUploads, &ListMultipartUploadsInput{Container: container, Object: object}))
	require.Equal(t, &AbortMultipartUploadOutput{kakaoTransID}, exchanged(t, "kakaocloud/AbortMultipartUpload", o, (*Client).AbortMultipartUpload,
		&AbortMultipartUploadInput{Container: container, Object: object, UploadId: kakaoUpload}))
	require.Equal(t, &CompleteMultipartUploadOutput{TransID: kakaoTransID}, exchanged(t, "kakaocloud/CompleteMultipartUpload", o, (*Client).CompleteMultipartUpload,
		&CompleteMultipartUploadInput{Container: container, Object: object, UploadId: kakaoUpload, MultipartUpload: &CompletedMultipartUpload{
			Parts: []CompletedPart{{PartNumber: 1, ETag: `"897a0f868d69985acdbf1e9f9d6f3603"`}},
		}}))
	exchanged(t, "kakaocloud/CreateDLOManifest", o, (*Client).CreateObject, &CreateObjectInput{Container: container, Object: "movie", ObjectManifest: container + "/segment_"})
	exchanged(t, "kakaocloud/CreateSLOManifest", o, (*Client).CreateSLOManifest, &CreateSLOManifestInput{
		Container: "jay-cool-1", Object: "video",
		Segments: []SLOSegment{
			{Path: "jay-cool-1/video_part_aa", ETag: "841aa70a236b55d22260aa4defe699cf", SizeBytes: 52428800},
			{Path: "jay-cool-1/video_part_ab", ETag: "30c4e8955088e398b2b87d52554d3f90", SizeBytes: 23052099},
		},
	})

	ends := time.Unix(1771480000, 0).UTC()
	issue := GetObjectTempURLInput{Container: "object-reg-test-1", Object: "test.txt", TempURLExpires: ends}
	link := exchanged(t, "kakaocloud/GetObjectTempURL", o, (*Client).GetObjectTempURL, &issue)
	require.Equal(t, &GetObjectTempURLOutput{
		URL: Secret(kakaoHost + "/v1/" + kakaoAccount + "/object-reg-test-1/test.txt?temp_url_sig=0b6bc6b1a5f1c0a1d2e3f4a5b6c7d8e9f0a1b2c3&temp_url_expires=1771480000"),
		Sig: "0b6bc6b1a5f1c0a1d2e3f4a5b6c7d8e9f0a1b2c3", Expires: ends, TransID: kakaoTransID,
	}, link)
	downloaded(t, "kakaocloud/TempURL", string(link.URL))
	issue.Filename = "사과 & pear.txt"
	downloaded(t, "kakaocloud/TempURL-filename", string(exchanged(t, "kakaocloud/GetObjectTempURL", o, (*Client).GetObjectTempURL, &issue).URL))
}

// downloaded gets a TempURL as anybody would.
func downloaded(t *testing.T, name, at string) {
	t.Helper()
	client := http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		compareRequest(t, name, r)
		return readResponse(t, name, r), nil
	})}
	resp, err := client.Get(at)
	require.NoError(t, err)
	require.Equal(t, "apple", read(t, resp.Body))
}

// read reads a body to its end and closes it.
func read(t testing.TB, body io.ReadCloser) string {
	t.Helper()
	b, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return string(b)
}
