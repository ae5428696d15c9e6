package server

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// Flags say which server to talk to, and with which keys. What they don't say is taken from
// AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
type Flags struct {
	endpoint, region                   string
	accessKey, secretKey, sessionToken string
	profile                            profileFlag
}

// Register adds the flags.
func (f *Flags) Register(set *flag.FlagSet) {
	f.sessionToken = os.Getenv("AWS_SESSION_TOKEN")
	set.StringVar(&f.endpoint, "endpoint", os.Getenv("AWS_ENDPOINT_URL"), "`URL` of the server; none: a server inside this program")
	set.StringVar(&f.region, "region", os.Getenv("AWS_REGION"), "region to sign for; none: the profile's")
	set.StringVar(&f.accessKey, "access-key", os.Getenv("AWS_ACCESS_KEY_ID"), "access key id")
	// A default would show in the help text: Complete takes the environment's secret.
	set.StringVar(&f.secretKey, "secret-key", "", "secret access key; better in AWS_SECRET_ACCESS_KEY")
	set.Var(&f.profile, "profile", "what the server is: "+strings.Join(profileNames(), ", "))
}

// Complete checks the flags, once they are parsed.
func (f *Flags) Complete() error {
	if f.secretKey == "" {
		f.secretKey = os.Getenv("AWS_SECRET_ACCESS_KEY")
	}
	if !f.Embedded() && (f.accessKey == "" || f.secretKey == "") {
		return errors.New("a server needs -access-key and -secret-key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	return nil
}

// Embedded says that the program brings its own server. Keys in the environment
// alone don't make it talk to a cloud: that takes an endpoint or -profile aws.
func (f *Flags) Embedded() bool { return f.endpoint == "" && f.profile.name != "aws" }

// Use points the flags at the program's own server.
func (f *Flags) Use(g *Gateway) {
	f.endpoint, f.region = g.Endpoint, g.Region
	f.accessKey, f.secretKey, f.sessionToken = g.AccessKey, g.SecretKey, ""
}

// Client is the same in the library's terms.
func (f *Flags) Client() s3.Options {
	return s3.Options{
		Endpoint:    f.endpoint,
		Region:      f.region,
		Credentials: sigv4.Static(f.accessKey, f.secretKey, f.sessionToken),
		Profile:     f.profile.Profile, // zero: Amazon S3 without an endpoint, else the strictest choices
	}
}

// Args are flags that name the gateway, with further ones.
func (g *Gateway) Args(more ...string) []string {
	return append([]string{"-endpoint", g.Endpoint, "-region", g.Region, "-access-key", g.AccessKey, "-secret-key", g.SecretKey}, more...)
}

// profileFlag is a provider's profile, chosen by its name.
type profileFlag struct {
	s3.Profile
	name string
}

func profileNames() []string {
	return []string{"aws", "nhncloud", "kakaocloud", "alluxio", "cephrgw", "minio", "generic"}
}

func (p *profileFlag) String() string { return p.name }

func (p *profileFlag) Set(name string) error {
	switch strings.ToLower(name) {
	case "aws":
		p.Profile = s3.AWS()
	case "nhncloud":
		p.Profile = s3.NHNCloud()
	case "kakaocloud":
		p.Profile = s3.KakaoCloud()
	case "alluxio":
		p.Profile = s3.Alluxio()
	case "cephrgw":
		p.Profile = s3.CephRGW()
	case "minio":
		p.Profile = s3.MinIO()
	case "generic":
		p.Profile = s3.Generic()
	default:
		return fmt.Errorf("there are %s", strings.Join(profileNames(), ", "))
	}
	p.name = strings.ToLower(name)
	return nil
}
