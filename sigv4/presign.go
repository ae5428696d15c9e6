package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The shortest and the longest time that a presigned URL may live.
const (
	MinPresignExpires = time.Second
	MaxPresignExpires = 7 * 24 * time.Hour
)

// PresignHTTP signs r in its query and answers the URL, which works from the
// time of signing for the time given in expires: 1 second to 7 days, cut to
// whole seconds. (Temporary credentials end it earlier.) r stays unchanged.
//
// signed are the headers that must be sent with the URL, exactly as they are
// there; nil when the URL alone is enough. They are the request's Content-Type,
// Content-Md5, X-Amz-* and Params.SignHeaders, the X-Amz-Content-Sha256 of a
// payload hash that was given, and Host if r.Host is not the URL's.
//
// The URL has its query (and in S3 mode its path) in canonical escaping and no
// default port, so that each client sends what was signed. A query that is
// signed already is signed anew. The form is that of "Authenticating Requests:
// Using Query Parameters" in the S3 API reference. Errors are those of SignHTTP,
// and an expiry out of range.
func (s *Signer) PresignHTTP(r *http.Request, p Params, expires time.Duration) (url string, signed http.Header, err error) {
	if expires < MinPresignExpires || expires > MaxPresignExpires {
		return "", nil, fmt.Errorf("sigv4: presigned URL expires in %v: want %v to %v", expires, MinPresignExpires, MaxPresignExpires)
	}
	m := s.acquire()
	defer s.release(m)
	return s.presignHTTP(m, r, p, expires)
}

func (s *Signer) presignHTTP(m *scratch, r *http.Request, p Params, expires time.Duration) (url string, signed http.Header, err error) {
	hash := p.PayloadHash
	if hash == "" && s.sendHash {
		hash = UnsignedPayload
	}
	if hash, err = s.check(r, p, hash); err != nil {
		return "", nil, err
	}
	sig := Signature{}
	if sig.time, err = formatTime(p.Time); err != nil {
		return "", nil, err
	}
	urlHost, host, err := presignHosts(r)
	if err != nil {
		return "", nil, err
	}

	m.addHeader("Host", host)
	// A payload hash travels as a header, which servers read in presigned
	// requests too; without one they take the payload as unsigned.
	if s.sendHash && hash != UnsignedPayload || isAsked(headerContentSHA256, p.SignHeaders) ||
		!s.sendHash && hasHeader(r.Header, headerContentSHA256) {
		m.addHeader(headerContentSHA256, hash)
	}
	if err := m.gatherHeaders(r, p.SignHeaders); err != nil {
		return "", nil, err
	}
	m.sortHeaders()
	signed = m.mustSend(host != withoutZone(urlHost))

	if err := s.addPresignQuery(m, r.URL.RawQuery, p, &sig, expires); err != nil {
		return "", nil, err
	}
	if err := s.buildCanonical(m, r, "", hash); err != nil {
		return "", nil, err
	}
	s.sign(m, &sig, p)

	m.text = append(append(m.text[:0], r.URL.Scheme...), "://"...)
	m.text = appendURLHost(m.text, urlHost)
	if path := r.URL.EscapedPath(); s.encodeAgain && path != "" {
		m.text = append(m.text, path...) // what is signed is made of this
	} else {
		m.text = append(m.text, m.canonical[m.pathAt:m.queryAt-1]...)
	}
	m.text = append(m.text, '?')
	m.text = append(m.text, m.canonical[m.queryAt:m.queryEnd]...)
	m.text = append(append(m.text, "&X-Amz-Signature="...), sig.hex[:]...)
	return string(m.text), signed, nil
}

// presignHosts answers the host that goes into the URL and the one that is
// signed, which a client sends as Host.
func presignHosts(r *http.Request) (urlHost, host string, err error) {
	if r.URL.Scheme == "" {
		return "", "", errors.New("sigv4: URL to presign has no scheme")
	}
	if err := checkHost(r.URL.Host); err != nil {
		return "", "", err
	}
	urlHost = withoutDefaultPort(r.URL.Scheme, r.URL.Host)
	host = urlHost
	if r.Host != "" && r.Host != r.URL.Host {
		if err := checkHost(r.Host); err != nil {
			return "", "", err
		}
		host = r.Host
	}
	return urlHost, withoutZone(host), nil
}

// addPresignQuery gathers the query of a presigned URL, without the signature.
func (s *Signer) addPresignQuery(m *scratch, raw string, p Params, sig *Signature, expires time.Duration) error {
	if err := m.addQuery(raw, presignParam); err != nil {
		return err
	}
	addParam(m, "X-Amz-Algorithm", algorithm)
	m.text = append(append(m.text[:0], p.Credentials.AccessKeyID...), '/')
	m.text = s.appendScope(m.text, sig, p.Region)
	addParam(m, "X-Amz-Credential", m.text)
	addParam(m, headerDate, sig.time[:])
	m.text = strconv.AppendInt(m.text[:0], int64(expires/time.Second), 10)
	addParam(m, "X-Amz-Expires", m.text)
	if p.Credentials.SessionToken != "" {
		addParam(m, headerToken, p.Credentials.SessionToken)
	}
	addParam(m, "X-Amz-SignedHeaders", m.names)
	return nil
}

// presignParam tells whether a query parameter belongs to a signature.
func presignParam(name []byte) bool {
	switch string(name) {
	case "X-Amz-Algorithm", "X-Amz-Credential", headerDate, "X-Amz-Expires",
		headerToken, "X-Amz-SignedHeaders", "X-Amz-Signature":
		return true
	}
	return false
}

// mustSend copies the headers that are signed, Host only if it is not the
// URL's; nil if there are none.
func (s *scratch) mustSend(host bool) http.Header {
	names, values := 0, 0
	for _, h := range s.headers {
		names++
		values += max(1, len(h.values))
	}
	if names == 1 && !host { // the host itself
		return nil
	}
	signed := make(http.Header, names)
	all := make([]string, 0, values)
	for _, h := range s.headers {
		if h.name == "Host" && !host {
			continue
		}
		start := len(all)
		if h.values == nil {
			all = append(all, h.value)
		} else {
			all = append(all, h.values...)
		}
		signed[h.name] = slices.Clip(all[start:])
	}
	return signed
}

// appendURLHost appends a host as a URL spells it: the '%' before an IPv6 zone
// is escaped (RFC 6874).
func appendURLHost(dst []byte, host string) []byte {
	if zone := strings.IndexByte(host, '%'); zone >= 0 {
		dst = append(append(dst, host[:zone]...), "%25"...)
		host = host[zone+1:]
	}
	return append(dst, host...)
}
