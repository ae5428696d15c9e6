package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/stowage-go/stowage/s3/transfer"
)

// progress is an event of the transfer.
type progress struct {
	Kind      string `json:"kind"`
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	Bytes     int64  `json:"bytes"`
	Total     int64  `json:"total"`
	PartsDone int    `json:"partsDone"`
	Parts     int    `json:"parts"`
	Retries   int    `json:"retries"`
	Error     string `json:"error,omitempty"`
}

func transferEvent(e transfer.Event) progress {
	p := progress{
		Kind: e.Kind.String(), Bucket: e.Bucket, Key: e.Key,
		Bytes: e.Bytes, Total: e.Total, PartsDone: e.PartsDone, Parts: e.Parts, Retries: e.Retries,
	}
	if e.Err != nil {
		p.Error = e.Err.Error()
	}
	return p
}

// journal keeps all that happened, and tells it to whoever asks, from the beginning and as it
// goes on.
type journal struct {
	mu      sync.Mutex
	began   time.Time // when the first entry was made
	entries []entry
	ended   bool
	more    chan struct{} // closed when that changes
}

type entry struct{ name, data string }

func newJournal() *journal { return &journal{more: make(chan struct{})} }

// add writes what happened now.
func (j *journal) add(name string, what any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.began.IsZero() {
		j.began = time.Now()
	}
	data, err := json.Marshal(struct {
		Milliseconds float64 `json:"ms"`
		What         any     `json:"what"`
	}{float64(time.Since(j.began).Microseconds()) / 1000, what})
	if err != nil {
		return // numbers and texts can be marshalled
	}
	j.entries = append(j.entries, entry{name, string(data)})
	j.changed()
}

// end says that there will be no more.
func (j *journal) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry{"end", "{}"})
	j.ended = true
	j.changed()
}

func (j *journal) changed() {
	close(j.more)
	j.more = make(chan struct{})
}

// since answers the entries from number n on.
func (j *journal) since(n int) (entries []entry, ended bool, more <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries[min(n, len(j.entries)):], j.ended, j.more
}

// ServeHTTP answers server-sent events (HTML Living Standard). A browser whose connection broke
// says which was the last that it has.
func (j *journal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	next := 0
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil && last >= 0 {
		next = last + 1
	}
	flush := http.NewResponseController(w).Flush
	for {
		entries, ended, more := j.since(next)
		for _, e := range entries {
			if _, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", next, e.name, e.data); err != nil {
				return
			}
			next++
		}
		if flush() != nil || ended {
			return
		}
		select {
		case <-more:
		case <-r.Context().Done():
			return
		}
	}
}
