#!/bin/sh
# Load on $GATEWAY for the tenant $TENANT, until the file /tmp/end is there: twenty clients, plain and streamed, short and
# long, on connections that are kept and fresh. Runs in an image that has little but a shell and curl. A line for each
# batch: its kind, how many answers were whole, and how many were not.
question='"messages":[{"role":"user","content":"one two three four five"}]'

# client KIND REQUESTS MOCK BODY MARK: batches of that many requests, one after the other on one connection, ten a second
# at most. A whole answer has the mark, once.
client() {
  while [ ! -e /tmp/end ]; do
    answers=$(curl --silent --show-error --max-time 60 --rate 10/s --header 'Content-Type: application/json' \
      --header "X-LLM-Tenant: $TENANT" --header "X-Mock: $3" --data "$4" --write-out '\nstatus=%{http_code}\n' \
      "$GATEWAY/v1/chat/completions?number=[1-$2]" 2>&1)
    whole=$(echo "$answers" | grep -c "$5")
    good=$(echo "$answers" | grep -c '^status=200$')
    [ "$good" -ge "$whole" ] || whole=$good
    echo "$1 $whole $(($2 - whole))"
    [ "$whole" -eq "$2" ] || echo "$answers" | grep -v "$5" | grep -v '^status=200$' | head -n 5
    [ "$2" -gt 1 ] || sleep 0.2
  done
}

plain="{\"model\":\"mock\",$question}"
stream="{\"model\":\"mock\",\"stream\":true,$question}"
for _ in 1 2 3 4; do
  client plain-kept 20 chunks=5 "$plain" '"choices"' &
  client plain-fresh 1 chunks=5 "$plain" '"choices"' &
  client stream-kept 20 pace=20 "$stream" 'data: \[DONE\]' &
  client stream-fresh 1 pace=20 "$stream" 'data: \[DONE\]' &
  client stream-long 1 pace=300 "$stream" 'data: \[DONE\]' &
done
wait
