package transfer

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// storeroom is a Client that keeps buckets in memory: it lists, stores, ranges, copies and deletes
// as a server of its profile does.
type storeroom struct {
	Client   // the operations that it does not have
	resolved s3.Options
	now      time.Time // that of the next object; each is a second later
	pageSize int
	// hook runs before each operation on a key; an error of its own is the answer.
	hook func(op, key string) error
	// listed may change a page of a listing.
	listed func(page []s3.Object) []s3.Object

	mu      sync.Mutex
	objects map[string]*kept // by bucket/key
	uploads map[string]*kept
	ops     []string // operations and keys
	running int
	peak    int
}

type kept struct {
	data     []byte
	etag     string
	modified time.Time
	in       s3.PutObjectInput
	sums     map[s3.ChecksumAlgorithm]string
	parts    map[int32][]byte
}

var epoch = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newStoreroom(p s3.Profile) *storeroom {
	return &storeroom{
		resolved: s3.Options{Endpoint: "https://s3.example.com", Region: "r", Profile: small(p), Credentials: sigv4.Static("k", "s", "")},
		now:      epoch, pageSize: 1000, objects: map[string]*kept{}, uploads: map[string]*kept{},
	}
}

func (c *storeroom) Options() s3.Options { return c.resolved }

// begin notes an operation; end must be called when err is nil.
func (c *storeroom) begin(ctx context.Context, op, bucket, key string) (end func(), err error) {
	c.mu.Lock()
	c.ops = append(c.ops, op+" "+key)
	c.running++
	c.peak = max(c.peak, c.running)
	c.mu.Unlock()
	end = func() {
		c.mu.Lock()
		c.running--
		c.mu.Unlock()
	}
	if err = ctx.Err(); err == nil && c.hook != nil {
		err = c.hook(op, key)
	}
	if bucket == "none" {
		err = refused(404, s3.ErrNoSuchBucket)
	}
	if err != nil {
		end()
	}
	return end, err
}

// add stores an object as somebody else did, a second after the one before.
func (c *storeroom) add(bucket, key, data string) *kept {
	return c.store(bucket, key, &kept{data: []byte(data), etag: quoted(hex.EncodeToString(md5Of([]byte(data))))})
}

func (c *storeroom) store(bucket, key string, k *kept) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.modified.IsZero() {
		c.now = c.now.Add(time.Second)
		k.modified = c.now
	}
	c.objects[bucket+"/"+key] = k
	return k
}

func (c *storeroom) get(bucket, key string) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.objects[bucket+"/"+key]
}

// keys of a bucket in order.
func (c *storeroom) keys(bucket string) (keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.objects {
		if b, key, _ := strings.Cut(k, "/"); b == bucket {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// content of a bucket by key.
func (c *storeroom) content(bucket string) map[string]string {
	all := map[string]string{}
	for _, key := range c.keys(bucket) {
		all[key] = string(c.get(bucket, key).data)
	}
	return all
}

// asked are the operations of a name since the last call.
func (c *storeroom) asked(op string) (keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.ops {
		if name, key, _ := strings.Cut(o, " "); name == op {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (c *storeroom) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ops = nil
}

func (c *storeroom) keep(k *kept, in *s3.PutObjectInput, fns []func(*s3.Options), body io.Reader) (sum string, err error) {
	o := c.resolved
	for _, fn := range fns {
		fn(&o)
	}
	if body != nil {
		if k.data, err = io.ReadAll(body); err != nil {
			return "", err
		}
	}
	if o.Progress != nil {
		o.Progress(int64(len(k.data)))
	}
	k.etag = quoted(hex.EncodeToString(md5Of(k.data)))
	if a := in.ChecksumAlgorithm; a != "" {
		sum = sumOf(checksum.Algorithm(a), k.data)
		k.sums = map[s3.ChecksumAlgorithm]string{a: sum}
	}
	return sum, nil
}

func (c *storeroom) PutObject(ctx context.Context, in *s3.PutObjectInput, fns ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	end, err := c.begin(ctx, "PutObject", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	k := &kept{in: *in}
	k.in.Body = nil
	sum, err := c.keep(k, in, fns, in.Body)
	if err != nil {
		return nil, err
	}
	c.store(in.Bucket, in.Key, k)
	out := &s3.PutObjectOutput{ETag: k.etag}
	setChecksum(out, in.ChecksumAlgorithm, sum)
	return out, nil
}

func (c *storeroom) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, _ ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	end, err := c.begin(ctx, "CreateMultipartUpload", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	k := &kept{parts: map[int32][]byte{}}
	copyFields(&k.in, in)
	c.mu.Lock()
	defer c.mu.Unlock()
	id := "upload-" + strconv.Itoa(len(c.uploads))
	c.uploads[id] = k
	return &s3.CreateMultipartUploadOutput{UploadId: id}, nil
}

func (c *storeroom) UploadPart(ctx context.Context, in *s3.UploadPartInput, fns ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	end, err := c.begin(ctx, "UploadPart", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	part := &kept{}
	sum, err := c.keep(part, &s3.PutObjectInput{ChecksumAlgorithm: in.ChecksumAlgorithm}, fns, in.Body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uploads[in.UploadId].parts[in.PartNumber] = part.data
	out := &s3.UploadPartOutput{ETag: part.etag}
	setChecksum(out, in.ChecksumAlgorithm, sum)
	return out, nil
}

func (c *storeroom) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, _ ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	end, err := c.begin(ctx, "CompleteMultipartUpload", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	c.mu.Lock()
	k := c.uploads[in.UploadId]
	delete(c.uploads, in.UploadId)
	c.mu.Unlock()
	var sums []byte
	for _, n := range slices.Sorted(maps.Keys(k.parts)) {
		k.data = append(k.data, k.parts[n]...)
		sums = append(sums, md5Of(k.parts[n])...)
	}
	k.etag = quoted(hex.EncodeToString(md5Of(sums)) + "-" + strconv.Itoa(len(k.parts)))
	out := &s3.CompleteMultipartUploadOutput{ETag: k.etag}
	if a := k.in.ChecksumAlgorithm; a != "" {
		sum := sumOf(checksum.Algorithm(a), k.data)
		k.sums = map[s3.ChecksumAlgorithm]string{a: sum}
		setChecksum(out, a, sum)
		out.ChecksumType = s3.ChecksumTypeFullObject
	}
	c.store(in.Bucket, in.Key, k)
	return out, nil
}

func (c *storeroom) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, _ ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.uploads, in.UploadId)
	return &s3.AbortMultipartUploadOutput{}, nil
}

func (c *storeroom) ListParts(context.Context, *s3.ListPartsInput, ...func(*s3.Options)) (*s3.ListPartsOutput, error) {
	return nil, refused(404, s3.ErrNoSuchUpload)
}

func (c *storeroom) ListMultipartUploads(context.Context, *s3.ListMultipartUploadsInput, ...func(*s3.Options)) (*s3.ListMultipartUploadsOutput, error) {
	return &s3.ListMultipartUploadsOutput{}, nil
}

func (c *storeroom) HeadObject(ctx context.Context, in *s3.HeadObjectInput, _ ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	end, err := c.begin(ctx, "HeadObject", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	k := c.get(in.Bucket, in.Key)
	if k == nil {
		return nil, refused(404, s3.ErrNoSuchKey)
	}
	out := &s3.HeadObjectOutput{ContentLength: int64(len(k.data)), ETag: k.etag, LastModified: k.modified, Metadata: k.in.Metadata, ContentType: k.in.ContentType}
	if in.ChecksumMode == s3.ChecksumModeEnabled {
		for a, v := range k.sums {
			setChecksum(out, a, v)
			out.ChecksumType = s3.ChecksumTypeFullObject
		}
	}
	return out, nil
}

func (c *storeroom) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	end, err := c.begin(ctx, "GetObject", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	k := c.get(in.Bucket, in.Key)
	if k == nil {
		return nil, refused(404, s3.ErrNoSuchKey)
	}
	if in.IfMatch != "" && in.IfMatch != k.etag {
		return nil, refused(412, "PreconditionFailed")
	}
	out := &s3.GetObjectOutput{ETag: k.etag, LastModified: k.modified, AcceptRanges: "bytes"}
	copyFields(out, &k.in)
	data := k.data
	if span, ok := strings.CutPrefix(in.Range, "bytes="); ok {
		from, to, _ := strings.Cut(span, "-")
		first, _ := strconv.Atoi(from)
		last, err := strconv.Atoi(to)
		if err != nil {
			last = len(data) - 1
		}
		if first >= len(data) {
			return nil, refused(416, "InvalidRange")
		}
		last = min(last, len(data)-1)
		out.ContentRange = fmt.Sprintf("bytes %d-%d/%d", first, last, len(data))
		data = data[first : last+1]
	}
	out.ContentLength = int64(len(data))
	out.Body = io.NopCloser(bytes.NewReader(data))
	return out, nil
}

func (c *storeroom) source(source string) (*kept, error) {
	bucket, key, _ := strings.Cut(source, "/")
	key, err := url.PathUnescape(key)
	k := c.get(bucket, key)
	if err != nil || k == nil {
		return nil, refused(404, s3.ErrNoSuchKey)
	}
	return k, nil
}

func (c *storeroom) CopyObject(ctx context.Context, in *s3.CopyObjectInput, _ ...func(*s3.Options)) (*s3.CopyObjectOutput, error) {
	end, err := c.begin(ctx, "CopyObject", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	k, err := c.source(in.CopySource)
	if err != nil {
		return nil, err
	}
	copied := c.store(in.Bucket, in.Key, &kept{data: k.data, etag: quoted(hex.EncodeToString(md5Of(k.data))), in: k.in, sums: k.sums})
	if in.StorageClass != "" {
		copied.in.StorageClass = in.StorageClass
	}
	return &s3.CopyObjectOutput{CopyObjectResult: &s3.CopyObjectResult{ETag: copied.etag}}, nil
}

func (c *storeroom) UploadPartCopy(ctx context.Context, in *s3.UploadPartCopyInput, _ ...func(*s3.Options)) (*s3.UploadPartCopyOutput, error) {
	return nil, refused(501, "NotImplemented")
}

func (c *storeroom) GetObjectTagging(context.Context, *s3.GetObjectTaggingInput, ...func(*s3.Options)) (*s3.GetObjectTaggingOutput, error) {
	return &s3.GetObjectTaggingOutput{}, nil
}

func (c *storeroom) GetObjectAcl(context.Context, *s3.GetObjectAclInput, ...func(*s3.Options)) (*s3.GetObjectAclOutput, error) {
	return &s3.GetObjectAclOutput{}, nil
}

func (c *storeroom) PutObjectTagging(context.Context, *s3.PutObjectTaggingInput, ...func(*s3.Options)) (*s3.PutObjectTaggingOutput, error) {
	return &s3.PutObjectTaggingOutput{}, nil
}

func (c *storeroom) PutObjectAcl(context.Context, *s3.PutObjectAclInput, ...func(*s3.Options)) (*s3.PutObjectAclOutput, error) {
	return &s3.PutObjectAclOutput{}, nil
}

func (c *storeroom) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput, _ ...func(*s3.Options)) (*s3.DeleteObjectOutput, error) {
	end, err := c.begin(ctx, "DeleteObject", in.Bucket, in.Key)
	if err != nil {
		return nil, err
	}
	defer end()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.objects, in.Bucket+"/"+in.Key)
	return &s3.DeleteObjectOutput{}, nil
}

// DeleteObjects refuses the keys for which the hook has an error of the operation "Delete".
func (c *storeroom) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput, _ ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error) {
	end, err := c.begin(ctx, "DeleteObjects", in.Bucket, strconv.Itoa(len(in.Delete.Objects)))
	if err != nil {
		return nil, err
	}
	defer end()
	out := &s3.DeleteObjectsOutput{}
	for _, o := range in.Delete.Objects {
		if c.hook != nil {
			if err := new(s3.Error); errors.As(c.hook("Delete", o.Key), &err) {
				out.Errors = append(out.Errors, s3.DeleteError{Key: o.Key, Code: err.Code, Message: err.Message})
				continue
			}
		}
		c.mu.Lock()
		delete(c.objects, in.Bucket+"/"+o.Key)
		c.mu.Unlock()
	}
	return out, nil
}

// pages are those of a listing. What is written while it is under way is seen.
func (c *storeroom) pages(ctx context.Context, bucket, prefix string, yield func([]s3.Object, error) bool) {
	after := ""
	order := strings.Compare
	if c.resolved.Profile.MarkerWithBucket {
		order = byUTF16
	}
	for {
		end, err := c.begin(ctx, "List", bucket, prefix)
		if err != nil {
			yield(nil, err)
			return
		}
		var page []s3.Object
		keys := slices.DeleteFunc(c.keys(bucket), func(k string) bool {
			return !strings.HasPrefix(k, prefix) || after != "" && order(k, after) <= 0
		})
		slices.SortFunc(keys, order)
		more := len(keys) > c.pageSize
		for _, key := range keys[:min(len(keys), c.pageSize)] {
			k := c.get(bucket, key)
			if k == nil {
				continue
			}
			o := s3.Object{Key: key, Size: int64(len(k.data)), ETag: k.etag, LastModified: k.modified}
			for a := range k.sums {
				o.ChecksumAlgorithm, o.ChecksumType = []s3.ChecksumAlgorithm{a}, s3.ChecksumTypeFullObject
			}
			page = append(page, o)
			after = key
		}
		if c.listed != nil {
			page = c.listed(page)
		}
		end()
		if !yield(page, nil) || !more {
			return
		}
	}
}

func (c *storeroom) ListObjectsV2Pages(ctx context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) iter.Seq2[*s3.ListObjectsV2Output, error] {
	return func(yield func(*s3.ListObjectsV2Output, error) bool) {
		c.pages(ctx, in.Bucket, in.Prefix, func(page []s3.Object, err error) bool {
			return yield(&s3.ListObjectsV2Output{Contents: page}, err)
		})
	}
}

func (c *storeroom) ListObjectsPages(ctx context.Context, in *s3.ListObjectsInput, _ ...func(*s3.Options)) iter.Seq2[*s3.ListObjectsOutput, error] {
	return func(yield func(*s3.ListObjectsOutput, error) bool) {
		c.pages(ctx, in.Bucket, in.Prefix, func(page []s3.Object, err error) bool {
			return yield(&s3.ListObjectsOutput{Contents: page}, err)
		})
	}
}
