//go:build integration

package integration

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/stowage-go/stowage/s3"
)

// drain reads a body to its end and closes it.
func drain(w io.Writer, body io.ReadCloser) error {
	defer body.Close()
	_, err := io.Copy(w, body)
	return err
}

func probeSelect(ctx context.Context, p *probe) {
	bucket := p.make()
	p.store(bucket, "k.csv", "name,n\nann,1\nbob,2\ncyd,3\n")
	query := func(expression string) (string, error) {
		out, err := try(ctx, p, (*s3.Client).SelectObjectContent, &s3.SelectObjectContentInput{
			Bucket: bucket, Key: "k.csv", Expression: expression, ExpressionType: s3.ExpressionTypeSql,
			InputSerialization:  s3.InputSerialization{CSV: &s3.CSVInput{FileHeaderInfo: s3.FileHeaderInfoIgnore}},
			OutputSerialization: s3.OutputSerialization{CSV: &s3.CSVOutput{}},
		})
		if err != nil {
			return "", err
		}
		var records strings.Builder
		for event, err := range out.Events() {
			if err != nil {
				return records.String(), err
			}
			if r, ok := event.(*s3.RecordsEvent); ok {
				records.Write(r.Payload)
			}
		}
		return records.String(), nil
	}
	records, err := query("select _1 from s3object where cast(_2 as int) > 1")
	var answer *s3.Error
	switch {
	case errors.As(err, &answer) && answer.StatusCode < 300:
		err = but(p.answered("SelectObjectContent", err), "in the event stream of an answer 200")
	case errors.Is(err, io.ErrUnexpectedEOF) && strings.Contains(records, "failure -->s3object"):
		// Ceph 16 could not parse it.
		records, err = query("select _1 from stdin where int(_2) > 1;")
		if errors.Is(err, io.ErrUnexpectedEOF) && strings.Contains(records, "<Payload>\nbob,\ncyd,\n") {
			err = remark("a dialect of its own (from stdin, int(_1), a semicolon at the end); a query that it can't parse is a record of \"failure\"; " +
				"records are wrapped in XML, with a comma after each value; the stream lacks its End event, which reads as io.ErrUnexpectedEOF")
		}
	case err == nil:
		err = that(records == "bob\ncyd\n", "records are %q", records)
	}
	p.judge("SelectObjectContent", err)
}
