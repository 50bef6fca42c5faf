package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"cipherhorizon.internal/trust/tlstest"
	"cipherhorizon/provisioner/internal/config"
)

// overTLS makes a reconciler for a broker behind TLS that believes this authority.
func overTLS(t *testing.T, server *tls.Config, authority string) *Reconciler {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.EnableACLs(), kfake.TLS(server),
		kfake.Superuser("SCRAM-SHA-512", "provisioner", "top"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := Dial(config.Kafka{
		Brokers: cluster.ListenAddrs(), CAFile: authority,
		Login: func() (string, string, error) { return "provisioner", "top", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	wanted, _ := declared(t, "secret")
	return New(client, wanted)
}

func TestMakesWhatIsMissingOverTLS(t *testing.T) {
	authority := tlstest.New(t)
	r := overTLS(t, authority.Server("127.0.0.1"), authority.File)
	if changes := apply(t, r); len(changes) == 0 {
		t.Error("nothing was made")
	}
	if again := apply(t, r); len(again) != 0 {
		t.Errorf("a second pass changed %q", again)
	}
}

func TestABrokerThatIsNotTheOneIsRefused(t *testing.T) {
	ours, other := tlstest.New(t), tlstest.New(t)
	for what, test := range map[string]struct {
		server *tls.Config
		want   any
	}{
		"another authority": {other.Server("127.0.0.1"), new(x509.UnknownAuthorityError)},
		"another host":      {ours.Server("elsewhere"), new(x509.HostnameError)},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if _, err := overTLS(t, test.server, ours.File).Apply(ctx); !errors.As(err, test.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
