package sigv4

import (
	"crypto/sha256"
	"sync"
)

// maxKeys bounds the derived keys a Signer keeps. One credential in one region
// needs one key a day; the bound is for programs that sign for many tenants.
const maxKeys = 64

// keyCache keeps derived keys, which cost four HMACs each. The oldest gives way
// to the newest. The zero value is ready.
type keyCache struct {
	mu    sync.RWMutex
	keys  map[keyID][sha256.Size]byte
	order [maxKeys]keyID // ring, in order of arrival
	next  int
}

// keyID holds the secret rather than the access key ID: a rotated secret under
// the same ID must never be signed for with the old key.
type keyID struct {
	secret, region, service string
	date                    [8]byte
}

func (c *keyCache) get(id keyID) [sha256.Size]byte {
	c.mu.RLock()
	key, ok := c.keys[id]
	c.mu.RUnlock()
	if ok {
		return key
	}

	key = deriveKey(id.secret, string(id.date[:]), id.region, id.service)

	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.keys[id]; ok { // another goroutine was quicker
		return key
	}
	if c.keys == nil {
		c.keys = make(map[keyID][sha256.Size]byte)
	}
	if len(c.keys) == maxKeys {
		delete(c.keys, c.order[c.next])
	}
	c.keys[id] = key
	c.order[c.next] = id
	c.next = (c.next + 1) % maxKeys
	return key
}
