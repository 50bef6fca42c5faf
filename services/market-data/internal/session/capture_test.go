package session

import (
	"bufio"
	"compress/gzip"
	"os"
	"testing"

	"cipherhorizon/market-data/internal/message"
)

// The counts of the published 2024-08-08 BTCUSDT capture are an oracle that nobody here computed.
func TestWholeCapture(t *testing.T) {
	path := os.Getenv("CAPTURE_FILE")
	if path == "" {
		t.Skip("CAPTURE_FILE is not set")
	}
	s := New("capture")
	readCapture(t, path, func(line []byte) { s.Process(line) })
	got := s.Tally()
	want := map[string]int64{
		"bookTicker": 66_089, "trade": 21_313, "depthUpdate": 6_551, "snapshot": 1,
		"aggTrade": 0, "other": 0, "corrupt": 0,
	}
	for kind, n := range want {
		if got.Frames[kind] != n {
			t.Errorf("%s: %d frames, want %d", kind, got.Frames[kind], n)
		}
	}
	if got.Published[message.TopicBook] != 66_089+6_551 || got.Published[message.TopicTrade] != 21_313 {
		t.Errorf("published %v", got.Published)
	}
	if got.Gaps != 0 || got.Resyncs != 0 || got.FirstSeq != 1 || got.LastSeq != 93_954 {
		t.Errorf("tally %+v", got)
	}
	s.Synced(func(symbol string, synced bool) {
		if symbol != "BTCUSDT" || !synced {
			t.Errorf("%s synced %v", symbol, synced)
		}
	})
}

func readCapture(t testing.TB, path string, line func([]byte)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(unpacked)
	scanner.Buffer(nil, 1<<22)
	for scanner.Scan() {
		line(scanner.Bytes())
	}
	if scanner.Err() != nil {
		t.Fatal(scanner.Err())
	}
}
