// Package checkpoint keeps in a file what of a transfer is done, so that another process can
// go on with it.
//
// The file is text: a line that says which transfer it is, and then a line for each part that
// is through, all JSON. It is written whole, beside the path and renamed to it, when a transfer
// begins or is taken up again; in between it only grows. A process that is killed in the midst
// of a line leaves one without an end, which is not read.
//
// The file is readable by its owner alone. What it says is not believed: sizes and numbers are
// bounded, and the header and receipts check themselves.
package checkpoint
