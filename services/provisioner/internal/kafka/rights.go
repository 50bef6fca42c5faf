package kafka

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"cipherhorizon/provisioner/internal/spec"
)

// right is one access rule: what the broker keeps, in a form that can be compared.
type right struct {
	principal string
	resource  kmsg.ACLResourceType
	name      string
	pattern   kmsg.ACLResourcePatternType
	host      string
	operation kmsg.ACLOperation
	allow     kmsg.ACLPermissionType
}

func (r right) String() string {
	return fmt.Sprintf("%s of %s on %s %s %s", r.operation, r.principal, r.pattern, r.resource, r.name)
}

// wantedRights unfolds the declaration; Parse has checked every word in it.
func wantedRights(users []spec.KafkaUser) (map[right]bool, error) {
	wanted := map[right]bool{}
	for _, user := range users {
		for _, acl := range user.ACLs {
			resource, err := kmsg.ParseACLResourceType(acl.Resource)
			if err != nil {
				return nil, err
			}
			pattern, err := kmsg.ParseACLResourcePatternType(acl.Pattern)
			if err != nil {
				return nil, err
			}
			for _, name := range acl.Operations {
				operation, err := kmsg.ParseACLOperation(name)
				if err != nil {
					return nil, err
				}
				wanted[right{"User:" + user.Name, resource, acl.Name, pattern, "*", operation, kmsg.ACLPermissionTypeAllow}] = true
			}
		}
	}
	return wanted, nil
}

// rights makes the rules of declared users exactly the declared ones. Users that aren't declared are left alone.
func (r *Reconciler) rights(ctx context.Context) ([]string, error) {
	wanted, err := wantedRights(r.declared.Users)
	if err != nil {
		return nil, err
	}
	found, err := r.findRights(ctx)
	if err != nil {
		return nil, err
	}
	var missing, extra []right
	for one := range wanted {
		if !found[one] {
			missing = append(missing, one)
		}
	}
	for one := range found {
		if !wanted[one] && r.isDeclared(one.principal) {
			extra = append(extra, one)
		}
	}
	if err := r.grant(ctx, missing); err != nil {
		return nil, err
	}
	changes := described("granted ", missing)
	if err := r.revoke(ctx, extra); err != nil {
		return changes, err
	}
	return append(changes, described("revoked ", extra)...), nil
}

func described(verb string, rights []right) []string {
	words := make([]string, 0, len(rights))
	for _, one := range rights {
		words = append(words, verb+one.String())
	}
	slices.SortFunc(words, cmp.Compare[string])
	return words
}

func (r *Reconciler) isDeclared(principal string) bool {
	return slices.ContainsFunc(r.declared.Users, func(user spec.KafkaUser) bool { return "User:"+user.Name == principal })
}

func (r *Reconciler) findRights(ctx context.Context) (map[right]bool, error) {
	request := kmsg.NewPtrDescribeACLsRequest()
	request.ResourceType = kmsg.ACLResourceTypeAny
	request.ResourcePatternType = kmsg.ACLResourcePatternTypeAny
	request.Operation = kmsg.ACLOperationAny
	request.PermissionType = kmsg.ACLPermissionTypeAny
	response, err := request.RequestWith(ctx, r.client)
	if err != nil {
		return nil, fmt.Errorf("describe rights: %w", err)
	}
	if err := kerr.ErrorForCode(response.ErrorCode); err != nil {
		return nil, fmt.Errorf("describe rights: %w", err)
	}
	found := map[right]bool{}
	for _, resource := range response.Resources {
		for _, acl := range resource.ACLs {
			found[right{acl.Principal, resource.ResourceType, resource.ResourceName, resource.ResourcePatternType, acl.Host, acl.Operation, acl.PermissionType}] = true
		}
	}
	return found, nil
}

func (r *Reconciler) grant(ctx context.Context, rights []right) error {
	if len(rights) == 0 {
		return nil
	}
	request := kmsg.NewPtrCreateACLsRequest()
	for _, one := range rights {
		creation := kmsg.NewCreateACLsRequestCreation()
		creation.ResourceType, creation.ResourceName, creation.ResourcePatternType = one.resource, one.name, one.pattern
		creation.Principal, creation.Host = one.principal, one.host
		creation.Operation, creation.PermissionType = one.operation, one.allow
		request.Creations = append(request.Creations, creation)
	}
	response, err := request.RequestWith(ctx, r.client)
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	for i, result := range response.Results {
		if err := kerr.ErrorForCode(result.ErrorCode); err != nil {
			return fmt.Errorf("grant %s: %w", rights[i], err)
		}
	}
	return nil
}

func (r *Reconciler) revoke(ctx context.Context, rights []right) error {
	if len(rights) == 0 {
		return nil
	}
	request := kmsg.NewPtrDeleteACLsRequest()
	for _, one := range rights {
		filter := kmsg.NewDeleteACLsRequestFilter()
		filter.ResourceType, filter.ResourceName, filter.ResourcePatternType = one.resource, &one.name, one.pattern
		filter.Principal, filter.Host = &one.principal, &one.host
		filter.Operation, filter.PermissionType = one.operation, one.allow
		request.Filters = append(request.Filters, filter)
	}
	response, err := request.RequestWith(ctx, r.client)
	if err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	for i, result := range response.Results {
		if err := kerr.ErrorForCode(result.ErrorCode); err != nil {
			return fmt.Errorf("revoke %s: %w", rights[i], err)
		}
	}
	return nil
}
