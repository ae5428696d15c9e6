//go:build integration

package interop

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/s3"
)

// linkKey is spoiled by whoever escapes it once too often, or not enough.
const linkKey = "dir/a b+ü%.bin"

// curl sends a request as a shell script does, and returns the status and the answer's body.
func curl(ctx context.Context, dir, method, url string, header http.Header, body []byte, more ...string) (int, []byte, error) {
	out := filepath.Join(dir, "curl.out")
	_ = os.Remove(out)
	args := []string{"-sS", "--globoff", "--noproxy", "*", "--max-time", "30", "-o", out, "-w", "%{http_code}"}
	switch {
	case method == http.MethodHead:
		args = append(args, "--head")
	case body != nil:
		file := filepath.Join(dir, "curl.in")
		if err := os.WriteFile(file, body, 0o600); err != nil {
			return 0, nil, err
		}
		args = append(args, "-X", method, "--data-binary", "@"+file)
		if header.Get("Content-Type") == "" {
			args = append(args, "-H", "Content-Type:") // else it is that of a form
		}
	case len(more) == 0:
		args = append(args, "-X", method)
	}
	for name := range header {
		args = append(args, "-H", name+": "+header.Get(name))
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "curl", append(append(args, more...), url)...)
	cmd.Stderr = &stderr
	code, err := cmd.Output()
	if err != nil {
		return 0, nil, fmt.Errorf("curl: %w: %s", err, stderr.String())
	}
	status, err := strconv.Atoi(string(code))
	if err != nil {
		return 0, nil, err
	}
	answer, err := os.ReadFile(out)
	if os.IsNotExist(err) {
		err = nil // an answer without a body
	}
	return status, answer, err
}

// answered is nil when curl did, and the server said yes.
func answered(status int, answer []byte, err error) error {
	if err != nil {
		return err
	}
	if status < 200 || status > 299 {
		code := ""
		if _, after, ok := strings.Cut(string(answer), "<Code>"); ok {
			code, _, _ = strings.Cut(after, "<")
		}
		return &refusal{status, code}
	}
	return nil
}

// worked is the cell of a link or form.
func worked(err error) string {
	if cell := outcome(err); cell != Same {
		return cell
	}
	return Works
}

// links are what is tried on one server.
type links struct {
	*server
	us     *ours
	bucket string
}

// send presigns and has curl send it.
func (l *links) send(ctx context.Context, in s3.Input, body []byte) ([]byte, error) {
	p, err := l.us.client.Presign(ctx, in, time.Minute)
	if err != nil {
		return nil, err
	}
	if p.Body != nil {
		body = p.Body
	}
	status, answer, err := curl(ctx, l.dir, p.Method, p.URL, p.Header, body)
	return answer, answered(status, answer, err)
}

// holds is nil when the object is there as it was sent.
func (l *links) holds(ctx context.Context, key string, want object) error {
	got, err := l.us.get(ctx, place{l.bucket, key})
	if err != nil {
		return err
	}
	return differences(want, got)
}

func (l *links) get(ctx context.Context) error {
	body := data(50_000)
	if err := l.us.put(ctx, place{l.bucket, linkKey}, object{Body: body}); err != nil {
		return err
	}
	answer, err := l.send(ctx, &s3.GetObjectInput{Bucket: l.bucket, Key: linkKey}, nil)
	if err != nil {
		return err
	}
	return differences(object{Body: body}, object{Body: answer})
}

func (l *links) head(ctx context.Context) error {
	_, err := l.send(ctx, &s3.HeadObjectInput{Bucket: l.bucket, Key: linkKey}, nil)
	return err
}

func (l *links) put(ctx context.Context) error {
	want := object{Body: data(60_000), ContentType: "text/x-test", CacheControl: "no-store", Metadata: map[string]string{"owner": "a b"}}
	size := int64(len(want.Body))
	_, err := l.send(ctx, &s3.PutObjectInput{
		Bucket: l.bucket, Key: linkKey, ContentLength: &size, ContentType: want.ContentType, CacheControl: want.CacheControl, Metadata: want.Metadata,
	}, want.Body)
	if err != nil {
		return err
	}
	return l.holds(ctx, linkKey, want)
}

func (l *links) delete(ctx context.Context) error {
	if _, err := l.send(ctx, &s3.DeleteObjectInput{Bucket: l.bucket, Key: linkKey}, nil); err != nil {
		return err
	}
	if _, err := l.us.get(ctx, place{l.bucket, linkKey}); outcome(err) != "refused: NoSuchKey" {
		return fmt.Errorf("it is still there: %w", err)
	}
	return nil
}

// parts makes an object of two parts: each is sent by curl, and so is what joins them.
func (l *links) parts(ctx context.Context) error {
	body := data(partSize + 100)
	up, err := l.us.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: l.bucket, Key: linkKey})
	if err != nil {
		return err
	}
	for n, part := range [][]byte{body[:partSize], body[partSize:]} {
		if _, err := l.send(ctx, &s3.UploadPartInput{Bucket: l.bucket, Key: linkKey, UploadId: up.UploadId, PartNumber: int32(n + 1)}, part); err != nil {
			return err
		}
	}
	list, err := l.us.client.ListParts(ctx, &s3.ListPartsInput{Bucket: l.bucket, Key: linkKey, UploadId: up.UploadId})
	if err != nil {
		return err
	}
	var parts []s3.CompletedPart
	for _, p := range list.Parts {
		parts = append(parts, s3.CompletedPart{PartNumber: p.PartNumber, ETag: p.ETag})
	}
	_, err = l.send(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: l.bucket, Key: linkKey, UploadId: up.UploadId, MultipartUpload: &s3.CompletedMultipartUpload{Parts: parts},
	}, nil)
	if err != nil {
		return err
	}
	return l.holds(ctx, linkKey, object{Body: body})
}

// form is one that curl or the browser sends.
func (l *links) form(ctx context.Context, key, redirect string) (*s3.PresignedPost, object, error) {
	want := object{Body: data(70_000), ContentType: "image/x-test", Metadata: map[string]string{"owner": "a b"}}
	p, err := l.us.client.PresignPost(ctx, &s3.PresignPostInput{
		Bucket: l.bucket, Key: key, MaxContentLength: 100_000, ContentType: want.ContentType, Metadata: want.Metadata,
		SuccessActionRedirect: redirect,
	}, time.Minute)
	return p, want, err
}

// Keys of forms: a fixed one, and one that ends in the name of the file.
const (
	formKey     = "user ü+/a b%.bin"
	formNameKey = "user ü+/${filename}"
)

func (l *links) post(ctx context.Context) error { return l.postTo(ctx, formKey) }

func (l *links) postNamed(ctx context.Context) error { return l.postTo(ctx, formNameKey) }

func (l *links) postTo(ctx context.Context, key string) error {
	p, want, err := l.form(ctx, key, "")
	if err != nil {
		return err
	}
	const name = "cat picture.bin"
	file := filepath.Join(l.dir, name)
	if err := os.WriteFile(file, want.Body, 0o600); err != nil {
		return err
	}
	var fields []string
	for _, f := range p.Fields {
		fields = append(fields, "--form-string", f.Name+"="+f.Value)
	}
	status, answer, err := curl(ctx, l.dir, http.MethodPost, p.URL, nil, nil, append(fields, "-F", "file=@"+file)...)
	if err := answered(status, answer, err); err != nil {
		return err
	}
	return l.holds(ctx, strings.ReplaceAll(key, "${filename}", name), want)
}

// TestLinks has curl use what ours has signed.
func TestLinks(t *testing.T) {
	t.Parallel()
	each(t, backends, func(t *testing.T, name string) {
		ctx, s := t.Context(), openServer(t, name)
		us, err := openOurs(s)
		require.NoError(t, err)
		l := &links{server: s, us: us, bucket: us.bucket(t)}
		for _, link := range []struct {
			row string
			try func(context.Context) error
		}{
			{rowLinkGet, l.get}, {rowLinkHead, l.head}, {rowLinkPut, l.put}, {rowLinkParts, l.parts}, {rowLinkDelete, l.delete}, {rowForm, l.post}, {rowFormName, l.postNamed},
		} {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			record(linksTitle, link.row, integration.ServerTitles[s.name], worked(link.try(ctx)))
			cancel()
		}
	})
}
