package apierr

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

func TestOneLine(t *testing.T) {
	require.Equal(t, "a b c", OneLine(" a\r\n\tb  c "))
	long := OneLine(strings.Repeat("é", 300))
	require.Equal(t, strings.Repeat("é", 250)+"...", long)
	require.Equal(t, "x"+strings.Repeat("é", 249)+"...", OneLine("x"+strings.Repeat("é", 300)), "cut between characters")
	require.Equal(t, "a [31mb c d \uFFFD e", OneLine("a\x00\x1b[31mb\u202ec\u2028d\u200b\u0085 \xff\x7f e\x00"), "nothing that moves a cursor, or turns the text round")
	require.Empty(t, OneLine("\x00\r\n"))
	flood := strings.Repeat(" x", 32<<20)
	require.Less(t, testing.AllocsPerRun(1, func() { OneLine(flood) }), 20.0)
}

func TestStatus(t *testing.T) {
	for status, want := range map[int]struct {
		code  string
		fault smithy.ErrorFault
	}{
		200: {"OK", smithy.FaultServer},
		304: {"NotModified", smithy.FaultUnknown},
		404: {"NotFound", smithy.FaultClient},
		499: {"Status499", smithy.FaultClient},
		503: {"ServiceUnavailable", smithy.FaultServer},
	} {
		require.Equal(t, want.code, Code(status))
		require.Equal(t, want.fault, Fault(status), status)
	}
}

func TestFailed(t *testing.T) {
	r := &http.Response{StatusCode: 404}
	err := Failed(r, io.EOF)
	var re *smithyhttp.ResponseError
	require.ErrorAs(t, err, &re)
	require.Same(t, r, re.Response.Response)
	require.ErrorIs(t, err, io.EOF)
}

func TestJSONError(t *testing.T) {
	var v struct{ A int }
	require.EqualError(t, JSONError(json.Unmarshal([]byte(`{"a": "swordfish"}`), &v)), "A is of another type at byte 17")
	require.EqualError(t, JSONError(json.Unmarshal([]byte(`{"a": sword`), &v)), "syntax error at byte 7")
	require.Equal(t, io.EOF, JSONError(io.EOF))
}
