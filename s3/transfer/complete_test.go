package transfer

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// oneOf answers an operation's attempts from the first on; nil and what is beyond the
// list is the server's own answer.
func oneOf(op string, answers ...*reply) func(*exchange) *reply {
	return func(e *exchange) *reply {
		if e.Op == op && e.Attempt <= len(answers) {
			return answers[e.Attempt-1]
		}
		return nil
	}
}

const failed200 = "<Error><Code>InternalError</Code><Message>as arranged</Message></Error>"

var (
	noUpload  = refusal(404, "NoSuchUpload")
	error500  = refusal(500, "InternalError")
	error200  = &reply{status: 200, body: failed200}
	padded200 = &reply{status: 200, body: "   \n  " + failed200}
	forbidden = &reply{status: 403}
)

// TestComplete is the table of how an upload can end.
func TestComplete(t *testing.T) {
	data := pattern(3*partSize + 9)
	same := []s3.Profile{s3.AWS(), s3.CephRGW(), s3.Generic()}
	for _, c := range []struct {
		name     string
		profiles []s3.Profile
		in       func(*s3.PutObjectInput)
		there    []byte // an object of before
		// before keeps the server from working, after from telling.
		before, after func(*exchange) *reply
		attempts      int // of CompleteMultipartUpload; 0: one

		// What comes of it.
		err      error // nil: success
		also     error
		parts    Parts
		verified bool // of a success
		aborted  bool
		stored   bool // the object is ours
	}{
		{name: "plainly", verified: true, stored: true},
		{
			name: "answer lost once, taken again", after: oneOf("CompleteMultipartUpload", broken), attempts: 2,
			verified: true, stored: true, // the second attempt hears NoSuchUpload
		},
		{
			name: "answer lost to a 500", after: oneOf("CompleteMultipartUpload", error500), attempts: 2,
			verified: true, stored: true,
		},
		{
			name: "answer lost every time", after: oneOf("CompleteMultipartUpload", broken), attempts: 4,
			before: oneOf("CompleteMultipartUpload", nil, broken, broken, broken), verified: true, stored: true,
		},
		{
			name: "error inside 200, then done", before: oneOf("CompleteMultipartUpload", error200, padded200), attempts: 3,
			verified: true, stored: true,
		},
		{
			name: "error inside 200", before: oneOf("CompleteMultipartUpload", error200, padded200, error200, error200), attempts: 4,
			err: s3.ErrInternalError, parts: PartsAborted, aborted: true,
		},
		{
			name: "error inside 200 every time, though done", before: oneOf("CompleteMultipartUpload", nil, error200, error200, error200),
			after: oneOf("CompleteMultipartUpload", error200), attempts: 4, verified: true, stored: true,
		},
		{
			name: "500 and not done", before: oneOf("CompleteMultipartUpload", error500, error500, error500, error500), attempts: 4,
			err: s3.ErrInternalError, parts: PartsAborted, aborted: true,
		},
		{
			name: "500 and not done, other object there", before: oneOf("CompleteMultipartUpload", error500, error500, error500, error500), attempts: 4,
			there: pattern(10), err: s3.ErrInternalError, parts: PartsAborted, aborted: true,
		},
		{
			name: "no connection", before: oneOf("CompleteMultipartUpload", broken, broken, broken, broken), attempts: 4,
			parts: PartsAborted, aborted: true, err: errAny,
		},
		{
			name: "refused", before: oneOf("CompleteMultipartUpload", refusal(400, "InvalidPart")),
			err: s3.ErrInvalidPart, parts: PartsAborted, aborted: true,
		},
		{
			// A server that moves the parts while it joins them.
			name: "answer lost, then parts are missing", before: oneOf("CompleteMultipartUpload", nil, refusal(400, "InvalidPart")),
			after: oneOf("CompleteMultipartUpload", broken), attempts: 2, verified: true, stored: true,
		},
		{
			name: "answer lost, then parts are not found", before: oneOf("CompleteMultipartUpload", nil, refusal(404, "NotFound")),
			after: oneOf("CompleteMultipartUpload", broken), attempts: 2, verified: true, stored: true,
		},
		{
			// MinIO has the parts no more when a connection breaks while it joins them.
			name: "not done, and the parts are lost", before: oneOf("CompleteMultipartUpload", broken, refusal(400, "InvalidPart")), attempts: 2,
			err: s3.ErrInvalidPart, parts: PartsAborted, aborted: true,
		},
		{
			name: "condition", in: func(in *s3.PutObjectInput) { in.IfNoneMatch = "*" }, there: pattern(10),
			err: s3.ErrPreconditionFailed, parts: PartsAborted, aborted: true,
		},
		{
			// A lock that is held by somebody else, though with the same content.
			name: "condition, after a failure", in: func(in *s3.PutObjectInput) { in.IfNoneMatch = "*" }, there: data,
			before: oneOf("CompleteMultipartUpload", error500), attempts: 2, err: s3.ErrPreconditionFailed, parts: PartsAborted, aborted: true,
		},
		{
			// The attempt before made the object that the condition now fails on.
			name: "condition, answer lost", in: func(in *s3.PutObjectInput) { in.IfNoneMatch = "*" },
			before: oneOf("CompleteMultipartUpload", nil, refusal(412, "PreconditionFailed")), after: oneOf("CompleteMultipartUpload", broken),
			attempts: 2, verified: true, stored: true,
		},
		{
			name: "HEAD forbidden", profiles: []s3.Profile{s3.CephRGW(), s3.Generic()}, before: oneOf("HeadObject", forbidden),
			stored: true,
		},
		{
			name: "HEAD fails", profiles: []s3.Profile{s3.CephRGW(), s3.Generic()},
			before: oneOf("HeadObject", error500, error500, error500, error500), stored: true,
		},
		{name: "HEAD forbidden, checksum", profiles: []s3.Profile{s3.AWS()}, before: oneOf("HeadObject", forbidden), stored: true, verified: true},
		{
			name: "not there", profiles: []s3.Profile{s3.CephRGW(), s3.Generic()}, before: oneOf("HeadObject", &reply{status: 404}),
			err: ErrIncomplete, also: s3.ErrNotFound, parts: PartsCompleted, stored: true,
		},
		{
			name: "shorter", profiles: []s3.Profile{s3.CephRGW(), s3.Generic(), s3.Alluxio()},
			before: oneOf("HeadObject", &reply{status: 200, header: http.Header{"Content-Length": {"16384"}}}),
			err:    ErrIncomplete, parts: PartsCompleted, stored: true,
		},
		{
			// ETags of such a server change by themselves, so a difference excuses nothing.
			name: "shorter, with an ETag like a time", profiles: []s3.Profile{s3.Generic(), s3.Alluxio()},
			before: oneOf("HeadObject", &reply{status: 200, header: http.Header{"Content-Length": {"16384"}, "Etag": {"1700000000"}}}),
			err:    ErrIncomplete, parts: PartsCompleted, stored: true,
		},
		{
			name: "written by someone else since", profiles: []s3.Profile{s3.CephRGW()},
			before: oneOf("HeadObject", &reply{status: 200, header: http.Header{"Content-Length": {"16384"}, "Etag": {`"other"`}}}),
			stored: true,
		},
		{
			name: "written by someone else since, as long", profiles: []s3.Profile{s3.CephRGW()},
			before: oneOf("HeadObject", &reply{status: 200, header: http.Header{"Content-Length": {"49161"}, "Etag": {`"other"`}}}),
			stored: true,
		},
	} {
		profiles := c.profiles
		if profiles == nil {
			profiles = same
		}
		for _, p := range profiles {
			t.Run(c.name+"/"+p.Name, func(t *testing.T) {
				s := startServer(t, small(p), false)
				path := p.BasePath + objectPath
				if c.there != nil {
					s.put(path, c.there)
				}
				s.setBefore(c.before)
				s.setAfter(c.after)
				in := input(bytes.NewReader(data))
				if c.in != nil {
					c.in(in)
				}
				out, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
				require.Len(t, s.of("CompleteMultipartUpload"), max(c.attempts, 1))
				require.Equal(t, c.aborted, len(s.of("AbortMultipartUpload")) > 0, s.ops())
				if c.aborted {
					require.Zero(t, s.open())
				}
				switch {
				case c.stored:
					require.Equal(t, data, s.object(path))
				case c.there != nil:
					require.Equal(t, c.there, s.object(path))
				default:
					require.Nil(t, s.object(path))
				}
				if c.err == nil {
					require.NoError(t, err)
					require.Equal(t, c.verified, out.SizeVerified)
					require.NotEmpty(t, out.ETag)
					require.Equal(t, 4, out.Parts)
					require.Equal(t, "upload-1", out.UploadId)
					return
				}
				failed := requireUploadError(t, err)
				if c.err != errAny {
					require.ErrorIs(t, err, c.err)
				}
				if c.also != nil {
					require.ErrorIs(t, err, c.also)
				}
				require.Equal(t, c.err == ErrAmbiguous, errors.Is(err, ErrAmbiguous))
				require.Equal(t, c.parts, failed.Parts)
				require.Zero(t, failed.Part)
			})
		}
	}
}

// The upload is gone, and the object that is there, if any, is not ours: nobody knows
// whether somebody aborted it or wrote over what it made.
func TestUploadIsGone(t *testing.T) {
	for _, there := range [][]byte{nil, pattern(10), bytes.Repeat([]byte("x"), 2*partSize)} {
		s := startServer(t, small(s3.AWS()), true)
		if there != nil {
			s.put(objectPath, there)
		}
		s.setBefore(func(e *exchange) *reply {
			if e.Op == "CompleteMultipartUpload" {
				s.mu.Lock()
				clear(s.uploads)
				s.mu.Unlock()
			}
			return nil
		})
		_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
		failed := requireUploadError(t, err)
		require.ErrorIs(t, err, ErrAmbiguous)
		require.ErrorIs(t, err, s3.ErrNoSuchUpload)
		require.Equal(t, PartsUnknown, failed.Parts)
		require.Empty(t, s.of("AbortMultipartUpload"))
		require.Equal(t, there, s.object(objectPath))
	}
}

// errAny stands for an error that only has a text.
var errAny = errors.New("any")

// Where the upload and an object like ours are both there, the object may be an older
// one or the server behind: nobody can tell, and an abort could destroy it.
func TestCompleteOfSameContentAgain(t *testing.T) {
	data := pattern(3 * partSize)
	s := startServer(t, small(s3.CephRGW()), true)
	up := newManager(t, s.newClient(t))
	_, err := up.Upload(t.Context(), input(bytes.NewReader(data)))
	require.NoError(t, err)
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			return error500
		}
		return nil
	})
	_, err = up.Upload(t.Context(), input(bytes.NewReader(data)))
	failed := requireUploadError(t, err)
	require.ErrorIs(t, err, ErrAmbiguous)
	require.ErrorIs(t, err, s3.ErrInternalError)
	require.Equal(t, PartsUnknown, failed.Parts)
	require.Empty(t, s.of("AbortMultipartUpload"))
	require.Contains(t, err.Error(), ", parts may be left: not known whether it took effect: operation error S3: CompleteMultipartUpload")
}

// A condition that fails on a repeated attempt is a refusal as long as the upload is
// there, even if the object is one like ours: somebody else has won.
func TestConditionOnSameContent(t *testing.T) {
	data := pattern(3 * partSize)
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW()} {
		s := startServer(t, small(p), false)
		up := newManager(t, s.newClient(t))
		_, err := up.Upload(t.Context(), input(bytes.NewReader(data)))
		require.NoError(t, err)
		s.setBefore(oneOf("CompleteMultipartUpload", nil, error500))
		in := input(bytes.NewReader(data))
		in.IfNoneMatch = "*"
		_, err = up.Upload(t.Context(), in)
		require.ErrorIs(t, err, s3.ErrPreconditionFailed)
		require.NotErrorIs(t, err, ErrAmbiguous)
		require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
		require.Len(t, s.of("CompleteMultipartUpload"), 3)
		require.Zero(t, s.open())
	}
}

// A condition that the server would overlook in the end is told before the first part.
func TestConditionThatIsOverlooked(t *testing.T) {
	p := small(s3.CephRGW())
	p.ConditionalWrites = s3.CephRGW().ConditionalWrites
	for _, change := range []func(*s3.PutObjectInput){
		func(in *s3.PutObjectInput) { in.IfNoneMatch = "*" }, func(in *s3.PutObjectInput) { in.IfMatch = `"e"` },
	} {
		s := startServer(t, p, false)
		in := input(bytes.NewReader(pattern(3 * partSize)))
		change(in)
		_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
		require.ErrorIs(t, err, s3.ErrUnsupported)
		require.ErrorContains(t, err, "Ceph RGW does not honour the condition of CompleteMultipartUpload")
		require.Empty(t, s.exchanges)
	}
	s := startServer(t, p, false)
	in := input(bytes.NewReader(pattern(3 * partSize)))
	in.IfNoneMatch = "*"
	_, err := newManager(t, s.newClient(t), func(o *Options) {
		o.ClientOptions = append(o.ClientOptions, func(o *s3.Options) { o.AllowUnsupported = true })
	}).Upload(t.Context(), in)
	require.NoError(t, err)
	// One that goes whole is PutObject's.
	in = input(bytes.NewReader(pattern(10)))
	in.IfNoneMatch = "*"
	in.Key = "whole"
	_, err = newManager(t, s.newClient(t)).Upload(t.Context(), in)
	require.NoError(t, err)
}

// Who may not list parts is answered by the object alone.
func TestLookWithoutListParts(t *testing.T) {
	data := pattern(3 * partSize)
	for _, done := range []bool{true, false} {
		s := startServer(t, small(s3.AWS()), true)
		s.setBefore(func(e *exchange) *reply {
			if e.Op == "ListParts" {
				return refusal(403, "AccessDenied")
			}
			if e.Op == "CompleteMultipartUpload" && !done {
				return error500
			}
			return nil
		})
		s.setAfter(oneOf("CompleteMultipartUpload", broken))
		out, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(data)))
		if done {
			require.NoError(t, err)
			require.True(t, out.SizeVerified)
			continue
		}
		require.ErrorIs(t, err, ErrAmbiguous)
		require.Empty(t, s.of("AbortMultipartUpload"))
	}
}

// The object is recognised by its checksum where ETags are of no use, as under SSE-KMS.
func TestLookByChecksum(t *testing.T) {
	data := pattern(3 * partSize)
	for _, algorithm := range []s3.ChecksumAlgorithm{s3.ChecksumAlgorithmCrc64nvme, s3.ChecksumAlgorithmSha256} {
		s := startServer(t, small(s3.AWS()), true)
		s.setAfter(func(e *exchange) *reply {
			switch e.Op {
			case "CompleteMultipartUpload":
				s.mu.Lock()
				s.objects[objectPath].etag = quoted("opaque")
				s.mu.Unlock()
				return broken
			case "UploadPart":
				a, v := e.sent()
				etag := quoted("opaque")
				s.mu.Lock()
				up := s.uploads[e.Query["uploadId"]]
				part := up.parts[e.Part]
				part.etag = etag
				up.parts[e.Part] = part
				s.mu.Unlock()
				return &reply{status: 200, header: http.Header{"Etag": {etag}, "X-Amz-Checksum-" + string(a): {v}}}
			}
			return nil
		})
		in := input(bytes.NewReader(data))
		in.ChecksumAlgorithm = algorithm
		out, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
		require.NoError(t, err)
		require.True(t, out.SizeVerified)
		require.Equal(t, `"opaque"`, out.ETag)
	}
}

// Nothing to know it by: neither ETags that are MD5s nor checksums.
func TestLookWithoutEvidence(t *testing.T) {
	s := startServer(t, small(s3.Generic()), true)
	s.setAfter(func(e *exchange) *reply {
		switch e.Op {
		case "CompleteMultipartUpload":
			return broken
		case "UploadPart":
			s.mu.Lock()
			up := s.uploads[e.Query["uploadId"]]
			part := up.parts[e.Part]
			part.etag = quoted("opaque")
			up.parts[e.Part] = part
			s.mu.Unlock()
			return &reply{status: 200, header: http.Header{"Etag": {`"opaque"`}}}
		}
		return nil
	})
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	require.ErrorIs(t, err, ErrAmbiguous)
	require.Empty(t, s.of("AbortMultipartUpload"))
}

// A cancellation that cuts the answer off: what the server made of it counts.
func TestCancelledInComplete(t *testing.T) {
	data := pattern(3 * partSize)
	for _, done := range []bool{true, false} {
		for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW()} {
			ctx, cancel := context.WithCancel(t.Context())
			s := startServer(t, small(p), true)
			s.setBefore(func(e *exchange) *reply {
				if e.Op == "CompleteMultipartUpload" && !done {
					cancel()
					return broken
				}
				return nil
			})
			s.setAfter(func(e *exchange) *reply {
				if e.Op == "CompleteMultipartUpload" {
					cancel()
					return broken
				}
				return nil
			})
			out, err := newManager(t, s.newClient(t)).Upload(ctx, input(bytes.NewReader(data)))
			cancel()
			if done {
				require.NoError(t, err)
				require.True(t, out.SizeVerified)
				require.Equal(t, data, s.object(objectPath))
				continue
			}
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
			require.Zero(t, s.open())
		}
	}
}

// The server has said that it is complete: a cancellation after that is too late.
func TestCancelledInHead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := startServer(t, small(s3.CephRGW()), true)
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "HeadObject" {
			cancel()
			return broken
		}
		return nil
	})
	out, err := newManager(t, s.newClient(t)).Upload(ctx, input(bytes.NewReader(pattern(2*partSize))))
	require.NoError(t, err)
	require.False(t, out.SizeVerified)
	require.Empty(t, s.of("AbortMultipartUpload"))
}

// The version that was made is looked at, whatever has come since.
func TestVersionIsVerified(t *testing.T) {
	s := startServer(t, small(s3.CephRGW()), true)
	s.setAfter(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			return &reply{status: 200, header: http.Header{"X-Amz-Version-Id": {"v7"}}, body: "<CompleteMultipartUploadResult/>"}
		}
		return nil
	})
	out, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	require.NoError(t, err)
	require.Equal(t, "v7", out.VersionId)
	require.True(t, out.SizeVerified)
	require.Equal(t, "v7", s.of("HeadObject")[0].Query["versionId"])
}

// What fails before it is sent is no reason to abort in doubt, and none for success.
func TestCompleteThatIsNotSent(t *testing.T) {
	for _, unsent := range []error{s3.ErrUnsupported, errors.New("no credentials")} {
		f := newFake(s3.AWS())
		f.hook = failOn("CompleteMultipartUpload", unsent)
		f.answer = func(_ string, out any) {
			if h, ok := out.(*s3.HeadObjectOutput); ok {
				h.ContentLength = 0
			}
		}
		_, err := newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
		require.ErrorIs(t, err, unsent)
		require.Equal(t, "id", f.abort.UploadId)
	}
}

// An abort after Complete that finds nothing may have met an object that was made after
// all: that is no "nothing is left".
func TestAbortAfterComplete(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		switch e.Op {
		case "CompleteMultipartUpload":
			return error500
		case "AbortMultipartUpload":
			return noUpload
		}
		return nil
	})
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	require.ErrorIs(t, err, s3.ErrInternalError)
	require.ErrorIs(t, err, s3.ErrNoSuchUpload)
	require.Equal(t, PartsUnknown, requireUploadError(t, err).Parts)
}

// An anonymous client may upload too, and nothing of it is signed.
func TestAnonymous(t *testing.T) {
	data := pattern(2 * partSize)
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW(), s3.Generic()} {
		for _, secure := range []bool{false, true} {
			for _, kind := range bodies {
				s := startServer(t, small(p), secure)
				c := s.newClient(t, func(o *s3.Options) { o.Credentials = sigv4.Provider(nil) })
				in := input(nil)
				kind.make(t, in, data)
				out, err := newManager(t, c).Upload(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, data, s.object(objectPath))
				require.NotEqual(t, IntegritySignedPayload, out.Integrity)
				for _, e := range s.exchanges {
					require.Empty(t, e.Header.Get("Authorization"))
				}
			}
		}
	}
}
