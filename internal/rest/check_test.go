package rest

import (
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func checkIn[In any](uri string) error {
	return (&Operation[In, empty]{Name: "Op", Method: "PUT", URI: uri}).Check()
}

func checkOut[Out any]() error {
	return (&Operation[empty, Out]{Name: "Op", Method: "GET", URI: "/"}).Check()
}

// document checks a struct in the place of a document below the root.
func checkDoc[Doc any]() error {
	type output struct {
		Doc *Doc `payload:"xml"`
	}
	return checkOut[output]()
}

type embedded struct {
	Name string `header:"x-name"`
}

type doc struct {
	Name string `xml:"Name"`
}

type attributed struct {
	Type string `xml:"xsi:type,attr"`
}

func TestCheckAccepts(t *testing.T) {
	require.NoError(t, kitchenOp().Check())
	require.NoError(t, deleteOp().Check())
	require.NoError(t, checkOut[listing]())
	require.NoError(t, checkOut[location]())
	require.NoError(t, checkOut[accessPolicy]())
	require.NoError(t, checkOut[ring]())
	require.NoError(t, checkDoc[accessPolicy]())
	require.NoError(t, checkIn[struct {
		Body io.ReadSeeker `payload:"body"`
	}]("/"))
	require.NoError(t, checkOut[struct {
		Lang string `xml:"xml:lang,attr"`
		A    int    `xml:"a,attr"`
		B    []struct {
			T *time.Time `xml:",chardata" timestamp:"epoch"`
		} `xml:"B"`
		C []time.Time `xml:"C" timestamp:"http-date"`
		D []int64     `xml:"Ds>D"`
		E *bool       `xml:"E"`
	}]())
}

// Tags that vet and staticcheck know to be wrong themselves, hence built at run
// time.
func TestCheckRefusesMalformedTags(t *testing.T) {
	text, list := reflect.TypeFor[string](), reflect.TypeFor[[]string]()
	for _, tt := range []struct {
		fields []reflect.StructField
		want   string
	}{
		{[]reflect.StructField{{Name: "A", Type: text, Tag: `xml:"A,chardata"`}}, `A: bad tag xml:"A,chardata"`},
		{[]reflect.StructField{{Name: "A", Type: list, Tag: `xml:"A>"`}}, `A: bad element name "A>"`},
		{[]reflect.StructField{{Name: "A", Type: text, Tag: `xml:"A"`}, {Name: "B", Type: text, Tag: `xml:"A"`}}, "B: element A is bound twice"},
	} {
		_, err := compile("Op", "GET", "/", "", reflect.TypeFor[empty](), reflect.StructOf(tt.fields))
		require.ErrorContains(t, err, tt.want)
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"no name", (&Operation[empty, empty]{Method: "GET", URI: "/"}).Check(), "rest: operation without a name: name and method must be set"},
		{"no method", (&Operation[empty, empty]{Name: "Op", URI: "/"}).Check(), "rest: Op: name and method must be set"},
		{"input is no struct", (&Operation[string, empty]{Name: "Op", Method: "GET", URI: "/"}).Check(), "must be structs"},
		{"output is no struct", (&Operation[empty, *empty]{Name: "Op", Method: "GET", URI: "/"}).Check(), "must be structs"},

		{"no binding in", checkIn[struct{ Name string }]("/"), "Name: no binding tag"},
		{"no binding out", checkOut[struct{ Name string }](), "Name: no binding tag"},
		{"no binding in a document", checkDoc[struct{ Name string }](), "Name: no binding tag"},
		{"two bindings", checkIn[struct {
			A string `header:"x-a" url:"a"`
		}]("/"), "A: more than one binding tag"},
		{"xml beside a header", checkOut[struct {
			A string `header:"x-a" xml:"A"`
		}](), "A: more than one binding tag"},
		{"xml beside a stream", checkIn[struct {
			A io.Reader `payload:"body" xml:"A"`
		}]("/"), "A: more than one binding tag"},
		{"header beside a document", checkIn[struct {
			A *doc `header:"a" payload:"xml" xml:"A"`
		}]("/"), "A: more than one binding tag"},
		{"embedded", checkIn[struct{ embedded }]("/"), "embedded fields are not supported"},
		{"unknown payload", checkIn[struct {
			A string `payload:"json"`
		}]("/"), `unknown payload "json"`},
		{"text that is no string", checkIn[struct {
			A int `payload:"text"`
		}]("/"), "A: unsupported type int for a text"},
		{"text that is no string out", checkOut[struct {
			A []byte `payload:"text"`
		}](), "A: unsupported type []uint8 for a text"},
		{"text beside a stream", checkIn[struct {
			A io.Reader `payload:"body"`
			B string    `payload:"text"`
		}]("/"), "B: a second payload"},
		{"text and members of a document", checkIn[struct {
			A string `payload:"text"`
			B string `xml:"B"`
		}]("/"), "has a payload and members of a document beside it"},
		{"always on a header", checkIn[struct {
			A string `header:"a" always:"true"`
		}]("/"), `A: tag always:"true"`},
		{"always on a number", checkDoc[struct {
			A int `xml:"A" always:"true"`
		}](), `A: tag always:"true"`},
		{"host label without a field", (&Operation[empty, empty]{Name: "Op", Method: "GET", URI: "/", HostLabel: "Route"}).Check(), "host label Route is no string"},

		{"unknown label", checkIn[struct {
			A string `label:"B"`
		}]("/{A}"), `label "B" is not in the URI`},
		{"label without a field", checkIn[struct{}]("/{A}"), "label A of the URI has no field"},
		{"empty label", checkIn[struct {
			A string `label:""`
		}]("/x"), `label "" is not in the URI`},
		{"label twice", checkIn[struct {
			A string `label:"A"`
			B string `label:"A"`
		}]("/{A}"), "B: label A is bound twice"},
		{"label type", checkIn[struct {
			A int64 `label:"A"`
		}]("/{A}"), "unsupported type int64"},
		{"label out", checkOut[struct {
			A string `label:"A"`
		}](), "an output has no labels"},

		{"query name", checkIn[struct {
			A string `url:",omitempty"`
		}]("/"), `bad query name ""`},
		{"query dash", checkIn[struct {
			A string `url:"-"`
		}]("/"), `bad query name "-"`},
		{"query twice", checkIn[struct {
			A string `url:"a"`
			B string `url:"a,omitempty"`
		}]("/"), "B: query parameter a is bound twice"},
		{"query in the URI", checkIn[struct {
			A string `url:"a b"`
		}]("/?a b"), "A: query parameter a b is bound twice"},
		{"query type", checkIn[struct {
			A map[string]string `url:"a"`
		}]("/"), "unsupported type map[string]string"},
		{"query list type", checkIn[struct {
			A []int `url:"a"`
		}]("/"), "unsupported type []int"},
		{"query list with a format", checkIn[struct {
			A []string `url:"a" timestamp:"epoch"`
		}]("/"), "unsupported type []string"},
		{"query out", checkOut[struct {
			A string `url:"a"`
		}](), "an output has no labels or query parameters"},

		{"header name", checkIn[struct {
			A string `header:"x a"`
		}]("/"), `bad header name "x a"`},
		{"header name empty", checkIn[struct {
			A string `header:""`
		}]("/"), `bad header name ""`},
		{"header twice", checkIn[struct {
			A string `header:"x-a"`
			B string `header:"X-A"`
		}]("/"), "A and B are both bound to header X-A"},
		{"header twice out", checkOut[struct {
			A string `header:"x-a"`
			B string `header:"X-A"`
		}](), "A and B are both bound to header X-A"},
		{"header type", checkIn[struct {
			A float64 `header:"x-a"`
		}]("/"), "unsupported type float64"},
		{"header list type", checkIn[struct {
			A []byte `header:"x-a"`
		}]("/"), "unsupported type []uint8"},
		{"header pointer type", checkIn[struct {
			A **string `header:"x-a"`
		}]("/"), "unsupported type **string"},
		{"prefix name", checkIn[struct {
			A map[string]string `headers:""`
		}]("/"), `bad header prefix ""`},
		{"prefix type", checkOut[struct {
			A map[string]int `headers:"x-"`
		}](), "unsupported type map[string]int"},
		{"rest", checkIn[struct {
			A string `rest:"x"`
		}]("/"), `only "-" has a meaning`},
		{"prefixes overlap", checkIn[struct {
			A map[string]string `headers:"x-meta-"`
			B map[string]string `headers:"X-Meta-B"`
		}]("/"), "the header prefixes of A and B overlap"},

		{"stream type in", checkIn[struct {
			A []byte `payload:"body"`
		}]("/"), "unsupported type []uint8 for a stream"},
		{"stream interface in", checkIn[struct {
			A io.Writer `payload:"body"`
		}]("/"), "unsupported type io.Writer for a stream"},
		{"stream type out", checkOut[struct {
			A io.Reader `payload:"body"`
		}](), "unsupported type io.Reader for a stream"},
		{"two streams", checkIn[struct {
			A io.Reader `payload:"body"`
			B io.Reader `payload:"body"`
		}]("/"), "B: a second payload"},
		{"stream and document", checkOut[struct {
			A io.ReadCloser `payload:"body"`
			B *doc          `payload:"xml"`
		}](), "B: a second payload"},
		{"document by value", checkIn[struct {
			A doc `payload:"xml" xml:"A"`
		}]("/"), "for a document, want a pointer to a struct"},
		{"document of a time", checkIn[struct {
			A *time.Time `payload:"xml" xml:"A"`
		}]("/"), "for a document, want a pointer to a struct"},
		{"document without a root", checkIn[struct {
			A *doc `payload:"xml"`
		}]("/"), `the document needs a root element: xml:""`},
		{"document root name", checkIn[struct {
			A *doc `payload:"xml" xml:"A>B"`
		}]("/"), `the document needs a root element: xml:"A>B"`},
		{"document and members", checkOut[struct {
			A *doc   `payload:"xml"`
			B string `xml:"B"`
		}](), "has a payload and members of a document beside it"},
		{"stream and members", checkOut[struct {
			A io.ReadCloser `payload:"body"`
			B string        `xml:"B"`
		}](), "has a payload and members of a document beside it"},

		{"header in a document", checkDoc[embedded](), "a member of a document has an xml tag"},
		{"wrapper twice", checkOut[struct {
			A []string `xml:"A>B"`
			B string   `xml:"A"`
		}](), "B: element A is bound twice"},
		{"attribute twice", checkOut[struct {
			A string `xml:"a,attr"`
			B string `xml:"x:a,attr"`
		}](), "B: attribute a is bound twice"},
		{"text twice", checkOut[struct {
			A string `xml:",chardata"`
			B string `xml:",chardata"`
		}](), "B: the text is bound twice"},
		{"text and elements", checkOut[struct {
			A string `xml:",chardata"`
			B string `xml:"B"`
		}](), "has both text and elements"},
		{"text type", checkOut[struct {
			A []string `xml:",chardata"`
		}](), "unsupported type []string"},
		{"element option", checkOut[struct {
			A string `xml:"A,omitempty"`
		}](), `bad tag xml:"A,omitempty"`},
		{"element name", checkOut[struct {
			A string `xml:"1A"`
		}](), `bad element name "1A"`},
		{"element without a name", checkDoc[struct {
			A string `xml:"-"`
		}](), `bad element name "-"`},
		{"element with a prefix", checkOut[struct {
			A string `xml:"x:A"`
		}](), `bad element name "x:A"`},
		{"wrapped thrice", checkOut[struct {
			A []string `xml:"A>B>C"`
		}](), `bad element name "A>B>C"`},
		{"wrapped no list", checkOut[struct {
			A string `xml:"A>B"`
		}](), `wrapped name "A>B" on a field that is no list`},
		{"attribute name", checkOut[struct {
			A string `xml:"a b,attr"`
		}](), `bad attribute name "a b"`},
		{"attribute prefix", checkOut[struct {
			A string `xml:":a,attr"`
		}](), `bad attribute name ":a"`},
		{"attribute type", checkOut[struct {
			A doc `xml:"a,attr"`
		}](), "unsupported type rest.doc"},
		{"element type", checkOut[struct {
			A map[string]string `xml:"A"`
		}](), "unsupported type map[string]string"},
		{"list of pointers to scalars", checkOut[struct {
			A []*string `xml:"A"`
		}](), "unsupported type []*string"},
		{"list of pointers to structs", checkOut[struct {
			A []*doc `xml:"A"`
		}](), "unsupported type []*rest.doc"},
		{"list of lists", checkOut[struct {
			A [][]string `xml:"A"`
		}](), "unsupported type [][]string"},
		{"bytes", checkOut[struct {
			A []byte `xml:"A"`
		}](), "unsupported type []uint8"},
		{"attribute's prefix not declared", checkOut[struct {
			A *attributed `xml:"A"`
		}](), "attributes with the prefix xsi, which the member doesn't declare"},
		{"attribute's prefix declared otherwise", checkOut[struct {
			A []attributed `xml:"A" namespace:"xs urn:x"`
		}](), "attributes with the prefix xsi, which the member doesn't declare"},
		{"attribute's prefix on a payload", checkIn[struct {
			A *attributed `payload:"xml" xml:"A"`
		}]("/"), "attributes with the prefix xsi, which the member doesn't declare"},

		{"required", checkIn[struct {
			A string `header:"a" required:"yes"`
		}]("/"), `tag required:"yes"`},
		{"sensitive", checkIn[struct {
			A string `header:"a" sensitive:""`
		}]("/"), `tag sensitive:""`},
		{"timestamp", checkIn[struct {
			A time.Time `header:"a" timestamp:"iso"`
		}]("/"), `unknown timestamp format "iso"`},
		{"timestamp on a string", checkIn[struct {
			A string `header:"a" timestamp:"epoch"`
		}]("/"), `tag timestamp:"epoch" on a field that is no time`},
		{"timestamp on a list", checkIn[struct {
			A []string `header:"a" timestamp:"epoch"`
		}]("/"), "unsupported type []string"},
		{"timestamp on a struct", checkOut[struct {
			A doc `xml:"a" timestamp:"epoch"`
		}](), `tag timestamp:"epoch" on a field that is no time`},
		{"encoding", checkOut[struct {
			A string `xml:"A" encoding:"base64"`
		}](), `tag encoding:"base64"`},
		{"encoding of a header", checkOut[struct {
			A string `header:"A" encoding:"url"`
		}](), `tag encoding:"url"`},
		{"encoding of a number", checkOut[struct {
			A int32 `xml:"A" encoding:"url"`
		}](), `encoding:"url" on a field that is no string`},
		{"encoding of a struct", checkOut[struct {
			A doc `xml:"A" encoding:"url"`
		}](), `encoding:"url" on a field that is no string`},
		{"namespace without a URI", checkOut[struct {
			A doc `xml:"A" namespace:"xsi"`
		}](), `tag namespace:"xsi"`},
		{"namespace on a header", checkOut[struct {
			A string `header:"A" namespace:"a urn:a"`
		}](), `tag namespace:"a urn:a"`},
		{"namespace on a scalar", checkOut[struct {
			A string `xml:"A" namespace:"a urn:a"`
		}](), "namespace on a field that is no struct"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.ErrorContains(t, tt.err, tt.want)
			require.NotContains(t, tt.err.Error(), "\n")
		})
	}
}
