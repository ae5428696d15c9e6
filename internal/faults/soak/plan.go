package main

import (
	"iter"
	"math/rand/v2"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

// step is one fault of a plan: calm goes before it.
type step struct {
	calm, length time.Duration
	fault        fault
}

// fault is what a proxy does to the connections that go through it. Without a toxic it refuses
// connections, and breaks those that there are.
type fault struct {
	name     string
	toxic    string
	stream   string  // "upstream", "downstream"
	toxicity float32 // how many of the connections have it
	with     toxiproxy.Attributes
}

// Directions, as seen from the client.
const (
	upstream   = "upstream"
	downstream = "downstream"
)

// faultKinds make one fault each, of a random strength.
var faultKinds = []func(*rand.Rand) fault{
	func(r *rand.Rand) fault {
		return fault{"latency", "latency", either(r), 1, toxiproxy.Attributes{"latency": between(r, 50, 400), "jitter": between(r, 0, 50)}}
	},
	func(r *rand.Rand) fault { // KB/s, of each connection
		return fault{"bandwidth", "bandwidth", either(r), 1, toxiproxy.Attributes{"rate": between(r, 200, 4000)}}
	},
	func(r *rand.Rand) fault { // the answer or the request, in pieces with pauses of microseconds
		return fault{"slicer", "slicer", either(r), 1, toxiproxy.Attributes{"average_size": between(r, 200, 2000), "size_variation": 100, "delay": between(r, 10, 500)}}
	},
	func(r *rand.Rand) fault {
		return fault{"reset", "reset_peer", either(r), 0.5, toxiproxy.Attributes{"timeout": between(r, 0, 300)}}
	},
	func(r *rand.Rand) fault { // nothing comes through, and nobody says so
		return fault{"half-open", "timeout", either(r), 0.5, toxiproxy.Attributes{"timeout": 0}}
	},
	func(r *rand.Rand) fault { // the same, up to the end of the connection
		return fault{"timeout", "timeout", either(r), 0.5, toxiproxy.Attributes{"timeout": between(r, 200, 1500)}}
	},
	func(r *rand.Rand) fault {
		return fault{"slow close", "slow_close", either(r), 1, toxiproxy.Attributes{"delay": between(r, 200, 2000)}}
	},
	func(r *rand.Rand) fault { // the request or the answer is cut off, at its head or in its body
		return fault{"cut off", "limit_data", either(r), 0.7, toxiproxy.Attributes{"bytes": 1 << between(r, 5, 22)}}
	},
	func(*rand.Rand) fault { return fault{name: "refused"} },
}

func either(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return upstream
	}
	return downstream
}

func between(r *rand.Rand, least, most int) int { return least + r.IntN(most-least+1) }

// plan is what happens to one proxy, for as long as it is asked. The same seed and proxy always
// have the same.
func plan(seed uint64, proxy int) iter.Seq[step] {
	return func(yield func(step) bool) {
		r := rand.New(rand.NewPCG(seed, uint64(proxy)))
		for {
			s := step{
				calm:   time.Duration(between(r, 1000, 4000)) * time.Millisecond,
				length: time.Duration(between(r, 1000, 5000)) * time.Millisecond,
				fault:  faultKinds[r.IntN(len(faultKinds))](r),
			}
			if !yield(s) {
				return
			}
		}
	}
}
