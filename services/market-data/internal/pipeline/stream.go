// Package pipeline is the main loop: frames in, messages out.
package pipeline

import (
	"context"
	"log/slog"
	"time"

	"cipherhorizon/market-data/internal/feed"
	"cipherhorizon/market-data/internal/lastvalue"
	"cipherhorizon/market-data/internal/metrics"
	"cipherhorizon/market-data/internal/publish"
	"cipherhorizon/market-data/internal/session"
)

// loggedCorrupt bounds how many corrupt frames of a session are logged; all of them are counted.
const loggedCorrupt = 5

// stream is one session on its way to Kafka.
type stream struct {
	session   *session.Session
	writer    *publish.Writer
	committed int64 // the last committed sequence number
	batch     []*session.Record
	limit     int
	realTime  bool      // frames are as old as they look, so their lag means something
	progress  *Progress // of a replay, else nil
	cache     *lastvalue.Cache
	metrics   *metrics.Metrics
	log       *slog.Logger
	corrupt   int
}

// add takes a line. What is committed already only rebuilds the books.
func (s *stream) add(line []byte) session.Outcome {
	out := s.session.Process(line)
	if s.progress != nil {
		s.progress.Frames.Store(s.session.Lines())
		s.metrics.ReplayFrames.Set(float64(s.session.Lines()))
	}
	s.metrics.Frames.WithLabelValues(out.Kind.String()).Inc()
	s.metrics.Gaps.Add(float64(out.Gaps))
	s.metrics.Resyncs.Add(float64(out.Resyncs))
	if out.BookOf != "" {
		s.showBook(out.BookOf, out.Synced)
	}
	if out.Kind == feed.Corrupt {
		s.noteCorrupt(out.Err)
	}
	if out.Record != nil && out.Record.Seq > s.committed {
		s.batch = append(s.batch, out.Record)
	}
	return out
}

func (s *stream) showBook(symbol string, synced bool) {
	value := 0.0
	if synced {
		value = 1
	}
	s.metrics.BookSynced.WithLabelValues(symbol).Set(value)
}

// showBooks says of every book of the session whether it can be trusted.
func (s *stream) showBooks() { s.session.Synced(s.showBook) }

// forgetBooks takes the books of an ended session out of the metrics: nothing mends them any more.
func (s *stream) forgetBooks() {
	s.session.Synced(func(symbol string, _ bool) { s.metrics.BookSynced.DeleteLabelValues(symbol) })
}

func (s *stream) noteCorrupt(reason error) {
	s.metrics.Corrupt.Inc()
	if s.corrupt++; s.corrupt <= loggedCorrupt {
		s.log.Warn("corrupt frame skipped", "session", s.session.Name, "seq", s.session.Lines(), "reason", reason.Error())
	}
}

func (s *stream) full() bool { return len(s.batch) >= s.limit }

// commit publishes what has gathered. An error means that ctx ended first.
func (s *stream) commit(ctx context.Context) error {
	if len(s.batch) == 0 {
		return nil
	}
	if err := s.writer.Commit(ctx, s.batch); err != nil {
		return err
	}
	now := time.Now().UnixNano()
	for _, r := range s.batch {
		s.metrics.Published.WithLabelValues(r.Topic).Inc()
		if s.realTime {
			s.metrics.Lag.Observe(float64(now-r.Recv) / 1e9)
		}
	}
	s.cache.Offer(s.batch)
	s.committed = s.batch[len(s.batch)-1].Seq
	if s.progress != nil {
		s.progress.Committed.Store(s.committed)
	}
	s.batch = make([]*session.Record, 0, len(s.batch))
	return nil
}
