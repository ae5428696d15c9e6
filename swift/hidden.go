package swift

// hidden holds a value where package fmt does not find it, whatever the verb and
// wherever the holder stands: it follows a pointer in an unexported field for %s and %q,
// but never calls a function.
type hidden[T any] func() T

func hide[T any](v T) hidden[T] { return func() T { return v } }
