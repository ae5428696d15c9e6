// Package gocloudblob is a driver of gocloud.dev/blob, the Go Cloud Development Kit's
// portable buckets, for every store that package s3 knows. Programs that are written against
// a [blob.Bucket] run on it unchanged.
//
//	client, err := s3.New(s3.Options{Endpoint: "https://objects.example.com", Credentials: keys, Profile: s3.CephRGW()})
//	bucket, err := gocloudblob.OpenBucket(client, "photos")
//	defer bucket.Close()
//
// By URL, where that is how a program is configured (see [URLOpener] for the parameters):
//
//	mux := new(blob.URLMux)
//	mux.RegisterBucket(gocloudblob.Scheme, &gocloudblob.URLOpener{})
//	bucket, err := mux.OpenBucket(ctx, "s3+stowage://photos?endpoint=https://objects.example.com&profile=cephrgw")
//
// # How it moves bytes
//
// A Writer is a [transfer.Writer]: content of up to one part (16 MiB, or
// WriterOptions.BufferSize) is one PutObject, and longer content goes in parallel parts.
// Bucket.Upload reads files at offsets, without a copy in memory. A Reader is one GetObject,
// which is continued when its connection breaks; Bucket.Download of more than 8 MiB, as the
// only one, fetches ranges in parallel.
//
// # Keys and metadata
//
// Keys and metadata are escaped as gocloud.dev/blob/s3blob escapes them, so that both drivers
// read what the other has written: in a key, characters below the space, and the slash of
// "../", become "__0xHEX__", such as "..__0x2f__"; names and values of metadata are
// percent-encoded. (Ceph RGW stores '-' for '_' in a name.) Where the
// profile's server would take a key for another one ([s3.Profile] RewrittenKeys: MinIO and
// others, with "a//b"), what makes it so is escaped too.
//
// # Errors
//
// Errors have the codes of package gcerrors: NotFound (also of a bucket), PermissionDenied,
// FailedPrecondition for conditions and conflicts, InvalidArgument, ResourceExhausted where
// the server asks for less, Internal for its failures and for content that is not what its
// checksum says, and Unimplemented for what the provider lacks. [blob.Bucket.ErrorAs] finds
// what they wrap, *[s3.Error], *[transfer.UploadError] and the like, and errors.Is the
// sentinels of package s3.
//
// # Driver types
//
// These are what As answers (https://gocloud.dev/concepts/as/):
//
//   - Bucket: *s3.Client, *transfer.Manager
//   - Error: whatever errors.As finds
//   - ListObject: s3.Object, and s3.CommonPrefix of directories
//   - Attributes: s3.HeadObjectOutput
//   - Reader: s3.GetObjectOutput; s3.HeadObjectOutput where the range has no bytes
//   - ListOptions.BeforeList: *s3.ListObjectsV2Input, or *s3.ListObjectsInput where the
//     profile prefers that, and *[]func(*s3.Options)
//   - ReaderOptions.BeforeRead: *s3.GetObjectInput, *[]func(*s3.Options)
//   - WriterOptions.BeforeWrite: *s3.PutObjectInput, *[]func(*transfer.Options)
//   - CopyOptions.BeforeCopy: *s3.CopyObjectInput, *[]func(*transfer.Options)
//   - DeleteOptions.BeforeDelete: *s3.DeleteObjectInput
//   - SignedURLOptions.BeforeSign: *s3.GetObjectInput, *s3.PutObjectInput or
//     *s3.DeleteObjectInput
//
// # What is not there
//
// An MD5 is told by Attributes where the profile's ETags are MD5s, and never by a listing,
// which doesn't say whether an object is encrypted; a time of creation by neither. A signed
// URL can enforce a Content-Type, but not that there is none:
// SignedURLOptions.EnforceAbsentContentType is Unimplemented.
package gocloudblob
