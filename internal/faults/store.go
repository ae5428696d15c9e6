package faults

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// store is the real server of the S3 columns, with a client that meets no fault.
type store struct {
	options s3.Options
	clean   *s3.Client
	bucket  string
	// checksum is the algorithm of those that the server keeps; empty: none.
	checksum s3.ChecksumAlgorithm
	// Objects that are there from the start, and that nobody changes.
	large  []byte
	listed []string
}

const (
	largeKey = "there/large"
	listedAt = "listed/"

	minPart   = 5 << 20
	smallSize = 256 << 10
	largeSize = 2*minPart + 1
)

// newStore makes a bucket with what is read. checksum is what objects are stored with.
func newStore(ctx context.Context, env integration.Env, profile s3.Profile, checksum s3.ChecksumAlgorithm) (*store, error) {
	m := &store{
		options: s3.Options{
			Endpoint: env["S3_ENDPOINT"], Region: env["S3_REGION"], Profile: profile,
			Credentials: sigv4.Static(env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], ""),
		},
		checksum: checksum,
		bucket:   uniqueName(),
		large:    content(2, largeSize),
	}
	// A server that has just been started leaves a request without an answer now and then.
	hop := transport.NewHTTPTransport(nil)
	hop.ResponseHeaderTimeout = usualPatience
	var err error
	if m.clean, err = s3.New(m.options, func(o *s3.Options) { o.HTTPClient, o.MaxAttempts = &http.Client{Transport: hop}, 10 }); err != nil {
		return nil, err
	}
	if _, err = m.clean.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: m.bucket}); err != nil {
		return nil, err
	}
	if err := m.put(ctx, largeKey, m.large); err != nil {
		return nil, err
	}
	for i := range 25 {
		key := fmt.Sprintf("%s%02d", listedAt, i)
		if err := m.put(ctx, key, []byte(key)); err != nil {
			return nil, err
		}
		m.listed = append(m.listed, key)
	}
	return m, nil
}

// works waits until the server, which has just been started, does what it is asked for.
func (m *store) works(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		_, err := m.clean.HeadObject(ctx, &s3.HeadObjectInput{Bucket: m.bucket, Key: largeKey})
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// remove deletes the bucket with all that is in it.
func (m *store) remove(ctx context.Context) error {
	for page, err := range m.clean.ListMultipartUploadsPages(ctx, &s3.ListMultipartUploadsInput{Bucket: m.bucket}) {
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			if err := m.abort(ctx, u.Key, u.UploadId); err != nil {
				return err
			}
		}
	}
	if _, err := m.clean.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: m.bucket}); err != nil {
		return err
	}
	_, err := m.clean.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: m.bucket})
	return err
}

func (m *store) abort(ctx context.Context, key, id string) error {
	_, err := m.clean.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: m.bucket, Key: key, UploadId: id})
	return err
}

// put stores an object, where it can with a checksum that the server tells to who reads it.
func (m *store) put(ctx context.Context, key string, body []byte) error {
	_, err := m.clean.PutObject(ctx, &s3.PutObjectInput{
		Bucket: m.bucket, Key: key, Body: bytes.NewReader(body), ChecksumAlgorithm: m.checksum,
	})
	return err
}

// holds tells whether the object is there; when it is, its bytes have to be those of body.
func (m *store) holds(ctx context.Context, key string, body []byte) (bool, error) {
	out, err := m.clean.GetObject(ctx, &s3.GetObjectInput{Bucket: m.bucket, Key: key})
	if isAny(s3.ErrNotFound)(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer out.Body.Close()
	return true, same(out.Body, body)
}

// uploads are the ids of the uploads under way to a key.
func (m *store) uploads(ctx context.Context, key string) ([]string, error) {
	var ids []string
	for page, err := range m.clean.ListMultipartUploadsPages(ctx, &s3.ListMultipartUploadsInput{Bucket: m.bucket, Prefix: key}) {
		if err != nil {
			return nil, err
		}
		for _, u := range page.Uploads {
			if u.Key == key {
				ids = append(ids, u.UploadId)
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// wrongBytes is the worst: the operation says that all is well, and it is not.
type wrongBytes struct{ what string }

func (e *wrongBytes) Error() string { return "wrong bytes: " + e.what }

// same compares what is read with what it has to be.
func same(r io.Reader, want []byte) error {
	got, err := io.ReadAll(r)
	switch {
	case !bytes.HasPrefix(want, got):
		return &wrongBytes{fmt.Sprintf("%d bytes came, and they are not the %d that were stored", len(got), len(want))}
	case err != nil:
		return err
	case len(got) != len(want):
		return &wrongBytes{fmt.Sprintf("%d bytes came of the %d that were stored, and no error", len(got), len(want))}
	}
	return nil
}

// content is reproducible noise.
func content(seed uint64, size int) []byte {
	b := make([]byte, size)
	var key [32]byte
	key[0] = byte(seed)
	_, _ = mathrand.NewChaCha8(key).Read(b) // never fails
	return b
}

func uniqueName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return "faults-" + hex.EncodeToString(b[:])
}

// keyOf is a key that only one cell has.
func keyOf(fault, column string) string {
	return strings.NewReplacer(" ", "-", ",", "", ":", "").Replace(fault) + "/" + column
}
