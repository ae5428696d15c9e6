package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/swift"
	swifttransfer "github.com/stowage-go/stowage/swift/transfer"
)

// servers are the real ones.
type servers struct {
	store     *store
	openstack *openstack
}

// operation is one column: what is done under each fault.
type operation struct {
	name    string
	meaning string
	swift   bool // of Swift and Keystone, not of S3
	backend func(*servers) string
	// lasting and completion are for the cell's fields of those names.
	lasting, completion func(*http.Request) bool
	// midst is when a server is killed: before this request. Nil: in the midst of a body.
	midst func(n int, r *http.Request) bool
	// prepare makes, without faults, what the operation needs; may be nil.
	prepare func(context.Context, *trial) error
	// run does it under the fault; its error is the operation's own, or a wrongBytes.
	run func(context.Context, *trial) error
	// holds compares, without faults, what a success has made; may be nil. It tells whether it
	// is there, and fails when it is not what it has to be.
	holds func(context.Context, *trial) (bool, error)
	// typed: the error is of the type that the operation promises.
	typed func(error) bool
	// left looks, without faults, at what there is after an error, and takes it away. It fails
	// when something is left that the error does not tell.
	left func(ctx context.Context, t *trial, err error) (Leaving, error)
}

// trial is one run of an operation.
type trial struct {
	*servers
	*operation
	cell *cell
	key  string // the trial's own
	dir  string
	// token is what a login brought.
	token string
	// afterwards is done before it is looked at what there is; may be nil.
	afterwards func(context.Context) error
}

// errLeft: something was left behind without a word.
var errLeft = errors.New("left without a word")

func atStore(s *servers) string { return s.store.options.Endpoint }

func isPart(r *http.Request) bool { return r.URL.Query().Has("partNumber") }

func isCompletion(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

func isSegment(r *http.Request) bool { return strings.Contains(r.URL.Path, "/slo/") }

func isManifest(r *http.Request) bool { return r.URL.Query().Get("multipart-manifest") == "put" }

func nothing(context.Context, *trial, error) (Leaving, error) { return Leaving{}, nil }

// operations are the columns.
var operations = []operation{
	{
		name: "put", meaning: "PutObject of 256 KiB, which is read back.",
		backend: atStore, typed: isA[*smithy.OperationError],
		run: func(ctx context.Context, t *trial) error {
			client, err := t.cell.s3(t.store)
			if err != nil {
				return err
			}
			_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: t.store.bucket, Key: t.key, Body: bytes.NewReader(content(3, smallSize))})
			return err
		},
		holds: func(ctx context.Context, t *trial) (bool, error) {
			return t.store.holds(ctx, t.key, content(3, smallSize))
		},
		left: leftDone,
	},
	{
		name: "get", meaning: "GetObject of 10 MiB and a byte with ChecksumMode, read to its end.",
		backend: atStore, left: nothing,
		typed: isA[*smithy.OperationError],
		run: func(ctx context.Context, t *trial) error {
			client, err := t.cell.s3(t.store)
			if err != nil {
				return err
			}
			out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: t.store.bucket, Key: largeKey, ChecksumMode: s3.ChecksumModeEnabled})
			if err != nil {
				return err
			}
			defer out.Body.Close()
			return same(out.Body, t.store.large)
		},
	},
	{
		name: "list", meaning: "ListObjectsV2Pages over 25 keys in 3 pages.",
		backend: atStore, left: nothing, typed: isA[*smithy.OperationError],
		midst: func(n int, _ *http.Request) bool { return n == 2 },
		run: func(ctx context.Context, t *trial) error {
			client, err := t.cell.s3(t.store)
			if err != nil {
				return err
			}
			var keys []string
			for page, err := range client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: t.store.bucket, Prefix: listedAt, MaxKeys: 10}) {
				if err != nil {
					return err
				}
				for _, o := range page.Contents {
					keys = append(keys, o.Key)
				}
			}
			if !slices.Equal(keys, t.store.listed) {
				return &wrongBytes{fmt.Sprintf("a listing of %d keys for one of %d", len(keys), len(t.store.listed))}
			}
			return nil
		},
	},
	{
		name: "delete", meaning: "DeleteObject.",
		backend: atStore, typed: isA[*smithy.OperationError],
		midst:   func(n int, _ *http.Request) bool { return n == 1 },
		prepare: func(ctx context.Context, t *trial) error { return t.store.put(ctx, t.key, []byte("to be deleted")) },
		run: func(ctx context.Context, t *trial) error {
			client, err := t.cell.s3(t.store)
			if err != nil {
				return err
			}
			_, err = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: t.store.bucket, Key: t.key})
			return err
		},
		holds: func(ctx context.Context, t *trial) (bool, error) {
			there, err := t.store.holds(ctx, t.key, []byte("to be deleted"))
			return !there, err
		},
		left: leftDone,
	},
	{
		name: "multipart", meaning: "Manager.Upload of 10 MiB and a byte in 3 parts. A fault that lasts begins with the parts.",
		backend: atStore, lasting: isPart, completion: isCompletion, typed: isA[*transfer.UploadError],
		run: func(ctx context.Context, t *trial) error {
			m, err := t.manager()
			if err != nil {
				return err
			}
			_, err = m.Upload(ctx, &s3.PutObjectInput{Bucket: t.store.bucket, Key: t.key, Body: bytes.NewReader(content(4, largeSize))})
			return err
		},
		holds: func(ctx context.Context, t *trial) (bool, error) {
			return t.store.holds(ctx, t.key, content(4, largeSize))
		},
		left: func(ctx context.Context, t *trial, err error) (Leaving, error) {
			e := as[*transfer.UploadError](err)
			return t.leftByUpload(ctx, e.UploadId, e.Parts)
		},
	},
	{
		name: "download", meaning: "Manager.DownloadFile of 10 MiB and a byte in 3 requests.",
		backend: atStore, typed: isA[*transfer.DownloadError],
		run: func(ctx context.Context, t *trial) error {
			m, err := t.manager()
			if err != nil {
				return err
			}
			file := filepath.Join(t.dir, "file")
			if _, err := m.DownloadFile(ctx, file, &s3.GetObjectInput{Bucket: t.store.bucket, Key: largeKey}); err != nil {
				return err
			}
			got, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			return same(bytes.NewReader(got), t.store.large)
		},
		left: func(_ context.Context, t *trial, _ error) (Leaving, error) {
			entries, err := os.ReadDir(t.dir)
			if err == nil && len(entries) > 0 {
				err = fmt.Errorf("%w: the file %s", errLeft, entries[0].Name())
			}
			return Leaving{}, err
		},
	},
	{
		name: "copy", meaning: "Manager.Copy of 10 MiB and a byte in 3 parts, on the server. A fault that lasts begins with the parts.",
		backend: atStore, lasting: isPart, completion: isCompletion, typed: isA[*transfer.CopyError],
		midst: func(_ int, r *http.Request) bool { return r.URL.Query().Get("partNumber") == "2" },
		run: func(ctx context.Context, t *trial) error {
			m, err := t.manager()
			if err != nil {
				return err
			}
			_, err = m.Copy(ctx, &s3.CopyObjectInput{Bucket: t.store.bucket, Key: t.key, CopySource: t.store.bucket + "/" + largeKey})
			return err
		},
		holds: func(ctx context.Context, t *trial) (bool, error) {
			return t.store.holds(ctx, t.key, t.store.large)
		},
		left: func(ctx context.Context, t *trial, err error) (Leaving, error) {
			e := as[*transfer.CopyError](err)
			return t.leftByUpload(ctx, e.UploadId, e.Parts)
		},
	},
	{
		name: "SLO", meaning: "Uploader.UploadSLO of 150 KiB in 3 segments to Swift. A fault that lasts begins with the segments. The login meets no fault.",
		swift: true, lasting: isSegment, completion: isManifest, typed: isA[*swifttransfer.UploadError],
		backend: func(s *servers) string { return s.openstack.storage },
		run: func(ctx context.Context, t *trial) error {
			client, err := t.cell.swift(t.openstack)
			if err != nil {
				return err
			}
			up, err := swifttransfer.NewUploader(client, func(o *swifttransfer.Options) { o.PartSize, o.AbortTimeout = segmentSize, t.cell.abort })
			if err != nil {
				return err
			}
			_, err = up.UploadSLO(ctx, &swift.CreateObjectInput{Container: t.openstack.container, Object: t.key, Body: bytes.NewReader(content(5, 3*segmentSize))})
			return err
		},
		holds: func(ctx context.Context, t *trial) (bool, error) {
			return t.openstack.holds(ctx, t.key, content(5, 3*segmentSize))
		},
		left: func(ctx context.Context, t *trial, err error) (Leaving, error) {
			if l, err := leftDone(ctx, t, nil); err != nil || l != (Leaving{}) {
				return l, err
			}
			segments, serr := t.openstack.names(ctx, t.openstack.segments(), t.key+"/")
			if serr != nil || len(segments) == 0 {
				return Leaving{}, serr
			}
			if e := as[*swifttransfer.UploadError](err); e.Parts != swifttransfer.PartsUnknown || e.SegmentContainer == "" {
				return Leaving{}, fmt.Errorf("%w: %d segments, and the error tells %q", errLeft, len(segments), e.Parts)
			}
			return partsLeft, nil
		},
	},
	{
		name: "login", meaning: "identity.Client.Token by password at Keystone; the token then opens the account.",
		swift: true, left: nothing, typed: isA[*smithy.OperationError],
		backend: func(s *servers) string { return s.openstack.keystone },
		run: func(ctx context.Context, t *trial) error {
			client, err := t.cell.identity(t.openstack)
			if err != nil {
				return err
			}
			token, err := client.Token(ctx)
			if err == nil {
				t.token = string(token.ID)
			}
			return err
		},
		holds: func(ctx context.Context, t *trial) (bool, error) {
			opened, err := swift.New(swift.Options{Auth: swift.StaticToken(t.token, t.openstack.env["SWIFT_STORAGE_URL"]), Profile: swift.OpenStack()})
			if err == nil {
				_, err = opened.HeadAccount(ctx, nil)
			}
			return true, err
		},
	},
}

const segmentSize = 50 << 10

// manager is one whose transfers take several parts.
func (t *trial) manager() (*transfer.Manager, error) {
	client, err := t.cell.s3(t.store)
	if err != nil {
		return nil, err
	}
	return transfer.NewManager(client, func(o *transfer.Options) {
		o.PartSize, o.Threshold, o.AbortTimeout = minPart, minPart, t.cell.abort
	})
}

// leftDone tells of a success that the operation took for a failure.
func leftDone(ctx context.Context, t *trial, _ error) (Leaving, error) {
	is, err := t.holds(ctx, t)
	if is && err == nil {
		return done, nil
	}
	return Leaving{}, err
}

// leftByUpload looks at the object and at the uploads to its key.
func (t *trial) leftByUpload(ctx context.Context, told string, parts transfer.Parts) (Leaving, error) {
	ids, err := t.store.uploads(ctx, t.key)
	if err != nil {
		return Leaving{}, err
	}
	if slices.Contains(ids, told) {
		if parts != transfer.PartsUnknown {
			return Leaving{}, fmt.Errorf("%w: its upload, and the error tells %q", errLeft, parts)
		}
		return partsLeft, t.store.abort(ctx, t.key, told)
	}
	if stray, err := t.strays(ctx); err != nil || stray != (Leaving{}) {
		return stray, err
	}
	return leftDone(ctx, t, nil)
}

// strays finds uploads to the trial's key that nobody can know, and ends them.
func (t *trial) strays(ctx context.Context) (Leaving, error) {
	if t.completion == nil || t.swift {
		return Leaving{}, nil
	}
	ids, err := t.store.uploads(ctx, t.key)
	if err != nil || len(ids) == 0 {
		return Leaving{}, err
	}
	for _, id := range ids {
		if err := t.store.abort(ctx, t.key, id); err != nil {
			return Leaving{}, err
		}
	}
	return lostUpload, nil
}
