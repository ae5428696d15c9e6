package s3test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeLayout = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
)

// signature is what a request says that it is signed with.
type signature struct {
	accessKey, date, region, service string
	signedHeaders                    []string
	signature                        string
	at                               time.Time
	key                              []byte // the derived one
}

func (s *signature) scope() string {
	return s.date + "/" + s.region + "/" + s.service + "/aws4_request"
}

// authenticate verifies the signature, whether it is in the header or in the query. Forms carry
// theirs in the body; see form.
func (q *request) authenticate() *answer {
	query := q.URL.Query()
	header := q.Header.Get("Authorization")
	switch {
	case header != "" && query.Has("X-Amz-Signature"):
		return refuse(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
	case header != "":
		return q.authenticateHeader(header)
	case query.Has("X-Amz-Signature"):
		return q.authenticateQuery(query)
	case q.Operation() == operationPost:
		return nil
	}
	return refuse(http.StatusForbidden, "AccessDenied", "Access Denied")
}

func (q *request) authenticateHeader(header string) *answer {
	malformed := refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed")
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return malformed
	}
	var s signature
	var credential, headers string
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			headers = value
		case "Signature":
			s.signature = value
		}
	}
	if headers == "" || s.signature == "" || q.Header.Get("X-Amz-Date") == "" {
		return malformed
	}
	s.signedHeaders = strings.Split(headers, ";")
	if bad := q.trust(&s, credential, q.Header.Get("X-Amz-Date"), q.Header.Get("X-Amz-Security-Token")); bad != nil {
		return bad
	}
	if skew := q.now.Sub(s.at); skew > maxSkew || skew < -maxSkew {
		return refuse(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
	}
	q.payload = q.Header.Get("X-Amz-Content-Sha256")
	if q.payload == "" {
		return refuse(http.StatusBadRequest, "MissingSecurityHeader", "x-amz-content-sha256 is missing")
	}
	return q.compare(&s, q.URL.Query(), q.payload)
}

func (q *request) authenticateQuery(query url.Values) *answer {
	s := signature{signature: query.Get("X-Amz-Signature"), signedHeaders: strings.Split(query.Get("X-Amz-SignedHeaders"), ";")}
	expires, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	if query.Get("X-Amz-Algorithm") != algorithm || err != nil || expires < 1 || expires > 7*24*3600 {
		return refuse(http.StatusBadRequest, "AuthorizationQueryParametersError", "The query-string authentication is malformed")
	}
	if bad := q.trust(&s, query.Get("X-Amz-Credential"), query.Get("X-Amz-Date"), query.Get("X-Amz-Security-Token")); bad != nil {
		return bad
	}
	if q.now.After(s.at.Add(time.Duration(expires)*time.Second)) || q.now.Before(s.at.Add(-maxSkew)) {
		return refuse(http.StatusForbidden, "AccessDenied", "Request has expired")
	}
	query.Del("X-Amz-Signature")
	q.payload = "UNSIGNED-PAYLOAD"
	if hash := q.Header.Get("X-Amz-Content-Sha256"); hash != "" {
		q.payload = hash
	}
	return q.compare(&s, query, q.payload)
}

// trust completes the signature with its scope and its key, if the credential is the server's.
func (q *request) trust(s *signature, credential, date, token string) *answer {
	parts := strings.Split(credential, "/")
	at, err := time.Parse(timeLayout, date)
	if len(parts) != 5 || err != nil || parts[4] != "aws4_request" || parts[1] != date[:8] {
		return refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The credential is malformed")
	}
	s.accessKey, s.date, s.region, s.service, s.at = parts[0], parts[1], parts[2], parts[3], at
	own := q.server.options.Credentials
	switch {
	case s.accessKey != own.AccessKeyID:
		return refuse(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
	case token != own.SessionToken:
		return refuse(http.StatusBadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid.")
	case !own.Expires.IsZero() && q.now.After(own.Expires):
		return refuse(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	case s.region != q.server.options.Region || s.service != "s3":
		right := q.server.options.Region // which clients take from here, and try again
		return failure{Code: "AuthorizationHeaderMalformed", Message: "the region is wrong; expecting '" + right + "'", Region: right}.answer(http.StatusBadRequest)
	}
	s.key = []byte("AWS4" + own.SecretAccessKey)
	for _, part := range parts[1:] {
		s.key = mac(s.key, part)
	}
	return nil
}

// compare computes the signature anew from what came over the wire.
func (q *request) compare(s *signature, query url.Values, payload string) *answer {
	mismatch := refuse(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	if !slices.Contains(s.signedHeaders, "host") {
		return mismatch
	}
	for name := range q.Header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-amz-") && !q.hoisted[name] && !slices.Contains(s.signedHeaders, lower) {
			return refuse(http.StatusForbidden, "AccessDenied", "There were headers present in the request which were not signed: "+lower)
		}
	}
	var canonical strings.Builder
	canonical.WriteString(q.Method + "\n" + escape(q.URL.Path, true) + "\n" + canonicalQuery(query) + "\n")
	for _, name := range s.signedHeaders {
		canonical.WriteString(name + ":" + q.canonicalHeader(name) + "\n")
	}
	canonical.WriteString("\n" + strings.Join(s.signedHeaders, ";") + "\n" + payload)
	sum := sha256.Sum256([]byte(canonical.String()))
	date := s.at.Format(timeLayout)
	want := hex.EncodeToString(mac(s.key, algorithm+"\n"+date+"\n"+s.scope()+"\n"+hex.EncodeToString(sum[:])))
	if !hmac.Equal([]byte(want), []byte(s.signature)) {
		return mismatch
	}
	q.signature = s
	return nil
}

func (q *request) canonicalHeader(name string) string {
	switch name {
	case "host":
		return q.Host
	case "content-length":
		return strconv.FormatInt(q.ContentLength, 10)
	}
	values := slices.Clone(q.Header.Values(name))
	for i, v := range values {
		values[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(values, ",")
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for name, values := range query {
		for _, v := range values {
			pairs = append(pairs, escape(name, false)+"="+escape(v, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape percent-encodes all but RFC 3986's unreserved characters, and slashes in a path.
func escape(s string, path bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, path && c == '/':
			b.WriteByte(c)
		default:
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}
