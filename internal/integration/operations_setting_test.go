//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// target is a bucket, or an object in it if there is a key.
type target struct{ bucket, key string }

// write is an operation that changes a setting.
type write struct {
	operation string
	do        func(context.Context, *probe, target) error
}

func writes[In, Out any](method func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (*Out, error), in func(target) *In) write {
	return write{operationOf[In](), func(ctx context.Context, p *probe, at target) error {
		_, err := try(ctx, p, method, in(at))
		return err
	}}
}

// read is an operation that tells a setting.
type read struct {
	operation string
	do        func(context.Context, *probe, target) (any, error)
}

func reads[In, Out any](method func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (*Out, error), in func(target) *In, value func(*Out) any) read {
	return read{operationOf[In](), func(ctx context.Context, p *probe, at target) (any, error) {
		out, err := try(ctx, p, method, in(at))
		if err != nil {
			return nil, err
		}
		return value(out), nil
	}}
}

// setting is what can be put on a bucket or an object, got from it, and mostly deleted again.
type setting struct {
	put write
	get read
	// list, where there is one, answers several settings; its value is whether put's is among them.
	list   read
	delete write
	// want is what get must tell after put.
	want any
	// unset is what get tells when nothing is set: an s3.Code, or a value.
	unset any
	// alike accepts what the server made of want, and says how it differs.
	alike func(want, got any) (string, bool)
}

// observed is what get answered.
type observed struct {
	value any
	err   error
}

func (r *read) look(ctx context.Context, p *probe, at target) observed {
	v, err := r.do(ctx, p, at)
	return observed{v, p.read(err)}
}

// settingBody is the object that settings are put on.
const settingBody = "the object itself"

// probe puts, gets and deletes the setting of the target, which has none yet.
func (c *setting) probe(ctx context.Context, p *probe, at target) {
	p.t.Helper()
	if at.key != "" {
		p.store(at.bucket, at.key, settingBody)
	}
	before := c.get.look(ctx, p, at)
	put := c.judgePut(ctx, p, at)
	after := c.get.look(ctx, p, at)
	var listed observed
	if c.list.do != nil {
		listed = c.list.look(ctx, p, at)
	}

	how, set := "", false
	if put == nil {
		if how, set = c.matches(c.want, after.value); !set {
			put = c.judgeAccepted(ctx, p, at, before, after)
		} else if how != "" {
			put = remark("%s", how)
		}
	}
	p.judge(c.put.operation, put)
	p.judge(c.get.operation, c.judgeGet(before, after, set))
	if c.list.do != nil {
		p.judge(c.list.operation, c.judgeList(listed, set))
	}
	if c.delete.do != nil {
		p.judge(c.delete.operation, c.judgeDelete(ctx, p, at, before, set))
	}
}

func (c *setting) matches(want, got any) (string, bool) {
	if c.alike != nil {
		return c.alike(want, got)
	}
	return "", reflect.DeepEqual(want, got)
}

// judgePut puts the setting, and finds whether that did something else to the object.
func (c *setting) judgePut(ctx context.Context, p *probe, at target) error {
	p.t.Helper()
	err := c.put.do(ctx, p, at)
	if at.key == "" {
		return p.overlooked(ctx, err)
	}
	if err != nil {
		return err
	}
	text, err := p.content(ctx, at.bucket, at.key)
	require.NoError(p.t, err)
	if text != settingBody {
		p.store(at.bucket, at.key, settingBody)
		return takenFor("PutObject")
	}
	return nil
}

// judgeAccepted finds what became of a setting that was accepted and can't be got.
func (c *setting) judgeAccepted(ctx context.Context, p *probe, at target, before, after observed) error {
	p.t.Helper()
	switch {
	case at.key == "" && p.creates(ctx, c.put):
		return takenFor("CreateBucket")
	case after.err != nil:
		return noEffect("%s then: %s", c.get.operation, outcome(after.err))
	case reflect.DeepEqual(before.value, after.value):
		return noEffect("%s tells the same before and after it", c.get.operation)
	}
	return fmt.Errorf("read back: %+v", after.value)
}

// creates reports whether the operation on a bucket that there is none of makes it.
func (p *probe) creates(ctx context.Context, w write) bool {
	p.t.Helper()
	absent := target{bucket: bucketName()}
	p.removeAtEnd(absent.bucket)
	return w.do(ctx, p, absent) == nil && p.exists(ctx, absent.bucket)
}

// overlooked adds to the refusal of a PUT on a bucket whether the server took it for a CreateBucket
// that it refused, as it shows without the document.
func (p *probe) overlooked(ctx context.Context, err error) error {
	p.t.Helper()
	var answer *s3.Error
	if !errors.As(err, &answer) || p.wire.request.Method != http.MethodPut ||
		answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusConflict {
		return err
	}
	absent := bucketName()
	p.removeAtEnd(absent)
	p.send(ctx, "s3", http.MethodPut, "/"+absent+"?"+p.wire.request.URL.RawQuery, nil, nil)
	if p.exists(ctx, absent) {
		return but(err, "taken for CreateBucket, and refused as one")
	}
	return err
}

// judgeGet finds what get is worth, with a setting that is set or can't be.
func (c *setting) judgeGet(before, after observed, set bool) error {
	switch {
	case set && c.isUnset(before):
		return nil
	case set && before.err != nil:
		return remark("where nothing is set: %s", outcome(before.err))
	case set && isEmpty(reflect.ValueOf(before.value)):
		return remark("where nothing is set: 200, and nothing in it")
	case set:
		return remark("where nothing is set: 200 and %+v", before.value)
	case c.isUnset(before) && before.err != nil:
		return remark("tells that nothing is set (%s), and nothing can be", outcome(before.err))
	case c.isUnset(before), before.err == nil && isEmpty(reflect.ValueOf(before.value)):
		return remark("tells that nothing is set (200), and nothing can be")
	case before.err != nil:
		return before.err
	case after.err != nil:
		return after.err
	}
	return fmt.Errorf("answered %+v, wanted %+v", before.value, c.unset)
}

// isUnset reports whether get answered what the API reference has where nothing is set.
func (c *setting) isUnset(o observed) bool {
	if code, ok := c.unset.(s3.Code); ok {
		return errors.Is(o.err, code)
	}
	return o.err == nil && (reflect.DeepEqual(o.value, c.unset) || isEmpty(reflect.ValueOf(o.value)) && isEmpty(reflect.ValueOf(c.unset)))
}

// isEmpty reports whether there is nothing in v: zeroes, and lists of no length.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Slice:
		return v.Len() == 0
	case reflect.Struct:
		for i := range v.NumField() {
			if !isEmpty(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

func (c *setting) judgeList(listed observed, set bool) error {
	switch {
	case listed.err != nil:
		return listed.err
	case set && listed.value.(bool):
		return nil
	}
	return fmt.Errorf("listed %v", listed.value)
}

// judgeDelete deletes the setting and finds what became of it, and of what it was set on.
func (c *setting) judgeDelete(ctx context.Context, p *probe, at target, before observed, set bool) error {
	p.t.Helper()
	err := c.delete.do(ctx, p, at)
	if at.key == "" && (err == nil && !p.exists(ctx, at.bucket) || errors.Is(err, s3.ErrBucketNotEmpty)) {
		return takenFor("DeleteBucket")
	}
	if err != nil {
		return err
	}
	if at.key != "" {
		text, err := p.content(ctx, at.bucket, at.key)
		if errors.Is(err, errGone) {
			return takenFor("DeleteObject")
		}
		require.NoError(p.t, err)
		require.Equal(p.t, settingBody, text)
	}
	if !set {
		return noEffect("nothing can be set")
	}
	after := c.get.look(ctx, p, at)
	if _, still := c.matches(c.want, after.value); after.err == nil && still {
		return noEffect("%s tells it still", c.get.operation)
	}
	asBefore := reflect.DeepEqual(before.value, after.value) && outcome(before.err) == outcome(after.err)
	return that(asBefore || c.isUnset(after), "%s tells %+v, %w afterwards", c.get.operation, after.value, after.err)
}

// contains reports whether one of the settings that were listed is it.
func contains[T any](list []T, is func(T) bool) any { return slices.ContainsFunc(list, is) }
