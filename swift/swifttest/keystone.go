package swifttest

import (
	"encoding/json"
	"net/http"
)

// IdentityURL is the AuthURL of a Keystone v3 that knows the user of [Options.User] by his key: for
// programs that log in with package identity. Its methods are password and token, its scope the
// project or none, and its catalog has the account.
//
//	keystone, err := identity.New(identity.Options{
//		AuthURL: server.IdentityURL(),
//		Auth:    identity.PasswordAuth{Username: "tester", Password: "testing"},
//		Scope:   identity.Scope{ProjectName: "test"},
//	})
func (s *Server) IdentityURL() string { return s.URL + "/v3" }

const keystoneTime = "2006-01-02T15:04:05.000000Z"

// keystone answers as Keystone does.
func keystone(status int, v any) *answer {
	return document(status, v).Set("Content-Type", "application/json").Set("Vary", "X-Auth-Token")
}

func (q *request) refuseIdentity(status int, message string) *answer {
	a := keystone(status, map[string]any{"error": map[string]any{"code": status, "message": message, "title": http.StatusText(status)}})
	if status == http.StatusUnauthorized {
		a.Set("Www-Authenticate", `Keystone uri="`+q.server.IdentityURL()+`"`)
	}
	return a
}

func (q *request) unauthenticated() *answer {
	return q.refuseIdentity(http.StatusUnauthorized, "The request you have made requires authentication.")
}

type identityVersion struct {
	ID      string              `json:"id"`
	Status  string              `json:"status"`
	Updated string              `json:"updated"`
	Links   []map[string]string `json:"links"`
}

func (q *request) version() identityVersion {
	return identityVersion{"v3.14", "stable", "2020-04-07T00:00:00Z", []map[string]string{{"rel": "self", "href": q.server.IdentityURL() + "/"}}}
}

func (q *request) listVersions() *answer {
	values := map[string]any{"values": []identityVersion{q.version()}}
	return keystone(http.StatusMultipleChoices, map[string]any{"versions": values}).Set("Location", q.server.IdentityURL()+"/")
}

func (q *request) showVersion() *answer {
	return keystone(http.StatusOK, map[string]any{"version": q.version()})
}

// named is a domain, a project or a user, by its id or by its name.
type named struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Domain *named `json:"domain,omitempty"`
}

// defaultDomain is the only one.
var defaultDomain = named{ID: "default", Name: "Default"}

// is tells whether one is meant by an id, or by a name.
func (n *named) is(id, name string) bool {
	return n != nil && (n.ID == id || n.ID == "" && n.Name == name)
}

// inDefault is for those that are named, and so need a domain.
func (n *named) inDefault() bool {
	return n.ID != "" || n.Domain.is(defaultDomain.ID, defaultDomain.Name)
}

// issueToken is the login of Keystone (Identity API v3, "Authentication and token management").
func (q *request) issueToken() *answer {
	var in struct {
		Auth struct {
			Identity struct {
				Methods  []string `json:"methods"`
				Password struct {
					User struct {
						named

						Password string `json:"password"`
					} `json:"user"`
				} `json:"password"`
				Token named `json:"token"`
			} `json:"identity"`
			Scope json.RawMessage `json:"scope"`
		} `json:"auth"`
	}
	if json.Unmarshal(q.body, &in) != nil || len(in.Auth.Identity.Methods) == 0 {
		return q.refuseIdentity(http.StatusBadRequest, "'identity' is a required property")
	}
	for _, method := range in.Auth.Identity.Methods {
		user := in.Auth.Identity.Password.User
		switch method {
		case "password":
			if !user.is(q.userID(), q.server.user) || !user.inDefault() || user.Password != string(q.server.options.Key) {
				return q.unauthenticated()
			}
		case "token":
			if _, ok := q.server.holds(in.Auth.Identity.Token.ID, q.now); !ok {
				return q.unauthenticated()
			}
		default:
			return q.refuseIdentity(http.StatusUnauthorized, "Attempted to authenticate with an unsupported method.")
		}
	}
	scoped, ok := q.scope(in.Auth.Scope)
	if !ok {
		return q.unauthenticated()
	}
	id, t := q.server.newToken(scoped)
	return q.tokenAnswer(http.StatusCreated, id, t, in.Auth.Identity.Methods)
}

// userID is the user's id, which is his name behind a word.
func (q *request) userID() string { return "user-" + q.server.user }

// scope reads the scope: the project, or none.
func (q *request) scope(doc json.RawMessage) (scoped, ok bool) {
	if len(doc) == 0 || string(doc) == "null" || string(doc) == `"unscoped"` {
		return false, true
	}
	var in struct {
		Project *named `json:"project"`
	}
	if json.Unmarshal(doc, &in) != nil || in.Project == nil {
		return false, false
	}
	return true, in.Project.is(q.server.project, q.server.project) && in.Project.inDefault()
}

func (q *request) tokenAnswer(status int, id string, t token, methods []string) *answer {
	s := q.server
	type endpoint struct {
		ID        string `json:"id"`
		Interface string `json:"interface"`
		RegionID  string `json:"region_id"`
		Region    string `json:"region"`
		URL       string `json:"url"`
	}
	type catalogService struct {
		ID        string     `json:"id"`
		Type      string     `json:"type"`
		Name      string     `json:"name"`
		Endpoints []endpoint `json:"endpoints"`
	}
	serviceAt := func(kind, name, url string) catalogService {
		c := catalogService{ID: name, Type: kind, Name: name}
		for _, at := range []string{"public", "internal", "admin"} {
			c.Endpoints = append(c.Endpoints, endpoint{name + "-" + at, at, "RegionOne", "RegionOne", url})
		}
		return c
	}
	doc := map[string]any{
		"methods": methods, "user": named{q.userID(), s.user, &defaultDomain}, "audit_ids": []string{},
		"issued_at": t.expires.Add(-s.options.TokenLifetime).UTC().Format(keystoneTime), "expires_at": t.expires.UTC().Format(keystoneTime),
	}
	if t.scoped {
		doc["project"] = named{s.project, s.project, &defaultDomain}
		doc["is_domain"] = false
		doc["roles"] = []named{{ID: "member", Name: "member"}}
		doc["catalog"] = []catalogService{serviceAt("identity", "keystone", s.IdentityURL()), serviceAt("object-store", "swift", s.StorageURL())}
	}
	return keystone(status, map[string]any{"token": doc}).Set("X-Subject-Token", id)
}

// subjectToken validates a token, or ends it.
func (q *request) subjectToken() *answer {
	if _, ok := q.server.holds(q.Header.Get("X-Auth-Token"), q.now); !ok {
		return q.unauthenticated()
	}
	id := q.Header.Get("X-Subject-Token")
	t, ok := q.server.holds(id, q.now)
	if !ok {
		return q.refuseIdentity(http.StatusNotFound, "Failed to validate token")
	}
	if q.Method == http.MethodDelete {
		delete(q.server.tokens, id)
		return &answer{Status: http.StatusNoContent}
	}
	return q.tokenAnswer(http.StatusOK, id, t, []string{"password"})
}
