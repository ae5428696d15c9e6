package main

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
		g, err := startGateway(dir)
		require.NoError(t, err)
		resp, err := http.Get(g.endpoint + "/")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusForbidden, resp.StatusCode, "unsigned requests are refused")
		require.NoError(t, g.stop())
		_, err = net.Dial("tcp", strings.TrimPrefix(g.endpoint, "http://"))
		require.Error(t, err, "nothing listens any more")
	}
}
