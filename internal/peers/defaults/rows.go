package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
)

// client is what each SDK is asked to do, with its defaults.
type client interface {
	// sized uploads a body that can be rewound.
	sized(ctx context.Context, key string, body *bytes.Reader) error
	// reader uploads a plain reader of a length that is told.
	reader(ctx context.Context, key string, body io.Reader, size int64) error
	// unknown uploads a plain reader until its end.
	unknown(ctx context.Context, key string, body io.Reader) error
	// multipart uploads a body that can be rewound, in parts.
	multipart(ctx context.Context, key string, body *bytes.Reader) error
	// remove deletes objects with DeleteObjects.
	remove(ctx context.Context, keys []string) error
}

type row struct {
	name string
	call func(ctx context.Context, c client, j *judge) error
}

const (
	smallSize = 1 << 20
	largeSize = 24 << 20
)

var rows = []row{
	{"PutObject, sized seekable body", func(ctx context.Context, c client, j *judge) error {
		body := content(smallSize)
		if err := c.sized(ctx, "sized", bytes.NewReader(body)); err != nil {
			return err
		}
		return j.compare(ctx, "sized", body)
	}},
	{"PutObject, io.Reader + ContentLength", func(ctx context.Context, c client, j *judge) error {
		body := content(smallSize)
		if err := c.reader(ctx, "reader", onlyReader{bytes.NewReader(body)}, smallSize); err != nil {
			return err
		}
		return j.compare(ctx, "reader", body)
	}},
	{"upload of unknown length, 1 MiB", func(ctx context.Context, c client, j *judge) error {
		body := content(smallSize)
		if err := c.unknown(ctx, "unknown-small", onlyReader{bytes.NewReader(body)}); err != nil {
			return err
		}
		return j.compare(ctx, "unknown-small", body)
	}},
	{"upload of unknown length, 24 MiB", func(ctx context.Context, c client, j *judge) error {
		body := content(largeSize)
		if err := c.unknown(ctx, "unknown-large", onlyReader{bytes.NewReader(body)}); err != nil {
			return err
		}
		return j.compare(ctx, "unknown-large", body)
	}},
	{"multipart upload, 24 MiB", func(ctx context.Context, c client, j *judge) error {
		body := content(largeSize)
		if err := c.multipart(ctx, "multipart", bytes.NewReader(body)); err != nil {
			return err
		}
		return j.compareParts(ctx, "multipart", body)
	}},
	{"DeleteObjects", func(ctx context.Context, c client, j *judge) error {
		keys := []string{"delete/1", "delete/2"}
		if err := j.create(ctx, keys); err != nil {
			return err
		}
		if err := c.remove(ctx, keys); err != nil {
			return err
		}
		return j.gone(ctx, keys)
	}},
}

// content is size bytes that no other call sends.
func content(size int) []byte {
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(rand.Uint32())
	}
	b := make([]byte, size)
	_, _ = rand.NewChaCha8(seed).Read(b) // never fails
	return b
}

// onlyReader hides that a reader can seek.
type onlyReader struct{ io.Reader }
