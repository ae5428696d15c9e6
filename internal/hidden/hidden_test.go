package hidden

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValue(t *testing.T) {
	type secret struct{ Text string }
	type holder struct{ state Value[*secret] }
	h := holder{Of(&secret{"swordfish"})}
	require.Equal(t, "swordfish", h.state().Text)
	for _, v := range []any{h, &h, struct{ h holder }{h}, struct{ H *holder }{&h}, []holder{h}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			require.NotContains(t, fmt.Sprintf(verb, v), "swordfish")
			require.NotContains(t, fmt.Sprintf(verb, v), fmt.Sprintf("%x", "swordfish"))
		}
	}
}
