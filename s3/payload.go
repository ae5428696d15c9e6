package s3

import (
	"crypto/md5" // S3's Content-MD5
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

const (
	checksumPrefix = "X-Amz-Checksum-"
	awsChunked     = "aws-chunked"
)

// payload is how a call's body travels: its hash in the signature, its checksum in a
// header or behind it.
type payload struct {
	body     *transport.Body
	hash     string        // x-amz-content-sha256
	chunked  sigv4.Chunked // Mode "" when the body is not framed
	checksum string        // header or trailer name, "" for none
	digest   hash.Hash     // of the running attempt, when the checksum trails
	// sent is the checksum, once known. A server may answer early, while net/http is
	// still at the end of the body where this is set.
	sent atomic.Pointer[string]
}

// preparePayload decides on length, signature and checksum before the first attempt.
func (k *call) preparePayload() error {
	if k.info.StreamInput {
		return k.prepareStream()
	}
	return k.prepareDocument()
}

// prepareDocument: XML in memory is always signed, and hashed as often as needed.
func (k *call) prepareDocument() error {
	doc, h := k.request.Document, k.request.Header
	k.payload.hash = sigv4.EmptyPayload
	k.addContentType()
	// A server that is told of a checksum refuses a request without one, document or not.
	if doc == nil && !k.info.ChecksumRequired && h.Get("X-Amz-Sdk-Checksum-Algorithm") == "" {
		return nil
	}
	sum := sha256.Sum256(doc)
	k.payload.hash = hex.EncodeToString(sum[:])
	if doc != nil {
		k.payload.body = transport.BytesBody(doc)
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", k.request.DocumentType)
		}
	}
	digest, err := k.payload.askedDigest(h)
	if err != nil {
		return err
	}
	if digest != nil {
		digest.Write(doc)
		h.Set(k.payload.checksum, checksum.Encode(digest.Sum(nil)))
	}
	k.addContentMD5()
	return nil
}

// addContentMD5 adds the header where the operation demands one, even where a checksum
// would do for AWS: OpenStack Swift takes nothing else.
func (k *call) addContentMD5() {
	if h := k.request.Header; k.info.ChecksumRequired && h.Get("Content-Md5") == "" {
		sum := md5.Sum(k.request.Document)
		h.Set("Content-Md5", checksum.Encode(sum[:]))
	}
}

// askedDigest is the hash of the checksum that the caller asks for and does not bring,
// nil when there is none. It takes note of the header.
func (p *payload) askedDigest(h http.Header) (hash.Hash, error) {
	alg := checksum.Algorithm(h.Get("X-Amz-Sdk-Checksum-Algorithm"))
	if alg == "" || hasChecksum(h) {
		return nil, nil
	}
	digest, err := checksum.New(alg)
	if err != nil {
		return nil, fmt.Errorf("s3: ChecksumAlgorithm: %w", err)
	}
	p.checksum = checksum.Header(alg)
	return digest, nil
}

// addContentType gives a subresource the type that some providers insist on.
func (k *call) addContentType() {
	if t := k.settings.options.Profile.SubresourceContentType; t != "" && k.onSubresource() && k.request.Header.Get("Content-Type") == "" {
		k.request.Header.Set("Content-Type", t)
	}
}

// onSubresource: the request is for /bucket?something or /bucket/key?something, or has a
// document. Listings are none, and the Content-Type of CreateMultipartUpload is the object's.
func (k *call) onSubresource() bool {
	switch k.info.Name {
	case "ListObjectsV2", "ListObjectVersions", "CreateMultipartUpload":
		return false
	}
	return k.request.Document != nil || strings.Contains(k.info.URI, "?")
}

// rereadSize is up to what length a file over plain http is hashed first and then sent by
// the kernel, rather than hashed on its way: the second read finds it in the page cache.
const rereadSize = 64 << 20

// prepareStream: a caller's body.
func (k *call) prepareStream() error {
	h, o, p := k.request.Header, &k.settings.options, &k.payload
	length, err := transport.TakeContentLength(h)
	if err != nil {
		return fmt.Errorf("s3: %w", err)
	}
	src := k.request.Stream
	if src == nil {
		if length > 0 {
			return fmt.Errorf("s3: ContentLength is %d but Body is nil", length)
		}
		src = strings.NewReader("")
	}
	body, err := transport.NewBody(src, length)
	if err != nil {
		return err
	}
	if body.Len() < 0 {
		return fmt.Errorf("%w: set ContentLength, or upload with package s3/transfer", ErrUnknownLength)
	}
	body.Report(o.Progress)
	p.body = body

	// An Object Lambda answer is a stream that S3 wants unsigned.
	sign := o.Credentials != nil && k.request.HostPrefix == "" &&
		(o.SignPayload == SignPayloadAlways || o.SignPayload == SignPayloadAuto && !k.settings.endpoint.secure())
	digest, err := p.askedDigest(h)
	if err != nil {
		return err
	}
	p.hash = sigv4.UnsignedPayload
	chunks := o.Profile.AWSChunked && o.Credentials != nil
	switch {
	case body.Len() == 0:
		if sign {
			p.hash = sigv4.EmptyPayload
		}
		if digest != nil {
			p.setChecksum(h, digest)
		}
	case body.Rewindable() && (sign || digest != nil && (body.InMemory() || !chunks || body.InFile() && body.Len() <= rereadSize && !k.settings.endpoint.secure())):
		return p.readAhead(h, sign, digest)
	case sign && chunks:
		p.frame(h, sigv4.StreamingPayload, sigv4.StreamingPayloadTrailer, digest)
	case sign && o.SignPayload == SignPayloadAlways:
		return errors.New("s3: SignPayloadAlways needs a body that is an io.Seeker, or a profile with AWSChunked")
	case digest != nil && chunks:
		p.frame(h, "", sigv4.StreamingUnsignedPayloadTrailer, digest)
	case digest != nil:
		return errors.New("s3: ChecksumAlgorithm needs a body that is an io.Seeker, or a profile with AWSChunked")
	}
	return nil
}

// readAhead hashes a body that can be rewound, all digests in one pass.
func (p *payload) readAhead(h http.Header, sign bool, digest hash.Hash) error {
	var sum hash.Hash
	var w io.Writer
	switch {
	case sign && digest != nil:
		sum = sha256.New()
		w = bothHashes{sum, digest}
	case sign:
		sum = sha256.New()
		w = sum
	default:
		w = digest
	}
	if err := p.body.ReadAhead(w); err != nil {
		return err
	}
	if sum != nil {
		p.hash = hex.EncodeToString(sum.Sum(nil))
	}
	if digest != nil {
		p.setChecksum(h, digest)
	}
	return nil
}

// bothHashes takes bytes into two hashes, which never fail.
type bothHashes [2]hash.Hash

func (h bothHashes) Write(b []byte) (int, error) {
	h[0].Write(b)
	h[1].Write(b)
	return len(b), nil
}

func (p *payload) setChecksum(h http.Header, digest hash.Hash) {
	sum := checksum.Encode(digest.Sum(nil))
	p.sent.Store(&sum)
	h.Set(p.checksum, sum)
}

// frame announces an aws-chunked body, with its checksum behind it if there is one.
func (p *payload) frame(h http.Header, plain, trailing string, digest hash.Hash) {
	p.digest = digest
	p.chunked.Mode = plain
	if digest != nil {
		p.chunked.Mode = trailing
		p.chunked.Trailer = &sigv4.Trailer{
			Name:  strings.ToLower(p.checksum),
			Size:  base64.StdEncoding.EncodedLen(digest.Size()),
			Value: p.trailing,
		}
		h.Set("X-Amz-Trailer", p.chunked.Trailer.Name)
	}
	p.hash = p.chunked.Mode
	encoding := awsChunked
	if own := h.Get("Content-Encoding"); own != "" {
		encoding += "," + own
	}
	h.Set("Content-Encoding", encoding)
	h.Set("X-Amz-Decoded-Content-Length", strconv.FormatInt(p.body.Len(), 10))
}

// anonymous makes the payload one that needs no signature: framed for its trailer only.
// Whether there are keys shows only when they are asked for.
func (p *payload) anonymous(h http.Header) {
	switch p.chunked.Mode {
	case "":
		return
	case sigv4.StreamingPayload:
		p.chunked.Mode, p.hash = "", sigv4.UnsignedPayload
		delete(h, "X-Amz-Decoded-Content-Length")
		if own, ok := strings.CutPrefix(h.Get("Content-Encoding"), awsChunked+","); ok {
			h.Set("Content-Encoding", own)
		} else {
			delete(h, "Content-Encoding")
		}
		return
	case sigv4.StreamingPayloadTrailer:
		p.chunked.Mode, p.hash = sigv4.StreamingUnsignedPayloadTrailer, sigv4.StreamingUnsignedPayloadTrailer
	}
	h.Set("X-Amz-Content-Sha256", p.hash)
}

func (p *payload) trailing() string {
	sum := checksum.Encode(p.digest.Sum(nil))
	p.sent.Store(&sum)
	return sum
}

// wrap dresses the body of one attempt.
func (p *payload) wrap(a *transport.Attempt, seed sigv4.Signature) {
	if p.chunked.Mode == "" {
		return
	}
	if p.digest != nil {
		p.digest.Reset()
		a.Body = &hashingReader{a.Body, p.digest}
	}
	a.Body = p.chunked.NewReader(a.Body, p.body.Len(), seed)
	a.Request.ContentLength = p.chunked.EncodedLength(p.body.Len())
}

type hashingReader struct {
	src    io.Reader
	digest hash.Hash
}

func (r *hashingReader) Read(b []byte) (int, error) {
	n, err := r.src.Read(b)
	r.digest.Write(b[:n])
	return n, err
}

// confirm compares the checksum that the server answers with the one that was sent, be it
// the client's or the caller's. A server that answers none leaves the client's, so that the
// output tells it. What an append answers is of the whole object.
func (p *payload) confirm(sent, answered http.Header) error {
	if _, appends := sent["X-Amz-Write-Offset-Bytes"]; appends {
		return nil
	}
	if sum := p.sent.Load(); sum != nil {
		if got := answered.Get(p.checksum); got == "" {
			answered.Set(p.checksum, *sum)
		} else if got != *sum {
			return mismatch(p.checksum, *sum, got)
		}
		return nil
	}
	for _, name := range checksumHeaders {
		want, got := only(sent[name]), only(answered[name])
		if want != "" && got != "" && got != want && !strings.Contains(got, "-") {
			return mismatch(name, want, got)
		}
	}
	return nil
}

func mismatch(name, sent, got string) error {
	return fmt.Errorf("%w: sent %s %s, the server has %s", ErrChecksumMismatch, strings.ToLower(name), sent, got)
}

// hasChecksum: the caller gave a value. x-amz-checksum-algorithm and -type are none.
func hasChecksum(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, checksumPrefix) && name != "X-Amz-Checksum-Algorithm" && name != "X-Amz-Checksum-Type" && name != "X-Amz-Checksum-Mode" {
			return true
		}
	}
	return false
}
