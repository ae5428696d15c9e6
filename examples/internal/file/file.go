// Package file is the file that an example uploads.
package file

import (
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Local is the file to upload, with what the download must match.
type Local struct {
	*os.File
	Size   int64
	SHA256 string // hex
}

// Open opens the file that the user named, or makes one of size random bytes in
// the folder work. Its checksum is taken while it is read or written.
func Open(ctx context.Context, path string, size int64, work string) (*Local, error) {
	if path == "" {
		return random(ctx, filepath.Join(work, "random.bin"), size)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return finish(ctx, f, io.Discard, io.NewSectionReader(f, 0, info.Size()), info.Size())
}

// random writes size random bytes. They differ from run to run, so that no
// server can have them already.
func random(ctx context.Context, path string, size int64) (*Local, error) {
	var seed [32]byte
	crand.Read(seed[:]) // never fails
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return finish(ctx, f, f, io.LimitReader(rand.NewChaCha8(seed), size), size)
}

// finish copies content to dst while it takes the checksum, and leaves the file
// at its beginning.
func finish(ctx context.Context, f *os.File, dst io.Writer, content io.Reader, size int64) (*Local, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(sum, dst), untilDone{ctx, content})
	if err == nil && n != size {
		err = fmt.Errorf("%s changed its size from %d to %d bytes", f.Name(), size, n)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Local{File: f, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// untilDone stops reading when the context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
