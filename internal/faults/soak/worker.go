package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// lane is a way to a server, through a proxy: a client and its manager, which several workers
// share, and so its retry budget, its connections and its memory.
type lane struct {
	*proxy
	client  *s3.Client
	manager *transfer.Manager
}

// worker goes through one operation after another, on objects of its own.
type worker struct {
	*lane
	*shelf
	bucket string
	dir    string // for files
	random *rand.Rand
	tally  *tally
}

// What one worker keeps at the most.
const (
	maxObjects = 24
	maxBytes   = 12 << 20
)

// grace is how long after its deadline, or its cancellation, a call may return; one that leaves an
// upload behind may take as long again as the abort of that, or a look at what became of it.
const (
	grace        = 2 * time.Second
	abortTimeout = 10 * time.Second
)

// outcome is one call of the library under way, and then what became of it.
type outcome struct {
	err       error
	cancelled bool // by the worker
	retries   int
	bytes     int64 // of objects, that came through
	took      time.Duration
}

// operation is one kind of work. weight is how often it comes up, and limit its deadline.
type operation struct {
	name   string
	weight int
	limit  time.Duration
	// needs an object that is stored.
	needs bool
	run   func(*worker, *try)
}

const (
	short = 20 * time.Second
	long  = 60 * time.Second
)

var operations = []operation{
	{"PutObject", 20, short, false, (*worker).put},
	{"PutObject of a stream", 6, short, false, (*worker).putStream},
	{"GetObject", 20, short, true, (*worker).get},
	{"GetObject with Range", 15, short, true, (*worker).getRange},
	{"HeadObject", 5, short, true, (*worker).head},
	{"ListObjectsV2", 8, short, false, (*worker).list},
	{"DeleteObject", 12, short, true, (*worker).remove},
	{"DeleteObjects", 3, short, true, (*worker).removeSome},
	{"CopyObject", 5, short, true, (*worker).copyObject},
	{"Presign and fetch", 5, short, true, (*worker).fetch},
	{"Upload of a file", 3, long, false, (*worker).uploadFile},
	{"Upload of a stream", 3, long, false, (*worker).uploadStream},
	{"NewWriter", 2, long, false, (*worker).write},
	{"Upload, cancelled and resumed", 1, long, false, (*worker).resume},
	{"Copy", 3, long, true, (*worker).copy},
	{"Download", 3, long, true, (*worker).download},
	{"DownloadFile", 4, long, true, (*worker).downloadFile},
	{"DownloadFile, cancelled and resumed", 2, long, true, (*worker).resumeDownload},
	{"Open", 4, long, true, (*worker).open},
	{"Sync up, down and with Delete", 2, long, false, (*worker).sync},
}

// work goes on up to the end of ctx. A call that is under way then is not broken off.
func (w *worker) work(ctx context.Context) {
	for ctx.Err() == nil {
		op := w.choose()
		t := &try{worker: w, operation: op}
		if op.run(w, t); t.failed {
			pause(ctx, time.Duration(w.random.Int64N(int64(rest)))) // as callers do
		}
	}
}

// rest is the most that a worker waits after a failure.
const rest = time.Second

// choose picks the next operation. Who has much deletes.
func (w *worker) choose() *operation {
	if len(w.stored) > maxObjects || w.bytes > maxBytes {
		for i := range operations {
			if operations[i].name == "DeleteObjects" {
				return &operations[i]
			}
		}
	}
	total := 0
	for i := range operations {
		total += operations[i].weight
	}
	for {
		n := w.random.IntN(total)
		for i := range operations {
			if n -= operations[i].weight; n < 0 {
				if operations[i].needs && len(w.stored) == 0 {
					break
				}
				return &operations[i]
			}
		}
	}
}

// try runs the calls of one operation.
type try struct {
	*worker
	*operation
	failed bool
}

// call runs fn, which is one call of the library, with a deadline, and now and then cancels it. It
// counts what becomes of it, and looks whether the error can be and came in time. fn answers how
// many bytes came through.
func (t *try) call(fn func(context.Context, func(*s3.Options)) (int64, error)) *outcome {
	after := time.Duration(-1)
	if t.random.IntN(40) == 0 {
		after = time.Duration(t.random.IntN(300)) * time.Millisecond
	}
	return t.callUntil(after, fn)
}

// callUntil is call with a cancellation after that time; negative: none.
func (t *try) callUntil(after time.Duration, fn func(context.Context, func(*s3.Options)) (int64, error)) *outcome {
	ctx, cancel := context.WithTimeout(context.Background(), t.limit)
	defer cancel()
	end := t.limit
	if after >= 0 {
		defer time.AfterFunc(after, cancel).Stop()
		end = after
	}
	var retries atomic.Int64
	began := time.Now()
	n, err := fn(ctx, func(o *s3.Options) {
		o.OnRetry = func(err error) {
			retries.Add(1)
			t.tally.retry(err)
		}
	})
	out := &outcome{err: err, cancelled: after >= 0, retries: int(retries.Load()), bytes: n, took: time.Since(began)}
	t.tally.operation(t.name, out)
	t.judge(out, end)
	return out
}

// judge finds what must not be in the end of a call.
func (t *try) judge(out *outcome, end time.Duration) {
	if out.err == nil {
		return
	}
	t.failed = true
	t.tally.announce(out.err)
	if _, ok := causeOf(out.err); !ok {
		t.tally.finding("%s: %v", t.name, out.err)
	}
	if kind, ok := kindOf(out.err); !ok {
		t.tally.finding("%s: an error of type %s: %v", t.name, kind, out.err)
	}
	if errors.Is(out.err, context.Canceled) && !out.cancelled {
		t.tally.finding("%s: cancelled by nobody: %v", t.name, out.err)
	}
	late := grace
	if t.limit == long {
		late += abortTimeout
	}
	if out.took > end+late {
		t.tally.finding("%s: returned %v after its end at %v: %v", t.name, (out.took - end).Round(time.Millisecond), end, out.err)
	}
}

// options of one transfer: its retries are counted.
func options(counted func(*s3.Options)) func(*transfer.Options) {
	return func(o *transfer.Options) {
		o.PartSize, o.AbortTimeout = partSize, abortTimeout
		o.ClientOptions = append(o.ClientOptions, counted)
	}
}

// partSize is the least that S3 takes (API reference, "Multipart upload limits").
const partSize = 5 << 20

// any picks an object that is stored.
func (w *worker) any() *object {
	all := w.sorted()
	return all[w.random.IntN(len(all))]
}

// small is the size of an object of one request, mostly some KiB.
func (w *worker) small() int64 {
	switch w.random.IntN(10) {
	case 0:
		return 0
	case 1, 2:
		return w.random.Int64N(256 << 10)
	}
	return w.random.Int64N(16 << 10)
}

// large is the size of an object of two or three parts.
func (w *worker) large() int64 { return partSize + 1 + w.random.Int64N(2*partSize-1) }

// file writes a content to a file of the worker's. It is the caller's to remove.
func (w *worker) file(name string, c content) (string, error) {
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, c.reader())
	return path, errors.Join(err, f.Close())
}

// local is for failures of this machine, which have nothing to do with the library.
func (t *try) local(err error) bool {
	if err != nil {
		t.tally.finding("%s: on this machine: %v", t.name, err)
	}
	return err != nil
}

// empty finds what was left in the worker's directory.
func (t *try) empty() {
	left, err := os.ReadDir(t.dir)
	if t.local(err) {
		return
	}
	for _, f := range left {
		t.tally.finding("%s: left %s behind", t.name, f.Name())
		t.local(os.RemoveAll(filepath.Join(t.dir, f.Name())))
	}
}
