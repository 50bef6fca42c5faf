// Package kafka brings topics, users and rights of a broker in line with the declaration.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"cipherhorizon.internal/trust"
	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

const dialLimit = 2 * time.Second

// Dial makes a client; it connects when it is first used. What a caller adds to the options wins.
func Dial(settings config.Kafka, extra ...kgo.Opt) (*kgo.Client, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(settings.Brokers...),
		kgo.ClientID("provisioner"),
		// The loop retries; retries inside the client would only hide from it how long a pass takes.
		kgo.RequestRetries(1),
		kgo.RetryTimeout(2 * time.Second),
		kgo.DialTimeout(dialLimit),
		kgo.RetryBackoffFn(func(int) time.Duration { return 50 * time.Millisecond }),
		kgo.DisableClientMetrics(),
	}
	if settings.CAFile != "" {
		options = append(options, kgo.Dialer(trust.Dialer(settings.CAFile, dialLimit)))
	}
	if !settings.Plaintext {
		options = append(options, kgo.SASL(scram.Sha512(func(context.Context) (scram.Auth, error) {
			user, password, err := settings.Login()
			return scram.Auth{User: user, Pass: password}, err
		})))
	}
	return kgo.NewClient(append(options, extra...)...)
}

// Reconciler applies one declaration to one broker.
type Reconciler struct {
	client   *kgo.Client
	admin    *kadm.Client
	declared spec.Kafka
	// A broker tells that a user has a password, not which: the first pass sets them all, so that a rotation takes effect.
	passwordsSet bool
}

// New makes a reconciler; it does nothing until Apply.
func New(client *kgo.Client, declared spec.Kafka) *Reconciler {
	return &Reconciler{client: client, admin: kadm.NewClient(client), declared: declared}
}

// Apply implements reconcile.Target. Users come first: they wait for nothing and others wait for them.
func (r *Reconciler) Apply(ctx context.Context) ([]string, error) {
	var changes []string
	for _, step := range []func(context.Context) ([]string, error){r.users, r.rights, r.topics, r.topicConfigs} {
		made, err := step(ctx)
		changes = append(changes, made...)
		if err != nil {
			return changes, err
		}
	}
	return changes, nil
}

func (r *Reconciler) topics(ctx context.Context) ([]string, error) {
	found, err := r.partitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	var changes []string
	for _, topic := range r.declared.Topics {
		partitions, exists := found[topic.Name]
		switch {
		case !exists:
			configs := map[string]*string{}
			for key, value := range topic.Config {
				configs[key] = &value
			}
			// -1: as many copies as the broker's default says.
			response, err := r.admin.CreateTopic(ctx, topic.Partitions, -1, configs, topic.Name)
			if err = errors.Join(err, response.Err); err != nil {
				return changes, fmt.Errorf("create topic %s: %w", topic.Name, err)
			}
			changes = append(changes, "topic "+topic.Name)
		case partitions < topic.Partitions:
			responses, err := r.admin.UpdatePartitions(ctx, int(topic.Partitions), topic.Name)
			if err = errors.Join(err, responses.Error()); err != nil {
				return changes, fmt.Errorf("add partitions to %s: %w", topic.Name, err)
			}
			changes = append(changes, fmt.Sprintf("topic %s, %d partitions", topic.Name, topic.Partitions))
		case partitions > topic.Partitions:
			return changes, fmt.Errorf("topic %s has %d partitions, declared are %d: Kafka can't take any away; declare %d or make a new topic",
				topic.Name, partitions, topic.Partitions, partitions)
		}
	}
	return changes, nil
}

// partitions counts those of every topic. It asks the broker itself: the admin client may answer from what it saw before.
func (r *Reconciler) partitions(ctx context.Context) (map[string]int32, error) {
	response, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, r.client)
	if err != nil {
		return nil, err
	}
	found := map[string]int32{}
	for _, topic := range response.Topics {
		if topic.Topic != nil && topic.ErrorCode == 0 {
			found[*topic.Topic] = int32(len(topic.Partitions))
		}
	}
	return found, nil
}

func (r *Reconciler) topicConfigs(ctx context.Context) ([]string, error) {
	if len(r.declared.Topics) == 0 {
		return nil, nil
	}
	names := make([]string, 0, len(r.declared.Topics))
	for _, topic := range r.declared.Topics {
		names = append(names, topic.Name)
	}
	found, err := r.admin.DescribeTopicConfigs(ctx, names...)
	if err != nil {
		return nil, fmt.Errorf("describe topics: %w", err)
	}
	var changes []string
	for _, topic := range r.declared.Topics {
		have, err := found.On(topic.Name, nil)
		if errors.Is(have.Err, kerr.UnknownTopicOrPartition) {
			// Made a moment ago, with its settings; the broker may take another to know it.
			continue
		}
		if err = errors.Join(err, have.Err); err != nil {
			return changes, fmt.Errorf("describe topic %s: %w", topic.Name, err)
		}
		wanted := configChanges(topic.Config, have.Configs)
		if len(wanted) == 0 {
			continue
		}
		responses, err := r.admin.AlterTopicConfigs(ctx, wanted, topic.Name)
		for _, response := range responses {
			err = errors.Join(err, response.Err)
		}
		if err != nil {
			return changes, fmt.Errorf("configure topic %s: %w", topic.Name, err)
		}
		changes = append(changes, "settings of topic "+topic.Name)
	}
	return changes, nil
}

// configChanges are the declared settings that the topic doesn't have, and a reset of those it has beside them.
func configChanges(declared map[string]string, have []kadm.Config) []kadm.AlterConfig {
	found := map[string]string{}
	var changes []kadm.AlterConfig
	for _, config := range have {
		found[config.Key] = config.MaybeValue()
		if _, wanted := declared[config.Key]; !wanted && isTopicLevel(config) {
			changes = append(changes, kadm.AlterConfig{Op: kadm.DeleteConfig, Name: config.Key})
		}
	}
	for key, value := range declared {
		if found[key] != value {
			changes = append(changes, kadm.AlterConfig{Op: kadm.SetConfig, Name: key, Value: &value})
		}
	}
	return changes
}
