package swift

import (
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/stowage-go/stowage/internal/transport"
)

// payload is how a call's body travels, and what it is compared with afterwards.
type payload struct {
	body   *transport.Body
	digest hash.Hash // of the running attempt; nil: nothing to compare
	// sum is the MD5 of what was sent, once settled. A server may answer early, while
	// net/http is still at the end of the body where this is set.
	sum     [md5.Size]byte
	settled atomic.Bool
}

// preparePayload decides on type and length before the first attempt.
func (k *call) preparePayload() error {
	h, o := k.request.Header, &k.settings.options
	if k.request.Document != nil {
		k.payload.body = transport.BytesBody(k.request.Document)
	}
	if !k.info.StreamInput {
		k.addContentType()
		return nil
	}
	length, err := transport.TakeContentLength(h)
	if err != nil {
		return fmt.Errorf("swift: %w", err)
	}
	src := k.request.Stream
	if src == nil {
		if length > 0 {
			return fmt.Errorf("swift: ContentLength is %d but Body is nil", length)
		}
		src = strings.NewReader("")
	}
	body, err := transport.NewBody(src, length)
	if err != nil {
		return err
	}
	if most := o.Profile.MaxObjectSize; k.storesObject() && most > 0 && body.Len() > most {
		return fmt.Errorf("swift: Body has %d bytes, more than the %d of one object: use UploadSLO", body.Len(), most)
	}
	body.Report(o.Progress)
	k.payload.body = body
	return nil
}

// addContentType gives a request without a type of its own the one that the provider insists
// on, or that of its document. A stream's, and that of an operation that would store it with
// the object, is the caller's or none.
func (k *call) addContentType() {
	h := k.request.Header
	if k.storesType || h.Get("Content-Type") != "" {
		return
	}
	if t := k.settings.options.Profile.ContentType; t != "" {
		h["Content-Type"] = []string{t}
	} else if t := k.request.DocumentType; t != "" {
		h["Content-Type"] = []string{t}
	}
}

// storesObject: the body is an object, and not an archive to be unpacked.
func (k *call) storesObject() bool { return strings.Contains(k.info.URI, "{Object+}") }

// prepareDigest decides whether the body is hashed on its way, which goes by the scheme.
func (k *call) prepareDigest() {
	h, o := k.request.Header, &k.settings.options
	if !k.info.StreamInput || !k.storesObject() || !o.Profile.ETagMD5 || h.Get("Etag") != "" || h.Get("X-Object-Manifest") != "" {
		return
	}
	if o.ETagCheck == ETagCheckAlways || o.ETagCheck == ETagCheckAuto && !k.storage.secure() {
		k.payload.digest = md5.New()
	}
}

// wrap hashes the body of one attempt on its way.
func (p *payload) wrap(a *transport.Attempt) {
	if p.digest == nil {
		return
	}
	p.digest.Reset()
	p.settled.Store(false)
	if a.Body == nil {
		p.settle()
		return
	}
	a.Body = &hashingReader{src: a.Body, payload: p, left: p.body.Len()}
}

func (p *payload) settle() {
	p.digest.Sum(p.sum[:0])
	p.settled.Store(true)
}

type hashingReader struct {
	src     io.Reader
	payload *payload
	left    int64 // negative: not known
}

func (r *hashingReader) Read(b []byte) (int, error) {
	n, err := r.src.Read(b)
	if r.left == 0 {
		return n, err // settled
	}
	r.payload.digest.Write(b[:n])
	if r.left > 0 {
		r.left -= int64(n)
	}
	if r.left == 0 || r.left < 0 && err == io.EOF {
		r.payload.settle()
	}
	return n, err
}

// confirm compares the ETag that the server answers with the MD5 of what was sent.
func (p *payload) confirm(h http.Header) error {
	if p.digest == nil || !p.settled.Load() {
		return nil
	}
	etag := strings.ToLower(strings.Trim(h.Get("Etag"), `"`))
	var sum [2 * md5.Size]byte
	hex.Encode(sum[:], p.sum[:])
	if len(etag) != len(sum) || etag == string(sum[:]) {
		return nil
	}
	return fmt.Errorf("%w: sent MD5 %x, the server has %s", ErrETagMismatch, p.sum, etag)
}
