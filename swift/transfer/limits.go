package transfer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// limits are the server's, by its /info, or the profile's where it tells none.
type limits struct {
	slo             bool
	minSegment      int64
	maxFile         int64
	maxSegments     int   // of one manifest
	maxManifestSize int64 // zero: not told
	maxName         int
}

// limitsCache asks a server once. A failure is not kept.
type limitsCache struct {
	mu    sync.Mutex
	known *limits
}

func (c *limitsCache) get(ctx context.Context, client *swift.Client, fns []func(*swift.Options)) (limits, error) {
	c.mu.Lock()
	known := c.known
	c.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	l, err := ask(ctx, client, fns)
	if err != nil {
		return limits{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = &l
	return l, nil
}

func ask(ctx context.Context, client *swift.Client, fns []func(*swift.Options)) (limits, error) {
	p := resolve(client, fns).Profile
	l := limits{slo: true, minSegment: 1, maxFile: p.MaxObjectSize, maxSegments: p.MaxSegments, maxName: p.MaxObjectName}
	info, err := client.Info(ctx, nil, fns...)
	if err != nil {
		var refused *swift.Error
		if errors.As(err, &refused) || errors.Is(err, swift.ErrUnsupported) || errors.Is(err, swift.ErrMalformedAnswer) {
			return l, nil // the administrator keeps it to himself
		}
		return l, fmt.Errorf("limits of the server: %w", err)
	}
	l.slo = info.SLO != nil
	if told := info.MaxFileSize; told > 0 && (l.maxFile == 0 || told < l.maxFile) {
		l.maxFile = told // the client itself goes by the profile
	}
	l.maxName = or(info.MaxObjectNameLength, l.maxName)
	if l.slo {
		l.minSegment = max(info.SLO.MinSegmentSize, 1)
		l.maxSegments = or(info.SLO.MaxManifestSegments, l.maxSegments)
		l.maxManifestSize = info.SLO.MaxManifestSize
	}
	return l, nil
}

func or[T int | int64](value, fallback T) T {
	if value > 0 {
		return value
	}
	return fallback
}

// resolve are the client's options for one upload.
func resolve(client *swift.Client, fns []func(*swift.Options)) swift.Options {
	o := client.Options()
	for _, fn := range fns {
		fn(&o)
	}
	return o
}

// segments are the engine's limits for segments of which there may be so many.
func (l *limits) segments(most int) multipart.Limits {
	return multipart.Limits{
		MinPartSize: l.minSegment, MaxPartSize: l.maxFile, MaxParts: most, MaxPutSize: l.maxFile, MaxObjectSize: math.MaxInt64,
	}
}
