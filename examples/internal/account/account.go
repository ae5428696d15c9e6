// Package account opens a Swift account as OpenStack's own tools do: with the OS_* variables of
// an openrc file, or a cloud of clouds.yaml.
package account

import (
	"context"
	"time"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/identity/clouds"
	"github.com/stowage-go/stowage/swift"
)

// Open makes a client of the account that the environment and cloud, a name in clouds.yaml or
// nothing, say. Nothing is sent. logout revokes the token, also after the context has ended.
func Open(cloud, userAgent string, lookup func(string) (string, bool)) (_ *swift.Client, logout func(context.Context) error, err error) {
	login, err := clouds.FromEnvironment(clouds.Options{Cloud: cloud, Lookup: lookup})
	if err != nil {
		return nil, nil, err
	}
	login.UserAgent = userAgent
	keystone, err := identity.New(login)
	if err != nil {
		return nil, nil, err
	}
	client, err := swift.New(swift.Options{Auth: keystone, Profile: swift.OpenStack(), TLSConfig: login.TLSConfig, UserAgent: userAgent})
	if err != nil {
		return nil, nil, err
	}
	logout = func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		return keystone.Close(ctx)
	}
	return client, logout, nil
}
