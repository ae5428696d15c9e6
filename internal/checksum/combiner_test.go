package checksum

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCombinerFullObject(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, a := range crcs {
		for _, parts := range []int{0, 1, 2, 3, 17} {
			c, err := NewCombiner(a, FullObject)
			require.NoError(t, err)
			var all []byte
			for range parts {
				data := random(r.Uint64(), r.IntN(3000))
				all = append(all, data...)
				require.NoError(t, c.Add(sumOf(t, a, data), int64(len(data))))
			}
			require.Equal(t, sumOf(t, a, all), c.Sum())
			require.Equal(t, Encode(sumOf(t, a, all)), c.String())
			require.Equal(t, parts, c.Parts())
			require.EqualValues(t, len(all), c.Size())
		}
	}
}

func TestCombinerComposite(t *testing.T) {
	for _, a := range []Algorithm{CRC32, CRC32C, SHA1, SHA256, SHA512, MD5} {
		c, err := NewCombiner(a, Composite)
		require.NoError(t, err)
		var sums []byte
		for i, data := range []string{"first part", "second", ""} {
			sum := sumOf(t, a, []byte(data))
			sums = append(sums, sum...)
			require.NoError(t, c.Add(sum, int64(len(data))))
			require.Equal(t, Encode(sumOf(t, a, sums))+"-"+strconv.Itoa(i+1), c.String())
		}
		require.Equal(t, sumOf(t, a, sums), c.Sum())
	}
}

// Sum and Add must not share memory with the caller.
func TestCombinerKeepsItsSum(t *testing.T) {
	c, err := NewCombiner(CRC32, FullObject)
	require.NoError(t, err)
	sum := []byte{1, 2, 3, 4}
	require.NoError(t, c.Add(sum, 1))
	sum[0] = 9
	c.Sum()[1] = 9
	require.Equal(t, []byte{1, 2, 3, 4}, c.Sum())
}

func TestCombinerErrors(t *testing.T) {
	for _, c := range []struct {
		a Algorithm
		t Type
	}{
		{SHA1, FullObject}, {SHA256, FullObject}, {MD5, FullObject}, {CRC64NVME, Composite}, {CRC32, ""}, {"XXHASH64", Composite},
	} {
		_, err := NewCombiner(c.a, c.t)
		require.ErrorIs(t, err, ErrUnsupported, "%s %s", c.a, c.t)
	}
	c, err := NewCombiner(CRC32, FullObject)
	require.NoError(t, err)
	require.ErrorContains(t, c.Add(make([]byte, 8), 1), "part 1")
	require.ErrorContains(t, c.Add(make([]byte, 4), -1), "negative")
	require.Zero(t, c.Parts())
}
