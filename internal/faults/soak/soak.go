package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// settings of a run.
type settings struct {
	minutes  float64
	workers  int
	seed     uint64
	backends []string
}

// quarters is how many parts a run has, with a stock-taking and a sample behind each.
const quarters = 4

// lanesEach is how many proxies there are in front of a server. Their faults come at other times,
// so some workers always get on.
const lanesEach = 4

// idleTimeout of the workers' clients is short, for half-open connections to matter.
const idleTimeout = 5 * time.Second

// run is a soak.
type run struct {
	settings
	began   time.Time
	took    time.Duration
	tally   *tally
	start   sample
	quarter []quarter

	proxies *proxies
	stores  []*store
}

// store is a server under test: a bucket, and a way to it without proxies.
type store struct {
	name    string
	title   string
	bucket  string
	client  *s3.Client
	manager *transfer.Manager
	lanes   []*lane
	workers []*worker
}

// profiles are those of the servers that have what a soak does.
var profiles = map[string]func() s3.Profile{"minio": s3.MinIO, "ceph": s3.CephRGW}

// soak does a whole run. What it finds is in the tally; an error is what kept it from running.
func (r *run) soak(ctx context.Context) (err error) {
	r.began, r.tally = time.Now(), newTally()
	defer func() { r.took = time.Since(r.began) }()
	dir, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if r.proxies, err = startProxies(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.proxies.stop()) }()
	for i, name := range r.backends {
		s, err := r.open(ctx, i, name)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.close()) }()
		r.stores = append(r.stores, s)
	}
	for i := range r.workers {
		if err := r.hire(i, dir); err != nil {
			return err
		}
	}
	r.start = settled(r.clients()...)
	disturbed, calm := context.WithCancel(ctx)
	defer calm()
	for n := range quarters {
		q, err := r.runQuarter(disturbed, n)
		if err != nil {
			return err
		}
		r.quarter = append(r.quarter, q)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	for _, grown := range flat(r.quarter[0].idle, r.quarter[quarters-1].idle) {
		r.tally.finding("%s", grown)
	}
	return nil
}

// open makes the bucket and the proxies of a server.
func (r *run) open(ctx context.Context, index int, name string) (*store, error) {
	env, err := integration.Load(name)
	if err != nil {
		return nil, err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1<<40))
	if err != nil {
		return nil, err
	}
	options := s3.Options{
		Endpoint: env["S3_ENDPOINT"], Region: env["S3_REGION"], Profile: profiles[name](),
		Credentials: sigv4.Static(env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], ""),
	}
	s := &store{name: name, title: integration.ServerTitles[name], bucket: fmt.Sprintf("soak-%x", n)}
	if s.client, err = s3.New(options); err != nil {
		return nil, err
	}
	if s.manager, err = transfer.NewManager(s.client); err != nil {
		return nil, err
	}
	at, err := url.Parse(options.Endpoint)
	if err != nil {
		return nil, err
	}
	for i := range lanesEach {
		p, err := r.proxies.listen(index*lanesEach+i, fmt.Sprintf("%s-%d", name, i), at.Host)
		if err != nil {
			return nil, err
		}
		options.Endpoint, options.IdleTimeout = "http://"+p.Listen, idleTimeout
		// Every other lane retries without a budget: where there is one, faults soon use it up.
		options.RetryBudget = -(i % 2)
		l := &lane{proxy: p}
		if l.client, err = s3.New(options); err != nil {
			return nil, err
		}
		if l.manager, err = transfer.NewManager(l.client); err != nil {
			return nil, err
		}
		s.lanes = append(s.lanes, l)
	}
	_, err = s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: s.bucket})
	return s, err
}

// close deletes the bucket and all that is in it.
func (s *store) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stockLimit)
	defer cancel()
	_, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: s.bucket})
	_, aborted := s.manager.AbortIncomplete(ctx, s.bucket, "", -1)
	_, deleted := s.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: s.bucket})
	return errors.Join(err, aborted, deleted)
}

// hire makes the worker of that number.
func (r *run) hire(n int, dir string) error {
	s := r.stores[n%len(r.stores)]
	w := &worker{
		lane: s.lanes[n/len(r.stores)%len(s.lanes)], bucket: s.bucket, tally: r.tally,
		shelf:  newShelf(fmt.Sprintf("w%02d/", n), r.seed^uint64(n+1)<<32),
		dir:    filepath.Join(dir, fmt.Sprint(n)),
		random: mathrand.New(mathrand.NewPCG(r.seed, uint64(n))),
	}
	s.workers = append(s.workers, w)
	return os.Mkdir(w.dir, 0o700)
}

// clients are those that hold connections.
func (r *run) clients() (all []*http.Client) {
	for _, s := range r.stores {
		all = append(all, s.client.Options().HTTPClient)
		for _, l := range s.lanes {
			all = append(all, l.client.Options().HTTPClient)
		}
	}
	return all
}

// runQuarter has all workers work, beside faults, and takes stock when all of them have ended.
func (r *run) runQuarter(ctx context.Context, n int) (quarter, error) {
	began := time.Now()
	calls := r.tally.calls()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.minutes*float64(time.Minute)/quarters))
	defer cancel()
	var q quarter
	var busy, faults sync.WaitGroup
	working, done := context.WithCancel(context.Background())
	busy.Go(func() { q.busy = watch(working) })
	var failed []error
	var mu sync.Mutex
	var workers sync.WaitGroup
	for _, s := range r.stores {
		for _, l := range s.lanes {
			faults.Go(func() {
				if err := l.disturb(ctx, r.seed+uint64(n), r.tally); err != nil {
					mu.Lock()
					failed = append(failed, fmt.Errorf("proxy %s: %w", l.Name, err))
					mu.Unlock()
				}
			})
		}
		for _, w := range s.workers {
			workers.Go(func() { w.work(ctx) })
		}
	}
	faults.Wait()
	workers.Wait()
	done()
	busy.Wait()
	if len(failed) > 0 {
		return q, errors.Join(failed...)
	}
	for _, s := range r.stores {
		for _, l := range s.lanes {
			if err := l.clear(); err != nil {
				return q, fmt.Errorf("proxy %s: %w", l.Name, err)
			}
		}
	}
	time.Sleep(settleTime)
	for _, s := range r.stores {
		if err := s.takeStock(s.workers, r.tally); err != nil {
			return q, err
		}
	}
	q.idle = settled(r.clients()...)
	q.calls, q.took = r.tally.calls()-calls, time.Since(began)
	return q, nil
}

func (s settings) String() string {
	return fmt.Sprintf("%g minutes, %d goroutines, seed %d, %s", s.minutes, s.workers, s.seed, strings.Join(s.backends, " "))
}
