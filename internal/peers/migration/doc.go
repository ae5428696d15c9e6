// Package migration is the code of the guides in docs/migration: what is done with another SDK,
// and the same with Stowage, so that both compile. The guides are made of it; see guides_test.go.
package migration
