package sigv4

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The headers that a Signer writes itself.
const (
	headerDate          = "X-Amz-Date"
	headerToken         = "X-Amz-Security-Token"
	headerContentSHA256 = "X-Amz-Content-Sha256"
	headerAuthorization = "Authorization"
)

// header is one header that is signed: either the values of the request's map,
// or one value that the signer adds.
type header struct {
	name   string // as the request spells it
	values []string
	value  string
}

// own tells whether a header is the signer's to write, whatever its case.
func own(name string) bool {
	return len(name) >= len(headerDate) && (strings.EqualFold(name, headerDate) ||
		strings.EqualFold(name, headerToken) ||
		strings.EqualFold(name, headerContentSHA256) ||
		strings.EqualFold(name, headerAuthorization))
}

// signable tells whether a header of the request is signed.
func signable(name string, asked []string) bool {
	if hasPrefixFold(name, "x-amz-") || strings.EqualFold(name, "content-type") || strings.EqualFold(name, "content-md5") {
		return true
	}
	return isAsked(name, asked) && !never(name)
}

func isAsked(name string, asked []string) bool {
	for _, a := range asked {
		if strings.EqualFold(name, a) {
			return true
		}
	}
	return false
}

// never tells whether a header must not be signed: those that net/http or a
// proxy writes, changes or drops after the signature is made. Host and
// Content-Length are among them because net/http sends its own, not the map's;
// they are added from where net/http takes them.
func never(name string) bool {
	for _, n := range [...]string{
		"accept-encoding", "authorization", "connection", "content-length", "expect",
		"host", "trailer", "transfer-encoding", "user-agent",
	} {
		if strings.EqualFold(name, n) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// gatherHeaders collects and sorts the request's headers to sign. It leaves out
// those that the signer owns; the caller adds them.
func (s *scratch) gatherHeaders(r *http.Request, asked []string) error {
	for name, values := range r.Header {
		if len(values) == 0 || own(name) || !signable(name, asked) {
			continue
		}
		s.headers = append(s.headers, header{name: name, values: values})
	}
	if isAsked("content-length", asked) {
		length, sent, err := contentLength(r)
		if err != nil {
			return err
		}
		if sent {
			s.addHeader("Content-Length", strconv.FormatInt(length, 10))
		}
	}
	return nil
}

func (s *scratch) addHeader(name, value string) {
	s.headers = append(s.headers, header{name: name, value: value})
}

// contentLength is the Content-Length that net/http sends, which it takes from
// the request's field and never from its header map.
func contentLength(r *http.Request) (length int64, sent bool, err error) {
	if len(r.TransferEncoding) > 0 && r.TransferEncoding[0] == "chunked" {
		return 0, false, errors.New("sigv4: cannot sign content-length of a request with transfer-encoding chunked")
	}
	if r.Body == nil || r.Body == http.NoBody {
		// An empty body is announced only by methods that usually have one.
		return 0, r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch, nil
	}
	if r.ContentLength <= 0 {
		return 0, false, errors.New("sigv4: cannot sign content-length of a body whose length is unknown")
	}
	return r.ContentLength, true, nil
}

// sortHeaders sorts the headers gathered and writes the list of their names to
// s.names.
func (s *scratch) sortHeaders() {
	slices.SortFunc(s.headers, func(a, b header) int {
		if c := compareFold(a.name, b.name); c != 0 {
			return c
		}
		// Spellings of one name are lines of one header; net/http writes them
		// in this order.
		return cmp.Compare(a.name, b.name)
	})
	for i, h := range s.headers {
		if s.continues(i) {
			continue
		}
		if i > 0 {
			s.names = append(s.names, ';')
		}
		s.names = appendLower(s.names, h.name)
	}
}

// continues tells whether header i has the name of the one before it.
func (s *scratch) continues(i int) bool {
	return i > 0 && compareFold(s.headers[i-1].name, s.headers[i].name) == 0
}

// appendHeaders appends the canonical headers, one line each.
func (s *scratch) appendHeaders() error {
	for i, h := range s.headers {
		if s.continues(i) {
			s.canonical[len(s.canonical)-1] = ',' // go on with the line before
		} else {
			s.canonical = append(appendLower(s.canonical, h.name), ':')
		}
		if h.values == nil {
			if err := s.appendValue(h.name, h.value); err != nil {
				return err
			}
		}
		for j, v := range h.values {
			if j > 0 {
				s.canonical = append(s.canonical, ',')
			}
			if err := s.appendValue(h.name, v); err != nil {
				return err
			}
		}
		s.canonical = append(s.canonical, '\n')
	}
	return nil
}

// appendValue appends a value without the blanks around it and with each run of
// spaces within it as one. Line breaks would let a value forge further headers,
// and net/http refuses to send them.
func (s *scratch) appendValue(name, v string) error {
	v = strings.Trim(v, " \t")
	space := false
	for i := range len(v) {
		c := v[i]
		if c == '\r' || c == '\n' || c == 0 {
			return fmt.Errorf("sigv4: header %s: value holds a line break or NUL", strings.ToLower(name))
		}
		if c == ' ' && space {
			continue
		}
		space = c == ' '
		s.canonical = append(s.canonical, c)
	}
	return nil
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, lower(s[i]))
	}
	return dst
}

func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// checkHost refuses what net/http would not write as it is: it drops a host
// with such characters, and rewrites one that is not ASCII.
func checkHost(host string) error {
	if host == "" {
		return errors.New("sigv4: request has no host")
	}
	for i := range len(host) {
		switch c := host[i]; {
		case c >= 0x80:
			return errors.New("sigv4: host is not ASCII: use its punycode form")
		case c <= ' ' || c == 0x7f || strings.IndexByte(`/\?#@"<>^{}|`+"`", c) >= 0:
			return errors.New("sigv4: host holds a character that no host has")
		}
	}
	return nil
}

// withoutZone cuts the zone out of an IPv6 literal ("[fe80::1%eth0]:9000"), as
// net/http does when it writes the Host header.
func withoutZone(host string) string {
	if !strings.HasPrefix(host, "[") {
		return host
	}
	end := strings.LastIndexByte(host, ']')
	if end < 0 {
		return host
	}
	zone := strings.LastIndexByte(host[:end], '%')
	if zone < 0 {
		return host
	}
	return host[:zone] + host[end:]
}

// withoutDefaultPort cuts the port that the scheme implies.
func withoutDefaultPort(scheme, host string) string {
	switch {
	case strings.EqualFold(scheme, "https"):
		return strings.TrimSuffix(host, ":443")
	case strings.EqualFold(scheme, "http"):
		return strings.TrimSuffix(host, ":80")
	}
	return host
}
