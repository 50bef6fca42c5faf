package pipeline

import (
	"context"
	"log/slog"
	"time"

	"cipherhorizon/market-data/internal/health"
	"cipherhorizon/market-data/internal/lastvalue"
	"cipherhorizon/market-data/internal/metrics"
	"cipherhorizon/market-data/internal/publish"
	"cipherhorizon/market-data/internal/session"
)

const (
	beatEvery  = time.Second
	probeAfter = 5 * time.Second // of silence towards Kafka
	drainLimit = 6 * time.Second // after SIGTERM
)

// Source is where the service's own frames come from.
type Source interface {
	Session() string       // a name never used before
	Frames() <-chan []byte // "<recv> <json>", each line owned by the receiver
	NeedSnapshot(symbol string)
}

// Loop runs on one goroutine, which owns the publisher and every order book. A replay therefore has the service to
// itself: a source that generates waits at its channel meanwhile.
type Loop struct {
	Publisher *publish.Publisher
	Cache     *lastvalue.Cache
	Metrics   *metrics.Metrics
	Health    *health.Health
	Log       *slog.Logger
	Interval  time.Duration // the longest that a message waits for its transaction
	Limit     int           // the most messages in a transaction
	Jobs      chan *Job
	lastKafka time.Time
}

// UsedKafka is for the publisher's watcher: an answer of any kind makes a probe needless for a while.
func (l *Loop) UsedKafka() { l.lastKafka = time.Now() }

// Run works until ctx ends, then commits what has gathered. A nil source means that only replays are served.
func (l *Loop) Run(ctx context.Context, source Source) {
	defer l.Publisher.Close()
	work, cancel := outlive(ctx, drainLimit)
	defer cancel()
	var own *stream
	var frames <-chan []byte
	if source != nil {
		writer, _, err := l.Publisher.Begin(ctx, source.Session(), true)
		if err != nil {
			return
		}
		own = l.newStream(session.New(source.Session()), writer, 0, true)
		frames = source.Frames()
		l.Log.Info("session started", "session", source.Session())
	}
	l.drain(ctx, work, own, frames, source, l.Jobs)
}

func (l *Loop) newStream(s *session.Session, w *publish.Writer, committed int64, realTime bool) *stream {
	return &stream{
		session: s, writer: w, committed: committed, limit: l.Limit, realTime: realTime,
		cache: l.Cache, metrics: l.Metrics, log: l.Log,
	}
}

// drain moves lines into the stream until they end or ctx does, and commits when a batch is full or old enough.
// The last commit uses work, which outlives ctx a little.
func (l *Loop) drain(ctx, work context.Context, s *stream, lines <-chan []byte, source Source, jobs <-chan *Job) {
	due := time.NewTimer(l.Interval)
	due.Stop()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case line, more := <-lines:
			if !more {
				_ = s.commit(work)
				return
			}
			l.take(work, s, line, source, due)
		case <-due.C:
			_ = s.commit(work)
		case job := <-jobs:
			if s == nil {
				l.replay(ctx, work, job)
				continue
			}
			_ = s.commit(work)
			l.replay(ctx, work, job)
			s.showBooks() // the replay may have had a book of the same symbol
		case <-beat.C:
			l.idle(ctx)
		}
	}
	if s != nil {
		_ = s.commit(work)
	}
}

func (l *Loop) take(work context.Context, s *stream, line []byte, source Source, due *time.Timer) {
	empty := len(s.batch) == 0
	out := s.add(line)
	if source != nil && out.BookOf != "" && !out.Synced {
		source.NeedSnapshot(out.BookOf)
	}
	switch {
	case s.full():
		due.Stop()
		_ = s.commit(work)
	case empty && len(s.batch) > 0:
		due.Reset(l.Interval)
	}
	if s.session.Lines()%1024 == 0 {
		l.Health.Beat() // a source faster than the ticker's turn in select must not look like a stall
	}
}

func (l *Loop) idle(ctx context.Context) {
	l.Health.Beat()
	if time.Since(l.lastKafka) > probeAfter {
		l.Publisher.Probe(ctx)
	}
}

// outlive returns a context that ends a while after ctx does.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return later, func() { stop(); cancel() }
}
