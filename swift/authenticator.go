package swift

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/stowage-go/stowage/internal/hidden"
)

// Authenticator opens an account: identity.Client (Keystone), [TempAuth] and
// [StaticToken] are. It is asked before every request, so it must keep its token, and
// must be safe for concurrent use.
type Authenticator interface {
	// Authenticate returns a token that holds and the URL of the account, such as
	// "https://objects.example.com/v1/AUTH_project".
	Authenticate(ctx context.Context) (token, storageURL string, err error)
	// Invalidate says that the server refused the token: the next Authenticate is to
	// bring another. A token that has been replaced already is to change nothing.
	Invalidate(token string)
}

// StaticToken is an [Authenticator] for a token that somebody else fetched. It can't be
// replaced: once it is over, calls fail with [ErrUnauthorized].
func StaticToken(token, storageURL string) Authenticator {
	return staticToken{hidden.Of([2]string{token, storageURL})}
}

type staticToken struct{ pair hidden.Value[[2]string] }

func (t staticToken) Authenticate(context.Context) (token, storageURL string, err error) {
	p := t.pair()
	if p[0] == "" || p[1] == "" {
		return "", "", errors.New("swift: StaticToken needs a token and a storage URL")
	}
	return p[0], p[1], nil
}

func (staticToken) Invalidate(string) {}

// Format writes the type's name for every verb.
func (staticToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "swift.StaticToken") }
