// Package transfer uploads large and many bodies to S3 and its kin, in parallel.
//
//	up, err := transfer.NewManager(client)
//	out, err := up.Upload(ctx, &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: file})
//
// A body up to one part (16 MiB) is sent by PutObject; a larger one as a multipart
// upload, 4 parts at a time. Files and other bodies that can be read at offsets are
// never copied into memory; a plain reader, of known or unknown length, fills pooled
// buffers of at most [Options].MemoryBudget bytes altogether (64 MiB).
//
// # Integrity
//
// What proves that the object is what was read is a choice, [Integrity], with its
// cost; the default takes the strongest that costs no further pass over the data and
// that the profile's server honours. Whatever the choice, sizes are compared: of each
// part as it is sent, and of an object in parts after it is complete, where it may be
// looked at ([UploadOutput].SizeVerified).
//
// # Failure
//
// Each part is retried as package s3 retries. When one fails for good, the others are
// cancelled, all have ended before the upload is aborted, and the abort outlives the
// caller's context. The error is an *[UploadError], which names the object, the
// upload, the part, and what became of the parts. When the answer to
// CompleteMultipartUpload is lost or ambiguous, the object is looked at before the
// upload is called failed.
package transfer
