package transfer

import (
	"fmt"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// Defaults of [Options] and [DownloadOptions].
const (
	DefaultPartSize     = multipart.DefaultPartSize    // 16 MiB
	DefaultConcurrency  = multipart.DefaultConcurrency // 4
	DefaultMemoryBudget = multipart.DefaultMemory      // 64 MiB
	// DefaultAbortTimeout is longer than that of one request: each segment is deleted by
	// one.
	DefaultAbortTimeout = 5 * time.Minute
)

// Options tune uploads. The zero value of each field is its documented default.
type Options struct {
	// PartSize of a segment, or of a part, in bytes. Zero: 16 MiB. It is raised to whole
	// MiB where the object would not fit the server's number of segments: of an SLO 1,000,
	// or 1,000,000 by nested manifests, which a PartSize that is set, and a body whose
	// parts are held in memory, make use of. It must lie between the server's least and
	// greatest size (1 byte and 5 GiB).
	PartSize int64
	// Threshold is the greatest size in bytes that goes by one CreateObject. Zero: the
	// part size; negative: everything but the empty object goes in parts.
	Threshold int64
	// Concurrency is the greatest number of parts in flight. Zero: 4; negative: 1.
	Concurrency int
	// MemoryBudget bounds the buffers of one upload from a plain reader, in bytes.
	// Zero: 64 MiB; negative: one part. Files, bytes.Reader and their like use none of it.
	MemoryBudget int64
	// SegmentContainer is where the segments of an SLO or DLO go. Empty: the object's
	// container with "_segments" behind its name. It is made where it is missing.
	SegmentContainer string
	// MaxManifestSegments lowers the number of segments of one manifest. Zero: the
	// server's.
	MaxManifestSegments int
	// DeleteOldSegments deletes the segments of the large object that was there under
	// the name, after the new one is in its place. They must not be part of another
	// object. It is refused for a container that keeps versions, whose segments they go
	// on to be, and where manifests can't be read (Ceph RGW).
	DeleteOldSegments bool
	// Checkpoint is the path of a file that keeps what has been sent, so that an upload
	// that failed, or was killed, can be taken up again: see [Uploader.UploadSLO]. It must
	// be the upload's own. Empty: none.
	Checkpoint string
	// Progress is called, one call at a time, when bytes have reached a connection,
	// when a retry takes some back, and when parts are done.
	Progress func(Progress)
	// LeavePartsOnError keeps the segments of an upload that failed. They go on being
	// stored, and billed.
	LeavePartsOnError bool
	// AbortTimeout is how long the deletion of the segments of a failed upload may take.
	// Zero: 5 minutes; negative: no limit.
	AbortTimeout time.Duration
	// ClientOptions are applied to every request of the upload.
	ClientOptions []func(*swift.Options)
}

// Progress is the state of an upload or a download at one moment.
type Progress struct {
	// Bytes that have reached the connection, or have come from it, and still count; it
	// falls when an attempt is given up and its part is sent again. Parts that an upload
	// before had sent, by its checkpoint, count too.
	Bytes int64
	// Total bytes; -1 while the length of a stream is not known.
	Total int64
	// PartsDone is the number of parts that are through, and Parts how many there are; 0
	// while that is not known. A CreateObject is one part.
	PartsDone, Parts int
	// Done is true in the last call of a successful transfer; Bytes then equals Total.
	Done bool
}

// track makes the tracker of one transfer, which tells every change.
func track(fn func(Progress), m *multipart.Measured) *multipart.Tracker {
	o := multipart.TrackerOptions{Interval: -1, Measured: m}
	switch {
	case fn != nil:
		o.Progress = func(p multipart.Progress) {
			fn(Progress{Bytes: p.Bytes, Total: p.Total, PartsDone: p.PartsDone, Parts: p.Parts, Done: p.Done})
		}
	case m == nil:
		return nil
	}
	return multipart.NewTracker(o)
}

// measure makes the instruments of the client's provider; nil when it has none.
func measure(client *swift.Client) (*multipart.Meter, error) {
	o := client.Options()
	m, err := multipart.NewMeter("github.com/stowage-go/stowage/swift/transfer", o.StorageURL, o.MeterProvider)
	if err != nil {
		return nil, fmt.Errorf("transfer: MeterProvider: %w", err)
	}
	return m, nil
}

// engine translates the options; limits are what the server says.
func (o *Options) engine(l multipart.Limits, t *multipart.Tracker) multipart.Options {
	m := multipart.Options{
		Limits: l, PartSize: o.PartSize, Threshold: o.Threshold, Concurrency: o.Concurrency, Memory: o.MemoryBudget,
		LeavePartsOnError: o.LeavePartsOnError, AbortTimeout: o.AbortTimeout, Tracker: t,
	}
	if m.AbortTimeout == 0 {
		m.AbortTimeout = DefaultAbortTimeout
	}
	return m
}

func (o *Options) check() error {
	switch {
	case o.PartSize < 0:
		return &OptionError{Field: "PartSize", Reason: "is negative"}
	case o.MaxManifestSegments < 0:
		return &OptionError{Field: "MaxManifestSegments", Reason: "is negative"}
	case o.MaxManifestSegments == 1:
		return &OptionError{Field: "MaxManifestSegments", Reason: "is 1: a manifest of one segment holds no more than the segment"}
	}
	return nil
}

// parallel is the number of requests at once, also for those that are no parts.
func (o *Options) parallel() int {
	if o.Concurrency == 0 {
		return DefaultConcurrency
	}
	return max(o.Concurrency, 1)
}
