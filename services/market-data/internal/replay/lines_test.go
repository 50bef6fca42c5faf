package replay

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func read(input io.Reader) (got []string, err error) {
	err = lines(input, func(line []byte) bool { got = append(got, string(line)); return true })
	return got, err
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	text := "1 a\n\n2 b\r\n  \n" + long + "\n3 c"
	want := []string{"1 a", "2 b\r", long, "3 c"}
	for name, input := range map[string]io.Reader{"plain": strings.NewReader(text), "gzip": bytes.NewReader(packed(text))} {
		if got, err := read(input); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d lines, %v", name, len(got), err)
		}
	}
	for _, empty := range []string{"", "\n", "\n\n \n"} {
		if got, err := read(strings.NewReader(empty)); err != nil || got != nil {
			t.Errorf("%q: %v, %v", empty, got, err)
		}
	}
}

func TestALineBeyondTheLimitIsCut(t *testing.T) {
	got, err := read(strings.NewReader(strings.Repeat("x", longestLine+100_000) + "\nnext\n"))
	if err != nil || len(got) != 2 || len(got[0]) != longestLine || got[1] != "next" {
		t.Errorf("%d lines, %v", len(got), err)
	}
}

func TestDamagedCaptures(t *testing.T) {
	whole := packed(strings.Repeat("1 some line that repeats\n", 5000))
	got, err := read(bytes.NewReader(whole[:len(whole)-10]))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut off: %v", err)
	}
	if len(got) == 0 {
		t.Error("what came before the cut was not read")
	}
	spoiled := bytes.Clone(whole)
	spoiled[len(spoiled)-6] ^= 0xff
	if _, err := read(bytes.NewReader(spoiled)); !errors.Is(err, gzip.ErrChecksum) {
		t.Errorf("wrong checksum: %v", err)
	}
}

func TestStoppingEarly(t *testing.T) {
	n := 0
	err := lines(strings.NewReader("a\nb\nc\n"), func([]byte) bool { n++; return n < 2 })
	if err != nil || n != 2 {
		t.Errorf("%d lines, %v", n, err)
	}
}

func TestSpeeds(t *testing.T) {
	for text, want := range map[string]float64{"max": 0, "1x": 1, "10x": 10, "0.5x": 0.5} {
		if got, err := ParseSpeed(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "fast", "1", "-1x", "0x", "NaNx", "Infx", "1e9x"} {
		if got, err := ParseSpeed(text); err == nil {
			t.Errorf("%q accepted as %v", text, got)
		}
	}
}

// 300 ms of capture at 2x take at least 150 ms, in whichever unit the capture stamps.
func TestPace(t *testing.T) {
	for _, stamps := range [][2]string{
		{"1680652700000000000 {}", "1680652700300000000 {}"}, {"1680652700000000 {}", "1680652700300000 {}"}, {"1680652700000 {}", "1680652700300 {}"},
	} {
		p := pacer{factor: 2}
		began := time.Now()
		p.wait(t.Context(), []byte(stamps[0]))
		p.wait(t.Context(), []byte("corrupt"))
		p.wait(t.Context(), []byte(stamps[1]))
		if took := time.Since(began); took < 150*time.Millisecond || took > 5*time.Second {
			t.Errorf("%v took %v", stamps, took)
		}
	}
}
