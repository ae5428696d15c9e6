package transfer

import (
	"bytes"
	"context"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// noting names the checkpoint, and sends one part after the other.
func noting(path string) func(*Options) {
	return func(o *Options) { o.Checkpoint, o.Concurrency = path, -1 }
}

func checkpointPath(t testing.TB) string { return filepath.Join(t.TempDir(), "checkpoint") }

// failPart refuses a part.
func failPart(number int) func(*exchange) *reply {
	return func(e *exchange) *reply {
		if e.Op == "UploadPart" && e.Part == number {
			return refusal(403, "AccessDenied")
		}
		return nil
	}
}

// interrupted is an upload of six parts, the last a short one, that failed at its fifth.
func interrupted(t *testing.T, s *server, fns ...func(*Options)) (path string, data []byte) {
	t.Helper()
	path, data = checkpointPath(t), pattern(5*partSize+99)
	s.setBefore(failPart(5))
	_, err := newManager(t, s.newClient(t), fns...).Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	s.setBefore(nil)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Equal(t, PartsLeft, requireUploadError(t, err).Parts)
	require.FileExists(t, path)
	return path, data
}

// sent is how many parts were sent since.
func (s *server) sent() int { return len(s.of("UploadPart")) }

func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges = nil
}

func TestResume(t *testing.T) {
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW(), s3.Generic()} {
		for _, again := range []string{"Upload", "Resume"} {
			t.Run(p.Name+" "+again, func(t *testing.T) {
				s := startServer(t, small(p), true)
				path, data := interrupted(t, s)
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
				c, err := readCheckpoint(path)
				require.NoError(t, err)
				require.Len(t, c.Receipts, 4)
				s.forget()

				var last Progress
				m := newManager(t, s.newClient(t))
				// Another part size is of no account: the one that was begun with is.
				set := func(o *Options) {
					o.PartSize, o.Threshold, o.Checkpoint = 2*partSize, 1<<30, path
					o.Progress = func(p Progress) { last = p }
				}
				var out *UploadOutput
				if again == "Upload" {
					out, err = m.Upload(t.Context(), input(bytes.NewReader(data)), set)
				} else {
					out, err = m.Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data)}, set)
				}
				require.NoError(t, err)
				require.Equal(t, data, s.object(objectPath))
				require.Equal(t, 2, s.sent(), "what is there is not sent again")
				require.Len(t, s.of("ListParts"), 2, "all pages")
				require.Empty(t, s.of("CreateMultipartUpload"))
				require.Zero(t, s.open())
				require.NoFileExists(t, path)
				require.Equal(t, c.Header.Plan.UploadId, out.UploadId)
				require.Equal(t, "bucket", out.Bucket)
				require.Equal(t, "some/key", out.Key)
				require.EqualValues(t, partSize, out.PartSize)
				require.Equal(t, 6, out.Parts)
				require.True(t, out.SizeVerified)
				require.Equal(t, Progress{Bytes: int64(len(data)), Total: int64(len(data)), PartsDone: 6, Parts: 6, Done: true}, last)
			})
		}
	}
}

// What is on the server decides, not what the file says of it.
func TestResumeLooksAtTheServer(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*pending)
		sent   int
	}{
		"gone":     {func(up *pending) { delete(up.parts, 2) }, 3},
		"another":  {func(up *pending) { up.parts[2] = stored{data: up.parts[1].data, etag: up.parts[1].etag} }, 3},
		"shorter":  {func(up *pending) { up.parts[2] = stored{data: []byte("x"), etag: up.parts[2].etag} }, 3},
		"all gone": {func(up *pending) { clear(up.parts) }, 6},
		"one more, as it should be": {func(up *pending) {
			data := pattern(5*partSize + 99)[4*partSize : 5*partSize]
			up.parts[5] = stored{data: data, etag: quoted(hex.EncodeToString(md5Of(data)))}
		}, 1},
		"one more, which is another": {func(up *pending) { up.parts[5] = up.parts[1] }, 2},
		"one more, without an MD5": {func(up *pending) {
			data := pattern(5*partSize + 99)[4*partSize : 5*partSize]
			up.parts[5] = stored{data: data, etag: `"kms"`}
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, small(s3.CephRGW()), true)
			path, data := interrupted(t, s)
			c.change(s.uploads["upload-1"])
			s.forget()
			_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
			require.NoError(t, err)
			require.Equal(t, data, s.object(objectPath))
			require.Equal(t, c.sent, s.sent())
		})
	}
}

// Parts whose receipts were lost are proven by their content, and sent where nothing proves it.
func TestResumeWithoutReceipts(t *testing.T) {
	for _, c := range []struct {
		profile s3.Profile
		in      func(*s3.PutObjectInput)
		sent    int
	}{
		{s3.AWS(), nil, 2},
		{s3.AWS(), func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = s3.ChecksumAlgorithmSha256 }, 2},
		{s3.CephRGW(), nil, 2},
		{s3.Generic(), nil, 6},
	} {
		s := startServer(t, small(c.profile), true)
		path, data := checkpointPath(t), pattern(5*partSize+99)
		s.setBefore(failPart(5))
		in := input(bytes.NewReader(data))
		if c.in != nil {
			c.in(in)
		}
		m := newManager(t, s.newClient(t))
		_, err := m.Upload(t.Context(), in, noting(path))
		require.ErrorIs(t, err, s3.ErrAccessDenied)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text[:bytes.IndexByte(text, '\n')+1], 0o600))
		s.forget()
		_, err = m.Upload(t.Context(), in, noting(path))
		require.ErrorIs(t, err, s3.ErrAccessDenied)
		again, err := readCheckpoint(path)
		require.NoError(t, err)
		require.Len(t, again.Receipts, 4, "and are noted again")
		s.setBefore(nil)
		s.forget()
		_, err = m.Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data)})
		require.NoError(t, err)
		require.Equal(t, data, s.object(objectPath))
		require.Equal(t, 2, s.sent())
	}
}

func TestSourceChanged(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := interrupted(t, s)
	m := newManager(t, s.newClient(t))
	other := bytes.Clone(data)
	other[len(other)-1]++
	s.forget()
	for says, body := range map[string][]byte{
		"it had 82019 bytes and has 82018": data[1:],
		"it had 82019 bytes and has 0":     nil,
		"its content is another":           other,
	} {
		_, err := m.Resume(t.Context(), path, input(bytes.NewReader(body)))
		require.ErrorIs(t, err, ErrSourceChanged)
		require.ErrorContains(t, requireUploadError(t, err), says)
	}
	_, err := m.Resume(t.Context(), path, input(nil))
	require.ErrorIs(t, err, ErrSourceChanged)
	require.Empty(t, s.exchanges)
	require.FileExists(t, path)

	// A file tells when it was changed.
	file := filepath.Join(t.TempDir(), "source")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	of := checkpointPath(t)
	s.setBefore(failPart(2))
	_, err = m.Upload(t.Context(), input(f), noting(of))
	require.Error(t, err)
	s.setBefore(nil)
	info, err := f.Stat()
	require.NoError(t, err)
	require.NoError(t, os.Chtimes(file, time.Time{}, info.ModTime().Add(time.Minute)))
	_, err = m.Upload(t.Context(), input(f), noting(of))
	require.ErrorIs(t, err, ErrSourceChanged)
	require.ErrorContains(t, err, "it was modified at ")
	require.NoError(t, os.Chtimes(file, time.Time{}, info.ModTime()))
	_, err = m.Upload(t.Context(), input(f), noting(of))
	require.NoError(t, err)
	require.Equal(t, data, s.object(objectPath))
	require.NoError(t, f.Close())
	_, err = m.Upload(t.Context(), input(f), noting(of))
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestCheckpointOfAnother(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := interrupted(t, s)
	m := newManager(t, s.newClient(t))
	s.forget()
	for says, change := range map[string]func(*s3.PutObjectInput, *Options){
		`its bucket is "bucket", not "other"`:    func(in *s3.PutObjectInput, _ *Options) { in.Bucket = "other" },
		`its key is "some/key", not "other"`:     func(in *s3.PutObjectInput, _ *Options) { in.Key = "other" },
		"Bucket: is missing":                     func(in *s3.PutObjectInput, _ *Options) { in.Bucket = "" },
		"Key: is missing":                        func(in *s3.PutObjectInput, _ *Options) { in.Key = "" },
		`not "https://other.example.com"`:        func(_ *s3.PutObjectInput, o *Options) { o.ClientOptions = elsewhere },
		`"checksum CRC64NVME", not "md5"`:        func(_ *s3.PutObjectInput, o *Options) { o.Integrity = IntegrityMD5 },
		"is set, but the upload was begun":       func(in *s3.PutObjectInput, _ *Options) { in.SSECustomerKey = ownKey },
		"needs a body that can be read again":    func(in *s3.PutObjectInput, _ *Options) { in.Body = plainReader(data) },
		`"checksum CRC64NVME", not "checksum SH`: func(in *s3.PutObjectInput, _ *Options) { in.ChecksumAlgorithm = s3.ChecksumAlgorithmSha1 },
	} {
		in := input(bytes.NewReader(data))
		_, err := m.Upload(t.Context(), in, func(o *Options) {
			o.Checkpoint = path
			change(in, o)
		})
		var refused *OptionError
		require.ErrorAs(t, requireUploadError(t, err), &refused, says)
		require.ErrorContains(t, err, says)
	}
	err := m.AbortCheckpoint(t.Context(), path, func(o *Options) { o.ClientOptions = elsewhere })
	require.ErrorContains(t, requireUploadError(t, err), "its endpoint is")
	require.Empty(t, s.exchanges)
	// The parts would have to be others.
	s.profile.MinPartSize = 2 * partSize
	_, err = newManager(t, s.newClient(t), func(o *Options) { o.PartSize = 0 }).Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	var size *SizeError
	require.ErrorAs(t, err, &size)
	s.profile.MinPartSize, s.profile.MaxParts = 1, 2
	_, err = newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.ErrorContains(t, requireUploadError(t, err), "has parts that the server does not take")
	require.Empty(t, s.exchanges)
}

const ownKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

var elsewhere = []func(*s3.Options){func(o *s3.Options) { o.Endpoint = "https://other.example.com" }}

// Integrity is that of the beginning where none is asked for.
func TestResumeKeepsIntegrity(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := checkpointPath(t), pattern(3*partSize)
	s.setBefore(failPart(2))
	in := input(bytes.NewReader(data))
	in.ChecksumAlgorithm = s3.ChecksumAlgorithmSha1
	m := newManager(t, s.newClient(t))
	_, err := m.Upload(t.Context(), in, noting(path))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	s.setBefore(nil)
	out, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.NoError(t, err)
	require.Equal(t, IntegrityChecksum, out.Integrity)
	require.NotEmpty(t, out.ChecksumSHA1)

	s.setBefore(failPart(2))
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path), func(o *Options) { o.Integrity = IntegrityMD5 })
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	s.setBefore(nil)
	out, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.NoError(t, err)
	require.Equal(t, IntegrityMD5, out.Integrity)
}

// What belongs to the completion is in the file; a key is not.
func TestResumeOfTheFileAlone(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := checkpointPath(t), pattern(3*partSize)
	s.setBefore(failPart(2))
	in := input(bytes.NewReader(data))
	in.IfNoneMatch, in.ExpectedBucketOwner, in.RequestPayer = "*", "123456789012", s3.RequestPayerRequester
	in.SSECustomerKey, in.Metadata = ownKey, map[string]string{"a": "1"}
	in.ChecksumCRC32C = sumOf(checksum.CRC32C, data)
	m := newManager(t, s.newClient(t))
	_, err := m.Upload(t.Context(), in, noting(path))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	s.setBefore(nil)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(text), ownKey)
	require.NotContains(t, string(text), "REDACTED")

	s.forget()
	_, err = m.Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data)})
	require.ErrorContains(t, requireUploadError(t, err), "SSECustomerKey: is missing")
	require.Empty(t, s.exchanges)
	out, err := m.Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data), SSECustomerKey: ownKey})
	require.NoError(t, err)
	require.Equal(t, in.ChecksumCRC32C, out.ChecksumCRC32C)
	require.Equal(t, data, s.object(objectPath))
	done := s.of("CompleteMultipartUpload")[0].Header
	require.Equal(t, "*", done.Get("If-None-Match"))
	for _, e := range s.exchanges {
		require.Equal(t, "123456789012", e.Header.Get("X-Amz-Expected-Bucket-Owner"), e.Op)
		require.Equal(t, "requester", e.Header.Get("X-Amz-Request-Payer"), e.Op)
		require.Equal(t, ownKey, e.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key"), e.Op)
	}
	require.Equal(t, "1", s.objects[objectPath].header.Get("X-Amz-Meta-A"), "it went with the beginning")

	_, err = m.Resume(t.Context(), path, input(nil))
	require.ErrorIs(t, requireUploadError(t, err), fs.ErrNotExist)
	_, err = m.Resume(t.Context(), path, nil)
	require.ErrorContains(t, err, "input: is nil")
	require.ErrorIs(t, m.AbortCheckpoint(t.Context(), path), fs.ErrNotExist)
}

// The upload is there no more: it became the object, or somebody aborted it.
func TestResumeOfAnUploadThatIsOver(t *testing.T) {
	rooted := s3.Alluxio()
	rooted.BasePath = ""
	for name, c := range map[string]struct {
		profile s3.Profile
		aborted bool
		before  func(*exchange) *reply
		change  func(*server)

		sent  int
		err   error // of Upload
		parts Parts
	}{
		"completed":                 {profile: s3.AWS()},
		"completed, ETag alone":     {profile: s3.CephRGW()},
		"completed, Ceph says":      {profile: s3.CephRGW(), before: oneOf("ListParts", refusal(404, "NoSuchKey"))},
		"completed, nothing proves": {profile: s3.Generic(), change: func(s *server) { s.objects[objectPath].etag = `"x"` }, sent: 3},
		"completed, MD5 of all":     {profile: rooted, change: func(s *server) { s.put(objectPath, pattern(3*partSize)) }},
		"completed, MD5 of all, another's": {profile: rooted, sent: 3, change: func(s *server) {
			s.put(objectPath, append(pattern(3*partSize-1), 'x'))
		}},
		"completed, then replaced":    {profile: s3.AWS(), change: func(s *server) { s.put(objectPath, pattern(3*partSize)) }, sent: 3},
		"completed, then deleted":     {profile: s3.AWS(), change: func(s *server) { delete(s.objects, objectPath) }, sent: 3},
		"completed, may not be seen":  {profile: s3.AWS(), before: oneOf("HeadObject", forbidden), sent: 3},
		"completed, can't be seen":    {profile: s3.AWS(), before: oneOf("HeadObject", error500, error500, error500, error500), err: errAny, parts: PartsLeft},
		"aborted":                     {profile: s3.AWS(), aborted: true, sent: 3},
		"no such bucket":              {profile: s3.AWS(), aborted: true, before: oneOf("ListParts", refusal(404, "NoSuchBucket")), err: s3.ErrNoSuchBucket, parts: PartsLeft},
		"may not be listed":           {profile: s3.AWS(), before: oneOf("ListParts", refusal(403, "AccessDenied")), err: s3.ErrAccessDenied, parts: PartsLeft},
		"completed, larger than ours": {profile: s3.AWS(), change: func(s *server) { s.objects[objectPath].data = pattern(4 * partSize) }, sent: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, small(c.profile), true)
			path, data := checkpointPath(t), pattern(3*partSize)
			var kept []byte
			s.setBefore(func(e *exchange) *reply {
				if e.Op == "CompleteMultipartUpload" {
					kept, _ = os.ReadFile(path)
				}
				return nil
			})
			m := newManager(t, s.newClient(t))
			_, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
			require.NoError(t, err)
			if c.aborted {
				delete(s.objects, objectPath)
				kept = kept[:bytes.LastIndexByte(kept[:len(kept)-1], '\n')+1] // one part less
			}
			require.NoError(t, os.WriteFile(path, kept, 0o600))
			if c.change != nil {
				c.change(s)
			}
			s.forget()
			s.setBefore(c.before)
			if c.sent > 0 {
				_, err = m.Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data)})
				require.ErrorIs(t, requireUploadError(t, err), s3.ErrNoSuchUpload)
				require.Empty(t, s.of("CreateMultipartUpload"), "Resume begins nothing")
				s.forget()
			}
			out, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
			if c.err != nil {
				require.Equal(t, c.parts, requireUploadError(t, err).Parts)
				if c.err != errAny {
					require.ErrorIs(t, err, c.err)
				}
				require.FileExists(t, path)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.sent, s.sent())
			require.Len(t, s.of("CompleteMultipartUpload"), min(c.sent, 1))
			require.Equal(t, data, s.object(objectPath))
			require.True(t, out.SizeVerified)
			require.NotEmpty(t, out.ETag)
			require.NotEmpty(t, out.UploadId)
			require.NoFileExists(t, path)
			require.Zero(t, s.open())
		})
	}
}

// What was sent of an upload that is gone is of no use to the one that is begun in its place.
func TestBegunAnew(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := interrupted(t, s)
	delete(s.uploads, "upload-1")
	s.setBefore(failPart(2))
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	c, err := readCheckpoint(path)
	require.NoError(t, err)
	require.Equal(t, "upload-2", c.Header.Plan.UploadId)
	require.Len(t, c.Receipts, 1)
}

// CreateMultipartUpload was answered, but nobody heard it.
func TestLostBeginning(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := checkpointPath(t), pattern(3*partSize)
	m := newManager(t, s.newClient(t))
	s.setAfter(oneOf("CreateMultipartUpload", broken, broken, broken, broken))
	_, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.Error(t, err)
	require.Equal(t, 4, s.open(), "one for each attempt")
	c, err := readCheckpoint(path)
	require.NoError(t, err)
	require.Empty(t, c.Header.Plan.UploadId)
	_, err = m.Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data)})
	require.ErrorIs(t, err, s3.ErrNoSuchUpload)

	// Those of others stay: with a part, of another key, of another time.
	others := []string{"busy", "longer", "old"}
	for _, id := range others {
		s.uploads[id] = &pending{path: objectPath, parts: map[int]stored{}, initiated: time.Now()}
	}
	s.uploads["busy"].parts[7] = stored{}
	s.uploads["longer"].path += "/longer"
	s.uploads["old"].initiated = time.Now().Add(-time.Hour)

	// It is lost twice, and refused once.
	s.forget()
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.Error(t, err)
	s.forget()
	s.setAfter(nil)
	s.setBefore(oneOf("CreateMultipartUpload", refusal(403, "AccessDenied")))
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	c, err = readCheckpoint(path)
	require.NoError(t, err)
	require.Len(t, c.Header.Lost, 2)
	require.True(t, c.Header.Begun.IsZero())

	s.setBefore(nil)
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.NoError(t, err)
	require.Equal(t, data, s.object(objectPath))
	require.ElementsMatch(t, others, slices.Collect(maps.Keys(s.uploads)))
	require.NoFileExists(t, path)
}

// Who may not list uploads may upload.
func TestLostBeginningCantBeListed(t *testing.T) {
	for name, before := range map[string]func(*exchange) *reply{
		"uploads": oneOf("ListMultipartUploads", forbidden, forbidden),
		"parts":   oneOf("ListParts", forbidden, forbidden),
	} {
		s := startServer(t, small(s3.AWS()), true)
		path, data := checkpointPath(t), pattern(3*partSize)
		m := newManager(t, s.newClient(t))
		s.setAfter(oneOf("CreateMultipartUpload", broken, broken, broken, broken))
		_, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
		require.Error(t, err)
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		s.setBefore(before)
		_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
		require.NoError(t, err, name)
		require.NoFileExists(t, path)
		require.Equal(t, 4, s.open())

		// To give it up is to find it.
		require.NoError(t, os.WriteFile(path, kept, 0o600))
		require.ErrorIs(t, m.AbortCheckpoint(t.Context(), path), s3.ErrForbidden)
		require.FileExists(t, path)
		require.NoError(t, m.AbortCheckpoint(t.Context(), path))
		require.Zero(t, s.open())
		require.NoFileExists(t, path)
	}
}

func TestRefusedBeginning(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := checkpointPath(t), pattern(3*partSize)
	m := newManager(t, s.newClient(t))
	s.setBefore(oneOf("CreateMultipartUpload", refusal(403, "AccessDenied")))
	_, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.NoFileExists(t, path)

	// An upload that the file can't be told of is given up.
	require.NoError(t, os.Mkdir(path, 0o700))
	inside := filepath.Join(path, "checkpoint")
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "CreateMultipartUpload" {
			require.NoError(t, os.RemoveAll(path))
		}
		return nil
	})
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(inside))
	require.ErrorIs(t, requireUploadError(t, err), fs.ErrNotExist)
	require.Zero(t, s.open())
	s.forget()
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(inside))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Empty(t, s.exchanges, "the file comes first")
}

// Parts that the server refuses to join for their checksums are given up, so that the next call
// begins anew.
func TestPartsOfNoUse(t *testing.T) {
	data := pattern(3*partSize + 5)
	for _, code := range []string{"BadDigest", "XAmzContentChecksumMismatch", "NotFound"} {
		for _, aborts := range []bool{true, false} {
			s := startServer(t, small(s3.AWS()), true)
			m := newManager(t, s.newClient(t))
			path := filepath.Join(t.TempDir(), "upload")
			s.setBefore(func(e *exchange) *reply {
				switch {
				case e.Op == "CompleteMultipartUpload" && e.Attempt == 1:
					return refusal(400, code)
				case e.Op == "AbortMultipartUpload" && !aborts:
					return refusal(403, "AccessDenied")
				}
				return nil
			})
			upload := func() error {
				_, err := m.Upload(t.Context(), input(bytes.NewReader(data)), func(o *Options) { o.Checkpoint = path })
				return err
			}
			err := upload()
			require.ErrorIs(t, err, s3.Code(code))
			if !aborts {
				require.ErrorIs(t, err, s3.ErrAccessDenied)
				require.Equal(t, PartsUnknown, requireUploadError(t, err).Parts)
				require.FileExists(t, path)
				continue
			}
			require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
			require.NoFileExists(t, path)
			require.Zero(t, s.open())
			require.NoError(t, upload())
			require.Equal(t, data, s.object(objectPath))
			require.Equal(t, 2, s.begun)
		}
	}
}

// Where parts are of a call before, what they can't be joined to is begun anew, once.
func TestPartsOfACallBeforeOfNoUse(t *testing.T) {
	refuse := func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			return refusal(400, "XAmzContentChecksumMismatch")
		}
		return nil
	}
	for name, test := range map[string]struct {
		before  func(*exchange) *reply
		resume  bool
		begun   int
		wantErr bool
	}{
		"once":       {oneOf("CompleteMultipartUpload", refusal(400, "XAmzContentChecksumMismatch")), false, 2, false},
		"for ever":   {refuse, false, 2, true},
		"Resume":     {refuse, true, 1, true},
		"no refusal": {nil, false, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, small(s3.AWS()), true)
			path, data := interrupted(t, s)
			s.setBefore(test.before)
			m := newManager(t, s.newClient(t))
			upload := m.Upload
			if test.resume {
				upload = func(ctx context.Context, in *s3.PutObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
					return m.Resume(ctx, path, in, fns...)
				}
			}
			var last Progress
			_, err := upload(t.Context(), input(bytes.NewReader(data)), noting(path), func(o *Options) { o.Progress = func(p Progress) { last = p } })
			require.Equal(t, test.begun, s.begun)
			require.NoFileExists(t, path)
			require.Zero(t, s.open())
			if test.wantErr {
				require.ErrorIs(t, err, s3.Code("XAmzContentChecksumMismatch"))
				require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
				return
			}
			require.NoError(t, err)
			require.Equal(t, data, s.object(objectPath))
			require.EqualValues(t, len(data), last.Bytes)
			require.True(t, last.Done)
		})
	}
}

func TestAbortCheckpoint(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, _ := interrupted(t, s)
	m := newManager(t, s.newClient(t))
	s.setBefore(oneOf("AbortMultipartUpload", refusal(403, "AccessDenied")))
	err := m.AbortCheckpoint(t.Context(), path)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Equal(t, PartsUnknown, requireUploadError(t, err).Parts)
	require.FileExists(t, path)
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, m.AbortCheckpoint(t.Context(), path))
	require.Zero(t, s.open())
	require.NoFileExists(t, path)

	// A part of a process that was killed comes late, and brings the upload back.
	path, data := interrupted(t, s)
	s.setAfter(func(e *exchange) *reply {
		if e.Op == "AbortMultipartUpload" {
			s.after = nil
			s.uploads[e.Query["uploadId"]] = &pending{path: objectPath, parts: map[int]stored{5: {}}}
		}
		return nil
	})
	require.NoError(t, m.AbortCheckpoint(t.Context(), path))
	require.Zero(t, s.open())

	// What is over is over, and the object stays.
	s.put(objectPath, data)
	require.NoError(t, os.WriteFile(path, kept, 0o600))
	require.NoError(t, m.AbortCheckpoint(t.Context(), path))
	require.Equal(t, data, s.object(objectPath))
	require.NoFileExists(t, path)
}

// What goes by one request, or is empty, needs no file; a stream can't have one.
func TestNoCheckpoint(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	path := checkpointPath(t)
	for _, in := range []*s3.PutObjectInput{input(nil), input(plainReader(nil)), input(bytes.NewReader(pattern(10)))} {
		if _, ok := in.Body.(*bytes.Reader); !ok {
			in.ContentLength = ptr(int64(0))
		}
		_, err := m.Upload(t.Context(), in, noting(path))
		require.NoError(t, err)
		require.NoFileExists(t, path)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "empty"))
	require.NoError(t, err)
	defer f.Close()
	out, err := m.Upload(t.Context(), input(f), noting(path))
	require.NoError(t, err)
	require.Zero(t, out.Size)
	_, err = NewManager(s.newClient(t), noting(path))
	require.EqualError(t, err, "Checkpoint: is of one Upload")
}

// The file can't be removed: the object is told all the same.
func TestCheckpointStays(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := checkpointPath(t), pattern(3*partSize)
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Mkdir(path, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(path, "x"), nil, 0o600))
		}
		return nil
	})
	out, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.ErrorContains(t, requireUploadError(t, err), "checkpoint: ")
	require.Equal(t, 3, out.Parts)
	require.Equal(t, data, s.object(objectPath))
}

func TestBadCheckpoint(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	path, data := interrupted(t, s)
	m := newManager(t, s.newClient(t))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	s.forget()
	lost := strings.Repeat(`"2026-01-02T03:04:05Z",`, maxLost+1)
	for says, bad := range map[string]string{
		"line 1: ":                     "x\n",
		"version 0 is not known":       "",
		"line 1: 17 uploads are lost":  strings.Replace(string(good), `"begun"`, `"lost":[`+strings.TrimSuffix(lost, ",")+`],"begun"`, 1),
		"line 2: part 7 of 6":          strings.Replace(string(good), `{"part":1`, `{"part":7`, 1),
		"line 1: Plan: has 0 bytes in": strings.Replace(string(good), `"size":82019`, `"size":0`, 1),
	} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		_, err := m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
		require.ErrorContains(t, requireUploadError(t, err), says)
		_, err = m.Resume(t.Context(), path, input(bytes.NewReader(data)))
		require.ErrorContains(t, requireUploadError(t, err), says)
		require.ErrorContains(t, m.AbortCheckpoint(t.Context(), path), says)
	}
	require.Empty(t, s.exchanges)

	// A receipt that can't be one is not believed, and costs no more than its part.
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(good), `"part":1,"size":16384`, `"part":1,"size":1`, 1)), 0o600))
	_, err = m.Upload(t.Context(), input(bytes.NewReader(data)), noting(path))
	require.NoError(t, err)
	require.Equal(t, data, s.object(objectPath))
}

// FuzzCheckpoint: whatever is in the file, it is refused or fits the upload.
func FuzzCheckpoint(f *testing.F) {
	const header = `{"plan":{"version":1,"bucket":"bucket","key":"some/key","upload_id":"upload-1","size":40000,"part_size":16384,` +
		`"integrity":"checksum","checksum_algorithm":"CRC64NVME"},"endpoint":"https://s3.example.com","begun":"2026-01-02T03:04:05Z"}` + "\n"
	for _, text := range []string{
		"", "{}\n", header, header + `{"part":1,"size":16384,"etag":"\"x\"","checksum":"AAAAAAAAAAA="}` + "\n",
		header + `{"part":3,"size":-1}` + "\n" + `{"part":4}` + "\n", strings.Replace(header, "16384", "1", 1), strings.Replace(header, "checksum", "md5", 1),
	} {
		f.Add([]byte(text))
	}
	path := filepath.Join(f.TempDir(), "checkpoint")
	f.Fuzz(func(t *testing.T, text []byte) {
		require.NoError(t, os.WriteFile(path, text, 0o600))
		client := newFake(s3.AWS())
		data := pattern(40000)
		out, err := newManager(t, client).Resume(t.Context(), path, &s3.PutObjectInput{Body: bytes.NewReader(data)})
		if err != nil {
			requireUploadError(t, err)
			return
		}
		require.EqualValues(t, len(data), out.Size)
	})
}
