package pipeline

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"cipherhorizon/market-data/internal/session"
)

// Job is one replay: somebody else reads the capture, the loop publishes it.
type Job struct {
	Session   string
	Lines     <-chan []byte
	ReadError func() error // why the lines ended, nil at the end of the capture; asked once they have
	Ctx       context.Context
	Started   chan int64 // buffered: the last sequence number that earlier runs committed, sent before the first line is taken
	Progress  Progress
	Done      chan Result // buffered: the loop doesn't wait for a listener
}

// Progress of a replay; it may be read at any time.
type Progress struct {
	Frames    atomic.Int64 // read
	Committed atomic.Int64 // last committed sequence number
}

// Summary covers the whole session, whichever runs published it.
type Summary struct {
	Session string `json:"session"`
	session.Tally
	Complete    bool  `json:"complete"`
	ResumedFrom int64 `json:"resumed_from"`
	ElapsedMs   int64 `json:"elapsed_ms"`
}

// Result is how a replay ended.
type Result struct {
	Summary Summary
	Err     error
}

var (
	errStopping = errors.New("the service is stopping")
	errCaller   = errors.New("the caller went away")
)

func (l *Loop) replay(ctx, work context.Context, job *Job) {
	l.Metrics.ReplayActive.Set(1)
	defer l.Metrics.ReplayActive.Set(0)
	began := time.Now()
	summary, err := l.runReplay(ctx, work, job)
	summary.ElapsedMs = time.Since(began).Milliseconds()
	result := "complete"
	if summary.Complete = err == nil; !summary.Complete {
		result = "incomplete"
	}
	l.Metrics.Replays.WithLabelValues(result).Inc()
	l.Log.Info("replay ended", "summary", summary, "error", errorText(err))
	job.Done <- Result{summary, err}
}

func (l *Loop) runReplay(ctx, work context.Context, job *Job) (Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(job.Ctx, cancel)() // a caller that went away ends the replay; the next one takes it up
	summary := Summary{Session: job.Session, Tally: session.New(job.Session).Tally()}
	writer, last, err := l.Publisher.Begin(ctx, job.Session, false)
	if err != nil {
		return summary, errStopping
	}
	job.Started <- last
	l.Log.Info("replay started", "session", job.Session, "resumed_from", last)
	s := l.newStream(session.New(job.Session), writer, last, false)
	s.progress = &job.Progress
	defer s.forgetBooks()
	l.drain(ctx, work, s, job.Lines, nil, nil)
	summary.Tally, summary.ResumedFrom = s.session.Tally(), last
	switch {
	case job.Ctx.Err() != nil:
		return summary, errCaller
	case len(s.batch) > 0, ctx.Err() != nil:
		return summary, errStopping
	default:
		return summary, job.ReadError()
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
