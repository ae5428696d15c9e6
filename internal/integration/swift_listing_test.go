//go:build integration

package integration

import (
	"context"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/swift"
)

// listing is a container with objects whose names have something to list.
func (s *swiftServer) listing(ctx context.Context) (string, error) {
	made, err := s.make("listing", func() ([]string, error) {
		name, err := s.container(ctx, nil)
		for _, o := range []string{"a", "b/1", "b/2", "b/c/3", "d ü&", "e"} {
			err = all(err, s.put(ctx, name, o, "12345"))
		}
		return []string{name}, err
	})
	if err != nil {
		return "", err
	}
	return made[0], nil
}

// listsWith is a row that lists that container and wants these names.
func listsWith(name string, in swift.ListObjectsInput, want ...string) swiftRow {
	return swiftRow{name, func(ctx context.Context, s *swiftServer) error {
		container, err := s.listing(ctx)
		if err != nil {
			return err
		}
		in := in
		in.Container = container
		return s.lists(ctx, &in, want...)
	}}
}

// entry is a row that wants something of the entry of the object "a".
func entry(name string, format swift.Format, right func(swift.Object) bool) swiftRow {
	return swiftRow{name, func(ctx context.Context, s *swiftServer) error {
		container, err := s.listing(ctx)
		if err != nil {
			return err
		}
		out, err := s.client.ListObjects(ctx, &swift.ListObjectsInput{Container: container, Limit: 1, Format: format})
		if err != nil {
			return err
		}
		return effect(len(out.Objects) == 1 && right(out.Objects[0]), "listed %+v", out.Objects)
	}}
}

var swiftListingRows = []swiftRow{
	listsWith("ListObjects", swift.ListObjectsInput{}, "a", "b/1", "b/2", "b/c/3", "d ü&", "e"),
	listsWith("ListObjects, XML", swift.ListObjectsInput{Format: swift.FormatXML}, "a", "b/1", "b/2", "b/c/3", "d ü&", "e"),
	listsWith("ListObjects, plain text", swift.ListObjectsInput{Format: swift.FormatPlain}, "a", "b/1", "b/2", "b/c/3", "d ü&", "e"),
	entry("ListObjects, size, hash and time", swift.FormatJSON, func(o swift.Object) bool {
		return o.Bytes == 5 && o.Hash == "827ccb0eea8a706c4c34a16891f84e7b" && !o.LastModified.IsZero()
	}),
	entry("ListObjects, content type", swift.FormatJSON, func(o swift.Object) bool { return o.ContentType != "" }),
	entry("ListObjects, XML, size, hash and time", swift.FormatXML, func(o swift.Object) bool {
		return o.Bytes == 5 && o.Hash == "827ccb0eea8a706c4c34a16891f84e7b" && !o.LastModified.IsZero()
	}),
	listsWith("ListObjects, Prefix", swift.ListObjectsInput{Prefix: "b/"}, "b/1", "b/2", "b/c/3"),
	listsWith("ListObjects, Delimiter", swift.ListObjectsInput{Delimiter: "/"}, "a", "b/", "d ü&", "e"),
	listsWith("ListObjects, Delimiter, XML", swift.ListObjectsInput{Delimiter: "/", Format: swift.FormatXML}, "a", "b/", "d ü&", "e"),
	listsWith("ListObjects, Delimiter, plain text", swift.ListObjectsInput{Delimiter: "/", Format: swift.FormatPlain}, "a", "b/", "d ü&", "e"),
	listsWith("ListObjects, Prefix and Delimiter", swift.ListObjectsInput{Prefix: "b/", Delimiter: "/"}, "b/1", "b/2", "b/c/"),
	listsWith("ListObjects, Path", swift.ListObjectsInput{Path: "b"}, "b/1", "b/2"),
	listsWith("ListObjects, Limit", swift.ListObjectsInput{Limit: 2}, "a", "b/1"),
	listsWith("ListObjects, Marker", swift.ListObjectsInput{Marker: "b/2"}, "b/c/3", "d ü&", "e"),
	listsWith("ListObjects, EndMarker", swift.ListObjectsInput{EndMarker: "b/2"}, "a", "b/1"),
	listsWith("ListObjects, Reverse", swift.ListObjectsInput{Reverse: true}, "e", "d ü&", "b/c/3", "b/2", "b/1", "a"),
	listsWith("ListObjects, Reverse and Marker", swift.ListObjectsInput{Reverse: true, Marker: "b/2", EndMarker: "a"}, "b/1"),
	{"ListObjects, an empty container", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		for _, f := range []swift.Format{swift.FormatJSON, swift.FormatXML, swift.FormatPlain} {
			if err := s.lists(ctx, &swift.ListObjectsInput{Container: name, Format: f}); err != nil {
				return err
			}
		}
		return nil
	}},
	{"ListObjects, no container (404)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.ListObjects(ctx, &swift.ListObjectsInput{Container: swiftName()})
		return swiftRefused(err, swift.ErrNotFound)
	}},
	{"ListObjectsPages", func(ctx context.Context, s *swiftServer) error {
		return s.pages(ctx, swift.ListObjectsInput{Limit: 2}, "a", "b/1", "b/2", "b/c/3", "d ü&", "e")
	}},
	{"ListObjectsPages, Delimiter", func(ctx context.Context, s *swiftServer) error {
		return s.pages(ctx, swift.ListObjectsInput{Limit: 1, Delimiter: "/"}, "a", "b/", "d ü&", "e")
	}},
	{"ListObjectsPages, Reverse", func(ctx context.Context, s *swiftServer) error {
		return s.pages(ctx, swift.ListObjectsInput{Limit: 2, Reverse: true}, "e", "d ü&", "b/c/3", "b/2", "b/1", "a")
	}},
	{"ListObjects, more than the limit (412)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.ListObjects(ctx, &swift.ListObjectsInput{Container: s.shared, Limit: 10001})
		return swiftRefused(err, swift.ErrPreconditionFailed)
	}},
}

func (s *swiftServer) pages(ctx context.Context, in swift.ListObjectsInput, want ...string) error {
	container, err := s.listing(ctx)
	if err != nil {
		return err
	}
	in.Container = container
	var got []string
	for page, err := range s.client.ListObjectsPages(ctx, &in) {
		if err != nil {
			if strings.Contains(err.Error(), swift.ErrListingStuck.Error()) {
				return effect(false, "%v after %q", err, got)
			}
			return err
		}
		for _, o := range page.Objects {
			got = append(got, o.Name+o.Subdir)
		}
	}
	return effect(slices.Equal(got, want), "listed %q", got)
}
