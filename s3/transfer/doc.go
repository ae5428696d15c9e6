// Package transfer moves objects of any size, and many of them, between files, readers and
// S3 and its kin, in parallel.
//
//	m, err := transfer.NewManager(client)
//	out, err := m.Upload(ctx, &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: file})
//	_, err = m.DownloadFile(ctx, "disk.img", &s3.GetObjectInput{Bucket: "backup", Key: "disk.img"})
//
// All transfers of a [Manager] share its requests in flight, one memory budget and one
// bandwidth, fairly, so a program mostly has one for each server. There are as many requests
// as the way and the server bear: 4 at first, up to 16 while that moves more bytes per
// second ([Options].Concurrency).
//
// # Uploads
//
// A body up to one part (16 MiB) is sent by PutObject; a larger one as a multipart upload.
// Files and other bodies that can be read at offsets are never copied into memory; a plain
// reader, of known or unknown length, fills pooled buffers, of at most
// [Options].MemoryBudget bytes for all uploads of the manager together (64 MiB).
// [Manager.NewWriter] is for producers that push, such as tar and gzip.
//
// With [Options].Checkpoint an upload survives kill -9: the same call goes on with it, and
// sends again what was in flight. [Manager.AbortIncomplete] sweeps what was left by
// others. A [Plan] is an upload as JSON, for several processes: [Manager.UploadShare] sends
// runs of its parts from anywhere, and [Manager.CompletePlan] joins them.
//
// # Downloads
//
// [Manager.Download] writes to an io.WriterAt, [Manager.DownloadFile] to a file that takes
// its name when all of it is there, and that can be taken up again
// ([Options].KeepPartial), and [Manager.Open] reads in order while the next parts are on
// their way. All requests are for one and the same state of the object.
//
// # Copies and directories
//
// [Manager.Copy] copies on the server what one CopyObject takes, larger objects by parallel
// parts, and between servers through this process. [Manager.UploadDirectory],
// [Manager.DownloadDirectory] and [Manager.Sync] join sorted listings, so that ten million
// keys need no more memory than one page of each. No key writes outside its directory.
//
// # Integrity
//
// What proves that the object is what was read, or the file what was stored, is a choice,
// [Integrity], with its cost; the default takes the strongest that costs no further pass
// over the data and that the profile's server honours. Whatever the choice, sizes are
// compared: of each part as it is sent, and of an object in parts after it is complete,
// where it may be looked at ([UploadOutput].SizeVerified).
//
// # Progress
//
// [Options].Progress tells of one transfer, by bytes on the wire, taken back when an attempt
// is given up. [Manager.Watch] iterates over the events of all.
//
// # Failure
//
// Each request is retried as package s3 retries. When one fails for good, the others are
// cancelled, all have ended before an upload is aborted, and the abort outlives the
// caller's context. The errors are *[UploadError], *[DownloadError], *[CopyError] and
// *[DirectoryError], which name the object, the part, and what is left behind. When the
// answer to CompleteMultipartUpload is lost or ambiguous, the object is looked at before
// the upload is called failed. An answer to CreateMultipartUpload that is lost, and sent for
// again, leaves an upload without parts whose id nobody knows: [Manager.AbortIncomplete]
// sweeps it.
package transfer
