package main

import (
	"fmt"
	"maps"
	"slices"
)

// object is one that a worker has written.
type object struct {
	key string
	content
	// troubled: an attempt of its write was given up, and may still arrive.
	troubled bool
}

// shelf is what must be in the store below a worker's prefix, as far as it can be known. A key is
// never used again, so that whatever arrives late can be told.
type shelf struct {
	prefix string
	seed   uint64
	serial int
	bytes  int64
	// stored are there, and doubts may be: their write or deletion failed, or an attempt of it
	// was given up before it was deleted.
	stored map[string]*object
	doubts map[string]*object
	// parted are the keys that were sent in parts since the last stock-taking.
	parted []string
}

func newShelf(prefix string, seed uint64) *shelf {
	return &shelf{prefix: prefix, seed: seed, stored: make(map[string]*object), doubts: make(map[string]*object)}
}

// make a new object, that nobody has yet, below a directory of the prefix or "".
func (s *shelf) make(dir string, size int64) *object {
	s.serial++
	c := content{id: content{id: s.seed}.word(uint64(s.serial)), size: size}
	return &object{key: s.prefix + dir + c.name(s.serial), content: c}
}

// makeLarge makes an object that goes in parts.
func (s *shelf) makeLarge(size int64) *object {
	o := s.make("", size)
	s.parted = append(s.parted, o.key)
	return o
}

// copyOf is a new object of the same content.
func (s *shelf) copyOf(o *object) *object {
	s.serial++
	return &object{key: s.prefix + o.name(s.serial), content: o.content}
}

// written notes how the write of an object ended.
func (s *shelf) written(o *object, out *outcome) {
	if out.err != nil {
		s.doubts[o.key] = o
		return
	}
	o.troubled = out.retries > 0
	s.stored[o.key] = o
	s.bytes += o.size
}

// deleting is called before the deletion of an object, so that nobody expects it meanwhile, and
// deleted when that ended.
func (s *shelf) deleting(o *object) {
	delete(s.stored, o.key)
	s.bytes -= o.size
}

func (s *shelf) deleted(o *object, err error) {
	if err != nil || o.troubled {
		s.doubts[o.key] = o
	}
}

// listed compares a listing of the prefix, by key, with what is known.
func (s *shelf) listed(sizes map[string]int64) error {
	for key, o := range s.stored {
		size, there := sizes[key]
		if !there {
			return wrong("key %q is not listed", key)
		}
		if size != o.size {
			return wrong("key %q is listed with %d bytes, not %d", key, size, o.size)
		}
	}
	for key := range sizes {
		if s.stored[key] == nil && s.doubts[key] == nil {
			return wrong("key %q is listed, and was deleted", key)
		}
	}
	return nil
}

// dir names a directory below the prefix that nobody has yet.
func (s *shelf) dir() string {
	s.serial++
	return fmt.Sprintf("tree-%06d/", s.serial)
}

// sorted are the objects that are stored, by key and so by age.
func (s *shelf) sorted() []*object {
	return slices.SortedFunc(maps.Values(s.stored), func(a, b *object) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
}
