package sigv4

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func fixed(value string) *Trailer {
	return &Trailer{Name: "X-Amz-Checksum-Crc32", Size: len(value), Value: func() string { return value }}
}

func chunkModes() map[string]Chunked {
	return map[string]Chunked{
		"signed":           {Mode: StreamingPayload},
		"signed trailer":   {Mode: StreamingPayloadTrailer, Trailer: fixed("AAAAAA==")},
		"unsigned trailer": {Mode: StreamingUnsignedPayloadTrailer, Trailer: fixed("AAAAAA==")},
	}
}

func TestChunkedUnsigned(t *testing.T) {
	c := Chunked{Mode: StreamingUnsignedPayloadTrailer, Trailer: fixed("AAAAAA=="), ChunkSize: MinChunkSize}
	body := strings.Repeat("x", MinChunkSize+1)
	got, err := io.ReadAll(c.NewReader(strings.NewReader(body), int64(len(body)), Signature{}))
	require.NoError(t, err)
	require.Equal(t, "2000\r\n"+body[1:]+"\r\n1\r\nx\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", string(got))
	require.Equal(t, int64(len(got)), c.EncodedLength(int64(len(body))))
}

func TestChunkedLengths(t *testing.T) {
	for name, c := range chunkModes() {
		for _, chunk := range []int{0, 1, MinChunkSize, 100_000} {
			c.ChunkSize = chunk
			size := int(c.chunkSize())
			for _, n := range []int{0, 1, 15, 16, 17, 255, 256, size - 1, size, size + 1, 2*size - 1, 2 * size, 3*size + 5} {
				body := bytes.Repeat([]byte("b"), n)
				got, err := io.ReadAll(c.NewReader(bytes.NewReader(body), int64(n), seed))
				require.NoError(t, err)
				require.Equal(t, c.EncodedLength(int64(n)), int64(len(got)), "%s %d of %d", name, n, size)
				decoded, _, err := slowDecode(got, c.Mode, size)
				require.NoError(t, err)
				require.True(t, bytes.Equal(body, decoded))
			}
		}
	}
}

func TestChunkSizes(t *testing.T) {
	signed, unsigned := Chunked{Mode: StreamingPayload}, Chunked{Mode: StreamingUnsignedPayloadTrailer}
	require.EqualValues(t, 64<<10, signed.chunkSize())
	require.EqualValues(t, 1<<20, unsigned.chunkSize())
	for given, want := range map[int]int64{-1: 8 << 10, 1: 8 << 10, 8 << 10: 8 << 10, 9000: 9000} {
		signed.ChunkSize = given
		require.Equal(t, want, signed.chunkSize())
	}
}

func TestChunkedWrongLength(t *testing.T) {
	for name, c := range chunkModes() {
		t.Run(name, func(t *testing.T) {
			for _, missing := range []int64{1, 5, DefaultUnsignedChunkSize} {
				called := false
				if c.Trailer != nil {
					c.Trailer = &Trailer{Name: "x", Size: 1, Value: func() string { called = true; return "1" }}
				}
				r := c.NewReader(strings.NewReader("12345"), 5+missing, seed)
				_, err := io.ReadAll(r)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				require.ErrorContains(t, err, "short of")
				_, again := r.Read(make([]byte, 1))
				require.Equal(t, err, again, "the error stays")
				require.False(t, called, "no checksum of a body that is not whole")
			}
			for _, n := range []int64{0, 4} {
				_, err := io.ReadAll(c.NewReader(strings.NewReader("12345"), n, seed))
				require.ErrorContains(t, err, "longer than the")
				require.NotErrorIs(t, err, io.ErrUnexpectedEOF)
			}
		})
	}
}

func TestChunkedBodyErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, c := range chunkModes() {
		t.Run(name, func(t *testing.T) {
			for _, body := range []io.Reader{
				iotest.ErrReader(broken),
				io.MultiReader(strings.NewReader("123"), iotest.ErrReader(broken)),
				io.MultiReader(strings.NewReader("12345"), iotest.ErrReader(broken)), // in place of io.EOF
				&dataAndError{"12345", broken},
			} {
				_, err := io.ReadAll(c.NewReader(body, 5, seed))
				require.Equal(t, broken, err)
			}
			_, err := io.ReadAll(c.NewReader(stuck{}, 0, seed))
			require.ErrorIs(t, err, io.ErrNoProgress)
		})
	}
	c := chunkModes()["unsigned trailer"]
	_, err := io.ReadAll(c.NewReader(liar{}, 5, seed))
	require.ErrorContains(t, err, "impossible count")
}

// dataAndError answers its last bytes and an error in one.
type dataAndError struct {
	data string
	err  error
}

func (d *dataAndError) Read(p []byte) (int, error) {
	n := copy(p, d.data)
	d.data = d.data[n:]
	if d.data == "" {
		return n, d.err
	}
	return n, nil
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

type liar struct{}

func (liar) Read(p []byte) (int, error) { return len(p) + 1, nil }

func TestChunkedMistakes(t *testing.T) {
	body := strings.NewReader("x")
	tests := []struct {
		name    string
		c       Chunked
		body    io.Reader
		decoded int64
		seed    Signature
		want    string
	}{
		{"no mode", Chunked{}, body, 1, seed, "unknown mode"},
		{"payload mode", Chunked{Mode: UnsignedPayload}, body, 1, seed, "unknown mode"},
		{"trailer too many", Chunked{Mode: StreamingPayload, Trailer: fixed("")}, body, 1, seed, "has no trailer"},
		{"no trailer", Chunked{Mode: StreamingPayloadTrailer}, body, 1, seed, "needs a trailer"},
		{"no value", Chunked{Mode: StreamingUnsignedPayloadTrailer, Trailer: &Trailer{Name: "x"}}, body, 1, seed, "needs a trailer"},
		{"no name", Chunked{Mode: StreamingUnsignedPayloadTrailer, Trailer: &Trailer{Value: fixed("").Value}}, body, 1, seed, "no valid name"},
		{"bad name", Chunked{Mode: StreamingUnsignedPayloadTrailer, Trailer: &Trailer{Name: "a:b", Value: fixed("").Value}}, body, 1, seed, "no valid name"},
		{"bad size", Chunked{Mode: StreamingUnsignedPayloadTrailer, Trailer: &Trailer{Name: "a", Size: -1, Value: fixed("").Value}}, body, 1, seed, "negative size"},
		{"negative length", Chunked{Mode: StreamingPayload}, body, -1, seed, "negative"},
		{"no body", Chunked{Mode: StreamingPayload}, nil, 1, seed, "no body"},
		{"no seed", Chunked{Mode: StreamingPayload}, body, 1, Signature{}, "need the signature"},
		{"value of other length", Chunked{Mode: StreamingUnsignedPayloadTrailer, Trailer: &Trailer{Name: "a", Size: 3, Value: fixed("12").Value}}, strings.NewReader(""), 0, seed, "trailer a: value is not the 3"},
		{"value with line break", Chunked{Mode: StreamingPayloadTrailer, Trailer: fixed("1\n")}, strings.NewReader(""), 0, seed, "printable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := tt.c.NewReader(tt.body, tt.decoded, tt.seed).Read(make([]byte, 100))
			if err == nil && n > 0 {
				t.Fatalf("read %d bytes", n)
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
	require.EqualValues(t, -1, Chunked{}.EncodedLength(1))
	require.EqualValues(t, -1, Chunked{Mode: StreamingPayload}.EncodedLength(-1))
}

// Reading well behaved in every size of buffer, and nothing is held back while
// the body has nothing to give.
func TestChunkedReads(t *testing.T) {
	for name, c := range chunkModes() {
		t.Run(name, func(t *testing.T) {
			body := bytes.Repeat([]byte("0123456789"), 30_000)
			want, err := io.ReadAll(c.NewReader(bytes.NewReader(body), int64(len(body)), seed))
			require.NoError(t, err)
			require.NoError(t, iotest.TestReader(c.NewReader(bytes.NewReader(body), int64(len(body)), seed), want))
			n, err := c.NewReader(bytes.NewReader(body), int64(len(body)), seed).Read(nil)
			require.NoError(t, err)
			require.Zero(t, n)
		})
	}
	pr, pw := io.Pipe()
	r := chunkModes()["unsigned trailer"].NewReader(pr, 10, Signature{})
	go func() { _, _ = pw.Write([]byte("abc")) }()
	got := make([]byte, 64)
	n, err := r.Read(got)
	require.NoError(t, err)
	require.Equal(t, "a\r\nabc", string(got[:n]))
	require.NoError(t, pr.Close())
}
