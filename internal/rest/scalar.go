package rest

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

type scalarKind uint8

const (
	kindString scalarKind = iota + 1
	kindBool
	kindInt
	kindTime
)

// scalar is a value that fits in one string: a header, a query parameter, the
// text of an element. The value is read in place, never boxed into an
// interface: that is what keeps encoding nearly free of allocations.
type scalar struct {
	kind    scalarKind
	pointer bool
	bits    int // of an int
	format  timestampFormat
}

// scalarOf tells whether t is a scalar type, and which.
func scalarOf(t reflect.Type) (scalar, bool) {
	var s scalar
	if t.Kind() == reflect.Pointer {
		s.pointer = true
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		s.kind = kindString
	case reflect.Bool:
		s.kind = kindBool
	case reflect.Int, reflect.Int32, reflect.Int64:
		s.kind, s.bits = kindInt, t.Bits()
	default:
		if t != timeType {
			return scalar{}, false
		}
		s.kind = kindTime
	}
	return s, true
}

// errYear is the reason for refusing a time.
const errYear = "year is outside 0 to 9999"

// text returns the value as a string. reason is not empty when it can't be
// written. v must be addressable and present.
func (s scalar) text(v reflect.Value) (text, reason string) {
	if s.pointer {
		v = v.Elem()
	}
	switch s.kind {
	case kindString:
		return v.String(), ""
	case kindBool:
		return strconv.FormatBool(v.Bool()), ""
	case kindInt:
		return strconv.FormatInt(v.Int(), 10), ""
	}
	var buf [len("2006-01-02T15:04:05.000Z") + 8]byte
	b, ok := appendTime(buf[:0], *timeAt(v), s.format)
	if !ok {
		return "", errYear
	}
	return string(b), ""
}

// parameter is text for a header or the query, where S3 has no number below zero.
func (s scalar) parameter(v reflect.Value) (text, reason string) {
	text, reason = s.text(v)
	if s.kind == kindInt && text[0] == '-' {
		return "", text + " is negative"
	}
	return text, reason
}

// timeAt gives access to an addressable time.Time without copying it to the heap.
func timeAt(v reflect.Value) *time.Time {
	return v.Addr().Interface().(*time.Time)
}

// set parses text into v, making the pointer when there is one. Blank text is
// the zero value of everything but a string. A time that can't be read leaves v
// as it is: it is never worth losing the answer for.
func (s scalar) set(v reflect.Value, text string) error {
	if s.kind == kindString {
		s.target(v).SetString(text)
		return nil
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	switch s.kind {
	case kindBool:
		b, err := parseBool(text)
		if err != nil {
			return err
		}
		s.target(v).SetBool(b)
	case kindInt:
		n, err := strconv.ParseInt(text, 10, s.bits)
		if err != nil {
			return numberError(text, err)
		}
		s.target(v).SetInt(n)
	case kindTime:
		if t, ok := parseTime(text); ok {
			*timeAt(s.target(v)) = t
		}
	}
	return nil
}

func (s scalar) target(v reflect.Value) reflect.Value {
	if !s.pointer {
		return v
	}
	if v.IsNil() {
		v.Set(reflect.New(v.Type().Elem()))
	}
	return v.Elem()
}

// parseBool reads true and false in any case (some servers answer "True" or
// "TRUE"), and the 1 and 0 of XML Schema's boolean.
func parseBool(s string) (bool, error) {
	switch {
	case s == "1" || strings.EqualFold(s, "true"):
		return true, nil
	case s == "0" || strings.EqualFold(s, "false"):
		return false, nil
	}
	return false, fmt.Errorf("%s is no boolean", quoteShort(s))
}

func numberError(s string, err error) error {
	if errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("number %s is out of range", quoteShort(s))
	}
	return fmt.Errorf("%s is no number", quoteShort(s))
}

// quoteShort keeps a server's garbage from filling an error message.
func quoteShort(s string) string {
	const limit = 40
	if len(s) > limit {
		return strconv.Quote(s[:limit]) + "..."
	}
	return strconv.Quote(s)
}

// absent tells whether a field counts as not given: zero, empty or nil.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Bool:
		return !v.Bool()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return v.Int() == 0
	}
	if v.Type() == timeType {
		return timeAt(v).IsZero()
	}
	return v.IsZero()
}
