package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime/pprof"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// toxic is one fault of the network, in toxiproxy's words.
type toxic struct {
	Name       string           `json:"name"`
	Type       string           `json:"type"`
	Stream     string           `json:"stream"`
	Attributes map[string]int64 `json:"attributes"`
}

// both are the same fault in both directions.
func both(kind string, attributes map[string]int64) []toxic {
	return []toxic{
		{Name: kind + " up", Type: kind, Stream: "upstream", Attributes: attributes},
		{Name: kind + " down", Type: kind, Stream: "downstream", Attributes: attributes},
	}
}

// link is a stretch of network between a client and a server that can be spoiled.
type link struct {
	url   string
	proxy *toxiproxy.Proxy
}

// newLink begins a link to the server of an http URL.
func newLink(to string) (*link, error) {
	u, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &link{proxy: toxiproxy.NewProxy(server, "link", "127.0.0.1:0", u.Host)}
	if err := l.proxy.Start(); err != nil {
		return nil, fmt.Errorf("start toxiproxy: %w", err)
	}
	l.url = u.Scheme + "://" + l.proxy.Listen
	return l, nil
}

func (l *link) close() { l.proxy.Stop() }

// spoil adds faults, also to the connections that are open.
func (l *link) spoil(toxics []toxic) error {
	return apart(func() error {
		for _, t := range toxics {
			document, err := json.Marshal(t)
			if err != nil {
				return err
			}
			if _, err := l.proxy.Toxics.AddToxicJson(bytes.NewReader(document)); err != nil {
				return fmt.Errorf("toxic %s: %w", t.Name, err)
			}
		}
		return nil
	})
}

// heal takes all faults away.
func (l *link) heal() {
	_ = apart(func() error {
		l.proxy.Toxics.ResetToxics(context.Background())
		return nil
	})
}

// part cuts the link: connections break, and new ones are refused.
func (l *link) part() { l.proxy.Stop() }

// join undoes part, on the same port.
func (l *link) join() error { return apart(l.proxy.Start) }

// apart runs f so that the goroutines that it begins are not taken for those of the operation
// which it is called in the midst of.
func apart(f func() error) error {
	ended := make(chan error)
	go func() {
		pprof.SetGoroutineLabels(context.Background())
		ended <- f()
	}()
	return <-ended
}
