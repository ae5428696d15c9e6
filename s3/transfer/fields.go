package transfer

import "reflect"

// copyFields copies every member that both structs have by the same name and type and
// that is set: what one answer leaves out is not wiped from what another told. The API
// names a member alike wherever it occurs, so a new one needs no line here; a test holds
// the list of those that are not carried.
func copyFields(to, from any) {
	dst, src := reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem()
	for i := range src.NumField() {
		from := src.Field(i)
		if from.IsZero() {
			continue
		}
		if d := dst.FieldByName(src.Type().Field(i).Name); d.IsValid() && d.Type() == from.Type() {
			d.Set(from)
		}
	}
}
