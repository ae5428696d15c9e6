package identity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// config is what a config file means: its profiles and services.
func config(text string) (profiles, services map[string]sharedSection, err error) {
	sections, err := parseSharedFile(text)
	if err != nil {
		return nil, nil, err
	}
	c := &sharedConfig{profiles: map[string]sharedSection{}, services: map[string]sharedSection{}}
	c.addConfig(sections)
	return c.profiles, c.services, nil
}

func values(pairs ...string) sharedSection {
	s := sharedSection{}
	for i := 0; i < len(pairs); i += 2 {
		s[pairs[i]] = sharedSetting{value: pairs[i+1]}
	}
	return s
}

func block(pairs ...string) sharedSetting {
	s := sharedSetting{block: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.block[pairs[i]] = pairs[i+1]
	}
	return s
}

// What config files mean, as AWS's command line has it (botocore 1.44). Where that differs,
// botocore tells how, and why this is not followed.
func TestSharedFileMeaning(t *testing.T) {
	t.Parallel()
	foo := func(s sharedSection) map[string]sharedSection { return map[string]sharedSection{"foo": s} }
	none := map[string]sharedSection{}
	for _, c := range []struct {
		text     string
		profiles map[string]sharedSection
		services map[string]sharedSection
		wrong    string
		botocore string
	}{
		{text: "", profiles: none},
		{text: "[profile foo]", profiles: foo(values())},
		{text: "[profile foo\n", wrong: "line 1: a section without its ']'"},
		{text: "[profile \tfoo \t]", profiles: foo(values())},
		{text: "[profile\tfoo]", profiles: foo(values())},
		{
			text: "[  profile foo  ]\na = b\n", profiles: foo(values("a", "b")),
			botocore: "no profile; AWS's SDK for Rust trims the name, and what else could be meant?",
		},
		{text: "name = value", wrong: "line 1: a setting before the first section"},
		{text: "[profile foo]\nname = value\n", profiles: foo(values("name", "value"))},
		{text: "[profile foo]\r\nname = value\r\n", profiles: foo(values("name", "value"))},
		{text: "[profile foo]\nname = val=ue\n", profiles: foo(values("name", "val=ue"))},
		{text: "[profile foo]\nname \t=  \tvalue \t\n", profiles: foo(values("name", "value"))},
		{text: "[profile foo]\nname =\n", profiles: foo(values("name", ""))},
		{text: "[profile foo]\n= value\n", wrong: "line 2: a setting without a name"},
		{text: "[profile foo]\nname : value\n", profiles: foo(values("name", "value"))},
		{text: "[profile foo]\nname: a=b\n", profiles: foo(values("name", "a=b"))},
		{text: "[profile foo]\nname\n", wrong: "line 2: neither a section nor a setting"},
		{text: "[profile foo]\nNAME = Value\n", profiles: foo(values("name", "Value"))},
		{text: "# c\n; c\n[profile foo] # c\nname = value\n", profiles: foo(values("name", "value"))},
		{text: "[profile foo]; c\nname = value\n", profiles: foo(values("name", "value"))},
		{
			text: "[profile foo]\na = value # c\nb = value\t; c\n", profiles: foo(values("a", "value", "b", "value")),
			botocore: "the comments belong to the values; the SDKs for Go and Rust drop them",
		},
		{
			text: "[profile foo]\nname =   # c\n", profiles: foo(values("name", "")),
			botocore: "the comment is the value; the SDKs for Go and Rust drop it",
		},
		{text: "[profile foo]\na = value; no\nb = value# no\n", profiles: foo(values("a", "value; no", "b", "value# no"))},
		{text: "[profile foo]\na = value\n  # c\nb = v\n", profiles: foo(values("a", "value", "b", "v"))},
		{text: "[profile foo]\nname = value\n more\n  and more\n", profiles: foo(values("name", "value\nmore\nand more"))},
		{
			text: "[profile foo]\nname = value\n\n more\n", profiles: foo(values("name", "value\nmore")),
			botocore: "the empty line belongs to the value; the SDK for Rust passes over empty lines",
		},
		{text: "[profile foo]\nname = value\n more # no comment\n", profiles: foo(values("name", "value\nmore # no comment"))},
		{text: "[profile foo]\n -continued\n", wrong: "line 2: neither a section nor a setting"},
		{text: "[profile foo]\n  a = b\n  c = d\n", profiles: foo(values("a", "b", "c", "d"))},
		{text: "  [profile foo]\n  a = b\n", profiles: foo(values("a", "b"))},
		{text: "[profile foo]\n\ta = b\n    c = d\n", profiles: foo(values("a", "b\nc = d"))},
		{text: "[profile foo]\na = b\n [profile bar]\nc = d\n", profiles: foo(values("a", "b\n[profile bar]", "c", "d"))},
		{
			text: "[profile foo]\na = b\n[profile foo]\nc = d\n", profiles: foo(values("a", "b", "c", "d")),
			botocore: "an error; the SDKs for Go and Rust merge them",
		},
		{text: "[profile foo]\na = b\n[profile foo]\n c\n", wrong: "line 4: neither a section nor a setting"},
		{
			text: "[profile foo]\na = b\nA = c\n", profiles: foo(values("a", "c")),
			botocore: "an error; the SDKs for Go and Rust take the last",
		},
		{text: "[default]\na = b\n", profiles: map[string]sharedSection{"default": values("a", "b")}},
		{
			text: "[profile default]\na = b\n[default]\nc = d\n", profiles: map[string]sharedSection{"default": values("a", "b")},
			botocore: "the later one counts; the SDK for Rust lets [profile default] win wherever it stands",
		},
		{text: "[default]\nc = d\n[profile default]\na = b\n", profiles: map[string]sharedSection{"default": values("a", "b")}},
		{text: "[profile \"a b\"]\na = b\n", profiles: map[string]sharedSection{"a b": values("a", "b")}},
		{text: "[profile 'a b']\na = b\n", profiles: map[string]sharedSection{"a b": values("a", "b")}},
		{text: "[profile a b]\na = b\n", profiles: none},
		{text: "[profile \"a b]\na = b\n", profiles: none},
		{text: "[profile a!b]\na = b\n", profiles: map[string]sharedSection{"a!b": values("a", "b")}},
		{text: "[profile some-thing:long/the_one%only.foo@bar+]\n", profiles: map[string]sharedSection{"some-thing:long/the_one%only.foo@bar+": values()}},
		{text: "[profilefoo]\na = b\n", profiles: none},
		{text: "[foo]\na = b\n", profiles: none},
		{text: "[]\na = b\n", profiles: none, botocore: "an error; a section that nobody can name does no harm"},
		{
			text: "[profile foo] a = b\n", wrong: "line 1: text behind a section's ']'",
			botocore: "a = b is dropped without a word",
		},
		{
			text:     "[profile foo]\ns3 =\n  addressing_style = path\n  max_concurrent_requests=10\n",
			profiles: foo(sharedSection{"s3": block("addressing_style", "path", "max_concurrent_requests", "10")}),
		},
		{
			text:     "[profile foo]\ns3 =\n  a = 1\n\n  # c\n  b = 2 # no comment\nregion = x\n",
			profiles: foo(sharedSection{"s3": block("a", "1", "b", "2 # no comment"), "region": {value: "x"}}),
		},
		{text: "[profile foo]\ns3 =\n  nothing\n", wrong: "line 3: no '=' in a block's setting"},
		{
			text: "[profile foo]\ns3 =\n  = x\n", wrong: "line 3: a block's setting without a name",
			botocore: "a setting without a name, which is as good as none",
		},
		{text: "[profile foo]\ns3 =\n  a = b = c\n", profiles: foo(sharedSection{"s3": block("a", "b = c")})},
		{text: "[profile foo]\ns3 =\n  a =\n", profiles: foo(sharedSection{"s3": block("a", "")})},
		{
			text:     "[services x]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\nsts =\n  endpoint_url = http://127.0.0.1:9001\n[profile foo]\nservices = x\n",
			profiles: foo(values("services", "x")),
			services: map[string]sharedSection{"x": {"s3": block("endpoint_url", "http://127.0.0.1:9000"), "sts": block("endpoint_url", "http://127.0.0.1:9001")}},
		},
		{text: "\ufeff[profile foo]\na = b\n", profiles: foo(values("a", "b")), botocore: "an error; editors on Windows write the mark"},
		{text: "[profile foo]\na = \"b\"\n", profiles: foo(values("a", `"b"`))},
		{text: "[profile foo]\na = 'b'\n", profiles: foo(values("a", `'b'`))},
		{
			text:     "[profile foo]\ncredential_process = \"/opt/my tools/creds\" --user \"a b\"\n",
			profiles: foo(values("credential_process", `"/opt/my tools/creds" --user "a b"`)),
		},
		{text: "[profile foo]\na = %(other)s $HOME\n", profiles: foo(values("a", "%(other)s $HOME"))},
		{text: "[profile foo]\na = välue 😂\n", profiles: foo(values("a", "välue 😂"))},
		{text: "[sso-session x]\na = b\n[profile foo]\nsso_session = x\n", profiles: foo(values("sso_session", "x"))},
		{
			text: "[profile foo]\nA = 1\n[profile \"foo\"]\na = 2\nb = 3\n", profiles: foo(values("a", "1", "b", "3")),
			botocore: "the later one counts; which title comes first is not kept here, so that the plain one does",
		},
	} {
		profiles, services, err := config(c.text)
		if c.wrong != "" {
			require.EqualError(t, err, c.wrong, "%q", c.text)
			continue
		}
		require.NoError(t, err, "%q", c.text)
		require.Equal(t, c.profiles, profiles, "%q", c.text)
		if c.services == nil {
			c.services = none
		}
		require.Equal(t, c.services, services, "%q", c.text)
	}
}

// writeSections is a file that means the same as the sections.
func writeSections(sections map[string]sharedSection) string {
	var b strings.Builder
	for _, title := range slices.Sorted(maps.Keys(sections)) {
		fmt.Fprintf(&b, "[%s]\n", title)
		for _, name := range slices.Sorted(maps.Keys(sections[title])) {
			s := sections[title][name]
			// No blank before the value: one that begins with '#' would be a comment.
			fmt.Fprintf(&b, "%s=%s\n", name, strings.ReplaceAll(s.value, "\n", "\n "))
			for _, nested := range slices.Sorted(maps.Keys(s.block)) {
				fmt.Fprintf(&b, " %s=%s\n", nested, s.block[nested])
			}
		}
	}
	return b.String()
}

func FuzzSharedFile(f *testing.F) {
	for _, text := range []string{
		"", "[default]\na = b # c\n", "[profile x]\ns3 =\n a = b\n  c=d\n", "[a]\nb = c\n d\n\n # e\n f ; g\n",
		"\ufeff[a]\r\nB:c=d\r\n", "[a]\n b=\n c=\n", "[a", "[a]b", "=", "[a]\n=b", "[a]\nb\n", "[a]\nb=\n c", "[[a]\nb=# c\n", "[a]\nİ=b\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sections, err := parseSharedFile(text)
		if err != nil {
			return
		}
		_, _, err = config(text)
		require.NoError(t, err)
		written := writeSections(sections)
		again, err := parseSharedFile(written)
		require.NoError(t, err, "%q", written)
		require.Equal(t, sections, again, "%q", written)
	})
}
