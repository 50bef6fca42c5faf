package feed

import "bytes"

// fields calls yield with each key and raw value of a JSON object. The text must have passed json.Valid.
// Keys are compared as they stand: encoding/json matches them without regard to case, and in this feed
// "b" is a price and "B" its quantity.
func fields(object []byte, yield func(key, value []byte)) {
	rest := object[1:]
	for {
		start := bytes.IndexByte(rest, '"')
		if start < 0 {
			return
		}
		rest = rest[start:]
		key := rest[:stringLength(rest)]
		rest = rest[len(key):]
		rest = bytes.TrimLeft(rest[bytes.IndexByte(rest, ':')+1:], " \t\r\n")
		value := rest[:valueLength(rest)]
		yield(key[1:len(key)-1], value)
		rest = rest[len(value):]
	}
}

// elements calls yield with each raw value of a JSON array until it says stop.
func elements(array []byte, yield func(value []byte) bool) {
	rest := array[1 : len(array)-1]
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n,")
		if len(rest) == 0 {
			return
		}
		value := rest[:valueLength(rest)]
		if !yield(value) {
			return
		}
		rest = rest[len(value):]
	}
}

func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func valueLength(text []byte) int {
	switch text[0] {
	case '"':
		return stringLength(text)
	case '{', '[':
		return nestedLength(text)
	}
	if end := bytes.IndexAny(text, ",]} \t\r\n"); end >= 0 {
		return end
	}
	return len(text)
}

func nestedLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringLength(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// unquote returns the inside of a JSON string that has no escapes; nothing we read from the feed has any.
func unquote(value []byte) ([]byte, bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	inside := value[1 : len(value)-1]
	return inside, bytes.IndexByte(inside, '\\') < 0
}
