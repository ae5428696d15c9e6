package swift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opCreateSLOManifest = operation[CreateSLOManifestInput, CreateSLOManifestOutput]{
	Operation: rest.Operation[CreateSLOManifestInput, CreateSLOManifestOutput]{
		Name: "CreateSLOManifest", Method: http.MethodPut, URI: "/{Container}/{Object+}?multipart-manifest=put",
	},
	encode: encodeManifest,
	decode: decodeManifestAnswer,
	refuse: refusedSegments,
}

// SLOSegment is a segment of a Static Large Object.
type SLOSegment struct {
	// Path is "container/object", not escaped, of the same account.
	Path string
	// ETag of the segment: its MD5 in hex, or for a segment that is a SLO itself the ETag
	// that HEAD answers. Another is refused. Empty: whatever the segment is.
	ETag string
	// SizeBytes of the segment, the whole of it also where Range takes a part. Another
	// is refused. Zero: whatever the segment has.
	SizeBytes int64
	// Range is the part of the segment to take: "0-1023", "1024-" or "-512". Empty: all.
	Range string
	// Data is content that is in the manifest itself, with no object behind it; then all
	// else is empty. Not on Ceph RGW.
	Data []byte

	// ContentType, LastModified and SubSLO, which tells a segment that is a SLO itself,
	// are answered by GetSLOManifest without Raw, and ignored by CreateSLOManifest.
	ContentType  string
	LastModified time.Time
	SubSLO       bool
}

// CreateSLOManifestInput is the request of [Client.CreateSLOManifest].
type CreateSLOManifestInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the large object.
	Object string `label:"Object" required:"true"`
	// Segments in the order of the content, up to 1,000 of them ([Client.Info] tells the
	// server's limit; more is [ErrTooLarge]).
	Segments []SLOSegment `rest:"-"`
	// Heartbeat has the server send blanks while it looks at the segments, so that
	// nothing on the way takes a long silence for a broken connection (Swift 2.16;
	// earlier ones and Ceph RGW ignore it). The outcome comes last, in a 202.
	Heartbeat bool `rest:"-"`
	// ETag is the MD5 in hex of the segments' ETags, one behind the other (for those with
	// a Range each followed by ":range;"): another is refused with [ErrUnprocessable], and
	// by Ceph RGW every one.
	ETag string `header:"ETag"`
	// ContentType, ContentEncoding, ContentDisposition, DeleteAt, DeleteAfter, IfNoneMatch
	// and Metadata are those of the large object, as [CreateObjectInput] has them. The
	// segments end when they end on their own.
	ContentType        string            `header:"Content-Type"`
	DetectContentType  bool              `header:"X-Detect-Content-Type"`
	ContentEncoding    string            `header:"Content-Encoding"`
	ContentDisposition string            `header:"Content-Disposition"`
	DeleteAt           time.Time         `header:"X-Delete-At" timestamp:"epoch"`
	DeleteAfter        int64             `header:"X-Delete-After"`
	IfNoneMatch        string            `header:"If-None-Match"`
	Metadata           map[string]string `headers:"X-Object-Meta-"`
}

// CreateSLOManifestOutput is the answer of [Client.CreateSLOManifest].
type CreateSLOManifestOutput struct {
	// ETag of the large object, in quotes.
	ETag         string    `header:"Etag"`
	LastModified time.Time `header:"Last-Modified"`
	// VersionID is that of the new version, where the container keeps versions.
	VersionID string `header:"X-Object-Version-Id"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// CreateSLOManifest makes a Static Large Object of segments that are there. Package
// swift/transfer uploads them, in parallel, and then this.
//
// Segments that are missing, or of another size or ETag, are a [*SLOError] that lists them;
// Ceph RGW compares the sizes alone and names none. A failure inside of a 202 is the same
// error as one without a heartbeat. [ErrUnprocessable]: ETag is another. [ErrTooLarge]: too
// many segments. [ErrUnsupported]: a Range on a server that would overlook it. (Object
// Storage API v1, "Static large objects"; KakaoCloud, Object Storage, "Swift API", "Create
// SLO Manifest".)
func (c *Client) CreateSLOManifest(ctx context.Context, in *CreateSLOManifestInput, opts ...func(*Options)) (*CreateSLOManifestOutput, error) {
	if err := c.checkRanges(in, opts); err != nil {
		return nil, operationError(opCreateSLOManifest.Name, err)
	}
	return invoke(ctx, c, &opCreateSLOManifest, in, opts)
}

func (c *Client) checkRanges(in *CreateSLOManifestInput, opts []func(*Options)) error {
	s, err := c.with(opts)
	if err != nil || in == nil || s.options.Profile.SegmentRanges || s.options.AllowUnsupported {
		return err
	}
	for i := range in.Segments {
		if in.Segments[i].Range != "" {
			return fmt.Errorf("%w: %s has no Segments[%d].Range", ErrUnsupported, s.options.Profile.Name, i)
		}
	}
	return nil
}

// rawSegment is a segment as the manifest has it that is put.
type rawSegment struct {
	Path      string `json:"path,omitempty"`
	ETag      string `json:"etag,omitempty"`
	SizeBytes int64  `json:"size_bytes,omitempty"`
	Range     string `json:"range,omitempty"`
	Data      []byte `json:"data,omitempty"`
}

func encodeManifest(in *CreateSLOManifestInput, r *rest.Request) error {
	switch {
	case len(in.Segments) == 0:
		return errors.New("swift: Segments is empty")
	case in.IfNoneMatch != "" && in.IfNoneMatch != "*":
		return errors.New(`swift: IfNoneMatch: a PUT takes "*" and nothing else`)
	}
	manifest := make([]rawSegment, len(in.Segments))
	for i := range in.Segments {
		s := &in.Segments[i]
		if err := s.check(i); err != nil {
			return err
		}
		manifest[i] = rawSegment{
			Path: strings.TrimPrefix(s.Path, "/"), ETag: strings.Trim(s.ETag, `"`), SizeBytes: s.SizeBytes, Range: s.Range, Data: s.Data,
		}
	}
	doc, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	r.Document = doc
	r.Header["Accept"] = acceptJSON
	if in.Heartbeat {
		r.RawQuery = "heartbeat=on&" + r.RawQuery
	}
	return nil
}

var acceptJSON = []string{"application/json"}

func (s *SLOSegment) check(i int) error {
	if len(s.Data) > 0 {
		if s.Path != "" || s.ETag != "" || s.SizeBytes != 0 || s.Range != "" {
			return fmt.Errorf("swift: Segments[%d].Data: nothing else goes with it", i)
		}
		return nil
	}
	container, object, _ := strings.Cut(strings.TrimPrefix(s.Path, "/"), "/")
	if container == "" || object == "" {
		return fmt.Errorf("swift: Segments[%d].Path: %q is no container/object", i, s.Path)
	}
	if !utf8.ValidString(s.Path) {
		return fmt.Errorf("swift: Segments[%d].Path: %q is not UTF-8", i, s.Path)
	}
	if s.SizeBytes < 0 {
		return fmt.Errorf("swift: Segments[%d].SizeBytes: %d is negative", i, s.SizeBytes)
	}
	return nil
}

// decodeManifestAnswer looks for the outcome in an answer that came with a heartbeat: its
// status was sent before there was one.
func decodeManifestAnswer(r *transport.Response, out *CreateSLOManifestOutput) error {
	if r.StatusCode != http.StatusAccepted {
		return nil
	}
	report, err := readSLOReport(r)
	if err != nil {
		return err
	}
	if err := report.failure(r); err != nil {
		return err
	}
	out.ETag = report.ETag
	out.LastModified, _ = rest.ParseTime(report.LastModified)
	return nil
}
