//go:build integration

package integration

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/swift"
)

var swiftVersionRows = []swiftRow{
	{"VersionsLocation", func(ctx context.Context, s *swiftServer) error {
		archive, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		name, err := s.withContainer(ctx, swift.CreateContainerInput{VersionsLocation: archive}, func(out *swift.HeadContainerOutput) bool { return out.VersionsLocation == archive })
		if err != nil {
			return err
		}
		if err := all(s.put(ctx, name, "o", "one"), s.put(ctx, name, "o", "two")); err != nil {
			return err
		}
		versions, err := s.names(ctx, &swift.ListObjectsInput{Container: archive})
		if err != nil {
			return err
		}
		if err := effect(len(versions) == 1, "archived %q", versions); err != nil {
			return err
		}
		if err := s.holds(ctx, archive, versions[0], "one"); err != nil {
			return err
		}
		if _, err := s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: name, Object: "o"}); err != nil {
			return err
		}
		return all(s.holds(ctx, name, "o", "one"), s.update(ctx, swift.UpdateContainerInput{Container: name, RemoveVersionsLocation: true}, func(out *swift.HeadContainerOutput) bool { return out.VersionsLocation == "" }))
	}},
	{"HistoryLocation", func(ctx context.Context, s *swiftServer) error {
		archive, err := s.container(ctx, nil)
		if err != nil {
			return err
		}
		name, err := s.withContainer(ctx, swift.CreateContainerInput{HistoryLocation: archive}, func(out *swift.HeadContainerOutput) bool { return out.HistoryLocation == archive })
		if err != nil {
			return err
		}
		if err := all(s.put(ctx, name, "o", "one"), s.put(ctx, name, "o", "two")); err != nil {
			return err
		}
		if _, err := s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: name, Object: "o"}); err != nil {
			return err
		}
		_, err = s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: name, Object: "o"})
		if err := swiftRefused(err, swift.ErrNotFound); err != nil {
			return err
		}
		versions, err := s.names(ctx, &swift.ListObjectsInput{Container: archive})
		if err != nil {
			return err
		}
		return all(effect(len(versions) == 3, "archived %q, want two versions and a delete marker", versions),
			s.update(ctx, swift.UpdateContainerInput{Container: name, RemoveHistoryLocation: true}, func(out *swift.HeadContainerOutput) bool { return out.HistoryLocation == "" }))
	}},
	{"VersionsEnabled", func(ctx context.Context, s *swiftServer) error {
		name, first, second, err := s.keptVersions(ctx)
		if err != nil {
			return err
		}
		return all(s.holds(ctx, name, "o", "two"), s.holdsVersion(ctx, name, "o", first, "one"), s.holdsVersion(ctx, name, "o", second, "two"))
	}},
	{"ListObjects, Versions", func(ctx context.Context, s *swiftServer) error {
		name, first, second, err := s.keptVersions(ctx)
		if err != nil {
			return err
		}
		var got []string
		for page, err := range s.client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: name, Versions: true, Limit: 1}) {
			if err != nil {
				return err
			}
			for _, o := range page.Objects {
				latest := ""
				if o.IsLatest {
					latest = "*"
				}
				got = append(got, o.VersionID+latest)
			}
		}
		return effect(strings.Join(got, " ") == second+"* "+first, "listed %q", got)
	}},
	{"HeadObject, VersionID", func(ctx context.Context, s *swiftServer) error {
		name, first, _, err := s.keptVersions(ctx)
		if err != nil {
			return err
		}
		out, err := s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: name, Object: "o", VersionID: first})
		if err != nil {
			return err
		}
		return effect(out.VersionID == first && out.ContentLength == 3, "%+v", out)
	}},
	{"CopyObject, VersionID", func(ctx context.Context, s *swiftServer) error {
		name, first, _, err := s.keptVersions(ctx)
		if err != nil {
			return err
		}
		if _, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "of-a-version", CopyFrom: name + "/o", VersionID: first}); err != nil {
			return err
		}
		return s.holds(ctx, s.shared, "of-a-version", "one")
	}},
	{"DeleteObject, a marker and a version", func(ctx context.Context, s *swiftServer) error {
		name, first, second, err := s.versioned(ctx)
		if err != nil {
			return err
		}
		marker, err := s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: name, Object: "o"})
		if err != nil {
			return err
		}
		_, err = s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: name, Object: "o"})
		if err := all(effect(marker.VersionID != "", "no version told"), swiftRefused(err, swift.ErrNotFound)); err != nil {
			return err
		}
		for _, v := range []string{marker.VersionID, second} {
			if _, err := s.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: name, Object: "o", VersionID: v}); err != nil {
				return err
			}
		}
		_, err = s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: name, Object: "o", VersionID: second})
		return all(swiftRefused(err, swift.ErrNotFound), s.holdsVersion(ctx, name, "o", first, "one"))
	}},
	{"VersionsEnabled, off again", func(ctx context.Context, s *swiftServer) error {
		name, _, _, err := s.versioned(ctx)
		if err != nil {
			return err
		}
		if err := s.update(ctx, swift.UpdateContainerInput{Container: name, VersionsEnabled: pointer(false)}, func(out *swift.HeadContainerOutput) bool { return !out.VersionsEnabled }); err != nil {
			return err
		}
		// On again, so that the versions can be seen and removed.
		return s.update(ctx, swift.UpdateContainerInput{Container: name, VersionsEnabled: pointer(true)}, func(out *swift.HeadContainerOutput) bool { return out.VersionsEnabled })
	}},
}

// versioned makes a container that keeps versions, with two of the object "o".
func (s *swiftServer) versioned(ctx context.Context) (container, first, second string, err error) {
	container, err = s.withContainer(ctx, swift.CreateContainerInput{VersionsEnabled: pointer(true)}, func(out *swift.HeadContainerOutput) bool { return out.VersionsEnabled })
	if err != nil {
		return "", "", "", err
	}
	var ids []string
	for _, text := range []string{"one", "two"} {
		out, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: container, Object: "o", Body: strings.NewReader(text)})
		if err != nil {
			return "", "", "", err
		}
		ids = append(ids, out.VersionID)
	}
	return container, ids[0], ids[1], effect(ids[0] != "" && ids[1] != "", "versions are %q", ids)
}

// keptVersions is what versioned makes, for rows that change nothing.
func (s *swiftServer) keptVersions(ctx context.Context) (container, first, second string, err error) {
	made, err := s.make("versions", func() ([]string, error) {
		container, first, second, err := s.versioned(ctx)
		return []string{container, first, second}, err
	})
	return made[0], made[1], made[2], err
}

var swiftLinkRows = []swiftRow{
	{"SymlinkTarget", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "target ü+", "linked"); err != nil {
			return err
		}
		if _, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "link", SymlinkTarget: s.shared + "/target ü+"}); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "link"})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		return all(err, effect(string(b) == "linked", "%q came", b))
	}},
	{"GetObject, HeadObject, Symlink get", func(ctx context.Context, s *swiftServer) error {
		if _, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "dangling", SymlinkTarget: s.shared + "/nothing"}); err != nil {
			return err
		}
		out, err := s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: s.shared, Object: "dangling", Symlink: "get"})
		if err != nil {
			return err
		}
		_, err = s.head(ctx, "dangling")
		if err == nil {
			return effect(false, "it leads nowhere and is found")
		}
		return all(effect(out.SymlinkTarget == s.shared+"/nothing", "target is %q", out.SymlinkTarget), swiftRefused(err, swift.ErrNotFound))
	}},
	{"SymlinkTargetETag that fails (409)", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "target", "x"); err != nil {
			return err
		}
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "static", SymlinkTarget: s.shared + "/target", SymlinkTargetETag: strings.Repeat("0", 32)})
		if err == nil {
			return effect(false, "it was written")
		}
		return swiftRefused(err, swift.ErrConflict)
	}},
	{"SymlinkTargetAccount", func(ctx context.Context, s *swiftServer) error {
		to, err := s.containerOf(ctx, s.other, &swift.CreateContainerInput{ReadACL: s.grant})
		if err != nil {
			return err
		}
		if _, err := s.other.CreateObject(ctx, &swift.CreateObjectInput{Container: to, Object: "o", Body: strings.NewReader("theirs")}); err != nil {
			return err
		}
		if _, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "link-other", SymlinkTarget: to + "/o", SymlinkTargetAccount: s.otherAccount}); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "link-other"})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		return all(err, effect(string(b) == "theirs", "%q came", b))
	}},
	{"ListObjects, SymlinkPath", func(ctx context.Context, s *swiftServer) error {
		if _, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "listed-link", SymlinkTarget: s.shared + "/o"}); err != nil {
			return err
		}
		out, err := s.client.ListObjects(ctx, &swift.ListObjectsInput{Container: s.shared, Prefix: "listed-link"})
		if err != nil {
			return err
		}
		return effect(len(out.Objects) == 1 && strings.HasSuffix(out.Objects[0].SymlinkPath, s.shared+"/o"), "%+v", out.Objects)
	}},
	{"CopyObject, Symlink get", func(ctx context.Context, s *swiftServer) error {
		if _, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "link-to-copy", SymlinkTarget: s.shared + "/nothing"}); err != nil {
			return err
		}
		if _, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "link-copy", CopyFrom: s.shared + "/link-to-copy", Symlink: "get"}); err != nil {
			return err
		}
		out, err := s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: s.shared, Object: "link-copy", Symlink: "get"})
		if err != nil {
			return err
		}
		return effect(out.SymlinkTarget == s.shared+"/nothing", "target is %q", out.SymlinkTarget)
	}},
	{"ObjectManifest", func(ctx context.Context, s *swiftServer) error {
		if err := s.keptDLO(ctx); err != nil {
			return err
		}
		out, err := s.head(ctx, "dlo")
		if err != nil {
			return err
		}
		return all(s.holds(ctx, s.shared, "dlo", "one two"), effect(out.ObjectManifest == s.shared+"/dlo%20seg/", "manifest is %q", out.ObjectManifest))
	}},
	{"GetObject of a DLO, MultipartManifest get", func(ctx context.Context, s *swiftServer) error {
		if err := s.keptDLO(ctx); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "dlo", MultipartManifest: "get"})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		return all(err, effect(len(b) == 0, "%q came", b))
	}},
	{"UpdateObject of a DLO without ObjectManifest leaves it one", func(ctx context.Context, s *swiftServer) error {
		if err := s.dlo(ctx, "dlo-post"); err != nil {
			return err
		}
		if _, err := s.client.UpdateObject(ctx, &swift.UpdateObjectInput{Container: s.shared, Object: "dlo-post", Metadata: map[string]string{"a": "b"}}); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "dlo-post"})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		return all(err, effect(string(b) == "one two" && out.Metadata["a"] == "b", "%q came", b))
	}},
	{"UpdateObject of a DLO, ObjectManifest", func(ctx context.Context, s *swiftServer) error {
		if err := s.dlo(ctx, "dlo-keep"); err != nil {
			return err
		}
		in := &swift.UpdateObjectInput{Container: s.shared, Object: "dlo-keep", ObjectManifest: s.shared + "/dlo seg/", Metadata: map[string]string{"a": "b"}}
		if _, err := s.client.UpdateObject(ctx, in); err != nil {
			return err
		}
		out, err := s.client.GetObject(ctx, &swift.GetObjectInput{Container: s.shared, Object: "dlo-keep"})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		return all(err, effect(string(b) == "one two" && out.Metadata["a"] == "b", "%q came", b))
	}},
	{"CopyObject of a DLO, MultipartManifest get", func(ctx context.Context, s *swiftServer) error {
		if err := s.keptDLO(ctx); err != nil {
			return err
		}
		if _, err := s.client.CopyObject(ctx, &swift.CopyObjectInput{Container: s.shared, Object: "dlo-copy", CopyFrom: s.shared + "/dlo", MultipartManifest: "get"}); err != nil {
			return err
		}
		out, err := s.head(ctx, "dlo-copy")
		if err != nil {
			return err
		}
		return effect(out.ObjectManifest != "" && out.ContentLength == 7, "%+v", out)
	}},
	{"DeleteSLO, no SLO (400)", func(ctx context.Context, s *swiftServer) error {
		if err := s.put(ctx, s.shared, "no-slo", "x"); err != nil {
			return err
		}
		_, err := s.client.DeleteSLO(ctx, &swift.DeleteSLOInput{Container: s.shared, Object: "no-slo"})
		return all(swiftRefused(err, swift.ErrBadRequest), s.holds(ctx, s.shared, "no-slo", "x"))
	}},
}

// keptDLO makes the object "dlo", for rows that don't change it.
func (s *swiftServer) keptDLO(ctx context.Context) error {
	_, err := s.make("dlo", func() ([]string, error) { return nil, s.dlo(ctx, "dlo") })
	return err
}

// dlo makes a Dynamic Large Object of two segments.
func (s *swiftServer) dlo(ctx context.Context, object string) error {
	if err := all(s.put(ctx, s.shared, "dlo seg/1", "one "), s.put(ctx, s.shared, "dlo seg/2", "two")); err != nil {
		return err
	}
	_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: object, ObjectManifest: s.shared + "/dlo seg/"})
	return err
}

var swiftTokenRows = []swiftRow{
	{"a token that is over is replaced", func(ctx context.Context, s *swiftServer) error {
		auth := &stale{Authenticator: s.client.Options().Auth}
		_, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: s.shared}, func(o *swift.Options) { o.Auth = auth })
		return all(err, that(auth.refused.Load() == 1, "%d refusals", auth.refused.Load()))
	}},
	{"a token that is over, a body that can be read once", func(ctx context.Context, s *swiftServer) error {
		auth := &stale{Authenticator: s.client.Options().Auth}
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "stale", Body: plain{strings.NewReader("streamed")}}, func(o *swift.Options) { o.Auth = auth })
		return all(err, s.holds(ctx, s.shared, "stale", "streamed"))
	}},
	{"the same without Expect: stored whole or not at all", func(ctx context.Context, s *swiftServer) error {
		auth := &stale{Authenticator: s.client.Options().Auth}
		_, err := s.client.CreateObject(ctx, &swift.CreateObjectInput{Container: s.shared, Object: "consumed", Body: plain{strings.NewReader("streamed")}}, func(o *swift.Options) {
			o.Auth, o.Expect100Continue = auth, -1
		})
		if err == nil {
			// The server refused the token before a byte of the body was read.
			return s.holds(ctx, s.shared, "consumed", "streamed")
		}
		return all(swiftRefused(err, swift.ErrBodyConsumed), s.absent(ctx, s.shared, "consumed"))
	}},
	{"no way to a token that holds (401)", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: s.shared}, func(o *swift.Options) { o.Auth = swift.StaticToken("AUTH_tkwrong", s.url) })
		return swiftRefused(err, swift.ErrUnauthorized)
	}},
	{"the token revoked behind the client's back", func(ctx context.Context, s *swiftServer) error {
		if s.revoke != nil {
			if err := s.revoke(ctx); err != nil {
				return err
			}
		} else {
			// A server without revocation: the client is told so.
			auth := s.client.Options().Auth
			token, _, err := auth.Authenticate(ctx)
			if err != nil {
				return err
			}
			auth.Invalidate(token)
		}
		_, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: s.shared})
		return err
	}},
}

// stale hands out a token that does not hold until it is refused.
type stale struct {
	swift.Authenticator
	refused atomic.Int32
}

const staleToken = "AUTH_tk0123456789abcdef"

func (a *stale) Authenticate(ctx context.Context) (token, storageURL string, err error) {
	token, storageURL, err = a.Authenticator.Authenticate(ctx)
	if a.refused.Load() == 0 {
		token = staleToken
	}
	return token, storageURL, err
}

func (a *stale) Invalidate(token string) {
	if token == staleToken {
		a.refused.Add(1)
	}
}

// breaking breaks the connection of GETs off, of each in turn after so many bytes of the object.
func (s *swiftServer) breaking(at ...int64) func(*swift.Options) {
	var n atomic.Int32
	return func(o *swift.Options) {
		inner := s.client.Options().HTTPClient.Transport
		o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := inner.RoundTrip(r)
			if i := int(n.Add(1)); err == nil && i <= len(at) {
				resp.Body = &breakingBody{resp.Body, at[i-1]}
				if i > 1 {
					resp.Body = &breakingBody{resp.Body, at[i-1] - at[i-2]}
				}
			}
			return resp, err
		})}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type breakingBody struct {
	io.ReadCloser
	left int64
}

func (b *breakingBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errors.New("broken off")
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// swiftKakaoRows are KakaoCloud's own operations, which the profiles keep from servers that
// would take them for others.
var swiftKakaoRows = []swiftRow{
	{"CreateMultipartUpload", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CreateMultipartUpload(ctx, &swift.CreateMultipartUploadInput{Container: s.shared, Object: "o"})
		return err
	}},
	{"UploadPart", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.UploadPart(ctx, &swift.UploadPartInput{Container: s.shared, Object: "o", UploadId: "u", PartNumber: 1})
		return err
	}},
	{"ListParts", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.ListParts(ctx, &swift.ListPartsInput{Container: s.shared, Object: "o", UploadId: "u"})
		return err
	}},
	{"ListMultipartUploads", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.ListMultipartUploads(ctx, &swift.ListMultipartUploadsInput{Container: s.shared, Object: "o"})
		return err
	}},
	{"AbortMultipartUpload", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.AbortMultipartUpload(ctx, &swift.AbortMultipartUploadInput{Container: s.shared, Object: "o", UploadId: "u"})
		return err
	}},
	{"CompleteMultipartUpload", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.CompleteMultipartUpload(ctx, &swift.CompleteMultipartUploadInput{
			Container: s.shared, Object: "o", UploadId: "u", MultipartUpload: &swift.CompletedMultipartUpload{Parts: []swift.CompletedPart{{PartNumber: 1, ETag: "e"}}},
		})
		return err
	}},
	{"GetObjectTempURL", func(ctx context.Context, s *swiftServer) error {
		_, err := s.client.GetObjectTempURL(ctx, &swift.GetObjectTempURLInput{Container: s.shared, Object: "o", TempURLExpires: sometimeLater()})
		return err
	}},
}

func sometimeLater() time.Time { return time.Now().Add(time.Hour) }
