package transfer

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// leave makes uploads of these keys, each a second older than the one before it.
func (s *server) leave(keys ...string) {
	for i, key := range keys {
		s.uploads[fmt.Sprintf("id-%03d", i)] = &pending{
			path: "/bucket/" + key, parts: map[int]stored{}, initiated: time.Now().Add(-time.Duration(i) * time.Second),
		}
	}
}

// ids are those of the uploads that are there.
func (s *server) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.uploads))
}

func listed(t *testing.T, all iter.Seq2[IncompleteUpload, error]) (keys []string) {
	t.Helper()
	for u, err := range all {
		require.NoError(t, err)
		require.Equal(t, "bucket", u.Bucket)
		require.NotEmpty(t, u.UploadId)
		require.False(t, u.Initiated.IsZero())
		keys = append(keys, u.Key)
	}
	return keys
}

func TestListIncomplete(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	require.Empty(t, listed(t, m.ListIncomplete(t.Context(), "bucket", "")))
	s.leave("a/1", "a/2", "a/2", "a/3", "b/1", "a")
	require.Equal(t, []string{"a", "a/1", "a/2", "a/2", "a/3", "b/1"}, listed(t, m.ListIncomplete(t.Context(), "bucket", "")))
	require.Equal(t, []string{"a/1", "a/2", "a/2", "a/3"}, listed(t, m.ListIncomplete(t.Context(), "bucket", "a/")))
	for range m.ListIncomplete(t.Context(), "bucket", "") {
		break
	}

	s.uploads["id-000"].parts = map[int]stored{1: {data: pattern(5)}, 2: {data: pattern(6)}, 5: {data: pattern(7)}, 6: {data: pattern(8)}}
	of := IncompleteUpload{"bucket", s3.MultipartUpload{Key: "a/1", UploadId: "id-000"}}
	sizes := map[int32]int64{}
	for p, err := range m.ListIncompleteParts(t.Context(), of) {
		require.NoError(t, err)
		sizes[p.PartNumber] = p.Size
	}
	require.Equal(t, map[int32]int64{1: 5, 2: 6, 5: 7, 6: 8}, sizes)
	for range m.ListIncompleteParts(t.Context(), of) {
		break
	}
	of.UploadId = "other"
	for _, err := range m.ListIncompleteParts(t.Context(), of) {
		require.ErrorIs(t, err, s3.ErrNotFound)
	}
	s.setBefore(oneOf("ListMultipartUploads", refusal(403, "AccessDenied")))
	s.forget()
	for _, err := range m.ListIncomplete(t.Context(), "bucket", "") {
		require.ErrorIs(t, err, s3.ErrAccessDenied)
	}
}

// MinIO knows a whole key, or all; what is listed is sifted here, and counted once.
func TestListIncompleteOfMinIO(t *testing.T) {
	s := startServer(t, small(s3.MinIO()), true)
	m := newManager(t, s.newClient(t))
	s.leave("a/1", "a/2", "b/1", "a/1")
	s.setBefore(func(e *exchange) *reply {
		if p := e.Query["prefix"]; e.Op == "ListMultipartUploads" && p == "a/" {
			return &reply{status: 200, body: "<ListMultipartUploadsResult></ListMultipartUploadsResult>"}
		}
		return nil
	})
	require.Equal(t, []string{"a/1", "a/1", "a/2"}, listed(t, m.ListIncomplete(t.Context(), "bucket", "a/")))
	require.Equal(t, []string{"a/1", "a/1"}, listed(t, m.ListIncomplete(t.Context(), "bucket", "a/1")))
	s.forget()
	require.Len(t, listed(t, m.ListIncomplete(t.Context(), "bucket", "")), 4)
	require.Len(t, s.of("ListMultipartUploads"), 2, "two pages of one listing")
}

func TestAbortIncomplete(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	keys := []string{"a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "b/1"}
	s.leave(keys...)
	s.uploads["id-006"].initiated = time.Now().Add(-25 * time.Hour)
	out, err := m.AbortIncomplete(t.Context(), "bucket", "a/", 0)
	require.NoError(t, err)
	require.Equal(t, AbortIncompleteOutput{Aborted: 1, Spared: 6}, *out, "24 hours")
	require.NotContains(t, s.ids(), "id-006")

	out, err = m.AbortIncomplete(t.Context(), "bucket", "", 3500*time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, AbortIncompleteOutput{Aborted: 3, Spared: 4}, *out)
	require.Equal(t, []string{"id-000", "id-001", "id-002", "id-003"}, s.ids())
	s.uploads["id-003"].initiated = time.Time{}

	// Each failure is told, and stops nothing.
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "AbortMultipartUpload" && (e.Query["uploadId"] == "id-000" || e.Query["uploadId"] == "id-002") {
			return refusal(403, "AccessDenied")
		}
		if e.Op == "AbortMultipartUpload" && e.Query["uploadId"] == "id-003" {
			return noUpload // somebody else did it
		}
		return nil
	})
	out, err = m.AbortIncomplete(t.Context(), "bucket", "", -1)
	require.Equal(t, AbortIncompleteOutput{Aborted: 2}, *out)
	var failed *AbortIncompleteError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Failures, 2)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.ErrorContains(t, err, ", and 1 more failures")
	require.NotContains(t, err.Error(), "\n")
	one := requireUploadError(t, err)
	require.Equal(t, "bucket", one.Bucket)
	require.Contains(t, []string{"a/1", "a/3"}, one.Key)
	require.Equal(t, PartsUnknown, one.Parts)
	require.Equal(t, []string{"id-000", "id-002", "id-003"}, s.ids())

	// One whose age nobody tells is spared.
	s.setBefore(nil)
	s.uploads["id-000"].initiated = time.Time{}
	out, err = m.AbortIncomplete(t.Context(), "bucket", "a/1", time.Nanosecond)
	require.NoError(t, err)
	require.Equal(t, AbortIncompleteOutput{Aborted: 0, Spared: 1}, *out)

	s.setBefore(oneOf("ListMultipartUploads", refusal(403, "AccessDenied")))
	s.forget()
	out, err = m.AbortIncomplete(t.Context(), "bucket", "", -1)
	require.Equal(t, AbortIncompleteOutput{}, *out)
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, `list the uploads of bucket "bucket": `)
	require.ErrorIs(t, err, s3.ErrAccessDenied)
}

// versitygw can't list behind an upload that is gone: the listing begins again.
func TestAbortIncompleteOfVersitygw(t *testing.T) {
	s := startServer(t, small(s3.Generic()), true)
	m := newManager(t, s.newClient(t))
	s.leave("a", "b", "c", "d", "e", "f", "g", "h")
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "ListMultipartUploads" && e.Query["key-marker"] != "" {
			return refusal(400, "InvalidArgument")
		}
		return nil
	})
	out, err := m.AbortIncomplete(t.Context(), "bucket", "", -1)
	require.NoError(t, err)
	require.Equal(t, AbortIncompleteOutput{Aborted: 8}, *out)
	require.Empty(t, s.ids())

	// Where nothing goes away, it ends.
	s.leave("a", "b", "c", "d", "e")
	out, err = m.AbortIncomplete(t.Context(), "bucket", "", time.Hour)
	require.ErrorContains(t, err, "InvalidArgument")
	require.Equal(t, AbortIncompleteOutput{Spared: 3}, *out)
}

func TestAbortIncompleteIsCancelled(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t))
	s.leave(strings.Split("abcdefghijklmnopqrstuvwxyz", "")...)
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	s.setAfter(func(e *exchange) *reply {
		if e.Op == "AbortMultipartUpload" {
			once.Do(cancel)
		}
		return nil
	})
	_, err := m.AbortIncomplete(ctx, "bucket", "", -1)
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, s.ids())
}
