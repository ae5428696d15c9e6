package rest

const (
	// recentEach is how many values are remembered of a member.
	recentEach = 4
	// maxRecent is the longest value that is: a canonical user ID has 64 bytes.
	maxRecent = 64
)

// recentValues lets the entries of a listing share the strings that they have in
// common: storage classes, owners, checksum types. It remembers a few values of
// every member, so that those which never repeat, such as keys, push out none
// of another's.
type recentValues struct {
	members int
	values  []string
}

func (r *recentValues) string(m *xmlMember, text []byte) string {
	n := len(text)
	if n == 0 || n > maxRecent {
		return string(text)
	}
	if r.values == nil {
		r.values = make([]string, r.members*recentEach)
	}
	v := &r.values[m.serial*recentEach+(3*n+int(text[n-1]))%recentEach]
	if *v != string(text) {
		*v = string(text)
	}
	return *v
}
