package gocloudblob

// as is an As that answers a copy of v.
func as[T any](v *T) func(any) bool {
	return func(i any) bool {
		p, ok := i.(*T)
		if ok {
			*p = *v
		}
		return ok
	}
}

// pointer is an As that answers v itself, to be changed.
func pointer[T any](v *T) func(any) bool { return as(&v) }

// before calls a Before function, if there is one, with all that As answers in it.
func before(fn func(func(any) bool) error, answers ...func(any) bool) error {
	if fn == nil {
		return nil
	}
	return fn(func(i any) bool {
		for _, answer := range answers {
			if answer(i) {
				return true
			}
		}
		return false
	})
}
