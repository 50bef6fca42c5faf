package postgres

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

const patience = 30 * time.Second

// server is a real PostgreSQL: test.sh starts one and says where.
func server(t *testing.T) config.Postgres {
	t.Helper()
	port, err := strconv.ParseUint(os.Getenv("TEST_POSTGRES_PORT"), 10, 16)
	if err != nil {
		t.Skip("no TEST_POSTGRES_PORT; run test.sh for a PostgreSQL of its own")
	}
	return config.Postgres{Host: "127.0.0.1", Port: uint16(port), Database: "postgres", Login: login("provisioner", os.Getenv("TEST_POSTGRES_PASSWORD"))}
}

func login(user, password string) config.Login {
	return func() (string, string, error) { return user, password, nil }
}

// declared gives every test databases and roles of its own on the one server.
func declared(t *testing.T, prefix string) (spec.Postgres, map[string]string) {
	t.Helper()
	files := map[string]string{}
	for _, role := range []string{"owner", "reader", "watcher"} {
		files[role] = filepath.Join(t.TempDir(), role)
		if err := os.WriteFile(files[role], []byte(prefix+role), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return spec.Postgres{
		Databases: []spec.Database{{Name: prefix + "db", Owner: prefix + "owner"}},
		Roles: []spec.Role{
			{Name: prefix + "owner", PasswordFile: files["owner"]},
			{Name: prefix + "reader", PasswordFile: files["reader"], ReadOnly: []string{prefix + "db"}},
			{Name: prefix + "watcher", PasswordFile: files["watcher"], MemberOf: []string{"pg_monitor"}, Connect: []string{"postgres"}},
		},
	}, files
}

func apply(t *testing.T, settings config.Postgres, wanted spec.Postgres) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	changes, err := New(settings, wanted).Apply(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// as runs statements as somebody, in a database, and returns the first error.
func as(t *testing.T, settings config.Postgres, user, password, database string, statements ...string) error {
	t.Helper()
	settings.Login = login(user, password)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := New(settings, spec.Postgres{}).connect(ctx, database)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}
	return nil
}

func TestMakesWhatIsMissingThenNothing(t *testing.T) {
	settings := server(t)
	wanted, _ := declared(t, "made_")
	first := apply(t, settings, wanted)
	for _, change := range []string{"role made_owner", "password of role made_owner", "database made_db", "made_watcher in pg_monitor"} {
		if !slices.Contains(first, change) {
			t.Errorf("no %q in %q", change, first)
		}
	}
	if again := apply(t, settings, wanted); len(again) != 0 {
		t.Errorf("a second start changed %q", again)
	}
}

func TestRights(t *testing.T) {
	settings := server(t)
	wanted, _ := declared(t, "rights_")
	wanted.Closed = []string{"postgres"}
	apply(t, settings, wanted)
	owner := func(statements ...string) error {
		return as(t, settings, "rights_owner", "rights_owner", "rights_db", statements...)
	}
	reader := func(statements ...string) error {
		return as(t, settings, "rights_reader", "rights_reader", "rights_db", statements...)
	}
	if err := owner("CREATE TABLE runs (id int)", "INSERT INTO runs VALUES (1)"); err != nil {
		t.Fatalf("the owner can't work: %v", err)
	}
	if err := reader("SELECT * FROM runs"); err != nil {
		t.Errorf("a table made later can't be read: %v", err)
	}
	for what, err := range map[string]error{
		"the reader writes":                    reader("INSERT INTO runs VALUES (2)"),
		"the reader makes tables":              reader("CREATE TABLE mine (id int)"),
		"the reader enters postgres":           as(t, settings, "rights_reader", "rights_reader", "postgres"),
		"the watcher enters the database":      as(t, settings, "rights_watcher", "rights_watcher", "rights_db"),
		"the owner makes roles":                owner("CREATE ROLE other"),
		"the owner enters postgres":            as(t, settings, "rights_owner", "rights_owner", "postgres"),
		"a wrong password is good":             as(t, settings, "rights_owner", "wrong", "rights_db"),
		"the watcher reads others' verifiers":  as(t, settings, "rights_watcher", "rights_watcher", "postgres", "SELECT rolpassword FROM pg_authid"),
		"the reader becomes the owner":         reader("SET ROLE rights_owner"),
		"the owner makes a database":           owner("CREATE DATABASE other"),
		"the owner becomes superuser":          owner("ALTER ROLE rights_owner SUPERUSER"),
		"the reader changes the owner's table": reader("ALTER TABLE runs ADD x int"),
	} {
		if err == nil {
			t.Error(what)
		}
	}
	if err := as(t, settings, "rights_watcher", "rights_watcher", "postgres", "SELECT count(*) FROM pg_stat_activity"); err != nil {
		t.Errorf("the watcher can't watch: %v", err)
	}
	if changes := apply(t, settings, wanted); len(changes) != 0 {
		t.Errorf("using the rights counts as drift: %q", changes)
	}
}

// A server that somebody else runs has databases of others, which stay as they are unless they are named.
func TestOnlyNamedDatabasesAreClosedBesideTheDeclared(t *testing.T) {
	settings := server(t)
	password := os.Getenv("TEST_POSTGRES_PASSWORD")
	if err := as(t, settings, "provisioner", password, "postgres", "CREATE DATABASE closed_other"); err != nil {
		t.Fatal(err)
	}
	if err := as(t, settings, "provisioner", password, "postgres", "CREATE ROLE closed_guest LOGIN PASSWORD 'guest'"); err != nil {
		t.Fatal(err)
	}
	wanted, _ := declared(t, "closed_")
	apply(t, settings, wanted)
	if err := as(t, settings, "closed_guest", "guest", "closed_other"); err != nil {
		t.Errorf("a guest of another database was shut out: %v", err)
	}
	wanted.Closed = []string{"closed_other"}
	apply(t, settings, wanted)
	if err := as(t, settings, "closed_guest", "guest", "closed_other"); err == nil {
		t.Error("a guest still enters a closed database")
	}
}

func TestALoginThatIsNoSuperuserSaysSo(t *testing.T) {
	settings := server(t)
	err := as(t, settings, "provisioner", os.Getenv("TEST_POSTGRES_PASSWORD"), "postgres", "CREATE ROLE weak_admin LOGIN CREATEROLE CREATEDB PASSWORD 'weak'", "GRANT CONNECT ON DATABASE postgres TO weak_admin")
	if err != nil {
		t.Fatal(err)
	}
	wanted, _ := declared(t, "weak_")
	settings.Login = login("weak_admin", "weak")
	if _, err := New(settings, wanted).Apply(t.Context()); err == nil || !strings.Contains(err.Error(), "superuser") {
		t.Errorf("%v", err)
	}
}

func TestDriftIsMended(t *testing.T) {
	settings := server(t)
	wanted, files := declared(t, "drift_")
	apply(t, settings, wanted)
	top := func(database string, statements ...string) {
		t.Helper()
		if err := as(t, settings, "provisioner", os.Getenv("TEST_POSTGRES_PASSWORD"), database, statements...); err != nil {
			t.Fatal(err)
		}
	}
	top("postgres",
		"ALTER ROLE drift_reader SUPERUSER", "ALTER ROLE drift_owner PASSWORD 'stolen'", "ALTER DATABASE drift_db OWNER TO provisioner",
		"GRANT pg_read_all_data TO drift_reader", "REVOKE pg_monitor FROM drift_watcher", "GRANT CONNECT ON DATABASE drift_db TO PUBLIC")
	top("drift_db", "CREATE SCHEMA side", "CREATE TABLE side.quiet (id int)")
	changes := strings.Join(apply(t, settings, wanted), "\n")
	for _, part := range []string{
		"role drift_reader", "password of role drift_owner", "owner of database drift_db", "drift_reader out of pg_read_all_data",
		"drift_watcher in pg_monitor", "drift_db closed to the public", "drift_reader uses schema side", "drift_reader reads side.quiet",
	} {
		if !strings.Contains(changes, part) {
			t.Errorf("no %q in:\n%s", part, changes)
		}
	}
	if again := apply(t, settings, wanted); len(again) != 0 {
		t.Errorf("not mended at once: %q", again)
	}
	if err := os.WriteFile(files["owner"], []byte("rotated"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changes := apply(t, settings, wanted); !slices.Equal(changes, []string{"password of role drift_owner"}) {
		t.Errorf("a rotation changed %q", changes)
	}
	if err := as(t, settings, "drift_owner", "rotated", "drift_db"); err != nil {
		t.Errorf("the rotated password doesn't work: %v", err)
	}
}

func TestOddNamesAreQuoted(t *testing.T) {
	settings := server(t)
	wanted, _ := declared(t, `odd "; DROP ROLE x; --`)
	apply(t, settings, wanted)
	if again := apply(t, settings, wanted); len(again) != 0 {
		t.Errorf("a second start changed %q", again)
	}
}
