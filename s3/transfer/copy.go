package transfer

import (
	"context"

	"github.com/stowage-go/stowage/s3"
)

// CopyOutput tells what was stored.
type CopyOutput struct {
	// ETag of the new object, quoted as the server sends it.
	ETag string
}

// Copy copies an object on the server.
func (m *Manager) Copy(ctx context.Context, in *s3.CopyObjectInput, fns ...func(*Options)) (*CopyOutput, error) {
	o := m.options
	for _, fn := range fns {
		fn(&o)
	}
	out, err := m.client.CopyObject(ctx, in, o.ClientOptions...)
	if err != nil {
		return nil, err
	}
	return &CopyOutput{ETag: out.CopyObjectResult.ETag}, nil
}
