// Package source has the service's own feeds: generated and live.
package source

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"cipherhorizon/market-data/internal/config"
)

// Generate makes Binance-shaped frames from a seed. The same seed gives the same frames but for their times.
type Generate struct {
	session   string
	frames    chan []byte
	rng       *rand.Rand
	rate      float64
	exchanges []*exchange
	now       func() int64
}

func NewGenerate(c config.Generate, now func() int64) *Generate {
	g := &Generate{
		session: fmt.Sprintf("gen-%d", now()), frames: make(chan []byte), rate: c.FramesPerSecond, now: now,
		rng: rand.New(rand.NewPCG(c.Seed, 0)),
	}
	for _, symbol := range c.Symbols {
		g.exchanges = append(g.exchanges, newExchange(symbol, c.Seed))
	}
	return g
}

func (g *Generate) Session() string       { return g.session }
func (g *Generate) Frames() <-chan []byte { return g.frames }

// NeedSnapshot has nothing to do: a generated feed starts with its snapshot and has no gaps.
func (g *Generate) NeedSnapshot(string) {}

// Run sends frames at random intervals around the configured rate until ctx ends. Nobody receiving means that the
// market stands still, which is how a replay pauses it.
func (g *Generate) Run(ctx context.Context) {
	due := time.Now()
	for n := 0; ; n++ {
		due = due.Add(g.interval())
		if late := time.Since(due); late > time.Second {
			due = time.Now() // after a pause, go on at the usual pace instead of catching up
		} else if late < 0 {
			pause(ctx, -late)
		}
		frame := g.exchanges[n%len(g.exchanges)].next(g.now())
		select {
		case <-ctx.Done():
			return
		case g.frames <- frame:
		}
	}
}

func (g *Generate) interval() time.Duration {
	return time.Duration(g.rng.ExpFloat64() / g.rate * float64(time.Second))
}
