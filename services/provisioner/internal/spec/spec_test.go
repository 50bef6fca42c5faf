package spec

import (
	"strings"
	"testing"
)

const whole = `{
  "kafka": {
    "topics": [{"name": "orders", "partitions": 1, "config": {"retention.ms": "-1"}}],
    "users": [{"name": "engine", "passwordFile": "/p", "acls": [
      {"resource": "topic", "name": "orders", "pattern": "literal", "operations": ["read", "write"]}]}]
  },
  "postgres": {
    "databases": [{"name": "risk", "owner": "risk_management"}],
    "roles": [{"name": "risk_management", "passwordFile": "/p"}, {"name": "auditor", "passwordFile": "/p", "readOnly": ["risk"]}],
    "closed": ["postgres"]
  },
  "redis": {"users": [{"name": "market-data", "passwordFile": "/p", "rights": "~md:* &md:* %R~* +@read -@dangerous +client|list"}]}
}`

func TestParse(t *testing.T) {
	parsed, err := Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Kafka.Topics[0].Config["retention.ms"] != "-1" || parsed.Postgres.Roles[1].ReadOnly[0] != "risk" {
		t.Errorf("lost something: %+v", parsed)
	}
}

func TestAbsentPartsAreLeftAlone(t *testing.T) {
	parsed, err := Parse([]byte(`{}`))
	if err != nil || parsed.Kafka != nil || parsed.Postgres != nil {
		t.Errorf("%+v, %v", parsed, err)
	}
}

func TestRefused(t *testing.T) {
	cases := map[string]string{
		"misspelt key":       strings.Replace(whole, `"acls"`, `"rights"`, 1),
		"unknown operation":  strings.Replace(whole, `"write"`, `"all"`, 1),
		"unknown resource":   strings.Replace(whole, `"resource": "topic"`, `"resource": "topics"`, 1),
		"unknown pattern":    strings.Replace(whole, `"literal"`, `"regex"`, 1),
		"owner undeclared":   strings.Replace(whole, `"owner": "risk_management"`, `"owner": "root"`, 1),
		"reads undeclared":   strings.Replace(whole, `"readOnly": ["risk"]`, `"readOnly": ["other"]`, 1),
		"no partitions":      strings.Replace(whole, `"partitions": 1`, `"partitions": 0`, 1),
		"no password file":   strings.Replace(whole, `"passwordFile": "/p", "acls"`, `"passwordFile": "", "acls"`, 1),
		"default user":       strings.Replace(whole, `"name": "market-data"`, `"name": "default"`, 1),
		"password in rights": strings.Replace(whole, `"~md:*`, `">secret ~md:*`, 1),
		"login in rights":    strings.Replace(whole, `"~md:*`, `"nopass ~md:*`, 1),
		"trailing":           whole + `{}`,
		"not JSON":           `topics: []`,
	}
	for name, text := range cases {
		if text == whole {
			t.Fatalf("%s: the case changes nothing", name)
		}
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
