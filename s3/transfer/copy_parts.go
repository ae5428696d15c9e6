package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// onServer has the server copy.
func (c *copying) onServer(ctx context.Context, t *multipart.Tracker) (*UploadOutput, error) {
	p := &c.client.Profile
	size, o := c.head.ContentLength, c.options.engine(*p, c.manager.shared, t)
	most := p.MaxPutSize
	if most == 0 {
		most = multipart.DefaultMaxPartSize
	}
	ranged := c.client.AllowUnsupported || p.RangedPartCopy && !(p.PartCopyDecodesTwice && strings.ContainsAny(c.key, "%?"))
	switch {
	case !ranged && size > most:
		return nil, fmt.Errorf("%w: %s may take a part of this source for another one, or for all of it, and %d bytes are too many for one CopyObject, which takes %d; StreamCopies is another way",
			s3.ErrUnsupported, p.Name, size, most)
	case !ranged, c.options.Threshold == 0:
		o.Threshold = most
	}
	if o.PartSize == 0 {
		o.PartSize = max(min(DefaultCopyPartSize, p.MaxPartSize), p.MinPartSize)
	}
	proof, err := c.serverProtection()
	if err != nil {
		return nil, err
	}
	s := &serverCopy{copying: c, upload: c.manager.bareUpload(nil, c.options, &c.client)}
	s.upload.protection = proof
	src, err := multipart.ReaderAtSource(unread{}, size)
	if err != nil {
		return nil, err
	}
	result, err := multipart.Upload(ctx, src, s, o)
	c.uploadID = s.upload.uploadID()
	if err != nil {
		return nil, err
	}
	out := s.output
	out.Integrity = s.upload.protection.mode
	out.Size, out.Parts, out.PartSize = result.Size, result.Parts, result.PartSize
	return &out, nil
}

// serverProtection is by the checksum that the caller asks for, or that the source has.
func (c *copying) serverProtection() (protection, error) {
	asked, err := askedChecksum(&s3.PutObjectInput{ChecksumAlgorithm: c.in.ChecksumAlgorithm})
	if err != nil {
		return protection{}, err
	}
	able := c.client.Profile.PartCopyChecksums || c.client.AllowUnsupported
	if asked == "" {
		if a, _ := c.sourceChecksum(); able && c.client.Profile.TakesChecksum(a) && checksum.Size(checksum.Algorithm(a)) > 0 {
			return protection{mode: IntegrityChecksum, algorithm: a}, nil
		}
		return protection{mode: IntegrityTransport}, nil
	}
	algorithm, err := honoured(&c.client, asked)
	return protection{mode: IntegrityChecksum, algorithm: algorithm}, err
}

// sourceChecksum is the algorithm of the source's checksum, and its value where that is of
// all bytes and can be compared with one that is combined of parts.
func (c *copying) sourceChecksum() (a s3.ChecksumAlgorithm, value string) {
	for _, a := range algorithms {
		if value := checksumOf(c.head, a); value != "" {
			if c.head.ChecksumType == s3.ChecksumTypeComposite || !combinable(a) {
				value = ""
			}
			return a, value
		}
	}
	return "", ""
}

// unread is the engine's source of a copy whose bytes stay on the server.
type unread struct{}

func (unread) ReadAt([]byte, int64) (int, error) {
	return 0, errors.New("the bytes of a copy on the server are not here")
}

// serverCopy is a copy that the server makes: the engine's Store, and its Target once parts
// have begun. What is not copied is uploaded.
type serverCopy struct {
	*copying
	*upload
	source s3.UploadPartCopyInput // of all parts; what differs is set on a copy for each
}

// PutWhole copies by one CopyObject.
func (s *serverCopy) PutWhole(ctx context.Context, _ multipart.Body) error {
	in := s.copying.in
	conditional := in.IfMatch != "" || in.IfNoneMatch != ""
	err := s.pinned(ctx, conditional, func(version, etag string) error {
		in.CopySource, in.CopySourceIfMatch = s3.CopySource(s.bucket, s.key, version), etag
		out, err := s.upload.client.CopyObject(ctx, &in, s.requestOptions(nil)...)
		if err != nil {
			return err
		}
		copyFields(&s.output, out)
		if out.CopyObjectResult != nil {
			copyFields(&s.output, out.CopyObjectResult)
		}
		return nil
	})
	if err == nil && s.unpinned.Load() {
		err = s.sameSource(ctx)
	}
	return err
}

// Begin creates the multipart upload.
func (s *serverCopy) Begin(ctx context.Context, plan multipart.Plan) (multipart.Target[receipt], error) {
	if s.upload.protection.mode == IntegrityChecksum && !s.upload.profile.PartCopyChecksums && !s.allowUnsupported {
		return nil, &OptionError{Field: "ChecksumAlgorithm", Reason: s.upload.profile.Name + " computes none of parts that it copies; raise Threshold, or set StreamCopies"}
	}
	put, err := s.putInput(ctx)
	if err != nil {
		return nil, err
	}
	if a, value := s.sourceChecksum(); a == s.upload.protection.algorithm && value != "" {
		setChecksum(put, a, value) // Complete compares it
	}
	s.upload.in = put
	if _, err := s.upload.Begin(ctx, plan); err != nil {
		return nil, err
	}
	copyFields(&s.source, &s.copying.in)
	s.source.UploadId = s.upload.uploadID()
	return s, nil
}

// UploadPart copies one part.
func (s *serverCopy) UploadPart(ctx context.Context, number int, body multipart.Body) (receipt, error) {
	in := s.source
	in.PartNumber = int32(number) // at most Profile.MaxParts, an int32
	in.CopySourceRange = fmt.Sprintf("bytes=%d-%d", body.Offset, body.Offset+body.Size()-1)
	r := receipt{number: in.PartNumber, size: body.Size()}
	err := s.pinned(ctx, false, func(version, etag string) error {
		in.CopySource, in.CopySourceIfMatch = s3.CopySource(s.bucket, s.key, version), etag
		out, err := s.upload.client.UploadPartCopy(ctx, &in, s.requestOptions(nil)...)
		switch {
		case err != nil:
			return err
		case out.CopyPartResult == nil:
			return errors.New("the server answered UploadPartCopy without CopyPartResult")
		}
		r.etag, r.checksum = out.CopyPartResult.ETag, checksumOf(out.CopyPartResult, s.upload.protection.algorithm)
		return nil
	})
	if err != nil && !answered(err) {
		s.loose.Store(true)
	}
	return r, err
}

// Complete joins the parts, if all are of the same source.
func (s *serverCopy) Complete(ctx context.Context, receipts []receipt) error {
	if err := s.sameSource(ctx); err != nil {
		return err
	}
	for _, r := range receipts {
		if r.checksum == "" {
			s.upload.protection = protection{mode: IntegrityTransport} // the server tells none
		}
	}
	return s.upload.Complete(ctx, receipts)
}
