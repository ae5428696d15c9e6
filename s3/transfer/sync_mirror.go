package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// mirror is a directory's transfer under way. One goroutine joins the two listings; objects are
// transferred by others.
type mirror struct {
	options *DirectoryOptions
	way     way
	order   keyOrder
	compare bool // the target is listed, too

	objects *bounded
	stop    context.CancelCauseFunc
	unsafe  bool // the source is not known in full: nothing is deleted any more

	mu       sync.Mutex // guards what follows, and callbacks
	out      DirectoryOutput
	failed   []*ObjectError
	progress DirectoryProgress
	told     time.Time // of progress
}

// way is one of the three directions.
type way interface {
	operation() Operation
	// begin opens both sides, and end closes them.
	begin(*mirror) error
	end()
	// sides are the two, for their listings.
	sides() (from, to side)
	concurrency() int

	// wanted: an entry of the source is for the target, or else only tells of a directory.
	wanted(from *entry) bool
	// admit looks at every entry of the source that takes part, in the order of names, and
	// refuses what the target can't have.
	admit(from *entry) error
	// stale compares by times, and same by content.
	stale(from, to *entry) bool
	same(ctx context.Context, from, to *entry) (bool, error)
	// prepare comes before transfer, in the order of names; to is nil for none.
	prepare(from, to *entry) error
	transfer(ctx context.Context, from *entry, moved func(int64)) error

	// pass is told every name of both sides in order, what of it is not to be deleted too.
	pass(e *entry, kept bool)
	// remove deletes what is extra, now or with others; flush does what is left, and finish
	// what can't be done before all else is through.
	remove(ctx context.Context, to *entry)
	flush(ctx context.Context)
	finish(ctx context.Context)
}

// side is a directory or a bucket.
type side interface {
	fmt.Stringer
	list(ctx context.Context, emit func([]entry) bool) error
}

func (m *mirror) run(ctx context.Context) (*DirectoryOutput, error) {
	ctx, m.stop = context.WithCancelCause(ctx)
	defer m.stop(nil)
	if err := m.way.begin(m); err != nil {
		return notBegun(err)
	}
	defer m.way.end()
	m.objects = newBounded(m.options.objects(m.way.concurrency()))

	err := m.join(ctx)
	if err == nil {
		m.way.flush(ctx)
	}
	m.objects.Wait()
	if err == nil {
		m.way.finish(ctx)
	}
	if ctx.Err() != nil { // also of the last objects
		err = context.Cause(ctx)
		if !errors.Is(err, ctx.Err()) && m.halted(err) {
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	m.progress.Done = true
	m.tell(true)
	if err == nil && m.out.Failed == 0 {
		return &m.out, nil
	}
	return &m.out, &DirectoryError{Failed: m.failed, Failures: m.out.Failed, Err: err}
}

// halted: the caller's context ended it, and not a failure.
func (m *mirror) halted(cause error) bool {
	var failure *ObjectError
	return !errors.As(cause, &failure)
}

// join walks over both listings, in step.
func (m *mirror) join(ctx context.Context) error {
	listed, stop := context.WithCancel(ctx)
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop()
	from, to := m.way.sides()
	sources := lister(from.list).start(listed, &readers, from.String(), m.order)
	targets := lister(nothing).start(listed, &readers, "", m.order)
	if m.compare {
		targets = lister(to.list).start(listed, &readers, to.String(), m.order)
	}
	f, err := sources.next()
	if err != nil {
		return err
	}
	t, err := targets.next()
	if err != nil {
		return err
	}
	for f != nil || t != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		c := -1
		switch {
		case f == nil:
			c = 1
		case t != nil:
			c = m.order(f.name, t.name)
		}
		switch {
		case c < 0:
			m.consider(ctx, f, nil)
		case c > 0:
			m.extra(ctx, t)
		default:
			m.consider(ctx, f, t)
		}
		if c <= 0 {
			if f, err = sources.next(); err != nil {
				return err
			}
		}
		if c >= 0 {
			if t, err = targets.next(); err != nil {
				return err
			}
		}
	}
	m.mu.Lock()
	m.progress.Listed = true
	m.mu.Unlock()
	return nil
}

func nothing(context.Context, func([]entry) bool) error { return nil }

// consider looks at a name of the source; t is the target's, nil for none.
func (m *mirror) consider(ctx context.Context, f, t *entry) {
	m.way.pass(f, true)
	if f.err != nil {
		m.unsafe = true
		m.fail(Action{Name: f.name}, f.err)
		return
	}
	if !m.way.wanted(f) {
		return
	}
	m.count(func() { m.progress.Compared++ })
	if m.options.Filter != nil && !m.options.Filter(f.name) {
		m.count(func() { m.out.Ignored++ })
		return
	}
	a := Action{Operation: m.way.operation(), Name: f.name, Size: f.size, Reason: ReasonAsked}
	if err := m.way.admit(f); err != nil {
		m.fail(a, err)
		return
	}
	look, directory := false, f.isDirectory() && (a.Operation != OperationCopy || f.folder)
	if m.compare {
		switch {
		case t == nil:
			a.Reason = ReasonMissing
		case t.err != nil:
			m.fail(Action{Name: t.name}, t.err)
			return
		case f.size != t.size && !directory:
			a.Reason = ReasonSize
		case m.options.Compare == CompareTime && !directory && m.way.stale(f, t):
			a.Reason = ReasonTime
		case m.options.Compare == CompareChecksum && !directory:
			look = true
		default:
			m.count(func() { m.out.Skipped++ })
			return
		}
	}
	if !m.options.DryRun {
		if err := m.way.prepare(f, t); err != nil {
			m.fail(a, err)
			return
		}
	}
	if look {
		m.look(ctx, a, *f, *t)
		return
	}
	m.expect(a)
	if m.options.DryRun {
		m.through(a, 0, nil)
		return
	}
	from := *f
	m.objects.Go(func() { m.transfer(ctx, a, &from) })
}

// look compares contents, and transfers where they differ.
func (m *mirror) look(ctx context.Context, a Action, from, to entry) {
	m.objects.Go(func() {
		same, err := m.way.same(ctx, &from, &to)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				m.fail(a, err)
			}
			return
		case same:
			m.count(func() { m.out.Skipped++ })
			return
		}
		a.Reason = ReasonContent
		m.expect(a)
		if m.options.DryRun {
			m.through(a, 0, nil)
			return
		}
		m.transfer(ctx, a, &from)
	})
}

func (m *mirror) transfer(ctx context.Context, a Action, from *entry) {
	if ctx.Err() != nil {
		return
	}
	var moved atomic.Int64
	err := m.way.transfer(ctx, from, func(delta int64) {
		moved.Add(delta)
		m.count(func() { m.progress.Bytes += delta })
	})
	if err != nil && ctx.Err() != nil && !leaves(err) {
		return // it ended for all
	}
	m.through(a, moved.Load(), err)
}

// leaves: the failure tells of something that is left of the transfer.
func leaves(err error) bool {
	var (
		up   *UploadError
		cp   *CopyError
		down *DownloadError
	)
	switch {
	case errors.As(err, &up):
		return up.Parts != PartsNone && up.Parts != PartsAborted
	case errors.As(err, &cp):
		return cp.Parts != PartsNone && cp.Parts != PartsAborted
	}
	return errors.As(err, &down) && down.Kept
}

// extra looks at a name that the source does not have.
func (m *mirror) extra(ctx context.Context, t *entry) {
	m.way.pass(t, m.unsafe || !m.options.Delete)
	switch {
	case t.err != nil:
		m.fail(Action{Name: t.name}, t.err)
	case m.unsafe || !m.options.Delete, m.options.Filter != nil && !m.options.Filter(t.name):
	case m.options.DryRun:
		m.deleted(t, nil)
	default:
		m.way.remove(ctx, t)
	}
}

// expect counts what has to be transferred.
func (m *mirror) expect(a Action) {
	m.count(func() {
		m.progress.Objects++
		m.progress.Total += a.Size
	})
}

// through counts a transfer that has ended, of which moved bytes are counted already.
func (m *mirror) through(a Action, moved int64, err error) {
	if err != nil {
		m.count(func() {
			m.progress.ObjectsDone++
			m.progress.Bytes -= moved
			m.progress.Total -= a.Size
		})
		m.fail(a, err)
		return
	}
	m.count(func() {
		m.progress.ObjectsDone++
		m.progress.Bytes += a.Size - moved
		m.out.Bytes += a.Size
		switch a.Operation {
		case OperationUpload:
			m.out.Uploaded++
		case OperationDownload:
			m.out.Downloaded++
		default:
			m.out.Copied++
		}
		m.report(a)
	})
}

// deleted counts a deletion that has ended.
func (m *mirror) deleted(t *entry, err error) {
	a := Action{Operation: OperationDelete, Name: t.name, Size: t.size, Reason: ReasonExtra}
	if err != nil {
		m.fail(a, err)
		return
	}
	m.count(func() {
		m.out.Deleted++
		m.progress.Deleted++
		m.report(a)
	})
}

// fail notes a failure, and ends everything where that is asked for or the next would fare no better.
func (m *mirror) fail(a Action, err error) {
	failure := &ObjectError{Operation: a.Operation, Name: a.Name, Err: err}
	a.Err = failure
	m.count(func() {
		m.out.Failed++
		if len(m.failed) < maxFailed {
			m.failed = append(m.failed, failure)
		}
		m.report(a)
	})
	if m.options.StopOnError || hopeless(err) {
		m.stop(failure)
	}
}

// count changes what is counted, and tells.
func (m *mirror) count(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
	m.tell(false)
}

// report runs under m.mu.
func (m *mirror) report(a Action) {
	if m.options.Report != nil {
		m.options.Report(a)
	}
}

// progressInterval is the least time between two calls of Progress.
const progressInterval = 100 * time.Millisecond

// tell runs under m.mu.
func (m *mirror) tell(now bool) {
	if m.options.Progress == nil {
		return
	}
	if t := time.Now(); now || t.Sub(m.told) >= progressInterval {
		m.told = t
		m.options.Progress(m.progress)
	}
}

// transferOptions are those of one object's transfer by a manager, whose bytes are counted.
func (m *mirror) transferOptions(name string, moved func(int64)) func(*Options) {
	return func(o *Options) {
		if m.options.Transfer != nil {
			m.options.Transfer(name, o)
		}
		report, last := o.Progress, int64(0)
		o.Progress = func(p Progress) {
			moved(p.Bytes - last)
			last = p.Bytes
			if report != nil {
				report(p)
			}
		}
	}
}

// between sets the way from the one side to the other.
func (m *mirror) between(from, to side) {
	m.order = strings.Compare
	switch from := from.(type) {
	case *folder:
		to := to.(*keyspace)
		m.order = to.order()
		m.way = &uploads{mirror: m, from: from, to: to}
	case *keyspace:
		if to, ok := to.(*folder); ok {
			m.order = from.order()
			m.way = &downloads{mirror: m, from: from, to: to}
			return
		}
		to := to.(*keyspace)
		if from.profile.MarkerWithBucket && to.profile.MarkerWithBucket {
			m.order = byUTF16
		}
		m.way = &copies{mirror: m, from: from, to: to}
	}
}
