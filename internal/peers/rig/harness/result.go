package harness

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Result is the JSON line.
type Result struct {
	Peer       string  `json:"peer"`
	Scenario   string  `json:"scenario"`
	Bytes      int64   `json:"bytes"`
	Ops        int64   `json:"ops"`
	WallS      float64 `json:"wall_s"`
	CPUS       float64 `json:"cpu_s"`
	UserS      float64 `json:"user_s"`
	SysS       float64 `json:"sys_s"`
	MaxRSSKB   int64   `json:"maxrss_kb"`
	Mallocs    uint64  `json:"mallocs"`
	AllocBytes uint64  `json:"alloc_bytes"`
	NumGC      uint32  `json:"num_gc"`
	Skip       bool    `json:"skip,omitempty"`
	Err        string  `json:"err,omitempty"`
}

func cpu() (user, sys float64) {
	var ru syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	tv := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return tv(ru.Utime), tv(ru.Stime)
}

// hwm is VmHWM: unlike ru_maxrss it is not inherited through exec.
func hwm() int64 {
	b, _ := os.ReadFile("/proc/self/status")
	if i := bytes.Index(b, []byte("VmHWM:")); i >= 0 {
		f := strings.Fields(string(b[i+6 : i+40]))
		n, _ := strconv.ParseInt(f[0], 10, 64)
		return n
	}
	var ru syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	return ru.Maxrss
}
