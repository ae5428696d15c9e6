package sigv4

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
)

// Chunk sizes of [Chunked], in bytes.
const (
	DefaultSignedChunkSize   = 64 << 10
	DefaultUnsignedChunkSize = 1 << 20
	MinChunkSize             = 8 << 10
)

const (
	chunkSignature   = ";chunk-signature="
	trailerSignature = "x-amz-trailer-signature:"
	signatureLength  = 64
	crlf             = "\r\n"
)

// Trailer is a header that follows the body, such as a checksum that is
// computed while the body passes.
type Trailer struct {
	// Name of the header, which is sent in lower case. The request announces it
	// in X-Amz-Trailer.
	Name string
	// Value is called once, after the last byte of the body was read.
	Value func() string
	// Size is the length of the value, known beforehand so that the length of
	// the whole body is. For a checksum it is the length in base64.
	Size int
}

// Chunked frames a body as aws-chunked ("Transferring Payload in Multiple
// Chunks" and "Including Trailing Headers" in the S3 API reference).
//
// The request that carries it is signed with Mode as Params.PayloadHash, has
// the encoded length as its ContentLength, and these headers: Content-Encoding
// aws-chunked (in front of other encodings), X-Amz-Decoded-Content-Length, and
// X-Amz-Trailer if there is a trailer. Not every server knows the framing;
// some answer 501, and some store it as part of the object.
type Chunked struct {
	// Mode is StreamingPayload (no trailer), StreamingPayloadTrailer or
	// StreamingUnsignedPayloadTrailer (one trailer each).
	Mode string
	// ChunkSize is the number of body bytes in each chunk but the last. Default:
	// 64 KiB signed, 1 MiB unsigned. S3 wants at least 8 KiB; less is raised to
	// that. A reader of a signed mode holds one chunk in memory, an unsigned one
	// nothing.
	ChunkSize int
	// Trailer follows the body in the modes that have one.
	Trailer *Trailer
}

func (c Chunked) signed() bool { return c.Mode != StreamingUnsignedPayloadTrailer }

func (c Chunked) chunkSize() int64 {
	switch {
	case c.ChunkSize == 0 && c.signed():
		return DefaultSignedChunkSize
	case c.ChunkSize == 0:
		return DefaultUnsignedChunkSize
	}
	return int64(max(c.ChunkSize, MinChunkSize))
}

func (c Chunked) check() error {
	switch c.Mode {
	case StreamingPayload:
		if c.Trailer != nil {
			return errors.New("sigv4: mode " + c.Mode + " has no trailer")
		}
		return nil
	case StreamingPayloadTrailer, StreamingUnsignedPayloadTrailer:
		if c.Trailer == nil || c.Trailer.Value == nil {
			return errors.New("sigv4: mode " + c.Mode + " needs a trailer with a value")
		}
		if !token(c.Trailer.Name) || c.Trailer.Size < 0 {
			return errors.New("sigv4: trailer has no valid name or a negative size")
		}
		return nil
	}
	return errors.New("sigv4: unknown mode of aws-chunked")
}

// EncodedLength is the length of the framed body, trailer and all, of a body of
// decoded bytes. It is -1 when decoded is negative or the framing is not
// possible (the reader's first error says why).
func (c Chunked) EncodedLength(decoded int64) int64 {
	if decoded < 0 || c.check() != nil {
		return -1
	}
	frame := int64(2 * len(crlf))
	if c.signed() {
		frame += int64(len(chunkSignature) + signatureLength)
	}
	size := c.chunkSize()
	n := decoded + decoded/size*(hexLength(size)+frame)
	if rest := decoded % size; rest > 0 {
		n += hexLength(rest) + frame
	}
	n += 1 + frame // the chunk of no bytes; its second line break ends the body
	if c.Trailer != nil {
		n += int64(len(c.Trailer.Name) + len(":") + c.Trailer.Size + len(crlf))
		if c.signed() {
			n += int64(len(trailerSignature) + signatureLength + len(crlf))
		}
	}
	return n
}

// hexLength is the number of hexadecimal digits of n > 0.
func hexLength(n int64) int64 { return int64(bits.Len64(uint64(n))+3) / 4 }

// NewReader frames a body of exactly decoded bytes. seed is the signature of the
// request's headers; an unsigned mode does without (the zero Signature).
//
// Read fails with an error that is io.ErrUnexpectedEOF (errors.Is) if the body
// ends early, and with another one if it goes on after decoded bytes, if the
// trailer's value is not of its size, or if the framing is not possible. Errors
// of the body come back as they are.
func (c Chunked) NewReader(body io.Reader, decoded int64, seed Signature) io.Reader {
	r := &chunkedReader{
		body: body, decoded: decoded, left: decoded,
		size: c.chunkSize(), signed: c.signed(), trailer: c.Trailer, sig: seed,
	}
	switch r.err = c.check(); {
	case r.err != nil:
	case body == nil:
		r.err = errors.New("sigv4: no body to frame")
	case decoded < 0:
		r.err = errors.New("sigv4: length of the body to frame is negative")
	case r.signed && seed.scope == "":
		r.err = errors.New("sigv4: signed chunks need the signature of the request")
	}
	return r
}

// chunkHeaderMax is the longest line in front of a chunk.
const chunkHeaderMax = 16 + len(chunkSignature) + signatureLength + len(crlf)

type chunkedReader struct {
	body    io.Reader
	decoded int64
	left    int64 // bytes of the body not read yet
	size    int64
	signed  bool
	trailer *Trailer
	sig     Signature // its hex is that of the chunk before

	pending []byte // framing, or a whole signed chunk, to hand out next
	pass    int64  // bytes of the present chunk to pass through, unsigned
	err     error  // what Read answers after pending

	line [chunkHeaderMax]byte // memory of framing
	buf  []byte               // memory of a signed chunk, and of the texts to sign
}

func (r *chunkedReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		switch {
		case len(r.pending) > 0:
			k := copy(p[n:], r.pending)
			r.pending = r.pending[k:]
			n += k
		case r.err != nil:
			if n > 0 {
				return n, nil
			}
			return 0, r.err
		case r.pass > 0:
			k, full := r.passThrough(p[n:])
			n += k
			if !full && r.err == nil {
				return n, nil // the body has no more at hand: don't wait for it
			}
		case r.left == 0:
			r.finish()
		case r.signed:
			r.signChunk()
		default:
			r.pass = min(r.size, r.left)
			r.pending = append(strconv.AppendInt(r.line[:0], r.pass, 16), crlf...)
		}
	}
	return n, nil
}

// passThrough reads body bytes of an unsigned chunk straight into p. full says
// that the body gave all that was asked of it.
func (r *chunkedReader) passThrough(p []byte) (n int, full bool) {
	p = p[:min(int64(len(p)), r.pass)]
	n, err := r.body.Read(p)
	if n < 0 || n > len(p) {
		r.err = errors.New("sigv4: body answered an impossible count")
		return 0, false
	}
	r.pass -= int64(n)
	r.left -= int64(n)
	if r.pass == 0 {
		r.pending = append(r.line[:0], crlf...)
	}
	switch {
	case err == io.EOF && r.left > 0:
		r.err = r.short()
	case err != nil && err != io.EOF:
		r.err = err
	}
	return n, n == len(p)
}

// signChunk reads and signs the next chunk and lays it out, header first, in
// one piece of memory.
func (r *chunkedReader) signChunk() {
	size := int(min(r.size, r.left))
	if r.buf == nil {
		r.buf = make([]byte, chunkHeaderMax+size+len(crlf))
	}
	data := r.buf[chunkHeaderMax : chunkHeaderMax+size]
	n, err := io.ReadFull(r.body, data)
	r.left -= int64(n)
	if err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // what io.ReadFull itself says, not what the body wraps
			err = r.short()
		}
		r.err = err
		return
	}
	r.signNext(algorithm+"-PAYLOAD\n", EmptyPayload+"\n", data)
	header := r.chunkHeader(size)
	start := chunkHeaderMax - len(header)
	copy(r.buf[start:], header)
	copy(r.buf[chunkHeaderMax+size:], crlf)
	r.pending = r.buf[start : chunkHeaderMax+size+len(crlf)]
}

// chunkHeader is the line in front of a chunk, signature included.
func (r *chunkedReader) chunkHeader(size int) []byte {
	line := strconv.AppendInt(r.line[:0], int64(size), 16)
	if r.signed {
		line = append(append(line, chunkSignature...), r.sig.hex[:]...)
	}
	return append(line, crlf...)
}

// finish checks that the body ends here, and adds the last chunk, which has no
// bytes, and the trailer.
func (r *chunkedReader) finish() {
	if r.err = r.ended(); r.err != nil {
		return
	}
	if r.signed {
		r.signNext(algorithm+"-PAYLOAD\n", EmptyPayload+"\n", nil)
	}
	end := append(make([]byte, 0, 512), r.chunkHeader(0)...)
	if r.trailer != nil {
		name, value := strings.ToLower(r.trailer.Name), r.trailer.Value()
		if len(value) != r.trailer.Size || !plain(value) {
			r.err = fmt.Errorf("sigv4: trailer %s: value is not the %d printable bytes announced", name, r.trailer.Size)
			return
		}
		at := len(end)
		end = append(append(append(end, name...), ':'), value...)
		if r.signed {
			// What is signed has a line feed, what is sent has CR LF.
			r.signNext(algorithm+"-TRAILER\n", "", append(end[at:len(end):len(end)], '\n'))
		}
		end = append(end, crlf...)
		if r.signed {
			end = append(append(append(end, trailerSignature...), r.sig.hex[:]...), crlf...)
		}
	}
	r.pending = append(end, crlf...)
	r.err = io.EOF
}

// signNext signs data in the chain of chunk signatures: each signs the one
// before.
func (r *chunkedReader) signNext(prefix, middle string, data []byte) {
	var stack [hmacMax]byte
	text := append(append(stack[:0], prefix...), r.sig.time[:]...)
	text = append(append(append(text, '\n'), r.sig.scope...), '\n')
	text = append(append(text, r.sig.hex[:]...), '\n')
	text = append(text, middle...)
	text = appendHashHex(text, data)
	sum := hmacSHA256(r.sig.key[:], text)
	hex.Encode(r.sig.hex[:], sum[:])
}

// ended is nil if the body has no byte more.
func (r *chunkedReader) ended() error {
	var one [1]byte
	for range 100 {
		switch n, err := r.body.Read(one[:]); {
		case n > 0:
			return fmt.Errorf("sigv4: body is longer than the %d bytes announced", r.decoded)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}

func (r *chunkedReader) short() error {
	return fmt.Errorf("sigv4: body ended %d bytes short of %d: %w", r.left, r.decoded, io.ErrUnexpectedEOF)
}

// token tells whether s can be the name of a header (RFC 9110, section 5.6.2).
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
