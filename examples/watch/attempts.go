package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
)

// attempt is the beginning or the end of one request that carries a part.
type attempt struct {
	ID    int64  `json:"id"`
	Part  int    `json:"part"`
	State string `json:"state"` // sending, done, failed, or left: another was faster
	Error string `json:"error,omitempty"`
}

// attempts is an http.RoundTripper below the client's retries, and so sees each request.
type attempts struct {
	next http.RoundTripper
	log  *journal
	ids  atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (a *attempts) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut {
		return a.next.RoundTrip(r)
	}
	part, err := strconv.Atoi(r.URL.Query().Get("partNumber"))
	if err != nil {
		part = 1 // a small object is sent by one PutObject
	}
	t := attempt{ID: a.ids.Add(1), Part: part, State: "sending"}
	a.log.add("attempt", t)
	answer, err := a.next.RoundTrip(r)
	switch {
	case errors.Is(err, context.Canceled):
		t.State = "left"
	case err != nil:
		t.State, t.Error = "failed", err.Error()
	case answer.StatusCode >= 300:
		t.State, t.Error = "failed", answer.Status
	default:
		t.State = "done"
	}
	a.log.add("attempt", t)
	return answer, err
}
