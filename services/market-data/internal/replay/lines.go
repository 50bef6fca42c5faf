// Package replay pushes a capture into the running service and reports how it went.
package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// longestLine is far beyond any frame; a longer line is passed on cut and so counts as corrupt.
const longestLine = 4 << 20

// lines reads a capture, packed with gzip or plain, and calls yield with each line that isn't blank. The line belongs
// to the receiver. A last line without its newline is a line.
func lines(input io.Reader, yield func(line []byte) bool) error {
	reader, err := unpack(bufio.NewReaderSize(input, 1<<16))
	if err != nil {
		return err
	}
	for {
		line, err := readLine(reader)
		if len(bytes.TrimSpace(line)) > 0 && !yield(line) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func unpack(input *bufio.Reader) (*bufio.Reader, error) {
	magic, _ := input.Peek(2)
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return input, nil
	}
	unpacked, err := gzip.NewReader(input)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(unpacked, 1<<16), nil
}

// readLine returns the next line without its newline, at most longestLine of it.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := reader.ReadSlice('\n')
		if room := longestLine - len(line); room > 0 {
			line = append(line, part[:min(len(part), room)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(line, []byte{'\n'}), err
		}
	}
}
