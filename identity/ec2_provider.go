package identity

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/sigv4"
)

// EC2CredentialProviderOptions configure [NewEC2CredentialProvider].
type EC2CredentialProviderOptions struct {
	// Client logs in to Keystone. Required.
	Client *Client
	// UserID and ProjectID are whose keys they are and what they open. Empty: the
	// token's.
	UserID, ProjectID string
	// AlwaysCreate makes a pair of keys even if the user has one for the project.
	AlwaysCreate bool
	// DeleteOnClose makes Close delete the pair, if this provider made it.
	DeleteOnClose bool
	// Logger is told, at info level, of every pair that is made and deleted, by its
	// access key ID. Nil: nothing is logged.
	Logger *slog.Logger
}

// EC2CredentialProvider signs with an EC2 credential of Keystone's: one that the user
// has for the project, or a new one. It asks once and keeps the answer. Where the user
// has several it takes the one whose access key ID sorts first, so that all processes
// take the same.
type EC2CredentialProvider struct {
	cached
	made hidden.Value[*madeCredentials]
}

// madeCredentials are the ones that a provider made itself.
type madeCredentials struct {
	options EC2CredentialProviderOptions
	mu      sync.Mutex
	access  []string
	closed  bool
}

// NewEC2CredentialProvider makes a provider. It sends nothing yet.
func NewEC2CredentialProvider(o EC2CredentialProviderOptions) (*EC2CredentialProvider, error) {
	if o.Client == nil {
		return nil, errors.New("identity: Client is missing")
	}
	m := &madeCredentials{options: o}
	return &EC2CredentialProvider{newCached("EC2CredentialProvider", m.fetch, time.Now, 0, o.Logger), hidden.Of(m)}, nil
}

// fetch finds a pair, or makes one. It also runs after a server refused the pair: one
// that Keystone still has is handed out again, for then it is not the pair's fault.
func (m *madeCredentials) fetch(ctx context.Context) (sigv4.Credentials, error) {
	m.mu.Lock() // so that Close does not miss the one that is being made
	defer m.mu.Unlock()
	o := &m.options
	if m.closed {
		return sigv4.Credentials{}, errors.New("used after Close")
	}
	project := o.ProjectID
	if project == "" {
		t, err := o.Client.Token(ctx)
		if err != nil {
			return sigv4.Credentials{}, err
		}
		project = t.Project.ID
	}
	all, err := o.Client.ListEC2Credentials(ctx, &ListEC2CredentialsInput{UserID: o.UserID})
	if err != nil {
		return sigv4.Credentials{}, err
	}
	slices.SortFunc(all, func(a, b EC2Credential) int { return strings.Compare(a.AccessKeyID, b.AccessKeyID) })
	for _, c := range all {
		if c.ProjectID == project && c.TrustID == "" && (!o.AlwaysCreate || slices.Contains(m.access, c.AccessKeyID)) {
			return c.Credentials, nil
		}
	}
	c, err := o.Client.CreateEC2Credential(ctx, &CreateEC2CredentialInput{UserID: o.UserID, ProjectID: project})
	if err != nil {
		return sigv4.Credentials{}, err
	}
	m.access = append(m.access, c.AccessKeyID)
	m.log("EC2 credential made", c.AccessKeyID)
	return c.Credentials, nil
}

func (m *madeCredentials) log(message, access string) {
	if m.options.Logger != nil {
		m.options.Logger.Info(message, "access", access)
	}
}

// Created tells whether the provider made a pair of keys, in place of finding one.
func (p *EC2CredentialProvider) Created() bool {
	p.made().mu.Lock()
	defer p.made().mu.Unlock()
	return len(p.made().access) > 0
}

// Close deletes what the provider made, if DeleteOnClose says so; a pair that is gone
// already counts as deleted. The provider can't be used afterwards. After an error Close
// may be called again.
func (p *EC2CredentialProvider) Close(ctx context.Context) error {
	m := p.made()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	p.state().drop(func(sigv4.Credentials) bool { return true })
	if !m.options.DeleteOnClose {
		return nil
	}
	var (
		left []string
		errs []error
	)
	for _, access := range m.access {
		err := m.options.Client.DeleteEC2Credential(ctx, &DeleteEC2CredentialInput{UserID: m.options.UserID, Access: access})
		if err != nil && !errors.Is(err, ErrNotFound) {
			left, errs = append(left, access), append(errs, err)
			continue
		}
		m.log("EC2 credential deleted", access)
	}
	m.access = left
	return errors.Join(errs...)
}
