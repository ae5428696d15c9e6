package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysOf(t *testing.T) {
	for bucket, want := range map[string]bucketKeys{
		"bench":               {n: *listKeys, step: 1},
		"keys-5000000":        {n: 5000000, step: 1},
		"keys-5-step-2":       {n: 3, step: 2},
		"keys-6-step-2":       {n: 3, step: 2},
		"tree-10000000":       {n: 10000000, step: 1, tree: true},
		"tree-7-step-3":       {n: 3, step: 3, tree: true},
		"keys-5-step-0":       {n: *listKeys, step: 1},
		"keys-99999999999999": {n: *listKeys, step: 1},
	} {
		require.Equal(t, want, keysOf(bucket), bucket)
	}
}
