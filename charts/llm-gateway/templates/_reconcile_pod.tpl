{{/* List of root, provider and where its key is. The store is a file on the collector's volume, which one node has. */}}
{{- define "llmgw.reconcilePod" -}}
{{- $root := index . 0 -}}
{{- $provider := index . 1 -}}
{{- $from := index . 2 -}}
{{- $collector := $root.Values.collector -}}
metadata:
  labels:
    {{- include "llmgw.serviceSelector" (list $root "reconcile") | nindent 4 }}
    {{- with $root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  {{- include "llmgw.podSpec" (list $root (omit $collector "affinity")) | nindent 2 }}
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "llmgw.serviceSelector" (list $root "collector") | nindent 14 }}
  containers:
    - name: reconcile
      image: {{ include "llmgw.image" (list $root $collector) | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        - reconcile
        - --provider={{ $provider }}
        - --tolerance={{ $root.Values.collector.reconcile.tolerance }}
        {{- range $from.extraArgs }}
        - {{ . | quote }}
        {{- end }}
      {{- include "llmgw.containerSecurity" $root | nindent 6 }}
      env:
        - {name: STORE_URL, value: "sqlite:/var/lib/llm-gateway/events.db"}
        - {name: RECONCILE_KEY_FILE, value: /etc/llm-gateway/reconcile/key}
        {{- with $from.baseUrl }}
        - {name: RECONCILE_BASE_URL, value: {{ . | quote }}}
        {{- end }}
        {{- if $root.Values.gatewayConfig }}
        - {name: GATEWAY_CONFIG, value: /etc/llm-gateway/config}
        {{- end }}
      resources:
        {{- toYaml $root.Values.collector.reconcile.resources | nindent 8 }}
      volumeMounts:
        {{- if $root.Values.gatewayConfig }}
        {{- include "llmgw.configMount" $root | nindent 8 }}
        {{- end }}
        - name: reconcile-key
          mountPath: /etc/llm-gateway/reconcile
          readOnly: true
        - name: events
          mountPath: /var/lib/llm-gateway
  volumes:
    {{- if $root.Values.gatewayConfig }}
    {{- include "llmgw.configVolume" (list $root "collector") | nindent 4 }}
    {{- end }}
    - name: reconcile-key
      secret:
        secretName: {{ $from.existingSecret }}
        items: [{key: {{ $from.secretKey }}, path: key}]
        defaultMode: 0440
    - name: events
      persistentVolumeClaim:
        claimName: {{ default (printf "%s-events" (include "llmgw.name" (list $root "collector"))) $collector.persistence.existingClaim }}
{{- end }}

{{/* The ports of the servers that are asked, each once, as what stands between the brackets of a list. */}}
{{- define "llmgw.reconcilePorts" -}}
{{- $ports := list -}}
{{- range .Values.collector.reconcile.providers -}}
{{- $url := urlParse (default "https://provider" .baseUrl) -}}
{{- $ports = append $ports (regexMatch ":[0-9]+$" $url.host | ternary (regexFind "[0-9]+$" $url.host) "443" | int) -}}
{{- end -}}
{{- range $index, $port := uniq $ports | sortAlpha }}{{ if $index }}, {{ end }}{port: {{ $port }}, protocol: TCP}{{ end -}}
{{- end }}
