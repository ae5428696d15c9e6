// Package stowage is the root of a client SDK for object storage. It holds no code;
// take what you need:
//
//   - [github.com/stowage-go/stowage/s3]: the S3 API, against Amazon S3 and the stores
//     that call themselves compatible with it.
//   - [github.com/stowage-go/stowage/s3/transfer]: uploads of any size, in parallel,
//     within a memory budget, with proof of integrity.
//   - [github.com/stowage-go/stowage/swift]: OpenStack's Object Storage API, against OpenStack
//     Swift, NHN Cloud, KakaoCloud and Ceph RGW.
//   - [github.com/stowage-go/stowage/swift/transfer]: large objects of Swift, uploaded and
//     downloaded in parallel, taken up again after a failure.
//   - [github.com/stowage-go/stowage/identity]: Keystone, EC2 credentials, STS, and the
//     providers of credentials that s3 signs with.
//   - [github.com/stowage-go/stowage/identity/clouds]: logins as clouds.yaml has them.
//   - [github.com/stowage-go/stowage/sigv4]: Signature Version 4 for net/http, by itself:
//     header, presigned query, aws-chunked bodies, POST policy.
//
// # The map
//
// Imports point one way, from the top of this list to its end:
//
//	s3/transfer         the S3 target of the upload engine; integrity, verification
//	s3                  operations as data, the client, provider profiles, presigning
//	swift/transfer      the Swift targets of the upload engine; manifests, resume, downloads
//	swift               operations as data, the client, provider profiles, signed URLs and forms
//	identity/clouds     clouds.yaml; the only package that needs YAML
//	identity            Keystone, STS, providers of credentials; no store
//	internal/rest       struct tags to requests, answers to structs
//	internal/xmlscan    XML documents to tags and texts
//	internal/transport  attempts, backoff, retry budget, clock skew, redirects, logs
//	internal/multipart  the parallel engine: source, planner, workers, finisher
//	internal/checksum   CRCs and hashes over streams; combining the parts' CRCs
//	internal/apierr     what the error types of all services have in common
//	internal/hidden     state that package fmt must not find
//	sigv4               standard library only
//
// Beside them, internal/wiretest and internal/integration hold the tests against real
// servers. Modules of their own keep their dependencies to themselves: otel (OpenTelemetry),
// bridge/awscredentials and bridge/gocloudblob (other libraries' interfaces), examples,
// internal/faults, and internal/peers, which measures this SDK beside others.
package stowage
