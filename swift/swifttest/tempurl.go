package swifttest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

var tempURLMethods = []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodDelete}

// signature is one of a TempURL or a form: a digest and the hex that comes of it.
type signature struct {
	digest func() hash.Hash
	sum    []byte
}

var digests = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}

// parseSignature reads hex, whose length tells the digest, or base64 behind the digest's name.
func parseSignature(s string) (signature, bool) {
	if name, value, ok := strings.Cut(s, ":"); ok {
		value = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(value), "=")
		sum, err := base64.RawStdEncoding.DecodeString(value)
		return signature{digests[name], sum}, err == nil && digests[name] != nil
	}
	sum, err := hex.DecodeString(s)
	for _, digest := range digests {
		if err == nil && len(sum) == digest().Size() {
			return signature{digest, sum}, true
		}
	}
	return signature{}, false
}

// by tells whether one of the keys signed the message.
func (s signature) by(keys []string, message string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		mac := hmac.New(s.digest, []byte(key))
		mac.Write([]byte(message))
		return hmac.Equal(mac.Sum(nil), s.sum)
	})
}

// keys are those of the account and of the container.
func (q *request) keys() []string {
	var keys []string
	add := func(h http.Header, prefix string) {
		for _, name := range []string{prefix + "Temp-Url-Key", prefix + "Temp-Url-Key-2"} {
			if key := h.Get(name); key != "" {
				keys = append(keys, key)
			}
		}
	}
	if q.account == q.server.account {
		add(q.server.metadata, "X-Account-Meta-")
		if c := q.server.containers[q.container]; c != nil {
			add(c.header, "X-Container-Meta-")
		}
	}
	return keys
}

// verifyTempURL holds a TempURL against the keys ("Temporary URL middleware").
func (q *request) verifyTempURL() *answer {
	invalid := say(http.StatusUnauthorized, "401 Unauthorized: Temp URL invalid\n").Set("Content-Type", textHTML).Set("Www-Authenticate", `Swift realm="unknown"`)
	sig, ok := parseSignature(q.query.Get("temp_url_sig"))
	expires := q.tempURLExpires()
	if !ok || expires == 0 || expires < q.now.Unix() || strings.Trim(q.object, "/") == "" || !slices.Contains(tempURLMethods, q.Method) {
		return invalid
	}
	signed := "/v1/" + q.account + "/" + q.container + "/"
	if prefix := q.query.Get("temp_url_prefix"); !q.query.Has("temp_url_prefix") {
		signed += q.object
	} else if signed = "prefix:" + signed + prefix; !strings.HasPrefix(q.object, prefix) {
		return invalid
	}
	signed = strconv.FormatInt(expires, 10) + "\n" + signed
	inRange := ""
	if q.query.Has("temp_url_ip_range") {
		inRange = q.query.Get("temp_url_ip_range")
		if !q.from(inRange) {
			return invalid
		}
		inRange = "ip=" + inRange + "\n"
	}
	methods := []string{q.Method}
	if q.Method == http.MethodHead {
		methods = []string{http.MethodHead, http.MethodGet, http.MethodPost, http.MethodPut}
	}
	keys := q.keys()
	if !slices.ContainsFunc(methods, func(m string) bool { return sig.by(keys, inRange+m+"\n"+signed) }) {
		return invalid
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		for _, name := range []string{"X-Object-Manifest", "X-Symlink-Target", "X-Copy-From"} {
			if len(q.Header[name]) > 0 { // by which the holder would read what is not his
				return (&answer{Status: http.StatusBadRequest, Body: []byte("The header '" + name + "' is not allowed in this tempurl")}).Set("Content-Type", textHTML)
			}
		}
	}
	return nil
}

// tempURLExpires is the end in seconds; 0 when it is none.
func (q *request) tempURLExpires() int64 {
	text := q.query.Get("temp_url_expires")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if t, err := time.Parse("2006-01-02T15:04:05Z", text); err == nil {
		return t.Unix()
	}
	return 0
}

// from tells whether the client is at one of the addresses: a network, or one of them.
func (q *request) from(network string) bool {
	host, _, _ := net.SplitHostPort(q.RemoteAddr)
	at, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	if one, err := netip.ParseAddr(network); err == nil {
		return one == at.Unmap()
	}
	p, err := netip.ParsePrefix(network)
	return err == nil && p == p.Masked() && p.Contains(at.Unmap())
}

// dress takes from the answer to a TempURL what only the owner sees, and says how a browser saves it.
func (q *request) dress(a *answer) {
	for name := range a.Header {
		if strings.HasPrefix(name, "X-Object-Meta-") && !strings.HasPrefix(name, "X-Object-Meta-Public-") {
			a.Header.Del(name)
		}
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead || a.Status >= 300 {
		return
	}
	filename, inline := q.query.Get("filename"), q.query.Has("inline")
	switch {
	case inline && filename != "":
		a.Set("Content-Disposition", disposition("inline", filename))
	case inline:
		a.Set("Content-Disposition", "inline")
	case filename != "":
		a.Set("Content-Disposition", disposition("attachment", filename))
	case a.Header.Get("Content-Disposition") == "":
		a.Set("Content-Disposition", disposition("attachment", path.Base(q.object)))
	}
	a.Set("Expires", time.Unix(q.tempURLExpires(), 0).UTC().Format(http.TimeFormat))
}

func disposition(kind, filename string) string {
	escaped := quote(filename)
	return kind + `; filename="` + strings.ReplaceAll(escaped, "%20", " ") + `"; filename*=UTF-8''` + escaped
}
