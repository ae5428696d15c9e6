package transfer

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/stowage-go/stowage/s3"
)

// DownloadOutput tells what was written.
type DownloadOutput struct {
	// Size of the object in bytes.
	Size int64
	// ETag of the object, quoted as the server sends it.
	ETag string
}

// downloadInto writes an object to the file of that name below root.
func (m *Manager) downloadInto(ctx context.Context, root *os.Root, name string, in *s3.GetObjectInput, o *Options) (*DownloadOutput, error) {
	out, err := m.client.GetObject(ctx, in, o.ClientOptions...)
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	temporary := name + ".part"
	f, err := root.Create(temporary)
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(f, out.Body)
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temporary, name)
	}
	return &DownloadOutput{Size: n, ETag: out.ETag}, err
}
