package identity

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// kakaoProvider is the only identity provider that KakaoCloud knows.
const kakaoProvider = "iam.kakaocloud.com"

// webIdentityDocument is the request of the JSON dialect, its members in the order in
// which KakaoCloud's documentation prints them.
type webIdentityDocument struct {
	Action           string
	DurationSeconds  int32  `json:",omitempty"`
	ProviderID       string `json:"ProviderId"`
	WebIdentityToken reveal
}

// document writes the request of the JSON dialect.
func (in *AssumeRoleWithWebIdentityInput) document() (http.Header, []byte) {
	doc := webIdentityDocument{
		Action:           "AssumeRoleWithWebIdentity",
		DurationSeconds:  in.DurationSeconds,
		ProviderID:       in.ProviderId,
		WebIdentityToken: reveal(in.WebIdentityToken),
	}
	if doc.ProviderID == "" {
		doc.ProviderID = kakaoProvider
	}
	body, _ := json.Marshal(doc) // texts and a number: nothing that could fail
	return http.Header{"Accept": {"*/*"}, "Content-Type": {"application/json"}}, body
}

// checkJSONDialect refuses the members that the JSON dialect lacks: a policy that is
// ignored would leave more open than its author thinks.
func (in *AssumeRoleWithWebIdentityInput) checkJSONDialect() error {
	for _, m := range [...]struct {
		name string
		set  bool
	}{
		{"MinimumSessionTokenSize", in.MinimumSessionTokenSize != 0},
		{"Policy", in.Policy != ""},
		{"PolicyArns", len(in.PolicyArns) > 0},
		{"RoleArn", in.RoleArn != ""},
		{"RoleSessionName", in.RoleSessionName != ""},
	} {
		if m.set {
			return fmt.Errorf("%w: the JSON dialect has no %s", ErrUnsupported, m.name)
		}
	}
	return nil
}

func isJSONObject(s string) bool {
	return strings.HasPrefix(strings.TrimSpace(s), "{") && json.Valid([]byte(s))
}
