package identity

import "os"

// variables are environment variables by name. One that is set to nothing counts as
// not set, as in AWS's SDKs.
type variables func(name string) (string, bool)

// environment is lookup, or the process's own environment.
func environment(lookup func(string) (string, bool)) variables {
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return lookup
}

// get returns the value of a variable, empty if it is not set.
func (v variables) get(name string) string {
	value, _ := v(name)
	return value
}

// first returns the value of the first variable that is set, or nothing.
func (v variables) first(names ...string) string {
	for _, name := range names {
		if value := v.get(name); value != "" {
			return value
		}
	}
	return ""
}
