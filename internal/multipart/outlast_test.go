package multipart

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOutlast(t *testing.T) {
	why := errors.New("no more")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		longer, stop := Outlast(ctx)
		defer stop()
		time.Sleep(time.Hour)
		require.NoError(t, longer.Err())
		cancel(why)
		time.Sleep(BeginGrace - time.Nanosecond)
		synctest.Wait()
		require.NoError(t, longer.Err())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.ErrorIs(t, longer.Err(), context.Canceled)
		require.Equal(t, why, context.Cause(longer))

		late, stopLate := Outlast(ctx)
		defer stopLate()
		require.Equal(t, why, context.Cause(late), "nothing is begun any more")
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		longer, stop := Outlast(ctx)
		cancel()
		synctest.Wait()
		stop()
		require.ErrorIs(t, longer.Err(), context.Canceled, "at once when it is through")
	})
}

// What a failed beginning leaves is told, whatever the caller's context says.
func TestBeginLeavesSomething(t *testing.T) {
	lost, why := errors.New("no answer"), errors.New("no more")
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancelCause(t.Context())
		want := lost
		f := &fake{begin: func(context.Context, Plan) error {
			if cancelled {
				cancel(why)
				want = why
			}
			return &UploadError{Err: lost, Cleanup: CleanupUnknown}
		}}
		_, err := Upload(ctx, sources(t)["sections"], f, tiny())
		cancel(nil)
		var failed *UploadError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, CleanupUnknown, failed.Cleanup)
		require.Equal(t, want, failed.Err)
	}
}
