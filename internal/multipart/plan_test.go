package multipart

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	mib int64 = 1 << 20
	gib int64 = 1 << 30
	tib int64 = 1 << 40
)

var (
	awsLimits   = Limits{MinPartSize: 5 * mib, MaxPartSize: 5 * gib, MaxParts: 10_000, MaxPutSize: 5 * gib, MaxObjectSize: 5 * tib}
	swiftLimits = Limits{MinPartSize: 5 * mib, MaxPartSize: 5 * gib, MaxParts: 1000, MaxPutSize: 5 * gib, MaxObjectSize: 5000 * gib}
)

func TestPlanOfKnownSize(t *testing.T) {
	for _, c := range []struct {
		name  string
		size  int64
		opt   Options
		part  int64
		parts int
	}{
		{"empty", 0, Options{}, 16 * mib, 1},
		{"one byte", 1, Options{}, 16 * mib, 1},
		{"exactly one part", 16 * mib, Options{}, 16 * mib, 1},
		{"one byte more", 16*mib + 1, Options{}, 16 * mib, 2},
		{"1 GiB", gib, Options{}, 16 * mib, 64},
		{"most that default parts carry", 160_000 * mib, Options{}, 16 * mib, 10_000},
		{"raised to whole MiB", 160_000*mib + 1, Options{}, 17 * mib, 9412},
		{"5 TiB", 5 * tib, Options{Limits: awsLimits}, 525 * mib, 9987},
		{"16 GiB on 1000 parts", 16 * gib, Options{Limits: swiftLimits}, 17 * mib, 964},
		{"everything 1000 parts carry", 5000 * gib, Options{Limits: swiftLimits}, 5 * gib, 1000},
		{"size as set", 100 * mib, Options{PartSize: 7*mib + 3}, 7*mib + 3, 15},
		{"set size raised", 100_000 * mib, Options{PartSize: 5 * mib}, 10 * mib, 10_000},
		{"default below MinPartSize", gib, Options{Limits: Limits{MinPartSize: 64 * mib}}, 64 * mib, 16},
		{"default above MaxPartSize", gib, Options{Limits: Limits{MaxPartSize: 8 * mib}}, 8 * mib, 128},
		{"MaxPartSize below the default MinPartSize", 3 * mib, Options{Limits: Limits{MaxPartSize: mib}}, mib, 3},
		{"rounding stops at MaxPartSize", 1000, Options{PartSize: 10, Limits: Limits{MinPartSize: 1, MaxPartSize: 500, MaxParts: 3}}, 500, 2},
		{"the default limit is 10,000 parts of 5 GiB", 50_000 * gib, Options{}, 5 * gib, 10_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := NewPlan(c.size, c.opt)
			require.NoError(t, err)
			require.Equal(t, Plan{Size: c.size, PartSize: c.part, Parts: c.parts, Capacity: c.size}, p)
			checkPlan(t, p, c.opt)
		})
	}
}

// checkPlan holds for every plan of a known size.
func checkPlan(t *testing.T, p Plan, opt Options) {
	t.Helper()
	o, err := opt.settle()
	require.NoError(t, err)
	require.LessOrEqual(t, p.Parts, o.Limits.MaxParts)
	require.Positive(t, p.Parts)
	var end int64
	for number := 1; number <= p.Parts; number++ {
		offset, size := p.Part(number)
		if offset != end || size > o.Limits.MaxPartSize || (number < p.Parts && size < o.Limits.MinPartSize) || (size <= 0 && p.Size != 0) {
			t.Fatalf("%+v: part %d is %d bytes at %d", p, number, size, offset)
		}
		end += size
	}
	require.Equal(t, p.Size, end)
	for _, number := range []int{-1, 0, p.Parts + 1} {
		offset, size := p.Part(number)
		require.Zero(t, offset)
		require.Zero(t, size)
	}
}

func TestPlanRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		size int64
		opt  Options
		want LimitError
	}{
		{"MaxObjectSize", 5*tib + 1, Options{Limits: awsLimits}, LimitError{LimitMaxObjectSize, 5 * tib, 5*tib + 1}},
		{"parts times part size", 5000*gib + 1, Options{Limits: Limits{MaxParts: 1000}}, LimitError{LimitMaxObjectSize, 5000 * gib, 5000*gib + 1}},
		{"set part too small", 1, Options{PartSize: 4 * mib}, LimitError{LimitMinPartSize, 5 * mib, 4 * mib}},
		{"set part too large", 1, Options{PartSize: 6 * gib}, LimitError{LimitMaxPartSize, 5 * gib, 6 * gib}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewPlan(c.size, c.opt)
			var limit *LimitError
			require.ErrorAs(t, err, &limit)
			require.Equal(t, c.want, *limit)
			require.ErrorContains(t, err, string(c.want.Limit))
		})
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"Limits.MinPartSize":   {Limits: Limits{MinPartSize: -1}},
		"Limits.MaxPartSize":   {Limits: Limits{MaxPartSize: -1}},
		"Limits.MaxParts":      {Limits: Limits{MaxParts: -1}},
		"Limits.MaxPutSize":    {Limits: Limits{MaxPutSize: -1}},
		"Limits.MaxObjectSize": {Limits: Limits{MaxObjectSize: -1}},
		"PartSize":             {PartSize: -1},
		"above MaxPartSize":    {Limits: Limits{MinPartSize: 6 * gib}},
	} {
		_, err := NewPlan(1, o)
		require.ErrorIs(t, err, ErrOptions)
		require.ErrorContains(t, err, name)
	}
}

func TestDefaults(t *testing.T) {
	o, err := Options{}.settle()
	require.NoError(t, err)
	require.Equal(t, Options{
		Limits: Limits{
			MinPartSize: 5 * mib, MaxPartSize: 5 * gib, MaxParts: 10_000, MaxPutSize: 5 * gib, MaxObjectSize: 50_000 * gib,
		},
		Concurrency: 4, Memory: 64 * mib, AbortTimeout: DefaultAbortTimeout,
	}, o)

	o, err = Options{Concurrency: -1, Memory: -1, AbortTimeout: -1}.settle()
	require.NoError(t, err)
	require.Equal(t, 1, o.Concurrency)
	require.EqualValues(t, 1, o.Memory)
	require.Negative(t, o.AbortTimeout)
	require.Equal(t, int64(math.MaxInt64), product(math.MaxInt64, 2))
}

// A plain reader's default parts leave room in the budget for all workers.
func TestPlanLooksAtMemory(t *testing.T) {
	for _, c := range []struct {
		memory      int64
		concurrency int
		part        int64
	}{
		{0, 0, 16 * mib},
		{gib, 0, 16 * mib},
		{32 * mib, 0, 8 * mib},
		{30 * mib, 0, 7 * mib},
		{64 * mib, 8, 8 * mib},
		{mib, 0, 5 * mib},
		{-1, 0, 5 * mib},
	} {
		o, err := Options{Memory: c.memory, Concurrency: c.concurrency}.settle()
		require.NoError(t, err)
		p, err := o.plan(gib, true)
		require.NoError(t, err)
		require.Equal(t, c.part, p.PartSize)
		p, err = o.plan(gib, false)
		require.NoError(t, err)
		require.Equal(t, 16*mib, p.PartSize, "files need no memory")
	}
}

// The figures that the package documentation gives.
func TestStreamCapacity(t *testing.T) {
	for _, c := range []struct {
		opt  Options
		want int64
	}{
		{Options{}, 380*gib + 896*mib},
		{Options{Memory: gib}, 3820*gib + 384*mib},
		{Options{Limits: swiftLimits}, 38*gib + 96*mib},
		{Options{Limits: awsLimits, Memory: 5 * gib}, 5 * tib},
		{Options{Limits: Limits{MaxParts: 1}}, 16 * mib},
		{Options{Limits: Limits{MaxParts: 3}}, 64 * mib},
	} {
		p, err := NewPlan(-1, c.opt)
		require.NoError(t, err)
		require.Equal(t, c.want, p.Capacity)
		require.EqualValues(t, -1, p.Size)
		require.Zero(t, p.Parts)
		checkStreamPlan(t, p, c.opt)
	}
	p, err := NewPlan(-1, Options{})
	require.NoError(t, err)
	offset, size := p.Part(5001)
	require.Equal(t, 5000*16*mib, offset, "78 GiB of equal parts")
	require.Equal(t, 32*mib, size)
}

// checkStreamPlan holds for every plan of an unknown length.
func checkStreamPlan(t *testing.T, p Plan, opt Options) {
	t.Helper()
	o, err := opt.settle()
	require.NoError(t, err)
	_, first := p.Part(1)
	require.Equal(t, p.PartSize, first)
	var end, last int64
	for number := 1; number <= o.Limits.MaxParts; number++ {
		offset, size := p.Part(number)
		switch {
		case offset != end:
			t.Fatalf("part %d begins at %d, not %d", number, offset, end)
		case size < last:
			t.Fatalf("part %d has %d bytes, fewer than %d", number, size, last)
		case size < o.Limits.MinPartSize || size > o.Limits.MaxPartSize || size > max(o.Memory, p.PartSize):
			t.Fatalf("part %d has %d bytes", number, size)
		}
		last = size
		end = sum(end, size)
	}
	require.Equal(t, min(end, o.Limits.MaxObjectSize), p.Capacity)
	for _, number := range []int{-1, 0, o.Limits.MaxParts + 1} {
		offset, size := p.Part(number)
		require.Zero(t, offset)
		require.Zero(t, size)
	}
}

func TestPlanProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	size := func(most int64) int64 { return r.Int64N(most>>r.IntN(40) + 1) } // every magnitude
	for _, l := range []Limits{awsLimits, swiftLimits} {
		for range 30 {
			o := Options{Limits: l}
			if r.IntN(2) == 0 {
				o.PartSize = l.MinPartSize + size(l.MaxPartSize-l.MinPartSize)
			}
			p, err := NewPlan(size(l.MaxObjectSize), o)
			require.NoError(t, err)
			checkPlan(t, p, o)
		}
		for range 10 {
			o := Options{Limits: l, Memory: size(8 * gib), Concurrency: r.IntN(20)}
			p, err := NewPlan(-1, o)
			require.NoError(t, err)
			checkStreamPlan(t, p, o)
		}
	}
}

func FuzzPlan(f *testing.F) {
	f.Add(int64(5)<<40, int64(5)<<20, int64(5)<<30, 10_000, int64(0), int64(0), int64(0))
	f.Add(int64(-1), int64(5)<<20, int64(5)<<30, 1000, int64(0), int64(64)<<20, int64(0))
	f.Add(int64(math.MaxInt64), int64(1), int64(math.MaxInt64), 3, int64(1), int64(1), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, size, least, most int64, parts int, part, memory, object int64) {
		if parts > 20_000 {
			parts %= 20_000 // walked one by one below
		}
		o := Options{
			Limits:   Limits{MinPartSize: least, MaxPartSize: most, MaxParts: parts, MaxObjectSize: object},
			PartSize: part, Memory: memory,
		}
		p, err := NewPlan(size, o)
		var limit *LimitError
		switch {
		case err == nil && size < 0:
			checkStreamPlan(t, p, o)
		case err == nil && p.Parts <= 20_000:
			checkPlan(t, p, o)
		case err == nil:
			t.Fatalf("%d parts", p.Parts)
		case errors.As(err, &limit):
			require.True(t, limit.Asked > limit.Allowed || limit.Limit == LimitMinPartSize)
		default:
			require.ErrorIs(t, err, ErrOptions)
		}
	})
}
