// Package bench measures ddpmz and its peers on pictures: sizes, and how near the pictures of prefixes come, in
// bytes as they would lie on disk.
//
// Run measures and returns a Report, which is what the JSON files hold. Everything people look at is derived
// from a Report and nothing else: Tables (Markdown), WriteCSV, and the charts.
//
// A picture is encoded by ddpmz once. Every level and every rate is a prefix of that one file.
package bench
