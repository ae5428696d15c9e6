package multipart

import (
	"fmt"
	"math"
	"time"

	"github.com/stowage-go/stowage/internal/schedule"
)

// Defaults of [Options] and [Limits].
const (
	DefaultPartSize     int64 = 16 << 20
	DefaultConcurrency        = 4 // with DefaultPartSize it fills DefaultMemory exactly
	DefaultMemory       int64 = 64 << 20
	DefaultAbortTimeout       = 30 * time.Second

	DefaultMinPartSize int64 = 5 << 20
	DefaultMaxPartSize int64 = 5 << 30
	DefaultMaxParts          = 10_000
)

const mebibyte = 1 << 20

// Limits are what the store accepts, in bytes and parts. A zero field has the
// default given with it, which is Amazon S3's limit ("Amazon S3 multipart
// upload limits" in the S3 user guide). Negative values are refused with
// [ErrOptions].
type Limits struct {
	// MinPartSize is the least size of a part, the last one excepted. Default 5 MiB.
	MinPartSize int64
	// MaxPartSize is the largest size of a part. Default 5 GiB.
	MaxPartSize int64
	// MaxParts is the largest number of parts. Default 10,000.
	MaxParts int
	// MaxPutSize is the largest body of one PutWhole. Default MaxPartSize.
	MaxPutSize int64
	// MaxObjectSize is the largest object. Default MaxParts * MaxPartSize.
	MaxObjectSize int64
}

// Options tune one upload. The zero value is ready for use.
type Options struct {
	// Limits of the store.
	Limits Limits

	// PartSize in bytes. 0 chooses: 16 MiB, or for a plain reader
	// Memory/Concurrency if that is less, but never under MinPartSize. A size
	// that doesn't fit MaxParts parts raises it (a set one as well) to whole
	// MiB. A set size outside MinPartSize..MaxPartSize is a [LimitError].
	PartSize int64

	// Threshold is the largest size in bytes that is sent by one PutWhole
	// instead of parts. 0 is the part size; negative sends everything but the
	// empty object as parts. MaxPutSize bounds it, and for a plain reader, whose
	// bytes have to be held, so do Memory and, when its length is not known,
	// the part size.
	Threshold int64

	// Scheduler is what the upload shares with others: its requests take slots of it,
	// its buffers are of its memory. Nil is one of its own, with Concurrency and Memory.
	Scheduler *schedule.Scheduler

	// Concurrency is the largest number of parts in flight. 0 is 4, or what the
	// Scheduler gives; negative is 1.
	Concurrency int

	// Memory bounds the bytes of all part buffers of a plain reader; sources with
	// ReadAt use none. 0 is 64 MiB, or the Scheduler's, which is also the most. It is
	// raised to one part where it is less, so a negative value means one part at a time.
	Memory int64

	// LeavePartsOnError skips Abort after a failure or cancellation, so that the
	// upload can be resumed. The parts go on to be stored, and billed.
	LeavePartsOnError bool

	// AbortTimeout is how long Abort may take. 0 is 30 s, negative is no limit.
	AbortTimeout time.Duration

	// Tracker counts the bytes and the parts of this upload, which stops it at its
	// end. Nil: they are not counted.
	Tracker *Tracker

	// InFlight is told of each request with data that begins (1) and ends (-1), unless
	// there is a Scheduler, which has its own. Nil: nobody is.
	InFlight func(delta int)

	lane int // settled: Concurrency as it was asked for
}

// settle returns o with every default filled in, or an error wrapping ErrOptions.
func (o Options) settle() (Options, error) {
	l := &o.Limits
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Limits.MinPartSize", l.MinPartSize},
		{"Limits.MaxPartSize", l.MaxPartSize},
		{"Limits.MaxParts", int64(l.MaxParts)},
		{"Limits.MaxPutSize", l.MaxPutSize},
		{"Limits.MaxObjectSize", l.MaxObjectSize},
		{"PartSize", o.PartSize},
	} {
		if f.value < 0 {
			return o, fmt.Errorf("%w: %s is negative", ErrOptions, f.name)
		}
	}
	l.MaxPartSize = or(l.MaxPartSize, DefaultMaxPartSize)
	if l.MinPartSize == 0 {
		l.MinPartSize = min(DefaultMinPartSize, l.MaxPartSize)
	}
	if l.MinPartSize > l.MaxPartSize {
		return o, fmt.Errorf("%w: MinPartSize %d is above MaxPartSize %d", ErrOptions, l.MinPartSize, l.MaxPartSize)
	}
	l.MaxParts = or(l.MaxParts, DefaultMaxParts)
	l.MaxPutSize = or(l.MaxPutSize, l.MaxPartSize)
	l.MaxObjectSize = min(or(l.MaxObjectSize, math.MaxInt64), product(int64(l.MaxParts), l.MaxPartSize))
	if o.PartSize > 0 && o.PartSize < l.MinPartSize {
		return o, &LimitError{Limit: LimitMinPartSize, Allowed: l.MinPartSize, Asked: o.PartSize}
	}
	if o.PartSize > l.MaxPartSize {
		return o, &LimitError{Limit: LimitMaxPartSize, Allowed: l.MaxPartSize, Asked: o.PartSize}
	}

	concurrency, memory := DefaultConcurrency, DefaultMemory
	if o.Scheduler != nil {
		shared := o.Scheduler.Options()
		concurrency, memory = shared.Start, shared.Memory
		o.Memory = min(o.Memory, memory)
		o.lane = o.Concurrency
	}
	o.Concurrency = max(or(o.Concurrency, concurrency), 1)
	o.Memory = min(max(or(o.Memory, memory), 1), math.MaxInt)
	o.AbortTimeout = or(o.AbortTimeout, DefaultAbortTimeout)
	return o, nil
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// product multiplies two positive numbers and stops at the largest int64.
func product(a, b int64) int64 {
	if a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}
