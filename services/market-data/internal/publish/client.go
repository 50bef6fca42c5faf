// Package publish commits messages to Kafka so that each one is there exactly once.
package publish

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"cipherhorizon.internal/trust"
	"cipherhorizon/market-data/internal/config"
)

// transactionalID fences a predecessor that is still running: the broker refuses the older of two producers.
const transactionalID = "market-data"

const dialLimit = 2 * time.Second

func connection(c config.Kafka) []kgo.Opt {
	options := []kgo.Opt{
		kgo.SeedBrokers(c.Brokers...),
		kgo.ClientID("market-data"),
		kgo.DialTimeout(dialLimit),
		kgo.RetryBackoffFn(func(n int) time.Duration { return backoff(n) }),
		kgo.MetadataMinAge(250 * time.Millisecond), // topics may be made only after us
		kgo.DisableClientMetrics(),
	}
	if c.CAFile != "" {
		options = append(options, kgo.Dialer(trust.Dialer(c.CAFile, dialLimit)))
	}
	if c.SASL {
		options = append(options, kgo.SASL(scram.Sha512(func(context.Context) (scram.Auth, error) {
			password, err := config.ReadSecret(c.PasswordFile)
			return scram.Auth{User: c.User, Pass: password}, err
		})))
	}
	return options
}

func newProducer(c config.Kafka) (*kgo.Client, error) {
	return kgo.NewClient(append(connection(c),
		kgo.TransactionalID(transactionalID),
		kgo.TransactionTimeout(30*time.Second),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(0), // batches are ours already
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.MaxBufferedRecords(200_000),
	)...)
}

func newReader(c config.Kafka, topic string, from int64) (*kgo.Client, error) {
	return kgo.NewClient(append(connection(c),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.FetchMaxBytes(4<<20),
		kgo.FetchMaxPartitionBytes(4<<20),
		kgo.MaxConcurrentFetches(1),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(from)}}),
	)...)
}

// backoff doubles from 50 ms and stays at 1 s.
func backoff(attempt int) time.Duration {
	return min(50*time.Millisecond<<min(max(attempt, 0), 10), time.Second)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
