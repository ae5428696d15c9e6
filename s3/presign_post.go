package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/sigv4"
)

// postObject is the operation that a form asks for. It has no input of its own in the
// API's model, since a browser encodes it.
const postObject = "PostObject"

// filename is the variable that the server replaces with the name of the file.
const filename = "${filename}"

// PresignPostInput is what [Client.PresignPost] lets a form upload. Members have the names
// and the meaning that they have in [PutObjectInput]. Each one that is set becomes a field
// of the form that has to stay as it is, unless a condition says otherwise.
type PresignPostInput struct {
	// Bucket is the bucket's name. Required.
	Bucket string
	// Key is the key to write. Required. A ${filename} in it stands for the name of the
	// file that is picked; the form may then write any key that begins as Key does before
	// the variable: "user/42/${filename}" allows all of "user/42/", and "${filename}" all
	// keys of the bucket.
	Key string
	// MinContentLength and MaxContentLength bound the file, in bytes, both included. Zero
	// for both: any size. Zero for the latter alone: the [Profile]'s MaxPutSize.
	MinContentLength, MaxContentLength int64
	// Conditions restrict further fields. A field of [sigv4.PostEquals] is added to the form;
	// one of [sigv4.PostStartsWith] the form has to bring itself, or may change when a member
	// here proposes its value. A field that neither a member nor a condition names makes
	// the server refuse the form.
	Conditions []sigv4.PostCondition

	// SuccessActionStatus is the status of a success: 200, 201 (with a document that has
	// location, key and ETag) or 204. Zero: the server's default, 204.
	SuccessActionStatus int
	// SuccessActionRedirect is the absolute URL that a browser is sent to after a success,
	// with bucket, key and etag in its query. Servers prefer it to the status.
	SuccessActionRedirect string

	// ContentType, CacheControl, ContentDisposition, ContentEncoding and Expires are stored
	// with the object.
	ContentType, CacheControl, ContentDisposition, ContentEncoding string
	Expires                                                        time.Time
	// ACL is the object's ready-made ACL.
	ACL ObjectCannedACL
	// Metadata is the user metadata.
	Metadata map[string]string
	// Tagging is the object's tag set, which a form carries as a document: at most 10.
	Tagging []Tag
	// StorageClass to store the object in.
	StorageClass StorageClass
	// WebsiteRedirectLocation is where a bucket that serves a website redirects requests
	// for this object.
	WebsiteRedirectLocation string
	// ServerSideEncryption, SSEKMSKeyId, SSEKMSEncryptionContext and BucketKeyEnabled choose
	// the encryption at rest.
	ServerSideEncryption    ServerSideEncryption
	SSEKMSKeyId             string
	SSEKMSEncryptionContext string
	BucketKeyEnabled        *bool
	// SSECustomerKey is a key of the caller's own, with SSECustomerAlgorithm and
	// SSECustomerKeyMD5 beside it. Whoever gets the form gets the key.
	SSECustomerKey                          CustomerKey
	SSECustomerAlgorithm, SSECustomerKeyMD5 string
	// A checksum here, base64, binds the form to one file. Where the profile's server would
	// overlook it, the call fails with [ErrUnsupported].
	ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 string
}

// PresignedPost is a form that anyone may send until it expires, as multipart/form-data.
type PresignedPost struct {
	// URL is the form's action.
	URL string
	// Fields go before the file, in any order; this one is the same every time. The file's
	// own field is named "file" and comes last, since servers ignore what follows it.
	Fields []PostField
}

// PostField is one field of a form.
type PostField struct {
	Name, Value string
}

// secretFields open the upload, or a key.
var secretFields = []string{
	"policy", "x-amz-signature", "x-amz-credential", "x-amz-security-token", "x-amz-server-side-encryption-customer-key",
}

// String shows the field, but for a value that is, or opens, a secret.
func (f PostField) String() string {
	if slices.Contains(secretFields, f.Name) {
		return f.Name + "=" + redacted
	}
	return f.Name + "=" + strconv.Quote(f.Value)
}

// Format writes String for every verb.
func (f PostField) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue gives slog the same view as String.
func (f PostField) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String shows the form without what makes it one: print the members for that.
func (p PresignedPost) String() string {
	return fmt.Sprintf("s3.PresignedPost(%s, %v)", p.URL, p.Fields)
}

// Format writes String for every verb.
func (p PresignedPost) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.String()) }

// LogValue gives slog the same view as String.
func (p PresignedPost) LogValue() slog.Value { return slog.StringValue(p.String()) }

// PresignPost signs a form by which someone without credentials, usually a browser, can
// upload a file to one key or below one prefix (API reference, "Browser-Based Uploads Using
// POST"). It sends nothing. The policy in it covers every field, and ends after expires: 1
// second to 7 days. Temporary credentials end a form's life with their own.
//
// Bad input fails before anything is signed, and names the member. A profile whose server
// takes no forms is [ErrUnsupported], under the name PostObject.
//
// The server answers the sender of the form: 204, or what SuccessActionStatus or
// SuccessActionRedirect asks for; 403 AccessDenied where a condition doesn't hold or the
// policy is over; 400 EntityTooLarge or EntityTooSmall for a file out of bounds.
func (c *Client) PresignPost(ctx context.Context, in *PresignPostInput, expires time.Duration, opts ...func(*Options)) (*PresignedPost, error) {
	out, err := c.presignPost(ctx, in, expires, opts)
	if err != nil {
		return nil, operationError("presign "+postObject, err)
	}
	return out, nil
}

func (c *Client) presignPost(ctx context.Context, in *PresignPostInput, expires time.Duration, opts []func(*Options)) (*PresignedPost, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	if in == nil {
		in = new(PresignPostInput)
	}
	if err := in.check(expires); err != nil {
		return nil, err
	}
	k, err := s.postCall(in)
	if err != nil {
		return nil, err
	}
	u := k.url()
	k.recallRegion(&u)
	if s.options.Credentials == nil {
		return nil, sigv4.ErrNoCredentials
	}
	creds, err := s.options.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	fields, err := in.fields(k.request.Header)
	if err != nil {
		return nil, err
	}
	now := s.pipeline.Clock.Now()
	policy := sigv4.PostPolicy{Expiration: now.Add(expires), Bucket: in.Bucket, Key: in.Key}
	if prefix, _, ok := strings.Cut(in.Key, filename); ok {
		policy.Key, policy.KeyPrefix = "", prefix
	}
	if policy.Conditions, err = in.conditions(fields, s.options.Profile.MaxPutSize); err != nil {
		return nil, err
	}
	signed, err := k.signer().SignPost(policy, sigv4.Params{Credentials: creds, Region: k.region, Time: now})
	if err != nil {
		return nil, err
	}
	for name := range signed {
		if strings.EqualFold(name, "key") || hasField(fields, name) {
			delete(signed, name) // the member's spelling stays
		}
	}
	maps.Copy(signed, fields)
	signed["key"] = in.Key
	return &PresignedPost{URL: u.String(), Fields: postFields(signed)}, nil
}

// postCall is the call that a browser will make: addressed to the bucket, with the headers
// that PutObject would have.
func (s *settings) postCall(in *PresignPostInput) (*call, error) {
	put := in.putObject()
	req, err := opPutObject.Encode(put, s.encodeOptions())
	if err == nil {
		err = s.checkLimits(put)
	}
	if err != nil {
		return nil, err
	}
	info := rest.Info{Name: postObject, Method: http.MethodPost}
	k := &call{settings: s, info: info, request: req, region: s.options.Region}
	if err := k.validate(); err != nil {
		return nil, err
	}
	for _, a := range AWS().Checksums {
		if _, ok := req.Header[checksum.Header(checksum.Algorithm(a))]; ok && !s.options.AllowUnsupported && !s.options.Profile.TakesChecksum(a) {
			return nil, fmt.Errorf("%w: %s does not verify %s", ErrUnsupported, s.options.Profile.Name, a)
		}
	}
	bucket, err := opHeadBucket.Encode(&HeadBucketInput{Bucket: in.Bucket}, s.encodeOptions())
	if err != nil {
		return nil, err
	}
	req.Path, req.RawPath = bucket.Path, bucket.RawPath
	return k, nil
}

func (in *PresignPostInput) putObject() *PutObjectInput {
	return &PutObjectInput{
		Bucket: in.Bucket, Key: in.Key,
		ContentType: in.ContentType, CacheControl: in.CacheControl, ContentDisposition: in.ContentDisposition,
		ContentEncoding: in.ContentEncoding, Expires: in.Expires,
		ACL: in.ACL, Metadata: in.Metadata, StorageClass: in.StorageClass, WebsiteRedirectLocation: in.WebsiteRedirectLocation,
		ServerSideEncryption: in.ServerSideEncryption, SSEKMSKeyId: in.SSEKMSKeyId,
		SSEKMSEncryptionContext: in.SSEKMSEncryptionContext, BucketKeyEnabled: in.BucketKeyEnabled,
		SSECustomerAlgorithm: in.SSECustomerAlgorithm, SSECustomerKey: in.SSECustomerKey, SSECustomerKeyMD5: in.SSECustomerKeyMD5,
		ChecksumCRC32: in.ChecksumCRC32, ChecksumCRC32C: in.ChecksumCRC32C, ChecksumCRC64NVME: in.ChecksumCRC64NVME,
		ChecksumSHA1: in.ChecksumSHA1, ChecksumSHA256: in.ChecksumSHA256,
	}
}

// check finds what is wrong with the members that no header carries.
func (in *PresignPostInput) check(expires time.Duration) error {
	switch {
	case expires < sigv4.MinPresignExpires || expires > sigv4.MaxPresignExpires:
		return fmt.Errorf("s3: form expires in %v: want %v to %v", expires, sigv4.MinPresignExpires, sigv4.MaxPresignExpires)
	case in.MinContentLength < 0:
		return fmt.Errorf("s3: MinContentLength %d is negative", in.MinContentLength)
	case in.MaxContentLength < 0:
		return fmt.Errorf("s3: MaxContentLength %d is negative", in.MaxContentLength)
	case in.MaxContentLength > 0 && in.MinContentLength > in.MaxContentLength:
		return fmt.Errorf("s3: MinContentLength %d is more than MaxContentLength %d", in.MinContentLength, in.MaxContentLength)
	case strings.Count(in.Key, filename) > 1:
		return errors.New("s3: Key has " + filename + " twice")
	}
	switch in.SuccessActionStatus {
	case 0, http.StatusOK, http.StatusCreated, http.StatusNoContent:
	default:
		return fmt.Errorf("s3: SuccessActionStatus %d is none of 200, 201 and 204", in.SuccessActionStatus)
	}
	if in.SuccessActionRedirect != "" {
		u, err := url.Parse(in.SuccessActionRedirect)
		if err != nil || u.Scheme == "" || u.Host == "" {
			return errors.New("s3: SuccessActionRedirect is no absolute URL")
		}
	}
	return checkTags("Tagging", in.Tagging, maxObjectTags)
}

// postNames are the headers whose field has another name.
var postNames = map[string]string{"X-Amz-Acl": "acl"}

// fields are the form's fields that members ask for, without those of the signature.
func (in *PresignPostInput) fields(h http.Header) (map[string]string, error) {
	fields := make(map[string]string, len(h)+6)
	for name, v := range h {
		switch other, ok := postNames[name]; {
		case ok:
			name = other
		case strings.HasPrefix(name, "X-Amz-"):
			name = strings.ToLower(name)
		}
		fields[name] = v[0]
	}
	if in.SuccessActionStatus != 0 {
		fields["success_action_status"] = strconv.Itoa(in.SuccessActionStatus)
	}
	if in.SuccessActionRedirect != "" {
		fields["success_action_redirect"] = in.SuccessActionRedirect
	}
	if len(in.Tagging) > 0 {
		doc, err := rest.MarshalXML("Tagging", "", &Tagging{TagSet: in.Tagging})
		if err != nil {
			return nil, err
		}
		fields["tagging"] = string(doc)
	}
	return fields, nil
}

// conditions cover every field: those of members by their value, unless the caller has a
// condition on it.
func (in *PresignPostInput) conditions(fields map[string]string, maxSize int64) ([]sigv4.PostCondition, error) {
	conditions := slices.Clone(in.Conditions)
	covered := make(map[string]bool, len(conditions))
	for i, c := range in.Conditions {
		for name, value := range fields {
			if !strings.EqualFold(name, c.Field()) {
				continue
			}
			if !c.Allows(value) {
				return nil, fmt.Errorf("s3: Conditions[%d] does not allow the value that a member gives to the field %s", i, name)
			}
			covered[name] = true
		}
	}
	for _, name := range sortedFields(fields) {
		if !covered[name] {
			conditions = append(conditions, sigv4.PostEquals(name, fields[name]))
		}
	}
	if in.MinContentLength > 0 || in.MaxContentLength > 0 {
		most := in.MaxContentLength
		if most == 0 {
			most = maxSize
		}
		if in.MinContentLength > most {
			return nil, fmt.Errorf("s3: MinContentLength %d is more than the %d that the server takes", in.MinContentLength, most)
		}
		conditions = append(conditions, sigv4.PostLengthRange(in.MinContentLength, most))
	}
	return conditions, nil
}

func hasField(fields map[string]string, name string) bool {
	for have := range fields {
		if strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

// postOrder is the fields that come first and last, as the API reference shows them; all
// others stand between, by name.
var postOrder = map[string]int{
	"key": -1, "policy": 1, "x-amz-algorithm": 2, "x-amz-credential": 3, "x-amz-date": 4, "x-amz-security-token": 5, "x-amz-signature": 6,
}

func sortedFields(fields map[string]string) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := postOrder[a] - postOrder[b]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}

func postFields(fields map[string]string) []PostField {
	list := make([]PostField, 0, len(fields))
	for _, name := range sortedFields(fields) {
		list = append(list, PostField{name, fields[name]})
	}
	return list
}
