package scripted

import (
	"net/http"
	"strconv"
)

// Answer is a whole answer in memory.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Code   string // of an error
	// Broken ends the connection after the first Sent bytes of the body.
	Broken bool
	Sent   int
}

// Set sets a header, unless the value is empty.
func (a *Answer) Set(name, value string) *Answer {
	if value != "" {
		if a.Header == nil {
			a.Header = http.Header{}
		}
		a.Header.Set(name, value)
	}
	return a
}

func (a *Answer) write(w http.ResponseWriter, r *http.Request) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	if w.Header().Get("Content-Length") == "" && a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	if r.Method == http.MethodHead {
		return
	}
	if a.Broken {
		_, _ = w.Write(a.Body[:a.Sent])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.Body)
}
