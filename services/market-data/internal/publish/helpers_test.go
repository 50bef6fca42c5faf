package publish

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/message"
	"cipherhorizon/market-data/internal/session"
)

func newPublisher(t *testing.T, c config.Kafka) *Publisher {
	watch := Watcher{Beat: func() {}, Usable: func(error) {}, Committed: func(time.Duration) {}}
	p := New(c, watch, slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(p.Close)
	return p
}

// batch makes messages from..to of a session, every third one a trade.
func batch(name string, from, to int64) (records []*session.Record) {
	for seq := from; seq <= to; seq++ {
		topic := message.TopicBook
		if seq%3 == 0 {
			topic = message.TopicTrade
		}
		records = append(records, &session.Record{Topic: topic, Key: "A", Seq: seq, Value: value(name, seq)})
	}
	return records
}

func value(name string, seq int64) []byte {
	return fmt.Appendf(nil, `{"v":1,"session":"%s","seq":%d,"rest":0}`, name, seq)
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func begin(t *testing.T, p *Publisher, name string, isNew bool, want int64) *Writer {
	t.Helper()
	w, last, err := p.Begin(bounded(t), name, isNew)
	if err != nil || last != want {
		t.Fatalf("begin %s: last %d, %v; want %d", name, last, err, want)
	}
	return w
}

func commit(t *testing.T, w *Writer, records []*session.Record) {
	t.Helper()
	if err := w.Commit(bounded(t), records); err != nil {
		t.Fatal(err)
	}
}

// wantAll checks that the topics hold exactly messages 1..last of the session, each once, in order.
func wantAll(t *testing.T, b *kafkatest.Broker, name string, last int64) {
	t.Helper()
	want := map[string][]string{}
	for _, r := range batch(name, 1, last) {
		want[r.Topic] = append(want[r.Topic], string(r.Value))
	}
	for _, topic := range topics {
		got := slices.DeleteFunc(b.Committed(topic), func(v string) bool {
			return seqOf([]byte(v), value(name, 0)[:len(`{"v":1,"session":"","seq":`)+len(name)]) == 0
		})
		if !slices.Equal(got, want[topic]) {
			t.Errorf("%s has %d messages of %s, want %d: %.300v", topic, len(got), name, len(want[topic]), got)
		}
	}
}

func adminClient(t *testing.T, c config.Kafka) *kadm.Client {
	t.Helper()
	client, err := kgo.NewClient(connection(c)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return kadm.NewClient(client)
}
