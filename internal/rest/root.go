package rest

import "bytes"

// RootElement returns the local name of a document's root element without parsing
// the document, "" when it has none. It is how an error inside a success is told
// from the answer that was expected.
func RootElement(doc []byte) string {
	doc = trimProlog(doc)
	for {
		switch {
		case bytes.HasPrefix(doc, []byte("<?")):
			doc = after(doc, "?>")
		case bytes.HasPrefix(doc, []byte("<!--")):
			doc = after(doc[len("<!--"):], "-->")
		case bytes.HasPrefix(doc, []byte("<!")):
			doc = after(doc, ">")
		case bytes.HasPrefix(doc, []byte("<")):
			name := doc[1:]
			if end := bytes.IndexAny(name, xmlBlanks+"/>"); end >= 0 {
				name = name[:end]
			}
			if colon := bytes.IndexByte(name, ':'); colon >= 0 {
				name = name[colon+1:]
			}
			return string(name)
		default:
			return ""
		}
		doc = bytes.TrimLeft(doc, xmlBlanks)
	}
}

func after(doc []byte, mark string) []byte {
	_, rest, _ := bytes.Cut(doc, []byte(mark))
	return rest
}
