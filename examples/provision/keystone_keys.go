package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/stowage-go/stowage/identity"
)

// printKeystoneKeys prints an EC2 credential: the user's first one for the project, or a
// new one. A new one that can't be printed is deleted, as nobody would ever know it.
func printKeystoneKeys(ctx context.Context, client *identity.Client, o options, stdout, stderr io.Writer) error {
	// Ctrl-C ends the login, but waits for what follows: between the request for keys
	// and its answer it would leave some behind that nobody knows.
	if _, err := client.Token(ctx); err != nil {
		return err
	}
	provider, err := identity.NewEC2CredentialProvider(identity.EC2CredentialProviderOptions{
		Client: client, AlwaysCreate: o.create, DeleteOnClose: true,
	})
	if err != nil {
		return err
	}
	keys, err := provider.Retrieve(context.WithoutCancel(ctx))
	if err != nil {
		return explain(err)
	}
	made := provider.Created()
	err = context.Cause(ctx)
	if err == nil {
		err = o.print(stdout, keys)
	}
	if err != nil && made {
		return takeBack(ctx, provider, keys.AccessKeyID, err)
	}
	if err != nil {
		return err
	}
	how := "found"
	if made {
		how = "made"
	}
	fmt.Fprintf(stderr, "provision: EC2 credential %s, %s; it does not expire; to delete it: provision -revoke %[1]s\n", keys.AccessKeyID, how)
	return nil
}

// takeBack deletes what the provider made, because of a failure.
func takeBack(ctx context.Context, provider *identity.EC2CredentialProvider, accessKeyID string, failure error) error {
	ctx, cancel := cleanup(ctx)
	defer cancel()
	if err := provider.Close(ctx); err != nil {
		return fmt.Errorf("%w; EC2 credential %s was made and is still there: %w", failure, accessKeyID, err)
	}
	return fmt.Errorf("%w; EC2 credential %s was made and is deleted again", failure, accessKeyID)
}

// revokeKeys deletes an EC2 credential.
func revokeKeys(ctx context.Context, client *identity.Client, accessKeyID string, stderr io.Writer) error {
	err := client.DeleteEC2Credential(ctx, &identity.DeleteEC2CredentialInput{Access: accessKeyID})
	if errors.Is(err, identity.ErrNotFound) {
		return fmt.Errorf("%w; the key of temporary credentials is not kept there: it can't be revoked and ends by itself", err)
	}
	if err != nil {
		return explain(err)
	}
	fmt.Fprintf(stderr, "provision: EC2 credential %s is deleted\n", accessKeyID)
	return nil
}

// explain adds the usual reason, of which Keystone speaks as "delegated tokens".
func explain(err error) error {
	if errors.Is(err, identity.ErrForbidden) {
		return fmt.Errorf("%w; an application credential may not manage EC2 credentials, restricted or not: log in with a password", err)
	}
	return err
}
