package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/stowage-go/stowage/sigv4"
)

// EC2Credential is a pair of keys that Keystone keeps for a user in a project, and that
// S3 requests are signed with. It never expires. It is a sigv4.Provider as it stands.
type EC2Credential struct {
	sigv4.Credentials
	// UserID and ProjectID (v2.0: tenant_id) are whose keys they are.
	UserID, ProjectID string
	// TrustID is the trust that they were made under; empty: none.
	TrustID string
}

// Retrieve returns the keys; it implements sigv4.Provider.
func (c EC2Credential) Retrieve(context.Context) (sigv4.Credentials, error) {
	return c.Credentials, nil
}

// String tells whose keys they are, and nothing that is secret.
func (c EC2Credential) String() string {
	return fmt.Sprintf("identity.EC2Credential{%s, UserID: %s, ProjectID: %s}", c.Credentials.String(), c.UserID, c.ProjectID)
}

// GoString is String, for %#v.
func (c EC2Credential) GoString() string { return c.String() }

// Format writes String for every verb.
func (c EC2Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same view as String.
func (c EC2Credential) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("Credentials", c.Credentials),
		slog.String("UserID", c.UserID), slog.String("ProjectID", c.ProjectID))
}

// MarshalJSON gives the same view as String. It is for logs: what it writes can't be
// read back into usable keys.
func (c EC2Credential) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Credentials                sigv4.Credentials
		UserID, ProjectID, TrustID string
	}{c.Credentials, c.UserID, c.ProjectID, c.TrustID})
}

// CreateEC2CredentialInput is the input of [Client.CreateEC2Credential].
type CreateEC2CredentialInput struct {
	// UserID is whose keys they will be. Empty: the token's user. It is the ID, not a
	// name or an e-mail address.
	UserID string
	// ProjectID is the project that the keys open (tenant_id on the wire). Empty: the
	// token's.
	ProjectID string
}

// CreateEC2Credential makes a new pair of keys. A user may have several; the server
// keeps them until they are deleted. A failure that leaves it open whether the server
// made one is not retried, and says so: [Client.ListEC2Credentials] shows it.
//
// [ErrForbidden]: the token may not, such as one of an application credential, which
// Keystone keeps away from EC2 credentials altogether. (NHN Cloud, API Guide for AWS S3 Compatibility, "EC2 Credentials",
// "Register"; Identity API v3, OS-EC2; in is nil where all defaults are right.)
func (c *Client) CreateEC2Credential(ctx context.Context, in *CreateEC2CredentialInput) (*EC2Credential, error) {
	if in == nil {
		in = new(CreateEC2CredentialInput)
	}
	var out []EC2Credential
	err := c.ec2(ctx, "CreateEC2Credential", in.UserID, "", func(t *Token, call *keystoneCall) error {
		project := in.ProjectID
		if project == "" {
			project = t.Project.ID
		}
		if project == "" {
			return errors.New("ProjectID is missing, and the token is not scoped to a project")
		}
		call.method, call.once = http.MethodPost, true
		call.input = struct {
			TenantID string `json:"tenant_id"`
		}{project}
		call.resource += ", " + named("project", project, "")
		call.success, call.decode = []int{http.StatusOK, http.StatusCreated}, decodeEC2(&out, true)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out[0], nil
}

// ListEC2CredentialsInput is the input of [Client.ListEC2Credentials].
type ListEC2CredentialsInput struct {
	// UserID is whose keys they are. Empty: the token's user.
	UserID string
}

// ListEC2Credentials returns all of a user's pairs of keys, of every project. in may be
// nil. (NHN Cloud, API Guide for AWS S3 Compatibility, "EC2 Credentials", "Get";
// Identity API v3, OS-EC2.)
func (c *Client) ListEC2Credentials(ctx context.Context, in *ListEC2CredentialsInput) ([]EC2Credential, error) {
	if in == nil {
		in = new(ListEC2CredentialsInput)
	}
	var out []EC2Credential
	err := c.ec2(ctx, "ListEC2Credentials", in.UserID, "", func(_ *Token, call *keystoneCall) error {
		call.method = http.MethodGet
		call.success, call.decode = []int{http.StatusOK}, decodeEC2(&out, false)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// GetEC2CredentialInput is the input of [Client.GetEC2Credential].
type GetEC2CredentialInput struct {
	// UserID is whose keys they are. Empty: the token's user.
	UserID string
	// Access is the access key ID. Required.
	Access string
}

// GetEC2Credential returns one pair of keys.
//
// [ErrNotFound]: the user has none with that access key ID. (Identity API v3, OS-EC2.)
func (c *Client) GetEC2Credential(ctx context.Context, in *GetEC2CredentialInput) (*EC2Credential, error) {
	if in == nil || in.Access == "" {
		return nil, operationError(service, "GetEC2Credential", errMissing("Access"))
	}
	var out []EC2Credential
	err := c.ec2(ctx, "GetEC2Credential", in.UserID, in.Access, func(_ *Token, call *keystoneCall) error {
		call.method = http.MethodGet
		call.success, call.decode = []int{http.StatusOK}, decodeEC2(&out, true)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out[0], nil
}

// DeleteEC2CredentialInput is the input of [Client.DeleteEC2Credential].
type DeleteEC2CredentialInput struct {
	// UserID is whose keys they are. Empty: the token's user.
	UserID string
	// Access is the access key ID. Required.
	Access string
}

// DeleteEC2Credential deletes a pair of keys: what is signed with them is refused from
// now on.
//
// [ErrNotFound]: the user has none with that access key ID. (NHN Cloud, API Guide for AWS
// S3 Compatibility, "EC2 Credentials", "Delete"; Identity API v3, OS-EC2.)
func (c *Client) DeleteEC2Credential(ctx context.Context, in *DeleteEC2CredentialInput) error {
	if in == nil || in.Access == "" {
		return operationError(service, "DeleteEC2Credential", errMissing("Access"))
	}
	return c.ec2(ctx, "DeleteEC2Credential", in.UserID, in.Access, func(_ *Token, call *keystoneCall) error {
		call.method, call.success = http.MethodDelete, []int{http.StatusNoContent, http.StatusOK}
		call.removes = true
		return nil
	})
}

// ec2 sends one request to users/{user}/credentials/OS-EC2, for the user of the token
// where none is given.
func (c *Client) ec2(ctx context.Context, operation, user, access string, fill func(*Token, *keystoneCall) error) error {
	fail := func(err error) error { return operationError(service, operation, err) }
	t, err := c.Token(ctx)
	if err != nil {
		return fail(err)
	}
	b, err := c.state().bases.get(ctx)
	if err != nil {
		return fail(err)
	}
	if user == "" {
		user = t.User.ID
	}
	call := keystoneCall{client: c.state(), operation: operation, shared: true, resource: named("user", user, "")}
	segments := []string{"users", user, "credentials", "OS-EC2"}
	if access != "" {
		segments = append(segments, access)
		call.resource += ", " + named("credential", access, "")
	}
	for _, s := range segments {
		if s == "" || s == "." || s == ".." {
			return fail(fmt.Errorf("%q is no ID", s))
		}
	}
	call.path = b.path(segments...)
	if err := fill(t, &call); err != nil {
		return fail(err)
	}
	if err := call.do(ctx); err != nil {
		if call.once && call.uncertain(err) {
			err = fmt.Errorf("%w; one may have been made all the same", err)
		}
		return fail(err)
	}
	return nil
}

// decodeEC2 reads the three forms of an answer: `credentials` as an array, also where
// one is meant (NHN Cloud), `credentials` as an object, and `credential` (Keystone).
func decodeEC2(out *[]EC2Credential, one bool) func(*answer) string {
	type wire struct {
		Access    string `json:"access"`
		Secret    string `json:"secret"`
		UserID    string `json:"user_id"`
		TenantID  string `json:"tenant_id"`
		ProjectID string `json:"project_id"`
		TrustID   string `json:"trust_id"`
	}
	return func(r *answer) string {
		var document struct {
			Credential  *wire           `json:"credential"`
			Credentials json.RawMessage `json:"credentials"`
		}
		if wrong := decodeJSON(r, &document); wrong != "" {
			return wrong
		}
		var found []wire
		switch raw := bytes.TrimSpace(document.Credentials); {
		case document.Credential != nil:
			found = append(found, *document.Credential)
		case len(raw) == 0:
			return "neither credential nor credentials"
		case string(raw) == "null": // none
		case raw[0] == '[':
			if err := json.Unmarshal(raw, &found); err != nil {
				return notJSON(r, err)
			}
		default:
			var w wire
			if err := json.Unmarshal(raw, &w); err != nil {
				return notJSON(r, err)
			}
			found = append(found, w)
		}
		if one && len(found) != 1 {
			return fmt.Sprintf("%d credentials where one was due", len(found))
		}
		*out = make([]EC2Credential, len(found))
		for i, w := range found {
			if w.Access == "" || w.Secret == "" {
				return "a credential without access or secret"
			}
			if w.ProjectID == "" {
				w.ProjectID = w.TenantID
			}
			(*out)[i] = EC2Credential{
				Credentials: sigv4.Credentials{AccessKeyID: w.Access, SecretAccessKey: w.Secret},
				UserID:      w.UserID, ProjectID: w.ProjectID, TrustID: w.TrustID,
			}
		}
		return ""
	}
}
