package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/aws/smithy-go/eventstream"
	"github.com/stretchr/testify/require"
)

// event encodes one message; headers are names and values in turn.
func event(t testing.TB, payload string, headers ...string) []byte {
	t.Helper()
	m := eventstream.Message{Payload: []byte(payload)}
	for i := 0; i+1 < len(headers); i += 2 {
		m.Headers.Set(headers[i], eventstream.StringValue(headers[i+1]))
	}
	var b bytes.Buffer
	require.NoError(t, eventstream.NewEncoder().Encode(&b, m))
	return b.Bytes()
}

func kind(name string) []string { return []string{":message-type", "event", ":event-type", name} }

func selectInput() *SelectObjectContentInput {
	return &SelectObjectContentInput{
		Bucket: "b", Key: "k", Expression: "SELECT * FROM S3Object", ExpressionType: ExpressionTypeSql,
		InputSerialization:  InputSerialization{CSV: &CSVInput{}},
		OutputSerialization: OutputSerialization{JSON: &JSONOutput{}},
	}
}

// selecting answers a query with these bytes.
func selecting(t *testing.T, stream []byte) *SelectObjectContentOutput {
	t.Helper()
	out, err := newClient(t, always(200, string(stream))).SelectObjectContent(t.Context(), selectInput())
	require.NoError(t, err)
	return out
}

func collect(out *SelectObjectContentOutput) (events []SelectObjectContentEvent, err error) {
	for e, failed := range out.Events() {
		if failed != nil {
			return events, failed
		}
		events = append(events, e)
	}
	return events, nil
}

func TestSelectEvents(t *testing.T) {
	raw, err := io.ReadAll(goldenResponse(t, "SelectObjectContent", nil).Body)
	require.NoError(t, err)
	got, err := collect(selecting(t, raw))
	require.NoError(t, err)
	require.Equal(t, []SelectObjectContentEvent{
		&RecordsEvent{Payload: []byte("ann,1\nbob")},
		&ContinuationEvent{},
		&ProgressEvent{Details: Progress{BytesScanned: 512, BytesProcessed: 1024, BytesReturned: 9}},
		&RecordsEvent{Payload: []byte(",22\n")},
		&StatsEvent{Details: Stats{BytesScanned: 512, BytesProcessed: 1024, BytesReturned: 13}},
		&EndEvent{},
	}, got)
}

func TestSelectStreamFailures(t *testing.T) {
	records, end := event(t, "a", kind("Records")...), event(t, "", kind("End")...)
	damaged := bytes.Clone(records)
	damaged[len(damaged)-5] ^= 1 // the payload, which the last CRC covers
	prelude := bytes.Clone(records)
	prelude[8] ^= 1
	for _, tt := range []struct {
		name   string
		stream []byte
		events int
		check  func(t *testing.T, err error)
	}{
		{"nothing after the end", append(bytes.Clone(end), "garbage"...), 1, nil},
		{"kinds that are not known", bytes.Join([][]byte{event(t, "x", kind("News")...), event(t, "x", ":message-type", "other"), event(t, "x"), end}, nil), 1, nil},
		{"no end", records, 1, func(t *testing.T, err error) { require.ErrorIs(t, err, io.ErrUnexpectedEOF) }},
		{"empty", nil, 0, func(t *testing.T, err error) { require.ErrorIs(t, err, io.ErrUnexpectedEOF) }},
		{"cut", records[:len(records)-3], 0, func(t *testing.T, err error) { require.ErrorIs(t, err, io.ErrUnexpectedEOF) }},
		{"damaged payload", damaged, 0, func(t *testing.T, err error) { require.ErrorContains(t, err, "checksum") }},
		{"damaged prelude", prelude, 0, func(t *testing.T, err error) { require.ErrorContains(t, err, "checksum") }},
		{"error of the query", append(bytes.Clone(records), event(t, "", ":message-type", "error", ":error-code", "CSVParsingError", ":error-message", "bad\nline 3")...), 1, func(t *testing.T, err error) {
			require.ErrorIs(t, err, Code("CSVParsingError"))
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "bad line 3", e.Message)
		}},
		{"exception", event(t, "", ":message-type", "exception", ":exception-type", "Busy"), 0, func(t *testing.T, err error) { require.ErrorIs(t, err, Code("Busy")) }},
		{"statistics that are none", event(t, "<Stats><BytesScanned>many</BytesScanned></Stats>", kind("Stats")...), 0, func(t *testing.T, err error) { require.ErrorContains(t, err, "BytesScanned") }},
		{"progress that is none", event(t, "<Progress>", kind("Progress")...), 0, func(t *testing.T, err error) { require.Error(t, err) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := collect(selecting(t, tt.stream))
			require.Len(t, got, tt.events)
			if tt.check == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "SelectObjectContent")
			tt.check(t, err)
		})
	}
}

// countedCloses counts how often a body is closed.
type countedCloses struct {
	io.Reader
	closed int
}

func (c *countedCloses) Close() error { c.closed++; return nil }

func TestSelectIsClosed(t *testing.T) {
	stream := append(event(t, "a", kind("Records")...), event(t, "", kind("End")...)...)
	body := &countedCloses{Reader: bytes.NewReader(stream)}
	out := &SelectObjectContentOutput{Payload: body}
	for range out.Events() {
		break
	}
	require.Equal(t, 1, body.closed)
	require.NoError(t, out.Close())
	require.Equal(t, 2, body.closed)

	none := &SelectObjectContentOutput{}
	events, err := collect(none)
	require.Empty(t, events)
	require.NoError(t, err)
	require.NoError(t, none.Close())
}

func TestSelectCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pr, pw := io.Pipe()
	c := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		resp := answer(r, 200, "")
		resp.Body, resp.ContentLength = pr, -1
		go func() {
			<-r.Context().Done()
			pw.CloseWithError(r.Context().Err())
		}()
		return resp, nil
	}))
	out, err := c.SelectObjectContent(ctx, selectInput())
	require.NoError(t, err)
	cancel()
	_, err = collect(out)
	require.True(t, errors.Is(err, context.Canceled), err)
}
