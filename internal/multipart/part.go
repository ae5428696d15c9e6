package multipart

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/schedule"
)

// Repeater is a [Target] that may take a part twice at the same time. A part that is in
// flight for much longer than others of its size is then sent once more, in a slot that
// nobody wants; the first of the two to succeed counts, and the other is cancelled and
// waited for. UploadPart is called a second time for the number of such a part, with a
// body of its own.
type Repeater interface {
	// RepeatParts is asked once, after Begin.
	RepeatParts() bool
}

// partsPerRepeat bounds repeats: one, and one more for so many parts that were sent.
const partsPerRepeat = 1000

// errOvertaken ends the request for a part that another request has stored.
var errOvertaken = errors.New("multipart: the part was stored by another request")

// sender sends the parts of one upload.
type sender[R any] struct {
	target  Target[R]
	lane    *schedule.Lane
	tracker *Tracker
	ledger  *ledger[R]

	repeats  bool
	sent     atomic.Int64
	repeated atomic.Int64
}

func newSender[R any](target Target[R], lane *schedule.Lane, tracker *Tracker, l *ledger[R]) *sender[R] {
	s := &sender[R]{target: target, lane: lane, tracker: tracker, ledger: l}
	if r, ok := target.(Repeater); ok {
		s.repeats = r.RepeatParts()
	}
	return s
}

// sendPart sends a part, and tells how many bytes its own slot moved.
func (s *sender[R]) sendPart(ctx context.Context, p piece, slot *schedule.Slot) (int64, error) {
	progress := &partProgress{tracker: s.tracker, size: p.size}
	var receipt R
	var err error
	if s.repeats {
		r := race[R]{sender: s, piece: p, progress: progress}
		receipt, err = r.run(ctx, slot)
	} else {
		receipt, err = s.request(ctx, p, progress, 0, slot)
	}
	progress.end(err == nil)
	if err != nil {
		return 0, &PartError{Number: p.number, Offset: p.offset, Size: p.size, Err: err}
	}
	s.ledger.add(p, receipt)
	s.sent.Add(1)
	return progress.moved(0), nil
}

// request is one UploadPart.
func (s *sender[R]) request(ctx context.Context, p piece, progress *partProgress, attempt int, slot *schedule.Slot) (R, error) {
	began := time.Now()
	receipt, err := s.target.UploadPart(ctx, p.number, p.body(progress, attempt, slot))
	if err == nil && progress.moved(attempt) > 0 {
		s.lane.PartDone(p.size, time.Since(began))
	}
	return receipt, err
}

// mayRepeat counts a repeat, if there may be one more.
func (s *sender[R]) mayRepeat() bool {
	if s.repeated.Add(1) <= 1+s.sent.Load()/partsPerRepeat {
		return true
	}
	s.repeated.Add(-1)
	return false
}
