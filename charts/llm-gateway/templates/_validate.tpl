{{/* Every refusal that the schema cannot express, in one place; called once, from proxy.yaml. */}}
{{- define "llmgw.validate" -}}
{{- $proxy := .Values.proxy -}}
{{- $collector := .Values.collector -}}
{{- $isDaemonset := eq $proxy.mode "daemonset" -}}

{{- range $name, $image := dict "proxy" $proxy.image "collector" $collector.image -}}
{{- if eq $image.tag "latest" -}}
{{- fail (printf "%s.image.tag is latest: name a version, or what runs cannot be told and a rollback changes nothing" $name) -}}
{{- end -}}
{{- end -}}

{{- if and $proxy.upstream.create (not $proxy.upstream.apiKey) -}}
{{- fail "proxy.upstream.create needs proxy.upstream.apiKey" -}}
{{- end -}}
{{- if and $proxy.upstream.apiKey (not $proxy.upstream.create) -}}
{{- fail "proxy.upstream.apiKey is set but not used: make a secret, name it in proxy.upstream.existingSecret, and leave apiKey empty" -}}
{{- end -}}
{{- $hasProviders := include "llmgw.hasProviders" . -}}
{{- if and $proxy.upstream.create $hasProviders -}}
{{- fail "proxy.upstream.create makes a secret that is not used beside gatewayConfig.providers: name the secrets of the providers in gatewayConfigSecrets" -}}
{{- end -}}
{{- $hasKeys := or .Values.gatewayKeys.existingSecrets (hasKey .Values.gatewayConfig "keys") -}}
{{- if and (ne .Values.gatewayKeys.mode "off") (not $hasKeys) -}}
{{- fail "gatewayKeys.mode asks for keys and there are none: name their secrets in gatewayKeys.existingSecrets, or set gatewayConfig.keys" -}}
{{- end -}}
{{- if and .Values.gatewayConfigSecrets (not .Values.gatewayConfig) -}}
{{- fail "gatewayConfigSecrets needs gatewayConfig: nothing else reads the keys" -}}
{{- end -}}
{{- if not (or $proxy.upstream.create $proxy.upstream.existingSecret $hasProviders) -}}
{{- fail "proxy.upstream.existingSecret is empty: name the secret that holds the provider's key" -}}
{{- end -}}

{{- if $isDaemonset -}}
{{- if $proxy.autoscaling.enabled -}}
{{- fail "proxy.autoscaling needs proxy.mode=deployment: a daemonset has one pod a node" -}}
{{- end -}}
{{- if eq (toString $proxy.pdb.enabled) "true" -}}
{{- fail "proxy.pdb needs proxy.mode=deployment: pods of a daemonset are not evicted" -}}
{{- end -}}
{{- if $proxy.topologySpreadConstraints -}}
{{- fail "proxy.topologySpreadConstraints needs proxy.mode=deployment: a daemonset is spread already" -}}
{{- end -}}
{{- if eq $proxy.service.nodeLocal "require" -}}
{{- if $proxy.hostPort -}}
{{- fail "proxy.hostPort with proxy.service.nodeLocal=require: two pods cannot have the port, so each node would be without proxy while its pod is replaced; use prefer" -}}
{{- end -}}
{{- if and $proxy.spool.enabled (eq $proxy.spool.type "hostPath") -}}
{{- fail "proxy.spool.type=hostPath with proxy.service.nodeLocal=require: two pods cannot share the spool, so each node would be without proxy while its pod is replaced; use prefer" -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- if eq $proxy.service.nodeLocal "require" -}}
{{- fail "proxy.service.nodeLocal=require needs proxy.mode=daemonset: on a node without proxy every connection would be dropped" -}}
{{- end -}}
{{- if $proxy.hostPort -}}
{{- fail "proxy.hostPort needs proxy.mode=daemonset: a second pod would find the port taken" -}}
{{- end -}}
{{- if and $proxy.spool.enabled (eq $proxy.spool.type "hostPath") -}}
{{- fail "proxy.spool.type=hostPath needs proxy.mode=daemonset: pods of a deployment meet on one node and cannot share a spool" -}}
{{- end -}}
{{- end -}}

{{- with $proxy.autoscaling -}}
{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- fail "proxy.autoscaling.minReplicas is above maxReplicas" -}}
{{- end -}}
{{- if not (or .targetCPU .targetOpenRequests) -}}
{{- fail "proxy.autoscaling needs targetCPU or targetOpenRequests" -}}
{{- end -}}
{{- if and .targetCPU (not (dig "requests" "cpu" "" $proxy.resources)) -}}
{{- fail "proxy.autoscaling.targetCPU needs proxy.resources.requests.cpu: it is a percentage of it" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- if and $collector.enabled $collector.externalUrl -}}
{{- fail "collector.externalUrl needs collector.enabled=false: the proxy posts to one collector" -}}
{{- end -}}
{{- if and $collector.persistence.enabled (gt (int $collector.replicas) 1) -}}
{{- fail "collector.persistence needs collector.replicas=1: one file has one writer" -}}
{{- end -}}
{{- $postgres := $collector.store.postgres -}}
{{- $hasPostgres := or $postgres.url $postgres.urlSecret.existingSecret -}}
{{- $clickhouse := $collector.store.clickhouse -}}
{{- with $collector.reconcile -}}
{{- if .enabled -}}
{{- $isFile := and $collector.persistence.enabled (eq $collector.persistence.format "sqlite") -}}
{{- if not (and $collector.enabled (or $isFile (include "llmgw.hasStore" $))) -}}
{{- fail "collector.reconcile needs a collector with a store: collector.store.postgres, or collector.persistence.enabled with format=sqlite" -}}
{{- end -}}
{{- if $clickhouse.url -}}
{{- fail "collector.reconcile is not for collector.store.clickhouse, which keeps nothing of it" -}}
{{- end -}}
{{- if and $isFile (has "ReadWriteOncePod" $collector.persistence.accessModes) -}}
{{- fail "collector.reconcile needs a volume that two pods of a node may have, and collector.persistence.accessModes has ReadWriteOncePod" -}}
{{- end -}}
{{- if not (or .providers.openai.existingSecret .providers.anthropic.existingSecret) -}}
{{- fail "collector.reconcile.providers has no existingSecret: name the one with the admin key" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $postgres.url $postgres.urlSecret.existingSecret -}}
{{- fail "collector.store.postgres.url and .urlSecret say the same twice: choose one" -}}
{{- end -}}
{{- if and (or $postgres.password.existingSecret $postgres.ca.existingSecret) (not $hasPostgres) -}}
{{- fail "collector.store.postgres.password and .ca need .url or .urlSecret" -}}
{{- end -}}
{{- if and (or $clickhouse.password.existingSecret $clickhouse.ca.existingSecret) (not $clickhouse.url) -}}
{{- fail "collector.store.clickhouse.password and .ca need .url" -}}
{{- end -}}
{{- if and $hasPostgres $clickhouse.url -}}
{{- fail "collector.store.postgres and collector.store.clickhouse are two stores: one place has the events" -}}
{{- end -}}
{{- if and (include "llmgw.hasStore" .) $collector.persistence.enabled (eq $collector.persistence.format "sqlite") -}}
{{- fail "a database of collector.store and collector.persistence.format=sqlite are two stores: one place has the events" -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled .Values.metrics.podMonitor.enabled -}}
{{- fail "metrics.serviceMonitor and metrics.podMonitor together would scrape everything twice" -}}
{{- end -}}
{{- if and .Values.gateway.httpRoute.enabled (not .Values.gateway.httpRoute.parentRefs) -}}
{{- fail "gateway.httpRoute needs parentRefs: the gateway that it belongs to" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress needs hosts" -}}
{{- end -}}
{{- end }}
