// Minimal upload of one file with feature/s3/transfermanager, static credentials.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
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
	_, err = transfermanager.New(cl).UploadObject(context.Background(), &transfermanager.UploadObjectInput{Bucket: &b, Key: &k, Body: f})
	if err != nil {
		log.Fatal(err)
	}
}
