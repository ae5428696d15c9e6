package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

const (
	// maxDocument is the longest answer that is read into memory where the request says
	// nothing else: a listing of 1000 keys of 1024 bytes, every byte escaped, stays far below.
	maxDocument = 64 << 20
	// maxRefusal is how much is read of what explains a refusal: that of a manifest with
	// 1000 segments stays below.
	maxRefusal = 4 << 20
)

// ErrAnswerTooLong is what a call fails with whose answer is longer than what is read into
// memory. It is not repeated. Test with errors.Is.
var ErrAnswerTooLong = errors.New("answer is too long")

// readDocument reads an answer to its end, sized by its stated length. The length that
// an answer to HEAD states is the object's: nothing follows. Of a refusal's explanation the
// beginning is enough.
func readDocument(r io.Reader, hr *http.Response, req *Request) ([]byte, error) {
	if req.Method == http.MethodHead || hr.Body == http.NoBody {
		return nil, nil
	}
	limit := req.MaxDocument
	if limit <= 0 {
		limit = maxDocument
	}
	refusal := hr.StatusCode >= http.StatusMultipleChoices
	switch {
	case refusal:
		limit = min(limit, maxRefusal)
	case hr.ContentLength > limit:
		return nil, tooLong(limit)
	}
	var doc []byte
	if hr.ContentLength > 0 {
		// One byte more, so that the read that fills it is followed by one that sees
		// the end without growing. What a server only says it sends costs no memory.
		doc = make([]byte, 0, min(hr.ContentLength, limit, maxAhead)+1)
	}
	for {
		if len(doc) == cap(doc) {
			// At least twice as much, but no more than will be read.
			doc = slices.Grow(doc, int(min(max(512, int64(len(doc))), limit+1-int64(len(doc)))))
		}
		n, err := r.Read(doc[len(doc):cap(doc)])
		doc = doc[:len(doc)+n]
		if int64(len(doc)) > limit {
			if refusal {
				return doc[:limit], nil
			}
			return nil, tooLong(limit)
		}
		if err == io.EOF {
			return doc, nil
		}
		if err != nil {
			return doc, err
		}
	}
}

// maxAhead is the most that is allocated for an answer before its bytes are there.
const maxAhead = 4 << 20

func tooLong(limit int64) error { return fmt.Errorf("%w: over %d bytes", ErrAnswerTooLong, limit) }
