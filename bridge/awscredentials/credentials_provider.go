package awscredentials

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stowage-go/stowage/sigv4"
)

// Source is what [aws.Credentials].Source says of credentials from this library.
const Source = "Stowage"

// CredentialsProvider is a provider of this library as one of the SDK. The providers of
// package identity keep what they have and ask anew in time, so they need no
// [aws.CredentialsCache] around; one that the SDK puts there does no harm, but holds
// credentials to their very end.
//
// Errors are those of p; of credentials without keys, which p has for anonymous access, it is
// [sigv4.ErrNoCredentials]. Without p it is [aws.AnonymousCredentials].
func CredentialsProvider(p sigv4.Provider) aws.CredentialsProvider {
	if p == nil {
		return aws.AnonymousCredentials{}
	}
	return aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		c, err := p.Retrieve(ctx)
		switch {
		case err != nil:
			return aws.Credentials{Source: Source}, err
		case !c.HasKeys():
			return aws.Credentials{Source: Source}, sigv4.ErrNoCredentials
		}
		return aws.Credentials{
			AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
			Source: Source, CanExpire: !c.Expires.IsZero(), Expires: c.Expires,
		}, nil
	})
}
