// Command sink is a fast in-memory S3-ish / Swift-ish HTTP/1.1 server for client
// benchmarks. It runs as its own process so that the client's rusage is clean.
//
// Cost tricks: plain-HTTP upload bodies are dropped inside the kernel
// (recv MSG_TRUNC), plain-HTTP download bodies are sendfile'd from a memfd. That
// makes it a Linux program.
//
//	GET  /__stats   JSON of what was received (ops, payload-hash modes, conns)
//	POST /__reset   zero the stats
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net"
	"strings"
	"sync"

	"github.com/stowage-go/stowage/internal/peers/rig/harness/pattern"

	"golang.org/x/sys/unix"
)

// large is a large object of Swift.
type large struct {
	size int64
	etag string
}

var (
	addr     = flag.String("addr", "127.0.0.1:9100", "listen address; port 0 picks a free one, printed on the first line")
	useTLS   = flag.Bool("tls", false, "serve https with a self-signed certificate")
	certOut  = flag.String("cert", "", "write the self-signed certificate (PEM) here")
	latency  = flag.Duration("latency", 0, "simulated RTT: added at connect, before 100-continue and before each response")
	bw       = flag.Float64("bw", 0, "bytes per second per connection, each way (0 = unlimited)")
	doMD5    = flag.Bool("md5", false, "compute the real MD5 of S3 upload bodies for the ETag (aws-chunked is decoded)")
	listKeys = flag.Int("keys", 200000, "synthetic keys in every bucket listing")
	verbose  = flag.Bool("v", false, "log requests")
)

var (
	mu     sync.Mutex
	st     = newStats()
	known  = map[string]large{} // manifests PUT through the Swift API
	memfd  int
	blob   []byte
	zeroMD = `"` + strings.Repeat("0", 32) + `"`
)

func newStats() *statsT { return &statsT{Ops: map[string]*opStat{}, Modes: map[string]int64{}} }

func main() {
	flag.Parse()
	blob = pattern.Block()
	var err error
	memfd, err = unix.MemfdCreate("sink", 0)
	check(err)
	for off := 0; off < len(blob); {
		n, err := unix.Write(memfd, blob[off:])
		check(err)
		off += n
	}
	ln, err := net.Listen("tcp", *addr)
	check(err)
	var tc *tls.Config
	if *useTLS {
		tc = selfSigned()
	}
	fmt.Println("listening", ln.Addr()) // with -addr 127.0.0.1:0 this is how the port is learnt
	for {
		c, err := ln.Accept()
		if err != nil {
			log.Fatal(err)
		}
		mu.Lock()
		st.Conns++
		mu.Unlock()
		go serve(c.(*net.TCPConn), tc)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
