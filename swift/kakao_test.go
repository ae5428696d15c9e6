package swift

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestKakaoCloud runs every operation of KakaoCloud's document against a server that knows
// nothing else.
func TestKakaoCloud(t *testing.T) {
	t.Parallel()
	s, c := newKakaoServer(t)
	ctx := t.Context()
	const container, object = "pictures", "사과/a b+c?.txt"

	info, err := c.Info(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, 396, info.MaxObjectNameLength)
	_, err = c.HeadContainer(ctx, &HeadContainerInput{Container: container})
	require.ErrorIs(t, err, ErrNotFound)
	created, err := c.CreateContainer(ctx, &CreateContainerInput{Container: container})
	require.NoError(t, err)
	require.NotEmpty(t, created.TransID)
	_, err = c.UpdateContainer(ctx, &UpdateContainerInput{Container: container, Metadata: map[string]string{"owner": "me", "old": "x"}})
	require.NoError(t, err)
	_, err = c.UpdateContainer(ctx, &UpdateContainerInput{Container: container, RemoveMetadata: []string{"Old"}})
	require.NoError(t, err)
	head, err := c.HeadContainer(ctx, &HeadContainerInput{Container: container})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"owner": "me"}, head.Metadata)
	require.Equal(t, "default-placement", head.StoragePolicy)

	put, err := c.CreateObject(ctx, &CreateObjectInput{Container: container, Object: object, Body: strings.NewReader("apple"), Metadata: map[string]string{"color": "red"}})
	require.NoError(t, err)
	require.Equal(t, appleETag, put.ETag)
	got, err := c.GetObject(ctx, &GetObjectInput{Container: container, Object: object})
	require.NoError(t, err)
	require.Equal(t, "apple", read(t, got.Body))
	require.Equal(t, "application/octet-stream", got.ContentType, "no type was asked for, and none was made up")
	_, err = c.UpdateObject(ctx, &UpdateObjectInput{Container: container, Object: object, Metadata: map[string]string{"color": "green"}})
	require.NoError(t, err)
	h, err := c.HeadObject(ctx, &HeadObjectInput{Container: container, Object: object})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"color": "green"}, h.Metadata)
	require.Equal(t, "application/octet-stream", h.ContentType, "an update leaves the type alone")
	_, err = c.CopyObject(ctx, &CopyObjectInput{Container: container, Object: "copy", CopyFrom: container + "/" + object})
	require.NoError(t, err)
	h, err = c.HeadObject(ctx, &HeadObjectInput{Container: container, Object: "copy"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"color": "green"}, h.Metadata)
	require.Equal(t, "application/octet-stream", h.ContentType, "and so does a copy")
	_, err = c.CopyObject(ctx, &CopyObjectInput{Container: container, Object: "copy", CopyFrom: container + "/" + object, FreshMetadata: true})
	require.NoError(t, err)

	for _, format := range []Format{"", FormatXML, FormatPlain} {
		list, err := c.ListObjects(ctx, &ListObjectsInput{Container: container, Delimiter: "/", Format: format})
		require.NoError(t, err, format)
		require.Len(t, list.Objects, 2, format)
		require.Equal(t, "copy", list.Objects[0].Name, format)
	}
	names := 0
	for page, err := range c.ListObjectsPages(ctx, &ListObjectsInput{Container: container, Limit: 1}) {
		require.NoError(t, err)
		names += len(page.Objects)
	}
	require.Equal(t, 2, names)
	for _, format := range []Format{"", FormatPlain} {
		list, err := c.ListContainers(ctx, &ListContainersInput{Format: format})
		require.NoError(t, err, format)
		require.Equal(t, container, list.Containers[0].Name, format)
	}

	t.Run("TempURL", func(t *testing.T) {
		in := GetObjectTempURLInput{Container: container, Object: object, TempURLExpires: s.now().Add(time.Hour), Filename: "사과 & x.txt"}
		link, err := c.GetObjectTempURL(ctx, &in)
		require.NoError(t, err)
		require.Equal(t, in.TempURLExpires.Unix(), link.Expires.Unix())
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", link, link, link), string(link.Sig))
		resp, err := s.Client().Get(string(link.URL))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Equal(t, "attachment; filename*=UTF-8''%EC%82%AC%EA%B3%BC%20&%20x.txt", resp.Header.Get("Content-Disposition"))
		require.Equal(t, "apple", read(t, resp.Body))
		in.TempURLExpires = s.now().Add(-time.Hour)
		link, err = c.GetObjectTempURL(ctx, &in)
		require.NoError(t, err)
		resp, err = s.Client().Get(string(link.URL))
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, http.StatusUnauthorized, resp.StatusCode, "it is over")
	})

	t.Run("large objects", func(t *testing.T) {
		for i, part := range []string{"one ", "two"} {
			_, err := c.CreateObject(ctx, &CreateObjectInput{Container: container, Object: fmt.Sprintf("segment_%04d", i), Body: strings.NewReader(part)})
			require.NoError(t, err)
		}
		_, err := c.CreateObject(ctx, &CreateObjectInput{Container: container, Object: "dlo", ObjectManifest: container + "/segment_"})
		require.NoError(t, err)
		got, err := c.GetObject(ctx, &GetObjectInput{Container: container, Object: "dlo"}, func(o *Options) { o.ETagCheck = ETagCheckNever })
		require.NoError(t, err)
		require.Equal(t, "one two", read(t, got.Body))
		_, err = c.CreateSLOManifest(ctx, &CreateSLOManifestInput{Container: container, Object: "slo", Segments: []SLOSegment{
			{Path: container + "/segment_0000", ETag: "dbcbc0ac529e1baddd510436eef6fe7a", SizeBytes: 4},
		}})
		require.NoError(t, err)
		_, err = c.DeleteSLO(ctx, &DeleteSLOInput{Container: container, Object: "slo"})
		require.NoError(t, err)
		_, err = c.HeadObject(ctx, &HeadObjectInput{Container: container, Object: "segment_0000"})
		require.ErrorIs(t, err, ErrNotFound, "the segment went with it")
		_, err = c.DeleteSLO(ctx, &DeleteSLOInput{Container: container, Object: "segment_0001"})
		require.ErrorIs(t, err, ErrBadRequest, "it is no SLO")
		for _, name := range []string{"dlo", "segment_0001"} {
			_, err = c.DeleteObject(ctx, &DeleteObjectInput{Container: container, Object: name})
			require.NoError(t, err)
		}
	})

	t.Run("multipart upload", func(t *testing.T) { kakaoMultipartUpload(ctx, t, s, c, container) })

	_, err = c.DeleteContainer(ctx, &DeleteContainerInput{Container: container})
	require.ErrorIs(t, err, ErrConflict)
	for _, name := range []string{object, "copy"} {
		_, err = c.DeleteObject(ctx, &DeleteObjectInput{Container: container, Object: name})
		require.NoError(t, err)
	}
	_, err = c.DeleteContainer(ctx, &DeleteContainerInput{Container: container})
	require.NoError(t, err)
}

func kakaoMultipartUpload(ctx context.Context, t *testing.T, s *kakaoServer, c *Client, container string) {
	const object = "dir/big & <file>"
	up, err := c.CreateMultipartUpload(ctx, &CreateMultipartUploadInput{Container: container, Object: object})
	require.NoError(t, err)
	require.Equal(t, kakaoAccount, up.Tenant)
	require.Equal(t, container, up.Container)
	require.Equal(t, object, up.Object)

	var parts []CompletedPart
	for i, text := range []string{"one ", "two ", "three"} {
		part, err := c.UploadPart(ctx, &UploadPartInput{Container: container, Object: object, UploadId: up.UploadId, PartNumber: int32(10 * (i + 1)), Body: strings.NewReader(text)})
		require.NoError(t, err)
		parts = append(parts, CompletedPart{PartNumber: int32(10 * (i + 1)), ETag: part.ETag})
	}
	s.mu.Lock()
	s.page = 2
	s.mu.Unlock()
	var listed []CompletedPart
	pages := 0
	for page, err := range c.ListPartsPages(ctx, &ListPartsInput{Container: container, Object: object, UploadId: up.UploadId, MaxParts: 1000}) {
		require.NoError(t, err)
		pages++
		for _, p := range page.Parts {
			listed = append(listed, CompletedPart{p.PartNumber, strings.Trim(p.ETag, `"`)})
		}
	}
	require.Equal(t, 2, pages)
	require.Equal(t, parts, listed)

	for range 4 {
		_, err := c.CreateMultipartUpload(ctx, &CreateMultipartUploadInput{Container: container, Object: "other"})
		require.NoError(t, err)
	}
	var uploads []MultipartUpload
	pages = 0
	for page, err := range c.ListMultipartUploadsPages(ctx, &ListMultipartUploadsInput{Container: container, Object: object}) {
		require.NoError(t, err)
		pages++
		uploads = append(uploads, page.Uploads...)
	}
	require.Equal(t, 3, pages)
	require.Len(t, uploads, 5)
	require.Equal(t, Owner{kakaoAccount, "web"}, uploads[0].Owner)
	for _, u := range uploads[1:] {
		_, err := c.AbortMultipartUpload(ctx, &AbortMultipartUploadInput{Container: container, Object: u.Object, UploadId: u.UploadId})
		require.NoError(t, err)
		_, err = c.AbortMultipartUpload(ctx, &AbortMultipartUploadInput{Container: container, Object: u.Object, UploadId: u.UploadId})
		require.ErrorIs(t, err, ErrNotFound)
	}

	in := CompleteMultipartUploadInput{Container: container, Object: object, UploadId: up.UploadId, MultipartUpload: &CompletedMultipartUpload{Parts: []CompletedPart{{10, "00000000000000000000000000000000"}}}}
	_, err = c.CompleteMultipartUpload(ctx, &in)
	require.ErrorIs(t, err, ErrBadRequest, "another ETag")
	in.MultipartUpload.Parts = parts
	_, err = c.CompleteMultipartUpload(ctx, &in)
	require.NoError(t, err)
	_, err = c.CompleteMultipartUpload(ctx, &in)
	require.ErrorIs(t, err, ErrNotFound, "it is gone")
	got, err := c.GetObject(ctx, &GetObjectInput{Container: container, Object: object})
	require.NoError(t, err)
	require.Equal(t, "one two three", read(t, got.Body), "its ETag is no MD5")
	_, err = c.DeleteObject(ctx, &DeleteObjectInput{Container: container, Object: object})
	require.NoError(t, err)
}

// TestKakaoCloudRefusals sends what the document forbids, so that the server above is seen to
// be strict.
func TestKakaoCloudRefusals(t *testing.T) {
	t.Parallel()
	s, c := newKakaoServer(t)
	ctx := t.Context()
	_, err := c.CreateContainer(ctx, &CreateContainerInput{Container: "pictures"})
	require.NoError(t, err)
	noType := func(o *Options) { o.Profile.ContentType = "" }
	_, err = c.HeadContainer(ctx, &HeadContainerInput{Container: "pictures"}, noType)
	require.ErrorIs(t, err, ErrBadRequest)
	_, err = c.CreateMultipartUpload(ctx, &CreateMultipartUploadInput{Container: "pictures", Object: "o"}, noType)
	require.ErrorIs(t, err, ErrBadRequest)
	_, err = c.ListObjects(ctx, &ListObjectsInput{Container: "pictures", Reverse: true}, func(o *Options) { o.AllowUnsupported = true })
	require.ErrorIs(t, err, ErrBadRequest)
	require.ErrorContains(t, err, "unknown query reverse")
	_, err = c.HeadContainer(ctx, &HeadContainerInput{Container: "abc"}, func(o *Options) { o.Profile.MinContainerName = 1 })
	require.ErrorIs(t, err, ErrBadRequest)
	other, err := New(Options{Auth: StaticToken("another", s.URL+"/v1/"+kakaoAccount), Profile: KakaoCloud(), HTTPClient: s.Client()})
	require.NoError(t, err)
	_, err = other.HeadContainer(ctx, &HeadContainerInput{Container: "pictures"})
	require.ErrorIs(t, err, ErrUnauthorized)
}
