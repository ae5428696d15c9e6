package integration

// unsigned is how Alluxio answers a request that is signed by its query.
const unsigned = "answered 400 AuthorizationHeaderMalformed"

const escapedTags = "tags are map[kind:test with%20space:a%2Bb]"

// behaviours is what each server does otherwise than Amazon S3 documents it, by check. A line is
// for what the server does; what the library could do better is mended there.
var behaviours = map[string]map[string]string{
	// OpenStack Swift 2.30, s3api with s3_acl off.
	"openstack": {
		// A canned ACL becomes the container's own read ACL, which this answer does not show.
		"PutBucketAcl, canned": "grants are [{Grantee:{Type:CanonicalUser DisplayName:demo:demo EmailAddress: ID:demo:demo URI:} Permission:FULL_CONTROL}]",
		// Keystone tells an unknown key from a wrong secret, but to s3api only.
		"wrong access key": "403 SignatureDoesNotMatch",
		// Without a signature it is no S3 request: Swift's own API looks for an account in the path.
		"anonymous": "412 PreconditionFailed",
		// partNumber is for uploads only.
		// What a delete marker hid stays hidden when the marker goes.
		"UndeleteObject":           "the version was copied",
		"GetObject of a part":      "405 MethodNotAllowed",
		"UploadPart for no upload": "no error, wanted [NoSuchUpload]",
		// The headers of a customer key are overlooked.
		"customer key":                          "unsupported",
		"customer key, in spite of the profile": "not encrypted",
		// A form is no request that it knows.
		"form":                                                      "unsupported",
		"form, in spite of the profile":                             "answered 400",
		"PutObject, If-None-Match * that holds":                     "501 NotImplemented",
		"PutObject, If-None-Match * that fails":                     "501 NotImplemented",
		"PutObject, If-Match that holds":                            "501 NotImplemented",
		"PutObject, If-Match that fails":                            "501 NotImplemented",
		"PutObject, If-None-Match *, answer lost":                   "501 NotImplemented",
		"PutObject, If-None-Match *, answer lost, another's object": "501 NotImplemented",
		"CopyObject, If-None-Match * that holds":                    "501 NotImplemented",
		"CopyObject, If-None-Match * that fails":                    "501 NotImplemented",
		"CopyObject, If-Match that fails":                           "501 NotImplemented",
		"DeleteObjects, ETag that fails":                            "400 MalformedXML",
	},
	// Ceph RGW 16.2.15.
	"ceph": {
		// As us-east-1 of old: making what one owns already is no error.
		"CreateBucket again": "no error, wanted [BucketAlreadyOwnedByYou conflict]",
		// The code for an upload that is not there, when parts are listed; elsewhere it is right.
		"no such upload":       "404 NoSuchKey",
		"AbortMultipartUpload": "404 NoSuchKey",
		// The first answer has an empty ETag.
		"CompleteMultipartUpload": `ETag is "\"9c67a4ac8166763ed4e250e8066e6c2d-3\"", told as ""`,
		// partNumber is not known: the whole object comes.
		"GetObject of a part": "10498105 bytes came back that differ from the 5242880 sent",
		// The ETag is compared with the quotes still on.
		"PutObject, If-Match that holds":  "412 PreconditionFailed",
		"customer key, read with another": "400 BadRequest",
		"customer key, copy to another":   "501 NotImplemented",
		// Conditions that are overlooked, which the profile knows.
		"CompleteMultipartUpload, If-None-Match * that fails": "no error, wanted [precondition failed]",
		"CompleteMultipartUpload, If-Match that fails":        "no error, wanted [precondition failed]",
		"CopyObject, If-None-Match * that fails":              "no error, wanted [precondition failed]",
		"CopyObject, If-Match that fails":                     "no error, wanted [precondition failed]",
		"DeleteObjects, ETag that fails":                      "no error, wanted [precondition failed]",
		"DeleteObject, If-Match that fails":                   "no error, wanted [precondition failed]",
		// Of a form's fields, those of HTTP but Content-Type are not stored.
		"form, all fields": `Content-Type "text/x-test", Cache-Control "", Content-Disposition "", metadata map[a:1]`,
		"form, checksum":   "unsupported", // it would be overlooked
		// x-amz-copy-source-if-match is overlooked.
		"CopyObject, condition that fails": "no error, wanted [precondition failed]",
		"RevertObject":                     "does not tell the new version's id",
	},
	// MinIO of 2026-02-12: an object is a file, a key its path.
	"minio": {
		"PutBucketAcl, canned": "501 NotImplemented",
		// Conditions that are overlooked, which the profile knows.
		"CopyObject, If-None-Match * that fails": "no error, wanted [precondition failed]",
		"CopyObject, If-Match that fails":        "no error, wanted [precondition failed]",
		"DeleteObjects, ETag that fails":         "no error, wanted [precondition failed]",
		"DeleteObject, If-Match that fails":      "no error, wanted [precondition failed]",
		// Behind a front that ends TLS it takes no customer keys.
		"customer key":                          "400 InvalidRequest",
		"customer key, in spite of the profile": "400 InvalidRequest",
		"key: //":                               "400 XMinioInvalidObjectName",
		"key: a leading slash":                  `stored as ["lead"]`,
		"key: two leading slashes":              `stored as ["lead"]`,
		"key: .":                                "400 XMinioInvalidResourceName",
		"key: ..":                               "400 XMinioInvalidResourceName",
		"key: ./ inside":                        "400 XMinioInvalidResourceName",
		"key: ../ inside":                       "400 XMinioInvalidResourceName",
		"key: a leading ../":                    "400 XMinioInvalidResourceName",
		"key: 1024 bytes":                       "400 XMinioInvalidObjectName", // a file name has 255 bytes at most
		"AbortMultipartUpload of none":          "no error, wanted [NoSuchUpload]",
		// Uploads are listed for one whole key only, never for a prefix.
		"ListMultipartUploads":                          "listed 0 uploads",
		"ListMultipartUploadsPages":                     "listed 0 of 3 uploads in 1 pages",
		"ListMultipartUploadsPages, uploads of one key": "listed 0 of 3 uploads in 1 pages",
		"CompleteMultipartUpload twice":                 "404 NoSuchUpload",
	},
	"minio-tls": {"customer key": "ok", "customer key, in spite of the profile": "ok"},
	// versitygw 1.8.0 with the posix backend: an object is a file, a key its path.
	"versitygw": {
		"PutBucketAcl, canned":     "400 AccessControlListNotSupported", // until ownership controls allow it
		"PutBucketAcl, document":   "400 AccessControlListNotSupported",
		"key: a control character": "stored as [\"a\uFFFDb\"]", // in the listing, whose XML can't carry it
		"key: //":                  `stored as ["x/y"]`,
		"key: a leading slash":     `stored as ["lead"]`,
		"key: two leading slashes": `stored as ["lead"]`,
		"key: a trailing slash":    "400 DirectoryObjectContainsData",
		"key: .":                   "400 400",
		"key: ..":                  "400 400",
		"key: ./ inside":           `stored as ["d/x"]`,
		"key: ../ inside":          `stored as ["x"]`,
		"key: a leading ../":       "400 400",
		"key: 1024 bytes":          "400 KeyTooLongError", // a file name has 255 bytes at most
		"DeleteObjects, quiet":     "told all the same",
		// The upload that the marker names is skipped, and then looked for.
		"ListMultipartUploadsPages":                     "400 InvalidArgument",
		"ListMultipartUploadsPages, uploads of one key": "400 InvalidArgument",
		// The version that the marker names is listed again, so that pages of one stay where they
		// are; with a delimiter the marker is the one that was sent.
		"ListObjectVersionsPages of one key":       "operation error S3: ListObjectVersions, listing does not advance",
		"ListObjectVersionsPages with a delimiter": "operation error S3: ListObjectVersions, listing does not advance",
		// The headers of a customer key are overlooked.
		"customer key":                          "unsupported",
		"customer key, in spite of the profile": "not encrypted",
		// Conditions that are overlooked.
		"CopyObject, If-None-Match * that fails": "no error, wanted [precondition failed]",
		"CopyObject, If-Match that fails":        "no error, wanted [precondition failed]",
		"DeleteObjects, ETag that fails":         "no error, wanted [precondition failed]",
		// ${filename} is not replaced.
		"form, any name below a prefix": "404 NoSuchKey",
		"form, checksum":                "unsupported",
		// The file's time has nanoseconds, the header's has seconds.
		"GetObject, If-Modified-Since that fails": "no error, wanted [not modified]",
	},
	// Alluxio 2.9.4: an object is a file, a key its path, a bucket a directory.
	"alluxio": {
		"CreateBucket again":     "no error, wanted [BucketAlreadyOwnedByYou conflict]",
		"ListBuckets":            "no owner",
		"GetBucketLocation":      "unsupported",
		"GetBucketAcl":           "unsupported",
		"PutBucketAcl, canned":   "unsupported",
		"PutBucketAcl, document": "unsupported",
		"versions of an object":  "unsupported",
		"DeleteAll of versions":  "unsupported",
		// It has no request ids.
		"no such key":    "no request id",
		"no such bucket": "404 NoSuchKey",
		// The access key is the name of a user and the secret is not looked at. A user who did not
		// make the bucket may not read it.
		"wrong secret":             "no error, wanted [SignatureDoesNotMatch forbidden permission denied]",
		"wrong secret, HeadObject": "no error, wanted [forbidden]",
		"wrong access key":         "403 AccessDenied",
		"anonymous":                "400 AuthorizationHeaderMalformed",
		// Neither is a signature in the query, nor a form.
		"presigned PUT":                                    unsigned,
		"presigned PUT with headers":                       unsigned,
		"presigned GET":                                    unsigned,
		"presigned GET, answer headers overridden":         "164 bytes came back that differ from the 50000 sent",
		"presigned HEAD":                                   "answered 400",
		"presigned listing":                                unsigned,
		"presigned URL that was changed":                   unsigned,
		"presigned URL that has expired":                   unsigned,
		"presigned UploadPart and CompleteMultipartUpload": unsigned,
		"presigned DELETE":                                 unsigned,
		"form":                                             "unsupported",
		"form, in spite of the profile":                    "answered 400",
		// The headers of a customer key are overlooked.
		"customer key":                          "unsupported",
		"customer key, in spite of the profile": "not encrypted",
		// Of an object's headers it stores the Content-Type, and no metadata.
		"PutObject and HeadObject, all headers":  `Cache-Control is ""`,
		"GetObject, all headers":                 `Content-Encoding is ""`,
		"GetObject, answer headers overridden":   `Content-Type is "text/x-test"`,
		"metadata beyond ASCII":                  "metadata is map[]",
		"metadata as large as the profile says":  "metadata is map[]",
		"CompleteMultipartUpload":                `Content-Type "text/x-test", metadata map[]`,
		"upload in parts, ReaderAt":              `Content-Type "text/x-test", metadata map[]`,
		"upload in parts, section of a ReaderAt": `Content-Type "text/x-test", metadata map[]`,
		"upload in parts, reader with a length":  `Content-Type "text/x-test", metadata map[]`,
		"upload in parts, reader without one":    `Content-Type "text/x-test", metadata map[]`,
		"CopyObject, metadata replaced":          "metadata is map[]",
		// Tags in the header of PutObject are stored as they are escaped there.
		"copy":                                   escapedTags,
		"copy in parts":                          escapedTags,
		"copy, streamed":                         escapedTags,
		"copy in parts of a key that is escaped": escapedTags,
		// Parts are listed without ETags, so that nothing but a receipt tells what they hold.
		"upload resumed without receipts": "20983865 bytes were sent again",
		"upload by several processes":     "10485760 bytes were sent twice",
		"CopyObject onto itself":          "400 InvalidRequest",
		"CopyObject":                      "ETag is another one than was told",
		// A body that breaks off is stored as far as it came.
		"a reader that is shorter than ContentLength": "no error, wanted [not found]",
		// A range behind the end is answered with nothing, and partNumber is not known.
		"Range, none of it":   "no error, wanted [InvalidRange]",
		"GetObject of a part": "10498105 bytes came back that differ from the 5242880 sent",
		// All conditions are overlooked.
		"GetObject, If-Match that fails":                            "no error, wanted [precondition failed]",
		"GetObject, If-None-Match that fails":                       "no error, wanted [not modified]",
		"GetObject, If-Modified-Since that fails":                   "no error, wanted [not modified]",
		"GetObject, If-Unmodified-Since that fails":                 "no error, wanted [precondition failed]",
		"HeadObject, If-Match that fails":                           "no error, wanted [precondition failed]",
		"PutObject, If-None-Match * that fails":                     "no error, wanted [precondition failed]",
		"PutObject, If-Match that fails":                            "no error, wanted [precondition failed]",
		"PutObject, If-None-Match *, answer lost":                   "no error, wanted [not known whether it took effect precondition failed]",
		"PutObject, If-None-Match *, answer lost, another's object": "no error, wanted [precondition failed]",
		"CompleteMultipartUpload, If-None-Match * that fails":       "no error, wanted [precondition failed]",
		"CompleteMultipartUpload, If-Match that fails":              "no error, wanted [precondition failed]",
		"CopyObject, If-None-Match * that fails":                    "no error, wanted [precondition failed]",
		"CopyObject, If-Match that fails":                           "no error, wanted [precondition failed]",
		"CopyObject, condition that fails":                          "no error, wanted [precondition failed]",
		"DeleteObject, If-Match that fails":                         "no error, wanted [precondition failed]",
		"DeleteObjects, ETag that fails":                            "500 InternalError",
		// Directories are listed as objects, entries have no ETag.
		"ListObjectsV2":                        "no ETag",
		"ListObjectsV2Pages":                   `listed ["l/0 & ü/" "l/0 & ü/x" "l/1 & ü/" "l/1 & ü/x" "l/2 & ü/" "l/2 & ü/x" "l/3 & ü/" "l/3 & ü/x" "l/4 & ü/" "l/4 & ü/x" "l/5 & ü/" "l/5 & ü/x" "l/6 & ü/" "l/6 & ü/x" "l/top+0" "l/top+1" "l/top+2" "l/top+3" "l/top+4"]`,
		"ListObjectsV2 with StartAfter":        `listed ["l/4 & ü/" "l/4 & ü/x" "l/5 & ü/" "l/5 & ü/x" "l/6 & ü/" "l/6 & ü/x" "l/top+0" "l/top+1" "l/top+2" "l/top+3" "l/top+4"]`,
		"ListObjects":                          `listed "l/4 & ü/", "l/4 & ü/x"`,
		"ListObjectsPages without a delimiter": `listed ["l/0 & ü/" "l/0 & ü/x" "l/1 & ü/" "l/1 & ü/x" "l/2 & ü/" "l/2 & ü/x" "l/3 & ü/" "l/3 & ü/x" "l/4 & ü/" "l/4 & ü/x" "l/5 & ü/" "l/5 & ü/x" "l/6 & ü/" "l/6 & ü/x" "l/top+0" "l/top+1" "l/top+2" "l/top+3" "l/top+4"]`,
		"DeleteAll of a prefix":                `left are ["other" "p/"]`,
		// What is below a file is in trouble, not missing.
		"FS, what is not there":    "500 InternalServerError",
		"key: URL syntax":          `stored as ["q"]`, // the question mark and what follows it is lost
		"key: a backslash":         `stored as ["a/" "a/b"]`,
		"key: a control character": "500 InternalError", // in the listing, whose XML can't carry it
		"key: //":                  `stored as ["x/y"]`,
		"key: a leading slash":     `stored as ["lead"]`,
		"key: two leading slashes": `stored as ["lead"]`,
		"key: a trailing slash":    "500 InternalError", // a directory, which can't be read
		"key: .":                   "500 InternalError", // the bucket itself
		"key: ..":                  "500 InternalError",
		"key: ./ inside":           `stored as ["d/x"]`,
		"key: ../ inside":          `stored as ["x"]`,
		"key: a leading ../":       "404 NoSuchBucket",
		"key: 1024 bytes":          "500 InternalError", // a file name has 255 bytes at most
		// The answer to a GET of a key that is gone tells the key, and is cut off before the code.
		"key: 1024 bytes of unicode": "404 NotFound",
		// Parts are listed without their ETags, and all uploads on one page.
		"ListPartsPages":                                `part 1: ETag "" after "a995bd8c719b31d246951c17b98c023e"`,
		"ListMultipartUploadsPages":                     "in 1 pages",
		"ListMultipartUploadsPages, uploads of one key": "in 1 pages",
	},
}
