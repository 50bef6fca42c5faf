// Package postgres brings roles, databases and rights of a server in line with the declaration.
package postgres

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"cipherhorizon.internal/trust"
	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

const connectTimeout = 2 * time.Second

// Reconciler applies one declaration to one server. It connects for each pass: a connection a minute costs less than an idle one.
type Reconciler struct {
	settings config.Postgres
	declared spec.Postgres
}

// New makes a reconciler; it does nothing until Apply.
func New(settings config.Postgres, declared spec.Postgres) *Reconciler {
	return &Reconciler{settings: settings, declared: declared}
}

// pass is one run over the server: a connection and what was changed so far.
type pass struct {
	conn    *pgx.Conn
	changes []string
}

// Apply implements reconcile.Target.
func (r *Reconciler) Apply(ctx context.Context) ([]string, error) {
	conn, err := r.connect(ctx, r.settings.Database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var superuser bool
	if err := conn.QueryRow(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&superuser); err != nil {
		return nil, err
	}
	if !superuser {
		return nil, fmt.Errorf("%s is no superuser, so it can't compare passwords and owners: log in as one", conn.Config().User)
	}
	p := &pass{conn: conn}
	if err := r.server(ctx, p); err != nil {
		return p.changes, err
	}
	for _, database := range r.declared.Databases {
		made, err := r.inside(ctx, database)
		p.changes = append(p.changes, made...)
		if err != nil {
			return p.changes, err
		}
	}
	return p.changes, nil
}

// server is what concerns all databases: roles, databases, who may connect.
func (r *Reconciler) server(ctx context.Context, p *pass) error {
	for _, role := range r.declared.Roles {
		if err := p.role(ctx, role); err != nil {
			return fmt.Errorf("role %s: %w", role.Name, err)
		}
	}
	for _, database := range r.declared.Databases {
		if err := p.database(ctx, database); err != nil {
			return fmt.Errorf("database %s: %w", database.Name, err)
		}
	}
	for _, database := range append(slices.Clone(r.declared.Closed), names(r.declared.Databases)...) {
		if err := p.closeToPublic(ctx, database); err != nil {
			return fmt.Errorf("database %s: %w", database, err)
		}
	}
	for _, role := range r.declared.Roles {
		for _, database := range append(append([]string{}, role.Connect...), role.ReadOnly...) {
			if err := p.letConnect(ctx, role.Name, database); err != nil {
				return fmt.Errorf("role %s, database %s: %w", role.Name, database, err)
			}
		}
	}
	return nil
}

// inside is what needs a connection to the database itself: who may read its tables.
func (r *Reconciler) inside(ctx context.Context, database spec.Database) ([]string, error) {
	var readers []string
	for _, role := range r.declared.Roles {
		for _, name := range role.ReadOnly {
			if name == database.Name {
				readers = append(readers, role.Name)
			}
		}
	}
	if len(readers) == 0 {
		return nil, nil
	}
	conn, err := r.connect(ctx, database.Name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	p := &pass{conn: conn}
	for _, reader := range readers {
		if err := p.letRead(ctx, reader, database); err != nil {
			return p.changes, fmt.Errorf("reader %s of %s: %w", reader, database.Name, err)
		}
	}
	return p.changes, nil
}

func (r *Reconciler) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	return Connect(ctx, r.settings, database)
}

// Connect opens one connection to one database of the server.
func Connect(ctx context.Context, server config.Postgres, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	// Without a connection string: nothing is taken from the environment, and no password is part of a text.
	settings, err := pgx.ParseConfig("sslmode=disable application_name=provisioner")
	if err != nil {
		return nil, err
	}
	settings.Host, settings.Port, settings.Database = server.Host, server.Port, database
	if settings.User, settings.Password, err = server.Login(); err != nil {
		return nil, err
	}
	settings.Fallbacks = nil
	if server.CAFile != "" {
		authorities, err := trust.Authorities(server.CAFile)
		if err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		settings.TLSConfig = &tls.Config{RootCAs: authorities, ServerName: server.Host}
	}
	conn, err := pgx.ConnectConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}

func names(databases []spec.Database) []string {
	list := make([]string, 0, len(databases))
	for _, database := range databases {
		list = append(list, database.Name)
	}
	return list
}

// do runs a statement and notes what it changed.
func (p *pass) do(ctx context.Context, change, statement string) error {
	if _, err := p.conn.Exec(ctx, statement); err != nil {
		return err
	}
	p.changes = append(p.changes, change)
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
