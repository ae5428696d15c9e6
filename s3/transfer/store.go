package transfer

import (
	"bytes"
	"context"
	"crypto/md5" // S3's ETag and Content-MD5
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

// upload is one Upload under way: the engine's Store, and its Target once parts have
// begun.
type upload struct {
	client     Client
	in         *s3.PutObjectInput
	options    *Options
	profile    s3.Profile
	protection protection
	shared     *schedule.Scheduler
	limiter    *schedule.Limiter // nil: none
	// allowUnsupported is the client's option.
	allowUnsupported bool

	part    s3.UploadPartInput // of all parts; what differs is set on a copy for each
	joining bool               // Complete was tried
	made    bool               // the object is there already
	loose   atomic.Bool        // a part was sent whose answer never came
	repeats repeats            // of CreateMultipartUpload
	settle  time.Duration
	output  UploadOutput

	checkpoint *checkpointFile // nil: none
	kept       map[int]receipt // of parts that need not be sent, by number
	listed     map[int]s3.Part // that the server had when the upload was taken up again
}

// receipt is what the server gave for a part.
type receipt struct {
	number   int32
	size     int64
	etag     string
	etagMD5  bool // the server's ETag is the MD5 of the part, by all that is known
	checksum string
}

func (u *upload) uploadID() string { return u.part.UploadId }

// requestOptions are the options of every request; body is nil for those without one.
func (u *upload) requestOptions(body *multipart.Body) []func(*s3.Options) {
	if body == nil {
		return u.options.ClientOptions
	}
	return append(slices.Clip(u.options.ClientOptions), func(o *s3.Options) {
		o.SignPayload = u.protection.sign
		observed(body.Retried)(o)
		if u.limiter != nil {
			o.LimitBody = u.limited(o.LimitBody)
		}
		o.Progress = body.Progress(o.Progress)
	})
}

// limited adds the upload's bandwidth to what the client's options have.
func (u *upload) limited(own func(context.Context, io.Reader) io.Reader) func(context.Context, io.Reader) io.Reader {
	if own == nil {
		return u.limiter.Reader
	}
	return func(ctx context.Context, body io.Reader) io.Reader { return u.limiter.Reader(ctx, own(ctx, body)) }
}

// RepeatParts: a part may be sent twice at once, if its ETag is the same each time.
func (u *upload) RepeatParts() bool {
	return u.profile.RepeatParts && !u.options.NoRepeat && u.etagMD5(&u.output)
}

// PutWhole sends the whole object by one request.
func (u *upload) PutWhole(ctx context.Context, body multipart.Body) error {
	in := *u.in
	p := proof{contentMD5: in.ContentMD5, checksum: checksumOf(&in, u.protection.algorithm)}
	if err := u.prove(body, &p); err != nil {
		return err
	}
	in.Body, in.ContentLength = partReader(body), ptr(body.Size())
	in.ContentMD5, in.ChecksumAlgorithm = p.contentMD5, u.protection.algorithm
	setChecksum(&in, u.protection.algorithm, p.checksum)
	out, err := u.client.PutObject(ctx, &in, u.requestOptions(&body)...)
	if err == nil {
		copyFields(&u.output, out)
		err = u.confirm(p, &u.output)
	}
	if errors.Is(err, s3.ErrChecksumMismatch) {
		return fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return err
}

func ptr[T any](v T) *T { return &v }

// Begin creates the multipart upload, or goes on with the checkpoint's.
func (u *upload) Begin(ctx context.Context, plan multipart.Plan) (multipart.Target[receipt], error) {
	if err := u.wholeOnly(); err != nil {
		return nil, err
	}
	if u.checkpoint != nil {
		return u.resume(ctx, plan)
	}
	return u, u.create(ctx)
}

func (u *upload) create(ctx context.Context) error {
	var in s3.CreateMultipartUploadInput
	copyFields(&in, u.in)
	in.ChecksumAlgorithm = ""
	if u.protection.mode == IntegrityChecksum {
		in.ChecksumAlgorithm, in.ChecksumType = u.protection.algorithm, u.checksumType()
	}
	if ctx.Err() != nil {
		return transport.Ended(ctx)
	}
	ctx, cancel := multipart.Outlast(ctx)
	defer cancel()
	began := time.Now()
	out, err := u.client.CreateMultipartUpload(ctx, &in, append(slices.Clip(u.requestOptions(nil)), observed(u.repeats.note))...)
	u.repeats.took = time.Since(began)
	if err != nil && transport.MayHaveWorked(err) {
		return &multipart.UploadError{Err: err, Cleanup: multipart.CleanupUnknown}
	}
	if err != nil {
		return err
	}
	if out.UploadId == "" {
		return errors.New("the server answered CreateMultipartUpload without an upload id")
	}
	u.goOnWith(out.UploadId)
	copyFields(&u.output, out)
	return nil
}

func (u *upload) checksumType() s3.ChecksumType {
	if combinable(u.protection.algorithm) {
		return s3.ChecksumTypeFullObject
	}
	return s3.ChecksumTypeComposite
}

// wholeOnly refuses what has no meaning for an object in parts.
func (u *upload) wholeOnly() error {
	const hint = "has no meaning for an object that goes in parts"
	if u.in.ContentMD5 != "" {
		return &OptionError{Field: "ContentMD5", Reason: hint + "; give a ChecksumCRC64NVME, CRC32C or CRC32, or raise Threshold"}
	}
	if u.in.WriteOffsetBytes != nil {
		return &OptionError{Field: "WriteOffsetBytes", Reason: hint}
	}
	if (u.in.IfMatch != "" || u.in.IfNoneMatch != "") && !u.allowUnsupported && !slices.Contains(u.profile.ConditionalWrites, "CompleteMultipartUpload") {
		// Before the parts are sent, not after.
		return fmt.Errorf("%w: %s does not honour the condition of CompleteMultipartUpload", s3.ErrUnsupported, u.profile.Name)
	}
	if a, value := givenChecksum(u.in); value != "" && !combinable(a) {
		return &OptionError{Field: "Checksum" + string(a), Reason: "can't be checked for an object that goes in parts; give a ChecksumCRC64NVME, CRC32C or CRC32"}
	}
	return nil
}

// UploadPart sends one part, unless the server has it.
func (u *upload) UploadPart(ctx context.Context, number int, body multipart.Body) (receipt, error) {
	if r, ok, err := u.stored(number, body); ok || err != nil {
		return r, err
	}
	var p proof
	if err := u.prove(body, &p); err != nil {
		return receipt{}, err
	}
	in := u.part
	in.PartNumber = int32(number) // at most Profile.MaxParts, an int32
	in.Body, in.ContentLength = partReader(body), ptr(body.Size())
	in.ContentMD5, in.ChecksumAlgorithm = p.contentMD5, u.protection.algorithm
	setChecksum(&in, u.protection.algorithm, p.checksum)
	out, err := u.client.UploadPart(ctx, &in, u.requestOptions(&body)...)
	if err != nil {
		if !answered(err) {
			u.loose.Store(true)
		}
		return receipt{}, err
	}
	var answer UploadOutput
	copyFields(&answer, out)
	if err := u.confirm(p, &answer); err != nil {
		return receipt{}, err
	}
	r := receipt{
		number: in.PartNumber, size: body.Size(), etag: answer.ETag, etagMD5: u.etagMD5(&answer),
		checksum: checksumOf(&answer, u.protection.algorithm),
	}
	return r, u.checkpoint.Add(r.public())
}

// proof is what a request carries for its body, base64; empty for what it does not.
type proof struct {
	contentMD5 string
	checksum   string // of the protection's algorithm
}

// prove adds to p what the protection asks for, the caller did not bring, and the client
// does not compute: that one hashes checksums and payloads itself.
func (u *upload) prove(body multipart.Body, p *proof) error {
	if u.protection.mode == IntegrityMD5 && p.contentMD5 == "" {
		h := md5.New() // S3's Content-MD5
		if _, err := io.Copy(h, io.NewSectionReader(body, 0, body.Size())); err != nil {
			return err
		}
		p.contentMD5 = checksum.Encode(h.Sum(nil))
	}
	return nil
}

// confirm holds the server to what was sent, and fills in a checksum that it kept to
// itself. What the client hashed, the client has compared.
func (u *upload) confirm(p proof, answer *UploadOutput) error {
	if p.checksum != "" {
		switch got := checksumOf(answer, u.protection.algorithm); got {
		case p.checksum:
		case "":
			setChecksum(answer, u.protection.algorithm, p.checksum)
		default:
			return fmt.Errorf("%w: sent %s %s, the server has %s", s3.ErrChecksumMismatch, u.protection.algorithm, p.checksum, got)
		}
	}
	if p.contentMD5 == "" || !u.etagMD5(answer) {
		return nil
	}
	want, err := base64.StdEncoding.DecodeString(p.contentMD5)
	if err != nil {
		return fmt.Errorf("ContentMD5 is not base64: %w", err)
	}
	if got, ok := md5OfETag(answer.ETag); ok && !bytes.Equal(got, want) {
		return fmt.Errorf("%w: sent MD5 %x, the server has %x", s3.ErrChecksumMismatch, want, got)
	}
	return nil
}

// etagMD5: by the profile, the request and the answer, the answer's ETag is an MD5. It
// is none under the caller's key or a KMS key, which a bucket may have by default:
// that shows in the answer only.
func (u *upload) etagMD5(answer *UploadOutput) bool {
	return u.profile.ETagMD5 &&
		u.in.SSECustomerAlgorithm == "" && u.in.SSECustomerKey == "" && answer.SSECustomerAlgorithm == "" &&
		plain(u.in.ServerSideEncryption) && plain(answer.ServerSideEncryption) && plain(u.output.ServerSideEncryption)
}

// plain is an encryption that leaves the ETag what it is without one.
func plain(e s3.ServerSideEncryption) bool {
	return e == "" || e == s3.ServerSideEncryptionAes256
}

// md5OfETag is the MD5 that an ETag is, quoted or not; ok is false when it is none.
func md5OfETag(etag string) ([]byte, bool) {
	b, err := hex.DecodeString(strings.Trim(etag, `"`))
	return b, err == nil && len(b) == md5.Size
}
