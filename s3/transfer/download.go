package transfer

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/s3"
)

// DownloadOutput tells what was written.
type DownloadOutput struct {
	// Size of the object in bytes.
	Size int64
	// Parts is the number of ranges that it came by.
	Parts int
	// Resumed is how many bytes of it were there from a download before, see
	// Options.KeepPartial.
	Resumed int64
	// Verified is the algorithm by which the content was found to be what is stored: that
	// of the stored checksum, or MD5 for the ETag. Empty: nothing was compared but the
	// length, and that all of it is of one state of the object. See [Integrity].
	Verified s3.ChecksumAlgorithm

	// The rest is the server's answer, as GetObjectOutput has it.

	// ETag of the object, quoted as the server sends it.
	ETag string
	// VersionId of the object in a versioned bucket.
	VersionId string
	// LastModified is when the object was written, at a resolution of a second.
	LastModified time.Time
	// What is stored with the object. The content is written as it is stored, whatever
	// ContentEncoding says.
	ContentType, ContentEncoding, ContentLanguage, ContentDisposition string
	CacheControl, ExpiresString                                       string
	Metadata                                                          map[string]string
	// The object's checksum, base64; "-" and the number of parts follow one that is
	// of the parts' checksums. Servers tell it of a whole object, not of a range.
	ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME     string
	ChecksumSHA1, ChecksumSHA256, ChecksumSHA512         string
	ChecksumMD5                                          string
	ChecksumXXHASH64, ChecksumXXHASH3, ChecksumXXHASH128 string
	// ChecksumType is FULL_OBJECT or COMPOSITE.
	ChecksumType s3.ChecksumType
	// StorageClass is empty for STANDARD.
	StorageClass s3.StorageClass
	// ServerSideEncryption, SSEKMSKeyId, SSECustomerAlgorithm, SSECustomerKeyMD5 and
	// BucketKeyEnabled tell how the object is encrypted.
	ServerSideEncryption s3.ServerSideEncryption
	SSEKMSKeyId          string
	SSECustomerAlgorithm string
	SSECustomerKeyMD5    string
	BucketKeyEnabled     bool
	// RequestCharged: the requester pays.
	RequestCharged s3.RequestCharged
}

// Download writes an object to w, from offset 0, by ranges of Options.PartSize in parallel. A
// small object is one request: the first one is for the first range, and its answer tells the
// size. After an error w holds some of the object.
//
// The members of in name the object, its version and its key (SSE-C), and the conditions, which
// are put to it once, at the start. Range and PartNumber are refused. All requests are for one
// and the same state of the object: by If-Match, and by what every answer says, for servers
// that overlook it. When the object is replaced meanwhile, what is left is asked for by its
// version; without one the download fails with s3.ErrObjectChanged.
//
// By default the content is compared with the object's stored checksum, where the profile's
// server has one that can be made of the parts' (CRC-64/NVME, CRC32C, CRC32): that costs a
// HeadObject beside the parts of an object that comes by several, and no further pass. See
// [Integrity] for more, which w must be an io.ReaderAt for, as a file is.
//
// Errors are *[DownloadError].
func (m *Manager) Download(ctx context.Context, w io.WriterAt, in *s3.GetObjectInput, fns ...func(*Options)) (*DownloadOutput, error) {
	o := m.optionsOf(fns)
	f, err := m.newFetch(in, &o)
	if err == nil && w == nil {
		err = &OptionError{Field: "writer", Reason: "is nil"}
	}
	if err != nil {
		return nil, f.failed(ctx, err)
	}
	out, err := (&objectDownload{fetch: f, target: &writerTarget{w}}).run(ctx)
	if err != nil {
		return nil, f.failed(ctx, err)
	}
	return out, nil
}

// DownloadFile is [Manager.Download] to a file of that name. It goes to a temporary file in
// the same directory, as long as the object from the start, which takes the name when all of
// it is there and compared: so the name never shows half an object, and the file that was
// there before is replaced at once. After an error the temporary file is deleted; a process
// that is killed leaves it: ".NAME." and 26 random letters. What has the name must be a
// regular file, or a link, which is replaced and not followed.
//
// With Options.KeepPartial what has come stays, in ".NAME.partial", when a download fails or
// is killed, and ".NAME.partial.json" tells what it is: only the parts that were under way are
// asked for again. They are those of the download that began it, whatever PartSize is now. What
// is in the file is read and compared with what came, since a machine that fails may lose what
// it has written, and the rest is asked for under the condition that the object is still the
// same; of another one the download begins anew. Two downloads to one name at the same time are
// not of use: one of them fails. Delete the two files to give up.
//
// With Options.Fsync the file, and its name where the system can, are on the disk when
// DownloadFile returns.
//
// Errors are *[DownloadError].
func (m *Manager) DownloadFile(ctx context.Context, name string, in *s3.GetObjectInput, fns ...func(*Options)) (*DownloadOutput, error) {
	o := m.optionsOf(fns)
	f, err := m.newFetch(in, &o)
	if err != nil {
		return nil, f.failed(ctx, err)
	}
	root, base, err := download.OpenDir(name)
	if err != nil {
		return nil, f.failed(ctx, err)
	}
	defer root.Close()
	return f.intoFile(ctx, root, base)
}

// downloadInto writes an object to the file of that name below root. The file's directory
// must exist.
func (m *Manager) downloadInto(ctx context.Context, root *os.Root, name string, in *s3.GetObjectInput, o *Options) (*DownloadOutput, error) {
	f, err := m.newFetch(in, o)
	if err != nil {
		return nil, f.failed(ctx, err)
	}
	return f.intoFile(ctx, root, name)
}
