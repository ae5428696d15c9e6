// Package swift speaks the OpenStack Object Storage API v1 (Swift) to OpenStack Swift, NHN
// Cloud, KakaoCloud and Ceph RGW. What differs between them is data in a [Profile].
//
//	keystone, err := identity.New(options) // from identity.OptionsFromEnvironment, or clouds.yaml
//	client, err := swift.New(swift.Options{Auth: keystone, Profile: swift.OpenStack()})
//	out, err := client.GetObject(ctx, &swift.GetObjectInput{Container: "photos", Object: "cat.jpg"})
//
// Operations bear the names of KakaoCloud's document where it has one (CreateContainer,
// ListObjects, CreateObject, UpdateObject, ...), and OpenStack's words for the rest. Fields
// are plain values; the zero value means absent. A pointer stands only where absent and zero
// differ. Large objects go through package swift/transfer, in parallel.
//
// # Tokens
//
// An [Authenticator] gives the token and the account's URL: identity.Client for Keystone,
// [TempAuth] for Ceph RGW and Swift's own, [StaticToken] for a token that is there already. A
// token that is refused is replaced, and the request sent once more, outside of the count of
// attempts. A body that can be read only once is sent after the server has agreed to take it
// (Expect: 100-continue), so that a token that is over costs nothing; where the refusal comes
// later all the same, the call fails with [ErrBodyConsumed] and stores nothing.
//
// # Bodies
//
// A CreateObject body may be any io.Reader. An io.Seeker is rewound for a retry. One whose
// length can't be told is sent chunked. Over plain http its MD5 is computed on the way and
// compared with the ETag that the server answers; over https that is left to TLS, as
// [Options.ETagCheck] says. A GetObject body that breaks off is continued with Range and
// If-Match, ends with io.EOF only after all bytes, and is compared with the ETag where that
// is the MD5 of the content.
//
// # What is retried
//
// As in package s3: up to [Options.MaxAttempts] attempts (default 4) with full-jitter backoff
// between 0 and 100 ms, 200 ms, 400 ms ... 20 s, or the server's Retry-After; connections that
// fail, answers that break off, and the statuses 408, 429, 500, 502, 503 and 504; within a
// budget that all calls of a client share. A DELETE that finds nothing after an attempt whose
// answer was lost has done its work.
//
// # Sharing without a token
//
// [Client.TempURL] signs a link to an object or to all below a prefix, [Client.FormPost] a form
// for uploads from browsers; the digest is the best that the server takes.
//
// # Errors
//
// Failures name the operation, the container, the object, the status and the request id: a
// smithy.OperationError around an [*Error]. errors.Is finds the class of the status
// ([ErrNotFound], [ErrConflict], [ErrTooLarge], [ErrUnprocessable], ...), and fs.ErrNotExist
// and fs.ErrPermission. Answers of 200 that say failure inside are errors: [*BulkError] of bulk
// operations, [*SLOError] of manifests. What the profile says the server lacks, or would
// overlook, fails with [ErrUnsupported] before anything is sent.
package swift
