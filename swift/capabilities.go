package swift

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// capabilities keeps what servers said at /info, so that each is asked once.
type capabilities struct {
	mu   sync.Mutex
	told map[string]*InfoOutput
}

// capabilities is what the server of a storage URL can do. Where it does not tell, nothing is
// in it.
func (c *Client) capabilities(ctx context.Context, at storageURL, opts []func(*Options)) (*InfoOutput, error) {
	kept := c.state().capabilities
	server := at.scheme + "://" + at.host + at.service()
	kept.mu.Lock()
	info, ok := kept.told[server]
	kept.mu.Unlock()
	if ok {
		return info, nil
	}
	info, err := c.Info(ctx, nil, opts...)
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.StatusCode < http.StatusInternalServerError, errors.Is(err, ErrMalformedAnswer):
		info = &InfoOutput{}
	case err != nil:
		return nil, err
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	kept.told[server] = info
	return info, nil
}
