package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/swift"
)

// abortRounds is how often segments are looked for that were stored after their deletion.
const abortRounds = 3

// Abort deletes the segments of an upload that failed.
//
// A segment whose answer was not waited for may be stored after it was deleted (Swift goes by
// the time of the request, Ceph RGW by that of its end). So it is looked for.
func (u *upload) Abort(ctx context.Context) error {
	paths := make([]string, 0, int(u.started.Load())+len(u.nested))
	for n := 1; n <= int(u.started.Load()); n++ {
		paths = append(paths, u.segments.container+"/"+u.segments.name(n))
	}
	for _, name := range u.nested {
		paths = append(paths, u.segments.container+"/"+name)
	}
	if _, err := u.remove(ctx, paths); err != nil || !u.loose.Load() {
		return err
	}
	return u.sweep(ctx)
}

// sweep deletes what is listed of this upload, until nothing is.
func (u *upload) sweep(ctx context.Context) error {
	for range abortRounds {
		if !u.uploader.wait(ctx) {
			return ctx.Err()
		}
		listed, err := u.list(ctx)
		if err != nil {
			return err
		}
		paths := make([]string, 0, len(listed))
		for name := range listed {
			paths = append(paths, u.segments.container+"/"+name)
		}
		// A listing lags behind: what it shows may be gone.
		deleted, err := u.remove(ctx, paths)
		if err != nil || deleted == 0 {
			return err
		}
	}
	return nil
}

// remove deletes objects, "container/object" each, some at once, and counts them. It goes on
// after a failure. An object that is gone is no failure.
func (u *upload) remove(ctx context.Context, paths []string) (deleted int, err error) {
	var (
		mu     sync.Mutex
		failed int
		first  error
	)
	var workers errgroup.Group
	workers.SetLimit(u.options.parallel())
	for _, path := range paths {
		workers.Go(func() error {
			container, object, _ := strings.Cut(path, "/")
			_, err := u.client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: container, Object: object}, u.options.ClientOptions...)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				deleted++
			case !errors.Is(err, swift.ErrNotFound):
				if failed++; first == nil {
					first = err
				}
			}
			return nil
		})
	}
	_ = workers.Wait() // the errors are counted
	if first != nil {
		return deleted, fmt.Errorf("%d of %d objects could not be deleted: %w", failed, len(paths), first)
	}
	return deleted, nil
}

// rememberOld notes the segments of the object that is there, when they are to be deleted.
func (u *upload) rememberOld(ctx context.Context) error {
	if !u.options.DeleteOldSegments {
		return nil
	}
	opts := u.options.ClientOptions
	home, err := u.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: u.in.Container}, opts...)
	if err != nil {
		return err
	}
	if home.VersionsEnabled || home.VersionsLocation != "" || home.HistoryLocation != "" {
		return &OptionError{Field: "DeleteOldSegments", Reason: "the container keeps versions, which go on to need them"}
	}
	head, err := u.client.HeadObject(ctx, &swift.HeadObjectInput{Container: u.in.Container, Object: u.in.Object, Newest: true}, opts...)
	switch {
	case errors.Is(err, swift.ErrNotFound):
		return nil
	case err != nil:
		return err
	case head.StaticLargeObject:
		t, err := manifests{u.client, opts, true}.tree(ctx, u.in.Container, u.in.Object, "")
		if err != nil {
			return fmt.Errorf("segments of the object that is there: %w", err)
		}
		u.old = t.paths
	case head.ObjectManifest != "":
		return u.rememberDLO(ctx, head.ObjectManifest)
	}
	return nil
}

func (u *upload) rememberDLO(ctx context.Context, manifest string) error {
	container, prefix, ok := manifestOf(manifest)
	if !ok || prefix == "" {
		return &OptionError{Field: "DeleteOldSegments", Reason: "the segments of the object that is there are a whole container"}
	}
	in := &swift.ListObjectsInput{Container: container, Prefix: prefix}
	for page, err := range u.client.ListObjectsPages(ctx, in, u.options.ClientOptions...) {
		if errors.Is(err, swift.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("segments of the object that is there: %w", err)
		}
		for _, o := range page.Objects {
			u.old = append(u.old, container+"/"+o.Name)
		}
	}
	return nil
}

// removeOld deletes what rememberOld has noted, but nothing of the new object.
func (u *upload) removeOld(ctx context.Context) error {
	paths := make([]string, 0, len(u.old))
	for _, path := range u.old {
		if !u.segments.holds(path) && path != u.in.Container+"/"+u.in.Object {
			paths = append(paths, path)
		}
	}
	if _, err := u.remove(ctx, paths); err != nil {
		return fmt.Errorf("segments of the object that was there: %w", err)
	}
	return nil
}
