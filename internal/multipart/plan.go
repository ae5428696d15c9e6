package multipart

import "math"

// Plan says how a source is cut. It is pure arithmetic: the same size and
// options give the same plan.
type Plan struct {
	// Size of the source in bytes, -1 when it is not known.
	Size int64
	// PartSize is the size of every part but the last one; when Size is not
	// known it is the size that the parts begin with.
	PartSize int64
	// Parts is how many there are, 0 when Size is not known. An empty source is
	// one part of no bytes.
	Parts int
	// Capacity is the largest size the plan can carry: Size where that is known.
	Capacity int64

	maxParts int   // of an unknown length
	maxPart  int64 // of an unknown length: parts stop growing here
}

// NewPlan cuts size bytes that need no memory, or with size < 0 a stream of
// unknown length. Errors: [ErrOptions], and a [*LimitError] when the size can't
// fit the limits.
func NewPlan(size int64, opt Options) (Plan, error) {
	o, err := opt.settle()
	if err != nil {
		return Plan{}, err
	}
	return o.plan(size, size < 0)
}

// plan is NewPlan with settled options. Parts of a buffered source are held in
// memory, which is why their default size looks at the budget.
func (o Options) plan(size int64, buffered bool) (Plan, error) {
	l := o.Limits
	part := o.PartSize
	if part == 0 {
		part = DefaultPartSize
		if buffered {
			part = min(part, wholeMiBDown(o.Memory/int64(o.Concurrency)))
		}
		part = min(max(part, l.MinPartSize), l.MaxPartSize)
	}
	if size < 0 {
		return o.planStream(part), addressable(part, true)
	}
	if size > l.MaxObjectSize {
		return Plan{}, &LimitError{Limit: LimitMaxObjectSize, Allowed: l.MaxObjectSize, Asked: size}
	}
	if size == 0 {
		return Plan{Size: 0, PartSize: part, Parts: 1}, nil
	}
	if need := ceilDiv(size, int64(l.MaxParts)); part < need {
		// need <= MaxPartSize, because size <= MaxObjectSize <= MaxParts*MaxPartSize.
		part = min(wholeMiBUp(need), l.MaxPartSize)
	}
	if err := addressable(part, buffered); err != nil {
		return Plan{}, err
	}
	return Plan{
		Size:     size,
		PartSize: part,
		Parts:    int(ceilDiv(size, part)),
		Capacity: size,
	}, nil
}

// addressable refuses a buffer that a 32-bit machine can't make.
func addressable(part int64, buffered bool) error {
	if buffered && part > math.MaxInt {
		return &LimitError{Limit: LimitMemory, Allowed: math.MaxInt, Asked: part}
	}
	return nil
}

// planStream plans a stream of unknown length that begins with parts of the
// given size.
func (o Options) planStream(part int64) Plan {
	p := Plan{
		Size:     -1,
		PartSize: part,
		maxParts: o.Limits.MaxParts,
		maxPart:  max(part, min(o.Limits.MaxPartSize, o.Memory)),
	}
	offset, size := p.Part(p.maxParts)
	p.Capacity = min(o.Limits.MaxObjectSize, sum(offset, size))
	return p
}

// Part returns where the part of that number, counted from 1, begins and how
// many bytes it has. For an unknown length the last part of the stream may have
// fewer. A number that the plan doesn't have gives 0, 0.
func (p Plan) Part(number int) (offset, size int64) {
	if p.Size >= 0 {
		if number < 1 || number > p.Parts {
			return 0, 0
		}
		offset = int64(number-1) * p.PartSize
		return offset, min(p.PartSize, p.Size-offset)
	}
	if number < 1 || number > p.maxParts {
		return 0, 0
	}
	// Runs of equal parts: the first is half of the numbers, each later one a
	// 32nd. Doubling reaches maxPart within 63 runs, so the loop is short.
	size = p.PartSize
	run := (p.maxParts + 1) / 2
	for left := number - 1; ; {
		if left < run || size == p.maxPart {
			return sum(offset, product(int64(left), size)), size
		}
		offset = sum(offset, product(int64(run), size))
		left -= run
		run = max(p.maxParts/32, 1)
		if size > p.maxPart/2 {
			size = p.maxPart
		} else {
			size *= 2
		}
	}
}

// whole reports whether a source of this known size is sent by one PutWhole.
func (o Options) whole(size int64, p Plan, buffered bool) bool {
	if size == 0 {
		return true // no store takes an upload without bytes in parts
	}
	most := min(or(o.Threshold, p.PartSize), o.Limits.MaxPutSize)
	if buffered {
		most = min(most, max(o.Memory, p.PartSize))
	}
	return size <= most
}

func ceilDiv(a, b int64) int64 { return (a-1)/b + 1 }

// sum adds two numbers that are not negative and stops at the largest int64.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func wholeMiBUp(n int64) int64 {
	return product(ceilDiv(n, mebibyte), mebibyte)
}

// wholeMiBDown leaves sizes below one MiB as they are: rounding them would
// leave nothing.
func wholeMiBDown(n int64) int64 {
	if n < mebibyte {
		return n
	}
	return n / mebibyte * mebibyte
}
