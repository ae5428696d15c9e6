package s3test

import "fmt"

// Fault is what goes wrong with a request.
type Fault struct {
	// Operation, Bucket, Key and PartNumber say which requests it hits; empty: any.
	Operation, Bucket, Key string
	PartNumber             int
	// Skip spares that many of them first.
	Skip int
	// Times is how many of them it hits. Zero: one; negative: all.
	Times int

	// StatusCode and Code are an answer of the server's, such as 503 SlowDown.
	StatusCode int
	Code       string
	// Drop breaks the connection instead of answering.
	Drop bool
	// After lets the work be done first, so that only its answer is lost. A connection that
	// breaks without it leaves nothing done.
	After bool
	// CutAfter ends the answer's body after that many bytes, and the connection with it.
	CutAfter int64
}

// Inject adds faults. A request is hit by the first one that it matches and that is not used up.
func (s *Server) Inject(faults ...Fault) {
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
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault is the one for this request, with the lock held.
func (s *Server) fault(q *request) *Fault {
	for _, f := range s.faults {
		if f.Operation != "" && f.Operation != q.operation || f.Bucket != "" && f.Bucket != q.bucket ||
			f.Key != "" && f.Key != q.key || f.PartNumber != 0 && f.PartNumber != q.part || f.Times == 0 {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f
	}
	return nil
}

// Expect says which operations come next, in this order and no others: each that is not the next
// one fails the test, and so does what has not come by its end. Retries count: they are requests.
// Without a test ([Start]) it has no effect but on [Server.Outstanding].
func (s *Server) Expect(operations ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expected == nil {
		s.expected = []string{}
	}
	s.expected = append(s.expected, operations...)
}

// Outstanding are the operations that are expected and have not come yet.
func (s *Server) Outstanding() []string { return s.outstanding() }

func (s *Server) outstanding() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.expected...)
}

// expect notes that an operation came, with the lock held.
func (s *Server) expect(operation string) {
	switch {
	case s.expected == nil:
	case len(s.expected) == 0:
		s.report(fmt.Sprintf("%s came when nothing more was expected", operation))
	case s.expected[0] != operation:
		s.report(fmt.Sprintf("%s came where %s was expected", operation, s.expected[0]))
	default:
		s.expected = s.expected[1:]
	}
}
