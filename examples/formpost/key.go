package main

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/stowage-go/stowage/swift"
)

var errNoKey = errors.New("neither the container nor the account has a TempURL key; -new-key makes one for the container")

// key finds the TempURL key to sign with, or makes one.
func (f *form) key(ctx context.Context) (swift.Secret, error) {
	container, err := f.client.HeadContainer(ctx, &swift.HeadContainerInput{Container: f.options.form.Container})
	if err != nil {
		return "", err
	}
	for _, key := range []swift.Secret{container.TempURLKey, container.TempURLKey2} {
		if key != "" {
			return key, nil
		}
	}
	account, err := f.client.HeadAccount(ctx, nil)
	if err != nil {
		return "", err
	}
	for _, key := range []swift.Secret{account.TempURLKey, account.TempURLKey2} {
		if key != "" {
			return key, nil
		}
	}
	if !f.options.newKey {
		return "", errNoKey
	}
	made := swift.Secret(rand.Text())
	_, err = f.client.UpdateContainer(ctx, &swift.UpdateContainerInput{Container: f.options.form.Container, TempURLKey: made})
	return made, err
}
