package transfer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/stowage-go/stowage/s3"
)

// entry is one name of a listing.
type entry struct {
	name     string // below the directory or the prefix; with a slash at the end a directory or its marker
	size     int64
	modified time.Time
	etag     string
	summed   bool  // the server keeps a checksum of the whole object, by the listing
	empty    bool  // a directory with nothing in it
	folder   bool  // a directory of the server's own, see s3.Profile.ListsDirectories
	err      error // why no more is known of it
}

func (e *entry) isDirectory() bool { return strings.HasSuffix(e.name, "/") }

// keyOrder compares names in the order in which a server lists them.
type keyOrder func(a, b string) int

// byUTF16 is the order of servers that keep keys as strings of Java. Names that are not UTF-8
// are one character to it; their bytes decide.
func byUTF16(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			if a[i] < utf8Beyond || b[i] < utf8Beyond {
				break // one is ASCII: bytes decide as units do
			}
			if c := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))); c != 0 {
				return c
			}
			break
		}
	}
	return strings.Compare(a, b)
}

const utf8Beyond = 0x80

// lister hands over pages of entries, in order, until emit says that no more is wanted.
type lister func(ctx context.Context, emit func([]entry) bool) error

// listing reads what a lister hands over: the next page is fetched while the present one is
// worked on, and no more.
type listing struct {
	pages <-chan []entry
	page  []entry
	order keyOrder
	what  string // for errors
	last  string
	begun bool
	err   error // of the lister, once pages is closed
}

func (l lister) start(ctx context.Context, wg *sync.WaitGroup, what string, order keyOrder) *listing {
	pages := make(chan []entry)
	to := &listing{pages: pages, order: order, what: what}
	wg.Go(func() {
		defer close(pages)
		cut := false
		to.err = l(ctx, func(page []entry) bool {
			select {
			case pages <- page:
				return true
			case <-ctx.Done():
				cut = true
				return false
			}
		})
		if cut && to.err == nil { // never to be taken for the end
			to.err = context.Cause(ctx)
		}
	})
	return to
}

// next is the next entry, nil at the end.
func (l *listing) next() (*entry, error) {
	for len(l.page) == 0 {
		page, ok := <-l.pages
		if !ok {
			if l.err != nil {
				return nil, fmt.Errorf("list %s: %w", l.what, l.err)
			}
			return nil, nil
		}
		l.page = page
	}
	e := &l.page[0]
	l.page = l.page[1:]
	if l.begun && l.order(l.last, e.name) >= 0 {
		return nil, fmt.Errorf("list %s: %w: %q comes after %q", l.what, ErrUnsorted, e.name, l.last)
	}
	l.last, l.begun = e.name, true
	return e, nil
}

// keyspace is the objects of a bucket below a prefix.
type keyspace struct {
	manager        *Manager
	bucket, prefix string // the prefix is empty or ends with a slash
	profile        s3.Profile
	single         bool // no DeleteObjects
}

// directoryBuckets end so (Amazon S3 User Guide, "Directory bucket naming rules").
var directoryBuckets = []string{"--x-s3", "--xa-s3"}

func (m *Manager) keyspace(bucket, prefix string) *keyspace {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	resolved := m.client.Options()
	for _, fn := range m.options.ClientOptions {
		fn(&resolved)
	}
	return &keyspace{
		manager: m, bucket: bucket, prefix: prefix, profile: resolved.Profile,
		single: resolved.Profile.Support("DeleteObjects") == s3.Unsupported && !resolved.AllowUnsupported,
	}
}

func (s *keyspace) String() string { return fmt.Sprintf("bucket %q, prefix %q", s.bucket, s.prefix) }

func (s *keyspace) order() keyOrder {
	if s.profile.MarkerWithBucket {
		return byUTF16
	}
	return strings.Compare
}

// list hands over the pages of the server's listing.
func (s *keyspace) list(ctx context.Context, emit func([]entry) bool) error {
	for _, suffix := range directoryBuckets {
		if strings.HasSuffix(s.bucket, suffix) {
			return fmt.Errorf("%w: %w: a directory bucket lists in none", s3.ErrUnsupported, ErrUnsorted)
		}
	}
	options, markers := s.manager.options.ClientOptions, markerOrder{late: s.profile.MarkerWithBucket, order: s.order()}
	hand := func(objects []s3.Object) (bool, error) {
		page, err := s.entries(objects)
		return err == nil && emit(markers.sort(page)), err
	}
	if s.profile.ListVersion == 1 {
		for page, err := range s.manager.client.ListObjectsPages(ctx, &s3.ListObjectsInput{Bucket: s.bucket, Prefix: s.prefix}, options...) {
			if err != nil {
				return err
			}
			if more, err := hand(page.Contents); !more {
				return err
			}
		}
	} else {
		for page, err := range s.manager.client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: s.bucket, Prefix: s.prefix}, options...) {
			if err != nil {
				return err
			}
			if more, err := hand(page.Contents); !more {
				return err
			}
		}
	}
	emit(markers.rest())
	return nil
}

// entries leaves out the marker of the prefix itself, and parts of unfinished uploads.
func (s *keyspace) entries(objects []s3.Object) ([]entry, error) {
	page := make([]entry, 0, len(objects))
	for i := range objects {
		o := &objects[i]
		name, ok := strings.CutPrefix(o.Key, s.prefix)
		switch {
		case !ok:
			return nil, fmt.Errorf("the server lists the key %q, which does not have the prefix", o.Key)
		case name == "", s.isPart(name):
		default:
			page = append(page, entry{
				name: name, size: o.Size, modified: o.LastModified, etag: o.ETag,
				folder: s.profile.ListsDirectories && strings.HasSuffix(name, "/"),
				summed: len(o.ChecksumAlgorithm) > 0 && o.ChecksumType == s3.ChecksumTypeFullObject,
			})
		}
	}
	return page, nil
}

func (s *keyspace) isPart(name string) bool {
	suffix := s.profile.UploadDirectories
	return suffix != "" && strings.Contains(name, suffix+"/") ||
		s.profile.UploadIDDirectories && inUploadIDDirectory(name)
}

// inUploadIDDirectory reports whether a name is "KEY_UUID/", the directory of an upload, or a part
// in it, whose name is a number.
func inUploadIDDirectory(name string) bool {
	const form = "00000000-0000-0000-0000-000000000000"
	slash := strings.LastIndexByte(name, '/')
	if slash <= len(form) || strings.Trim(name[slash+1:], "0123456789") != "" {
		return false
	}
	id := name[slash-len(form) : slash]
	for i := range len(form) {
		if hyphen := form[i] == '-'; hyphen != (id[i] == '-') || !hyphen && !strings.ContainsRune("0123456789abcdef", rune(id[i])) {
			return false
		}
	}
	return name[slash-len(form)-1] == '_'
}

// markerOrder puts the markers of directories into the order of keys where a server lists a
// directory by its name without the slash: "a/", "a-b", "a/c". A marker waits until the keys
// between are through. Those that wait are each the beginning of the one before, so they are
// never more than a key has characters.
type markerOrder struct {
	late    bool
	order   keyOrder
	waiting []entry
}

func (m *markerOrder) sort(page []entry) []entry {
	if !m.late {
		return page
	}
	sorted := make([]entry, 0, len(page)+len(m.waiting))
	for _, e := range page {
		for n := len(m.waiting); n > 0 && m.order(m.waiting[n-1].name, e.name) < 0; n-- {
			sorted = append(sorted, m.waiting[n-1])
			m.waiting = m.waiting[:n-1]
		}
		if e.isDirectory() {
			m.waiting = append(m.waiting, e)
		} else {
			sorted = append(sorted, e)
		}
	}
	return sorted
}

func (m *markerOrder) rest() []entry {
	slices.Reverse(m.waiting)
	return m.waiting
}
