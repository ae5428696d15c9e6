package swift

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func TestETagCheck(t *testing.T) {
	t.Parallel()
	good, bad := md5Hex("content"), md5Hex("other")
	over := func(scheme string) func(*Options) {
		return func(o *Options) { o.StorageURL = scheme + "://swift.example.com/v1/AUTH_test" }
	}
	check := func(e ETagCheck) func(*Options) { return func(o *Options) { o.ETagCheck = e } }
	put := func(etag string, change func(*CreateObjectInput), fns ...func(*Options)) error {
		in := CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("content")}
		if change != nil {
			change(&in)
		}
		_, err := newClient(t, answers(status(201, "Etag", etag)), fns...).CreateObject(t.Context(), &in)
		return err
	}
	require.NoError(t, put(good, nil, over("http")))
	require.NoError(t, put(`"`+strings.ToUpper(good)+`"`, nil, over("http")))
	err := put(bad, nil, over("http"))
	require.ErrorIs(t, err, ErrETagMismatch)
	require.ErrorContains(t, err, "sent MD5 "+good+", the server has "+bad)
	require.NoError(t, put(bad, nil, over("https")), "TLS vouches for the bytes")
	require.ErrorIs(t, put(bad, nil, over("https"), check(ETagCheckAlways)), ErrETagMismatch)
	require.NoError(t, put(bad, nil, over("http"), check(ETagCheckNever)))
	require.NoError(t, put("", nil, over("http")), "no ETag")
	require.NoError(t, put("not-an-md5", nil, over("http")))
	require.NoError(t, put(bad, nil, over("http"), func(o *Options) { o.Profile.ETagMD5 = false }))
	require.NoError(t, put(bad, func(in *CreateObjectInput) { in.ETag = good }, over("http")), "the server has compared it")
	require.NoError(t, put(bad, func(in *CreateObjectInput) { in.Body, in.ObjectManifest = nil, "c/p" }, over("http")), "the ETag is of the segments")
	require.NoError(t, put(md5Hex(""), func(in *CreateObjectInput) { in.Body = nil }, over("http")))
	require.ErrorIs(t, put(bad, func(in *CreateObjectInput) { in.Body = nil }, over("http")), ErrETagMismatch)
	require.NoError(t, put(good, func(in *CreateObjectInput) { in.Body = plain{strings.NewReader("content")} }, over("http")), "of unknown length")
	require.ErrorIs(t, put(bad, func(in *CreateObjectInput) { in.Body = plain{strings.NewReader("content")} }, over("http")), ErrETagMismatch)

	// The digest of a retry is of the retry.
	s := answers(text(503, ""), status(201, "Etag", good))
	_, err = newClient(t, s, over("http")).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("content")})
	require.NoError(t, err)
	require.Equal(t, []string{"content", "content"}, s.bodies)

	// An answer that came before the body was through says nothing about its digest.
	early := roundTripper(func(r *http.Request) (*http.Response, error) { return answer(r, 201, []string{"Etag", bad}, ""), nil })
	_, err = newClient(t, early, over("http")).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: bytes.NewBufferString("content")})
	require.NoError(t, err)

	_, err = newClient(t, answers(status(422)), over("http")).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("content"), ETag: bad})
	require.ErrorIs(t, err, ErrUnprocessable)
	require.NotErrorIs(t, err, ErrETagMismatch)

	part := UploadPartInput{Container: "cccc", Object: "o", UploadId: "u", PartNumber: 1, Body: strings.NewReader("content")}
	_, err = newClient(t, answers(status(201, "Etag", bad)), over("http"), func(o *Options) { o.Profile = KakaoCloud() }).UploadPart(t.Context(), &part)
	require.ErrorIs(t, err, ErrETagMismatch)
}

// TestBodies: what is sent of which reader, and how long it is said to be.
func TestBodies(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte("file content"), 0o600))
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(5, io.SeekStart)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		body   io.Reader
		length *int64
		want   string
		sent   int64
	}{
		"nil":                         {nil, nil, "", 0},
		"nil, length 0":               {nil, pointer(int64(0)), "", 0},
		"string":                      {strings.NewReader("abc"), nil, "abc", 3},
		"buffer":                      {bytes.NewBufferString("abc"), nil, "abc", 3},
		"file from where it is":       {file, nil, "content", 7},
		"unknown length":              {plain{strings.NewReader("abc")}, nil, "abc", -1},
		"stated length":               {plain{strings.NewReader("abc")}, pointer(int64(3)), "abc", 3},
		"stated length 0":             {plain{strings.NewReader("")}, pointer(int64(0)), "", 0},
		"shorter than the reader has": {strings.NewReader("abc"), pointer(int64(2)), "ab", 2},
	} {
		s := &stub{}
		_, err := newClient(t, s).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: test.body, ContentLength: test.length})
		require.NoError(t, err, name)
		require.Equal(t, test.want, s.bodies[0], name)
		require.Equal(t, test.sent, s.reqs[0].ContentLength, name)
		require.Empty(t, s.reqs[0].Header.Get("Content-Length"), "net/http writes it")
	}
	// A reader that fails is not the server's fault, and is not asked again.
	failure := errors.New("disk on fire")
	s := &stub{}
	_, err = newClient(t, s).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: failing{failure}})
	require.ErrorIs(t, err, failure)
	require.Zero(t, s.count())
	_, err = newClient(t, &stub{}).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: badSeeker{}})
	require.ErrorContains(t, err, "seek back")

	// Progress counts what has left, and takes back what a failed attempt sent.
	var total, least atomic.Int64
	s = answers(text(503, ""), status(201))
	_, err = newClient(t, s).CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("content")}, func(o *Options) {
		o.Progress = func(n int64) {
			total.Add(n)
			if n < 0 {
				least.Store(n)
			}
		}
	})
	require.NoError(t, err)
	require.EqualValues(t, 7, total.Load())
	require.EqualValues(t, -7, least.Load())
}

// badSeeker finds its end but not its way back.
type badSeeker struct{}

func (badSeeker) Read([]byte) (int, error) { return 0, io.EOF }
func (badSeeker) Seek(_ int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		return 0, errors.New("stuck")
	}
	return 3, nil
}

// TestObjectHeaders: every member of an upload travels, and only those that are set.
func TestObjectHeaders(t *testing.T) {
	t.Parallel()
	s := answers(status(201, "Etag", md5Hex(""), "Last-Modified", "Thu, 19 Feb 2026 04:44:38 GMT", "X-Object-Version-Id", "1771476278.30221"))
	out, err := newClient(t, s).CreateObject(t.Context(), &CreateObjectInput{
		Container: "c", Object: "o", ContentType: "text/plain", DetectContentType: true, ContentEncoding: "gzip", ContentDisposition: `attachment; filename="x"`,
		DeleteAt: sometime, IfNoneMatch: "*", SymlinkTarget: "c/x", SymlinkTargetETag: md5Hex("x"), Metadata: map[string]string{"Color": "rot ü"},
	})
	require.NoError(t, err)
	require.Equal(t, &CreateObjectOutput{ETag: md5Hex(""), LastModified: time.Date(2026, 2, 19, 4, 44, 38, 0, time.UTC), VersionID: "1771476278.30221", TransID: "tx1"}, out)
	h := s.reqs[0].Header.Clone()
	for _, volatile := range []string{"User-Agent", "Accept-Encoding", "X-Auth-Token"} {
		h.Del(volatile)
	}
	require.Equal(t, http.Header{
		"Content-Type": {"text/plain"}, "X-Detect-Content-Type": {"true"}, "Content-Encoding": {"gzip"}, "Content-Disposition": {`attachment; filename="x"`},
		"X-Delete-At": {"2000000000"}, "If-None-Match": {"*"}, "X-Symlink-Target": {"c/x"}, "X-Symlink-Target-Etag": {md5Hex("x")}, "X-Object-Meta-Color": {"rot ü"},
	}, h)

	s = answers(status(202))
	_, err = newClient(t, s).UpdateObject(t.Context(), &UpdateObjectInput{Container: "c", Object: "o", RemoveDeleteAt: true, Metadata: map[string]string{"a": "b"}})
	require.NoError(t, err)
	require.Equal(t, "x", s.reqs[0].Header.Get("X-Remove-Delete-At"))
	require.Equal(t, "b", s.reqs[0].Header.Get("X-Object-Meta-A"))
	_, err = newClient(t, s).UpdateObject(t.Context(), &UpdateObjectInput{Container: "c", Object: "o", RemoveDeleteAt: true, DeleteAfter: 7})
	require.ErrorContains(t, err, "RemoveDeleteAt")
}

// TestContainerHeaders: metadata that has members, and is set and removed.
func TestContainerHeaders(t *testing.T) {
	t.Parallel()
	s := &stub{}
	c := newClient(t, s)
	_, err := c.UpdateContainer(t.Context(), &UpdateContainerInput{
		Container: "c", ReadACL: ".r:*", VersionsEnabled: pointer(false), QuotaBytes: pointer(int64(0)), TempURLKey: "s3cret", WebListings: pointer(true), SyncTo: "//realm/cluster/AUTH_x/c", SyncKey: "k3y",
		Metadata: map[string]string{"a": ""}, RemoveMetadata: []string{"Quota-Count", "b"}, RemoveWriteACL: true, RemoveVersionsLocation: true, RemoveHistoryLocation: true,
	})
	require.NoError(t, err)
	h := s.reqs[0].Header.Clone()
	for _, volatile := range []string{"User-Agent", "Accept-Encoding", "X-Auth-Token"} {
		h.Del(volatile)
	}
	require.Equal(t, http.Header{
		"X-Container-Read": {".r:*"}, "X-Versions-Enabled": {"false"}, "X-Container-Meta-Quota-Bytes": {"0"}, "X-Container-Meta-Temp-Url-Key": {"s3cret"},
		"X-Container-Meta-Web-Listings": {"true"}, "X-Container-Sync-To": {"//realm/cluster/AUTH_x/c"}, "X-Container-Sync-Key": {"k3y"}, "X-Container-Meta-A": {""},
		"X-Remove-Container-Meta-Quota-Count": {"x"}, "X-Remove-Container-Meta-B": {"x"}, "X-Container-Write": {""}, "X-Remove-Versions-Location": {"x"}, "X-Remove-History-Location": {"x"},
	}, h)
	_, err = c.UpdateContainer(t.Context(), &UpdateContainerInput{Container: "c", RemoveSync: true, RemoveReadACL: true})
	require.NoError(t, err)
	for _, name := range []string{"X-Remove-Container-Sync-To", "X-Remove-Container-Sync-Key"} {
		require.Equal(t, "x", s.reqs[1].Header.Get(name))
	}
	require.Equal(t, []string{""}, s.reqs[1].Header["X-Container-Read"])
	_, err = c.CreateContainer(t.Context(), &CreateContainerInput{Container: "c", QuotaCount: pointer(int64(-1))})
	require.ErrorContains(t, err, "QuotaCount: -1 is negative")

	_, err = c.UpdateAccount(t.Context(), &UpdateAccountInput{TempURLKey: "s3cret", Metadata: map[string]string{"a": "b"}, RemoveMetadata: []string{"Temp-URL-Key-2"}})
	require.NoError(t, err)
	require.Equal(t, "/v1/AUTH_test", s.reqs[2].URL.RequestURI())
	require.Equal(t, "x", s.reqs[2].Header.Get("X-Remove-Account-Meta-Temp-Url-Key-2"))
	_, err = c.UpdateAccount(t.Context(), &UpdateAccountInput{QuotaBytes: pointer(int64(-1))})
	require.ErrorContains(t, err, "QuotaBytes: -1 is negative")
	_, err = c.DeleteAccount(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, http.MethodDelete, s.reqs[3].Method)
}
