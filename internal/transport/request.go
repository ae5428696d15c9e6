package transport

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Request is one call, before any attempt. The pipeline owns it while Do runs.
type Request struct {
	Service   string // for logs, spans and metrics: "S3"
	Operation string // the same: "PutObject"
	Method    string
	URL       url.URL
	// Server is the host, and port, that metrics show, where URL's names a bucket too.
	// Empty: URL's.
	Server string
	Header http.Header
	Body   *Body // nil: none
	// Stream: a 2xx answer's body goes to the caller unread. Otherwise the pipeline
	// reads the whole answer inside the attempt, so that one that breaks off is retried.
	Stream bool
	// MaxDocument bounds the answer that is read into memory; zero: 64 MiB. A longer one is
	// [ErrAnswerTooLong].
	MaxDocument int64
	// Expect asks the server to answer before the body is sent.
	Expect bool
	// Once: a repeat would do it twice. It is only sent again when the connection was
	// never made, when the server asked for less (429, 503), and as Amend says.
	Once bool
	// RetryCode is an error code for which this request is repeated beside the usual
	// ones, empty for none.
	RetryCode string
	// Sensitive names headers, beside the usual ones, that no log may show.
	Sensitive []string
}

// Attempt is one sending of a Request, as the Handler sees it.
type Attempt struct {
	Number  int       // 1, 2, ...
	Time    time.Time // the server's time, as far as known: what to sign with
	Request *http.Request
	// Body is what will be sent, nil for none. A handler may wrap it, and must then
	// set Request.ContentLength to the wrapped length.
	Body io.Reader
}

// Response is an answer. Document is its whole body, unless the request asked for
// a stream and the server answered 2xx.
type Response struct {
	*http.Response
	Document []byte
}

// Handler is what a caller of the pipeline knows and the pipeline does not.
type Handler interface {
	// Authorize signs the attempt, or gives it a token. A failure ends the call.
	Authorize(ctx context.Context, a *Attempt) error
	// Inspect returns the error that an answer means, nil for success.
	Inspect(r *Response) error
	// Amend changes the request as a refusal tells (another region, a fresh token)
	// and reports true when it should be sent again at once.
	Amend(req *Request, r *Response, err error) bool
}
