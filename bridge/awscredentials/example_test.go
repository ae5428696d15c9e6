package awscredentials_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stowage-go/stowage/bridge/awscredentials"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

func ExampleProvider() {
	// That of config.LoadDefaultConfig, or any other.
	var found aws.CredentialsProvider = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
	})
	client, err := s3.New(s3.Options{
		Endpoint:    "https://objects.example.com",
		Credentials: awscredentials.Provider(found),
	})
	if err != nil {
		log.Fatal(err)
	}
	c, err := client.Options().Credentials.Retrieve(context.Background())
	fmt.Println(c.AccessKeyID, err)
	// Output: AKID <nil>
}

func ExampleCredentialsProvider() {
	keys := sigv4.Static("AKID", "secret", "") // or a provider of package identity
	config := aws.Config{Region: "us-east-1", Credentials: awscredentials.CredentialsProvider(keys)}

	c, err := config.Credentials.Retrieve(context.Background())
	fmt.Println(c.AccessKeyID, c.Source, err)
	// Output: AKID Stowage <nil>
}
