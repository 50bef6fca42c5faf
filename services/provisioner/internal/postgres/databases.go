package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"cipherhorizon/provisioner/internal/spec"
)

func (p *pass) database(ctx context.Context, database spec.Database) error {
	var owner string
	err := p.conn.QueryRow(ctx, `SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = $1`, database.Name).Scan(&owner)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return p.do(ctx, "database "+database.Name, fmt.Sprintf("CREATE DATABASE %s OWNER %s", quoted(database.Name), quoted(database.Owner)))
	case err != nil:
		return err
	case owner != database.Owner:
		return p.do(ctx, "owner of database "+database.Name, fmt.Sprintf("ALTER DATABASE %s OWNER TO %s", quoted(database.Name), quoted(database.Owner)))
	}
	return nil
}

// closeToPublic takes away what PostgreSQL gives everybody in a new database.
func (p *pass) closeToPublic(ctx context.Context, database string) error {
	var open bool
	// acldefault: a database whose rights were never changed has none written down.
	err := p.conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) a
		WHERE datname = $1 AND a.grantee = 0)`, database).Scan(&open)
	if err != nil || !open {
		return err
	}
	return p.do(ctx, "database "+database+" closed to the public", fmt.Sprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", quoted(database)))
}

func (p *pass) letConnect(ctx context.Context, role, database string) error {
	var may bool
	if err := p.conn.QueryRow(ctx, `SELECT has_database_privilege($1::text, $2::text, 'CONNECT')`, role, database).Scan(&may); err != nil || may {
		return err
	}
	return p.do(ctx, role+" may connect to "+database, fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s", quoted(database), quoted(role)))
}

// letRead lets a role read what is there, and by default privileges what the owner will make.
func (p *pass) letRead(ctx context.Context, role string, database spec.Database) error {
	if err := p.readLater(ctx, role, database); err != nil {
		return err
	}
	return p.readNow(ctx, role)
}

func (p *pass) readLater(ctx context.Context, role string, database spec.Database) error {
	for kind, object := range map[string]string{"r": "TABLES", "S": "SEQUENCES"} {
		var given bool
		err := p.conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_default_acl d, aclexplode(d.defaclacl) a
			WHERE d.defaclrole = $1::text::regrole AND d.defaclnamespace = 0 AND d.defaclobjtype = $2::text::"char"
			AND a.grantee = $3::text::regrole AND a.privilege_type = 'SELECT')`, quoted(database.Owner), kind, quoted(role)).Scan(&given)
		if err != nil {
			return err
		}
		if given {
			continue
		}
		statement := fmt.Sprintf("ALTER DEFAULT PRIVILEGES FOR ROLE %s GRANT SELECT ON %s TO %s", quoted(database.Owner), object, quoted(role))
		if err := p.do(ctx, fmt.Sprintf("%s reads future %s of %s", role, object, database.Name), statement); err != nil {
			return err
		}
	}
	return nil
}

const ours = `n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'`

func (p *pass) readNow(ctx context.Context, role string) error {
	schemas, err := p.list(ctx, `SELECT n.nspname::text FROM pg_namespace n WHERE `+ours+` AND NOT has_schema_privilege($1::text, n.oid, 'USAGE')`, role)
	if err != nil {
		return err
	}
	for _, schema := range schemas {
		if err := p.do(ctx, role+" uses schema "+schema, fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s", quoted(schema), quoted(role))); err != nil {
			return err
		}
	}
	relations, err := p.list(ctx, `SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND `+ours+` AND NOT has_table_privilege($1::text, c.oid, 'SELECT')`, role)
	if err != nil {
		return err
	}
	for _, relation := range relations {
		if err := p.do(ctx, role+" reads "+relation, fmt.Sprintf("GRANT SELECT ON %s TO %s", relation, quoted(role))); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) list(ctx context.Context, query, role string) ([]string, error) {
	rows, err := p.conn.Query(ctx, query, role)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
