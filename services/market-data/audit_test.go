package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cipherhorizon/market-data/internal/kafkatest"
)

// capture writes a small feed of every kind: per ten lines one corrupt, one unknown, two trades, one difference.
func capture(lines int) (text string, books, trades []int64) {
	var b strings.Builder
	for seq := int64(1); seq <= int64(lines); seq++ {
		fmt.Fprintf(&b, "%d ", 1723161255000000000+seq*1000)
		switch seq % 10 {
		case 0:
			b.WriteString(`{"e":"bookTicker","s":"BTCUSDT","b":"1`)
		case 1:
			b.WriteString(`{"result":null}`)
		case 2, 3:
			fmt.Fprintf(&b, `{"e":"trade","T":1723161256322,"s":"BTCUSDT","t":%d,"p":"61800.30","q":"0.006","m":false}`, seq)
			trades = append(trades, seq)
		case 4:
			fmt.Fprintf(&b, `{"e":"depthUpdate","T":1723161256298,"s":"BTCUSDT","U":%d,"u":%d,"pu":%d,"b":[["61800","1"]],"a":[["61801","1"]]}`, seq+10, seq+10, seq)
			books = append(books, seq)
		default:
			fmt.Fprintf(&b, `{"e":"bookTicker","s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313}`)
			books = append(books, seq)
		}
		b.WriteByte('\n')
	}
	return b.String(), books, trades
}

// wantCommitted is the audit: of the session, exactly these sequence numbers, each once, in order.
func wantCommitted(t *testing.T, b *kafkatest.Broker, session, topic string, want []int64) {
	t.Helper()
	var got []int64
	for _, value := range b.Committed(topic) {
		var m struct {
			Session string
			Seq     int64
		}
		if err := json.Unmarshal([]byte(value), &m); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		if m.Session == session {
			got = append(got, m.Seq)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s has %d messages of %s, want %d", topic, len(got), session, len(want))
	}
}
