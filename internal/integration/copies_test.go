//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// copyInParts copies in parts where the server's profile trusts no ranges, too: here it is
// seen what comes of it.
func copyInParts(o *transfer.Options) {
	inParts(o)
	o.ClientOptions = append(o.ClientOptions, func(o *s3.Options) { o.Profile.RangedPartCopy = true })
}

func copyStreamed(o *transfer.Options) {
	inParts(o)
	o.StreamCopies = true
}

func (s *server) copy(ctx context.Context, in *s3.CopyObjectInput, fns ...func(*transfer.Options)) (*transfer.CopyOutput, error) {
	m, err := transfer.NewManager(s.client, fns...)
	if err != nil {
		return nil, err
	}
	return m.Copy(ctx, in)
}

// tagged is whether the server keeps the tags of objects.
func (s *server) tagged() bool { return s.client.Supports("PutObjectTagging") }

// describes is whether the server keeps what describes an object, beside its Content-Type.
func (s *server) describes() bool { return !s.options.Profile.ContentTypeOnly }

// copied finds out whether an object is what the source of TestTransferCopies is.
func (s *server) copied(ctx context.Context, bucket, key string, want []byte, described, tags bool) error {
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
	if err != nil {
		return err
	}
	disposition, metadata := `attachment; filename="a.txt"`, map[string]string{"a": "1", "umlaut": "grün"}
	if !described {
		disposition, metadata = "", nil
	}
	if err := all(s.holds(ctx, bucket, key, want),
		that(head.ContentType == "text/x-test" && head.ContentDisposition == disposition, "Content-Type %q, Content-Disposition %q", head.ContentType, head.ContentDisposition),
		that(maps.Equal(head.Metadata, metadata), "metadata is %v", head.Metadata)); err != nil || !tags {
		return err
	}
	out, err := s.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: key})
	if err != nil {
		return err
	}
	got := make(map[string]string, len(out.TagSet))
	for _, t := range out.TagSet {
		got[t.Key] = t.Value
	}
	return that(maps.Equal(got, map[string]string{"kind": "test", "with space": "a+b"}), "tags are %v", got)
}

// source stores the object that TestTransferCopies copies.
func (s *server) source(t *testing.T, bucket, key string, body []byte, fns ...func(*transfer.Options)) {
	t.Helper()
	in := &s3.PutObjectInput{
		Bucket: bucket, Key: key, Body: bytes.NewReader(body), ContentType: "text/x-test", ContentDisposition: `attachment; filename="a.txt"`,
		Metadata: map[string]string{"a": "1", "umlaut": "grün"},
	}
	if s.tagged() {
		in.Tagging = "kind=test&with%20space=a%2Bb"
	}
	_, err := s.upload(t.Context(), in, fns...)
	require.NoError(t, err)
}

func TestTransferCopies(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket, second := s.bucket(t), s.bucket(t)
		const key = "dir/a b+cü.bin"
		body := data(minPart + 12345)
		s.source(t, bucket, key, body, func(o *transfer.Options) { o.Threshold = 3 * minPart })
		from := s3.CopySource(bucket, key, "")
		for name, c := range map[string]struct {
			options func(*transfer.Options)
			parts   int
		}{
			"copy":           {func(*transfer.Options) {}, 0},
			"copy in parts":  {copyInParts, 2},
			"copy, streamed": {copyStreamed, 2},
		} {
			s.check(t, name, func(ctx context.Context, _ *testing.T) error {
				var last transfer.Progress
				out, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: second, Key: name, CopySource: from}, c.options,
					func(o *transfer.Options) { o.Progress = func(p transfer.Progress) { last = p } })
				if err != nil {
					return err
				}
				head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: second, Key: name})
				if err != nil {
					return err
				}
				return all(s.copied(ctx, second, name, body, s.describes(), s.tagged()),
					that(out.Parts == c.parts && out.Size == int64(len(body)), "output is %+v", out),
					that(out.SizeVerified, "the size was not verified"),
					that(trim(out.ETag) == trim(head.ETag), "ETag is %q, told as %q", head.ETag, out.ETag),
					that(last.Done && last.Bytes == out.Size, "progress ended at %+v", last))
			})
			s.check(t, name+", metadata replaced", func(ctx context.Context, _ *testing.T) error {
				_, err := s.copy(ctx, &s3.CopyObjectInput{
					Bucket: second, Key: "replaced", CopySource: from, MetadataDirective: s3.MetadataDirectiveReplace, TaggingDirective: s3.TaggingDirectiveReplace,
					ContentType: "text/other", Metadata: map[string]string{"b": "2"},
				}, c.options)
				if err != nil {
					return err
				}
				head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: second, Key: "replaced"})
				metadata := map[string]string{"b": "2"}
				if !s.describes() {
					metadata = nil
				}
				return all(err, s.holds(ctx, second, "replaced", body),
					that(head.ContentType == "text/other" && maps.Equal(head.Metadata, metadata), "Content-Type %q, metadata %v", head.ContentType, head.Metadata))
			})
			s.check(t, name+" of nothing", func(ctx context.Context, t *testing.T) error {
				s.put(t, bucket, "empty", 0)
				out, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: second, Key: "empty", CopySource: bucket + "/empty"}, c.options)
				if err != nil {
					return err
				}
				return all(s.holds(ctx, second, "empty", nil), that(out.Parts == 0, "%d parts", out.Parts))
			})
			s.check(t, name+" of none", func(ctx context.Context, _ *testing.T) error {
				_, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: second, Key: "never", CopySource: bucket + "/none"}, c.options)
				return expect(err, s3.ErrNotFound)
			})
			s.check(t, name+", condition that fails", func(ctx context.Context, _ *testing.T) error {
				_, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: second, Key: "never", CopySource: from, CopySourceIfMatch: `"` + strings.Repeat("0", 32) + `"`}, c.options)
				return expect(err, s3.ErrPreconditionFailed)
			})
		}
		// An object in parts has an ETag of another form, to which a copy is held all the same.
		parted := "parted"
		s.source(t, bucket, parted, body, inParts)
		for name, options := range map[string]func(*transfer.Options){"copy": func(*transfer.Options) {}, "copy in parts": copyInParts, "copy, streamed": copyStreamed} {
			s.check(t, name+" of an object in parts", func(ctx context.Context, _ *testing.T) error {
				if _, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: second, Key: "of parts", CopySource: bucket + "/" + parted}, options); err != nil {
					return err
				}
				return s.copied(ctx, second, "of parts", body, s.describes(), s.tagged())
			})
		}
		s.check(t, "copy in parts onto itself", func(ctx context.Context, _ *testing.T) error {
			if _, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: parted, CopySource: bucket + "/" + parted}, copyInParts); err != nil {
				return err
			}
			return s.copied(ctx, bucket, parted, body, s.describes(), s.tagged())
		})
		// Some servers take such a key for another one when a part is copied: there it is one
		// CopyObject.
		for _, escaped := range []string{"x%41", "what?&a=b#c", "what&a=b#c"} {
			if strings.Contains(escaped, "?") && s.options.Profile.RewrittenKeys&s3.KeyQuestionMark != 0 {
				continue // the profile refuses it wherever it stands
			}
			s.check(t, "copy in parts of a key that is escaped", func(ctx context.Context, _ *testing.T) error {
				s.source(t, bucket, escaped, body[:minPart+1])
				out, err := s.copy(ctx, &s3.CopyObjectInput{Bucket: second, Key: escaped, CopySource: s3.CopySource(bucket, escaped, "")}, copyInParts)
				if err != nil {
					return err
				}
				twice := s.options.Profile.PartCopyDecodesTwice && strings.ContainsAny(escaped, "%?")
				return all(s.copied(ctx, second, escaped, body[:minPart+1], s.describes(), s.tagged()), that(twice == (out.Parts == 0), "%d parts", out.Parts))
			})
		}
		s.check(t, "copy in parts that is cancelled", func(ctx context.Context, _ *testing.T) error {
			given, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			cause := errors.New("enough")
			_, err := s.copy(given, &s3.CopyObjectInput{Bucket: second, Key: "cancelled", CopySource: from}, copyInParts, func(o *transfer.Options) {
				o.Concurrency, o.ProgressInterval = 1, -1
				o.Progress = func(p transfer.Progress) {
					if p.PartsDone == 1 {
						cancel(cause)
					}
				}
			})
			if err := expect(err, cause); err != nil {
				return err
			}
			left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: second, Prefix: "cancelled"})
			return all(err, that(len(left) == 0, "uploads are left: %q", left))
		})
	})
}

// Between servers the bytes go through this process.
func TestTransferCopiesBetweenServers(t *testing.T) {
	for _, to := range servers {
		for _, from := range servers {
			if from.name == to.name || from.scheme != "http" {
				continue
			}
			t.Run(fmt.Sprintf("%s to %s over %s", from.name, to.name, to.scheme), func(t *testing.T) {
				body := data(2*minPart + 12345)
				source, bucket := from.bucket(t), to.bucket(t)
				from.source(t, source, "k", body, inParts)
				in := &s3.CopyObjectInput{Bucket: bucket, Key: "k", CopySource: source + "/k"}
				if from.tagged() && !to.tagged() {
					_, err := to.copy(t.Context(), in, inParts, func(o *transfer.Options) { o.SourceClient = from.client })
					require.ErrorContains(t, err, "TaggingDirective")
					in.TaggingDirective = s3.TaggingDirectiveReplace
				}
				if from.describes() && !to.describes() {
					_, err := to.copy(t.Context(), in, inParts, func(o *transfer.Options) { o.SourceClient = from.client })
					require.ErrorContains(t, err, "MetadataDirective")
					in.MetadataDirective, in.ContentType = s3.MetadataDirectiveReplace, "text/x-test"
				}
				out, err := to.copy(t.Context(), in, inParts, func(o *transfer.Options) { o.SourceClient = from.client })
				require.NoError(t, err)
				require.Equal(t, 3, out.Parts)
				require.True(t, out.Streamed)
				require.NoError(t, to.copied(t.Context(), bucket, "k", body, from.describes() && to.describes(), from.tagged() && to.tagged()))
			})
		}
	}
}

// A copy keeps the source's grants when it is asked to, where a server has any.
func TestTransferCopyACL(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		if s.name != "ceph" {
			skipped(t, "TestTransferCopyACL")
		}
		bucket := s.bucket(t)
		body := data(minPart + 1)
		_, err := s.upload(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: "public", Body: bytes.NewReader(body), ACL: s3.ObjectCannedACLPublicRead})
		require.NoError(t, err)
		grants := func(key string) []s3.Grant {
			out, err := s.client.GetObjectAcl(t.Context(), &s3.GetObjectAclInput{Bucket: bucket, Key: key})
			require.NoError(t, err)
			return out.Grants
		}
		want := grants("public")
		require.Len(t, want, 2)
		for name, options := range map[string]func(*transfer.Options){"one": func(*transfer.Options) {}, "parts": copyInParts, "streamed": copyStreamed} {
			_, err := s.copy(t.Context(), &s3.CopyObjectInput{Bucket: bucket, Key: name, CopySource: bucket + "/public"}, options)
			require.NoError(t, err)
			require.Len(t, grants(name), 1)
			_, err = s.copy(t.Context(), &s3.CopyObjectInput{Bucket: bucket, Key: name, CopySource: bucket + "/public"}, options, func(o *transfer.Options) { o.CopyACL = true })
			require.NoError(t, err)
			require.ElementsMatch(t, want, grants(name))
		}
	})
}
