package history

import (
	"context"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kadm"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/kafka"
)

// Lag writes how many offsets a consumer group is behind, over all its topics. Transaction markers count, so it seldom is 0.
func Lag(group string) func(context.Context, config.Settings, io.Writer) error {
	return func(ctx context.Context, settings config.Settings, out io.Writer) error {
		client, err := kafka.Dial(settings.Kafka)
		if err != nil {
			return err
		}
		defer client.Close()
		lags, err := kadm.NewClient(client).Lag(ctx, group)
		if err != nil {
			return fmt.Errorf("lag of %s: %w", group, err)
		}
		found := lags[group]
		if err := found.Error(); err != nil {
			return fmt.Errorf("lag of %s: %w", group, err)
		}
		_, err = fmt.Fprintln(out, found.Lag.Total())
		return err
	}
}
