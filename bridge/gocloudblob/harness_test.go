package gocloudblob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/smithy-go"
	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/blob/drivertest"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// conform runs the conformance suite on a bucket.
func conform(t *testing.T, client *s3.Client, bucket string, fns ...func(*Options)) {
	drivertest.RunConformanceTests(t, func(context.Context, *testing.T) (drivertest.Harness, error) {
		return &harness{client: client, bucket: bucket, options: fns}, nil
	}, []drivertest.AsTest{driverTypes{client: client}})
}

// harness implements drivertest.Harness.
type harness struct {
	client  *s3.Client
	bucket  string
	options []func(*Options)
}

func (h *harness) MakeDriver(context.Context) (driver.Bucket, error) {
	return openBucket(h.client, h.bucket, h.options)
}

func (h *harness) MakeDriverForNonexistentBucket(context.Context) (driver.Bucket, error) {
	return openBucket(h.client, h.bucket+"-not-there", h.options)
}

func (h *harness) HTTPClient() *http.Client         { return http.DefaultClient }
func (h *harness) SupportsCopy() bool               { return true }
func (h *harness) SupportsNonSlashDelimiters() bool { return true }
func (h *harness) Close()                           {}

const language = "ko"

// driverTypes implements drivertest.AsTest: every type that the package's documentation lists.
type driverTypes struct{ client *s3.Client }

var errAs = errors.New("the type is not there")

func all(found ...bool) error {
	for _, ok := range found {
		if !ok {
			return errAs
		}
	}
	return nil
}

func (driverTypes) Name() string { return "driver types" }

func (d driverTypes) BucketCheck(b *blob.Bucket) error {
	var client *s3.Client
	var manager *transfer.Manager
	return all(b.As(&client), client == d.client, b.As(&manager), manager != nil)
}

func (driverTypes) ErrorCheck(b *blob.Bucket, err error) error {
	var failed *s3.Error
	var api smithy.APIError
	return all(b.ErrorAs(err, &failed), b.ErrorAs(err, &api), errors.Is(err, s3.ErrNotFound))
}

func (driverTypes) BeforeRead(as func(any) bool) error {
	var in *s3.GetObjectInput
	var options *[]func(*s3.Options)
	return all(as(&in), as(&options))
}

func (driverTypes) BeforeWrite(as func(any) bool) error {
	var in *s3.PutObjectInput
	var options *[]func(*transfer.Options)
	if err := all(as(&in), as(&options)); err != nil {
		return err
	}
	in.ContentLanguage = language
	return nil
}

func (driverTypes) BeforeCopy(as func(any) bool) error {
	var in *s3.CopyObjectInput
	var options *[]func(*transfer.Options)
	return all(as(&in), as(&options))
}

func (driverTypes) BeforeDelete(as func(any) bool) error {
	var in *s3.DeleteObjectInput
	return all(as(&in))
}

func (d driverTypes) BeforeList(as func(any) bool) error {
	var options *[]func(*s3.Options)
	if d.client.Options().Profile.ListVersion == 1 {
		var in *s3.ListObjectsInput
		return all(as(&in), as(&options))
	}
	var in *s3.ListObjectsV2Input
	return all(as(&in), as(&options))
}

func (driverTypes) BeforeSign(as func(any) bool) error {
	var get *s3.GetObjectInput
	var put *s3.PutObjectInput
	var del *s3.DeleteObjectInput
	return all(as(&get) || as(&put) || as(&del))
}

func (driverTypes) AttributesCheck(a *blob.Attributes) error {
	var out s3.HeadObjectOutput
	return all(a.As(&out), out.ContentLanguage == language)
}

func (driverTypes) ReaderCheck(r *blob.Reader) error {
	var out s3.GetObjectOutput
	return all(r.As(&out), out.ContentLanguage == language)
}

func (driverTypes) ListObjectCheck(o *blob.ListObject) error {
	if o.IsDir {
		var prefix s3.CommonPrefix
		return all(o.As(&prefix), prefix.Prefix == o.Key)
	}
	var object s3.Object
	if err := all(o.As(&object), object.Key == o.Key); err != nil {
		return fmt.Errorf("%w: %q", err, o.Key)
	}
	return nil
}
