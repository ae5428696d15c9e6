package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketNotificationConfiguration = rest.Operation[GetBucketNotificationConfigurationInput, GetBucketNotificationConfigurationOutput]{
	Name: "GetBucketNotificationConfiguration", Method: http.MethodGet, URI: "/{Bucket}?notification",
}

// GetBucketNotificationConfigurationInput is the request of
// [Client.GetBucketNotificationConfiguration].
type GetBucketNotificationConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketNotificationConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketNotificationConfiguration
}

// GetBucketNotificationConfigurationOutput is the answer of
// [Client.GetBucketNotificationConfiguration].
type GetBucketNotificationConfigurationOutput struct {
	// TopicConfigurations are what goes to SNS topics.
	TopicConfigurations []TopicConfiguration `xml:"TopicConfiguration"`
	// QueueConfigurations are what goes to SQS queues.
	QueueConfigurations []QueueConfiguration `xml:"QueueConfiguration"`
	// LambdaFunctionConfigurations are what calls Lambda functions.
	LambdaFunctionConfigurations []LambdaFunctionConfiguration `xml:"CloudFunctionConfiguration"`
	// EventBridgeConfiguration, when not nil, says that all events go to
	// EventBridge.
	EventBridgeConfiguration *EventBridgeConfiguration `xml:"EventBridgeConfiguration"`
}

// GetBucketNotificationConfiguration answers what events of a bucket are
// reported to whom. None at all is an answer without members.
//
// Source: GetBucketNotificationConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketNotificationConfiguration(ctx context.Context, in *GetBucketNotificationConfigurationInput, opts ...func(*Options)) (*GetBucketNotificationConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketNotificationConfiguration, in, opts)
}

var opPutBucketNotificationConfiguration = rest.Operation[PutBucketNotificationConfigurationInput, PutBucketNotificationConfigurationOutput]{
	Name: "PutBucketNotificationConfiguration", Method: http.MethodPut, URI: "/{Bucket}?notification",
}

// PutBucketNotificationConfigurationInput is the request of
// [Client.PutBucketNotificationConfiguration].
type PutBucketNotificationConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// NotificationConfiguration is the new rules.
	NotificationConfiguration *NotificationConfiguration `payload:"xml" xml:"NotificationConfiguration" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// SkipDestinationValidation leaves the test messages out.
	SkipDestinationValidation bool `header:"x-amz-skip-destination-validation"`
}

func (*PutBucketNotificationConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketNotificationConfiguration
}

// PutBucketNotificationConfigurationOutput is the answer of
// [Client.PutBucketNotificationConfiguration]. It has no members.
type PutBucketNotificationConfigurationOutput struct{}

// PutBucketNotificationConfiguration replaces what events of a bucket are
// reported to whom; a document without members turns all off. Amazon S3
// sends a test message to each destination first.
//
// Test with errors.Is for [ErrInvalidArgument] (400, a destination that
// doesn't exist or refuses messages, rules that overlap).
//
// Source: PutBucketNotificationConfiguration (Amazon S3 API Reference).
func (c *Client) PutBucketNotificationConfiguration(ctx context.Context, in *PutBucketNotificationConfigurationInput, opts ...func(*Options)) (*PutBucketNotificationConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketNotificationConfiguration, in, opts)
}

// NotificationConfiguration is the document of
// [Client.PutBucketNotificationConfiguration].
type NotificationConfiguration struct {
	// TopicConfigurations are what goes to SNS topics.
	TopicConfigurations []TopicConfiguration `xml:"TopicConfiguration"`
	// QueueConfigurations are what goes to SQS queues.
	QueueConfigurations []QueueConfiguration `xml:"QueueConfiguration"`
	// LambdaFunctionConfigurations are what calls Lambda functions.
	LambdaFunctionConfigurations []LambdaFunctionConfiguration `xml:"CloudFunctionConfiguration"`
	// EventBridgeConfiguration, when not nil, sends all events to EventBridge.
	EventBridgeConfiguration *EventBridgeConfiguration `xml:"EventBridgeConfiguration"`
}

// TopicConfiguration sends events to a topic.
type TopicConfiguration struct {
	// TopicArn is the topic's ARN.
	TopicArn string `xml:"Topic" required:"true"`
	// Events are which ones.
	Events []Event `xml:"Event" required:"true"`
	// Id names the rule; empty means that the server makes one.
	Id string `xml:"Id"`
	// Filter restricts the rule to some objects; zero means all.
	Filter NotificationConfigurationFilter `xml:"Filter"`
}

// QueueConfiguration sends events to a queue.
type QueueConfiguration struct {
	// QueueArn is the queue's ARN.
	QueueArn string `xml:"Queue" required:"true"`
	// Events are which ones.
	Events []Event `xml:"Event" required:"true"`
	// Id names the rule; empty means that the server makes one.
	Id string `xml:"Id"`
	// Filter restricts the rule to some objects; zero means all.
	Filter NotificationConfigurationFilter `xml:"Filter"`
}

// LambdaFunctionConfiguration calls a Lambda function with events. On the
// wire it is a CloudFunctionConfiguration.
type LambdaFunctionConfiguration struct {
	// LambdaFunctionArn is the function's ARN.
	LambdaFunctionArn string `xml:"CloudFunction" required:"true"`
	// Events are which ones.
	Events []Event `xml:"Event" required:"true"`
	// Id names the rule; empty means that the server makes one.
	Id string `xml:"Id"`
	// Filter restricts the rule to some objects; zero means all.
	Filter NotificationConfigurationFilter `xml:"Filter"`
}

// EventBridgeConfiguration sends events to EventBridge. It has no members.
type EventBridgeConfiguration struct{}

// NotificationConfigurationFilter picks objects.
type NotificationConfigurationFilter struct {
	// Key picks them by their keys.
	Key S3KeyFilter `xml:"S3Key"`
}

// S3KeyFilter picks objects by their keys.
type S3KeyFilter struct {
	// FilterRules are the conditions: at most one prefix and one suffix.
	FilterRules []FilterRule `xml:"FilterRule"`
}

// FilterRule is a condition on a key.
type FilterRule struct {
	// Name is prefix or suffix.
	Name FilterRuleName `xml:"Name"`
	// Value is what the key starts or ends with.
	Value string `xml:"Value"`
}
