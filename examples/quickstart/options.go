package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// options is what the flags and the environment say.
type options struct {
	endpoint, region                   string
	accessKey, secretKey, sessionToken string
	bucket, key                        string
	profile                            profileFlag
	file                               string
	size, partSize                     byteSize
	concurrency                        int
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	tag := strings.ToLower(rand.Text()[:8]) // nobody else's bucket or key
	o := options{
		size:         512 << 20,
		key:          "stowage-quickstart-" + tag + ".bin",
		sessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.endpoint, "endpoint", os.Getenv("AWS_ENDPOINT_URL"), "`URL` of the server; none: a server inside this program")
	f.StringVar(&o.region, "region", os.Getenv("AWS_REGION"), "region to sign for; none: the profile's")
	f.StringVar(&o.accessKey, "access-key", os.Getenv("AWS_ACCESS_KEY_ID"), "access key id")
	// A default would show in the help text: the environment's secret is taken below.
	f.StringVar(&o.secretKey, "secret-key", "", "secret access key; better in AWS_SECRET_ACCESS_KEY")
	f.StringVar(&o.bucket, "bucket", "stowage-quickstart-"+tag, "bucket to use; made and removed when there is none")
	f.Var(&o.profile, "profile", "what the server is: "+strings.Join(profileNames(), ", "))
	f.StringVar(&o.file, "file", "", "`file` to upload instead of random bytes")
	f.Var(&o.size, "size", "size of the random file, such as 64MiB or 1GiB")
	f.Var(&o.partSize, "part-size", "bytes per part, such as 16MiB; 0: chosen from the size")
	f.IntVar(&o.concurrency, "concurrency", 0, "parts in flight; 0: the library's default")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if f.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.secretKey == "" {
		o.secretKey = os.Getenv("AWS_SECRET_ACCESS_KEY")
	}
	if !o.embedded() && (o.accessKey == "" || o.secretKey == "") {
		return options{}, fmt.Errorf("a server needs -access-key and -secret-key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	return o, nil
}

// embedded says that the program brings its own server. Keys in the environment
// alone don't make it talk to a cloud: that takes an endpoint or -profile aws.
func (o options) embedded() bool { return o.endpoint == "" && o.profile.name != "aws" }

// use points the options at the program's own server.
func (o *options) use(g *gateway) {
	o.endpoint, o.region = g.endpoint, g.region
	o.accessKey, o.secretKey, o.sessionToken = g.accessKey, g.secretKey, ""
}

// client is the same in the library's terms.
func (o options) client() s3.Options {
	return s3.Options{
		Endpoint:    o.endpoint,
		Region:      o.region,
		Credentials: sigv4.Static(o.accessKey, o.secretKey, o.sessionToken),
		Profile:     o.profile.Profile, // zero: Amazon S3 without an endpoint, else the strictest choices
	}
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

// byteSize is a number of bytes with a unit: 64MiB, 5MB, 1024.
type byteSize int64

func (b *byteSize) String() string { return human(int64(*b)) }

func (b *byteSize) Set(s string) error {
	number := strings.TrimRight(s, "BKMGTibkmgt ")
	unit, ok := map[string]int64{
		"": 1, "b": 1,
		"k": 1 << 10, "kib": 1 << 10, "kb": 1e3,
		"m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
		"g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
		"t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
	}[strings.ToLower(strings.TrimSpace(s[len(number):]))]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no size: write 64MiB or 1GiB", s)
	}
	*b = byteSize(n * unit)
	return nil
}
