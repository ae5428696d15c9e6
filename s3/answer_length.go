package s3

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/stowage-go/stowage/internal/xmlscan"
)

// Answers of servers that state their length in characters ([Profile.LengthInCharacters]):
// Alluxio 2.9.4 was seen to do so. Every character beyond ASCII cuts the rest of its bytes
// off the end.

// completed is a document with the end tags that its wrong length has cut off. As many bytes
// are missing as there are more bytes than UTF-16 units; where the end tags of what is open
// are exactly that many, nothing else can be missing. Any other document comes back as it is.
func completed(doc []byte) []byte {
	if !utf8.Valid(doc) {
		return doc
	}
	missing := len(doc)
	for _, r := range string(doc) {
		missing--
		if r > 0xFFFF {
			missing-- // a surrogate pair
		}
	}
	if missing == 0 {
		return doc
	}
	whole, cut := doc, []byte(nil) // cut is the beginning of a tag
	if i := bytes.LastIndexByte(doc, '<'); i >= 0 && bytes.IndexByte(doc[i:], '>') < 0 {
		whole, cut = doc[:i], doc[i:]
	}
	var open []xmlscan.Name
	scan := xmlscan.New(whole)
	for {
		kind, err := scan.Next()
		if err == io.EOF { //nolint:errorlint // Next returns it bare
			break
		}
		switch {
		case err != nil:
			return doc
		case kind == xmlscan.StartTag:
			open = append(open, scan.Name())
		case kind == xmlscan.EndTag && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	var ends []byte
	for i := len(open) - 1; i >= 0; i-- {
		ends = append(append(append(ends, "</"...), open[i]...), '>')
	}
	if !bytes.HasPrefix(ends, cut) || len(ends)-len(cut) != missing {
		return doc
	}
	return append(whole[:len(whole):len(whole)], ends...)
}

// encodeAfter tells that a listing that was not asked for url-encoded keys failed because its
// length was stated in characters: with encoded keys it may not.
func (c *Client) encodeAfter(asked EncodingType, err error, opts []func(*Options)) bool {
	if asked != "" || !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	var answered *smithyhttp.ResponseError // a connection that broke has none
	s, wrong := c.with(opts)
	return errors.As(err, &answered) && wrong == nil && s.options.Profile.LengthInCharacters
}
