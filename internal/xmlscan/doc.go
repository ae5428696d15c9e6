// Package xmlscan takes the markup of XML documents apart that are held in
// memory: a pull scanner over bytes which copies nothing that needs no change
// and allocates nothing per element. Package rest reads every answer through it.
//
// It takes what encoding/xml's raw tokenizer takes in its strict mode, and gives
// the same names and text; the tests compare the two and list the differences.
// Left out is what no answer of a server has a use for: comments, processing
// instructions and declarations are checked for their form and passed over.
// Entities are XML's own five; those that a document type declares are not
// read, so that a document can't grow while it is scanned.
//
// Tags are not matched, their depth isn't counted and prefixes aren't resolved:
// that is up to the caller, who knows which elements matter.
package xmlscan
