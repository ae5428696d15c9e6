package harness

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/stowage-go/stowage/internal/peers/rig/harness/pattern"
)

func check(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	blk := pattern.Block()
	buf := make([]byte, 1<<20)
	var off int64
	for {
		n, err := io.ReadFull(f, buf)
		o := int(off % pattern.Size)
		if !bytes.Equal(buf[:n], blk[o:o+n]) {
			return fmt.Errorf("content differs near %d", off)
		}
		off += int64(n)
		if err != nil {
			break
		}
	}
	if off != size {
		return fmt.Errorf("size %d, want %d", off, size)
	}
	return nil
}
