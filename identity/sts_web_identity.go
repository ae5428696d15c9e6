package identity

import (
	"context"

	"github.com/stowage-go/stowage/sigv4"
)

// AssumeRoleWithWebIdentityInput is what AssumeRoleWithWebIdentity asks for. With
// [STSJSON] only DurationSeconds, ProviderId and WebIdentityToken may be set; any other
// member fails with [ErrUnsupported].
type AssumeRoleWithWebIdentityInput struct {
	// DurationSeconds is how long the credentials are to live. Zero: as the service has
	// it, which is 1 hour on AWS and Ceph RGW, and on MinIO as long as the token lives.
	// At least 900 on AWS, MinIO, and Ceph RGW as it is delivered; at most what the role
	// allows (AWS: up to 43200; Ceph RGW: 3600 unless configured; MinIO: 31536000).
	DurationSeconds int32
	// MinimumSessionTokenSize is the least number of bytes that the session token is to
	// have. At most 4096; AWS only. Zero: as it comes.
	MinimumSessionTokenSize int32
	// Policy is a session policy, a JSON document that narrows what the role may do. AWS
	// takes 2048 characters.
	Policy string
	// PolicyArns are managed policies that narrow it too; AWS takes 10.
	PolicyArns []PolicyDescriptorType
	// ProviderId is the host of an OAuth 2.0 provider, on AWS; leave it empty for
	// OpenID Connect. With [STSJSON]: who issued the token, and empty means
	// iam.kakaocloud.com.
	ProviderId string
	// RoleArn is the role to assume. Required by AWS and Ceph RGW. On MinIO empty for a
	// token whose claims name the policy.
	RoleArn string
	// RoleSessionName names the session, in the service's logs for one: 2 to 64 letters,
	// digits and characters of _+=,.@-. Required with RoleArn.
	RoleSessionName string
	// WebIdentityToken is the OpenID Connect ID token or OAuth 2.0 access token; with
	// [STSJSON] a Keystone token. Required.
	WebIdentityToken Secret
}

// PolicyDescriptorType names a managed policy.
type PolicyDescriptorType struct{ Arn string }

// AssumeRoleWithWebIdentityOutput is what AssumeRoleWithWebIdentity answers. What a
// service does not tell is zero; only Credentials are always there.
type AssumeRoleWithWebIdentityOutput struct {
	AssumedRoleUser AssumedRoleUser
	// Audience is the client that the token was issued to.
	Audience string
	// Credentials expire at the service's time.
	Credentials sigv4.Credentials
	// PackedPolicySize is how much of the room for policies is used, in per cent.
	PackedPolicySize int32
	// Provider is who issued the token.
	Provider string
	// SessionTokenSize is the length of the session token in bytes, and
	// SessionTokenUtilization how much of the greatest length that is, in per cent.
	SessionTokenSize, SessionTokenUtilization int32
	// SourceIdentity is the token's claim of that name.
	SourceIdentity string
	// SubjectFromWebIdentityToken is whom the token was issued to; on KakaoCloud the ID
	// of the Keystone user.
	SubjectFromWebIdentityToken string
}

// AssumeRoleWithWebIdentity trades a token of an identity provider for temporary
// credentials. The request is not signed.
//
// Codes to test for: [ErrExpiredToken], [ErrInvalidIdentityToken],
// [ErrIDPCommunicationError], [ErrIDPRejectedClaim], [ErrMalformedPolicyDocument],
// [ErrPackedPolicyTooLarge], [ErrRegionDisabled] (AWS); [ErrAccessDenied] (Ceph RGW, for
// any reason); Code("InvalidParameterValue") (MinIO, for any reason); [ErrForbidden] and
// Code("BadRequest") (KakaoCloud).
//
// Source: AWS Security Token Service API reference, "AssumeRoleWithWebIdentity";
// KakaoCloud, Object Storage, S3 API, "Temporary credentials".
func (s *STS) AssumeRoleWithWebIdentity(ctx context.Context, in *AssumeRoleWithWebIdentityInput) (*AssumeRoleWithWebIdentityOutput, error) {
	if in == nil {
		in = new(AssumeRoleWithWebIdentityInput)
	}
	return stsInvoke(ctx, s, "AssumeRoleWithWebIdentity", in, new(webIdentityAnswer))
}

func (in *AssumeRoleWithWebIdentityInput) check(o *STSOptions) error {
	if in.WebIdentityToken == "" {
		return errMissing("WebIdentityToken")
	}
	if err := checkDuration(in.DurationSeconds); err != nil {
		return err
	}
	if o.Dialect == STSJSON {
		return in.checkJSONDialect()
	}
	if err := checkRole(o, in.RoleArn, in.RoleSessionName); err != nil {
		return err
	}
	return checkPolicies(in.Policy, in.PolicyArns)
}

func (in *AssumeRoleWithWebIdentityInput) form(f *form) {
	f.addInt("DurationSeconds", in.DurationSeconds)
	f.addInt("MinimumSessionTokenSize", in.MinimumSessionTokenSize)
	f.add("Policy", in.Policy)
	f.addPolicyArns(in.PolicyArns)
	f.add("ProviderId", in.ProviderId)
	f.add("RoleArn", in.RoleArn)
	f.add("RoleSessionName", in.RoleSessionName)
	f.set("WebIdentityToken", string(in.WebIdentityToken))
}

func (in *AssumeRoleWithWebIdentityInput) about() (string, Secret) {
	return roleNamed(in.RoleArn), in.WebIdentityToken
}

func roleNamed(arn string) string {
	if arn == "" {
		return ""
	}
	return named("role", arn, "")
}

// webIdentityAnswer is the answer's document.
type webIdentityAnswer struct {
	Result webIdentityResult `xml:"AssumeRoleWithWebIdentityResult"`
}

type webIdentityResult struct {
	AssumedRoleUser             assumedRoleUser `xml:"AssumedRoleUser"`
	Audience                    string          `xml:"Audience"`
	Credentials                 stsCredentials  `xml:"Credentials"`
	PackedPolicySize            int32           `xml:"PackedPolicySize"`
	Provider                    string          `xml:"Provider"`
	SessionTokenSize            int32           `xml:"SessionTokenSize"`
	SessionTokenUtilization     int32           `xml:"SessionTokenUtilization"`
	SourceIdentity              string          `xml:"SourceIdentity"`
	SubjectFromWebIdentityToken string          `xml:"SubjectFromWebIdentityToken"`
}

func (a *webIdentityAnswer) output() (*AssumeRoleWithWebIdentityOutput, error) {
	r := &a.Result
	creds, err := r.Credentials.credentials()
	if err != nil {
		return nil, err
	}
	return &AssumeRoleWithWebIdentityOutput{
		AssumedRoleUser:             r.AssumedRoleUser.user(),
		Audience:                    r.Audience,
		Credentials:                 creds,
		PackedPolicySize:            r.PackedPolicySize,
		Provider:                    r.Provider,
		SessionTokenSize:            r.SessionTokenSize,
		SessionTokenUtilization:     r.SessionTokenUtilization,
		SourceIdentity:              r.SourceIdentity,
		SubjectFromWebIdentityToken: r.SubjectFromWebIdentityToken,
	}, nil
}
