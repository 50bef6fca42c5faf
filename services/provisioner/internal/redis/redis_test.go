package redis

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

// server is a real Redis: test.sh starts one and says where.
func server(t *testing.T) config.Redis {
	t.Helper()
	port := os.Getenv("TEST_REDIS_PORT")
	if port == "" {
		t.Skip("no TEST_REDIS_PORT; run test.sh for a Redis of its own")
	}
	return config.Redis{Address: net.JoinHostPort("127.0.0.1", port), Login: login("default", os.Getenv("TEST_REDIS_PASSWORD"))}
}

func login(user, password string) config.Login {
	return func() (string, string, error) { return user, password, nil }
}

func declared(t *testing.T, name, password string) (spec.Redis, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	rights := "~" + name + ":* &" + name + ":* +@read +@write +@connection +@transaction +publish +config|get -@dangerous"
	return spec.Redis{Users: []spec.RedisUser{{Name: name, PasswordFile: file, Rights: rights}}}, file
}

func apply(t *testing.T, r *Reconciler) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	changes, err := r.Apply(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func dial(t *testing.T, settings config.Redis, user, password string) *redis.Client {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: settings.Address, Username: user, Password: password, Protocol: 2, DisableIdentity: true})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func reconciler(t *testing.T, settings config.Redis, wanted spec.Redis) *Reconciler {
	t.Helper()
	r := New(settings, wanted)
	t.Cleanup(r.Close)
	return r
}

func TestMakesAUserWithExactlyItsRightsThenNothing(t *testing.T) {
	settings := server(t)
	wanted, _ := declared(t, "made", "secret")
	r := reconciler(t, settings, wanted)
	if changes := apply(t, r); !slices.Equal(changes, []string{"Redis user made"}) {
		t.Errorf("%q", changes)
	}
	if changes := apply(t, r); len(changes) != 0 {
		t.Errorf("not idempotent: %q", changes)
	}
	client := dial(t, settings, "made", "secret")
	if err := client.Set(t.Context(), "made:a", "1", 0).Err(); err != nil {
		t.Error(err)
	}
	if err := client.Set(t.Context(), "other:a", "1", 0).Err(); err == nil {
		t.Error("wrote a key of others")
	}
	if err := client.FlushAll(t.Context()).Err(); err == nil {
		t.Error("emptied the server")
	}
}

// A server that restarted has forgotten; one that failed over never knew.
func TestPutsBackWhatIsGoneOrChanged(t *testing.T) {
	settings := server(t)
	wanted, _ := declared(t, "put", "secret")
	r := reconciler(t, settings, wanted)
	apply(t, r)
	admin := dial(t, settings, "default", os.Getenv("TEST_REDIS_PASSWORD"))
	for _, drift := range [][]any{{"ACL", "DELUSER", "put"}, {"ACL", "SETUSER", "put", "+flushall"}, {"ACL", "SETUSER", "put", "nopass"}} {
		if err := admin.Do(t.Context(), drift...).Err(); err != nil {
			t.Fatal(err)
		}
		if changes := apply(t, r); len(changes) != 1 {
			t.Errorf("after %v: %q", drift, changes)
		}
	}
}

func TestARotatedPasswordReplacesTheOldOneAndConnectionsGoOn(t *testing.T) {
	settings := server(t)
	wanted, file := declared(t, "turn", "old")
	r := reconciler(t, settings, wanted)
	apply(t, r)
	client := dial(t, settings, "turn", "old")
	conn := client.Conn()
	defer func() { _ = conn.Close() }()
	if err := conn.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changes := apply(t, r); len(changes) != 1 {
		t.Errorf("%q", changes)
	}
	if err := conn.Ping(t.Context()).Err(); err != nil {
		t.Errorf("an open connection was cut: %v", err)
	}
	if err := dial(t, settings, "turn", "old").Ping(t.Context()).Err(); err == nil {
		t.Error("the old password still works")
	}
	if err := dial(t, settings, "turn", "new").Ping(t.Context()).Err(); err != nil {
		t.Error(err)
	}
}

func TestUsersOfOthersAreLeftAlone(t *testing.T) {
	settings := server(t)
	admin := dial(t, settings, "default", os.Getenv("TEST_REDIS_PASSWORD"))
	if err := admin.Do(t.Context(), "ACL", "SETUSER", "stranger", "on", "nopass", "+ping").Err(); err != nil {
		t.Fatal(err)
	}
	wanted, _ := declared(t, "mine", "secret")
	r := reconciler(t, settings, wanted)
	before, _ := r.users(t.Context())
	apply(t, r)
	after, _ := r.users(t.Context())
	for _, name := range []string{"stranger", "default"} {
		if before[name] == "" || before[name] != after[name] {
			t.Errorf("%s was %q and is %q", name, before[name], after[name])
		}
	}
}

func TestALoginThatMayNotMakeUsersSaysSo(t *testing.T) {
	settings := server(t)
	wanted, _ := declared(t, "weak", "secret")
	apply(t, reconciler(t, settings, wanted))
	weak := reconciler(t, config.Redis{Address: settings.Address, Login: login("weak", "secret")}, wanted)
	if _, err := weak.Apply(t.Context()); err == nil || !strings.Contains(err.Error(), "ACL SETUSER") {
		t.Errorf("%v", err)
	}
}
