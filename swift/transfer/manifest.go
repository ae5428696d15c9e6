package transfer

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/swift"
)

const (
	// maxDepth is how deep manifests may name manifests (Swift itself stops at 10).
	maxDepth = 10
	// maxPieces is how many segments and manifests a large object may have, in all: twice
	// those of a full manifest of full manifests. Without it a few manifests that name
	// each other would be without end.
	maxPieces = 2_000_000
)

// tree is what an SLO is made of.
type tree struct {
	// leaves are the pieces of the content, in order.
	leaves []leaf
	// paths are all objects, as "container/object": segments, and manifests below the
	// first.
	paths []string
}

// leaf is a piece of the content.
type leaf struct {
	path string // empty for what is in the manifest itself
	size int64
	etag string // the MD5 of the piece; empty when it is that of something larger, or none
	// stored and storedETag are what the manifest says of the object that holds it.
	stored     int64
	storedETag string
}

// manifests reads SLO manifests.
type manifests struct {
	client *swift.Client
	opts   []func(*swift.Options)
	newest bool
}

// tree reads a manifest and those below it. version is of the first one.
func (m manifests) tree(ctx context.Context, container, object, version string) (*tree, error) {
	t := new(tree)
	err := m.walk(ctx, t, container, object, version, 1)
	if err == nil && t.size() < 0 {
		err = fmt.Errorf("the manifest of container %q, object %q: the sizes of its segments are none", container, object)
	}
	return t, err
}

func (m manifests) walk(ctx context.Context, t *tree, container, object, version string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("the manifest of container %q, object %q is nested more than %d times", container, object, maxDepth)
	}
	out, err := m.client.GetSLOManifest(ctx, &swift.GetSLOManifestInput{Container: container, Object: object, VersionID: version, Newest: m.newest}, m.opts...)
	if err != nil {
		return err
	}
	for i := range out.Segments {
		s := &out.Segments[i]
		if len(t.leaves)+len(t.paths) >= maxPieces {
			return fmt.Errorf("the manifest of container %q, object %q: %w", container, object, errPieces)
		}
		if len(s.Data) > 0 {
			t.leaves = append(t.leaves, leaf{size: int64(len(s.Data))})
			continue
		}
		t.paths = append(t.paths, s.Path)
		leaves := t.leaves
		if s.SubSLO {
			c, o, _ := strings.Cut(s.Path, "/")
			if err := m.walk(ctx, t, c, o, "", depth+1); err != nil {
				return err
			}
			if s.Range == "" {
				continue
			}
			t.leaves = leaves // a part of a large object is one piece
		}
		l := leaf{path: s.Path, size: s.SizeBytes, stored: s.SizeBytes, storedETag: unquoted(s.ETag)}
		if s.Range == "" {
			l.etag = l.storedETag
		} else if l.size, err = lengthOf(s.Range, s.SizeBytes); err != nil {
			return err
		}
		t.leaves = append(t.leaves, l)
	}
	return nil
}

var errPieces = fmt.Errorf("the large object has more than %d segments", maxPieces)

// size of the content; negative when no object is as large as its pieces together.
func (t *tree) size() (n int64) {
	for i := range t.leaves {
		if n += t.leaves[i].size; n < 0 {
			return n
		}
	}
	return n
}

// lengthOf is the length of a segment's range: "0-9", "10-" or "-10".
func lengthOf(spec string, size int64) (int64, error) {
	from, to, ok := strings.Cut(spec, "-")
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	switch {
	case !ok || err1 == nil && first < 0 || err2 == nil && last < 0:
	case from == "" && err2 == nil && min(last, size) > 0:
		return min(last, size), nil
	case to == "" && err1 == nil && first < size:
		return size - first, nil
	case err1 == nil && err2 == nil && first <= last && first < size:
		return min(last, size-1) - first + 1, nil
	}
	return 0, fmt.Errorf("range %q of %d bytes in a manifest makes no sense", spec, size)
}

// manifestOf splits the X-Object-Manifest of a DLO.
func manifestOf(header string) (container, prefix string, ok bool) {
	path, err := url.PathUnescape(strings.TrimPrefix(header, "/"))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(path, "/")
}
