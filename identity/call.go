package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
)

type answer = transport.Response

// keystoneCall is one request to Keystone under way. It is the pipeline's Handler.
type keystoneCall struct {
	client    *keystone
	operation string
	method    string
	path      *url.URL
	input     any    // the request's document; nil: none
	once      bool   // a repeat would do it twice
	removes   bool   // a repeat may find that it is done
	resource  string // what it is about, for errors

	shared  bool   // with the client's own token, renewed once if it is refused
	token   Secret // with this token
	subject Secret // about this token

	success []int
	// decode takes the answer's document and tells what is wrong with it, if anything.
	decode func(*answer) (wrong string)

	used    Secret // the token of the last attempt
	renewed bool
	sent    bool // an attempt is, or was, on its way
	settled bool // its answer told what came of it
	doubt   bool // of some attempt it is not known what came of it
}

func (k *keystoneCall) do(ctx context.Context) error {
	r := transport.Request{
		Service: service, Operation: k.operation, Method: k.method, URL: *k.path, Once: k.once,
		Header: http.Header{"Accept": {"application/json"}},
	}
	if k.subject != "" {
		r.Header.Set("X-Subject-Token", string(k.subject))
	}
	if k.input != nil {
		document, err := json.Marshal(k.input)
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Body = transport.BytesBody(document)
	}
	_, err := k.client.conn.do(ctx, &r, k)
	return err
}

// Authorize gives an attempt its token.
func (k *keystoneCall) Authorize(ctx context.Context, a *transport.Attempt) error {
	k.doubt = k.doubt || k.sent && !k.settled
	k.used = k.token
	if k.shared {
		t, err := k.client.tokens.get(ctx)
		if err != nil {
			return err
		}
		k.used = t.ID
	}
	if k.used != "" {
		a.Request.Header.Set("X-Auth-Token", string(k.used))
	}
	k.sent, k.settled = true, false
	return nil
}

// uncertain tells whether a call that failed with err may have had its effect.
func (k *keystoneCall) uncertain(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return k.doubt
	}
	return k.doubt || k.sent && !k.settled
}

// Inspect finds the error in an answer, and decodes it when there is none.
func (k *keystoneCall) Inspect(r *answer) error {
	e := k.inspect(r)
	if e == nil {
		return nil
	}
	e.Resource = k.resource
	return apierr.Failed(r.Response, e)
}

func (k *keystoneCall) inspect(r *answer) *Error {
	k.settled = r.StatusCode < 500 || r.StatusCode == http.StatusServiceUnavailable
	if k.removes && k.doubt && r.StatusCode == http.StatusNotFound {
		return nil // by the attempt whose answer was lost
	}
	if !slices.Contains(k.success, r.StatusCode) {
		return keystoneError(r)
	}
	if k.decode == nil {
		return nil
	}
	if wrong := k.decode(r); wrong != "" {
		k.settled = false
		return malformed(r, wrong)
	}
	return nil
}

// Amend takes a fresh token for one that was refused, once.
func (k *keystoneCall) Amend(_ *transport.Request, r *answer, _ error) bool {
	if !k.shared || k.renewed || r.StatusCode != http.StatusUnauthorized {
		return false
	}
	k.renewed = true
	used := k.used
	k.client.tokens.drop(func(held *Token) bool { return held.ID == used })
	return true
}

// decodeJSON reads a document and tells what is wrong with it, without its text, which
// may be secret.
func decodeJSON(r *answer, into any) (wrong string) {
	if err := json.Unmarshal(r.Document, into); err != nil {
		return notJSON(r, err)
	}
	return ""
}

func notJSON(r *answer, err error) string {
	kind := r.Header.Get("Content-Type")
	if kind == "" {
		kind = "nothing said of its type"
	}
	return fmt.Sprintf("no JSON as the API has it (%d bytes, %s): %v", len(r.Document), apierr.OneLine(kind), apierr.JSONError(err))
}

// keystoneError makes an Error of a refusal, whatever its document is.
func keystoneError(r *answer) *Error {
	e := newError(r)
	type fault struct {
		Title   string `json:"title"`
		Message string `json:"message"`
	}
	var document map[string]json.RawMessage
	if json.Unmarshal(r.Document, &document) == nil {
		// "error" since Essex; "unauthorized", "itemNotFound", ... before, and in front
		// of it.
		for name, raw := range document {
			var f fault
			if (name == "error" || len(document) == 1) && json.Unmarshal(raw, &f) == nil {
				e.Message = apierr.OneLine(f.Message)
				if title := strings.ReplaceAll(f.Title, " ", ""); title != "" {
					e.Code = apierr.OneLine(title)
				}
			}
		}
	}
	switch {
	case r.StatusCode == http.StatusMultipleChoices:
		if versions := parseVersions(r.Document); len(versions) > 0 {
			e.Message = "AuthURL names no version of the API; there are " + versionNames(versions)
		}
	case r.StatusCode > 300 && r.StatusCode < 400:
		if to, err := url.Parse(r.Header.Get("Location")); err == nil && to.Host != "" {
			e.Message = apierr.OneLine("the server moves on to " + to.Scheme + "://" + to.Host + to.EscapedPath())
		}
	case e.Message == "" && !bytes.HasPrefix(bytes.TrimSpace(r.Document), []byte("{")) && len(r.Document) > 0:
		e.Message = fmt.Sprintf("no JSON but %d bytes of %s", len(r.Document), apierr.OneLine(r.Header.Get("Content-Type")))
		if r.StatusCode < http.StatusMultipleChoices { // a portal or a proxy, which takes its page for a success
			e.Err = ErrMalformedAnswer
		}
	}
	return e
}

func errMissing(member string) error { return fmt.Errorf("%s is missing", member) }
