// Package lastvalue keeps each symbol's last committed values in Redis. It is a convenience for readers: a Redis that
// is slow or gone delays nothing and loses nothing that the next write doesn't bring.
package lastvalue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"cipherhorizon.internal/trust"
	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/session"
)

const (
	writeEvery = 100 * time.Millisecond
	probeEvery = 5 * time.Second
	patience   = 500 * time.Millisecond
)

// Key is the hash that holds a symbol's last values.
func Key(symbol string) string { return "md:last:" + symbol }

// Cache collects what changed and writes it now and then.
type Cache struct {
	client *redis.Client
	state  func(err error) // told after each attempt
	log    *slog.Logger
	wake   chan struct{}
	mu     sync.Mutex
	dirty  map[string]map[string]any // key -> field -> value
}

func New(c config.Redis, state func(error), log *slog.Logger) *Cache {
	options := &redis.Options{
		Addr: c.Addr, Protocol: 2, PoolSize: 1, MaxRetries: -1, DialerRetries: 1, DisableIdentity: true,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if c.CAFile != "" {
		options.Dialer = trust.Dialer(c.CAFile, patience)
	}
	if c.PasswordFile != "" {
		options.CredentialsProviderContext = func(context.Context) (string, string, error) {
			password, err := config.ReadSecret(c.PasswordFile)
			return c.User, password, err
		}
	}
	return &Cache{
		client: redis.NewClient(options), state: state, log: log,
		wake: make(chan struct{}, 1), dirty: map[string]map[string]any{},
	}
}

// Offer notes committed records, in their order. It never waits.
func (c *Cache) Offer(records []*session.Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range records {
		fields := c.dirty[Key(r.Key)]
		if fields == nil {
			fields = map[string]any{}
			c.dirty[Key(r.Key)] = fields
		}
		note(fields, r)
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func note(fields map[string]any, r *session.Record) {
	if b := r.Book; b != nil {
		fields["session"], fields["seq"], fields["ts"], fields["recv"] = b.Session, b.Seq, b.TS, b.Recv
		fields["bid"], fields["bid_qty"], fields["ask"], fields["ask_qty"] = b.Bid, b.BidQty, b.Ask, b.AskQty
		fields["synced"] = b.Synced
	}
	if t := r.Trade; t != nil {
		fields["trade_session"], fields["trade_seq"], fields["trade_ts"] = t.Session, t.Seq, t.TS
		fields["trade_id"], fields["trade_price"], fields["trade_qty"], fields["trade_taker"] = t.ID, t.Price, t.Qty, t.Taker
	}
}

// Run writes until ctx ends, then once more.
func (c *Cache) Run(ctx context.Context) {
	defer c.client.Close()
	pause := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			_ = c.write(last)
			return
		case <-c.wake:
		case <-time.After(probeEvery):
		}
		err := c.write(ctx)
		if ctx.Err() == nil {
			c.state(err)
		}
		pause = nextPause(pause, err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		if err != nil {
			c.Offer(nil) // what could not be written is still waiting
		}
	}
}

// nextPause is the pace of writing, doubled up to 1 s while Redis doesn't answer.
func nextPause(pause time.Duration, err error) time.Duration {
	if err == nil {
		return writeEvery
	}
	return min(max(2*pause, writeEvery), time.Second)
}

// write sends everything that changed in one go. What fails stays noted, unless newer values have come meanwhile.
func (c *Cache) write(ctx context.Context) error {
	c.mu.Lock()
	changed := c.dirty
	c.dirty = map[string]map[string]any{}
	c.mu.Unlock()
	_, err := c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Ping(ctx)
		for key, fields := range changed {
			p.HSet(ctx, key, fields)
		}
		return nil
	})
	if err != nil {
		c.putBack(changed)
	}
	return err
}

func (c *Cache) putBack(changed map[string]map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, fields := range changed {
		for field, value := range c.dirty[key] {
			fields[field] = value
		}
		c.dirty[key] = fields
	}
}
