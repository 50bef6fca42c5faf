// Command provisioner keeps topics, Kafka users, databases and roles as the declaration says. It starts with the servers,
// makes what is missing, and afterwards looks once a minute whether anything has drifted.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/history"
	"cipherhorizon/provisioner/internal/kafka"
	"cipherhorizon/provisioner/internal/ops"
	"cipherhorizon/provisioner/internal/postgres"
	"cipherhorizon/provisioner/internal/reconcile"
	"cipherhorizon/provisioner/internal/redis"
	"cipherhorizon/provisioner/internal/spec"
)

// Set by the linker.
var version = "dev"

// A whole day of generated market data is read in seconds; this bounds a broker that hangs.
const reportTimeout = 2 * time.Minute

// Exit codes: 2 means that the configuration is wrong and a restart won't help.
const (
	exitFailed = 1
	exitConfig = 2
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "healthcheck" {
		os.Exit(ops.Healthcheck(os.Args[2:], os.Getenv))
	}
	if len(os.Args) == 2 && os.Args[1] == "dump" {
		os.Exit(report(history.Dump))
	}
	if len(os.Args) == 3 && os.Args[1] == "lag" {
		os.Exit(report(history.Lag(os.Args[2])))
	}
	os.Exit(run())
}

// report answers one question about the running stack on standard output.
func report(answer func(context.Context, config.Settings, io.Writer) error) int {
	log := ops.NewLogger(os.Stderr)
	settings, err := config.FromEnv(os.Getenv)
	if err != nil {
		return reject(log, err)
	}
	ctx, stop := context.WithTimeout(context.Background(), reportTimeout)
	defer stop()
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	if err := answer(ctx, settings, out); err != nil {
		log.Error("no answer", "error", err.Error())
		return exitFailed
	}
	if err := out.Flush(); err != nil {
		return exitFailed
	}
	return 0
}

func run() int {
	log := ops.NewLogger(os.Stdout)
	settings, err := config.FromEnv(os.Getenv)
	if err != nil {
		return reject(log, err)
	}
	declared, err := spec.Load(settings.SpecFile)
	if err != nil {
		return reject(log, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	metrics := ops.NewMetrics(version)
	loop := reconcile.New(log, metrics, settings.Interval)
	if declared.Kafka != nil {
		client, err := kafka.Dial(settings.Kafka)
		if err != nil {
			return reject(log, err)
		}
		defer client.Close()
		loop.Add("kafka", kafka.New(client, *declared.Kafka))
	}
	if declared.Postgres != nil {
		loop.Add("postgres", postgres.New(settings.Postgres, *declared.Postgres))
	}
	if declared.Redis != nil {
		if settings.Redis == nil {
			return reject(log, &config.Problem{Where: "REDIS_ADDR", What: "Redis users are declared, and no Redis is named", Given: "nothing",
				Allowed: "host:port", Remedy: "set REDIS_ADDR, or remove redis from the declaration"})
		}
		users := redis.New(*settings.Redis, *declared.Redis)
		defer users.Close()
		loop.Add("redis", users)
	}
	log.Info("started", "version", version, "interval", settings.Interval.String())
	if err := ops.Serve(ctx, settings.MetricsPort, metrics, loop); err != nil {
		log.Error("stopped", "error", err.Error())
		return exitFailed
	}
	log.Info("stopped")
	return 0
}

func reject(log *slog.Logger, err error) int {
	var problem *config.Problem
	if config.As(err, &problem) {
		log.Error("configuration refused", "variable", problem.Where, "what", problem.What,
			"given", problem.Given, "allowed", problem.Allowed, "remedy", problem.Remedy)
	} else {
		log.Error("configuration refused", "error", fmt.Sprint(err))
	}
	return exitConfig
}
