package swifttest

import "github.com/stowage-go/stowage/internal/scripted"

// Fault is what goes wrong with a request.
type Fault struct {
	// Operation, Container and Object say which requests it hits; empty: any.
	Operation, Container, Object string
	// Skip spares that many of them first.
	Skip int
	// Times is how many of them it hits. Zero: one; negative: all.
	Times int

	// StatusCode is an answer of the server's, such as 503.
	StatusCode int
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
	for _, f := range faults {
		s.script.Inject(scripted.Fault[Request]{
			Matches: f.matches, Skip: f.Skip, Times: f.Times,
			Effect: scripted.Effect{StatusCode: f.StatusCode, Drop: f.Drop, After: f.After, CutAfter: f.CutAfter},
		})
	}
}

func (f *Fault) matches(r Request) bool {
	return (f.Operation == "" || f.Operation == r.Operation) && (f.Container == "" || f.Container == r.Container) &&
		(f.Object == "" || f.Object == r.Object)
}

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() { s.script.ClearFaults() }

// Expect says which operations come next, in this order and no others: each that is not the next
// one fails the test, and so does what has not come by its end. Retries count, and so do logins:
// they are requests. Without a test ([Start]) it has no effect but on [Server.Outstanding].
func (s *Server) Expect(operations ...string) { s.script.Expect(operations...) }

// Outstanding are the operations that are expected and have not come yet.
func (s *Server) Outstanding() []string { return s.script.Outstanding() }
