package checksum

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var crcs = []Algorithm{CRC32, CRC32C, CRC64NVME}

func sumOf(t testing.TB, a Algorithm, data []byte) []byte {
	t.Helper()
	h, err := New(a)
	require.NoError(t, err)
	_, _ = h.Write(data)
	return h.Sum(nil)
}

func random(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	p := make([]byte, n)
	_, _ = r.Read(p)
	return p
}

func TestCombineSplits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, a := range crcs {
		for range 200 {
			data := random(r.Uint64(), r.IntN(5000))
			cut := r.IntN(len(data) + 1)
			got, err := Combine(a, sumOf(t, a, data[:cut]), sumOf(t, a, data[cut:]), int64(len(data)-cut))
			require.NoError(t, err)
			require.Equal(t, sumOf(t, a, data), got, "%s %d of %d", a, cut, len(data))
		}
	}
}

func TestCombineWithNothing(t *testing.T) {
	for _, a := range crcs {
		some, none := sumOf(t, a, []byte("some")), sumOf(t, a, nil)
		got, err := Combine(a, some, none, 0)
		require.NoError(t, err)
		require.Equal(t, some, got)
		got, err = Combine(a, none, some, 4)
		require.NoError(t, err)
		require.Equal(t, some, got)
	}
}

// Lengths that can't be hashed in a test are compared with another method: the
// matrix that appends one zero bit, squared as often as needed.
func TestCombineHugeLengths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	lengths := []int64{0, 1, 2, 255, 1 << 20, 1<<32 - 1, 1 << 32, 1<<32 + 1, 5 << 30, 5 << 40, math.MaxInt64 / 8, math.MaxInt64}
	for range 20 {
		lengths = append(lengths, r.Int64())
	}
	for _, a := range crcs {
		for _, n := range lengths {
			x, y := random(r.Uint64(), Size(a)), random(r.Uint64(), Size(a))
			got, err := Combine(a, x, y, n)
			require.NoError(t, err)
			require.Equal(t, combineByMatrix(a, x, y, n), got, "%s %d", a, n)
		}
	}
}

// combineByMatrix works on uint64 for every width: bit 0 is the lowest.
func combineByMatrix(a Algorithm, x, y []byte, n int64) []byte {
	width := 8 * Size(a)
	poly := map[Algorithm]uint64{CRC32: 0xedb88320, CRC32C: 0x82f63b78, CRC64NVME: 0x9a6c9329ac4bc9b5}[a]
	apply := func(m []uint64, v uint64) (out uint64) {
		for i := range m {
			if v>>i&1 != 0 {
				out ^= m[i]
			}
		}
		return out
	}
	m := make([]uint64, width) // m[i] is what bit i becomes when a zero bit follows
	m[0] = poly
	for i := 1; i < width; i++ {
		m[i] = 1 << (i - 1)
	}
	square := func() {
		s := make([]uint64, width)
		for i := range m {
			s[i] = apply(m, m[i])
		}
		m = s
	}
	for range 3 {
		square() // one zero byte
	}
	v := read(x)
	for ; n != 0; n >>= 1 {
		if n&1 != 0 {
			v = apply(m, v)
		}
		square()
	}
	v ^= read(y)
	return binary.BigEndian.AppendUint64(nil, v)[8-Size(a):]
}

func read(p []byte) uint64 {
	return binary.BigEndian.Uint64(append(make([]byte, 8-len(p)), p...))
}

// Appending C to A||B is the same as appending B||C to A, at sizes of real
// objects too.
func TestCombineAssociates(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, a := range crcs {
		for range 50 {
			x, y, z := random(r.Uint64(), Size(a)), random(r.Uint64(), Size(a)), random(r.Uint64(), Size(a))
			lenY, lenZ := r.Int64N(48<<40), r.Int64N(48<<40)
			xy, err := Combine(a, x, y, lenY)
			require.NoError(t, err)
			left, err := Combine(a, xy, z, lenZ)
			require.NoError(t, err)
			yz, err := Combine(a, y, z, lenZ)
			require.NoError(t, err)
			right, err := Combine(a, x, yz, lenY+lenZ)
			require.NoError(t, err)
			require.Equal(t, left, right)
		}
	}
}

func TestCombineErrors(t *testing.T) {
	_, err := Combine(SHA256, make([]byte, 32), make([]byte, 32), 1)
	require.ErrorIs(t, err, ErrUnsupported)
	_, err = Combine(CRC32, make([]byte, 4), make([]byte, 8), 1)
	require.ErrorContains(t, err, "4 and 8 bytes")
	_, err = Combine(CRC64NVME, make([]byte, 8), make([]byte, 8), -1)
	require.ErrorContains(t, err, "negative")
}

func TestCombineAllocatesOnlyItsAnswer(t *testing.T) {
	a, b := make([]byte, 8), make([]byte, 8)
	got := testing.AllocsPerRun(100, func() { _, _ = Combine(CRC64NVME, a, b, 5<<40) })
	require.LessOrEqual(t, got, 1.0)
}

func FuzzCombine(f *testing.F) {
	f.Add([]byte("123456789"), uint(4), uint16(0))
	f.Add([]byte{}, uint(0), uint16(1000))
	f.Fuzz(func(t *testing.T, data []byte, cut uint, zeros uint16) {
		data = append(data, make([]byte, zeros)...)
		cut %= uint(len(data)) + 1
		for _, a := range crcs {
			got, err := Combine(a, sumOf(t, a, data[:cut]), sumOf(t, a, data[cut:]), int64(len(data))-int64(cut))
			require.NoError(t, err)
			require.Equal(t, sumOf(t, a, data), got)
		}
	})
}

func BenchmarkCombine(b *testing.B) {
	x, y := random(1, 8), random(2, 8)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Combine(CRC64NVME, x, y, 16<<20)
	}
}
