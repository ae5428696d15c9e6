package s3

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/aws/smithy-go/eventstream"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
)

// SelectObjectContentEvent is one event of [SelectObjectContentOutput.Events]: a
// *[RecordsEvent], *[StatsEvent], *[ProgressEvent], *[ContinuationEvent] or *[EndEvent].
type SelectObjectContentEvent interface{ selectEvent() }

// RecordsEvent holds a piece of the result. Pieces may end in the middle of a record.
type RecordsEvent struct {
	// Payload is the piece.
	Payload []byte
}

// StatsEvent tells, once at the end, what the query cost.
type StatsEvent struct {
	// Details is the counts.
	Details Stats
}

// ProgressEvent tells how far the query is, when [RequestProgress] asks for it.
type ProgressEvent struct {
	// Details is the counts so far.
	Details Progress
}

// ContinuationEvent keeps the connection alive. It has no members.
type ContinuationEvent struct{}

// EndEvent says that the result is whole. It has no members.
type EndEvent struct{}

func (*RecordsEvent) selectEvent()      {}
func (*StatsEvent) selectEvent()        {}
func (*ProgressEvent) selectEvent()     {}
func (*ContinuationEvent) selectEvent() {}
func (*EndEvent) selectEvent()          {}

// Stats is what a whole query cost.
type Stats struct {
	// BytesScanned is how many bytes of the object were read.
	BytesScanned int64 `xml:"BytesScanned"`
	// BytesProcessed is how many bytes those were once decompressed.
	BytesProcessed int64 `xml:"BytesProcessed"`
	// BytesReturned is how many bytes of records were sent.
	BytesReturned int64 `xml:"BytesReturned"`
}

// Progress is what a query cost so far.
type Progress struct {
	// BytesScanned is how many bytes of the object have been read.
	BytesScanned int64 `xml:"BytesScanned"`
	// BytesProcessed is how many bytes those were once decompressed.
	BytesProcessed int64 `xml:"BytesProcessed"`
	// BytesReturned is how many bytes of records have been sent.
	BytesReturned int64 `xml:"BytesReturned"`
}

// Events decodes the stream, checking the CRCs of every message. It ends after an
// EndEvent; before that, an error that the server reports in the stream (an *[Error]),
// a damaged message, or io.ErrUnexpectedEOF where the stream breaks off, is the last
// thing it yields. Events of kinds that are not known are passed over. The stream can
// be read once; Payload is closed when the loop ends, however it does.
func (o *SelectObjectContentOutput) Events() iter.Seq2[SelectObjectContentEvent, error] {
	return func(yield func(SelectObjectContentEvent, error) bool) {
		if o.Payload == nil {
			return
		}
		defer o.Payload.Close()
		decoder := eventstream.NewDecoder()
		for {
			message, err := boundedMessage(o.Payload)
			var m eventstream.Message
			if err == nil {
				m, err = decoder.Decode(message, nil)
			}
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			var event SelectObjectContentEvent
			if err == nil {
				event, err = selectEvent(&m)
			}
			switch {
			case err != nil:
				yield(nil, operationError(opSelectObjectContent.Name, fmt.Errorf("read event stream: %w", err)))
				return
			case event == nil:
				continue
			}
			if _, end := event.(*EndEvent); !yield(event, nil) || end {
				return
			}
		}
	}
}

// Close gives the stream up. It is not needed after a loop over Events.
func (o *SelectObjectContentOutput) Close() error {
	if o.Payload == nil {
		return nil
	}
	return o.Payload.Close()
}

// What a message may have: far more than S3 sends, and all that one can make the decoder hold,
// which itself goes by the 32 bits of its length.
const (
	maxMessage        = 16 << 20
	maxMessageHeaders = 128 << 10
)

// boundedMessage is the stream from its next message on, whose lengths make sense.
func boundedMessage(stream io.Reader) (io.Reader, error) {
	const prelude, frame = 8, 16 // lengths; with both CRCs
	head := make([]byte, prelude)
	if _, err := io.ReadFull(stream, head); err != nil {
		return nil, err
	}
	length, headers := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
	if length > maxMessage || headers > maxMessageHeaders || int64(length) < int64(headers)+frame {
		return nil, fmt.Errorf("a message of %d bytes with %d of headers: at most %d and %d are read", length, headers, maxMessage, maxMessageHeaders)
	}
	return io.MultiReader(bytes.NewReader(head), stream), nil
}

// selectEvent reads one message; nil is one of a kind that is not known.
func selectEvent(m *eventstream.Message) (SelectObjectContentEvent, error) {
	switch eventHeader(m, eventstream.MessageTypeHeader) {
	case eventstream.EventMessageType:
	case eventstream.ErrorMessageType:
		return nil, &Error{
			Code:       apierr.OneLine(eventHeader(m, eventstream.ErrorCodeHeader)),
			Message:    apierr.OneLine(eventHeader(m, eventstream.ErrorMessageHeader)),
			StatusCode: 200,
		}
	case eventstream.ExceptionMessageType:
		return nil, &Error{Code: apierr.OneLine(eventHeader(m, eventstream.ExceptionTypeHeader)), StatusCode: 200}
	default:
		return nil, nil
	}
	switch eventHeader(m, eventstream.EventTypeHeader) {
	case "Records":
		return &RecordsEvent{Payload: m.Payload}, nil
	case "Stats":
		e := new(StatsEvent)
		_, err := rest.UnmarshalXML(m.Payload, &e.Details)
		return e, err
	case "Progress":
		e := new(ProgressEvent)
		_, err := rest.UnmarshalXML(m.Payload, &e.Details)
		return e, err
	case "Cont":
		return new(ContinuationEvent), nil
	case "End":
		return new(EndEvent), nil
	}
	return nil, nil
}

// eventHeader is the value of a string header, "" when there is none.
func eventHeader(m *eventstream.Message, name string) string {
	if v, ok := m.Headers.Get(name).(eventstream.StringValue); ok {
		return string(v)
	}
	return ""
}
