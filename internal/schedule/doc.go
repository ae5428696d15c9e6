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
// How many slots there are may follow the way and the server: the number climbs while
// the throughput of windows of finished requests rises with it, goes back a step when it
// does not, and tries again every 15 seconds; it falls by three tenths, at most once a
// second, when an attempt meets a server that asks for less, and comes back one by one. It
// stays between 1 and Options.Concurrency. Requests that are in flight when it falls go on.
//
// A request that is slow may be made a second time in a slot from [Lane.Spare], which is
// one that no lane wants. [Lane.SlowPart] tells when a part is slow.
//
// # Bandwidth
//
// Bodies that are read through a [Limiter] share a number of
// bytes per second, in bursts of a fiftieth of a second.
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
