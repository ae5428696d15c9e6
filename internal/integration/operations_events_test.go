//go:build integration

package integration

import (
	"context"
	"reflect"

	"github.com/stowage-go/stowage/s3"
)

func probeLogging(ctx context.Context, p *probe) {
	want := s3.LoggingEnabled{TargetBucket: p.make(), TargetPrefix: "log/"}
	(&setting{
		put: writes((*s3.Client).PutBucketLogging, func(at target) *s3.PutBucketLoggingInput {
			return &s3.PutBucketLoggingInput{Bucket: at.bucket, BucketLoggingStatus: &s3.BucketLoggingStatus{LoggingEnabled: want}}
		}),
		get: reads((*s3.Client).GetBucketLogging, func(at target) *s3.GetBucketLoggingInput {
			return &s3.GetBucketLoggingInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketLoggingOutput) any { return out.LoggingEnabled }),
		want: want, unset: s3.LoggingEnabled{},
	}).probe(ctx, p, target{bucket: p.make()})
}

// notification is sent to what the server has to send it to: a topic that is made for it, or a
// queue that it was started with. Where it has neither, the queue's name is made up.
func (p *probe) notification(ctx context.Context) s3.NotificationConfiguration {
	p.t.Helper()
	events := []s3.Event{s3.EventS3ObjectCreated, s3.EventS3ObjectRemoved}
	if p.name == "ceph" {
		return s3.NotificationConfiguration{TopicConfigurations: []s3.TopicConfiguration{{Id: "one", TopicArn: p.topic(ctx), Events: events}}}
	}
	queue := p.env["S3_NOTIFY_ARN"]
	if queue == "" {
		queue = "arn:aws:sqs:us-east-1:123456789012:stowage"
	}
	return s3.NotificationConfiguration{QueueConfigurations: []s3.QueueConfiguration{{Id: "one", QueueArn: queue, Events: events}}}
}

func probeNotification(ctx context.Context, p *probe) {
	want := p.notification(ctx)
	(&setting{
		put: writes((*s3.Client).PutBucketNotificationConfiguration, func(at target) *s3.PutBucketNotificationConfigurationInput {
			return &s3.PutBucketNotificationConfigurationInput{Bucket: at.bucket, NotificationConfiguration: &want}
		}),
		get: reads((*s3.Client).GetBucketNotificationConfiguration, func(at target) *s3.GetBucketNotificationConfigurationInput {
			return &s3.GetBucketNotificationConfigurationInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketNotificationConfigurationOutput) any {
			return s3.NotificationConfiguration{TopicConfigurations: out.TopicConfigurations, QueueConfigurations: out.QueueConfigurations}
		}),
		want: want, unset: s3.NotificationConfiguration{},
	}).probe(ctx, p, target{bucket: p.make()})
}

func probeReplication(ctx context.Context, p *probe) {
	from, to := p.make(), p.make()
	for _, bucket := range []string{from, to} {
		p.keepVersions(ctx, bucket)
	}
	destination := "arn:aws:s3:::" + to
	if p.name == "minio" {
		destination = p.remoteTarget(ctx, from, to)
	}
	want := s3.ReplicationConfiguration{
		Role: "arn:aws:iam::123456789012:role/stowage",
		Rules: []s3.ReplicationRule{{
			ID: "one", Status: s3.ReplicationRuleStatusEnabled, Priority: pointer(int32(1)),
			Filter:                  &s3.ReplicationRuleFilter{Prefix: pointer("to/")},
			DeleteMarkerReplication: s3.DeleteMarkerReplication{Status: s3.DeleteMarkerReplicationStatusDisabled},
			Destination:             s3.Destination{Bucket: destination},
		}},
	}
	if p.name == "minio" {
		want.Role = destination
	}
	(&setting{
		put: writes((*s3.Client).PutBucketReplication, func(at target) *s3.PutBucketReplicationInput {
			return &s3.PutBucketReplicationInput{Bucket: at.bucket, ReplicationConfiguration: &want}
		}),
		get: reads((*s3.Client).GetBucketReplication, func(at target) *s3.GetBucketReplicationInput {
			return &s3.GetBucketReplicationInput{Bucket: at.bucket}
		}, func(out *s3.GetBucketReplicationOutput) any {
			if out.ReplicationConfiguration == nil {
				return nil
			}
			return *out.ReplicationConfiguration
		}),
		delete: writes((*s3.Client).DeleteBucketReplication, func(at target) *s3.DeleteBucketReplicationInput {
			return &s3.DeleteBucketReplicationInput{Bucket: at.bucket}
		}),
		want: want, unset: s3.Code("ReplicationConfigurationNotFoundError"),
		alike: func(want, got any) (string, bool) {
			w, _ := want.(s3.ReplicationConfiguration)
			g, ok := got.(s3.ReplicationConfiguration)
			if !ok || len(g.Rules) != 1 {
				return "", false
			}
			rule := g.Rules[0]
			rule.SourceSelectionCriteria, rule.ExistingObjectReplication = w.Rules[0].SourceSelectionCriteria, w.Rules[0].ExistingObjectReplication
			how := ""
			if !reflect.DeepEqual(rule, g.Rules[0]) {
				how = "the rule comes back with SourceSelectionCriteria and ExistingObjectReplication filled in"
			}
			return how, w.Role == g.Role && reflect.DeepEqual(rule, w.Rules[0])
		},
	}).probe(ctx, p, target{bucket: from})
}
