package publish

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/market-data/internal/config"
)

func adminClient(t *testing.T, c config.Kafka) *kadm.Client {
	t.Helper()
	client, err := kgo.NewClient(connection(c)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return kadm.NewClient(client)
}
