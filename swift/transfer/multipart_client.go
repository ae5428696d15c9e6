package transfer

import (
	"context"
	"io"

	"github.com/stowage-go/stowage/swift"
)

// newMultipartClient returns the multipart operations of a client.
func newMultipartClient(c *swift.Client) multipartClient { return multipartCalls{c} }

// multipartCalls are the operations as a client has them.
type multipartCalls struct{ client *swift.Client }

func (m multipartCalls) create(ctx context.Context, container, object string, opts []func(*swift.Options)) (string, error) {
	out, err := m.client.CreateMultipartUpload(ctx, &swift.CreateMultipartUploadInput{Container: container, Object: object}, opts...)
	if err != nil {
		return "", err
	}
	return out.UploadId, nil
}

func (m multipartCalls) put(ctx context.Context, container, object, id string, number int, body io.Reader, size int64, opts []func(*swift.Options)) (string, error) {
	out, err := m.client.UploadPart(ctx, &swift.UploadPartInput{
		Container: container, Object: object, UploadId: id, PartNumber: int32(number), Body: body, ContentLength: &size,
	}, opts...)
	if err != nil {
		return "", err
	}
	return out.ETag, nil
}

func (m multipartCalls) list(ctx context.Context, container, object, id string, opts []func(*swift.Options)) (map[int]segment, error) {
	parts := map[int]segment{}
	for page, err := range m.client.ListPartsPages(ctx, &swift.ListPartsInput{Container: container, Object: object, UploadId: id}, opts...) {
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parts {
			parts[int(p.PartNumber)] = segment{int(p.PartNumber), p.Size, unquoted(p.ETag)}
		}
	}
	return parts, nil
}

func (m multipartCalls) complete(ctx context.Context, container, object, id string, parts []segment, opts []func(*swift.Options)) (string, error) {
	list := &swift.CompletedMultipartUpload{Parts: make([]swift.CompletedPart, len(parts))}
	for i, s := range parts {
		list.Parts[i] = swift.CompletedPart{PartNumber: int32(s.number), ETag: s.etag}
	}
	out, err := m.client.CompleteMultipartUpload(ctx, &swift.CompleteMultipartUploadInput{Container: container, Object: object, UploadId: id, MultipartUpload: list}, opts...)
	if err != nil {
		return "", err
	}
	return out.ETag, nil
}

func (m multipartCalls) abort(ctx context.Context, container, object, id string, opts []func(*swift.Options)) error {
	_, err := m.client.AbortMultipartUpload(ctx, &swift.AbortMultipartUploadInput{Container: container, Object: object, UploadId: id}, opts...)
	return err
}
