package feed

import (
	"errors"
	"fmt"
	"strings"
)

// symbol interns the symbol that the frame names itself, else the one its stream is named after.
func (p *Parser) symbol(raw []byte, streamSymbol string) (string, error) {
	if len(raw) == 0 {
		return streamSymbol, checkSymbol(streamSymbol)
	}
	name, plain := unquote(raw)
	if known, ok := p.symbols[string(name)]; ok {
		return known, nil
	}
	if !plain || len(name) == 0 {
		return "", errors.New("symbol is not a plain string")
	}
	if err := checkSymbol(string(name)); err != nil {
		return "", err
	}
	fresh := string(name)
	p.symbols[fresh] = fresh
	return fresh, nil
}

// checkSymbol holds symbols to what the message schemas allow.
func checkSymbol(symbol string) error {
	const head = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	if symbol == "" {
		return nil
	}
	if len(symbol) > 32 || strings.Trim(symbol, head+"_.-") != "" || !strings.Contains(head, symbol[:1]) {
		return fmt.Errorf("symbol %.40q is not 1 to 32 of A-Z 0-9 _ . -", symbol)
	}
	return nil
}
