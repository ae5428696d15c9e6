package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
)

// verdict is what a failed attempt deserves.
type verdict int

const (
	final      verdict = iota
	transient          // the same again may well succeed
	throttled          // the same, but the server asks for less
	connection         // no answer came
)

func (v verdict) cost() int {
	if v == connection {
		return costConnection
	}
	return costRetry
}

// throttlingCodes are the codes by which S3 and its kin ask for fewer requests.
var throttlingCodes = map[string]bool{
	"BandwidthLimitExceeded": true, "PriorRequestNotComplete": true, "ProvisionedThroughputExceededException": true,
	"RequestLimitExceeded": true, "RequestThrottled": true, "RequestThrottledException": true,
	"ServiceUnavailable": true, "SlowDown": true, "SlowDownRead": true, "SlowDownWrite": true,
	"Throttling": true, "ThrottlingException": true, "ThrottledException": true,
	"TooManyRequests": true, "TooManyRequestsException": true,
}

// transientCodes are the codes of failures on the server's side that pass.
var transientCodes = map[string]bool{
	"InternalError": true, "InternalFailure": true, "InternalServerError": true,
	"RequestTimeout": true, "RequestTimeoutException": true,
	"XMinioServerNotInitialized": true, "IDPCommunicationError": true,
}

// skewCodes are the codes of a refused signing time.
var skewCodes = map[string]bool{
	"RequestTimeTooSkewed": true, "RequestExpired": true, "RequestInTheFuture": true,
}

type coded interface{ ErrorCode() string }

func errorCode(err error) string {
	var c coded
	if errors.As(err, &c) {
		return c.ErrorCode()
	}
	return ""
}

// classifyAnswer judges an answer that the caller's Inspect took for a failure.
func classifyAnswer(status int, err error) verdict {
	code := errorCode(err)
	switch {
	case throttlingCodes[code] || status == http.StatusTooManyRequests:
		return throttled
	case transientCodes[code]:
		return transient
	}
	switch status {
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return transient
	case http.StatusServiceUnavailable:
		return throttled
	}
	return final
}

// Throttles reports whether an answer that was taken for a failure asks for fewer requests:
// 429, 503, or a code such as SlowDown.
func Throttles(status int, err error) bool { return classifyAnswer(status, err) == throttled }

// classifyConnection judges a failure that left no answer. The caller has made sure
// that its own context is not what ended the attempt.
func classifyConnection(err error) verdict {
	var (
		body      *BodyError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		dns       *net.DNSError
		address   *net.AddrError
	)
	switch {
	case errors.As(err, &body), errors.As(err, &verify), errors.As(err, &authority),
		errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &address),
		errors.Is(err, http.ErrSchemeMismatch):
		return final
	case errors.As(err, &dns) && dns.IsNotFound && !dns.IsTemporary:
		return final
	}
	return connection
}

// unsent tells that a failure certainly came before a byte of the request was sent.
func unsent(err error) bool {
	var (
		op  *net.OpError
		dns *net.DNSError
	)
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// MayHaveWorked tells of a call that failed for good that the server may have done what it was
// asked all the same: an answer was lost, the last one or that of an attempt before.
func MayHaveWorked(err error) bool {
	var (
		repeated *AttemptsError
		coded    coded
	)
	return errors.As(err, &repeated) && repeated.Ambiguous || !errors.As(err, &coded) && !unsent(err)
}

// mayHaveWorked tells of a failed attempt that the server may have done what it was asked: no
// answer came back, or one that says that something broke. One that asks for less, or for the
// body again, refuses.
func mayHaveWorked(v verdict, resp *Response, err error) bool {
	switch v {
	case connection:
		return !unsent(err)
	case transient:
		return resp != nil && (resp.StatusCode >= 500 || resp.StatusCode < 300)
	}
	return false
}
