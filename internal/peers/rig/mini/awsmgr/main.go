// Minimal upload of one file with feature/s3/manager, static credentials.
//
//nolint:staticcheck // the deprecated manager, see below
package main

//lint:file-ignore SA1019 the deprecated manager is what most programs still use, and the lighter of the two

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	b, k := "bucket", "key"
	cl := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &os.Args[2], UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
	_, err = manager.NewUploader(cl).Upload(context.Background(), &s3.PutObjectInput{Bucket: &b, Key: &k, Body: f})
	if err != nil {
		log.Fatal(err)
	}
}
