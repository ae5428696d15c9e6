package s3wire

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// side says who has what the other has not.
type side int

const (
	both side = iota // both have it, and differ
	ours
	theirs
)

func (s side) String() string { return [...]string{"both differ", "ours only", "theirs only"}[s] }

func sideOf(a, b any) side {
	switch {
	case a == nil:
		return theirs
	case b == nil:
		return ours
	}
	return both
}

// explanation is a difference that is meant.
type explanation struct {
	part      string // the comparison that meets it: request, answer, event, error or member
	operation string // or *
	where     string
	side      side
	// over is the only scheme that has it, and absent the member that has to be left out,
	// if there are such.
	over, absent string
	why          string
}

// explanations are all the differences from aws-sdk-go-v2. A line that meets none fails.
var explanations = []explanation{
	{"request", "DeleteObjects", "element Delete/Quiet", ours, "", "", "false as well: Alluxio takes its absence for true"},
	{"request", "*", "query x-id", theirs, "", "", "names the operation for a log; no server reads it"},
	{"request", "*", "header Content-Md5", ours, "", "ContentMD5", "where a document must be protected: OpenStack Swift takes nothing else"},
	{"request", "*", "header X-Amz-Checksum-Crc32", theirs, "", "ChecksumAlgorithm", "where a document must be protected, the SDK's own choice"},
	{"request", "PutObject", "header Content-Type", theirs, "", "ContentType", untyped},
	{"request", "UploadPart", "header Content-Type", theirs, "", "", untyped},
	{"request", "PutObjectAnnotation", "header Content-Type", theirs, "", "", untyped},
	{"request", "WriteGetObjectResponse", "header Content-Type", theirs, "", "", untyped},
	{"request", "PutObject", "header Expect", theirs, "", "Body", bodiless},
	{"request", "UploadPart", "header Expect", theirs, "", "Body", bodiless},
	{"request", "*", "header lines", both, "", "", "a list in one header for each item, or in one for all (RFC 9110, section 5.3)"},
	{"request", "*", "metadata beyond ASCII", both, "", "", "ours encodes it (RFC 2047): raw UTF-8 comes back changed from Amazon S3, OpenStack Swift and MinIO"},
	{"request", "*", "time", both, "", "", "milliseconds in three digits, or without the zeros at their end"},
	{"request", "*", "framing", theirs, "https", "", "a checksum behind the body in aws-chunked; ours has read the body that is in memory and puts it before"},
	{"request", "WriteGetObjectResponse", "header X-Amz-Content-Sha256", both, "http", "", "ours leaves the body unsigned over http too, as the operation says"},
	{"request", "RenameObject", "header X-Amz-Client-Token", both, "", "ClientToken", "each makes its own"},
	{"request", "*", "header X-Amz-S3session-Token", theirs, "", "", "the SDK opens a session for each directory bucket by itself; ours leaves CreateSession to the caller"},
	{"request", "PutPublicAccessBlock", "element PublicAccessBlockConfiguration/BlockPublicAcls", ours, "", "", alwaysSent},
	{"request", "PutPublicAccessBlock", "element PublicAccessBlockConfiguration/BlockPublicPolicy", ours, "", "", alwaysSent},
	{"request", "PutPublicAccessBlock", "element PublicAccessBlockConfiguration/IgnorePublicAcls", ours, "", "", alwaysSent},
	{"request", "PutPublicAccessBlock", "element PublicAccessBlockConfiguration/RestrictPublicBuckets", ours, "", "", alwaysSent},

	{"answer", "*", "url-encoded member", both, "", "", "ours decodes what the answer says is encoded"},

	{"error", "*", "message of no document", both, "", "", "the status has a code of its own; ours doesn't repeat it as a message"},
	{"error", "*", "message of several lines", both, "", "", "ours is one line, for logs"},
	{"error", "*", "code of a proxy's page", ours, "", "", "the SDK fails to read it as XML and has no code; ours has the status' name"},
	{"error", "*", "status of a success with an error in it", both, "", "", "ours has the status that came; the SDK turns 200 into 500"},

	{"member", "*", "member Input.SSECustomerKey", both, "", "", "a CustomerKey prints as REDACTED; s3.CustomerKey(text) makes one"},
	{"member", "*", "member Input.CopySourceSSECustomerKey", both, "", "", "a CustomerKey prints as REDACTED; s3.CustomerKey(text) makes one"},
	{"member", "DeleteObjects", "member Output.Errors", both, "", "", "Error is in package s3 the error of a whole call"},
	{"member", "SelectObjectContent", "member Output.Payload", ours, "", "", "theirs is behind GetStream"},
}

const (
	alwaysSent = "a document without members is refused, so that false is sent as well"
	untyped    = "what an object without a type is, ours leaves to the server"
	bodiless   = "the SDK asks before it sends a body that there is none of"
)

// place is where a difference was found.
type place struct {
	operation, over string
	given           object
}

// ledger keeps the accounts of one comparison: what was compared, which explanations it
// took, and which operations ran.
type ledger struct {
	t    *testing.T
	part string

	mu       sync.Mutex
	compared int
	met      map[int]bool
	done     map[string]bool
}

func newLedger(t *testing.T, part string) *ledger {
	return &ledger{t: t, part: part, met: map[int]bool{}, done: map[string]bool{}}
}

func (l *ledger) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.compared += n
}

func (l *ledger) ran(operation string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done[operation] = true
}

// explained looks a difference up, and notes that it was met.
func (l *ledger) explained(at place, where string, s side) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(explanations, func(e explanation) bool {
		_, given := at.given[e.absent]
		return e.part == l.part && (e.operation == "*" || e.operation == at.operation) && e.side == s &&
			strings.EqualFold(e.where, where) && (e.over == "" || e.over == at.over) && (e.absent == "" || !given)
	})
	if i >= 0 {
		l.met[i] = true
	}
	return i >= 0
}

// close sees to it that all operations ran, and that no explanation has become stale. A
// run of some subtests tells neither.
func (l *ledger) close(m *model) {
	l.t.Helper()
	l.t.Logf("%d operations, %d comparisons, %d of the explanations met", len(l.done), l.compared, len(l.met))
	if len(l.done) != len(m.Operations) {
		l.t.Errorf("%d of %d operations ran", len(l.done), len(m.Operations))
		return
	}
	for i, e := range explanations {
		if e.part == l.part && !l.met[i] {
			l.t.Errorf("explained, but not met: %s %s %s, %s: %s", e.part, e.operation, e.where, e.side, e.why)
		}
	}
}
