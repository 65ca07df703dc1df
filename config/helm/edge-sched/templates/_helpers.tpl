{{/*
The version of KubeSchedulerConfiguration that the cluster's scheduler reads.
*/}}
{{- define "edge-sched.scheduler-config" -}}
{{- $version := .Capabilities.KubeVersion.Version -}}
{{- if semverCompare ">=1.25-0" $version -}}v1
{{- else if semverCompare ">=1.23-0" $version -}}v1beta3
{{- else if semverCompare ">=1.22-0" $version -}}v1beta2
{{- else -}}v1beta1
{{- end -}}
{{- end -}}
