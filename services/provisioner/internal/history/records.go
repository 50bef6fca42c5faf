package history

import (
	"context"
	"encoding/json"

	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/kafka"
)

type record struct {
	Topic  string `json:"topic"`
	Offset int64  `json:"offset"`
	Value  string `json:"value"`
}

// records writes what is committed in the topic's partition below the offset `end`.
func records(ctx context.Context, settings config.Kafka, topic string, end int64, lines *json.Encoder) error {
	if end == 0 {
		return nil
	}
	from := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}
	client, err := kafka.Dial(settings,
		kgo.ConsumePartitions(from),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// Markers of transactions take offsets too: without them the end might never be seen.
		kgo.KeepControlRecords(),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return err
		}
		for _, found := range fetches.Records() {
			if found.Offset < end && !found.Attrs.IsControl() {
				line := record{Topic: topic, Offset: found.Offset, Value: string(found.Value)}
				if err := lines.Encode(line); err != nil {
					return err
				}
			}
			if found.Offset+1 >= end {
				return nil
			}
		}
	}
}
