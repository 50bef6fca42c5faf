package kafka

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

const patience = 20 * time.Second

// broker is a real protocol endpoint in this process, with access rules, and one superuser.
func broker(t *testing.T) []string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.EnableACLs(),
		kfake.Superuser("SCRAM-SHA-512", "provisioner", "top"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()
}

func dial(t *testing.T, addresses []string, user, password string) *kgo.Client {
	t.Helper()
	client, err := Dial(config.Kafka{Brokers: addresses, Login: func() (string, string, error) { return user, password, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func declared(t *testing.T, password string) (spec.Kafka, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "engine")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	return spec.Kafka{
		Topics: []spec.Topic{{Name: "orders", Partitions: 1, Config: map[string]string{"retention.ms": "-1"}}},
		Users: []spec.KafkaUser{{Name: "engine", PasswordFile: file, ACLs: []spec.ACL{
			{Resource: "topic", Name: "orders", Pattern: "literal", Operations: []string{"read", "write"}},
		}}},
	}, file
}

func apply(t *testing.T, r *Reconciler) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	changes, err := r.Apply(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestMakesWhatIsMissingThenNothing(t *testing.T) {
	addresses := broker(t)
	wanted, _ := declared(t, "secret")
	client := dial(t, addresses, "provisioner", "top")
	reconciler := New(client, wanted)
	first := apply(t, reconciler)
	for _, change := range []string{"password of Kafka user engine", "topic orders"} {
		if !slices.Contains(first, change) {
			t.Errorf("no %q in %q", change, first)
		}
	}
	if again := apply(t, reconciler); len(again) != 0 {
		t.Errorf("a second pass changed %q", again)
	}
	// Somebody who starts later must find nothing to do but the passwords, which can't be compared.
	if again := apply(t, New(client, wanted)); !slices.Equal(again, []string{"password of Kafka user engine"}) {
		t.Errorf("a second start changed %q", again)
	}
}

func TestTheUserCanLogInAndIsHeldToItsRights(t *testing.T) {
	addresses := broker(t)
	wanted, _ := declared(t, "secret")
	wanted.Topics = append(wanted.Topics, spec.Topic{Name: "fills", Partitions: 1})
	apply(t, New(dial(t, addresses, "provisioner", "top"), wanted))
	engine := dial(t, addresses, "engine", "secret")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := engine.ProduceSync(ctx, &kgo.Record{Topic: "orders", Value: []byte("{}")}).FirstErr(); err != nil {
		t.Errorf("may not write what it may write: %v", err)
	}
	if err := engine.ProduceSync(ctx, &kgo.Record{Topic: "fills", Value: []byte("{}")}).FirstErr(); err == nil {
		t.Error("writes a topic that it has no right to")
	}
}

func TestDriftIsMended(t *testing.T) {
	addresses := broker(t)
	wanted, _ := declared(t, "secret")
	client := dial(t, addresses, "provisioner", "top")
	reconciler := New(client, wanted)
	apply(t, reconciler)
	admin := kadm.NewClient(client)
	ctx := t.Context()
	value := "1000"
	if _, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}, "orders"); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: &value}}, "orders"); err != nil {
		t.Fatal(err)
	}
	extra := kadm.NewACLs().Topics("secrets").ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead).Allow("User:engine").AllowHosts("*")
	if _, err := admin.CreateACLs(ctx, extra); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.AlterUserSCRAMs(ctx, []kadm.DeleteSCRAM{{User: "engine", Mechanism: kadm.ScramSha512}}, nil); err != nil {
		t.Fatal(err)
	}
	changes := strings.Join(apply(t, reconciler), "\n")
	for _, part := range []string{"password of Kafka user engine", "revoked READ of User:engine", "settings of topic orders"} {
		if !strings.Contains(changes, part) {
			t.Errorf("no %q in:\n%s", part, changes)
		}
	}
	configs, err := admin.DescribeTopicConfigs(ctx, "orders")
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range configs[0].Configs {
		if config.Key == "retention.ms" && config.MaybeValue() != "-1" {
			t.Errorf("retention.ms is %s", config.MaybeValue())
		}
		if config.Key == "max.message.bytes" && isTopicLevel(config) {
			t.Error("a setting that isn't declared stayed")
		}
	}
}

func TestARotatedPasswordTakesEffectAtTheNextStart(t *testing.T) {
	addresses := broker(t)
	wanted, file := declared(t, "old")
	client := dial(t, addresses, "provisioner", "top")
	apply(t, New(client, wanted))
	if err := os.WriteFile(file, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	apply(t, New(client, wanted))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := dial(t, addresses, "engine", "new").Ping(ctx); err != nil {
		t.Errorf("the new password doesn't work: %v", err)
	}
	if err := dial(t, addresses, "engine", "old").Ping(ctx); err == nil {
		t.Error("the old password still works")
	}
}

func TestPartitionsGrowAndNeverShrink(t *testing.T) {
	addresses := broker(t)
	client := dial(t, addresses, "provisioner", "top")
	topic := spec.Topic{Name: "orders", Partitions: 1}
	apply(t, New(client, spec.Kafka{Topics: []spec.Topic{topic}}))
	topic.Partitions = 3
	if changes := apply(t, New(client, spec.Kafka{Topics: []spec.Topic{topic}})); len(changes) != 1 {
		t.Errorf("growing changed %q", changes)
	}
	topic.Partitions = 2
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := New(client, spec.Kafka{Topics: []spec.Topic{topic}}).Apply(ctx)
	if err == nil || !strings.Contains(err.Error(), "has 3 partitions") {
		t.Errorf("shrinking: %v", err)
	}
}
