// Package rest turns operation inputs into HTTP requests and answers into
// outputs, the way the API's Smithy model binds them. It builds and reads
// messages only: it opens no connection, signs nothing and retries nothing.
//
// # Bindings
//
// Each exported field of an input or output struct has exactly one binding tag:
//
//	label:"Bucket"          segment of the path; always required
//	url:"versionId"         query parameter; go-querystring's tag with its options
//	header:"x-amz-acl"      header
//	headers:"x-amz-meta-"   all headers with the prefix, in a map[string]string
//	payload:"body"          the stream: an io.Reader in, an io.ReadCloser out
//	payload:"text"          the string that is the body
//	payload:"xml"           pointer to the struct that is the document; for an
//	                        input a second tag xml:"Root" names the root element
//	rest:"-"                none: the operation's owner has code of its own for it
//	xml:"Name"              member of a document: of a nested struct, or of the
//	                        input or output itself when that is the document; an
//	                        input's root element is then <Operation>Request
//
// Document members take the forms xml:"Name" (an element, or for a slice one
// element per item), xml:"Wrapper>Item" (a slice in an element of its own),
// xml:"xsi:type,attr" (an attribute, read by its local name) and
// xml:",chardata" (the text of the element itself).
//
// Modifiers are tags of their own: required:"true"; always:"true" (a string or
// bool of a document whose zero value is sent, and not missing); encoding:"url" (a string
// that is unescaped when the document's EncodingType member says "url");
// timestamp:"http-date|date-time|epoch" where it differs from the default
// (http-date in headers, date-time elsewhere); namespace:"prefix URI" on the
// member whose element declares a prefix; sensitive:"true". A struct with a blank
// field tagged union:"true" is a union: one member, no more and no less, may be set.
//
// # Values
//
// Fields are strings and named strings, bool, int, int32, int64, time.Time,
// pointers to those, slices of strings, and in documents structs, pointers to
// structs and slices of structs. A zero value is absent and costs nothing; a
// pointer is absent when nil, so that a pointer to a zero value is sent. Two
// cases need more than that: a required plain bool has no absent value and is
// always sent, and a wrapped list that is empty but not nil is sent as an empty
// wrapper.
//
// # Errors
//
// Missing required members match smithy.InvalidParamsError with errors.As, all
// of them named. A value that can't be carried, or a union without exactly one
// member, is a *MemberError. Bad tags are
// found by Operation.Check, and by every call of an operation that has them.
package rest
