package swifttest

import (
	"net/http"
	"slices"
	"strings"
)

const corsPrefix = "X-Container-Meta-Access-Control-"

// allowedMethods are those that a page of another origin may use.
var allowedMethods = []string{"HEAD", "GET", "PUT", "POST", "OPTIONS", "DELETE", "COPY"}

// cors is the container's rules, nil when they don't allow the request's origin; allowed is what the
// browser is told of it.
func (q *request) cors() (rules http.Header, allowed string) {
	origin := q.Header.Get("Origin")
	c := q.server.containers[q.container]
	if origin == "" || c == nil {
		return nil, ""
	}
	origins := strings.Fields(c.header.Get(corsPrefix + "Allow-Origin"))
	switch {
	case len(origins) == 1 && origins[0] == "*":
		return c.header, "*"
	case slices.Contains(origins, "*"), slices.Contains(origins, origin):
		return c.header, origin
	}
	return nil, ""
}

// preflight answers a browser that asks before it sends ("Cross-origin resource sharing").
func (q *request) preflight() *answer {
	a := empty(http.StatusOK).Set("Allow", strings.Join(allowedMethods, ", "))
	if q.Header.Get("Origin") == "" {
		return a
	}
	rules, _ := q.cors()
	if rules == nil || !slices.Contains(allowedMethods, q.Header.Get("Access-Control-Request-Method")) {
		a.Status = http.StatusUnauthorized
		return a
	}
	return a.Set("Access-Control-Allow-Methods", strings.Join(allowedMethods, ", ")).
		Set("Access-Control-Allow-Headers", q.Header.Get("Access-Control-Request-Headers")).
		Set("Access-Control-Max-Age", rules.Get(corsPrefix+"Max-Age"))
}

// exposed are the headers that pages may always read.
var exposed = []string{
	"cache-control", "content-language", "content-type", "expires", "last-modified", "pragma", "etag",
	"x-timestamp", "x-trans-id", "x-openstack-request-id",
}

// share tells a browser whose page may read the answer, and what of it.
func (q *request) share(a *answer) {
	rules, allowed := q.cors()
	if rules == nil {
		return
	}
	a.Set("Access-Control-Allow-Origin", allowed)
	if allowed != "*" {
		a.Set("Vary", "Origin")
	}
	if q.Method == http.MethodOptions {
		return
	}
	names := slices.Clone(exposed)
	for name := range a.Header {
		if strings.HasPrefix(name, "X-Container-Meta") || strings.HasPrefix(name, "X-Object-Meta") {
			names = append(names, strings.ToLower(name))
		}
	}
	names = append(names, strings.Fields(strings.ToLower(rules.Get(corsPrefix+"Expose-Headers")))...)
	a.Set("Access-Control-Expose-Headers", strings.Join(names, ", "))
}
