package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"
)

type answered struct {
	smithy.GenericAPIError
	status int
}

func (a *answered) HTTPStatusCode() int { return a.status }

func TestExplain(t *testing.T) {
	cases := []struct {
		err  error
		want string
	}{
		{fmt.Errorf("upload: %w", &answered{smithy.GenericAPIError{Code: "NotImplemented", Message: "aws-chunked"}, 501}), "501 NotImplemented: aws-chunked"},
		{fmt.Errorf("x: %w", minio.ErrorResponse{StatusCode: 400, Code: "InvalidRequest", Message: "no | pipes"}), "400 InvalidRequest: no / pipes"},
		{fmt.Errorf("a: %w", fmt.Errorf("b: %w", errors.New("unseekable"))), "in the client: unseekable"},
		{fmt.Errorf("a: %w", context.DeadlineExceeded), "timed out"},
		{fmt.Errorf("%w (1 bytes, 2 sent)", errDiffers), "stored content differs (1 bytes, 2 sent)"},
		{errors.New(strings.Repeat("x", 200)), "in the client: " + strings.Repeat("x", 75) + "..."},
	}
	for _, c := range cases {
		require.Equal(t, c.want, explain(c.err))
	}
}

func TestTable(t *testing.T) {
	ours, theirs := column{name: "ours", ours: true}, column{name: "theirs"}
	p := place{server: server{title: "Ceph RGW"}, url: "https://127.0.0.1:1"}
	table := newTable([]column{theirs, ours})
	table.add(p, theirs, map[string]cell{"DeleteObjects": {err: errors.New("no")}})
	table.add(p, ours, map[string]cell{"DeleteObjects": {sent: "md5"}})
	require.False(t, table.oursFailed(), "theirs may fail")
	var b strings.Builder
	require.NoError(t, table.print(&b))
	require.Contains(t, b.String(), "| server | call | theirs | ours |\n|---|---|---|---|\n")
	require.Contains(t, b.String(), "| Ceph RGW, https | DeleteObjects | **in the client: no** | ok (md5) |\n")
	table.add(p, ours, map[string]cell{"DeleteObjects": {err: errors.New("no")}})
	require.True(t, table.oursFailed())
}
