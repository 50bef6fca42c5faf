package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"cipherhorizon/market-data/internal/book"
	"cipherhorizon/market-data/internal/decimal"
)

// Parser reads frames one after the other and reuses its memory.
type Parser struct {
	symbols    map[string]string
	bids, asks []book.Level
}

func NewParser() *Parser { return &Parser{symbols: map[string]string{}} }

var (
	errLine   = errors.New("not a receive time, a space and JSON")
	errNumber = errors.New("bad number")
)

// Parse reads "<receive time> <json>". A frame that can't be read comes back with kind Corrupt and the reason.
func (p *Parser) Parse(line []byte) (Frame, error) {
	frame := Frame{Kind: Other}
	err := p.parse(&frame, bytes.TrimSpace(line))
	if err != nil {
		return Frame{Kind: Corrupt, Recv: frame.Recv}, err
	}
	return frame, nil
}

func (p *Parser) parse(frame *Frame, line []byte) error {
	recv, text, found := bytes.Cut(line, []byte{' '})
	if !found {
		return errLine
	}
	var err error
	if frame.Recv, err = parseTime(recv); err != nil {
		return errLine
	}
	if text = bytes.TrimSpace(text); !json.Valid(text) {
		return errLine
	}
	if text[0] != '{' {
		return nil
	}
	var data payload
	fields(text, data.set)
	if len(data.data) > 0 && len(data.stream) > 0 {
		return p.parseStream(frame, data.stream, data.data)
	}
	return p.parsePayload(frame, &data, "")
}

// parseStream reads what a combined stream wraps: {"stream":"btcusdt@trade","data":{...}}.
func (p *Parser) parseStream(frame *Frame, stream, data []byte) error {
	if data[0] != '{' {
		return nil
	}
	name, _ := unquote(stream)
	symbol, _, _ := strings.Cut(string(name), "@")
	var inner payload
	fields(data, inner.set)
	return p.parsePayload(frame, &inner, strings.ToUpper(symbol))
}

func (p *Parser) parsePayload(frame *Frame, data *payload, streamSymbol string) error {
	frame.Kind = data.kind()
	if frame.Kind == Other {
		return nil
	}
	var err error
	if frame.Symbol, err = p.symbol(data.s, streamSymbol); err != nil {
		return err
	}
	if frame.Symbol == "" && frame.Kind != Snapshot {
		return errors.New("no symbol")
	}
	if frame.TS, err = eventTime(data, frame.Recv); err != nil {
		return err
	}
	switch frame.Kind {
	case BookTicker:
		return parseQuote(data, &frame.Quote)
	case Trade:
		return parseExecution(data, data.t, &frame.Execution)
	case AggTrade:
		return parseExecution(data, data.a, &frame.Execution)
	case DepthUpdate:
		return p.parseDiff(data, frame)
	default:
		return p.parseSnapshot(data, frame)
	}
}

func parseQuote(data *payload, q *Quote) error {
	return all(amount(data.b, &q.Bid), amount(data.bQty, &q.BidQty), amount(data.a, &q.Ask), amount(data.aQty, &q.AskQty))
}

func parseExecution(data *payload, id []byte, e *Execution) error {
	switch string(data.m) {
	case "true": // the buyer was resting, so the seller took
	case "false":
		e.TakerBuys = true
	default:
		return errors.New("no maker side")
	}
	return all(integer(id, &e.ID), amount(data.p, &e.Price), amount(data.q, &e.Qty))
}

func (p *Parser) parseDiff(data *payload, frame *Frame) error {
	d := &frame.Diff
	d.TS = frame.TS
	d.Chained = len(data.pu) > 0
	if d.Chained {
		if err := integer(data.pu, &d.Prev); err != nil {
			return err
		}
	}
	if err := all(integer(data.uFirst, &d.First), integer(data.u, &d.Last)); err != nil {
		return err
	}
	if d.First > d.Last || (d.Chained && d.Prev > d.Last) {
		return fmt.Errorf("update ids out of order: %d..%d after %d", d.First, d.Last, d.Prev)
	}
	return p.parseLevels(data.b, data.a, &d.Bids, &d.Asks)
}

func (p *Parser) parseSnapshot(data *payload, frame *Frame) error {
	s := &frame.Snapshot
	if err := integer(data.lastUpdateID, &s.Last); err != nil {
		return err
	}
	return p.parseLevels(data.bids, data.asks, &s.Bids, &s.Asks)
}

func (p *Parser) parseLevels(rawBids, rawAsks []byte, bids, asks *[]book.Level) error {
	var errBids, errAsks error
	p.bids, errBids = levels(p.bids[:0], rawBids)
	p.asks, errAsks = levels(p.asks[:0], rawAsks)
	*bids, *asks = p.bids, p.asks
	return all(errBids, errAsks)
}

func all(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func amount(raw []byte, into *int64) error {
	text, ok := unquote(raw)
	if !ok {
		return errNumber
	}
	value, err := decimal.ParseE8(text)
	*into = value
	return err
}

func integer(raw []byte, into *int64) error {
	value, err := decimal.ParseInt(raw)
	*into = value
	return err
}
