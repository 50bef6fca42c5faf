package kafkatest

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func (b *Broker) stableEnd(ctx context.Context, client *kgo.Client, topic string) int64 {
	b.t.Helper()
	offsets, err := kadm.NewClient(client).ListCommittedOffsets(ctx, topic)
	if err != nil {
		b.t.Fatal(err)
	}
	end, ok := offsets.Lookup(topic, 0)
	if !ok || end.Err != nil {
		b.t.Fatalf("end of %s: %v", topic, end.Err)
	}
	return end.Offset
}
