package identity

import (
	"context"
	"strconv"

	"github.com/stowage-go/stowage/sigv4"
)

// AssumeRoleInput is what AssumeRole asks for.
type AssumeRoleInput struct {
	// DurationSeconds is how long the credentials are to live. Zero: 1 hour. At least
	// 900 on AWS, MinIO, and Ceph RGW as it is delivered; at most what the role allows
	// (AWS: up to 43200, and 3600 for a role that is assumed from another; Ceph RGW:
	// 3600 unless configured; MinIO: 31536000).
	DurationSeconds int32
	// ExternalId is what the owner of a role in another account wants to be told: 2 to
	// 1224 characters.
	ExternalId string
	// MinimumSessionTokenSize is the least number of bytes that the session token is to
	// have. At most 4096; AWS only. Zero: as it comes.
	MinimumSessionTokenSize int32
	// Policy is a session policy, a JSON document that narrows what the role may do. AWS
	// takes 2048 characters.
	Policy string
	// PolicyArns are managed policies that narrow it too; AWS takes 10.
	PolicyArns []PolicyDescriptorType
	// ProvidedContexts are assertions of trusted context.
	ProvidedContexts []ProvidedContext
	// RoleArn is the role to assume. Required by AWS and Ceph RGW; MinIO looks at it as
	// little as at RoleSessionName, and gives what the caller has.
	RoleArn string
	// RoleSessionName names the session, in the service's logs for one: 2 to 64 letters,
	// digits and characters of _+=,.@-. Required with RoleArn.
	RoleSessionName string
	// SerialNumber is the caller's MFA device.
	SerialNumber string
	// SourceIdentity says on whose behalf it is; it stays through all further roles.
	SourceIdentity string
	// Tags of the session; AWS takes 50.
	Tags []Tag
	// TokenCode is what the MFA device shows: six digits.
	TokenCode Secret
	// TransitiveTagKeys name the Tags that stay through further roles.
	TransitiveTagKeys []string
}

// ProvidedContext is an assertion by a trusted context provider.
type ProvidedContext struct {
	// ContextAssertion is signed and encrypted by STS.
	ContextAssertion Secret
	ProviderArn      string
}

// Tag is a session tag. Its Key has to be there; its Value may be empty.
type Tag struct{ Key, Value string }

// AssumeRoleOutput is what AssumeRole answers. What a service does not tell is zero; only
// Credentials are always there.
type AssumeRoleOutput struct {
	AssumedRoleUser AssumedRoleUser
	// Credentials expire at the service's time.
	Credentials sigv4.Credentials
	// PackedPolicySize is how much of the room for policies and tags is used, in per
	// cent.
	PackedPolicySize int32
	// SessionTokenSize is the length of the session token in bytes, and
	// SessionTokenUtilization how much of the greatest length that is, in per cent.
	SessionTokenSize, SessionTokenUtilization int32
	// SourceIdentity is the one that was sent.
	SourceIdentity string
}

// AssumeRole trades the credentials that it is signed with for a role's. The trust policy
// of the role must name the caller.
//
// Codes to test for: [ErrAccessDenied], [ErrMalformedPolicyDocument],
// [ErrPackedPolicyTooLarge], [ErrRegionDisabled], [ErrExpiredToken]; Ceph RGW answers
// NoSuchEntity for a role that is not there, which is [ErrNotFound].
//
// Source: AWS Security Token Service API reference, "AssumeRole".
func (s *STS) AssumeRole(ctx context.Context, in *AssumeRoleInput) (*AssumeRoleOutput, error) {
	if in == nil {
		in = new(AssumeRoleInput)
	}
	return stsInvoke(ctx, s, "AssumeRole", in, new(assumeRoleAnswer))
}

func (in *AssumeRoleInput) check(o *STSOptions) error {
	if err := checkDuration(in.DurationSeconds); err != nil {
		return err
	}
	if err := checkRole(o, in.RoleArn, in.RoleSessionName); err != nil {
		return err
	}
	for i, t := range in.Tags {
		if t.Key == "" {
			return errMissing("Tags[" + strconv.Itoa(i) + "].Key")
		}
	}
	return checkPolicies(in.Policy, in.PolicyArns)
}

func (in *AssumeRoleInput) form(f *form) {
	f.addInt("DurationSeconds", in.DurationSeconds)
	f.add("ExternalId", in.ExternalId)
	f.addInt("MinimumSessionTokenSize", in.MinimumSessionTokenSize)
	f.add("Policy", in.Policy)
	f.addPolicyArns(in.PolicyArns)
	for i, c := range in.ProvidedContexts {
		f.add(memberName("ProvidedContexts", i)+".ContextAssertion", string(c.ContextAssertion))
		f.add(memberName("ProvidedContexts", i)+".ProviderArn", c.ProviderArn)
	}
	f.add("RoleArn", in.RoleArn)
	f.add("RoleSessionName", in.RoleSessionName)
	f.add("SerialNumber", in.SerialNumber)
	f.add("SourceIdentity", in.SourceIdentity)
	for i, t := range in.Tags {
		f.set(memberName("Tags", i)+".Key", t.Key)
		f.set(memberName("Tags", i)+".Value", t.Value)
	}
	f.add("TokenCode", string(in.TokenCode))
	for i, k := range in.TransitiveTagKeys {
		f.set(memberName("TransitiveTagKeys", i), k)
	}
}

func (in *AssumeRoleInput) about() (string, Secret) { return roleNamed(in.RoleArn), in.TokenCode }

// assumeRoleAnswer is the answer's document.
type assumeRoleAnswer struct {
	Result assumeRoleResult `xml:"AssumeRoleResult"`
}

type assumeRoleResult struct {
	AssumedRoleUser         assumedRoleUser `xml:"AssumedRoleUser"`
	Credentials             stsCredentials  `xml:"Credentials"`
	PackedPolicySize        int32           `xml:"PackedPolicySize"`
	SessionTokenSize        int32           `xml:"SessionTokenSize"`
	SessionTokenUtilization int32           `xml:"SessionTokenUtilization"`
	SourceIdentity          string          `xml:"SourceIdentity"`
}

func (a *assumeRoleAnswer) output() (*AssumeRoleOutput, error) {
	r := &a.Result
	creds, err := r.Credentials.credentials()
	if err != nil {
		return nil, err
	}
	return &AssumeRoleOutput{
		AssumedRoleUser:         r.AssumedRoleUser.user(),
		Credentials:             creds,
		PackedPolicySize:        r.PackedPolicySize,
		SessionTokenSize:        r.SessionTokenSize,
		SessionTokenUtilization: r.SessionTokenUtilization,
		SourceIdentity:          r.SourceIdentity,
	}, nil
}
