//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/swift"
)

var swiftAccountRows = []swiftRow{
	{"Info", func(ctx context.Context, s *swiftServer) error {
		info, err := s.client.Info(ctx, nil)
		if err != nil {
			return err
		}
		return all(
			that(info.Version != "", "no version"),
			that(info.MaxFileSize >= 5<<30, "max_file_size is %d", info.MaxFileSize),
			that(info.MaxObjectNameLength == 1024, "max_object_name is %d", info.MaxObjectNameLength),
			that(info.ContainerListingLimit == 10000, "container_listing_limit is %d", info.ContainerListingLimit),
			that(info.SLO != nil && info.SLO.MaxManifestSegments == 1000, "slo is %+v", info.SLO),
			that(info.TempURL != nil && slices.Contains(info.TempURL.Methods, "GET"), "tempurl is %+v", info.TempURL),
			that(len(info.Policies) > 0, "no policies"),
			that(info.BulkDelete != nil && info.Has("account_quotas"), "sections are missing"),
		)
	}},
	{"HeadAccount", func(ctx context.Context, s *swiftServer) error {
		out, err := s.client.HeadAccount(ctx, nil)
		if err != nil {
			return err
		}
		return all(that(out.ContainerCount > 0, "%d containers", out.ContainerCount), that(out.TransID != "", "no transaction id"), that(!out.Timestamp.IsZero(), "no timestamp"))
	}},
	{"ListContainers", func(ctx context.Context, s *swiftServer) error {
		return s.listsContainer(ctx, swift.ListContainersInput{Prefix: s.shared}, func(c swift.Container) bool { return c.Count >= 0 })
	}},
	{"ListContainers, last modified", func(ctx context.Context, s *swiftServer) error {
		return s.listsContainer(ctx, swift.ListContainersInput{Prefix: s.shared}, func(c swift.Container) bool { return !c.LastModified.IsZero() })
	}},
	{"ListContainers, XML", func(ctx context.Context, s *swiftServer) error {
		return s.listsContainer(ctx, swift.ListContainersInput{Prefix: s.shared, Format: swift.FormatXML}, nil)
	}},
	{"ListContainers, plain text", func(ctx context.Context, s *swiftServer) error {
		return s.listsContainer(ctx, swift.ListContainersInput{Prefix: s.shared, Format: swift.FormatPlain}, nil)
	}},
	{"ListContainers, marker, end marker and limit", func(ctx context.Context, s *swiftServer) error {
		before := s.shared[:len(s.shared)-1]
		return all(
			s.listsContainer(ctx, swift.ListContainersInput{Marker: before, Limit: 1, EndMarker: s.shared + "!"}, nil),
			s.listsContainer(ctx, swift.ListContainersInput{Marker: s.shared, EndMarker: s.shared + "!"}, nil),
		)
	}},
	{"ListContainers, delimiter", func(ctx context.Context, s *swiftServer) error {
		out, err := s.client.ListContainers(ctx, &swift.ListContainersInput{Prefix: "stowage", Delimiter: "-"})
		if err != nil {
			return err
		}
		return effect(slices.ContainsFunc(out.Containers, func(c swift.Container) bool { return c.Subdir == "stowage-" }), "listed %+v", out.Containers)
	}},
	{"ListContainers, reverse", func(ctx context.Context, s *swiftServer) error {
		second, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		names := []string{}
		for page, err := range s.client.ListContainersPages(ctx, &swift.ListContainersInput{Prefix: "stowage-", Reverse: true, Limit: 1000}) {
			if err != nil {
				return err
			}
			for _, c := range page.Containers {
				names = append(names, c.Name)
			}
		}
		wantFirst := max(s.shared, second)
		return effect(slices.Index(names, wantFirst) < slices.Index(names, min(s.shared, second)), "listed %q", names)
	}},
	{"ListContainersPages", func(ctx context.Context, s *swiftServer) error {
		var names []string
		for page, err := range s.client.ListContainersPages(ctx, &swift.ListContainersInput{Prefix: s.shared[:len(s.shared)-1], Limit: 1}) {
			if err != nil {
				return err
			}
			for _, c := range page.Containers {
				names = append(names, c.Name)
			}
		}
		return that(slices.Contains(names, s.shared) && slices.IsSorted(names), "listed %q", names)
	}},
	{"UpdateAccount, Metadata and RemoveMetadata", func(ctx context.Context, s *swiftServer) error {
		name := strings.ReplaceAll(swiftName(), "stowage-", "s")
		if _, err := s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{Metadata: map[string]string{name: "v ü"}}); err != nil {
			return err
		}
		out, err := s.other.HeadAccount(ctx, nil)
		if err != nil {
			return err
		}
		set := out.Metadata[name]
		_, err = s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{RemoveMetadata: []string{name}})
		if err != nil {
			return err
		}
		out, err = s.other.HeadAccount(ctx, nil)
		if err != nil {
			return err
		}
		_, left := out.Metadata[name]
		return effect(set == "v ü" && !left, "set to %q, left: %t", set, left)
	}},
	{"UpdateAccount, TempURLKey", func(ctx context.Context, s *swiftServer) error {
		key := swift.Secret(swiftName())
		if _, err := s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{TempURLKey: key, TempURLKey2: key + "2"}); err != nil {
			return err
		}
		out, err := s.other.HeadAccount(ctx, nil)
		if err != nil {
			return err
		}
		list, err := s.other.ListContainers(ctx, nil)
		if err != nil {
			return err
		}
		_, err = s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{RemoveMetadata: []string{"Temp-URL-Key", "Temp-URL-Key-2"}})
		return all(err, effect(out.TempURLKey == key && out.TempURLKey2 == key+"2" && list.TempURLKey == key, "not told"))
	}},
	{"UpdateAccount, QuotaBytes by its owner", func(ctx context.Context, s *swiftServer) error {
		_, err := s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{QuotaBytes: pointer(int64(1 << 40))})
		return err
	}},
	{"UpdateAccount, QuotaBytes by an administrator", func(ctx context.Context, s *swiftServer) error {
		c := s.admin
		if c == nil {
			c = s.other
		}
		before, err := s.other.HeadAccount(ctx, nil)
		if err != nil {
			return err
		}
		quota := before.BytesUsed + 1<<20
		if _, err := c.UpdateAccount(ctx, &swift.UpdateAccountInput{QuotaBytes: &quota}); err != nil {
			return err
		}
		container, err := s.containerOf(ctx, s.other, nil)
		if err == nil {
			var out *swift.HeadAccountOutput
			out, err = s.other.HeadAccount(ctx, nil)
			err = all(err, that(out != nil && out.QuotaBytes != nil && *out.QuotaBytes == quota, "the quota is not told"))
		}
		if err == nil {
			_, err = s.other.CreateObject(ctx, &swift.CreateObjectInput{Container: container, Object: "o", Body: bytes.NewReader(data(4 << 20))})
			err = swiftRefused(err, swift.ErrTooLarge)
		}
		_, undo := c.UpdateAccount(ctx, &swift.UpdateAccountInput{RemoveMetadata: []string{"Quota-Bytes"}})
		return errors.Join(err, undo)
	}},
	{"UpdateAccount, AccessControl", func(ctx context.Context, s *swiftServer) error {
		const acl = `{"read-only":["nobody"]}`
		if _, err := s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{AccessControl: acl}); err != nil {
			return err
		}
		out, err := s.other.HeadAccount(ctx, nil)
		if err != nil {
			return err
		}
		_, err = s.other.UpdateAccount(ctx, &swift.UpdateAccountInput{AccessControl: "{}"})
		return all(err, effect(strings.Contains(out.AccessControl, "nobody"), "is %q", out.AccessControl))
	}},
	{"DeleteAccount by its owner", func(ctx context.Context, s *swiftServer) error {
		_, err := s.other.DeleteAccount(ctx, nil)
		return err
	}},
}

// listsContainer is nil when the listing has the shared container, and has it right.
func (s *swiftServer) listsContainer(ctx context.Context, in swift.ListContainersInput, right func(swift.Container) bool) error {
	out, err := s.client.ListContainers(ctx, &in)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(out.Containers, func(c swift.Container) bool { return c.Name == s.shared })
	if in.Marker == s.shared {
		return effect(at < 0, "the marker is listed")
	}
	if at < 0 {
		return effect(false, "listed %+v", out.Containers)
	}
	return effect(right == nil || right(out.Containers[at]), "listed as %+v", out.Containers[at])
}
