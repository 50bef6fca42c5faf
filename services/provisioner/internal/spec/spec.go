// Package spec is the declaration: what must exist on the servers, and who may do what.
package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cipherhorizon/provisioner/internal/config"
)

// Spec is the whole declaration. A part that is absent is left alone.
type Spec struct {
	Kafka    *Kafka    `json:"kafka,omitempty"`
	Postgres *Postgres `json:"postgres,omitempty"`
	Redis    *Redis    `json:"redis,omitempty"`
}

// Kafka declares topics and users.
type Kafka struct {
	Topics []Topic     `json:"topics"`
	Users  []KafkaUser `json:"users"`
}

// Topic and its settings; settings not named here keep the broker's defaults.
type Topic struct {
	Name       string            `json:"name"`
	Partitions int32             `json:"partitions"`
	Config     map[string]string `json:"config"`
}

// KafkaUser logs in by SCRAM-SHA-512 and has exactly these rights.
type KafkaUser struct {
	Name         string `json:"name"`
	PasswordFile string `json:"passwordFile"`
	ACLs         []ACL  `json:"acls"`
}

// ACL allows operations on a resource from any host.
type ACL struct {
	Resource   string   `json:"resource"`
	Name       string   `json:"name"`
	Pattern    string   `json:"pattern"`
	Operations []string `json:"operations"`
}

// Postgres declares databases and roles.
type Postgres struct {
	Databases []Database `json:"databases"`
	Roles     []Role     `json:"roles"`
	// Closed lists databases beside the declared ones that nobody may enter who isn't named by his role.
	Closed []string `json:"closed,omitempty"`
}

// Redis declares users.
type Redis struct {
	Users []RedisUser `json:"users"`
}

// RedisUser has exactly these rights, in the words of an ACL.
type RedisUser struct {
	Name         string `json:"name"`
	PasswordFile string `json:"passwordFile"`
	Rights       string `json:"rights"`
}

// Database belongs to a declared role. Nobody else may connect who isn't named by his role.
type Database struct {
	Name  string `json:"name"`
	Owner string `json:"owner"`
}

// Role can log in and nothing else: no superuser, no new databases, no new roles, no replication.
type Role struct {
	Name         string `json:"name"`
	PasswordFile string `json:"passwordFile"`
	// MemberOf lists the predefined roles (pg_monitor) that it has.
	MemberOf []string `json:"memberOf,omitempty"`
	// Connect lists databases that it may connect to, beside those it owns or reads.
	Connect []string `json:"connect,omitempty"`
	// ReadOnly lists databases of which it may read every table, those to come included.
	ReadOnly []string `json:"readOnly,omitempty"`
}

// Values that a declaration may use.
var (
	Resources  = []string{"topic", "group", "cluster", "transactional_id"}
	Patterns   = []string{"literal", "prefixed"}
	Operations = []string{"read", "write", "describe", "describe_configs", "idempotent_write"}
)

// Load reads and checks the file.
func Load(path string) (Spec, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Spec{}, &config.Problem{Where: "SPEC_FILE", What: "no declaration in this file", Given: strconv.Quote(path),
			Allowed: "a readable JSON file", Remedy: "mount the declaration there, or point SPEC_FILE at it"}
	}
	return Parse(content)
}

// Parse refuses what it doesn't know: a misspelt key would otherwise be a right that is never given.
func Parse(content []byte) (Spec, error) {
	var parsed Spec
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&parsed); err != nil {
		return Spec{}, problem("not a declaration", err.Error(), "the keys of the declaration, with the right types")
	}
	if decoder.More() {
		return Spec{}, problem("something follows the declaration", "more than one JSON value", "one JSON object")
	}
	if err := parsed.check(); err != nil {
		return Spec{}, err
	}
	return parsed, nil
}

func problem(what, given, allowed string) error {
	return &config.Problem{Where: "SPEC_FILE", What: what, Given: given, Allowed: allowed, Remedy: "correct the declaration"}
}

func (s Spec) check() error {
	if s.Kafka != nil {
		if err := s.Kafka.check(); err != nil {
			return err
		}
	}
	if s.Redis != nil {
		if err := s.Redis.check(); err != nil {
			return err
		}
	}
	if s.Postgres != nil {
		return s.Postgres.check()
	}
	return nil
}

// words are what rights may be made of: whatever decides who logs in with what is the provisioner's.
var words = regexp.MustCompile(`^([+-]@?[a-z|_-]+|(%[RW]{1,2})?~[^ ]+|&[^ ]+)( ([+-]@?[a-z|_-]+|(%[RW]{1,2})?~[^ ]+|&[^ ]+))*$`)

func (r Redis) check() error {
	for _, user := range r.Users {
		if user.Name == "" || strings.ContainsAny(user.Name, " \t\n") || user.Name == "default" || user.PasswordFile == "" {
			return problem("a Redis user without a name of its own, or without passwordFile", strconv.Quote(user.Name), "both; the name is one word and not default")
		}
		if !words.MatchString(user.Rights) {
			return problem("not the rights of a Redis user", strconv.Quote(user.Rights), "commands (+get, -@dangerous), keys (~md:*) and channels (&md:*), with one space between")
		}
	}
	return nil
}

func (k Kafka) check() error {
	for _, topic := range k.Topics {
		if topic.Name == "" || topic.Partitions < 1 {
			return problem("a topic without name or partitions", fmt.Sprintf("%+v", topic), "a name and at least one partition")
		}
	}
	for _, user := range k.Users {
		if user.Name == "" || user.PasswordFile == "" {
			return problem("a Kafka user without name or passwordFile", strconv.Quote(user.Name), "both")
		}
		for _, acl := range user.ACLs {
			if !slices.Contains(Resources, acl.Resource) || !slices.Contains(Patterns, acl.Pattern) || acl.Name == "" {
				return problem("a right on nothing", fmt.Sprintf("%+v", acl), "resource "+strings.Join(Resources, ", ")+"; pattern "+strings.Join(Patterns, ", "))
			}
			for _, operation := range acl.Operations {
				if !slices.Contains(Operations, operation) {
					return problem("an operation that is never granted", strconv.Quote(operation), strings.Join(Operations, ", "))
				}
			}
		}
	}
	return nil
}

func (p Postgres) check() error {
	var roles, databases []string
	for _, role := range p.Roles {
		if role.Name == "" || role.PasswordFile == "" {
			return problem("a role without name or passwordFile", strconv.Quote(role.Name), "both")
		}
		roles = append(roles, role.Name)
	}
	for _, database := range p.Databases {
		if database.Name == "" || !slices.Contains(roles, database.Owner) {
			return problem("a database whose owner isn't declared", fmt.Sprintf("%+v", database), strings.Join(roles, ", "))
		}
		databases = append(databases, database.Name)
	}
	for _, role := range p.Roles {
		for _, database := range role.ReadOnly {
			if !slices.Contains(databases, database) {
				return problem("a role reads a database that isn't declared", strconv.Quote(database), strings.Join(databases, ", "))
			}
		}
	}
	return nil
}
