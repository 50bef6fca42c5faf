// Package sdk checks that a bridged provider speaks of the same properties as the npm package that programs use.
package sdk

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// names holds property names; that of a list ends in "[]".
type names map[string]bool

var (
	propertyLine = regexp.MustCompile(`^\s+(?:readonly )?(\w+)\??: (.*[;{])$`)
	resultBlock  = regexp.MustCompile(`(?s)export interface Get\w+Result \{(.*?)\n\}`)
	classBlock   = regexp.MustCompile(`(?s)export declare class \w+ extends .*?constructor\(`)
	listType     = regexp.MustCompile(`\[\](?:[ |>;]|$)`)
)

// Check compares every resource, data source and nested type of the provider with those of its npm package.
// `absent` are properties that the npm package has and the provider, being older, has not.
func Check(t *testing.T, info tfbridge.ProviderInfo, absent ...string) {
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "node_modules", "@pulumi", info.Name))
	if err != nil {
		t.Fatal(err)
	}
	nested := names{}
	for key, resource := range info.Resources {
		mine := collect(info.P.ResourcesMap().Get(key).Schema(), resource.Fields, nested)
		compare(t, string(resource.Tok), mine, declared(t, folder, string(resource.Tok), classBlock), absent)
	}
	for key, source := range info.DataSources {
		mine := collect(info.P.DataSourcesMap().Get(key).Schema(), source.Fields, nested)
		compare(t, string(source.Tok), mine, declared(t, folder, string(source.Tok), resultBlock), absent)
	}
	collect(info.P.Schema(), info.Config, nested)
	if len(nested) > 0 {
		compare(t, "nested types", nested, properties(read(t, filepath.Join(folder, "types", "output.d.ts"))), absent)
	}
}

// collect returns the names on the first level of a schema and adds those further down to `nested`.
func collect(schema shim.SchemaMap, fields map[string]*tfbridge.SchemaInfo, nested names) names {
	found := names{}
	schema.Range(func(key string, value shim.Schema) bool {
		if key == "id" {
			return true
		}
		name := tfbridge.TerraformToPulumiNameV2(key, schema, fields)
		list := value.Type() == shim.TypeList || value.Type() == shim.TypeSet
		if list && !tfbridge.IsMaxItemsOne(value, fields[key]) {
			name += "[]"
		}
		found[name] = true
		if inner := object(value); inner != nil {
			for name := range collect(inner.Schema(), nil, nested) {
				nested[name] = true
			}
		}
		return true
	})
	return found
}

// object returns the type of a property that is an object, or a list of objects.
func object(value shim.Schema) shim.Resource {
	switch inner := value.Elem().(type) {
	case shim.Resource:
		return inner
	case shim.Schema:
		return object(inner)
	}
	return nil
}

func declared(t *testing.T, folder, token string, block *regexp.Regexp) names {
	name := token[strings.LastIndex(token, ":")+1:]
	file := string(unicode.ToLower(rune(name[0]))) + name[1:] + ".d.ts"
	return properties(block.FindString(read(t, filepath.Join(folder, file))))
}

func properties(text string) names {
	found := names{}
	for line := range strings.Lines(text) {
		match := propertyLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if match == nil || match[1] == "id" {
			continue
		}
		name := match[1]
		if listType.MatchString(match[2]) {
			name += "[]"
		}
		found[name] = true
	}
	return found
}

func compare(t *testing.T, what string, mine, npm names, absent []string) {
	if len(npm) == 0 {
		t.Errorf("%s: the npm package declares no properties", what)
	}
	for _, difference := range slices.Concat(missing(mine, npm, "only the provider has", nil), missing(npm, mine, "only npm has", absent)) {
		t.Errorf("%s: %s", what, difference)
	}
}

func missing(from, in names, say string, except []string) []string {
	var lines []string
	for name := range from {
		if !in[name] && !slices.Contains(except, name) {
			lines = append(lines, fmt.Sprintf("%s %s", say, name))
		}
	}
	slices.Sort(lines)
	return lines
}

func read(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run npm ci in the checkout", err)
	}
	return string(text)
}
