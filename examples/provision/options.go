package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"time"
)

// kakaoCloudEndpoint is where KakaoCloud has its STS: at the root of the S3 API.
const kakaoCloudEndpoint = "https://objectstorage.kr-central-2.kakaocloud.com"

// options is what the flags and the environment say.
type options struct {
	cloud       string
	format      format
	profile     string
	create      bool
	kakaoCloud  bool
	endpoint    string
	duration    time.Duration
	revoke      bool
	accessKeyID string // to be revoked
}

// usageError is a command line that says nothing sensible.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, a ...any) error { return &usageError{fmt.Errorf(format, a...)} }

var errTemporary = errors.New("temporary credentials can't be revoked: they end by themselves")

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr. An
// argument that is no flag may be a secret out of place: no error repeats it.
func parseOptions(args []string, lookup func(string) (string, bool), stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("provision", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	f.StringVar(&o.cloud, "cloud", "", "`NAME` of a cloud in clouds.yaml; none: OS_CLOUD, else the OS_* variables, else the only cloud")
	f.Var(&o.format, "format", "`FORMAT` of the keys: export, profile or json; none: export")
	f.StringVar(&o.profile, "profile", "default", "`NAME` of the section, with -format profile")
	f.BoolVar(&o.create, "new", false, "make an EC2 credential even if there is one for the project")
	f.BoolVar(&o.kakaoCloud, "kakaocloud", false, "temporary credentials of KakaoCloud, in place of an EC2 credential")
	f.StringVar(&o.endpoint, "endpoint", kakaoCloudEndpoint, "`URL` of the S3 API, with -kakaocloud")
	f.DurationVar(&o.duration, "duration", 0, "how long temporary credentials live, such as 30m, with -kakaocloud; none: as the service has it")
	f.BoolVar(&o.revoke, "revoke", false, "delete the EC2 credential of the access key ID that follows; none: of AWS_ACCESS_KEY_ID")

	given, err := parseAll(f, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "usage: provision [flags]\n       provision -revoke [flags] [ACCESS_KEY_ID]")
		f.SetOutput(stderr)
		f.PrintDefaults()
		return options{}, err
	}
	if err != nil {
		return options{}, &usageError{err}
	}
	if err := o.check(f, given); err != nil {
		return options{}, err
	}
	if o.revoke {
		err = o.choose(given, lookup)
	}
	return o, err
}

// parseAll parses flags before, between and after the other arguments.
func parseAll(f *flag.FlagSet, args []string) (others []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return others, nil
		}
		others, args = append(others, f.Arg(0)), f.Args()[1:]
	}
}

// check refuses flags that would have no effect.
func (o *options) check(f *flag.FlagSet, others []string) error {
	set := make(map[string]bool)
	f.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if o.revoke && o.kakaoCloud {
		return &usageError{errTemporary}
	}
	for _, name := range [...]string{"new", "format", "profile", "endpoint", "duration"} {
		if o.revoke && set[name] {
			return usage("-%s does not go with -revoke", name)
		}
	}
	for _, name := range [...]string{"endpoint", "duration"} {
		if set[name] && !o.kakaoCloud {
			return usage("-%s is for -kakaocloud", name)
		}
	}
	switch {
	case !o.revoke && len(others) > 0:
		return usage("an argument that is no flag: only -revoke takes one")
	case len(others) > 1:
		return usage("-revoke takes one access key ID")
	case o.create && o.kakaoCloud:
		return usage("-new is for EC2 credentials: temporary ones are always new")
	case set["profile"] && o.format != formatProfile:
		return usage("-profile is for -format profile")
	case !sectionName(o.profile):
		return usage("-profile: letters, digits and any of -_.@+ make a name")
	case o.duration < 0 || o.duration%time.Second != 0 || o.duration/time.Second > math.MaxInt32:
		return usage("-duration: whole seconds, above 0")
	}
	return nil
}

// choose finds out which EC2 credential is to be deleted.
func (o *options) choose(given []string, lookup func(string) (string, bool)) error {
	current, _ := lookup("AWS_ACCESS_KEY_ID")
	o.accessKeyID = current
	if len(given) > 0 {
		o.accessKeyID = given[0]
	}
	if o.accessKeyID == "" {
		return usage("-revoke needs an access key ID, or AWS_ACCESS_KEY_ID")
	}
	if token, _ := lookup("AWS_SESSION_TOKEN"); token != "" && o.accessKeyID == current {
		return fmt.Errorf("AWS_SESSION_TOKEN is set: %w", errTemporary)
	}
	return nil
}
