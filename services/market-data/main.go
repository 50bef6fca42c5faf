// market-data publishes what a venue says: best bid and ask, and trades.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"cipherhorizon/market-data/internal/config"
)

var version, revision = "dev", "unknown" // set by the linker

const usage = `usage: market-data [command]

  (none)       run the service
  replay       push a capture into the running service
               replay [--session NAME] [--speed max|1x|Nx] [FILE|-]
  healthcheck  ask the running service whether it is ready (--live: whether it moves)
  version      print the version
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, arguments []string) int {
	command := ""
	if len(arguments) > 0 {
		command, arguments = arguments[0], arguments[1:]
	}
	switch command {
	case "":
		return serve(ctx)
	case "replay":
		return sendReplay(ctx, arguments)
	case "healthcheck":
		return healthcheck(arguments)
	case "version":
		fmt.Printf("market-data %s (%s)\n", version, revision)
		return 0
	default:
		fmt.Fprintf(os.Stderr, "unknown command %q\n%s", command, usage)
		return 2
	}
}

func newLogger(level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level))
	return slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: l, ReplaceAttr: logNames})).With("service", "market-data")
}

// logNames gives slog's own attributes the names that all services share.
func logNames(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		return slog.String("ts", a.Value.Time().UTC().Format("2006-01-02T15:04:05.000000000Z07:00"))
	case slog.LevelKey:
		return slog.String("level", levelNames[a.Value.Any().(slog.Level)])
	}
	return a
}

var levelNames = map[slog.Level]string{slog.LevelDebug: "debug", slog.LevelInfo: "info", slog.LevelWarn: "warn", slog.LevelError: "error"}

// refuse reports bad configuration, one line for each problem.
func refuse(problems []config.Problem) int {
	log := newLogger("error")
	for _, p := range problems {
		log.Error("bad configuration", "variable", p.Variable, "what", p.What, "given", p.Given, "allowed", p.Allowed, "remedy", p.Remedy)
	}
	return 2
}
