package s3

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// write is a write under a condition.
type write struct {
	name string
	// retries: a conflict is answered by sending it again.
	retries bool
	call    func(context.Context, *Client) error
}

var conditionalWrites = []write{
	{"PutObject/If-None-Match", true, func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content"), IfNoneMatch: "*"})
		return err
	}},
	{"PutObject/If-Match", false, func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content"), IfMatch: `"e"`})
		return err
	}},
	{"CopyObject/If-None-Match", true, func(ctx context.Context, c *Client) error {
		_, err := c.CopyObject(ctx, &CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/a", IfNoneMatch: "*"})
		return err
	}},
	{"CopyObject/If-Match", false, func(ctx context.Context, c *Client) error {
		_, err := c.CopyObject(ctx, &CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/a", IfMatch: `"e"`})
		return err
	}},
	{"CompleteMultipartUpload/If-None-Match", false, func(ctx context.Context, c *Client) error {
		_, err := c.CompleteMultipartUpload(ctx, &CompleteMultipartUploadInput{Bucket: "bucket", Key: "key", UploadId: "u", IfNoneMatch: "*"})
		return err
	}},
	{"DeleteObjects/ETag", false, func(ctx context.Context, c *Client) error {
		_, err := c.DeleteObjects(ctx, &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "key", ETag: `"e"`}}}})
		return err
	}},
	{"DeleteObject/If-Match", false, func(ctx context.Context, c *Client) error {
		_, err := c.DeleteObject(ctx, &DeleteObjectInput{Bucket: "bucket", Key: "key", IfMatch: `"e"`})
		return err
	}},
}

// conditions are all honoured.
func conditions(o *Options) { o.Profile.ConditionalWrites = AWS().ConditionalWrites }

// A condition that the server would overlook is no guard.
func TestConditionsThatAreOverlooked(t *testing.T) {
	for _, p := range []Profile{AWS(), CephRGW(), MinIO(), KakaoCloud(), NHNCloud(), Alluxio(), Generic()} {
		for _, w := range conditionalWrites {
			name, _, _ := strings.Cut(w.name, "/")
			s := always(200, "<Result/>")
			err := w.call(t.Context(), newClient(t, s, func(o *Options) { o.Profile = p }))
			if slices.Contains(p.ConditionalWrites, name) {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, ErrUnsupported)
			require.ErrorContains(t, err, p.Name+" does not honour the condition of "+name)
			require.Zero(t, s.attempts())
			require.NoError(t, w.call(t.Context(), newClient(t, s, func(o *Options) { o.Profile, o.AllowUnsupported = p, true })))
		}
		for _, name := range p.ConditionalWrites {
			require.Equal(t, Supported, p.Support(name), "%s: %s", p.Name, name)
		}
	}
}

func TestConditionsThatFail(t *testing.T) {
	for _, w := range conditionalWrites {
		t.Run(w.name, func(t *testing.T) {
			s := always(412, errorXML("PreconditionFailed"))
			err := w.call(t.Context(), newClient(t, s, conditions))
			require.ErrorIs(t, err, ErrPreconditionFailed)
			require.NotErrorIs(t, err, ErrAmbiguous)
			require.Equal(t, 1, s.attempts(), "neither repeated nor looked at")

			s = always(409, errorXML("ConditionalRequestConflict"))
			err = w.call(t.Context(), newClient(t, s, conditions))
			require.ErrorIs(t, err, ErrConditionalRequestConflict)
			require.ErrorIs(t, err, ErrConflict)
			require.NotErrorIs(t, err, ErrPreconditionFailed)
			require.Equal(t, map[bool]int{true: 4, false: 1}[w.retries], s.attempts())

			if w.retries {
				s = script(says(409, errorXML("ConditionalRequestConflict")), says(412, errorXML("PreconditionFailed")))
				err = w.call(t.Context(), newClient(t, s, conditions))
				require.ErrorIs(t, err, ErrPreconditionFailed)
				require.NotErrorIs(t, err, ErrAmbiguous, "a conflict is an answer")
			}
			if !strings.HasPrefix(w.name, "Complete") && !strings.HasPrefix(w.name, "Copy") {
				return
			}
			for code, want := range map[string]error{"PreconditionFailed": ErrPreconditionFailed, "ConditionalRequestConflict": ErrConflict} {
				err = w.call(t.Context(), newClient(t, always(200, "  "+errorXML(code)), conditions))
				require.ErrorIs(t, err, want, "told inside a success")
				require.ErrorIs(t, err, Code(code))
			}
		})
	}
	s := always(409, errorXML("ConditionalRequestConflict"))
	_, err := newClient(t, s).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key"})
	require.ErrorIs(t, err, ErrConflict)
	require.Equal(t, 1, s.attempts(), "not without the condition")
}

func breaks() func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }
}

// After an answer that was lost, a condition that fails may be one's own work.
func TestConditionAfterALostAnswer(t *testing.T) {
	failed := says(412, errorXML("PreconditionFailed"))
	refusedDial := func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	for _, lost := range []struct {
		name string
		what func(*http.Request) (*http.Response, error)
		may  bool
	}{
		{"connection", breaks(), true},
		{"500", says(500, ""), true},
		{"502", says(502, "<html/>"), true},
		{"never connected", refusedDial, false},
		{"throttled", says(503, errorXML("SlowDown")), false},
		{"body did not arrive", says(400, errorXML("RequestTimeout")), false},
	} {
		for _, w := range conditionalWrites {
			// What a look would find, and what it makes of the failure.
			if strings.HasPrefix(w.name, "DeleteObjects") {
				continue // each object's failure is in the answer
			}
			looks := map[string]struct {
				found     func(*http.Request) (*http.Response, error)
				ambiguous bool
			}{"nothing to look at": {nil, true}}
			switch strings.Split(w.name, "/")[0] {
			case "PutObject":
				looks = map[string]struct {
					found     func(*http.Request) (*http.Response, error)
					ambiguous bool
				}{
					"the same size":    {says(200, "content"), true},
					"another size":     {says(200, "other content"), false},
					"no object":        {says(404, ""), false},
					"no right to look": {says(403, ""), true},
				}
			case "CompleteMultipartUpload":
				looks = map[string]struct {
					found     func(*http.Request) (*http.Response, error)
					ambiguous bool
				}{
					"upload is there": {says(200, "<ListPartsResult/>"), false},
					"upload is gone":  {says(404, errorXML("NoSuchUpload")), true},
				}
			case "DeleteObject":
				looks = map[string]struct {
					found     func(*http.Request) (*http.Response, error)
					ambiguous bool
				}{
					"object is there": {says(200, "x"), false},
					"object is gone":  {says(404, ""), true},
				}
			}
			for what, look := range looks {
				t.Run(lost.name+"/"+w.name+"/"+what, func(t *testing.T) {
					replies := []func(*http.Request) (*http.Response, error){lost.what, failed}
					if lost.may && look.found != nil {
						replies = append(replies, look.found)
					}
					s := script(replies...)
					err := w.call(t.Context(), newClient(t, s, conditions))
					require.ErrorIs(t, err, ErrPreconditionFailed)
					require.Equal(t, lost.may && look.ambiguous, errors.Is(err, ErrAmbiguous), err)
					require.Equal(t, len(replies), s.attempts())
					require.NotContains(t, err.Error(), "\n")
				})
			}
		}
	}
}

// A checksum that was sent tells whose object it is.
func TestConditionalPutLooksAtTheChecksum(t *testing.T) {
	mine, other := crc32cOf("content"), "AAAAAA=="
	for _, in := range []PutObjectInput{
		{ChecksumAlgorithm: ChecksumAlgorithmCrc32c}, {ChecksumCRC32C: mine},
	} {
		for there, ambiguous := range map[string]bool{mine: true, other: false} {
			s := script(breaks(), says(412, errorXML("PreconditionFailed")), says(200, "content", "X-Amz-Checksum-Crc32c", there))
			in.Bucket, in.Key, in.Body, in.IfNoneMatch = "bucket", "key", strings.NewReader("content"), "*"
			var sent int64
			_, err := newClient(t, s, func(o *Options) { o.Progress = func(n int64) { sent += n } }).PutObject(t.Context(), &in)
			require.Equal(t, ambiguous, errors.Is(err, ErrAmbiguous), err)
			require.Equal(t, http.MethodHead, s.last().Method)
			require.Equal(t, "ENABLED", s.last().Header.Get("X-Amz-Checksum-Mode"))
			require.Zero(t, sent)
		}
	}
}

func TestLostAnswersWithoutACondition(t *testing.T) {
	// An upload that is gone may be complete.
	s := script(breaks(), says(404, errorXML("NoSuchUpload")))
	_, err := newClient(t, s).CompleteMultipartUpload(t.Context(), &CompleteMultipartUploadInput{Bucket: "bucket", Key: "key", UploadId: "u"})
	require.ErrorIs(t, err, ErrAmbiguous)
	require.ErrorIs(t, err, ErrNoSuchUpload)
	_, err = newClient(t, always(404, errorXML("NoSuchUpload"))).CompleteMultipartUpload(t.Context(), &CompleteMultipartUploadInput{Bucket: "bucket", Key: "key", UploadId: "u"})
	require.NotErrorIs(t, err, ErrAmbiguous)
	// So may one whose parts are gone, unless it is still there.
	for upload, ambiguous := range map[string]bool{"": true, "<ListPartsResult></ListPartsResult>": false} {
		answer := says(200, upload)
		if ambiguous {
			answer = says(404, errorXML("NoSuchUpload"))
		}
		s = script(breaks(), says(400, errorXML("InvalidPart")), answer)
		_, err = newClient(t, s).CompleteMultipartUpload(t.Context(), &CompleteMultipartUploadInput{Bucket: "bucket", Key: "key", UploadId: "u"})
		require.ErrorIs(t, err, ErrInvalidPart)
		require.Equal(t, ambiguous, errors.Is(err, ErrAmbiguous))
	}
	_, err = newClient(t, always(400, errorXML("InvalidPart"))).CompleteMultipartUpload(t.Context(), &CompleteMultipartUploadInput{Bucket: "bucket", Key: "key", UploadId: "u"})
	require.NotErrorIs(t, err, ErrAmbiguous)
	// An object that is gone may have been deleted.
	s = script(breaks(), says(404, errorXML("NoSuchKey")), says(404, ""))
	_, err = newClient(t, s, conditions).DeleteObject(t.Context(), &DeleteObjectInput{Bucket: "bucket", Key: "key", IfMatch: `"e"`})
	require.ErrorIs(t, err, ErrAmbiguous)
	// Reads and plain writes have nothing to use up.
	s = script(breaks(), says(412, errorXML("PreconditionFailed")))
	_, err = newClient(t, s).GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key", IfMatch: `"e"`})
	require.ErrorIs(t, err, ErrPreconditionFailed)
	require.NotErrorIs(t, err, ErrAmbiguous)
	s = script(breaks(), says(403, errorXML("AccessDenied")))
	_, err = newClient(t, s).PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", IfNoneMatch: "*"})
	require.ErrorIs(t, err, ErrForbidden)
	require.NotErrorIs(t, err, ErrAmbiguous)
}
