package otel

import (
	"fmt"

	"github.com/aws/smithy-go"
	"go.opentelemetry.io/otel/attribute"
)

// attributesOf are the properties whose keys are names.
func attributesOf(p *smithy.Properties) []attribute.KeyValue {
	values := p.Values()
	all := make([]attribute.KeyValue, 0, len(values))
	for k, v := range values {
		if name := nameOf(k); name != "" {
			all = append(all, attributeOf(name, v))
		}
	}
	return all
}

// nameOf is the name of a property, empty for one that has none: keys of other types are for
// whoever made them.
func nameOf(key any) string {
	switch k := key.(type) {
	case string:
		return k
	case fmt.Stringer:
		return k.String()
	}
	return ""
}

// attributeOf keeps the types that OpenTelemetry has; others are written as text.
func attributeOf(name string, value any) attribute.KeyValue {
	switch v := value.(type) {
	case string:
		return attribute.String(name, v)
	case bool:
		return attribute.Bool(name, v)
	case int:
		return attribute.Int(name, v)
	case int64:
		return attribute.Int64(name, v)
	case float64:
		return attribute.Float64(name, v)
	case []string:
		return attribute.StringSlice(name, v)
	}
	return attribute.String(name, fmt.Sprint(value))
}
