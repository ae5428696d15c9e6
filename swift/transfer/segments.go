package transfer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stowage-go/stowage/swift"
)

// maxNumber is the highest number that a segment's name has room for.
const maxNumber = 99_999_999

// segments is where the segments of one upload lie.
type segments struct{ container, prefix string }

// name of the segment of that number: ascending, as a DLO needs it.
func (s segments) name(number int) string { return fmt.Sprintf("%s%08d", s.prefix, number) }

// manifest is the name of a manifest that another one names.
func (s segments) manifest(level, number int) string {
	return fmt.Sprintf("%smanifest-%d-%06d", s.prefix, level, number)
}

// holds reports whether "container/object" is a segment of this upload.
func (s segments) holds(path string) bool {
	return s.prefix != "" && strings.HasPrefix(path, s.container+"/"+s.prefix)
}

// An upload's id tells its time, so that listings show the order, and is no other's.
var uploadID = regexp.MustCompile(`^[0-9]{13}-[0-9a-f]{16}/(?:[0-9]{8}|manifest-[0-9]+-[0-9]{6})$`)

const (
	idLength   = 13 + 1 + 16
	nameLength = len("/slo/") + idLength + len("/manifest-0-000000")
)

// newPrefix is a prefix that no other upload has.
func newPrefix(object string, k kind, maxName int, now time.Time) string {
	var random [8]byte
	rand.Read(random[:]) //nolint:errcheck // never fails, by its documentation
	return fmt.Sprintf("%s%013d-%x/", base(object, k, maxName), now.UnixMilli(), random)
}

// base is what the prefixes of all uploads of an object begin with. A name that leaves no
// room for them is cut, and its hash keeps it apart from its like.
func base(object string, k kind, maxName int) string {
	if maxName > 0 && len(object)+nameLength > maxName {
		sum := sha256.Sum256([]byte(object))
		id := "-" + hex.EncodeToString(sum[:8])
		cut := max(maxName-nameLength-len(id), 0)
		for cut > 0 && cut < len(object) && !utf8.RuneStart(object[cut]) {
			cut--
		}
		object = object[:min(cut, len(object))] + id
	}
	return object + "/" + string(k) + "/"
}

// makeContainer makes sure that the object's container is there, and makes that of the
// segments where it is missing, with the same storage policy. Who may write but not look
// goes on, and is told by the first segment.
func (u *upload) makeContainer(ctx context.Context) error {
	opts := u.options.ClientOptions
	policy := ""
	home, err := u.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: u.in.Container}, opts...)
	switch {
	case err == nil:
		policy = home.StoragePolicy
	case !errors.Is(err, swift.ErrForbidden):
		return err
	}
	if u.segments.container == u.in.Container {
		return nil
	}
	_, err = u.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: u.segments.container}, opts...)
	if !errors.Is(err, swift.ErrNotFound) {
		if errors.Is(err, swift.ErrForbidden) {
			return nil
		}
		return err
	}
	_, err = u.client.CreateContainer(ctx, &swift.CreateContainerInput{Container: u.segments.container, StoragePolicy: policy}, opts...)
	if errors.Is(err, swift.ErrConflict) {
		return nil // somebody made it in the meantime
	}
	return err
}

// list reads what the server lists of this upload, by name.
func (u *upload) list(ctx context.Context) (map[string]swift.Object, error) {
	listed := map[string]swift.Object{}
	in := &swift.ListObjectsInput{Container: u.segments.container, Prefix: u.segments.prefix}
	for page, err := range u.client.ListObjectsPages(ctx, in, u.options.ClientOptions...) {
		if errors.Is(err, swift.ErrNotFound) {
			break // the container
		}
		if err != nil {
			return nil, fmt.Errorf("list the segments: %w", err)
		}
		for _, o := range page.Objects {
			listed[o.Name] = o
		}
	}
	return listed, nil
}
