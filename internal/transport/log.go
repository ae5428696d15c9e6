package transport

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
)

// LevelWire is the level at which headers are logged, redacted; attempts are logged
// at slog.LevelDebug and retries at slog.LevelInfo.
const LevelWire = slog.LevelDebug - 4

const redacted = "[redacted]"

// secretHeaders never reach a log, whole or in part.
var secretHeaders = map[string]bool{
	"Authorization": true, "Proxy-Authorization": true, "Cookie": true, "Set-Cookie": true,
	"X-Amz-Security-Token": true, "X-Auth-Token": true, "X-Auth-Key": true, "X-Subject-Token": true,
	"X-Storage-Token": true, "X-Service-Token": true,
	"X-Account-Meta-Temp-Url-Key": true, "X-Account-Meta-Temp-Url-Key-2": true,
	"X-Container-Meta-Temp-Url-Key": true, "X-Container-Meta-Temp-Url-Key-2": true,
	"X-Amz-Server-Side-Encryption-Customer-Key":                 true,
	"X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key":     true,
	"X-Amz-Server-Side-Encryption-Customer-Key-Md5":             true,
	"X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key-Md5": true,
}

// secretParams are the query parameters that are, or open, a secret.
var secretParams = map[string]bool{
	"x-amz-signature": true, "x-amz-security-token": true, "x-amz-credential": true,
	"temp_url_sig": true, "signature": true, "sig": true,
}

// headerValue lets slog print headers only when the record is really written.
type headerValue struct {
	h         http.Header
	sensitive []string
}

// LogValue is the group of headers with every secret replaced.
func (v headerValue) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(v.h))
	for name, values := range v.h {
		s := strings.Join(values, ", ")
		key := http.CanonicalHeaderKey(name)
		if secretHeaders[key] || slices.ContainsFunc(v.sensitive, func(n string) bool { return strings.EqualFold(n, name) }) {
			s = redacted
		}
		attrs = append(attrs, slog.String(key, s))
	}
	slices.SortFunc(attrs, func(a, b slog.Attr) int { return strings.Compare(a.Key, b.Key) })
	return slog.GroupValue(attrs...)
}

// RedactQuery returns the raw query with the values of secret parameters replaced.
func RedactQuery(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, _, has := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if has && (err != nil || secretParams[strings.ToLower(plain)]) {
			pairs[i] = name + "=" + redacted
		}
	}
	return strings.Join(pairs, "&")
}

func (p *Pipeline) log(ctx context.Context, r *Request, a *Attempt, resp *Response, began time.Time, timed *timings, err error) {
	if p.Logger == nil || !p.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("service", r.Service), slog.String("operation", r.Operation), slog.Int("attempt", a.Number),
		slog.String("method", r.Method), slog.String("host", r.URL.Host),
		slog.String("path", r.URL.EscapedPath()), slog.String("query", RedactQuery(r.URL.RawQuery)),
		slog.Int64("request_bytes", a.Request.ContentLength),
		slog.Duration("elapsed", p.Clock.local().Sub(began)),
	}
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("request_id", RequestID(resp.Header)))
	}
	if timed != nil {
		attrs = append(attrs, timed.attr())
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	if p.Logger.Enabled(ctx, LevelWire) {
		attrs = append(attrs, slog.Any("request_header", headerValue{a.Request.Header, r.Sensitive}))
		if resp != nil {
			attrs = append(attrs, slog.Any("answer_header", headerValue{resp.Header, r.Sensitive}))
		}
	}
	p.Logger.LogAttrs(ctx, slog.LevelDebug, "attempt", attrs...)
}

func (p *Pipeline) logRetry(ctx context.Context, r *Request, n int, wait time.Duration, paid bool, err error) {
	if p.Logger == nil {
		return
	}
	msg := "retry"
	if !paid {
		msg = "no retry: budget exhausted"
	}
	p.Logger.LogAttrs(ctx, slog.LevelInfo, msg, slog.String("service", r.Service), slog.String("operation", r.Operation),
		slog.Int("attempt", n), slog.Duration("wait", wait), slog.String("error", err.Error()))
}

// RequestID is the id under which the server knows the request, from whichever
// header its kind sends, as one line of bounded length.
func RequestID(h http.Header) string {
	for _, name := range [...]string{"X-Amz-Request-Id", "X-Openstack-Request-Id", "X-Trans-Id", "X-Amzn-Requestid"} {
		if id := h.Get(name); id != "" {
			return apierr.OneLine(id)
		}
	}
	return ""
}
