// Package transfer uploads large and many bodies to Swift, in parallel, and downloads them
// in parallel.
//
//	up, err := transfer.NewUploader(client)
//	out, err := up.UploadSLO(ctx, &swift.CreateObjectInput{Container: "backup", Object: "disk.img", Body: file})
//
// A body up to one part (16 MiB) is sent by CreateObject; a larger one as a Static Large
// Object ([Uploader.UploadSLO]), a Dynamic Large Object ([Uploader.UploadDLO]) or
// KakaoCloud's multipart upload, 4 parts at a time. Files and other bodies that can be read
// at offsets are never copied into memory; a plain reader, of known or unknown length, fills
// pooled buffers of at most [Options].MemoryBudget bytes altogether (64 MiB).
//
// # Segments
//
// The parts of an SLO or DLO are objects, its segments. They lie in a container of their
// own, "<container>_segments", which is made where it is missing, with the storage policy of
// the first; who reads the object must be allowed to read there too. Their names begin with
// a prefix that no other upload has, so that an upload never harms the object that is there:
//
//	<object>/slo/<milliseconds since 1970>-<random>/00000001
//
// # Integrity
//
// swift.Options.ETagCheck says whether the MD5 of each segment is computed, in the pass that
// sends it. Whether or not, the manifest names the ETag and the size of each segment, and
// the server refuses it when one is another; where the server does not compare
// (swift.Profile.SegmentETags) the Uploader does.
//
// # Failure
//
// Each part is retried as package swift retries, and a token that is revoked in the midst of
// an upload is replaced. When a part fails for good, the others are cancelled, all have
// ended before the segments are deleted, and that outlives the caller's context. The error
// is an *[UploadError], which names the object, the segments, the part, and what became of
// them. The request that makes the object, once it is sent, outlasts the caller's context by
// half a second. When its answer is lost, the object is looked at before the upload is called
// failed. A call returns within a second of the end of its context, if the server answers and
// the body's Read returns.
//
// With [Options].Checkpoint nothing is deleted: the next call with the same file goes on
// where the first one ended, even one that was killed.
package transfer
