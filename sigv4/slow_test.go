package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"sort"
	"strings"
)

// A second implementation of Signature V4, written from its description and for
// obviousness only. It works on a request as a server receives it.

func slowHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func slowHMAC(key, msg string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(msg))
	return string(h.Sum(nil))
}

func slowKey(secret, date, region, service string) string {
	return slowHMAC(slowHMAC(slowHMAC(slowHMAC("AWS4"+secret, date), region), service), "aws4_request")
}

func slowPolicySignature(policy string, p Params, date, service string) string {
	return hex.EncodeToString([]byte(slowHMAC(slowKey(p.Credentials.SecretAccessKey, date, p.Region, service), policy)))
}

// slowEscape escapes all but the unreserved characters.
func slowEscape(s string) string {
	out := ""
	for _, b := range []byte(s) {
		if strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", rune(b)) {
			out += string(rune(b))
		} else {
			out += fmt.Sprintf("%%%02X", b)
		}
	}
	return out
}

func slowEscapePath(s string) string { return strings.ReplaceAll(slowEscape(s), "%2F", "/") }

// slowPath is the canonical path in S3 mode: decode, encode.
func slowPath(escaped string) (string, error) {
	if escaped == "" {
		return "/", nil
	}
	if escaped[0] != '/' {
		return "", fmt.Errorf("relative path")
	}
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		return "", err
	}
	return slowEscapePath(plain), nil
}

// slowGenericPath is the canonical path of the other services: clean, encode
// what is on the wire.
func slowGenericPath(escaped string) (string, error) {
	if _, err := slowPath(escaped); err != nil {
		return "", err
	}
	clean := path.Clean(escaped)
	if escaped == "" {
		clean = "/"
	}
	if clean != "/" && regexp.MustCompile(`/\.{0,2}$`).MatchString(escaped) {
		clean += "/" // path.Clean takes the last slash away
	}
	return slowEscapePath(clean), nil
}

// slowQuery is the canonical query without the parameters to leave out.
func slowQuery(raw string, without ...string) (string, error) {
	type param struct{ name, value string }
	var params []param
	for _, part := range strings.Split(raw, "&") {
		if part == "" {
			continue
		}
		if regexp.MustCompile("[\x00-\x20\x7f]").MatchString(part) {
			return "", fmt.Errorf("raw control character")
		}
		name, value, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return "", err
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return "", err
		}
		params = append(params, param{slowEscape(name), slowEscape(value)})
	}
	sort.Slice(params, func(i, j int) bool {
		if params[i].name != params[j].name {
			return params[i].name < params[j].name
		}
		return params[i].value < params[j].value
	})
	out := []string{}
next:
	for _, p := range params {
		for _, w := range without {
			if p.name == w {
				continue next
			}
		}
		out = append(out, p.name+"="+p.value)
	}
	return strings.Join(out, "&"), nil
}

// slowSignature signs a received request again, with the names, the scope and
// the time that it claims.
func slowSignature(r *http.Request, secret, scope, timestamp, names, hash string, generic bool) (string, error) {
	target, query, _ := strings.Cut(r.RequestURI, "?")
	canonicalPath := slowPath
	if generic {
		canonicalPath = slowGenericPath
	}
	p, err := canonicalPath(target)
	if err != nil {
		return "", err
	}
	q, err := slowQuery(query, "X-Amz-Signature")
	if err != nil {
		return "", err
	}
	headers := ""
	for _, name := range strings.Split(names, ";") {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{fmt.Sprint(r.ContentLength)}
		}
		if len(values) == 0 {
			return "", fmt.Errorf("signed header %s was not sent", name)
		}
		for i, v := range values {
			if i == 0 {
				headers += name + ":"
			} else {
				headers += ","
			}
			headers += regexp.MustCompile(" +").ReplaceAllString(strings.Trim(v, " \t"), " ")
		}
		headers += "\n"
	}
	canonical := strings.Join([]string{r.Method, p, q, headers, names, hash}, "\n")
	part := strings.Split(scope, "/")
	key := slowKey(secret, part[0], part[1], part[2])
	text := strings.Join([]string{"AWS4-HMAC-SHA256", timestamp, scope, slowHash(canonical)}, "\n")
	return hex.EncodeToString([]byte(slowHMAC(key, text))), nil
}

// slowVerify checks a received request, signed in either place.
func slowVerify(r *http.Request, p Params, service string, generic bool) error {
	date := p.Time.UTC().Format("20060102")
	scope := date + "/" + p.Region + "/" + service + "/aws4_request"
	timestamp := p.Time.UTC().Format("20060102T150405Z")
	hash := r.Header.Get("X-Amz-Content-Sha256")

	query := r.URL.Query()
	if got := query.Get("X-Amz-Signature"); got != "" {
		if hash == "" && !generic {
			hash = "UNSIGNED-PAYLOAD"
		} else if hash == "" {
			hash = slowHash("")
		}
		if query.Get("X-Amz-Credential") != p.Credentials.AccessKeyID+"/"+scope {
			return fmt.Errorf("credential is %q", query.Get("X-Amz-Credential"))
		}
		want, err := slowSignature(r, p.Credentials.SecretAccessKey, scope, query.Get("X-Amz-Date"), query.Get("X-Amz-SignedHeaders"), hash, generic)
		if err != nil {
			return err
		}
		if got != want || query.Get("X-Amz-Date") != timestamp {
			return fmt.Errorf("signature of %s differs", r.RequestURI)
		}
		return nil
	}

	if hash == "" {
		hash = slowHash("")
	}
	m := regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$`).FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil || m[1] != p.Credentials.AccessKeyID+"/"+scope {
		return fmt.Errorf("authorization is %q", r.Header.Get("Authorization"))
	}
	for name := range r.Header {
		if l := strings.ToLower(name); strings.HasPrefix(l, "x-amz-") && !strings.Contains(";"+m[2]+";", ";"+l+";") {
			return fmt.Errorf("header %s was sent and not signed", name)
		}
	}
	want, err := slowSignature(r, p.Credentials.SecretAccessKey, scope, r.Header.Get("X-Amz-Date"), m[2], hash, generic)
	if err != nil {
		return err
	}
	if m[3] != want || r.Header.Get("X-Amz-Date") != timestamp {
		return fmt.Errorf("signature of %s differs", r.RequestURI)
	}
	return nil
}
