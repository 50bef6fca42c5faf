package reconcile

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type target struct {
	passes  atomic.Int32
	failing atomic.Bool
	changes []string
}

func (t *target) Apply(context.Context) ([]string, error) {
	t.passes.Add(1)
	if t.failing.Load() {
		return nil, errors.New("not there")
	}
	return t.changes, nil
}

type noMetrics struct{}

func (noMetrics) Watch(string) {}

func (noMetrics) Pass(string, time.Duration, int, error) {}

func start(t *testing.T, targets ...*target) *Loop {
	t.Helper()
	loop := New(slog.New(slog.NewTextHandler(io.Discard, nil)), noMetrics{}, time.Minute)
	for _, one := range targets {
		loop.Add("server", one)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { loop.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return loop
}

func TestRetriesFastThenRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		absent := &target{}
		absent.failing.Store(true)
		loop := start(t, absent)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if passes := absent.passes.Load(); passes < 20 {
			t.Errorf("%d passes in 10 s: retries are slower than every 500 ms", passes)
		}
		if loop.Ready() || !loop.Live() {
			t.Errorf("ready %v, live %v while the server is away", loop.Ready(), loop.Live())
		}
		absent.failing.Store(false)
		time.Sleep(longestRetry)
		synctest.Wait()
		if !loop.Ready() {
			t.Error("not ready half a second after the server came")
		}
		before := absent.passes.Load()
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if absent.passes.Load() != before {
			t.Error("looks more often than the interval")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if absent.passes.Load() != before+1 {
			t.Error("doesn't look again after the interval")
		}
	})
}

func TestOneAbsentServerDoesNotHoldUpTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		absent, there := &target{}, &target{}
		absent.failing.Store(true)
		loop := start(t, absent, there)
		synctest.Wait()
		if there.passes.Load() != 1 {
			t.Error("the server that is there was not reached")
		}
		if loop.Ready() {
			t.Error("ready although one server is away")
		}
	})
}

func TestReadinessFollowsTheLastPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &target{}
		loop := start(t, server)
		synctest.Wait()
		server.failing.Store(true)
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if loop.Ready() {
			t.Error("still ready after a failed pass")
		}
	})
}

type watched struct {
	noMetrics
	names []string
}

func (w *watched) Watch(name string) { w.names = append(w.names, name) }

func TestEveryTargetIsWatchedFromTheStart(t *testing.T) {
	metrics := &watched{}
	loop := New(slog.New(slog.NewTextHandler(io.Discard, nil)), metrics, time.Minute)
	loop.Add("kafka", &target{})
	loop.Add("postgres", &target{})
	if !slices.Equal(metrics.names, []string{"kafka", "postgres"}) {
		t.Errorf("%v", metrics.names)
	}
}

type stuck struct{}

func (stuck) Apply(ctx context.Context) ([]string, error) {
	<-ctx.Done()
	<-time.After(time.Hour)
	return nil, ctx.Err()
}

func TestAPassThatHangsIsNotAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop := New(slog.New(slog.NewTextHandler(io.Discard, nil)), noMetrics{}, time.Second)
		loop.Add("server", stuck{})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { loop.Run(ctx); close(done) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if loop.Live() {
			t.Error("alive although the pass has hung for a minute")
		}
		stop()
		time.Sleep(2 * time.Hour)
		<-done
	})
}
