package transfer

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// compositeOf is S3's checksum of the parts' checksums, by the long way.
func compositeOf(t *testing.T, a checksum.Algorithm, data []byte) string {
	t.Helper()
	var sums []byte
	n := 0
	for rest := data; len(rest) > 0; n++ {
		part := rest[:min(partSize, len(rest))]
		rest = rest[len(part):]
		h, err := checksum.New(a)
		require.NoError(t, err)
		h.Write(part)
		sums = h.Sum(sums)
	}
	return fmt.Sprintf("%s-%d", sumOf(a, sums), n)
}

func TestObjectChecksum(t *testing.T) {
	data := pattern(5*partSize + 123)
	for _, a := range s3.AWS().Checksums {
		for _, kind := range bodies {
			t.Run(string(a)+"/"+kind.name, func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				in := input(nil)
				kind.make(t, in, data)
				in.ChecksumAlgorithm = a
				out, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
				require.NoError(t, err)
				want, typ := sumOf(checksum.Algorithm(a), data), s3.ChecksumTypeFullObject
				ops := []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
				if a == s3.ChecksumAlgorithmSha256 || a == s3.ChecksumAlgorithmSha1 {
					want, typ = compositeOf(t, checksum.Algorithm(a), data), s3.ChecksumTypeComposite
					ops = append(ops, "HeadObject") // says nothing of the size
				}
				require.Equal(t, want, checksumOf(out, a))
				require.Equal(t, typ, out.ChecksumType)
				require.Equal(t, IntegrityChecksum, out.Integrity)
				require.True(t, out.SizeVerified)
				require.Equal(t, ops, s.ops())
				require.Equal(t, data, s.object(objectPath))
			})
		}
	}
}

// The checksum of one PutObject is the output's, whoever computed it and whether or not
// the server tells.
func TestChecksumOfWhole(t *testing.T) {
	data := pattern(100)
	for _, kind := range bodies {
		for _, silent := range []bool{false, true} {
			s := startServer(t, small(s3.AWS()), true)
			if silent {
				s.setAfter(func(*exchange) *reply { return &reply{status: 200, header: http.Header{"Etag": {`"x"`}}} })
			}
			in := input(nil)
			kind.make(t, in, data)
			out, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, sumOf(checksum.CRC64NVME, data), out.ChecksumCRC64NVME, kind.name)
			require.False(t, out.SizeVerified)
		}
	}
}

// A server that answers another checksum than was sent, for the part or for the whole.
func TestServerHasOtherBytes(t *testing.T) {
	data := pattern(3 * partSize)
	for _, kind := range bodies {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/https=%t", kind.name, secure), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), secure)
				s.setAfter(func(e *exchange) *reply {
					if e.Op == "PutObject" || e.Op == "UploadPart" && e.Part == 2 {
						return &reply{status: 200, header: http.Header{"Etag": {`"x"`}, "X-Amz-Checksum-Crc64nvme": {sumOf(checksum.CRC64NVME, nil)}}}
					}
					return nil
				})
				up := newManager(t, s.newClient(t))
				in := input(nil)
				kind.make(t, in, data[:99])
				_, err := up.Upload(t.Context(), in)
				failed := requireUploadError(t, err)
				require.ErrorIs(t, err, s3.ErrChecksumMismatch)
				require.ErrorIs(t, err, ErrIncomplete)
				require.Equal(t, PartsNone, failed.Parts)

				in = input(nil)
				kind.make(t, in, data)
				_, err = up.Upload(t.Context(), in)
				failed = requireUploadError(t, err)
				require.ErrorIs(t, err, s3.ErrChecksumMismatch)
				require.Equal(t, 2, failed.Part)
				require.Equal(t, PartsAborted, failed.Parts)
				require.Zero(t, s.open())
			})
		}
	}
}

func TestCompletedObjectHasOtherBytes(t *testing.T) {
	data := pattern(3 * partSize)
	direct := sumOf(checksum.CRC64NVME, data)
	other := sumOf(checksum.CRC64NVME, nil)
	complete := func(etag, sum string) *reply {
		return &reply{status: 200, body: "<CompleteMultipartUploadResult><ETag>" + etag + "</ETag><ChecksumCRC64NVME>" + sum + "</ChecksumCRC64NVME></CompleteMultipartUploadResult>"}
	}
	otherETag := hex.EncodeToString(md5Of(nil)) + "-2"
	for _, c := range []struct {
		name     string
		profile  s3.Profile
		complete *reply
		head     *reply
		fails    bool
		verified bool
		mismatch bool
	}{
		{name: "checksum", complete: complete("", other), fails: true, mismatch: true},
		{name: "right checksum, wrong ETag", complete: complete(otherETag, direct), fails: true},
		{name: "right checksum, strange ETag", complete: complete("abc", direct), verified: true},
		// Servers of before FULL_OBJECT answer a composite: not to be compared.
		{name: "composite", complete: complete("abc", "AAAAAA==-3"), head: &reply{status: 200, header: http.Header{"Content-Length": {"49152"}, "Etag": {"abc"}}}, verified: true},
		{name: "checksum in HEAD", complete: complete("", ""), head: &reply{status: 200, header: http.Header{
			"Content-Length": {"49152"}, "X-Amz-Checksum-Crc64nvme": {other},
		}}, fails: true, mismatch: true},
		{name: "ETag in HEAD", complete: complete("", ""), head: &reply{status: 200, header: http.Header{"Content-Length": {"49152"}, "Etag": {otherETag}}}, fails: true},
		{name: "ETag without checksums", profile: s3.CephRGW(), complete: complete(otherETag, ""), fails: true},
		{name: "ETag of a server whose ETags say nothing", profile: s3.Generic(), complete: complete(otherETag, ""), verified: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.profile.Name == "" {
				c.profile = s3.AWS()
			}
			s := startServer(t, small(c.profile), true)
			s.setAfter(func(e *exchange) *reply {
				switch e.Op {
				case "CompleteMultipartUpload":
					return c.complete
				case "HeadObject":
					return c.head
				}
				return nil
			})
			out, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)))
			require.Empty(t, s.of("AbortMultipartUpload"), "what is completed is not aborted")
			if !c.fails {
				require.NoError(t, err)
				require.Equal(t, c.verified, out.SizeVerified)
				return
			}
			failed := requireUploadError(t, err)
			require.ErrorIs(t, err, ErrIncomplete)
			require.NotErrorIs(t, err, ErrAmbiguous)
			require.Equal(t, c.mismatch, errors.Is(err, s3.ErrChecksumMismatch))
			require.Equal(t, PartsCompleted, failed.Parts)
			require.Contains(t, err.Error(), ", parts completed: ")
		})
	}
}

// A checksum that only HEAD tells is the output's.
func TestChecksumFromHead(t *testing.T) {
	data := pattern(3 * partSize)
	s := startServer(t, small(s3.AWS()), true)
	s.setAfter(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			return &reply{status: 200, body: "<CompleteMultipartUploadResult/>"}
		}
		return nil
	})
	out, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)))
	require.NoError(t, err)
	require.True(t, out.SizeVerified)
	require.Equal(t, sumOf(checksum.CRC64NVME, data), out.ChecksumCRC64NVME)
	require.Regexp(t, `^"[0-9a-f]{32}-3"$`, out.ETag, "Ceph RGW leaves it out of its first answer")
}

func TestGivenChecksum(t *testing.T) {
	data := pattern(3*partSize + 5)
	for _, a := range []s3.ChecksumAlgorithm{s3.ChecksumAlgorithmCrc64nvme, s3.ChecksumAlgorithmCrc32c, s3.ChecksumAlgorithmCrc32} {
		for _, kind := range bodies {
			t.Run(string(a)+"/"+kind.name, func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				up := newManager(t, s.newClient(t))
				in := input(nil)
				kind.make(t, in, data)
				setChecksum(in, a, sumOf(checksum.Algorithm(a), data))
				out, err := up.Upload(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, checksumOf(in, a), checksumOf(out, a))
				require.True(t, out.SizeVerified)

				kind.make(t, in, data)
				setChecksum(in, a, sumOf(checksum.Algorithm(a), data[1:]))
				_, err = up.Upload(t.Context(), in)
				failed := requireUploadError(t, err)
				require.ErrorIs(t, err, s3.ErrChecksumMismatch)
				require.NotErrorIs(t, err, ErrIncomplete)
				require.Equal(t, PartsAborted, failed.Parts)
				require.Zero(t, failed.Part)
				require.Len(t, s.of("CompleteMultipartUpload"), 1, "compared before it is completed")
				require.Zero(t, s.open())
			})
		}
	}
}

// For one PutObject the given value goes along and the server judges.
func TestGivenChecksumOfWhole(t *testing.T) {
	data := pattern(100)
	for _, kind := range bodies {
		for _, a := range s3.AWS().Checksums {
			s := startServer(t, small(s3.AWS()), true)
			up := newManager(t, s.newClient(t))
			in := input(nil)
			kind.make(t, in, data)
			setChecksum(in, a, sumOf(checksum.Algorithm(a), data))
			out, err := up.Upload(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, sumOf(checksum.Algorithm(a), data), checksumOf(out, a))
			require.Equal(t, "unsigned, "+strings.ToLower(string(a))+" header", s.exchanges[0].wire())

			kind.make(t, in, data)
			setChecksum(in, a, sumOf(checksum.Algorithm(a), nil))
			_, err = up.Upload(t.Context(), in)
			require.ErrorIs(t, err, s3.ErrBadDigest)
		}
	}
}

func TestMD5(t *testing.T) {
	data := pattern(2*partSize + 5)
	for _, kind := range bodies {
		t.Run(kind.name, func(t *testing.T) {
			s := startServer(t, small(s3.CephRGW()), true)
			up := newManager(t, s.newClient(t), func(o *Options) { o.Integrity = IntegrityMD5 })
			in := input(nil)
			kind.make(t, in, data)
			_, err := up.Upload(t.Context(), in)
			require.NoError(t, err)
			for _, e := range s.of("UploadPart") {
				require.Equal(t, md5Base64(data[(e.Part-1)*partSize:min(e.Part*partSize, len(data))]), e.Header.Get("Content-Md5"))
			}

			other := &reply{status: 200, header: http.Header{"Etag": {hex.EncodeToString(md5Of(nil))}}}
			var honest atomic.Bool // parts of the failed upload may still be under way
			s.setAfter(func(e *exchange) *reply {
				if !honest.Load() && (e.Op == "PutObject" || e.Part == 3) {
					return other
				}
				return nil
			})
			kind.make(t, in, data)
			_, err = up.Upload(t.Context(), in)
			require.ErrorIs(t, err, s3.ErrChecksumMismatch)
			require.Equal(t, 3, requireUploadError(t, err).Part)
			require.Zero(t, s.open())

			in = input(nil)
			kind.make(t, in, data[:10])
			_, err = up.Upload(t.Context(), in)
			require.ErrorIs(t, err, s3.ErrChecksumMismatch)
			require.ErrorIs(t, err, ErrIncomplete)

			// The caller's own goes as it is, and is held against the ETag in any mode.
			in = input(nil)
			kind.make(t, in, data[:10])
			in.ContentMD5 = md5Base64(data[:10])
			_, err = up.Upload(t.Context(), in, func(o *Options) { o.Integrity = IntegrityAuto })
			require.ErrorIs(t, err, s3.ErrChecksumMismatch)
			honest.Store(true)
			kind.make(t, in, data[:10])
			_, err = up.Upload(t.Context(), in)
			require.NoError(t, err)
			in.ContentMD5 = md5Base64(nil)
			kind.make(t, in, data[:10])
			_, err = up.Upload(t.Context(), in)
			require.ErrorIs(t, err, s3.ErrBadDigest)
		})
	}
}

func TestContentMD5ThatIsNone(t *testing.T) {
	f := newFake(s3.CephRGW())
	in := input(bytes.NewReader(pattern(10)))
	in.ContentMD5 = "?"
	_, err := newManager(t, f).Upload(t.Context(), in)
	require.ErrorContains(t, err, "ContentMD5 is not base64")
}

// ETags are no MD5s under the caller's key or a KMS key, be it the request's, or the
// bucket's, which only the answers tell.
func TestETagsUnderEncryption(t *testing.T) {
	kms := http.Header{"X-Amz-Server-Side-Encryption": {"aws:kms"}}
	for _, c := range []struct {
		name   string
		in     s3.PutObjectInput
		answer http.Header // to parts
		create http.Header
		fails  bool
	}{
		{name: "none", fails: true},
		{name: "SSE-S3", in: s3.PutObjectInput{ServerSideEncryption: s3.ServerSideEncryptionAes256}, fails: true},
		{name: "SSE-S3 of the bucket", answer: http.Header{"X-Amz-Server-Side-Encryption": {"AES256"}}, fails: true},
		{name: "SSE-KMS", in: s3.PutObjectInput{ServerSideEncryption: s3.ServerSideEncryptionAwsKms}},
		{name: "DSSE", in: s3.PutObjectInput{ServerSideEncryption: s3.ServerSideEncryptionAwsKmsDsse}},
		{name: "SSE-KMS of the bucket", answer: kms},
		{name: "SSE-KMS of the bucket, told once", create: kms},
		{name: "SSE-C", in: s3.PutObjectInput{SSECustomerKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}},
		{name: "SSE-C in the answer", answer: http.Header{"X-Amz-Server-Side-Encryption-Customer-Algorithm": {"AES256"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := pattern(2 * partSize)
			for _, integrity := range []Integrity{IntegrityMD5, IntegrityTransport} {
				s := startServer(t, small(s3.AWS()), true)
				noMD5 := quoted(hex.EncodeToString(md5Of([]byte("something else"))))
				s.setAfter(func(e *exchange) *reply {
					a := &reply{status: 200, header: c.answer.Clone()}
					if a.header == nil {
						a.header = http.Header{}
					}
					switch e.Op {
					case "CreateMultipartUpload":
						return &reply{status: 200, header: c.create, body: "<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>"}
					case "PutObject", "UploadPart":
						a.header.Set("Etag", noMD5)
						if c.fails && integrity == IntegrityTransport {
							return nil // the parts are right, their sum is not
						}
						return a
					}
					return nil
				})
				s.setBefore(func(e *exchange) *reply {
					if e.Op == "CompleteMultipartUpload" {
						return &reply{status: 200, body: "<CompleteMultipartUploadResult><ETag>" + hex.EncodeToString(md5Of(nil)) + "-2</ETag></CompleteMultipartUploadResult>"}
					}
					if e.Op == "HeadObject" {
						return &reply{status: 200, header: http.Header{"Content-Length": {"32768"}}}
					}
					return nil
				})
				up := newManager(t, s.newClient(t), func(o *Options) { o.Integrity = integrity })
				for _, n := range []int{10, len(data)} {
					if n == 10 && (integrity == IntegrityTransport || c.create != nil) {
						continue // nothing is compared, or told
					}
					in := c.in
					in.Bucket, in.Key, in.Body = "bucket", "some/key", bytes.NewReader(data[:n])
					_, err := up.Upload(t.Context(), &in)
					if !c.fails {
						require.NoError(t, err)
						continue
					}
					require.Error(t, err)
					if integrity == IntegrityMD5 {
						require.ErrorIs(t, err, s3.ErrChecksumMismatch)
					} else {
						require.ErrorIs(t, err, ErrIncomplete)
					}
				}
			}
		})
	}
}

// A part without the checksum that the others have can't be joined.
func TestPartWithoutChecksum(t *testing.T) {
	f := newFake(s3.AWS())
	f.answer = func(op string, out any) {
		if part, ok := out.(*s3.UploadPartOutput); ok {
			part.ChecksumCRC64NVME = ""
		}
	}
	_, err := newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	require.ErrorContains(t, err, "CRC64NVME")
	require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
	require.NotContains(t, f.called(), "CompleteMultipartUpload")
}

// The client's own Progress goes on being told.
func TestClientProgressIsKept(t *testing.T) {
	var sum int64
	f := newFake(s3.AWS())
	f.resolved.Progress = func(delta int64) { sum += delta }
	_, err := newManager(t, f, func(o *Options) { o.Concurrency = -1 }).Upload(t.Context(), input(bytes.NewReader(pattern(3*partSize))))
	require.NoError(t, err)
	require.EqualValues(t, 3*partSize, sum)
}

func TestPartsETag(t *testing.T) {
	sum := hex.EncodeToString(md5Of(nil))
	for etag, want := range map[string]bool{
		sum + "-1": true, sum + "-10000": true, sum: false, sum + "-": false, sum + "-x": false, "": false, "-1": false, sum[:30] + "-1": false,
	} {
		require.Equal(t, want, isPartsETag(etag), etag)
	}
	_, all := etagOfParts([]receipt{{etag: quoted(sum), etagMD5: true}, {etag: quoted(sum)}})
	require.False(t, all)
	etag, all := etagOfParts([]receipt{{etag: "x", etagMD5: true}})
	require.Empty(t, etag)
	require.False(t, all)
}
