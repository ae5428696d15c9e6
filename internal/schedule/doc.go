// Package schedule shares requests in flight, memory and bandwidth among all transfers
// of one manager.
//
// # Requests
//
// A transfer has a [Lane], and each of its requests that carries data a [Slot]. A free
// slot goes to the lane with the fewest requests in flight, and among equals to the one
// that has waited longest since its last turn. So many transfers share the slots
// equally, a lone one has them all, and the single request of a small object is at most
// one free slot away however long the queue of a large one is. A turn costs O(log n)
// with n lanes that wait, and nothing runs while nothing ends.
//
// # Memory
//
// Transfers that need buffers have a share of one budget, [Memory]. A buffer is waited
// for before a slot, never the other way, and whoever waits for one has none that others
// wait for: buffers whose request is under way come free by themselves. The exception is
// the first buffer of a stream of unknown length, which grows from 64 KiB while it is
// held. Such buffers are lent only as long as the largest full part among them still
// fits beside all of them, and their growth goes before all other asks; so there is
// always one that can be served. Asks are otherwise served in order, that a large one
// does not starve. A part above the whole budget is lent when nothing else is.
//
// What no budget can do is to guess that readers depend on each other: a goroutine that
// feeds more streams in turn than the budget has parts blocks itself, once each of them
// but the one it is writing to waits with its part half full.
package schedule
