package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

// maxParts is the last number that a part can have.
const maxParts = 10000

var opCreateMultipartUpload = operation[CreateMultipartUploadInput, CreateMultipartUploadOutput]{
	Operation: rest.Operation[CreateMultipartUploadInput, CreateMultipartUploadOutput]{
		Name: "CreateMultipartUpload", Method: http.MethodPost, URI: "/{Container}/{Object+}",
	},
	encode: func(_ *CreateMultipartUploadInput, r *rest.Request) error { return addFlag(r, "uploads") },
	decode: func(r *transport.Response, out *CreateMultipartUploadOutput) error {
		if err := expectRoot(r, "InitiateMultipartUploadResult"); err != nil {
			return err
		}
		if out.UploadId == "" {
			return malformed("no UploadId")
		}
		return nil
	},
}

// CreateMultipartUploadInput is the request of [Client.CreateMultipartUpload].
type CreateMultipartUploadInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the object to be.
	Object string `label:"Object" required:"true"`
}

// CreateMultipartUploadOutput is the answer of [Client.CreateMultipartUpload].
type CreateMultipartUploadOutput struct {
	// Tenant is the project's ID.
	Tenant string `xml:"Tenant"`
	// Container and Object echo the request's.
	Container string `xml:"Bucket"`
	Object    string `xml:"Key"`
	// UploadId names the upload in the calls that follow.
	UploadId string `xml:"UploadId"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// CreateMultipartUpload begins an upload in parts and answers its id. The parts use storage
// until the upload is completed or aborted. KakaoCloud alone has multipart uploads on its
// Swift endpoint; elsewhere the call is [ErrUnsupported], and large objects are made of
// segments. (KakaoCloud, Object Storage, "Swift API", "Initiate Multipart Upload".)
func (c *Client) CreateMultipartUpload(ctx context.Context, in *CreateMultipartUploadInput, opts ...func(*Options)) (*CreateMultipartUploadOutput, error) {
	return invoke(ctx, c, &opCreateMultipartUpload, in, opts)
}

var opUploadPart = operation[UploadPartInput, UploadPartOutput]{
	Operation: rest.Operation[UploadPartInput, UploadPartOutput]{
		Name: "UploadPart", Method: http.MethodPut, URI: "/{Container}/{Object+}",
	},
	encode: func(in *UploadPartInput, r *rest.Request) error {
		r.Header["Content-Type"] = octetStream
		return checkPartNumber("PartNumber", in.PartNumber)
	},
}

var octetStream = []string{"application/octet-stream"}

// UploadPartInput is the request of [Client.UploadPart].
type UploadPartInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the object to be.
	Object string `label:"Object" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// PartNumber is the part's place in the object, 1 to 10,000. Sending a number again
	// replaces the part.
	PartNumber int32 `url:"partNumber" required:"true"`
	// Body is the part's content. It is read from where it stands. An io.Seeker is
	// rewound to there for a retry; after any other reader has been read from, the
	// request is not retried.
	Body io.Reader `payload:"body"`
	// ContentLength is the length of Body in bytes. Nil: found out by seeking or from
	// Body's Len method; a Body that has neither is sent chunked.
	ContentLength *int64 `header:"Content-Length"`
}

// UploadPartOutput is the answer of [Client.UploadPart].
type UploadPartOutput struct {
	// ETag is the MD5 of the part in hex, which CompleteMultipartUpload asks for.
	ETag string `header:"Etag"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// UploadPart sends one part, up to 5 GiB. Parts may be sent in any order and at the same
// time. [ErrNotFound]: there is no such upload. [ErrETagMismatch]: other bytes arrived than
// were sent. KakaoCloud alone has it. (KakaoCloud, Object Storage, "Swift API", "Upload
// Part".)
func (c *Client) UploadPart(ctx context.Context, in *UploadPartInput, opts ...func(*Options)) (*UploadPartOutput, error) {
	return invoke(ctx, c, &opUploadPart, in, opts)
}

var opCompleteMultipartUpload = operation[CompleteMultipartUploadInput, CompleteMultipartUploadOutput]{
	Operation: rest.Operation[CompleteMultipartUploadInput, CompleteMultipartUploadOutput]{
		Name: "CompleteMultipartUpload", Method: http.MethodPost, URI: "/{Container}/{Object+}",
	},
	encode: func(in *CompleteMultipartUploadInput, _ *rest.Request) error { return in.MultipartUpload.check() },
	decode: func(r *transport.Response, _ *CompleteMultipartUploadOutput) error {
		if len(r.Document) == 0 {
			return nil // KakaoCloud's document prints none
		}
		return expectRoot(r, "CompleteMultipartUploadResult")
	},
}

// CompleteMultipartUploadInput is the request of [Client.CompleteMultipartUpload].
type CompleteMultipartUploadInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the object to be.
	Object string `label:"Object" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// MultipartUpload lists the parts to join.
	MultipartUpload *CompletedMultipartUpload `payload:"xml" xml:"CompleteMultipartUpload" required:"true"`
}

// CompletedMultipartUpload lists the parts that make the object.
type CompletedMultipartUpload struct {
	// Parts are the parts in the order of their numbers, 1 to 10,000 of them.
	Parts []CompletedPart `xml:"Part"`
}

// CompletedPart is one part of a [CompletedMultipartUpload].
type CompletedPart struct {
	// PartNumber is the part's number, 1 to 10,000.
	PartNumber int32 `xml:"PartNumber"`
	// ETag is what UploadPart answered for it, with or without quotes.
	ETag string `xml:"ETag" required:"true"`
}

func (u *CompletedMultipartUpload) check() error {
	if len(u.Parts) == 0 {
		return errors.New("swift: MultipartUpload.Parts is empty")
	}
	last := int32(0)
	for i := range u.Parts {
		member := fmt.Sprintf("MultipartUpload.Parts[%d].PartNumber", i)
		n := u.Parts[i].PartNumber
		if err := checkPartNumber(member, n); err != nil {
			return err
		}
		if n <= last {
			return fmt.Errorf("swift: %s: %d comes after %d", member, n, last)
		}
		last = n
	}
	return nil
}

func checkPartNumber(member string, n int32) error {
	if n < 1 || n > maxParts {
		return fmt.Errorf("swift: %s %d is not from 1 to %d", member, n, maxParts)
	}
	return nil
}

// CompleteMultipartUploadOutput is the answer of [Client.CompleteMultipartUpload]. Members
// that the server does not tell are empty.
type CompleteMultipartUploadOutput struct {
	// Tenant is the project's ID.
	Tenant string `xml:"Tenant"`
	// Location is the new object's URL, as the server sees it.
	Location string `xml:"Location"`
	// Container and Object echo the request's.
	Container string `xml:"Bucket"`
	Object    string `xml:"Key"`
	// ETag is the object's: the MD5 of its parts' MD5s, a hyphen and their number.
	ETag string `xml:"ETag"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// CompleteMultipartUpload joins the parts to the object. Once it has succeeded the upload is
// gone: to do so again is [ErrNotFound], and so may be the repeat of a call whose answer was
// lost. An error that comes with status 200 is an [*Error]. KakaoCloud alone has it.
// (KakaoCloud, Object Storage, "Swift API", "CompleteMultipartUpload".)
func (c *Client) CompleteMultipartUpload(ctx context.Context, in *CompleteMultipartUploadInput, opts ...func(*Options)) (*CompleteMultipartUploadOutput, error) {
	return invoke(ctx, c, &opCompleteMultipartUpload, in, opts)
}

var opAbortMultipartUpload = operation[AbortMultipartUploadInput, AbortMultipartUploadOutput]{
	Operation: rest.Operation[AbortMultipartUploadInput, AbortMultipartUploadOutput]{
		Name: "AbortMultipartUpload", Method: http.MethodDelete, URI: "/{Container}/{Object+}",
	},
}

// AbortMultipartUploadInput is the request of [Client.AbortMultipartUpload].
type AbortMultipartUploadInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the object to be.
	Object string `label:"Object" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
}

// AbortMultipartUploadOutput is the answer of [Client.AbortMultipartUpload].
type AbortMultipartUploadOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// AbortMultipartUpload ends an upload and deletes its parts. [ErrNotFound]: there is no such
// upload. KakaoCloud alone has it: elsewhere it would delete the object. (KakaoCloud, Object
// Storage, "Swift API", "Abort Multipart Upload".)
func (c *Client) AbortMultipartUpload(ctx context.Context, in *AbortMultipartUploadInput, opts ...func(*Options)) (*AbortMultipartUploadOutput, error) {
	return invoke(ctx, c, &opAbortMultipartUpload, in, opts)
}

// addFlag puts a parameter without a value first in the query.
func addFlag(r *rest.Request, name string) error {
	if r.RawQuery != "" {
		name += "&"
	}
	r.RawQuery = name + r.RawQuery
	return nil
}

// expectRoot tells an answer from another document: an error inside a success, or what a
// server without the operation makes of the request.
func expectRoot(r *transport.Response, want string) error {
	switch root := rest.RootElement(r.Document); root {
	case want:
		return nil
	case "Error":
		return parseError(r)
	default:
		return malformed(fmt.Sprintf("%d bytes of %s where %s was due", len(r.Document), apierr.OneLine(r.Header.Get("Content-Type")), want))
	}
}
