package swifttest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// updateMetadata changes metadata as POST does: what is named is set, or goes where it is empty or is
// named with X-Remove-; the rest stays. prefix is "X-Container-Meta-", and the headers that are
// treated alike have their names in others.
func updateMetadata(kept, h http.Header, prefix string, others ...string) {
	for name := range h {
		set := name
		remove := strings.HasPrefix(name, "X-Remove-")
		if remove {
			set = "X-" + strings.TrimPrefix(name, "X-Remove-")
		}
		switch {
		case !strings.HasPrefix(set, prefix) && !slices.Contains(others, set):
		case remove || h.Get(name) == "":
			kept.Del(set)
		default:
			kept.Set(set, h.Get(name))
		}
	}
}

func (q *request) headAccount() *answer { return q.accountAnswer(http.StatusNoContent) }

func (q *request) accountAnswer(status int) *answer {
	s := q.server
	a := (&answer{Status: status}).Set("Content-Type", "text/plain; charset=utf-8")
	for name := range s.metadata {
		a.Set(name, s.metadata.Get(name))
	}
	type count struct{ containers, objects, bytes int }
	counts := map[string]*count{"": {}}
	for _, c := range s.containers {
		if counts[c.policy] == nil {
			counts[c.policy] = &count{}
		}
		for _, n := range []*count{counts[""], counts[c.policy]} {
			n.containers++
			n.objects += len(c.objects)
			n.bytes += c.bytes()
		}
	}
	for policy, n := range counts {
		prefix := "X-Account-"
		if policy != "" {
			prefix += "Storage-Policy-" + policy + "-"
		}
		a.Set(prefix+"Container-Count", strconv.Itoa(n.containers)).Set(prefix+"Object-Count", strconv.Itoa(n.objects)).
			Set(prefix+"Bytes-Used", strconv.Itoa(n.bytes))
	}
	return a.Set("X-Timestamp", stamp(s.created)).Set("Accept-Ranges", "bytes")
}

func (q *request) updateAccount() *answer {
	for _, name := range []string{"X-Account-Meta-Quota-Bytes", "X-Remove-Account-Meta-Quota-Bytes"} {
		if len(q.Header[name]) > 0 { // which only resellers may
			return page(http.StatusForbidden)
		}
	}
	if bad := q.checkMetadata("X-Account-Meta-"); bad != nil {
		return bad
	}
	updateMetadata(q.server.metadata, q.Header, "X-Account-Meta-")
	return empty(http.StatusNoContent)
}
