package transfer

import (
	"context"
	"iter"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/s3"
)

// Defaults of [Options].
const (
	DefaultPartSize       = multipart.DefaultPartSize     // 16 MiB
	DefaultConcurrency    = multipart.DefaultConcurrency  // 4, at first
	DefaultMaxConcurrency = 16                            // while throughput rises
	DefaultMemoryBudget   = multipart.DefaultMemory       // 64 MiB
	DefaultAbortTimeout   = multipart.DefaultAbortTimeout // 30 s
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
	ListPartsPages(context.Context, *s3.ListPartsInput, ...func(*s3.Options)) iter.Seq2[*s3.ListPartsOutput, error]
	ListMultipartUploadsPages(context.Context, *s3.ListMultipartUploadsInput, ...func(*s3.Options)) iter.Seq2[*s3.ListMultipartUploadsOutput, error]
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

// Options of a [Manager] are the totals of all its transfers and the defaults of each;
// those of one call are that transfer's own. The zero value of each field is its
// documented default.
type Options struct {
	// PartSize in bytes. Zero: 16 MiB, and 128 MiB for a copy on the server. It is raised to whole MiB where the object
	// would not fit the provider's number of parts (10,000; Swift 1000), and must lie
	// between its least and greatest part size (5 MiB and 5 GiB).
	PartSize int64
	// Threshold is the greatest size in bytes that goes by one PutObject or CopyObject.
	// Zero: the part size, and for a copy on the server what one CopyObject takes (5 GiB);
	// negative: everything but the empty object goes in parts.
	Threshold int64
	// Concurrency is the greatest number of requests in flight that carry data, of all
	// transfers of the manager together, or of this one in a call. Zero: 4 at first, and up
	// to 16 while that moves more bytes per second; negative: 1. A number that is set is
	// where the manager starts, and the most. While the server asks for less (503, 429,
	// SlowDown) or lets requests time out, there are fewer. Transfers with the fewest in
	// flight go first, so that they share equally and a small object does not wait behind
	// all parts of a large one.
	Concurrency int
	// FixedConcurrency keeps to Concurrency, or 4, whatever throughput and server say. It is
	// the manager's; in a call it has no meaning.
	FixedConcurrency bool
	// Bandwidth is the most bytes per second of all bodies that the manager's transfers send
	// and receive, or this one's in a call, beside the manager's own limit. Retries count,
	// headers and TLS don't. Zero: no limit.
	Bandwidth int64
	// MemoryBudget bounds, in bytes, the buffers of all uploads from plain readers
	// together, or of this one in a call, where it can't be more than the manager's. Zero:
	// 64 MiB; negative: one part. A part that has to be larger is the only one then.
	// Files, bytes.Reader and their like use none of it, and a manager without transfers
	// keeps none. Who waits for memory is served in order; so a program whose readers wait
	// for each other, such as one goroutine that writes to several pipes in turn, needs a
	// budget with a part for each.
	MemoryBudget int64
	// Integrity is how the object is proven to be what was read.
	Integrity Integrity
	// Progress is called, one call at a time, when bytes have reached a connection,
	// when a retry takes some back, and when parts are done, but no more often than
	// ProgressInterval. The end of a successful transfer is always told. Given to
	// [NewManager] it is called for each transfer, for several at the same time;
	// [Manager.Watch] tells them apart.
	Progress func(Progress)
	// NoRepeat waits for a part however slow it is. Otherwise one that takes more than twice
	// as long as nine of ten parts of its size, and over a second, is sent once more on
	// another connection, and the first answer counts. That is one part of an upload, and one
	// more for each 1000; it takes a slot that nobody else wants, and is left where parts
	// take over 5 s on average, while the server throttles, where the profile does not say
	// RepeatParts, and for objects whose encryption makes ETags of equal parts differ.
	NoRepeat bool
	// ProgressInterval is the least time between two calls of Progress, and between two
	// events of one transfer's progress. Zero: 100 ms; negative: every change is told.
	ProgressInterval time.Duration
	// SourceClient is the client of the server that holds the source of a copy, when
	// that is not the manager's: the bytes then go through this process. ClientOptions
	// don't concern it. Nil, or the manager's client: the server copies.
	SourceClient SourceClient
	// StreamCopies has the bytes of copies go through this process, too, when the server
	// could copy them.
	StreamCopies bool
	// CopyStorageClass stores a copy in the source's storage class, unless the input
	// names another. By default it is that of CopyObject, STANDARD.
	CopyStorageClass bool
	// CopyACL gives a copy the grants of the source's ACL, which takes the permission to
	// read it. By default a copy is private, or what the input says.
	CopyACL bool
	// Checkpoint is the path of a file that keeps what an upload has sent, so that one that
	// failed, or was killed, can be taken up again: see [Manager.Upload]. It must be the
	// upload's own. Empty: none.
	Checkpoint string
	// LeavePartsOnError keeps the parts of an upload that failed, so that it can be
	// taken up again. They go on being stored, and billed.
	LeavePartsOnError bool
	// AbortTimeout is how long the abort of a failed upload may take. Zero: 30 s;
	// negative: no limit.
	AbortTimeout time.Duration
	// ReadAhead is how many bytes [Manager.Open] fetches ahead of the reader at the most,
	// and holds in memory. Zero: 16 MiB; negative: one part.
	ReadAhead int64
	// KeepPartial has [Manager.DownloadFile] keep what has come when it fails, or is
	// killed, and go on with it when it is called again.
	KeepPartial bool
	// Fsync has DownloadFile bring the file and its name to the disk before it returns.
	Fsync bool
	// ClientOptions are applied to every request of the transfer.
	ClientOptions []func(*s3.Options)

	resumeOnly bool // Checkpoint must be there, and its upload too
	// size of the object that is downloaded, where a listing has told.
	size *int64
}

// Progress is the state of a transfer at one moment.
type Progress struct {
	// Bytes that have reached the connection and still count; it falls when an
	// attempt is given up and its part is sent again.
	Bytes int64
	// Total bytes; -1 while the length of a stream is not known.
	Total int64
	// PartsDone is the number of parts that the server has taken, and Parts how many
	// there are; 0 while that is not known. A PutObject is one part.
	PartsDone, Parts int
	// Retries is how many attempts were given up whose bytes were taken back.
	Retries int
	// Done is true in the last call of a successful transfer; Bytes then equals Total.
	Done bool
}

func (o *Options) engine(p s3.Profile, shared *schedule.Scheduler, t *multipart.Tracker) multipart.Options {
	return multipart.Options{
		Limits: multipart.Limits{
			MinPartSize: p.MinPartSize, MaxPartSize: p.MaxPartSize, MaxParts: int(p.MaxParts),
			MaxPutSize: p.MaxPutSize, MaxObjectSize: p.MaxObjectSize,
		},
		PartSize: o.PartSize, Threshold: o.Threshold, Scheduler: shared, Concurrency: o.Concurrency, Memory: o.MemoryBudget,
		LeavePartsOnError: o.LeavePartsOnError, AbortTimeout: o.AbortTimeout, Tracker: t,
	}
}
