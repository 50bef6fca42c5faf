package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/session"
)

// stepLimit bounds every single wait for the broker, so that the caller's heartbeat never stalls.
const stepLimit = 10 * time.Second

// Watcher is told what happens, so that this package knows nothing of metrics or health.
type Watcher struct {
	Beat      func()                // the caller is alive though it waits
	Usable    func(err error)       // nil: Kafka answered; else why it didn't
	Committed func(d time.Duration) // one transaction
}

// Publisher owns the one transactional producer. It belongs to one goroutine.
type Publisher struct {
	kafka    config.Kafka
	tail     tail
	watch    Watcher
	log      *slog.Logger
	producer *kgo.Client
}

func New(kafka config.Kafka, watch Watcher, log *slog.Logger) *Publisher {
	return &Publisher{kafka: kafka, tail: tail{kafka, watch.Beat}, watch: watch, log: log}
}

// Writer writes one session, each batch in one transaction.
type Writer struct {
	publisher *Publisher
	session   string
	floors    map[string]int64 // nothing that this writer wrote lies before these
}

// Begin starts or takes up a session and returns its last committed sequence number, 0 if it is new. A session
// whose name is known to be new is not looked for. It tries until it succeeds or ctx ends.
func (p *Publisher) Begin(ctx context.Context, name string, isNew bool) (*Writer, int64, error) {
	w, last := &Writer{publisher: p, session: name}, int64(0)
	err := p.persist(ctx, func() error {
		if err := p.open(ctx); err != nil {
			return err
		}
		starts, ends, err := p.tail.ends(ctx, p.producer)
		if err == nil && !isNew {
			last, err = p.tail.lastSeq(ctx, name, starts, ends)
		}
		w.floors = ends
		return err
	})
	return w, last, err
}

// Commit publishes the records, all or none, exactly once. It tries until it succeeds or ctx ends. After an error
// nobody knows whether the batch was committed, so a new producer ends the old one's transaction, and the tail tells.
func (w *Writer) Commit(ctx context.Context, records []*session.Record) error {
	p := w.publisher
	return p.persist(ctx, func() error {
		if p.producer == nil {
			if err := p.open(ctx); err != nil {
				return err
			}
			last, err := w.committed(ctx)
			if err != nil {
				return err
			}
			records = after(records, last)
		}
		return p.transact(ctx, records)
	})
}

func (w *Writer) committed(ctx context.Context) (int64, error) {
	_, ends, err := w.publisher.tail.ends(ctx, w.publisher.producer)
	if err != nil {
		return 0, err
	}
	return w.publisher.tail.lastSeq(ctx, w.session, w.floors, ends)
}

func after(records []*session.Record, last int64) []*session.Record {
	for len(records) > 0 && records[0].Seq <= last {
		records = records[1:]
	}
	return records
}

// Probe asks whether Kafka is usable, for a service that has nothing to publish at the moment.
func (p *Publisher) Probe(ctx context.Context) {
	err := p.open(ctx)
	if err == nil {
		_, _, err = p.tail.ends(ctx, p.producer)
	}
	if err != nil {
		p.Close()
	}
	p.watch.Usable(err)
}

// Close gives up the producer; what it has not committed never happened.
func (p *Publisher) Close() {
	if p.producer != nil {
		p.producer.Close()
		p.producer = nil
	}
}

// persist tries until it works. After a failure the producer is thrown away.
func (p *Publisher) persist(ctx context.Context, try func() error) error {
	for attempt := 0; ; attempt++ {
		p.watch.Beat()
		err := try()
		p.watch.Usable(err)
		if err == nil {
			return nil
		}
		p.Close()
		if n := attempt + 1; n&(n-1) == 0 { // ever more rarely: an outage must not fill the log
			p.log.Warn("kafka: a try failed and is repeated", "attempt", n, "error", err.Error())
		}
		if sleep(ctx, backoff(attempt)) != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}

// open takes a producer. Getting its id makes the broker finish whatever the predecessor left open, so that
// afterwards the tail tells the truth.
func (p *Publisher) open(ctx context.Context) error {
	if p.producer != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	producer, err := newProducer(p.kafka)
	if err != nil {
		return err
	}
	if _, _, err := producer.ProducerID(ctx); err != nil {
		producer.Close()
		return late("gave no producer id", err)
	}
	p.producer = producer
	return nil
}

// late says what was waited for: the client tries again whatever the broker answers, and in the end names only its own clock.
func late(what string, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("kafka %s within %s, as when too few of its brokers run: %w", what, stepLimit, err)
}

func (p *Publisher) transact(ctx context.Context, records []*session.Record) error {
	if len(records) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	began := time.Now()
	if err := p.producer.BeginTransaction(); err != nil {
		return err
	}
	if err := p.produce(ctx, records); err != nil {
		return late("took no records", err)
	}
	if err := p.producer.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return late("took no commit", err)
	}
	p.watch.Committed(time.Since(began))
	return nil
}

func (p *Publisher) produce(ctx context.Context, records []*session.Record) error {
	var mu sync.Mutex
	var failed error
	for _, r := range records {
		p.producer.Produce(ctx, &kgo.Record{Topic: r.Topic, Key: []byte(r.Key), Value: r.Value}, func(_ *kgo.Record, err error) {
			mu.Lock()
			defer mu.Unlock()
			if failed == nil { // the first one of a batch; the others are its echoes
				failed = err
			}
		})
	}
	if err := p.producer.Flush(ctx); err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	return failed
}
