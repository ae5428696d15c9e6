//go:build integration

package integration

import (
	"context"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/swift"
)

// withContainer makes a container, runs a check on what HEAD tells of it, and returns its name.
func (s *swiftServer) withContainer(ctx context.Context, in swift.CreateContainerInput, check func(*swift.HeadContainerOutput) bool) (string, error) {
	name, err := s.container(ctx, &in)
	if err != nil {
		return "", err
	}
	out, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: name})
	if err != nil {
		return "", err
	}
	return name, effect(check(out), "HEAD tells %+v", out)
}

// update changes a container and runs a check on what HEAD tells of it then.
func (s *swiftServer) update(ctx context.Context, in swift.UpdateContainerInput, check func(*swift.HeadContainerOutput) bool) error {
	if _, err := s.client.UpdateContainer(ctx, &in); err != nil {
		return err
	}
	out, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: in.Container})
	if err != nil {
		return err
	}
	return effect(check(out), "HEAD tells %+v", out)
}

var swiftContainerRows = []swiftRow{
	{"CreateContainer, HeadContainer, DeleteContainer", func(ctx context.Context, s *swiftServer) error {
		name := swiftName()
		_, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: name})
		if err := swiftRefused(err, swift.ErrNotFound); err != nil {
			return err
		}
		if _, err := s.client.CreateContainer(ctx, &swift.CreateContainerInput{Container: name}); err != nil {
			return err
		}
		if _, err := s.client.CreateContainer(ctx, &swift.CreateContainerInput{Container: name}); err != nil {
			return err // again is no failure
		}
		out, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: name, Newest: true})
		if err != nil {
			return err
		}
		if _, err := s.client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: name}); err != nil {
			return err
		}
		_, err = s.client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: name})
		return all(swiftRefused(err, swift.ErrNotFound), that(out.ObjectCount == 0 && !out.Timestamp.IsZero() && out.StoragePolicy != "", "HEAD tells %+v", out))
	}},
	{"DeleteContainer, not empty (409)", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "o", "x"); err != nil {
			return err
		}
		_, err = s.client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: name})
		return swiftRefused(err, swift.ErrConflict)
	}},
	{"HeadContainer, counts", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "o", "12345"); err != nil {
			return err
		}
		return eventually(ctx, func() (bool, error) {
			out, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: name})
			return err == nil && out.ObjectCount == 1 && out.BytesUsed == 5, err
		})
	}},
	{"CreateContainer, Metadata", func(ctx context.Context, s *swiftServer) error {
		_, err := s.withContainer(ctx, swift.CreateContainerInput{Metadata: map[string]string{"Color": "rot ü", "a-b": "1"}}, func(out *swift.HeadContainerOutput) bool {
			return out.Metadata["color"] == "rot ü" && out.Metadata["a-b"] == "1"
		})
		return err
	}},
	{"UpdateContainer, Metadata and RemoveMetadata", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, &swift.CreateContainerInput{Metadata: map[string]string{"keep": "1", "drop": "2"}})
		if err != nil {
			return err
		}
		return s.update(ctx, swift.UpdateContainerInput{Container: name, Metadata: map[string]string{"new": "3"}, RemoveMetadata: []string{"Drop"}}, func(out *swift.HeadContainerOutput) bool {
			_, left := out.Metadata["drop"]
			return out.Metadata["keep"] == "1" && out.Metadata["new"] == "3" && !left
		})
	}},
	{"ReadACL, public objects", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, &swift.CreateContainerInput{ReadACL: ".r:*"})
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "o", "public"); err != nil {
			return err
		}
		code, _, body, err := s.anonymous(ctx, http.MethodGet, "/"+name+"/o", nil)
		if err != nil {
			return err
		}
		if err := effect(code == 200 && body == "public", "anonymous GET: %d", code); err != nil {
			return err
		}
		out, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: name})
		if err != nil {
			return err
		}
		if err := that(strings.Contains(out.ReadACL, ".r:*"), "read ACL is %q", out.ReadACL); err != nil {
			return err
		}
		if _, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: name, RemoveReadACL: true}); err != nil {
			return err
		}
		return eventually(ctx, func() (bool, error) {
			code, _, _, err := s.anonymous(ctx, http.MethodGet, "/"+name+"/o", nil)
			return code == 401 || code == 403, err
		})
	}},
	{"ReadACL, public listing", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, &swift.CreateContainerInput{ReadACL: ".r:*,.rlistings"})
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "o", "public"); err != nil {
			return err
		}
		code, _, body, err := s.anonymous(ctx, http.MethodGet, "/"+name+"?format=plain", nil)
		return all(err, effect(code == 200 && body == "o\n", "anonymous listing: %d %q", code, body))
	}},
	{"ReadACL, another account", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, &swift.CreateContainerInput{ReadACL: s.otherGrant})
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "o", "shared"); err != nil {
			return err
		}
		mine := func(o *swift.Options) { o.Account = s.account }
		out, err := s.other.GetObject(ctx, &swift.GetObjectInput{Container: name, Object: "o"}, mine)
		if err != nil {
			return err
		}
		if err := same(out.Body, []byte("shared")); err != nil {
			return err
		}
		_, err = s.other.CreateObject(ctx, &swift.CreateObjectInput{Container: name, Object: "p"}, mine)
		return swiftRefused(err, swift.ErrForbidden)
	}},
	{"WriteACL, another account", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, &swift.CreateContainerInput{WriteACL: s.otherGrant})
		if err != nil {
			return err
		}
		mine := func(o *swift.Options) { o.Account = s.account }
		if _, err := s.other.CreateObject(ctx, &swift.CreateObjectInput{Container: name, Object: "p", Body: strings.NewReader("theirs")}, mine); err != nil {
			return err
		}
		if err := s.lists(ctx, &swift.ListObjectsInput{Container: name}, "p"); err != nil {
			return err
		}
		if _, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: name, RemoveWriteACL: true}); err != nil {
			return err
		}
		return eventually(ctx, func() (bool, error) {
			_, err := s.other.CreateObject(ctx, &swift.CreateObjectInput{Container: name, Object: "q"}, mine)
			return err != nil, nil
		})
	}},
	{"another account's container, without an ACL (403)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.other.HeadContainer(ctx, &swift.HeadContainerInput{Container: s.shared}, func(o *swift.Options) { o.Account = s.account })
		return swiftRefused(err, swift.ErrForbidden)
	}},
	{"QuotaBytes (413)", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, &swift.CreateContainerInput{QuotaBytes: pointer(int64(10))})
		if err != nil {
			return err
		}
		return all(s.put(ctx, name, "small", "12345"), swiftRefused(s.put(ctx, name, "large", "12345678901"), swift.ErrTooLarge))
	}},
	{"UpdateContainer, QuotaCount (413)", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "o", ""); err != nil {
			return err
		}
		// Servers keep the count for a while; an update has them look again.
		return eventually(ctx, func() (bool, error) {
			if _, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: name, QuotaCount: pointer(int64(1))}); err != nil {
				return false, err
			}
			return swiftRefused(s.put(ctx, name, "p", ""), swift.ErrTooLarge) == nil, nil
		})
	}},
	{"UpdateContainer, QuotaBytes (413)", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: name, QuotaBytes: pointer(int64(10))}); err != nil {
			return err
		}
		if err := swiftRefused(s.put(ctx, name, "large", "12345678901"), swift.ErrTooLarge); err != nil {
			return err
		}
		if _, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: name, RemoveMetadata: []string{"Quota-Bytes"}}); err != nil {
			return err
		}
		return s.put(ctx, name, "large", "12345678901")
	}},
	{"HeadContainer, QuotaBytes and QuotaCount", func(ctx context.Context, s *swiftServer) error {
		_, err := s.withContainer(ctx, swift.CreateContainerInput{QuotaBytes: pointer(int64(10)), QuotaCount: pointer(int64(1))}, func(out *swift.HeadContainerOutput) bool {
			return out.QuotaBytes != nil && *out.QuotaBytes == 10 && out.QuotaCount != nil && *out.QuotaCount == 1
		})
		return err
	}},
	{"StoragePolicy", func(ctx context.Context, s *swiftServer) error {
		info, err := s.client.Info(ctx, nil)
		if err != nil {
			return err
		}
		policy := info.Policies[len(info.Policies)-1]
		_, err = s.withContainer(ctx, swift.CreateContainerInput{StoragePolicy: policy}, func(out *swift.HeadContainerOutput) bool { return out.StoragePolicy == policy })
		return err
	}},
	{"StoragePolicy, one that is not (400)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.container(ctx, &swift.CreateContainerInput{StoragePolicy: "no-such-policy"})
		return swiftRefused(err, swift.ErrBadRequest)
	}},
	{"CORS", func(ctx context.Context, s *swiftServer) error {
		name, err := s.withContainer(ctx, swift.CreateContainerInput{AllowOrigin: "https://app.example.com", MaxAge: "600", ExposeHeaders: "X-Foo", ReadACL: ".r:*"}, func(out *swift.HeadContainerOutput) bool {
			return out.AllowOrigin == "https://app.example.com" && out.MaxAge == "600" && out.ExposeHeaders == "X-Foo"
		})
		if err != nil {
			return err
		}
		code, h, _, err := s.anonymous(ctx, http.MethodOptions, "/"+name+"/o", http.Header{"Origin": {"https://app.example.com"}, "Access-Control-Request-Method": {"GET"}})
		return all(err, effect(code == 200 && h.Get("Access-Control-Allow-Origin") == "https://app.example.com", "preflight: %d %v", code, h))
	}},
	{"static web, index", func(ctx context.Context, s *swiftServer) error {
		name, err := s.withContainer(ctx, swift.CreateContainerInput{ReadACL: ".r:*,.rlistings", WebIndex: "index.html"}, func(out *swift.HeadContainerOutput) bool { return out.WebIndex == "index.html" })
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "index.html", "<p>welcome"); err != nil {
			return err
		}
		code, _, body, err := s.anonymous(ctx, http.MethodGet, "/"+name+"/", nil)
		return all(err, effect(code == 200 && body == "<p>welcome", "GET: %d %q", code, body))
	}},
	{"static web, error page", func(ctx context.Context, s *swiftServer) error {
		name, err := s.withContainer(ctx, swift.CreateContainerInput{ReadACL: ".r:*", WebError: "error.html", WebIndex: "index.html"}, func(out *swift.HeadContainerOutput) bool { return out.WebError == "error.html" })
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "404error.html", "<p>lost"); err != nil {
			return err
		}
		code, _, body, err := s.anonymous(ctx, http.MethodGet, "/"+name+"/none", nil)
		return all(err, effect(code == 404 && body == "<p>lost", "GET: %d %q", code, body))
	}},
	{"static web, listings", func(ctx context.Context, s *swiftServer) error {
		name, err := s.withContainer(ctx, swift.CreateContainerInput{ReadACL: ".r:*,.rlistings", WebListings: pointer(true), WebListingsCSS: "s.css", WebDirectoryType: "text/directory"}, func(out *swift.HeadContainerOutput) bool {
			return strings.EqualFold(out.WebListings, "true") && out.WebListingsCSS == "s.css" && out.WebDirectoryType == "text/directory"
		})
		if err != nil {
			return err
		}
		if err := s.put(ctx, name, "a.txt", "x"); err != nil {
			return err
		}
		code, _, body, err := s.anonymous(ctx, http.MethodGet, "/"+name+"/", nil)
		return all(err, effect(code == 200 && strings.Contains(body, "<a href=\"a.txt\"") && strings.Contains(body, "s.css"), "GET: %d %q", code, body))
	}},
	{"TempURLKey", func(ctx context.Context, s *swiftServer) error {
		_, err := s.withContainer(ctx, swift.CreateContainerInput{TempURLKey: "key-1", TempURLKey2: "key-2"}, func(out *swift.HeadContainerOutput) bool {
			return out.TempURLKey == "key-1" && out.TempURLKey2 == "key-2"
		})
		return err
	}},
	{"SyncTo and SyncKey", func(ctx context.Context, s *swiftServer) error {
		name, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		if err := s.update(ctx, swift.UpdateContainerInput{Container: name, SyncKey: "sync-key"}, func(out *swift.HeadContainerOutput) bool { return out.SyncKey == "sync-key" }); err != nil {
			return err
		}
		return s.update(ctx, swift.UpdateContainerInput{Container: name, RemoveSync: true}, func(out *swift.HeadContainerOutput) bool { return out.SyncKey == "" })
	}},
	{"SyncTo, a host that is not allowed (400)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: s.shared, SyncTo: "http://elsewhere.example.com/v1/AUTH_x/c"})
		return swiftRefused(err, swift.ErrBadRequest)
	}},
}
