package identity

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// stsVersion is the version of the API.
const stsVersion = "2011-06-15"

// form is a request document of AWS' Query protocol under way: members in the order of
// the API reference, lists as Name.member.1 and on.
type form []byte

func newForm(action string) form { return form("Action=" + action + "&Version=" + stsVersion) }

func (form) header() http.Header {
	return http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
}

// set adds a member, even an empty one.
func (f *form) set(name, value string) {
	// Ceph RGW takes a plus for what it is: a space has to be %20.
	value = strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	*f = append(*f, "&"+name+"="+value...)
}

// add adds a member that is there.
func (f *form) add(name, value string) {
	if value != "" {
		f.set(name, value)
	}
}

func (f *form) addInt(name string, n int32) {
	if n != 0 {
		f.set(name, strconv.Itoa(int(n)))
	}
}

// memberName names a member of a list, counted from 0 here and from 1 there.
func memberName(list string, i int) string { return list + ".member." + strconv.Itoa(i+1) }

func (f *form) addPolicyArns(arns []PolicyDescriptorType) {
	for i, p := range arns {
		f.set(memberName("PolicyArns", i)+".arn", p.Arn) // in small letters, as the API has it
	}
}

// checkDuration refuses what no service can mean. Their limits differ, and can be
// configured.
func checkDuration(seconds int32) error {
	if seconds < 0 {
		return errors.New("DurationSeconds is negative")
	}
	return nil
}

// checkRole checks what both ways of assuming a role have in common.
func checkRole(o *STSOptions, arn, session string) error {
	switch {
	case arn == "" && o.Endpoint == "": // MinIO has credentials without a role
		return errMissing("RoleArn")
	case session == "" && arn != "":
		return errMissing("RoleSessionName")
	case session != "" && !validSessionName(session):
		return errors.New("RoleSessionName must be 2 to 64 letters, digits and characters of _+=,.@-")
	}
	return nil
}

func validSessionName(s string) bool {
	if len(s) < 2 || len(s) > 64 {
		return false
	}
	return strings.IndexFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("_+=,.@-", c)
	}) < 0
}

// checkPolicies checks a session's policies.
func checkPolicies(policy string, arns []PolicyDescriptorType) error {
	if policy != "" && !isJSONObject(policy) {
		return errors.New("the Policy is no JSON object")
	}
	for i, p := range arns {
		if p.Arn == "" {
			return errMissing("PolicyArns[" + strconv.Itoa(i) + "].Arn")
		}
	}
	return nil
}
