package rest

import "reflect"

// Round notices a walk that comes back to where it was. It keeps one place at a time, ever longer
// (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980): a round of n steps is
// noticed within a few times n. The zero Round is ready.
type Round[Place any] struct {
	kept  Place
	steps int // since kept
	power int // of steps after which another place is kept
}

// Closed reports whether the walk was at this place before.
func (r *Round[Place]) Closed(at Place) bool {
	if r.power > 0 && reflect.DeepEqual(r.kept, at) {
		return true
	}
	if r.steps++; r.steps > r.power {
		r.kept, r.steps, r.power = at, 0, max(1, 2*r.power)
	}
	return false
}
