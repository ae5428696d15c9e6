package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
)

type result struct {
	Peer, Scenario         string
	Bytes, Ops             int64
	WallS                  float64 `json:"wall_s"`
	CPUS                   float64 `json:"cpu_s"`
	UserS                  float64 `json:"user_s"`
	SysS                   float64 `json:"sys_s"`
	MaxRSSKB               int64   `json:"maxrss_kb"`
	Mallocs                int64
	AllocBytes             int64 `json:"alloc_bytes"`
	Skip                   bool
	Err                    string
	Case, Bin, Mode, Check string
	Rep                    int
	Conns                  int64
}

type stats struct {
	Conns int64
	Ops   map[string]struct {
		Count int64 `json:"count"`
		Bytes int64 `json:"payload_bytes"`
	}
	Modes map[string]int64
}

// control talks to the sinks; the https ones have certificates made for the clients alone.
var control = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

func run(ctx context.Context, c caseT, p string, sinks *sinkSet, in string, extra ...string) (r result) {
	bin, variant, _ := strings.Cut(p, "/")
	u := sinks.urls[c.sink]
	if resp, err := control.Post(u+"/__reset", "", nil); err == nil {
		resp.Body.Close()
	}
	length := *size
	switch {
	case c.size > 0:
		length = c.size
	case strings.HasPrefix(c.name, "put-small"):
		length = 4096
	}
	if c.file {
		var err error
		if in, err = sparse(c.size); err != nil {
			return result{Err: err.Error()}
		}
	}
	args := append([]string{"-variant", variant, "-url", u, "-file", in, "-size", strconv.FormatInt(length, 10)}, c.args...)
	if *ops > 0 {
		args = append(args, "-n", strconv.Itoa(*ops))
	}
	cmd := exec.CommandContext(ctx, "bin/"+bin, append(args, extra...)...)
	cmd.Env = sinks.env
	var so, se bytes.Buffer
	cmd.Stdout, cmd.Stderr = &so, &se
	err := cmd.Run()
	if json.Unmarshal(so.Bytes(), &r) != nil {
		r.Err = fmt.Sprint(err, " ", firstLine(se.String()))
	}
	r.Case, r.Bin = c.name, p
	var s stats
	if resp, err := control.Get(u + "/__stats"); err == nil {
		json.NewDecoder(resp.Body).Decode(&s)
		resp.Body.Close()
	}
	r.Conns = s.Conns
	var best string
	for m, n := range s.Modes {
		op, md, _ := strings.Cut(m, " | ")
		switch op {
		case "UploadPart", "SwiftPut", "PutObject", "GetObject":
			if best == "" || n > s.Modes[best] {
				best, r.Mode = m, md
			}
		}
	}
	if strings.HasPrefix(r.Scenario, "up-") && r.Err == "" && !r.Skip {
		if n := s.Ops["UploadPart"].Bytes + s.Ops["PutObject"].Bytes + s.Ops["SwiftPut"].Bytes; n != length {
			r.Check = fmt.Sprintf(" (sink saw %d bytes!)", n)
		}
	}
	return r
}

func firstLine(s string) string { l, _, _ := strings.Cut(s, "\n"); return l }
