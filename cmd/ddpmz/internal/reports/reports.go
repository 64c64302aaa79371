// Package reports writes and reads the JSON of benchmark reports.
package reports

import (
	"encoding/json"
	"fmt"
	"io"
)

// Write writes a report as JSON, indented by a space.
func Write(w io.Writer, report any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(report)
}

// Read reads what Write wrote into report, a pointer. JSON with fields that the report does not have is an error.
func Read(in io.Reader, report any) error {
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	if err := d.Decode(report); err != nil {
		return fmt.Errorf("not a report: %w", err)
	}
	return nil
}
