package s3wire

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// event is one message of the stream that answers SelectObjectContent.
func event(t *testing.T, payload string, headers ...string) []byte {
	t.Helper()
	m := eventstream.Message{Payload: []byte(payload)}
	for i := 0; i < len(headers); i += 2 {
		m.Headers.Set(headers[i], eventstream.StringValue(headers[i+1]))
	}
	var b bytes.Buffer
	require.NoError(t, eventstream.NewEncoder().Encode(&b, m))
	return b.Bytes()
}

func typed(t *testing.T, name, payload string) []byte {
	t.Helper()
	return event(t, payload, eventstreamapi.MessageTypeHeader, eventstreamapi.EventMessageType,
		eventstreamapi.EventTypeHeader, name, ":content-type", "text/xml")
}

func counts(name string, n int) string {
	return fmt.Sprintf(`<?xml version="1.0"?><%s xmlns="%s"><BytesScanned>%d</BytesScanned><BytesProcessed>%d</BytesProcessed><BytesReturned>%d</BytesReturned></%[1]s>`,
		name, namespace, n, n+1, n+2)
}

// selectAnswer streams messages over http.
func selectAnswer(messages ...[]byte) []byte {
	body := bytes.Join(messages, nil)
	return append(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nContent-Length: %d\r\n\r\n", len(body)), body...)
}

// sameEvents: both decode the same events out of the same stream, and end with the same
// error.
func sameEvents(t *testing.T, l *ledger, m *model, name string) {
	t.Helper()
	var large []byte
	for i := range 100_000 {
		large = append(large, byte(i*i>>3))
	}
	end := typed(t, "End", "")
	damaged := typed(t, "Records", "0123456789")
	damaged[len(damaged)-8] ^= 1
	for stream, messages := range map[string][][]byte{
		"every event": {
			typed(t, "Records", "a,b\n<&>"), typed(t, "Cont", ""), typed(t, "Progress", counts("Progress", 10)), typed(t, "Records", string(large)),
			typed(t, "Records", ""), typed(t, "Stats", counts("Stats", 1<<40)), end,
		},
		"only the end": {end},
		"an error":     {typed(t, "Records", "a"), event(t, "", eventstreamapi.MessageTypeHeader, eventstreamapi.ErrorMessageType, eventstreamapi.ErrorCodeHeader, "OverMaxRecordSize", eventstreamapi.ErrorMessageHeader, "too <long>")},
		"damaged":      {typed(t, "Records", "a"), damaged, end},
		"cut off":      {typed(t, "Records", "a"), end[:len(end)-3]},
	} {
		t.Run(stream, func(t *testing.T) {
			ours, theirs := ourClient(t, "https"), theirClient("https")
			nothing := &filling{model: m, minimal: true}
			in := nothing.fill(m.Operations[name].Input, ours.input(t, name))
			ours.answer = selectAnswer(messages...)
			theirs.answer = ours.answer
			c := l.at(t, nothing, place{name, "https", in})

			out, err := ours.call(t, name, in)
			require.NoError(t, err)
			var got []s3.SelectObjectContentEvent
			var gotErr error
			for e, err := range out.Interface().(*s3.SelectObjectContentOutput).Events() {
				if gotErr = err; err == nil {
					got = append(got, e)
				}
			}
			out, err = theirs.call(t, name, in)
			require.NoError(t, err)
			stream := out.Interface().(*awss3.SelectObjectContentOutput).GetStream()
			var want []types.SelectObjectContentEventStream
			for e := range stream.Events() {
				want = append(want, e)
			}
			wantErr := stream.Err()
			_ = stream.Close() // it is Err again

			require.Len(t, got, len(want))
			for i := range got {
				value := reflect.ValueOf(want[i]).Elem().FieldByName("Value")
				require.Equal(t, value.Type().Name(), reflect.TypeOf(got[i]).Elem().Name())
				c.count(same(reflect.ValueOf(got[i]).Elem(), value, value.Type().Name(), func(path string, ours, theirs any) {
					c.differ("event "+path, ours, theirs)
				}))
			}
			c.equal("error of the stream", failed(gotErr), failed(wantErr))
			var a, b smithy.APIError
			if aok, bok := asAPIError(gotErr, &a), asAPIError(wantErr, &b); aok && bok {
				c.equal("code", a.ErrorCode(), b.ErrorCode())
				c.equal("message", a.ErrorMessage(), b.ErrorMessage())
			} else {
				require.Equal(t, bok, aok)
			}
		})
	}
}

func failed(err error) any {
	if err == nil {
		return nil
	}
	return "an error"
}
