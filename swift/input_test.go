package swift

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// TestBadInput: each is refused before anything is sent, and the error names the member.
func TestBadInput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2000)
	o := func(change func(*CreateObjectInput)) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			in := CreateObjectInput{Container: "cccc", Object: "o", Body: strings.NewReader("abc")}
			change(&in)
			_, err := c.CreateObject(ctx, &in)
			return err
		}
	}
	container := func(name string) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.CreateContainer(ctx, &CreateContainerInput{Container: name})
			return err
		}
	}
	list := func(in ListObjectsInput) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error { _, err := c.ListObjects(ctx, &in); return err }
	}
	get := func(in GetObjectInput) func(context.Context, *Client) error {
		in.Container, in.Object = "cccc", "o"
		return func(ctx context.Context, c *Client) error { _, err := c.GetObject(ctx, &in); return err }
	}
	copying := func(in CopyObjectInput) func(context.Context, *Client) error {
		in.Container, in.Object = "cccc", "o"
		return func(ctx context.Context, c *Client) error { _, err := c.CopyObject(ctx, &in); return err }
	}
	update := func(in UpdateContainerInput) func(context.Context, *Client) error {
		in.Container = "cccc"
		return func(ctx context.Context, c *Client) error { _, err := c.UpdateContainer(ctx, &in); return err }
	}
	complete := func(parts ...CompletedPart) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.CompleteMultipartUpload(ctx, &CompleteMultipartUploadInput{Container: "cccc", Object: "o", UploadId: "u", MultipartUpload: &CompletedMultipartUpload{parts}})
			return err
		}
	}
	part := func(n int32) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.UploadPart(ctx, &UploadPartInput{Container: "cccc", Object: "o", UploadId: "u", PartNumber: n})
			return err
		}
	}
	for name, test := range map[string]struct {
		call    func(context.Context, *Client) error
		says    string
		profile func() Profile // nil: OpenStack
	}{
		"nil input":                       {func(ctx context.Context, c *Client) error { _, err := c.HeadObject(ctx, nil); return err }, "missing required members Container, Object", nil},
		"empty container":                 {container(""), "missing required member Container", nil},
		"container with a slash":          {container("a/b"), `Container "a/b" has a slash`, nil},
		"container with a slash, escaped": {container("a /b?"), `Container "a /b?" has a slash`, nil},
		"container is a dot":              {container("."), `Container "." means another path`, nil},
		"container is two dots":           {container(".."), `Container ".." means another path`, nil},
		"container over 256":              {container(long[:257]), "Container has 257 bytes, more than OpenStack's 256", nil},
		"container no UTF-8":              {container("a\xff"), "is not UTF-8", nil},
		"container under KakaoCloud's 4":  {container("abc"), `Container "abc" is shorter than KakaoCloud's 4 bytes`, KakaoCloud},
		"container over KakaoCloud's 63":  {container(long[:64]), "Container has 64 bytes, more than KakaoCloud's 63", KakaoCloud},
		"empty object":                    {o(func(in *CreateObjectInput) { in.Object = "" }), "missing required member Object", nil},
		"object over 1024":                {o(func(in *CreateObjectInput) { in.Object = long[:1025] }), "Object has 1025 bytes, more than OpenStack's 1024", nil},
		"object no UTF-8":                 {o(func(in *CreateObjectInput) { in.Object = "a\xffb" }), "is not UTF-8", nil},
		"object over KakaoCloud's 396":    {o(func(in *CreateObjectInput) { in.Object = strings.Repeat("ü", 200) }), "Object has 400 bytes, more than KakaoCloud's 396", KakaoCloud},
		"metadata, name no token":         {o(func(in *CreateObjectInput) { in.Metadata = map[string]string{"a b": "v"} }), `Metadata["a b"]`, nil},
		"metadata, empty name":            {o(func(in *CreateObjectInput) { in.Metadata = map[string]string{"": "v"} }), `Metadata[""]`, nil},
		"metadata, value with a line":     {o(func(in *CreateObjectInput) { in.Metadata = map[string]string{"a": "v\nX-Evil: 1"} }), `Metadata["a"]`, nil},
		"metadata, twice the same":        {o(func(in *CreateObjectInput) { in.Metadata = map[string]string{"a": "1", "A": "2"} }), "Metadata", nil},
		"content type with a line":        {o(func(in *CreateObjectInput) { in.ContentType = "a\r\nb" }), "ContentType", nil},
		"ETag no MD5":                     {o(func(in *CreateObjectInput) { in.ETag = "abc" }), "ETag", nil},
		"ETag no hex":                     {o(func(in *CreateObjectInput) { in.ETag = strings.Repeat("z", 32) }), "ETag", nil},
		"IfNoneMatch with an ETag":        {o(func(in *CreateObjectInput) { in.IfNoneMatch = "abc" }), "IfNoneMatch", nil},
		"DeleteAfter negative":            {o(func(in *CreateObjectInput) { in.DeleteAfter = -1 }), "DeleteAfter", nil},
		"DeleteAt and DeleteAfter":        {o(func(in *CreateObjectInput) { in.DeleteAt, in.DeleteAfter = time.Unix(4e9, 0), 1 }), "DeleteAt and DeleteAfter", nil},
		"ContentLength negative":          {o(func(in *CreateObjectInput) { in.ContentLength = pointer(int64(-1)) }), "ContentLength", nil},
		"ContentLength, no body":          {o(func(in *CreateObjectInput) { in.Body, in.ContentLength = nil, pointer(int64(3)) }), "ContentLength is 3 but Body is nil", nil},
		"ContentLength over the body":     {o(func(in *CreateObjectInput) { in.ContentLength = pointer(int64(4)) }), "content length 4 is stated but the reader holds 3 bytes", nil},
		"Body over one object's": {o(func(in *CreateObjectInput) {
			in.Body, in.ContentLength = plain{strings.NewReader("")}, pointer(int64(6*gib))
		}), "Body has 6442450944 bytes", nil},
		"ObjectManifest, no prefix":  {o(func(in *CreateObjectInput) { in.ObjectManifest = "container" }), "ObjectManifest", nil},
		"SymlinkTarget, no object":   {o(func(in *CreateObjectInput) { in.SymlinkTarget = "container/" }), "SymlinkTarget", nil},
		"CopyFrom empty":             {copying(CopyObjectInput{}), "CopyFrom is missing", nil},
		"CopyFrom without an object": {copying(CopyObjectInput{CopyFrom: "/container"}), "CopyFrom", nil},
		"CopyObjectTo, no Destination": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObjectTo(ctx, &CopyObjectToInput{Container: "c", Object: "o"})
			return err
		}, "Destination is missing", nil},
		"CopyObjectTo, no object": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObjectTo(ctx, &CopyObjectToInput{Container: "c", Object: "o", Destination: "c"})
			return err
		}, "Destination", nil},
		"CopyObjectTo, manifest": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObjectTo(ctx, &CopyObjectToInput{Container: "c", Object: "o", Destination: "c/p", MultipartManifest: "put"})
			return err
		}, "MultipartManifest", nil},
		"CopyObjectTo, two ends": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObjectTo(ctx, &CopyObjectToInput{Container: "c", Object: "o", Destination: "c/p", DeleteAt: time.Now(), DeleteAfter: 1})
			return err
		}, "exclude each other", nil},
		"CopyObject, manifest":        {copying(CopyObjectInput{CopyFrom: "a/b", MultipartManifest: "put"}), "MultipartManifest", nil},
		"CopyObject, DeleteAfter":     {copying(CopyObjectInput{CopyFrom: "a/b", DeleteAfter: -2}), "DeleteAfter", nil},
		"GetObject, manifest":         {get(GetObjectInput{MultipartManifest: "delete"}), "MultipartManifest", nil},
		"GetObject, format":           {get(GetObjectInput{Format: "raw"}), "Format", nil},
		"ListObjects, negative limit": {list(ListObjectsInput{Container: "cccc", Limit: -1}), "Limit: -1 is negative", nil},
		"ListObjects, format":         {list(ListObjectsInput{Container: "cccc", Format: "yaml"}), `Format "yaml" is none of`, nil},
		"ListContainers, limit": {func(ctx context.Context, c *Client) error {
			_, err := c.ListContainers(ctx, &ListContainersInput{Limit: -7})
			return err
		}, "Limit: -7", nil},
		"set and removed":             {update(UpdateContainerInput{Metadata: map[string]string{"a": "1"}, RemoveMetadata: []string{"A"}}), `RemoveMetadata: "A" is set and removed at once`, nil},
		"removal of no name":          {update(UpdateContainerInput{RemoveMetadata: []string{"a b"}}), `RemoveMetadata: "a b" is no name of a header`, nil},
		"metadata of a member's name": {update(UpdateContainerInput{Metadata: map[string]string{"Quota-Bytes": "1"}}), `Metadata["Quota-Bytes"]: has a member of its own`, nil},
		"negative quota":              {update(UpdateContainerInput{QuotaBytes: pointer(int64(-1))}), "QuotaBytes: -1 is negative", nil},
		"set and removed ACL":         {update(UpdateContainerInput{ReadACL: ".r:*", RemoveReadACL: true}), "RemoveReadACL", nil},
		"UpdateObject, DeleteAfter": {func(ctx context.Context, c *Client) error {
			_, err := c.UpdateObject(ctx, &UpdateObjectInput{Container: "cccc", Object: "o", DeleteAfter: -1})
			return err
		}, "DeleteAfter", nil},
		"PartNumber 0":      {part(0), "missing required member PartNumber", KakaoCloud},
		"PartNumber -1":     {part(-1), "PartNumber: -1 is negative", KakaoCloud},
		"PartNumber 10001":  {part(10001), "PartNumber 10001 is not from 1 to 10000", KakaoCloud},
		"no parts":          {complete(), "MultipartUpload.Parts is empty", KakaoCloud},
		"parts out of turn": {complete(CompletedPart{2, "e"}, CompletedPart{1, "e"}), "MultipartUpload.Parts[1].PartNumber: 1 comes after 2", KakaoCloud},
		"a part twice":      {complete(CompletedPart{2, "e"}, CompletedPart{2, "e"}), "MultipartUpload.Parts[1].PartNumber: 2 comes after 2", KakaoCloud},
		"part 10001":        {complete(CompletedPart{10001, "e"}), "MultipartUpload.Parts[0].PartNumber 10001 is not from 1 to 10000", KakaoCloud},
		"part without ETag": {complete(CompletedPart{1, ""}), "MultipartUpload.Parts[0].ETag", KakaoCloud},
		"MaxParts": {func(ctx context.Context, c *Client) error {
			_, err := c.ListParts(ctx, &ListPartsInput{Container: "cccc", Object: "o", UploadId: "u", MaxParts: -1})
			return err
		}, "MaxParts: -1 is negative", KakaoCloud},
		"no end of a TempURL": {func(ctx context.Context, c *Client) error {
			_, err := c.GetObjectTempURL(ctx, &GetObjectTempURLInput{Container: "cccc", Object: "o"})
			return err
		}, "missing required member TempURLExpires", KakaoCloud},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stub{}
			asked := 0
			c := newClient(t, s, func(o *Options) {
				if test.profile != nil {
					o.Profile = test.profile()
				}
				o.Auth = authFunc(func() (string, string, error) { asked++; return testToken, testStorage, nil })
			})
			err := test.call(t.Context(), c)
			require.ErrorContains(t, err, test.says)
			require.NotContains(t, err.Error(), "\n")
			var op *smithy.OperationError
			require.ErrorAs(t, err, &op)
			require.Zero(t, s.count(), "nothing is sent")
			require.Zero(t, asked, "not even a login")
		})
	}
}

// authFunc is an Authenticator.
type authFunc func() (token, storageURL string, err error)

func (f authFunc) Authenticate(context.Context) (token, storageURL string, err error) { return f() }
func (authFunc) Invalidate(string)                                                    {}

func TestMissingMembers(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, &stub{}).CopyObject(t.Context(), &CopyObjectInput{})
	var missing smithy.InvalidParamsError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, 2, missing.Len())
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{OpenStack(), CephRGW(), Generic()} {
		s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
			return answer(r, 200, []string{"Content-Type", "application/xml"}, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"), nil
		}}
		c := newClient(t, s, func(o *Options) { o.Profile = p })
		in := &CreateMultipartUploadInput{Container: "cccc", Object: "o"}
		_, err := c.CreateMultipartUpload(t.Context(), in)
		require.ErrorIs(t, err, ErrUnsupported)
		require.EqualError(t, err, "operation error Swift: CreateMultipartUpload, not supported by the provider: "+p.Name+" has no CreateMultipartUpload")
		require.Zero(t, s.count())
		_, err = c.CreateMultipartUpload(t.Context(), in, func(o *Options) { o.AllowUnsupported = true })
		require.NoError(t, err)
	}
	require.Equal(t, "supported", OpenStack().Support("GetObject").String())
	require.Equal(t, "unsupported", OpenStack().Support("UploadPart").String())
	require.Equal(t, "partially supported", PartiallySupported.String())
	require.Equal(t, Unsupported, Profile{OtherOperations: Unsupported}.Support("GetObject"))
}

// TestOverlooked: what a server takes no notice of is not sent to it.
func TestOverlooked(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for says, call := range map[string]func(*Client, ...func(*Options)) error{
		"Ceph RGW overlooks version-id": func(c *Client, fns ...func(*Options)) error {
			_, err := c.DeleteObject(ctx, &DeleteObjectInput{Container: "c", Object: "o", VersionID: "1"}, fns...)
			return err
		},
		"Ceph RGW overlooks If-None-Match": func(c *Client, fns ...func(*Options)) error {
			_, err := c.CreateObject(ctx, &CreateObjectInput{Container: "c", Object: "o", IfNoneMatch: "*"}, fns...)
			return err
		},
		"Ceph RGW overlooks X-Symlink-Target": func(c *Client, fns ...func(*Options)) error {
			_, err := c.CreateObject(ctx, &CreateObjectInput{Container: "c", Object: "o", SymlinkTarget: "c/x"}, fns...)
			return err
		},
		"Ceph RGW overlooks reverse": func(c *Client, fns ...func(*Options)) error {
			_, err := c.ListObjects(ctx, &ListObjectsInput{Container: "c", Reverse: true}, fns...)
			return err
		},
		"Ceph RGW overlooks X-Versions-Enabled": func(c *Client, fns ...func(*Options)) error {
			_, err := c.UpdateContainer(ctx, &UpdateContainerInput{Container: "c", VersionsEnabled: pointer(true)}, fns...)
			return err
		},
	} {
		s := &stub{}
		c := newClient(t, s, func(o *Options) { o.Profile = CephRGW() })
		err := call(c)
		require.ErrorIs(t, err, ErrUnsupported)
		require.ErrorContains(t, err, says)
		require.Zero(t, s.count())
		require.NoError(t, call(c, func(o *Options) { o.AllowUnsupported = true }))
		require.NoError(t, call(c, func(o *Options) { o.Profile = OpenStack() }))
		require.NoError(t, call(c, func(o *Options) { o.Profile = Generic() }), "nobody has looked")
	}
	_, err := newClient(t, &stub{}, func(o *Options) { o.Profile = CephRGW() }).DeleteObject(ctx, &DeleteObjectInput{Container: "c", Object: "o?version-id=1"})
	require.NoError(t, err, "that is its name")
}

// TestNames: names travel byte for byte, whatever is in them.
func TestNames(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"a b":        "/v1/AUTH_test/c/a%20b",
		"a/b//c/":    "/v1/AUTH_test/c/a/b//c/",
		"/lead":      "/v1/AUTH_test/c//lead",
		"../x/./y":   "/v1/AUTH_test/c/../x/./y",
		"ü+&?#%=;:@": "/v1/AUTH_test/c/%C3%BC%2B%26%3F%23%25%3D%3B%3A%40",
		"a\tb\n\x01": "/v1/AUTH_test/c/a%09b%0A%01",
		"사과":         "/v1/AUTH_test/c/%EC%82%AC%EA%B3%BC",
	} {
		s := &stub{}
		_, err := newClient(t, s).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: name, Body: bytes.NewReader(nil)})
		require.NoError(t, err)
		require.Equal(t, path, s.reqs[0].URL.EscapedPath())
		require.Empty(t, s.reqs[0].URL.RawQuery)
	}
	s := &stub{}
	c := newClient(t, s)
	_, err := c.CopyObject(t.Context(), &CopyObjectInput{Container: "c", Object: "o", CopyFrom: "c d/ü+/?%//x"})
	require.NoError(t, err)
	require.Equal(t, "/c%20d/%C3%BC%2B/%3F%25//x", s.reqs[0].Header.Get("X-Copy-From"))
	_, err = c.CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", SymlinkTarget: "/c/a b", SymlinkTargetAccount: "AUTH_x"})
	require.NoError(t, err)
	require.Equal(t, "/c/a%20b", s.reqs[1].Header.Get("X-Symlink-Target"))
	require.Equal(t, "AUTH_x", s.reqs[1].Header.Get("X-Symlink-Target-Account"))
}

// TestCopyObjectTo: the request is about the source, and names the copy.
func TestCopyObjectTo(t *testing.T) {
	t.Parallel()
	s := answers(status(201, "Etag", "e", "X-Copied-From", "c/o"))
	out, err := newClient(t, s).CopyObjectTo(t.Context(), &CopyObjectToInput{
		Container: "c", Object: "o +", Destination: "d/p +%", DestinationAccount: "AUTH_b", FreshMetadata: true, Metadata: map[string]string{"a": "1"},
	})
	require.NoError(t, err)
	require.Equal(t, &CopyObjectOutput{ETag: "e", CopiedFrom: "c/o", TransID: "tx1"}, out)
	r := s.reqs[0]
	require.Equal(t, "COPY", r.Method)
	require.True(t, strings.HasSuffix(r.URL.EscapedPath(), "/c/o%20%2B"), r.URL)
	require.Equal(t, "/d/p%20%2B%25", r.Header.Get("Destination"))
	require.Equal(t, "AUTH_b", r.Header.Get("Destination-Account"))
	require.Equal(t, "true", r.Header.Get("X-Fresh-Metadata"))
	require.Equal(t, "1", r.Header.Get("X-Object-Meta-A"))
	require.Empty(t, r.Header.Get("Content-Type"))
}
