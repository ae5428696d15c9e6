package transfer

// Operation is a kind of transfer, or what is done to one name of a directory's.
type Operation int

// The operations.
const (
	OperationUpload Operation = iota + 1
	OperationDownload
	OperationCopy
	OperationDelete
)

// String is the operation's name in lower case.
func (o Operation) String() string {
	switch o {
	case OperationUpload:
		return "upload"
	case OperationDownload:
		return "download"
	case OperationCopy:
		return "copy"
	case OperationDelete:
		return "delete"
	}
	return "unknown"
}
