package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"cipherhorizon/provisioner/internal/config"
)

// Iterations make a stolen verifier costly to guess. These passwords are random and long, so the least will do.
const scramIterations = 4096

func isTopicLevel(config kadm.Config) bool {
	return config.Source == kmsg.ConfigSourceDynamicTopicConfig
}

func (r *Reconciler) users(ctx context.Context) ([]string, error) {
	known, err := r.admin.DescribeUserSCRAMs(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe users: %w", err)
	}
	var upserts []kadm.UpsertSCRAM
	for _, user := range r.declared.Users {
		if r.passwordsSet && hasPassword(known[user.Name]) {
			continue
		}
		password, err := config.ReadSecret(user.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("password of %s: %w", user.Name, err)
		}
		upserts = append(upserts, kadm.UpsertSCRAM{User: user.Name, Mechanism: kadm.ScramSha512, Iterations: scramIterations, Password: password})
	}
	if len(upserts) == 0 {
		r.passwordsSet = true
		return nil, nil
	}
	altered, err := r.admin.AlterUserSCRAMs(ctx, nil, upserts)
	if err != nil {
		return nil, fmt.Errorf("set passwords: %w", err)
	}
	var changes []string
	for _, user := range altered {
		if user.Err != nil {
			err = errors.Join(err, fmt.Errorf("set password of %s: %w", user.User, user.Err))
			continue
		}
		changes = append(changes, "password of Kafka user "+user.User)
	}
	r.passwordsSet = r.passwordsSet || err == nil
	return changes, err
}

func hasPassword(user kadm.DescribedUserSCRAM) bool {
	for _, info := range user.CredInfos {
		if info.Mechanism == kadm.ScramSha512 {
			return true
		}
	}
	return false
}
