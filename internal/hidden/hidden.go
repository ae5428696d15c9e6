// Package hidden keeps values out of sight of package fmt and of encoders.
package hidden

// Value holds a value where package fmt does not find it, whatever the verb and wherever the
// holder stands: it follows a pointer in an unexported field for %s and %q, but never calls a
// function. The zero Value is nil.
type Value[T any] func() T

// Of hides v.
func Of[T any](v T) Value[T] { return func() T { return v } }
