package transport

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// exchange sends a request as hc.Do does. What Do has beyond the round trip is for redirects,
// cookies, a total time limit and a password in the URL, and costs a copy of the header: without
// these, and with redirects left to the pipeline, the round trip is all.
func exchange(hc *http.Client, r *http.Request) (*http.Response, error) {
	if hc.Jar != nil || hc.Timeout != 0 || r.URL.User != nil {
		return hc.Do(r)
	}
	rt := hc.Transport
	if rt == nil {
		rt = http.DefaultTransport
	}
	resp, err := rt.RoundTrip(r)
	if err != nil {
		var record tls.RecordHeaderError
		if errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/" {
			err = http.ErrSchemeMismatch
		}
		return nil, err
	}
	if resp == nil {
		return nil, errors.New("the http.RoundTripper answered nothing")
	}
	if resp.Body == nil { // some fakes'
		resp.Body = http.NoBody
	}
	return resp, nil
}
