package swift

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"
)

// BulkDeleteAll deletes any number of objects and containers: by BulkDelete, as many at a time
// as the server takes, or one by one (8 at once) where it has no bulk delete. Containers come
// last. paths is read as the requests go out; only containers are kept until the end.
//
// What can't be deleted does not keep the rest from it: at the end a [*BulkError] names the
// failures, with the numbers of all requests. Any other failure, one of the token, and a server
// that gives up on a request end it at once.
func (c *Client) BulkDeleteAll(ctx context.Context, paths iter.Seq[Path], opts ...func(*Options)) (*BulkDeleteOutput, error) {
	d, err := c.newDeletion(ctx, opts)
	if err != nil {
		return nil, operationError("BulkDeleteAll", err)
	}
	err = d.run(ctx, paths)
	switch failed := d.failed(); {
	case err != nil && failed != nil:
		err = fmt.Errorf("%w; before it: %w", err, failed)
	case err == nil && failed != nil:
		err = failed
	case err == nil:
		return &d.total, nil
	}
	return nil, operationError("BulkDeleteAll", err)
}

func (d *deletion) run(ctx context.Context, paths iter.Seq[Path]) error {
	var containers []Path
	for p := range paths {
		if err := p.check(&d.profile); err != nil {
			return err
		}
		if p.Object == "" {
			containers = append(containers, p)
		} else if err := d.add(ctx, p); err != nil {
			return err
		}
	}
	if err := d.flush(ctx); err != nil {
		return err
	}
	for _, p := range containers {
		if err := d.add(ctx, p); err != nil {
			return err
		}
	}
	return d.flush(ctx)
}

// deletion is a BulkDeleteAll under way.
type deletion struct {
	client  *Client
	opts    []func(*Options)
	profile Profile
	most    int  // paths of one request
	singly  bool // without bulk delete
	batch   []Path
	line    []byte // of the path at hand

	mu       sync.Mutex
	total    BulkDeleteOutput
	failures []BulkFailure
	first    *Error // what the first failing request said
}

// newDeletion finds out whether the server has bulk delete, and for how many paths at a time.
func (c *Client) newDeletion(ctx context.Context, opts []func(*Options)) (*deletion, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	d := &deletion{client: c, opts: opts, profile: s.options.Profile}
	d.most = d.profile.maxBulkDeletes()
	if s.supports(opBulkDelete.Name) != nil {
		d.singly = true
		return d, nil
	}
	_, at, err := s.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	info, err := c.capabilities(ctx, at, opts)
	switch {
	case err != nil:
		return nil, err
	case info.Capabilities != nil && info.BulkDelete == nil:
		d.singly = true
	case info.BulkDelete != nil && info.BulkDelete.MaxDeletesPerRequest > 0:
		d.most = info.BulkDelete.MaxDeletesPerRequest
		// BulkDelete is to take as many.
		d.opts = append(opts[:len(opts):len(opts)], func(o *Options) { o.Profile.MaxBulkDeletes = d.most })
	}
	return d, nil
}

// add takes a path into the batch, which is deleted when it is full.
func (d *deletion) add(ctx context.Context, p Path) error {
	if !d.singly {
		d.line = appendBulkLine(d.line[:0], p)
		if len(d.line)-1 > maxBulkLine {
			return d.deleteSingly(ctx, []Path{p})
		}
	}
	d.batch = append(d.batch, p)
	if len(d.batch) < d.most {
		return nil
	}
	return d.flush(ctx)
}

// flush deletes the batch.
func (d *deletion) flush(ctx context.Context) error {
	if len(d.batch) == 0 {
		return nil
	}
	batch := d.batch
	d.batch = d.batch[:0]
	if d.singly {
		return d.deleteSingly(ctx, batch)
	}
	out, err := d.client.BulkDelete(ctx, &BulkDeleteInput{Paths: batch}, d.opts...)
	if err == nil {
		d.total.NumberDeleted += out.NumberDeleted
		d.total.NumberNotFound += out.NumberNotFound
		return nil
	}
	e := asBulkError(err)
	if e == nil || errors.Is(err, ErrUnauthorized) || e.tried() < int64(len(batch)) {
		return err
	}
	d.total.NumberDeleted += e.NumberDeleted
	d.total.NumberNotFound += e.NumberNotFound
	d.fail(e.Err, e.Failures...)
	return nil
}

// tried is how many paths the server came to.
func (e *BulkError) tried() int64 {
	return e.NumberDeleted + e.NumberNotFound + int64(len(e.Failures))
}

func (d *deletion) fail(why *Error, failures ...BulkFailure) {
	if d.first == nil {
		d.first = why
	}
	d.failures = append(d.failures, failures...)
}

// singleDeletes is how many requests are under way at once without bulk delete.
const singleDeletes = 8

func (d *deletion) deleteSingly(ctx context.Context, batch []Path) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(singleDeletes)
	for _, p := range batch {
		group.Go(func() error { return d.deleteOne(ctx, p) })
	}
	return group.Wait()
}

func (d *deletion) deleteOne(ctx context.Context, p Path) error {
	var err error
	if p.Object == "" {
		_, err = d.client.DeleteContainer(ctx, &DeleteContainerInput{Container: p.Container}, d.opts...)
	} else {
		_, err = d.client.DeleteObject(ctx, &DeleteObjectInput{Container: p.Container, Object: p.Object}, d.opts...)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var e *Error
	switch {
	case err == nil:
		d.total.NumberDeleted++
	case !errors.As(err, &e) || errors.Is(err, ErrUnauthorized):
		return err
	case errors.Is(err, ErrNotFound):
		d.total.NumberNotFound++
	default:
		d.fail(e, BulkFailure{Path: p, StatusCode: e.StatusCode, Status: statusText(e.StatusCode)})
	}
	return nil
}

// failed is what could not be deleted so far, nil when that is nothing.
func (d *deletion) failed() error {
	if len(d.failures) == 0 {
		return nil
	}
	return &BulkError{
		Err: d.first, Failures: d.failures,
		NumberDeleted: d.total.NumberDeleted, NumberNotFound: d.total.NumberNotFound,
	}
}
