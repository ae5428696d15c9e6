module github.com/stowage-go/stowage/bridge/awscredentials

go 1.25.0

require (
	github.com/aws/aws-sdk-go-v2 v1.47.6
	github.com/stowage-go/stowage v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/aws/smithy-go v1.28.8 // indirect
	github.com/google/go-querystring v1.2.0 // indirect
	github.com/klauspost/cpuid/v2 v2.2.9 // indirect
	github.com/minio/crc64nvme v1.1.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.28.0 // indirect
)

replace github.com/stowage-go/stowage => ../..
