package transfer

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// A part that was not waited for can be stored after the abort: the upload is looked
// for, and aborted again.
func TestAbortOfALatePart(t *testing.T) {
	lost := errors.New("connection reset")
	for _, c := range []struct {
		name   string
		part   error
		back   int // so many times the upload is there again
		aborts int
		left   Parts
	}{
		{"every part was answered", refused(403, s3.ErrAccessDenied), 9, 1, PartsAborted},
		{"nothing came after", lost, 0, 1, PartsAborted},
		{"a part came after", lost, 1, 2, PartsAborted},
		{"they keep coming", lost, 9, abortRounds, PartsUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(s3.AWS())
				looks := 0
				f.comesBack = true
				f.hook = func(_ context.Context, op string, _ any) error {
					switch op {
					case "UploadPart":
						return c.part
					case "ListParts":
						if looks++; looks > c.back {
							return refused(404, s3.ErrNoSuchUpload)
						}
					}
					return nil
				}
				up := newManager(t, f)
				up.settle = abortSettle
				began := time.Now()
				_, err := up.Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
				require.ErrorIs(t, err, c.part)
				require.Equal(t, c.left, requireUploadError(t, err).Parts)
				aborts := 0
				for _, op := range f.called() {
					if op == "AbortMultipartUpload" {
						aborts++
					}
				}
				require.Equal(t, c.aborts, aborts)
				require.LessOrEqual(t, time.Since(began), abortRounds*abortSettle)
			})
		})
	}
}

func TestAbortStopsWaitingAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(s3.AWS())
		f.comesBack = true
		f.hook = failOn("UploadPart", errors.New("connection reset"))
		up := newManager(t, f, func(o *Options) { o.AbortTimeout = time.Millisecond })
		up.settle = time.Hour
		_, err := up.Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize))))
		require.Equal(t, PartsAborted, requireUploadError(t, err).Parts)
	})
}
