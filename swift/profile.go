package swift

import "fmt"

// Support is what a provider makes of an operation.
type Support int

const (
	// Supported: it works as the API reference says.
	Supported Support = iota
	// PartiallySupported: it works within the provider's documented limits.
	PartiallySupported
	// Unsupported: it is refused, ignored, or taken for another operation.
	Unsupported
)

// String is the word for it.
func (s Support) String() string {
	switch s {
	case Supported:
		return "supported"
	case PartiallySupported:
		return "partially supported"
	}
	return "unsupported"
}

// Profile is what sets one provider apart from another, as data. Take one of [OpenStack],
// [KakaoCloud], [CephRGW] and [Generic], and change fields of the copy where a server
// differs.
type Profile struct {
	// Name of the provider, as errors show it. Never empty in a usable profile.
	Name string
	// ContentType is the Content-Type that requests without a body, or with a document,
	// must carry, where the provider insists on one; empty: none is sent. Requests whose
	// type would be stored with the object (CreateObject, UpdateObject, CopyObject)
	// carry the input's or none.
	ContentType string
	// ETagMD5: the ETag of an object that is no large object is the MD5 of its body
	// in hex.
	ETagMD5 bool
	// MinContainerName and MaxContainerName bound a container's name, and
	// MaxObjectName an object's, in bytes.
	MinContainerName, MaxContainerName, MaxObjectName int
	// MaxObjectSize bounds one CreateObject, in bytes. [Client.Info] tells the
	// server's own.
	MaxObjectSize int64
	// PrefixAfterLimit: a listing of containers is cut at its limit before names without
	// the prefix are left out, so that a page may be empty in the midst.
	PrefixAfterLimit bool
	// MaxSegments is the most segments of one SLO manifest.
	MaxSegments int
	// SegmentETags: the server compares the ETags of a SLO manifest with those of its
	// segments. Where it doesn't, the uploader does.
	SegmentETags bool
	// NestedManifests: a segment of a SLO may be a SLO itself. It is how an object gets
	// more than MaxSegments segments.
	NestedManifests bool
	// SegmentRanges: a segment of a SLO may be a range of an object. Servers without them
	// take the whole object, and say nothing.
	SegmentRanges bool
	// TempURLDigests are the digests that the server takes for TempURL, the best
	// first. [Client.Info] tells the server's own.
	TempURLDigests []Digest

	// TempURLExtensions: the server knows TempURLs with a signature in base64 and with
	// an IP range.
	TempURLExtensions bool
	// FormPostEscapedPath: the path of a form is signed as it stands in the URL, and not
	// as it reads decoded.
	FormPostEscapedPath bool
	// MaxFormFiles is the most files of one form: 1 for Ceph RGW, which stores the
	// first under the names of all. Zero: no limit.
	MaxFormFiles int
	// MaxBulkDeletes is the most paths of one BulkDelete; Ceph RGW ignores the rest and
	// reports success. [Client.Info] tells the server's own. Zero: 1,000.
	MaxBulkDeletes int
	// ExtractNeedsContainer: an archive can only be unpacked into a container that is
	// there. Ceph RGW 16.2.15 crashes when it has to make one.
	ExtractNeedsContainer bool

	// Operations tells the support of each operation by its name; one that is not in
	// it has OtherOperations.
	Operations map[string]Support
	// OtherOperations is the support of operations that Operations does not name.
	OtherOperations Support
	// Overlooked names, by operation, headers and query parameters that change what is
	// asked for and that the server takes no notice of. A call that has one is refused
	// with [ErrUnsupported]: it would delete the object where a version was meant, or
	// replace one that was to stay.
	Overlooked map[string][]string
}

// Support tells what the provider makes of the operation of that name.
func (p Profile) Support(operation string) Support {
	if s, ok := p.Operations[operation]; ok {
		return s
	}
	return p.OtherOperations
}

// Digest is a hash that TempURL and FormPost signatures are made with.
type Digest string

// The digests that servers know. SHA-1 is all that Ceph RGW takes; OpenStack has
// deprecated it.
const (
	DigestSHA1   Digest = "sha1"
	DigestSHA256 Digest = "sha256"
	DigestSHA512 Digest = "sha512"
)

func (p *Profile) checkContainer(name string) error {
	switch n := len(name); {
	case n < p.MinContainerName:
		return fmt.Errorf("swift: Container %q is shorter than %s's %d bytes", name, p.Name, p.MinContainerName)
	case p.MaxContainerName > 0 && n > p.MaxContainerName:
		return fmt.Errorf("swift: Container has %d bytes, more than %s's %d", n, p.Name, p.MaxContainerName)
	}
	return nil
}

func (p *Profile) checkObject(name string) error {
	if n := len(name); p.MaxObjectName > 0 && n > p.MaxObjectName {
		return fmt.Errorf("swift: Object has %d bytes, more than %s's %d", n, p.Name, p.MaxObjectName)
	}
	return nil
}
