package transfer

import (
	"bytes"
	"context"
	"crypto/md5" // S3's ETag
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// holds: the object has the content of the file, whose size it has. What can't be told is false.
func (s *keyspace) holds(ctx context.Context, object *entry, f *folder, name string) (bool, error) {
	file, err := f.open(name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	if want, ok := md5OfETag(object.etag); ok && s.profile.ETagMD5 {
		h := md5.New()
		if err := digestFile(ctx, file, object.size, h); err != nil {
			return false, err
		}
		// Under a KMS key an ETag looks like an MD5 and is none; a checksum knows better.
		if bytes.Equal(h.Sum(nil), want) || !object.summed {
			return bytes.Equal(h.Sum(nil), want), nil
		}
	}
	algorithm, want, err := s.checksum(ctx, object)
	if err != nil {
		return false, err
	}
	if algorithm != "" {
		h, err := checksum.New(checksum.Algorithm(algorithm))
		if err != nil {
			return false, err
		}
		err = digestFile(ctx, file, object.size, h)
		return checksum.Encode(h.Sum(nil)) == want, err
	}
	parts, want, ok := partsOfETag(object.etag)
	if !ok || !s.profile.ETagMD5 {
		return false, nil
	}
	var guesses []*partsMD5
	var all []io.Writer
	for _, size := range s.partSizes(object.size, parts) {
		guesses = append(guesses, &partsMD5{size: size, part: md5.New(), whole: md5.New()})
		all = append(all, guesses[len(guesses)-1])
	}
	if len(guesses) == 0 {
		return false, nil
	}
	if err := digestFile(ctx, file, object.size, io.MultiWriter(all...)); err != nil {
		return false, err
	}
	return slices.ContainsFunc(guesses, func(h *partsMD5) bool { return h.sum() == want }), nil
}

// digestFile hashes a file from its beginning, which must have that size.
func digestFile(ctx context.Context, file io.ReaderAt, size int64, to io.Writer) error {
	// One byte more, which must not be there.
	n, err := io.Copy(to, &untilDone{ctx, io.NewSectionReader(file, 0, size+1)})
	if err == nil && n != size {
		err = &LengthError{Want: size, Got: n}
	}
	return err
}

// untilDone reads until the context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}

// checksum is that of the whole object, as the server keeps it, the cheapest first; none is empty.
func (s *keyspace) checksum(ctx context.Context, object *entry) (s3.ChecksumAlgorithm, string, error) {
	values, err := s.checksums(ctx, object)
	if err != nil {
		return "", "", err
	}
	for _, a := range append(slices.Clone(preferred[:]), s3.ChecksumAlgorithmSha1, s3.ChecksumAlgorithmSha256) {
		if v := checksumOf(values, a); v != "" && !strings.Contains(v, "-") {
			return a, v, nil
		}
	}
	return "", "", nil
}

// checksums are those of the whole object that the server keeps.
func (s *keyspace) checksums(ctx context.Context, object *entry) (*s3.HeadObjectOutput, error) {
	m := s.manager
	if len(s.profile.Checksums) == 0 {
		return &s3.HeadObjectOutput{}, nil
	}
	out, err := m.client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: s.bucket, Key: s.prefix + object.name, ChecksumMode: s3.ChecksumModeEnabled,
	}, m.options.ClientOptions...)
	var refused *s3.Error
	switch {
	case errors.As(err, &refused) && refused.StatusCode < 500: // it may be written but not read, or under a customer's key
		return &s3.HeadObjectOutput{}, nil
	case err != nil:
		return nil, err
	case strings.Trim(out.ETag, `"`) != strings.Trim(object.etag, `"`), out.ChecksumType == s3.ChecksumTypeComposite:
		return &s3.HeadObjectOutput{}, nil // it is another one by now, or its checksum is of checksums
	}
	return out, nil
}

// sameObjects: both have the same content, as far as can be told without reading them. Their
// sizes are the same.
func sameObjects(ctx context.Context, a *keyspace, of *entry, b *keyspace, to *entry) (bool, error) {
	x, y := strings.Trim(of.etag, `"`), strings.Trim(to.etag, `"`)
	if a.profile.ETagMD5 && b.profile.ETagMD5 && x != "" && x == y {
		return true, nil
	}
	if len(a.profile.Checksums) == 0 || len(b.profile.Checksums) == 0 {
		return false, nil
	}
	left, err := a.checksums(ctx, of)
	if err != nil {
		return false, err
	}
	right, err := b.checksums(ctx, to)
	if err != nil {
		return false, err
	}
	for _, algorithm := range algorithms {
		if v := checksumOf(left, algorithm); v != "" && checksumOf(right, algorithm) != "" {
			return v == checksumOf(right, algorithm), nil
		}
	}
	return false, nil
}

// partsOfETag is what the ETag of a multipart upload tells: the number of parts, and the MD5
// of their MD5s in hex.
func partsOfETag(etag string) (parts int64, sum string, ok bool) {
	sum, number, ok := strings.Cut(strings.Trim(etag, `"`), "-")
	if _, isMD5 := md5OfETag(sum); !ok || !isMD5 {
		return 0, "", false
	}
	parts, err := strconv.ParseInt(number, 10, 32)
	return parts, sum, err == nil && parts > 0
}

// usualPartSizes in MiB: the defaults of programs and SDKs, and round ones.
var usualPartSizes = [...]int64{5, 8, 10, 15, 16, 25, 32, 50, 64, 100, 128, 256}

// partSizes are those that may have made so many parts, this manager's own first.
func (s *keyspace) partSizes(size, parts int64) (sizes []int64) {
	consider := func(part int64) {
		if part > 0 && (size+part-1)/part == parts && !slices.Contains(sizes, part) {
			sizes = append(sizes, part)
		}
	}
	p := &s.profile
	plan, err := multipart.NewPlan(size, multipart.Options{PartSize: s.manager.options.PartSize, Limits: multipart.Limits{
		MinPartSize: p.MinPartSize, MaxPartSize: p.MaxPartSize, MaxParts: int(p.MaxParts), MaxPutSize: p.MaxPutSize, MaxObjectSize: p.MaxObjectSize,
	}})
	if err == nil {
		consider(plan.PartSize)
	}
	for _, mib := range usualPartSizes {
		consider(mib << 20)
	}
	return sizes
}

// partsMD5 is the MD5 of the MD5s of parts, as the ETag of a multipart upload is.
type partsMD5 struct {
	size, filled int64
	part, whole  hash.Hash
}

func (h *partsMD5) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(h.size-h.filled, int64(len(rest)))
		h.part.Write(rest[:n])
		if h.filled += n; h.filled == h.size {
			h.close()
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// close takes the part into the whole, and begins another.
func (h *partsMD5) close() {
	h.whole.Write(h.part.Sum(nil))
	h.part.Reset()
	h.filled = 0
}

func (h *partsMD5) sum() string {
	if h.filled > 0 {
		h.close()
	}
	return hex.EncodeToString(h.whole.Sum(nil))
}
