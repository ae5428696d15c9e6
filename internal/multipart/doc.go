// Package multipart is the parallel upload engine: it cuts a source into
// parts, sends them through bounded workers, and completes or abandons the
// upload. It moves parts and knows nothing of HTTP or of any one service; a
// service is a [Store] that starts uploads and a [Target] that takes parts.
//
//	source -> plan -> workers -> finish
//
// What [Upload] guarantees, whatever the store does:
//
//   - The sizes of the parts add up to the size of the source exactly, and
//     part count and part sizes stay within [Limits]. What can't fit is
//     refused with a [LimitError]: before anything is sent when the size is
//     known, and when the stream outgrows its plan when it is not. Nothing is
//     ever truncated in silence.
//   - Files and other sources with ReadAt are never copied into memory. Plain
//     readers fill pooled buffers, allocated as they are needed, of at most
//     Options.Memory bytes altogether.
//   - The first error wins: it cancels every other part, and every worker has
//     ended before Complete or Abort is called and before Upload returns.
//   - Abort outlives the caller's cancellation, with a deadline of its own.
//
// # Memory
//
// A plain reader needs a buffer for each part in flight. Options.Memory bounds
// the sum of all buffers, the one being filled included, so a part size above
// Memory/Concurrency lowers the number of parts in flight, down to one. Uploads of one
// Scheduler share its memory as well. When the size is known and a single part has to be
// larger than Memory (size divided by the allowed number of parts), that one part is the
// budget. When the size is not known, parts never grow beyond Memory; a stream that would
// need them to fails with a LimitError that names Memory.
//
// # Streams of unknown length
//
// The first half of the part numbers have one size; from there on the size
// doubles every 1/32 of the part numbers, up to the smaller of MaxPartSize and
// Memory. With the defaults (10,000 parts, 16 MiB, 64 MiB of memory) parts
// stay 16 MiB up to 78 GiB, and a stream may have 380 GiB; with 1 GiB of memory
// it may have 3.7 TiB. A store that takes 1000 parts allows a tenth of that.
// [Plan.Capacity] tells the figure. Whoever has longer streams raises Memory or
// PartSize, or declares the size.
package multipart
