package swift

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/rest"
)

// operations are the operations of this package. A method without one here is caught below.
var operations = []rest.Descriptor{
	&opHeadAccount.Operation, &opUpdateAccount.Operation, &opDeleteAccount.Operation, &opListContainers.Operation, &opInfo.Operation,
	&opCreateContainer.Operation, &opHeadContainer.Operation, &opUpdateContainer.Operation, &opDeleteContainer.Operation, &opListObjects.Operation,
	&opCreateObject.Operation, &opGetObject.Operation, &opHeadObject.Operation, &opUpdateObject.Operation, &opCopyObject.Operation, &opDeleteObject.Operation,
	&opCreateMultipartUpload.Operation, &opUploadPart.Operation, &opListParts.Operation, &opListMultipartUploads.Operation,
	&opAbortMultipartUpload.Operation, &opCompleteMultipartUpload.Operation, &opGetObjectTempURL.Operation,
}

// TestOperations compiles the tags of every operation and holds its names against its method's.
func TestOperations(t *testing.T) {
	t.Parallel()
	client := reflect.TypeFor[*Client]()
	for _, op := range operations {
		info := op.Info()
		require.NoError(t, op.Check(), info.Name)
		require.Equal(t, info.Name+"Input", info.Input.Name())
		require.Equal(t, info.Name+"Output", info.Output.Name())
		m, ok := client.MethodByName(info.Name)
		require.True(t, ok, info.Name)
		require.Equal(t, reflect.PointerTo(info.Input), m.Type.In(2), info.Name)
		require.Equal(t, reflect.PointerTo(info.Output), m.Type.Out(0), info.Name)
	}
	for _, p := range []Profile{OpenStack(), CephRGW(), KakaoCloud(), Generic()} {
		for name := range p.Operations {
			if name == "BulkDelete" || name == "ExtractArchive" {
				continue
			}
			_, ok := client.MethodByName(name)
			require.True(t, ok, "%s tells of %s", p.Name, name)
		}
	}
}

// TestSecretsAreNamed: what holds a secret is of a type that does not print.
func TestSecretsAreNamed(t *testing.T) {
	t.Parallel()
	secret := reflect.TypeFor[Secret]()
	for _, op := range operations {
		for _, typ := range []reflect.Type{op.Info().Input, op.Info().Output} {
			for i := range typ.NumField() {
				f := typ.Field(i)
				name := f.Tag.Get("header")
				if strings.Contains(strings.ToLower(name), "key") {
					require.Equal(t, secret, f.Type, "%s.%s", typ, f.Name)
					require.Equal(t, "true", f.Tag.Get("sensitive"), "%s.%s", typ, f.Name)
				}
			}
		}
	}
}
