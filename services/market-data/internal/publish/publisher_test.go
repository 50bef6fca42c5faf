package publish

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/kafkatest"
)

func TestBatchesArriveOnceAndInOrder(t *testing.T) {
	b := kafkatest.Start(t)
	w := begin(t, newPublisher(t, b.Config()), "s", true, 0)
	for from := int64(1); from <= 2000; from += 400 {
		commit(t, w, batch("s", from, from+399))
	}
	wantAll(t, b, "s", 2000)
}

func TestTheTailSaysWhereASessionIs(t *testing.T) {
	b := kafkatest.Start(t)
	p := newPublisher(t, b.Config())
	commit(t, begin(t, p, "old", true, 0), batch("old", 1, 50))
	commit(t, begin(t, p, "older-prefix", true, 0), batch("older-prefix", 1, 7))
	w := begin(t, p, "noise", true, 0)
	for from := int64(1); from <= 12_000; from += 3000 { // more than the first window of the search
		commit(t, w, batch("noise", from, from+2999))
	}
	p.Close()
	fresh := newPublisher(t, b.Config())
	begin(t, fresh, "old", false, 50)
	begin(t, fresh, "older-prefix", false, 7)
	begin(t, fresh, "older", false, 0)
	begin(t, fresh, "never", false, 0)
	begin(t, fresh, "noise", false, 12_000)
}

// A predecessor died with a transaction open: what it had not committed must neither count nor appear.
func TestAnOpenTransactionOfADeadPredecessor(t *testing.T) {
	b := kafkatest.Start(t)
	p := newPublisher(t, b.Config())
	commit(t, begin(t, p, "s", false, 0), batch("s", 1, 10))
	if err := errors.Join(p.producer.BeginTransaction(), p.produce(bounded(t), batch("s", 11, 20))); err != nil {
		t.Fatal(err)
	}
	fresh := newPublisher(t, b.Config()) // the predecessor is still connected: it is fenced
	commit(t, begin(t, fresh, "s", false, 10), batch("s", 11, 30))
	if err := p.producer.EndTransaction(bounded(t), kgo.TryCommit); err == nil {
		t.Error("the fenced producer could still commit")
	}
	wantAll(t, b, "s", 30)
}

// The broker commits, but the answer is lost: the batch must not be sent a second time.
func TestACommitWhoseAnswerIsLost(t *testing.T) {
	b := kafkatest.Start(t)
	w := begin(t, newPublisher(t, b.Config()), "s", true, 0)
	commit(t, w, batch("s", 1, 10))
	b.Cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, TopLevel: true, Err: kerr.RequestTimedOut, Count: 3})
	commit(t, w, batch("s", 11, 20))
	commit(t, w, batch("s", 21, 25))
	wantAll(t, b, "s", 25)
}

func TestErrorsAreSurvived(t *testing.T) {
	for name, fault := range map[string]kfake.Fault{
		"produce refused":      {Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.InvalidProducerEpoch, Count: 2},
		"record too large":     {Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.MessageTooLarge, Count: 1},
		"commit refused":       {Keys: []kmsg.Key{kmsg.EndTxn}, TopLevel: true, Err: kerr.InvalidTxnState, Count: 2},
		"not authorized yet":   {Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed, Count: 2},
		"producer id refused":  {Keys: []kmsg.Key{kmsg.InitProducerID}, TopLevel: true, Err: kerr.TransactionalIDAuthorizationFailed, Count: 2},
		"offsets not readable": {Keys: []kmsg.Key{kmsg.ListOffsets}, Err: kerr.TopicAuthorizationFailed, Count: 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := kafkatest.Start(t)
			b.Cluster.Fault(fault)
			w := begin(t, newPublisher(t, b.Config()), "s", false, 0)
			commit(t, w, batch("s", 1, 100))
			commit(t, w, batch("s", 101, 200))
			wantAll(t, b, "s", 200)
		})
	}
}

// Whoever reads the log must learn more than that a clock ran out.
func TestTooFewBrokersAreNamed(t *testing.T) {
	t.Parallel()
	b := kafkatest.Start(t)
	w := begin(t, newPublisher(t, b.Config()), "s", true, 0)
	b.Cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: 1 << 20})
	ctx, cancel := context.WithTimeout(t.Context(), stepLimit+time.Second)
	defer cancel()
	err := w.Commit(ctx, batch("s", 1, 10))
	if err == nil || !strings.Contains(err.Error(), "kafka took no records within 10s, as when too few of its brokers run") {
		t.Error(err)
	}
}

// The broker goes away again and again, also in the middle of batches, and comes back with its data.
func TestBrokerLoss(t *testing.T) {
	b := kafkatest.Start(t)
	w := begin(t, newPublisher(t, b.Config()), "s", true, 0)
	done := make(chan error, 1)
	const last = 6000
	go func() {
		for from := int64(1); from <= last; from += 20 {
			if err := w.Commit(bounded(t), batch("s", from, from+19)); err != nil {
				done <- err
				return
			}
			time.Sleep(time.Millisecond)
		}
		done <- nil
	}()
	for range 3 {
		time.Sleep(150 * time.Millisecond)
		b.Stop()
		time.Sleep(100 * time.Millisecond)
		b.Resume()
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantAll(t, b, "s", last)
}

// Users and topics may appear only seconds after the broker.
func TestUsersAndTopicsThatComeLate(t *testing.T) {
	b := kafkatest.Start(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "market-data", "right"))
	c := b.Config()
	c.SASL, c.User, c.PasswordFile = true, "market-data", filepath.Join(t.TempDir(), "password")
	write := func(password string) {
		if err := os.WriteFile(c.PasswordFile, []byte(password+"\n"), 0o600); err != nil {
			t.Error(err)
		}
	}
	write("wrong")
	go func() {
		time.Sleep(300 * time.Millisecond)
		write("right")
		time.Sleep(300 * time.Millisecond)
		admin := adminClient(t, c)
		if _, err := admin.CreateTopics(bounded(t), 1, 1, nil, topics...); err != nil {
			t.Error(err)
		}
	}()
	p := newPublisher(t, c)
	commit(t, begin(t, p, "s", false, 0), batch("s", 1, 5))
	p.Close()
	begin(t, newPublisher(t, c), "s", false, 5)
}

func TestGivingUpEndsWithItsContext(t *testing.T) {
	p := newPublisher(t, config.Kafka{Brokers: []string{"127.0.0.1:1"}})
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, _, err := p.Begin(ctx, "s", true); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if waited := time.Since(began); waited > 5*time.Second {
		t.Errorf("gave up only after %v", waited)
	}
}
