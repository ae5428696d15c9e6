package transfer

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/stowage-go/stowage/s3"
)

// Place is one side of a [Manager.Sync]: a directory of this machine, or the objects of a bucket
// below a prefix.
type Place struct {
	// Directory is its path. Either it or Bucket is set.
	Directory string
	// Bucket is the bucket's name.
	Bucket string
	// Prefix is the start of the keys, up to a slash: one that does not end with a slash gets
	// one, so that "photos" never means "photos-2". Empty is the whole bucket.
	Prefix string
	// Manager of the bucket; nil: the one whose Sync is called. With another one, of a client
	// of another server or account, objects are read from the one side and sent to the
	// other through this process, each manager within its own limits.
	Manager *Manager
}

// SyncInput is what [Manager.Sync] makes the same.
type SyncInput struct {
	// From is the source, which is only read, and To the target. One of them at least is a
	// bucket. A directory that is the target is made when there is none.
	From, To Place
}

// Sync makes To hold what From holds: it transfers what To lacks or has in another state (see
// [Comparison]), and with Delete takes away what From lacks.
//
// Both sides are listed in the order of keys, at the same time, and compared as they come: memory
// does not grow with their number. At most a page of each listing is fetched ahead. A local
// directory has to be read whole to be put in order: until it is through, each of its names takes
// its length and some 20 bytes, so a million files in one directory want about 50 MB. Spread over
// directories they want nothing.
//
// Names are those of [Manager.UploadDirectory] and [Manager.DownloadDirectory], which tell what
// becomes of odd ones. A change during the transfer is seen or not; the next Sync sees it.
//
// The failure of an object keeps no other from being transferred. The error is an
// *[DirectoryError]; the output is never nil.
func (m *Manager) Sync(ctx context.Context, in *SyncInput, fns ...func(*DirectoryOptions)) (*DirectoryOutput, error) {
	if in == nil {
		return notBegun(&OptionError{Field: "input", Reason: "is nil"})
	}
	o, err := directoryOptions(fns)
	if err != nil {
		return notBegun(err)
	}
	for _, side := range []struct {
		field string
		place Place
	}{{"From", in.From}, {"To", in.To}} {
		if (side.place.Directory == "") == (side.place.Bucket == "") {
			return notBegun(&OptionError{Field: side.field, Reason: "must have either a Directory or a Bucket"})
		}
	}
	y := &mirror{options: o, compare: true}
	switch {
	case in.From.Directory != "" && in.To.Directory != "":
		return notBegun(&OptionError{Field: "To", Reason: "and From are both directories; one of them must be a bucket"})
	case in.From.Directory != "":
		y.between(m.folder(in.From.Directory, o), in.To.keyspace(m))
	case in.To.Directory != "":
		y.between(in.From.keyspace(m), m.folder(in.To.Directory, o))
	default:
		from, to := in.From.keyspace(m), in.To.keyspace(m)
		if sameClient(from.manager.client, to.manager.client) && from.bucket == to.bucket &&
			(strings.HasPrefix(from.prefix, to.prefix) || strings.HasPrefix(to.prefix, from.prefix)) {
			return notBegun(&OptionError{Field: "To", Reason: fmt.Sprintf("prefix %q overlaps with %q, which it is to be made of", to.prefix, from.prefix)})
		}
		y.between(from, to)
	}
	return y.run(ctx)
}

func (p Place) keyspace(m *Manager) *keyspace {
	if p.Manager != nil {
		m = p.Manager
	}
	return m.keyspace(p.Bucket, p.Prefix)
}

// sameClient: both are one.
func sameClient(a, b Client) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.TypeOf(a).Comparable() && a == b
}

func directoryOptions(fns []func(*DirectoryOptions)) (*DirectoryOptions, error) {
	var o DirectoryOptions
	for _, fn := range fns {
		fn(&o)
	}
	return &o, o.check()
}

// notBegun is what comes of input that can't be.
func notBegun(err error) (*DirectoryOutput, error) {
	return &DirectoryOutput{}, &DirectoryError{Err: err}
}

// hopeless: every other object would meet the same.
func hopeless(err error) bool {
	return errors.Is(err, s3.ErrNoSuchBucket) || errors.Is(err, s3.ErrInvalidAccessKeyID) || errors.Is(err, s3.ErrSignatureDoesNotMatch)
}
