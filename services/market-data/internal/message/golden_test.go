package message_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"cipherhorizon/market-data/internal/message"
)

// inOrder reads any canonical object and writes it back, keys in the order in which they came.
func inOrder(t *testing.T, value []byte) []byte {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	var tokens []any
	for decoder.More() || len(tokens) < 2 {
		token, err := decoder.Token()
		if err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		tokens = append(tokens, token)
	}
	text := []byte{'{'}
	for i, token := range tokens[1:] {
		part, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, part...), ":,"[i%2])
	}
	return append(text[:len(text)-1], '}')
}

func roundTrip[M any](t *testing.T, value []byte) []byte {
	t.Helper()
	var m M
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestGoldenMessages(t *testing.T) {
	file, err := os.Open("../../../messages/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct{ Topic, Key, Value string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		seen[line.Topic]++
		var again []byte
		switch line.Topic {
		case message.TopicBook:
			again = roundTrip[message.Book](t, []byte(line.Value))
		case message.TopicTrade:
			again = roundTrip[message.Trade](t, []byte(line.Value))
		default:
			again = inOrder(t, []byte(line.Value))
		}
		if string(again) != line.Value {
			t.Errorf("%s became %s", line.Value, again)
		}
	}
	if seen[message.TopicBook] < 3 || seen[message.TopicTrade] < 3 {
		t.Errorf("too few golden messages: %v", seen)
	}
}
