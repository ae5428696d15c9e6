package swift

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opListParts = operation[ListPartsInput, ListPartsOutput]{
	Operation: rest.Operation[ListPartsInput, ListPartsOutput]{
		Name: "ListParts", Method: http.MethodGet, URI: "/{Container}/{Object+}",
	},
	decode: func(r *transport.Response, _ *ListPartsOutput) error { return expectRoot(r, "ListPartsResult") },
}

// ListPartsInput is the request of [Client.ListParts].
type ListPartsInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the object to be.
	Object string `label:"Object" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// MaxParts is the most parts to answer at once; zero: the server's, 1,000.
	// PartNumberMarker is the number after which the listing begins. KakaoCloud's
	// document names neither: they are the S3 API's.
	MaxParts         int32  `url:"max-parts,omitempty"`
	PartNumberMarker string `url:"part-number-marker,omitempty"`
}

// ListPartsOutput is the answer of [Client.ListParts]. KakaoCloud's document prints none for
// its Swift API; the members are those of its S3 API.
type ListPartsOutput struct {
	// Tenant is the project's ID.
	Tenant string `xml:"Tenant"`
	// Container, Object and UploadId echo the request's.
	Container string `xml:"Bucket"`
	Object    string `xml:"Key"`
	UploadId  string `xml:"UploadId"`
	// StorageClass is what the object will be stored in.
	StorageClass string `xml:"StorageClass"`
	// PartNumberMarker echoes the request's; NextPartNumberMarker is that of the next
	// page, when IsTruncated.
	PartNumberMarker     string `xml:"PartNumberMarker"`
	NextPartNumberMarker string `xml:"NextPartNumberMarker"`
	// MaxParts is the page size that the server used.
	MaxParts int32 `xml:"MaxParts"`
	// IsTruncated tells that more parts follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Owner is the project.
	Owner Owner `xml:"Owner"`
	// Parts are the parts of this page, by number.
	Parts []Part `xml:"Part"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// Part is one part of [Client.ListParts].
type Part struct {
	PartNumber   int32     `xml:"PartNumber"`
	LastModified time.Time `xml:"LastModified"`
	// ETag is what CompleteMultipartUpload asks for, in quotes or without.
	ETag string `xml:"ETag"`
	// Size is the part's size in bytes.
	Size int64 `xml:"Size"`
}

// Owner is a project.
type Owner struct {
	ID          string `xml:"ID"`
	DisplayName string `xml:"DisplayName"`
}

// ListParts answers the parts of an unfinished upload that have arrived, by number;
// [Client.ListPartsPages] goes on to the end. [ErrNotFound]: there is no such upload.
// KakaoCloud alone has it. (KakaoCloud, Object Storage, "Swift API", "List Part".)
func (c *Client) ListParts(ctx context.Context, in *ListPartsInput, opts ...func(*Options)) (*ListPartsOutput, error) {
	return invoke(ctx, c, &opListParts, in, opts)
}

// ListPartsPages yields the pages of [Client.ListParts], from in's place on. After an error it
// ends.
func (c *Client) ListPartsPages(ctx context.Context, in *ListPartsInput, opts ...func(*Options)) iter.Seq2[*ListPartsOutput, error] {
	return pages("ListParts", in, func(in *ListPartsInput) (*ListPartsOutput, error) {
		return c.ListParts(ctx, in, opts...)
	}, func(in *ListPartsInput, out *ListPartsOutput) (step, error) {
		if !out.IsTruncated {
			return last, nil
		}
		// A marker that is no number is no marker.
		next, _ := strconv.Atoi(out.NextPartNumberMarker)
		if before, _ := strconv.Atoi(in.PartNumberMarker); next <= before {
			return last, ErrListingStuck
		}
		in.PartNumberMarker = out.NextPartNumberMarker
		return more, nil
	})
}

var opListMultipartUploads = operation[ListMultipartUploadsInput, ListMultipartUploadsOutput]{
	Operation: rest.Operation[ListMultipartUploadsInput, ListMultipartUploadsOutput]{
		Name: "ListMultipartUploads", Method: http.MethodGet, URI: "/{Container}/{Object+}",
	},
	encode: func(_ *ListMultipartUploadsInput, r *rest.Request) error { return addFlag(r, "uploads") },
	decode: func(r *transport.Response, _ *ListMultipartUploadsOutput) error {
		return expectRoot(r, "ListMultipartUploadsResult")
	},
}

// ListMultipartUploadsInput is the request of [Client.ListMultipartUploads].
type ListMultipartUploadsInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is an object's name. KakaoCloud's document asks for one although the
	// listing is of the whole container.
	Object string `label:"Object" required:"true"`
	// KeyMarker and UploadIdMarker name the upload after which the listing begins: the
	// NextKeyMarker and NextUploadIdMarker of the page before.
	KeyMarker      string `url:"key-marker,omitempty"`
	UploadIdMarker string `url:"upload-id-marker,omitempty"`
}

// ListMultipartUploadsOutput is the answer of [Client.ListMultipartUploads].
type ListMultipartUploadsOutput struct {
	// Tenant is the project's ID.
	Tenant string `xml:"Tenant"`
	// Container echoes the request's.
	Container string `xml:"Bucket"`
	// NextKeyMarker and NextUploadIdMarker are the markers of the next page, when
	// IsTruncated.
	NextKeyMarker      string `xml:"NextKeyMarker"`
	NextUploadIdMarker string `xml:"NextUploadIdMarker"`
	// MaxUploads is the page size that the server used.
	MaxUploads int32 `xml:"MaxUploads"`
	// IsTruncated tells that more uploads follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Uploads are the uploads of this page.
	Uploads []MultipartUpload `xml:"Upload"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// MultipartUpload is an upload that is neither completed nor aborted.
type MultipartUpload struct {
	// Object is the name of the object to be.
	Object string `xml:"Key"`
	// UploadId names the upload.
	UploadId string `xml:"UploadId"`
	// Initiator began the upload; Owner will own the object.
	Initiator Owner `xml:"Initiator"`
	Owner     Owner `xml:"Owner"`
	// StorageClass is what the object will be stored in.
	StorageClass string `xml:"StorageClass"`
	// Initiated is when the upload began.
	Initiated time.Time `xml:"Initiated"`
}

// ListMultipartUploads answers the uploads in a container that are neither completed nor
// aborted; [Client.ListMultipartUploadsPages] goes on to the end. KakaoCloud alone has it.
// (KakaoCloud, Object Storage, "Swift API", "List Multipart Uploads".)
func (c *Client) ListMultipartUploads(ctx context.Context, in *ListMultipartUploadsInput, opts ...func(*Options)) (*ListMultipartUploadsOutput, error) {
	return invoke(ctx, c, &opListMultipartUploads, in, opts)
}

// ListMultipartUploadsPages yields the pages of [Client.ListMultipartUploads], from in's place
// on. After an error it ends.
func (c *Client) ListMultipartUploadsPages(ctx context.Context, in *ListMultipartUploadsInput, opts ...func(*Options)) iter.Seq2[*ListMultipartUploadsOutput, error] {
	return pages("ListMultipartUploads", in, func(in *ListMultipartUploadsInput) (*ListMultipartUploadsOutput, error) {
		return c.ListMultipartUploads(ctx, in, opts...)
	}, func(in *ListMultipartUploadsInput, out *ListMultipartUploadsOutput) (step, error) {
		if !out.IsTruncated {
			return last, nil
		}
		key, id := out.NextKeyMarker, out.NextUploadIdMarker
		if key == "" || key == in.KeyMarker && id == in.UploadIdMarker {
			return last, ErrListingStuck
		}
		in.KeyMarker, in.UploadIdMarker = key, id
		return more, nil
	})
}
