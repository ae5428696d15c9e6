package identity

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/stowage-go/stowage/sigv4"
)

// STSDialect is how a Security Token Service is spoken to. Every one of them answers in
// XML.
type STSDialect int

const (
	// STSForm is the API of AWS, which Ceph RGW and MinIO have too: a form, version
	// 2011-06-15. The default.
	STSForm STSDialect = iota
	// STSJSON is what KakaoCloud has: a JSON document with AssumeRoleWithWebIdentity,
	// whose token is Keystone's, and nothing else (KakaoCloud, Object Storage, S3 API,
	// "Temporary credentials").
	STSJSON
)

// String names the dialect.
func (d STSDialect) String() string {
	switch d {
	case STSForm:
		return "form"
	case STSJSON:
		return "JSON"
	}
	return fmt.Sprintf("STSDialect(%d)", int(d))
}

// defaultSTSRegion is what the global endpoint of AWS, and servers that know no regions,
// are signed for.
const defaultSTSRegion = "us-east-1"

// STSOptions configure an [STS]. The zero value of each field is its documented default.
type STSOptions struct {
	HTTPOptions

	// Endpoint is the service's URL. Ceph RGW, MinIO and KakaoCloud have STS at the
	// root of their S3 endpoint. Empty: AWS' own, which is
	// https://sts.{Region}.amazonaws.com (.amazonaws.com.cn for regions of China), or
	// https://sts.amazonaws.com where Region is empty too. Required with [STSJSON].
	Endpoint string
	// Region is what requests are signed for. Empty: us-east-1.
	Region string
	// Dialect is how the service is spoken to. Zero: [STSForm].
	Dialect STSDialect
	// Credentials sign AssumeRole, GetSessionToken and GetCallerIdentity. Nil: those
	// fail with sigv4.ErrNoCredentials. AssumeRoleWithWebIdentity is never signed: its
	// token speaks for itself.
	Credentials sigv4.Provider
}

// resolve checks the whole, fills in Region, and returns the endpoint.
func (o *STSOptions) resolve() (*url.URL, error) {
	switch o.Dialect {
	case STSForm, STSJSON:
	default:
		return nil, fmt.Errorf("identity: Dialect is %v, want STSForm or STSJSON", o.Dialect)
	}
	if o.Endpoint == "" {
		if o.Dialect == STSJSON {
			return nil, errors.New("identity: Endpoint is missing: the JSON dialect has no default one")
		}
		if strings.Trim(o.Region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, fmt.Errorf("identity: Region %q is none of AWS, and Endpoint is empty", o.Region)
		}
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = awsSTSEndpoint(o.Region)
	}
	if o.Region == "" {
		o.Region = defaultSTSRegion
	}
	return parseEndpoint("Endpoint", endpoint)
}

func awsSTSEndpoint(region string) string {
	switch {
	case region == "":
		return "https://sts.amazonaws.com"
	case strings.HasPrefix(region, "cn-"):
		return "https://sts." + region + ".amazonaws.com.cn"
	}
	return "https://sts." + region + ".amazonaws.com"
}
