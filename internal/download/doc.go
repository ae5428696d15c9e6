// Package download is what downloads by parallel ranged requests share, whatever the service:
// the cutting into parts, the workers, the writing at offsets, the check that every answer is
// of one and the same object, the reading back, and the file that takes its name when all of
// it is there.
package download
