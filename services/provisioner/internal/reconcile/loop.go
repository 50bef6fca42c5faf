// Package reconcile runs the passes: at start until each succeeds, then at intervals for ever.
package reconcile

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Target is a server that can be brought in line with the declaration. Apply is idempotent and names each change it made.
type Target interface {
	Apply(ctx context.Context) (changes []string, err error)
}

// Metrics is told of every target once, and of every pass.
type Metrics interface {
	Watch(target string)
	Pass(target string, took time.Duration, changes int, err error)
}

const (
	// At start the servers are seconds away at most: looking often costs little and saves most of the wait.
	firstRetry   = 100 * time.Millisecond
	longestRetry = 500 * time.Millisecond
	passTimeout  = 15 * time.Second
	// Retries are many and mostly alike.
	complainEvery = 10 * time.Second
)

// Loop runs each target by itself, so that one absent server doesn't hold up the other.
type Loop struct {
	log      *slog.Logger
	metrics  Metrics
	interval time.Duration
	runners  []*runner
}

type runner struct {
	name   string
	target Target
	inLine atomic.Bool
	beat   atomic.Int64
	// When a failure was last logged; only its own goroutine reads and writes it.
	complained time.Time
}

// New makes a loop without targets.
func New(log *slog.Logger, metrics Metrics, interval time.Duration) *Loop {
	return &Loop{log: log, metrics: metrics, interval: interval}
}

// Add is called before Run.
func (l *Loop) Add(name string, target Target) {
	l.metrics.Watch(name)
	l.runners = append(l.runners, &runner{name: name, target: target})
}

// Run returns when the context ends.
func (l *Loop) Run(ctx context.Context) {
	var group sync.WaitGroup
	for _, r := range l.runners {
		r.beat.Store(time.Now().UnixNano())
		group.Go(func() { l.keep(ctx, r) })
	}
	group.Wait()
}

func (l *Loop) keep(ctx context.Context, r *runner) {
	retry := firstRetry
	for {
		r.beat.Store(time.Now().UnixNano())
		wait := l.interval
		if l.pass(ctx, r) {
			retry = firstRetry
		} else {
			wait = retry
			retry = min(2*retry, longestRetry)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (l *Loop) pass(ctx context.Context, r *runner) bool {
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	start := time.Now()
	changes, err := r.target.Apply(ctx)
	l.metrics.Pass(r.name, time.Since(start), len(changes), err)
	for _, change := range changes {
		l.log.Info("changed", "target", r.name, "change", change)
	}
	was := r.inLine.Swap(err == nil)
	if err == nil && !was {
		l.log.Info("in line", "target", r.name)
		r.complained = time.Time{}
	}
	if err != nil && time.Since(r.complained) > complainEvery {
		l.log.Warn("not in line", "target", r.name, "error", err.Error())
		r.complained = time.Now()
	}
	return err == nil
}

// Ready says whether the last pass of every target succeeded.
func (l *Loop) Ready() bool {
	for _, r := range l.runners {
		if !r.inLine.Load() {
			return false
		}
	}
	return true
}

// Live says whether every runner still moves, whether or not its server answers.
func (l *Loop) Live() bool {
	oldest := time.Now().Add(-(l.interval + 2*passTimeout)).UnixNano()
	for _, r := range l.runners {
		if beat := r.beat.Load(); beat != 0 && beat < oldest {
			return false
		}
	}
	return true
}
