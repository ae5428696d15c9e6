package swifttest

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// request is a request on its way through the server.
type request struct {
	*http.Request
	server    *Server
	now       time.Time
	route     *route // nil: of none of the operations
	account   string
	container string
	object    string
	query     url.Values
	length    int64 // as it was announced; negative: it was not
	body      []byte

	owner   bool    // it has a token
	tempURL bool    // it is signed, and needs no token
	form    string  // the boundary of a form that is posted
	denied  *answer // what is refused of the paths of a request that is let in all the same
}

// level is what a request is about.
type level int

const (
	service level = iota
	account
	containers
	objects
)

// route is an operation, by its method, by what it is about, and by the query parameter or header that
// tells it from others of the same method. The first that fits is it.
type route struct {
	method           string
	level            level
	parameter, value string
	header           string
	operation        string
	work             func(*request) *answer
}

const manifest = "multipart-manifest"

var routes = []route{
	{http.MethodPost, account, "bulk-delete", "", "", "BulkDelete", (*request).bulkDelete},
	{http.MethodDelete, account, "bulk-delete", "", "", "BulkDelete", (*request).bulkDelete},
	{http.MethodGet, account, "", "", "", "ListContainers", (*request).listContainers},
	{http.MethodHead, account, "", "", "", "HeadAccount", (*request).headAccount},
	{http.MethodPost, account, "", "", "", "UpdateAccount", (*request).updateAccount},
	{http.MethodDelete, account, "", "", "", "DeleteAccount", func(*request) *answer { return page(http.StatusForbidden) }},

	{http.MethodPut, containers, "", "", "", "CreateContainer", (*request).createContainer},
	{http.MethodGet, containers, "", "", "", "ListObjects", (*request).listObjects},
	{http.MethodHead, containers, "", "", "", "HeadContainer", (*request).headContainer},
	{http.MethodPost, containers, "", "", "", "UpdateContainer", (*request).updateContainer},
	{http.MethodDelete, containers, "", "", "", "DeleteContainer", (*request).deleteContainer},
	{http.MethodOptions, containers, "", "", "", "Preflight", (*request).preflight},

	{http.MethodOptions, objects, "", "", "", "Preflight", (*request).preflight},
	{http.MethodPut, objects, "", "", "X-Copy-From", "CopyObject", (*request).copyObject},
	{http.MethodPut, objects, manifest, "put", "", "CreateSLOManifest", (*request).createSLOManifest},
	{http.MethodPut, objects, "", "", "", "CreateObject", (*request).createObject},
	{http.MethodGet, objects, manifest, "get", "", "GetSLOManifest", (*request).getObject},
	{http.MethodGet, objects, "", "", "", "GetObject", (*request).getObject},
	{http.MethodHead, objects, "", "", "", "HeadObject", (*request).getObject},
	{http.MethodPost, objects, "", "", "", "UpdateObject", (*request).updateObject},
	{"COPY", objects, "", "", "", "CopyObjectTo", (*request).copyObjectTo},
	{http.MethodDelete, objects, manifest, "delete", "", "DeleteSLO", (*request).deleteSLO},
	{http.MethodDelete, objects, "", "", "", "DeleteObject", (*request).deleteObject},
}

// services are the operations that no token is needed for, by method and path.
var services = map[string]route{
	"GET /info":              {operation: "Info", work: (*request).info},
	"GET /healthcheck":       {operation: "HealthCheck", work: func(*request) *answer { return say(http.StatusOK, "OK") }},
	"GET /auth/v1.0":         {operation: "TempAuth", work: (*request).logIn},
	"GET /":                  {operation: "ListVersions", work: (*request).listVersions},
	"GET /v3":                {operation: "ListVersions", work: (*request).showVersion},
	"POST /v3/auth/tokens":   {operation: "IssueToken", work: (*request).issueToken},
	"GET /v3/auth/tokens":    {operation: "ValidateToken", work: (*request).subjectToken},
	"HEAD /v3/auth/tokens":   {operation: "CheckToken", work: (*request).subjectToken},
	"DELETE /v3/auth/tokens": {operation: "RevokeToken", work: (*request).subjectToken},
}

var formPost = route{level: containers, operation: "FormPost", work: (*request).postForm}

// known are the query parameters that select no operation of their own. Any other one is of an
// operation that is not here: what ignored it would do something else.
var known = map[string]bool{
	"prefix": true, "delimiter": true, "marker": true, "end_marker": true, "limit": true, "reverse": true, "path": true, "format": true,
	manifest: true, "heartbeat": true, "async": true, "filename": true, "inline": true,
	"temp_url_sig": true, "temp_url_expires": true, "temp_url_prefix": true, "temp_url_ip_range": true,
}

// unknownHeader tells a header that asks for what is not here, or ends it.
func unknownHeader(name string) bool {
	name = strings.Replace(name, "X-Remove-", "X-", 1)
	return slices.Contains(unknownHeaders, name) || strings.HasPrefix(name, "X-Container-Meta-Web-")
}

var unknownHeaders = []string{
	"X-Versions-Enabled", "X-Versions-Location", "X-History-Location", "X-Container-Sync-To", "X-Container-Sync-Key",
	"X-Symlink-Target", "X-Symlink-Target-Account", "X-Symlink-Target-Etag", "X-Account-Access-Control",
}

// parse tells what the request is about.
func (q *request) parse() {
	q.query = q.URL.Query()
	if r, ok := services[q.Method+" "+q.servicePath()]; ok {
		q.route = &r
		return
	}
	rest, ok := strings.CutPrefix(q.URL.Path, "/v1/")
	if !ok {
		return
	}
	q.account, rest, _ = strings.Cut(rest, "/")
	q.container, q.object, _ = strings.Cut(rest, "/")
	if q.query.Has("temp_url_sig") || q.query.Has("temp_url_expires") {
		q.tempURL = true
		for name := range q.query { // of which Swift lets nothing else through
			if !strings.HasPrefix(name, "temp_url_") && name != "filename" && name != "inline" {
				q.query.Del(name)
			}
		}
	}
	if kind, parameters, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err == nil && q.Method == http.MethodPost &&
		kind == "multipart/form-data" && parameters["boundary"] != "" && q.container != "" {
		q.form, q.route = parameters["boundary"], &formPost
		return
	}
	q.route = q.find()
}

// servicePath is the path without the slash that may end it.
func (q *request) servicePath() string {
	if p := strings.TrimSuffix(q.URL.Path, "/"); p != "" {
		return p
	}
	return "/"
}

func (q *request) level() level {
	switch {
	case q.object != "":
		return objects
	case q.container != "":
		return containers
	case q.account != "":
		return account
	}
	return service
}

// find is the route of the request.
func (q *request) find() *route {
	for i, r := range routes {
		if r.method != q.Method || r.level != q.level() || r.header != "" && q.Header.Get(r.header) == "" ||
			r.parameter != "" && (!q.query.Has(r.parameter) || r.value != "" && q.query.Get(r.parameter) != r.value) {
			continue
		}
		for name := range q.query {
			if name != r.parameter && !known[name] {
				return nil
			}
		}
		for name := range q.Header {
			if unknownHeader(name) {
				return nil
			}
		}
		return &routes[i]
	}
	return nil
}

// sub is a request that this one makes in the server, which nobody has to be let in for.
func (q *request) sub(container, object string, header http.Header, body []byte) *request {
	r := *q
	r.Request = q.Clone(q.Context())
	r.Header, r.query = header, url.Values{}
	r.container, r.object, r.body, r.length = container, object, body, int64(len(body))
	return &r
}

// Operation implements scripted.Exchange, as the methods below do.
func (q *request) Operation() string {
	if q.route == nil {
		return ""
	}
	return q.route.operation
}

// Prepare lets the request in, and then reads its body.
func (q *request) Prepare() *answer {
	if !utf8.ValidString(q.URL.Path) || strings.Contains(q.URL.Path, "\x00") {
		return q.bare(say(http.StatusPreconditionFailed, "Invalid UTF8 or contains NULL"))
	}
	if q.level() != service {
		q.server.mu.Lock()
		q.server.expire(q.now)
		refusal := q.authorize()
		q.server.mu.Unlock()
		if refusal != nil {
			return q.bare(refusal)
		}
	}
	if q.unsized() {
		return say(http.StatusLengthRequired, "Missing Content-Length header.")
	}
	if q.length > q.server.options.Limits.MaxFileSize && q.Operation() == "CreateObject" {
		return say(http.StatusRequestEntityTooLarge, "Your request is too large.")
	}
	var err error
	q.body, err = io.ReadAll(http.MaxBytesReader(nil, q.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return page(http.StatusRequestEntityTooLarge)
	case err != nil:
		return page(499)
	}
	return nil
}

// unsized tells an object of which it is not said where it ends. net/http takes its body for an empty one.
func (q *request) unsized() bool {
	creates := q.Operation() == "CreateObject" || q.Operation() == "CreateSLOManifest"
	return creates && q.length == 0 && q.Header.Get("Content-Length") == "" && len(q.TransferEncoding) == 0
}

// Work does what is asked.
func (q *request) Work() *answer {
	if q.route == nil {
		return q.bare(page(http.StatusNotImplemented))
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	a := q.route.work(q)
	if q.tempURL {
		q.dress(a)
	}
	q.share(a)
	return q.bare(a)
}

// bare takes the page off an answer to HEAD.
func (q *request) bare(a *answer) *answer {
	if q.Method == http.MethodHead && a.Status >= 300 {
		a.Body = nil
	}
	return a
}

// Fail answers as a fault has it.
func (q *request) Fail(status int, _, _ string) *answer { return q.bare(page(status)) }

// Record is what [Server.Requests] tells.
func (q *request) Record(status int, _ string) Request {
	h := q.Header.Clone()
	for _, name := range secretHeaders {
		h.Del(name)
	}
	return Request{Operation: q.Operation(), Container: q.container, Object: q.object, Header: h, Size: int64(len(q.body)), StatusCode: status}
}
