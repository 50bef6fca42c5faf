package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"cipherhorizon/provisioner/internal/config"
	"cipherhorizon/provisioner/internal/postgres"
)

// riskDatabase belongs to risk-management; its tables are part of that service's documented contract.
const riskDatabase = "risk"

// Numbers leave as text: quantities have more digits than a JSON number keeps.
var queries = []string{
	`SELECT json_build_object('table', 'decisions', 'signal', signal_id, 'offset', src_offset::text, 'verdict', verdict, 'orders', order_ids)::text FROM decisions`,
	`SELECT json_build_object('table', 'positions', 'account', account, 'symbol', symbol, 'qty', qty::text)::text FROM positions`,
	`SELECT json_build_object('table', 'offsets', 'topic', topic, 'next', next_offset::text)::text FROM offsets`,
	`SELECT json_build_object('table', 'pruned', 'below', below_offset::text)::text FROM pruned`,
}

// undefinedTable is Postgres' code for a table that is not there: risk-management has not started yet.
const undefinedTable = "42P01"

// database writes the risk database's rows as of one moment.
func database(ctx context.Context, settings config.Postgres, lines *json.Encoder) error {
	conn, err := postgres.Connect(ctx, settings, riskDatabase)
	if err != nil {
		return fmt.Errorf("database %s: %w", riskDatabase, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	snapshot, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("database %s: %w", riskDatabase, err)
	}
	defer func() { _ = snapshot.Rollback(context.WithoutCancel(ctx)) }()
	for _, query := range queries {
		if err := rows(ctx, snapshot, query, lines); err != nil {
			var problem *pgconn.PgError
			if errors.As(err, &problem) && problem.Code == undefinedTable {
				return nil
			}
			return fmt.Errorf("database %s: %w", riskDatabase, err)
		}
	}
	return nil
}

func rows(ctx context.Context, snapshot pgx.Tx, query string, lines *json.Encoder) error {
	found, err := snapshot.Query(ctx, query)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var line string
		if err := found.Scan(&line); err != nil {
			return err
		}
		if err := lines.Encode(json.RawMessage(line)); err != nil {
			return err
		}
	}
	return found.Err()
}
