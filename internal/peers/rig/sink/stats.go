package main

import (
	"log"
	"sort"
	"strconv"
	"strings"
)

type opStat struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"payload_bytes"`
	Wire  int64 `json:"wire_bytes"`
}
type statsT struct {
	Conns    int64              `json:"conns"`
	Ops      map[string]*opStat `json:"ops"`
	Modes    map[string]int64   `json:"modes"` // op | payload-hash mode -> count
	Expect   int64              `json:"expect_100"`
	Protocol string             `json:"protocol"`
}

func mode(r *req) string {
	var m []string
	s := r.h["x-amz-content-sha256"]
	switch {
	case s == "" && r.q.Get("X-Amz-Signature") != "":
		m = append(m, "presigned")
	case s == "":
	case len(s) == 64:
		m = append(m, "signed-sha256")
	default:
		m = append(m, s)
	}
	if r.chunked {
		m = append(m, "te:chunked")
	}
	if v := r.h["x-amz-trailer"]; v != "" {
		m = append(m, "trailer:"+strings.TrimPrefix(v, "x-amz-checksum-"))
	}
	for h := range r.h {
		if isChecksum(h) {
			m = append(m, "hdr:"+strings.TrimPrefix(h, "x-amz-checksum-"))
		}
	}
	if r.h["content-md5"] != "" {
		m = append(m, "content-md5")
	}
	if r.h["etag"] != "" {
		m = append(m, "etag-md5")
	}
	if r.h["expect"] != "" {
		m = append(m, "expect100")
	}
	if len(m) == 0 {
		return "none"
	}
	sort.Strings(m)
	return strings.Join(m, " ")
}

func (k *cn) note(op string, r *req) {
	r.payload = r.wire
	if v := r.h["x-amz-decoded-content-length"]; v != "" {
		r.payload, _ = strconv.ParseInt(v, 10, 64)
	}
	mu.Lock()
	o := st.Ops[op]
	if o == nil {
		o = &opStat{}
		st.Ops[op] = o
	}
	o.Count++
	o.Bytes += r.payload
	o.Wire += r.wire
	st.Modes[op+" | "+mode(r)]++
	mu.Unlock()
	if *verbose {
		log.Print(r.method, " ", r.path, "?", r.rawq, " ", op, " ", mode(r))
	}
}
