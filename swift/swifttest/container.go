package swifttest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (q *request) createContainer() *answer {
	s := q.server
	if limit := s.options.Limits.MaxContainerNameLength; len(q.container) > limit {
		return say(http.StatusBadRequest, "Container name length of %d longer than %d", len(q.container), limit)
	}
	policy := q.Header.Get("X-Storage-Policy")
	if policy != "" && !s.hasPolicy(policy) {
		return say(http.StatusBadRequest, "Invalid X-Storage-Policy '%s'", policy)
	}
	if bad := q.checkContainer(); bad != nil {
		return bad
	}
	c := s.containers[q.container]
	if c != nil && policy != "" && policy != c.policy {
		return page(http.StatusConflict)
	}
	a := page(http.StatusAccepted)
	if c == nil {
		c = s.newContainer()
		if policy != "" {
			c.policy = policy
		}
		s.containers[q.container] = c
		a = empty(http.StatusCreated)
	}
	q.changeContainer(c)
	return a
}

// checkContainer holds what a container is to be against Swift's rules.
func (q *request) checkContainer() *answer {
	for what, name := range map[string]string{"bytes": "X-Container-Meta-Quota-Bytes", "count": "X-Container-Meta-Quota-Count"} {
		if v := q.Header.Get(name); v != "" && strings.Trim(v, "0123456789") != "" {
			return (&answer{Status: http.StatusBadRequest, Body: []byte("Invalid " + what + " quota.")}).Set("Content-Type", textHTML)
		}
	}
	for entry := range strings.SplitSeq(q.Header.Get("X-Container-Write"), ",") {
		if strings.HasPrefix(strings.TrimSpace(entry), ".r") {
			return say(http.StatusBadRequest, "X-Container-Write: Referrers not allowed in write ACL: %q", strings.TrimSpace(entry))
		}
	}
	if acl := q.Header.Get("X-Container-Write"); strings.TrimSpace(acl) != "" {
		return q.refuseACL("X-Container-Write", acl)
	}
	for entry := range strings.SplitSeq(q.Header.Get("X-Container-Read"), ",") {
		entry = strings.TrimSpace(entry)
		if entry != "" && entry != rlistings && !slices.Contains(everybody, entry) {
			return q.refuseACL("X-Container-Read", entry)
		}
	}
	return q.checkMetadata("X-Container-Meta-")
}

// everybody and rlistings are the entries of an ACL that are honoured: all may read, and list.
var everybody = []string{".r:*", ".ref:*", ".referer:*", ".referrer:*"}

const rlistings = ".rlistings"

// refuseACL refuses what would be stored without effect: there is no other user to let in, and no
// Referer is looked at.
func (q *request) refuseACL(header, entry string) *answer {
	return say(http.StatusNotImplemented, "%s: swifttest does not do what %q asks for", header, entry)
}

func (q *request) changeContainer(c *container) {
	updateMetadata(c.header, q.Header, "X-Container-Meta-", "X-Container-Read", "X-Container-Write")
	c.modified = q.now
}

func (q *request) updateContainer() *answer {
	c := q.server.containers[q.container]
	if c == nil {
		return page(http.StatusNotFound)
	}
	if bad := q.checkContainer(); bad != nil {
		return bad
	}
	q.changeContainer(c)
	return empty(http.StatusNoContent)
}

func (q *request) headContainer() *answer {
	c := q.server.containers[q.container]
	if c == nil {
		return page(http.StatusNotFound)
	}
	return q.containerAnswer(c, http.StatusNoContent)
}

// ownersHeaders are told to nobody else.
var ownersHeaders = []string{
	"X-Container-Read", "X-Container-Write", "X-Container-Meta-Temp-Url-Key", "X-Container-Meta-Temp-Url-Key-2",
}

func (q *request) containerAnswer(c *container, status int) *answer {
	a := (&answer{Status: status}).Set("Content-Type", "text/plain; charset=utf-8")
	for name := range c.header {
		a.Set(name, c.header.Get(name))
	}
	if !q.owner {
		for _, name := range ownersHeaders {
			a.Header.Del(name)
		}
	}
	return a.Set("X-Container-Object-Count", strconv.Itoa(len(c.objects))).Set("X-Container-Bytes-Used", strconv.Itoa(c.bytes())).
		Set("X-Storage-Policy", c.policy).Set("X-Timestamp", stamp(c.created)).
		Set("Last-Modified", lastModified(c.modified).Format(http.TimeFormat)).Set("Accept-Ranges", "bytes")
}

func (q *request) deleteContainer() *answer {
	c := q.server.containers[q.container]
	switch {
	case c == nil:
		return page(http.StatusNotFound)
	case len(c.objects) > 0:
		return page(http.StatusConflict)
	}
	delete(q.server.containers, q.container)
	return empty(http.StatusNoContent)
}
