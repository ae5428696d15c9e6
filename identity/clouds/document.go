package clouds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile is the size above which a file is no clouds.yaml.
const maxFile = 1 << 20

// mapping is a mapping of a file. Its values are mappings (map[string]any), lists
// ([]any), text (string) and null (nil): a scalar is taken as it is written, for what
// looks like a number may be a password.
type mapping = map[string]any

// document is a file that was read.
type document struct {
	path string
	mapping
}

func read(path string) (*document, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: more than %d bytes", path, maxFile)
	}
	parse := parseYAML
	if strings.HasSuffix(path, "json") {
		parse = parseJSON
	}
	v, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, ok := v.(mapping)
	if !ok && v != nil {
		return nil, fmt.Errorf("%s: not a mapping", path)
	}
	return &document{path, m}, nil
}

func parseYAML(data []byte) (any, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var n yaml.Node
	switch err := dec.Decode(&n); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, syntaxError(data, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	asWritten(&n)
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, syntaxError(data, err)
	}
	return v, nil
}

// asWritten makes text of every scalar but null and the merge key.
func asWritten(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		if tag := n.ShortTag(); tag != "!!null" && tag != "!!merge" {
			n.Tag = "!!str"
		}
	}
	for _, c := range n.Content {
		asWritten(c)
	}
}

var (
	yamlMessage = regexp.MustCompile(`^yaml: (?:unmarshal errors:\n  )?(?:line (\d+): )?(.*)`)
	yamlAnchor  = regexp.MustCompile(`anchor '(.+)'`)
	// yamlParser are the problems whose line the library counts from 0.
	yamlParser = regexp.MustCompile(`^did not find expected (node content|key|<.*>|'[-,].*)$`)
	// yamlNowhere are the problems whose line it does not know. Others without a line
	// are in the first.
	yamlNowhere = regexp.MustCompile(`octet|control characters|surrogate|Unicode|aliasing|map merge`)
)

// syntaxError says in which line of data the YAML library found what, and repeats
// nothing of the file.
func syntaxError(data []byte, err error) error {
	m := yamlMessage.FindStringSubmatch(err.Error())
	if m == nil {
		return errors.New("not YAML")
	}
	line, _ := strconv.Atoi(m[1])
	reason := m[2]
	switch anchor := yamlAnchor.FindStringSubmatch(reason); {
	case anchor != nil:
		line, reason = lineOf(data, int64(bytes.Index(data, []byte("*"+anchor[1])))), "an alias of nothing, or of itself"
	case strings.Contains(reason, "already defined at line"):
		reason = "a key that is there already"
	case strings.HasPrefix(reason, "invalid map key"):
		return errors.New("a key that is not text")
	case yamlParser.MatchString(reason):
		line++
	case strings.ContainsAny(reason, "'\"`"):
		reason = "not YAML"
	case line == 0 && yamlNowhere.MatchString(reason):
		return errors.New(reason)
	}
	return fmt.Errorf("line %d: %s", max(line, 1), reason)
}

// lineOf returns the line of an offset.
func lineOf(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:max(0, min(offset, int64(len(data))))], []byte("\n"))
}

func parseJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	if err == nil {
		if _, more := dec.Token(); errors.Is(more, io.EOF) {
			return text(v), nil
		}
	}
	// What the decoder says repeats a character of the file.
	offset := dec.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case err != nil: // it ends too soon
		offset = int64(len(data))
	}
	return nil, fmt.Errorf("line %d: not JSON", lineOf(data, offset))
}

// text makes text of numbers and truth values.
func text(v any) any {
	switch v := v.(type) {
	case mapping:
		for k, e := range v {
			v[k] = text(e)
		}
	case []any:
		for i, e := range v {
			v[i] = text(e)
		}
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	}
	return v
}
