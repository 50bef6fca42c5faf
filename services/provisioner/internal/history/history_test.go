package history

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// An audit must know what Kafka has removed, or it misses it.
func TestTheBeginOfATopicMovesWithItsRetention(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, Topics...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	for range 5 {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "signals", Value: []byte("{}")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	admin := kadm.NewClient(client)
	var until kadm.Offsets
	until.Add(kadm.Offset{Topic: "signals", Partition: 0, At: 3, LeaderEpoch: -1})
	if _, err := admin.DeleteRecords(t.Context(), until); err != nil {
		t.Fatal(err)
	}
	first, err := begins(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	last, err := ends(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	if first["signals"] != 3 || last["signals"] != 5 || first["orders"] != 0 {
		t.Errorf("from %v to %v", first, last)
	}
}
