package s3wire

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// object is the members of a structure by their names. Values are string, int64, bool,
// time.Time, content, map[string]string, list and object.
type object map[string]any

type list []any

// content is the bytes of a stream.
type content []byte

// unionMembers are the types that stand for a union's members in the AWS SDK, which
// reflection can't find by itself.
var unionMembers = map[reflect.Type]map[string]reflect.Type{
	reflect.TypeFor[types.AnalyticsFilter](): {
		"And":    reflect.TypeFor[types.AnalyticsFilterMemberAnd](),
		"Prefix": reflect.TypeFor[types.AnalyticsFilterMemberPrefix](),
		"Tag":    reflect.TypeFor[types.AnalyticsFilterMemberTag](),
	},
	reflect.TypeFor[types.MetricsFilter](): {
		"AccessPointArn": reflect.TypeFor[types.MetricsFilterMemberAccessPointArn](),
		"And":            reflect.TypeFor[types.MetricsFilterMemberAnd](),
		"Prefix":         reflect.TypeFor[types.MetricsFilterMemberPrefix](),
		"Tag":            reflect.TypeFor[types.MetricsFilterMemberTag](),
	},
	reflect.TypeFor[types.ObjectEncryption](): {
		"SSEKMS": reflect.TypeFor[types.ObjectEncryptionMemberSSEKMS](),
	},
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	readerType = reflect.TypeFor[io.Reader]()
	bodyType   = reflect.TypeFor[io.ReadCloser]()
)

// set puts a value into a field of either SDK.
func set(v reflect.Value, x any, path string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return set(v.Elem(), x, path)
	}
	switch x := x.(type) {
	case object:
		return setObject(v, x, path)
	case list:
		if v.Kind() != reflect.Slice {
			break
		}
		v.Set(reflect.MakeSlice(v.Type(), len(x), len(x)))
		for i, item := range x {
			if err := set(v.Index(i), item, path+"[]"); err != nil {
				return err
			}
		}
		return nil
	case content:
		if v.Type() == readerType || v.Type() == bodyType {
			v.Set(reflect.ValueOf(io.NopCloser(bytes.NewReader(x))))
			if v.Type() == readerType {
				v.Set(reflect.ValueOf(bytes.NewReader(x)))
			}
			return nil
		}
	case int64:
		if v.CanInt() && !v.OverflowInt(x) {
			v.SetInt(x)
			return nil
		}
	case string:
		if v.Kind() == reflect.String {
			v.SetString(x)
			return nil
		}
	default:
		if reflect.TypeOf(x) == v.Type() {
			v.Set(reflect.ValueOf(x))
			return nil
		}
	}
	return fmt.Errorf("%s is a %s, which takes no %T", path, v.Type(), x)
}

func setObject(v reflect.Value, members object, path string) error {
	if wrappers, ok := unionMembers[v.Type()]; ok {
		for name, x := range members {
			wrapper, ok := wrappers[name]
			if !ok {
				return fmt.Errorf("%s lacks the member %s", v.Type(), name)
			}
			w := reflect.New(wrapper)
			v.Set(w)
			return set(w.Elem().FieldByName("Value"), x, path+"."+name)
		}
		return nil
	}
	if v.Kind() != reflect.Struct {
		return fmt.Errorf("%s is a %s and no structure", path, v.Type())
	}
	for name, x := range members {
		f := v.FieldByName(name)
		if !f.IsValid() {
			return fmt.Errorf("%s lacks the member %s", v.Type(), name)
		}
		if err := set(f, x, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

// fields are the names of a structure's members.
func fields(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			names = append(names, f.Name)
		}
	}
	return names
}

// same walks what both read, member by member, and tells where they differ. What is absent
// at theirs is zero at ours, but where ours has a pointer too.
func same(ours, theirs reflect.Value, path string, differ func(path string, ours, theirs any)) (compared int) {
	if ours.Kind() == reflect.Pointer {
		if ours.IsNil() || absent(theirs) {
			if ours.IsNil() != absent(theirs) {
				differ(path, ours.Interface(), theirs.Interface())
			}
			return 1
		}
		return same(ours.Elem(), theirs, path, differ)
	}
	if wrappers, ok := unionMembers[theirs.Type()]; ok {
		return sameUnion(ours, theirs, wrappers, path, differ)
	}
	if theirs.Kind() == reflect.Pointer {
		if theirs.IsNil() {
			if !ours.IsZero() {
				differ(path, ours.Interface(), nil)
			}
			return 1
		}
		return same(ours, theirs.Elem(), path, differ)
	}
	switch {
	case ours.Type() == timeType && theirs.Type() == timeType:
		if a, b := ours.Interface().(time.Time), theirs.Interface().(time.Time); !a.Equal(b) {
			differ(path, a, b)
		}
		return 1
	case ours.Kind() == reflect.Struct && theirs.Kind() == reflect.Struct:
		for _, name := range fields(ours.Type()) {
			f := theirs.FieldByName(name)
			if !f.IsValid() {
				differ(path+"."+name, ours.FieldByName(name).Interface(), "no member")
				continue
			}
			compared += same(ours.FieldByName(name), f, path+"."+name, differ)
		}
		return compared
	case ours.Kind() == reflect.Slice && theirs.Kind() == reflect.Slice && ours.Type() != theirs.Type():
		if ours.Len() != theirs.Len() || ours.IsNil() != theirs.IsNil() {
			differ(path, ours.Interface(), theirs.Interface())
			return 1
		}
		for i := range ours.Len() {
			compared += same(ours.Index(i), theirs.Index(i), path+"[]", differ)
		}
		return compared
	}
	if a, b := plain(ours), plain(theirs); !reflect.DeepEqual(a, b) {
		differ(path, a, b)
	}
	return 1
}

func sameUnion(ours, theirs reflect.Value, wrappers map[string]reflect.Type, path string, differ func(path string, ours, theirs any)) int {
	if theirs.IsNil() {
		if !ours.IsZero() {
			differ(path, ours.Interface(), nil)
		}
		return 1
	}
	compared := 0
	for name, wrapper := range wrappers {
		f := ours.FieldByName(name)
		switch {
		case !f.IsValid():
			differ(path+"."+name, "no member", wrapper)
		case theirs.Elem().Type().Elem() == wrapper:
			compared += same(f, theirs.Elem().Elem().FieldByName("Value"), path+"."+name, differ)
		case !f.IsZero():
			differ(path+"."+name, f.Interface(), nil)
		}
	}
	return compared
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	}
	return false
}

// plain takes an enumeration's or a number's type off.
func plain(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.CanInt():
		return v.Int()
	}
	return v.Interface()
}
