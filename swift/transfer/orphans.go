package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stowage-go/stowage/swift"
)

// DefaultOrphanAge of [DeleteOrphansInput].
const DefaultOrphanAge = 24 * time.Hour

// DeleteOrphansInput is the request of [Uploader.DeleteOrphans].
type DeleteOrphansInput struct {
	// Container and Object name the large object. It need not be there.
	Container, Object string
	// OlderThan spares uploads of which something was stored within that time: they may
	// be under way. Zero: 24 hours; negative: none is spared.
	OlderThan time.Duration
}

// DeleteOrphansOutput is the answer of [Uploader.DeleteOrphans].
type DeleteOrphansOutput struct {
	// Uploads that segments were left of, and Objects that were deleted: segments and
	// manifests. Bytes is their size together.
	Uploads, Objects int
	Bytes            int64
}

// DeleteOrphans deletes segments that uploads of an object by an Uploader have left in the
// segment container and that the object is not made of: uploads that were killed, and
// objects that were replaced. Every version of the object is spared where the container
// keeps versions (VersionsEnabled); one with VersionsLocation or HistoryLocation is refused
// with an [OptionError], and so are servers whose manifests can't be read (Ceph RGW), with
// swift.ErrUnsupported. A manifest that was copied under another name is not seen: don't use
// it on such objects.
func (u *Uploader) DeleteOrphans(ctx context.Context, in *DeleteOrphansInput, fns ...func(*Options)) (*DeleteOrphansOutput, error) {
	o := u.options
	for _, fn := range fns {
		fn(&o)
	}
	if in == nil {
		in = new(DeleteOrphansInput)
	}
	s := &orphans{upload: upload{
		uploader: u, client: u.client, options: &o, profile: resolve(u.client, o.ClientOptions).Profile,
		in: &swift.CreateObjectInput{Container: in.Container, Object: in.Object},
	}, used: map[string]bool{}, age: in.OlderThan}
	out, err := s.run(ctx)
	if err != nil {
		return nil, &UploadError{Container: in.Container, Object: in.Object, SegmentContainer: s.segments.container, Parts: PartsUnknown, Err: err}
	}
	return out, nil
}

// orphans is one DeleteOrphans under way.
type orphans struct {
	upload

	used map[string]bool // "container/object" of segments, and "container/prefix" of DLOs
	age  time.Duration
}

// leftover is what an upload has left.
type leftover struct {
	paths  []string
	bytes  int64
	newest time.Time
	used   bool
}

func (s *orphans) run(ctx context.Context) (*DeleteOrphansOutput, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.profile.Support("GetSLOManifest") == swift.Unsupported {
		return nil, fmt.Errorf("%w: %s shows no manifest, so that nobody knows what is an orphan", swift.ErrUnsupported, s.profile.Name)
	}
	if s.age == 0 {
		s.age = DefaultOrphanAge
	}
	s.segments.container = s.options.SegmentContainer
	if s.segments.container == "" {
		s.segments.container = s.in.Container + "_segments"
	}
	var err error
	if s.limits, err = s.uploader.limits.get(ctx, s.client, s.options.ClientOptions); err != nil {
		return nil, err
	}
	// What is listed first and not used afterwards is not of an upload that ended between.
	groups := map[string]*leftover{}
	for _, k := range []kind{kindSLO, kindDLO} {
		if err := s.find(ctx, k, groups); err != nil {
			return nil, err
		}
	}
	if len(groups) == 0 {
		return new(DeleteOrphansOutput), nil
	}
	if err := s.findUsed(ctx); err != nil {
		return nil, err
	}
	return s.clear(ctx, groups)
}

// find groups what is listed by upload.
func (s *orphans) find(ctx context.Context, k kind, groups map[string]*leftover) error {
	s.segments.prefix = base(s.in.Object, k, s.limits.maxName)
	listed, err := s.list(ctx)
	if err != nil {
		return err
	}
	for name, o := range listed {
		rest := name[len(s.segments.prefix):]
		if !uploadID.MatchString(rest) {
			continue // of something else
		}
		prefix := s.segments.container + "/" + s.segments.prefix + rest[:idLength+1]
		g := groups[prefix]
		if g == nil {
			g = new(leftover)
			groups[prefix] = g
		}
		g.paths = append(g.paths, s.segments.container+"/"+name)
		g.bytes += o.Bytes
		if o.LastModified.After(g.newest) {
			g.newest = o.LastModified
		}
	}
	s.segments.prefix = ""
	return nil
}

// findUsed notes what the object, and every version of it, is made of.
func (s *orphans) findUsed(ctx context.Context) error {
	opts := s.options.ClientOptions
	home, err := s.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: s.in.Container}, opts...)
	switch {
	case err != nil:
		return err
	case home.VersionsLocation != "" || home.HistoryLocation != "":
		return &OptionError{Field: "Container", Reason: "keeps versions in another container, which are not looked at"}
	case !home.VersionsEnabled:
		return s.use(ctx, "")
	}
	in := &swift.ListObjectsInput{Container: s.in.Container, Prefix: s.in.Object, Versions: true}
	for page, err := range s.client.ListObjectsPages(ctx, in, opts...) {
		if err != nil {
			return fmt.Errorf("list the versions: %w", err)
		}
		for _, o := range page.Objects {
			if o.Name != s.in.Object {
				continue
			}
			if err := s.use(ctx, o.VersionID); err != nil {
				return err
			}
		}
	}
	return s.use(ctx, "")
}

// use notes what one version is made of.
func (s *orphans) use(ctx context.Context, version string) error {
	opts := s.options.ClientOptions
	head, err := s.client.HeadObject(ctx, &swift.HeadObjectInput{Container: s.in.Container, Object: s.in.Object, VersionID: version, Newest: true}, opts...)
	switch {
	case errors.Is(err, swift.ErrNotFound):
		return nil // or a mark of its deletion
	case err != nil:
		return err
	case head.ObjectManifest != "":
		container, prefix, _ := manifestOf(head.ObjectManifest)
		s.used[container+"/"+prefix] = true
	case head.StaticLargeObject:
		t, err := manifests{s.client, opts, true}.tree(ctx, s.in.Container, s.in.Object, version)
		if err != nil {
			return err
		}
		for _, path := range t.paths {
			s.used[path] = true
		}
	}
	return nil
}

// clear deletes the groups that nothing is made of.
func (s *orphans) clear(ctx context.Context, groups map[string]*leftover) (*DeleteOrphansOutput, error) {
	out := new(DeleteOrphansOutput)
	for prefix, g := range groups {
		for used := range s.used {
			// A DLO of another's making may name less of the prefix, or more.
			if strings.HasPrefix(used, prefix) || strings.HasPrefix(prefix, used) {
				g.used = true
				break
			}
		}
		if g.used || s.age > 0 && s.uploader.now().Sub(g.newest) < s.age {
			continue
		}
		deleted, err := s.remove(ctx, g.paths)
		if err != nil {
			return nil, err
		}
		out.Uploads++
		out.Objects += deleted
		out.Bytes += g.bytes
	}
	return out, nil
}
