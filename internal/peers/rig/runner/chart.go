package main

import (
	"fmt"
	"image/color"
	"os"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// drawn are the clients of the chart: those for S3, with their defaults.
var drawn = []struct {
	bin, name string
	color     color.Color
}{
	{"ours", "Stowage", color.RGBA{R: 0x1b, G: 0x6c, B: 0xa8, A: 0xff}},
	{"minio", "minio-go", color.RGBA{R: 0xd9, G: 0x8e, B: 0x73, A: 0xff}},
	{"awsmgr", "aws-sdk-go-v2 manager", color.RGBA{R: 0xe3, G: 0xb5, B: 0x05, A: 0xff}},
	{"awstm", "aws-sdk-go-v2 transfermanager", color.RGBA{R: 0xf0, G: 0xd9, B: 0x8a, A: 0xff}},
}

const (
	chartWidth  = 34 * vg.Centimeter
	chartHeight = 22 * vg.Centimeter
	barsWidth   = chartWidth * 17 / 20 // of all bars side by side, with the room between them
)

// chart draws CPU beside bare net/http, and memory, of every case that was run.
func chart(path, caption string, all map[string]map[string][]result) error {
	c := vgsvg.New(chartWidth, chartHeight)
	canvas := draw.New(c)
	panels := []struct {
		title string
		value func(m map[string][]result, peer string) float64
		top   float64 // bars beyond it are cut, with their value on them; 0: none
	}{
		{"client CPU, bare net/http = 1 (" + caption + ")", func(m map[string][]result, p string) float64 { return paired(m[p], m["raw"], cpu) }, 8},
		{"peak memory of the process, MiB", func(m map[string][]result, p string) float64 { return median(m[p], rss) }, 130},
	}
	tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: 8 * vg.Millimeter, PadX: 4 * vg.Millimeter, PadTop: 3 * vg.Millimeter, PadBottom: 3 * vg.Millimeter, PadLeft: 4 * vg.Millimeter, PadRight: 4 * vg.Millimeter}
	for row, panel := range panels {
		p, err := bars(panel.title, panel.value, panel.top, all)
		if err != nil {
			return err
		}
		if row > 0 {
			p.Legend = plot.NewLegend() // the first panel has it
		}
		p.Draw(tiles.At(canvas, 0, row))
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := c.WriteTo(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func bars(title string, value func(map[string][]result, string) float64, top float64, all map[string]map[string][]result) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = title
	p.Legend.Top, p.Legend.Left, p.Legend.XOffs = true, true, 2*vg.Millimeter
	p.Legend.TextStyle.Font.Size = 9
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	var names []string
	var ran []map[string][]result
	for _, c := range cases {
		if m := all[c.name]; len(m["ours"]) > 0 {
			ran = append(ran, m)
			name, _, _ := strings.Cut(c.name, " (")
			names = append(names, twoLines(name))
		}
	}
	width := min(barsWidth/vg.Length(len(ran)*(len(drawn)+1)), 8*vg.Millimeter)
	for i, d := range drawn {
		values := make(plotter.Values, len(ran))
		labels := plotter.XYLabels{}
		offset := (vg.Length(i) - vg.Length(len(drawn)-1)/2) * width
		for j, m := range ran {
			v := value(m, d.bin)
			values[j] = min(v, top)
			if v > 0 {
				labels.XYs = append(labels.XYs, plotter.XY{X: float64(j), Y: values[j]})
				labels.Labels = append(labels.Labels, figure(v))
			}
		}
		b, err := plotter.NewBarChart(values, width)
		if err != nil {
			return nil, err
		}
		b.Color, b.LineStyle.Width, b.Offset = d.color, 0, offset
		p.Add(b)
		p.Legend.Add(d.name, b)
		l, err := plotter.NewLabels(labels)
		if err != nil {
			return nil, err
		}
		for k := range l.TextStyle {
			l.TextStyle[k].XAlign, l.TextStyle[k].YAlign = draw.XCenter, draw.YBottom
			l.TextStyle[k].Font.Size = 6
		}
		l.Offset.X = offset
		p.Add(l)
	}
	p.NominalX(names...)
	p.X.Tick.Label.Font.Size = 8
	p.X.Min, p.X.Max = -0.6, float64(len(ran))-0.4
	p.Y.Max = top * 1.04
	return p, nil
}

// twoLines breaks a case's name behind what is done: "up-file", "https-c4".
func twoLines(name string) string {
	words := strings.SplitN(name, "-", 3)
	if len(words) < 3 {
		return name
	}
	return words[0] + "-" + words[1] + "\n" + words[2]
}

func figure(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
