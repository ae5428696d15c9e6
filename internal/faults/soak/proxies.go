package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	control "github.com/Shopify/toxiproxy/v2/client"
	"github.com/rs/zerolog"
)

// proxiesArgument makes the process the one that holds the proxies.
const proxiesArgument = "proxies"

// serveProxies is that process: toxiproxy with its API, up to the end of its standard input. It is
// one of its own so that the heap, the goroutines and the descriptors that are measured are those
// of the library.
func serveProxies(stdin io.Reader, stdout io.Writer) error {
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics have a logger of their own
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	api := &http.Server{Handler: server.Routes(), ReadHeaderTimeout: 10 * time.Second}
	defer api.Close()
	failed := make(chan error, 1)
	go func() { failed <- api.Serve(l) }()
	if _, err := fmt.Fprintln(stdout, l.Addr()); err != nil {
		return err
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = io.Copy(io.Discard, stdin)
	}()
	select {
	case err := <-failed:
		return err
	case <-closed:
		return nil
	}
}

// proxies are that process, seen from this one.
type proxies struct {
	api   *control.Client
	child *exec.Cmd
	stdin io.Closer
}

func startProxies() (*proxies, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &proxies{child: exec.Command(self, proxiesArgument)}
	p.child.Stderr = os.Stderr
	if p.stdin, err = p.child.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.child.Start(); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the proxies did not start: %w", errors.Join(err, p.child.Wait()))
	}
	p.api = control.NewClient(strings.TrimSpace(address))
	return p, nil
}

// stop ends the process.
func (p *proxies) stop() error {
	if err := p.stdin.Close(); err != nil {
		return err
	}
	return p.child.Wait()
}

// proxy is one way to a server.
type proxy struct {
	*control.Proxy
	index int
}

// listen makes a proxy in front of the server at that address.
func (p *proxies) listen(index int, name, address string) (*proxy, error) {
	made, err := p.api.CreateProxy(name, "127.0.0.1:0", address)
	if err != nil {
		return nil, err
	}
	return &proxy{made, index}, nil
}

// disturb goes through the steps of a plan up to the end of ctx, and leaves the way clear.
func (p *proxy) disturb(ctx context.Context, seed uint64, t *tally) error {
	for s := range plan(seed, p.index) {
		if !pause(ctx, s.calm) {
			break
		}
		began := time.Now()
		if err := p.begin(s.fault); err != nil {
			return err
		}
		pause(ctx, s.length)
		if err := p.end(s.fault); err != nil {
			return err
		}
		t.fault(s.fault.name, time.Since(began))
		if ctx.Err() != nil {
			break
		}
	}
	return nil
}

func (p *proxy) begin(f fault) error {
	if f.toxic == "" {
		return p.Disable()
	}
	_, err := p.AddToxic(f.toxic, f.toxic, f.stream, f.toxicity, f.with)
	return err
}

func (p *proxy) end(f fault) error {
	if f.toxic == "" {
		return p.enable()
	}
	return p.RemoveToxic(f.toxic)
}

// enable takes its port again. Meanwhile a connection may have got that for its own end.
func (p *proxy) enable() error {
	for left := 50; ; left-- {
		err := p.Enable()
		if err == nil || left == 0 {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// clear breaks all connections, so that nothing that was given up is still under way behind it.
func (p *proxy) clear() error {
	if err := p.Disable(); err != nil {
		return err
	}
	return p.enable()
}

// pause waits; false when ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
