package rest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRootElement(t *testing.T) {
	for doc, want := range map[string]string{
		"":                                      "",
		"   ":                                   "",
		"text":                                  "",
		"<Error/>":                              "Error",
		"<Error><Code/>":                        "Error",
		"<Error xmlns=\"x\">":                   "Error",
		"\n\n <?xml version=\"1.0\"?>\n<Error>": "Error",
		"\xEF\xBB\xBF<!-- <Other> --><!DOCTYPE html><s3:Error>": "Error",
		"<CopyObjectResult>": "CopyObjectResult",
		"<":                  "",
		"<?xml":              "",
	} {
		require.Equal(t, want, RootElement([]byte(doc)), "%q", doc)
	}
}

func TestHostLabelByValue(t *testing.T) {
	lower := func(v string) bool { return v == "bucket" }
	req, err := keyOp().Encode(&keyInput{Bucket: "bucket", Key: "k"}, EncodeOptions{HostLabel: "Bucket", InHost: lower})
	require.NoError(t, err)
	require.Equal(t, "/k", req.Path)
	require.Equal(t, "bucket", req.HostValue)
	req, err = keyOp().Encode(&keyInput{Bucket: "Bucket", Key: "k"}, EncodeOptions{HostLabel: "Bucket", InHost: lower})
	require.NoError(t, err)
	require.Equal(t, "/Bucket/k", req.Path)
	require.Empty(t, req.HostValue)
}
