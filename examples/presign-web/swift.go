package main

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/swift"
)

// swiftStore signs uploads to a container.
type swiftStore struct {
	client    *swift.Client
	container string
	key       swift.Secret
	maxSize   int64
	expires   time.Duration
}

// formPost signs a form.
func (s *swiftStore) formPost(ctx context.Context, f file) (*upload, error) {
	expires := time.Now().Add(s.expires)
	form, err := s.client.FormPost(ctx, swift.FormPostOptions{
		Key: s.key, Container: s.container, Prefix: f.folder, MaxFileSize: s.maxSize, Expires: expires, ContentType: f.Type,
	})
	if err != nil {
		return nil, err
	}
	// Swift takes the name that the browser writes into the form.
	u := &upload{Method: http.MethodPost, URL: form.Action, Object: f.folder + inForm.Replace(f.Name)}
	for _, field := range form.Fields() {
		u.Fields = append(u.Fields, [2]string{field.Name, field.Value})
	}
	link, err := s.client.TempURL(ctx, swift.TempURLOptions{
		Key: s.key, Container: s.container, Object: u.Object, Expires: expires, Filename: f.Name,
	})
	if err != nil {
		return nil, err
	}
	u.Link = link.URL()
	return u, nil
}

// allow lets pages of an origin upload.
func (s *swiftStore) allow(ctx context.Context, origin string) error {
	_, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: s.container, AllowOrigin: origin})
	return err
}
