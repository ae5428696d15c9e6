// Minimal upload of one file with feature/s3/manager and config.LoadDefaultConfig
// (the way the AWS documentation shows it: credential chain, SSO, IMDS, STS).
//
//nolint:staticcheck // the deprecated manager, see below
package main

//lint:file-ignore SA1019 the deprecated manager is what most programs still use, and the lighter of the two

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	b, k := "bucket", "key"
	_, err = manager.NewUploader(s3.NewFromConfig(cfg)).Upload(context.Background(), &s3.PutObjectInput{Bucket: &b, Key: &k, Body: f})
	if err != nil {
		log.Fatal(err)
	}
}
