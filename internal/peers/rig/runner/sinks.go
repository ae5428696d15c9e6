package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sinkSet is one sink process per kind of connection.
type sinkSet struct {
	dir   string
	urls  map[string]string // by kind: http, https, sim
	env   []string          // the clients' environment: trusts the sinks' certificates
	procs []*exec.Cmd
}

// kinds are the sinks and their flags.
var kinds = []struct{ kind, flags string }{
	{"http", ""},
	{"https", "-tls"},
	{"sim", "-tls -latency 20ms -bw 40e6"},
	{"https-20ms", "-tls -latency 20ms"},
	{"https-100ms", "-tls -latency 100ms"},
}

func startSinks(ctx context.Context) (_ *sinkSet, err error) {
	s := &sinkSet{urls: map[string]string{}}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "rig"); err != nil {
		return nil, err
	}
	var roots []byte
	for _, k := range kinds {
		cert := filepath.Join(s.dir, k.kind+".pem")
		c := exec.CommandContext(ctx, "bin/sink", append(w(k.flags), "-addr", "127.0.0.1:0", "-cert", cert)...)
		c.Stderr = os.Stderr
		o, err := c.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := c.Start(); err != nil {
			return nil, err
		}
		s.procs = append(s.procs, c)
		line, err := bufio.NewReader(o).ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("sink %s: %w", k.kind, err)
		}
		addr := strings.TrimPrefix(strings.TrimSpace(line), "listening ")
		s.urls[k.kind] = "http://" + addr
		if k.flags != "" {
			s.urls[k.kind] = "https://" + addr
			pem, err := os.ReadFile(cert)
			if err != nil {
				return nil, err
			}
			roots = append(roots, pem...)
		}
	}
	all := filepath.Join(s.dir, "roots.pem")
	if err := os.WriteFile(all, roots, 0o600); err != nil {
		return nil, err
	}
	s.env = append(os.Environ(), "SSL_CERT_FILE="+all)
	return s, nil
}

func (s *sinkSet) stop() {
	for _, c := range s.procs {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	_ = os.RemoveAll(s.dir)
}
