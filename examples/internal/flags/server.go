// Package flags are the flags that examples have in common: the server to talk to, and sizes.
package flags

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// Server is the server to talk to, as the flags and the environment say.
type Server struct {
	Endpoint, Region                   string
	AccessKey, SecretKey, SessionToken string
	Profile                            Profile
}

// Add defines the flags. Settle must follow the parsing.
func (s *Server) Add(f *flag.FlagSet) {
	s.SessionToken = os.Getenv("AWS_SESSION_TOKEN")
	f.StringVar(&s.Endpoint, "endpoint", os.Getenv("AWS_ENDPOINT_URL"), "`URL` of the server; none: a server inside this program")
	f.StringVar(&s.Region, "region", os.Getenv("AWS_REGION"), "region to sign for; none: the profile's")
	f.StringVar(&s.AccessKey, "access-key", os.Getenv("AWS_ACCESS_KEY_ID"), "access key id")
	// A default would show in the help text: the environment's secret is taken by Settle.
	f.StringVar(&s.SecretKey, "secret-key", "", "secret access key; better in AWS_SECRET_ACCESS_KEY")
	f.Var(&s.Profile, "profile", "what the server is: "+strings.Join(ProfileNames(), ", "))
}

// Settle completes what was parsed.
func (s *Server) Settle() error {
	if s.SecretKey == "" {
		s.SecretKey = os.Getenv("AWS_SECRET_ACCESS_KEY")
	}
	if !s.Embedded() && (s.AccessKey == "" || s.SecretKey == "") {
		return errors.New("a server needs -access-key and -secret-key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	return nil
}

// Embedded says that the program brings its own server. Keys in the environment
// alone don't make it talk to a cloud: that takes an endpoint or -profile aws.
func (s *Server) Embedded() bool { return s.Endpoint == "" && s.Profile.Name != "aws" }

// ErrNoServer is for programs that are told of a bucket and not where it is: one on a server that
// ends with the program keeps nothing.
var ErrNoServer = errors.New("the server is missing: -endpoint, AWS_ENDPOINT_URL, or -profile aws")

// Use points the flags at the program's own server.
func (s *Server) Use(g *gateway.Gateway) {
	s.Endpoint, s.Region = g.Endpoint, g.Region
	s.AccessKey, s.SecretKey, s.SessionToken = g.AccessKey, g.SecretKey, ""
}

// Open makes a client of the server, which it starts if the program brings it. stop ends that
// one, and removes its files; it does nothing to another server.
func (s *Server) Open() (client *s3.Client, stop func() error, err error) {
	stop = func() error { return nil }
	if s.Embedded() {
		folder, err := os.MkdirTemp("", "stowage-server-")
		if err != nil {
			return nil, nil, err
		}
		g, err := gateway.Start(folder)
		if err != nil {
			return nil, nil, errors.Join(err, os.RemoveAll(folder))
		}
		s.Use(g)
		stop = func() error {
			if client != nil {
				client.Options().HTTPClient.CloseIdleConnections() // the server would wait for them
			}
			return errors.Join(g.Stop(), os.RemoveAll(folder))
		}
	}
	if client, err = s3.New(s.Client()); err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return client, stop, nil
}

// Client is the same in the library's terms.
func (s *Server) Client() s3.Options {
	return s3.Options{
		Endpoint:    s.Endpoint,
		Region:      s.Region,
		Credentials: sigv4.Static(s.AccessKey, s.SecretKey, s.SessionToken),
		Profile:     s.Profile.Profile, // zero: Amazon S3 without an endpoint, else the strictest choices
	}
}

// Profile is a provider's profile, chosen by its name.
type Profile struct {
	s3.Profile
	Name string
}

// ProfileNames are all that there are.
func ProfileNames() []string {
	return []string{"aws", "nhncloud", "kakaocloud", "alluxio", "cephrgw", "minio", "generic"}
}

// String implements flag.Value.
func (p *Profile) String() string { return p.Name }

// Set implements flag.Value.
func (p *Profile) Set(name string) error {
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
		return fmt.Errorf("there are %s", strings.Join(ProfileNames(), ", "))
	}
	p.Name = strings.ToLower(name)
	return nil
}
