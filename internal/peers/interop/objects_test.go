//go:build integration

package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// objectCase is a row of the tables of objects.
type objectCase struct {
	row, key string
	object   object
	write    func(context.Context, client, place, object) error
	tags     bool // compared too
	sums     bool // for servers that keep checksums
}

func put(ctx context.Context, c client, at place, o object) error    { return c.put(ctx, at, o) }
func parts(ctx context.Context, c client, at place, o object) error  { return c.parts(ctx, at, o) }
func stream(ctx context.Context, c client, at place, o object) error { return c.stream(ctx, at, o) }

// Copies are made of what earlier rows wrote, by the same client.
func copied(ctx context.Context, c client, at place, _ object) error {
	return c.copy(ctx, place{at.bucket, "metadata"}, at)
}

func copiedParts(ctx context.Context, c client, at place, o object) error {
	return c.copyParts(ctx, place{at.bucket, "parts"}, at, int64(len(o.Body)))
}

func objectCases() []objectCase {
	small, large := data(100_000), data(partsSize)
	metadata := map[string]string{"owner": "a b;c=\"d\"", "n": "1"}
	typed := func(body []byte) object {
		return object{Body: body, ContentType: "text/x-test; charset=utf-8", Metadata: metadata}
	}
	summed := func(algorithm string, body []byte) object {
		return object{Body: body, Algorithm: algorithm, Checksum: checksum(algorithm, body)}
	}
	cases := []objectCase{
		{row: rowPut, key: "put", object: object{Body: small, ETag: etag(small), ContentType: "application/x-test"}, write: put},
		{row: rowEmpty, key: "empty", object: object{Body: []byte{}, ETag: etag(nil)}, write: put},
		{row: rowHeaders, key: "headers", object: object{
			Body: small, ContentType: "text/x-test; charset=utf-8", CacheControl: "max-age=60, private", ContentEncoding: "x-none",
			ContentDisposition: `attachment; filename="a b+c.txt"`, ContentLanguage: "ko, en",
		}, write: put},
		{row: rowMetadata, key: "metadata", object: typed(small), write: put},
		{row: rowMetadataBeyond, key: "metadata beyond", object: object{Body: small, Metadata: map[string]string{"name": "저장소 ü"}}, write: put},
		{row: rowTags, key: "tags", object: object{Body: small, Tags: map[string]string{"a": "1 + 2", "b/c": "=:@"}}, write: put, tags: true},
		{row: rowParts, key: "parts", object: typed(large), write: parts},
		{row: rowStream, key: "stream", object: typed(large), write: stream},
		{row: rowCopy, key: "copy", object: typed(small), write: copied},
		{row: rowCopyParts, key: "copy in parts", object: typed(large), write: copiedParts},
		{row: rowCRC64, key: "crc64nvme", object: summed("CRC64NVME", small), write: put, sums: true},
		{row: rowCRC64Parts, key: "crc64nvme in parts", object: summed("CRC64NVME", large), write: parts, sums: true},
		{row: rowCRC32C, key: "crc32c", object: summed("CRC32C", small), write: put, sums: true},
		{row: rowSHA256, key: "sha256", object: summed("SHA256", small), write: put, sums: true},
	}
	for _, k := range keys {
		body := []byte("body of " + k.key)
		cases = append(cases, objectCase{row: k.name, key: k.key, object: object{Body: body, ETag: etag(body)}, write: put})
	}
	return cases
}

func (oc objectCase) read(ctx context.Context, c client, bucket string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	at := place{bucket, oc.key}
	got, err := c.get(ctx, at)
	if err != nil {
		return err
	}
	if oc.tags {
		if got.Tags, err = c.tags(ctx, at); err != nil {
			return err
		}
	}
	return differences(oc.object, got)
}

// written is what became of one client's writing.
type written struct {
	client client
	bucket string
	errors map[string]error // by row
}

func write(t *testing.T, c client, bucket string, cases []objectCase) written {
	t.Helper()
	w := written{client: c, bucket: bucket, errors: make(map[string]error)}
	for _, oc := range cases {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		w.errors[oc.row] = oc.write(ctx, c, place{bucket, oc.key}, oc.object)
		cancel()
		if took := time.Since(start); took > 10*time.Second {
			t.Logf("%T, %s: %s", c, oc.row, took.Round(time.Second))
		}
	}
	return w
}

// TestObjects: what ours has written is read by each other client, and what each of them has
// written by ours.
func TestObjects(t *testing.T) {
	t.Parallel()
	each(t, backends, func(t *testing.T, name string) {
		ctx, s := t.Context(), openServer(t, name)
		us, err := openOurs(s)
		require.NoError(t, err)
		mc, err := openMinio(s)
		require.NoError(t, err)
		py, err := startPython(s)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, py.close()) })
		others := map[string]client{
			"aws-sdk-go-v2": openAWS(s), "minio-go": mc, "boto3": pythonClient{py, "boto3"}, "AWS CLI": pythonClient{py, "aws"},
		}
		table := title(s.name)
		var cases []objectCase
		for _, oc := range objectCases() {
			if !oc.sums || len(s.profile.Checksums) > 0 {
				cases = append(cases, oc)
				continue
			}
			for _, name := range peers {
				record(table, oc.row, reads(name), None)
				record(table, oc.row, writes(name), None)
			}
		}
		judge(ctx, t, table, us, peers, others, cases, us.bucket)
	})
}

// judge has each client read what ours has written, and ours what each of them has.
func judge(ctx context.Context, t *testing.T, table string, us client, names []string, others map[string]client, cases []objectCase, bucket func(*testing.T) string) {
	t.Helper()
	own := write(t, us, bucket(t), cases)
	for _, name := range names {
		theirs := write(t, others[name], bucket(t), cases)
		for _, oc := range cases {
			// Whether the other client fares better with what it has written itself.
			cell := func(err error) string {
				text := outcome(err)
				if text == Same || text == None || text == "not sent" {
					return text
				}
				itself := theirs.errors[oc.row]
				if itself == nil {
					itself = oc.read(ctx, theirs.client, theirs.bucket)
				}
				if outcome(itself) == text {
					text += ", by itself too"
				}
				return text
			}
			err := own.errors[oc.row]
			if err == nil {
				err = oc.read(ctx, theirs.client, own.bucket)
			}
			record(table, oc.row, reads(name), cell(err))
			err = theirs.errors[oc.row]
			if err == nil {
				err = oc.read(ctx, us, theirs.bucket)
			}
			record(table, oc.row, writes(name), cell(err))
		}
		for row, delimiter := range map[string]string{rowListing: "", rowDelimiter: "/"} {
			record(table, row, reads(name), outcome(sameListing(ctx, us, theirs.client, own.bucket, delimiter)))
			record(table, row, writes(name), outcome(sameListing(ctx, us, theirs.client, theirs.bucket, delimiter)))
		}
	}
}

// sameListing is nil when both clients list the same, and as much as there is.
func sameListing(ctx context.Context, one, other client, bucket, delimiter string) error {
	tidy := func(c client) ([]entry, error) {
		entries, err := c.list(ctx, bucket, delimiter)
		for i := range entries {
			entries[i].ETag = strings.Trim(entries[i].ETag, `"`)
		}
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.Key, b.Key) })
		return entries, err
	}
	want, err := tidy(one)
	if err != nil {
		return fmt.Errorf("ours: %w", err)
	}
	got, err := tidy(other)
	if err != nil {
		return err
	}
	if len(want) < 15 {
		return fmt.Errorf("ours lists %d objects", len(want))
	}
	if len(want) != len(got) {
		return finding(fmt.Sprintf("%d entries for %d", len(got), len(want)))
	}
	for i := range want {
		if want[i] != got[i] {
			return finding(fmt.Sprintf("%q %d %s for %q %d %s", got[i].Key, got[i].Size, got[i].ETag, want[i].Key, want[i].Size, want[i].ETag))
		}
	}
	return nil
}
