package s3

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A second opinion on Signature V4 and aws-chunked, as a server forms it: written anew
// from "Authenticating Requests" and "Transferring Payload in Multiple Chunks" of the API
// reference, for obviousness and not for speed. It shares no code with package sigv4.

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hmacOf(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// received is a request as a server got it.
type received struct {
	*http.Request
	raw []byte // the body as it came

	payload   string // x-amz-content-sha256
	scope     string // date/region/s3/aws4_request
	timestamp string
	key       []byte // derived
	signature string
	signed    []string // names of the signed headers
}

// verify checks the signature, in the header or in the query, and the hash of the body.
func (r *received) verify(secret string) error {
	r.payload = r.Header.Get("X-Amz-Content-Sha256")
	query := r.URL.Query()
	var credential, names string
	if query.Has("X-Amz-Signature") {
		credential, names = query.Get("X-Amz-Credential"), query.Get("X-Amz-SignedHeaders")
		r.signature, r.timestamp = query.Get("X-Amz-Signature"), query.Get("X-Amz-Date")
		if r.payload == "" {
			r.payload = "UNSIGNED-PAYLOAD"
		}
	} else {
		m := regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$`).
			FindStringSubmatch(r.Header.Get("Authorization"))
		if m == nil {
			return fmt.Errorf("authorization is %q", r.Header.Get("Authorization"))
		}
		credential, names, r.signature, r.timestamp = m[1], m[2], m[3], r.Header.Get("X-Amz-Date")
	}
	r.signed = strings.Split(names, ";")
	for name := range r.Header {
		l := strings.ToLower(name)
		if must := strings.HasPrefix(l, "x-amz-") || l == "content-md5" || l == "content-type"; must && !strings.Contains(";"+names+";", ";"+l+";") {
			return fmt.Errorf("header %s is not signed", l)
		}
	}
	for _, never := range []string{"user-agent", "accept-encoding", "expect", "connection"} {
		if strings.Contains(";"+names+";", ";"+never+";") {
			return fmt.Errorf("header %s is signed", never)
		}
	}
	_, r.scope, _ = strings.Cut(credential, "/")
	part := strings.Split(r.scope, "/")
	if len(part) != 4 || part[2] != "s3" || !strings.HasPrefix(r.timestamp, part[0]) {
		return fmt.Errorf("scope is %q", r.scope)
	}
	r.key = []byte("AWS4" + secret)
	for _, p := range part {
		r.key = hmacOf(r.key, p)
	}
	canonical, err := r.canonical(names)
	if err != nil {
		return err
	}
	text := "AWS4-HMAC-SHA256\n" + r.timestamp + "\n" + r.scope + "\n" + hexSHA256([]byte(canonical))
	if want := hex.EncodeToString(hmacOf(r.key, text)); want != r.signature {
		return fmt.Errorf("signature of %s %s is wrong; canonical request:\n%s", r.Method, r.RequestURI, canonical)
	}
	if len(r.payload) == 64 && r.payload != hexSHA256(r.raw) {
		return errors.New("XAmzContentSHA256Mismatch")
	}
	return nil
}

func (r *received) canonical(names string) (string, error) {
	target, query, _ := strings.Cut(r.RequestURI, "?")
	path, err := url.PathUnescape(target)
	if err != nil {
		return "", err
	}
	var params []string
	for _, p := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(p, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err := errors.Join(err1, err2); err != nil {
			return "", err
		}
		if p != "" && n != "X-Amz-Signature" {
			// A separator below every character that can stand in either.
			params = append(params, escaped(n)+"\x00"+escaped(v))
		}
	}
	sort.Strings(params)
	headers := ""
	for _, name := range strings.Split(names, ";") {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{strconv.FormatInt(r.ContentLength, 10)}
		}
		if len(values) == 0 {
			return "", fmt.Errorf("signed header %s did not come", name)
		}
		for i, v := range values {
			values[i] = strings.Join(strings.Fields(v), " ")
		}
		headers += name + ":" + strings.Join(values, ",") + "\n"
	}
	return strings.Join([]string{
		r.Method, strings.ReplaceAll(escaped(path), "%2F", "/"),
		strings.ReplaceAll(strings.Join(params, "&"), "\x00", "="), headers, names, r.payload,
	}, "\n"), nil
}

func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// content takes the aws-chunked framing off the body and checks the signature of every
// chunk and of the trailer. A body that is not framed comes back as it is.
func (r *received) content() (body []byte, trailer map[string]string, err error) {
	if !strings.HasPrefix(r.payload, "STREAMING-") {
		return r.raw, nil, nil
	}
	signed := strings.HasPrefix(r.payload, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
	trails := strings.HasSuffix(r.payload, "-TRAILER")
	previous, rest := r.signature, r.raw
	line := func() (string, error) {
		l, after, ok := bytes.Cut(rest, []byte("\r\n"))
		if !ok {
			return "", fmt.Errorf("no line in %q", rest)
		}
		rest = after
		return string(l), nil
	}
	check := func(algorithm, hash, got string) error {
		text := algorithm + "\n" + r.timestamp + "\n" + r.scope + "\n" + previous + "\n" + hash
		previous = hex.EncodeToString(hmacOf(r.key, text))
		if got != previous {
			return fmt.Errorf("%s signature is wrong", algorithm)
		}
		return nil
	}
	for last := false; !last; {
		head, err := line()
		if err != nil {
			return nil, nil, err
		}
		size, ext, _ := strings.Cut(head, ";")
		n, err := strconv.ParseInt(size, 16, 32)
		if err != nil || int64(len(rest)) < n {
			return nil, nil, fmt.Errorf("chunk %q", head)
		}
		last = n == 0
		chunk := rest[:n]
		rest = rest[n:]
		body = append(body, chunk...)
		if signed {
			if err := check("AWS4-HMAC-SHA256-PAYLOAD", hexSHA256(nil)+"\n"+hexSHA256(chunk), strings.TrimPrefix(ext, "chunk-signature=")); err != nil {
				return nil, nil, err
			}
		} else if ext != "" {
			return nil, nil, fmt.Errorf("chunk %q", head)
		}
		if last && trails {
			break
		}
		if l, err := line(); err != nil || l != "" {
			return nil, nil, fmt.Errorf("chunk ends with %q, %w", l, err)
		}
	}
	if trails {
		trailer = map[string]string{}
		text := ""
		for {
			l, err := line()
			if err != nil {
				return nil, nil, err
			}
			if l == "" {
				break
			}
			name, value, _ := strings.Cut(l, ":")
			if name != "x-amz-trailer-signature" {
				trailer[name] = value
				text += l + "\n"
				continue
			}
			if err := check("AWS4-HMAC-SHA256-TRAILER", hexSHA256([]byte(text)), value); err != nil {
				return nil, nil, err
			}
			signed = false
		}
		if signed {
			return nil, nil, errors.New("trailer is not signed")
		}
	}
	if len(rest) > 0 {
		return nil, nil, fmt.Errorf("%d bytes behind the end", len(rest))
	}
	return body, trailer, nil
}

// fresh checks a presigned URL's time.
func (r *received) fresh(now time.Time) error {
	at, err := time.Parse(amzDate, r.timestamp)
	if err != nil {
		return err
	}
	seconds, err := strconv.Atoi(r.URL.Query().Get("X-Amz-Expires"))
	if err != nil {
		return err
	}
	if now.Before(at) || now.After(at.Add(time.Duration(seconds)*time.Second)) {
		return errors.New("the URL has expired")
	}
	return nil
}
