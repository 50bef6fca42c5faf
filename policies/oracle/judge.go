package main

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// newestMinor is the Kubernetes minor version whose checks the library brings.
const newestMinor = 37

type verdict struct {
	Allowed bool     `json:"allowed"`
	Checks  []string `json:"checks"`
}

// judge evaluates the level as a whole, as the API server does, and each check by itself, since the library's results
// don't carry the checks' ids.
type judge struct {
	level  api.LevelVersion
	whole  policy.Evaluator
	checks []namedCheck
}

type namedCheck struct {
	id        string
	evaluator policy.Evaluator
}

func newJudge(minor int) (*judge, error) {
	all := policy.DefaultChecks()
	whole, err := policy.NewEvaluator(all, nil)
	if err != nil {
		return nil, err
	}
	version := api.MajorMinorVersion(1, minor)
	j := &judge{level: api.LevelVersion{Level: api.LevelRestricted, Version: version}, whole: whole}
	overridden := overrides(all, version)
	for _, check := range all {
		if slices.Contains(overridden, check.ID) {
			continue
		}
		evaluator, err := policy.NewEvaluator([]policy.Check{check}, nil)
		if err != nil {
			return nil, err
		}
		j.checks = append(j.checks, namedCheck{id: string(check.ID), evaluator: evaluator})
	}
	slices.SortFunc(j.checks, func(a, b namedCheck) int { return strings.Compare(a.id, b.id) })
	return j, nil
}

// overrides lists the baseline checks that a stricter one replaces.
func overrides(checks []policy.Check, at api.Version) []policy.CheckID {
	var ids []policy.CheckID
	for _, check := range checks {
		for i := len(check.Versions) - 1; i >= 0; i-- {
			if version := check.Versions[i]; !at.Older(version.MinimumVersion) {
				ids = append(ids, version.OverrideCheckIDs...)
				break
			}
		}
	}
	return ids
}

func (j *judge) ids() []string {
	ids := make([]string, len(j.checks))
	for i, check := range j.checks {
		ids[i] = check.id
	}
	return ids
}

func (j *judge) judge(pod *corev1.Pod) (verdict, error) {
	setDefaults(pod)
	result := verdict{Allowed: true, Checks: []string{}}
	for _, check := range j.checks {
		if forbids(check.evaluator, j.level, pod) {
			result.Checks = append(result.Checks, check.id)
		}
	}
	result.Allowed = !forbids(j.whole, j.level, pod)
	if result.Allowed != (len(result.Checks) == 0) {
		return result, fmt.Errorf("the level as a whole and its checks disagree: %v", result)
	}
	return result, nil
}

func forbids(evaluator policy.Evaluator, level api.LevelVersion, pod *corev1.Pod) bool {
	results := evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec)
	return slices.ContainsFunc(results, func(result policy.CheckResult) bool { return !result.Allowed })
}

// setDefaults does what the API server does before it judges, as far as a check can notice.
func setDefaults(pod *corev1.Pod) {
	for i := range pod.Spec.Volumes {
		if source := &pod.Spec.Volumes[i].VolumeSource; *source == (corev1.VolumeSource{}) {
			source.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
}
