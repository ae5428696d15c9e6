package swift

import (
	"errors"
	"fmt"
	"strings"
)

// Path names an object, or, without an Object, a container.
type Path struct{ Container, Object string }

// String is "container/object", not escaped.
func (p Path) String() string {
	if p.Object == "" {
		return p.Container
	}
	return p.Container + "/" + p.Object
}

// parsePath is the opposite of String. A slash at either end is taken off a container.
func parsePath(s string) Path {
	container, object, _ := strings.Cut(strings.TrimPrefix(s, "/"), "/")
	return Path{container, object}
}

func checkContainerName(name string) error {
	switch {
	case name == "":
		return errors.New("swift: Container is missing")
	case strings.Contains(name, "/"), name == ".", name == "..":
		return fmt.Errorf("swift: %q is no container's name", name)
	}
	return nil
}

// check is for paths that go into a document, where nobody else looks at them.
func (p Path) check(profile *Profile) error {
	if err := checkContainerName(p.Container); err != nil {
		return err
	}
	if err := profile.checkContainer(p.Container); err != nil {
		return err
	}
	return profile.checkObject(p.Object)
}
