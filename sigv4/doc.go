// Package sigv4 signs net/http requests with AWS Signature Version 4, the
// scheme of the S3 API and of the servers that speak it. It imports nothing
// but the standard library.
//
// # What it does
//
//   - [Signer.SignHTTP] signs a request in its Authorization header.
//   - [Signer.PresignHTTP] signs a request in its query, so that somebody
//     without credentials can send it for a while.
//   - [Chunked] frames a body as aws-chunked: signed chunk by chunk, signed
//     with a trailer, or unsigned with a trailer.
//   - [Signer.SignPost] signs the policy of a browser's form upload.
//   - [Transport] signs every request of an http.Client, whatever the service.
//
// A [Signer] is made once, holds no credentials, and is safe for concurrent
// use. Credentials, region and time come with each call in [Params]; where
// they come from is the business of a [Provider].
//
// # What is signed
//
// The host, Content-Type, Content-Md5, every X-Amz-* header, and what
// Params.SignHeaders names beyond those. Accept-Encoding, Authorization,
// Connection, Expect, Trailer, Transfer-Encoding and User-Agent are never
// signed, not even when they are named: net/http or a proxy on the way may
// rewrite them. Range is signed only when it is named, because caches drop it.
//
// The signature covers what net/http will write on the wire. In particular
// net/http keeps a default port (example.com:443) in the Host header, so
// SignHTTP signs it, while PresignHTTP leaves it out of the URL, because
// browsers and curl leave it out of the header. A host must be ASCII
// (punycode); an IPv6 zone is left out, as net/http leaves it out.
//
// # S3 and the other services
//
// S3 (the default) is signed differently from all other services. Its path is
// signed as it is sent: "//", "." and ".." are part of an object's key, and
// every byte is percent-encoded once. The request carries X-Amz-Content-Sha256.
// With Options.Generic the path is normalised (RFC 3986, section 5.2.4, and
// runs of slashes become one) and encoded a second time, and no
// X-Amz-Content-Sha256 is sent unless it is asked for.
//
// # Sources
//
// Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)"
// and the pages below it; AWS Identity and Access Management User Guide,
// "Create a signed AWS API request"; RFC 3986 for escaping.
package sigv4
