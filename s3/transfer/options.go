package transfer

import (
	"context"
	"iter"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// Defaults of [Options].
const (
	DefaultPartSize     = multipart.DefaultPartSize     // 16 MiB
	DefaultConcurrency  = multipart.DefaultConcurrency  // 4
	DefaultMemoryBudget = multipart.DefaultMemory       // 64 MiB
	DefaultAbortTimeout = multipart.DefaultAbortTimeout // 30 s
)

// Client is what a [Manager] needs of an S3 client; *s3.Client has it.
type Client interface {
	Options() s3.Options
	UploadClient
	DownloadClient
	CopyClient
	DirectoryClient
}

// UploadClient is what uploads need.
type UploadClient interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	CreateMultipartUpload(context.Context, *s3.CreateMultipartUploadInput, ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error)
	UploadPart(context.Context, *s3.UploadPartInput, ...func(*s3.Options)) (*s3.UploadPartOutput, error)
	CompleteMultipartUpload(context.Context, *s3.CompleteMultipartUploadInput, ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error)
	AbortMultipartUpload(context.Context, *s3.AbortMultipartUploadInput, ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error)
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	ListParts(context.Context, *s3.ListPartsInput, ...func(*s3.Options)) (*s3.ListPartsOutput, error)
	ListMultipartUploads(context.Context, *s3.ListMultipartUploadsInput, ...func(*s3.Options)) (*s3.ListMultipartUploadsOutput, error)
}

// DownloadClient is what downloads need, beside HeadObject.
type DownloadClient interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// CopyClient is what copies need, beside what uploads and downloads do.
type CopyClient interface {
	CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error)
	UploadPartCopy(context.Context, *s3.UploadPartCopyInput, ...func(*s3.Options)) (*s3.UploadPartCopyOutput, error)
	GetObjectTagging(context.Context, *s3.GetObjectTaggingInput, ...func(*s3.Options)) (*s3.GetObjectTaggingOutput, error)
	GetObjectAcl(context.Context, *s3.GetObjectAclInput, ...func(*s3.Options)) (*s3.GetObjectAclOutput, error)
	PutObjectTagging(context.Context, *s3.PutObjectTaggingInput, ...func(*s3.Options)) (*s3.PutObjectTaggingOutput, error)
	PutObjectAcl(context.Context, *s3.PutObjectAclInput, ...func(*s3.Options)) (*s3.PutObjectAclOutput, error)
}

// DirectoryClient is what directories need, beside what uploads, downloads and copies do.
type DirectoryClient interface {
	ListObjectsV2Pages(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) iter.Seq2[*s3.ListObjectsV2Output, error]
	ListObjectsPages(context.Context, *s3.ListObjectsInput, ...func(*s3.Options)) iter.Seq2[*s3.ListObjectsOutput, error]
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

var _ Client = (*s3.Client)(nil)

// Options tune uploads. The zero value of each field is its documented default.
type Options struct {
	// PartSize in bytes. Zero: 16 MiB. It is raised to whole MiB where the object
	// would not fit the provider's number of parts (10,000; Swift 1000), and must lie
	// between its least and greatest part size (5 MiB and 5 GiB).
	PartSize int64
	// Threshold is the greatest size in bytes that goes by one PutObject. Zero: the
	// part size; negative: everything but the empty object goes in parts.
	Threshold int64
	// Concurrency is the greatest number of parts in flight. Zero: 4; negative: 1.
	Concurrency int
	// MemoryBudget bounds the buffers of one upload from a plain reader, in bytes.
	// Zero: 64 MiB; negative: one part. Files, bytes.Reader and their like use none of it.
	MemoryBudget int64
	// Integrity is how the object is proven to be what was read.
	Integrity Integrity
	// Progress is called, one call at a time, when bytes have reached a connection,
	// when a retry takes some back, and when parts are done.
	Progress func(Progress)
	// LeavePartsOnError keeps the parts of an upload that failed, so that it can be
	// taken up again. They go on being stored, and billed.
	LeavePartsOnError bool
	// AbortTimeout is how long the abort of a failed upload may take. Zero: 30 s;
	// negative: no limit.
	AbortTimeout time.Duration
	// ClientOptions are applied to every request of the upload.
	ClientOptions []func(*s3.Options)
}

// Progress is the state of an upload at one moment.
type Progress struct {
	// Bytes that have reached the connection and still count; it falls when an
	// attempt is given up and its part is sent again.
	Bytes int64
	// Total bytes; -1 while the length of a stream is not known.
	Total int64
	// PartsDone is the number of parts that the server has taken, and Parts how many
	// there are; 0 while that is not known. A PutObject is one part.
	PartsDone, Parts int
	// Done is true in the last call of a successful upload; Bytes then equals Total.
	Done bool
}

func (o *Options) engine(p s3.Profile) multipart.Options {
	m := multipart.Options{
		Limits: multipart.Limits{
			MinPartSize: p.MinPartSize, MaxPartSize: p.MaxPartSize, MaxParts: int(p.MaxParts),
			MaxPutSize: p.MaxPutSize, MaxObjectSize: p.MaxObjectSize,
		},
		PartSize: o.PartSize, Threshold: o.Threshold, Concurrency: o.Concurrency, Memory: o.MemoryBudget,
		LeavePartsOnError: o.LeavePartsOnError, AbortTimeout: o.AbortTimeout,
	}
	if report := o.Progress; report != nil {
		m.Progress = func(p multipart.Progress) {
			report(Progress{Bytes: p.Bytes, Total: p.Total, PartsDone: p.PartsDone, Parts: p.Parts, Done: p.Done})
		}
	}
	return m
}
