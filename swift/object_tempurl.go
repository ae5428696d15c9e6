package swift

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opGetObjectTempURL = operation[GetObjectTempURLInput, GetObjectTempURLOutput]{
	Operation: rest.Operation[GetObjectTempURLInput, GetObjectTempURLOutput]{
		Name: "GetObjectTempURL", Method: http.MethodGet, URI: "/{Container}/{Object+}",
	},
	encode: func(_ *GetObjectTempURLInput, r *rest.Request) error { return addFlag(r, "temp_url") },
	decode: decodeTempURL,
}

// GetObjectTempURLInput is the request of [Client.GetObjectTempURL].
type GetObjectTempURLInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the object's name.
	Object string `label:"Object" required:"true"`
	// TempURLExpires is when the URL ends, in whole seconds.
	TempURLExpires time.Time `url:"temp_url_expires" timestamp:"epoch" required:"true"`
	// Filename is the name under which browsers save the object. Empty: the end of the
	// object's name. It is no part of the signature.
	Filename string `rest:"-"`
}

// GetObjectTempURLOutput is the answer of [Client.GetObjectTempURL].
type GetObjectTempURLOutput struct {
	// URL gets the object, without a token, until Expires: string(out.URL). Whoever has
	// it has the object.
	URL Secret `rest:"-"`
	// Sig is the signature in it.
	Sig Secret `rest:"-"`
	// Expires is when the URL ends, as it says itself; zero when it doesn't.
	Expires time.Time `rest:"-"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// GetObjectTempURL has the server sign a URL that gets an object without a token; no TempURL
// key is needed. The answer's URL is relative there and absolute here: it is of the host that
// was asked. One that would live longer than was asked for is [ErrMalformedAnswer].
// KakaoCloud alone has it: elsewhere the call is [ErrUnsupported], and TempURLs are signed by
// the client. (KakaoCloud, Object Storage, "Swift API", "Get Object Temp URL".)
func (c *Client) GetObjectTempURL(ctx context.Context, in *GetObjectTempURLInput, opts ...func(*Options)) (*GetObjectTempURLOutput, error) {
	out, err := invoke(ctx, c, &opGetObjectTempURL, in, opts)
	if err != nil {
		return nil, err
	}
	if out.Expires.After(in.TempURLExpires) {
		return nil, operationError(opGetObjectTempURL.Name, malformed(fmt.Sprintf("the URL ends at %s, and %s was asked for",
			out.Expires.UTC().Format(time.RFC3339), in.TempURLExpires.UTC().Format(time.RFC3339))))
	}
	if in.Filename != "" {
		out.URL += Secret("&filename=" + strings.ReplaceAll(url.QueryEscape(in.Filename), "+", "%20"))
	}
	return out, nil
}

func decodeTempURL(r *transport.Response, out *GetObjectTempURLOutput) error {
	var answer struct{ URL, Sig string }
	if err := json.Unmarshal(r.Document, &answer); err != nil {
		return malformed(fmt.Sprintf("no JSON object in %d bytes of %s: %v", len(r.Document), apierr.OneLine(r.Header.Get("Content-Type")), apierr.JSONError(err)))
	}
	u, err := url.Parse(answer.URL)
	if err != nil || !strings.HasPrefix(u.Path, "/") || u.Query().Get("temp_url_sig") == "" {
		return malformed("no TempURL in it") // which may be secret all the same
	}
	if u.Host == "" {
		u.Scheme, u.Host = r.Request.URL.Scheme, r.Request.URL.Host
	}
	if ends, ok := rest.ParseTime(u.Query().Get("temp_url_expires")); ok {
		out.Expires = ends
	}
	out.URL, out.Sig = Secret(u.String()), Secret(answer.Sig)
	return nil
}
