package scripted

import (
	"net/http"
	"sync"
)

// Effect is what a fault does to a request.
type Effect struct {
	// StatusCode and Code are an answer of the server's.
	StatusCode int
	Code       string
	// Drop breaks the connection instead of answering.
	Drop bool
	// After lets the work be done first.
	After bool
	// CutAfter ends the answer's body after that many bytes, and the connection with it.
	CutAfter int64
}

// Fault is what goes wrong with the requests that match: after Skip of them, with Times of them, or
// with all where that is negative. Zero is one.
type Fault[R any] struct {
	Matches     func(R) bool
	Skip, Times int
	Effect      Effect
}

// Exchange is a request on its way through a server.
type Exchange[R any] interface {
	// Operation is the API's name of it.
	Operation() string
	// Prepare says who asks and reads the body; an answer is a refusal.
	Prepare() *Answer
	// Work does what is asked.
	Work() *Answer
	// Fail is the server's answer to what went wrong, as a fault has it.
	Fail(status int, code, message string) *Answer
	// Record is what is kept of the request; status is 0 where the connection broke.
	Record(status int, code string) R
}

// Script is a server's faults, expectations and requests, of the kind R. Its zero value is ready.
// It is safe for concurrent use.
type Script[R any] struct {
	mu       sync.Mutex
	name     string
	test     TB // nil without one
	faults   []*Fault[R]
	expected []string // nil: nothing is said
	requests []R
}

// TB is what a script wants of a test.
type TB interface {
	Cleanup(func())
	Errorf(format string, args ...any)
}

// Watch has what breaks an expectation fail the test, in the server's name, and closes the server at
// the test's end.
func (s *Script[R]) Watch(t TB, name string, end func()) {
	s.mu.Lock()
	s.test, s.name = t, name
	s.mu.Unlock()
	t.Cleanup(func() {
		end()
		for _, op := range s.Outstanding() {
			t.Errorf("%s: %s was expected, and did not come", name, op)
		}
	})
}

// Inject adds faults. A request is hit by the first one that it matches and that is not used up.
func (s *Script[R]) Inject(faults ...Fault[R]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		s.faults = append(s.faults, &f)
	}
}

// ClearFaults takes all faults away.
func (s *Script[R]) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Expect says which operations come next, in this order and no others.
func (s *Script[R]) Expect(operations ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expected == nil {
		s.expected = []string{}
	}
	s.expected = append(s.expected, operations...)
}

// Outstanding are the operations that are expected and have not come yet.
func (s *Script[R]) Outstanding() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.expected...)
}

// Requests are those that came, in the order in which they were answered.
func (s *Script[R]) Requests() []R {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]R(nil), s.requests...)
}

// Serve answers a request as the script says: by its faults, or by the exchange's work.
func (s *Script[R]) Serve(w http.ResponseWriter, r *http.Request, x Exchange[R]) {
	effect := s.begin(x)
	a := answer(x, effect)
	status, code := a.Status, a.Code
	if effect.Drop {
		status, code = 0, ""
	}
	s.mu.Lock()
	s.requests = append(s.requests, x.Record(status, code))
	s.mu.Unlock()
	if effect.Drop {
		panic(http.ErrAbortHandler)
	}
	if effect.CutAfter > 0 && effect.CutAfter < int64(len(a.Body)) {
		a.Broken, a.Sent = true, int(effect.CutAfter)
	}
	a.write(w, r)
}

// begin holds the request against what is expected, and finds what goes wrong with it.
func (s *Script[R]) begin(x Exchange[R]) Effect {
	record := x.Record(0, "")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expect(x.Operation())
	for _, f := range s.faults {
		if f.Times == 0 || !f.Matches(record) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f.Effect
	}
	return Effect{}
}

// expect notes that an operation came, with the lock held.
func (s *Script[R]) expect(operation string) {
	wrong := ""
	switch {
	case s.expected == nil:
		return
	case len(s.expected) == 0:
		wrong = "when nothing more was expected"
	case s.expected[0] != operation:
		wrong = "where " + s.expected[0] + " was expected"
	default:
		s.expected = s.expected[1:]
		return
	}
	if s.test != nil {
		s.test.Errorf("%s: %s came %s", s.name, operation, wrong)
	}
}

// answer is what the request gets: the fault's, or that of the work. The body is read in any case.
func answer[R any](x Exchange[R], e Effect) *Answer {
	refusal := x.Prepare()
	if !e.After {
		switch {
		case e.StatusCode != 0:
			return x.Fail(e.StatusCode, e.Code, "as injected")
		case e.Drop:
			return &Answer{}
		}
	}
	if refusal != nil {
		return refusal
	}
	a := x.Work()
	if e.StatusCode != 0 {
		return x.Fail(e.StatusCode, e.Code, "as injected, after the work")
	}
	return a
}
