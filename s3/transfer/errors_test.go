package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

func TestPartFails(t *testing.T) {
	data := pattern(5*partSize + 1)
	for _, kind := range bodies {
		for _, leave := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/leave=%t", kind.name, leave), func(t *testing.T) {
				s := startServer(t, small(s3.AWS()), true)
				s.setBefore(func(e *exchange) *reply {
					if e.Part == 3 {
						return refusal(403, "AccessDenied")
					}
					return nil
				})
				in := input(nil)
				kind.make(t, in, data)
				_, err := newManager(t, s.newClient(t), func(o *Options) { o.LeavePartsOnError = leave }).Upload(t.Context(), in)
				failed := requireUploadError(t, err)
				want := UploadError{
					Bucket: "bucket", Key: "some/key", UploadId: "upload-1",
					Part: 3, Offset: 2 * partSize, Size: partSize, Parts: PartsAborted, Err: failed.Err,
				}
				text := "parts aborted"
				if leave {
					want.Parts, text = PartsLeft, "parts left"
				}
				require.Equal(t, want, *failed)
				require.EqualError(t, err, `upload of bucket "bucket", key "some/key", upload id "upload-1", part 3 (16384 bytes at 32768), `+text+
					`: operation error S3: UploadPart, http response error StatusCode: 403, AccessDenied: as arranged (bucket "bucket", key "some/key", status 403, request id "req-1")`)
				var answer *s3.Error
				require.ErrorAs(t, err, &answer)
				require.Equal(t, "AccessDenied", answer.Code)
				require.ErrorIs(t, err, s3.ErrAccessDenied)
				var op *smithy.OperationError
				require.ErrorAs(t, err, &op)
				require.Equal(t, "UploadPart", op.Operation())
				require.Nil(t, s.object(objectPath))
				if leave {
					require.Equal(t, 1, s.open())
					require.NotContains(t, s.ops(), "AbortMultipartUpload")
				} else {
					require.Zero(t, s.open())
					require.Len(t, s.of("AbortMultipartUpload"), 1)
				}
			})
		}
	}
}

// A part is tried as often as the client is told to, and no more.
func TestPartIsRetried(t *testing.T) {
	data := pattern(3 * partSize)
	for _, failures := range []int{3, 4} {
		for _, how := range []*reply{broken, refusal(500, "InternalError"), refusal(503, "SlowDown")} {
			for _, kind := range bodies {
				s := startServer(t, small(s3.AWS()), true)
				s.setBefore(func(e *exchange) *reply {
					if e.Part == 2 && e.Attempt <= failures {
						return how
					}
					return nil
				})
				in := input(nil)
				kind.make(t, in, data)
				_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
				if failures == 3 {
					require.NoError(t, err)
					require.Equal(t, data, s.object(objectPath))
					continue
				}
				failed := requireUploadError(t, err)
				require.Equal(t, 2, failed.Part)
				require.Contains(t, err.Error(), "(after 4 attempts)")
				require.Zero(t, s.open())
			}
		}
	}
}

func TestWholeFails(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(*exchange) *reply { return refusal(404, "NoSuchBucket") })
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(1))))
	require.EqualError(t, err, `upload of bucket "bucket", key "some/key": operation error S3: PutObject, http response error StatusCode: 404, NoSuchBucket: as arranged (bucket "bucket", key "some/key", status 404, request id "req-1")`)
	require.ErrorIs(t, err, s3.ErrNoSuchBucket)
	require.Equal(t, []string{"PutObject"}, s.ops())
}

func TestCreateFails(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(*exchange) *reply { return refusal(403, "AccessDenied") })
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	failed := requireUploadError(t, err)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.Empty(t, failed.UploadId)
	require.Equal(t, PartsNone, failed.Parts)
	require.Equal(t, []string{"CreateMultipartUpload"}, s.ops())

	f := newFake(s3.AWS())
	f.answer = func(_ string, out any) { out.(*s3.CreateMultipartUploadOutput).UploadId = "" }
	_, err = newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	require.ErrorContains(t, err, "without an upload id")
	require.Equal(t, []string{"CreateMultipartUpload"}, f.called())
}

// Parts in flight end before the upload is aborted, and the abort is told of nothing
// that has ended.
func TestAbortWaitsForParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(s3.AWS())
		var running atomic.Int64
		f.hook = func(ctx context.Context, op string, in any) error {
			switch op {
			case "UploadPart":
				if in.(*s3.UploadPartInput).PartNumber == 2 {
					time.Sleep(time.Second)
					return refused(403, s3.ErrAccessDenied)
				}
				running.Add(1)
				defer running.Add(-1)
				<-ctx.Done()
				time.Sleep(time.Minute) // slow to let go
				return ctx.Err()
			case "AbortMultipartUpload":
				require.Zero(t, running.Load())
				require.NoError(t, ctx.Err())
				deadline, ok := ctx.Deadline()
				require.True(t, ok)
				require.Equal(t, DefaultAbortTimeout, time.Until(deadline))
			}
			return nil
		}
		_, err := newManager(t, f).Upload(t.Context(), input(bytes.NewReader(pattern(8*partSize))))
		failed := requireUploadError(t, err)
		require.Equal(t, 2, failed.Part)
		require.ErrorIs(t, err, s3.ErrAccessDenied)
		require.NotErrorIs(t, err, context.Canceled)
		require.Equal(t, PartsAborted, failed.Parts)
		require.Len(t, f.parts, DefaultConcurrency)
	})
}

func TestAbortTimeout(t *testing.T) {
	for _, limit := range []time.Duration{time.Second, -1} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(s3.AWS())
			f.hook = func(ctx context.Context, op string, _ any) error {
				switch op {
				case "UploadPart":
					return refused(403, s3.ErrAccessDenied)
				case "AbortMultipartUpload":
					if _, ok := ctx.Deadline(); !ok {
						time.Sleep(time.Hour)
						return nil
					}
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}
			began := time.Now()
			_, err := newManager(t, f, func(o *Options) { o.AbortTimeout = limit }).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
			failed := requireUploadError(t, err)
			if limit < 0 {
				require.Equal(t, PartsAborted, failed.Parts)
				require.Equal(t, time.Hour, time.Since(began))
				return
			}
			require.Equal(t, limit, time.Since(began))
			require.Equal(t, PartsUnknown, failed.Parts)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorIs(t, err, s3.ErrAccessDenied)
		})
	}
}

func TestAbortFails(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		switch {
		case e.Op == "AbortMultipartUpload":
			return refusal(405, "MethodNotAllowed")
		case e.Part == 1:
			return refusal(403, "AccessDenied")
		}
		return nil
	})
	_, err := newManager(t, s.newClient(t), func(o *Options) { o.Concurrency = 1 }).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	failed := requireUploadError(t, err)
	require.Equal(t, PartsUnknown, failed.Parts)
	require.Equal(t, 1, failed.Part)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.ErrorIs(t, err, s3.Code("MethodNotAllowed"))
	require.Regexp(t, `^upload of .*, part 1 \(16384 bytes at 0\), parts may be left: operation error S3: UploadPart, .*AccessDenied.*; abort: operation error S3: AbortMultipartUpload, .*MethodNotAllowed`, err.Error())
}

// An upload that is gone, by somebody else's abort or a lifecycle rule, has left nothing.
func TestAbortOfWhatIsGone(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "UploadPart" || e.Op == "AbortMultipartUpload" {
			return refusal(404, "NoSuchUpload")
		}
		return nil
	})
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
	failed := requireUploadError(t, err)
	require.ErrorIs(t, err, s3.ErrNoSuchUpload)
	require.Equal(t, PartsAborted, failed.Parts)
	require.NotContains(t, err.Error(), "; abort: ")
}

func TestCancellation(t *testing.T) {
	why := errors.New("the user changed his mind")
	data := pattern(6 * partSize)
	for _, kind := range bodies {
		for _, cause := range []error{nil, why} {
			for _, size := range []int{10, len(data)} {
				t.Run(fmt.Sprintf("%s/%v/%d", kind.name, cause, size), func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					s := startServer(t, small(s3.AWS()), true)
					s.setBefore(func(e *exchange) *reply {
						if e.Op == "PutObject" || e.Part == 2 {
							cancel(cause)
							return broken
						}
						return nil
					})
					in := input(nil)
					kind.make(t, in, data[:size])
					_, err := newManager(t, s.newClient(t)).Upload(ctx, in)
					failed := requireUploadError(t, err)
					require.ErrorIs(t, err, context.Canceled)
					if cause != nil {
						require.ErrorIs(t, err, cause)
						require.Contains(t, err.Error(), "context canceled: the user changed his mind")
					}
					require.Nil(t, s.object(objectPath))
					require.Zero(t, s.open(), "the abort outlives the context")
					if size == 10 {
						require.Equal(t, PartsNone, failed.Parts)
					} else {
						require.Equal(t, PartsAborted, failed.Parts)
						require.Equal(t, "upload-1", failed.UploadId)
					}
				})
			}
		}
	}
}

func TestCancelledBefore(t *testing.T) {
	why := errors.New("too late")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	for _, size := range []int{10, 3 * partSize} {
		f := newFake(s3.AWS())
		_, err := newManager(t, f).Upload(ctx, input(plainReader(pattern(size))))
		failed := requireUploadError(t, err)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
		require.Equal(t, PartsNone, failed.Parts, "nothing was sent")
		require.EqualError(t, err, `upload of bucket "bucket", key "some/key": context canceled: too late`)
		require.Empty(t, f.ops)
	}
}

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		f := newFake(s3.AWS())
		f.hook = func(ctx context.Context, op string, _ any) error {
			if op == "UploadPart" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		_, err := newManager(t, f).Upload(ctx, input(bytes.NewReader(pattern(6*partSize))))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
	})
}

// A failure is not called a cancellation because the context ended later.
func TestFailureBeforeCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := newFake(s3.AWS())
	f.hook = func(_ context.Context, op string, _ any) error {
		switch op {
		case "UploadPart":
			return refused(403, s3.ErrAccessDenied)
		case "AbortMultipartUpload":
			cancel()
		}
		return nil
	}
	_, err := newManager(t, f, func(o *Options) { o.Concurrency = 1 }).Upload(ctx, input(bytes.NewReader(pattern(2*partSize))))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.NotErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, requireUploadError(t, err).Part)
}

// The key of a caller and the query of a request are not for logs.
func TestErrorsHoldNoSecrets(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "UploadPart" {
			return broken
		}
		return nil
	})
	in := input(bytes.NewReader(pattern(2 * partSize)))
	in.SSECustomerKey = "c2VjcmV0LWtleS1zZWNyZXQta2V5LXNlY3JldC1rZXk="
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
	require.Error(t, err)
	require.Contains(t, err.Error(), "UploadPart")
	require.NotContains(t, err.Error(), string(in.SSECustomerKey))
	require.NotContains(t, err.Error(), "partNumber=")
	require.NotContains(t, err.Error(), "secret")
}

func TestPartsNames(t *testing.T) {
	var names []string
	for p := range PartsCompleted + 1 {
		names = append(names, p.String())
	}
	require.Equal(t, []string{"no parts", "parts aborted", "parts left", "parts may be left", "parts completed"}, names)
}

func TestProfileThatMakesNoSense(t *testing.T) {
	f := newFake(s3.AWS())
	f.resolved.Profile.MaxPartSize = 1 << 8
	_, err := newManager(t, f).Upload(t.Context(), input(nil))
	var option *OptionError
	require.ErrorAs(t, err, &option)
	require.Equal(t, "Profile", option.Field)
	require.EqualError(t, option, "Profile: MinPartSize 1024 is above MaxPartSize 256")
}

func TestSettledIsLeftAlone(t *testing.T) {
	err := fmt.Errorf("around: %w", settled{ErrIncomplete})
	require.ErrorIs(t, err, multipart.ErrAmbiguous)
	require.ErrorIs(t, err, ErrIncomplete)
	require.NotErrorIs(t, err, ErrAmbiguous)
}

// An uploader shows nothing of its client, however and wherever it is printed.
func TestPrintingShowsNoSecret(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	const secret = "swordfish-secret"
	c, err := s3.New(s3.Options{
		Endpoint: s.url, Profile: small(s3.AWS()), HTTPClient: s.http, Credentials: sigv4.Static("AKID", secret, secret),
	})
	require.NoError(t, err)
	up := newManager(t, c, func(o *Options) {
		o.ClientOptions = []func(*s3.Options){func(o *s3.Options) { o.Credentials = sigv4.Static("AKID", secret, secret) }}
	})
	type holder struct{ up Manager }
	type pointer struct{ up *Manager }
	for _, v := range []any{up, *up, holder{*up}, &holder{*up}, pointer{up}, []any{*up}, map[string]any{"u": up}, struct{ client Client }{c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, secret)
			require.NotContains(t, text, fmt.Sprintf("%x", secret))
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", v)
		require.NotContains(t, log.String(), secret)
		if doc, err := json.Marshal(v); err == nil {
			require.NotContains(t, string(doc), secret)
		}
	}
}
