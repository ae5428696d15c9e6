package transfer

import (
	"context"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"
	"sync"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/s3"
)

// wantsChecksum: the server is asked for the stored checksum.
func (f *fetch) wantsChecksum() bool {
	return f.options.Integrity != IntegrityMD5 && f.options.Integrity != IntegrityTransport && len(f.resolved.Profile.Checksums) > 0
}

// expectation is what the content must hash to. The zero value expects nothing.
type expectation struct {
	algorithm checksum.Algorithm
	sum       string // base64
	what      string // tells it
}

func (e expectation) verify(sum []byte) error {
	if got := checksum.Encode(sum); got != e.sum {
		return fmt.Errorf("%w: %s is %s, received %s", s3.ErrChecksumMismatch, e.what, e.sum, got)
	}
	return nil
}

// comparable are the checksums that can be computed, in the order of their cost: an answer
// with several is compared by one.
var comparable = [...]s3.ChecksumAlgorithm{
	s3.ChecksumAlgorithmCrc64nvme, s3.ChecksumAlgorithmCrc32c, s3.ChecksumAlgorithmCrc32,
	s3.ChecksumAlgorithmSha256, s3.ChecksumAlgorithmSha1, s3.ChecksumAlgorithmSha512, s3.ChecksumAlgorithmMd5,
}

// storedChecksum is the one of the whole object that an answer tells. One of the parts'
// checksums says nothing about the bytes.
func storedChecksum(out *DownloadOutput) expectation {
	if out.ChecksumType == s3.ChecksumTypeComposite {
		return expectation{}
	}
	for _, a := range comparable {
		if sum := checksumOf(out, a); sum != "" && !strings.Contains(sum, "-") {
			return expectation{checksum.Algorithm(a), sum, "stored " + string(a)}
		}
	}
	return expectation{}
}

// etagMD5 is the MD5 of the whole that the ETag is, for objects that were stored by one
// request and under no key.
func (f *fetch) etagMD5(out *DownloadOutput) expectation {
	sum, ok := md5OfETag(out.ETag)
	if !ok || f.in.SSECustomerKey != "" || out.SSECustomerAlgorithm != "" || !plain(out.ServerSideEncryption) {
		return expectation{}
	}
	return expectation{checksum.MD5, base64.StdEncoding.EncodeToString(sum), "the ETag's MD5"}
}

// copyChecksums has one answer tell the checksum of another.
func copyChecksums(to, from *DownloadOutput) {
	for _, a := range algorithms {
		setChecksum(to, a, checksumOf(from, a))
	}
	to.ChecksumType = from.ChecksumType
}

// content gathers the hashes of what comes, part by part, until they can be compared.
type content struct {
	mu   sync.Mutex
	want expectation
	// pending: the server has still to say what to expect. Till then every part is hashed
	// by all that it may say.
	pending bool
	settled chan struct{} // closed when it has said; nil: nobody waits
	// ordered: there is one part, so that any hash can be made of it.
	ordered bool
	// note: a CRC-64/NVME of each part is needed, whatever is expected.
	note bool
	sums []map[checksum.Algorithm][]byte
	// read is the hash of all, where it can't be made of the parts'.
	read hash.Hash
}

// partHash is the hash of a part under way, by each algorithm that may be asked for.
type partHash map[checksum.Algorithm]hash.Hash

func (d partHash) write(p []byte) {
	for _, h := range d {
		h.Write(p)
	}
}

func (d partHash) reset() {
	for _, h := range d {
		h.Reset()
	}
}

// begin is the hash for a part that begins.
func (c *content) begin() partHash {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := make(partHash, 1)
	add := func(a checksum.Algorithm) {
		if h, err := checksum.New(a); err == nil {
			d[a] = h
		}
	}
	if c.pending {
		for _, a := range preferred {
			add(checksum.Algorithm(a))
		}
	} else if c.ordered || combinable(s3.ChecksumAlgorithm(c.want.algorithm)) {
		add(c.want.algorithm)
	}
	if c.note {
		add(checksum.CRC64NVME)
	}
	return d
}

// end takes the hash of part i, and gives its CRC-64/NVME, if it was made.
func (c *content) end(i int, d partHash) []byte {
	sums := make(map[checksum.Algorithm][]byte, len(d))
	for a, h := range d {
		sums[a] = h.Sum(nil)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sums[i] = sums
	return sums[checksum.CRC64NVME]
}

// expect says what is expected, after all.
func (c *content) expect(e expectation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.want, c.pending = e, false
}

// verify compares, and tells by which algorithm; empty when there was nothing to compare.
func (c *content) verify(parts []download.Part) (s3.ChecksumAlgorithm, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.want.algorithm
	var sum []byte
	switch {
	case a == "":
		return "", nil
	case c.read != nil:
		sum = c.read.Sum(nil)
	case c.ordered:
		sum = c.sums[0][a]
	default:
		all, err := checksum.NewCombiner(a, checksum.FullObject)
		if err != nil {
			return "", nil //nolint:nilerr // can't be made of the parts'
		}
		for i, p := range parts {
			if err := all.Add(c.sums[i][a], p.Size); err != nil {
				return "", err
			}
		}
		sum = all.Sum()
	}
	return s3.ChecksumAlgorithm(a), c.want.verify(sum)
}

// stored asks the server for the object's checksum.
func (f *fetch) stored(ctx context.Context) (*DownloadOutput, error) {
	in := new(s3.HeadObjectInput)
	copyFields(in, &f.in)
	in.IfMatch, in.ChecksumMode = f.condition(), s3.ChecksumModeEnabled
	head, err := f.client.HeadObject(ctx, in, f.options.ClientOptions...)
	if f.versioned(err) {
		in.VersionId = f.version
		head, err = f.client.HeadObject(ctx, in, f.options.ClientOptions...)
	}
	out := new(DownloadOutput)
	switch {
	case err == nil && head.ETag != f.state.ETag:
		return nil, fmt.Errorf("%w: ETag %s, now %s", s3.ErrObjectChanged, f.state.ETag, head.ETag)
	case err == nil:
		copyFields(out, head)
	case f.options.Integrity == IntegrityChecksum || ctx.Err() != nil:
		return nil, fmt.Errorf("ask for the stored checksum: %w", err)
	}
	return out, nil // nothing, where it is not to be had: that is as good as it gets
}
