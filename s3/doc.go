// Package s3 speaks the Amazon S3 API, Signature Version 4, to Amazon S3 and to the
// stores that call themselves compatible with it: NHN Cloud, KakaoCloud, Alluxio,
// Ceph RGW, MinIO and others. What differs between them is data in a [Profile].
//
//	client, err := s3.New(s3.Options{
//		Endpoint:    "https://objects.example.com",
//		Region:      "kr-central-2",
//		Credentials: sigv4.Static(accessKey, secretKey, ""),
//		Profile:     s3.CephRGW(),
//	})
//	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: "photos", Key: "cat.jpg"})
//
// Operations and their members bear the names of the API reference, spelled as the
// AWS SDK for Go v2 spells them. Fields are plain values; the zero value means
// absent. A pointer stands only where absent and zero differ.
//
// Every operation of the API's model of 2006-03-01 is here. Input that no server takes
// (a missing member, a negative number, a part number over 10,000, an eleventh tag, a filter
// with two conditions where one is allowed, the name of a bucket or a key that can't be, a
// line break in a header) fails before anything is sent, and the error names the member. So
// does, with [ErrUnsupported], what the profile says the server lacks, or would do
// otherwise without a word: overlook a condition or a customer key, or store "a//b" as
// "a/b". Directory buckets live on
// endpoints of their own, which [Options] have to name; requests are signed with the
// client's keys and not with those of [Client.CreateSession].
//
// A [Client] is safe for concurrent use. It keeps connections open; make one and
// share it. Large bodies go through package s3/transfer, which uploads in parallel.
//
// # Bodies and signatures
//
// A PutObject or UploadPart body may be any io.Reader. One that is also an io.Seeker
// is rewound to where it was handed over when an attempt is repeated; the position it
// is left at is not defined. One that is not is sent once: a failure after its first
// byte is final and is the server's own. Its length comes from ContentLength, from a
// Len method, or from seeking; without any, the call fails with [ErrUnknownLength]
// before anything is sent.
//
// Over TLS such bodies are sent as UNSIGNED-PAYLOAD, since TLS already protects them.
// Over plain http they are signed: a seekable body is read twice, a stream is framed
// as aws-chunked where the profile takes that, and else goes unsigned.
// [Options.SignPayload] changes both. Checksums are computed only when asked for by
// ChecksumAlgorithm; none is added by default, since many stores refuse them.
//
// # What is retried
//
// Up to [Options.MaxAttempts] attempts (default 4) with full-jitter backoff between 0
// and 100 ms, 200 ms, 400 ms ... 20 s, or the server's Retry-After or
// x-amz-retry-after (at most 2 minutes). Retried are connections refused, reset or
// closed before an answer, failed TLS handshakes, idle connections, answers that break
// off, the statuses 408, 429, 500, 502, 503 and 504, and the codes SlowDown,
// InternalError, RequestTimeout and their kin under any status, 200 included: so
// CopyObject, UploadPartCopy and CompleteMultipartUpload fail as they should.
// Signed again and repeated at once are a skewed clock (once, with the server's time)
// and another region's bucket (at most twice; the region is remembered).
//
// Each retry takes 5 tokens (10 when no answer came) from a budget of 500 that all
// calls of a client share; a call without a retry returns 1. When it is empty the
// call fails with [ErrRetryBudget] around the failure itself.
//
// A GetObject body that breaks off is continued with Range and If-Match. It ends with
// io.EOF only after all bytes have arrived.
//
// # Listings, waits, and many objects at once
//
// Every call that answers in pages has an iterator of them, such as
// [Client.ListObjectsV2Pages]. It keeps to the input's page size, goes on from its token or
// marker, holds nothing open when it is left, and ends with [ErrListingStuck] where a
// server would have it go round in circles.
//
// [Client.WaitUntilObjectExists] and its kin wait for a bucket or an object to be there,
// or gone. [Client.DeleteAll] deletes what has a prefix, with all versions if asked to.
// [Client.ObjectVersions], [Client.UndeleteObject] and [Client.RevertObject] are for buckets
// with versions. [Client.Supports] tells what the provider has.
//
// # Objects as files
//
// [Client.OpenObject] opens an object to be read at any place: an [ObjectHandle] is an
// io.ReaderAt, an io.ReadSeeker and an io.WriterTo, reads ahead, and never mixes two
// versions. [FS] shows a bucket as a file system to all that takes an fs.FS: fs.WalkDir,
// http.FileServerFS, template.ParseFS.
//
// # Metadata
//
// Values of Metadata beyond ASCII travel as encoded words (RFC 2047), as Amazon S3 documents
// it, and are decoded from answers, also where a server or another client has encoded them.
// Raw UTF-8, as some clients send it, comes back changed from Amazon S3, OpenStack Swift and
// MinIO; it is read as it is. Names come back in lower case, and blanks around a value are
// lost. Other header members, such as ContentDisposition, are sent as they are: keep them in
// ASCII (filename*=UTF-8”... there).
//
// # Conditional writes
//
// IfMatch and IfNoneMatch of PutObject, CopyObject, CompleteMultipartUpload and DeleteObject
// fail with [ErrPreconditionFailed] (412), and with [ErrConditionalRequestConflict] (409) when
// another write got in between, whether the server says so by its status or inside a
// success. After a conflict PutObject and CopyObject with IfNoneMatch are repeated, as the API
// reference asks; with IfMatch the ETag has to be fetched anew, and after
// CompleteMultipartUpload the whole upload has to be made again, which is the caller's to do.
// A server that overlooks conditions, by [Profile].ConditionalWrites, is not asked:
// [ErrUnsupported].
//
// When a repeated attempt meets a failed condition, an attempt before it whose answer was
// lost may be what made it fail. Then one HeadObject (for CompleteMultipartUpload one
// ListParts) looks at what is there. An object of another size or checksum, and an upload
// that is still open, make it a plain [ErrPreconditionFailed]. Else errors.Is also finds
// [ErrAmbiguous]: the write may be the caller's own, or somebody's of equal content, and no
// answer can tell. Who must know writes something unique into the object, and reads it.
//
// # What is verified
//
// The checksum that an answer tells of a whole body is compared with what was read, also
// across connections: CRC64NVME, CRC32C, CRC32, SHA256, SHA1, SHA512 or MD5, the first of
// them that is there. So is the checksum that the server answers to PutObject and UploadPart
// with the one that was sent. Other bytes are [ErrChecksumMismatch]. A part of an object, and
// a checksum of checksums ("...-7"), can't be compared. An ETag is never taken for a
// checksum of what is read: it is one of some objects only, and that does not show. Package
// s3/transfer compares those of parts where [Profile] says that they are MD5s.
//
// # Errors
//
// A failure is a *smithy.OperationError that wraps a *smithyhttp.ResponseError that
// wraps an *[Error] with code, message, status, request id and the object's name.
// Test codes with errors.Is against the sentinels of this package:
//
//	if errors.Is(err, s3.ErrNoSuchKey) { ... }
//
// HEAD answers carry no code; there [ErrNotFound], [ErrPreconditionFailed] and the
// other class sentinels go by the status, and match on every other operation too.
// A 404 also matches fs.ErrNotExist.
package s3
