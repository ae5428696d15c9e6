package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/identity/clouds"
)

// cleanupTimeout bounds what is still to be done after Ctrl-C.
const cleanupTimeout = 15 * time.Second

// login says where and how to log in: a cloud of clouds.yaml, or the OS_* variables.
func (o *options) login(lookup func(string) (string, bool)) (identity.Options, error) {
	l, err := clouds.FromEnvironment(clouds.Options{Cloud: o.cloud, Lookup: lookup})
	l.UserAgent = "stowage-provision"
	return l, err
}

// logout revokes the token, also after Ctrl-C. The keys don't depend on it, so that a
// failure is none of the program's.
func logout(ctx context.Context, client *identity.Client, stderr io.Writer) {
	ctx, cancel := cleanup(ctx)
	defer cancel()
	if err := client.Close(ctx); err != nil {
		fmt.Fprintln(stderr, "provision: the Keystone token lives on until it expires:", err)
	}
}

func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
}
