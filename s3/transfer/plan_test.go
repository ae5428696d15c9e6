package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// elsewhereToo is a plan, or receipts, as another process has them.
func elsewhereToo[T any](t *testing.T, v *T) *T {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	out := new(T)
	require.NoError(t, json.Unmarshal(text, out))
	return out
}

// rangeOf is a host that holds a range of the object and nothing else.
type rangeOf struct {
	t      *testing.T
	data   []byte
	offset int64
	size   int64
}

func (r rangeOf) ReadAt(p []byte, off int64) (int, error) {
	if off < r.offset || off+int64(len(p)) > r.offset+r.size {
		r.t.Errorf("read %d bytes at %d, outside of %d at %d", len(p), off, r.size, r.offset)
	}
	return bytes.NewReader(r.data).ReadAt(p, off)
}

// Three processes send one object, and any completes it.
func TestPlan(t *testing.T) {
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW(), s3.Generic()} {
		for _, sum := range []s3.ChecksumAlgorithm{"", s3.ChecksumAlgorithmSha256} {
			if sum != "" && !p.TakesChecksum(sum) {
				continue
			}
			t.Run(p.Name+string(sum), func(t *testing.T) {
				s := startServer(t, small(p), true)
				m := newManager(t, s.newClient(t))
				data := pattern(7*partSize + 99)
				in := input(bytes.NewReader(data))
				in.IfNoneMatch, in.Metadata, in.ChecksumAlgorithm = "*", map[string]string{"a": "1"}, sum
				plan, err := m.Plan(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, 8, plan.Parts())
				require.NoError(t, plan.VerifySource(bytes.NewReader(data)))

				var all []Receipts
				for _, share := range plan.Split(3) {
					plan, share := elsewhereToo(t, plan), elsewhereToo(t, &share)
					offset, size := plan.Range(*share)
					var last Progress
					got, err := newManager(t, s.newClient(t), func(o *Options) {
						o.PartSize, o.Threshold = 3*partSize, 1<<30 // the plan's count
						o.Progress = func(p Progress) { last = p }
					}).UploadShare(t.Context(), plan, *share, rangeOf{t, data, offset, size})
					require.NoError(t, err)
					require.Len(t, got.Parts, share.Last-share.First+1)
					require.Equal(t, share.First, got.Parts[0].PartNumber)
					require.Equal(t, Progress{Bytes: size, Total: size, PartsDone: len(got.Parts), Parts: len(got.Parts), Done: true}, last)
					all = append(all, *elsewhereToo(t, &got))
				}
				require.Equal(t, 8, s.sent())

				other := elsewhereToo(t, plan)
				merged, err := other.Merge(all[2], all[0], all[1], all[0])
				require.NoError(t, err)
				require.Empty(t, other.Missing(merged))
				out, err := newManager(t, s.newClient(t)).CompletePlan(t.Context(), other, merged)
				require.NoError(t, err)
				require.Equal(t, data, s.object(objectPath))
				require.True(t, out.SizeVerified)
				require.Equal(t, 8, out.Parts)
				require.EqualValues(t, len(data), out.Size)
				require.EqualValues(t, partSize, out.PartSize)
				require.Equal(t, plan.UploadId, out.UploadId)
				require.Equal(t, plan.Integrity, out.Integrity)
				require.Equal(t, "*", s.of("CompleteMultipartUpload")[0].Header.Get("If-None-Match"))
				require.Equal(t, "1", s.objects[objectPath].header.Get("X-Amz-Meta-A"))

				again, err := m.CompletePlan(t.Context(), plan, merged)
				require.NoError(t, err, "it is complete already")
				require.Equal(t, out.ETag, again.ETag)
				require.NoError(t, m.AbortPlan(t.Context(), plan), "which leaves the object")
				require.Equal(t, data, s.object(objectPath))
				s.put(objectPath, []byte("another's"))
				_, err = m.CompletePlan(t.Context(), plan, merged)
				require.ErrorIs(t, requireUploadError(t, err), s3.ErrNoSuchUpload)
				_, err = m.UploadShare(t.Context(), plan, Share{1, 1}, bytes.NewReader(data))
				require.ErrorIs(t, requireUploadError(t, err), s3.ErrNoSuchUpload)
			})
		}
	}
}

// A share that is sent again sends what is not proven to be there.
func TestShareAgain(t *testing.T) {
	data := pattern(4 * partSize)
	for _, c := range []struct {
		name    string
		profile s3.Profile
		change  func(parts map[int]stored)
		sent    int
	}{
		{"by checksum", s3.AWS(), func(map[int]stored) {}, 0},
		{"by MD5", s3.CephRGW(), func(map[int]stored) {}, 0},
		{"no proof", s3.Generic(), func(map[int]stored) {}, 2},
		{"another checksum", s3.AWS(), func(parts map[int]stored) {
			p := parts[2]
			p.checksum = map[checksum.Algorithm]string{checksum.CRC64NVME: "AAAAAAAAAAA="}
			parts[2] = p
		}, 1},
		{"no checksum, but an MD5", s3.AWS(), func(parts map[int]stored) {
			p := parts[2]
			p.checksum = nil
			parts[2] = p
		}, 0},
		{"another MD5", s3.CephRGW(), func(parts map[int]stored) { parts[2] = parts[3] }, 1},
		{"another size", s3.CephRGW(), func(parts map[int]stored) { parts[3] = stored{etag: parts[3].etag} }, 1},
		{"gone", s3.AWS(), func(parts map[int]stored) { delete(parts, 3) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t, small(c.profile), true)
			m := newManager(t, s.newClient(t))
			plan, err := m.Plan(t.Context(), input(bytes.NewReader(data)))
			require.NoError(t, err)
			first, err := m.UploadShare(t.Context(), plan, Share{2, 3}, bytes.NewReader(data))
			require.NoError(t, err)
			c.change(s.uploads[plan.UploadId].parts)
			s.forget()
			again, err := m.UploadShare(t.Context(), plan, Share{2, 3}, bytes.NewReader(data))
			require.NoError(t, err)
			require.Equal(t, c.sent, s.sent())
			for i := range first.Parts {
				require.Equal(t, first.Parts[i].ETag, again.Parts[i].ETag)
				require.Equal(t, first.Parts[i].Checksum, again.Parts[i].Checksum)
			}
			merged, err := plan.Merge(first, again)
			require.NoError(t, err)
			require.Equal(t, []Share{{1, 1}, {4, 4}}, plan.Missing(merged))
		})
	}
}

func TestShareFails(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t), func(o *Options) { o.Concurrency = -1 })
	data := pattern(6*partSize + 5)
	plan, err := m.Plan(t.Context(), input(bytes.NewReader(data)))
	require.NoError(t, err)

	s.setBefore(failPart(5))
	got, err := m.UploadShare(t.Context(), plan, Share{4, 7}, bytes.NewReader(data))
	failed := requireUploadError(t, err)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Equal(t, 5, failed.Part)
	require.EqualValues(t, 4*partSize, failed.Offset)
	require.EqualValues(t, partSize, failed.Size)
	require.Equal(t, PartsLeft, failed.Parts)
	require.Equal(t, plan.UploadId, failed.UploadId)
	require.Len(t, got.Parts, 1, "what is through is told")
	require.Equal(t, 4, got.Parts[0].PartNumber)
	s.setBefore(nil)

	broken := errors.New("bad sector")
	_, err = m.UploadShare(t.Context(), plan, Share{2, 3}, brokenAt{broken})
	require.ErrorIs(t, requireUploadError(t, err), broken)
	require.ErrorContains(t, err, fmt.Sprintf("read the body at byte %d", partSize))

	_, err = m.UploadShare(t.Context(), plan, Share{6, 7}, bytes.NewReader(data[:6*partSize]))
	var length *LengthError
	require.ErrorAs(t, requireUploadError(t, err), &length)
	require.EqualValues(t, len(data), length.Want)
	require.EqualValues(t, 6*partSize, length.Got)

	s.setBefore(oneOf("ListParts", refusal(403, "AccessDenied")))
	s.forget()
	_, err = m.UploadShare(t.Context(), plan, Share{1, 1}, bytes.NewReader(data))
	require.ErrorIs(t, requireUploadError(t, err), s3.ErrAccessDenied)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	_, err = m.UploadShare(ctx, plan, Share{1, 1}, bytes.NewReader(data))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, broken)
}

type brokenAt struct{ err error }

func (b brokenAt) ReadAt([]byte, int64) (int, error) { return 0, b.err }

func TestCompletePlanVerifies(t *testing.T) {
	s := startServer(t, small(s3.CephRGW()), true)
	m := newManager(t, s.newClient(t))
	data := pattern(4 * partSize)
	plan, err := m.Plan(t.Context(), input(bytes.NewReader(data)))
	require.NoError(t, err)
	all, err := m.UploadShare(t.Context(), plan, Share{1, 4}, bytes.NewReader(data))
	require.NoError(t, err)
	parts := s.uploads[plan.UploadId].parts

	complete := func(r Receipts) error {
		_, err := m.CompletePlan(t.Context(), plan, r)
		require.Empty(t, s.of("CompleteMultipartUpload"))
		return requireUploadError(t, err).Err
	}
	var missing *MissingPartsError
	require.ErrorAs(t, complete(Receipts{UploadId: plan.UploadId}), &missing)
	require.Equal(t, []Share{{1, 4}}, missing.Shares)
	require.EqualError(t, missing, "4 parts are missing, or not as they were sent: the first is part 1")
	require.ErrorAs(t, complete(Receipts{UploadId: plan.UploadId, Parts: all.Parts[1:3]}), &missing)
	require.Equal(t, []Share{{1, 1}, {4, 4}}, missing.Shares)

	third := parts[3]
	delete(parts, 3)
	require.ErrorAs(t, complete(all), &missing)
	require.Equal(t, []Share{{3, 3}}, missing.Shares)
	parts[3] = parts[2]
	require.ErrorAs(t, complete(all), &missing)
	require.Equal(t, []Share{{3, 3}}, missing.Shares, "sent again, as something else")
	parts[3] = third

	s.setBefore(oneOf("ListParts", refusal(403, "AccessDenied")))
	s.forget()
	require.ErrorIs(t, complete(all), s3.ErrAccessDenied)
	s.setBefore(nil)

	// A receipt of the same part that tells of other content.
	other := elsewhereToo(t, &all)
	other.Parts[1].ETag = all.Parts[0].ETag
	_, err = plan.Merge(all, *other)
	var conflict *ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, 2, conflict.One.PartNumber)
	require.ErrorContains(t, err, "part 2 has two receipts that differ")

	s.setBefore(oneOf("CompleteMultipartUpload", refusal(400, "InvalidPart")))
	_, err = m.CompletePlan(t.Context(), plan, all)
	require.ErrorIs(t, err, s3.ErrInvalidPart)
	require.Equal(t, PartsLeft, requireUploadError(t, err).Parts)
	require.Equal(t, 1, s.open(), "nothing is aborted")

	// The answer is lost: first the upload is still there, then nothing tells.
	for _, want := range []struct {
		err   error
		parts Parts
	}{{s3.ErrInternalError, PartsLeft}, {ErrAmbiguous, PartsUnknown}} {
		s.forget()
		completes := 0
		s.setBefore(func(e *exchange) *reply {
			switch {
			case e.Op == "CompleteMultipartUpload":
				completes++
				return error500
			case e.Op == "HeadObject":
				return forbidden
			case e.Op == "ListParts" && completes > 0 && want.parts == PartsUnknown:
				return noUpload
			}
			return nil
		})
		_, err = m.CompletePlan(t.Context(), plan, all)
		require.ErrorIs(t, err, want.err)
		require.Equal(t, want.parts, requireUploadError(t, err).Parts)
		s.setBefore(nil)
	}

	_, err = m.CompletePlan(t.Context(), plan, all)
	require.NoError(t, err)
	require.Equal(t, data, s.object(objectPath))
	s.setBefore(oneOf("HeadObject", forbidden))
	s.forget()
	_, err = m.CompletePlan(t.Context(), plan, all)
	require.ErrorIs(t, err, s3.ErrForbidden, "nothing tells whether it was made")
}

func TestAbortPlan(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	plan, err := m.Plan(t.Context(), input(bytes.NewReader(pattern(partSize))))
	require.NoError(t, err)
	s.setBefore(oneOf("AbortMultipartUpload", refusal(403, "AccessDenied")))
	err = m.AbortPlan(t.Context(), plan)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Equal(t, PartsUnknown, requireUploadError(t, err).Parts)
	require.NoError(t, m.AbortPlan(t.Context(), plan))
	require.Zero(t, s.open())
	require.NoError(t, m.AbortPlan(t.Context(), plan))
}

func TestPlanOfALength(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	in := input(nil)
	in.Body, in.ContentLength = nil, ptr(int64(10*partSize))
	plan, err := m.Plan(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, 10, plan.Parts())
	require.Empty(t, plan.Fingerprint)
	require.NoError(t, plan.VerifySource(bytes.NewReader(make([]byte, 10*partSize))), "nothing but the length is known")
	require.ErrorIs(t, plan.VerifySource(bytes.NewReader(nil)), ErrSourceChanged)
	require.Nil(t, in.Body, "the input is the caller's")
	n, err := noContent{}.ReadAt(nil, 0)
	require.Zero(t, n)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestVerifySource(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	data := pattern(3 * partSize)
	file := filepath.Join(t.TempDir(), "source")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	plan, err := m.Plan(t.Context(), input(f))
	require.NoError(t, err)
	require.False(t, plan.Modified.IsZero())
	plan = elsewhereToo(t, plan)
	require.NoError(t, plan.VerifySource(f))
	require.NoError(t, plan.VerifySource(bytes.NewReader(data)), "a copy that is no file")
	data[0]++
	require.ErrorIs(t, plan.VerifySource(bytes.NewReader(data)), ErrSourceChanged)
	require.NoError(t, os.Chtimes(file, time.Time{}, plan.Modified.Add(time.Second)))
	require.ErrorIs(t, plan.VerifySource(f), ErrSourceChanged)
	var refused *OptionError
	require.ErrorAs(t, plan.VerifySource(plainReader(nil)), &refused)
	require.ErrorAs(t, plan.VerifySource((*bytes.Reader)(nil)), &refused)
	require.ErrorIs(t, plan.VerifySource(io.NewSectionReader(brokenAt{io.ErrNoProgress}, 0, plan.Size)), io.ErrNoProgress)
}

func TestPlanRefuses(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	for says, in := range map[string]*s3.PutObjectInput{
		"input: is nil":           nil,
		"Body: is empty":          input(nil),
		"Body: must be one":       input(plainReader(pattern(10))),
		"ContentMD5: has no mean": {Bucket: "bucket", Key: "k", Body: strings.NewReader("x"), ContentMD5: "x"},
		"ChecksumMD5: ":           {Bucket: "bucket", Key: "k", Body: strings.NewReader("x"), ChecksumMD5: "x"},
		"no":                      {Bucket: "bucket", Key: "k", Body: io.NewSectionReader(brokenAt{errors.New("no")}, 0, 10)},
	} {
		_, err := m.Plan(t.Context(), in)
		require.ErrorContains(t, requireUploadError(t, err), says)
	}
	_, err := m.Plan(t.Context(), input(strings.NewReader("x")), noting("x"))
	require.ErrorContains(t, requireUploadError(t, err), "Checkpoint: is of one Upload")
	_, err = m.Plan(t.Context(), input(strings.NewReader("x")), func(o *Options) { o.PartSize = 1 })
	var size *SizeError
	require.ErrorAs(t, requireUploadError(t, err), &size)
	require.Empty(t, s.exchanges)
	s.setBefore(oneOf("CreateMultipartUpload", refusal(403, "AccessDenied")))
	_, err = m.Plan(t.Context(), input(strings.NewReader("x")))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
}

// A plan that no upload has is refused wherever it is used, before anything is sent.
func TestPlanIsChecked(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	good := Plan{Version: 1, Bucket: "b", Key: "k", UploadId: "id", Size: 10 * partSize, PartSize: partSize, Integrity: IntegrityTransport}
	for says, change := range map[string]func(*Plan){
		"version 0":                  func(p *Plan) { p.Version = 0 },
		"names no object":            func(p *Plan) { p.Bucket = "" },
		"has 0 bytes":                func(p *Plan) { p.Size = 0 },
		"in parts of -1":             func(p *Plan) { p.PartSize = -1 },
		"too many parts":             func(p *Plan) { p.Size, p.PartSize = math.MaxInt64, 1 },
		"no integrity":               func(p *Plan) { p.Integrity = IntegrityAuto },
		`checksum algorithm ""`:      func(p *Plan) { p.Integrity = IntegrityChecksum },
		`checksum algorithm "CRC32"`: func(p *Plan) { p.ChecksumAlgorithm = s3.ChecksumAlgorithmCrc32 },
		"can't be computed": func(p *Plan) {
			p.Integrity, p.ChecksumAlgorithm = IntegrityChecksum, "ROT13"
		},
		"no algorithm for a whole": func(p *Plan) { p.Checksum = "AAAA" },
		"checksum that is none": func(p *Plan) {
			p.Integrity, p.ChecksumAlgorithm, p.Checksum = IntegrityChecksum, s3.ChecksumAlgorithmCrc32, "AAAA"
		},
	} {
		bad := good
		change(&bad)
		text, err := json.Marshal(bad)
		if !strings.Contains(says, "no integrity") { // which has no words
			require.NoError(t, err)
			require.ErrorContains(t, json.Unmarshal(text, new(Plan)), says)
		}
		_, err = m.UploadShare(t.Context(), &bad, Share{1, 1}, bytes.NewReader(nil))
		var refused *OptionError
		require.ErrorAs(t, requireUploadError(t, err), &refused)
		require.ErrorContains(t, err, says)
	}
	require.Error(t, json.Unmarshal([]byte(`{"version":"1"}`), new(Plan)))
	require.ErrorContains(t, json.Unmarshal([]byte(`{"integrity":"none"}`), new(Plan)), `integrity "none" is none`)

	for says, use := range map[string]func(p Plan) error{
		"has no upload id": func(p Plan) error {
			p.UploadId = ""
			return m.AbortPlan(t.Context(), &p)
		},
		"SSECustomerKey: is missing": func(p Plan) error {
			p.CustomerKey = true
			_, err := m.CompletePlan(t.Context(), &p, Receipts{})
			return err
		},
		"is parts 3 to 2": func(p Plan) error {
			_, err := m.UploadShare(t.Context(), &p, Share{3, 2}, bytes.NewReader(nil))
			return err
		},
		"body: is nil": func(p Plan) error {
			_, err := m.UploadShare(t.Context(), &p, Share{1, 2}, nil)
			return err
		},
		"Checkpoint: is of one Upload": func(p Plan) error { return m.AbortPlan(t.Context(), &p, noting("x")) },
		"PartSize: is negative":        func(p Plan) error { return m.AbortPlan(t.Context(), &p, func(o *Options) { o.PartSize = -1 }) },
		"outside the limit MaxParts": func(p Plan) error {
			p.PartSize = 1
			return m.AbortPlan(t.Context(), &p)
		},
		"outside the limit MinPartSize": func(p Plan) error {
			p.PartSize, p.Size = 10, 100
			_, err := m.UploadShare(t.Context(), &p, Share{1, 2}, bytes.NewReader(nil))
			return err
		},
		"does not verify SHA1": func(p Plan) error {
			p.Integrity, p.ChecksumAlgorithm = IntegrityChecksum, s3.ChecksumAlgorithmSha1
			return m.AbortPlan(t.Context(), &p, func(o *Options) {
				o.ClientOptions = []func(*s3.Options){func(o *s3.Options) { o.Profile = s3.CephRGW() }}
			})
		},
		"Receipts: are of upload": func(p Plan) error {
			_, err := m.CompletePlan(t.Context(), &p, Receipts{UploadId: "other"})
			return err
		},
		"none of the plan's": func(p Plan) error {
			_, err := m.CompletePlan(t.Context(), &p, Receipts{UploadId: "id", Parts: []Receipt{{PartNumber: 11}}})
			return err
		},
	} {
		require.ErrorContains(t, requireUploadError(t, use(good)), says)
	}
	good.Integrity, good.ChecksumAlgorithm = IntegrityChecksum, s3.ChecksumAlgorithmCrc32
	_, err := good.Merge(Receipts{UploadId: "id", Parts: []Receipt{{PartNumber: 1, Size: partSize}}})
	require.ErrorContains(t, err, "none of the plan's", "a checksum is missing")
	require.ErrorContains(t, requireUploadError(t, m.AbortPlan(t.Context(), nil)), "Plan: is nil")
	got, err := m.UploadShare(t.Context(), nil, Share{}, nil)
	require.ErrorContains(t, requireUploadError(t, err), "Plan: is nil")
	require.Empty(t, got)
	require.Empty(t, s.exchanges)
}

// A key goes with every request, and never with the plan.
func TestPlanWithACustomerKey(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	data := pattern(2 * partSize)
	in := input(bytes.NewReader(data))
	in.SSECustomerKey = ownKey
	in.ChecksumCRC32C = sumOf(checksum.CRC32C, data)
	plan, err := m.Plan(t.Context(), in)
	require.NoError(t, err)
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	require.NotContains(t, string(text)+fmt.Sprintf("%+v %#v", plan, *plan), ownKey)
	plan = elsewhereToo(t, plan)
	require.True(t, plan.CustomerKey)
	plan.SSECustomerKey = ownKey
	got, err := m.UploadShare(t.Context(), plan, Share{1, 2}, bytes.NewReader(data))
	require.NoError(t, err)
	out, err := m.CompletePlan(t.Context(), plan, got)
	require.NoError(t, err)
	require.Equal(t, in.ChecksumCRC32C, out.ChecksumCRC32C)
	for _, e := range s.exchanges {
		require.Equal(t, ownKey, e.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key"), e.Op)
	}
}

func TestShares(t *testing.T) {
	p := Plan{Size: 95, PartSize: 10}
	require.Equal(t, 10, p.Parts())
	require.Equal(t, []Share{{1, 4}, {5, 7}, {8, 10}}, p.Split(3))
	require.Equal(t, []Share{{1, 10}}, p.Split(0))
	require.Len(t, p.Split(math.MaxInt), 10)
	require.Empty(t, new(Plan).Split(3))
	for share, want := range map[Share][2]int64{
		{1, 10}: {0, 95}, {10, 10}: {90, 5}, {2, 3}: {10, 20},
		{0, 1}: {}, {3, 2}: {}, {1, 11}: {}, {-5, -1}: {}, {math.MaxInt, math.MaxInt}: {},
	} {
		offset, size := p.Range(share)
		require.Equal(t, want, [2]int64{offset, size})
	}
	require.Equal(t, []Share{{1, 10}}, p.Missing(Receipts{}))
	require.Equal(t, []Share{{1, 1}, {3, 10}}, p.Missing(Receipts{Parts: []Receipt{{PartNumber: 2, Size: 10}, {PartNumber: 10, Size: 10}}}))
	require.Error(t, (&shareTarget{}).PutWhole(t.Context(), multipart.Body{}))
	require.NoError(t, (&shareTarget{}).Complete(t.Context(), nil))
	require.NoError(t, (&shareTarget{}).Abort(t.Context()))
}

// FuzzPlan: what is decoded is a plan whose shares are the object, without a gap.
func FuzzPlan(f *testing.F) {
	for _, text := range []string{
		`{}`, `null`, `{"version":1,"bucket":"b","key":"k","upload_id":"u","size":100,"part_size":7,"integrity":"md5"}`,
		`{"version":1,"bucket":"b","key":"k","size":9223372036854775807,"part_size":9223372036854775807,"integrity":"checksum","checksum_algorithm":"CRC32C","checksum":"AAAAAA=="}`,
		`{"version":1,"bucket":"b","key":"k","size":9223372036854775807,"part_size":4294967299,"integrity":"signed payload"}`,
	} {
		f.Add([]byte(text), 3, []byte(`{"upload_id":"u","parts":[{"part":1,"size":7,"etag":"x"},{"part":15,"size":2}]}`))
	}
	f.Fuzz(func(t *testing.T, text []byte, n int, receipts []byte) {
		p := new(Plan)
		if json.Unmarshal(text, p) != nil || p.Version == 0 {
			return
		}
		require.NoError(t, p.check())
		next := int64(0)
		for _, s := range p.Split(n % 1000) {
			offset, size := p.Range(s)
			require.Equal(t, next, offset)
			require.Positive(t, size)
			next += size
		}
		require.Equal(t, p.Size, next)
		var r Receipts
		if json.Unmarshal(receipts, &r) != nil {
			return
		}
		all, err := p.Merge(r, r)
		if err != nil {
			return
		}
		missing := 0
		for _, s := range p.Missing(all) {
			require.NoError(t, p.checkShare(s))
			missing += s.Last - s.First + 1
		}
		require.Equal(t, p.Parts(), missing+len(all.Parts))
	})
}
