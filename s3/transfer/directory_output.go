package transfer

// DirectoryOutput counts what was done or, in a dry run, would be. It comes beside an error, too.
type DirectoryOutput struct {
	// Uploaded, Downloaded and Copied are the objects and markers that were transferred; a
	// directory that a download made for a marker is one of them. What goes through this
	// process from one manager's bucket to another's is Copied.
	Uploaded, Downloaded, Copied int64
	// Deleted are the objects and files that the source lacks.
	Deleted int64
	// Skipped are those that were the same on both sides.
	Skipped int64
	// Ignored are names of the source that Filter left out, and symbolic links, devices,
	// sockets and pipes.
	Ignored int64
	// Failed is how many could not be compared, transferred or deleted.
	Failed int64
	// Bytes are the sizes of what was transferred.
	Bytes int64
}

// Reason is why an operation is done.
type Reason int

// The reasons.
const (
	// ReasonAsked: everything is transferred, compared or not.
	ReasonAsked Reason = iota
	// ReasonMissing: the target has nothing of that name.
	ReasonMissing
	// ReasonSize, ReasonTime and ReasonContent: what the target has is different in that.
	ReasonSize
	ReasonTime
	ReasonContent
	// ReasonExtra: the source has nothing of that name.
	ReasonExtra
)

// String is a word or two for it.
func (r Reason) String() string {
	switch r {
	case ReasonAsked:
		return "asked"
	case ReasonMissing:
		return "missing"
	case ReasonSize:
		return "size differs"
	case ReasonTime:
		return "time differs"
	case ReasonContent:
		return "content differs"
	}
	return "extra"
}

// Action is what was done to one name, as [DirectoryOptions].Report is told of it.
type Action struct {
	// Operation is 0 when listing the name was the failure.
	Operation Operation
	// Name is below the directory or the prefix, with slashes; one with a slash at the end is
	// a directory or a marker.
	Name string
	// Size in bytes of what is or would be transferred or deleted.
	Size   int64
	Reason Reason
	// Err is an *ObjectError when it failed.
	Err error
}

// DirectoryProgress is the state of a directory's transfer at one moment.
type DirectoryProgress struct {
	// Objects have to be transferred, as far as the listings have come, and ObjectsDone are
	// through, those that failed included.
	ObjectsDone, Objects int64
	// Bytes that have reached the connection, or come from it, and still count, and Total,
	// the sizes of Objects. A failure takes its bytes back from both.
	Bytes, Total int64
	// Compared are the names of the source that have been seen.
	Compared int64
	// Deleted as in the output.
	Deleted int64
	// Listed: both sides are listed to their ends, so Objects and Total are final.
	Listed bool
	// Done is true in the last call, whether the transfer was successful or not.
	Done bool
}
