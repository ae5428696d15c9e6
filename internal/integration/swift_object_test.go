//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stowage-go/stowage/swift"
)

// head tells an object of the shared container.
func (s *swiftServer) head(ctx context.Context, object string) (*swift.HeadObjectOutput, error) {
	return s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: s.shared, Object: object})
}

// gone waits for an object of the shared container to end.
func (s *swiftServer) gone(ctx context.Context, object string) error {
	return eventually(ctx, func() (bool, error) {
		_, err := s.head(ctx, object)
		if errors.Is(err, swift.ErrNotFound) {
			return true, nil
		}
		return false, err
	})
}

// upload stores an object in the shared container and runs a check on what HEAD tells of it.
func (s *swiftServer) upload(ctx context.Context, in swift.CreateObjectInput, check func(*swift.HeadObjectOutput) bool) error {
	in.Container = s.shared
	if in.Body == nil {
		in.Body = strings.NewReader("content")
	}
	if _, err := s.client.CreateObject(ctx, &in); err != nil {
		return err
	}
	out, err := s.head(ctx, in.Object)
	if err != nil {
		return err
	}
	return effect(check(out), "HEAD tells %+v", out)
}

const contentMD5 = "9a0364b9e99bb480dd25e1f0284c8555" // of "content"

var swiftObjectRows = []swiftRow{
	{"CreateObject, HeadObject, GetObject, DeleteObject", func(ctx context.Context, s *swiftServer) error {
		const object = "whole life"
		body := data(300_000)
		in := &swift.CreateObjectInput{Container: s.shared, Object: object, Body: strings.NewReader(string(body))}
		put, err := s.client.CreateObject(ctx, in, func(o *swift.Options) { o.ETagCheck = swift.ETagCheckAlways })
		if err != nil {
			return err
		}
		head, err := s.head(ctx, object)
		if err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: object}, func(o *swift.Options) { o.ETagCheck = swift.ETagCheckAlways })
		if err != nil {
			return err
		}
		if err := same(out.Body, body); err != nil {
			return err
		}
		if _, err := s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: s.shared, Object: object}); err != nil {
			return err
		}
		_, err = s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: s.shared, Object: object})
		return all(
			that(head.ContentLength == 300_000 && out.ContentLength == 300_000, "length is %d", head.ContentLength),
			that(head.ETag == put.ETag && out.ETag == put.ETag && len(put.ETag) == 32, "ETags are %q, %q, %q", put.ETag, head.ETag, out.ETag),
			that(!head.LastModified.IsZero() && !head.Timestamp.IsZero() && head.TransID != "", "HEAD tells %+v", head),
			swiftRefused(err, swift.ErrNotFound),
		)
	}},
	{"CreateObject, empty", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "empty"})
		return all(err, s.holds(ctx, s.shared, "empty", ""))
	}},
	{"CreateObject, of unknown length", func(ctx context.Context, s *swiftServer) error {
		body := data(200_000)
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "chunked", Body: plain{strings.NewReader(string(body))}})
		return all(err, s.holds(ctx, s.shared, "chunked", string(body)))
	}},
	{"CreateObject, no container (404)", func(ctx context.Context, s *swiftServer) error {
		return swiftRefused(s.put(ctx, swiftName(), "o", "x"), swift.ErrNotFound)
	}},
	{"CreateObject, ContentType, ContentEncoding, ContentDisposition", func(ctx context.Context, s *swiftServer) error {
		in := swift.CreateObjectInput{Object: "typed", ContentType: "text/x-test; charset=utf-8", ContentEncoding: "x-test", ContentDisposition: `attachment; filename="x y.bin"`}
		return s.upload(ctx, in, func(out *swift.HeadObjectOutput) bool {
			return out.ContentType == in.ContentType && out.ContentEncoding == in.ContentEncoding && out.ContentDisposition == in.ContentDisposition
		})
	}},
	{"CreateObject, type by the name's extension", func(ctx context.Context, s *swiftServer) error {
		return s.upload(ctx, swift.CreateObjectInput{Object: "page.html"}, func(out *swift.HeadObjectOutput) bool { return strings.HasPrefix(out.ContentType, "text/html") })
	}},
	{"CreateObject, DetectContentType", func(ctx context.Context, s *swiftServer) error {
		return s.upload(ctx, swift.CreateObjectInput{Object: "detect.html", ContentType: "application/x-other", DetectContentType: true}, func(out *swift.HeadObjectOutput) bool {
			return strings.HasPrefix(out.ContentType, "text/html")
		})
	}},
	{"CreateObject, Metadata", func(ctx context.Context, s *swiftServer) error {
		return s.upload(ctx, swift.CreateObjectInput{Object: "meta", Metadata: map[string]string{"Foo-Bar": "v 1", "sign": "a=b&c;d", "ümlaut"[2:]: "x"}}, func(out *swift.HeadObjectOutput) bool {
			return out.Metadata["foo-bar"] == "v 1" && out.Metadata["sign"] == "a=b&c;d" && out.Metadata["mlaut"] == "x" && len(out.Metadata) == 3
		})
	}},
	{"CreateObject, Metadata in UTF-8", func(ctx context.Context, s *swiftServer) error {
		return s.upload(ctx, swift.CreateObjectInput{Object: "meta-utf8", Metadata: map[string]string{"color": "rot ü 사과"}}, func(out *swift.HeadObjectOutput) bool {
			return out.Metadata["color"] == "rot ü 사과"
		})
	}},
	{"CreateObject, ETag that holds", func(ctx context.Context, s *swiftServer) error {
		return s.upload(ctx, swift.CreateObjectInput{Object: "etag", ETag: contentMD5}, func(out *swift.HeadObjectOutput) bool { return out.ETag == contentMD5 })
	}},
	{"CreateObject, ETag that fails (422)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "etag-bad", ETag: strings.Repeat("0", 32), Body: strings.NewReader("content")})
		if err := swiftRefused(err, swift.ErrUnprocessable); err != nil {
			return err
		}
		_, err = s.head(ctx, "etag-bad")
		return swiftRefused(err, swift.ErrNotFound)
	}},
	{"CreateObject, DeleteAfter", func(ctx context.Context, s *swiftServer) error {
		if err := s.upload(ctx, swift.CreateObjectInput{Object: "after", DeleteAfter: 8}, func(out *swift.HeadObjectOutput) bool { return !out.DeleteAt.IsZero() }); err != nil {
			return err
		}
		return s.gone(ctx, "after")
	}},
	{"CreateObject, DeleteAt", func(ctx context.Context, s *swiftServer) error {
		at := time.Now().Add(8 * time.Second).Truncate(time.Second).UTC()
		if err := s.upload(ctx, swift.CreateObjectInput{Object: "at", DeleteAt: at}, func(out *swift.HeadObjectOutput) bool { return out.DeleteAt.Equal(at) }); err != nil {
			return err
		}
		return s.gone(ctx, "at")
	}},
	{"CreateObject, DeleteAt in the past (400)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "past", DeleteAt: time.Unix(1, 0)})
		return swiftRefused(err, swift.ErrBadRequest)
	}},
	{"CreateObject, too many bytes of metadata (400)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "much", Metadata: map[string]string{"x": strings.Repeat("y", 300)}})
		return swiftRefused(err, swift.ErrBadRequest)
	}},
	{"GetObject, no object (404)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "none", Newest: true})
		return swiftRefused(err, swift.ErrNotFound)
	}},
	{"GetObject, resumed after a break", func(ctx context.Context, s *swiftServer) error {
		body := string(data(400_000))
		if err := s.put(ctx, s.shared, "resume", body); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "resume"}, s.breaking(100_000, 250_000))
		if err != nil {
			return err
		}
		return same(out.Body, []byte(body))
	}},
	{"GetObject, replaced while it is read", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "replaced", string(data(400_000))); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "replaced"}, s.breaking(100_000))
		if err != nil {
			return err
		}
		defer out.Body.Close()
		if err := s.put(ctx, s.shared, "replaced", string(data(400_001))); err != nil {
			return err
		}
		_, err = io.ReadAll(out.Body)
		return swiftRefused(err, swift.ErrObjectChanged)
	}},
	{"UpdateObject, Metadata replaces all", func(ctx context.Context, s *swiftServer) error {
		if err := s.upload(ctx, swift.CreateObjectInput{Object: "post", Metadata: map[string]string{"old": "1"}}, func(*swift.HeadObjectOutput) bool { return true }); err != nil {
			return err
		}
		if _, err := s.client.UpdateObject(ctx, &swift.UpdateObjectInput{Container: s.shared, Object: "post", Metadata: map[string]string{"new": "2"}}); err != nil {
			return err
		}
		out, err := s.head(ctx, "post")
		if err != nil {
			return err
		}
		return effect(len(out.Metadata) == 1 && out.Metadata["new"] == "2", "metadata is %v", out.Metadata)
	}},
	{"UpdateObject, without a ContentType the type stays", func(ctx context.Context, s *swiftServer) error {
		return s.post(ctx, swift.CreateObjectInput{Object: "post-stay", ContentType: "text/x-one"}, swift.UpdateObjectInput{Metadata: map[string]string{"a": "b"}}, func(out *swift.HeadObjectOutput) bool {
			return out.ContentType == "text/x-one"
		})
	}},
	{"UpdateObject, ContentType", func(ctx context.Context, s *swiftServer) error {
		return s.post(ctx, swift.CreateObjectInput{Object: "post-type", ContentType: "text/x-one"}, swift.UpdateObjectInput{ContentType: "text/x-two"}, func(out *swift.HeadObjectOutput) bool {
			return out.ContentType == "text/x-two"
		})
	}},
	{"UpdateObject, ContentEncoding and ContentDisposition", func(ctx context.Context, s *swiftServer) error {
		return s.post(ctx, swift.CreateObjectInput{Object: "post-disposition"}, swift.UpdateObjectInput{ContentEncoding: "x-test", ContentDisposition: "inline"}, func(out *swift.HeadObjectOutput) bool {
			return out.ContentEncoding == "x-test" && out.ContentDisposition == "inline"
		})
	}},
	{"UpdateObject, DeleteAfter", func(ctx context.Context, s *swiftServer) error {
		if err := s.post(ctx, swift.CreateObjectInput{Object: "post-after"}, swift.UpdateObjectInput{DeleteAfter: 8}, func(out *swift.HeadObjectOutput) bool { return !out.DeleteAt.IsZero() }); err != nil {
			return err
		}
		return s.gone(ctx, "post-after")
	}},
	{"UpdateObject, RemoveDeleteAt", func(ctx context.Context, s *swiftServer) error {
		return s.post(ctx, swift.CreateObjectInput{Object: "post-remove", DeleteAfter: 3600}, swift.UpdateObjectInput{RemoveDeleteAt: true}, func(out *swift.HeadObjectOutput) bool { return out.DeleteAt.IsZero() })
	}},
	{"UpdateObject, no object (404)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.UpdateObject(ctx, &swift.UpdateObjectInput{Container: s.shared, Object: "none"})
		return swiftRefused(err, swift.ErrNotFound)
	}},
}

// absent is nil when the object is not there.
func (s *swiftServer) absent(ctx context.Context, container, object string) error {
	_, err := s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: container, Object: object})
	return swiftRefused(err, swift.ErrNotFound)
}

// post stores an object, updates it, and runs a check on what HEAD tells of it then.
func (s *swiftServer) post(ctx context.Context, put swift.CreateObjectInput, in swift.UpdateObjectInput, check func(*swift.HeadObjectOutput) bool) error {
	if err := s.upload(ctx, put, func(*swift.HeadObjectOutput) bool { return true }); err != nil {
		return err
	}
	in.Container, in.Object = s.shared, put.Object
	if _, err := s.client.UpdateObject(ctx, &in); err != nil {
		return err
	}
	out, err := s.head(ctx, put.Object)
	if err != nil {
		return err
	}
	return effect(check(out), "HEAD tells %+v", out)
}

// conditional is a row that gets an object of seven bytes, "content", and wants an outcome.
func conditional(name string, in func(*swift.GetObjectInput, *swift.HeadObjectOutput), want error, content string) swiftRow {
	return swiftRow{name, func(ctx context.Context, s *swiftServer) error {
		const object = "conditional"
		head, err := s.head(ctx, object)
		if errors.Is(err, swift.ErrNotFound) {
			if err = s.put(ctx, s.shared, object, "content"); err == nil {
				head, err = s.head(ctx, object)
			}
		}
		if err != nil {
			return err
		}
		get := swift.GetObjectInput{Container: s.shared, Object: object}
		in(&get, head)
		out, err := s.client.GetObject(ctx, &get)
		headIn := swift.HeadObjectInput{
			Container: s.shared, Object: object, IfMatch: get.IfMatch, IfNoneMatch: get.IfNoneMatch,
			IfModifiedSince: get.IfModifiedSince, IfUnmodifiedSince: get.IfUnmodifiedSince,
		}
		_, headErr := s.client.HeadObject(ctx, &headIn)
		if want != nil {
			if err == nil {
				out.Body.Close()
				return effect(false, "it was sent")
			}
			if get.Range == "" {
				headErr = swiftRefused(headErr, want)
			}
			return all(swiftRefused(err, want), headErr)
		}
		if err != nil {
			return err
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		return all(err, effect(string(b) == content, "%q came", b), headErr)
	}}
}

var swiftConditionRows = []swiftRow{
	conditional("Range, first bytes", func(in *swift.GetObjectInput, _ *swift.HeadObjectOutput) { in.Range = "bytes=1-3" }, nil, "ont"),
	conditional("Range, from an offset", func(in *swift.GetObjectInput, _ *swift.HeadObjectOutput) { in.Range = "bytes=4-" }, nil, "ent"),
	conditional("Range, last bytes", func(in *swift.GetObjectInput, _ *swift.HeadObjectOutput) { in.Range = "bytes=-2" }, nil, "nt"),
	conditional("Range, outside (416)", func(in *swift.GetObjectInput, _ *swift.HeadObjectOutput) { in.Range = "bytes=100-200" }, swift.ErrRangeNotSatisfiable, ""),
	conditional("IfMatch that holds", func(in *swift.GetObjectInput, h *swift.HeadObjectOutput) { in.IfMatch = h.ETag }, nil, "content"),
	conditional("IfMatch that fails (412)", func(in *swift.GetObjectInput, _ *swift.HeadObjectOutput) { in.IfMatch = strings.Repeat("0", 32) }, swift.ErrPreconditionFailed, ""),
	conditional("IfNoneMatch that holds", func(in *swift.GetObjectInput, _ *swift.HeadObjectOutput) { in.IfNoneMatch = strings.Repeat("0", 32) }, nil, "content"),
	conditional("IfNoneMatch that fails (304)", func(in *swift.GetObjectInput, h *swift.HeadObjectOutput) { in.IfNoneMatch = h.ETag }, swift.ErrNotModified, ""),
	conditional("IfModifiedSince that holds", func(in *swift.GetObjectInput, h *swift.HeadObjectOutput) {
		in.IfModifiedSince = h.LastModified.Add(-time.Hour)
	}, nil, "content"),
	conditional("IfModifiedSince that fails (304)", func(in *swift.GetObjectInput, h *swift.HeadObjectOutput) {
		in.IfModifiedSince = h.LastModified.Add(time.Second)
	}, swift.ErrNotModified, ""),
	conditional("IfUnmodifiedSince that holds", func(in *swift.GetObjectInput, h *swift.HeadObjectOutput) {
		in.IfUnmodifiedSince = h.LastModified.Add(time.Hour)
	}, nil, "content"),
	conditional("IfUnmodifiedSince that fails (412)", func(in *swift.GetObjectInput, h *swift.HeadObjectOutput) {
		in.IfUnmodifiedSince = h.LastModified.Add(-time.Hour)
	}, swift.ErrPreconditionFailed, ""),
	{"CreateObject, IfNoneMatch * that holds", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "once", IfNoneMatch: "*", Body: strings.NewReader("first")})
		return all(err, s.holds(ctx, s.shared, "once", "first"))
	}},
	{"CreateObject, IfNoneMatch * that fails (412)", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "once", "first"); err != nil {
			return err
		}
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "once", IfNoneMatch: "*", Body: strings.NewReader("second")})
		if err == nil {
			return effect(false, "it was written")
		}
		return all(swiftRefused(err, swift.ErrPreconditionFailed), s.holds(ctx, s.shared, "once", "first"))
	}},
}

// copying is a row that copies an object and runs a check on the copy.
func copying(name string, in swift.CopyObjectInput, check func(*swift.HeadObjectOutput) bool) swiftRow {
	return swiftRow{name, func(ctx context.Context, s *swiftServer) error {
		const source = "source ü+&/1"
		_, err := s.make("source", func() ([]string, error) {
			_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: source, ContentType: "text/x-one", Metadata: map[string]string{"old": "1"}, Body: strings.NewReader("copied")})
			return nil, err
		})
		if err != nil {
			return err
		}
		in := in
		in.Container, in.Object, in.CopyFrom = s.shared, "copy/"+strings.ReplaceAll(name, " ", "-"), s.shared+"/"+source
		if _, err := s.client.CopyObject(ctx, &in); err != nil {
			return err
		}
		if err := s.holds(ctx, s.shared, in.Object, "copied"); err != nil {
			return err
		}
		out, err := s.head(ctx, in.Object)
		if err != nil {
			return err
		}
		return effect(check(out), "HEAD tells %+v", out)
	}}
}

var swiftCopyRows = []swiftRow{
	copying("CopyObject", swift.CopyObjectInput{}, func(out *swift.HeadObjectOutput) bool {
		return out.ContentType == "text/x-one" && out.Metadata["old"] == "1"
	}),
	copying("CopyObject, Metadata is added", swift.CopyObjectInput{Metadata: map[string]string{"new": "2"}}, func(out *swift.HeadObjectOutput) bool {
		return out.Metadata["new"] == "2" && out.Metadata["old"] == "1"
	}),
	copying("CopyObject, FreshMetadata", swift.CopyObjectInput{FreshMetadata: true, Metadata: map[string]string{"new": "2"}}, func(out *swift.HeadObjectOutput) bool {
		return len(out.Metadata) == 1 && out.Metadata["new"] == "2"
	}),
	copying("CopyObject, ContentType", swift.CopyObjectInput{ContentType: "text/x-two"}, func(out *swift.HeadObjectOutput) bool { return out.ContentType == "text/x-two" }),
	copying("CopyObject, ContentDisposition", swift.CopyObjectInput{ContentDisposition: "inline"}, func(out *swift.HeadObjectOutput) bool { return out.ContentDisposition == "inline" }),
	copying("CopyObject, DeleteAfter", swift.CopyObjectInput{DeleteAfter: 3600}, func(out *swift.HeadObjectOutput) bool { return !out.DeleteAt.IsZero() }),
	{"CopyObject, what was copied is told", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "told ü", "x"); err != nil {
			return err
		}
		out, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "told-copy", CopyFrom: s.shared + "/told ü"})
		if err != nil {
			return err
		}
		return effect(strings.Contains(out.CopiedFrom, s.shared) && !out.CopiedFromLastModified.IsZero() && out.ETag != "", "%+v", out)
	}},
	{"CopyObjectTo (COPY)", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "copied ü+%", "by COPY"); err != nil {
			return err
		}
		_, err := s.client.CopyObjectTo(ctx, &swift.CopyObjectToInput{
			Container: s.shared, Object: "copied ü+%", Destination: s.shared + "/a copy/ü+%", Metadata: map[string]string{"new": "2"},
		})
		if err != nil {
			return err
		}
		head, err := s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: s.shared, Object: "a copy/ü+%"})
		if err != nil {
			return err
		}
		return all(s.holds(ctx, s.shared, "a copy/ü+%", "by COPY"), effect(head.Metadata["new"] == "2", "%+v", head))
	}},
	{"CopyObject, IfMatch that fails (412)", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "cond", "x"); err != nil {
			return err
		}
		_, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "cond-copy", CopyFrom: s.shared + "/cond", IfMatch: strings.Repeat("0", 32)})
		if err == nil {
			return effect(false, "it was copied")
		}
		return swiftRefused(err, swift.ErrPreconditionFailed)
	}},
	{"CopyObject, no source (404)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "x", CopyFrom: s.shared + "/none"})
		return swiftRefused(err, swift.ErrNotFound)
	}},
	{"CopyObject, CopyFromAccount", func(ctx context.Context, s *swiftServer) error {
		from, err := s.containerOf(ctx, s.other, &swift.CreateContainerInput{ReadACL: s.grant})
		if err != nil {
			return err
		}
		if _, err := s.other.CreateObject(ctx, &swift.CreateObjectInput{Container: from, Object: "o", Body: strings.NewReader("theirs")}); err != nil {
			return err
		}
		if _, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "from-other", CopyFrom: from + "/o", CopyFromAccount: s.otherAccount}); err != nil {
			return err
		}
		return s.holds(ctx, s.shared, "from-other", "theirs")
	}},
}

// swiftNameRows store, list, copy and delete objects of every kind of name, byte for byte.
var swiftNameRows = func() []swiftRow {
	var rows []swiftRow
	for _, n := range []struct{ what, name string }{
		{"a space", "a b"},
		{"+ and %", "a+b%20c%"},
		{"a query's characters", "a?b=c&d#e"},
		{"quotes and brackets", `"'<>[]{}\^|` + "`"},
		{"Unicode", "사과 ünï 🍎"},
		{"combining characters", "u\u0308 ü"},
		{"//", "x//y"},
		{"a leading slash", "/lead"},
		{"a trailing slash", "trail/"},
		{". and ..", "./x/../y/."},
		{"a tab", "a\tb"},
		{"a line break", "a\nb"},
		{"a control character", "a\x01b"},
		{"1024 bytes", strings.Repeat("0123456789abcde/", 64)},
		{"a colon and a semicolon", "a:b;c,d@e"},
	} {
		rows = append(rows, swiftRow{"name with " + n.what, func(ctx context.Context, s *swiftServer) error {
			container, err := s.container(ctx, nil)
			if err != nil {
				return err
			}
			if err := s.put(ctx, container, n.name, n.name); err != nil {
				return err
			}
			if err := all(s.holds(ctx, container, n.name, n.name), s.lists(ctx, &swift.ListObjectsInput{Container: container}, n.name)); err != nil {
				return err
			}
			if _, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: container, Object: "copy", CopyFrom: container + "/" + n.name}); err != nil {
				return fmt.Errorf("copy: %w", err)
			}
			if err := s.holds(ctx, container, "copy", n.name); err != nil {
				return err
			}
			_, err = s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: container, Object: n.name})
			return all(err, s.absent(ctx, container, n.name))
		}})
	}
	rows = append(rows, swiftRow{"container's name in Unicode", func(ctx context.Context, s *swiftServer) error {
		name := swiftName() + " 사과+%"
		if _, err := s.client.CreateContainer(ctx, &swift.CreateContainerInput{Container: name}); err != nil {
			return err
		}
		err := all(s.put(ctx, name, "o", "x"), s.holds(ctx, name, "o", "x"))
		return errors.Join(err, swiftRemove(ctx, s.client, name))
	}}, swiftRow{"listing of a control character in XML", func(ctx context.Context, s *swiftServer) error {
		container, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		if err := s.put(ctx, container, "a\x01b", "x"); err != nil {
			return err
		}
		return s.lists(ctx, &swift.ListObjectsInput{Container: container, Format: swift.FormatXML}, "a\x01b")
	}})
	return rows
}()
