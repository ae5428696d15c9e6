package gocloudblob

import (
	"testing"

	"github.com/stowage-go/stowage/s3/s3test"
)

// TestConformanceInMemory runs the suite of package drivertest on a server in memory, which is
// as strict as Amazon S3.
func TestConformanceInMemory(t *testing.T) {
	server := s3test.NewServer(t, func(o *s3test.Options) { o.Buckets = []string{"gocloudblob"} })
	conform(t, server.Client(), "gocloudblob")
}
