package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/spec"
)

// A declared role can log in and nothing else.
const attributes = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT"

func (p *pass) role(ctx context.Context, role spec.Role) error {
	password, err := config.ReadSecret(role.PasswordFile)
	if err != nil {
		return err
	}
	var plain bool
	var verifier string
	err = p.conn.QueryRow(ctx, `SELECT rolcanlogin AND rolinherit AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls),
		coalesce(rolpassword, '') FROM pg_authid WHERE rolname = $1`, role.Name).Scan(&plain, &verifier)
	absent := errors.Is(err, pgx.ErrNoRows)
	if err != nil && !absent {
		return err
	}
	if absent || !plain {
		verb := "ALTER"
		if absent {
			verb = "CREATE"
		}
		if err := p.do(ctx, "role "+role.Name, fmt.Sprintf("%s ROLE %s %s", verb, quoted(role.Name), attributes)); err != nil {
			return err
		}
	}
	if !matches(verifier, password) {
		fresh, err := newVerifier(password)
		if err != nil {
			return err
		}
		// The server takes a verifier in place of a password, so the password appears in no statement and no log.
		if err := p.do(ctx, "password of role "+role.Name, fmt.Sprintf("ALTER ROLE %s PASSWORD '%s'", quoted(role.Name), fresh)); err != nil {
			return err
		}
	}
	return p.memberships(ctx, role)
}

// memberships makes the role a member of exactly the declared roles.
func (p *pass) memberships(ctx context.Context, role spec.Role) error {
	rows, err := p.conn.Query(ctx, `SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
		JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = $1`, role.Name)
	if err != nil {
		return err
	}
	current, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, group := range current {
		have[group] = true
	}
	for _, group := range role.MemberOf {
		if have[group] {
			delete(have, group)
			continue
		}
		if err := p.do(ctx, role.Name+" in "+group, fmt.Sprintf("GRANT %s TO %s", quoted(group), quoted(role.Name))); err != nil {
			return err
		}
	}
	for group := range have {
		if err := p.do(ctx, role.Name+" out of "+group, fmt.Sprintf("REVOKE %s FROM %s", quoted(group), quoted(role.Name))); err != nil {
			return err
		}
	}
	return nil
}
