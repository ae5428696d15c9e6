// Package s3wire compares the s3 package's client with the AWS SDK's, on the wire and by
// name: every operation with the same members sends the same request, and reads the same
// answer and the same error alike. testdata/s3-model.json says what there is to compare.
package s3wire

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// model is the form of testdata/s3-model.json.
type model struct {
	Operations map[string]operation `json:"operations"`
	Shapes     map[string]shape     `json:"shapes"`
	Enums      map[string][]string  `json:"enums"`
}

type operation struct {
	Method string `json:"method"`
	Status int    `json:"status"`
	Input  string `json:"input"`
	Output string `json:"output"`
}

type shape struct {
	Kind   string `json:"kind"`
	Traits struct {
		XMLName string `json:"xmlName"`
	} `json:"traits"`
	Required []string `json:"required"`
	Members  members  `json:"members"`
}

// members are in the order of the model.
type members []member

type member struct {
	Name              string   `json:"-"`
	Type              string   `json:"type"`
	ListOf            *member  `json:"listOf"`
	HTTPLabel         int      `json:"httpLabel"`
	HTTPQuery         string   `json:"httpQuery"`
	HTTPHeader        string   `json:"httpHeader"`
	HTTPPrefixHeaders string   `json:"httpPrefixHeaders"`
	HTTPPayload       int      `json:"httpPayload"`
	XMLName           string   `json:"xmlName"`
	XMLFlattened      int      `json:"xmlFlattened"`
	XMLAttribute      int      `json:"xmlAttribute"`
	XMLNamespace      []string `json:"xmlNamespace"`
}

func (m *members) UnmarshalJSON(doc []byte) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		x := member{Name: name.(string)}
		if err := d.Decode(&x); err != nil {
			return err
		}
		*m = append(*m, x)
	}
	return nil
}

func (s shape) requires(name string) bool { return slices.Contains(s.Required, name) }

// inDocument: the member is an element or an attribute of its structure's.
func (m member) inDocument() bool {
	return m.HTTPLabel == 0 && m.HTTPQuery == "" && m.HTTPHeader == "" && m.HTTPPrefixHeaders == "" && m.HTTPPayload == 0
}

// element is the name on the wire.
func (m member) element() string {
	if m.XMLName != "" {
		return m.XMLName
	}
	return m.Name
}

// item is the type of a list's items, "" when it is no list.
func (m member) item() string {
	if m.ListOf != nil {
		return m.ListOf.Type
	}
	if item, ok := strings.CutPrefix(m.Type, "list<"); ok {
		return strings.TrimSuffix(item, ">")
	}
	return ""
}

// timestamp is the format of a time in its place.
func (m member) timestamp() string {
	if format, ok := strings.CutPrefix(m.Type, "timestamp("); ok {
		return strings.TrimSuffix(format, ")")
	}
	if m.HTTPHeader != "" {
		return "http-date"
	}
	return "date-time"
}

const stream = "streaming-blob"

// hasStream: one of the members is the body.
func (s shape) hasStream() bool {
	return slices.ContainsFunc(s.Members, func(m member) bool { return m.Type == stream })
}

// hasDocument: the body is XML.
func (m *model) hasDocument(name string) bool {
	for _, x := range m.Shapes[name].Members {
		if x.inDocument() || x.HTTPPayload != 0 && x.Type != stream && x.Type != "string" {
			return true
		}
	}
	return false
}

// choices is the largest number of members among the unions under a shape, at least 1.
func (m *model) choices(name string) int {
	s, most := m.Shapes[name], 1
	if s.Kind == "union" {
		most = len(s.Members)
	}
	for _, x := range s.Members {
		t := x.Type
		if x.item() != "" {
			t = x.item()
		}
		most = max(most, m.choices(t))
	}
	return most
}

var readModel = sync.OnceValues(func() (*model, error) {
	doc, err := os.ReadFile("../../../testdata/s3-model.json")
	if err != nil {
		return nil, err
	}
	m := new(model)
	return m, json.Unmarshal(doc, m)
})

func theModel(t *testing.T) *model {
	t.Helper()
	m, err := readModel()
	require.NoError(t, err)
	require.Len(t, m.Operations, 112)
	return m
}
