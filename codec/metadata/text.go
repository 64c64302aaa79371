package metadata

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A Text is what a tEXt, zTXt or iTXt chunk says.
type Text struct {
	Keyword    string // 1 to 79 characters of Latin-1, such as "Title", "Author" or "Comment"
	Text       string
	Language   string // of iTXt: a language tag of RFC 3066, or ""
	Translated string // of iTXt: the keyword in that language, or ""
}

// Text returns what a text chunk says, in UTF-8. It returns a FormatError if the
// chunk is malformed or no text chunk, and a LimitError if the text is longer than
// MaxSize.
func (c Chunk) Text() (Text, error) {
	keyword, rest, ok := bytes.Cut(c.Data, []byte{0})
	if !ok {
		return Text{}, FormatError(c.Type + " chunk without a keyword")
	}
	t := Text{Keyword: fromLatin1(keyword)}
	switch c.Type {
	case "tEXt":
		t.Text = fromLatin1(rest)
		return t, nil
	case "zTXt":
		if len(rest) < 1 || rest[0] != 0 {
			return t, FormatError("compression method of a zTXt chunk")
		}
		text, err := inflate(c.Type, rest[1:])
		t.Text = fromLatin1(text)
		return t, err
	case "iTXt":
		if len(rest) < 2 || rest[0] > 1 || rest[0] == 1 && rest[1] != 0 {
			return t, FormatError("compression method of an iTXt chunk")
		}
		compressed := rest[0] == 1
		language, rest, ok1 := bytes.Cut(rest[2:], []byte{0})
		translated, text, ok2 := bytes.Cut(rest, []byte{0})
		if !ok1 || !ok2 {
			return t, FormatError("language of an iTXt chunk")
		}
		if compressed {
			var err error
			if text, err = inflate(c.Type, text); err != nil {
				return t, err
			}
		}
		t.Language, t.Translated, t.Text = fromLatin1(language), string(translated), string(text)
		return t, nil
	}
	return Text{}, FormatError("a " + c.Type + " chunk, which is no text")
}

// Texts returns what all text chunks say, but for those of XMP and IPTC and those
// that are malformed.
func (m *Metadata) Texts() []Text {
	var out []Text
	for _, c := range m.Chunks {
		if !ofType("tEXt", "zTXt", "iTXt")(c) || IsXMP(c) || IsIPTC(c) {
			continue
		}
		if t, err := c.Text(); err == nil {
			out = append(out, t)
		}
	}
	return out
}

// AddText appends a text: as a tEXt chunk if Latin-1 can hold it and it has
// no language, else as iTXt. It returns a FormatError if the keyword is not 1 to
// 79 printable characters of Latin-1 or a string has a zero byte or is not UTF-8.
func (m *Metadata) AddText(t Text) error {
	keyword, ok := toLatin1(t.Keyword)
	if !ok || len(keyword) < 1 || len(keyword) > 79 || strings.TrimSpace(t.Keyword) != t.Keyword {
		return FormatError("keyword of a text")
	}
	for _, c := range keyword {
		if c < 32 || c > 126 && c < 161 {
			return FormatError("keyword of a text")
		}
	}
	for _, s := range []string{t.Text, t.Language, t.Translated} {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return FormatError("text with a zero byte, or not of UTF-8")
		}
	}
	language, ok := toLatin1(t.Language)
	if !ok {
		return FormatError("language of a text")
	}
	if text, ok := toLatin1(t.Text); ok && t.Language == "" && t.Translated == "" {
		m.Chunks = append(m.Chunks, Chunk{"tEXt", BeforePLTE, append(append(keyword, 0), text...)})
		return nil
	}
	data := append(keyword, 0, 0, 0) // not compressed, method 0
	data = append(append(data, language...), 0)
	data = append(append(data, t.Translated...), 0)
	m.Chunks = append(m.Chunks, Chunk{"iTXt", BeforePLTE, append(data, t.Text...)})
	return nil
}

// RemoveText removes all texts of a keyword.
func (m *Metadata) RemoveText(keyword string) {
	m.set(nil, func(c Chunk) bool {
		name, _, _ := bytes.Cut(c.Data, []byte{0})
		return ofType("tEXt", "zTXt", "iTXt")(c) && fromLatin1(name) == keyword
	})
}

// fromLatin1 makes UTF-8 of Latin-1, whose bytes are the first code points.
func fromLatin1(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}

// toLatin1 undoes fromLatin1, if that can be done.
func toLatin1(s string) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}
