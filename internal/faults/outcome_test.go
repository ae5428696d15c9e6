package faults

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func namesOf(of []fault) []string {
	var names []string
	for _, f := range of {
		names = append(names, f.name)
	}
	return names
}

func TestNamesAreTold(t *testing.T) {
	all := slices.Concat(namesOf(faults), namesOf(restartFaults))
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(all))), len(all))
	for _, f := range slices.Concat(faults, restartFaults) {
		require.NotContains(t, f.name, "|")
		require.True(t, strings.HasSuffix(f.meaning, "."), f.name)
		for column := range f.not {
			require.True(t, slices.ContainsFunc(operations, func(o operation) bool { return o.name == column }), "%s is no operation", column)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for cell, want := range map[string]Outcome{
		"succeeds":                         {Verdict: Succeeds},
		"-":                                {Verdict: Meaningless},
		"succeeds; lost upload":            {Verdict: Succeeds, Left: lostUpload.Name},
		"503 SlowDown":                     {Verdict: "503 SlowDown"},
		"connection; parts left":           {Verdict: "connection", Left: partsLeft.Name},
		"404 NotFound; done":               {Verdict: "404 NotFound", Left: done.Name},
		"":                                 {},
		"perhaps":                          {},
		"503":                              {},
		"succeeds; with something strange": {},
	} {
		got, err := parseOutcome(cell)
		if want == (Outcome{}) {
			require.Error(t, err, cell)
			continue
		}
		require.NoError(t, err, cell)
		require.Equal(t, want, got)
		require.Equal(t, cell, got.Cell())
	}
}

func TestWorse(t *testing.T) {
	ordered := []Outcome{
		{Verdict: Succeeds},
		{Verdict: Succeeds, Left: lostUpload.Name},
		{Verdict: "connection"},
		{Verdict: "connection", Left: partsLeft.Name},
	}
	for i, a := range ordered {
		for j, b := range ordered {
			require.Equal(t, i > j, a.WorseThan(b), "%q than %q", a.Cell(), b.Cell())
		}
	}
	require.False(t, Outcome{Verdict: "timeout"}.WorseThan(Outcome{Verdict: "connection"}))

	before := &Table{Columns: []string{"put", "get"}}
	before.Set("reset", "put", Outcome{Verdict: Succeeds})
	before.Set("reset", "get", Outcome{Verdict: "timeout"})
	before.Set("gone", "put", Outcome{Verdict: "timeout"})
	now := &Table{Columns: []string{"put", "get"}}
	now.Set("reset", "put", Outcome{Verdict: "connection"})
	now.Set("reset", "get", Outcome{Verdict: Succeeds})
	require.Equal(t, []string{
		`reset, put: was "succeeds", and now it is "connection"`,
		`gone, put: was "timeout", and was not tried`,
	}, now.Worse(before))
}

func TestParsePage(t *testing.T) {
	for name, page := range map[string]string{
		"no table":        "# text\n",
		"no rows":         "| fault | put |\n|---|---|\n\n",
		"too few cells":   "| fault | put | get |\n|---|---|---|\n| reset | succeeds |\n",
		"no outcome":      "| fault | put |\n|---|---|\n| reset | perhaps |\n\n",
		"no second table": "| fault | put |\n|---|---|\n| reset | succeeds |\n\n",
	} {
		_, err := ParsePage(page)
		require.Error(t, err, name)
	}
}
