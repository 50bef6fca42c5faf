// Package history writes down what the topics and the risk database say at one moment, as JSON lines, for an audit elsewhere.
//
// The order is what makes the picture whole: first the ends of the topics (what lies below them must have had its effect by and
// by), then the database in one snapshot, then the topics up to their ends of now, so that nothing in the database refers to a
// record that is not in the picture.
package history

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kadm"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/kafka"
)

// Topics are what an audit reads, all with one partition.
var Topics = []string{"md.book", "md.trade", "signals", "orders", "fills"}

// Dump writes the whole picture to out.
func Dump(ctx context.Context, settings config.Settings, out io.Writer) error {
	client, err := kafka.Dial(settings.Kafka)
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	lines := json.NewEncoder(out)
	settled, err := ends(ctx, admin)
	if err != nil {
		return err
	}
	if err := lines.Encode(map[string]any{"settled": settled}); err != nil {
		return err
	}
	if err := database(ctx, settings.Postgres, lines); err != nil {
		return err
	}
	until, err := ends(ctx, admin)
	if err != nil {
		return err
	}
	for _, topic := range Topics {
		if err := records(ctx, settings.Kafka, topic, until[topic], lines); err != nil {
			return fmt.Errorf("topic %s: %w", topic, err)
		}
	}
	// Last, so that nothing that was removed meanwhile looks lost.
	expired, err := begins(ctx, admin)
	if err != nil {
		return err
	}
	if err := lines.Encode(map[string]any{"expired": expired}); err != nil {
		return err
	}
	return lines.Encode(map[string]any{"complete": true})
}

// ends are the offsets below which every transaction has ended.
func ends(ctx context.Context, admin *kadm.Client) (map[string]int64, error) {
	listed, err := admin.ListCommittedOffsets(ctx, Topics...)
	return offsets(listed, err)
}

// begins are the offsets below which records have been removed because of their age.
func begins(ctx context.Context, admin *kadm.Client) (map[string]int64, error) {
	listed, err := admin.ListStartOffsets(ctx, Topics...)
	return offsets(listed, err)
}

func offsets(listed kadm.ListedOffsets, err error) (map[string]int64, error) {
	if err != nil {
		return nil, fmt.Errorf("list offsets: %w", err)
	}
	found := map[string]int64{}
	for _, topic := range Topics {
		offset, ok := listed.Lookup(topic, 0)
		if !ok {
			return nil, fmt.Errorf("topic %s: no partition 0", topic)
		}
		if offset.Err != nil {
			return nil, fmt.Errorf("topic %s: %w", topic, offset.Err)
		}
		found[topic] = offset.Offset
	}
	return found, nil
}
