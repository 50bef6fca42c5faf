// Package redis brings the users of a Redis in line with the declaration.
package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"cipherhorizon.internal/trust"
	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

const patience = 2 * time.Second

// Reconciler applies one declaration to one server.
type Reconciler struct {
	client   *redis.Client
	declared spec.Redis
}

// New makes a reconciler; it does nothing until Apply.
func New(settings config.Redis, declared spec.Redis) *Reconciler {
	options := &redis.Options{
		Addr: settings.Address, Protocol: 2, PoolSize: 1, MaxRetries: -1, DialerRetries: 1, DisableIdentity: true,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, ContextTimeoutEnabled: true,
		MaintNotificationsConfig:   &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		CredentialsProviderContext: func(context.Context) (string, string, error) { return settings.Login() },
	}
	if settings.CAFile != "" {
		options.Dialer = trust.Dialer(settings.CAFile, patience)
	}
	return &Reconciler{declared: declared, client: redis.NewClient(options)}
}

// Close ends the connection.
func (r *Reconciler) Close() { _ = r.client.Close() }

// Apply implements reconcile.Target. Users that aren't declared are left alone, `default` among them.
func (r *Reconciler) Apply(ctx context.Context) ([]string, error) {
	before, err := r.users(ctx)
	if err != nil {
		return nil, err
	}
	for _, user := range r.declared.Users {
		if err := r.set(ctx, user); err != nil {
			return nil, err
		}
	}
	after, err := r.users(ctx)
	if err != nil {
		return nil, err
	}
	var changes []string
	for _, user := range r.declared.Users {
		if before[user.Name] != after[user.Name] {
			changes = append(changes, "Redis user "+user.Name)
		}
	}
	return changes, nil
}

// users is what the server says of each, in its own words. Those differ from version to version and from the words that were
// given, so only the server's words are ever compared: with its own of before.
func (r *Reconciler) users(ctx context.Context) (map[string]string, error) {
	lines, err := r.client.Do(ctx, "ACL", "LIST").StringSlice()
	if err != nil {
		return nil, fmt.Errorf("list users: %w", hinted(err))
	}
	found := map[string]string{}
	for _, line := range lines {
		if words := strings.Fields(line); len(words) > 1 {
			found[words[1]] = line
		}
	}
	return found, nil
}

// set replaces a user in one step, so nobody who uses it ever sees half of it. The password goes as a hash.
func (r *Reconciler) set(ctx context.Context, user spec.RedisUser) error {
	password, err := config.ReadSecret(user.PasswordFile)
	if err != nil {
		return fmt.Errorf("password of %s: %w", user.Name, err)
	}
	hash := sha256.Sum256([]byte(password))
	command := []any{"ACL", "SETUSER", user.Name, "reset", "on", "#" + hex.EncodeToString(hash[:]), "resetchannels", "-@all"}
	for _, word := range strings.Fields(user.Rights) {
		command = append(command, word)
	}
	if err := r.client.Do(ctx, command...).Err(); err != nil {
		return fmt.Errorf("set user %s: %w", user.Name, hinted(err))
	}
	return nil
}

// hinted says what a server means that keeps its users elsewhere.
func hinted(err error) error {
	text := strings.ToLower(err.Error())
	if strings.HasPrefix(text, "noperm") || strings.HasPrefix(text, "err unknown") || strings.HasPrefix(text, "err command not allowed") {
		return fmt.Errorf("%w (the login must be allowed ACL LIST and ACL SETUSER; a service without these commands can't be used)", err)
	}
	return err
}
