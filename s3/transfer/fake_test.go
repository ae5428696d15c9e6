package transfer

import (
	"context"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a Client that keeps every input and sends nothing. A hook runs before the
// operation of its name; an error of its own is the answer.
type fake struct {
	Client   // the operations that it doesn't have
	resolved s3.Options
	hook     func(ctx context.Context, op string, in any) error
	// answer may change an output.
	answer func(op string, out any)

	mu      sync.Mutex
	ops     []string
	options []s3.Options // of each call
	put     s3.PutObjectInput
	create  s3.CreateMultipartUploadInput
	parts   map[int32]s3.UploadPartInput
	done    s3.CompleteMultipartUploadInput
	abort   s3.AbortMultipartUploadInput
	// comesBack: the upload is listed although it was aborted.
	comesBack bool
	head      s3.HeadObjectInput
	list      s3.ListPartsInput
	bodies    map[int32][]byte // 0 is PutObject's
}

func newFake(p s3.Profile) *fake {
	return &fake{
		resolved: s3.Options{Endpoint: "https://s3.example.com", Region: "r", Profile: small(p), Credentials: sigv4.Static("k", "s", "")},
		parts:    map[int32]s3.UploadPartInput{}, bodies: map[int32][]byte{},
	}
}

func (f *fake) Options() s3.Options { return f.resolved }

// call records, and reads a body as the client would: all of it, with progress.
func call[In, Out any](ctx context.Context, f *fake, op string, in *In, keep func(), out *Out, part int32, body io.Reader, fns []func(*s3.Options)) (*Out, error) {
	o := f.resolved
	for _, fn := range fns {
		fn(&o)
	}
	f.mu.Lock()
	f.ops = append(f.ops, op)
	f.options = append(f.options, o)
	keep()
	f.mu.Unlock()
	if f.hook != nil {
		if err := f.hook(ctx, op, in); err != nil {
			return nil, err
		}
	}
	if body != nil {
		data, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(int64(len(data)))
		}
		f.mu.Lock()
		f.bodies[part] = data
		f.mu.Unlock()
	}
	if f.answer != nil {
		f.answer(op, out)
	}
	return out, nil
}

func (f *fake) PutObject(ctx context.Context, in *s3.PutObjectInput, fns ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return call(ctx, f, "PutObject", in, func() { f.put = *in }, &s3.PutObjectOutput{}, 0, in.Body, fns)
}

func (f *fake) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, fns ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	return call(ctx, f, "CreateMultipartUpload", in, func() { f.create = *in }, &s3.CreateMultipartUploadOutput{UploadId: "id"}, 0, nil, fns)
}

// UploadPart computes the checksum as the client does.
func (f *fake) UploadPart(ctx context.Context, in *s3.UploadPartInput, fns ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	out := &s3.UploadPartOutput{}
	_, err := call(ctx, f, "UploadPart", in, func() { f.parts[in.PartNumber] = *in }, &struct{}{}, in.PartNumber, in.Body, fns)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	data := f.bodies[in.PartNumber]
	f.mu.Unlock()
	out.ETag = quoted(hex.EncodeToString(md5Of(data)))
	if in.ChecksumAlgorithm != "" {
		setChecksum(out, in.ChecksumAlgorithm, sumOf(checksum.Algorithm(in.ChecksumAlgorithm), data))
	}
	if f.answer != nil {
		f.answer("UploadPart", out)
	}
	return out, nil
}

func (f *fake) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, fns ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	return call(ctx, f, "CompleteMultipartUpload", in, func() { f.done = *in }, &s3.CompleteMultipartUploadOutput{}, 0, nil, fns)
}

func (f *fake) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, fns ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	return call(ctx, f, "AbortMultipartUpload", in, func() { f.abort = *in }, &s3.AbortMultipartUploadOutput{}, 0, nil, fns)
}

// HeadObject tells of what the parts make together.
func (f *fake) HeadObject(ctx context.Context, in *s3.HeadObjectInput, fns ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return call(ctx, f, "HeadObject", in, func() { f.head = *in }, &s3.HeadObjectOutput{ContentLength: int64(len(f.stored()))}, 0, nil, fns)
}

func (f *fake) ListParts(ctx context.Context, in *s3.ListPartsInput, fns ...func(*s3.Options)) (*s3.ListPartsOutput, error) {
	out, err := call(ctx, f, "ListParts", in, func() { f.list = *in }, &s3.ListPartsOutput{}, 0, nil, fns)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil && f.abort.UploadId != "" && !f.comesBack {
		return nil, refused(404, s3.ErrNoSuchUpload)
	}
	return out, err
}

func (f *fake) stored() (data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if whole, ok := f.bodies[0]; ok {
		return whole
	}
	for i := range int32(len(f.bodies)) {
		data = append(data, f.bodies[i+1]...)
	}
	return data
}

// called are the operations, parts counted once.
func (f *fake) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for _, op := range f.ops {
		if op != "UploadPart" || !slices.Contains(names, op) {
			names = append(names, op)
		}
	}
	return names
}

// refused is an answer of a server, as the client hands it on.
func refused(status int, code s3.Code) error {
	return &s3.Error{Code: string(code), StatusCode: status, Message: "as arranged", RequestID: "req-" + strconv.Itoa(status)}
}

func requireUploadError(t *testing.T, err error) *UploadError {
	t.Helper()
	var failed *UploadError
	require.ErrorAs(t, err, &failed)
	require.NotContains(t, err.Error(), "\n")
	require.NotContains(t, err.Error(), "multipart: ")
	return failed
}

// failOn makes a hook that refuses an operation.
func failOn(op string, err error) func(context.Context, string, any) error {
	return func(_ context.Context, o string, _ any) error {
		if o == op {
			return err
		}
		return nil
	}
}
