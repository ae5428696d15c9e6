package s3test

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// postObject stores what a browser's form brings, if its policy allows all of it ("Browser-Based
// Uploads Using POST"). Nothing after the file counts.
func (q *request) postObject(b *bucket) *answer {
	_, parameters, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err != nil || parameters["boundary"] == "" {
		return refuse(http.StatusPreconditionFailed, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data")
	}
	fields := map[string]string{}
	var file []byte
	var found bool
	for parts := multipart.NewReader(bytes.NewReader(q.body), parameters["boundary"]); !found; {
		p, err := parts.NextPart()
		if err != nil {
			return refuse(http.StatusBadRequest, "InvalidArgument", "POST requires exactly one file upload per request.")
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return refuse(http.StatusBadRequest, "IncompleteBody", "the form ends early")
		}
		if name := strings.ToLower(p.FormName()); name == "file" {
			file, found = value, true
			fields["key"] = strings.ReplaceAll(fields["key"], "${filename}", p.FileName())
		} else {
			fields[name] = string(value)
		}
	}
	if bad := q.authenticateForm(fields); bad != nil {
		return bad
	}
	if bad := q.holdPolicy(fields, int64(len(file))); bad != nil {
		return bad
	}
	q.key, q.body = fields["key"], file
	h := http.Header{}
	for name, value := range fields {
		h.Set(name, value)
	}
	q.trailer = h // a form's checksum is a field
	if bad := q.verifyChecksum(); bad != nil {
		return bad
	}
	var tags tagging
	if text := fields["tagging"]; text != "" && xml.Unmarshal([]byte(text), &tags) != nil {
		return malformed()
	}
	if bad := validTags(tags.Tags); bad != nil {
		return bad
	}
	if v := fields["acl"]; v != "" {
		h.Set("X-Amz-Acl", v)
	}
	wanted := h.Clone()
	maps.DeleteFunc(wanted, func(name string, _ []string) bool { return signatureFields[name] })
	if bad := checkHeaders(wanted); bad != nil {
		return bad
	}
	o, bad := q.object(h, tags.Tags)
	if bad != nil {
		return bad
	}
	b.objects[q.key] = o
	location := q.server.URL + "/" + q.bucket + "/" + escape(q.key, true)
	a := empty(http.StatusNoContent)
	if to, err := url.Parse(fields["success_action_redirect"]); err == nil && to.IsAbs() {
		query := to.Query()
		query.Set("bucket", q.bucket)
		query.Set("key", q.key)
		query.Set("etag", o.etag)
		to.RawQuery = query.Encode()
		return empty(http.StatusSeeOther).Set("Location", to.String())
	}
	switch fields["success_action_status"] {
	case "200":
		a.Status = http.StatusOK
	case "201":
		a = document(struct {
			XMLName                     xml.Name `xml:"PostResponse"`
			Location, Bucket, Key, ETag string
		}{Location: location, Bucket: q.bucket, Key: q.key, ETag: o.etag})
		a.Status = http.StatusCreated
	}
	return encrypted(a, o.header, o.customerKey).Set("ETag", o.etag).Set("Location", location)
}

func (q *request) authenticateForm(fields map[string]string) *answer {
	if fields["policy"] == "" || fields["x-amz-algorithm"] != algorithm {
		return refuse(http.StatusForbidden, "AccessDenied", "Access Denied")
	}
	var s signature
	if len(fields["x-amz-date"]) < 8 {
		return refuse(http.StatusBadRequest, "InvalidArgument", "X-Amz-Date is malformed")
	}
	if bad := q.trust(&s, fields["x-amz-credential"], fields["x-amz-date"], fields["x-amz-security-token"]); bad != nil {
		return bad
	}
	if want := hex.EncodeToString(mac(s.key, fields["policy"])); !hmac.Equal([]byte(want), []byte(fields["x-amz-signature"])) {
		return refuse(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	}
	return nil
}

// holdPolicy compares the form with its policy: every condition must hold, and every field must
// be in a condition.
func (q *request) holdPolicy(fields map[string]string, size int64) *answer {
	invalid := refuse(http.StatusBadRequest, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")
	text, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil {
		return invalid
	}
	var policy struct {
		Expiration time.Time
		Conditions []any
	}
	if json.Unmarshal(text, &policy) != nil {
		return invalid
	}
	denied := func(why string) *answer {
		return refuse(http.StatusForbidden, "AccessDenied", "Invalid according to Policy: "+why)
	}
	if !q.now.Before(policy.Expiration) {
		return denied("Policy expired.")
	}
	named := map[string]bool{"policy": true, "x-amz-signature": true, "file": true}
	value := func(field string) string {
		named[field] = true
		if field == "bucket" {
			return q.bucket
		}
		return fields[field]
	}
	for _, c := range policy.Conditions {
		operator, field, want := "eq", "", ""
		switch c := c.(type) {
		case map[string]any:
			for name, v := range c {
				field, want = strings.ToLower(name), fmt.Sprint(v)
			}
		case []any:
			if len(c) != 3 {
				return invalid
			}
			operator = strings.ToLower(fmt.Sprint(c[0]))
			if operator == "content-length-range" {
				least, errLeast := strconv.ParseFloat(fmt.Sprint(c[1]), 64)
				most, errMost := strconv.ParseFloat(fmt.Sprint(c[2]), 64)
				switch {
				case errLeast != nil || errMost != nil:
					return invalid
				case float64(size) < least:
					return refuse(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
				case float64(size) > most:
					return refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
				}
				continue
			}
			field, want = strings.ToLower(strings.TrimPrefix(fmt.Sprint(c[1]), "$")), fmt.Sprint(c[2])
		}
		got := value(field)
		if operator == "eq" && got != want || operator == "starts-with" && !strings.HasPrefix(got, want) {
			return denied(fmt.Sprintf("Policy Condition failed: [%q, %q, %q]", operator, "$"+field, want))
		}
	}
	for field := range fields {
		if !named[field] && !strings.HasPrefix(field, "x-ignore-") {
			return denied("Extra input fields: " + field)
		}
	}
	return nil
}
