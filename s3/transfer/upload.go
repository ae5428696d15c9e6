package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// UploadOutput tells what was stored.
type UploadOutput struct {
	Bucket, Key string
	// Size of the object and of its parts but the last, in bytes, and the number of
	// parts. Parts and PartSize are 0 when the object went by one PutObject.
	Size, PartSize int64
	Parts          int
	// UploadId of the multipart upload, empty for a PutObject.
	UploadId string
	// Integrity that was applied; never IntegrityAuto.
	Integrity Integrity
	// SizeVerified: the server confirmed the size or the checksum of the whole object
	// after it was complete. It is false after a PutObject, whose length HTTP itself
	// enforces; where the object could not be looked at, such as when the credentials
	// may write but not read; and when someone else has written the key since.
	SizeVerified bool

	// The rest is the server's answer, as PutObjectOutput and
	// CompleteMultipartUploadOutput have it.

	// ETag of the object, quoted as the server sends it.
	ETag string
	// VersionId of the object in a versioned bucket.
	VersionId string
	// Location is the object's URL, where the server tells.
	Location string
	// Expiration is the lifecycle rule that will delete the object.
	Expiration string
	// The object's checksum, base64; "-" and the number of parts follow one that is
	// of the parts' checksums.
	ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME     string
	ChecksumSHA1, ChecksumSHA256, ChecksumSHA512         string
	ChecksumMD5                                          string
	ChecksumXXHASH64, ChecksumXXHASH3, ChecksumXXHASH128 string
	// ChecksumType is FULL_OBJECT or COMPOSITE.
	ChecksumType s3.ChecksumType
	// ServerSideEncryption, SSEKMSKeyId, SSEKMSEncryptionContext, SSECustomerAlgorithm,
	// SSECustomerKeyMD5 and BucketKeyEnabled tell how the object is encrypted.
	ServerSideEncryption    s3.ServerSideEncryption
	SSEKMSKeyId             string
	SSEKMSEncryptionContext string
	SSECustomerAlgorithm    string
	SSECustomerKeyMD5       string
	BucketKeyEnabled        bool
	// RequestCharged: the requester pays.
	RequestCharged s3.RequestCharged
}

// Upload stores in.Body under in.Bucket and in.Key. Every other member of the input
// has the meaning that it has for PutObject, also when the object goes in parts:
// IfMatch and IfNoneMatch are then checked when the upload is completed.
//
// A body is read from where it stands. *os.File, *bytes.Reader, *strings.Reader and
// *io.SectionReader are read at offsets, in parallel, without a copy, and their
// position does not move; other readers are read once, in order, by the calling
// goroutine. The length is that of the body, or ContentLength, or, when that is nil or
// negative, unknown: such a stream may be as long as part numbers and memory allow,
// about 380 GiB on AWS and 38 GiB on Swift with the defaults; beyond that it fails with
// a [SizeError] and is aborted, never cut off. A larger MemoryBudget or a ContentLength
// raises the limit.
//
// # Checkpoint
//
// With Options.Checkpoint the upload of a body that is read at offsets keeps a file: which upload
// it is, of what, and each part that the server has taken. A failure, a cancellation or kill -9
// then leaves the parts, and the same call with the same body goes on: what the file knows is
// compared with what the server lists, by size and ETag, or by size alone where the profile does
// not trust ETags, and what is missing or another is sent. A part that the server has and the file
// does not know is read and compared by checksum or MD5 before it is sent again. Parts in flight
// are all that is lost. PartSize and Threshold are those that the upload was begun with, and so
// are metadata and whatever else is stored with the object. When the object is complete the file
// is removed. An object that goes by one PutObject has none.
//
//   - A body that was changed is [ErrSourceChanged]: another size, another time of change of a
//     file, or other content in 64 samples of it. A checkpoint of another object, or begun with
//     another Integrity or ChecksumAlgorithm, is an [OptionError].
//   - When the server has the upload no more, the object is looked at. If it is the one of the
//     parts, the process died between its completion and the note of it, and all is done.
//     Otherwise, somebody having aborted it, the upload begins anew.
//   - When the server refuses to join the parts for their checksums (BadDigest,
//     XAmzContentChecksumMismatch), it would do so again: the upload is aborted and the file
//     removed. Where parts are of a call before, the upload then begins anew, and its Progress
//     with it; else the call fails with the refusal.
//   - The file is on disk before CreateMultipartUpload is sent, and again with the upload's id.
//     A process that dies in between leaves an upload without a part, which nobody knows. The
//     next one that ends well, or [Manager.AbortCheckpoint], looks for it: it aborts uploads of the
//     very same key that were begun within 15 minutes of that time by the server's clock and that
//     carry no part. So when two programs upload to the same key, and one was killed in that
//     moment, the other may have to begin again if it did not finish its first part before; its
//     parts are never mixed with others.
//   - The file holds no secret; SSECustomerKey must be given again. It belongs to one process at
//     a time.
//
// [Manager.Resume] needs the file and the body alone; [Manager.AbortCheckpoint] gives up.
//
// Errors are *[UploadError]. After a cancellation errors.Is finds the context's error
// and its cause.
func (m *Manager) Upload(ctx context.Context, in *s3.PutObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
	o := m.optionsOf(fns)
	return m.upload(ctx, in, &o)
}

// optionsOf are the options of one call.
func (m *Manager) optionsOf(fns []func(*Options)) Options {
	o := m.options
	o.ClientOptions = slices.Clip(o.ClientOptions) // an append is this call's own
	for _, fn := range fns {
		fn(&o)
	}
	return o
}

func (m *Manager) upload(ctx context.Context, in *s3.PutObjectInput, o *Options) (*UploadOutput, error) {
	if in == nil {
		return nil, &UploadError{Err: &OptionError{Field: "input", Reason: "is nil"}}
	}
	out, err := m.uploadOnce(ctx, in, o)
	if errors.As(err, new(outlived)) && ctx.Err() == nil {
		return m.uploadOnce(ctx, in, o)
	}
	return out, err
}

func (m *Manager) uploadOnce(ctx context.Context, in *s3.PutObjectInput, o *Options) (_ *UploadOutput, err error) {
	up, src, err := m.prepare(in, o)
	if err != nil {
		return nil, uploadError(ctx, in.Bucket, in.Key, "", err)
	}
	t := m.begin(OperationUpload, in.Bucket, in.Key, o)
	defer func() { t.end(err) }()
	return up.send(ctx, src, t.Tracker)
}

// send moves the body. Its errors are *UploadError.
func (u *upload) send(ctx context.Context, src multipart.Source, t *multipart.Tracker) (*UploadOutput, error) {
	defer u.checkpoint.Close()
	e := u.options.engine(u.profile, u.shared, t)
	if c := u.checkpoint; c != nil {
		e.LeavePartsOnError = true
		if c.Loaded {
			e.PartSize, e.Threshold = c.Header.Plan.PartSize, -1
		}
	}
	result, err := multipart.Upload(ctx, src, u, e)
	if err != nil {
		return nil, uploadError(ctx, u.in.Bucket, u.in.Key, u.uploadID(), u.giveUp(ctx, err))
	}
	out := u.output
	out.Bucket, out.Key, out.Integrity = u.in.Bucket, u.in.Key, u.protection.mode
	out.Size, out.Parts, out.PartSize = result.Size, result.Parts, result.PartSize
	out.UploadId = u.uploadID()
	if err := u.tidy(ctx); err != nil {
		return &out, &UploadError{Bucket: u.in.Bucket, Key: u.in.Key, Err: err}
	}
	return &out, nil
}

// prepare checks what can be checked before anything is sent.
func (m *Manager) prepare(in *s3.PutObjectInput, o *Options) (*upload, multipart.Source, error) {
	if err := o.check(); err != nil {
		return nil, multipart.Source{}, err
	}
	var body io.Reader = strings.NewReader("")
	if in.Body != nil {
		body = in.Body
	}
	length := int64(-1)
	if in.ContentLength != nil {
		length = *in.ContentLength
	}
	src, err := multipart.ReaderSource(body, length)
	if errors.Is(err, multipart.ErrOptions) {
		err = &OptionError{Field: "Body", Reason: fmt.Sprintf("is a nil %T", body)}
	}
	if err != nil {
		return nil, src, err
	}
	given, resolved := *in, m.resolve(o)
	given.Body = body
	c, integrity, err := o.openCheckpoint(&given, src, resolved.Endpoint)
	if err != nil {
		return nil, src, err
	}
	up, err := m.newUpload(&given, o, &resolved, integrity, src.Buffered())
	if err == nil {
		up.checkpoint, err = c, agree(c, up.protection)
	}
	return up, src, err
}

// resolve gives the client's options as they are for one call.
func (m *Manager) resolve(o *Options) s3.Options {
	resolved := m.client.Options()
	for _, fn := range o.ClientOptions {
		fn(&resolved)
	}
	return resolved
}

// newUpload decides how an upload is protected.
func (m *Manager) newUpload(in *s3.PutObjectInput, o *Options, resolved *s3.Options, integrity Integrity, buffered bool) (*upload, error) {
	up := m.bareUpload(in, o, resolved)
	var err error
	up.protection, err = protect(integrity, in, resolved, buffered)
	return up, err
}

// bareUpload is an upload that carries no data.
func (m *Manager) bareUpload(in *s3.PutObjectInput, o *Options, resolved *s3.Options) *upload {
	return &upload{
		client: m.client, in: in, options: o, profile: resolved.Profile, settle: m.settle,
		allowUnsupported: resolved.AllowUnsupported, shared: m.shared, limiter: m.limiter(o),
	}
}

// tidy is what comes after the object is complete. A lost beginning that can't be looked for
// carries no part and costs nothing.
func (u *upload) tidy(ctx context.Context) error {
	if u.checkpoint == nil {
		return nil
	}
	_ = u.sweepLost(ctx)
	return u.checkpoint.Remove()
}
