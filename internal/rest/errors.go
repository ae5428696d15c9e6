package rest

import (
	"strings"

	"github.com/aws/smithy-go"
)

// MemberError says that an input member holds a value that the wire can't
// carry. Test for it with errors.As. The value itself is not in the message, as
// it may be a secret.
type MemberError struct {
	// Operation is the operation's name, "" from MarshalXML.
	Operation string
	// Member is the path of Go field names, such as "Delete.Objects[3].Key".
	Member string
	// Reason says what is wrong.
	Reason string
}

func (e *MemberError) Error() string {
	if e.Operation == "" {
		return "rest: " + e.Member + ": " + e.Reason
	}
	return "rest: " + e.Operation + ": " + e.Member + ": " + e.Reason
}

// within puts the path of the enclosing member before the error's own. Paths
// are built on the way out, so that the good case pays nothing for them.
func (e *MemberError) within(parent string) *MemberError {
	e.Member = joinPath(parent, e.Member)
	return e
}

func joinPath(parent, child string) string {
	switch {
	case parent == "":
		return child
	case child == "":
		return parent
	case child[0] == '[':
		return parent + child
	}
	return parent + "." + child
}

// missingError carries smithy's error for missing members, whose own text has a
// line for each of them, and says the same in one line.
type missingError struct {
	params  smithy.InvalidParamsError
	members []string
}

// Missing is the error for required members that are missing, of a call that is no
// operation of its own. errors.As finds it as smithy.InvalidParamsError.
func Missing(call string, members ...string) error { return newMissingError(call, members) }

func newMissingError(operation string, members []string) *missingError {
	e := &missingError{params: smithy.InvalidParamsError{Context: operation}, members: members}
	for _, m := range members {
		e.params.Add(smithy.NewErrParamRequired(m))
	}
	return e
}

func (e *missingError) Error() string {
	noun := "member "
	if len(e.members) > 1 {
		noun = "members "
	}
	return "rest: " + e.params.Context + ": missing required " + noun + strings.Join(e.members, ", ")
}

// As finds smithy's error both as the value its own SDK returns and as a pointer.
func (e *missingError) As(target any) bool {
	switch t := target.(type) {
	case *smithy.InvalidParamsError:
		*t = e.params
	case **smithy.InvalidParamsError:
		params := e.params
		*t = &params
	default:
		return false
	}
	return true
}

// documentError adds the member's path to an error found while reading a
// document.
type documentError struct {
	path string
	err  error
}

func (e *documentError) Error() string { return e.path + ": " + e.err.Error() }
func (e *documentError) Unwrap() error { return e.err }

func atMember(err error, path string) error {
	if d, ok := err.(*documentError); ok { //nolint:errorlint // only one that was made a level below, never wrapped
		d.path = joinPath(path, d.path)
		return d
	}
	return &documentError{path: path, err: err}
}
