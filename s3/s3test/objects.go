package s3test

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
)

// timestamp is how documents write a time.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func noSuchKey() *answer {
	return refuse(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

func noSuchBucket() *answer {
	return refuse(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
}

const notHeld = "At least one of the pre-conditions you specified did not hold"

func preconditionFailed() *answer {
	return refuse(http.StatusPreconditionFailed, "PreconditionFailed", notHeld)
}

// mayWrite holds the conditions of a write against what is there.
func (q *request) mayWrite(o *object) *answer {
	switch q.Header.Get("If-None-Match") {
	case "":
	case "*":
		if o != nil {
			return preconditionFailed()
		}
	default:
		return refuse(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented")
	}
	if want := q.Header.Get("If-Match"); want != "" {
		if o == nil {
			return noSuchKey()
		}
		if want != "*" && want != o.etag {
			return preconditionFailed()
		}
	}
	return nil
}

func (q *request) putObject(b *bucket) *answer {
	if len(q.key) > 1024 {
		return refuse(http.StatusBadRequest, "KeyTooLongError", "Your key is too long")
	}
	if bad := q.mayWrite(b.objects[q.key]); bad != nil {
		return bad
	}
	tags, bad := headerTags(q.Header.Get("X-Amz-Tagging"))
	if bad != nil {
		return bad
	}
	o, bad := q.object(q.Header, tags)
	if bad != nil {
		return bad
	}
	b.objects[q.key] = o
	a := encrypted(empty(http.StatusOK).Set("ETag", o.etag), o.header, o.customerKey)
	return a.Set(checksum.Header(o.checksum), o.checksumValue).Set("X-Amz-Checksum-Type", string(o.checksumType))
}

// object is that of the request's body and checksum.
func (q *request) object(header http.Header, tags []tag) (*object, *answer) {
	key, bad := q.customerKey(header, customerPrefix)
	if bad != nil {
		return nil, bad
	}
	o := &object{body: q.body, etag: etagOf(q.body, key), modified: q.now, header: kept(header), tags: tags, customerKey: key}
	o.checksum, o.checksumValue, o.checksumType = q.checksum, q.checksumValue, checksum.FullObject
	if o.checksum == "" { // which is what Amazon computes of its own accord
		o.checksum, o.checksumValue = checksum.CRC64NVME, sumOf(checksum.CRC64NVME, q.body)
	}
	return o, nil
}

// algorithm is the one of which a checksum is wanted; empty: none is named.
func (q *request) algorithm() (checksum.Algorithm, *answer) {
	a := checksum.Algorithm(q.Header.Get("X-Amz-Checksum-Algorithm"))
	if a != "" && !slices.Contains(algorithms, a) {
		return "", refuse(http.StatusBadRequest, "InvalidRequest", "Checksum algorithm provided is unsupported.")
	}
	return a, nil
}

// span is what a read wants: a range, a part, or all.
func (q *request) span(o *object) (first, last int64, partial bool, bad *answer) {
	size, spec := int64(len(o.body)), q.Header.Get("Range")
	if _, ok := q.query["partNumber"]; !ok {
		return byteRange(spec, size)
	}
	ends := o.ends
	if ends == nil {
		ends = []int64{size} // what came by one request is one part
	}
	switch {
	case spec != "":
		return 0, 0, false, refuse(http.StatusBadRequest, "InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
	case q.part < 1 || q.part > len(ends):
		return 0, 0, false, refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable")
	case q.part > 1:
		first = ends[q.part-2]
	}
	return first, ends[q.part-1] - 1, size > 0, nil
}

// getObject answers HEAD as well.
func (q *request) getObject(b *bucket) *answer {
	o := b.objects[q.key]
	if o == nil {
		return noSuchKey()
	}
	if bad := q.unlock(o, customerPrefix); bad != nil {
		return bad
	}
	if a := q.unmet(o); a != nil {
		return a
	}
	a := encrypted(empty(http.StatusOK), o.header, o.customerKey)
	for name := range o.header {
		a.Set(name, o.header.Get(name))
	}
	a.Set("ETag", o.etag).Set("Accept-Ranges", "bytes").Set("Last-Modified", o.modified.UTC().Format(http.TimeFormat))
	if len(o.tags) > 0 {
		a.Set("X-Amz-Tagging-Count", strconv.Itoa(len(o.tags)))
	}
	if q.part > 0 && o.ends != nil {
		a.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(len(o.ends)))
	}
	for parameter, name := range map[string]string{
		"response-content-type": "Content-Type", "response-content-language": "Content-Language", "response-expires": "Expires",
		"response-cache-control": "Cache-Control", "response-content-disposition": "Content-Disposition", "response-content-encoding": "Content-Encoding",
	} {
		a.Set(name, q.query[parameter])
	}
	first, last, ranged, bad := q.span(o)
	if bad != nil {
		return bad.Set("Content-Range", fmt.Sprintf("bytes */%d", len(o.body)))
	}
	a.Body = o.body
	if ranged {
		a.Status, a.Body = http.StatusPartialContent, o.body[first:last+1]
		a.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(o.body)))
	} else if q.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		a.Set(checksum.Header(o.checksum), o.checksumValue).Set("X-Amz-Checksum-Type", string(o.checksumType))
	}
	return a.Set("Content-Length", strconv.Itoa(len(a.Body)))
}

// unmet is the answer to conditions of a read that don't hold.
func (q *request) unmet(o *object) *answer {
	failed, unchanged := q.conditions(o, "")
	switch {
	case failed:
		return preconditionFailed()
	case unchanged:
		return empty(http.StatusNotModified).Set("ETag", o.etag).Set("Last-Modified", o.modified.UTC().Format(http.TimeFormat))
	}
	return nil
}

// conditions holds the conditions whose headers' names begin with prefix against an object: that it
// is a certain one, and that it is not (RFC 9110, section 13.2.2).
func (q *request) conditions(o *object, prefix string) (failed, unchanged bool) {
	modified := o.modified.Truncate(time.Second)
	at := func(name string) (time.Time, bool) {
		t, err := http.ParseTime(q.Header.Get(prefix + name))
		return t, err == nil
	}
	if match := q.Header.Get(prefix + "If-Match"); match != "" {
		failed = !matches(match, o.etag)
	} else if t, ok := at("If-Unmodified-Since"); ok {
		failed = modified.After(t)
	}
	if match := q.Header.Get(prefix + "If-None-Match"); match != "" {
		unchanged = matches(match, o.etag)
	} else if t, ok := at("If-Modified-Since"); ok {
		unchanged = !modified.After(t)
	}
	return failed, unchanged
}

func matches(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.Trim(one, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// byteRange reads a Range of one part. What is no range is no error, and all is answered.
func byteRange(header string, size int64) (first, last int64, ok bool, bad *answer) {
	spec, is := strings.CutPrefix(header, "bytes=")
	from, to, dash := strings.Cut(spec, "-")
	if !is || !dash || strings.Contains(spec, ",") {
		return 0, 0, false, nil
	}
	first, errFrom := strconv.ParseInt(from, 10, 64)
	last, errTo := strconv.ParseInt(to, 10, 64)
	switch {
	case from == "" && errTo == nil: // the last bytes
		first, last = max(size-last, 0), size-1
	case errFrom == nil && to == "":
		last = size - 1
	case errFrom != nil || errTo != nil || last < first:
		return 0, 0, false, nil
	}
	last = min(last, size-1)
	if first > last {
		return 0, 0, false, refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
	}
	return first, last, true, nil
}

func (q *request) deleteObject(b *bucket) *answer {
	if bad := q.mayWrite(b.objects[q.key]); bad != nil {
		return bad
	}
	delete(b.objects, q.key)
	return empty(http.StatusNoContent)
}

func (q *request) deleteObjects(b *bucket) *answer {
	if q.Header.Get("Content-Md5") == "" && q.checksum == "" {
		return refuse(http.StatusBadRequest, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	var in struct {
		Quiet   bool
		Objects []struct{ Key, ETag string } `xml:"Object"`
	}
	if xml.Unmarshal(q.body, &in) != nil || len(in.Objects) == 0 || len(in.Objects) > 1000 {
		return malformed()
	}
	type deleted struct{ Key string }
	type failed struct{ Key, Code, Message string }
	out := struct {
		XMLName xml.Name  `xml:"DeleteResult"`
		Deleted []deleted `xml:"Deleted"`
		Errors  []failed  `xml:"Error"`
	}{}
	for _, o := range in.Objects {
		if at := b.objects[o.Key]; o.ETag != "" && (at == nil || !matches(o.ETag, at.etag)) {
			out.Errors = append(out.Errors, failed{o.Key, "PreconditionFailed", notHeld})
			continue
		}
		delete(b.objects, o.Key)
		if !in.Quiet {
			out.Deleted = append(out.Deleted, deleted{o.Key})
		}
	}
	return document(out)
}

// source is the object that a copy is of.
func (q *request) source() (*object, *answer) {
	path, version, _ := strings.Cut(strings.TrimPrefix(q.Header.Get("X-Amz-Copy-Source"), "/"), "?")
	if version != "" {
		return nil, refuseHeader("X-Amz-Copy-Source")
	}
	path, err := url.PathUnescape(path)
	name, key, ok := strings.Cut(path, "/")
	if err != nil || !ok {
		return nil, refuse(http.StatusBadRequest, "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	b := q.server.buckets[name]
	if b == nil {
		return nil, noSuchBucket()
	}
	o := b.objects[key]
	if o == nil {
		return nil, noSuchKey()
	}
	if bad := q.unlock(o, sourcePrefix); bad != nil {
		return nil, bad
	}
	if failed, unchanged := q.conditions(o, "X-Amz-Copy-Source-"); failed || unchanged {
		return nil, preconditionFailed()
	}
	return o, nil
}

// replaces reads a directive: whether the copy has what the request brings, and not what the source has.
func (q *request) replaces(what string) (bool, *answer) {
	switch q.Header.Get("X-Amz-" + what + "-Directive") {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	}
	return false, refuse(http.StatusBadRequest, "InvalidArgument", "Unknown "+strings.ToLower(what)+" directive.")
}

func (q *request) copyObject(b *bucket) *answer {
	from, bad := q.source()
	if bad != nil {
		return bad
	}
	if bad := q.mayWrite(b.objects[q.key]); bad != nil {
		return bad
	}
	o := *from
	o.modified, o.ends = q.now, nil
	if o.customerKey, bad = q.customerKey(q.Header, customerPrefix); bad != nil {
		return bad
	}
	o.etag = etagOf(o.body, o.customerKey)
	wanted, bad := q.algorithm()
	if bad != nil {
		return bad
	}
	if wanted != "" || o.checksumType == checksum.Composite {
		o.checksum, o.checksumType = cmp.Or(wanted, o.checksum), checksum.FullObject
		o.checksumValue = sumOf(o.checksum, o.body)
	}
	replaced, bad := q.replaces("Metadata")
	if bad != nil {
		return bad
	}
	changed := replaced || o.customerKey != from.customerKey
	own := kept(q.Header)
	if replaced {
		o.header = own
	} else {
		o.header = from.header.Clone()
		for _, name := range ownHeaders {
			o.header.Del(name)
			if own.Get(name) != "" {
				o.header.Set(name, own.Get(name))
			}
			changed = changed || q.Header.Get(name) != ""
		}
	}
	if from == b.objects[q.key] && !changed {
		return refuse(http.StatusBadRequest, "InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if replaced, bad = q.replaces("Tagging"); bad != nil {
		return bad
	}
	if replaced {
		if o.tags, bad = headerTags(q.Header.Get("X-Amz-Tagging")); bad != nil {
			return bad
		}
	}
	b.objects[q.key] = &o
	return encrypted(document(struct {
		XMLName            xml.Name `xml:"CopyObjectResult"`
		ETag, LastModified string
		partChecksum
		ChecksumType string `xml:",omitempty"`
	}{ETag: o.etag, LastModified: timestamp(o.modified), partChecksum: checksumOf(o.checksum, o.checksumValue), ChecksumType: string(o.checksumType)}), o.header, o.customerKey)
}
