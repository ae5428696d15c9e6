package s3wire

import (
	"reflect"
	"slices"
	"testing"
)

// Every input and output, and every structure below them, has the members of the model in
// both SDKs, of types that say the same: a field moves over by its name.
func TestSameMembers(t *testing.T) {
	m := theModel(t)
	l := newLedger(t, "member")
	ours, theirs := ourClient(t, "https"), theirClient("https")
	enums := map[string]reflect.Type{}
	for name, op := range m.Operations {
		t.Run(name, func(t *testing.T) {
			w := &walk{*l.at(t, &filling{model: m}, place{operation: name}), map[reflect.Type]bool{}, enums}
			w.structure(op.Input, ours.input(t, name), theirs.input(t, name), "Input")
			w.structure(op.Output, ours.output(t, name), theirs.output(t, name), "Output")
			l.ran(name)
		})
	}
	t.Run("enumerations", func(t *testing.T) {
		for name, theirs := range enums {
			c := l.at(t, &filling{model: m}, place{})
			values := reflect.New(theirs).Elem().MethodByName("Values").Call(nil)[0]
			var words []string
			for i := range values.Len() {
				words = append(words, values.Index(i).String())
			}
			known := m.Enums[name] // which ours are: the inventory test of package s3 says so
			for _, word := range append(words, known...) {
				c.equal("enumeration "+name+" "+word, present(known, word), present(words, word))
			}
		}
	})
	l.close(m)
}

func present(words []string, word string) any {
	if slices.Contains(words, word) {
		return word
	}
	return nil
}

// walk goes through a shape and its types side by side.
type walk struct {
	comparison
	seen  map[reflect.Type]bool
	enums map[string]reflect.Type // of theirs, by their names at ours
}

func (w *walk) structure(name string, ours, theirs reflect.Type, path string) {
	w.t.Helper()
	if w.seen[ours] {
		return
	}
	w.seen[ours] = true
	s := w.filling.model.Shapes[name] // "unit" is none, and has no members
	at, peer := memberTypes(ours), memberTypes(theirs)
	where := map[string]bool{}
	for _, m := range s.Members {
		where[m.Name] = true
		w.equal("member "+path+"."+m.Name, kind(at[m.Name]), kind(peer[m.Name]))
		w.below(m, at[m.Name], peer[m.Name], path+"."+m.Name)
	}
	for _, of := range []map[string]reflect.Type{at, peer} {
		for name := range of {
			if !where[name] {
				w.equal("member "+path+"."+name+" beside the model", kind(at[name]), kind(peer[name]))
			}
		}
	}
}

// below goes on with the structures that a member consists of.
func (w *walk) below(m member, ours, theirs reflect.Type, path string) {
	if ours == nil || theirs == nil {
		return
	}
	ours, theirs = item(ours), item(theirs)
	if _, ok := theirs.MethodByName("Values"); ok {
		w.enums[ours.Name()] = theirs
	}
	name := m.Type
	if m.item() != "" {
		name = m.item()
	}
	if _, ok := w.filling.model.Shapes[name]; ok {
		w.structure(name, ours, theirs, path)
	}
}

// item is a type without pointers and lists.
func item(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// memberTypes are the types of a structure's members, or of a union's.
func memberTypes(t reflect.Type) map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for name, wrapper := range unionMembers[t] {
		f, _ := wrapper.FieldByName("Value")
		m[name] = f.Type
	}
	if t.Kind() == reflect.Struct && t != timeType {
		for _, name := range fields(t) {
			f, _ := t.FieldByName(name)
			m[name] = f.Type
		}
	}
	return m
}

// kind says what a member holds, in words that both SDKs share; nil for no member.
func kind(t reflect.Type) any {
	if t == nil {
		return nil
	}
	list := ""
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if t.Kind() == reflect.Slice {
			list += "list of "
		}
		t = t.Elem()
	}
	switch {
	case t == readerType || t == bodyType:
		return list + "stream"
	case t.Kind() == reflect.Map:
		return list + "map"
	}
	return list + t.Name()
}
