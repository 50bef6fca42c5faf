package publish

import (
	"bytes"
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/decimal"
	"cipherhorizon/market-data/internal/message"
)

var topics = []string{message.TopicBook, message.TopicTrade}

// tail finds how far a session has got, by reading what is committed from the end backwards.
type tail struct {
	kafka config.Kafka
	beat  func()
}

// ends returns where each topic's committed records start and end.
func (t tail) ends(ctx context.Context, client *kgo.Client) (starts, ends map[string]int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	admin := kadm.NewClient(client)
	first, err := admin.ListStartOffsets(ctx, topics...)
	if err != nil {
		return nil, nil, err
	}
	last, err := admin.ListCommittedOffsets(ctx, topics...)
	if err != nil {
		return nil, nil, err
	}
	starts, ends = map[string]int64{}, map[string]int64{}
	for _, topic := range topics {
		from, okFrom := first.Lookup(topic, 0)
		to, okTo := last.Lookup(topic, 0)
		if !okFrom || !okTo || from.Err != nil || to.Err != nil {
			return nil, nil, fmt.Errorf("topic %s: it doesn't exist or its offsets can't be read (%v, %v)", topic, from.Err, to.Err)
		}
		starts[topic], ends[topic] = from.Offset, to.Offset
	}
	return starts, ends, nil
}

// lastSeq is the last sequence number of the session between the floors and the ends, 0 if it has none. A frame's
// messages are committed in order and for both topics at once, so the greater of the two says where the session is.
func (t tail) lastSeq(ctx context.Context, session string, floors, ends map[string]int64) (int64, error) {
	var last int64
	for _, topic := range topics {
		seq, err := t.lastSeqIn(ctx, topic, session, floors[topic], ends[topic])
		if err != nil {
			return 0, err
		}
		last = max(last, seq)
	}
	return last, nil
}

// lastSeqIn reads windows that double in size: a session that was cut off just now is found at once, and one that
// other sessions have followed costs one pass over what follows it.
func (t tail) lastSeqIn(ctx context.Context, topic, session string, floor, end int64) (int64, error) {
	const smallest, largest = 1 << 12, 1 << 18
	for window := int64(smallest); end > floor; window = min(window*2, largest) {
		begin := max(floor, end-window)
		seq, err := t.scan(ctx, topic, session, begin, end)
		if err != nil || seq > 0 {
			return seq, err
		}
		end = begin
		t.beat()
	}
	return 0, nil
}

// scan reads [begin, end) and returns the session's last sequence number in it. The record at end-1 always arrives:
// a transaction ends with its marker, and markers are kept.
func (t tail) scan(ctx context.Context, topic, session string, begin, end int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	client, err := newReader(t.kafka, topic, begin)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	prefix := fmt.Appendf(nil, `{"v":%d,"session":"%s","seq":`, message.Version, session)
	var last, position int64
	for position = begin; position < end; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			return 0, err
		}
		for _, e := range fetches.Errors() {
			return 0, e.Err
		}
		for record := range fetches.RecordsAll() {
			position = record.Offset + 1
			if record.Offset < end {
				last = max(last, seqOf(record.Value, prefix))
			}
		}
	}
	return last, nil
}

// seqOf relies on the canonical form: a message of the session starts with prefix, then its sequence number.
func seqOf(value, prefix []byte) int64 {
	rest, ours := bytes.CutPrefix(value, prefix)
	digits, _, found := bytes.Cut(rest, []byte{','})
	if !ours || !found {
		return 0
	}
	seq, err := decimal.ParseInt(digits)
	if err != nil {
		return 0
	}
	return seq
}
