package s3test

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
)

// operationPost is the upload by a form, which is no operation of the API's model.
const operationPost = "PostObject"

// request is a request on its way through the server.
type request struct {
	*http.Request
	server *Server
	now    time.Time
	route  *route // nil: of none of the operations
	bucket string
	key    string
	part   int
	query  map[string]string
	// hoisted are the headers that came in the query.
	hoisted map[string]bool

	payload       string // what is signed of the body
	signature     *signature
	body          []byte
	trailer       http.Header
	checksum      checksum.Algorithm // that came with the body
	checksumValue string
}

// route is an operation, by its method, by whether it is about an object, and by the query
// parameter or header that tells it from others of the same method. The first that fits is it.
type route struct {
	method    string
	level     int // 0: the service, 1: a bucket, 2: an object
	parameter string
	header    string
	operation string
	work      func(*request, *bucket) *answer
}

var routes = []route{
	{http.MethodGet, 0, "", "", "ListBuckets", (*request).listBuckets},

	{http.MethodPut, 1, "", "", "CreateBucket", (*request).createBucket},
	{http.MethodHead, 1, "", "", "HeadBucket", func(q *request, _ *bucket) *answer {
		return empty(http.StatusOK).Set("X-Amz-Bucket-Region", q.server.options.Region)
	}},
	{http.MethodDelete, 1, "", "", "DeleteBucket", (*request).deleteBucket},
	{http.MethodGet, 1, "location", "", "GetBucketLocation", (*request).getBucketLocation},
	{http.MethodGet, 1, "versioning", "", "GetBucketVersioning", (*request).getBucketVersioning},
	{http.MethodGet, 1, "uploads", "", "ListMultipartUploads", (*request).listMultipartUploads},
	{http.MethodGet, 1, "list-type", "", "ListObjectsV2", (*request).listObjectsV2},
	{http.MethodGet, 1, "", "", "ListObjects", (*request).listObjects},
	{http.MethodPost, 1, "delete", "", "DeleteObjects", (*request).deleteObjects},
	{http.MethodPost, 1, "", "", operationPost, (*request).postObject},

	{http.MethodPut, 2, "tagging", "", "PutObjectTagging", (*request).putObjectTagging},
	{http.MethodGet, 2, "tagging", "", "GetObjectTagging", (*request).getObjectTagging},
	{http.MethodDelete, 2, "tagging", "", "DeleteObjectTagging", (*request).deleteObjectTagging},
	{http.MethodPost, 2, "uploads", "", "CreateMultipartUpload", (*request).createMultipartUpload},
	{http.MethodPut, 2, "partNumber", "X-Amz-Copy-Source", "UploadPartCopy", (*request).uploadPartCopy},
	{http.MethodPut, 2, "partNumber", "", "UploadPart", (*request).uploadPart},
	{http.MethodGet, 2, "uploadId", "", "ListParts", (*request).listParts},
	{http.MethodPost, 2, "uploadId", "", "CompleteMultipartUpload", (*request).completeMultipartUpload},
	{http.MethodDelete, 2, "uploadId", "", "AbortMultipartUpload", (*request).abortMultipartUpload},
	{http.MethodPut, 2, "", "X-Amz-Copy-Source", "CopyObject", (*request).copyObject},
	{http.MethodPut, 2, "", "", "PutObject", (*request).putObject},
	{http.MethodGet, 2, "", "", "GetObject", (*request).getObject},
	{http.MethodHead, 2, "", "", "HeadObject", (*request).getObject},
	{http.MethodDelete, 2, "", "", "DeleteObject", (*request).deleteObject},
}

// known are the query parameters that select no operation of their own. Any other one is of an
// operation that is not here: what ignored it would do something else.
var known = map[string]bool{
	"x-id": true, "prefix": true, "delimiter": true, "marker": true, "max-keys": true, "encoding-type": true,
	"continuation-token": true, "start-after": true, "fetch-owner": true, "key-marker": true, "upload-id-marker": true,
	"max-uploads": true, "part-number-marker": true, "max-parts": true, "max-buckets": true, "bucket-region": true,
	"partNumber": true, "uploadId": true, "list-type": true,
	"response-content-type": true, "response-content-language": true, "response-expires": true,
	"response-cache-control": true, "response-content-disposition": true, "response-content-encoding": true,
}

// parse tells what the request is about.
func (q *request) parse() {
	q.bucket, q.key, _ = strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	q.query = map[string]string{}
	for name, values := range q.URL.Query() {
		q.query[name] = values[0]
	}
	q.part, _ = strconv.Atoi(q.query["partNumber"])
	q.hoist()
	q.route = q.find()
}

// find is the route of the request.
func (q *request) find() *route {
	level := 0
	if q.bucket != "" {
		level = 1
	}
	if q.key != "" {
		level = 2
	}
	for i, r := range routes {
		_, parameter := q.query[r.parameter]
		if r.method != q.Method || r.level != level || r.parameter != "" && !parameter || r.header != "" && q.Header.Get(r.header) == "" {
			continue
		}
		for name := range q.query {
			if name != r.parameter && !known[name] && !strings.HasPrefix(http.CanonicalHeaderKey(name), "X-Amz-") {
				return nil
			}
		}
		return &routes[i]
	}
	return nil
}

// Operation implements scripted.Exchange, as the methods below do.
func (q *request) Operation() string {
	if q.route == nil {
		return ""
	}
	return q.route.operation
}

// Prepare verifies the signature, and reads the body.
func (q *request) Prepare() *answer {
	if bad := q.authenticate(); bad != nil {
		return bad
	}
	return q.readBody()
}

// Work does what is asked.
func (q *request) Work() *answer {
	r := q.route
	if r == nil {
		return refuse(http.StatusNotImplemented, "NotImplemented", "s3test does not know this operation")
	}
	if bad := checkHeaders(q.Header); bad != nil {
		return bad
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	b := q.server.buckets[q.bucket]
	if b == nil && r.level > 0 && r.operation != "CreateBucket" {
		return noSuchBucket()
	}
	return r.work(q, b)
}

// Fail answers as a fault has it.
func (*request) Fail(status int, code, message string) *answer { return refuse(status, code, message) }

// secretHeaders are not kept.
var secretHeaders = []string{"Authorization", "X-Amz-Security-Token", customerPrefix + "Key", sourcePrefix + "Key"}

// Record is what [Server.Requests] tells.
func (q *request) Record(status int, code string) Request {
	h := q.Header.Clone()
	for _, name := range secretHeaders {
		h.Del(name)
	}
	return Request{
		Operation: q.Operation(), Bucket: q.bucket, Key: q.key, PartNumber: q.part,
		Header: h, Size: int64(len(q.body)), StatusCode: status, Code: code,
	}
}
