package checksum

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The sums of "123456789" are the check values of the catalogues of CRCs and
// what openssl prints for the digests.
func TestAlgorithms(t *testing.T) {
	for _, c := range []struct {
		algorithm Algorithm
		header    string
		size      int
		sum       string
	}{
		{CRC32, "X-Amz-Checksum-Crc32", 4, "y/Q5Jg=="},             // cbf43926
		{CRC32C, "X-Amz-Checksum-Crc32c", 4, "4waSgw=="},           // e3069283
		{CRC64NVME, "X-Amz-Checksum-Crc64nvme", 8, "rosUhgp5mIg="}, // ae8b14860a799888
		{SHA1, "X-Amz-Checksum-Sha1", 20, "98O8HYCOBHMq32eZZczDTKeuNEE="},
		{SHA256, "X-Amz-Checksum-Sha256", 32, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
		{SHA512, "X-Amz-Checksum-Sha512", 64, "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ=="},
		{MD5, "X-Amz-Checksum-Md5", 16, "JfnnlDI7RTiF9RgfG2JNCw=="},
	} {
		t.Run(string(c.algorithm), func(t *testing.T) {
			h, err := New(c.algorithm)
			require.NoError(t, err)
			require.Equal(t, c.size, h.Size())
			require.Equal(t, c.size, Size(c.algorithm))
			require.Equal(t, c.header, Header(c.algorithm))
			require.Equal(t, http.CanonicalHeaderKey(c.header), Header(c.algorithm))
			_, _ = h.Write([]byte("123456789"))
			encoded := Encode(h.Sum(nil))
			require.Equal(t, c.sum, encoded)
			require.Len(t, encoded, EncodedSize(c.algorithm))
			sum, err := Decode(c.algorithm, encoded)
			require.NoError(t, err)
			require.Equal(t, h.Sum(nil), sum)
		})
	}
}

func TestUnknownAlgorithm(t *testing.T) {
	for _, a := range []Algorithm{"", "crc32", "XXHASH3"} {
		_, err := New(a)
		require.ErrorIs(t, err, ErrUnsupported)
		_, err = Decode(a, "AAAA")
		require.ErrorIs(t, err, ErrUnsupported)
		require.Zero(t, Size(a))
		require.Zero(t, EncodedSize(a))
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, encoded := range []string{"", "!", "AAAA", "AAAAAAA=", "AAAAAA"} {
		_, err := Decode(CRC32, encoded)
		require.Error(t, err, "%q", encoded)
	}
}
