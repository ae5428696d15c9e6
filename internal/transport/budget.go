package transport

import "sync"

// What one retry takes out of a [Budget], and what one untroubled call puts back.
const (
	DefaultBudget  = 500 // tokens a new budget holds
	costRetry      = 5   // after an answer
	costConnection = 10  // after a failed connection or a timeout: dearer, since it held a connection
	refund         = 1   // a call that needed no retry
)

// Budget is a token bucket that all calls of a client share, so that a server in
// trouble is not met by every caller's full set of retries. A nil Budget never
// runs out.
type Budget struct {
	mu       sync.Mutex
	tokens   int
	capacity int
}

// NewBudget returns a full budget of that many tokens.
func NewBudget(tokens int) *Budget {
	return &Budget{tokens: tokens, capacity: tokens}
}

// take removes cost tokens, or none and reports false when there are too few.
func (b *Budget) take(cost int) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < cost {
		return false
	}
	b.tokens -= cost
	return true
}

// put returns tokens, up to the capacity.
func (b *Budget) put(n int) {
	if b == nil {
		return
	}
	b.mu.Lock()
	b.tokens = min(b.tokens+n, b.capacity)
	b.mu.Unlock()
}

// left is how many tokens there are.
func (b *Budget) left() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tokens
}
