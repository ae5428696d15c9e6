package main

// target is where a client is pointed; nothing else of it is set.
type target struct {
	url    string
	server server
	bucket string
}

// column is one SDK.
type column struct {
	name string
	ours bool
	open func(target) (client, error)
}

func allColumns() []column {
	return append([]column{
		{name: "aws-sdk-go-v2", open: openAWS},
		{name: "minio-go", open: openMinio},
	}, ourColumns()...)
}
