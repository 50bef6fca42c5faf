// Package kafkatest runs an in-process broker for tests and reads it as an auditor would.
package kafkatest

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/message"
)

// Broker is one that can be stopped and started again with its data.
type Broker struct {
	t       testing.TB
	port    int
	dir     string
	options []kfake.Opt
	Cluster *kfake.Cluster
}

// Start runs a broker with both topics, or without any if other options make the choice.
func Start(t testing.TB, options ...kfake.Opt) *Broker {
	t.Helper()
	b := &Broker{t: t, port: FreePort(t), dir: t.TempDir(), options: options}
	if len(options) == 0 {
		b.options = []kfake.Opt{kfake.SeedTopics(1, message.TopicBook, message.TopicTrade)}
	}
	b.Resume()
	t.Cleanup(b.Stop)
	return b
}

func (b *Broker) Resume() {
	b.t.Helper()
	cluster, err := kfake.NewCluster(append(b.options, kfake.NumBrokers(1), kfake.Ports(b.port), kfake.DataDir(b.dir))...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Cluster = cluster
}

func (b *Broker) Stop() {
	if b.Cluster != nil {
		b.Cluster.Close()
		b.Cluster = nil
	}
}

func (b *Broker) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(b.port)) }

func (b *Broker) Config() config.Kafka { return config.Kafka{Brokers: []string{b.Address()}} }

// Committed reads what read_committed shows of a topic: values in their order.
func (b *Broker) Committed(topic string) []string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Address()), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	end := b.stableEnd(ctx, client, topic)
	var values []string
	for position := int64(0); position < end; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			b.t.Fatalf("reading %s at %d of %d: %v", topic, position, end, err)
		}
		for r := range fetches.RecordsAll() {
			if position = r.Offset + 1; !r.Attrs.IsControl() {
				values = append(values, string(r.Value))
			}
		}
	}
	return values
}

// FreePort asks the system for one.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
