// Package awscredentials hands credentials from the AWS SDK for Go v2 to this library, and
// the other way round, so that a program that uses both looks for them once.
//
// This library with what the SDK's configuration has found, single sign-on included:
//
//	config, err := config.LoadDefaultConfig(ctx)
//	client, err := s3.New(s3.Options{Region: config.Region, Credentials: awscredentials.Provider(config.Credentials)})
//
// The SDK with the keys of a Keystone login, or any other of package identity:
//
//	keys, err := identity.NewEC2CredentialProvider(identity.EC2CredentialProviderOptions{Client: keystone})
//	config.Credentials = awscredentials.CredentialsProvider(keys)
//
// It needs the SDK's root module alone, none of its services.
package awscredentials
