package book

import "sort"

// maxLevels bounds a side's memory. The venue's own snapshots have 1000 levels; what lies beyond this many is far
// from the market and is forgotten, farthest first.
const maxLevels = 20_000

// Level is a price with the whole quantity that rests there, both at scale 1e-8.
type Level struct{ Price, Qty int64 }

// side keeps its levels sorted with the best one last, where nearly all changes happen.
type side struct {
	levels []Level
	better func(a, b int64) bool
}

func (s *side) best() (Level, bool) {
	if len(s.levels) == 0 {
		return Level{}, false
	}
	return s.levels[len(s.levels)-1], true
}

// set replaces the quantity at a price; 0 removes the level.
func (s *side) set(l Level) {
	at := sort.Search(len(s.levels), func(i int) bool { return !s.better(l.Price, s.levels[i].Price) })
	present := at < len(s.levels) && s.levels[at].Price == l.Price
	switch {
	case present && l.Qty == 0:
		s.levels = append(s.levels[:at], s.levels[at+1:]...)
	case present:
		s.levels[at].Qty = l.Qty
	case l.Qty != 0:
		s.insert(at, l)
	}
}

func (s *side) insert(at int, l Level) {
	s.levels = append(s.levels, Level{})
	copy(s.levels[at+1:], s.levels[at:])
	s.levels[at] = l
	if len(s.levels) > maxLevels {
		s.levels = append(s.levels[:0], s.levels[1:]...)
	}
}

func (s *side) clear() { s.levels = s.levels[:0] }
