package transfer

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// DefaultIncompleteAge of [Manager.AbortIncomplete].
const DefaultIncompleteAge = 24 * time.Hour

// lostWindow is how far the server's time of an upload may lie from when this machine's clock
// began it: as far as S3 lets clocks differ (API reference, "RequestTimeTooSkewed").
const lostWindow = 15 * time.Minute

// abortsAtOnce are the requests of AbortIncomplete in flight; they carry no data.
const abortsAtOnce = 4

// IncompleteUpload is a multipart upload that is neither completed nor aborted.
type IncompleteUpload struct {
	Bucket string
	// MultipartUpload has Key, UploadId, Initiated and what else the server tells.
	s3.MultipartUpload
}

// ListIncomplete yields the multipart uploads of a bucket whose keys start with prefix, empty for
// all, by key. Their parts are stored, and billed, until they are aborted. Parts and sizes are
// [Manager.ListIncompleteParts]'s to tell. After an error it ends.
//
// MinIO lists the uploads of one key, or all that it has in memory, never those of a prefix: what
// it lists is sifted here. versitygw can't go on behind 1,000 uploads; the second page is an error
// there.
func (m *Manager) ListIncomplete(ctx context.Context, bucket, prefix string, fns ...func(*Options)) iter.Seq2[IncompleteUpload, error] {
	o := m.optionsOf(fns)
	return func(yield func(IncompleteUpload, error) bool) {
		prefixes := []string{prefix}
		if m.resolve(&o).Profile.Support("ListMultipartUploads") == s3.PartiallySupported && prefix != "" {
			prefixes = append(prefixes, "")
		}
		seen := map[string]bool{}
		for i, listed := range prefixes {
			in := &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: listed}
			for page, err := range m.client.ListMultipartUploadsPages(ctx, in, o.ClientOptions...) {
				if err != nil {
					yield(IncompleteUpload{Bucket: bucket}, err)
					return
				}
				for _, u := range page.Uploads {
					if !strings.HasPrefix(u.Key, prefix) || seen[u.UploadId] {
						continue
					}
					if i < len(prefixes)-1 {
						seen[u.UploadId] = true
					}
					if !yield(IncompleteUpload{bucket, u}, nil) {
						return
					}
				}
			}
		}
	}
}

// ListIncompleteParts yields the parts that the server has of an upload, by number. After an error
// it ends; s3.ErrNotFound is one that is over.
func (m *Manager) ListIncompleteParts(ctx context.Context, u IncompleteUpload, fns ...func(*Options)) iter.Seq2[s3.Part, error] {
	o := m.optionsOf(fns)
	return func(yield func(s3.Part, error) bool) {
		in := &s3.ListPartsInput{Bucket: u.Bucket, Key: u.Key, UploadId: u.UploadId}
		for page, err := range m.client.ListPartsPages(ctx, in, o.ClientOptions...) {
			if err != nil {
				yield(s3.Part{}, err)
				return
			}
			for _, p := range page.Parts {
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

// AbortIncompleteOutput is the answer of [Manager.AbortIncomplete].
type AbortIncompleteOutput struct {
	// Aborted uploads, and Spared ones, which are too young.
	Aborted, Spared int
}

// AbortIncompleteError are the failures of [Manager.AbortIncomplete]. errors.Is and errors.As look
// at all of them.
type AbortIncompleteError struct {
	Failures []error
}

// Error is one line: the first failure, and how many others there are.
func (e *AbortIncompleteError) Error() string {
	if len(e.Failures) == 1 {
		return e.Failures[0].Error()
	}
	return fmt.Sprintf("%v, and %d more failures", e.Failures[0], len(e.Failures)-1)
}

// Unwrap returns Failures.
func (e *AbortIncompleteError) Unwrap() []error { return e.Failures }

// AbortIncomplete aborts the multipart uploads of a bucket whose keys start with prefix, empty for
// all, and that were begun longer ago than olderThan, by the server's time of them and this
// machine's clock. Zero: 24 hours; negative: whatever their age, so that uploads that are under way
// fail. Uploads with a checkpoint or a plan are not spared: they are what others would call left
// behind.
//
// It goes on after a failure. The error is an *[AbortIncompleteError] of them all: an *[UploadError]
// for each upload that could not be aborted, and that of the listing. The output is there beside it.
func (m *Manager) AbortIncomplete(ctx context.Context, bucket, prefix string, olderThan time.Duration, fns ...func(*Options)) (*AbortIncompleteOutput, error) {
	if olderThan == 0 {
		olderThan = DefaultIncompleteAge
	}
	s := &sweep{manager: m, fns: fns, out: new(AbortIncompleteOutput), tried: map[string]bool{}}
	if olderThan > 0 {
		s.before = time.Now().Add(-olderThan)
	}
	for {
		aborted := s.out.Aborted
		err := s.round(ctx, bucket, prefix)
		// A listing that breaks off goes further when what it told is gone.
		if err == nil || s.out.Aborted == aborted || ctx.Err() != nil {
			if err != nil {
				s.failures = append(s.failures, fmt.Errorf("list the uploads of bucket %q: %w", bucket, err))
			}
			if len(s.failures) > 0 {
				return s.out, &AbortIncompleteError{s.failures}
			}
			return s.out, nil
		}
	}
}

// sweep is one AbortIncomplete under way.
type sweep struct {
	manager *Manager
	fns     []func(*Options)
	before  time.Time // zero: whatever the age
	tried   map[string]bool

	mu       sync.Mutex
	out      *AbortIncompleteOutput
	failures []error
}

// round aborts what one listing tells, and returns how that ended.
func (s *sweep) round(ctx context.Context, bucket, prefix string) error {
	aborts := newBounded(abortsAtOnce)
	var ended error
	for u, err := range s.manager.ListIncomplete(ctx, bucket, prefix, s.fns...) {
		if err != nil {
			ended = err
			break
		}
		if s.tried[u.UploadId] {
			continue
		}
		s.tried[u.UploadId] = true
		if !s.before.IsZero() && (u.Initiated.IsZero() || u.Initiated.After(s.before)) {
			s.mu.Lock()
			s.out.Spared++
			s.mu.Unlock()
			continue
		}
		aborts.Go(func() { s.abort(ctx, u) })
	}
	aborts.Wait()
	return ended
}

func (s *sweep) abort(ctx context.Context, u IncompleteUpload) {
	o := s.manager.optionsOf(s.fns)
	_, err := s.manager.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: u.Bucket, Key: u.Key, UploadId: u.UploadId}, o.ClientOptions...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && !gone(err) {
		s.failures = append(s.failures, uploadError(ctx, u.Bucket, u.Key, u.UploadId, &multipart.UploadError{Err: err, Cleanup: multipart.CleanupUnknown}))
		return
	}
	s.out.Aborted++
}

// sweepLost aborts what a CreateMultipartUpload may have left whose answer no process lived to
// note: uploads of this very key, begun when the checkpoint says, that carry no part. By now, at
// the end of an upload, one that another program has begun since would carry one, or is dead too.
func (u *upload) sweepLost(ctx context.Context) error {
	lost := u.checkpoint.Header.Lost
	if len(lost) == 0 {
		return nil
	}
	_, others, err := u.listSame(ctx)
	if err != nil {
		return err
	}
	return u.abortEmpty(ctx, others, func(t time.Time) bool { return near(t, lost) })
}

// listSame are the other uploads of the very same key, and when this one was begun by the
// server's clock; zero: it is not among them.
func (u *upload) listSame(ctx context.Context) (begun time.Time, others []s3.MultipartUpload, err error) {
	in := &s3.ListMultipartUploadsInput{Prefix: u.in.Key}
	copyFields(in, u.in)
	for page, err := range u.client.ListMultipartUploadsPages(ctx, in, u.requestOptions(nil)...) {
		if err != nil {
			return begun, nil, err
		}
		for _, one := range page.Uploads {
			switch {
			case one.Key != u.in.Key:
			case one.UploadId == u.part.UploadId:
				begun = one.Initiated
			default:
				others = append(others, one)
			}
		}
	}
	return begun, others, nil
}

// abortEmpty aborts those that were begun at a time that is meant, and that carry no part.
func (u *upload) abortEmpty(ctx context.Context, others []s3.MultipartUpload, meant func(time.Time) bool) error {
	for _, other := range others {
		if !meant(other.Initiated) {
			continue
		}
		o := &upload{client: u.client, in: u.in, options: u.options, settle: u.settle}
		o.goOnWith(other.UploadId)
		parts, err := o.listParts(ctx)
		if err == nil && len(parts) == 0 {
			err = o.Abort(ctx)
		}
		if err != nil && !gone(err) {
			return err
		}
	}
	return nil
}

// near tells that an upload can be one of those that were lost.
func near(initiated time.Time, lost []time.Time) bool {
	for _, t := range lost {
		if d := initiated.Sub(t); d > -lostWindow && d < lostWindow {
			return true
		}
	}
	return false
}
