package s3

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"sync"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
)

// Defaults of [DeleteAllInput.Concurrency].
const (
	DefaultDeleteAllConcurrency = 4  // requests of DeleteObjects
	defaultDeleteConcurrency    = 32 // requests of DeleteObject
)

// DeleteAllInput is what [Client.DeleteAll] deletes, and how.
type DeleteAllInput struct {
	// Bucket is the bucket's name. Required.
	Bucket string
	// Prefix restricts it to keys that start with it, byte for byte: "photos" is also
	// the start of "photos-2". Empty means every key of the bucket.
	Prefix string
	// Versions deletes every version and every delete marker, for good. Without it a
	// bucket with versions gets a delete marker on top of each object, and keeps all.
	Versions bool

	// MFA is the serial number of the caller's authentication device, a space and its
	// current code; needed to delete versions in a bucket with MFA Delete. A code is good
	// for about 30 seconds. It goes into no log and no error.
	MFA string
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the requests on a
	// bucket whose owner doesn't.
	RequestPayer RequestPayer
	// BypassGovernanceRetention deletes versions in spite of a GOVERNANCE retention, for
	// callers with the permission to do so.
	BypassGovernanceRetention bool
	// ExpectedBucketOwner is the account id that must own the bucket. With a [Profile]
	// whose server ignores it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string

	// Concurrency is how many requests delete at the same time. Zero: 4 of DeleteObjects,
	// or 32 of DeleteObject where the profile lacks DeleteObjects.
	Concurrency int
	// BatchSize is how many keys go into one DeleteObjects, 1 to 1000. Zero: the profile's
	// DeleteObjectsKeys, most often 1000; 100 for NHN Cloud, whose Swift deletes slowly.
	BatchSize int
	// OnDeleted is told what each request has deleted. Calls come one at a time
	// and hold up the rest, so it should be quick.
	OnDeleted func([]ObjectIdentifier)
}

// DeleteAllOutput is the outcome of [Client.DeleteAll].
type DeleteAllOutput struct {
	// Deleted is how many objects were deleted or found to be gone; with Versions, how
	// many versions and delete markers.
	Deleted int64
}

// DeleteAllError says what [Client.DeleteAll] could not delete. errors.Is finds the codes
// of Failed and whatever Err wraps, such as [ErrAccessDenied] or context.Canceled.
type DeleteAllError struct {
	// Bucket and Prefix are the input's.
	Bucket, Prefix string
	// Failed are the keys, and with Versions the versions, that were not deleted, in no
	// order, with the server's code and message. Where a request failed as a whole, each
	// of its keys is here; without an answer, Code is empty and the object may be gone.
	Failed []DeleteError
	// Err is what the listing or a request failed with, as a whole; nil when there was
	// nothing but failures of keys. Keys that the listing had not come to are not in Failed.
	Err error
}

// Error is one line: how many keys failed, the first of them, and Err.
func (e *DeleteAllError) Error() string {
	where := fmt.Sprintf("bucket %q", e.Bucket)
	if e.Prefix != "" {
		where += fmt.Sprintf(", prefix %q", e.Prefix)
	}
	if len(e.Failed) == 0 {
		return fmt.Sprintf("%s: %v", where, e.Err)
	}
	f := &e.Failed[0]
	text := fmt.Sprintf("%s: %d not deleted, one is key %q", where, len(e.Failed), f.Key)
	if f.VersionId != "" {
		text += fmt.Sprintf(", version %q", f.VersionId)
	}
	if e.Err != nil {
		return text + ": " + e.Err.Error()
	}
	return text + ": " + apierr.OneLine(f.Code) + ": " + apierr.OneLine(f.Message)
}

// Unwrap returns Err.
func (e *DeleteAllError) Unwrap() error { return e.Err }

// Is matches the codes of Failed.
func (e *DeleteAllError) Is(target error) bool {
	code, ok := target.(Code)
	return ok && slices.ContainsFunc(e.Failed, func(f DeleteError) bool { return f.Code == string(code) })
}

// DeleteAll deletes every object whose key starts with a prefix, or all of a bucket. It
// lists and deletes at the same time, up to 1000 keys per request and several requests at
// once, and holds no more than a page of the listing and the requests under way in memory.
// An object that is gone counts as deleted. Unfinished multipart uploads stay (see
// [Client.AbortMultipartUpload]), and so does the bucket.
//
// A key that fails holds up no other; nor does a request that the server could not serve
// (5xx) after all retries, up to 10 in a row. Any other failure of a DeleteObjects (403, no
// connection) or of the listing ends it: what is under way is finished, and no more is
// begun. All failures
// come as one *[DeleteAllError], beside the output of what was deleted until then; it can
// be called again.
//
// Where the profile lacks DeleteObjects, and for keys that XML can't carry, it sends
// DeleteObject for each key. Objects that are written meanwhile may or may not be
// deleted.
func (c *Client) DeleteAll(ctx context.Context, in *DeleteAllInput, opts ...func(*Options)) (*DeleteAllOutput, error) {
	d, err := c.newDeletion(in, opts)
	if err != nil {
		return nil, operationError("DeleteAll", err)
	}
	if err := d.run(ctx); err != nil {
		return &d.out, operationError("DeleteAll", err)
	}
	return &d.out, nil
}

// deletion is one DeleteAll under way.
type deletion struct {
	client *Client
	in     DeleteAllInput
	opts   []func(*Options)
	listV1 bool
	single bool          // DeleteObject for each key
	stop   chan struct{} // closed when nothing more is to be begun

	mu      sync.Mutex // guards what follows, and OnDeleted
	out     DeleteAllOutput
	failed  []DeleteError
	err     error // of the first request that failed as a whole
	stopped bool
	inARow  int // requests that failed as a whole
}

func (c *Client) newDeletion(in *DeleteAllInput, opts []func(*Options)) (*deletion, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	if in == nil {
		in = new(DeleteAllInput)
	}
	switch {
	case in.Bucket == "":
		return nil, rest.Missing("DeleteAll", "Bucket")
	case in.Concurrency < 0:
		return nil, fmt.Errorf("s3: Concurrency %d is negative", in.Concurrency)
	case in.BatchSize < 0 || in.BatchSize > maxDeleteObjects:
		return nil, fmt.Errorf("s3: BatchSize %d is not in 1 to %d", in.BatchSize, maxDeleteObjects)
	}
	o := &s.options
	d := &deletion{client: c, in: *in, opts: opts, stop: make(chan struct{})}
	d.listV1 = o.Profile.ListVersion == 1
	d.single = !o.AllowUnsupported && o.Profile.Support("DeleteObjects") == Unsupported
	switch {
	case d.single:
		d.in.BatchSize = 1
	case d.in.BatchSize == 0 && o.Profile.DeleteObjectsKeys > 0:
		d.in.BatchSize = min(o.Profile.DeleteObjectsKeys, maxDeleteObjects)
	case d.in.BatchSize == 0:
		d.in.BatchSize = maxDeleteObjects
	}
	if d.in.Concurrency == 0 {
		d.in.Concurrency = DefaultDeleteAllConcurrency
		if d.single {
			d.in.Concurrency = defaultDeleteConcurrency
		}
	}
	return d, nil
}

func (d *deletion) run(ctx context.Context) error {
	work := make(chan []ObjectIdentifier)
	var workers sync.WaitGroup
	for range d.in.Concurrency {
		workers.Go(func() {
			for batch := range work {
				d.delete(ctx, batch)
			}
		})
	}
	listed := d.list(ctx, work)
	close(work)
	workers.Wait()

	err := listed
	switch {
	case d.err == nil:
	case listed == nil:
		err = d.err
	case ctx.Err() == nil: // else both say the same
		err = fmt.Errorf("%w; %w", listed, d.err)
	}
	if err == nil && len(d.failed) == 0 {
		return nil
	}
	return &DeleteAllError{Bucket: d.in.Bucket, Prefix: d.in.Prefix, Failed: d.failed, Err: err}
}

// held is how many entries of a page wait for the next: its last version and its last
// delete marker. One of the two is where the next page begins, and servers differ in
// what they list after an entry that is gone.
const held = 2

// list cuts the listing into batches.
func (d *deletion) list(ctx context.Context, work chan<- []ObjectIdentifier) error {
	var rest []ObjectIdentifier
	send := func(n int) bool {
		batch := slices.Clone(rest[:n])
		rest = append(rest[:0], rest[n:]...)
		select {
		case <-d.stop: // both may be ready, and this one counts
			return false
		default:
		}
		select {
		case work <- batch:
			return true
		case <-d.stop:
			return false
		}
	}
	var failed error
	for page, err := range d.entries(ctx) {
		if err != nil {
			failed = err
			break
		}
		rest = append(rest, page...)
		for len(rest) >= d.in.BatchSize+held {
			if !send(d.in.BatchSize) {
				return nil
			}
		}
	}
	// What was listed before the listing failed is deleted all the same.
	for len(rest) > 0 {
		if !send(min(len(rest), d.in.BatchSize)) {
			break
		}
	}
	return failed
}

// entries yields pages of what is to be deleted.
func (d *deletion) entries(ctx context.Context) iter.Seq2[[]ObjectIdentifier, error] {
	c, in := d.client, &d.in
	switch {
	case in.Versions:
		return identifiers(c.ListObjectVersionsPages(ctx, &ListObjectVersionsInput{
			Bucket: in.Bucket, Prefix: in.Prefix, ExpectedBucketOwner: in.ExpectedBucketOwner, RequestPayer: in.RequestPayer,
		}, d.opts...), versionIdentifiers)
	case d.listV1:
		return identifiers(c.ListObjectsPages(ctx, &ListObjectsInput{
			Bucket: in.Bucket, Prefix: in.Prefix, ExpectedBucketOwner: in.ExpectedBucketOwner, RequestPayer: in.RequestPayer,
		}, d.opts...), func(out *ListObjectsOutput) []ObjectIdentifier { return objectIdentifiers(out.Contents) })
	}
	return identifiers(c.ListObjectsV2Pages(ctx, &ListObjectsV2Input{
		Bucket: in.Bucket, Prefix: in.Prefix, ExpectedBucketOwner: in.ExpectedBucketOwner, RequestPayer: in.RequestPayer,
	}, d.opts...), func(out *ListObjectsV2Output) []ObjectIdentifier { return objectIdentifiers(out.Contents) })
}

func identifiers[Out any](pages iter.Seq2[*Out, error], of func(*Out) []ObjectIdentifier) iter.Seq2[[]ObjectIdentifier, error] {
	return func(yield func([]ObjectIdentifier, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(of(page), nil) {
				return
			}
		}
	}
}

func objectIdentifiers(objects []Object) []ObjectIdentifier {
	ids := make([]ObjectIdentifier, len(objects))
	for i := range objects {
		ids[i].Key = objects[i].Key
	}
	return ids
}

// versionIdentifiers puts the last of both lists last.
func versionIdentifiers(out *ListObjectVersionsOutput) []ObjectIdentifier {
	ids := make([]ObjectIdentifier, 0, len(out.Versions)+len(out.DeleteMarkers))
	var last []ObjectIdentifier
	for i := range out.Versions {
		v := &out.Versions[i]
		ids = append(ids, ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	if n := len(ids); n > 0 {
		last, ids = append(last, ids[n-1]), ids[:n-1]
	}
	for i := range out.DeleteMarkers {
		m := &out.DeleteMarkers[i]
		if i == len(out.DeleteMarkers)-1 {
			last = append(last, ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
			break
		}
		ids = append(ids, ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
	}
	return append(ids, last...)
}

// delete sends one batch.
func (d *deletion) delete(ctx context.Context, batch []ObjectIdentifier) {
	one := batch
	if !d.single {
		var many []ObjectIdentifier
		many, one = splitByXML(batch)
		if len(many) > 0 {
			d.deleteObjects(ctx, many)
		}
	}
	for i := range one {
		d.deleteObject(ctx, one[i:i+1])
	}
}

func (d *deletion) deleteObjects(ctx context.Context, batch []ObjectIdentifier) {
	out, err := d.client.DeleteObjects(ctx, &DeleteObjectsInput{
		Bucket: d.in.Bucket, Delete: &Delete{Objects: batch, Quiet: true},
		MFA: d.in.MFA, RequestPayer: d.in.RequestPayer, BypassGovernanceRetention: d.in.BypassGovernanceRetention,
		ExpectedBucketOwner: d.in.ExpectedBucketOwner,
	}, d.opts...)
	if err != nil {
		d.failRequest(batch, err)
		return
	}
	failed := slices.DeleteFunc(out.Errors, func(e DeleteError) bool { return isGone(e.Code) })
	if len(failed) > 0 {
		type id struct{ key, version string }
		lost := make(map[id]bool, len(failed))
		for _, f := range failed {
			lost[id{f.Key, f.VersionId}] = true
		}
		// A failure that names no version is one of any.
		batch = slices.DeleteFunc(batch, func(o ObjectIdentifier) bool { return lost[id{o.Key, o.VersionId}] || lost[id{o.Key, ""}] })
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inARow = 0
	d.failed = append(d.failed, failed...)
	d.deleted(batch)
}

func (d *deletion) deleteObject(ctx context.Context, object []ObjectIdentifier) {
	_, err := d.client.DeleteObject(ctx, &DeleteObjectInput{
		Bucket: d.in.Bucket, Key: object[0].Key, VersionId: object[0].VersionId,
		MFA: d.in.MFA, RequestPayer: d.in.RequestPayer, BypassGovernanceRetention: d.in.BypassGovernanceRetention,
		ExpectedBucketOwner: d.in.ExpectedBucketOwner,
	}, d.opts...)
	e, answered := asError(err)
	switch {
	case err == nil, answered && isGone(e.Code):
		d.mu.Lock()
		defer d.mu.Unlock()
		d.inARow = 0
		d.deleted(object)
	case answered && e.ErrorFault() == smithy.FaultClient: // it is the key's
		d.mu.Lock()
		defer d.mu.Unlock()
		d.fail(object, e.Code, e.Message)
	default:
		d.failRequest(object, err)
	}
}

// deleted counts. The caller has the lock.
func (d *deletion) deleted(objects []ObjectIdentifier) {
	d.out.Deleted += int64(len(objects))
	if d.in.OnDeleted != nil && len(objects) > 0 {
		d.in.OnDeleted(objects)
	}
}

// fail notes a failure for each object. The caller has the lock.
func (d *deletion) fail(objects []ObjectIdentifier, code, message string) {
	for _, o := range objects {
		d.failed = append(d.failed, DeleteError{Key: o.Key, VersionId: o.VersionId, Code: code, Message: message})
	}
}

// maxFailedRequests is how many requests in a row the server may fail to serve.
const maxFailedRequests = 10

// failRequest notes that a request failed as a whole, and ends the deletion where the next
// would fare no better.
func (d *deletion) failRequest(batch []ObjectIdentifier, err error) {
	e, answered := asError(err)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
	}
	d.inARow++
	hopeless := true
	if answered {
		d.fail(batch, e.Code, e.Message)
		passing := e.ErrorFault() == smithy.FaultServer && e.StatusCode != http.StatusNotImplemented || e.StatusCode == http.StatusTooManyRequests
		hopeless = !passing || d.inARow >= maxFailedRequests
	} else {
		d.fail(batch, "", err.Error())
	}
	if hopeless && !d.stopped {
		d.stopped = true
		close(d.stop)
	}
}

// isGone: what was to be deleted is not there.
func isGone(code string) bool {
	return code == string(ErrNoSuchKey) || code == string(ErrNoSuchVersion)
}

// splitByXML tells keys that a document can carry from those that it can't, in no form.
func splitByXML(batch []ObjectIdentifier) (many, one []ObjectIdentifier) {
	many = batch
	for i := range batch {
		if rest.XMLCarries(batch[i].Key) {
			continue
		}
		many = slices.Clone(batch[:i])
		for _, o := range batch[i:] {
			if rest.XMLCarries(o.Key) {
				many = append(many, o)
			} else {
				one = append(one, o)
			}
		}
		break
	}
	return many, one
}
