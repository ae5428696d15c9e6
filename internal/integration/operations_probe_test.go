//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

// probe finds out what one server makes of some operations. It is for one goroutine.
type probe struct {
	*server
	t      *testing.T
	client *s3.Client // sends what the profile refuses, too
	strict *s3.Client // can't send anything
	wire   *wire
	errs   map[string][]error // of try, by operation
	record func(operation string, o Outcome)
}

func (s *server) probe(t *testing.T, record func(string, Outcome)) *probe {
	t.Helper()
	p := &probe{server: s, t: t, wire: new(wire), errs: make(map[string][]error), record: record}
	p.client = s.with(t, func(o *s3.Options) {
		o.AllowUnsupported = true
		o.MaxAttempts = 8 // a busy server is no outcome
		o.HTTPClient = &http.Client{Transport: p.wire}
	})
	p.strict = s.with(t, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: offline{}} })
	return p
}

// offline is a connection to nowhere.
type offline struct{}

func (offline) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("sent, though the profile refuses it")
}

// wire keeps the last request and the beginning of its answer, to see what the server took a request for.
type wire struct {
	request *http.Request
	status  int
	head    bytes.Buffer
}

const wireHead = 4 << 10

var wireTransport = transport.NewHTTPTransport(nil)

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.request, w.status = r, 0
	w.head.Reset()
	resp, err := wireTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w.status = resp.StatusCode
	resp.Body = &headKeeper{ReadCloser: resp.Body, head: &w.head}
	return resp, nil
}

type headKeeper struct {
	io.ReadCloser
	head *bytes.Buffer
}

func (k *headKeeper) Read(b []byte) (int, error) {
	n, err := k.ReadCloser.Read(b)
	k.head.Write(b[:max(0, min(n, wireHead-k.head.Len()))])
	return n, err
}

// root is the root element of the last answer, "" if it is no XML.
func (w *wire) root() string {
	for d := xml.NewDecoder(bytes.NewReader(w.head.Bytes())); ; {
		token, err := d.RawToken()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local
		}
	}
}

// listings are the operations that a server does in place of one whose subresource it overlooks,
// by the root element of what they answer.
var listings = map[string]string{
	"ListBucketResult":           "ListObjects",
	"ListAllMyBucketsResult":     "ListBuckets",
	"ListVersionsResult":         "ListObjectVersions",
	"ListMultipartUploadsResult": "ListMultipartUploads",
}

// read is the outcome of an operation that was answered with a listing or an object that it is not
// for; else err, which may just be that such an answer could not be read.
func (p *probe) read(err error) error {
	if p.wire.status >= 300 {
		return err
	}
	if instead, ok := listings[p.wire.root()]; ok {
		return takenFor(instead)
	}
	if p.wire.head.String() == settingBody {
		return takenFor("GetObject")
	}
	return err
}

// finding is an outcome that is neither plain success nor a refusal.
type finding struct{ verdict, text string }

func (f *finding) Error() string { return f.verdict + ": " + f.text }

// remark is success with something to say about it.
func remark(format string, args ...any) error {
	return &finding{Works, fmt.Sprintf(format, args...)}
}

// noEffect is an answer of success that nothing follows.
func noEffect(format string, args ...any) error {
	return &finding{NoEffect, fmt.Sprintf(format, args...)}
}

// takenFor is an answer to another operation than was asked for.
func takenFor(operation string) error { return &finding{taken + operation, ""} }

// but is the refusal, with something to say about it.
func but(err error, format string, args ...any) error {
	return &refusal{err, fmt.Sprintf(format, args...)}
}

type refusal struct {
	error
	text string
}

func (r *refusal) Unwrap() error { return r.error }

// operationOf is the operation whose input In is.
func operationOf[In any]() string {
	return strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input")
}

// try sends the operation that is probed. What the profile refuses must be refused, unsent, before
// it is sent all the same.
func try[In, Out any](ctx context.Context, p *probe, method func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (*Out, error), in *In) (*Out, error) {
	p.t.Helper()
	operation := operationOf[In]()
	if p.options.Profile.Support(operation) == s3.Unsupported {
		_, err := method(p.strict, ctx, in)
		require.ErrorIs(p.t, err, s3.ErrUnsupported, operation)
	}
	out, err := method(p.client, ctx, in)
	return out, p.answered(operation, err)
}

// answered notes what the server answered to the operation that is probed.
func (p *probe) answered(operation string, err error) error {
	p.errs[operation] = append(p.errs[operation], err)
	return err
}

// judge records the outcome of an operation that was tried: err is nil if it works, what it
// answered, or what was found when its effect was read back.
func (p *probe) judge(operation string, err error) {
	p.t.Helper()
	answers, tried := p.errs[operation]
	if !tried {
		p.t.Errorf("%s was not sent", operation)
		return
	}
	o := Outcome{Verdict: Works, ByProfile: p.options.Profile.Support(operation) == s3.Unsupported}
	var found *finding
	var answer *s3.Error
	var more *refusal
	if errors.As(err, &more) {
		o.Remark, err = more.text, more.error
	}
	switch {
	case err == nil:
	case errors.As(err, &found):
		o.Verdict, o.Remark = found.verdict, found.text
	case errors.As(err, &answer) && answer.StatusCode >= 500 && answer.StatusCode != http.StatusNotImplemented:
		p.t.Errorf("%s: the server is in trouble: %v", operation, err)
		return
	case errors.As(err, &answer) && slices.ContainsFunc(answers, func(a error) bool { return a == err }):
		o.Verdict = refused + fmt.Sprintf("%d %s", answer.StatusCode, answer.Code)
	default:
		p.t.Errorf("%s: %v", operation, err)
		return
	}
	p.record(operation, o)
}

// make makes a bucket that is emptied and deleted when the probe ends, if it is still there.
func (p *probe) make(change ...func(*s3.CreateBucketInput)) string {
	p.t.Helper()
	in := &s3.CreateBucketInput{Bucket: bucketName()}
	for _, c := range change {
		c(in)
	}
	_, err := p.client.CreateBucket(p.t.Context(), in)
	require.NoError(p.t, err)
	p.removeAtEnd(in.Bucket)
	return in.Bucket
}

func (p *probe) removeAtEnd(bucket string) {
	p.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := p.remove(ctx, bucket); err != nil {
			p.t.Errorf("remove bucket %s: %v", bucket, err)
		}
	})
}

// remove deletes a bucket with all versions that are in it, unless it is gone already.
func (p *probe) remove(ctx context.Context, bucket string) error {
	_, err := p.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	if err == nil || errors.Is(err, s3.ErrNotFound) {
		return nil
	}
	if !errors.Is(err, s3.ErrConflict) {
		return err
	}
	if p.options.Profile.Support("ListObjectVersions") == s3.Unsupported {
		return p.server.remove(ctx, bucket)
	}
	for page, err := range p.client.ListMultipartUploadsPages(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket}) {
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			if _, err := p.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: u.Key, UploadId: u.UploadId}); err != nil {
				return err
			}
		}
	}
	// A probe makes a handful of versions: one page.
	page, err := p.client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: bucket})
	if err != nil {
		return err
	}
	left := make([]s3.DeleteObjectInput, 0, len(page.Versions)+len(page.DeleteMarkers))
	for _, v := range page.Versions {
		left = append(left, s3.DeleteObjectInput{Key: v.Key, VersionId: v.VersionId})
	}
	for _, m := range page.DeleteMarkers {
		left = append(left, s3.DeleteObjectInput{Key: m.Key, VersionId: m.VersionId})
	}
	for _, in := range left {
		in.Bucket, in.BypassGovernanceRetention = bucket, true
		if _, err := p.client.DeleteObject(ctx, &in); err != nil {
			return err
		}
	}
	_, err = p.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	return err
}

// keepVersions enables versioning, unless the server has none.
func (p *probe) keepVersions(ctx context.Context, bucket string) {
	p.t.Helper()
	_, err := p.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: bucket, VersioningConfiguration: &s3.VersioningConfiguration{Status: s3.BucketVersioningStatusEnabled},
	})
	if p.options.Profile.Support("PutBucketVersioning") != s3.Unsupported {
		require.NoError(p.t, err)
	}
}

// exists tells whether the bucket is there. By a listing: Swift ends its 404 to a HEAD with a body,
// about which net/http complains in the log.
func (p *probe) exists(ctx context.Context, bucket string) bool {
	p.t.Helper()
	_, err := p.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: 1})
	if !errors.Is(err, s3.ErrNotFound) {
		require.NoError(p.t, err)
	}
	return err == nil
}

// store stores an object.
func (p *probe) store(bucket, key, body string) {
	p.t.Helper()
	_, err := p.client.PutObject(p.t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader(body)})
	require.NoError(p.t, err)
}

// content reads an object back; it is an error of its own kind if there is none.
func (p *probe) content(ctx context.Context, bucket, key string) (string, error) {
	p.t.Helper()
	out, err := p.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
	if errors.Is(err, s3.ErrNotFound) {
		return "", errGone
	}
	require.NoError(p.t, err)
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	return string(text), err
}

var errGone = errors.New("the object is gone")
