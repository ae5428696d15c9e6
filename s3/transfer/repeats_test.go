package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// A CreateMultipartUpload whose answer is lost has begun an upload that nobody knows; the one
// that is begun next finds and aborts it.
func TestRepeatedBeginning(t *testing.T) {
	data := pattern(2*partSize + 1)
	lostTwice := oneOf("CreateMultipartUpload", broken, error500)
	for _, c := range []struct {
		name          string
		before, after func(*exchange) *reply
		in            func(*s3.PutObjectInput)
		options       func(*Options)
		begun, left   int // uploads
		lists         bool
		parts         Parts // of a failure
		err           error // nil: success
	}{
		{name: "one attempt", begun: 1},
		{name: "lost", after: lostTwice, begun: 3, lists: true},
		{name: "lost, of a stream", after: lostTwice, begun: 3, lists: true, in: func(in *s3.PutObjectInput) { in.Body = plainReader(data) }},
		{
			name: "lost, with a checkpoint", after: lostTwice, begun: 3, lists: true,
			options: func(o *Options) { o.Checkpoint = "upload" },
		},
		{
			name: "timed out", before: oneOf("CreateMultipartUpload", refusal(400, "RequestTimeout")), begun: 1, lists: true,
		},
		{name: "refused with 503", before: oneOf("CreateMultipartUpload", refusal(503, "SlowDown")), begun: 1},
		{
			name: "lost, and can't be listed", after: lostTwice, begun: 3, lists: true, left: 2,
			before: oneOf("ListMultipartUploads", forbidden),
		},
		{
			name: "lost, and the upload fails", after: lostTwice, before: oneOf("CompleteMultipartUpload", refusal(403, "AccessDenied")), begun: 3, lists: true,
			err: s3.ErrAccessDenied, parts: PartsAborted,
		},
		{
			name: "lost, the upload fails and can't be listed", after: lostTwice, begun: 3, lists: true, left: 2,
			before: func(e *exchange) *reply {
				if e.Op == "CompleteMultipartUpload" || e.Op == "ListMultipartUploads" {
					return refusal(403, "AccessDenied")
				}
				return nil
			},
			err: s3.ErrAccessDenied, parts: PartsUnknown,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t, small(s3.AWS()), true)
			s.setBefore(c.before)
			s.setAfter(c.after)
			in := input(bytes.NewReader(data))
			if c.in != nil {
				c.in(in)
			}
			_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in, func(o *Options) {
				if c.options != nil {
					t.Chdir(t.TempDir())
					c.options(o)
				}
			})
			require.Equal(t, c.begun, s.begun)
			require.Equal(t, c.left, s.open(), s.ids())
			require.Equal(t, c.lists, slices.Contains(s.ops(), "ListMultipartUploads"), s.ops())
			if c.err == nil {
				require.NoError(t, err)
				require.Equal(t, data, s.object(objectPath))
				return
			}
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.parts, requireUploadError(t, err).Parts)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// What others have begun stays: with a part, at another time, under another key; and all of it
// where the server does not tell when this upload was begun.
func TestRepeatedBeginningSparesOthers(t *testing.T) {
	for _, listed := range []bool{true, false} {
		s := startServer(t, small(s3.AWS()), true)
		now := time.Now()
		empty := map[int]stored{}
		s.uploads["with-a-part"] = &pending{path: objectPath, parts: map[int]stored{1: {data: pattern(1)}}, initiated: now}
		s.uploads["before"] = &pending{path: objectPath, parts: empty, initiated: now.Add(-time.Minute)}
		s.uploads["other-key"] = &pending{path: objectPath + "2", parts: empty, initiated: now}
		s.setAfter(oneOf("CreateMultipartUpload", broken))
		want := []string{"before", "other-key", "with-a-part"}
		if !listed {
			want = []string{"before", "other-key", "upload-1", "with-a-part"}
			s.setBefore(func(e *exchange) *reply {
				if e.Op != "ListMultipartUploads" {
					return nil
				}
				const one = "<Upload><Key>some/key</Key><UploadId>upload-1</UploadId><Initiated>%s</Initiated></Upload>"
				return &reply{status: 200, body: "<ListMultipartUploadsResult>" + fmt.Sprintf(one, now.UTC().Format(time.RFC3339)) + "</ListMultipartUploadsResult>"}
			})
		}
		_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
		require.NoError(t, err)
		require.Equal(t, want, s.ids())
	}
}

func TestRepeatsNote(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		lost bool
	}{
		{io.ErrUnexpectedEOF, true},
		{&net.OpError{Op: "read", Err: errors.New("connection reset")}, true},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, false},
		{refused(500, s3.ErrInternalError), true},
		{refused(200, s3.ErrInternalError), true},
		{refused(503, s3.ErrSlowDown), false},
		{refused(403, s3.Code("RequestTimeTooSkewed")), false},
	} {
		var r repeats
		r.note(c.err)
		require.Equal(t, c.lost, r.lost, c.err)
		r.note(&net.OpError{Op: "dial", Err: errors.New("connection refused")})
		require.Equal(t, c.lost, r.lost, "what is lost stays lost")
	}
}
