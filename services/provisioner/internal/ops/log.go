// Package ops is what operators see of the service: logs, health, metrics.
package ops

import (
	"io"
	"log/slog"
	"strings"
	"time"
)

// NewLogger writes one JSON object per line, with the keys that all services share.
func NewLogger(out io.Writer) *slog.Logger {
	handler := slog.NewJSONHandler(out, &slog.HandlerOptions{
		Level: slog.LevelInfo,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) > 0 {
				return a
			}
			switch a.Key {
			case slog.TimeKey:
				return slog.String("ts", a.Value.Time().UTC().Format(time.RFC3339Nano))
			case slog.LevelKey:
				return slog.String("level", strings.ToLower(a.Value.String()))
			}
			return a
		},
	})
	return slog.New(handler).With("service", "provisioner")
}
