package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/stowage-go/stowage/identity"
)

// printTemporaryKeys trades the Keystone token for temporary credentials of KakaoCloud.
func printTemporaryKeys(ctx context.Context, client *identity.Client, h identity.HTTPOptions, o options, stdout, stderr io.Writer) error {
	sts, err := identity.NewSTS(identity.STSOptions{HTTPOptions: h, Endpoint: o.endpoint, Dialect: identity.STSJSON})
	if err != nil {
		return err
	}
	provider, err := identity.NewWebIdentityProvider(identity.WebIdentityProviderOptions{
		STS: sts, Token: client, DurationSeconds: int32(o.duration / time.Second),
	})
	if err != nil {
		return err
	}
	keys, err := provider.Retrieve(ctx)
	if err != nil {
		return err
	}
	if err := o.print(stdout, keys); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "provision: temporary credentials %s until %s; they can't be revoked and end by themselves\n",
		keys.AccessKeyID, keys.Expires.UTC().Format(time.RFC3339))
	return nil
}
