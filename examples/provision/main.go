// Command provision logs in to Keystone and prints keys that open the S3 API: an EC2
// credential of the user's, found or made, or temporary credentials of KakaoCloud.
//
//	go build -o ~/bin/ ./examples/provision
//	eval "$(provision)"               # export lines, for this shell
//	provision -revoke ACCESS_KEY_ID   # none: $AWS_ACCESS_KEY_ID
//
// It logs in as OpenStack's own tools do: with the OS_* variables that an openrc file
// sets, or to the cloud of clouds.yaml that -cloud or OS_CLOUD names.
//
// # NHN Cloud
//
// Identity API v2.0, with the tenant and the API password of the Object Storage page:
//
//	export OS_AUTH_URL=https://api-identity.infrastructure.cloud.toast.com/v2.0
//	export OS_TENANT_ID=... OS_USERNAME=you@example.com
//	read -rs OS_PASSWORD && export OS_PASSWORD
//	eval "$(provision)"
//
// # KakaoCloud
//
// The Keystone token is traded for credentials that end by themselves:
//
//	export OS_AUTH_URL=... OS_APPLICATION_CREDENTIAL_ID=...
//	read -rs OS_APPLICATION_CREDENTIAL_SECRET && export OS_APPLICATION_CREDENTIAL_SECRET
//	eval "$(provision -kakaocloud -duration 30m)"
//
// Without -kakaocloud it is an EC2 credential there as well, for which Keystone wants a
// password: it refuses them to application credentials.
//
// # Any OpenStack
//
//	eval "$(provision -cloud mycloud)"
//
// # AWS profiles
//
// A section for the credentials file, which must not have one of that name yet:
//
//	(umask 077; provision -format profile -profile openstack >> ~/.aws/credentials)
//
// Or, so that no key is in a file, the program of a profile in ~/.aws/config, which every
// AWS SDK runs by itself. Not with -new: every run would make keys.
//
//	[profile openstack]
//	credential_process = /usr/local/bin/provision -cloud mycloud -format json
//
// # In CI
//
// A job makes keys of its own and takes them away at the end, whatever happens:
//
//	set -e
//	keys=$(provision -new) # a line of its own, so that a failure ends the job
//	eval "$keys"
//	trap "provision -revoke $AWS_ACCESS_KEY_ID" EXIT
//
// Without -new the user's first EC2 credential for the project is taken, if there is
// one. Others may use it too: revoking it locks them out.
//
// # What is secret
//
// Passwords and secrets come from the environment or from files, never from a flag, since
// anybody can read the list of processes. Keys go to the standard output and nowhere
// else; messages on the standard error name the access key ID at the most. A shell under
// set -x prints what it evaluates, so leave that off around eval.
//
// The Keystone token is revoked at the end, except on Identity API v2.0, which can't, and
// with -kakaocloud: whether temporary credentials outlive their token is nowhere promised.
// An EC2 credential that was made and could not be printed is deleted again.
//
// The exit status is 0, or 1 for a failure, or 2 for flags that are wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/stowage-go/stowage/identity"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	// A reader that went away is to be an error of the write, after which new keys are
	// deleted, and not the end of the program.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(command(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// command runs the program and returns its exit status.
func command(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) int {
	err := run(ctx, args, lookup, stdout, stderr)
	var usage *usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "provision: %v; -h lists the flags\n", err)
		return 2
	}
	fmt.Fprintln(stderr, "provision:", err)
	return 1
}

// run is the whole program. Keys go to stdout, messages to stderr.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) error {
	o, err := parseOptions(args, lookup, stderr)
	if err != nil {
		return err
	}
	login, err := o.login(lookup)
	if err != nil {
		return err
	}
	client, err := identity.New(login)
	if err != nil {
		return err
	}
	if o.kakaoCloud {
		return printTemporaryKeys(ctx, client, login.HTTPOptions, o, stdout, stderr)
	}
	defer logout(ctx, client, stderr)
	if o.revoke {
		return revokeKeys(ctx, client, o.accessKeyID, stderr)
	}
	return printKeystoneKeys(ctx, client, o, stdout, stderr)
}
