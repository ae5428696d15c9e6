// Command formpost makes an HTML form with which anybody can upload files from a browser
// straight into a container of Swift: no token, no server in between.
//
//	go build -o ~/bin/ ./examples/formpost
//	formpost -container uploads -prefix incoming/ -max-file-size 10485760 > upload.html
//	formpost -container uploads -listen 127.0.0.1:8000   # serves a fresh form at every visit
//
// It logs in as OpenStack's own tools do: with the OS_* variables that an openrc file
// sets, or to the cloud of clouds.yaml that -cloud or OS_CLOUD names.
//
// The form is signed with a TempURL key: that of the container, else that of the account.
// Where there is none, -new-key makes one, at random, and gives it to the container; all
// forms end when it is replaced.
//
// # What is secret
//
// The key stays between this program and Swift. The signature that is in the form lets
// whoever has it upload until -expires, within the limits, so send the page only to those
// who may.
//
// # Afterwards
//
// With -redirect the browser goes on to a page of yours, whose query then has status and
// message: 201, or what was wrong. Without it Swift answers with the status as text. With
// -listen the program has such a page itself.
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

	"github.com/stowage-go/stowage/examples/internal/account"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
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
		fmt.Fprintf(stderr, "formpost: %v; -h lists the flags\n", err)
		return 2
	}
	fmt.Fprintln(stderr, "formpost:", err)
	return 1
}

// run is the whole program. The page goes to stdout, messages to stderr.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	client, logout, err := account.Open(o.cloud, "stowage-formpost", lookup)
	if err != nil {
		return err
	}
	defer func() {
		// The form does not depend on the token, so that a failure is none of the program's.
		if err := logout(ctx); err != nil {
			fmt.Fprintln(stderr, "formpost: the Keystone token lives on until it expires:", err)
		}
	}()
	f := form{client: client, options: o}
	if f.options.form.Key, err = account.TempURLKey(ctx, client, o.form.Container, o.newKey); err != nil {
		return err
	}
	if o.listen != "" {
		return f.serve(ctx, stderr)
	}
	return f.write(ctx, stdout)
}
