// Package s3test is an S3 server in memory, for the tests of programs that use package s3.
//
//	func TestBackup(t *testing.T) {
//		server := s3test.NewServer(t, func(o *s3test.Options) { o.Buckets = []string{"backup"} })
//		err := backup(t.Context(), server.Client())
//		...
//		object, ok := server.Object("backup", "2026/01.tar")
//	}
//
// It speaks HTTP on the loopback interface, so that what is tested is what runs: the client, its
// retries, the wire. It verifies what Amazon S3 verifies: Signature V4 in headers, in presigned
// URLs, chunk by chunk, and in the policies of forms; hashes and checksums of bodies, of parts and
// of whole objects; lengths, part numbers, least sizes, conditions. A request that Amazon would
// refuse is refused, with the same code.
//
// # What it knows
//
// ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation, GetBucketVersioning
// (never enabled); PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects, CopyObject,
// GetObjectTagging, PutObjectTagging, DeleteObjectTagging; ListObjectsV2, ListObjects;
// CreateMultipartUpload, UploadPart, UploadPartCopy, ListParts, ListMultipartUploads,
// CompleteMultipartUpload, AbortMultipartUpload; forms that browsers post. Conditions, ranges,
// single parts, metadata and every checksum that S3 keeps belong to it. Any other operation is
// refused with status 501 and the code NotImplemented. Buckets are addressed by path.
//
// A header is honoured or refused: any x-amz-* header that asks for what is not here (grants, locks,
// KMS, redirects of websites, payment by the requester, restores) is answered with status 501,
// NotImplemented and its name. What holds anyway passes: the ACLs private and
// bucket-owner-full-control, encryption by AES256, [AccountID] as the expected owner. The storage
// classes whose objects can be read at once are kept and told. A customer's key (SSE-C) belongs to its
// object, or to its multipart upload: without it, or with another, nothing is read, and as with
// Amazon it goes over https only ([Options.TLS]). CreateBucket of a bucket that is there succeeds
// in us-east-1, and is BucketAlreadyOwnedByYou elsewhere.
//
// # Faults and expectations
//
// [Server.Inject] makes requests fail as networks and servers do: with a status and a code, with a
// connection that breaks before the work or after it, with a body that ends early.
// [Server.Expect] says which operations must come, in order; [Server.Requests] tells what came.
//
// A fake of a consumer-side interface of one or two methods is lighter still, and right for tests
// that are not about storage; the package's examples show both.
package s3test
