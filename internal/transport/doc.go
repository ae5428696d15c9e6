// Package transport sends one call over HTTP and sees it through: attempts,
// backoff, the retry budget, clock skew, redirects, idle connections, logging.
// It knows neither S3 nor Swift: what signs an attempt and what an answer means
// are functions that the caller of [Pipeline] hands in.
//
// # What is retried
//
// An attempt is repeated, after a full-jitter backoff, when
//
//   - the connection fails before an answer: refused, reset, closed early, a TLS
//     handshake that breaks off, a name server that does not answer, no answer
//     header within the time limit, no progress within the idle limit;
//   - the answer ends before its stated length while the pipeline reads it;
//   - the answer is 408, 429, 500, 502, 503 or 504;
//   - the answer carries a throttling code (SlowDown, Throttling,
//     RequestLimitExceeded, ...) or a transient one (InternalError,
//     RequestTimeout, ...), whatever its status: S3 sends both inside a 400 and
//     inside a 200.
//
// It is repeated at once, outside the count and the budget, when
//
//   - the server's clock and ours differ too much: signed anew with the server's
//     time, once;
//   - the server names another region or another host for the bucket: at most
//     two times;
//   - a token was refused and the authorizer has a fresh one: once.
//
// A request that must not take effect twice ([Request.Once]) is repeated only when the
// connection was never made, or the server asked for less.
//
// It is not repeated when the context has ended, when the certificate of the
// server is not trusted, when the name does not exist, when reading the caller's
// own body failed, or when a body that can be read only once has been touched.
// In that last case the error is the server's own, not a complaint about
// rewinding.
package transport
