package schedule

import "container/heap"

// queue are the lanes that wait and may be given a slot, the next one first: fewest
// requests in flight, then longest since its turn.
type queue []*Lane

func (q *queue) push(l *Lane) { heap.Push(q, l) }

func (q *queue) fix(l *Lane) { heap.Fix(q, l.at) }

func (q *queue) remove(l *Lane) {
	if l.at >= 0 {
		heap.Remove(q, l.at)
	}
}

// Len, Less, Swap, Push and Pop are for package heap.
func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if q[i].busy != q[j].busy {
		return q[i].busy < q[j].busy
	}
	return q[i].turn < q[j].turn
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].at, q[j].at = i, j
}

func (q *queue) Push(x any) {
	l := x.(*Lane)
	l.at = len(*q)
	*q = append(*q, l)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	l := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	l.at = -1
	return l
}

// waitlist are slots that wait, in order.
type waitlist struct{ first, last *Slot }

func (w *waitlist) empty() bool { return w.first == nil }

func (w *waitlist) push(s *Slot) {
	s.before = w.last
	if w.last == nil {
		w.first = s
	} else {
		w.last.after = s
	}
	w.last = s
}

func (w *waitlist) pop() *Slot {
	s := w.first
	w.remove(s)
	return s
}

func (w *waitlist) remove(s *Slot) {
	if s.before == nil {
		w.first = s.after
	} else {
		s.before.after = s.after
	}
	if s.after == nil {
		w.last = s.before
	} else {
		s.after.before = s.before
	}
	s.before, s.after = nil, nil
}
