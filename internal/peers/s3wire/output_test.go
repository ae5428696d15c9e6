package s3wire

import (
	"bytes"
	"io"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every operation reads the same members out of the same answer, and they are those that
// the answer was made of.
func TestSameAnswers(t *testing.T) {
	t.Logf("seed %d, %d random fillings", seed, random)
	m := theModel(t)
	l := newLedger(t, "answer")
	for name, op := range m.Operations {
		t.Run(name, func(t *testing.T) {
			if name == "SelectObjectContent" {
				sameEvents(t, l, m, name)
				l.ran(name)
				return
			}
			ours, theirs := ourClient(t, "https"), theirClient("https")
			in := (&filling{model: m, minimal: true}).fill(op.Input, ours.input(t, name))
			compare := func(f *filling, members object, answer []byte) {
				ours.answer, theirs.answer = answer, answer
				got, err := ours.call(t, name, in)
				require.NoError(t, err, "ours, %s: %s", f, answer)
				want, err := theirs.call(t, name, in)
				require.NoError(t, err, "theirs, %s: %s", f, answer)
				l.at(t, f, place{name, "https", members}).outputs(got.Elem(), want.Elem(), members)
			}
			for _, f := range fillings(m, name, op.Output, true) {
				f.answer = true
				members := object{}
				if op.Output != "unit" {
					members = f.fill(op.Output, ours.output(t, name))
				}
				a := answer{model: m, style: f.random}
				compare(f, members, a.write(name, op, members))
			}
			compare(&filling{model: m, minimal: true}, object{}, []byte(noAnswer))
			l.ran(name)
		})
	}
	l.close(m)
}

func (c *comparison) outputs(ours, theirs reflect.Value, members object) {
	c.t.Helper()
	c.streams(ours, theirs, members)
	expected := reflect.New(ours.Type()).Elem()
	require.NoError(c.t, set(expected, members, ours.Type().Name()))
	require.Equal(c.t, expected.Interface(), ours.Interface(), "%s: ours is not what was answered, %s", c.operation, c.filling)
	c.count(same(ours, theirs, "", func(path string, ours, theirs any) {
		where := "member " + strings.TrimPrefix(path, ".")
		a, aok := ours.(string)
		b, bok := theirs.(string)
		if aok && bok && b == url.QueryEscape(a) && members["EncodingType"] != nil {
			where = "url-encoded member"
		}
		c.differ(where, ours, theirs)
	}))
}

// streams compares the bodies, and takes them and what they were made of out.
func (c *comparison) streams(ours, theirs reflect.Value, members object) {
	c.t.Helper()
	for name, x := range members {
		want, ok := x.(content)
		if !ok {
			continue
		}
		for _, v := range []reflect.Value{ours.FieldByName(name), theirs.FieldByName(name)} {
			require.True(c.t, v.IsValid() && v.Type() == bodyType, "%s.%s is no stream", c.operation, name)
			body := v.Interface().(io.ReadCloser)
			got, err := io.ReadAll(body)
			require.NoError(c.t, err)
			require.NoError(c.t, body.Close())
			require.True(c.t, bytes.Equal(want, got), "%s.%s", c.operation, name)
			c.count(1)
		}
		delete(members, name)
	}
	for _, v := range []reflect.Value{ours, theirs} {
		for i := range v.NumField() {
			if v.Field(i).Type() == bodyType {
				v.Field(i).SetZero()
			}
		}
	}
}
