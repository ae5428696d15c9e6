package transfer

import (
	"context"
	"sync/atomic"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// DefaultCopyPartSize is the size of the parts that the server copies.
const DefaultCopyPartSize = 128 << 20

// SourceClient is what a copy needs of the client of its source; every [Client] has it.
type SourceClient interface {
	Options() s3.Options
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	GetObjectTagging(context.Context, *s3.GetObjectTaggingInput, ...func(*s3.Options)) (*s3.GetObjectTaggingOutput, error)
	GetObjectAcl(context.Context, *s3.GetObjectAclInput, ...func(*s3.Options)) (*s3.GetObjectAclOutput, error)
}

// CopyOutput tells what was stored.
type CopyOutput struct {
	// UploadOutput tells it as an upload does. Parts is 0 when one CopyObject did.
	// Integrity is IntegrityChecksum when the server's checksums of the parts were
	// compared, and else IntegrityTransport; of a copy through this process it is the
	// upload's. SizeVerified is also true when the copy has the source's ETag.
	UploadOutput
	// CopySourceVersionId is the version that was copied, where the source's bucket has
	// versions.
	CopySourceVersionId string
	// Streamed: the bytes went through this process.
	Streamed bool
}

// Copy copies an object of any size as CopyObject does one of up to 5 GiB: a HeadObject of
// the source, then one CopyObject where the size allows ([Options].Threshold; by default
// the profile's MaxPutSize) and else UploadPartCopy of 128 MiB each, in parallel
// ([Options].PartSize and Concurrency). CopySource is made by s3.CopySource; an ARN is
// refused. Conditions are those of CopyObject, IfMatch and IfNoneMatch of a copy in parts
// those of CompleteMultipartUpload.
//
// What comes along is what CopyObject takes along, however the bytes travel: metadata and
// content headers unless MetadataDirective is REPLACE, tags (which takes GetObjectTagging)
// unless TaggingDirective is REPLACE. The storage class, the ACL and the encryption are
// those of the input; [Options].CopyStorageClass and CopyACL have the first two carried.
// Annotations and an Expires that is no date come along with CopyObject only.
//
// Every request is held to the object that was looked at, by its ETag, or by its version
// once another has replaced it; where a server overlooks that, the source is looked at
// again before the parts are joined. When it has changed the error is
// s3.ErrObjectChanged. A copy in parts that fails is aborted.
//
// With [Options].SourceClient or StreamCopies the bytes go through this process: Range
// requests that are sent on as they arrive, where the source takes them and nothing but
// the data is to be signed or hashed before, else one GetObject, read in order into the
// manager's memory. The read of a part takes no slot of the manager's concurrency beside
// that of its upload. A source with a checksum of the whole object is compared with it.
//
// Errors are *[CopyError]. s3.ErrUnsupported tells of a source that is too large for one
// CopyObject, on a server that may copy all of it in place of a range
// (s3.Profile.RangedPartCopy): set StreamCopies.
func (m *Manager) Copy(ctx context.Context, in *s3.CopyObjectInput, fns ...func(*Options)) (_ *CopyOutput, err error) {
	o := m.optionsOf(fns)
	if in == nil {
		return nil, &CopyError{Err: &OptionError{Field: "input", Reason: "is nil"}}
	}
	c, err := m.newCopy(in, &o)
	if err != nil {
		return nil, copyError(ctx, in, "", err)
	}
	t := m.begin(OperationCopy, in.Bucket, in.Key, &o)
	defer func() { t.end(err) }()
	out, err := c.run(ctx, t.Tracker)
	if err != nil {
		return nil, copyError(ctx, in, c.uploadID, err)
	}
	return out, nil
}

// copying is one Copy under way.
type copying struct {
	manager *Manager
	options *Options
	client  s3.Options // of the destination, as it is for this call
	in      s3.CopyObjectInput

	from                 SourceClient
	fromOptions          []func(*s3.Options)
	fromProfile          s3.Profile
	elsewhere            bool // from is not the manager's client
	bucket, key, version string
	head                 *s3.HeadObjectOutput
	byVersion            atomic.Bool // the source was replaced, and is asked for by its version
	unpinned             atomic.Bool // the server takes a right ETag for a wrong one

	uploadID string
}

// newCopy checks what can be checked before anything is sent.
func (m *Manager) newCopy(in *s3.CopyObjectInput, o *Options) (*copying, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &copying{manager: m, options: o, client: m.resolve(o), in: *in, from: m.client, fromOptions: o.ClientOptions}
	c.fromProfile = c.client.Profile
	if o.SourceClient != nil && o.SourceClient != SourceClient(m.client) {
		c.from, c.fromOptions, c.elsewhere = o.SourceClient, nil, true
		c.fromProfile = o.SourceClient.Options().Profile
	}
	var err error
	if c.bucket, c.key, c.version, err = s3.ParseCopySource(in.CopySource); err != nil {
		return nil, err
	}
	if o.CopyACL && (in.ACL != "" || in.GrantFullControl != "" || in.GrantRead != "" || in.GrantReadACP != "" || in.GrantWriteACP != "") {
		return nil, &OptionError{Field: "CopyACL", Reason: "is set beside ACL or a grant"}
	}
	return c, nil
}

func (c *copying) run(ctx context.Context, t *multipart.Tracker) (*CopyOutput, error) {
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	t.Expect(c.head.ContentLength, 0)
	if err := c.carry(ctx); err != nil {
		return nil, err
	}
	move, streamed := c.onServer, c.elsewhere || c.options.StreamCopies
	if streamed {
		move = c.stream
	}
	up, err := move(ctx, t)
	if err != nil {
		return nil, err
	}
	out := &CopyOutput{UploadOutput: *up, CopySourceVersionId: c.head.VersionId, Streamed: streamed}
	out.Bucket, out.Key = c.in.Bucket, c.in.Key
	out.SizeVerified = out.SizeVerified || out.ETag != "" && unquoted(out.ETag) == unquoted(c.head.ETag)
	return out, nil
}
