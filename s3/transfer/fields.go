package transfer

import "reflect"

// copyFields copies every member that both structs have by the same name and type.
// The API names a member alike wherever it occurs, so a new one needs no line here; a
// test holds the list of those that are not carried.
func copyFields(to, from any) {
	dst, src := reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem()
	for i := range src.NumField() {
		name := src.Type().Field(i).Name
		if d := dst.FieldByName(name); d.IsValid() && d.Type() == src.Field(i).Type() {
			d.Set(src.Field(i))
		}
	}
}
