package s3

import (
	"net"
	"net/netip"
	"strings"
)

// endpoint is a resolved Options.Endpoint.
type endpoint struct {
	scheme, host, basePath string
	virtualHost            bool
	aws                    bool // made from the region, so another region is another host
}

func (e *endpoint) secure() bool { return e.scheme == "https" }

// awsEndpoint is Amazon S3's regional endpoint (AWS General Reference, "Amazon S3
// endpoints and quotas").
func awsEndpoint(region string) string {
	suffix := ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		suffix = ".amazonaws.com.cn"
	}
	return "https://s3." + region + suffix
}

// objectLambda is the service that takes the answers of Object Lambda functions.
const objectLambda = "s3-object-lambda"

// withPrefix is the host with a label in front, on Amazon S3 that of Object Lambda. An IP
// address takes no label.
func (e *endpoint) withPrefix(label string) string {
	name, _, err := net.SplitHostPort(e.host)
	if err != nil {
		name = e.host
	}
	if !hostTakesLabel(strings.Trim(name, "[]")) {
		return e.host
	}
	host := e.host
	if rest, ok := strings.CutPrefix(host, "s3."); ok && e.aws {
		host = objectLambda + "." + rest
	}
	return label + "." + host
}

// hostTakesLabel: a bucket can't be put before an IP address.
func hostTakesLabel(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil
}

// inHost reports whether the bucket's name may become part of the host name.
func (e *endpoint) inHost(bucket string) bool {
	if len(bucket) < 3 || len(bucket) > 63 {
		return false
	}
	for i, c := range []byte(bucket) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && i > 0 && i < len(bucket)-1:
		case c == '.' && i > 0 && i < len(bucket)-1 && bucket[i-1] != '.' && !e.secure():
		default:
			return false
		}
	}
	return true
}
