package faults

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/swift"
)

// openstack are Keystone and Swift, with a client that meets no fault.
type openstack struct {
	env       integration.Env
	keystone  string // http URL of the host
	storage   string // the same of Swift
	path      string // of the account
	clean     *swift.Client
	container string
	auth      *identity.Client
}

func newOpenStack(ctx context.Context, env integration.Env) (*openstack, error) {
	o := &openstack{env: env, keystone: strings.TrimSuffix(env["OS_AUTH_URL"], "/v3"), container: uniqueName()}
	u, err := url.Parse(env["SWIFT_STORAGE_URL"])
	if err != nil {
		return nil, err
	}
	o.storage, o.path = u.Scheme+"://"+u.Host, u.Path
	if o.auth, err = o.login(); err != nil {
		return nil, err
	}
	if o.clean, err = swift.New(swift.Options{Auth: o.auth, Profile: swift.OpenStack()}); err != nil {
		return nil, err
	}
	for _, name := range []string{o.container, o.segments()} {
		if _, err := o.clean.CreateContainer(ctx, &swift.CreateContainerInput{Container: name}); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// segments is where the library keeps those of the container's large objects.
func (o *openstack) segments() string { return o.container + "_segments" }

// login is a client of Keystone as the ordinary user.
func (o *openstack) login(fns ...func(*identity.Options)) (*identity.Client, error) {
	return identity.New(identity.Options{
		AuthURL: o.env["OS_AUTH_URL"],
		Auth:    identity.PasswordAuth{Username: o.env["OS_USERNAME"], UserDomainName: "Default", Password: identity.Secret(o.env["OS_PASSWORD"])},
		Scope:   identity.Scope{ProjectName: o.env["OS_PROJECT_NAME"], ProjectDomainName: "Default"},
	}, fns...)
}

// remove deletes the containers with all that is in them.
func (o *openstack) remove(ctx context.Context) error {
	var all error
	for _, name := range []string{o.container, o.segments()} {
		listed, err := o.names(ctx, name, "")
		all = errors.Join(all, err)
		for _, object := range listed {
			if _, err := o.clean.DeleteObject(ctx, &swift.DeleteObjectInput{Container: name, Object: object}); !isAny(swift.ErrNotFound)(err) {
				all = errors.Join(all, err)
			}
		}
		_, err = o.clean.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: name})
		all = errors.Join(all, err)
	}
	return errors.Join(all, o.auth.Close(ctx))
}

// names are the objects of a container under a prefix.
func (o *openstack) names(ctx context.Context, container, prefix string) ([]string, error) {
	var all []string
	for page, err := range o.clean.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: container, Prefix: prefix}) {
		if err != nil {
			return all, err
		}
		for _, object := range page.Objects {
			all = append(all, object.Name)
		}
	}
	return all, nil
}

// holds tells whether the object is there; when it is, its bytes have to be those of body.
func (o *openstack) holds(ctx context.Context, object string, body []byte) (bool, error) {
	out, err := o.clean.GetObject(ctx, &swift.GetObjectInput{Container: o.container, Object: object})
	if isAny(swift.ErrNotFound)(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer out.Body.Close()
	return true, same(out.Body, body)
}
