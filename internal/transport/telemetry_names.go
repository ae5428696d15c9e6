package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Attributes of spans and metrics, named by OpenTelemetry's semantic conventions where these
// have a name.
const (
	keyService           = "rpc.service"
	keyMethod            = "rpc.method"
	keyServerAddress     = "server.address"
	keyServerPort        = "server.port"
	keyRequestMethod     = "http.request.method"
	keyRequestBodySize   = "http.request.body.size"
	keyResendCount       = "http.request.resend_count"
	keyStatusCode        = "http.response.status_code"
	keyResponseBodySize  = "http.response.body.size"
	keyURL               = "url.full"
	keyErrorType         = "error.type"
	keyRequestID         = "aws.request_id"
	keyExtendedRequestID = "aws.extended_request_id"
	keySwiftRequestID    = "openstack.request_id"
	keyRetryWait         = "stowage.retry.wait"
)

// requestID is the id under which the server knows the request, and the attribute it goes by.
func requestID(h http.Header) (key, id string) {
	id = RequestID(h)
	if id != "" && (id == h.Get("X-Openstack-Request-Id") || id == h.Get("X-Trans-Id")) {
		return keySwiftRequestID, id
	}
	return keyRequestID, id
}

// maxErrorType is the longest code of a server's that is taken for one.
const maxErrorType = 64

// errorType is the kind of a failure, one of few: the server's code, its status, or what came
// in between.
func errorType(resp *Response, err error) string {
	var (
		body   *BodyError
		dns    *net.DNSError
		verify *tls.CertificateVerificationError
		broken *ConnectionError
		late   net.Error
	)
	switch code := errorCode(err); {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case plausibleCode(code):
		return code
	case errors.As(err, &body):
		return "body"
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &verify):
		return "tls"
	case errors.As(err, &late) && late.Timeout():
		return "timeout"
	case errors.As(err, &broken):
		return "connection"
	case resp != nil && resp.StatusCode >= http.StatusMultipleChoices:
		return strconv.Itoa(resp.StatusCode)
	}
	return "_OTHER" // as the conventions have it
}

// plausibleCode keeps whatever else a server may write out of what is counted by.
func plausibleCode(code string) bool {
	return code != "" && len(code) <= maxErrorType && strings.IndexFunc(code, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-'
	}) < 0
}
