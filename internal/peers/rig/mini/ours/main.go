// Minimal upload of one file with s3/transfer, static credentials.
package main

import (
	"context"
	"log"
	"os"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	cl, err := s3.New(s3.Options{Endpoint: os.Args[2], Credentials: sigv4.Static("a", "b", "")})
	if err != nil {
		log.Fatal(err)
	}
	up, err := transfer.NewManager(cl)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := up.Upload(context.Background(), &s3.PutObjectInput{Bucket: "bucket", Key: "key", Body: f}); err != nil {
		log.Fatal(err)
	}
}
