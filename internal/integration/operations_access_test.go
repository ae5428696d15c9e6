//go:build integration

package integration

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// publicBy tells by which group the list says that anybody may read.
func publicBy(grants []s3.Grant) (group string, ok bool) {
	i := slices.IndexFunc(grants, func(g s3.Grant) bool { return g.Permission == s3.PermissionRead && g.Grantee.Type == s3.TypeGroup })
	if i < 0 {
		return "", false
	}
	if g := grants[i].Grantee; g.URI == "" {
		return "the ID " + g.ID, true
	}
	return grants[i].Grantee.URI, true
}

const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers"

// readable reports whether anybody may get the URL.
func (p *probe) readable(ctx context.Context, url string) bool {
	p.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(p.t, err)
	resp, err := wireTransport.RoundTrip(r)
	require.NoError(p.t, err)
	resp.Body.Close()
	return resp.StatusCode < 300
}

// ownerGrant is the access control list of what only its owner may use.
func ownerGrant(owner s3.Owner) *s3.AccessControlPolicy {
	return &s3.AccessControlPolicy{Owner: owner, Grants: []s3.Grant{{
		Grantee: s3.Grantee{Type: s3.TypeCanonicalUser, ID: owner.ID}, Permission: s3.PermissionFullControl,
	}}}
}

func probeBucketAcl(ctx context.Context, p *probe) {
	bucket := p.make()
	get := &s3.GetBucketAclInput{Bucket: bucket}
	before, err := try(ctx, p, (*s3.Client).GetBucketAcl, get)
	if err == nil {
		err = that(len(before.Grants) == 1 && before.Grants[0].Permission == s3.PermissionFullControl, "grants are %+v", before.Grants)
	}
	p.judge("GetBucketAcl", err)
	if before == nil {
		before = new(s3.GetBucketAclOutput)
	}

	var remarks []string
	put := &s3.PutBucketAclInput{Bucket: bucket, ACL: s3.BucketCannedACLPublicRead}
	_, err = try(ctx, p, (*s3.Client).PutBucketAcl, put)
	if errors.Is(err, s3.Code("AccessControlListNotSupported")) {
		remarks = append(remarks, "only once PutBucketOwnershipControls allows lists: "+outcome(err))
		_, allow := p.client.PutBucketOwnershipControls(ctx, ownershipControls(bucket))
		require.NoError(p.t, allow)
		_, err = try(ctx, p, (*s3.Client).PutBucketAcl, put)
	}
	if err != nil {
		if _, other := try(ctx, p, (*s3.Client).PutBucketAcl, &s3.PutBucketAclInput{Bucket: bucket, AccessControlPolicy: ownerGrant(before.Owner)}); other == nil {
			err = remark("takes only a document that is the list of a private bucket; public-read: %s", outcome(err))
		}
		p.judge("PutBucketAcl", err)
		return
	}
	after, err := try(ctx, p, (*s3.Client).GetBucketAcl, get)
	require.NoError(p.t, err)
	group, public := publicBy(after.Grants)
	switch native := p.env["SWIFT_STORAGE_URL"]; {
	case public && group != allUsers:
		remarks = append(remarks, "the group AllUsers comes back as "+group)
	case public:
	case native != "" && p.readable(ctx, native+"/"+bucket):
		remarks = append(remarks, "public-read lets anybody list the container, and GetBucketAcl does not tell")
	default:
		err = noEffect("grants are %+v", after.Grants)
	}
	if err == nil && remarks != nil {
		err = remark("%s", strings.Join(remarks, "; "))
	}
	p.judge("PutBucketAcl", err)
}

func probeObjectAcl(ctx context.Context, p *probe) {
	bucket := p.make()
	p.store(bucket, "k", settingBody)
	get := &s3.GetObjectAclInput{Bucket: bucket, Key: "k"}
	before, err := try(ctx, p, (*s3.Client).GetObjectAcl, get)
	if err == nil {
		err = that(len(before.Grants) == 1 && before.Grants[0].Permission == s3.PermissionFullControl, "grants are %+v", before.Grants)
	}
	p.judge("GetObjectAcl", err)

	_, err = try(ctx, p, (*s3.Client).PutObjectAcl, &s3.PutObjectAclInput{Bucket: bucket, Key: "k", ACL: s3.ObjectCannedACLPublicRead})
	if err != nil {
		if before != nil {
			if _, other := try(ctx, p, (*s3.Client).PutObjectAcl, &s3.PutObjectAclInput{Bucket: bucket, Key: "k", AccessControlPolicy: ownerGrant(before.Owner)}); other == nil {
				err = remark("takes only a document that is the list of a private object; public-read: %s", outcome(err))
			}
		}
		p.judge("PutObjectAcl", err)
		return
	}
	text, err := p.content(ctx, bucket, "k")
	require.NoError(p.t, err)
	if text != settingBody {
		p.judge("PutObjectAcl", takenFor("PutObject"))
		return
	}
	after, err := try(ctx, p, (*s3.Client).GetObjectAcl, get)
	require.NoError(p.t, err)
	if group, _ := publicBy(after.Grants); group != allUsers {
		err = noEffect("grants are %+v", after.Grants)
	}
	p.judge("PutObjectAcl", err)
}

func ownershipControls(bucket string) *s3.PutBucketOwnershipControlsInput {
	return &s3.PutBucketOwnershipControlsInput{Bucket: bucket, OwnershipControls: &s3.OwnershipControls{
		Rules: []s3.OwnershipControlsRule{{ObjectOwnership: s3.ObjectOwnershipBucketOwnerPreferred}},
	}}
}

func probeOwnershipControls(ctx context.Context, p *probe) {
	(&setting{
		put: writes((*s3.Client).PutBucketOwnershipControls, func(at target) *s3.PutBucketOwnershipControlsInput {
			return ownershipControls(at.bucket)
		}),
		get: reads((*s3.Client).GetBucketOwnershipControls, func(at target) *s3.GetBucketOwnershipControlsInput {
			return &s3.GetBucketOwnershipControlsInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketOwnershipControlsOutput) any {
			if out.OwnershipControls == nil {
				return nil
			}
			return out.OwnershipControls.Rules
		}),
		delete: writes((*s3.Client).DeleteBucketOwnershipControls, func(at target) *s3.DeleteBucketOwnershipControlsInput {
			return &s3.DeleteBucketOwnershipControlsInput{Bucket: at.bucket}
		}),
		want: ownershipControls("").OwnershipControls.Rules, unset: s3.Code("OwnershipControlsNotFoundError"),
	}).probe(ctx, p, target{bucket: p.make()})
}

// openTo lets anybody do these things with the bucket and its objects.
func openTo(bucket, actions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":[` + actions + `],` +
		`"Resource":["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"]}]}`
}

const (
	readActions  = `"s3:GetObject","s3:ListBucket"`
	writeActions = readActions + `,"s3:PutObject"`
)

func probePolicy(ctx context.Context, p *probe) {
	(&setting{
		put: writes((*s3.Client).PutBucketPolicy, func(at target) *s3.PutBucketPolicyInput {
			return &s3.PutBucketPolicyInput{Bucket: at.bucket, Policy: openTo(at.bucket, readActions)}
		}),
		get: reads((*s3.Client).GetBucketPolicy, func(at target) *s3.GetBucketPolicyInput {
			return &s3.GetBucketPolicyInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketPolicyOutput) any { return out.Policy }),
		delete: writes((*s3.Client).DeleteBucketPolicy, func(at target) *s3.DeleteBucketPolicyInput {
			return &s3.DeleteBucketPolicyInput{Bucket: at.bucket}
		}),
		alike: func(_, got any) (string, bool) {
			var policy struct{ Statement []struct{ Action []string } }
			text, _ := got.(string)
			err := json.Unmarshal([]byte(text), &policy)
			return "", err == nil && len(policy.Statement) == 1 && len(policy.Statement[0].Action) == 2
		},
		unset: s3.Code("NoSuchBucketPolicy"),
	}).probe(ctx, p, target{bucket: p.make()})

	bucket := p.make()
	public := func(actions string) (bool, error) {
		_, _ = p.client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: openTo(bucket, actions)})
		out, err := try(ctx, p, (*s3.Client).GetBucketPolicyStatus, &s3.GetBucketPolicyStatusInput{Bucket: bucket})
		if err = p.read(err); err != nil {
			return false, err
		}
		return out.PolicyStatus != nil && out.PolicyStatus.IsPublic, nil
	}
	is, err := public(readActions)
	if err == nil && !is {
		if is, err = public(writeActions); err == nil {
			if err = remark("a bucket that anybody may read is not public; one that anybody may write, too, is"); !is {
				err = noEffect("tells of no bucket that it is public")
			}
		}
	}
	p.judge("GetBucketPolicyStatus", err)
}

func probePublicAccessBlock(ctx context.Context, p *probe) {
	want := s3.PublicAccessBlockConfiguration{BlockPublicAcls: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
	(&setting{
		put: writes((*s3.Client).PutPublicAccessBlock, func(at target) *s3.PutPublicAccessBlockInput {
			return &s3.PutPublicAccessBlockInput{Bucket: at.bucket, PublicAccessBlockConfiguration: &want}
		}),
		get: reads((*s3.Client).GetPublicAccessBlock, func(at target) *s3.GetPublicAccessBlockInput {
			return &s3.GetPublicAccessBlockInput{Bucket: at.bucket}
		}, func(out *s3.GetPublicAccessBlockOutput) any {
			if out.PublicAccessBlockConfiguration == nil {
				return nil
			}
			return *out.PublicAccessBlockConfiguration
		}),
		delete: writes((*s3.Client).DeletePublicAccessBlock, func(at target) *s3.DeletePublicAccessBlockInput {
			return &s3.DeletePublicAccessBlockInput{Bucket: at.bucket}
		}),
		want: want, unset: s3.Code("NoSuchPublicAccessBlockConfiguration"),
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeAbac(ctx context.Context, p *probe) {
	(&setting{
		put: writes((*s3.Client).PutBucketAbac, func(at target) *s3.PutBucketAbacInput {
			return &s3.PutBucketAbacInput{Bucket: at.bucket, AbacStatus: &s3.AbacStatus{Status: s3.BucketAbacStatusEnabled}}
		}),
		get: reads((*s3.Client).GetBucketAbac, func(at target) *s3.GetBucketAbacInput {
			return &s3.GetBucketAbacInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketAbacOutput) any {
			if out.AbacStatus == nil {
				return nil
			}
			return out.AbacStatus.Status
		}),
		want: s3.BucketAbacStatusEnabled, unset: s3.BucketAbacStatusDisabled,
	}).probe(ctx, p, target{bucket: p.make()})
}
