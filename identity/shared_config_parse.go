package identity

import (
	"fmt"
	"strings"
)

// sharedSection is one section of a shared file, such as "[profile x]".
type sharedSection map[string]sharedSetting

// sharedSetting is a value, or a block of further settings that are indented below a
// name without a value.
type sharedSetting struct {
	value string
	block map[string]string
}

// parseSharedFile reads AWS's dialect of INI into sections by the text within their
// brackets. It goes by what the files mean to AWS's own command line, where a line is
// more than its sections' and settings' syntax:
//
//   - '#' and ';' begin a comment at the start of a line, and behind a blank after a
//     section's or a setting's line;
//   - names of settings are put into lower case; '=' or ':' ends them, whichever is
//     first;
//   - a line that is indented further than the setting above it goes on with it: as a
//     setting of a block when that has no value yet, else as one more line of the value;
//   - sections of one name are one, and the last of two settings of one name counts.
//
// An error tells the number of the line and never its text, which may be a secret.
func parseSharedFile(text string) (map[string]sharedSection, error) {
	p := sharedParser{sections: make(map[string]sharedSection)}
	text = strings.TrimPrefix(text, "\ufeff")
	for n, line := range strings.Split(text, "\n") {
		if err := p.line(line); err != "" {
			return nil, fmt.Errorf("line %d: %s", n+1, err)
		}
	}
	return p.sections, nil
}

type sharedParser struct {
	sections map[string]sharedSection
	section  sharedSection // nil before the first
	name     string        // of the setting that lines may go on with; empty: none
	indent   int           // of that setting
}

// line takes one line and tells what is wrong with it, if anything.
func (p *sharedParser) line(raw string) (wrong string) {
	line := strings.TrimSpace(raw)
	indent := strings.Index(raw, line)
	switch {
	case line == "" || line[0] == '#' || line[0] == ';':
		return ""
	case p.name != "" && indent > p.indent:
		return p.further(line)
	case line[0] == '[':
		return p.header(line)
	case p.section == nil:
		return "a setting before the first section"
	}
	name, value, ok := cutSetting(withoutComment(line), "=:")
	if !ok {
		return "neither a section nor a setting"
	}
	if name == "" {
		return "a setting without a name"
	}
	p.name, p.indent = name, indent
	p.section[name] = sharedSetting{value: value}
	return ""
}

// header begins a section, or goes on with one.
func (p *sharedParser) header(line string) (wrong string) {
	name, rest, ok := strings.Cut(line[1:], "]")
	rest = strings.TrimSpace(rest)
	switch {
	case !ok:
		return "a section without its ']'"
	case rest != "" && rest[0] != '#' && rest[0] != ';':
		return "text behind a section's ']'"
	}
	name = strings.TrimSpace(name)
	if p.sections[name] == nil {
		p.sections[name] = make(sharedSection)
	}
	p.section, p.name = p.sections[name], ""
	return ""
}

// further goes on with the last setting.
func (p *sharedParser) further(line string) (wrong string) {
	s := p.section[p.name]
	if s.value != "" {
		s.value += "\n" + line
		p.section[p.name] = s
		return ""
	}
	name, value, ok := cutSetting(line, "=")
	switch {
	case !ok:
		return "no '=' in a block's setting"
	case name == "":
		return "a block's setting without a name"
	}
	if s.block == nil {
		s.block = make(map[string]string)
	}
	s.block[name] = value
	p.section[p.name] = s
	return ""
}

// cutSetting cuts a line at the first of the signs.
func cutSetting(line, signs string) (name, value string, ok bool) {
	i := strings.IndexAny(line, signs)
	if i < 0 {
		return "", "", false
	}
	return strings.ToLower(strings.TrimSpace(line[:i])), strings.TrimSpace(line[i+1:]), true
}

// withoutComment drops what follows a '#' or ';' behind a blank.
func withoutComment(line string) string {
	for i := 1; i < len(line); i++ {
		if (line[i] == '#' || line[i] == ';') && (line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}
