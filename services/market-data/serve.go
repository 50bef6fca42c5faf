package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/health"
	"cipherhorizon/market-data/internal/lastvalue"
	"cipherhorizon/market-data/internal/metrics"
	"cipherhorizon/market-data/internal/pipeline"
	"cipherhorizon/market-data/internal/publish"
	"cipherhorizon/market-data/internal/replay"
	"cipherhorizon/market-data/internal/source"
)

// service is everything that one process holds together.
type service struct {
	config  config.Config
	log     *slog.Logger
	metrics *metrics.Metrics
	health  *health.Health
	loop    *pipeline.Loop
	group   sync.WaitGroup
}

func serve(ctx context.Context) int {
	c, problems := config.Load(os.LookupEnv)
	if len(problems) > 0 {
		return refuse(problems)
	}
	s := &service{config: c, log: newLogger(c.LogLevel), metrics: metrics.New(version), health: health.New("kafka", "redis")}
	s.build()
	metricsListener, err := net.Listen("tcp", ":"+strconv.Itoa(c.MetricsPort))
	if err != nil {
		return s.portTaken("METRICS_PORT", c.MetricsPort, err)
	}
	replayListener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.ReplayPort)))
	if err != nil {
		return s.portTaken("REPLAY_PORT", c.ReplayPort, err)
	}
	s.run(ctx, metricsListener, replayListener)
	return 0
}

func (s *service) portTaken(variable string, port int, err error) int {
	return refuse([]config.Problem{{Variable: variable, What: "can't be listened on: " + err.Error(), Given: strconv.Itoa(port),
		Allowed: "a free port", Remedy: "stop what holds it or choose another"}})
}

func (s *service) build() {
	s.loop = &pipeline.Loop{
		Cache:   lastvalue.New(s.config.Redis, s.redisState, s.log),
		Metrics: s.metrics, Health: s.health, Log: s.log,
		Interval: s.config.CommitInterval, Limit: s.config.CommitRecords, Jobs: make(chan *pipeline.Job),
	}
	s.loop.Publisher = publish.New(s.config.Kafka, publish.Watcher{
		Beat:      s.health.Beat,
		Usable:    s.kafkaState,
		Committed: func(d time.Duration) { s.metrics.Commit.Observe(d.Seconds()) },
	}, s.log)
}

func (s *service) kafkaState(err error) {
	s.loop.UsedKafka()
	if err != nil {
		s.metrics.CommitErrors.Inc()
	}
	s.report("kafka", err, s.metrics.KafkaUp.Set)
}

func (s *service) redisState(err error) {
	if err != nil {
		s.metrics.RedisErrors.Inc()
	}
	s.report("redis", err, s.metrics.RedisUp.Set)
}

func (s *service) report(dependency string, err error, up func(float64)) {
	changed := s.health.Set(dependency, err)
	switch {
	case err != nil:
		up(0)
		if changed {
			s.log.Warn(dependency+" is not usable", "error", err.Error())
		}
	default:
		up(1)
		if changed {
			s.log.Info(dependency + " is usable")
		}
	}
}

// run works until ctx ends, then drains: not ready first, then the last commit, then the listeners.
func (s *service) run(ctx context.Context, metricsListener, replayListener net.Listener) {
	replays := &replay.Server{Jobs: s.loop.Jobs}
	var own pipeline.Source
	switch s.config.Source {
	case "generate":
		g := source.NewGenerate(s.config.Generate, now)
		s.group.Go(func() { g.Run(ctx) })
		own = g
	case "live":
		l := source.NewLive(s.config.Live, now, s.metrics.LiveErrors.Inc, s.log)
		s.group.Go(func() { l.Run(ctx) })
		own = l
		replays.Refuse = &replay.Problem{What: "this service publishes a live market", Given: "SOURCE=live", Allowed: "SOURCE=generate or none",
			Remedy: "replay into a stack that isn't live"}
	}
	servers := []*http.Server{
		s.listen(metricsListener, s.health.Handler(s.metrics.Handler())),
		s.listen(replayListener, replays.Handler()),
	}
	s.log.Info("started", "version", version, "source", s.config.Source, "metrics_port", s.config.MetricsPort)
	cacheContext, stopCache := context.WithCancel(context.WithoutCancel(ctx))
	s.group.Go(func() { s.loop.Cache.Run(cacheContext) })
	stopReady := context.AfterFunc(ctx, s.health.Stop)
	defer stopReady()
	s.loop.Run(ctx, own)
	stopCache()
	s.group.Wait()
	s.shutDown(servers)
	s.log.Info("stopped")
}

func (s *service) listen(l net.Listener, h http.Handler) *http.Server {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }()
	return server
}

func (s *service) shutDown(servers []*http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range servers {
		_ = server.Shutdown(ctx)
	}
}

func now() int64 { return time.Now().UnixNano() }
