package s3

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// Whatever a refusal's body and headers are, the error is one line of bounded length with a code
// and the status.
func FuzzParseError(f *testing.F) {
	f.Add(403, []byte(errorXML("AccessDenied")), "id-1")
	f.Add(503, []byte("<html><h1>Service Unavailable"), "")
	f.Add(404, []byte("<ErrorResponse><Error><Code>NoSuchKey</Code></Error></ErrorResponse>"), "a\nb")
	f.Fuzz(func(t *testing.T, status int, doc []byte, id string) {
		e := parseError(&transport.Response{
			Response: &http.Response{StatusCode: status, Header: http.Header{"X-Amz-Request-Id": {id}, "X-Amz-Id-2": {id}, "X-Amz-Bucket-Region": {id}}},
			Document: doc,
		})
		require.NotEmpty(t, e.Code)
		require.Equal(t, status, e.StatusCode)
		for _, s := range []string{e.Error(), e.Code, e.Message, e.RequestID, e.HostID, e.Region, e.Endpoint} {
			told.OneLine(t, s)
		}
	})
}

// Whatever a stream of events is, it ends after what is in it, with the last event or an error.
func FuzzSelectEvents(f *testing.F) {
	end := event(f, "", kind("End")...)
	f.Add(end)
	f.Add(append(event(f, "a,b\n", kind("Records")...), end...))
	f.Add(event(f, "<Stats><BytesScanned>1</BytesScanned></Stats>", kind("Stats")...))
	f.Add(event(f, "", ":message-type", "error", ":error-code", "Busy", ":error-message", "a\x00\nb"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		out := &SelectObjectContentOutput{Payload: io.NopCloser(bytes.NewReader(stream))}
		var last SelectObjectContentEvent
		records := 0
		for e, err := range out.Events() {
			if err != nil {
				require.Nil(t, e)
				var refused *Error
				if errors.As(err, &refused) {
					told.OneLine(t, refused.Error())
				}
				return
			}
			if r, ok := e.(*RecordsEvent); ok {
				records += len(r.Payload)
			}
			last = e
		}
		require.IsType(t, new(EndEvent), last)
		require.LessOrEqual(t, records, len(stream))
	})
}
