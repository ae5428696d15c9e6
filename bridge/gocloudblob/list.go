package gocloudblob

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
)

// ListPaged answers one page of the operation that the profile prefers. Where keys are
// escaped, objects are in order within a page; from page to page they are in the order of
// the escaped keys.
func (b *bucket) ListPaged(ctx context.Context, o *driver.ListOptions) (*driver.ListPage, error) {
	list := b.listV2
	if b.profile.ListVersion == 1 {
		list = b.listV1
	}
	found, err := list(ctx, o)
	if err != nil {
		return nil, err
	}
	return found.page(o.PageSize), nil
}

// listing is one answer of either operation.
type listing struct {
	objects   []s3.Object
	prefixes  []s3.CommonPrefix
	delimiter string
	next      string // the page token that follows from what the server says; empty at the end
}

// What a page token begins with, and so what follows: the place to start after, or what the
// server calls it.
const startAfter, continuation = "after:", "token:"

func (b *bucket) listV2(ctx context.Context, o *driver.ListOptions) (*listing, error) {
	in := &s3.ListObjectsV2Input{
		Bucket: b.name, Prefix: b.keys.prefix(o.Prefix), Delimiter: b.keys.delimiter(o.Delimiter),
		MaxKeys: maxKeys(o.PageSize),
	}
	token := string(o.PageToken)
	if after, ok := strings.CutPrefix(token, startAfter); ok {
		in.StartAfter = after
	} else {
		in.ContinuationToken = strings.TrimPrefix(token, continuation)
	}
	var options []func(*s3.Options)
	if err := before(o.BeforeList, pointer(in), pointer(&options)); err != nil {
		return nil, err
	}
	out, err := first(b.client.ListObjectsV2Pages(ctx, in, options...))
	if err != nil {
		return nil, err
	}
	found := &listing{objects: out.Contents, prefixes: out.CommonPrefixes, delimiter: in.Delimiter}
	if out.IsTruncated {
		found.next = continuation + out.NextContinuationToken
	}
	return found, nil
}

func (b *bucket) listV1(ctx context.Context, o *driver.ListOptions) (*listing, error) {
	in := &s3.ListObjectsInput{
		Bucket: b.name, Prefix: b.keys.prefix(o.Prefix), Delimiter: b.keys.delimiter(o.Delimiter),
		MaxKeys: maxKeys(o.PageSize), Marker: strings.TrimPrefix(string(o.PageToken), startAfter),
	}
	var options []func(*s3.Options)
	if err := before(o.BeforeList, pointer(in), pointer(&options)); err != nil {
		return nil, err
	}
	out, err := first(b.client.ListObjectsPages(ctx, in, options...))
	if err != nil {
		return nil, err
	}
	found := &listing{objects: out.Contents, prefixes: out.CommonPrefixes, delimiter: in.Delimiter}
	if out.IsTruncated {
		// Servers name the next marker only in listings with a delimiter, and not all do it
		// right: the last entry is one, too.
		found.next = startAfter + out.NextMarker
		if entries := found.entries(); len(entries) > 0 {
			found.next = startAfter + entries[len(entries)-1].end()
		}
	}
	return found, nil
}

// entry is an object or a common prefix.
type entry struct {
	name   string // as it is stored
	object driver.ListObject
}

// end is the place behind the entry, and behind all keys that begin with a common prefix.
func (e *entry) end() string {
	if e.object.IsDir {
		return e.name + string(utf8.MaxRune)
	}
	return e.name
}

// entries are those of the page in the order of the server.
func (l *listing) entries() []entry {
	entries := make([]entry, 0, len(l.objects)+len(l.prefixes))
	for i := range l.objects {
		o := &l.objects[i]
		entries = append(entries, entry{o.Key, driver.ListObject{
			Key: unescape(o.Key), ModTime: o.LastModified, Size: o.Size, AsFunc: as(o),
		}})
	}
	for i := range l.prefixes {
		p := &l.prefixes[i]
		entries = append(entries, entry{p.Prefix, driver.ListObject{Key: unescape(p.Prefix), IsDir: true, AsFunc: as(p)}})
	}
	slices.SortFunc(entries, func(x, y entry) int { return cmp.Compare(x.name, y.name) })
	return entries
}

// page is what was asked for.
func (l *listing) page(size int) *driver.ListPage {
	entries, next := l.entries(), l.next
	switch last := len(entries) - 1; {
	case size > 0 && len(entries) > size:
		entries = entries[:size]
		next = startAfter + entries[size-1].end()
	case next != "" && last >= 0 && entries[last].object.IsDir && l.delimiter != "/":
		// After a common prefix MinIO goes on with the same one again, for ever, unless the
		// delimiter is a slash.
		next = startAfter + entries[last].end()
	}
	page := &driver.ListPage{Objects: make([]*driver.ListObject, len(entries)), NextPageToken: []byte(next)}
	for i := range entries {
		page.Objects[i] = &entries[i].object
	}
	slices.SortFunc(page.Objects, func(x, y *driver.ListObject) int { return cmp.Compare(x.Key, y.Key) })
	return page
}

// maxKeys of zero is the server's own number, 1,000 mostly. Asked for one key, MinIO says that
// more follow whether they do or not: so it is asked for two.
func maxKeys(pageSize int) int32 {
	if pageSize == 1 {
		return 2
	}
	return int32(min(pageSize, math.MaxInt32))
}

// first is the first page: the iterators know what servers do to keys.
func first[T any](pages iter.Seq2[*T, error]) (*T, error) {
	for page, err := range pages {
		return page, err
	}
	return new(T), nil
}
