package publish

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"cipherhorizon.internal/trust/tlstest"
	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/message"
)

// overTLS starts a broker with logins over TLS, and returns how to reach it with this authority.
func overTLS(t *testing.T, server *tls.Config, authority string) config.Kafka {
	t.Helper()
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("right"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := kafkatest.Start(t, kfake.TLS(server), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "market-data", "right"),
		kfake.SeedTopics(1, message.TopicBook, message.TopicTrade))
	return config.Kafka{Brokers: []string{b.Address()}, SASL: true, User: "market-data", PasswordFile: password, CAFile: authority}
}

func TestBatchesAndTheTailOverTLS(t *testing.T) {
	authority := tlstest.New(t)
	c := overTLS(t, authority.Server("127.0.0.1"), authority.File)
	commit(t, begin(t, newPublisher(t, c), "s", true, 0), batch("s", 1, 10))
	begin(t, newPublisher(t, c), "s", false, 10)
}

func TestABrokerThatIsNotTheOneIsRefused(t *testing.T) {
	ours, other := tlstest.New(t), tlstest.New(t)
	unknown, name := new(x509.UnknownAuthorityError), new(x509.HostnameError)
	for what, test := range map[string]struct {
		server *tls.Config
		want   any
	}{
		"another authority": {other.Server("127.0.0.1"), unknown},
		"another host":      {ours.Server("elsewhere"), name},
	} {
		_, err := adminClient(t, overTLS(t, test.server, ours.File)).ListTopics(bounded(t))
		if !errors.As(err, test.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
