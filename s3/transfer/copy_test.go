package transfer

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

const sourcePath = "/from/a key+b%/ü"

func copyInput() *s3.CopyObjectInput {
	return &s3.CopyObjectInput{Bucket: "bucket", Key: "some/key", CopySource: s3.CopySource("from", "a key+b%/ü", "")}
}

// inParts makes copies of the tests' sizes parts.
func inParts(o *Options) { o.Threshold, o.PartSize = -1, partSize }

func requireCopyError(t *testing.T, err error) *CopyError {
	t.Helper()
	var failed *CopyError
	require.ErrorAs(t, err, &failed)
	require.NotContains(t, err.Error(), "\n")
	require.NotContains(t, err.Error(), "multipart: ")
	require.Contains(t, err.Error(), `copy of "`)
	return failed
}

var described = map[string]string{
	"Cache-Control": "max-age=1", "Content-Disposition": "attachment", "Content-Encoding": "x-own", "Content-Language": "ko",
	"Content-Type": "text/x-test", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT", "X-Amz-Meta-One": "1", "X-Amz-Meta-Two": "zwei",
	"X-Amz-Tagging": "a=1&b%20c=%2B%26", "X-Amz-Storage-Class": "COLD",
}

// ways are those by which the bytes of a copy can go.
var ways = []struct {
	name    string
	options func(*Options)
	secure  bool
	gets    int // of three parts
	want    string
}{
	{"CopyObject", func(*Options) {}, false, 0, "CopyObject"},
	{"in parts", inParts, false, 0, "UploadPartCopy"},
	{"streamed in order", func(o *Options) { o.StreamCopies = true }, false, 1, "UploadPart"},
	{"streamed in ranges", func(o *Options) { o.StreamCopies = true }, true, 3, "UploadPart"},
	{"streamed whole", func(o *Options) { o.StreamCopies, o.Threshold = true, 100*partSize }, true, 1, "PutObject"},
}

// However the bytes go, the copy is what CopyObject makes.
func TestCopy(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), way.secure)
			data := pattern(3*partSize - 5)
			src := s.add(sourcePath, data, described)
			m := newManager(t, s.newClient(t), way.options)
			var last Progress
			var out *CopyOutput
			events := watched(t, m, func() {
				var err error
				out, err = m.Copy(t.Context(), copyInput(), func(o *Options) { o.Progress = func(p Progress) { last = p } })
				require.NoError(t, err)
			})
			require.Equal(t, data, s.object(objectPath))
			made := s.objects[objectPath]
			for name, value := range described {
				if name == "X-Amz-Storage-Class" {
					require.Empty(t, made.header.Get(name))
					continue
				}
				require.Equal(t, value, made.header.Get(name), name)
			}
			parts := 0
			if way.name != "CopyObject" && way.name != "streamed whole" {
				parts = 3
			}
			require.Equal(t, "bucket", out.Bucket)
			require.Equal(t, "some/key", out.Key)
			require.EqualValues(t, len(data), out.Size)
			require.Equal(t, parts, out.Parts)
			require.Equal(t, made.etag, out.ETag)
			require.True(t, out.SizeVerified)
			require.Equal(t, strings.HasPrefix(way.name, "streamed"), out.Streamed)
			require.Positive(t, s.count(way.want))
			require.Equal(t, way.gets, s.count("GetObject"))
			require.Zero(t, s.open())
			require.Equal(t, Progress{Bytes: int64(len(data)), Total: int64(len(data)), PartsDone: max(parts, 1), Parts: max(parts, 1), Done: true}, last)
			require.Equal(t, EventStarted, events[0].Kind)
			end := events[len(events)-1]
			require.Equal(t, []any{EventFinished, OperationCopy, "bucket", "some/key"}, []any{end.Kind, end.Operation, end.Bucket, end.Key})
			require.Equal(t, src.data, data)
		})
	}
}

// Sizes around the parts, and nothing at all.
func TestCopySizes(t *testing.T) {
	for _, way := range ways {
		for _, size := range []int{0, 1, partSize, partSize + 1, 2 * partSize} {
			t.Run(fmt.Sprintf("%s/%d", way.name, size), func(t *testing.T) {
				s := startCopyServer(t, small(s3.AWS()), way.secure)
				s.add(sourcePath, pattern(size), nil)
				out, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), copyInput())
				require.NoError(t, err)
				require.Equal(t, pattern(size), s.object(objectPath))
				require.EqualValues(t, size, out.Size)
				if size == 0 {
					require.Zero(t, out.Parts, "no server takes parts of nothing")
				}
			})
		}
	}
}

// REPLACE means the input's and nothing of the source's.
func TestCopyReplaces(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), way.secure)
			s.add(sourcePath, pattern(3*partSize), described)
			in := copyInput()
			in.MetadataDirective, in.TaggingDirective = s3.MetadataDirectiveReplace, s3.TaggingDirectiveReplace
			in.Metadata, in.ContentType, in.Tagging = map[string]string{"three": "3"}, "text/other", "c=3"
			in.StorageClass, in.CacheControl = "WARM", "no-store"
			_, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), in)
			require.NoError(t, err)
			for name, want := range map[string]string{
				"X-Amz-Meta-Three": "3", "X-Amz-Meta-One": "", "Content-Type": "text/other", "X-Amz-Tagging": "c=3",
				"X-Amz-Storage-Class": "WARM", "Cache-Control": "no-store", "Content-Disposition": "", "Expires": "",
			} {
				require.Equal(t, want, s.header(objectPath, name), name)
			}
			require.Zero(t, s.count("GetObjectTagging"))
		})
	}
}

// With COPY, what the input says of metadata and tags means nothing, as it does of CopyObject.
func TestCopyIgnoresWhatItDoesNotReplace(t *testing.T) {
	for _, way := range ways {
		s := startCopyServer(t, small(s3.AWS()), way.secure)
		s.add(sourcePath, pattern(3*partSize), described)
		in := copyInput()
		in.Metadata, in.ContentType, in.Tagging = map[string]string{"three": "3"}, "text/other", "c=3"
		in.WebsiteRedirectLocation = "/there"
		_, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), in)
		require.NoError(t, err, way.name)
		require.Empty(t, s.header(objectPath, "X-Amz-Meta-Three"), way.name)
		require.Equal(t, "text/x-test", s.header(objectPath, "Content-Type"), way.name)
		require.Equal(t, described["X-Amz-Tagging"], s.header(objectPath, "X-Amz-Tagging"), way.name)
		require.Equal(t, "/there", s.header(objectPath, "X-Amz-Website-Redirect-Location"), way.name)
	}
}

func TestCopyStorageClass(t *testing.T) {
	for _, way := range ways {
		s := startCopyServer(t, small(s3.AWS()), way.secure)
		s.add(sourcePath, pattern(3*partSize), described)
		_, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), copyInput(), func(o *Options) { o.CopyStorageClass = true })
		require.NoError(t, err, way.name)
		require.Equal(t, "COLD", s.header(objectPath, "X-Amz-Storage-Class"), way.name)
	}
}

const publicACL = `<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>me</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>you</ID></Grantee><Permission>READ</Permission></Grant>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>you</ID></Grantee><Permission>READ_ACP</Permission></Grant>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="AmazonCustomerByEmail"><EmailAddress>you@example.com</EmailAddress></Grantee><Permission>WRITE_ACP</Permission></Grant>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>you</ID></Grantee><Permission>WRITE</Permission></Grant>
</AccessControlList></AccessControlPolicy>`

func TestCopyACL(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), way.secure)
			s.add(sourcePath, pattern(3*partSize), nil)
			s.acl = publicACL
			m := newManager(t, s.newClient(t), way.options)
			_, err := m.Copy(t.Context(), copyInput())
			require.NoError(t, err)
			require.Zero(t, s.count("GetObjectAcl"))
			require.Empty(t, s.header(objectPath, "X-Amz-Grant-Read"))

			asked := func(o *Options) { o.CopyACL = true }
			_, err = m.Copy(t.Context(), copyInput(), asked)
			require.NoError(t, err)
			for name, want := range map[string]string{
				"Full-Control": `id="me"`, "Read": `uri="http://acs.amazonaws.com/groups/global/AllUsers", id="you"`,
				"Read-Acp": `id="you"`, "Write-Acp": `emailAddress="you@example.com"`,
			} {
				require.Equal(t, want, s.header(objectPath, "X-Amz-Grant-"+name), name)
			}

			// A private one is what a copy is anyway.
			s.acl = strings.Join(strings.Split(publicACL, "\n")[:2], "") + "</AccessControlList></AccessControlPolicy>"
			_, err = m.Copy(t.Context(), copyInput(), asked)
			require.NoError(t, err)
			require.Empty(t, s.header(objectPath, "X-Amz-Grant-Full-Control"))

			s.instead = func(op string, _, _ int) *reply {
				if op == "GetObjectAcl" {
					return refusal(403, "AccessDenied")
				}
				return nil
			}
			_, err = m.Copy(t.Context(), copyInput(), asked)
			require.ErrorIs(t, requireCopyError(t, err), s3.ErrAccessDenied)

			in := copyInput()
			in.GrantRead = `id="x"`
			_, err = m.Copy(t.Context(), in, asked)
			var option *OptionError
			require.ErrorAs(t, requireCopyError(t, err), &option)
			require.Equal(t, "CopyACL", option.Field)
		})
	}
}

// What the destination's server would lose is refused.
func TestCopyRefusesToLose(t *testing.T) {
	p := small(s3.NHNCloud())
	s := startCopyServer(t, p, false)
	rich := startCopyServer(t, small(s3.AWS()), false)
	rich.add(sourcePath, pattern(10), described)
	rich.acl = publicACL
	m := newManager(t, s.newClient(t), func(o *Options) { o.SourceClient = rich.newClient(t) })
	var option *OptionError
	_, err := m.Copy(t.Context(), copyInput())
	require.ErrorAs(t, requireCopyError(t, err), &option)
	require.Equal(t, "TaggingDirective", option.Field)
	replace := copyInput()
	replace.TaggingDirective = s3.TaggingDirectiveReplace
	_, err = m.Copy(t.Context(), replace, func(o *Options) { o.CopyACL = true })
	require.ErrorAs(t, requireCopyError(t, err), &option)
	require.Equal(t, "CopyACL", option.Field)
	require.Empty(t, s.objects)
	_, err = m.Copy(t.Context(), replace)
	require.NoError(t, err)
	require.Equal(t, pattern(10), s.object(objectPath))

	for name, c := range map[string]struct {
		header map[string]string
		change func(*s3.CopyObjectInput)
		field  string
	}{
		"metadata that headers can't tell": {map[string]string{"X-Amz-Missing-Meta": "2"}, func(*s3.CopyObjectInput) {}, "MetadataDirective"},
		"annotations":                      {nil, func(in *s3.CopyObjectInput) { in.AnnotationDirective = s3.AnnotationDirectiveCopy }, "AnnotationDirective"},
	} {
		rich.add(sourcePath, pattern(3*partSize), c.header)
		in := copyInput()
		c.change(in)
		for _, way := range ways[1:] {
			_, err := newManager(t, rich.newClient(t), way.options).Copy(t.Context(), in)
			require.ErrorAs(t, requireCopyError(t, err), &option, name)
			require.Equal(t, c.field, option.Field)
		}
		require.Zero(t, rich.open())
	}
}

// Tags that can't be read are not lost without a word; those that can't be are none.
func TestCopyTagsThatCannotBeRead(t *testing.T) {
	for code, fails := range map[string]bool{"AccessDenied": true, "NoSuchTagSet": false, "NotImplemented": false} {
		s := startCopyServer(t, small(s3.AWS()), false)
		s.add(sourcePath, pattern(3*partSize), nil)
		s.instead = func(op string, _, _ int) *reply {
			if op == "GetObjectTagging" {
				return refusal(map[string]int{"AccessDenied": 403, "NoSuchTagSet": 404, "NotImplemented": 501}[code], code)
			}
			return nil
		}
		_, err := newManager(t, s.newClient(t, func(o *s3.Options) { o.MaxAttempts = 1 }), inParts).Copy(t.Context(), copyInput())
		if !fails {
			require.NoError(t, err, code)
			continue
		}
		require.ErrorIs(t, requireCopyError(t, err), s3.ErrAccessDenied)
		require.ErrorContains(t, err, "unless TaggingDirective is REPLACE")
		require.Zero(t, s.open())
	}
}

// The threshold, and the profile's word on ranges, decide between one CopyObject and parts.
func TestCopyChooses(t *testing.T) {
	const size = 3 * partSize
	trusted, untrusted := small(s3.AWS()), small(s3.AWS())
	untrusted.RangedPartCopy = false
	limited := untrusted
	limited.MaxPutSize = size - 1
	unnamed := trusted
	unnamed.MaxPutSize = 0
	for name, c := range map[string]struct {
		profile   s3.Profile
		threshold int64
		client    func(*s3.Options)
		want      string
		err       error
	}{
		"by default what fits":              {trusted, 0, nil, "CopyObject", nil},
		"without a limit 5 GiB":             {unnamed, 0, nil, "CopyObject", nil},
		"at the threshold":                  {trusted, size, nil, "CopyObject", nil},
		"above the threshold":               {trusted, size - 1, nil, "UploadPartCopy", nil},
		"all in parts":                      {trusted, -1, nil, "UploadPartCopy", nil},
		"above the provider's limit":        {func() s3.Profile { p := trusted; p.MaxPutSize = size - 1; return p }(), 0, nil, "UploadPartCopy", nil},
		"ranges are not trusted":            {untrusted, -1, nil, "CopyObject", nil},
		"not trusted, and too large":        {limited, 0, nil, "", s3.ErrUnsupported},
		"not trusted, but asked for anyway": {limited, 0, func(o *s3.Options) { o.AllowUnsupported = true }, "UploadPartCopy", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := startCopyServer(t, c.profile, false)
			s.add(sourcePath, pattern(size), nil)
			m := newManager(t, s.newClient(t), func(o *Options) {
				o.Threshold = c.threshold
				if c.client != nil {
					o.ClientOptions = append(o.ClientOptions, c.client)
				}
			})
			_, err := m.Copy(t.Context(), copyInput())
			if c.err != nil {
				require.ErrorIs(t, requireCopyError(t, err), c.err)
				require.ErrorContains(t, err, "StreamCopies")
				require.Zero(t, s.count("CreateMultipartUpload"))
				out, err := m.Copy(t.Context(), copyInput(), func(o *Options) { o.StreamCopies = true })
				require.NoError(t, err)
				require.True(t, out.Streamed)
				return
			}
			require.NoError(t, err)
			require.Equal(t, pattern(size), s.object(objectPath))
			require.Positive(t, s.count(c.want))
		})
	}
}

// The default size of parts fits the profile.
func TestCopyPartSize(t *testing.T) {
	for most, parts := range map[int64]int{partSize: 4, 0: 0} {
		p := small(s3.AWS())
		if most > 0 {
			p.MaxPartSize = most
		}
		s := startCopyServer(t, p, false)
		s.add(sourcePath, pattern(4*partSize), nil)
		out, err := newManager(t, s.newClient(t), func(o *Options) { o.PartSize, o.Threshold = 0, -1 }).Copy(t.Context(), copyInput())
		require.NoError(t, err)
		require.Equal(t, max(parts, 1), out.Parts)
		if parts == 0 {
			require.EqualValues(t, 4*partSize, out.PartSize)
		}
	}
	require.EqualValues(t, 128<<20, DefaultCopyPartSize)
}

// A copy onto itself is a copy.
func TestCopyOntoItself(t *testing.T) {
	for _, way := range ways {
		s := startCopyServer(t, small(s3.AWS()), way.secure)
		s.add(objectPath, pattern(3*partSize), described)
		in := copyInput()
		in.CopySource = s3.CopySource("bucket", "some/key", "")
		m := newManager(t, s.newClient(t), way.options)
		_, err := m.Copy(t.Context(), in)
		if way.want == "CopyObject" {
			require.ErrorIs(t, requireCopyError(t, err), s3.Code("InvalidRequest"), "the server's word")
			in.MetadataDirective, in.Metadata = s3.MetadataDirectiveReplace, map[string]string{"new": "1"}
			_, err = m.Copy(t.Context(), in)
		}
		require.NoError(t, err, way.name)
		require.Equal(t, pattern(3*partSize), s.object(objectPath), way.name)
	}
}

// Another object under the source's key is not mixed with the first.
func TestCopySourceReplaced(t *testing.T) {
	for _, way := range []string{"CopyObject", "in parts", "overlooked"} {
		for _, versioned := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/versioned=%t", way, versioned), func(t *testing.T) {
				s := startCopyServer(t, small(s3.AWS()), false)
				s.overlooksMatch = way == "overlooked"
				old := s.add(sourcePath, pattern(3*partSize), nil)
				if versioned {
					s.version = "v1"
				}
				var replaced atomic.Bool
				replace := func() {
					if replaced.Swap(true) {
						return
					}
					s.add(sourcePath, pattern(3*partSize + 1 + 1)[1:], nil)
					s.mu.Lock()
					defer s.mu.Unlock()
					if versioned {
						s.versions["v1"], s.version = old, "v2"
					}
				}
				s.onPart = func(part int) {
					if part == 2 {
						replace()
					}
				}
				options := func(o *Options) { inParts(o); o.Concurrency = 1 }
				if way == "CopyObject" {
					options = func(*Options) {}
					s.instead = func(op string, _, _ int) *reply {
						if op == "CopyObject" {
							replace()
						}
						return nil
					}
				}
				out, err := newManager(t, s.newClient(t), options).Copy(t.Context(), copyInput())
				require.Zero(t, s.open())
				if versioned && way != "overlooked" {
					require.NoError(t, err)
					require.Equal(t, "v1", out.CopySourceVersionId)
					require.Equal(t, old.data, s.object(objectPath), "the one that was looked at")
					return
				}
				require.ErrorIs(t, requireCopyError(t, err), s3.ErrObjectChanged)
				require.ErrorIs(t, err, s3.ErrPreconditionFailed)
				require.Nil(t, s.object(objectPath))
			})
		}
	}
}

// A server whose conditions compare another ETag than it tells does not stop a copy, and a
// change is found all the same.
func TestCopyOfETagsThatNeverMatch(t *testing.T) {
	for _, way := range ways[:2] {
		for _, changes := range []bool{false, true} {
			s := startCopyServer(t, small(s3.AWS()), false)
			s.otherETags = true
			s.add(sourcePath, pattern(3*partSize), nil)
			var once atomic.Bool
			s.instead = func(op string, part, attempt int) *reply {
				if changes && op == way.want && attempt == 2 && !once.Swap(true) {
					s.add(sourcePath, pattern(3*partSize + 1)[1:], nil)
				}
				return nil
			}
			_, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), copyInput(), func(o *Options) { o.Concurrency = 1 })
			require.Zero(t, s.open())
			if changes {
				require.ErrorIs(t, requireCopyError(t, err), s3.ErrObjectChanged)
				continue
			}
			require.NoError(t, err, way.name)
			require.Equal(t, pattern(3*partSize), s.object(objectPath))
			if way.want == "UploadPartCopy" {
				require.Equal(t, 4, s.count("UploadPartCopy"), "learnt once")
			}
		}
	}
}

// Keys that a server would take for others are not copied in parts.
func TestCopyOfKeysThatAreDecodedTwice(t *testing.T) {
	s := startCopyServer(t, small(s3.CephRGW()), false)
	s.add(sourcePath, pattern(3*partSize), nil)
	out, err := newManager(t, s.newClient(t), inParts).Copy(t.Context(), copyInput())
	require.NoError(t, err)
	require.Zero(t, out.Parts)
	require.Equal(t, pattern(3*partSize), s.object(objectPath))
	s.add("/from/plain", pattern(3*partSize), nil)
	in := copyInput()
	in.CopySource = "from/plain"
	out, err = newManager(t, s.newClient(t), inParts).Copy(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, 3, out.Parts)
}

// Tags that CreateMultipartUpload forgets are added, to uploads and to copies.
func TestTagsThatAreForgotten(t *testing.T) {
	for _, p := range []s3.Profile{s3.CephRGW(), s3.Generic(), s3.AWS(), s3.NHNCloud()} {
		s := startCopyServer(t, small(p), false)
		s.forgetsTags = !p.MultipartTagging
		m := newManager(t, s.newClient(t))
		in := input(bytes.NewReader(pattern(3 * partSize)))
		in.Tagging = "a=1&b%20c=%2B%26"
		_, err := m.Upload(t.Context(), in)
		require.NoError(t, err)
		want, extra := in.Tagging, 1
		switch p.Name {
		case "AWS":
			extra = 0
		case "NHN Cloud":
			want, extra = "", 0 // it has none
		}
		require.Equal(t, want, s.header(objectPath, "X-Amz-Tagging"), p.Name)
		require.Equal(t, extra, s.count("PutObjectTagging"), p.Name)

		s.instead = func(op string, _, _ int) *reply {
			if op == "PutObjectTagging" {
				return refusal(403, "AccessDenied")
			}
			return nil
		}
		in.Body = bytes.NewReader(pattern(3 * partSize))
		_, err = m.Upload(t.Context(), in)
		if extra == 0 {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrIncomplete)
		require.ErrorIs(t, err, s3.ErrAccessDenied)
		require.Equal(t, PartsCompleted, requireUploadError(t, err).Parts)
	}
	// What is no list of tags is the server's to judge.
	s := startCopyServer(t, small(s3.CephRGW()), false)
	in := input(bytes.NewReader(pattern(3 * partSize)))
	in.Tagging = "a=%zz"
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
	require.NoError(t, err)
	require.Zero(t, s.count("PutObjectTagging"))
}

// A version that the caller names is the one, whatever is current.
func TestCopyOfAVersion(t *testing.T) {
	for _, way := range ways {
		s := startCopyServer(t, small(s3.AWS()), way.secure)
		s.add(sourcePath, []byte("current"), nil)
		s.version = "now"
		s.versions["old/1"] = &stored{data: pattern(3 * partSize), etag: `"of-old"`, header: http.Header{"X-Amz-Tagging": {"t=old"}}}
		in := copyInput()
		in.CopySource = s3.CopySource("from", "a key+b%/ü", "old/1")
		out, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), in)
		require.NoError(t, err, way.name)
		require.Equal(t, pattern(3*partSize), s.object(objectPath), way.name)
		require.Equal(t, "old/1", out.CopySourceVersionId)
		require.Equal(t, "t=old", s.header(objectPath, "X-Amz-Tagging"), way.name)
	}
}

// The conditions on the source are those of CopyObject, however it is copied.
func TestCopyConditions(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), way.secure)
			src := s.add(sourcePath, pattern(3*partSize), nil)
			m := newManager(t, s.newClient(t), way.options)
			for _, c := range []struct {
				set   func(*s3.CopyObjectInput)
				holds bool
			}{
				{func(in *s3.CopyObjectInput) { in.CopySourceIfMatch = src.etag }, true},
				{func(in *s3.CopyObjectInput) { in.CopySourceIfMatch = `"other"` }, false},
				{func(in *s3.CopyObjectInput) { in.CopySourceIfNoneMatch = `"other"` }, true},
				{func(in *s3.CopyObjectInput) { in.CopySourceIfNoneMatch = src.etag }, false},
			} {
				in := copyInput()
				c.set(in)
				_, err := m.Copy(t.Context(), in)
				if c.holds {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, requireCopyError(t, err), s3.ErrPreconditionFailed)
				require.NotErrorIs(t, err, s3.ErrObjectChanged)
			}
		})
	}
}

// A condition on what is there is not taken for a change of the source.
func TestCopyConditionOfTheDestination(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), false)
	s.add(sourcePath, pattern(3*partSize), nil)
	s.add(objectPath, []byte("there"), nil)
	s.version = "v1"
	s.instead = func(op string, _, _ int) *reply {
		if op == "CopyObject" {
			return refusal(412, "PreconditionFailed")
		}
		return nil
	}
	for _, options := range []func(*Options){func(*Options) {}, inParts} {
		in := copyInput()
		in.IfNoneMatch = "*"
		_, err := newManager(t, s.newClient(t), options).Copy(t.Context(), in)
		require.ErrorIs(t, requireCopyError(t, err), s3.ErrPreconditionFailed)
		require.NotErrorIs(t, err, s3.ErrObjectChanged)
	}
	require.Equal(t, 1, s.count("CopyObject"))
	require.Equal(t, []byte("there"), s.object(objectPath))
	require.Zero(t, s.open())
}

// Customer keys of both sides go where they belong.
func TestCopyCustomerKeys(t *testing.T) {
	const from, to = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), true)
			const sum = "X-Amz-Server-Side-Encryption-Customer-Key-Md5"
			s.add(sourcePath, pattern(3*partSize), map[string]string{sum: md5Base64([]byte("01234567890123456789012345678901"))})
			in := copyInput()
			in.CopySourceSSECustomerKey, in.SSECustomerKey = from, to
			_, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, pattern(3*partSize), s.object(objectPath))
			require.Equal(t, md5Base64([]byte("abcdefghijabcdefghijabcdefghijab")), s.header(objectPath, sum))

			in.CopySourceSSECustomerKey = ""
			_, err = newManager(t, s.newClient(t), way.options).Copy(t.Context(), in)
			require.Error(t, err)
			require.NotContains(t, err.Error(), from)
		})
	}
}

// The source's checksum is that of the copy, or there is none.
func TestCopyChecksums(t *testing.T) {
	for _, way := range ways[1:] {
		for _, alg := range []checksum.Algorithm{checksum.CRC64NVME, checksum.CRC32, checksum.SHA256} {
			for _, kind := range []checksum.Type{checksum.FullObject, checksum.Composite} {
				t.Run(fmt.Sprintf("%s/%s/%s", way.name, alg, kind), func(t *testing.T) {
					s := startCopyServer(t, small(s3.AWS()), way.secure)
					data := pattern(3*partSize + 1)
					src := s.add(sourcePath, data, nil)
					value := sumOf(alg, data)
					if kind == checksum.Composite {
						value += "-7"
					}
					src.checksum, src.kind = map[checksum.Algorithm]string{alg: value}, kind
					m := newManager(t, s.newClient(t), way.options)
					out, err := m.Copy(t.Context(), copyInput())
					require.NoError(t, err)
					require.Equal(t, data, s.object(objectPath))
					require.Equal(t, IntegrityChecksum, out.Integrity)
					if kind == checksum.FullObject && alg != checksum.SHA256 {
						require.Equal(t, value, checksumOf(out, s3.ChecksumAlgorithm(alg)))
						// One that is wrong shows that bytes were changed on the way.
						src.checksum[alg] = sumOf(alg, data[1:])
						s.mu.Lock()
						delete(s.objects, objectPath)
						s.mu.Unlock()
						_, err = m.Copy(t.Context(), copyInput())
						require.Error(t, err)
						require.Nil(t, s.object(objectPath))
						require.Zero(t, s.open())
						if way.want == "UploadPartCopy" {
							require.ErrorIs(t, requireCopyError(t, err), s3.ErrChecksumMismatch)
						}
					}
				})
			}
		}
	}
}

// An algorithm that is asked for is used, and one that the server lacks refused.
func TestCopyChecksumAlgorithm(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), false)
	s.add(sourcePath, pattern(3*partSize), nil)
	m := newManager(t, s.newClient(t), inParts)
	in := copyInput()
	in.ChecksumAlgorithm = s3.ChecksumAlgorithmSha256
	out, err := m.Copy(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, IntegrityChecksum, out.Integrity)
	require.Contains(t, out.ChecksumSHA256, "-3")

	// One that computes none can't be asked for one.
	p := small(s3.MinIO())
	_, err = newManager(t, s.newClient(t, func(o *s3.Options) { o.Profile = p }), inParts).Copy(t.Context(), in)
	var option *OptionError
	require.ErrorAs(t, requireCopyError(t, err), &option)
	require.Equal(t, "ChecksumAlgorithm", option.Field)
	out, err = newManager(t, s.newClient(t, func(o *s3.Options) { o.Profile = p }), inParts).Copy(t.Context(), copyInput())
	require.NoError(t, err)
	require.Equal(t, IntegrityTransport, out.Integrity)

	// A server that tells no checksums of parts is not asked for one of the whole.
	s.silent = true
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			require.Empty(t, e.Header.Get("X-Amz-Checksum-Sha256"))
			s.mu.Lock()
			s.uploads[e.Query["uploadId"]].algorithm = ""
			s.mu.Unlock()
		}
		return nil
	})
	out, err = m.Copy(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, IntegrityTransport, out.Integrity)
	require.True(t, out.SizeVerified)

	for _, alg := range []s3.ChecksumAlgorithm{s3.ChecksumAlgorithmMd5, s3.ChecksumAlgorithmSha1} {
		p := small(s3.AWS())
		p.Checksums = []s3.ChecksumAlgorithm{s3.ChecksumAlgorithmCrc32}
		s.profile = p
		in.ChecksumAlgorithm = alg
		_, err = newManager(t, s.newClient(t), inParts).Copy(t.Context(), in)
		require.ErrorAs(t, requireCopyError(t, err), &option)
		require.Equal(t, "ChecksumAlgorithm", option.Field)
	}
}

// A part that fails for good ends the copy, and nothing is left.
func TestCopyOfAPartThatFails(t *testing.T) {
	for name, answer := range map[string]*reply{
		"refused":        refusal(403, "AccessDenied"),
		"inside a 200":   refusal(200, "AccessDenied"),
		"without result": {status: 200, body: ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), false)
			s.add(sourcePath, pattern(4*partSize), nil)
			s.instead = func(op string, part, _ int) *reply {
				if op == "UploadPartCopy" && part == 3 {
					return answer
				}
				return nil
			}
			m := newManager(t, s.newClient(t), inParts)
			var err error
			events := watched(t, m, func() { _, err = m.Copy(t.Context(), copyInput()) })
			failed := requireCopyError(t, err)
			require.Equal(t, 3, failed.Part)
			require.EqualValues(t, 2*partSize, failed.Offset)
			require.EqualValues(t, partSize, failed.Size)
			require.Equal(t, PartsAborted, failed.Parts)
			require.NotEmpty(t, failed.UploadId)
			require.Equal(t, copyInput().CopySource, failed.CopySource)
			require.Zero(t, s.open())
			require.Nil(t, s.object(objectPath))
			require.Equal(t, EventFailed, events[len(events)-1].Kind)
			require.Equal(t, err, events[len(events)-1].Err)
			if answer.body != "" {
				require.ErrorIs(t, err, s3.ErrAccessDenied)
			}
		})
	}
}

// A part is repeated as a request is; a Complete whose answer was lost is looked at.
func TestCopyOfLostAnswers(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), false)
	s.add(sourcePath, pattern(4*partSize), nil)
	s.instead = func(op string, part, attempt int) *reply {
		if op == "UploadPartCopy" && part == 2 && attempt == 1 {
			return broken
		}
		return nil
	}
	s.setAfter(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" && e.Attempt == 1 {
			return broken
		}
		return nil
	})
	out, err := newManager(t, s.newClient(t), inParts).Copy(t.Context(), copyInput())
	require.NoError(t, err)
	require.Equal(t, pattern(4*partSize), s.object(objectPath))
	require.True(t, out.SizeVerified)
}

// A server that overlooks the range is caught by the size, though its profile vouches for it.
func TestCopyOfAServerThatOverlooksRanges(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), false)
	s.overlooksRange = true
	s.add(sourcePath, pattern(3*partSize), nil)
	for _, after := range []func(*exchange) *reply{nil, oneOf("CompleteMultipartUpload", broken, broken, broken, broken)} {
		s.setAfter(after) // the answer may be lost, too: then the ETag is what the parts make, and the size is not
		_, err := newManager(t, s.newClient(t), inParts).Copy(t.Context(), copyInput())
		require.ErrorIs(t, requireCopyError(t, err), ErrIncomplete)
		require.Equal(t, PartsCompleted, requireCopyError(t, err).Parts)
	}
}

// Parts go side by side, as many as may.
func TestCopyConcurrency(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), false)
	s.add(sourcePath, pattern(6*partSize), nil)
	var here atomic.Int64
	all := make(chan struct{})
	s.onPart = func(int) {
		if here.Add(1) == 3 {
			close(all)
		}
		<-all
	}
	_, err := newManager(t, s.newClient(t), inParts).Copy(t.Context(), copyInput(), func(o *Options) { o.Concurrency = 3 })
	require.NoError(t, err)
}

func TestCopyCancelled(t *testing.T) {
	cause := errors.New("enough")
	for _, way := range ways {
		s := startCopyServer(t, small(s3.AWS()), way.secure)
		s.add(sourcePath, pattern(4*partSize), nil)
		ctx, cancel := context.WithCancelCause(t.Context())
		s.instead = func(op string, part, _ int) *reply {
			if op == way.want && (part == 2 || way.gets == 0 && part == 0 || op == "PutObject") {
				cancel(cause)
				return broken // an answer might be here before the end is seen
			}
			return nil
		}
		_, err := newManager(t, s.newClient(t), way.options).Copy(ctx, copyInput())
		require.ErrorIs(t, requireCopyError(t, err), cause, way.name)
		require.ErrorIs(t, err, context.Canceled, way.name)
		require.Zero(t, s.open(), way.name)
		cancel(nil)
	}
}

func TestCopyRefuses(t *testing.T) {
	f := newFake(s3.AWS())
	m := newManager(t, f)
	var option *OptionError
	_, err := m.Copy(t.Context(), nil)
	require.ErrorAs(t, requireCopyError(t, err), &option)
	require.Equal(t, "input", option.Field)
	_, err = m.Copy(t.Context(), copyInput(), func(o *Options) { o.SourceClient = (*s3.Client)(nil) })
	require.ErrorAs(t, requireCopyError(t, err), &option)
	require.Equal(t, "SourceClient", option.Field)
	for _, source := range []string{"", "bucket", "arn:aws:s3:::x/y", "b/%zz"} {
		_, err := m.Copy(t.Context(), &s3.CopyObjectInput{Bucket: "b", Key: "k", CopySource: source})
		require.ErrorContains(t, requireCopyError(t, err), "CopySource: ")
	}
	require.Empty(t, f.ops)
}

func TestCopyOfNone(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), false)
	_, err := newManager(t, s.newClient(t)).Copy(t.Context(), copyInput())
	require.ErrorIs(t, requireCopyError(t, err), s3.ErrNotFound)
	require.EqualError(t, err, `copy of "from/a%20key%2Bb%25/%C3%BC" to bucket "bucket", key "some/key": look at the source: `+errors.Unwrap(errors.Unwrap(err)).Error())
	require.Equal(t, []string{"HeadObject"}, s.seen)
}

// Between two servers the bytes go through this process, and each gets what is its own.
func TestCopyBetweenServers(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW(), s3.Generic()} {
			t.Run(fmt.Sprintf("%s/https=%t", p.Name, secure), func(t *testing.T) {
				from, to := startCopyServer(t, small(s3.CephRGW()), secure), startCopyServer(t, small(p), secure)
				data := pattern(5*partSize + 3)
				from.add(sourcePath, data, described)
				m := newManager(t, to.newClient(t), func(o *Options) { o.SourceClient = from.newClient(t) })
				out, err := m.Copy(t.Context(), copyInput())
				require.NoError(t, err)
				require.True(t, out.Streamed)
				require.Equal(t, data, to.object(objectPath))
				require.Equal(t, "zwei", to.header(objectPath, "X-Amz-Meta-Two"))
				require.Equal(t, described["X-Amz-Tagging"], to.header(objectPath, "X-Amz-Tagging"))
				require.Zero(t, to.count("GetObject")+from.count("UploadPart")+from.count("PutObject"))
				gets := from.count("GetObject")
				require.Contains(t, []int{1, 6}, gets)
				if !secure {
					require.Equal(t, 1, gets, "what is signed is not read twice")
				}
			})
		}
	}
	// The manager's own client is no other server.
	s := startCopyServer(t, small(s3.AWS()), false)
	s.add(sourcePath, pattern(10), nil)
	c := s.newClient(t)
	out, err := newManager(t, c).Copy(t.Context(), copyInput(), func(o *Options) { o.SourceClient = c })
	require.NoError(t, err)
	require.False(t, out.Streamed)
}

// A connection that breaks while it is read, and a part that is refused, cost neither the
// copy nor a byte of it.
func TestCopyStreamedOverTroubles(t *testing.T) {
	for _, way := range ways[2:] {
		t.Run(way.name, func(t *testing.T) {
			s := startCopyServer(t, small(s3.AWS()), way.secure)
			data := pattern(4*partSize + 7)
			s.add(sourcePath, data, nil)
			s.setBefore(func(e *exchange) *reply {
				if (e.Part == 2 || e.Op == "PutObject") && e.Attempt < 3 {
					return refusal(503, "SlowDown")
				}
				return nil
			})
			s.instead = func(op string, _, attempt int) *reply {
				if op == "GetObject" && attempt == 1 {
					a := s.halfOf(sourcePath)
					if way.gets > 1 {
						return refusal(503, "SlowDown")
					}
					return a
				}
				return nil
			}
			out, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), copyInput())
			require.NoError(t, err)
			require.Equal(t, data, s.object(objectPath))
			require.EqualValues(t, len(data), out.Size)
			require.Greater(t, s.count("GetObject"), 1)
		})
	}
}

// halfOf is an answer that breaks off.
func (s *copyServer) halfOf(path string) *reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[path]
	return &reply{status: 200, body: string(o.data[:len(o.data)/2]), header: http.Header{
		"Etag": {o.etag}, "Content-Length": {fmt.Sprint(len(o.data))},
	}}
}

// The source changes while it is read: not a mix, and nothing is left.
func TestCopyStreamedOfAChange(t *testing.T) {
	for _, way := range ways[2:] {
		s := startCopyServer(t, small(s3.AWS()), way.secure)
		s.add(sourcePath, pattern(4*partSize), nil)
		var once atomic.Bool
		s.instead = func(op string, _, attempt int) *reply {
			if op == "GetObject" && attempt == min(way.gets, 2) && !once.Swap(true) {
				s.add(sourcePath, pattern(4*partSize + 1)[1:], nil)
			}
			return nil
		}
		_, err := newManager(t, s.newClient(t), way.options).Copy(t.Context(), copyInput())
		require.ErrorIs(t, requireCopyError(t, err), s3.ErrObjectChanged, way.name)
		require.Nil(t, s.object(objectPath), way.name)
		require.Zero(t, s.open(), way.name)
	}
}

// A source whose server overlooks ranges, or conditions, is found out.
func TestCopyStreamedFromAServerOfItsOwn(t *testing.T) {
	for name, answer := range map[string]http.Header{
		"range overlooked": {"Etag": {quoted(hex.EncodeToString(md5Of(pattern(4 * partSize))))}},
		"another object":   {"Etag": {`"other"`}, "Content-Range": {"bytes 0-1/2"}},
	} {
		s := startCopyServer(t, small(s3.AWS()), true)
		s.add(sourcePath, pattern(4*partSize), nil)
		s.instead = func(op string, _, _ int) *reply {
			if op == "GetObject" {
				return &reply{status: 200, header: answer, body: string(pattern(4 * partSize))}
			}
			return nil
		}
		_, err := newManager(t, s.newClient(t), ways[3].options).Copy(t.Context(), copyInput())
		requireCopyError(t, err)
		require.Equal(t, name == "another object", errors.Is(err, s3.ErrObjectChanged), "%v", err)
		require.Nil(t, s.object(objectPath))
		require.Zero(t, s.open())
	}
}

// A copy of a source that no longer answers ends with its error.
func TestCopyWhoseSourceGoes(t *testing.T) {
	for _, gone := range []bool{false, true} {
		s := startCopyServer(t, small(s3.AWS()), false)
		s.add(sourcePath, pattern(4*partSize), nil)
		s.instead = func(op string, _, attempt int) *reply {
			if op != "HeadObject" || attempt == 1 {
				return nil
			}
			if gone {
				return &reply{status: 404}
			}
			return &reply{status: 403}
		}
		_, err := newManager(t, s.newClient(t), inParts).Copy(t.Context(), copyInput())
		requireCopyError(t, err)
		require.Equal(t, gone, errors.Is(err, s3.ErrObjectChanged))
		require.Equal(t, !gone, errors.Is(err, s3.ErrForbidden))
		require.Zero(t, s.open())
	}
}

func TestRanges(t *testing.T) {
	data := pattern(100)
	open, gets := map[*part]bool{}, 0
	r := &ranges{ctx: t.Context(), size: 100, partSize: 30}
	r.get = func(_ context.Context, first, last int64) (io.ReadCloser, error) {
		if first == 66 {
			return nil, errors.New("refused")
		}
		gets++
		p := &part{Reader: bytes.NewReader(data[first : last+1])}
		p.close = func() { delete(open, p) }
		open[p] = true
		return p, nil
	}
	read := func(off, n int) {
		t.Helper()
		p := make([]byte, n)
		m, err := r.ReadAt(p, int64(off))
		require.NoError(t, err)
		require.Equal(t, data[off:off+n], p[:m])
	}
	for off := 0; off < 100; off += 10 {
		read(off, 10)
	}
	require.Equal(t, 4, gets, "one for each part")
	require.Empty(t, open)
	read(20, 40)
	require.Equal(t, 6, gets, "across a border")
	require.Empty(t, open)
	// Two that read the same part side by side have a request each.
	gets = 0
	read(0, 5)
	read(0, 3)
	read(5, 5)
	read(3, 3)
	read(10, 10)
	require.Equal(t, 2, gets)
	require.Len(t, open, 2)
	// Attempts that were given up don't pile up.
	for range 10 {
		read(0, 7)
	}
	require.Len(t, open, 2)
	read(31, 2)
	require.Len(t, open, 3, "another part")
	r.close()
	require.Empty(t, open)

	n, err := r.ReadAt(make([]byte, 20), 90)
	require.Equal(t, 10, n)
	require.ErrorContains(t, err, "EOF")
	_, err = r.ReadAt(make([]byte, 2), 66)
	require.ErrorContains(t, err, "refused")
}

type part struct {
	*bytes.Reader
	close func()
}

func (p *part) Close() error {
	p.close()
	return nil
}

func TestUnread(t *testing.T) {
	_, err := unread{}.ReadAt(nil, 0)
	require.Error(t, err)
}

// Many copies through one manager at once.
func TestCopiesShareAManager(t *testing.T) {
	s := startCopyServer(t, small(s3.AWS()), true)
	data := pattern(3*partSize + 1)
	s.add(sourcePath, data, described)
	m := newManager(t, s.newClient(t))
	done := make(chan error)
	for i := range 3 * len(ways) {
		go func() {
			in := copyInput()
			in.Key = fmt.Sprint("copy", i)
			_, err := m.Copy(t.Context(), in, ways[i%len(ways)].options)
			done <- err
		}()
	}
	for range 3 * len(ways) {
		select {
		case err := <-done:
			require.NoError(t, err)
		case <-time.After(30 * time.Second):
			t.Fatal("they wait for each other")
		}
	}
	for i := range 3 * len(ways) {
		require.Equal(t, data, s.object(fmt.Sprint("/bucket/copy", i)))
	}
}

// Conditions that the server overlooks are held against what it tells of the source.
func TestCopyConditionsThatAreOverlooked(t *testing.T) {
	c := newStoreroom(s3.Alluxio())
	source := c.add("bucket", "source", "data") // a second after epoch
	m := newManager(t, c)
	another := quoted(strings.Repeat("0", 32))
	for _, test := range []struct {
		name string
		in   s3.CopyObjectInput
		ok   bool
	}{
		{"match", s3.CopyObjectInput{CopySourceIfMatch: unquoted(source.etag)}, true},
		{"match any", s3.CopyObjectInput{CopySourceIfMatch: "*"}, true},
		{"match another", s3.CopyObjectInput{CopySourceIfMatch: another}, false},
		{"none match", s3.CopyObjectInput{CopySourceIfNoneMatch: another}, true},
		{"none match, and it does", s3.CopyObjectInput{CopySourceIfNoneMatch: source.etag}, false},
		{"modified since", s3.CopyObjectInput{CopySourceIfModifiedSince: epoch}, true},
		{"not modified since", s3.CopyObjectInput{CopySourceIfModifiedSince: source.modified}, false},
		{"unmodified since", s3.CopyObjectInput{CopySourceIfUnmodifiedSince: source.modified}, true},
		{"modified after all", s3.CopyObjectInput{CopySourceIfUnmodifiedSince: epoch}, false},
		{"modified after all, but the same", s3.CopyObjectInput{CopySourceIfUnmodifiedSince: epoch, CopySourceIfMatch: source.etag}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := test.in
			in.Bucket, in.Key, in.CopySource = "bucket", "copy", "bucket/source"
			_, err := m.Copy(t.Context(), &in)
			if test.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, s3.ErrPreconditionFailed)
		})
	}
}

// A server that keeps the Content-Type alone gets no copy that would lose more, unless asked to.
func TestCopyOfWhatTheServerDoesNotKeep(t *testing.T) {
	from := newStoreroom(s3.AWS())
	from.add("bucket", "source", "data").in = s3.PutObjectInput{Metadata: map[string]string{"a": "b"}}
	to := newStoreroom(s3.Alluxio())
	m := newManager(t, to, func(o *Options) { o.SourceClient = from })
	in := &s3.CopyObjectInput{Bucket: "bucket", Key: "copy", CopySource: "bucket/source"}
	_, err := m.Copy(t.Context(), in)
	var option *OptionError
	require.ErrorAs(t, err, &option)
	require.Equal(t, "MetadataDirective", option.Field)
	require.Empty(t, to.ops)
	in.MetadataDirective = s3.MetadataDirectiveReplace
	_, err = m.Copy(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"copy": "data"}, to.content("bucket"))
}
