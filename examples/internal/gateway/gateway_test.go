package gateway

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGatewayStartsAndStopsTwice(t *testing.T) {
	for range 2 {
		dir := t.TempDir()
		g, err := Start(dir)
		require.NoError(t, err)
		resp, err := http.Get(g.Endpoint + "/")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusForbidden, resp.StatusCode, "unsigned requests are refused")
		require.NoError(t, g.Stop())
		_, err = net.Dial("tcp", strings.TrimPrefix(g.Endpoint, "http://"))
		require.Error(t, err, "nothing listens any more")
	}
}
