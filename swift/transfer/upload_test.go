package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

func TestUploadSLO(t *testing.T) {
	t.Parallel()
	body := data(35)
	for name, source := range map[string]struct {
		body   io.Reader
		length *int64
	}{
		"at offsets":           {body: bytes.NewReader(body)},
		"reader with a length": {plain{bytes.NewReader(body)}, ptr(int64(35))},
		"reader without one":   {body: plain{bytes.NewReader(body)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			var last Progress
			u := s.uploader(t, func(o *Options) { o.Progress = func(p Progress) { last = p } })
			in := put(source.body)
			in.ContentLength, in.ContentType, in.Metadata = source.length, "a/b", map[string]string{"k": "v"}
			in.DeleteAfter = 60
			out, err := u.UploadSLO(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, body, s.body(t, "c", "o"))
			assert.Equal(t, 4, out.Parts)
			assert.Equal(t, int64(10), out.PartSize)
			assert.Equal(t, int64(35), out.Size)
			assert.Equal(t, 1, out.Manifests)
			assert.True(t, out.Verified)
			assert.False(t, out.LastModified.IsZero())
			assert.Equal(t, "c_segments", out.SegmentContainer)
			assert.Regexp(t, `^o/slo/[0-9]{13}-[0-9a-f]{16}/$`, out.SegmentPrefix)
			assert.Equal(t, Progress{Bytes: 35, Total: 35, PartsDone: 4, Parts: 4, Done: true}, last)
			o := s.containers["c"].objects["o"]
			assert.Equal(t, `"`+o.etag+`"`, out.ETag)
			assert.Equal(t, "a/b", o.header.Get("Content-Type"))
			assert.Equal(t, "v", o.header.Get("X-Object-Meta-K"))
			names := s.names("c_segments")
			require.Len(t, names, 4)
			assert.Equal(t, out.SegmentPrefix+"00000001", names[0])
			assert.Equal(t, "gold", s.containers["c_segments"].header.Get("X-Storage-Policy"))
			segment := s.containers["c_segments"].objects[names[0]]
			assert.Equal(t, "application/octet-stream", segment.header.Get("Content-Type"))
			assert.Equal(t, o.header.Get("X-Delete-At"), segment.header.Get("X-Delete-At"), "they end together")
			assert.NotEmpty(t, o.header.Get("X-Delete-At"))
			assert.Equal(t, 1, s.count(http.MethodGet, "/info", ""))
			_, err = u.UploadSLO(t.Context(), put(strings.NewReader("another of some length")))
			require.NoError(t, err)
			assert.Equal(t, 1, s.count(http.MethodGet, "/info", ""), "limits are asked for once")
		})
	}
}

func TestUploadWhole(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	u := s.uploader(t, func(o *Options) { o.Threshold = 20 })
	in := put(bytes.NewReader(data(20)))
	in.ETag = sum(data(20))
	out, err := u.UploadSLO(t.Context(), in)
	require.NoError(t, err)
	assert.Zero(t, out.Parts)
	assert.Empty(t, out.SegmentPrefix)
	assert.Equal(t, sum(data(20)), out.ETag)
	assert.Nil(t, s.containers["c_segments"])

	in.Body = bytes.NewReader(data(21))
	_, err = u.UploadSLO(t.Context(), in)
	var refused *OptionError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "ETag", refused.Field)

	in.Body = bytes.NewReader(data(19))
	_, err = u.UploadDLO(t.Context(), in)
	require.ErrorIs(t, err, swift.ErrUnprocessable)

	out, err = u.UploadSLO(t.Context(), put(nil))
	require.NoError(t, err)
	assert.Zero(t, out.Size)
	assert.Empty(t, s.body(t, "c", "o"))
}

func TestUploadDLO(t *testing.T) {
	t.Parallel()
	s := newServer(swift.CephRGW())
	body := data(95)
	in := put(bytes.NewReader(body))
	in.Object, in.Metadata = "a %/ü", map[string]string{"k": "v"}
	out, err := s.uploader(t).UploadDLO(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, body, s.body(t, "c", "a %/ü"))
	assert.True(t, out.Verified)
	assert.Equal(t, 10, out.Parts)
	assert.Regexp(t, `^a %/ü/dlo/`, out.SegmentPrefix)
	assert.Equal(t, "v", s.containers["c"].objects["a %/ü"].header.Get("X-Object-Meta-K"))

	// A listing that lags behind is no failure, if the segments are there.
	s.unlisted = func(string) bool { return true }
	out, err = s.uploader(t).UploadDLO(t.Context(), in)
	require.NoError(t, err)
	assert.False(t, out.Verified)
}

func TestUploadNested(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	u := s.uploader(t, func(o *Options) { o.MaxManifestSegments = 3 })
	body := data(9*10 - 1)
	out, err := u.UploadSLO(t.Context(), put(bytes.NewReader(body)))
	require.NoError(t, err)
	assert.Equal(t, body, s.body(t, "c", "o"))
	assert.Equal(t, 9, out.Parts)
	assert.Equal(t, 1+3, out.Manifests)
	assert.Len(t, s.names("c_segments"), 9+3)
	assert.Len(t, s.containers["c"].objects["o"].manifest, 3)

	// Ten do not fit into three lists of three.
	_, err = u.UploadSLO(t.Context(), put(plain{bytes.NewReader(data(1000))}))
	var size *SizeError
	require.ErrorAs(t, err, &size)

	// Without need larger segments are better than more manifests.
	u, err = NewUploader(s.client(t), func(o *Options) { o.MaxManifestSegments, o.Threshold = 3, -1 })
	require.NoError(t, err)
	out, err = u.UploadSLO(t.Context(), put(bytes.NewReader(make([]byte, 5*DefaultPartSize))))
	require.NoError(t, err)
	assert.Equal(t, 3, out.Parts)
	assert.Equal(t, 1, out.Manifests)

	// A server without nested manifests gets larger segments, whatever was asked for.
	s = newServer(swift.CephRGW())
	out, err = s.uploader(t, func(o *Options) { o.MaxManifestSegments = 3 }).UploadSLO(t.Context(), put(bytes.NewReader(data(50))))
	require.NoError(t, err)
	assert.Less(t, out.Parts, 4)
	assert.Equal(t, data(50), s.body(t, "c", "o"))
}

func TestManifestSize(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	s.info = `{"swift":{},"slo":{"max_manifest_segments":1000,"max_manifest_size":1000,"min_segment_size":1}}`
	out, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(100))))
	require.NoError(t, err)
	assert.Equal(t, data(100), s.body(t, "c", "o"))
	assert.Greater(t, out.Manifests, 2)
	for _, r := range s.requests {
		if r.Query.Get("multipart-manifest") == "put" {
			assert.LessOrEqual(t, len(r.Body), 1000)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		info   string
		answer *answer
		want   error
	}{
		"kept to itself": {},
		"html":           {info: "<html>"},
		"no SLO":         {info: `{"swift":{}}`, want: swift.ErrUnsupported},
		"unreachable":    {answer: &answer{err: io.ErrUnexpectedEOF}, want: io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			s.info = c.info
			s.setBefore(func(r *request) *answer {
				if r.Container == "/info" {
					return c.answer
				}
				return nil
			})
			_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(50))))
			require.ErrorIs(t, err, c.want)
			if name == "no SLO" {
				_, err = s.uploader(t).UploadDLO(t.Context(), put(bytes.NewReader(data(50))))
				require.NoError(t, err)
			}
		})
	}
	s := newServer(swift.OpenStack())
	s.info = `{"swift":{"max_file_size":25},"slo":{"min_segment_size":11}}`
	_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(50))))
	var size *SizeError
	require.ErrorAs(t, err, &size)
	assert.Equal(t, SizeError{"MinPartSize", 11, 10}, *size)
	assert.EqualError(t, size, "10 is outside the limit MinPartSize, 11")
	_, err = s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(50))), func(o *Options) { o.PartSize = 26 })
	require.ErrorAs(t, err, &size)
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newServer(swift.CephRGW())
	u := s.uploader(t)
	var refused *OptionError
	for field, in := range map[string]*swift.CreateObjectInput{
		"Container":      {Object: "o"},
		"Object":         {Container: "c"},
		"ObjectManifest": {Container: "c", Object: "o", ObjectManifest: "c/p"},
		"SymlinkTarget":  {Container: "c", Object: "o", SymlinkTarget: "c/p"},
		"DeleteAfter":    {Container: "c", Object: "o", DeleteAfter: -1},
		"IfNoneMatch":    {Container: "c", Object: "o", IfNoneMatch: "x"},
		"Body":           {Container: "c", Object: "o", Body: (*bytes.Reader)(nil)},
		"input":          nil,
	} {
		_, err := u.UploadSLO(t.Context(), in)
		require.ErrorAs(t, err, &refused, field)
		assert.Equal(t, field, refused.Field)
	}
	for field, fn := range map[string]func(*Options){
		"PartSize":            func(o *Options) { o.PartSize = -1 },
		"MaxManifestSegments": func(o *Options) { o.MaxManifestSegments = -1 },
		"DeleteOldSegments":   func(o *Options) { o.DeleteOldSegments = true },
		"Checkpoint":          func(o *Options) { o.Checkpoint = "x" },
	} {
		_, err := u.UploadSLO(t.Context(), put(plain{bytes.NewReader(data(9))}), fn)
		require.ErrorAs(t, err, &refused, field)
		assert.Equal(t, field, refused.Field)
	}
	_, err := u.UploadSLO(t.Context(), put(nil), func(o *Options) { o.MaxManifestSegments = 1 })
	require.ErrorAs(t, err, &refused)
	in := put(bytes.NewReader(data(9)))
	in.ContentLength = ptr(int64(10))
	_, err = u.UploadSLO(t.Context(), in)
	var length *LengthError
	require.ErrorAs(t, err, &length)
	_, err = NewUploader(nil)
	require.ErrorAs(t, err, &refused)
	_, err = NewUploader(s.client(t), func(o *Options) { o.PartSize = -1 })
	require.ErrorAs(t, err, &refused)
	assert.Empty(t, s.names("c"))
}

func TestMissingContainer(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	in := put(bytes.NewReader(data(100)))
	in.Container = "none"
	_, err := s.uploader(t).UploadSLO(t.Context(), in)
	require.ErrorIs(t, err, swift.ErrNotFound)
	assert.Zero(t, s.count(http.MethodPut, "none_segments", "1"), "before anything was sent")
}

func TestSegmentContainer(t *testing.T) {
	t.Parallel()
	only := func(status int, method, container string) func(*request) *answer {
		return func(r *request) *answer {
			if r.Method == method && r.Container == container && r.Object == "" {
				return say(status, "")
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		before    func(*request) *answer
		container string
		want      error
	}{
		"the object's own":   {container: "c"},
		"another":            {container: "elsewhere"},
		"no look at home":    {before: only(403, http.MethodHead, "c")},
		"no look at it":      {before: only(403, http.MethodHead, "c_segments"), want: swift.ErrNotFound},
		"made meanwhile":     {before: only(409, http.MethodPut, "c_segments"), want: swift.ErrNotFound},
		"can't be made":      {before: only(403, http.MethodPut, "c_segments"), want: swift.ErrForbidden},
		"can't be looked at": {before: only(503, http.MethodHead, "c_segments"), want: errors.ErrUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			s.setBefore(c.before)
			out, err := s.uploader(t, func(o *Options) { o.SegmentContainer = c.container }).UploadSLO(t.Context(), put(bytes.NewReader(data(30))))
			if c.want == errors.ErrUnsupported {
				var failed *swift.Error
				require.ErrorAs(t, err, &failed)
				assert.Equal(t, 503, failed.StatusCode)
				return
			}
			require.ErrorIs(t, err, c.want)
			if c.container != "" {
				assert.Equal(t, c.container, out.SegmentContainer)
				assert.Equal(t, data(30), s.body(t, "c", "o"))
			}
		})
	}
}

func TestLongNames(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	in := put(bytes.NewReader(data(30)))
	in.Object = strings.Repeat("ü", 512)
	out, err := s.uploader(t).UploadSLO(t.Context(), in)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(out.SegmentPrefix)+len("manifest-0-000000"), 1024)
	other := base(strings.Repeat("ü", 511)+"ab", kindSLO, 1024)
	assert.NotEqual(t, base(in.Object, kindSLO, 1024), other, "two long names have nothing in common")
	assert.Equal(t, base(in.Object, kindSLO, 1024), base(in.Object, kindSLO, 1024))
	assert.Equal(t, "o/slo/", base("o", kindSLO, 0))
	assert.NotPanics(t, func() { base("some", kindSLO, 10) })
}

// failing answers the requests that match with an error of the server's.
func failing(status int, match func(*request) bool) func(*request) *answer {
	return func(r *request) *answer {
		if match(r) {
			return say(status, "no")
		}
		return nil
	}
}

func TestSegmentFails(t *testing.T) {
	t.Parallel()
	for _, upload := range []func(*Uploader, context.Context, *swift.CreateObjectInput, ...func(*Options)) (*UploadOutput, error){(*Uploader).UploadSLO, (*Uploader).UploadDLO} {
		s := newServer(swift.OpenStack())
		s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000003") }))
		_, err := upload(s.uploader(t), t.Context(), put(bytes.NewReader(data(100))))
		require.ErrorIs(t, err, swift.ErrInsufficientStorage)
		var failed *UploadError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, 3, failed.Part)
		assert.Equal(t, int64(20), failed.Offset)
		assert.Equal(t, PartsAborted, failed.Parts)
		assert.Contains(t, err.Error(), "parts deleted")
		assert.Empty(t, s.names("c_segments"))
		assert.Empty(t, s.names("c"))
	}
}

func TestSegmentsAreLeft(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000003") }))
	_, err := s.uploader(t, func(o *Options) { o.LeavePartsOnError, o.Concurrency = true, -1 }).UploadSLO(t.Context(), put(bytes.NewReader(data(100))))
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, PartsLeft, failed.Parts)
	assert.Len(t, s.names("c_segments"), 2)
	assert.Contains(t, err.Error(), failed.SegmentPrefix)
}

func TestCleanupFails(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	s.setBefore(func(r *request) *answer {
		if r.is(http.MethodPut, "c_segments", "00000003") {
			return say(507, "")
		}
		if r.is(http.MethodDelete, "c_segments", "00000001") {
			return say(403, "")
		}
		return nil
	})
	_, err := s.uploader(t, func(o *Options) { o.Concurrency = -1 }).UploadSLO(t.Context(), put(bytes.NewReader(data(100))))
	require.ErrorIs(t, err, swift.ErrInsufficientStorage)
	require.ErrorIs(t, err, swift.ErrForbidden)
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, PartsUnknown, failed.Parts)
	assert.Contains(t, err.Error(), "parts may be left")
	assert.Contains(t, err.Error(), "1 of 3 objects could not be deleted")
	assert.Equal(t, []string{failed.SegmentPrefix + "00000001"}, s.names("c_segments"), "the rest is deleted all the same")
}

// A segment whose answer was lost is stored after it was deleted.
func TestLateSegment(t *testing.T) {
	t.Parallel()
	s := newServer(swift.CephRGW())
	var late atomic.Pointer[request]
	s.setBefore(func(r *request) *answer {
		if r.is(http.MethodPut, "c_segments", "00000002") {
			late.Store(r)
			return &answer{err: io.ErrUnexpectedEOF}
		}
		return nil
	})
	s.setAfter(func(r *request) *answer {
		if l := late.Load(); l != nil && r.is(http.MethodDelete, "c_segments", "00000002") && late.CompareAndSwap(l, nil) {
			s.serve(l)
		}
		return nil
	})
	_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(50))))
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, PartsAborted, failed.Parts)
	assert.Empty(t, s.names("c_segments"))
}

func TestTokenRevoked(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	s.setBefore(func(r *request) *answer {
		if r.is(http.MethodPut, "c_segments", "00000005") && s.token == 1 {
			s.revoke()
		}
		return nil
	})
	_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(100))))
	require.NoError(t, err)
	assert.Equal(t, data(100), s.body(t, "c", "o"))

	// A plain reader's parts are in memory, and sent again too.
	s.token, s.logins = 1, 1
	_, err = s.uploader(t).UploadDLO(t.Context(), put(plain{bytes.NewReader(data(100))}))
	require.NoError(t, err)
	assert.Equal(t, data(100), s.body(t, "c", "o"))
}

func TestManifestRefused(t *testing.T) {
	t.Parallel()
	isManifest := func(r *request) bool { return r.is(http.MethodPut, "c", "o") }
	t.Run("a segment was changed", func(t *testing.T) {
		t.Parallel()
		s := newServer(swift.OpenStack())
		s.setBefore(func(r *request) *answer {
			if isManifest(r) {
				for _, o := range s.containers["c_segments"].objects {
					if len(o.body) == 5 {
						o.etag = "changed"
					}
				}
			}
			return nil
		})
		_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(25))))
		var failed *swift.SLOError
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, swift.ErrBadRequest)
		require.Len(t, failed.Segments, 1)
		assert.Equal(t, "Etag Mismatch", failed.Segments[0].Reason)
		assert.Regexp(t, `^c_segments/o/slo/.*/00000003$`, failed.Segments[0].Path)
		assert.Empty(t, s.names("c_segments"))
	})
	t.Run("a server that does not compare", func(t *testing.T) {
		t.Parallel()
		for _, kind := range []string{"etag", "size", "gone"} {
			s := newServer(swift.CephRGW())
			s.setAfter(func(r *request) *answer {
				if r.is(http.MethodPut, "c_segments", "00000002") {
					o := s.containers["c_segments"].objects[r.Object]
					switch kind {
					case "etag":
						o.etag = "another"
						return &answer{status: 201, header: http.Header{"Etag": {sum(r.Body)}}}
					case "size":
						o.body = o.body[1:]
					case "gone":
						delete(s.containers["c_segments"].objects, r.Object)
					}
				}
				return nil
			})
			for _, upload := range []func(*Uploader, context.Context, *swift.CreateObjectInput, ...func(*Options)) (*UploadOutput, error){(*Uploader).UploadSLO, (*Uploader).UploadDLO} {
				_, err := upload(s.uploader(t, func(o *Options) { o.Concurrency = -1 }), t.Context(), put(bytes.NewReader(data(25))))
				require.ErrorIs(t, err, ErrIncomplete)
				var failed *swift.SLOError
				require.ErrorAs(t, err, &failed)
				require.Len(t, failed.Segments, 1)
				assert.Empty(t, s.names("c"))
				assert.Empty(t, s.names("c_segments"))
			}
		}
	})
	t.Run("precondition", func(t *testing.T) {
		t.Parallel()
		s := newServer(swift.OpenStack())
		in := put(bytes.NewReader(data(25)))
		in.IfNoneMatch = "*"
		_, err := s.uploader(t).UploadSLO(t.Context(), in)
		require.NoError(t, err)
		in.Body = bytes.NewReader(data(26))
		_, err = s.uploader(t).UploadSLO(t.Context(), in)
		require.ErrorIs(t, err, swift.ErrPreconditionFailed)
		assert.Equal(t, data(25), s.body(t, "c", "o"))
		assert.Len(t, s.names("c_segments"), 3)
	})
	t.Run("heartbeat hides a failure", func(t *testing.T) {
		t.Parallel()
		s := newServer(swift.OpenStack())
		s.setBefore(func(r *request) *answer {
			if isManifest(r) {
				return say(202, "  \r\n\r\n"+`{"Response Status": "503 Service Unavailable", "Response Body": "later", "Errors": []}`)
			}
			return nil
		})
		_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(25))))
		var failed *swift.Error
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, 503, failed.StatusCode)
		assert.Empty(t, s.names("c_segments"))
	})
	t.Run("nested", func(t *testing.T) {
		t.Parallel()
		for _, a := range []*answer{say(403, ""), {err: io.ErrUnexpectedEOF}} {
			s := newServer(swift.OpenStack())
			s.setBefore(func(r *request) *answer {
				if r.is(http.MethodPut, "c_segments", "manifest-1-000002") {
					return a
				}
				return nil
			})
			_, err := s.uploader(t, func(o *Options) { o.MaxManifestSegments = 2 }).UploadSLO(t.Context(), put(bytes.NewReader(data(40))))
			require.Error(t, err)
			assert.Contains(t, err.Error(), "manifest 2 of 2")
			assert.Empty(t, s.names("c_segments"))
		}
	})
	t.Run("another ETag", func(t *testing.T) {
		t.Parallel()
		s := newServer(swift.CephRGW())
		s.setAfter(func(r *request) *answer {
			if isManifest(r) {
				return &answer{status: 201, header: http.Header{"Etag": {`"0123"`}}}
			}
			return nil
		})
		_, err := s.uploader(t).UploadSLO(t.Context(), put(bytes.NewReader(data(25))))
		require.ErrorIs(t, err, ErrIncomplete)
		var failed *UploadError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, PartsCompleted, failed.Parts)
		assert.Len(t, s.names("c_segments"), 3)
	})
}

// The answer to the manifest is lost.
func TestManifestAmbiguous(t *testing.T) {
	t.Parallel()
	type upload = func(*Uploader, context.Context, *swift.CreateObjectInput, ...func(*Options)) (*UploadOutput, error)
	lost := &answer{err: io.ErrUnexpectedEOF}
	for name, c := range map[string]struct {
		upload        upload
		before, after *answer
		old           bool // the same content is there already
		head          *answer
		want          Parts // PartsNone: it succeeds
	}{
		"made, no answer":             {upload: (*Uploader).UploadSLO, after: lost},
		"made, 5xx":                   {upload: (*Uploader).UploadSLO, after: say(502, "")},
		"DLO made, no answer":         {upload: (*Uploader).UploadDLO, after: lost},
		"DLO made, 5xx":               {upload: (*Uploader).UploadDLO, after: say(503, "")},
		"not made, no answer":         {upload: (*Uploader).UploadSLO, before: lost, want: PartsUnknown},
		"not made, 5xx":               {upload: (*Uploader).UploadSLO, before: say(503, ""), want: PartsAborted},
		"another is there, 5xx":       {upload: (*Uploader).UploadSLO, before: say(503, ""), old: true, want: PartsAborted},
		"another is there, no answer": {upload: (*Uploader).UploadSLO, before: lost, old: true, want: PartsUnknown},
		"no look":                     {upload: (*Uploader).UploadSLO, before: say(503, ""), head: say(403, ""), want: PartsUnknown},
		"DLO not made, no answer":     {upload: (*Uploader).UploadDLO, before: lost, want: PartsUnknown},
		"DLO not made, 5xx":           {upload: (*Uploader).UploadDLO, before: say(503, ""), old: true, want: PartsAborted},
		"DLO, no look":                {upload: (*Uploader).UploadDLO, before: lost, head: say(403, ""), want: PartsUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			u := s.uploader(t)
			kept := 0
			if c.old {
				_, err := c.upload(u, t.Context(), put(bytes.NewReader(data(25))))
				require.NoError(t, err)
				kept = 3
			}
			s.setBefore(func(r *request) *answer {
				if r.is(http.MethodPut, "c", "o") {
					return c.before
				}
				if r.is(http.MethodHead, "c", "o") {
					return c.head
				}
				return nil
			})
			s.setAfter(func(r *request) *answer {
				if r.is(http.MethodPut, "c", "o") {
					return c.after
				}
				return nil
			})
			out, err := c.upload(u, t.Context(), put(bytes.NewReader(data(25))))
			if c.want == PartsNone {
				require.NoError(t, err)
				assert.Equal(t, int64(25), out.Size)
				assert.False(t, out.LastModified.IsZero())
				assert.Equal(t, data(25), s.body(t, "c", "o"))
				return
			}
			var failed *UploadError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, c.want, failed.Parts)
			assert.Equal(t, c.want == PartsUnknown, errors.Is(err, ErrAmbiguous))
			if c.want == PartsUnknown {
				kept += 3
			}
			assert.Len(t, s.names("c_segments"), kept)
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	stop := errors.New("enough")
	stages := map[string]func(*request) bool{
		"limits":            func(r *request) bool { return r.Container == "/info" },
		"container":         func(r *request) bool { return r.is(http.MethodHead, "c", "") && r.Object == "" },
		"segment container": func(r *request) bool { return r.is(http.MethodPut, "c_segments", "") && r.Object == "" },
		"first segment":     func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000001") },
		"last segment":      func(r *request) bool { return r.is(http.MethodPut, "c_segments", "00000010") },
		"nested manifest":   func(r *request) bool { return r.is(http.MethodPut, "c_segments", "manifest-1-000002") },
	}
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(swift.OpenStack())
			ctx, cancel := context.WithCancelCause(t.Context())
			s.setBefore(func(r *request) *answer {
				if stage(r) {
					cancel(stop)
				}
				return nil
			})
			_, err := s.uploader(t, func(o *Options) { o.MaxManifestSegments = 4 }).UploadSLO(ctx, put(bytes.NewReader(data(100))))
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, stop)
			assert.Empty(t, s.names("c_segments"))
			assert.Empty(t, s.names("c"))
		})
	}
	t.Run("manifest", func(t *testing.T) {
		t.Parallel()
		s := newServer(swift.OpenStack())
		ctx, cancel := context.WithCancelCause(t.Context())
		s.setAfter(func(r *request) *answer {
			if r.is(http.MethodPut, "c", "o") {
				cancel(stop)
			}
			return nil
		})
		_, err := s.uploader(t).UploadSLO(ctx, put(bytes.NewReader(data(100))))
		require.NoError(t, err, "it is there")
		assert.Equal(t, data(100), s.body(t, "c", "o"))
	})
	t.Run("listing of a DLO", func(t *testing.T) {
		t.Parallel()
		s := newServer(swift.OpenStack())
		ctx, cancel := context.WithCancelCause(t.Context())
		s.unlisted = func(string) bool { cancel(stop); return true }
		_, err := s.uploader(t).UploadDLO(ctx, put(bytes.NewReader(data(100))))
		require.ErrorIs(t, err, stop)
		assert.Empty(t, s.names("c"))
	})
}

func TestMemory(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	u := s.uploader(t, func(o *Options) { o.MemoryBudget, o.Concurrency = 20, 8 })
	_, err := u.UploadSLO(t.Context(), put(plain{bytes.NewReader(data(500))}))
	require.NoError(t, err)
	assert.LessOrEqual(t, s.peak, 2)
	assert.Equal(t, data(500), s.body(t, "c", "o"))
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	broken := errors.New("disk gone")
	_, err := s.uploader(t).UploadSLO(t.Context(), put(io.MultiReader(bytes.NewReader(data(35)), &failingReader{broken})))
	require.ErrorIs(t, err, broken)
	assert.Contains(t, err.Error(), "read the body at byte 35")
	assert.Empty(t, s.names("c_segments"))

	in := put(plain{bytes.NewReader(data(35))})
	in.ContentLength = ptr(int64(40))
	_, err = s.uploader(t).UploadSLO(t.Context(), in)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Contains(t, err.Error(), "has 35 bytes where 40 were stated")
	in.Body, in.ContentLength = plain{bytes.NewReader(data(35))}, ptr(int64(30))
	_, err = s.uploader(t).UploadSLO(t.Context(), in)
	assert.Contains(t, err.Error(), "more than the 30 bytes")
}

type failingReader struct{ err error }

func (r *failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestProgressBesideTheClients(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	var sent atomic.Int64
	u := s.uploader(t, func(o *Options) {
		o.ClientOptions = []func(*swift.Options){func(o *swift.Options) { o.Progress = func(n int64) { sent.Add(n) } }}
	})
	_, err := u.UploadDLO(t.Context(), put(bytes.NewReader(data(100))))
	require.NoError(t, err)
	assert.Equal(t, int64(100), sent.Load())
}

func TestOldSegments(t *testing.T) {
	t.Parallel()
	s := newServer(swift.OpenStack())
	u := s.uploader(t, func(o *Options) { o.DeleteOldSegments = true })
	ctx := t.Context()
	_, err := u.UploadSLO(ctx, put(bytes.NewReader(data(50))), func(o *Options) { o.MaxManifestSegments = 3 })
	require.NoError(t, err)
	require.Len(t, s.names("c_segments"), 5+2)
	_, err = u.UploadDLO(ctx, put(bytes.NewReader(data(40))))
	require.NoError(t, err)
	require.Len(t, s.names("c_segments"), 4)
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(30))))
	require.NoError(t, err)
	require.Len(t, s.names("c_segments"), 3)
	assert.Equal(t, data(30), s.body(t, "c", "o"))

	// Failures keep them.
	s.setBefore(failing(507, func(r *request) bool { return r.is(http.MethodPut, "c", "o") }))
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(20))))
	require.Error(t, err)
	assert.Equal(t, data(30), s.body(t, "c", "o"))
	s.setBefore(nil)

	// A deletion that fails is told, with the object in its place.
	s.setBefore(failing(403, func(r *request) bool { return r.is(http.MethodDelete, "c_segments", "00000001") }))
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(5))), func(o *Options) { o.Threshold = 10 })
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, PartsCompleted, failed.Parts)
	assert.Contains(t, err.Error(), "object in place")
	assert.Contains(t, err.Error(), "segments of the object that was there")
	assert.Equal(t, data(5), s.body(t, "c", "o"))
	s.setBefore(nil)

	for _, header := range []string{"X-Versions-Location", "X-History-Location", "X-Versions-Enabled"} {
		s.containers["c"].header.Set(header, "True")
		_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(50))))
		var refused *OptionError
		require.ErrorAs(t, err, &refused)
		s.containers["c"].header.Del(header)
	}
	for match, want := range map[string]int{"c": 403, "c_segments": 404} {
		_, err = u.UploadDLO(ctx, put(bytes.NewReader(data(50))))
		require.NoError(t, err)
		s.setBefore(failing(want, func(r *request) bool {
			return r.Method == http.MethodGet && r.Container == match && r.Object == "" || match == "c" && r.is(http.MethodHead, "c", "o")
		}))
		_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(50))))
		assert.Equal(t, want == 403, err != nil, "%v", err)
		s.setBefore(nil)
	}
	s.containers["c"].objects["o"].header.Set("X-Object-Manifest", "whole")
	s.containers["c"].objects["o"].manifest = nil
	s.containers["c"].objects["o"].header.Del("X-Static-Large-Object")
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(50))))
	var refused *OptionError
	require.ErrorAs(t, err, &refused)

	// The manifest that is there can't be read.
	_, err = s.uploader(t).UploadSLO(ctx, put(bytes.NewReader(data(50))))
	require.NoError(t, err)
	s.setBefore(failing(403, func(r *request) bool { return r.Query.Get("multipart-manifest") == "get" }))
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(50))))
	require.ErrorIs(t, err, swift.ErrForbidden)
	s.setBefore(failing(403, func(r *request) bool { return r.is(http.MethodHead, "c", "") && r.Object == "" }))
	_, err = u.UploadSLO(ctx, put(bytes.NewReader(data(5))), func(o *Options) { o.Threshold = 10 })
	require.ErrorIs(t, err, swift.ErrForbidden)
}

func TestPartsString(t *testing.T) {
	t.Parallel()
	for p, want := range map[Parts]string{
		PartsNone: "no parts", PartsAborted: "parts deleted", PartsLeft: "parts left", PartsUnknown: "parts may be left", PartsCompleted: "object in place",
	} {
		assert.Equal(t, want, p.String())
	}
	assert.Equal(t, `upload of container "c", object "o", upload id "u": PartSize: is negative`,
		(&UploadError{Container: "c", Object: "o", UploadId: "u", Err: &OptionError{"PartSize", "is negative"}}).Error())
	assert.Positive(t, time.Duration(settlePause))
}
