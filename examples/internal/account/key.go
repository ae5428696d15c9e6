package account

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/stowage-go/stowage/swift"
)

// ErrNoKey says that there is nothing to sign with.
var ErrNoKey = errors.New("neither the container nor the account has a TempURL key; -new-key makes one for the container")

// TempURLKey finds the key to sign with: that of the container, else that of the account. Where
// there is none it makes one, at random, for the container, if create says so.
func TempURLKey(ctx context.Context, client *swift.Client, container string, create bool) (swift.Secret, error) {
	head, err := client.HeadContainer(ctx, &swift.HeadContainerInput{Container: container})
	if err != nil {
		return "", err
	}
	for _, key := range []swift.Secret{head.TempURLKey, head.TempURLKey2} {
		if key != "" {
			return key, nil
		}
	}
	account, err := client.HeadAccount(ctx, nil)
	if err != nil {
		return "", err
	}
	for _, key := range []swift.Secret{account.TempURLKey, account.TempURLKey2} {
		if key != "" {
			return key, nil
		}
	}
	if !create {
		return "", ErrNoKey
	}
	key := swift.Secret(rand.Text())
	_, err = client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: container, TempURLKey: key})
	return key, err
}
